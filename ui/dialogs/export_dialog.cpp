#include "ui/dialogs/export_dialog.h"

#include "core/service/exporting.h"
#include "core/service/store_session.h"
#include "ui/convert.h"
#include "ui/error_text.h"
#include "ui/prompts.h"
#include "ui/settings.h"
#include "ui/ui_context.h"
#include "ui/unlock.h"
#include "ui/widgets/field_message.h"
#include "ui/widgets/inline_banner.h"
#include "ui/widgets/job_footer.h"
#include "ui/widgets/label_style.h"
#include "ui/widgets/passphrase_edit.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QFileInfo>
#include <QFormLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTimer>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <optional>

namespace certwright::ui {

namespace {

const QString targetKey = QStringLiteral("export/target");
const QString folderKey = QStringLiteral("export/folder");

/// A file name out of a certificate's name: no separators, no wildcard.
QString fileStem(const QString& name) {
    QString stem;
    for (const QChar c : name)
        stem += c.isLetterOrNumber() || c == QLatin1Char('.') || c == QLatin1Char('-') ? c : QLatin1Char('_');
    while (stem.startsWith(QLatin1Char('.')))
        stem.remove(0, 1);
    return stem.isEmpty() ? QStringLiteral("certificate") : stem.left(80);
}

} // namespace

struct ExportDialog::Private {
    Private(ExportDialog* dialog, UiContext& uiContext, std::vector<store::RowId> certificateIds)
        : q(dialog)
        , context(uiContext)
        , ids(std::move(certificateIds)) {}

    void build();
    QWidget* buildPathRow();
    void connectAll();
    void loadName();
    pki::ExportTarget target() const { return static_cast<pki::ExportTarget>(targets->currentData().toInt()); }
    const pki::ExportTargetInfo& info() const { return pki::infoOf(target()); }
    void targetChanged();
    void proposePath();
    service::ExportOrder order() const;
    void schedulePlan();
    void askForPlan();
    void showPlan(const service::ExportPlan& made);
    bool checkPassphrase();
    void askOverwrite();
    void unlockAndRun();
    void run();
    void finish(const base::Outcome<service::ExportResult>& outcome);
    void setBusy(bool isBusy);

