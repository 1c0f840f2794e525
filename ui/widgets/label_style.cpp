#include "ui/widgets/label_style.h"

#include "ui/theme.h"

#include <QHeaderView>
#include <QLabel>
#include <QTableView>
#include <QTreeView>

namespace certwright::ui {

void showAsSecondary(QWidget* widget) {
    const auto recolour = [widget] {
        QPalette colours = widget->palette();
        // What is disabled stays as pale as everything else that is.
        for (const QPalette::ColorGroup group : {QPalette::Active, QPalette::Inactive})
            colours.setColor(group, QPalette::WindowText, Theme::instance().color(ColorRole::Secondary));
        widget->setPalette(colours);
    };
    recolour();
    QObject::connect(&Theme::instance(), &Theme::changed, widget, recolour);
}

QLabel* makeSecondaryLabel(const QString& text, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setTextFormat(Qt::PlainText);
    showAsSecondary(label);
    return label;
}

QLabel* makeValueLabel(QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    label->setWordWrap(true);
    return label;
}

namespace {

void styleHeader(QHeaderView* header) {
    header->setHighlightSections(false);
    header->setDefaultAlignment(Qt::AlignLeading | Qt::AlignVCenter);
    header->setFixedHeight(header->fontMetrics().height() + 10);
}

} // namespace

void styleTable(QTableView* table, int padding) {
    table->setShowGrid(false);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setSelectionMode(QAbstractItemView::SingleSelection);
    table->setTabKeyNavigation(false);
    table->setWordWrap(false);
    table->verticalHeader()->hide();
    table->verticalHeader()->setMinimumSectionSize(8);
    table->verticalHeader()->setDefaultSectionSize(table->fontMetrics().height() + padding);
    table->horizontalHeader()->setMinimumSectionSize(8);
    styleHeader(table->horizontalHeader());
}

void styleTree(QTreeView* tree) {
    tree->setUniformRowHeights(true);
    tree->setSelectionBehavior(QAbstractItemView::SelectRows);
    styleHeader(tree->header());
}

} // namespace certwright::ui
