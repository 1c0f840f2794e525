#include "ui/pages/console_view.h"

#include "ui/convert.h"
#include "ui/error_text.h"
#include "ui/pages/handshake_view.h"
#include "ui/theme.h"
#include "ui/widgets/field_message.h"
#include "ui/widgets/label_style.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QShortcut>
#include <QVBoxLayout>

#include <algorithm>

namespace certwright::ui {

namespace {

constexpr int MaximumLines = 20000;

/// How lines end that are sent, as the list has them.
enum LineEnd { CrLf, Lf, AsTyped };

QPlainTextEdit* makeEdit(const QString& name, QWidget* parent) {
    auto* edit = new QPlainTextEdit(parent);
    edit->setObjectName(name);
    edit->setTabChangesFocus(true);
    edit->setFont(Theme::instance().fixedFont());
    return edit;
}

/// Text line by line, with what cannot be printed made visible.
QString linesOf(base::BytesView bytes) {
    const QString text =
        QString::fromUtf8(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size()));
    QStringList lines;
    for (QString line : text.split(QLatin1Char('\n'))) {
        if (line.endsWith(QLatin1Char('\r')))
            line.chop(1);
        lines << printable(line);
    }
    if (lines.size() > 1 && lines.last().isEmpty())
        lines.removeLast();
    return lines.join(QLatin1Char('\n'));
}

QString closedText() {
    return ConsoleView::tr("Not connected. Inspecting closes the connection after the handshake; here it can stay "
                           "open.");
}

} // namespace

ConsoleView::ConsoleView(QWidget* parent)
    : QWidget(parent)
    , m_state(new QLabel(this))
    , m_pending(makeSecondaryLabel({}, this))
    , m_connect(new QPushButton(icon(QStringLiteral("inspect")), tr("C&onnect and stay connected"), this))
    , m_renegotiate(new QPushButton(icon(QStringLiteral("renew")), {}, this))
    , m_close(new QPushButton(icon(QStringLiteral("x")), tr("Close p&roperly"), this))
    , m_format(new QComboBox(this))
    , m_output(makeEdit(QStringLiteral("consoleOutput"), this)) {
    m_state->setObjectName(QStringLiteral("consoleState"));
    m_state->setTextFormat(Qt::PlainText);
    m_state->setWordWrap(true);
    m_pending->setObjectName(QStringLiteral("consolePending"));
    m_connect->setObjectName(QStringLiteral("consoleConnect"));
    m_renegotiate->setObjectName(QStringLiteral("renegotiate"));
    m_close->setObjectName(QStringLiteral("closeConnection"));
    m_close->setToolTip(tr("Sends close_notify"));
    m_format->setObjectName(QStringLiteral("consoleFormat"));
    m_format->setAccessibleName(tr("Write and show as"));
    m_format->addItems({tr("Text"), tr("Hexadecimal")});
    m_output->setAccessibleName(tr("Sent and received"));
    m_output->setReadOnly(true);
    m_output->setMaximumBlockCount(MaximumLines);
    m_output->setPlaceholderText(tr("What is sent and received is shown here."));

    auto* bar = new QHBoxLayout;
    bar->setSpacing(8);
    bar->addWidget(m_state, 1);
    bar->addWidget(m_pending);
    bar->addWidget(m_connect);
    bar->addWidget(m_renegotiate);
    bar->addWidget(m_close);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 8, 12, 12);
    column->setSpacing(8);
    column->addLayout(bar);
    column->addWidget(m_output, 3);
    column->addWidget(buildInput(), 1);

    connect(m_connect, &QPushButton::clicked, this, &ConsoleView::connectWanted);
    connect(m_renegotiate, &QPushButton::clicked, this, &ConsoleView::renegotiationWanted);
    connect(m_close, &QPushButton::clicked, this, &ConsoleView::closingWanted);
    connect(m_format, &QComboBox::currentIndexChanged, this, &ConsoleView::showAll);
    clear();
}

QWidget* ConsoleView::buildInput() {
    auto* area = new QWidget(this);
    m_input = makeEdit(QStringLiteral("consoleInput"), area);
    m_input->setAccessibleName(tr("To send"));
    m_input->setMinimumHeight(m_input->fontMetrics().lineSpacing() * 2);
    m_lineEnd = new QComboBox(area);
    m_lineEnd->setObjectName(QStringLiteral("consoleLineEnd"));
    m_lineEnd->setAccessibleName(tr("Ends of lines"));
    m_lineEnd->addItems({tr("Lines end with CR LF"), tr("Lines end with LF"), tr("Lines as typed")});
    m_send = new QPushButton(icon(QStringLiteral("right")), tr("Se&nd"), area);
    m_send->setObjectName(QStringLiteral("consoleSend"));
    m_send->setToolTip(tr("Ctrl+Enter"));
    m_request = new QPushButton(tr("&GET request"), area);
    m_request->setObjectName(QStringLiteral("consoleRequest"));
    m_request->setToolTip(tr("Writes a request of HTTP into the field; Send sends it"));
    m_message = new FieldMessage(area);
    m_message->setObjectName(QStringLiteral("consoleMessage"));
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(m_format);
    row->addWidget(m_lineEnd);
    row->addStretch(1);
    row->addWidget(m_request);
    row->addWidget(m_send);
    auto* column = new QVBoxLayout(area);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    column->addWidget(m_input, 1);
    column->addWidget(m_message);
    column->addLayout(row);
    connect(m_send, &QPushButton::clicked, this, &ConsoleView::send);
    connect(m_request, &QPushButton::clicked, this, &ConsoleView::insertRequest);
    connect(m_input, &QPlainTextEdit::textChanged, m_message, &FieldMessage::clear);
    for (const auto key : {Qt::CTRL | Qt::Key_Return, Qt::CTRL | Qt::Key_Enter}) {
        auto* shortcut = new QShortcut(QKeySequence(key), m_input, this, &ConsoleView::send);
        shortcut->setContext(Qt::WidgetShortcut);
    }
    return area;
}

