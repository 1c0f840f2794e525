#pragma once

#include <QString>

#include <functional>

namespace certwright::base {
class Clock;
}
namespace certwright::service {
class JobRunner;
class StoreSession;
} // namespace certwright::service

namespace certwright::ui {

class Prompts;
class Settings;

/// What dialogs and pages need of the program around them, handed to their constructors. Belongs to the application, is
/// alive as long as any window, and is used on the GUI thread only.
struct UiContext {
    base::Clock& clock;
    Prompts& prompts;
    service::JobRunner& jobs;
    Settings& settings;
    /// The store that is open; null when there is none. May change between two calls, so it is asked each time.
    std::function<service::StoreSession*()> session;
    /// A short message in the status bar for six seconds, with at most one action ("Export..."); the last two may be
    /// empty. Shown in the window that the user last worked in; without any window it is dropped.
    std::function<void(const QString& text, const QString& actionText, std::function<void()> action)> toast;
};

} // namespace certwright::ui