    ExportDialog* q;
    UiContext& context;
    std::vector<store::RowId> ids;
    QString name;
    InlineBanner* banner = nullptr;
    QWidget* form = nullptr;
    QComboBox* targets = nullptr;
    QLabel* summary = nullptr;
    QLineEdit* path = nullptr;
    QPushButton* browse = nullptr;
    FieldMessage* pathMessage = nullptr;
    QCheckBox* root = nullptr;
    QCheckBox* legacy = nullptr;
    QLabel* passphraseLabel = nullptr;
    PassphraseEdit* passphrase = nullptr;
    QTreeWidget* files = nullptr;
    FieldMessage* warning = nullptr;
    JobFooter* footer = nullptr;
    QTimer delay;
    bool isPathProposed = true;
    bool mayOverwrite = false;
    bool isAcceptingWhenPlanned = false;
    std::optional<service::ExportPlan> plan;
    std::shared_ptr<const base::Secret> secret;
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
    d->targetChanged();
    d->loadName();
}

ExportDialog::~ExportDialog() = default;

void ExportDialog::Private::build() {
    banner = new InlineBanner(q);
    form = new QWidget(q);
    targets = new QComboBox(form);
    targets->setObjectName(QStringLiteral("target"));
    for (const pki::ExportTargetInfo& each : pki::exportTargets()) {
        if (each.takesMany || ids.size() <= 1)
            targets->addItem(toQString(each.title), static_cast<int>(each.target));
    }
    summary = makeSecondaryLabel({}, form);
    summary->setWordWrap(true);
    pathMessage = new FieldMessage(form);
    pathMessage->setObjectName(QStringLiteral("pathMessage"));
    root = new QCheckBox(ExportDialog::tr("Put the &root into the chain too"), form);
    root->setObjectName(QStringLiteral("includeRoot"));
    legacy = new QCheckBox(ExportDialog::tr("For &old Windows, macOS and Java (3DES, SHA-1)"), form);
    legacy->setObjectName(QStringLiteral("legacy"));
    passphrase = new PassphraseEdit(PassphraseEdit::Mode::Create, form);
    passphrase->setObjectName(QStringLiteral("exportPassphrase"));
    passphraseLabel = new QLabel(ExportDialog::tr("Pass&phrase"), form);
    passphraseLabel->setBuddy(passphrase);
    files = new QTreeWidget(form);
    files->setObjectName(QStringLiteral("files"));
    files->setAccessibleName(ExportDialog::tr("Files that will be written"));
    files->setHeaderLabels({ExportDialog::tr("File"), ExportDialog::tr("Content"), ExportDialog::tr("Mode")});
    files->setRootIsDecorated(false);
    files->setUniformRowHeights(true);
    warning = new FieldMessage(form);
    warning->setObjectName(QStringLiteral("exportWarning"));

    auto* grid = new QFormLayout;
    grid->setVerticalSpacing(8);
    grid->setHorizontalSpacing(12);
    grid->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    grid->addRow(ExportDialog::tr("&Destination"), targets);
    grid->addRow(nullptr, summary);
    QWidget* pathRow = buildPathRow();
    auto* pathLabel = new QLabel(ExportDialog::tr("Write &to"), form);
    pathLabel->setBuddy(path);
    grid->addRow(pathLabel, pathRow);
    grid->addRow(nullptr, pathMessage);
    grid->addRow(nullptr, root);
    grid->addRow(nullptr, legacy);
    grid->addRow(passphraseLabel, passphrase);
    auto* column = new QVBoxLayout(form);
    column->setContentsMargins(16, 12, 16, 12);
    column->setSpacing(12);
    column->addLayout(grid);
    column->addWidget(files, 1);
    column->addWidget(warning);

    footer = new JobFooter(ExportDialog::tr("&Export"), q);
    auto* whole = new QVBoxLayout(q);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->setSpacing(0);
    whole->addWidget(banner);
    whole->addWidget(form, 1);
    whole->addWidget(footer);
    q->resize(q->fontMetrics().averageCharWidth() * 100, q->fontMetrics().height() * 27);
}

QWidget* ExportDialog::Private::buildPathRow() {
    auto* row = new QWidget(form);
    path = new QLineEdit(row);
    path->setObjectName(QStringLiteral("path"));
    path->setAccessibleName(ExportDialog::tr("Write to"));
    browse = new QPushButton(ExportDialog::tr("&Browse…"), row);
    browse->setObjectName(QStringLiteral("browse"));
    browse->setAutoDefault(false);
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(path, 1);
    layout->addWidget(browse);
    return row;
}

void ExportDialog::Private::connectAll() {
    delay.setSingleShot(true);
    delay.setInterval(std::chrono::milliseconds(150));
    QObject::connect(&delay, &QTimer::timeout, q, [this] { askForPlan(); });
    QObject::connect(targets, &QComboBox::currentIndexChanged, q, [this] { targetChanged(); });
    QObject::connect(path, &QLineEdit::textEdited, q, [this] { isPathProposed = false; });
    QObject::connect(path, &QLineEdit::textChanged, q, [this] { schedulePlan(); });
    QObject::connect(root, &QCheckBox::toggled, q, [this] { schedulePlan(); });
    QObject::connect(legacy, &QCheckBox::toggled, q, [this] { schedulePlan(); });
    QObject::connect(footer, &JobFooter::accepted, q, &ExportDialog::accept);
    QObject::connect(footer, &JobFooter::rejected, q, &ExportDialog::reject);
    QObject::connect(browse, &QPushButton::clicked, q, [this] {
        FileRequest request;
        request.directory = QFileInfo(path->text()).absolutePath();
        request.isOverwriteAskedFor = false; // asked for all files together, before writing
        const auto chosen = [this](const QString& answer) {
            if (!answer.isEmpty())
                q->setPath(answer);
        };
        if (info().isFolder) {
            request.title = ExportDialog::tr("Folder for the files");
            context.prompts.askDirectory(q, request, q, chosen);
        } else {
            request.title = ExportDialog::tr("File to write");
            request.suggestedName = QFileInfo(path->text()).fileName();
            context.prompts.askSaveFile(q, request, q, chosen);
        }
    });
}

void ExportDialog::setTarget(pki::ExportTarget target) {
    const int index = d->targets->findData(static_cast<int>(target));
    d->targets->setCurrentIndex(index < 0 ? 0 : index);
}

void ExportDialog::setPath(const QString& path) {
    d->isPathProposed = false;
    d->path->setText(path);
}

void ExportDialog::Private::loadName() {
    service::StoreSession* session = context.session();
    if (session == nullptr || ids.empty())
        return;
    session->read<QString>(
        {}, q,
        [id = ids.front()](store::Store& store, const base::JobControl&) {
            return store.nameOf(store::EntryKind::Certificate, id);
        },
        [this](const base::Outcome<QString>& answer) {
            if (!answer)
                return;
            name = *answer;
            q->setWindowTitle(ids.size() == 1
                                  ? ExportDialog::tr("Export %1").arg(printable(name))
                                  : ExportDialog::tr("Export %n certificates", nullptr, static_cast<int>(ids.size())));
            proposePath();
        });
}

void ExportDialog::Private::targetChanged() {
    using Passphrase = pki::ExportTargetInfo::Passphrase;
    const pki::ExportTargetInfo& chosen = info();
    summary->setText(toQString(chosen.summary));
    const bool isServer = chosen.isFolder || chosen.target == pki::ExportTarget::Chain;
    root->setVisible(isServer);
    const bool isPkcs12 = chosen.passphrase == Passphrase::Required;
    legacy->setVisible(isPkcs12);
    passphraseLabel->setVisible(isPkcs12);
    passphrase->setVisible(isPkcs12);
    proposePath();
    schedulePlan();
}

void ExportDialog::Private::proposePath() {
    if (!isPathProposed)
        return;
    const QString folder = context.settings.value(folderKey, QDir::homePath()).toString();
    const QString stem = fileStem(name);
    path->setText(info().isFolder ? QDir(folder).filePath(stem)
                                  : QDir(folder).filePath(stem + toQString(info().suffix)));
}

service::ExportOrder ExportDialog::Private::order() const {
    service::ExportOrder made;
    made.certificateIds = ids;
    made.target = target();
    made.path = path->text().trimmed();
    made.options.includeRoot = root->isVisibleTo(form) && root->isChecked();
    if (legacy->isVisibleTo(form) && legacy->isChecked())
        made.options.strength = formats::Pkcs12Strength::Legacy;
    made.passphrase = secret;
    made.mayOverwrite = mayOverwrite;
    return made;
}

void ExportDialog::Private::schedulePlan() {
    plan.reset();
    mayOverwrite = false;
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
    planJob = session->read<service::ExportPlan>(
        {}, q,
        [asked = order(), now = context.clock.now()](store::Store& store, const base::JobControl&) {
            return service::planExport(store, asked, now);
        },
        [this](const base::Outcome<service::ExportPlan>& made) {
            if (made)
                showPlan(*made);
            else if (made.error().kind() != base::ErrorKind::Cancelled)
                warning->setError(errorLine(made.error()));
        });
}

void ExportDialog::Private::showPlan(const service::ExportPlan& made) {
    plan = made;
    files->clear();
    bool hasClearKey = false;
    for (const service::PlannedFile& file : made.files) {
        auto* item = new QTreeWidgetItem(files);
        item->setText(0, printable(QDir::toNativeSeparators(file.path)));
        item->setText(1, file.exists ? ExportDialog::tr("%1 (replaces a file)").arg(printable(file.purpose))
                                     : printable(file.purpose));
        item->setText(2, file.isPrivate ? QStringLiteral("0600") : QStringLiteral("0644"));
        hasClearKey = hasClearKey || file.hasClearKey;
    }
    for (int column = 0; column < 3; ++column)
        files->resizeColumnToContents(column);
    warning->clear();
    pathMessage->clear();
    for (const pki::Problem& problem : made.problems) {
        if (problem.severity == pki::Severity::Error && !warning->isError())
            warning->setError(printable(problem.message));
    }
    if (hasClearKey && warning->text().isEmpty())
        warning->setMessage(
            FieldMessage::Severity::Warning,
            ExportDialog::tr("The private key will lie in the file unencrypted, readable by you alone."));
    footer->setPrimaryText(hasClearKey ? ExportDialog::tr("Write files with unencrypted &key")
                                       : ExportDialog::tr("&Export"));
    if (isAcceptingWhenPlanned) {
        isAcceptingWhenPlanned = false;
        q->accept();
    }
}

bool ExportDialog::Private::checkPassphrase() {
    secret.reset();
    if (!passphrase->isVisibleTo(form))
        return true;
    if (!passphrase->validate())
        return false;
    secret = std::make_shared<const base::Secret>(passphrase->secret());
    return true;
}

void ExportDialog::accept() {
    if (d->job)
        return;
    if (d->context.session() == nullptr) {
        d->banner->showMessage(InlineBanner::Severity::Error, tr("No store is open."));
        return;
    }
    if (d->path->text().trimmed().isEmpty()) {
        d->pathMessage->setError(tr("Say where to write to."));
        d->path->setFocus(Qt::OtherFocusReason);
        return;
    }
    if (!d->checkPassphrase())
        return;
    if (!d->plan) {
        d->isAcceptingWhenPlanned = true;
        d->askForPlan();
        return;
    }
    if (pki::hasErrors(d->plan->problems)) {
        d->banner->showMessage(InlineBanner::Severity::Error, tr("This cannot be exported like this."),
                               d->warning->text());
        return;
    }
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
    withUnlockedStore(context, q, ExportDialog::tr("To export the private key of %1.").arg(printable(name)), q,
                      [this] { run(); });
}

void ExportDialog::Private::run() {
    service::StoreSession* session = context.session();
    if (session == nullptr)
        return;
    setBusy(true);
    job = session->write<service::ExportResult>(
        ExportDialog::tr("Exporting %1").arg(printable(name)), q,
        [made = order()](store::Store& store, const base::JobControl& control) {
            return service::runExport(store, made, control);
        },
        [this](const base::Outcome<service::ExportResult>& outcome) { finish(outcome); },
        [this](base::Progress progress) { footer->setProgress(progress); });
}

void ExportDialog::Private::finish(const base::Outcome<service::ExportResult>& outcome) {
    job.reset();
    setBusy(false);
    if (!outcome) {
        if (outcome.error().kind() == base::ErrorKind::Cancelled)
            banner->showMessage(InlineBanner::Severity::Info, ExportDialog::tr("Stopped. Nothing was written."));
        else
            banner->showMessage(InlineBanner::Severity::Error, ExportDialog::tr("Nothing was exported."),
                                errorLine(outcome.error()));
        return;
    }
    context.settings.setValue(targetKey, toQString(info().id));
    context.settings.setValue(folderKey, QFileInfo(path->text()).absolutePath());
    QStringList written;
    for (const service::PlannedFile& file : outcome->files)
        written += file.path;
    if (context.toast)
        context.toast(ExportDialog::tr("Exported %1 to %2, read back and checked")
                          .arg(printable(name), printable(QDir::toNativeSeparators(path->text()))),
                      {}, {});
    Q_EMIT q->exported(written);
    q->QDialog::accept();
}

void ExportDialog::Private::setBusy(bool isBusy) {
    form->setEnabled(!isBusy);
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

} // namespace certwright::ui