void ConsoleView::clear() {
    m_pieces.clear();
    m_kept = 0;
    m_output->clear();
    m_message->clear();
    setPending(0);
    setOpen(false);
    setState(closedText());
}

void ConsoleView::setOpen(bool isOpen, bool isTls13) {
    m_isOpen = isOpen;
    m_connect->setVisible(!isOpen);
    m_renegotiate->setVisible(isOpen);
    m_renegotiate->setText(isTls13 ? tr("Change &keys") : tr("New hands&hake"));
    m_renegotiate->setToolTip(isTls13 ? tr("Sends a KeyUpdate and asks the server for one")
                                      : tr("Renegotiates: a second handshake over this connection"));
    m_close->setVisible(isOpen);
    m_send->setEnabled(isOpen);
    if (isOpen)
        setState(tr("Connected."));
}

void ConsoleView::setState(const QString& text) {
    m_state->setText(text);
}

void ConsoleView::showEnd(const service::ConnectionReport& report) {
    const bool wasOpen = m_isOpen;
    setOpen(false);
    setPending(0);
    if (report.failure)
        setState(errorText(report.failure->error).reason);
    else if (!wasOpen)
        setState(closedText());
    else if (report.protocol == tls::EngineState::Closed)
        setState(tr("Closed properly by both sides."));
    else if (report.protocol == tls::EngineState::CloseSent)
        setState(tr("Closed. The server did not answer with close_notify."));
    else
        setState(tr("The server ended the connection without close_notify: data may have been cut off."));
}

void ConsoleView::setPending(std::size_t octets) {
    m_pending->setText(octets == 0 ? QString() : tr("%1 wait to be sent").arg(sizeText(static_cast<qint64>(octets))));
}

void ConsoleView::addReceived(const base::Bytes& bytes) {
    if (!bytes.empty())
        add({tls::Direction::Received, bytes});
}

void ConsoleView::addRefused(std::size_t octets) {
    if (octets > 0)
        m_message->setError(tr("%1 were not sent: the server does not take what was sent before.")
                                .arg(sizeText(static_cast<qint64>(octets))));
}

bool ConsoleView::isHex() const {
    return m_format->currentIndex() == 1;
}

void ConsoleView::send() {
    if (!m_isOpen)
        return;
    QString text = m_input->toPlainText();
    base::Bytes bytes;
    if (isHex()) {
        const auto decoded = base::fromHex(toStdString(text.trimmed()));
        if (!decoded) {
            m_message->setError(tr("This is not hexadecimal: two digits for each octet are needed."));
            m_input->setFocus();
            return;
        }
        bytes = *decoded;
    } else {
        // Servers that read lines wait for the end of the last one, too.
        if (m_lineEnd->currentIndex() != AsTyped && !text.isEmpty() && !text.endsWith(QLatin1Char('\n')))
            text += QLatin1Char('\n');
        if (m_lineEnd->currentIndex() == CrLf)
            text.replace(QLatin1Char('\n'), QStringLiteral("\r\n"));
        const QByteArray utf8 = text.toUtf8();
        bytes.assign(utf8.begin(), utf8.end());
    }
    if (bytes.empty()) {
        m_message->setMessage(FieldMessage::Severity::Info, tr("There is nothing to send yet."));
        m_input->setFocus();
        return;
    }
    m_input->clear();
    add({tls::Direction::Sent, bytes});
    Q_EMIT sendWanted(bytes);
}

void ConsoleView::insertRequest() {
    m_format->setCurrentIndex(0);
    m_lineEnd->setCurrentIndex(CrLf);
    m_input->setPlainText(QStringLiteral("GET / HTTP/1.1\nHost: %1\nConnection: close\n\n").arg(m_host));
    m_input->setFocus();
}

void ConsoleView::add(Piece piece) {
    m_kept += piece.bytes.size();
    m_pieces.push_back(std::move(piece));
    while (m_kept > MaximumKept && m_pieces.size() > 1) {
        m_kept -= m_pieces.front().bytes.size();
        m_pieces.pop_front();
    }
    show(m_pieces.back());
}

void ConsoleView::show(const Piece& piece) {
    const std::size_t size = piece.bytes.size();
    const auto octets = sizeText(static_cast<qint64>(size));
    m_output->appendPlainText(piece.direction == tls::Direction::Sent ? tr("→ sent %1").arg(octets)
                                                                      : tr("← received %1").arg(octets));
    const base::BytesView shown = base::BytesView(piece.bytes).first(std::min(size, MaximumShown));
    m_output->appendPlainText(isHex() ? hexDump(shown).trimmed() : linesOf(shown));
    if (shown.size() < size)
        m_output->appendPlainText(tr("… %1 more").arg(sizeText(static_cast<qint64>(size - shown.size()))));
}

void ConsoleView::showAll() {
    m_output->clear();
    m_lineEnd->setVisible(!isHex());
    for (const Piece& piece : m_pieces)
        show(piece);
}

QString ConsoleView::shownText() const {
    return m_output->toPlainText();
}

} // namespace certwright::ui
