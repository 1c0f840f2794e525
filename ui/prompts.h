#pragma once

#include "core/base/error.h"
#include "core/base/secret.h"

#include <QString>
#include <QStringList>

#include <functional>
#include <optional>
#include <vector>

class QObject;
class QWidget;

namespace certwright::ui {

/// A passphrase to be asked for.
struct PassphraseRequest {
    QString title;   ///< "Unlock lab.certwright"
    QString reason;  ///< why, as a sentence: "To sign www.lab.example with Lab Root CA."
    QString problem; ///< what was wrong with the last attempt, shown in red under the field; empty at first
    QString accept;  ///< the button's verb ("Unlock"); empty: "Continue"
    /// True to choose a new one: with a confirming field and the strength meter.
    bool isNew = false;
};

/// One answer to a question.
struct Choice {
    QString text; ///< a verb, with its mnemonic: "&Delete"
    /// Destructive choices are never the default.
    bool isDestructive = false;
};

/// A question with its answers. There is always a Cancel besides, which is the default when a choice is destructive;
/// else the first choice is.
struct Question {
    QString title;
    QString text;            ///< the question itself, plain text
    QString informativeText; ///< what follows from it, plain text
    std::vector<Choice> choices;
};

/// Names of files to be asked for.
struct FileRequest {
    QString title;
    QString accept;                  ///< the button's verb; empty: the platform's
    QString directory;               ///< where to start; empty: where the last such question ended
    QString suggestedName;           ///< for saving
    QString defaultSuffix;           ///< for saving, without the dot
    QStringList filters;             ///< "PEM files (*.pem)"; "All files (*)" is always added
    bool isOverwriteAskedFor = true; ///< for saving: whether an existing file is asked about
};

/// A line of text to be asked for.
struct TextRequest {
    QString title;
    QString label;  ///< with its mnemonic
    QString value;  ///< to start with, selected
    QString accept; ///< the button's verb
    /// Says what is wrong with a value, empty when nothing is; called while typing. May be empty.
    std::function<QString(const QString&)> validate;
};

/// The one interface for questions to the user (DESIGN.md rule 11). All are asynchronous: the call returns at once,
/// `done` runs later on the GUI thread, exactly once, unless `context` or `parent` is destroyed first; then never.
/// `parent` is the window it is modal to, may be null. Tests script the answers.
class Prompts {
public:
    Prompts() = default;
    Prompts(const Prompts&) = delete;
    Prompts& operator=(const Prompts&) = delete;
    virtual ~Prompts() = default;

    /// Nothing when the user gave up.
    virtual void askPassphrase(QWidget* parent, const PassphraseRequest& request, QObject* context,
                               std::function<void(std::optional<base::Secret>)> done) = 0;
    /// The index of the choice; nothing for Cancel.
    virtual void askQuestion(QWidget* parent, const Question& question, QObject* context,
                             std::function<void(std::optional<std::size_t>)> done) = 0;
    virtual void askText(QWidget* parent, const TextRequest& request, QObject* context,
                         std::function<void(std::optional<QString>)> done) = 0;
    /// Existing files; an empty list when the user gave up.
    virtual void askOpenFiles(QWidget* parent, const FileRequest& request, QObject* context,
                              std::function<void(QStringList)> done) = 0;
    /// One existing file; an empty string when the user gave up.
    virtual void askOpenFile(QWidget* parent, const FileRequest& request, QObject* context,
                             std::function<void(QString)> done) = 0;
    virtual void askSaveFile(QWidget* parent, const FileRequest& request, QObject* context,
                             std::function<void(QString)> done) = 0;
    virtual void askDirectory(QWidget* parent, const FileRequest& request, QObject* context,
                              std::function<void(QString)> done) = 0;
    /// Shows an error in words (error_text), with its OpenSSL stack under Details. `title` says what failed ("The
    /// certificate was not created"). Errors of kind Cancelled are not shown. `done` may be empty.
    virtual void showError(QWidget* parent, const QString& title, const base::Error& error, QObject* context,
                           std::function<void()> done = {}) = 0;
};

} // namespace certwright::ui
