#include "ui/pages/scan_view.h"

#include "core/service/scanner.h"
#include "core/tls/group.h"
#include "core/tls/signature_scheme.h"
#include "ui/convert.h"
#include "ui/error_text.h"
#include "ui/pages/scan_model.h"
#include "ui/theme.h"
#include "ui/widgets/field_message.h"
#include "ui/widgets/label_style.h"
#include "ui/widgets/problem_list.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableView>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <array>
#include <optional>
#include <utility>

namespace certwright::ui {

namespace {

constexpr std::array Profiles{inspect::Profile::Modern, inspect::Profile::Intermediate, inspect::Profile::Old};

QString yesOrNo(const std::optional<bool>& value, const QString& yes, const QString& no) {
    return !value ? ScanView::tr("not known") : *value ? yes : no;
}

QString versionText(const inspect::ScanReport::Version& version, bool isComplete) {
    QString text = isComplete ? ScanView::tr("not offered") : ScanView::tr("not known");
    if (version.isSupported)
        text = version.isConfirmed == true    ? ScanView::tr("offered, confirmed")
               : version.isConfirmed == false ? ScanView::tr("offered, ServerHello only")
                                              : ScanView::tr("offered");
    return version.note.empty() ? text : ScanView::tr("%1 (%2)").arg(text, printable(version.note));
}

/// Fills the list of what is no suite, section by section.
class FactList {
public:
    explicit FactList(QTreeWidget* list)
        : m_list(list) {}

    void section(const QString& title) {
        m_section = new QTreeWidgetItem(m_list, {title});
        m_section->setFirstColumnSpanned(true);
        QFont bold = m_list->font();
        bold.setBold(true);
        m_section->setFont(0, bold);
    }
    void row(const QString& name, const QString& value) {
        auto* item = new QTreeWidgetItem(m_section, {name, value});
        item->setToolTip(1, toolTipText(value));
    }

private:
    QTreeWidget* m_list;
    QTreeWidgetItem* m_section = nullptr;
};

void addLists(FactList& list, const inspect::ScanReport& report) {
    for (auto version = report.groups.rbegin(); version != report.groups.rend(); ++version) {
        list.section(ScanView::tr("Groups of %1").arg(toQString(tls::toString(version->first))));
        for (const std::uint16_t id : version->second)
            list.row(toQString(tls::groupName(id)), ScanView::tr("offered"));
        if (version->second.empty())
            list.row(ScanView::tr("none"), {});
    }
    if (report.signatureSchemes.empty())
        return;
    list.section(ScanView::tr("Signatures of TLSv1.2"));
    for (const std::uint16_t id : report.signatureSchemes)
        list.row(toQString(tls::signatureSchemeName(id)), ScanView::tr("offered"));
}

void addRest(FactList& list, const inspect::ScanReport& report, bool isComplete) {
    const QString offered = ScanView::tr("offered");
    const QString missing = ScanView::tr("not offered");
    const QString unknown = ScanView::tr("not known");
    list.section(ScanView::tr("Besides"));
    for (auto entry = report.hasServerPreference.rbegin(); entry != report.hasServerPreference.rend(); ++entry)
        list.row(ScanView::tr("Order of suites in %1").arg(toQString(tls::toString(entry->first))),
                 entry->second ? ScanView::tr("the server's decides") : ScanView::tr("the client's decides"));
    QString dh = isComplete ? missing : unknown;
    if (report.dhBits && report.hasCommonDhPrime)
        dh = ScanView::tr("%1 bits, a prime that many have in common").arg(*report.dhBits);
    else if (report.dhBits)
        dh = ScanView::tr("%1 bits").arg(*report.dhBits);
    list.row(ScanView::tr("Diffie-Hellman"), dh);
    list.row(ScanView::tr("ALPN (h2, http/1.1)"), !report.alpn.empty() ? printable(report.alpn)
                                                  : isComplete         ? missing
                                                                       : unknown);
    list.row(ScanView::tr("Compression"), yesOrNo(report.compresses, offered, missing));
    list.row(ScanView::tr("Secure renegotiation"), yesOrNo(report.hasSecureRenegotiation, offered, missing));
    list.row(ScanView::tr("Extended master secret"), yesOrNo(report.hasExtendedMasterSecret, offered, missing));
    list.row(ScanView::tr("Fallback signal"),
             yesOrNo(report.honoursFallbackSignal, ScanView::tr("honoured"), ScanView::tr("ignored")));
    list.row(ScanView::tr("Client certificate"),
             yesOrNo(report.requestsClientCertificate, ScanView::tr("asked for"), ScanView::tr("not asked for")));
    for (auto entry = report.resumes.rbegin(); entry != report.resumes.rend(); ++entry)
        list.row(ScanView::tr("Resumption in %1").arg(toQString(tls::toString(entry->first))),
                 entry->second ? offered : missing);
}

pki::Problem problemOf(const inspect::ScanFinding& finding) {
    pki::Problem problem;
    problem.severity = finding.severity;
    problem.message = finding.fix.empty() ? finding.message : finding.message + " " + finding.fix;
    return problem;
}

} // namespace

ScanView::ScanView(QWidget* parent)
    : QWidget(parent)
    , m_scanner(new service::Scanner(this))
    , m_model(new ScanModel(this))
    , m_scan(new QPushButton(icon(QStringLiteral("search")), tr("S&can"), this))
    , m_cancel(new QPushButton(icon(QStringLiteral("stop")), tr("C&ancel the scan"), this))
    , m_export(new QPushButton(icon(QStringLiteral("export")), tr("E&xport JSON…"), this))
    , m_profile(new QComboBox(this))
    , m_progress(makeSecondaryLabel({}, this))
    , m_message(new FieldMessage(this))
    , m_stack(new QStackedWidget(this))
    , m_matrix(new QTableView(this))
    , m_facts(new QTreeWidget(this))
    , m_verdict(new QLabel(this))
    , m_findings(new ProblemList(this)) {
    m_progress->setObjectName(QStringLiteral("scanProgress"));
    m_progress->setWordWrap(true);
    m_message->setObjectName(QStringLiteral("scanMessage"));
    auto* empty = makeSecondaryLabel(tr("No scan yet. A scan finds out which versions, cipher suites and groups the "
                                        "server offers. It makes many short connections, a few at a time: scan only "
                                        "servers whose owners agree."),
                                     this);
    empty->setObjectName(QStringLiteral("scanEmpty"));
    empty->setWordWrap(true);
    empty->setAlignment(Qt::AlignCenter);
    empty->setContentsMargins(24, 12, 24, 12);
    m_stack->addWidget(empty);
    m_stack->addWidget(buildReport());
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 8, 12, 12);
    column->setSpacing(8);
    column->addWidget(buildBar());
    column->addWidget(m_progress);
    column->addWidget(m_message);
    column->addWidget(m_stack, 1);
    connect(m_scan, &QPushButton::clicked, this, &ScanView::scanWanted);
    connect(m_cancel, &QPushButton::clicked, this, &ScanView::cancel);
    connect(m_export, &QPushButton::clicked, this, &ScanView::exportWanted);
    connect(m_profile, &QComboBox::currentIndexChanged, this, &ScanView::showFindings);
    connect(m_scanner, &service::Scanner::progressed, this, &ScanView::show);
    connect(m_scanner, &service::Scanner::scanned, this, &ScanView::show);
    connect(m_scanner, &service::Scanner::finished, this, &ScanView::updateButtons);
    clear();
}

