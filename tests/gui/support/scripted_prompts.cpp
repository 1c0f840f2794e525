#include "tests/gui/support/scripted_prompts.h"

namespace certwright::test {

namespace {

/// Runs `answer` from the event loop while `context` lives.
void later(QObject* context, std::function<void()> answer) {
    QMetaObject::invokeMethod(context, std::move(answer), Qt::QueuedConnection);
}

template <class T>
std::optional<T> take(std::deque<T>& script) {
    if (script.empty())
        return std::nullopt;
    std::optional<T> next = std::move(script.front());
    script.pop_front();
    return next;
}

} // namespace

void ScriptedPrompts::askPassphrase(QWidget*, const ui::PassphraseRequest& request, QObject* context,
                                    std::function<void(std::optional<base::Secret>)> done) {
    passphraseRequests.push_back(request);
    const auto next = take(m_passphrases);
    if (!next)
        unexpected += request.title;
    later(context, [next, done = std::move(done)] {
        if (next && *next)
            done(base::Secret(std::string_view(**next)));
        else
            done(std::nullopt);
    });
}

void ScriptedPrompts::askQuestion(QWidget*, const ui::Question& question, QObject* context,
                                  std::function<void(std::optional<std::size_t>)> done) {
    questions.push_back(question);
    const auto next = take(m_choices);
    if (!next)
        unexpected += question.text;
    later(context, [next, done = std::move(done)] { done(next ? *next : std::nullopt); });
}

void ScriptedPrompts::askText(QWidget*, const ui::TextRequest& request, QObject* context,
                              std::function<void(std::optional<QString>)> done) {
    textRequests.push_back(request);
    const auto next = take(m_texts);
    if (!next)
        unexpected += request.title;
    later(context, [next, done = std::move(done)] { done(next ? *next : std::nullopt); });
}

QStringList ScriptedPrompts::nextFiles(const ui::FileRequest& request) {
    fileRequests.push_back(request);
    const auto next = take(m_files);
    if (!next)
        unexpected += request.title;
    return next.value_or(QStringList());
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
