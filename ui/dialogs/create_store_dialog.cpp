#include "ui/dialogs/create_store_dialog.h"

#include "ui/error_text.h"
#include "ui/prompts.h"
#include "ui/settings.h"
#include "ui/store_controller.h"
#include "ui/theme.h"
#include "ui/ui_context.h"
#include "ui/widgets/field_message.h"
#include "ui/widgets/inline_banner.h"
#include "ui/widgets/passphrase_edit.h"

#include <QDialogButtonBox>
#include <QDir>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

namespace certwright::ui {

namespace {

const QString suffix = QStringLiteral("certwright");
const QString folderPurpose = QStringLiteral("store");

QString proposedPath(const Settings& settings) {
    const QDir folder(settings.lastDirectory(folderPurpose));
    QString name = QStringLiteral("my.certwright");
    for (int i = 2; folder.exists(name) && i < 100; ++i)
        name = QStringLiteral("my-%1.certwright").arg(i);
    return folder.filePath(name);
}

} // namespace

CreateStoreDialog::CreateStoreDialog(UiContext& context, StoreController& controller, QWidget* parent)
    : QDialog(parent)
    , m_context(context)
    , m_controller(controller)
    , m_banner(new InlineBanner(this))
    , m_path(new QLineEdit(proposedPath(context.settings), this))
    , m_pathMessage(new FieldMessage(this))
    , m_passphrase(new PassphraseEdit(PassphraseEdit::Mode::Create, this))
    , m_busy(new QLabel(tr("Deriving the key and writing the store\u2026"), this)) {
    setObjectName(QStringLiteral("createStoreDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Create a store"));
    m_form = buildForm();
    auto* scroll = new QScrollArea(this);
    scroll->setWidget(m_form);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setFocusPolicy(Qt::NoFocus);

    auto* buttons = new QDialogButtonBox(this);
    m_create = buttons->addButton(tr("C&reate store"), QDialogButtonBox::AcceptRole);
    m_create->setObjectName(QStringLiteral("accept"));
    m_create->setDefault(true);
    buttons->addButton(QDialogButtonBox::Cancel);
    connect(buttons, &QDialogButtonBox::accepted, this, &CreateStoreDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* footer = new QHBoxLayout;
    footer->setContentsMargins(16, 8, 16, 12);
    footer->addWidget(m_busy, 1);
    footer->addWidget(buttons);
    m_busy->hide();

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_banner);
    layout->addWidget(scroll, 1);
    layout->addLayout(footer);
    resize(fontMetrics().averageCharWidth() * 84, fontMetrics().height() * 30);
    m_passphrase->field()->setFocus();
}

QWidget* CreateStoreDialog::buildForm() {
    auto* form = new QWidget;
    auto* layout = new QVBoxLayout(form);
    auto* pathLabel = new QLabel(tr("&File of the store:"), form);
    pathLabel->setBuddy(m_path);
    m_path->setObjectName(QStringLiteral("path"));
    m_path->setAccessibleName(tr("File of the store"));
    auto* choose = new QPushButton(tr("&Browse\u2026"), form);
    choose->setObjectName(QStringLiteral("browse"));
    choose->setAutoDefault(false);
    connect(choose, &QPushButton::clicked, this, &CreateStoreDialog::browse);
    connect(m_path, &QLineEdit::textChanged, this, [this] { m_pathMessage->setError(pathProblem()); });
    auto* pathLine = new QHBoxLayout;
    pathLine->addWidget(m_path, 1);
    pathLine->addWidget(choose);
    layout->addWidget(pathLabel);
    layout->addLayout(pathLine);
    layout->addWidget(m_pathMessage);
    layout->addSpacing(8);

    auto* passphraseLabel = new QLabel(tr("&Passphrase:"), form);
    passphraseLabel->setBuddy(m_passphrase->field());
    m_passphrase->setFieldName(tr("Passphrase of the store"));
    m_passphrase->setKnownWords({QStringLiteral("certwright")});
    connect(m_path, &QLineEdit::textChanged, m_passphrase, [this](const QString& path) {
        m_passphrase->setKnownWords({QStringLiteral("certwright"), QFileInfo(path).completeBaseName()});
    });
    layout->addWidget(passphraseLabel);
    layout->addWidget(m_passphrase);
    layout->addSpacing(8);

    const auto addNote = [&](State state, const QString& text) {
        auto* line = new QHBoxLayout;
        auto* mark = new QLabel(form);
        mark->setPixmap(stateIcon(state).pixmap(QSize(14, 14), devicePixelRatioF()));
        auto* note = new QLabel(text, form);
        note->setTextFormat(Qt::PlainText);
        note->setWordWrap(true);
        line->addWidget(mark, 0, Qt::AlignTop);
        line->addWidget(note, 1);
        layout->addLayout(line);
    };
    addNote(State::Info, tr("Private keys in this store are encrypted with the passphrase; certificates, requests and "
                            "names are not. It is asked for only when a private key is needed."));
    addNote(State::Warning, tr("There is no way to recover a forgotten passphrase: the private keys would be lost. "
                               "Keep it, and copies of the file, in a safe place."));
    layout->addStretch(1);
    return form;
}

QString CreateStoreDialog::fullPath() const {
    QString path = m_path->text().trimmed();
    if (path.isEmpty())
        return path;
    if (path == QLatin1String("~") || path.startsWith(QLatin1String("~/")))
        path.replace(0, 1, QDir::homePath());
    if (QFileInfo(path).suffix().isEmpty() && !QFileInfo(path).isDir())
        path += QLatin1Char('.') + suffix;
    return QDir::cleanPath(QDir(m_context.settings.lastDirectory(folderPurpose)).absoluteFilePath(path));
}

QString CreateStoreDialog::pathProblem() const {
    const QString path = fullPath();
    if (path.isEmpty())
        return tr("Say where the store is to lie.");
    const QFileInfo info(path);
    if (info.exists())
        return info.isDir() ? tr("This is a folder; add a file name.")
                            : tr("This file exists already. Choose another name, or open it.");
    const QFileInfo folder(info.absolutePath());
    if (!folder.isDir())
        return tr("The folder %1 does not exist.").arg(folder.filePath());
    return {};
}

void CreateStoreDialog::browse() {
    FileRequest request;
    request.title = tr("Where to put the store");
    request.directory = QFileInfo(fullPath()).absolutePath();
    request.suggestedName = QFileInfo(fullPath()).fileName();
    request.defaultSuffix = suffix;
    request.filters = {tr("Certwright stores (*.certwright)")};
    request.isOverwriteAskedFor = false;
    m_context.prompts.askSaveFile(this, request, this, [this](const QString& path) {
        if (!path.isEmpty())
            m_path->setText(path);
    });
}

void CreateStoreDialog::setBusy(bool isBusy) {
    m_busy->setVisible(isBusy);
    m_form->setEnabled(!isBusy);
    m_create->setEnabled(!isBusy);
}

void CreateStoreDialog::accept() {
    if (!m_create->isEnabled())
        return;
    const QString problem = pathProblem();
    m_pathMessage->setError(problem);
    if (!problem.isEmpty()) {
        m_banner->showMessage(InlineBanner::Severity::Error, problem);
        m_path->setFocus();
        return;
    }
    if (!m_passphrase->validate())
        return;
    m_banner->hide();
    const QString path = fullPath();
    setBusy(true);
    m_controller.create(path, m_passphrase->secret(), this, [this, path](base::Outcome<void> outcome) {
        setBusy(false);
        if (!outcome) {
            if (outcome.error().kind() != base::ErrorKind::Cancelled)
                m_banner->showMessage(InlineBanner::Severity::Error, tr("The store was not created"),
                                      errorLine(outcome.error()));
            return;
        }
        m_passphrase->clear();
        m_context.settings.setLastDirectory(folderPurpose, QFileInfo(path).absolutePath());
        Q_EMIT created(path);
        QDialog::accept();
    });
}

} // namespace certwright::ui
