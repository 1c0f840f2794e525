#include "ui/pages/chain_view.h"

#include "core/pki/problem.h"
#include "ui/convert.h"
#include "ui/theme.h"
#include "ui/widgets/field_message.h"
#include "ui/widgets/label_style.h"
#include "ui/widgets/problem_list.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
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

bool isAmong(const std::vector<x509::Certificate>& list, const x509::Certificate& certificate) {
    return std::find(list.begin(), list.end(), certificate) != list.end();
}

} // namespace

ChainView::ChainView(QWidget* parent)
    : QWidget(parent)
    , m_verdictMark(new QLabel(this))
    , m_verdict(new QLabel(this))
    , m_trust(makeSecondaryLabel({}, this))
    , m_list(new QTreeWidget(this))
    , m_findings(new ProblemList(this))
    , m_open(new QPushButton(icon(QStringLiteral("cert")), tr("&Open certificate"), this))
    , m_import(new QPushButton(icon(QStringLiteral("import")), tr("I&mport into the store"), this))
    , m_save(new QPushButton(icon(QStringLiteral("export")), tr("Sa&ve chain…"), this)) {
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

    auto* verdictRow = new QHBoxLayout;
    verdictRow->addWidget(m_verdictMark);
    verdictRow->addWidget(m_verdict, 1);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_open);
    buttons->addWidget(m_import);
    buttons->addWidget(m_save);
    buttons->addStretch(1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 12, 12, 12);
    column->setSpacing(8);
    column->addLayout(verdictRow);
    column->addWidget(m_trust);
    column->addWidget(m_list, 1);
    column->addWidget(m_findings);
    column->addLayout(buttons);

    const auto open = [this] {
        const int row = m_list->indexOfTopLevelItem(m_list->currentItem());
        if (row >= 0 && row < static_cast<int>(m_all.size()))
            Q_EMIT openWanted({m_all.begin() + row, m_all.end()});
    };
    connect(m_open, &QPushButton::clicked, this, open);
    connect(m_list, &QTreeWidget::itemActivated, this, open);
    connect(m_import, &QPushButton::clicked, this, &ChainView::importWanted);
    connect(m_save, &QPushButton::clicked, this, &ChainView::saveWanted);
    connect(&Theme::instance(), &Theme::changed, this, &ChainView::recolour);
    clear();
}

void ChainView::recolour() {
    for (int i = 0; i < m_list->topLevelItemCount(); ++i) {
        QTreeWidgetItem* item = m_list->topLevelItem(i);
        item->setForeground(1, Theme::instance().color(ColorRole::Secondary));
        item->setForeground(2, Theme::instance().color(static_cast<State>(item->data(2, stateRole).toInt())));
    }
    if (!m_isVerified)
        return;
    const int size = m_verdict->fontMetrics().height();
    m_verdictMark->setPixmap(
        stateIcon(*m_isVerified ? State::Valid : State::Error).pixmap(QSize(size, size), devicePixelRatioF()));
}

void ChainView::clear() {
    m_sent.clear();
    m_all.clear();
    m_list->clear();
    m_verdict->setText(tr("No certificate yet"));
    m_verdictMark->clear();
    m_isVerified.reset();
    m_trust->clear();
    m_findings->hide();
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
    return m_sent;
}

void ChainView::setReport(const service::ConnectionReport& report, const QString& trustText, base::Time now) {
    clear();
    m_sent = report.facts.chain;
    m_all = m_sent;
    for (std::size_t i = 0; i < m_sent.size(); ++i)
        addSent(m_sent[i], i, report, now);
    if (report.verify) {
        for (const x509::Certificate& certificate : report.verify->builtChain) {
            if (isAmong(m_all, certificate))
                continue;
            addSent(certificate, m_all.size(), report, now);
            m_all.push_back(certificate);
        }
    }
    for (int i = 0; i < m_list->columnCount(); ++i)
        m_list->resizeColumnToContents(i);
    if (m_list->topLevelItemCount() > 0)
        m_list->setCurrentItem(m_list->topLevelItem(0));
    showFindings(report);
    m_trust->setText(tr("Checked against: %1").arg(trustText));
    m_open->setEnabled(!m_sent.empty());
    m_save->setEnabled(!m_sent.empty());
    setImportPossible(m_isImportPossible);
    recolour();
}

void ChainView::addSent(const x509::Certificate& certificate, std::size_t index,
                        const service::ConnectionReport& report, base::Time now) {
    const bool isSent = index < report.facts.chain.size();
    const bool isBuilt = report.verify && isAmong(report.verify->builtChain, certificate);
    QString origin;
    if (!isSent)
        origin = tr("from the trust store");
    else if (isBuilt)
        origin = tr("sent, %1 in the chain").arg(index + 1);
    else
        origin = tr("sent, not part of the chain");
    const State state = stateAt(certificate, now);
    auto* item =
        new QTreeWidgetItem({printable(certificate.subject().displayName()), origin, stateText(state),
                             certificate.notAfter() ? dateText(*certificate.notAfter()) : tr("unreadable"),
                             keyText(certificate.publicKey().facts()), printable(certificate.issuer().displayName())});
    item->setIcon(0, icon(certificate.isSelfSigned() ? QStringLiteral("ca")
                          : certificate.isCa()       ? QStringLiteral("subca")
                                                     : QStringLiteral("cert")));
    item->setIcon(2, stateIcon(state));
    item->setData(2, stateRole, static_cast<int>(state));
    item->setToolTip(0, printable(certificate.subject().toRfc2253()));
    item->setToolTip(5, printable(certificate.issuer().toRfc2253()));
    m_list->addTopLevelItem(item);
}

void ChainView::showFindings(const service::ConnectionReport& report) {
    if (!report.verify)
        return;
    std::vector<pki::Problem> problems;
    for (const x509::Finding& finding : report.verify->findings) {
        pki::Problem problem;
        problem.id = finding.id;
        problem.severity = finding.severity;
        problem.message = finding.subject.empty() ? finding.message : finding.subject + ": " + finding.message;
        if (!finding.fix.empty())
            problem.message += " – " + finding.fix;
        problems.push_back(std::move(problem));
    }
    if (report.hostname && !report.hostname->ok) {
        pki::Problem problem;
        problem.id = "hostname-mismatch";
        problem.message = toStdString(tr("The certificate is not for “%1”.").arg(printable(report.hostname->asked)));
        problems.insert(problems.begin(), problem);
    }
    m_findings->setProblems(problems);
    m_findings->setVisible(!problems.empty());
    const bool isGood = report.verify->ok && (!report.hostname || report.hostname->ok);
    m_isVerified = isGood;
    if (isGood)
        m_verdict->setText(tr("The chain is trusted and the certificate is for this host"));
    else if (report.verify->ok)
        m_verdict->setText(tr("The chain is trusted, but the certificate is for another host"));
    else
        m_verdict->setText(tr("The chain is not trusted"));
}

} // namespace certwright::ui
