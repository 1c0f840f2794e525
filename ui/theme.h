#pragma once

#include <QColor>
#include <QFont>
#include <QIcon>
#include <QObject>
#include <QPalette>
#include <QString>

namespace certwright::ui {

/// What a certificate or a check is, as every list and heading shows it: by a mark, a word and a colour together.
enum class State { Valid, Expiring, Expired, NotYetValid, Revoked, OnHold, Unknown, Info, Warning, Error };

/// Colours by what they are for. Nothing outside Theme names a colour.
enum class ColorRole {
    Secondary,     ///< secondary text, neutral states
    Line,          ///< borders and splitters
    FaintLine,     ///< lines inside a page
    WarningStrip,  ///< background of banners
    EncryptedBand, ///< background of what was encrypted
    FocusLine,     ///< focus and progress
    DefaultButton, ///< background of the one tinted action
    ButtonBorder,
    UnfocusedSelection,
    Valid,
    Warning,
    Bad,
};

enum class ThemeMode { System, Light, Dark };

/// The program's colours, fonts and icons. One object on the GUI thread; the palette is its own (Fusion), light or dark
/// as the user chose or the system is.
class Theme : public QObject {
    Q_OBJECT
public:
    static Theme& instance();

    /// Sets the application's style and palette; at start, before the first window.
    void apply(ThemeMode mode);
    ThemeMode mode() const noexcept { return m_mode; }
    bool isDark() const noexcept { return m_dark; }

    QColor color(ColorRole role) const;
    /// At least 4.5:1 on Base, on Window and on the selection.
    QColor color(State state) const;

    /// The fixed font for hexadecimal, PEM and commands.
    QFont fixedFont() const;
    /// The program's font, larger and bold: 15/13 of it for headings of a pane, 18/13 for a page, 22/13 for an empty
    /// one.
    QFont headingFont(double factor = 15.0 / 13.0) const;

Q_SIGNALS:
    /// The colours are others now. Palettes are set already; only what was coloured by hand needs to follow.
    void changed();

private:
    Theme();
    void detectSystem();
    void setPalette();
    bool eventFilter(QObject* watched, QEvent* event) override;

    ThemeMode m_mode = ThemeMode::System;
    bool m_dark = false;
    bool m_systemDark = false;
    bool m_isSettingPalette = false;
};

/// One of the program's icons (file name under resources/icons without ".svg"), drawn in the palette's text colour,
/// greyed when disabled, sharp at every scale. An unknown name gives an empty icon and a warning on the log.
QIcon icon(const QString& name);
/// The mark of a state in its colour, with the white part in the background's.
QIcon stateIcon(State state);
/// "Valid", "Expiring"...: the word that always stands beside the mark.
QString stateText(State state);

} // namespace certwright::ui
