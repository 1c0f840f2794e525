#pragma once

#include "core/service/store_session.h"
#include "tests/gui/support/window_fixture.h"
#include "ui/widgets/field_message.h"
#include "ui/widgets/inline_banner.h"
#include "ui/widgets/job_footer.h"

#include <QPointer>
#include <QPushButton>
#include <QTest>
#include <QTimer>

#include <future>
#include <memory>

namespace certwright::test {

/// Keeps a store's writing thread busy until it is released, so that the next job of it is surely still ahead.
class WriterHold {
public:
    explicit WriterHold(service::StoreSession& session) {
        session.write<bool>(
            {}, &m_receiver,
            [gate = m_gate.get_future().share()](store::Store&, const base::JobControl&) {
                gate.wait();
                return true;
            },
            [](const base::Outcome<bool>&) {});
    }
    ~WriterHold() { release(); }
    WriterHold(const WriterHold&) = delete;
    WriterHold& operator=(const WriterHold&) = delete;

    void release() {
        if (!std::exchange(m_isReleased, true))
            m_gate.set_value();
    }

private:
    std::promise<void> m_gate;
    QObject m_receiver;
    bool m_isReleased = false;
};

/// A dialog with a JobFooter and an InlineBanner, and what it needs around it.
template <class Dialog>
struct DialogFixture : WindowFixture {
    ~DialogFixture() { delete dialog; }

    void show(Dialog* made) {
        dialog = made;
        dialog->show();
        dialog->activateWindow();
        if (!QTest::qWaitForWindowActive(dialog))
            QTest::qFail("the dialog did not become active", __FILE__, __LINE__);
        settle();
    }
    /// Until nothing runs any more, and nothing waits for a pause in the typing.
    void settle() {
        if (!waitUntil([this] { return dialog == nullptr || (jobs.isIdle() && !isWaiting()); }))
            QTest::qFail("the dialog does not come to rest", __FILE__, __LINE__);
    }
    bool isGone() const {
        return waitUntil([this] { return dialog == nullptr; });
    }
    template <class Widget>
    Widget* find(const char* name) const {
        auto* found = dialog->template findChild<Widget*>(QLatin1String(name));
        if (found == nullptr)
            qFatal("there is no %s in the dialog", name);
        return found;
    }
    QPushButton* primary() const { return find<QPushButton>("primary"); }
    bool isBusy() const { return dialog->template findChild<ui::JobFooter*>()->isBusy(); }
    /// What a FieldMessage shows; empty when it is hidden.
    QString message(const char* name) const {
        const auto* shown = find<ui::FieldMessage>(name);
        return shown->isVisibleTo(dialog) ? shown->text() : QString();
    }
    QString banner() const {
        if (dialog == nullptr)
            return {};
        const auto* shown = dialog->template findChild<ui::InlineBanner*>();
        return shown->isVisible() ? shown->text() : QString();
    }
    QString bannerDetail() const {
        return dialog == nullptr ? QString() : dialog->template findChild<ui::InlineBanner*>()->detail();
    }
    bool waitForBanner() const {
        return waitUntil([this] { return dialog == nullptr || !banner().isEmpty(); }) && dialog != nullptr;
    }

    QPointer<Dialog> dialog;

private:
    bool isWaiting() const {
        const auto* delay = dialog->template findChild<QTimer*>(QStringLiteral("delay"));
        return delay != nullptr && delay->isActive();
    }
};

} // namespace certwright::test
