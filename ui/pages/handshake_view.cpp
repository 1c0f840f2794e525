#include "ui/pages/handshake_view.h"

#include "ui/convert.h"
#include "ui/pages/handshake_model.h"
#include "ui/theme.h"
#include "ui/widgets/label_style.h"

#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QPlainTextEdit>
#include <QSplitter>
#include <QTableView>
#include <QTextBlock>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace certwright::ui {

namespace {

constexpr std::size_t rowLength = 16;
constexpr int offsetRole = Qt::UserRole;
constexpr int lengthRole = Qt::UserRole + 1;

QTreeWidgetItem* itemOf(const tls::wire::Field& field) {
    auto* item = new QTreeWidgetItem({printable(field.name), printable(field.value)});
    item->setData(0, offsetRole, static_cast<qulonglong>(field.offset));
    item->setData(0, lengthRole, static_cast<qulonglong>(field.length));
    item->setToolTip(1, item->text(1));
    if (field.isDamaged)
        item->setIcon(0, stateIcon(State::Warning));
    for (const tls::wire::Field& child : field.children)
        item->addChild(itemOf(child));
    return item;
}

/// The octets from `first` up to `end` as they stand in a hex dump, one selection a row.
QList<QTextEdit::ExtraSelection> marksOf(const QTextDocument& dump, std::size_t first, std::size_t end,
                                         const QPalette& palette) {
    QList<QTextEdit::ExtraSelection> marks;
    for (std::size_t at = first; at < end; at += rowLength - at % rowLength) {
        const QTextBlock row = dump.findBlockByNumber(static_cast<int>(at / rowLength));
        const auto hexBegin = row.text().indexOf(QLatin1String("  ")) + 2;
        const std::size_t last = std::min(end, at - at % rowLength + rowLength) - 1;
        QTextEdit::ExtraSelection mark;
        mark.cursor = QTextCursor(row);
        mark.cursor.setPosition(row.position() + static_cast<int>(hexBegin) + 3 * static_cast<int>(at % rowLength));
        mark.cursor.setPosition(row.position() + static_cast<int>(hexBegin) + 3 * static_cast<int>(last % rowLength) +
                                    2,
                                QTextCursor::KeepAnchor);
        mark.format.setBackground(palette.color(QPalette::Highlight));
        mark.format.setForeground(palette.color(QPalette::HighlightedText));
        marks.append(mark);
    }
    return marks;
}

} // namespace

QString hexDump(base::BytesView bytes) {
    QString text;
    for (std::size_t at = 0; at < bytes.size(); at += rowLength) {
        QString hex;
        QString characters;
        for (std::size_t i = at; i < at + rowLength; ++i) {
            if (i >= bytes.size()) {
                hex += QStringLiteral("   ");
                continue;
            }
            hex += QStringLiteral("%1 ").arg(bytes[i], 2, 16, QLatin1Char('0'));
            const bool isPrintable = bytes[i] >= 0x20 && bytes[i] < 0x7F;
            characters += isPrintable ? QLatin1Char(static_cast<char>(bytes[i])) : QLatin1Char('.');
        }
        text += QStringLiteral("%1  %2 %3\n").arg(at, 4, 16, QLatin1Char('0')).arg(hex, characters);
    }
    return text;
}

HandshakeView::HandshakeView(QWidget* parent)
    : QWidget(parent)
    , m_model(new HandshakeModel(this))
    , m_table(new QTableView(this))
    , m_summary(makeSecondaryLabel({}, this))
    , m_title(new QLabel(this))
    , m_fields(new QTreeWidget(this))
    , m_place(makeSecondaryLabel({}, this))
    , m_bytes(new QPlainTextEdit(this)) {
    auto* splitter = new QSplitter(Qt::Horizontal, this);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(makeList());
    splitter->addWidget(makeDetail());
    splitter->setStretchFactor(0, 1);
    splitter->setSizes({460, 510});
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(splitter);

    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& current) { showMessage(current.isValid() ? current.row() : -1); });
    connect(m_fields, &QTreeWidget::currentItemChanged, this, &HandshakeView::markField);
    connect(&Theme::instance(), &Theme::changed, this, [this] { markField(m_fields->currentItem()); });
    clear();
}

QWidget* HandshakeView::makeList() {
    m_table->setObjectName(QStringLiteral("messages"));
    m_table->setAccessibleName(tr("Handshake messages"));
    m_table->setModel(m_model);
    styleTable(m_table);
    m_table->setFrameShape(QFrame::NoFrame);
    const int unit = fontMetrics().averageCharWidth();
    QHeaderView* header = m_table->horizontalHeader();
    header->resizeSection(HandshakeModel::Time, unit * 12);
    header->resizeSection(HandshakeModel::Sender, unit * 13);
    header->resizeSection(HandshakeModel::Size, unit * 12);
    header->resizeSection(HandshakeModel::Protection, unit * 16);
    header->setSectionResizeMode(HandshakeModel::Name, QHeaderView::Stretch);
    m_table->setMinimumWidth(unit * (12 + 13 + 12 + 16 + 27)); // on a narrow page the names stay, the bytes scroll
    m_summary->setObjectName(QStringLiteral("handshakeSummary"));
    m_summary->setContentsMargins(12, 8, 12, 8);
    m_summary->setWordWrap(true);
    auto* list = new QWidget(this);
    auto* column = new QVBoxLayout(list);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_table, 1);
    column->addWidget(m_summary);
    return list;
}

