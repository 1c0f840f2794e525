#include "ui/dialogs/new_certificate_dialog.h"

#include "core/crypto/key_generator.h"
#include "core/service/issuing.h"
#include "core/service/store_session.h"
#include "ui/convert.h"
#include "ui/dialogs/export_dialog.h"
#include "ui/dialogs/name_dialog.h"
#include "ui/error_text.h"
#include "ui/prompts.h"
#include "ui/settings.h"
#include "ui/theme.h"
#include "ui/ui_context.h"
#include "ui/unlock.h"
#include "ui/widgets/alt_name_edit.h"
#include "ui/widgets/certificate_form.h"
#include "ui/widgets/certificate_head.h"
#include "ui/widgets/form_section.h"
#include "ui/widgets/inline_banner.h"
#include "ui/widgets/job_footer.h"
#include "ui/widgets/key_source_fields.h"
#include "ui/widgets/plan_preview.h"
#include "ui/widgets/problem_list.h"
#include "ui/widgets/subject_fields.h"
#include "ui/widgets/tab_order.h"

#include <QApplication>
#include <QCloseEvent>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>

namespace certwright::ui {

namespace {

using pki::Product;

/// What the page needs of the store.
struct StoreFacts {
    std::vector<store::CertificateRow> issuers;
    std::vector<store::KeyRow> keys;
};

QScrollArea* makeScrollArea(QWidget* content) {
    auto* scroll = new QScrollArea;
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(content);
    return scroll;
}

const QString organizationKey = QStringLiteral("newCertificate/organization");
const QString countryKey = QStringLiteral("newCertificate/country");

} // namespace

struct NewCertificateDialog::Private {
    Private(NewCertificateDialog* dialog, UiContext& uiContext, const Start& startWith)
        : q(dialog)
        , context(uiContext)
        , start(startWith) {}

    void build();
    QWidget* buildPreview();
    void connectAll();
    void load();
    void loaded(const StoreFacts& facts);
    Product product() const { return head->product(); }
    void setProduct(Product product);
    void imitate(const x509::Certificate& certificate);
    service::IssueRequest issueRequest() const;
    service::RequestOrder requestOrder() const;
    void schedulePlan();
    void askForPlan();
    void showPlan(const pki::IssuePlan& made);
    void showNameProblem(const pki::IssuePlan& made);
    void editName();
    void refuse();
    void create();
    void createWith(const service::KeySource& key);
    void keep(const service::KeySource& key);
    void finish(const base::Outcome<store::RowId>& outcome);
    void setBusy(bool isBusy, const QString& text = {});
    bool holdsTyping() const;
    void askToDiscard();
    QString nameForPeople() const;

    NewCertificateDialog* q;
    UiContext& context;
    Start start;

    CertificateHead* head = nullptr;
    InlineBanner* banner = nullptr;
    QSplitter* splitter = nullptr;
    CertificateForm* form = nullptr;
    PlanPreview* preview = nullptr;
    FormSection* checksSection = nullptr;
    ProblemList* checks = nullptr;
    QPushButton* reset = nullptr;
    JobFooter* footer = nullptr;
    QTimer delay{q};

