#include "ui/pages/secrets_view.h"

#include "ui/convert.h"
#include "ui/theme.h"
#include "ui/widgets/inline_banner.h"
#include "ui/widgets/label_style.h"
#include "ui/widgets/secret_clipboard.h"
#include "ui/widgets/tab_order.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>

namespace certwright::ui {

namespace {

constexpr char hexDigits[] = "0123456789abcdef";
/// What stands for a secret, of one length for all.
QString maskText() {
    return QString(32, QChar(0x2022));
}

/// Hexadecimal text on the secure heap.
base::Secret hexOf(base::BytesView bytes) {
    base::Secret text(bytes.size() * 2);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        text.data()[2 * i] = static_cast<std::uint8_t>(hexDigits[bytes[i] >> 4U]);
        text.data()[2 * i + 1] = static_cast<std::uint8_t>(hexDigits[bytes[i] & 15U]);
    }
    return text;
}

/// In groups of eight digits, four groups a line.
QString groupedText(base::BytesView bytes) {
    QString text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i != 0 && i % 16 == 0)
            text += QLatin1Char('\n');
        else if (i != 0 && i % 4 == 0)
            text += QLatin1Char(' ');
        text += QLatin1Char(hexDigits[bytes[i] >> 4U]);
        text += QLatin1Char(hexDigits[bytes[i] & 15U]);
    }
    return text;
}

/// Overwrites the text that a label held, before it is given back to the heap.
void wipeLabel(QLabel& label) {
    QString text = label.text();
    label.setText(maskText());
    text.fill(QLatin1Char('x'));
}

} // namespace

SecretsView::SecretsView(QWidget* parent)
    : QWidget(parent)
    , m_warning(new InlineBanner(this))
    , m_save(new QPushButton(icon(QStringLiteral("export")), tr("Save &key log…"), this))
    , m_saveCapture(new QPushButton(icon(QStringLiteral("export")), tr("Save capt&ure…"), this))
    , m_clipboard(makeSecondaryLabel({}, this))
    , m_state(makeSecondaryLabel({}, this)) {
    m_save->setObjectName(QStringLiteral("saveKeyLog"));
    m_saveCapture->setObjectName(QStringLiteral("saveCapture"));
    m_saveCapture->setToolTip(tr("What crossed the wire, with the secrets: Wireshark opens it decrypted"));
    m_state->setObjectName(QStringLiteral("state"));
    m_state->setContentsMargins(12, 8, 12, 8);
    m_clipboard->setObjectName(QStringLiteral("clipboardCountdown"));
    m_clipboard->setWordWrap(true); // a long label of a secret must not widen the page
    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(12, 8, 12, 8);
    bar->setSpacing(8);
    bar->addWidget(m_save);
    bar->addWidget(m_saveCapture);
    QLabel* note = makeSecondaryLabel(tr("For Wireshark: a log of the secrets (NSS format), or what crossed the wire "
                                         "together with them (pcapng). Both "
                                         "with file mode 0600."),
                                      this);
    note->setWordWrap(true);
    bar->addWidget(note, 1);
    bar->addWidget(m_clipboard);
    auto* scroll = new QScrollArea(this);
    scroll->setObjectName(QStringLiteral("secretsArea"));
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setFocusPolicy(Qt::NoFocus);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_warning);
    column->addLayout(bar);
    column->addWidget(scroll, 1);
    column->addWidget(m_state);

    m_second.setInterval(1000);
    connect(&m_second, &QTimer::timeout, this, &SecretsView::tick);
    connect(m_save, &QPushButton::clicked, this, &SecretsView::keyLogWanted);
    connect(m_saveCapture, &QPushButton::clicked, this, &SecretsView::captureWanted);
    connect(&SecretClipboard::instance(), &SecretClipboard::countdown, this, [this](int seconds, const QString& what) {
        m_clipboard->setText(seconds > 0 ? tr("%1 on the clipboard, cleared in %2 s").arg(what).arg(seconds)
                                         : QString());
    });
    connect(qApp, &QApplication::focusChanged, this, [this](QWidget*, QWidget* now) {
        // Another window, or another program, has the focus now.
        if (now == nullptr || now->window() != window())
            maskAll();
    });
    connect(&Theme::instance(), &Theme::changed, this, [this] {
        for (const Row& row : m_rows)
            recolour(row);
    });
    clear();
}

