#include "ui/pages/chain_view.h"

#include "ui/convert.h"
#include "ui/error_text.h"
#include "ui/theme.h"
#include "ui/widgets/field_message.h"
#include "ui/widgets/label_style.h"
#include "ui/widgets/problem_list.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QTreeWidget>

#include <algorithm>

namespace certwright::ui {

namespace {

constexpr int stateRole = Qt::UserRole + 1;

/// What a list says about a certificate's time.
State stateAt(const x509::Certificate& certificate, base::Time now) {
    if (certificate.hasExpired(now))
        return State::Expired;
    if (certificate.notBefore() && *certificate.notBefore() > now)
        return State::NotYetValid;
    return State::Valid;
}

/// Where a certificate was had from and what it is to the chain.
QString placeText(const pki::ChainMember& member, bool isFetched) {
    const auto link = [&member] { return QString::number(*member.depth + 1); };
    switch (member.place) {
    case pki::ChainPlace::Leaf:
        return ChainView::tr("sent, the server’s own");
    case pki::ChainPlace::Issuer:
        return ChainView::tr("sent, link %1").arg(link());
    case pki::ChainPlace::Misplaced:
        return ChainView::tr("sent in the wrong place, is link %1").arg(link());
    case pki::ChainPlace::Root:
        return ChainView::tr("sent, but needless: the root");
    case pki::ChainPlace::Duplicate:
        return ChainView::tr("sent once more");
    case pki::ChainPlace::Extra:
        return ChainView::tr("sent, but no part of the chain");
    case pki::ChainPlace::NotSent:
        return isFetched ? ChainView::tr("not sent, fetched, link %1").arg(link())
                         : ChainView::tr("not sent, at hand, link %1").arg(link());
    case pki::ChainPlace::RootAtHand:
        return ChainView::tr("from the trust store");
    }
    return {};
}

bool isFaultyPlace(pki::ChainPlace place) {
    return place == pki::ChainPlace::Misplaced || place == pki::ChainPlace::Duplicate ||
           place == pki::ChainPlace::Extra || place == pki::ChainPlace::NotSent;
}

State stateOf(x509::Finding::Severity severity) {
    return severity == x509::Finding::Severity::Error     ? State::Error
           : severity == x509::Finding::Severity::Warning ? State::Warning
                                                          : State::Info;
}

pki::Problem warning(const char* id, const QString& message, const QString& fix = {}) {
    pki::Problem problem;
    problem.id = id;
    problem.severity = pki::Severity::Warning;
    problem.message = toStdString(fix.isEmpty() ? message : message + QStringLiteral(" – ") + fix);
    return problem;
}

} // namespace

ChainView::ChainView(QWidget* parent)
    : QWidget(parent)
    , m_verdictMark(new QLabel(this))
    , m_verdict(new QLabel(this))
    , m_trust(makeSecondaryLabel({}, this))
    , m_list(new QTreeWidget(this))
    , m_findingsArea(new QScrollArea(this))
    , m_findings(new ProblemList(m_findingsArea))
    , m_open(new QPushButton(icon(QStringLiteral("cert")), tr("&Open certificate"), this))
    , m_import(new QPushButton(icon(QStringLiteral("import")), tr("I&mport into the store"), this))
    , m_save(new QPushButton(icon(QStringLiteral("export")), tr("Sa&ve chain…"), this))
    , m_fetch(new QPushButton(icon(QStringLiteral("down")), tr("&Fetch the missing issuer…"), this)) {
    m_verdict->setObjectName(QStringLiteral("chainVerdict"));
    m_verdict->setTextFormat(Qt::PlainText);
    m_verdict->setWordWrap(true);
    m_verdict->setFont(Theme::instance().headingFont());
    m_list->setObjectName(QStringLiteral("chain"));
    m_list->setAccessibleName(tr("Certificates of the chain"));
    m_list->setRootIsDecorated(false);
    m_list->setHeaderLabels(
        {tr("Certificate"), tr("Where from"), tr("Status"), tr("Expires"), tr("Key"), tr("Issuer")});
    styleTree(m_list);
    m_trust->setWordWrap(true);
    m_trust->setObjectName(QStringLiteral("trust"));
    m_findings->setObjectName(QStringLiteral("findings"));
    m_open->setObjectName(QStringLiteral("openCertificate"));
    m_import->setObjectName(QStringLiteral("importChain"));
    m_save->setObjectName(QStringLiteral("saveChain"));
    m_fetch->setObjectName(QStringLiteral("fetchIssuer"));

    build();
    clear();
}

void ChainView::build() {
    // Many findings scroll, and leave the list its room.
    m_findingsArea->setFrameShape(QFrame::NoFrame);
    m_findingsArea->setWidgetResizable(true);
    m_findingsArea->setFocusPolicy(Qt::NoFocus);
    m_findingsArea->setWidget(m_findings);
    m_findingsArea->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);

