#include "ui/theme.h"

#include "ui/icon_engine.h"
#include "ui/style.h"

#include <QApplication>
#include <QEvent>
#include <QFontDatabase>
#include <QFontInfo>
#include <QGuiApplication>
#include <QLoggingCategory>
#include <QStyleHints>

#include <array>

namespace certwright::ui {

namespace {

/// A colour of the light and of the dark theme.
struct Pair {
    QRgb light;
    QRgb dark;
};

struct RolePair {
    ColorRole role;
    Pair colors;
};

struct PalettePair {
    QPalette::ColorRole role;
    Pair colors;
};

constexpr std::array<RolePair, 12> roleColors{{
    {ColorRole::Secondary, {0x4A5568, 0xB4BCC8}},
    {ColorRole::Line, {0xC3C8CC, 0x4C5054}},
    {ColorRole::FaintLine, {0xE1E4E6, 0x343638}},
    {ColorRole::WarningStrip, {0xFBF2D5, 0x3C341D}},
    {ColorRole::EncryptedBand, {0xE2E9F0, 0x2D353E}},
    {ColorRole::FocusLine, {0x1F66A8, 0x62AEEA}},
    {ColorRole::DefaultButton, {0xD9E8F6, 0x24405A}},
    {ColorRole::ButtonBorder, {0xB1B7BC, 0x5C6166}},
    {ColorRole::UnfocusedSelection, {0xDADFE4, 0x31373E}},
    {ColorRole::Valid, {0x00607A, 0x6EC6E6}},
    {ColorRole::Warning, {0x7A5C00, 0xFFD166}},
    {ColorRole::Bad, {0x7D0A2A, 0xF08080}},
}};

constexpr std::array<PalettePair, 21> paletteColors{{
    {QPalette::Window, {0xEFF0F1, 0x2D2D2D}},
    {QPalette::WindowText, {0x1F2326, 0xE8EAEC}},
    {QPalette::Base, {0xFFFFFF, 0x1E1E1E}},
    {QPalette::AlternateBase, {0xF6F7F8, 0x242424}},
    {QPalette::Text, {0x1F2326, 0xE8EAEC}},
    {QPalette::Button, {0xFBFBFC, 0x3A3C3E}},
    {QPalette::ButtonText, {0x1F2326, 0xE8EAEC}},
    {QPalette::BrightText, {0x7D0A2A, 0xF08080}},
    {QPalette::Highlight, {0xCBE1F5, 0x1B3A56}},
    {QPalette::HighlightedText, {0x1F2326, 0xE8EAEC}},
    {QPalette::Link, {0x1A5A96, 0x7DBCF0}},
    {QPalette::LinkVisited, {0x1A5A96, 0x7DBCF0}},
    {QPalette::ToolTipBase, {0xFFFFFF, 0x3A3C3E}},
    {QPalette::ToolTipText, {0x1F2326, 0xE8EAEC}},
    {QPalette::PlaceholderText, {0x5C6570, 0x9BA2AA}},
    {QPalette::Light, {0xFFFFFF, 0x4C5054}},
    {QPalette::Midlight, {0xF6F7F8, 0x3A3C3E}},
    {QPalette::Mid, {0xC3C8CC, 0x4C5054}},
    {QPalette::Dark, {0xB1B7BC, 0x5C6166}},
    {QPalette::Shadow, {0x8A939B, 0x111111}},
    {QPalette::NoRole, {0, 0}},
}};

constexpr Pair disabledText{0x8A939B, 0x7B828A};

QColor pick(const Pair& pair, bool dark) {
    return QColor::fromRgb(dark ? pair.dark : pair.light);
}

} // namespace

Theme& Theme::instance() {
    static Theme theme;
    return theme;
}

Theme::Theme() = default;

void Theme::apply(ThemeMode mode) {
    const bool isFirst = m_mode == ThemeMode::System && qApp->property("certwrightTheme").isNull();
    m_mode = mode;
    if (isFirst) {
        qApp->setProperty("certwrightTheme", true);
        detectSystem();
        QApplication::setStyle(new Style);
        qApp->installEventFilter(this);
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
        connect(QGuiApplication::styleHints(), &QStyleHints::colorSchemeChanged, this, [this] {
            detectSystem();
            setPalette();
        });
#endif
    }
    setPalette();
}

void Theme::detectSystem() {
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    if (QGuiApplication::styleHints()->colorScheme() != Qt::ColorScheme::Unknown) {
        m_systemDark = QGuiApplication::styleHints()->colorScheme() == Qt::ColorScheme::Dark;
        return;
    }
#endif
    const QPalette palette = QGuiApplication::palette();
    m_systemDark = palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness();
}

void Theme::setPalette() {
    m_dark = m_mode == ThemeMode::Dark || (m_mode == ThemeMode::System && m_systemDark);
    QPalette palette;
    for (const PalettePair& entry : paletteColors) {
        if (entry.role != QPalette::NoRole)
            palette.setColor(entry.role, pick(entry.colors, m_dark));
    }
    for (const QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText,
                                           QPalette::HighlightedText, QPalette::PlaceholderText, QPalette::Link})
        palette.setColor(QPalette::Disabled, role, pick(disabledText, m_dark));
    palette.setColor(QPalette::Inactive, QPalette::Highlight, color(ColorRole::UnfocusedSelection));
    palette.setColor(QPalette::Disabled, QPalette::Highlight, color(ColorRole::UnfocusedSelection));
    palette.setColor(QPalette::Disabled, QPalette::Base, palette.color(QPalette::Window));

