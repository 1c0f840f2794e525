#include "tests/gui/support/gui_checks.h"

#include "ui/theme.h"

#include <QAbstractButton>
#include <QAbstractScrollArea>
#include <QAbstractSpinBox>
#include <QAccessible>
#include <QApplication>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QGroupBox>
#include <QHeaderView>
#include <QLabel>
#include <QMap>
#include <QPushButton>
#include <QScrollArea>
#include <QTabBar>
#include <QTest>
#include <QToolBar>

#include <algorithm>
#include <utility>
#include <vector>

namespace certwright::test {

namespace {

QString describe(const QWidget& widget) {
    QString path = widget.objectName();
    for (const QWidget* parent = widget.parentWidget(); path.isEmpty() && parent != nullptr;
         parent = parent->parentWidget())
        path = QStringLiteral("in ") + parent->objectName();
    return QStringLiteral("%1 '%2'").arg(QLatin1String(widget.metaObject()->className()), path);
}

bool isPartOfAnother(const QWidget& widget) {
    for (const QWidget* parent = widget.parentWidget(); parent != nullptr; parent = parent->parentWidget()) {
        if (qobject_cast<const QComboBox*>(parent) != nullptr ||
            qobject_cast<const QAbstractSpinBox*>(parent) != nullptr)
            return true;
    }
    return false;
}

QList<QWidget*> visibleWidgets(const QWidget& window) {
    QList<QWidget*> found;
    for (QWidget* widget : window.findChildren<QWidget*>()) {
        if (widget->isVisibleTo(&window) && widget->window() == window.window())
            found << widget;
    }
    return found;
}

/// What Tab goes to.
QList<QWidget*> reachedWidgets(const QWidget& window) {
    QList<QWidget*> found;
    for (QWidget* widget : visibleWidgets(window)) {
        const bool isReached = (widget->focusPolicy() & Qt::TabFocus) != 0 && widget->focusProxy() == nullptr;
        if (isReached && !isPartOfAnother(*widget) && qobject_cast<QScrollArea*>(widget) == nullptr)
            found << widget;
    }
    return found;
}

QString textOf(const QWidget& widget) {
    if (const auto* button = qobject_cast<const QAbstractButton*>(&widget))
        return button->text();
    if (const auto* label = qobject_cast<const QLabel*>(&widget))
        return label->buddy() != nullptr ? label->text() : QString();
    if (const auto* box = qobject_cast<const QGroupBox*>(&widget))
        return box->title();
    return {};
}

} // namespace

QStringList widgetsWithoutName(const QWidget& window) {
    QStringList nameless;
    for (QWidget* widget : reachedWidgets(window)) {
        QAccessibleInterface* interface = QAccessible::queryAccessibleInterface(widget);
        const bool hasName = interface != nullptr && !interface->text(QAccessible::Name).trimmed().isEmpty();
        // A combo box reads its value as its name; what it is for must be said, too.
        const bool isNamedBox = qobject_cast<QComboBox*>(widget) == nullptr || !widget->accessibleName().isEmpty();
        bool hasBuddy = false;
        for (const QLabel* label : window.findChildren<QLabel*>())
            hasBuddy = hasBuddy || label->buddy() == widget;
        if (!hasName || !(isNamedBox || hasBuddy))
            nameless << describe(*widget);
    }
    return nameless;
}

QStringList widgetsWithoutObjectName(const QWidget& window) {
    QStringList unnamed;
    for (const QWidget* widget : reachedWidgets(window)) {
        // What a box of standard buttons or a tool bar makes is found by button and by action.
        const bool isFoundOtherwise = qobject_cast<QDialogButtonBox*>(widget->parentWidget()) != nullptr ||
                                      qobject_cast<QToolBar*>(widget->parentWidget()) != nullptr;
        if (widget->objectName().isEmpty() && !isFoundOtherwise)
            unnamed << describe(*widget);
    }
    return unnamed;
}

QStringList sharedMnemonics(const QWidget& window) {
    QMap<QString, QStringList> users;
    for (QWidget* widget : visibleWidgets(window)) {
        const QString text = textOf(*widget);
        const QKeySequence key = QKeySequence::mnemonic(text);
        if (!key.isEmpty())
            users[key.toString()] << text;
    }
    for (const QTabBar* bar : window.findChildren<QTabBar*>()) {
        for (int i = 0; bar->isVisibleTo(&window) && i < bar->count(); ++i) {
            const QKeySequence key = QKeySequence::mnemonic(bar->tabText(i));
            if (!key.isEmpty())
                users[key.toString()] << bar->tabText(i);
        }
    }
    QStringList shared;
    for (auto user = users.cbegin(); user != users.cend(); ++user) {
        if (user->size() > 1)
            shared << user.key() + QStringLiteral(": ") + user->join(QStringLiteral(", "));
    }
    return shared;
}

QStringList clippedTexts(const QWidget& window) {
    QStringList clipped;
    for (QWidget* widget : visibleWidgets(window)) {
        const auto* label = qobject_cast<const QLabel*>(widget);
        const auto* button = qobject_cast<const QAbstractButton*>(widget);
        const bool isElastic =
            widget->sizePolicy().horizontalPolicy() == QSizePolicy::Ignored || widget->minimumWidth() == 1;
        if ((label == nullptr && button == nullptr) || isElastic || textOf(*widget).isEmpty())
            continue;
        const int wanted = label != nullptr && label->wordWrap() ? 0 : widget->minimumSizeHint().width();
        if (widget->width() + 1 < wanted)
            clipped << QStringLiteral("%1 “%2” %3 < %4")
                           .arg(describe(*widget), textOf(*widget))
                           .arg(widget->width())
                           .arg(wanted);
    }
    return clipped;
}

QStringList tabOrder(QWidget& window) {
    QStringList names;
    const QWidget* first = QApplication::focusWidget();
    for (int i = 0; i < 300; ++i) {
        QWidget* now = QApplication::focusWidget();
        if (now == nullptr || (i > 0 && now == first))
            break;
        names << now->objectName();
        QTest::keyClick(&window, Qt::Key_Tab);
    }
    return names;
}

QStringList tabJumps(QWidget& window) {
    std::vector<const QWidget*> order;
    const QWidget* first = QApplication::focusWidget();
    for (int i = 0; i < 300; ++i) {
        const QWidget* now = QApplication::focusWidget();
        if (now == nullptr || (i > 0 && now == first))
            break;
        order.push_back(now);
        QTest::keyClick(&window, Qt::Key_Tab);
    }
    if (order.empty())
        return {QStringLiteral("nothing has the focus")};
    const auto placeOf = [&window](const QWidget* widget) {
        return QRect(widget->mapTo(&window, QPoint(0, 0)), widget->size());
    };
    // The walk began somewhere; the page begins at its top.
    const auto top = std::min_element(order.begin(), order.end(), [&placeOf](const QWidget* a, const QWidget* b) {
        const QPoint left = placeOf(a).topLeft(), right = placeOf(b).topLeft();
        return std::pair(left.y() / 8, left.x()) < std::pair(right.y() / 8, right.x());
    });
    std::rotate(order.begin(), top, order.end());
    QStringList jumps;
    for (std::size_t i = 1; i < order.size(); ++i) {
        const QRect before = placeOf(order[i - 1]), now = placeOf(order[i]);
        if (now.bottom() <= before.top() && now.left() < before.right())
            jumps << QStringLiteral("%1 → %2").arg(order[i - 1]->objectName(), order[i]->objectName());
    }
    return jumps;
}

QPushButton* defaultButton(const QWidget& window) {
    for (QPushButton* button : window.findChildren<QPushButton*>()) {
        if (button->isDefault() && button->isVisibleTo(&window))
            return button;
    }
    return nullptr;
}

void look(QWidget& window, const QString& name) {
    const QString folder = qEnvironmentVariable("CERTWRIGHT_LOOK");
    if (folder.isEmpty())
        return;
    QDir().mkpath(folder);
    ui::Theme& theme = ui::Theme::instance();
    const ui::ThemeMode before = theme.mode();
    const std::pair<ui::ThemeMode, QString> modes[] = {{ui::ThemeMode::Light, QStringLiteral("light")},
                                                       {ui::ThemeMode::Dark, QStringLiteral("dark")}};
    for (const auto& [mode, suffix] : modes) {
        theme.apply(mode);
        QTest::qWait(20);
        window.grab().save(QStringLiteral("%1/%2-%3.png").arg(folder, name, suffix));
    }
    theme.apply(ui::ThemeMode::Light);
    const QSize size = window.size();
    window.resize(window.minimumSizeHint().expandedTo(window.minimumSize()));
    QTest::qWait(20);
    window.grab().save(QStringLiteral("%1/%2-small.png").arg(folder, name));
    window.resize(size);
    theme.apply(before);
}

} // namespace certwright::test
