#pragma once

#include "core/base/clock.h"
#include "core/service/job_runner.h"
#include "ui/qt_prompts.h"
#include "ui/settings.h"
#include "ui/store_controller.h"
#include "ui/ui_context.h"

#include <QStringList>

#include <memory>

namespace certwright::ui {
class MainWindow;
} // namespace certwright::ui

namespace certwright::app {

/// What the command line asked for.
struct StartOptions {
    QString storePath; ///< empty: none
    QStringList files; ///< to be shown in viewers
};

/// The desktop program: what its windows share, and the main window. Made after QApplication, on the GUI thread.
class Application {
public:
    Application();
    ~Application();
    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;

    /// Shows the main window and opens what was asked for.
    void start(const StartOptions& options);

private:
    base::SystemClock m_clock;
    ui::Settings m_settings;
    ui::QtPrompts m_prompts;
    service::JobRunner m_jobs;
    ui::StoreController m_controller;
    ui::UiContext m_context;
    std::unique_ptr<ui::MainWindow> m_window;
};

} // namespace certwright::app
