#include "ui/qt_prompts.h"

#include "ui/dialogs/error_dialog.h"
#include "ui/dialogs/passphrase_dialog.h"
#include "ui/dialogs/text_dialog.h"
#include "ui/settings.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QMessageBox>
#include <QPointer>
#include <QPushButton>

namespace certwright::ui {

namespace {

const QString lastFolder = QStringLiteral("prompt");

/// Opens a dialog that deletes itself, and calls `answer` when it is finished, if `context` still lives.
template <class Answer>
void openOnce(QDialog* dialog, QObject* context, Answer answer) {
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    QObject::connect(dialog, &QDialog::finished, context,
                     [answer = std::move(answer)](int result) mutable { answer(result == QDialog::Accepted); });
    dialog->open();
}

} // namespace

QtPrompts::QtPrompts(Settings& settings)
    : m_settings(settings) {}

void QtPrompts::askPassphrase(QWidget* parent, const PassphraseRequest& request, QObject* context,
                              std::function<void(std::optional<base::Secret>)> done) {
    auto* dialog = new PassphraseDialog(request, parent);
    openOnce(dialog, context, [dialog, done = std::move(done)](bool isAccepted) {
        if (isAccepted)
            done(dialog->takePassphrase());
        else
            done(std::nullopt);
    });
}

void QtPrompts::askQuestion(QWidget* parent, const Question& question, QObject* context,
                            std::function<void(std::optional<std::size_t>)> done) {
    auto* box = new QMessageBox(parent);
    box->setObjectName(QStringLiteral("question"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setIcon(QMessageBox::Question);
    box->setWindowTitle(question.title);
    box->setTextFormat(Qt::PlainText);
    box->setText(question.text);
    box->setInformativeText(question.informativeText);
    // Its own label, which setTextFormat() does not reach.
    if (auto* label = box->findChild<QLabel*>(QStringLiteral("qt_msgbox_informativelabel")))
        label->setTextFormat(Qt::PlainText);
    std::vector<QAbstractButton*> buttons;
    bool isAnyDestructive = false;
    for (const Choice& choice : question.choices) {
        buttons.push_back(
            box->addButton(choice.text, choice.isDestructive ? QMessageBox::DestructiveRole : QMessageBox::AcceptRole));
        isAnyDestructive = isAnyDestructive || choice.isDestructive;
    }
    QPushButton* cancel = box->addButton(QMessageBox::Cancel);
    box->setEscapeButton(cancel);
    if (isAnyDestructive || buttons.empty())
        box->setDefaultButton(cancel);
    else
        box->setDefaultButton(qobject_cast<QPushButton*>(buttons.front()));
    QObject::connect(box, &QDialog::finished, context, [box, buttons, done = std::move(done)](int) {
        for (std::size_t i = 0; i < buttons.size(); ++i) {
            if (box->clickedButton() == buttons[i]) {
                done(i);
                return;
            }
        }
        done(std::nullopt);
    });
    box->open();
}

void QtPrompts::askText(QWidget* parent, const TextRequest& request, QObject* context,
                        std::function<void(std::optional<QString>)> done) {
    auto* dialog = new TextDialog(request, parent);
    openOnce(dialog, context, [dialog, done = std::move(done)](bool isAccepted) {
        done(isAccepted ? std::optional(dialog->text()) : std::nullopt);
    });
}

QFileDialog* QtPrompts::makeFileDialog(QWidget* parent, const FileRequest& request) {
    const QString directory = request.directory.isEmpty() ? m_settings.lastDirectory(lastFolder) : request.directory;
    auto* dialog = new QFileDialog(parent, request.title, directory);
    QStringList filters = request.filters;
    filters += QObject::tr("All files (*)");
    dialog->setNameFilters(filters);
    dialog->setDefaultSuffix(request.defaultSuffix);
    if (!request.suggestedName.isEmpty())
        dialog->selectFile(request.suggestedName);
    if (!request.accept.isEmpty())
        dialog->setLabelText(QFileDialog::Accept, request.accept);
    return dialog;
}

void QtPrompts::openFileDialog(QFileDialog* dialog, QObject* context, std::function<void(QStringList)> done) {
    openOnce(dialog, context, [this, dialog, done = std::move(done)](bool isAccepted) {
        const QStringList files = isAccepted ? dialog->selectedFiles() : QStringList();
        if (!files.isEmpty())
            m_settings.setLastDirectory(lastFolder, QFileInfo(files.first()).absolutePath());
        done(files);
    });
}

void QtPrompts::askOpenFiles(QWidget* parent, const FileRequest& request, QObject* context,
                             std::function<void(QStringList)> done) {
    QFileDialog* dialog = makeFileDialog(parent, request);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    openFileDialog(dialog, context, std::move(done));
}

void QtPrompts::askOpenFile(QWidget* parent, const FileRequest& request, QObject* context,
                            std::function<void(QString)> done) {
    QFileDialog* dialog = makeFileDialog(parent, request);
    dialog->setFileMode(QFileDialog::ExistingFile);
    openFileDialog(dialog, context, [done = std::move(done)](const QStringList& files) { done(files.value(0)); });
}

void QtPrompts::askSaveFile(QWidget* parent, const FileRequest& request, QObject* context,
                            std::function<void(QString)> done) {
    QFileDialog* dialog = makeFileDialog(parent, request);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setFileMode(QFileDialog::AnyFile);
    dialog->setOption(QFileDialog::DontConfirmOverwrite, !request.isOverwriteAskedFor);
    openFileDialog(dialog, context, [done = std::move(done)](const QStringList& files) { done(files.value(0)); });
}

void QtPrompts::askDirectory(QWidget* parent, const FileRequest& request, QObject* context,
                             std::function<void(QString)> done) {
    QFileDialog* dialog = makeFileDialog(parent, request);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    openFileDialog(dialog, context, [done = std::move(done)](const QStringList& files) { done(files.value(0)); });
}

void QtPrompts::showError(QWidget* parent, const QString& title, const base::Error& error, QObject* context,
                          std::function<void()> done) {
    if (error.kind() == base::ErrorKind::Cancelled) {
        if (done)
            QMetaObject::invokeMethod(context, done, Qt::QueuedConnection);
        return;
    }
    openOnce(new ErrorDialog(title, error, parent), context, [done = std::move(done)](bool) {
        if (done)
            done();
    });
}

} // namespace certwright::ui
