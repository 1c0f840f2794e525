#include "app/application.h"

#include "ui/main_window.h"
#include "ui/theme.h"
#include "ui/widgets/secret_clipboard.h"

#include <QApplication>
#include <QDir>

namespace certwright::app {

Application::Application()
    : m_prompts(m_settings)
    , m_controller(m_jobs, m_clock, m_settings)
    , m_context{m_clock,
                m_prompts,
                m_jobs,
                m_settings,
                [this] { return m_controller.session(); },
                [this](const QString& text, const QString& actionText, std::function<void()> action) {
                    if (m_window != nullptr)
                        m_window->showToast(text, actionText, std::move(action));
                }} {
    ui::Theme::instance().apply(m_settings.themeMode());
}

Application::~Application() {
    ui::SecretClipboard::instance().clearNow();
}

void Application::start(const StartOptions& options) {
    m_window = std::make_unique<ui::MainWindow>(m_context, m_controller);
    m_window->show();
    if (!options.storePath.isEmpty())
        m_window->openStore(QDir::current().absoluteFilePath(options.storePath));
    if (!options.files.isEmpty())
        m_window->lookAt(options.files);
}

} // namespace certwright::app
