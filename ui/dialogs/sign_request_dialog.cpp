#include "ui/dialogs/sign_request_dialog.h"

#include "core/service/issuing.h"
#include "core/service/store_session.h"
#include "ui/convert.h"
#include "ui/dialogs/export_dialog.h"
#include "ui/dialogs/name_dialog.h"
#include "ui/error_text.h"
#include "ui/settings.h"
#include "ui/ui_context.h"
#include "ui/unlock.h"
#include "ui/views/state_label.h"
#include "ui/widgets/comparison_view.h"
#include "ui/widgets/inline_banner.h"
#include "ui/widgets/issuer_combo.h"
#include "ui/widgets/job_footer.h"
#include "ui/widgets/label_style.h"
#include "ui/widgets/problem_list.h"
#include "ui/widgets/tab_order.h"
#include "ui/widgets/validity_fields.h"

#include <QCloseEvent>
#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QPointer>
#include <QPushButton>
#include <QScrollArea>
#include <QTimer>
#include <QVBoxLayout>

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace certwright::ui {

namespace {

const QString profileKey = QStringLiteral("signRequest/profile");
constexpr std::string_view DefaultProfile = "tls-server";

/// The request, and the CAs of the store that could sign it.
struct StoreFacts {
    std::optional<x509::Request> request;
    QString name;
    std::vector<store::CertificateRow> issuers;
};

} // namespace

struct SignRequestDialog::Private {
    Private(SignRequestDialog* dialog, UiContext& uiContext, store::RowId id)
        : q(dialog)
        , context(uiContext)
        , requestId(id) {}

    void build();
    QWidget* buildForm();
    void fillProfiles();
    void connectAll();
    void load();
    void loaded(const StoreFacts& facts);
    void showProof();
    void showNoIssuer();
    const pki::Profile& profile() const;
    service::IssueRequest order() const;
    void schedulePlan();
    void askForPlan();
    void showPlan(const pki::IssuePlan& made);
    void showValidity(const pki::IssuePlan& made);
    ProblemList::Fix fixFor(const pki::Problem& problem);
    void choose(const pki::RequestedField& field, bool isTaken);
    void takeEverything();
    void editSubject();
    void refuse();
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
    StateLabel* proof = nullptr;
    IssuerCombo* issuers = nullptr;
    QComboBox* profiles = nullptr;
    ValidityFields* validity = nullptr;
    ComparisonView* comparison = nullptr;
    QPushButton* subjectButton = nullptr;
    ProblemList* problems = nullptr;
    JobFooter* footer = nullptr;
    QTimer delay{q};
    std::vector<x509::GeneralName> leftOut;
    std::map<std::string, pki::RequestChoice> choices;
    x509::Name subject; ///< empty: the request's
    std::optional<pki::IssuePlan> plan;
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
    auto* scroll = new QScrollArea(q);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(buildForm());
    footer = new JobFooter(SignRequestDialog::tr("&Sign request"), q);
    footer->setNote(SignRequestDialog::tr("Issuing cannot be undone."));
    auto* whole = new QVBoxLayout(q);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->setSpacing(0);
    whole->addWidget(banner);
    whole->addWidget(scroll, 1);
    whole->addWidget(footer);
    q->resize(q->fontMetrics().averageCharWidth() * 130, q->fontMetrics().height() * 38);
    tabInReadingOrder(*q);
    footer->primaryButton()->setFocus();
}

QWidget* SignRequestDialog::Private::buildForm() {
    form = new QWidget(q);
    proof = new StateLabel(form);
    proof->setObjectName(QStringLiteral("proof"));
    issuers = new IssuerCombo(context.settings, form);
    profiles = new QComboBox(form);
    profiles->setObjectName(QStringLiteral("profile"));
    fillProfiles();
    validity = new ValidityFields(form);
    comparison = new ComparisonView(form);
    subjectButton = new QPushButton(SignRequestDialog::tr("&Edit name…"), form);
    subjectButton->setObjectName(QStringLiteral("editSubject"));
    subjectButton->setAutoDefault(false);
    problems = new ProblemList(form);
    problems->setObjectName(QStringLiteral("checks"));

    const auto labelFor = [this](const QString& text, QWidget* field) {
        auto* label = new QLabel(text, form);
        label->setBuddy(field);
        return label;
    };
    auto* grid = new QGridLayout;
    grid->setVerticalSpacing(8);
    grid->setHorizontalSpacing(8);
    // As wide as the labels of the validity fields below, so that the fields stand in one line.
    grid->setColumnMinimumWidth(0, form->fontMetrics().averageCharWidth() * 17);
    grid->setColumnStretch(1, 1);
    grid->addWidget(new QLabel(SignRequestDialog::tr("Request"), form), 0, 0);
    grid->addWidget(proof, 0, 1);
    grid->addWidget(labelFor(SignRequestDialog::tr("Signed &by"), issuers), 1, 0);
    grid->addWidget(issuers, 1, 1);
    grid->addWidget(labelFor(SignRequestDialog::tr("&Purpose"), profiles), 2, 0);
    grid->addWidget(profiles, 2, 1);
    auto* note = makeSecondaryLabel(
        SignRequestDialog::tr("Ticked: taken from the request. Take the tick away from what you do not want to issue."),
        form);
    note->setWordWrap(true);
    auto* noteRow = new QHBoxLayout;
    noteRow->addWidget(note, 1);
    noteRow->addWidget(subjectButton);
    auto* column = new QVBoxLayout(form);
    column->setContentsMargins(16, 12, 16, 12);
    column->setSpacing(8);
    column->addLayout(grid);
    column->addWidget(validity);
    column->addLayout(noteRow);
    column->addWidget(comparison, 1);
    column->addWidget(problems);
    return form;
}

void SignRequestDialog::Private::fillProfiles() {
    const auto add = [this](const pki::Profile& each) {
        profiles->addItem(toQString(each.title) + QStringLiteral(" – ") + toQString(each.summary), toQString(each.id));
    };
    for (const pki::Profile& each : pki::shippedProfiles()) {
        if (!each.isSelfSigned) // a root signs itself
            add(each);
    }
    add(pki::Profile());
    const QString remembered = context.settings.value(profileKey, toQString(DefaultProfile)).toString();
    profiles->setCurrentIndex(std::max(0, profiles->findData(remembered)));
    profiles->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    profiles->setMinimumContentsLength(28);
}

void SignRequestDialog::Private::connectAll() {
    delay.setObjectName(QStringLiteral("delay"));
    delay.setSingleShot(true);
    delay.setInterval(std::chrono::milliseconds(100));
    QObject::connect(&delay, &QTimer::timeout, q, [this] { askForPlan(); });
    QObject::connect(issuers, &QComboBox::currentIndexChanged, q, [this] { schedulePlan(); });
    QObject::connect(profiles, &QComboBox::currentIndexChanged, q, [this] { schedulePlan(); });
    QObject::connect(validity, &ValidityFields::edited, q, [this] { schedulePlan(); });
    QObject::connect(comparison, &ComparisonView::choiceChanged, q,
                     [this](const pki::RequestedField& field, bool isTaken) { choose(field, isTaken); });
    QObject::connect(subjectButton, &QPushButton::clicked, q, [this] { editSubject(); });
    QObject::connect(footer, &JobFooter::accepted, q, &SignRequestDialog::accept);
    QObject::connect(footer, &JobFooter::rejected, q, &SignRequestDialog::reject);
}

void SignRequestDialog::Private::load() {
    form->setEnabled(false);
    service::StoreSession* session = context.session();
    if (session == nullptr) {
        banner->showMessage(InlineBanner::Severity::Error, SignRequestDialog::tr("No store is open."),
                            SignRequestDialog::tr("Open the store that holds the CA."));
        return;
    }
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
    form->setEnabled(true);
    request = facts.request;
    name = facts.name;
    q->setWindowTitle(SignRequestDialog::tr("Sign request %1").arg(printable(name)));
    showProof();
    issuers->setIssuers(facts.issuers);
    if (!issuers->hasIssuers())
        showNoIssuer();
    footer->primaryButton()->setFocus();
    schedulePlan();
}

void SignRequestDialog::Private::showProof() {
    const std::optional<bool> isProven = request->isSignatureValid();
    const QString key = keyText(request->publicKey().facts());
    if (!isProven)
        proof->setState(State::Unknown, SignRequestDialog::tr("%1; its signature cannot be checked here").arg(key));
    else if (*isProven)
        proof->setState(State::Valid, SignRequestDialog::tr("Signed by its own key, %1").arg(key));
    else
        proof->setState(
            State::Error,
            SignRequestDialog::tr("Not signed by its own key (%1): it was changed, or is not theirs").arg(key));
}

void SignRequestDialog::Private::showNoIssuer() {
    banner->showMessage(InlineBanner::Severity::Warning,
                        SignRequestDialog::tr("There is no CA with its private key in this store."),
                        SignRequestDialog::tr("Create a CA first, or import one with its key."));
}

const pki::Profile& SignRequestDialog::Private::profile() const {
    const pki::Profile* found = pki::findProfile(toStdString(profiles->currentData().toString()));
    return found != nullptr ? *found : pki::shippedProfiles().front();
}

service::IssueRequest SignRequestDialog::Private::order() const {
    service::IssueRequest made;
    made.choices.product = pki::Product::IssuedCertificate;
    made.choices.profile = profile();
    made.choices.request = request;
    // Left empty it is the request's, whose oddities are the requester's business and forbid nothing.
    made.choices.subject = subject;
    made.choices.requestChoices = choices;
    made.choices.leftOutNames = leftOut;
    validity->apply(made.choices);
    made.key = service::RequestKey{};
    if (const store::CertificateRow* ca = issuers->issuer())
        made.ca = service::StoredCa{ca->id};
    made.now = context.clock.now();
    return made;
}

void SignRequestDialog::Private::schedulePlan() {
    // An answer that is still on its way is to what was chosen before.
    if (planJob)
        context.jobs.cancel(*std::exchange(planJob, std::nullopt));
    plan.reset();
    isAcceptingWhenPlanned = false;
    if (issuers->hasIssuers())
        banner->hide();
    delay.start();
}

void SignRequestDialog::Private::askForPlan() {
    delay.stop();
    service::StoreSession* session = context.session();
    if (session == nullptr || !request || job)
        return;
    if (planJob)
        context.jobs.cancel(*planJob);
    planJob = session->read<pki::IssuePlan>(
        {}, q,
        [asked = order()](store::Store& store, const base::JobControl&) {
            return service::previewIssue(&store, asked);
        },
        [this](const base::Outcome<pki::IssuePlan>& made) {
            if (delay.isActive())
                return; // something was changed meanwhile, and is asked about next
            if (made) {
                showPlan(*made);
            } else if (made.error().kind() != base::ErrorKind::Cancelled) {
                isAcceptingWhenPlanned = false;
                banner->showMessage(InlineBanner::Severity::Error, SignRequestDialog::tr("This cannot be worked out."),
                                    errorLine(made.error()));
            }
        });
}

void SignRequestDialog::Private::showPlan(const pki::IssuePlan& made) {
    plan = made;
    comparison->setFields(made.comparison);
    showValidity(made);
    problems->setProblems(made.problems, [this](const pki::Problem& problem) { return fixFor(problem); });
    if (std::exchange(isAcceptingWhenPlanned, false))
        q->accept();
}

void SignRequestDialog::Private::showValidity(const pki::IssuePlan& made) {
    validity->show(made, profile().lifetime);
    validity->setHint({}, false);
    for (const pki::Problem& problem : made.problems) {
        const bool isTime = problem.field == pki::Field::NotAfter || problem.field == pki::Field::NotBefore;
        if (!isTime || problem.severity == pki::Severity::Notice)
            continue;
        validity->setHint(printable(problem.message), problem.severity == pki::Severity::Error);
        if (const ProblemList::Fix fix = fixFor(problem); fix.apply)
            validity->setFix(fix.text, fix.apply);
        break;
    }
}

ProblemList::Fix SignRequestDialog::Private::fixFor(const pki::Problem& problem) {
    const QString text = printable(problem.fix);
    if (problem.time && problem.field == pki::Field::NotAfter && problem.severity == pki::Severity::Error)
        return {text, [this, end = *problem.time] { validity->setNotAfter(end); }};
    if (problem.id == "request-ca-dropped")
        return {text, [this, oid = problem.item] {
                    choices[oid] = pki::RequestChoice::Take;
                    schedulePlan();
                }};
    if (problem.id == "request-dropped")
        return {text, [this] { takeEverything(); }};
    return {};
}

void SignRequestDialog::Private::choose(const pki::RequestedField& field, bool isTaken) {
    if (!ComparisonView::isAltName(field)) {
        choices[field.oid] = isTaken ? pki::RequestChoice::Take : pki::RequestChoice::Leave;
    } else {
        for (const x509::GeneralName& each : request->subjectAltNames()) {
            if (std::string(x509::toString(each.type)) + ':' + each.value != field.name)
                continue;
            std::erase(leftOut, each);
            if (!isTaken)
                leftOut.push_back(each);
        }
    }
    schedulePlan();
}

void SignRequestDialog::Private::takeEverything() {
    if (!plan)
        return;
    leftOut.clear();
    for (const pki::RequestedField& field : plan->comparison) {
        // CA:TRUE has its own warning, and its own button.
        if (field.fate == pki::RequestedField::Fate::Dropped && !field.oid.empty() &&
            field.oid != x509::oids::BasicConstraints)
            choices[field.oid] = pki::RequestChoice::Take;
    }
    schedulePlan();
}

void SignRequestDialog::Private::editSubject() {
    auto* dialog = new NameDialog(subject.isEmpty() ? request->subject() : subject, q);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    QObject::connect(dialog, &QDialog::accepted, q, [this, dialog] {
        // The same name again is the request's own, byte for byte.
        subject = dialog->name() == request->subject() ? x509::Name() : dialog->name();
        schedulePlan();
    });
    dialog->open();
}

void SignRequestDialog::accept() {
    if (d->job)
        return;
    if (d->context.session() == nullptr || !d->request) {
        d->load();
        return;
    }
    if (!d->issuers->hasIssuers()) {
        d->showNoIssuer();
        return;
    }
    if (!d->plan || d->delay.isActive()) {
        d->askForPlan();
        d->isAcceptingWhenPlanned = true;
        return;
    }
    if (!d->plan->isAllowed()) {
        d->refuse();
        return;
    }
    withUnlockedStore(d->context, this,
                      tr("To sign %1 with %2.").arg(printable(d->name), printable(d->issuers->issuer()->name)), this,
                      [this] { d->sign(); });
}

void SignRequestDialog::Private::refuse() {
    const pki::Problem& first = plan->problems.front(); // errors stand first
    banner->showMessage(InlineBanner::Severity::Error,
                        SignRequestDialog::tr("This request cannot be signed like this."), printable(first.message));
    if (first.field == pki::Field::NotAfter || first.field == pki::Field::NotBefore)
        validity->focusEnd();
    else if (first.field == pki::Field::Issuer)
        issuers->setFocus(Qt::OtherFocusReason);
    else if (first.field == pki::Field::Subject)
        subjectButton->setFocus(Qt::OtherFocusReason);
    else
        comparison->setFocus(Qt::OtherFocusReason);
}

void SignRequestDialog::Private::sign() {
    service::StoreSession* session = context.session();
    if (session == nullptr)
        return;
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
        if (outcome.error().kind() == base::ErrorKind::Cancelled)
            banner->showMessage(InlineBanner::Severity::Info, SignRequestDialog::tr("Stopped. Nothing was issued."));
        else
            banner->showMessage(InlineBanner::Severity::Error, SignRequestDialog::tr("The request was not signed."),
                                errorLine(outcome.error()));
        footer->primaryButton()->setFocus(Qt::OtherFocusReason);
        return;
    }
    context.settings.setValue(profileKey, profiles->currentData());
    issuers->rememberChoice();
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
    banner->hide();
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

void SignRequestDialog::closeEvent(QCloseEvent* event) {
    // The window's own button closes for good; what runs goes with its context.
    if (d->job)
        d->context.jobs.cancel(*d->job);
    d->job.reset();
    QDialog::closeEvent(event);
}

} // namespace certwright::ui