    auto* verdictRow = new QHBoxLayout;
    verdictRow->addWidget(m_verdictMark);
    verdictRow->addWidget(m_verdict, 1);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_open);
    buttons->addWidget(m_import);
    buttons->addWidget(m_save);
    buttons->addWidget(m_fetch);
    buttons->addStretch(1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 12, 12, 12);
    column->setSpacing(8);
    column->addLayout(verdictRow);
    column->addWidget(m_trust);
    column->addWidget(m_list, 1);
    column->addWidget(m_findingsArea);
    column->addLayout(buttons);

    const auto open = [this] {
        QTreeWidgetItem* item = m_list->currentItem();
        if (item != nullptr && item->parent() != nullptr)
            item = item->parent(); // a reason
        const int row = m_list->indexOfTopLevelItem(item);
        std::vector<x509::Certificate> opened;
        for (std::size_t i = static_cast<std::size_t>(std::max(row, 0)); i < m_explanation.members.size(); ++i)
            opened.push_back(m_explanation.members[i].certificate);
        if (row >= 0 && !opened.empty())
            Q_EMIT openWanted(opened);
    };
    connect(m_open, &QPushButton::clicked, this, open);
    connect(m_list, &QTreeWidget::itemActivated, this, open);
    connect(m_import, &QPushButton::clicked, this, &ChainView::importWanted);
    connect(m_save, &QPushButton::clicked, this, &ChainView::saveWanted);
    connect(m_fetch, &QPushButton::clicked, this, &ChainView::fetchWanted);
    connect(&Theme::instance(), &Theme::changed, this, &ChainView::recolour);
}

void ChainView::recolour() {
    for (int i = 0; i < m_list->topLevelItemCount(); ++i) {
        QTreeWidgetItem* item = m_list->topLevelItem(i);
        item->setForeground(1, Theme::instance().color(ColorRole::Secondary));
        item->setForeground(2, Theme::instance().color(static_cast<State>(item->data(2, stateRole).toInt())));
    }
    if (!m_state)
        return;
    const int size = m_verdict->fontMetrics().height();
    m_verdictMark->setPixmap(stateIcon(*m_state).pixmap(QSize(size, size), devicePixelRatioF()));
}

void ChainView::clear() {
    m_sent.clear();
    m_explanation = {};
    m_fetched.clear();
    m_fetch->hide();
    m_list->clear();
    m_verdict->setText(tr("No certificate yet"));
    m_verdictMark->clear();
    m_state.reset();
    m_trust->clear();
    m_findings->hide();
    m_findingsArea->hide();
    for (QPushButton* button : {m_open, m_import, m_save})
        button->setEnabled(false);
}

void ChainView::setImportPossible(bool isPossible) {
    m_isImportPossible = isPossible;
    m_import->setEnabled(isPossible && !m_sent.empty());
    m_import->setToolTip(isPossible ? QString() : tr("Open a store first"));
}

