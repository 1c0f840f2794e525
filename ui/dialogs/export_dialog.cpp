#include "ui/dialogs/export_dialog.h"

#include "core/service/exporting.h"
#include "core/service/store_session.h"
#include "ui/convert.h"
#include "ui/error_text.h"
#include "ui/prompts.h"
#include "ui/settings.h"
#include "ui/theme.h"
#include "ui/ui_context.h"
#include "ui/unlock.h"
#include "ui/widgets/export_form.h"
#include "ui/widgets/export_plan_view.h"
#include "ui/widgets/inline_banner.h"
#include "ui/widgets/job_footer.h"
#include "ui/widgets/tab_order.h"

#include <QCloseEvent>
#include <QDir>
#include <QFileInfo>
#include <QPushButton>
#include <QScrollArea>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>
#include <optional>
#include <utility>

namespace certwright::ui {

namespace {

const QString targetKey = QStringLiteral("export/target");
const QString folderKey = QStringLiteral("export/folder");

/// What the path field can mend.
bool isAboutPath(const pki::Problem& problem) {
    return problem.id.starts_with("path-") || problem.id == "folder-missing";
}

/// What is asked for when the files are about to be written: whether to replace, and the passphrase.
bool isAskedLater(const pki::Problem& problem) {
    return problem.id == "file-exists" || problem.id == "passphrase-missing";
}

/// The store's answer about what is exported.
struct StoreFacts {
    QString name;
    bool hasKey = false;
};

} // namespace

struct ExportDialog::Private {
    Private(ExportDialog* dialog, UiContext& uiContext, std::vector<store::RowId> certificateIds)
        : q(dialog)
        , context(uiContext)
        , ids(std::move(certificateIds)) {}

    void build();
    void connectAll();
    void browse();
    void load();
    void loaded(const StoreFacts& facts);
    service::ExportOrder order() const;
    void schedulePlan();
    void askForPlan();
    void showPlan(const service::ExportPlan& made);
    bool refuseProblems();
    void askOverwrite();
    void unlockAndRun();
    void run();
    void finish(const base::Outcome<service::ExportResult>& outcome);
    void failed(const base::Error& error);
    void setBusy(bool isBusy);

