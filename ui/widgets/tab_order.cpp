#include "ui/widgets/tab_order.h"

#include <QLayout>
#include <QScrollArea>
#include <QSplitter>
#include <QTabBar>
#include <QTabWidget>
#include <QWidget>

#include <vector>

namespace certwright::ui {

namespace {

using Order = std::vector<QWidget*>;

void collect(QWidget& widget, Order& order);

void collect(const QLayout& layout, Order& order) {
    for (int i = 0; i < layout.count(); ++i) {
        const QLayoutItem* item = layout.itemAt(i);
        if (item->widget() != nullptr)
            collect(*item->widget(), order);
        else if (QLayout* inner = const_cast<QLayoutItem*>(item)->layout())
            collect(*inner, order);
    }
}

void collect(QWidget& widget, Order& order) {
    if (const auto* tabs = qobject_cast<QTabWidget*>(&widget)) {
        order.push_back(tabs->tabBar());
        for (int i = 0; i < tabs->count(); ++i)
            collect(*tabs->widget(i), order);
        return;
    }
    const QWidget* proxy = widget.focusProxy();
    if (proxy != nullptr && widget.isAncestorOf(proxy)) {
        order.push_back(&widget); // Qt takes it with its parts
        return;
    }
    if ((widget.focusPolicy() & Qt::TabFocus) != 0 && proxy == nullptr)
        order.push_back(&widget);
    if (const auto* splitter = qobject_cast<QSplitter*>(&widget)) {
        for (int i = 0; i < splitter->count(); ++i)
            collect(*splitter->widget(i), order);
    } else if (const auto* area = qobject_cast<QScrollArea*>(&widget)) {
        if (area->widget() != nullptr)
            collect(*area->widget(), order);
    } else if (const QLayout* layout = widget.layout()) {
        collect(*layout, order);
    }
}

} // namespace

void tabInReadingOrder(QWidget& root) {
    Order order;
    collect(root, order);
    for (std::size_t i = 1; i < order.size(); ++i)
        QWidget::setTabOrder(order[i - 1], order[i]);
}

} // namespace certwright::ui