void ChainView::setImportRunning(bool isRunning) {
    m_import->setEnabled(!isRunning && m_isImportPossible && !m_sent.empty());
}

std::vector<x509::Certificate> ChainView::certificates() const {
    std::vector<x509::Certificate> all = m_sent;
    for (const pki::ChainMember& member : m_explanation.members) {
        if (member.place == pki::ChainPlace::NotSent)
            all.push_back(member.certificate);
    }
    return all;
}

void ChainView::setReport(const service::ConnectionReport& report, const QString& trustText, base::Time now) {
    clear();
    m_sent = report.facts.chain;
    showMembers(report.verify ? report.verify->builtChain : std::vector<x509::Certificate>(),
                report.verify ? report.verify->findings : std::vector<x509::Finding>(), now);
    showFindings(report);
    m_trust->setText(tr("Checked against: %1").arg(trustText));
    m_open->setEnabled(!m_sent.empty());
    m_save->setEnabled(!m_sent.empty());
    setImportPossible(m_isImportPossible);
    recolour();
}

void ChainView::showMembers(const std::vector<x509::Certificate>& others, const std::vector<x509::Finding>& findings,
                            base::Time now) {
    m_list->clear();
    m_explanation = pki::explainChain(m_sent, others);
    for (const pki::ChainMember& member : m_explanation.members)
        addReasons(*addMember(member, now), member, findings);
    for (int i = 0; i < m_list->columnCount(); ++i)
        m_list->resizeColumnToContents(i);
    m_list->expandAll();
    if (m_list->topLevelItemCount() > 0)
        m_list->setCurrentItem(m_list->topLevelItem(0));
    m_fetch->setVisible(m_explanation.end == pki::ChainEnd::UnknownIssuer && !m_explanation.issuerUrls.empty());
    m_fetch->setEnabled(true);
}

QTreeWidgetItem* ChainView::addMember(const pki::ChainMember& member, base::Time now) {
    const x509::Certificate& certificate = member.certificate;
    const bool isFetched = std::find(m_fetched.begin(), m_fetched.end(), certificate) != m_fetched.end();
    const State state = stateAt(certificate, now);
    auto* item = new QTreeWidgetItem(
        {printable(certificate.subject().displayName()), placeText(member, isFetched), stateText(state),
         certificate.notAfter() ? dateText(*certificate.notAfter()) : tr("unreadable"),
         keyText(certificate.publicKey().facts()), printable(certificate.issuer().displayName())});
    item->setIcon(0, icon(certificate.isSelfSigned() ? QStringLiteral("ca")
                          : certificate.isCa()       ? QStringLiteral("subca")
                                                     : QStringLiteral("cert")));
    if (isFaultyPlace(member.place))
        item->setIcon(1, stateIcon(State::Warning));
    item->setIcon(2, stateIcon(state));
    item->setData(2, stateRole, static_cast<int>(state));
    item->setToolTip(0, toolTipText(printable(certificate.subject().toRfc2253())));
    item->setToolTip(5, toolTipText(printable(certificate.issuer().toRfc2253())));
    m_list->addTopLevelItem(item);
    return item;
}

/// What was found at this link, below it.
void ChainView::addReasons(QTreeWidgetItem& item, const pki::ChainMember& member,
                           const std::vector<x509::Finding>& findings) {
    for (const x509::Finding& finding : findings) {
        if (!member.depth || finding.depth != *member.depth)
            continue;
        auto* reason = new QTreeWidgetItem(&item, {printable(finding.message)});
        reason->setIcon(0, stateIcon(stateOf(finding.severity)));
        reason->setFirstColumnSpanned(true);
    }
}

