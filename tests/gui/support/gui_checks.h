#pragma once

#include <QString>
#include <QStringList>

class QPushButton;
class QWidget;

namespace certwright::test {

/// Visible widgets that can have the focus but no accessible name (a placeholder is none), as "QLineEdit 'host'".
/// Editors inside combo boxes and spin boxes count as part of these.
QStringList widgetsWithoutName(const QWidget& window);

/// Visible widgets that can have the focus but no object name, by which tests and style sheets find them. Buttons of a
/// button box or tool bar need none.
QStringList widgetsWithoutObjectName(const QWidget& window);

/// Mnemonics that two visible widgets of a window share, as "&N: Name, Next".
QStringList sharedMnemonics(const QWidget& window);

/// Visible labels and buttons whose text does not fit into them, as "QLabel 'state' 80 < 93".
QStringList clippedTexts(const QWidget& window);

/// Walks with Tab from the widget that has the focus until it has it again: the object names passed, without repeats.
/// The window must be active.
QStringList tabOrder(QWidget& window);

/// Places where Tab goes against the reading direction, as "storedKey → newKey": to a widget that lies above the one
/// before and not to its right. One way back, from the last widget to the first, is none. The window must be active.
QStringList tabJumps(QWidget& window);

/// The button that Enter presses; null when there is none.
QPushButton* defaultButton(const QWidget& window);

/// Renders a window to the folder that CERTWRIGHT_LOOK names, for people to look at: light, dark, and the window's own
/// size, and light at its smallest. Nothing happens when the variable is not set. QT_SCALE_FACTOR counts then.
void look(QWidget& window, const QString& name);

} // namespace certwright::test

/// Everything that each window has to fulfil: names for screen readers and tests, unique mnemonics, nothing clipped.
#define CERTWRIGHT_VERIFY_USABLE(window)                                                                               \
    do {                                                                                                               \
        const QStringList nameless = ::certwright::test::widgetsWithoutName(window);                                   \
        QVERIFY2(nameless.isEmpty(), qPrintable(QStringLiteral("no accessible name: ") + nameless.join(u", ")));       \
        const QStringList unnamed = ::certwright::test::widgetsWithoutObjectName(window);                              \
        QVERIFY2(unnamed.isEmpty(), qPrintable(QStringLiteral("no object name: ") + unnamed.join(u", ")));             \
        const QStringList shared = ::certwright::test::sharedMnemonics(window);                                        \
        QVERIFY2(shared.isEmpty(), qPrintable(QStringLiteral("shared mnemonics: ") + shared.join(u"; ")));             \
        const QStringList clipped = ::certwright::test::clippedTexts(window);                                          \
        QVERIFY2(clipped.isEmpty(), qPrintable(QStringLiteral("clipped: ") + clipped.join(u"; ")));                    \
    } while (false)
