#pragma once

#include "core/base/outcome.h"
#include "core/base/secret.h"
#include "core/service/job_runner.h"
#include "core/store/vault.h"

#include <QObject>
#include <QString>

#include <functional>
#include <memory>

namespace certwright::base {
class Clock;
}
namespace certwright::service {
class StoreSession;
}

namespace certwright::ui {

class Settings;

/// Holds the store that is open, at most one, for all windows. GUI thread only. All that is given must outlive it.
class StoreController : public QObject {
    Q_OBJECT
public:
    using Done = std::function<void(base::Outcome<void>)>;

    StoreController(service::JobRunner& jobs, const base::Clock& clock, Settings& settings, QObject* parent = nullptr);
    ~StoreController() override;

    /// Null while none is open.
    service::StoreSession* session() const noexcept { return m_session.get(); }

    /// Makes a store and opens it in the place of the one that is open; that stays open when it fails. `done` is not
    /// called when `context` is destroyed first; then nothing is opened.
    void create(const QString& path, base::Secret passphrase, QObject* context, Done done);
    void open(const QString& path, QObject* context, Done done);
    void close();
    void lock();
    /// Time without activity after which the store is locked; also kept in the settings.
    void setAutoLock(std::chrono::seconds time);
    /// Cost of the key derivation of stores made from now on; tests lower it.
    void setVaultCost(const store::VaultCost& cost) { m_cost = cost; }

Q_SIGNALS:
    /// Another store is open now, or none: see session().
    void sessionChanged();
    void lockedChanged(bool isUnlocked);
    /// Just before the store that is open goes: what depends on it lets go of it.
    void aboutToClose();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    using Opened = base::Outcome<std::unique_ptr<service::StoreSession>>;
    void take(Opened outcome, const Done& done);

    service::JobRunner& m_jobs;
    const base::Clock& m_clock;
    Settings& m_settings;
    std::unique_ptr<service::StoreSession> m_session;
    store::VaultCost m_cost;
};

} // namespace certwright::ui
