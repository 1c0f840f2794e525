#include "ui/dialogs/sign_request_dialog.h"

#include "core/service/issuing.h"
#include "core/service/store_session.h"
#include "ui/convert.h"
#include "ui/dialogs/export_dialog.h"
#include "ui/error_text.h"
#include "ui/settings.h"
#include "ui/ui_context.h"
#include "ui/unlock.h"
#include "ui/widgets/inline_banner.h"
#include "ui/widgets/job_footer.h"
#include "ui/widgets/label_style.h"
#include "ui/widgets/problem_list.h"

#include <QComboBox>
#include <QFormLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPointer>
#include <QPushButton>
#include <QTimer>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <optional>
#include <string_view>
#include <vector>

namespace certwright::ui {

namespace {

const QString issuerKey = QStringLiteral("newCertificate/issuer");
const QString profileKey = QStringLiteral("signRequest/profile");
constexpr std::string_view DefaultProfile = "tls-server";

/// The request, and the CAs of the store that could sign it.
struct StoreFacts {
    std::optional<x509::Request> request;
    QString name;
    std::vector<store::CertificateRow> issuers;
};

enum Column { FieldColumn, RequestedColumn, IssuedColumn, FateColumn, ColumnCount };

QString fateText(pki::RequestedField::Fate fate) {
    using Fate = pki::RequestedField::Fate;
    switch (fate) {
    case Fate::Taken:
        return SignRequestDialog::tr("as requested");
    case Fate::Replaced:
        return SignRequestDialog::tr("≠ changed");
    case Fate::Dropped:
        return SignRequestDialog::tr("≠ left out");
    case Fate::Added:
        return SignRequestDialog::tr("added");
    }
    return {};
}

} // namespace

struct SignRequestDialog::Private {
    Private(SignRequestDialog* dialog, UiContext& uiContext, store::RowId id)
        : q(dialog)
        , context(uiContext)
        , requestId(id) {}

    void build();
    void connectAll();
    void load();
    void loaded(const StoreFacts& facts);
    service::IssueRequest order() const;
    void schedulePlan();
    void askForPlan();
    void showPlan(const pki::IssuePlan& made);
    void fillComparison(const pki::IssuePlan& made);
    void itemChanged(const QTreeWidgetItem& item);
    void sign();
    void finish(const base::Outcome<store::RowId>& outcome);
    void setBusy(bool isBusy);