ScanView::~ScanView() = default;

QWidget* ScanView::buildBar() {
    m_scan->setObjectName(QStringLiteral("startScan"));
    m_cancel->setObjectName(QStringLiteral("cancelScan"));
    m_export->setObjectName(QStringLiteral("exportScan"));
    m_profile->setObjectName(QStringLiteral("scanProfile"));
    m_profile->setAccessibleName(tr("Mozilla's profile that the server is held against"));
    m_profile->addItems({tr("modern"), tr("intermediate"), tr("old")});
    m_profile->setCurrentIndex(1);
    auto* label = new QLabel(tr("Held agai&nst"), this);
    label->setBuddy(m_profile);
    auto* bar = new QWidget(this);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addWidget(m_scan);
    row->addWidget(m_cancel);
    row->addStretch(1);
    row->addWidget(label);
    row->addWidget(m_profile);
    row->addWidget(m_export);
    return bar;
}

QWidget* ScanView::buildReport() {
    m_matrix->setObjectName(QStringLiteral("scanMatrix"));
    m_matrix->setAccessibleName(tr("Cipher suites by version"));
    m_matrix->setModel(m_model);
    styleTable(m_matrix);
    // What a scan is for stands beside the name; other words for it come last.
    m_matrix->horizontalHeader()->moveSection(ScanModel::OpensslName, m_model->columnCount() - 1);
    m_facts->setObjectName(QStringLiteral("scanFacts"));
    m_facts->setAccessibleName(tr("Versions, groups and the rest"));
    m_facts->setHeaderLabels({tr("What"), tr("Found")});
    styleTree(m_facts);
    m_verdict->setObjectName(QStringLiteral("scanVerdict"));
    m_verdict->setTextFormat(Qt::PlainText);
    m_verdict->setWordWrap(true);
    m_verdict->setFont(Theme::instance().headingFont());
    m_findings->setObjectName(QStringLiteral("scanFindings"));
    auto* area = new QScrollArea(this);
    area->setObjectName(QStringLiteral("scanFindingsArea"));
    area->setAccessibleName(tr("Findings"));
    area->setFrameShape(QFrame::NoFrame);
    area->setWidgetResizable(true);
    auto* list = new QWidget(this);
    auto* listColumn = new QVBoxLayout(list);
    listColumn->setContentsMargins(0, 0, 0, 0);
    listColumn->addWidget(m_findings);
    listColumn->addStretch(1);
    area->setWidget(list); // the area has the focus, so that arrows scroll it
    auto* lower = new QWidget(this);
    auto* lowerColumn = new QVBoxLayout(lower);
    lowerColumn->setContentsMargins(0, 4, 0, 0);
    lowerColumn->addWidget(m_verdict);
    lowerColumn->addWidget(area, 1);
    auto* upper = new QSplitter(Qt::Horizontal, this);
    upper->setChildrenCollapsible(false);
    upper->addWidget(m_matrix);
    upper->addWidget(m_facts);
    upper->setStretchFactor(0, 1);
    upper->setSizes({600, 340});
    auto* report = new QSplitter(Qt::Vertical, this);
    report->setChildrenCollapsible(false);
    report->addWidget(upper);
    report->addWidget(lower);
    report->setStretchFactor(0, 1);
    report->setSizes({260, 170});
    return report;
}