void SecretsView::clear() {
    m_second.stop();
    maskAll();
    m_rows.clear();
    auto* scroll = findChild<QScrollArea*>(QStringLiteral("secretsArea"));
    m_list = new QWidget;
    auto* column = new QVBoxLayout(m_list);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    scroll->setWidget(m_list);
    m_list->setBackgroundRole(QPalette::Base);
    m_list->setAutoFillBackground(true);
    m_report.reset();
    m_save->setEnabled(false);
    m_saveCapture->setEnabled(false);
    m_warning->hide();
    m_state->setText(tr("No values yet"));
}

void SecretsView::setReport(service::ConnectionReportPtr report) {
    clear();
    m_report = std::move(report);
    if (!m_report)
        return;
    const tls::SessionFacts& facts = m_report->facts;
    addHeading(tr("Public values"), {});
    addPublic(tr("Client random"), facts.clientRandom);
    addPublic(tr("Server random"), facts.serverRandom);
    if (facts.session && !facts.session->id.empty())
        addPublic(tr("Session ID"), facts.session->id);
    if (!facts.masterKey.empty()) {
        const bool isTicket = facts.version == tls::ProtocolVersion::Tls13;
        addHeading(isTicket ? tr("Resumption") : tr("Master secret"),
                   isTicket ? tr("key of the session ticket") : QString());
        addSecret(isTicket ? tr("Resumption key") : tr("Master key"), facts.masterKey);
    }
    if (!m_report->secrets.isEmpty()) {
        addHeading(tr("Secrets"), tr("labels as in the key log"));
        for (const tls::KeyLogEntry& entry : m_report->secrets.entries())
            addSecret(toQString(entry.label), entry.secret);
    }
    static_cast<QVBoxLayout*>(m_list->layout())->addStretch(1);
    tabInReadingOrder(*this); // the buttons were made last, but stand above others
    const bool hasSecrets = !m_report->secrets.isEmpty();
    m_save->setEnabled(hasSecrets);
    m_saveCapture->setEnabled(!m_report->transcript.traffic().isEmpty());
    if (hasSecrets)
        m_warning->showMessage(
            InlineBanner::Severity::Warning,
            tr("These secrets decrypt this session. Anyone who has them and a capture can read it."));
    m_state->setText(m_report->state.empty() ? tr("There was no TLS connection.")
                                             : tr("State: %1").arg(printable(m_report->state)));
}

void SecretsView::setState(const QString& text) {
    if (!text.isEmpty())
        m_state->setText(tr("State: %1").arg(text));
}

void SecretsView::addHeading(const QString& title, const QString& note) {
    auto* row = new QWidget(m_list);
    row->setBackgroundRole(QPalette::AlternateBase);
    row->setAutoFillBackground(true);
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(8, 4, 8, 4);
    auto* label = new QLabel(title, row);
    QFont bold = label->font();
    bold.setBold(true);
    label->setFont(bold);
    layout->addWidget(label);
    layout->addWidget(makeSecondaryLabel(note, row));
    layout->addStretch(1);
    m_list->layout()->addWidget(row);
}

void SecretsView::addPublic(const QString& label, const base::Bytes& value) {
    if (value.empty())
        return;
    Row row;
    row.label = label;
    row.plain = value;
    addRow(std::move(row));
}

void SecretsView::addSecret(const QString& label, const base::Secret& secret) {
    Row row;
    row.label = label;
    row.secret = &secret;
    addRow(std::move(row));
}

