#pragma once

#include "ui/prompts.h"

#include <QObject>
#include <QString>
#include <QStringList>

#include <deque>
#include <string>
#include <vector>

namespace certwright::test {

/// Prompts that answer from a script, later, as the real ones do. A question without an answer in the script is a
/// failure of the test and is answered by giving up. Everything that was asked and shown is kept for the test to look
/// at.
class ScriptedPrompts final : public QObject, public ui::Prompts {
    Q_OBJECT
public:
    /// The next passphrases; an empty optional gives up.
    void willGivePassphrase(const QString& passphrase) { m_passphrases.push_back(passphrase.toStdString()); }
    void willGiveUpPassphrase() { m_passphrases.push_back(std::nullopt); }
    /// The next answer to a question: index of the choice, or nothing for Cancel.
    void willChoose(std::optional<std::size_t> choice) { m_choices.push_back(choice); }
    void willType(std::optional<QString> text) { m_texts.push_back(std::move(text)); }
    /// The next answer to any question for files or a folder; an empty list gives up.
    void willChooseFiles(const QStringList& files) { m_files.push_back(files); }

    std::vector<ui::PassphraseRequest> passphraseRequests;
    std::vector<ui::Question> questions;
    std::vector<ui::TextRequest> textRequests;
    std::vector<ui::FileRequest> fileRequests;
    struct ShownError {
        QString title;
        base::Error error;
    };
    std::vector<ShownError> errors;
    /// Questions that the script had no answer for.
    QStringList unexpected;
    /// True when every answer of the script was used and nothing else was asked.
    bool isScriptDone() const {
        return unexpected.isEmpty() && m_passphrases.empty() && m_choices.empty() && m_texts.empty() && m_files.empty();
    }

    void askPassphrase(QWidget* parent, const ui::PassphraseRequest& request, QObject* context,
                       std::function<void(std::optional<base::Secret>)> done) override;
    void askQuestion(QWidget* parent, const ui::Question& question, QObject* context,
                     std::function<void(std::optional<std::size_t>)> done) override;
    void askText(QWidget* parent, const ui::TextRequest& request, QObject* context,
                 std::function<void(std::optional<QString>)> done) override;
    void askOpenFiles(QWidget* parent, const ui::FileRequest& request, QObject* context,
                      std::function<void(QStringList)> done) override;
    void askOpenFile(QWidget* parent, const ui::FileRequest& request, QObject* context,
                     std::function<void(QString)> done) override;
    void askSaveFile(QWidget* parent, const ui::FileRequest& request, QObject* context,
                     std::function<void(QString)> done) override;
    void askDirectory(QWidget* parent, const ui::FileRequest& request, QObject* context,
                      std::function<void(QString)> done) override;
    void showError(QWidget* parent, const QString& title, const base::Error& error, QObject* context,
                   std::function<void()> done) override;

private:
    QStringList nextFiles(const ui::FileRequest& request);

    std::deque<std::optional<std::string>> m_passphrases;
    std::deque<std::optional<std::size_t>> m_choices;
    std::deque<std::optional<QString>> m_texts;
    std::deque<QStringList> m_files;
};

} // namespace certwright::test