    SignRequestDialog* q;
    UiContext& context;
    store::RowId requestId = 0;
    std::optional<x509::Request> request;
    QString name;
    InlineBanner* banner = nullptr;
    QWidget* form = nullptr;
    QLabel* proof = nullptr;
    QComboBox* issuers = nullptr;
    QComboBox* profiles = nullptr;
    QTreeWidget* comparison = nullptr;
    ProblemList* problems = nullptr;
    JobFooter* footer = nullptr;
    QTimer delay;
    std::vector<store::CertificateRow> issuerRows;
    std::vector<x509::GeneralName> leftOut;
    std::map<std::string, pki::RequestChoice> choices;
    std::optional<pki::IssuePlan> plan;
    bool isFilling = false;
    bool isAcceptingWhenPlanned = false;
    std::optional<service::JobId> planJob;
    std::optional<service::JobId> job;
};

SignRequestDialog::SignRequestDialog(UiContext& context, store::RowId requestId, QWidget* parent)
    : QDialog(parent)
    , d(std::make_unique<Private>(this, context, requestId)) {
    d->build();
    d->connectAll();
    d->load();
}

SignRequestDialog::SignRequestDialog(UiContext& context, const x509::Request& request, const QString& name,
                                     QWidget* parent)
    : QDialog(parent)
    , d(std::make_unique<Private>(this, context, 0)) {
    d->request = request;
    d->name = name;
    d->build();
    d->connectAll();
    d->load();
}

SignRequestDialog::~SignRequestDialog() = default;

void SignRequestDialog::Private::build() {
    q->setObjectName(QStringLiteral("signRequestDialog"));
    q->setWindowTitle(SignRequestDialog::tr("Sign request"));
    q->setAttribute(Qt::WA_DeleteOnClose);
    q->setWindowModality(Qt::WindowModal);
    banner = new InlineBanner(q);
    form = new QWidget(q);
    proof = makeValueLabel(form);
    proof->setObjectName(QStringLiteral("proof"));
    issuers = new QComboBox(form);
    issuers->setObjectName(QStringLiteral("issuer"));
    profiles = new QComboBox(form);
    profiles->setObjectName(QStringLiteral("profile"));
    for (const pki::Profile& profile : pki::shippedProfiles())
        profiles->addItem(toQString(profile.title), toQString(profile.id));
    const QString remembered = context.settings.value(profileKey, toQString(DefaultProfile)).toString();
    profiles->setCurrentIndex(std::max(0, profiles->findData(remembered)));
    comparison = new QTreeWidget(form);
    comparison->setObjectName(QStringLiteral("comparison"));
    comparison->setAccessibleName(SignRequestDialog::tr("Requested and issued, field by field"));
    comparison->setHeaderLabels({SignRequestDialog::tr("Field"), SignRequestDialog::tr("Requested"),
                                 SignRequestDialog::tr("Will be issued"), SignRequestDialog::tr("Difference")});
    comparison->setRootIsDecorated(false);
    comparison->setUniformRowHeights(true);
    problems = new ProblemList(form);

    auto* grid = new QFormLayout;
    grid->setVerticalSpacing(8);
    grid->setHorizontalSpacing(12);
    grid->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    grid->addRow(SignRequestDialog::tr("Signed by"), proof);
    grid->addRow(SignRequestDialog::tr("&Issuing CA"), issuers);
    grid->addRow(SignRequestDialog::tr("&Purpose"), profiles);
    auto* note = makeSecondaryLabel(
        SignRequestDialog::tr("Take the tick away from a name or extension that you do not want to issue."), form);
    note->setWordWrap(true);
    auto* column = new QVBoxLayout(form);
    column->setContentsMargins(16, 12, 16, 12);
    column->setSpacing(8);
    column->addLayout(grid);
    column->addWidget(note);
    column->addWidget(comparison, 1);
    column->addWidget(problems);
    footer = new JobFooter(SignRequestDialog::tr("&Sign request"), q);
    auto* whole = new QVBoxLayout(q);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->setSpacing(0);
    whole->addWidget(banner);
    whole->addWidget(form, 1);
    whole->addWidget(footer);
    q->resize(q->fontMetrics().averageCharWidth() * 120, q->fontMetrics().height() * 30);
    footer->primaryButton()->setFocus();
}

void SignRequestDialog::Private::connectAll() {
    delay.setSingleShot(true);
    delay.setInterval(std::chrono::milliseconds(100));
    QObject::connect(&delay, &QTimer::timeout, q, [this] { askForPlan(); });
    QObject::connect(issuers, &QComboBox::currentIndexChanged, q, [this] { schedulePlan(); });
    QObject::connect(profiles, &QComboBox::currentIndexChanged, q, [this] { schedulePlan(); });
    QObject::connect(comparison, &QTreeWidget::itemChanged, q, [this](QTreeWidgetItem* item) {
        if (!isFilling)
            itemChanged(*item);
    });
    QObject::connect(footer, &JobFooter::accepted, q, &SignRequestDialog::accept);
    QObject::connect(footer, &JobFooter::rejected, q, &SignRequestDialog::reject);
}

void SignRequestDialog::Private::load() {
    service::StoreSession* session = context.session();
    if (session == nullptr)
        return;
    session->read<StoreFacts>(
        {}, q,
        [id = requestId, given = request, called = name](store::Store& store, const base::JobControl&) {
            StoreFacts facts;
            facts.request = given ? given : std::optional<x509::Request>(store.requestObject(id));
            facts.name = given ? called : store.nameOf(store::EntryKind::Request, id);
            facts.issuers = store.issuingCertificates();
            return facts;
        },
        [this](const base::Outcome<StoreFacts>& facts) {
            if (facts)
                loaded(*facts);
            else
                banner->showMessage(InlineBanner::Severity::Error,
                                    SignRequestDialog::tr("The request could not be read."), errorLine(facts.error()));
        });
}

void SignRequestDialog::Private::loaded(const StoreFacts& facts) {
    request = facts.request;
    name = facts.name;
    issuerRows = facts.issuers;
    q->setWindowTitle(SignRequestDialog::tr("Sign request %1").arg(printable(name)));
    const std::optional<bool> isProven = request->isSignatureValid();
    const QString key = keyText(request->publicKey().facts());
    proof->setText(!isProven ? SignRequestDialog::tr("%1; the signature cannot be checked here").arg(key)
                   : *isProven
                       ? SignRequestDialog::tr("✓ Its own key, %1").arg(key)
                       : SignRequestDialog::tr("✗ Not by its own key (%1): it was changed, or is not theirs").arg(key));
    const qlonglong remembered = context.settings.value(issuerKey).toLongLong();
    for (const store::CertificateRow& row : issuerRows) {
        issuers->addItem(printable(row.name), static_cast<qlonglong>(row.id));
        if (row.id == remembered)
            issuers->setCurrentIndex(issuers->count() - 1);
    }
    if (issuerRows.empty())
        banner->showMessage(InlineBanner::Severity::Warning,
                            SignRequestDialog::tr("There is no CA with its private key in this store."),
                            SignRequestDialog::tr("Create a CA first, or import one with its key."));
    schedulePlan();
}

service::IssueRequest SignRequestDialog::Private::order() const {
    service::IssueRequest made;
    made.choices.product = pki::Product::IssuedCertificate;
    const pki::Profile* profile = pki::findProfile(toStdString(profiles->currentData().toString()));
    if (profile != nullptr)
        made.choices.profile = *profile;
    made.choices.request = request;
    if (request)
        made.choices.subject = request->subject();
    made.choices.requestChoices = choices;
    made.choices.leftOutNames = leftOut;
    made.key = service::RequestKey{};
    made.ca = service::StoredCa{issuers->currentData().toLongLong()};
    made.now = context.clock.now();
    return made;
}

void SignRequestDialog::Private::schedulePlan() {
    plan.reset();
    delay.start();
}

void SignRequestDialog::Private::askForPlan() {
    delay.stop();
    service::StoreSession* session = context.session();
    if (session == nullptr || !request || issuerRows.empty() || job)
        return;
    if (planJob)
        context.jobs.cancel(*planJob);
    planJob = session->read<pki::IssuePlan>(
        {}, q,
        [asked = order()](store::Store& store, const base::JobControl&) {
            return service::previewIssue(&store, asked);
        },
        [this](const base::Outcome<pki::IssuePlan>& made) {
            if (made)
                showPlan(*made);
            else if (made.error().kind() != base::ErrorKind::Cancelled)
                banner->showMessage(InlineBanner::Severity::Error,
                                    SignRequestDialog::tr("This cannot be signed like this."), errorLine(made.error()));
        });
}

void SignRequestDialog::Private::showPlan(const pki::IssuePlan& made) {
    plan = made;
    banner->hide();
    fillComparison(made);
    problems->setProblems(made.problems);
    if (isAcceptingWhenPlanned) {
        isAcceptingWhenPlanned = false;
        q->accept();
    }
}

void SignRequestDialog::Private::fillComparison(const pki::IssuePlan& made) {
    isFilling = true;
    comparison->clear();
    for (const pki::RequestedField& field : made.comparison) {
        auto* item = new QTreeWidgetItem(comparison);
        item->setText(FieldColumn, printable(field.name));
        item->setText(RequestedColumn, field.requested.empty() ? QStringLiteral("–") : printable(field.requested));
        item->setText(IssuedColumn, field.issued.empty() ? QStringLiteral("–") : printable(field.issued));
        item->setText(FateColumn, fateText(field.fate));
        item->setToolTip(RequestedColumn, toolTipText(item->text(RequestedColumn)));
        item->setToolTip(IssuedColumn, toolTipText(item->text(IssuedColumn)));
        item->setData(FieldColumn, Qt::UserRole, toQString(field.oid));
        const bool isDropped = field.fate == pki::RequestedField::Fate::Dropped;
        if (isDropped) {
            QFont struck = item->font(RequestedColumn);
            struck.setStrikeOut(true);
            item->setFont(RequestedColumn, struck);
        }
        // Names and extensions can be left out or taken; the subject cannot.
        const bool isName = field.oid.empty() && field.name.find(':') != std::string::npos;
        if (!field.requested.empty() && (isName || !field.oid.empty()))
            item->setCheckState(FieldColumn, isDropped || field.fate == pki::RequestedField::Fate::Replaced
                                                 ? Qt::Unchecked
                                                 : Qt::Checked);
    }
    for (int column = 0; column < ColumnCount; ++column)
        comparison->resizeColumnToContents(column);
    comparison->setColumnWidth(RequestedColumn, std::min(comparison->columnWidth(RequestedColumn), q->width() / 3));
    comparison->setColumnWidth(IssuedColumn, std::min(comparison->columnWidth(IssuedColumn), q->width() / 3));
    isFilling = false;
}

void SignRequestDialog::Private::itemChanged(const QTreeWidgetItem& item) {
    const bool isTaken = item.checkState(FieldColumn) == Qt::Checked;
    const std::string oid = toStdString(item.data(FieldColumn, Qt::UserRole).toString());
    if (!oid.empty()) {
        choices[oid] = isTaken ? pki::RequestChoice::Take : pki::RequestChoice::Leave;
    } else {
        const QString text = item.text(FieldColumn);
        for (const x509::GeneralName& each : request->subjectAltNames()) {
            if (printable(std::string(x509::toString(each.type)) + ':' + each.value) != text)
                continue;
            std::erase(leftOut, each);
            if (!isTaken)
                leftOut.push_back(each);
        }
    }
    schedulePlan();
}

void SignRequestDialog::accept() {
    if (d->job)
        return;
    if (d->context.session() == nullptr) {
        d->banner->showMessage(InlineBanner::Severity::Error, tr("No store is open."),
                               tr("Open the store that holds the CA."));
        return;
    }
    if (d->issuerRows.empty())
        return;
    if (!d->plan) {
        d->isAcceptingWhenPlanned = true;
        d->askForPlan();
        return;
    }
    if (!d->plan->isAllowed()) {
        d->banner->showMessage(InlineBanner::Severity::Error, tr("This request cannot be signed like this."),
                               tr("See the list below the table."));
        return;
    }
    withUnlockedStore(d->context, this, tr("To sign %1 with %2.").arg(printable(d->name), d->issuers->currentText()),
                      this, [this] { d->sign(); });
}

void SignRequestDialog::Private::sign() {
    service::StoreSession* session = context.session();
    if (session == nullptr)
        return;
    context.settings.setValue(profileKey, profiles->currentData());
    context.settings.setValue(issuerKey, issuers->currentData());
    setBusy(true);
    job = session->write<store::RowId>(
        SignRequestDialog::tr("Signing %1").arg(printable(name)), q,
        [made = order()](store::Store& store, const base::JobControl& control) {
            return service::issue(&store, made, control).certificateId;
        },
        [this](const base::Outcome<store::RowId>& outcome) { finish(outcome); });
}

void SignRequestDialog::Private::finish(const base::Outcome<store::RowId>& outcome) {
    job.reset();
    setBusy(false);
    if (!outcome) {
        if (outcome.error().kind() != base::ErrorKind::Cancelled)
            banner->showMessage(InlineBanner::Severity::Error, SignRequestDialog::tr("The request was not signed."),
                                errorLine(outcome.error()));
        return;
    }
    if (context.toast) {
        UiContext* kept = &context;
        const QPointer<QWidget> window = q->parentWidget();
        context.toast(SignRequestDialog::tr("Signed %1").arg(printable(name)), SignRequestDialog::tr("Export…"),
                      [kept, window, id = *outcome] {
                          auto* dialog = new ExportDialog(*kept, {id}, window);
                          dialog->setTarget(pki::ExportTarget::Chain);
                          dialog->open();
                      });
    }
    Q_EMIT q->created(store::EntryKind::Certificate, *outcome);
    q->QDialog::accept();
}

void SignRequestDialog::Private::setBusy(bool isBusy) {
    form->setEnabled(!isBusy);
    if (isBusy)
        footer->setBusy(SignRequestDialog::tr("Signing…"));
    else
        footer->setIdle();
}

void SignRequestDialog::reject() {
    if (d->job) {
        d->context.jobs.cancel(*d->job);
        return;
    }
    QDialog::reject();
}

} // namespace certwright::ui