    m_isSettingPalette = true;
    QApplication::setPalette(palette);
    m_isSettingPalette = false;
    Q_EMIT changed();
}

bool Theme::eventFilter(QObject* watched, QEvent* event) {
    if (watched == qApp && event->type() == QEvent::ApplicationPaletteChange && !m_isSettingPalette &&
        m_mode == ThemeMode::System) {
        // The desktop's colours changed: look at them without ours in front, then put ours back.
        m_isSettingPalette = true;
        QApplication::setPalette(QPalette());
        m_isSettingPalette = false;
        detectSystem();
        setPalette();
    }
    return QObject::eventFilter(watched, event);
}

QColor Theme::color(ColorRole role) const {
    for (const RolePair& entry : roleColors) {
        if (entry.role == role)
            return pick(entry.colors, m_dark);
    }
    return {};
}

QColor Theme::color(State state) const {
    switch (state) {
    case State::Valid:
        return color(ColorRole::Valid);
    case State::Expiring:
    case State::NotYetValid:
    case State::Warning:
        return color(ColorRole::Warning);
    case State::Expired:
    case State::Revoked:
    case State::Error:
        return color(ColorRole::Bad);
    case State::OnHold:
    case State::Unknown:
    case State::Info:
        return color(ColorRole::Secondary);
    }
    return {};
}

QFont Theme::fixedFont() const {
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    // As tall as the text around it: the platforms' fixed fonts come in sizes of their own.
    const QFont base = QApplication::font();
    if (base.pointSizeF() > 0)
        font.setPointSizeF(base.pointSizeF() * 12.0 / 13.0);
    else
        font.setPixelSize(base.pixelSize() * 12 / 13);
    return font;
}

QFont Theme::headingFont(double factor) const {
    QFont font = QApplication::font();
    if (font.pointSizeF() > 0)
        font.setPointSizeF(font.pointSizeF() * factor);
    else
        font.setPixelSize(int(font.pixelSize() * factor));
    font.setBold(true);
    return font;
}

QIcon icon(const QString& name) {
    QIcon result(new IconEngine(name));
    if (result.isNull())
        qWarning("no icon named %s", qPrintable(name));
    return result;
}

QIcon stateIcon(State state) {
    const auto name = [state] {
        switch (state) {
        case State::Valid:
            return QStringLiteral("state-valid");
        case State::Expiring:
        case State::NotYetValid:
        case State::Warning:
            return QStringLiteral("state-exp");
        case State::Expired:
        case State::Error:
            return QStringLiteral("state-expired");
        case State::Revoked:
            return QStringLiteral("state-revoked");
        case State::OnHold:
            return QStringLiteral("state-hold");
        case State::Unknown:
            return QStringLiteral("state-unknown");
        case State::Info:
            return QStringLiteral("state-info");
        }
        return QString();
    };
    return QIcon(new IconEngine(name(), state));
}

QString stateText(State state) {
    switch (state) {
    case State::Valid:
        return Theme::tr("Valid");
    case State::Expiring:
        return Theme::tr("Expiring");
    case State::Expired:
        return Theme::tr("Expired");
    case State::NotYetValid:
        return Theme::tr("Not yet valid");
    case State::Revoked:
        return Theme::tr("Revoked");
    case State::OnHold:
        return Theme::tr("On hold");
    case State::Unknown:
        return Theme::tr("Unverified");
    case State::Info:
        return Theme::tr("Note");
    case State::Warning:
        return Theme::tr("Warning");
    case State::Error:
        return Theme::tr("Error");
    }
    return {};
}

} // namespace certwright::ui
