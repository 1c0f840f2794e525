#include "ui/pages/inspector_overview.h"

#include "ui/convert.h"
#include "ui/error_text.h"
#include "ui/pages/handshake_model.h"
#include "ui/theme.h"
#include "ui/widgets/label_style.h"

#include <QFormLayout>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace certwright::ui {

namespace {

constexpr char markProperty[] = "state";

QString phaseText(net::ConnectionPhase phase) {
    switch (phase) {
    case net::ConnectionPhase::Idle:
        return InspectorOverview::tr("Waiting");
    case net::ConnectionPhase::LookingUp:
        return InspectorOverview::tr("Looking up the name");
    case net::ConnectionPhase::Connecting:
        return InspectorOverview::tr("Connecting");
    case net::ConnectionPhase::StartTls:
        return InspectorOverview::tr("Asking for TLS in plain text");
    case net::ConnectionPhase::Handshaking:
        return InspectorOverview::tr("Shaking hands");
    case net::ConnectionPhase::Established:
        return InspectorOverview::tr("Connected");
    case net::ConnectionPhase::Closing:
        return InspectorOverview::tr("Closing properly");
    case net::ConnectionPhase::Finished:
        break;
    }
    return InspectorOverview::tr("Finished");
}

/// Where a connection failed, as the beginning of a sentence.
QString failedTitle(const service::ConnectionReport& report) {
    const QString target = printable(report.endpoint.toText());
    if (report.failure->error.kind() == base::ErrorKind::Cancelled)
        return InspectorOverview::tr("Stopped");
    switch (report.failedPhase) {
    case net::ConnectionPhase::Idle:
        return InspectorOverview::tr("These options cannot be used");
    case net::ConnectionPhase::LookingUp:
        return InspectorOverview::tr("The name of %1 was not found").arg(target);
    case net::ConnectionPhase::Connecting:
        return InspectorOverview::tr("No connection to %1").arg(target);
    case net::ConnectionPhase::StartTls:
    case net::ConnectionPhase::Handshaking:
        return InspectorOverview::tr("No TLS with %1").arg(target);
    default:
        return InspectorOverview::tr("The connection to %1 broke").arg(target);
    }
}

/// Who ended it.
QString sideText(tls::FailureSide side) {
    switch (side) {
    case tls::FailureSide::Ours:
        return InspectorOverview::tr("It failed on this side: by what is offered or allowed here");
    case tls::FailureSide::Peer:
        return InspectorOverview::tr("It failed on the server’s side");
    case tls::FailureSide::Transport:
        return InspectorOverview::tr("It failed on the way between the two");
    }
    return {};
}

QWidget* scrolling(QWidget* content) {
    auto* scroll = new QScrollArea;
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(content);
    return scroll;
}

QString versionText(tls::ProtocolVersion version) {
    QString text = toQString(tls::toString(version));
    return text.replace(QStringLiteral("TLSv"), QStringLiteral("TLS "))
        .replace(QStringLiteral("SSLv"), QStringLiteral("SSL "));
}

} // namespace

InspectorOverview::InspectorOverview(QWidget* parent)
    : QWidget(parent)
    , m_pages(new QStackedWidget(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_pages);
    m_pages->addWidget(buildEmpty());
    m_pages->addWidget(buildLive());
    m_pages->addWidget(buildResult());
    connect(&Theme::instance(), &Theme::changed, this, &InspectorOverview::recolour);
}

QWidget* InspectorOverview::buildEmpty() {
    auto* page = new QWidget;
    auto* title = new QLabel(tr("Look at a TLS connection"), page);
    title->setFont(Theme::instance().headingFont(18.0 / 13.0));
    auto* text = makeSecondaryLabel(
        tr("Type a host, a host with its port, or a URL above, and press Enter.\nNothing is sent but the handshake."),
        page);
    text->setAlignment(Qt::AlignCenter);
    text->setWordWrap(true);
    title->setAlignment(Qt::AlignCenter);
    auto* column = new QVBoxLayout(page);
    column->addStretch(2);
    column->addWidget(title);
    column->addWidget(text);
    column->addStretch(3);
    return page;
}