    std::optional<pki::IssuePlan> plan;
    bool isPlanCurrent = false;
    bool isTried = false;
    bool isCreatingWhenPlanned = false;
    bool isAskingToDiscard = false;
    std::optional<service::JobId> planJob;
    std::optional<service::JobId> job;
};

NewCertificateDialog::NewCertificateDialog(UiContext& context, const Start& start, QWidget* parent)
    : QDialog(parent)
    , d(std::make_unique<Private>(this, context, start)) {
    setObjectName(QStringLiteral("newCertificateDialog"));
    setWindowTitle(tr("New certificate"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowModality(Qt::WindowModal);
    d->build();
    d->connectAll();
    d->setProduct(start.product.value_or(Product::SelfSignedCertificate));
    if (!start.profile.isEmpty())
        d->form->setProfile(toStdString(start.profile));
    else if (!start.product || *start.product == Product::SelfSignedCertificate)
        d->form->setProfile("root-ca");
    if (start.like)
        d->imitate(*start.like);
    d->form->focusFirst();
    d->load();
}

NewCertificateDialog::~NewCertificateDialog() = default;

void NewCertificateDialog::Private::build() {
    head = new CertificateHead(context.settings, q);
    banner = new InlineBanner(q);
    footer = new JobFooter(tr("&Create certificate"), q);
    reset = new QPushButton(tr("&Reset to preset"), q);
    reset->setObjectName(QStringLiteral("reset"));
    footer->addButton(reset);

    form = new CertificateForm;
    form->subject().setOrganization(context.settings.value(organizationKey).toString(),
                                    context.settings.value(countryKey).toString());
    splitter = new QSplitter(Qt::Horizontal, q);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(makeScrollArea(form));
    splitter->addWidget(makeScrollArea(buildPreview()));
    splitter->setStretchFactor(0, 652);
    splitter->setStretchFactor(1, 528);

    auto* column = new QVBoxLayout(q);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(head);
    column->addWidget(banner);
    column->addWidget(splitter, 1);
    column->addWidget(footer);
    tabInReadingOrder(*q);
    // On a small or magnified screen the buttons below stay on it.
    q->resize(QSize(1180, 760).boundedTo(q->screen()->availableSize() - QSize(16, 48)));
    delay.setObjectName(QStringLiteral("delay"));
    delay.setSingleShot(true);
    delay.setInterval(std::chrono::milliseconds(60));
}

QWidget* NewCertificateDialog::Private::buildPreview() {
    auto* side = new QWidget;
    auto* column = new QVBoxLayout(side);
    column->setContentsMargins(16, 12, 16, 12);
    column->setSpacing(10);
    auto* previewSection = new FormSection(tr("Preview"), side);
    previewSection->setLineBelow(false);
    preview = new PlanPreview(side);
    preview->setMinimumHeight(side->fontMetrics().height() * 19);
    previewSection->content()->addWidget(preview);
    checksSection = new FormSection(tr("Checks"), side);
    checksSection->setLineBelow(false);
    checks = new ProblemList(side);
    checks->setObjectName(QStringLiteral("checks"));
    checksSection->content()->addWidget(checks);
    column->addWidget(previewSection, 1);
    column->addWidget(checksSection);
    return side;
}

void NewCertificateDialog::Private::connectAll() {
    connect(head, &CertificateHead::productChosen, q, [this](Product product) {
        setProduct(product);
        form->focusFirst();
    });
    connect(head, &CertificateHead::edited, q, [this] { schedulePlan(); });
    connect(form, &CertificateForm::edited, q, [this] { schedulePlan(); });
    connect(form, &CertificateForm::nameEditorWanted, q, [this] { editName(); });
    connect(reset, &QPushButton::clicked, q, [this] { form->resetToPreset(); });
    connect(footer, &JobFooter::accepted, q, &NewCertificateDialog::accept);
    connect(footer, &JobFooter::rejected, q, &NewCertificateDialog::reject);
    connect(&delay, &QTimer::timeout, q, [this] { askForPlan(); });
    connect(&Theme::instance(), &Theme::changed, q, [this] {
        if (plan)
            showPlan(*plan); // in the new colours
    });
}

void NewCertificateDialog::Private::load() {
    service::StoreSession* session = context.session();
    if (session == nullptr) {
        banner->showMessage(InlineBanner::Severity::Error, tr("No store is open."),
                            tr("Certificates are kept in a store: open or create one first."));
        return;
    }
    session->read<StoreFacts>(
        {}, q,
        [](store::Store& store, const base::JobControl&) {
            return StoreFacts{store.issuingCertificates(), store.keys()};
        },
        [this](const base::Outcome<StoreFacts>& facts) {
            if (facts)
                loaded(*facts);
            else
                banner->showMessage(InlineBanner::Severity::Error, tr("The store cannot be read."),
                                    errorLine(facts.error()));
        });
}

void NewCertificateDialog::Private::loaded(const StoreFacts& facts) {
    const bool hasIssuers = !facts.issuers.empty();
    head->setIssuers(facts.issuers, start.issuerId);
    form->key().setKeys(facts.keys);
    if (start.keyId != 0)
        form->key().chooseStored(start.keyId);
    // With an issuer there, a certificate from it is the likelier wish; unless somebody was quicker and chose.
    const bool isAskedFor = start.product.has_value() || (!start.profile.isEmpty() && form->profile().isSelfSigned);
    if (hasIssuers && !isAskedFor) {
        setProduct(Product::IssuedCertificate);
        form->setProfile(start.profile.isEmpty() ? std::string("tls-server") : toStdString(start.profile));
        if (start.like)
            imitate(*start.like);
        form->focusFirst();
    }
    schedulePlan();
}

void NewCertificateDialog::Private::setProduct(Product product) {
    head->setProduct(product);
    const bool isIssued = product == Product::IssuedCertificate;
    form->setProduct(product);
    footer->setPrimaryText(product == Product::Request ? tr("&Create request") : tr("&Create certificate"));
    q->setWindowTitle(product == Product::Request ? tr("New request") : tr("New certificate"));
    footer->setNote(isIssued ? tr("Issuing cannot be undone.") : QString());
    schedulePlan();
}

/// Takes over what is to stay the same. A key too weak for a new certificate is no model.
void NewCertificateDialog::Private::imitate(const x509::Certificate& certificate) {
    using Type = x509::GeneralName::Type;
    std::vector<x509::GeneralName> names = certificate.subjectAltNames();
    std::erase_if(names, [](const x509::GeneralName& name) {
        return name.type != Type::Dns && name.type != Type::Ip && name.type != Type::Email && name.type != Type::Uri;
    });
    form->names().setNames(names);
    if (!certificate.subject().isEmpty())
        form->subject().setSubject(certificate.subject());
    const crypto::KeyFacts facts = certificate.publicKey().facts();
    const bool isRsa = facts.type.starts_with("RSA"); // of the others the type or the curve says the size
    const crypto::KeySpec spec{facts.type, isRsa ? facts.bits : 0, facts.curve};
    constexpr int LeastRsaBits = 2048;
    const bool isWeak = isRsa && spec.bits < LeastRsaBits;
    if (!isWeak && base::outcomeOf([&spec] { return crypto::KeySpec::parse(spec.toText()); }))
        form->key().setKind(spec);
}

service::IssueRequest NewCertificateDialog::Private::issueRequest() const {
    service::IssueRequest request;
    request.choices.product = product();
    form->apply(request.choices);
    request.key = form->key().source();
    if (const store::CertificateRow* ca = head->issuer())
        request.ca = service::StoredCa{ca->id};
    request.name = head->name();
    request.now = context.clock.now();
    return request;
}

service::RequestOrder NewCertificateDialog::Private::requestOrder() const {
    service::RequestOrder order;
    order.choices.product = Product::Request;
    form->apply(order.choices);
    order.key = form->key().source();
    order.name = head->name();
    order.now = context.clock.now();
    return order;
}

void NewCertificateDialog::Private::schedulePlan() {
    isPlanCurrent = false;
    isCreatingWhenPlanned = false;
    banner->hide();
    if (!job)
        delay.start();
}

void NewCertificateDialog::Private::askForPlan() {
    delay.stop();
    service::StoreSession* session = context.session();
    if (session == nullptr)
        return;
    if (planJob)
        context.jobs.cancel(*planJob);
    const auto done = [this](const base::Outcome<pki::IssuePlan>& made) {
        if (made) {
            showPlan(*made);
        } else if (made.error().kind() != base::ErrorKind::Cancelled) {
            isCreatingWhenPlanned = false;
            banner->showMessage(InlineBanner::Severity::Error, tr("This cannot be worked out."),
                                errorLine(made.error()));
        }
    };
    if (product() == Product::Request)
        planJob = session->read<pki::IssuePlan>(
            {}, q,
            [order = requestOrder()](store::Store& store, const base::JobControl&) {
                return service::previewRequest(&store, order);
            },
            done);
    else
        planJob = session->read<pki::IssuePlan>(
            {}, q,
            [request = issueRequest()](store::Store& store, const base::JobControl&) {
                return service::previewIssue(&store, request);
            },
            done);
}

void NewCertificateDialog::Private::showPlan(const pki::IssuePlan& made) {
    plan = made;
    isPlanCurrent = !delay.isActive();
    const store::CertificateRow* ca = head->issuer();
    form->show(made, ca != nullptr ? printable(ca->name) : QString(), isTried);
    preview->show(made, form->key().isNew());
    checks->setProblems(made.problems, [this](const pki::Problem& problem) { return form->fixFor(problem); });
    checksSection->setSummary(ProblemList::summary(made.problems));
    head->showProposedName(nameForPeople());
    showNameProblem(made);
    if (isCreatingWhenPlanned && isPlanCurrent) {
        isCreatingWhenPlanned = false;
        q->accept();
    }
}

QString NewCertificateDialog::Private::nameForPeople() const {
    if (!head->name().isEmpty())
        return printable(head->name());
    if (!plan)
        return {};
    if (!plan->subject.isEmpty())
        return printable(plan->subject.displayName());
    return plan->names.empty() ? QString() : printable(plan->names.front().value);
}

void NewCertificateDialog::Private::showNameProblem(const pki::IssuePlan& made) {
    const auto found = std::find_if(made.problems.begin(), made.problems.end(),
                                    [](const pki::Problem& problem) { return problem.field == pki::Field::StoreName; });
    head->setNameError(found == made.problems.end() ? QString() : printable(found->message));
}

void NewCertificateDialog::Private::editName() {
    // The editor begins with what will be issued, a common name that came from the names included.
    auto* dialog = new NameDialog(plan ? plan->subject : form->subject().subject(), q);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, q, [this, dialog] { form->subject().setSubject(dialog->name()); });
    dialog->open();
}

void NewCertificateDialog::accept() {
    if (d->job)
        return;
    if (d->context.session() == nullptr) {
        d->load();
        return;
    }
    d->isTried = true;
    if (d->form->hasProblem()) {
        d->refuse();
        return;
    }
    if (!d->isPlanCurrent) {
        // What was typed last is not worked out yet: that comes first, then this again.
        d->isCreatingWhenPlanned = true;
        d->askForPlan();
        return;
    }
    if (!d->plan->isAllowed()) {
        d->form->show(*d->plan, {}, true);
        d->refuse();
        return;
    }
    d->create();
}

void NewCertificateDialog::Private::refuse() {
    pki::Field field = pki::Field::Subject;
    QString reason;
    if (plan && !form->hasProblem()) {
        for (const pki::Problem& problem : plan->problems) {
            if (problem.severity != pki::Severity::Error)
                continue;
            field = problem.field;
            reason = printable(problem.message);
            break;
        }
    }
    banner->showMessage(InlineBanner::Severity::Error,
                        product() == Product::Request ? tr("The request cannot be created like this.")
                                                      : tr("The certificate cannot be created like this."),
                        reason);
    if (field == pki::Field::Issuer)
        head->focusIssuer();
    else if (field == pki::Field::StoreName)
        head->focusName();
    else
        form->focusField(field);
}

void NewCertificateDialog::Private::create() {
    const store::CertificateRow* ca = head->issuer();
    const QString reason = ca != nullptr         ? tr("To sign %1 with %2.").arg(nameForPeople(), printable(ca->name))
                           : form->key().isNew() ? tr("To keep the new key of %1 encrypted.").arg(nameForPeople())
                                                 : tr("To sign %1 with its key.").arg(nameForPeople());
    withUnlockedStore(context, q, reason, q, [this] { createWith(form->key().source()); });
}

void NewCertificateDialog::Private::createWith(const service::KeySource& key) {
    const auto* fresh = std::get_if<service::NewKey>(&key);
    if (fresh == nullptr || (fresh->spec.type != "RSA" && fresh->spec.type != "RSA-PSS")) {
        keep(key);
        return;
    }
    // An RSA key takes its time: it is made on the pool, so that the store's writing thread stays free.
    setBusy(true, tr("Making the key…"));
    job = context.jobs.run<crypto::PrivateKey>(
        tr("Making the key of %1").arg(nameForPeople()), q,
        [spec = fresh->spec](const base::JobControl& control) { return crypto::generateKey(spec, control); },
        [this](const base::Outcome<crypto::PrivateKey>& made) {
            if (made)
                keep(*made);
            else
                finish(made.error());
        },
        [this](base::Progress progress) { footer->setProgress(progress); });
}

void NewCertificateDialog::Private::keep(const service::KeySource& key) {
    service::StoreSession* session = context.session();
    if (session == nullptr) {
        finish(base::Error(base::ErrorKind::NotFound, "The store was closed meanwhile"));
        return;
    }
    setBusy(true, tr("Signing…"));
    const QString label = tr("Creating %1").arg(nameForPeople());
    const auto done = [this, key](const base::Outcome<store::RowId>& id) {
        // The store may have locked itself while the key was made; the key is kept for a second try.
        if (!id && id.error().kind() == base::ErrorKind::PassphraseNeeded)
            withUnlockedStore(
                context, q, tr("To go on with %1.").arg(nameForPeople()), q, [this, key] { keep(key); },
                [this, error = id.error()] { finish(error); });
        else
            finish(id);
    };
    if (product() == Product::Request) {
        service::RequestOrder order = requestOrder();
        order.key = key;
        job = session->write<store::RowId>(
            label, q,
            [order](store::Store& store, const base::JobControl& control) {
                return service::createRequest(&store, order, control).requestId;
            },
            done);
        return;
    }
    service::IssueRequest request = issueRequest();
    request.key = key;
    job = session->write<store::RowId>(
        label, q,
        [request](store::Store& store, const base::JobControl& control) {
            return service::issue(&store, request, control).certificateId;
        },
        done);
}

void NewCertificateDialog::Private::finish(const base::Outcome<store::RowId>& outcome) {
    job.reset();
    setBusy(false);
    if (!outcome) {
        const QString title =
            product() == Product::Request ? tr("The request was not created.") : tr("The certificate was not created.");
        if (outcome.error().kind() == base::ErrorKind::Cancelled)
            banner->showMessage(InlineBanner::Severity::Info, tr("Stopped. Nothing was created."));
        else
            banner->showMessage(InlineBanner::Severity::Error, title, errorLine(outcome.error()));
        form->focusFirst();
        return;
    }
    const bool isRequest = product() == Product::Request;
    context.settings.setValue(organizationKey, form->subject().organization());
    context.settings.setValue(countryKey, form->subject().country());
    head->rememberIssuer();
    const store::RowId id = *outcome;
    if (context.toast) {
        UiContext* program = &context;
        if (isRequest)
            context.toast(tr("Created the request %1").arg(nameForPeople()), {}, {});
        else
            context.toast(tr("Created %1").arg(nameForPeople()), tr("Export…"),
                          [program, id] { (new ExportDialog(*program, {id}, QApplication::activeWindow()))->open(); });
    }
    Q_EMIT q->created(isRequest ? store::EntryKind::Request : store::EntryKind::Certificate, id);
    q->QDialog::accept();
}

void NewCertificateDialog::Private::setBusy(bool isBusy, const QString& text) {
    splitter->setEnabled(!isBusy);
    head->setEnabled(!isBusy);
    reset->setEnabled(!isBusy);
    banner->hide();
    if (isBusy)
        footer->setBusy(text);
    else
        footer->setIdle();
}

bool NewCertificateDialog::Private::holdsTyping() const {
    return !form->names().box()->document()->isEmpty() || form->subject().isTyped() || !head->name().isEmpty();
}

void NewCertificateDialog::Private::askToDiscard() {
    if (isAskingToDiscard)
        return;
    isAskingToDiscard = true;
    Question question;
    question.title = q->windowTitle();
    question.text = product() == Product::Request ? tr("Close without creating the request?")
                                                  : tr("Close without creating the certificate?");
    question.informativeText = tr("The names you entered will be lost.");
    question.choices = {{tr("&Discard"), true}};
    context.prompts.askQuestion(q, question, q, [this](std::optional<std::size_t> answer) {
        isAskingToDiscard = false;
        if (answer && !job)
            q->QDialog::reject();
    });
}

void NewCertificateDialog::reject() {
    if (d->job)
        d->context.jobs.cancel(*d->job);
    else if (d->holdsTyping())
        d->askToDiscard();
    else
        QDialog::reject();
}

void NewCertificateDialog::closeEvent(QCloseEvent* event) {
    if (!d->job) {
        QDialog::closeEvent(event); // by way of reject(), which may ask
        return;
    }
    // While something runs the window's own button closes for good; what runs goes with its context.
    d->context.jobs.cancel(*d->job);
    d->job.reset();
    QDialog::reject();
}

} // namespace certwright::ui
