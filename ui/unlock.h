#pragma once

#include <QString>

#include <functional>

class QObject;
class QWidget;

namespace certwright::ui {

struct UiContext;

/// Runs `then` on the GUI thread when the open store is unlocked: at once when it is already, else after asking for the
/// passphrase with `reason` ("To sign www.lab.example with Lab Root CA."), as often as a wrong one is given. Nothing
/// happens when the user gives up or no store is open; then `gaveUp` runs, if given. Neither runs after `context` or
/// `parent` is gone.
void withUnlockedStore(UiContext& context, QWidget* parent, const QString& reason, QObject* receiver,
                       std::function<void()> then, std::function<void()> gaveUp = {});

} // namespace certwright::ui