QWidget* InspectorOverview::buildLive() {
    auto* page = new QWidget;
    m_liveTitle = new QLabel(page);
    m_liveTitle->setTextFormat(Qt::PlainText);
    m_liveTitle->setWordWrap(true);
    m_liveTitle->setFont(Theme::instance().headingFont());
    m_live = new QListWidget(page);
    m_live->setObjectName(QStringLiteral("liveStates"));
    m_live->setAccessibleName(tr("States of the connection"));
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(16, 12, 16, 12);
    column->addWidget(m_liveTitle);
    column->addWidget(m_live, 1);
    return page;
}

QWidget* InspectorOverview::buildResult() {
    auto* page = new QWidget;
    m_strip = new QWidget(page);
    m_strip->setAutoFillBackground(true);
    m_strip->setObjectName(QStringLiteral("verdictStrip"));
    m_mark = new QLabel(m_strip);
    m_mark->setObjectName(QStringLiteral("verdictMark"));
    m_verdict = new QLabel(m_strip);
    m_verdict->setObjectName(QStringLiteral("verdict"));
    m_verdict->setTextFormat(Qt::PlainText);
    m_verdict->setWordWrap(true);
    m_verdict->setFont(Theme::instance().headingFont());
    m_verdict->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_detail = makeValueLabel(m_strip);
    m_detail->setObjectName(QStringLiteral("verdictDetail"));
    auto* texts = new QVBoxLayout;
    texts->setSpacing(2);
    texts->addWidget(m_verdict);
    texts->addWidget(m_detail);
    auto* stripRow = new QHBoxLayout(m_strip);
    stripRow->setContentsMargins(16, 10, 16, 10);
    stripRow->setSpacing(12);
    stripRow->addWidget(m_mark, 0, Qt::AlignTop);
    stripRow->addLayout(texts, 1);
    m_replace = new QPushButton(icon(QStringLiteral("newcert")), tr("Make a replace&ment…"), m_strip);
    m_replace->setObjectName(QStringLiteral("replaceCertificate"));
    stripRow->addWidget(m_replace, 0, Qt::AlignVCenter);
    connect(m_replace, &QPushButton::clicked, this, &InspectorOverview::replacementWanted);

    m_reasonArea = new QWidget;
    m_reasons = new QVBoxLayout(m_reasonArea);
    m_factArea = new QWidget;
    m_facts = new QFormLayout(m_factArea);
    auto* splitter = new QSplitter(Qt::Horizontal, page);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(scrolling(m_reasonArea));
    splitter->addWidget(scrolling(m_factArea));
    splitter->setSizes({456, 514});
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_strip);
    column->addWidget(splitter, 1);
    return page;
}

void InspectorOverview::showEmpty() {
    m_pages->setCurrentIndex(0);
}

void InspectorOverview::showStarted(const QString& target) {
    m_live->clear();
    m_liveTitle->setText(tr("Connecting to %1…").arg(target));
    m_pages->setCurrentIndex(1);
}

void InspectorOverview::append(const service::ConnectionUpdate& update) {
    const auto add = [this](const QString& text) {
        // States repeat while the engine waits for more bytes; once each is enough.
        const int count = m_live->count();
        if (count == 0 || m_live->item(count - 1)->text() != text)
            m_live->addItem(text);
    };
    if (m_live->property("phase").toInt() != static_cast<int>(update.phase) || m_live->count() == 0)
        add(phaseText(update.phase));
    m_live->setProperty("phase", static_cast<int>(update.phase));
    for (const tls::StateChange& change : update.states)
        add(QStringLiteral("%1  %2").arg(elapsedText(change.time), printable(change.state)));
    m_live->scrollToBottom();
}