    ExportDialog* q;
    UiContext& context;
    std::vector<store::RowId> ids;
    QString name;
    InlineBanner* banner = nullptr;
    QWidget* page = nullptr;
    ExportForm* form = nullptr;
    ExportPlanView* preview = nullptr;
    JobFooter* footer = nullptr;
    QTimer delay{q};
    bool mayOverwrite = false;
    bool isAcceptingWhenPlanned = false;
    std::optional<service::ExportPlan> plan;
    std::shared_ptr<const base::Secret> secret; ///< only while it writes
    std::optional<service::JobId> planJob;
    std::optional<service::JobId> job;
};

ExportDialog::ExportDialog(UiContext& context, std::vector<store::RowId> certificateIds, QWidget* parent)
    : QDialog(parent)
    , d(std::make_unique<Private>(this, context, std::move(certificateIds))) {
    setObjectName(QStringLiteral("exportDialog"));
    setWindowTitle(tr("Export"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowModality(Qt::WindowModal);
    d->build();
    d->connectAll();
    const QString remembered = context.settings.value(targetKey, QStringLiteral("nginx")).toString();
    const pki::ExportTargetInfo* info = pki::findExportTarget(toStdString(remembered));
    setTarget(info == nullptr ? pki::ExportTarget::Nginx : info->target);
    d->schedulePlan();
    d->load();
}

ExportDialog::~ExportDialog() = default;

void ExportDialog::Private::build() {
    banner = new InlineBanner(q);
    auto* scroll = new QScrollArea(q);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setFocusPolicy(Qt::NoFocus);
    page = new QWidget(q);
    form = new ExportForm(ids.size() > 1, page);
    preview = new ExportPlanView(page);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(16, 12, 16, 12);
    column->setSpacing(12);
    column->addWidget(form);
    column->addWidget(preview, 1);
    scroll->setWidget(page);
    footer = new JobFooter(ExportDialog::tr("&Export"), q);
    auto* whole = new QVBoxLayout(q);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->setSpacing(0);
    whole->addWidget(banner);
    whole->addWidget(scroll, 1);
    whole->addWidget(footer);
    q->resize(q->fontMetrics().averageCharWidth() * 110, q->fontMetrics().height() * 35);
    tabInReadingOrder(*q);
    footer->primaryButton()->setFocus();
}

void ExportDialog::Private::connectAll() {
    delay.setObjectName(QStringLiteral("delay"));
    delay.setSingleShot(true);
    delay.setInterval(std::chrono::milliseconds(150));
    QObject::connect(&delay, &QTimer::timeout, q, [this] { askForPlan(); });
    QObject::connect(&Theme::instance(), &Theme::changed, q, [this] {
        if (plan)
            showPlan(*plan); // in the new colours
    });
    QObject::connect(form, &ExportForm::edited, q, [this] { schedulePlan(); });
    QObject::connect(form, &ExportForm::passphraseEdited, q, [this] { banner->hide(); });
    QObject::connect(form, &ExportForm::browseWanted, q, [this] { browse(); });
    QObject::connect(footer, &JobFooter::accepted, q, &ExportDialog::accept);
    QObject::connect(footer, &JobFooter::rejected, q, &ExportDialog::reject);
}

void ExportDialog::Private::browse() {
    FileRequest request;
    request.directory = QFileInfo(form->path()).absolutePath();
    request.isOverwriteAskedFor = false; // asked for all files together, before writing
    const auto chosen = [this](const QString& answer) {
        if (!answer.isEmpty())
            q->setPath(answer);
    };
    if (form->info().isFolder) {
        request.title = ExportDialog::tr("Folder for the files");
        context.prompts.askDirectory(q, request, q, chosen);
    } else {
        request.title = ExportDialog::tr("File to write");
        request.suggestedName = QFileInfo(form->path()).fileName();
        context.prompts.askSaveFile(q, request, q, chosen);
    }
}

void ExportDialog::setTarget(pki::ExportTarget target) {
    d->form->setTarget(target);
}

void ExportDialog::setPath(const QString& path) {
    d->form->setPath(path);
}

void ExportDialog::Private::load() {
    service::StoreSession* session = context.session();
    if (session == nullptr) {
        banner->showMessage(InlineBanner::Severity::Error, ExportDialog::tr("No store is open."),
                            ExportDialog::tr("Open the store that holds the certificate."));
        return;
    }
    if (ids.empty())
        return;
    session->read<StoreFacts>(
        {}, q,
        [id = ids.front()](store::Store& store, const base::JobControl&) {
            const auto row = store.certificate(id);
            return row ? StoreFacts{row->name, row->keyId != 0} : StoreFacts{};
        },
        [this](const base::Outcome<StoreFacts>& facts) {
            if (facts)
                loaded(*facts);
        });
}

void ExportDialog::Private::loaded(const StoreFacts& facts) {
    name = facts.name;
    q->setWindowTitle(ids.size() == 1
                          ? ExportDialog::tr("Export %1").arg(printable(name))
                          : ExportDialog::tr("Export %n certificates", nullptr, static_cast<int>(ids.size())));
    if (!facts.hasKey)
        form->setKeyMissing();
    form->proposePath(context.settings.value(folderKey, QDir::homePath()).toString(), name);
}

service::ExportOrder ExportDialog::Private::order() const {
    service::ExportOrder made;
    made.certificateIds = ids;
    form->apply(made);
    made.passphrase = secret;
    made.mayOverwrite = mayOverwrite;
    return made;
}

void ExportDialog::Private::schedulePlan() {
    // An answer that is still on its way is to what was chosen before.
    if (planJob)
        context.jobs.cancel(*std::exchange(planJob, std::nullopt));
    plan.reset();
    isAcceptingWhenPlanned = false;
    mayOverwrite = false;
    if (context.session() != nullptr)
        banner->hide();
    delay.start();
}

void ExportDialog::Private::askForPlan() {
    delay.stop();
    service::StoreSession* session = context.session();
    if (session == nullptr || job)
        return;
    if (planJob)
        context.jobs.cancel(*planJob);
    service::ExportOrder asked = order();
    // The plan needs to know that there will be one, not which: the real one is taken when the files are written.
    if (form->isEncrypted())
        asked.passphrase = std::make_shared<const base::Secret>("-");
    planJob = session->read<service::ExportPlan>(
        {}, q,
        [asked, now = context.clock.now()](store::Store& store, const base::JobControl&) {
            return service::planExport(store, asked, now);
        },
        [this](const base::Outcome<service::ExportPlan>& made) {
            if (delay.isActive())
                return; // something was changed meanwhile, and is asked about next
            if (made) {
                showPlan(*made);
            } else if (made.error().kind() != base::ErrorKind::Cancelled) {
                isAcceptingWhenPlanned = false;
                banner->showMessage(InlineBanner::Severity::Error, ExportDialog::tr("This cannot be worked out."),
                                    errorLine(made.error()));
            }
        });
}

void ExportDialog::Private::showPlan(const service::ExportPlan& made) {
    plan = made;
    form->setPathError({});
    std::vector<pki::Problem> others;
    for (const pki::Problem& problem : made.problems) {
        if (isAboutPath(problem) && !form->hasPathError())
            form->setPathError(printable(problem.message));
        else if (!isAboutPath(problem) && !isAskedLater(problem))
            others.push_back(problem);
    }
    const bool hasClearKey = std::any_of(made.files.begin(), made.files.end(),
                                         [](const service::PlannedFile& file) { return file.hasClearKey; });
    if (hasClearKey) {
        pki::Problem problem;
        problem.id = "clear-key";
        problem.severity = pki::Severity::Warning;
        problem.message =
            toStdString(ExportDialog::tr("The private key will lie in the file unencrypted, readable by you alone."));
        others.push_back(std::move(problem));
    }
    preview->setPlan(made, others);
    footer->setPrimaryText(hasClearKey ? ExportDialog::tr("Write files with unencrypted &key")
                                       : ExportDialog::tr("&Export"));
    if (std::exchange(isAcceptingWhenPlanned, false))
        q->accept();
}

bool ExportDialog::Private::refuseProblems() {
    for (const pki::Problem& problem : plan->problems) {
        if (problem.severity != pki::Severity::Error || isAskedLater(problem))
            continue;
        banner->showMessage(InlineBanner::Severity::Error, ExportDialog::tr("This cannot be exported like this."),
                            printable(problem.message));
        if (isAboutPath(problem))
            form->focusPath();
        else
            form->focusTarget();
        return true;
    }
    return false;
}

void ExportDialog::accept() {
    if (d->job)
        return;
    if (d->context.session() == nullptr) {
        d->load();
        return;
    }
    if (!d->plan || d->delay.isActive()) {
        d->askForPlan();
        d->isAcceptingWhenPlanned = true;
        return;
    }
    d->banner->hide();
    if (d->refuseProblems() || !d->form->checkPassphrase())
        return;
    d->askOverwrite();
}

void ExportDialog::Private::askOverwrite() {
    QStringList existing;
    for (const service::PlannedFile& file : plan->files) {
        if (file.exists)
            existing += printable(QDir::toNativeSeparators(file.path));
    }
    if (existing.isEmpty()) {
        unlockAndRun();
        return;
    }
    Question question;
    question.title = ExportDialog::tr("Replace files");
    question.text =
        ExportDialog::tr("Replace %n file(s) that exist already?", nullptr, static_cast<int>(existing.size()));
    question.informativeText = existing.join(QLatin1Char('\n'));
    question.choices = {{ExportDialog::tr("&Replace"), true}};
    context.prompts.askQuestion(q, question, q, [this](std::optional<std::size_t> answer) {
        if (!answer)
            return;
        mayOverwrite = true;
        unlockAndRun();
    });
}

void ExportDialog::Private::unlockAndRun() {
    if (!plan->needsKey) {
        run();
        return;
    }
    withUnlockedStore(
        context, q, ExportDialog::tr("To export the private key of %1.").arg(printable(name)), q, [this] { run(); },
        [this] { mayOverwrite = false; });
}

void ExportDialog::Private::run() {
    service::StoreSession* session = context.session();
    if (session == nullptr)
        return;
    if (form->isEncrypted())
        secret = std::make_shared<const base::Secret>(form->passphrase());
    setBusy(true);
    job = session->write<service::ExportResult>(
        ExportDialog::tr("Exporting %1").arg(printable(name)), q,
        [made = order()](store::Store& store, const base::JobControl& control) {
            return service::runExport(store, made, control);
        },
        [this](const base::Outcome<service::ExportResult>& outcome) { finish(outcome); },
        [this](base::Progress progress) { footer->setProgress(progress); });
    secret.reset();
}

void ExportDialog::Private::finish(const base::Outcome<service::ExportResult>& outcome) {
    job.reset();
    setBusy(false);
    if (!outcome) {
        failed(outcome.error());
        return;
    }
    form->clearPassphrase();
    context.settings.setValue(targetKey, toQString(form->info().id));
    context.settings.setValue(folderKey, QFileInfo(form->path()).absolutePath());
    QStringList written;
    for (const service::PlannedFile& file : outcome->files)
        written += file.path;
    if (context.toast)
        context.toast(ExportDialog::tr("Exported %1 to %2, read back and checked")
                          .arg(printable(name), printable(QDir::toNativeSeparators(form->path()))),
                      {}, {});
    Q_EMIT q->exported(written);
    q->QDialog::accept();
}

void ExportDialog::Private::failed(const base::Error& error) {
    // Files may have come or gone meanwhile, and leave to replace them is given for one try.
    schedulePlan();
    if (error.kind() == base::ErrorKind::Cancelled)
        banner->showMessage(InlineBanner::Severity::Info, ExportDialog::tr("Stopped. Nothing was written."));
    else
        banner->showMessage(InlineBanner::Severity::Error, ExportDialog::tr("Nothing was exported."), errorLine(error));
    form->focusPath();
}

void ExportDialog::Private::setBusy(bool isBusy) {
    page->setEnabled(!isBusy);
    banner->hide();
    if (isBusy)
        footer->setBusy(ExportDialog::tr("Writing and checking…"));
    else
        footer->setIdle();
}

void ExportDialog::reject() {
    if (d->job) {
        d->context.jobs.cancel(*d->job);
        return;
    }
    QDialog::reject();
}

void ExportDialog::closeEvent(QCloseEvent* event) {
    // The window's own button closes for good; what runs goes with its context.
    if (d->job)
        d->context.jobs.cancel(*d->job);
    d->job.reset();
    QDialog::closeEvent(event);
}

} // namespace certwright::ui