QWidget* HandshakeView::makeDetail() {
    m_title->setTextFormat(Qt::PlainText);
    m_title->setContentsMargins(8, 6, 8, 6);
    m_title->setWordWrap(true);
    m_fields->setObjectName(QStringLiteral("fields"));
    m_fields->setAccessibleName(tr("Fields of the message"));
    m_fields->setColumnCount(2);
    m_fields->setHeaderLabels({tr("Field"), tr("Value")});
    styleTree(m_fields);
    m_fields->setRootIsDecorated(true);
    m_fields->setFrameShape(QFrame::NoFrame);
    m_fields->header()->setStretchLastSection(true);
    m_fields->header()->resizeSection(0, fontMetrics().averageCharWidth() * 28);
    m_place->setObjectName(QStringLiteral("fieldPlace"));
    m_place->setContentsMargins(8, 4, 8, 4);
    m_place->setWordWrap(true);
    m_bytes->setObjectName(QStringLiteral("bytes"));
    m_bytes->setAccessibleName(tr("Bytes of the message"));
    m_bytes->setReadOnly(true);
    m_bytes->setTabChangesFocus(true);
    m_bytes->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_bytes->setFont(Theme::instance().fixedFont());
    m_bytes->setFrameShape(QFrame::NoFrame);

    auto* below = new QWidget(this);
    auto* belowColumn = new QVBoxLayout(below);
    belowColumn->setContentsMargins(0, 0, 0, 0);
    belowColumn->setSpacing(0);
    belowColumn->addWidget(m_place);
    belowColumn->addWidget(m_bytes, 1);
    auto* splitter = new QSplitter(Qt::Vertical, this);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(m_fields);
    splitter->addWidget(below);
    splitter->setSizes({300, 200});
    auto* detail = new QWidget(this);
    auto* column = new QVBoxLayout(detail);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_title);
    column->addWidget(splitter, 1);
    return detail;
}

void HandshakeView::clear() {
    m_model->clear();
    showMessage(-1);
    showSummary();
}

void HandshakeView::append(const service::ConnectionUpdate& update) {
    m_model->append(update.messages);
    showSummary();
}

void HandshakeView::setReport(const service::ConnectionReport& report) {
    const int row = m_table->currentIndex().row();
    m_model->setMessages(report.transcript.messages());
    if (m_model->rowCount() > 0)
        m_table->setCurrentIndex(m_model->index(std::clamp(row, 0, m_model->rowCount() - 1), 0));
    showSummary();
}

void HandshakeView::showMessage(int row) {
    m_fields->clear();
    m_bytes->clear();
    if (row < 0) {
        m_title->setText(tr("Choose a message to see its fields and bytes."));
        markField(nullptr);
        return;
    }
    const tls::Message& message = m_model->message(row);
    m_title->setText(tr("%1 – message %2 of %3, %4 bytes")
                         .arg(printable(message.name()))
                         .arg(row + 1)
                         .arg(m_model->rowCount())
                         .arg(message.length));
    m_bytes->setPlainText(message.bytes.empty() && message.length > 0 ? tr("The bytes were not kept.")
                                                                      : hexDump(message.bytes));
    for (const tls::wire::Field& field : m_model->fields(row))
        m_fields->addTopLevelItem(itemOf(field));
    m_fields->expandToDepth(0);
    markField(nullptr);
}

void HandshakeView::markField(const QTreeWidgetItem* item) {
    const std::size_t first = item == nullptr ? 0 : static_cast<std::size_t>(item->data(0, offsetRole).toULongLong());
    const std::size_t length = item == nullptr ? 0 : static_cast<std::size_t>(item->data(0, lengthRole).toULongLong());
    const auto marks = marksOf(*m_bytes->document(), first, first + length, QGuiApplication::palette());
    m_bytes->setExtraSelections(marks);
    if (marks.isEmpty()) {
        m_place->setText(item == nullptr ? tr("Choose a field to mark its bytes.") : tr("This field has no bytes."));
        return;
    }
    // The cursor goes there, too: it scrolls, and a screen reader begins there.
    QTextCursor cursor = marks.first().cursor;
    cursor.setPosition(cursor.selectionStart());
    m_bytes->setTextCursor(cursor);
    m_place->setText(length == 1 ? tr("%1: byte %2").arg(item->text(0)).arg(first)
                                 : tr("%1: bytes %2 to %3").arg(item->text(0)).arg(first).arg(first + length - 1));
}

void HandshakeView::showSummary() {
    std::size_t bytes = 0;
    std::chrono::microseconds last{};
    for (int row = 0; row < m_model->rowCount(); ++row) {
        bytes += m_model->message(row).length;
        last = m_model->message(row).time;
    }
    m_summary->setText(m_model->rowCount() == 0
                           ? tr("No message yet")
                           : tr("%1 messages, %2, %3. Shaded: encrypted on the wire, shown decrypted.")
                                 .arg(m_model->rowCount())
                                 .arg(sizeText(static_cast<qint64>(bytes)), elapsedText(last)));
}

} // namespace certwright::ui