void InspectorOverview::setReport(const service::ConnectionReport& report, base::Time now) {
    // The two lists are made anew: a layout has no clear().
    for (QWidget* area : {m_reasonArea, m_factArea}) {
        delete area->layout();
        qDeleteAll(area->findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly));
    }
    m_reasons = new QVBoxLayout(m_reasonArea);
    m_reasons->setContentsMargins(16, 12, 16, 12);
    m_reasons->setSpacing(8);
    m_facts = new QFormLayout(m_factArea);
    m_facts->setContentsMargins(16, 12, 16, 12);
    m_facts->setHorizontalSpacing(16);
    m_facts->setVerticalSpacing(6);
    m_facts->setRowWrapPolicy(QFormLayout::DontWrapRows);
    fillReasons(report, now);
    m_reasons->addStretch(1);
    fillFacts(report, now);
    showVerdict(report);
    m_replace->setVisible(!report.facts.chain.empty());
    m_pages->setCurrentIndex(2);
}

void InspectorOverview::setReplacementPossible(bool isPossible) {
    m_replace->setEnabled(isPossible);
    m_replace->setToolTip(isPossible ? tr("A new certificate for the same names, with a new key")
                                     : tr("Open a store first"));
}

void InspectorOverview::showVerdict(const service::ConnectionReport& report) {
    State state = State::Valid;
    QString text;
    QString detail;
    const QString agreed = report.facts.version
                               ? tr("%1 with %2.")
                                     .arg(versionText(*report.facts.version),
                                          report.facts.cipher ? printable(report.facts.cipher->ianaName) : QString())
                               : QString();
    if (report.failure) {
        const ErrorText words = errorText(report.failure->error);
        state = report.failure->error.kind() == base::ErrorKind::Cancelled ? State::Info : State::Error;
        text = failedTitle(report);
        detail = state == State::Info ? tr("You stopped it. What was learnt until then is shown.") : words.reason;
        if (state != State::Info && !words.advice.isEmpty())
            detail += QLatin1Char('\n') + words.advice;
    } else if (report.isGood()) {
        text = tr("Good connection");
        detail = agreed + QLatin1Char(' ') + tr("Chain and host name are verified.");
    } else {
        state = State::Warning;
        const bool isHostWrong = report.hostname && !report.hostname->ok;
        const bool isChainWrong = report.verify && !report.verify->ok;
        text = isChainWrong  ? tr("Connected, but the chain is not trusted")
               : isHostWrong ? tr("Connected, but the certificate is for another host")
                             : tr("Connected without a certificate");
        detail = agreed + QLatin1Char(' ') + tr("A browser would refuse this connection.");
    }
    m_verdict->setText(text);
    m_detail->setText(detail);
    m_state = state;
    recolour();
}

void InspectorOverview::recolour() {
    const int size = m_verdict->fontMetrics().height() * 3 / 2;
    m_mark->setPixmap(stateIcon(m_state).pixmap(QSize(size, size), devicePixelRatioF()));
    const bool isLoud = m_state == State::Warning || m_state == State::Error;
    QPalette colours; // the rest is the application's
    if (isLoud)
        colours.setColor(QPalette::Window, Theme::instance().color(ColorRole::WarningStrip));
    m_strip->setPalette(colours);
    m_strip->setBackgroundRole(isLoud ? QPalette::Window : QPalette::AlternateBase);
    const int small = fontMetrics().height();
    for (QLabel* mark : m_reasonArea->findChildren<QLabel*>(QStringLiteral("reasonMark")))
        mark->setPixmap(stateIcon(static_cast<State>(mark->property(markProperty).toInt()))
                            .pixmap(QSize(small, small), devicePixelRatioF()));
}