QWidget* SecretsView::addRow(Row row) {
    const std::size_t index = m_rows.size();
    auto* frame = new QWidget(m_list);
    frame->setObjectName(QStringLiteral("row-") + row.label);
    frame->setAutoFillBackground(true);
    frame->setBackgroundRole(QPalette::Base);
    auto* name = new QLabel(row.label, frame);
    name->setTextFormat(Qt::PlainText);
    name->setFixedWidth(fontMetrics().averageCharWidth() * 40);
    const std::size_t size = row.secret != nullptr ? row.secret->size() : row.plain.size();
    auto* bytes = makeSecondaryLabel(tr("%1 B").arg(size), frame);
    bytes->setFixedWidth(fontMetrics().averageCharWidth() * 8);
    row.value = new QLabel(frame);
    row.value->setObjectName(QStringLiteral("value"));
    row.value->setTextFormat(Qt::PlainText);
    row.value->setFont(Theme::instance().fixedFont());
    row.value->setText(row.secret != nullptr ? maskText() : groupedText(row.plain));
    // A secret is copied by its button only, which takes care of the clipboard.
    if (row.secret == nullptr)
        row.value->setTextInteractionFlags(Qt::TextSelectableByMouse);
    row.countdown = new QLabel(frame);
    row.countdown->hide();
    auto* values = new QVBoxLayout;
    values->setSpacing(2);
    values->addWidget(row.value);
    values->addWidget(row.countdown);
    auto* layout = new QHBoxLayout(frame);
    layout->setContentsMargins(8, 3, 8, 3);
    layout->setSpacing(8);
    layout->addWidget(name);
    layout->addWidget(bytes);
    layout->addLayout(values, 1);
    if (row.secret != nullptr) {
        row.reveal = new QPushButton(icon(QStringLiteral("eye")), tr("Reveal"), frame);
        row.reveal->setObjectName(QStringLiteral("reveal-") + row.label);
        row.reveal->setAccessibleName(tr("Reveal %1").arg(row.label));
        // "Hide" and "Reveal" have one width, so that the buttons do not move.
        row.reveal->setMinimumWidth(row.reveal->sizeHint().width());
        layout->addWidget(row.reveal);
        connect(row.reveal, &QPushButton::clicked, this,
                [this, index] { setRevealed(index, m_rows[index].secondsLeft == 0); });
    }
    auto* copyButton = new QPushButton(icon(QStringLiteral("copy")), tr("Copy"), frame);
    copyButton->setObjectName(QStringLiteral("copy-") + row.label);
    copyButton->setAccessibleName(tr("Copy %1").arg(row.label));
    layout->addWidget(copyButton);
    connect(copyButton, &QPushButton::clicked, this, [this, index] { copy(index); });
    row.frame = frame;
    m_list->layout()->addWidget(frame);
    recolour(row);
    m_rows.push_back(std::move(row));
    return frame;
}

void SecretsView::setRevealed(std::size_t index, bool isRevealed) {
    Row& row = m_rows[index];
    if (row.secret == nullptr || isRevealed == (row.secondsLeft > 0))
        return;
    row.secondsLeft = isRevealed ? RevealSeconds : 0;
    if (isRevealed)
        row.value->setText(groupedText(row.secret->view()));
    else
        wipeLabel(*row.value);
    row.countdown->setVisible(isRevealed);
    row.countdown->setText(tr("Hides again in %1 s, or when this window loses the focus").arg(row.secondsLeft));
    row.reveal->setText(isRevealed ? tr("Hide") : tr("Reveal"));
    row.reveal->setIcon(icon(isRevealed ? QStringLiteral("eyeoff") : QStringLiteral("eye")));
    row.reveal->setAccessibleName((isRevealed ? tr("Hide %1") : tr("Reveal %1")).arg(row.label));
    recolour(row);
    if (isRevealed)
        m_second.start();
}

void SecretsView::recolour(const Row& row) {
    // An empty palette is the parent's: the row stays in the theme's colours by itself.
    QPalette colours;
    if (row.secondsLeft > 0)
        colours.setColor(QPalette::Base, Theme::instance().color(ColorRole::WarningStrip));
    row.frame->setPalette(colours);
    QPalette warning;
    warning.setColor(QPalette::WindowText, Theme::instance().color(ColorRole::Warning));
    row.countdown->setPalette(warning);
}

void SecretsView::copy(std::size_t index) {
    const Row& row = m_rows[index];
    if (row.secret != nullptr)
        SecretClipboard::instance().copy(hexOf(row.secret->view()), row.label);
    else
        QApplication::clipboard()->setText(toQString(base::toHex(row.plain)).toLower());
}

void SecretsView::tick() {
    bool isAnyRevealed = false;
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        Row& row = m_rows[i];
        if (row.secondsLeft == 0)
            continue;
        if (row.secondsLeft == 1) {
            setRevealed(i, false);
            continue;
        }
        --row.secondsLeft;
        row.countdown->setText(tr("Hides again in %1 s, or when this window loses the focus").arg(row.secondsLeft));
        isAnyRevealed = true;
    }
    if (!isAnyRevealed)
        m_second.stop();
}

void SecretsView::maskAll() {
    for (std::size_t i = 0; i < m_rows.size(); ++i)
        setRevealed(i, false);
}

QString SecretsView::shownValue(const QString& label) const {
    for (const Row& row : m_rows) {
        if (row.label == label)
            return row.value->text();
    }
    return {};
}

void SecretsView::hideEvent(QHideEvent* event) {
    maskAll();
    QWidget::hideEvent(event);
}

} // namespace certwright::ui