bool ScanView::isRunning() const {
    return m_scanner->isRunning();
}

bool ScanView::isComplete() const {
    return m_result && m_result->isOver && !m_result->failure;
}

inspect::Profile ScanView::profile() const {
    return Profiles.at(static_cast<std::size_t>(m_profile->currentIndex()));
}

void ScanView::start(net::ScanRunner::Options options) {
    clear();
    m_target = printable(options.endpoint.toText());
    service::ScanRequest request;
    request.targets = {std::move(options)};
    m_scanner->start(std::move(request));
    showProgress();
    updateButtons();
}

void ScanView::cancel() {
    m_scanner->cancel();
}

void ScanView::setTarget(const QString& target) {
    if (target != m_target && !m_target.isEmpty()) {
        delete std::exchange(m_scanner, new service::Scanner(this)); // ends without a word
        connect(m_scanner, &service::Scanner::progressed, this, &ScanView::show);
        connect(m_scanner, &service::Scanner::scanned, this, &ScanView::show);
        connect(m_scanner, &service::Scanner::finished, this, &ScanView::updateButtons);
        clear();
    }
}

void ScanView::clear() {
    m_target.clear();
    m_result.reset();
    m_model->clear();
    m_facts->clear();
    m_message->clear();
    m_stack->setCurrentIndex(0);
    showProgress();
    updateButtons();
}

void ScanView::updateButtons() {
    m_scan->setEnabled(!isRunning());
    m_cancel->setEnabled(isRunning());
    m_export->setEnabled(m_result && m_result->isOver);
    m_export->setToolTip(m_export->isEnabled() ? QString() : tr("There is no finished scan yet"));
}

void ScanView::show(const service::ScanResultPtr& result) {
    m_result = result;
    const bool hasReport = result->report.hasAnyVersion();
    m_stack->setCurrentIndex(hasReport ? 1 : 0);
    m_model->setReport(result->report, isComplete());
    m_matrix->resizeColumnsToContents();
    showFacts();
    showFindings();
    showProgress();
    if (result->failure)
        m_message->setMessage(hasReport ? FieldMessage::Severity::Warning : FieldMessage::Severity::Error,
                              errorLine(*result->failure));
    updateButtons();
}

void ScanView::showProgress() {
    if (m_target.isEmpty()) {
        m_progress->setText(tr("The server of the address field is scanned."));
        return;
    }
    const int connections = m_result ? m_result->report.connections : 0;
    if (!m_result || !m_result->isOver) {
        m_progress->setText(tr("Scanning %1: %2 connections so far…").arg(m_target).arg(connections));
        return;
    }
    const auto duration = m_result->report.duration.count();
    const QString time = duration < 1000
                             ? tr("%1 ms").arg(duration)
                             : tr("%1 s").arg(QLocale().toString(static_cast<double>(duration) / 1000, 'f', 1));
    m_progress->setText((isComplete() ? tr("Scanned %1: %2 connections in %3.")
                                      : tr("The scan of %1 ended early, after %2 connections in %3."))
                            .arg(m_target)
                            .arg(connections)
                            .arg(time));
}

void ScanView::showFacts() {
    const int position = m_facts->verticalScrollBar()->value();
    const inspect::ScanReport& report = m_result->report;
    m_facts->clear();
    FactList list(m_facts);
    list.section(tr("Versions"));
    for (const auto& version : report.versions)
        list.row(toQString(tls::toString(version.version)), versionText(version, isComplete()));
    addLists(list, report);
    addRest(list, report, isComplete());
    m_facts->expandAll();
    m_facts->resizeColumnToContents(0);
    m_facts->verticalScrollBar()->setValue(position);
}

/// Only of a complete scan: else what merely was not reached yet would be held against the server.
void ScanView::showFindings() {
    if (!isComplete()) {
        m_verdict->setText(m_result && m_result->isOver ? tr("The scan is not complete: no verdict.")
                                                        : tr("The verdict comes when the scan is complete."));
        m_findings->hide();
        return;
    }
    std::vector<pki::Problem> problems;
    for (const inspect::ScanFinding& finding : inspect::findingsOf(m_result->report, profile()))
        problems.push_back(problemOf(finding));
    m_findings->setProblems(problems);
    m_findings->show();
    m_verdict->setText((inspect::meets(m_result->report, profile())
                            ? tr("The server meets Mozilla's profile “%1” (%2)")
                            : tr("The server falls short of Mozilla's profile “%1” (%2)"))
                           .arg(m_profile->currentText(), ProblemList::summary(problems)));
}

} // namespace certwright::ui