void InspectorOverview::addReason(int state, const QString& text, const QString& note) {
    auto* row = new QWidget(m_reasonArea);
    row->setObjectName(QStringLiteral("reason"));
    auto* mark = new QLabel(row);
    mark->setObjectName(QStringLiteral("reasonMark"));
    mark->setProperty(markProperty, state);
    auto* words = makeValueLabel(row);
    words->setObjectName(QStringLiteral("reasonText"));
    words->setText(text);
    auto* column = new QVBoxLayout;
    column->setSpacing(0);
    column->addWidget(words);
    if (!note.isEmpty()) {
        auto* second = makeValueLabel(row);
        second->setText(note);
        showAsSecondary(second);
        column->addWidget(second);
    }
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addWidget(mark, 0, Qt::AlignTop);
    layout->addLayout(column, 1);
    m_reasons->addWidget(row);
}

void InspectorOverview::fillReasons(const service::ConnectionReport& report, base::Time now) {
    const auto add = [this](State state, const QString& text, const QString& note = {}) {
        addReason(static_cast<int>(state), text, note);
    };
    auto* heading = new QLabel(report.failure ? tr("What was learnt") : tr("Why"), m_reasonArea);
    heading->setFont(Theme::instance().headingFont());
    m_reasons->addWidget(heading);
    if (report.failure && report.failure->error.kind() != base::ErrorKind::Cancelled)
        add(State::Error, sideText(report.failure->side));
    const tls::SessionFacts& facts = report.facts;
    if (!report.peerAddress.empty())
        add(State::Valid, tr("TCP connection to %1").arg(printable(report.peerAddress)));
    else if (report.failure)
        add(State::Error, tr("No TCP connection"));
    if (facts.version) {
        const bool isOld = *facts.version < tls::ProtocolVersion::Tls12;
        add(isOld ? State::Warning : State::Valid, versionText(*facts.version),
            isOld ? tr("Browsers no longer speak this version.") : QString());
    } else if (!report.transcript.messages().empty()) {
        add(State::Unknown, tr("No version was agreed upon"),
            report.transcript.messages().size() == 1
                ? tr("One message was exchanged.")
                : tr("%1 messages were exchanged.").arg(report.transcript.messages().size()));
    }
    if (report.verify) {
        if (report.verify->ok)
            add(State::Valid,
                tr("The chain leads to %1")
                    .arg(report.verify->builtChain.empty()
                             ? tr("a trusted root")
                             : printable(report.verify->builtChain.back().subject().displayName())),
                tr("%1 certificates sent, signatures checked").arg(facts.chain.size()));
        for (const x509::Finding& finding : report.verify->findings)
            add(finding.severity == x509::Finding::Severity::Error     ? State::Error
                : finding.severity == x509::Finding::Severity::Warning ? State::Warning
                                                                       : State::Info,
                printable(finding.message), printable(finding.fix));
    }
    if (report.hostname)
        add(report.hostname->ok ? State::Valid : State::Error,
            (report.hostname->ok ? tr("The certificate is for %1") : tr("The certificate is not for %1"))
                .arg(printable(report.hostname->asked)));
    if (!facts.chain.empty() && facts.chain.front().notAfter()) {
        const base::Time end = *facts.chain.front().notAfter();
        const bool isNear = end >= now && end - now < std::chrono::hours(24 * 30);
        if (end >= now)
            add(isNear ? State::Expiring : State::Valid,
                tr("The certificate ends on %1, %2").arg(dateText(end), relativeText(end, now)));
    }
    if (facts.version && !report.failure) {
        if (!facts.staple)
            add(State::Info, tr("No stapled OCSP response"));
        else if (facts.staple->isGood())
            add(State::Valid, tr("The OCSP response that came with the handshake says that the certificate is good"));
        else
            add(State::Warning,
                tr("The OCSP response that came with the handshake does not vouch for the certificate"));
    }
}

void InspectorOverview::addFactHeading(const QString& text) {
    auto* heading = new QLabel(text, m_factArea);
    heading->setFont(Theme::instance().headingFont());
    if (m_facts->rowCount() > 0)
        heading->setContentsMargins(0, 12, 0, 0); // apart from the group above
    m_facts->addRow(heading);
}

