#include "ui/widgets/comparison_view.h"

#include "ui/convert.h"
#include "ui/theme.h"
#include "ui/widgets/label_style.h"
#include "ui/widgets/plan_preview.h"

#include <QHeaderView>
#include <QScrollBar>
#include <QSignalBlocker>

#include <algorithm>

namespace certwright::ui {

namespace {

using Fate = pki::RequestedField::Fate;

QString fateText(Fate fate) {
    switch (fate) {
    case Fate::Taken:
        return ComparisonView::tr("as requested");
    case Fate::Replaced:
        return ComparisonView::tr("≠ changed");
    case Fate::Dropped:
        return ComparisonView::tr("≠ left out");
    case Fate::Added:
        break;
    }
    return ComparisonView::tr("added");
}

QColor fateColor(Fate fate) {
    const bool isDifferent = fate == Fate::Replaced || fate == Fate::Dropped;
    return isDifferent ? Theme::instance().color(ColorRole::Warning) : Theme::instance().color(ColorRole::Secondary);
}

bool isKeyIdentifier(const std::string& oid) {
    return oid == x509::oids::SubjectKeyIdentifier || oid == x509::oids::AuthorityKeyIdentifier;
}

/// "www.lab.example" of "DNS:www.lab.example".
QString valueOf(const std::string& name) {
    const auto colon = name.find(':');
    return name.empty() ? QStringLiteral("–") : printable(colon == std::string::npos ? name : name.substr(colon + 1));
}

QString shownOr(const std::string& text) {
    return text.empty() ? QStringLiteral("–") : printable(text);
}

} // namespace

ComparisonView::ComparisonView(QWidget* parent)
    : QTreeWidget(parent) {
    setObjectName(QStringLiteral("comparison"));
    setAccessibleName(tr("Requested and issued, field by field"));
    setColumnCount(ColumnCount);
    setHeaderLabels({tr("Field"), tr("Requested"), tr("Will be issued"), tr("Difference")});
    setRootIsDecorated(false);
    setTextElideMode(Qt::ElideMiddle);
    styleTree(this);
    header()->setStretchLastSection(false);
    setMinimumHeight(fontMetrics().height() * 10);
    connect(&Theme::instance(), &Theme::changed, this, [this] { setFields(std::vector(m_fields)); });
    connect(this, &QTreeWidget::itemChanged, this, [this](QTreeWidgetItem* item, int column) {
        const int row = indexOfTopLevelItem(item);
        if (column == Field && row >= 0)
            Q_EMIT choiceChanged(m_fields[static_cast<std::size_t>(row)], item->checkState(Field) == Qt::Checked);
    });
}

bool ComparisonView::isAltName(const pki::RequestedField& field) {
    // The subject has no OID either, and no type before a colon.
    return field.oid.empty() && field.name.find(':') != std::string::npos;
}

void ComparisonView::setFields(const std::vector<pki::RequestedField>& fields) {
    const QSignalBlocker blocker(this);
    const int current = indexOfTopLevelItem(currentItem());
    const int scrolled = verticalScrollBar()->value();
    m_fields = fields;
    while (topLevelItemCount() > static_cast<int>(fields.size()))
        delete takeTopLevelItem(topLevelItemCount() - 1);
    for (std::size_t i = 0; i < fields.size(); ++i) {
        QTreeWidgetItem* item = topLevelItem(static_cast<int>(i));
        if (item == nullptr)
            item = new QTreeWidgetItem(this);
        fillRow(*item, fields[i]);
    }
    if (current >= 0 && current < topLevelItemCount())
        setCurrentItem(topLevelItem(current));
    verticalScrollBar()->setValue(scrolled);
    fitColumns();
}

void ComparisonView::fillRow(QTreeWidgetItem& item, const pki::RequestedField& field) const {
    const bool isName = isAltName(field);
    const QString title = isName ? tr("Name (%1)").arg(printable(field.name.substr(0, field.name.find(':'))))
                          : field.oid.empty() ? tr("Subject")
                                              : extensionTitle(field.oid, field.name);
    const QString requested = isName ? valueOf(field.requested) : shownOr(field.requested);
    const QString issued = isName ? valueOf(field.issued) : shownOr(field.issued);
    item.setText(Field, title);
    item.setText(Requested, requested);
    item.setText(Issued, issued);
    item.setText(Difference, fateText(field.fate));
    item.setToolTip(Requested, toolTipText(requested));
    item.setToolTip(Issued, toolTipText(issued));
    item.setForeground(Difference, fateColor(field.fate));
    QFont struck = font();
    struck.setStrikeOut(field.fate == Fate::Dropped);
    item.setFont(Requested, struck);
    const bool isChoice = !field.requested.empty() && (isName || !field.oid.empty()) && !isKeyIdentifier(field.oid);
    if (isChoice)
        item.setCheckState(Field, field.fate == Fate::Taken ? Qt::Checked : Qt::Unchecked);
    else
        item.setData(Field, Qt::CheckStateRole, {});
}

void ComparisonView::fitColumns() {
    const int unit = fontMetrics().averageCharWidth();
    resizeColumnToContents(Field);
    resizeColumnToContents(Difference);
    const int first = std::clamp(columnWidth(Field), unit * 16, unit * 34);
    const int last = columnWidth(Difference);
    const int rest = std::max(unit * 40, viewport()->width() - first - last);
    setColumnWidth(Field, first);
    setColumnWidth(Requested, rest / 2);
    setColumnWidth(Issued, rest - rest / 2);
}

void ComparisonView::resizeEvent(QResizeEvent* event) {
    QTreeWidget::resizeEvent(event);
    fitColumns();
}

} // namespace certwright::ui
