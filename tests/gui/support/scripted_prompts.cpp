#include "tests/gui/support/scripted_prompts.h"

namespace certwright::test {

namespace {

/// Runs `answer` from the event loop while `context` lives.
void later(QObject* context, std::function<void()> answer) {
    QMetaObject::invokeMethod(context, std::move(answer), Qt::QueuedConnection);
}

/// The next answer of a script; where it has none left, `title` is noted as unexpected and the answer is "no answer".
template <class T>
T take(std::deque<T>& script, QStringList& unexpected, const QString& title) {
    if (script.empty()) {
        unexpected += title;
        return T();
    }
    T next = std::move(script.front());
    script.pop_front();
    return next;
}

} // namespace

void ScriptedPrompts::askPassphrase(QWidget*, const ui::PassphraseRequest& request, QObject* context,
                                    std::function<void(std::optional<base::Secret>)> done) {
    passphraseRequests.push_back(request);
    const auto next = take(m_passphrases, unexpected, request.title);
    later(context, [next, done = std::move(done)] {
        if (next)
            done(base::Secret(std::string_view(*next)));
        else
            done(std::nullopt);
    });
}

void ScriptedPrompts::askQuestion(QWidget*, const ui::Question& question, QObject* context,
                                  std::function<void(std::optional<std::size_t>)> done) {
    questions.push_back(question);
    const auto next = take(m_choices, unexpected, question.text);
    later(context, [next, done = std::move(done)] { done(next); });
}

void ScriptedPrompts::askText(QWidget*, const ui::TextRequest& request, QObject* context,
                              std::function<void(std::optional<QString>)> done) {
    textRequests.push_back(request);
    const auto next = take(m_texts, unexpected, request.title);
    later(context, [next, done = std::move(done)] { done(next); });
}

QStringList ScriptedPrompts::nextFiles(const ui::FileRequest& request) {
    fileRequests.push_back(request);
    const auto next = take(m_files, unexpected, request.title);
    return next;
}

void ScriptedPrompts::askOpenFiles(QWidget*, const ui::FileRequest& request, QObject* context,
                                   std::function<void(QStringList)> done) {
    later(context, [files = nextFiles(request), done = std::move(done)] { done(files); });
}

void ScriptedPrompts::askOpenFile(QWidget*, const ui::FileRequest& request, QObject* context,
                                  std::function<void(QString)> done) {
    later(context, [files = nextFiles(request), done = std::move(done)] { done(files.value(0)); });
}

void ScriptedPrompts::askSaveFile(QWidget*, const ui::FileRequest& request, QObject* context,
                                  std::function<void(QString)> done) {
    later(context, [files = nextFiles(request), done = std::move(done)] { done(files.value(0)); });
}

void ScriptedPrompts::askDirectory(QWidget*, const ui::FileRequest& request, QObject* context,
                                   std::function<void(QString)> done) {
    later(context, [files = nextFiles(request), done = std::move(done)] { done(files.value(0)); });
}

void ScriptedPrompts::showError(QWidget*, const QString& title, const base::Error& error, QObject* context,
                                std::function<void()> done) {
    if (error.kind() != base::ErrorKind::Cancelled)
        errors.push_back({title, error});
    if (done)
        later(context, std::move(done));
}

} // namespace certwright::test