void InspectorOverview::addFact(const QString& label, const QString& value, bool isFixed) {
    if (value.isEmpty())
        return;
    auto* field = makeValueLabel(m_factArea);
    field->setObjectName(QStringLiteral("fact-") + label);
    field->setText(value);
    if (isFixed)
        field->setFont(Theme::instance().fixedFont());
    m_facts->addRow(makeSecondaryLabel(label, m_factArea), field);
}

void InspectorOverview::fillFacts(const service::ConnectionReport& report, base::Time now) {
    const tls::SessionFacts& facts = report.facts;
    addFactHeading(facts.version ? tr("Negotiated") : tr("Connection"));
    if (facts.version)
        addFact(tr("Version"), versionText(*facts.version));
    if (facts.cipher)
        addFact(tr("Cipher suite"),
                printable(facts.cipher->ianaName.empty() ? facts.cipher->opensslName : facts.cipher->ianaName));
    addFact(tr("Key exchange"), !facts.group.empty() ? printable(facts.group)
                                : facts.temporaryKey ? keyText(*facts.temporaryKey)
                                                     : QString());
    addFact(tr("Signature"), printable(facts.signature));
    addFact(tr("ALPN"), printable(facts.alpn));
    addFact(tr("Server name (SNI)"), printable(facts.serverName));
    if (facts.session)
        addFact(tr("Resumption"), facts.session->isResumed ? tr("resumed")
                                  : facts.session->hasTicket
                                      ? tr("ticket received, %1 s").arg(facts.session->ticketLifetime.count())
                                      : tr("no ticket"));
    if (facts.isClientCertificateRequested)
        addFact(tr("Client certificate"), tr("asked for"));
    addFact(tr("Address"), printable(report.peerAddress));
    const auto time = [this](const QString& label, const std::optional<std::chrono::microseconds>& took) {
        if (took)
            addFact(label, elapsedText(*took));
    };
    time(tr("Name look-up"), report.timings.lookUp);
    time(tr("TCP connect"), report.timings.connect);
    if (report.startTls || !report.proxy.empty())
        time(tr("Plain text before TLS"), report.timings.startTls);
    time(tr("TLS handshake"), report.timings.handshake);
    addFact(tr("Last state"), printable(report.state));
    if (facts.chain.empty())
        return;
    const x509::Certificate& leaf = facts.chain.front();
    addFactHeading(tr("Certificate"));
    addFact(tr("Subject"), printable(leaf.subject().displayName()));
    QStringList names;
    for (const x509::GeneralName& name : leaf.subjectAltNames())
        names << printable(name.value);
    addFact(tr("Names"), names.mid(0, 8).join(QStringLiteral(", ")) +
                             (names.size() > 8 ? tr(" +%1").arg(names.size() - 8) : QString()));
    addFact(tr("Issuer"), printable(leaf.issuer().displayName()));
    addFact(tr("Key"), keyText(leaf.publicKey().facts()));
    if (leaf.notBefore() && leaf.notAfter())
        addFact(tr("Validity"),
                tr("%1 to %2 (%3)")
                    .arg(dateText(*leaf.notBefore()), dateText(*leaf.notAfter()), relativeText(*leaf.notAfter(), now)));
    const QString fingerprint = groupedHex(toQString(leaf.sha256()));
    addFact(tr("SHA-256"), fingerprint.left(47) + QLatin1Char('\n') + fingerprint.mid(48), true);
}

QString InspectorOverview::verdict() const {
    return m_pages->currentIndex() == 2 ? m_verdict->text() : QString();
}

QString InspectorOverview::verdictDetail() const {
    return m_detail->text();
}

QStringList InspectorOverview::reasons() const {
    QStringList texts;
    for (const QLabel* label : m_reasonArea->findChildren<QLabel*>(QStringLiteral("reasonText")))
        texts << label->text();
    return texts;
}

QString InspectorOverview::fact(const QString& label) const {
    const auto* field = m_factArea->findChild<QLabel*>(QStringLiteral("fact-") + label);
    return field == nullptr ? QString() : field->text();
}

} // namespace certwright::ui