void ChainView::addShapeProblems(std::vector<pki::Problem>& problems) const {
    if (m_explanation.hasMisplaced())
        problems.push_back(warning("chain-order", tr("The server sends its chain in the wrong order"),
                                   tr("put each issuer after what it certifies; some clients stop at this")));
    if (m_explanation.hasExtra())
        problems.push_back(warning("chain-extra", tr("The server sends certificates that are no part of its chain"),
                                   tr("leave them out: each handshake carries them")));
    if (m_explanation.lacksIntermediate())
        problems.push_back(warning("chain-incomplete", tr("The server does not send every intermediate certificate"),
                                   tr("add what is not sent to its chain file; clients that lack it fail")));
}

/// The finding of the whole where verification failed: an incomplete chain is something else than an unknown root.
QString ChainView::brokenChainText(const std::vector<x509::Finding>& findings) const {
    if (!std::all_of(findings.begin(), findings.end(), pki::isAboutTrustAlone))
        return tr("The chain is not trusted");
    const QString last = printable(m_explanation.lastIssuer);
    switch (m_explanation.end) {
    case pki::ChainEnd::SelfSigned:
        return tr("The certificate is self-signed, and not trusted");
    case pki::ChainEnd::Root:
        return tr("The chain is complete, but its root is not trusted");
    case pki::ChainEnd::UnknownIssuer:
        return m_explanation.isLikelyIncomplete
                   ? tr("The chain is incomplete: %1 was not sent and is not at hand").arg(last)
                   : tr("The chain is not trusted: its root %1 is not known here").arg(last);
    case pki::ChainEnd::None:
        break;
    }
    return tr("The chain is not trusted");
}

void ChainView::showProblems(const std::vector<x509::Finding>& findings, std::vector<pki::Problem> problems) {
    for (const x509::Finding& finding : findings) {
        pki::Problem problem;
        problem.id = finding.id;
        problem.severity = finding.severity;
        problem.message = finding.subject.empty() ? finding.message : finding.subject + ": " + finding.message;
        if (!finding.fix.empty())
            problem.message += " – " + finding.fix;
        problems.push_back(std::move(problem));
    }
    addShapeProblems(problems);
    m_findings->setProblems(problems);
    m_findings->setVisible(!problems.empty());
    m_findingsArea->setVisible(!problems.empty());
}

void ChainView::showFindings(const service::ConnectionReport& report) {
    if (!report.verify)
        return;
    std::vector<pki::Problem> problems;
    if (report.hostname && !report.hostname->ok) {
        pki::Problem problem;
        problem.id = "hostname-mismatch";
        problem.message = toStdString(tr("The certificate is not for “%1”.").arg(printable(report.hostname->asked)));
        problems.push_back(problem);
    }
    showProblems(report.verify->findings, std::move(problems));
    const bool isGood = report.verify->ok && (!report.hostname || report.hostname->ok);
    m_state = isGood ? State::Valid : State::Error;
    if (isGood)
        m_verdict->setText(tr("The chain is trusted and the certificate is for this host"));
    else if (report.verify->ok)
        m_verdict->setText(tr("The chain is trusted, but the certificate is for another host"));
    else
        m_verdict->setText(brokenChainText(report.verify->findings));
}

void ChainView::setFetchRunning(bool isRunning) {
    m_fetch->setEnabled(!isRunning);
}

void ChainView::showFetched(const service::OnlineVerification& verification, base::Time now) {
    const x509::VerifyResult& result = verification.result;
    m_fetched = result.chain;
    showMembers(result.chain, result.findings, now);
    showProblems(result.findings, {});
    if (const auto failure = verification.failure())
        m_verdict->setText(tr("The missing issuer could not be fetched: %1").arg(errorText(*failure).reason));
    else if (result.isTrusted)
        m_verdict->setText(tr("With what was fetched the chain is trusted; the server should send it"));
    else
        m_verdict->setText(brokenChainText(result.findings));
    m_state = result.isTrusted ? State::Warning : State::Error; // it is not, as it was sent
    recolour();
}

} // namespace certwright::ui
