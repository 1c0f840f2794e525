#pragma once

#include <QString>
#include <QStringList>

class QWidget;

namespace certwright::test {

/// Visible widgets that can have the focus but no accessible name (a placeholder is none), as "QLineEdit 'host'".
/// Editors inside combo boxes and spin boxes count as part of these.
QStringList widgetsWithoutName(const QWidget& window);

/// Mnemonics that two visible widgets of a window share, as "&N: Name, Next".
QStringList sharedMnemonics(const QWidget& window);

/// Visible labels and buttons whose text does not fit into them, as "QLabel 'state' 80 < 93".
QStringList clippedTexts(const QWidget& window);

/// Walks with Tab from the widget that has the focus until it has it again: the object names passed, without repeats.
/// The window must be active.
QStringList tabOrder(QWidget& window);

/// Renders a window to the folder that CERTWRIGHT_LOOK names, for people to look at: light, dark, and the window's own
/// size. Nothing happens when the variable is not set.
void look(QWidget& window, const QString& name);

} // namespace certwright::test

/// Everything that each window has to fulfil: names for screen readers, unique mnemonics, nothing clipped.
#define CERTWRIGHT_VERIFY_USABLE(window)                                                                               \
    do {                                                                                                               \
        const QStringList nameless = ::certwright::test::widgetsWithoutName(window);                                   \
        QVERIFY2(nameless.isEmpty(), qPrintable(QStringLiteral("no accessible name: ") + nameless.join(u", ")));       \
        const QStringList shared = ::certwright::test::sharedMnemonics(window);                                        \
        QVERIFY2(shared.isEmpty(), qPrintable(QStringLiteral("shared mnemonics: ") + shared.join(u"; ")));             \
        const QStringList clipped = ::certwright::test::clippedTexts(window);                                          \
        QVERIFY2(clipped.isEmpty(), qPrintable(QStringLiteral("clipped: ") + clipped.join(u"; ")));                    \
    } while (false)
