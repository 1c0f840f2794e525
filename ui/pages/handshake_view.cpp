#include "ui/pages/handshake_view.h"

#include "ui/convert.h"
#include "ui/pages/handshake_model.h"
#include "ui/theme.h"
#include "ui/widgets/label_style.h"

#include <QHeaderView>
#include <QLabel>
#include <QPlainTextEdit>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

namespace certwright::ui {

namespace {

constexpr std::size_t rowLength = 16;

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
    , m_bytes(new QPlainTextEdit(this)) {
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
    m_bytes->setObjectName(QStringLiteral("bytes"));
    m_bytes->setAccessibleName(tr("Bytes of the message"));
    m_bytes->setReadOnly(true);
    m_bytes->setTabChangesFocus(true);
    m_bytes->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_bytes->setFont(Theme::instance().fixedFont());
    m_bytes->setFrameShape(QFrame::NoFrame);
    m_title->setTextFormat(Qt::PlainText);
    m_title->setContentsMargins(8, 6, 8, 6);
    m_title->setWordWrap(true);
    m_summary->setObjectName(QStringLiteral("handshakeSummary"));
    m_summary->setContentsMargins(12, 8, 12, 8);
    m_summary->setWordWrap(true);

    auto* list = new QWidget(this);
    auto* listColumn = new QVBoxLayout(list);
    listColumn->setContentsMargins(0, 0, 0, 0);
    listColumn->setSpacing(0);
    listColumn->addWidget(m_table, 1);
    listColumn->addWidget(m_summary);
    auto* detail = new QWidget(this);
    auto* detailColumn = new QVBoxLayout(detail);
    detailColumn->setContentsMargins(0, 0, 0, 0);
    detailColumn->setSpacing(0);
    detailColumn->addWidget(m_title);
    detailColumn->addWidget(m_bytes, 1);
    auto* splitter = new QSplitter(Qt::Horizontal, this);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(list);
    splitter->addWidget(detail);
    splitter->setStretchFactor(0, 1);
    splitter->setSizes({460, 510});
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(splitter);

    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& current) { showMessage(current.isValid() ? current.row() : -1); });
    clear();
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
    if (row < 0) {
        m_title->setText(tr("Choose a message to see its bytes."));
        m_bytes->clear();
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
