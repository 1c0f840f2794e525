#include "ui/unlock.h"

#include "core/service/store_session.h"
#include "ui/convert.h"
#include "ui/error_text.h"
#include "ui/prompts.h"
#include "ui/ui_context.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QPointer>
#include <QWidget>

#include <memory>

namespace certwright::ui {

namespace {

/// What one request to unlock carries from question to answer to question.
struct Unlocking {
    UiContext& context;
    QPointer<QWidget> parent;
    bool hadParent = false;
    QString reason;
    QPointer<QObject> receiver;
    std::function<void()> then;
    std::function<void()> gaveUp;

    bool isGone() const { return receiver == nullptr || (hadParent && parent == nullptr); }
};

void ask(const std::shared_ptr<Unlocking>& unlocking, const QString& problem);

void tryPassphrase(const std::shared_ptr<Unlocking>& unlocking, base::Secret passphrase) {
    service::StoreSession* session = unlocking->context.session();
    if (session == nullptr) {
        if (unlocking->gaveUp)
            unlocking->gaveUp();
        return;
    }
    session->unlock(std::move(passphrase), unlocking->receiver, [unlocking](base::Outcome<void> outcome) {
        if (unlocking->isGone())
            return;
        if (outcome) {
            unlocking->then();
            return;
        }
        if (outcome.error().kind() == base::ErrorKind::WrongPassphrase) {
            ask(unlocking, QCoreApplication::translate("Unlock", "Wrong passphrase. Try again; capital letters and the "
                                                                 "keyboard layout matter."));
            return;
        }
        if (unlocking->gaveUp)
            unlocking->gaveUp();
        unlocking->context.prompts.showError(unlocking->parent,
                                             QCoreApplication::translate("Unlock", "The store was not unlocked"),
                                             outcome.error(), unlocking->receiver);
    });
}

void ask(const std::shared_ptr<Unlocking>& unlocking, const QString& problem) {
    service::StoreSession* session = unlocking->context.session();
    if (session == nullptr) {
        if (unlocking->gaveUp)
            unlocking->gaveUp();
        return;
    }
    PassphraseRequest request;
    request.title =
        QCoreApplication::translate("Unlock", "Unlock %1").arg(printable(QFileInfo(session->path()).fileName()));
    request.reason = unlocking->reason;
    request.problem = problem;
    request.accept = QCoreApplication::translate("Unlock", "&Unlock");
    unlocking->context.prompts.askPassphrase(unlocking->parent, request, unlocking->receiver,
                                             [unlocking](std::optional<base::Secret> passphrase) {
                                                 if (passphrase)
                                                     tryPassphrase(unlocking, std::move(*passphrase));
                                                 else if (unlocking->gaveUp)
                                                     unlocking->gaveUp();
                                             });
}

} // namespace

void withUnlockedStore(UiContext& context, QWidget* parent, const QString& reason, QObject* receiver,
                       std::function<void()> then, std::function<void()> gaveUp) {
    service::StoreSession* session = context.session();
    if (session != nullptr && session->isUnlocked()) {
        then();
        return;
    }
    auto unlocking = std::make_shared<Unlocking>(
        Unlocking{context, parent, parent != nullptr, reason, receiver, std::move(then), std::move(gaveUp)});
    ask(unlocking, {});
}

} // namespace certwright::ui
