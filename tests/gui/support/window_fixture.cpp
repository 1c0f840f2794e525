#include "tests/gui/support/window_fixture.h"

#include "core/service/store_session.h"

#include <QTest>

namespace certwright::test {

WindowFixture::WindowFixture()
    : settings(m_folder.filePath(QStringLiteral("settings.ini")))
    , controller(jobs, clock, settings)
    , context{clock,
              prompts,
              jobs,
              settings,
              [this] { return controller.session(); },
              [this](const QString& text, const QString& actionText, std::function<void()> action) {
                  toasts.push_back({text, actionText, std::move(action)});
              }} {
    controller.setVaultCost(store::VaultCostForTests::cheap());
    settings.setLastDirectory(QStringLiteral("store"), m_folder.path());
}

void WindowFixture::createStore(const QString& name) {
    bool isDone = false;
    QObject receiver;
    controller.create(path(name), base::Secret(std::string_view(passphrase.toStdString())), &receiver,
                      [&isDone](base::Outcome<void> outcome) {
                          outcome.value();
                          isDone = true;
                      });
    if (!waitUntil([&isDone] { return isDone; }))
        QTest::qFail("the store was not created in time", __FILE__, __LINE__);
}

void WindowFixture::write(const std::function<void(store::Store&)>& work) {
    std::optional<base::Outcome<bool>> result;
    QObject receiver;
    controller.session()->write<bool>(
        {}, &receiver,
        [&work](store::Store& store, const base::JobControl&) {
            work(store);
            return true;
        },
        [&result](base::Outcome<bool> outcome) { result = std::move(outcome); });
    if (!waitUntil([&result] { return result.has_value(); }))
        QTest::qFail("the store was not written in time", __FILE__, __LINE__);
    else
        result->value();
}

void WindowFixture::read(const std::function<void(store::Store&)>& work) {
    std::optional<base::Outcome<bool>> result;
    QObject receiver;
    controller.session()->read<bool>(
        {}, &receiver,
        [&work](store::Store& store, const base::JobControl&) {
            work(store);
            return true;
        },
        [&result](base::Outcome<bool> outcome) { result = std::move(outcome); });
    if (!waitUntil([&result] { return result.has_value(); }))
        QTest::qFail("the store was not read in time", __FILE__, __LINE__);
    else
        result->value();
}

bool waitUntil(const std::function<bool()>& condition) {
    return QTest::qWaitFor(condition, 15000);
}

} // namespace certwright::test
