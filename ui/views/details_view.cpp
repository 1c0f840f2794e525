#include "ui/views/details_view.h"

#include "ui/convert.h"
#include "ui/theme.h"

#include <QHeaderView>
#include <QPlainTextEdit>
#include <QTreeWidget>

namespace certwright::ui {

namespace {

constexpr int rawRole = Qt::UserRole + 1;
constexpr qsizetype mostDumped = 64 * 1024;

} // namespace

QString hexDump(const QByteArray& bytes) {
    constexpr qsizetype width = 16;
    QString result;
    const qsizetype size = std::min(bytes.size(), mostDumped);
    for (qsizetype line = 0; line < size; line += width) {
        QString hex;
        QString text;
        for (qsizetype i = line; i < std::min(line + width, size); ++i) {
            const auto octet = static_cast<unsigned char>(bytes.at(i));
            hex += QStringLiteral("%1 ").arg(octet, 2, 16, QLatin1Char('0')).toUpper();
            text += octet >= 0x20 && octet < 0x7F ? QLatin1Char(char(octet)) : QLatin1Char('.');
        }
        result += QStringLiteral("%1  %2 %3\n").arg(line, 4, 16, QLatin1Char('0')).arg(hex, -width * 3).arg(text);
    }
    if (bytes.size() > mostDumped)
        result += DetailsView::tr("and %1 more octets").arg(bytes.size() - mostDumped);
    return result;
}

DetailsView::DetailsView(QWidget* parent)
    : QSplitter(Qt::Vertical, parent)
    , m_tree(new QTreeWidget(this))
    , m_raw(new QPlainTextEdit(this)) {
    m_tree->setObjectName(QStringLiteral("details"));
    m_tree->setAccessibleName(tr("All fields"));
    m_tree->setHeaderLabels({tr("Field"), tr("Value")});
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->setUniformRowHeights(true);
    m_tree->setAllColumnsShowFocus(true);
    m_tree->header()->setStretchLastSection(true);
    m_raw->setObjectName(QStringLiteral("raw"));
    m_raw->setAccessibleName(tr("Bytes of the selected field"));
    m_raw->setPlaceholderText(tr("Select a field to see its bytes"));
    m_raw->setReadOnly(true);
    m_raw->setFrameShape(QFrame::NoFrame);
    m_raw->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_raw->setFont(Theme::instance().fixedFont());
    setStretchFactor(0, 3);
    setStretchFactor(1, 1);
    setChildrenCollapsible(false);
    connect(m_tree, &QTreeWidget::currentItemChanged, this, &DetailsView::showRaw);
}

void DetailsView::add(QTreeWidgetItem* parent, const DetailNode& node) {
    auto* item = new QTreeWidgetItem(parent, {node.label, node.value});
    item->setToolTip(1, toolTipText(node.value));
    if (!node.raw.isEmpty())
        item->setData(0, rawRole, node.raw);
    for (const DetailNode& child : node.children)
        add(item, child);
}

void DetailsView::setDetails(const std::vector<DetailNode>& nodes) {
    m_tree->clear();
    m_raw->clear();
    for (const DetailNode& node : nodes)
        add(m_tree->invisibleRootItem(), node);
    // Long lists stay closed.
    for (int i = 0; i < m_tree->topLevelItemCount(); ++i) {
        if (m_tree->topLevelItem(i)->childCount() <= 30)
            m_tree->topLevelItem(i)->setExpanded(true);
    }
    m_tree->resizeColumnToContents(0);
    const int most = fontMetrics().averageCharWidth() * 44;
    if (m_tree->columnWidth(0) > most)
        m_tree->setColumnWidth(0, most);
}

void DetailsView::showRaw() {
    const QTreeWidgetItem* item = m_tree->currentItem();
    m_raw->setPlainText(item == nullptr ? QString() : hexDump(item->data(0, rawRole).toByteArray()));
}

} // namespace certwright::ui
