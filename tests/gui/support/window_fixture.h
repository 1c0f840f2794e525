#pragma once

#include "core/service/job_runner.h"
#include "core/store/store.h"
#include "tests/core/store/vault_cost_for_tests.h"
#include "tests/gui/support/scripted_prompts.h"
#include "tests/support/fake_clock.h"
#include "ui/settings.h"
#include "ui/store_controller.h"
#include "ui/ui_context.h"

#include <QTemporaryDir>

#include <functional>
#include <memory>

namespace certwright::test {

/// What windows and dialogs need around them, made new for each test: settings and stores in a folder of its own, a
/// clock that stands, prompts by script, a key derivation that costs nothing.
class WindowFixture {
public:
    WindowFixture();

    QString path(const QString& name) const { return m_folder.filePath(name); }
    /// Makes a store with this passphrase ("correct horse") and opens it, unlocked. The test fails when it cannot.
    void createStore(const QString& name = QStringLiteral("lab.certwright"));
    /// Runs `work` on the writing thread and waits until it is done. @throws what `work` throws
    void write(const std::function<void(store::Store&)>& work);
    /// The same on the reading thread.
    void read(const std::function<void(store::Store&)>& work);

    struct Toast {
        QString text;
        QString actionText;
        std::function<void()> action;
    };

    static inline const QString passphrase = QStringLiteral("correct horse");
    FakeClock clock;
    ScriptedPrompts prompts;
    std::vector<Toast> toasts;

private:
    QTemporaryDir m_folder;

public:
    ui::Settings settings;
    service::JobRunner jobs;
    ui::StoreController controller;
    ui::UiContext context;
};

/// Waits for the event loop until `condition`, at most fifteen seconds; gives whether it came true.
bool waitUntil(const std::function<bool()>& condition);

} // namespace certwright::test
