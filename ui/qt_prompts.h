#pragma once

#include "ui/prompts.h"

class QFileDialog;

namespace certwright::ui {

class Settings;

/// The prompts as dialogs of the program, each modal to its window and opened without an event loop of its own.
class QtPrompts final : public Prompts {
public:
    /// `settings` must outlive it; keeps the folders that questions for files ended in.
    explicit QtPrompts(Settings& settings);

    void askPassphrase(QWidget* parent, const PassphraseRequest& request, QObject* context,
                       std::function<void(std::optional<base::Secret>)> done) override;
    void askQuestion(QWidget* parent, const Question& question, QObject* context,
                     std::function<void(std::optional<std::size_t>)> done) override;
    void askText(QWidget* parent, const TextRequest& request, QObject* context,
                 std::function<void(std::optional<QString>)> done) override;
    void askOpenFiles(QWidget* parent, const FileRequest& request, QObject* context,
                      std::function<void(QStringList)> done) override;
    void askOpenFile(QWidget* parent, const FileRequest& request, QObject* context,
                     std::function<void(QString)> done) override;
    void askSaveFile(QWidget* parent, const FileRequest& request, QObject* context,
                     std::function<void(QString)> done) override;
    void askDirectory(QWidget* parent, const FileRequest& request, QObject* context,
                      std::function<void(QString)> done) override;
    void showError(QWidget* parent, const QString& title, const base::Error& error, QObject* context,
                   std::function<void()> done) override;

private:
    QFileDialog* makeFileDialog(QWidget* parent, const FileRequest& request);
    void openFileDialog(QFileDialog* dialog, QObject* context, std::function<void(QStringList)> done);

    Settings& m_settings;
};

} // namespace certwright::ui
