#include "core/service/test_server.h"

#include "core/service/network_thread.h"
#include "core/service/server_task.h"

#include <array>
#include <utility>

namespace certwright::service {

namespace {

constexpr std::array<std::pair<ServerResponse, std::string_view>, 4> ResponseNames{{
    {ServerResponse::Echo, "echo"},
    {ServerResponse::Page, "page"},
    {ServerResponse::Status, "status"},
    {ServerResponse::Close, "close"},
}};

} // namespace

std::string_view toString(ServerResponse response) noexcept {
    for (const auto& [value, name] : ResponseNames) {
        if (value == response)
            return name;
    }
    return {};
}

std::optional<ServerResponse> parseServerResponse(std::string_view text) noexcept {
    for (const auto& [value, name] : ResponseNames) {
        if (name == text)
            return value;
    }
    return std::nullopt;
}

bool ServerRequest::isReachable() const {
    return address != "::1" && address.rfind("127.", 0) != 0;
}

TestServer::TestServer(QObject* parent)
    : QObject(parent)
    , m_thread(NetworkThread::shared()) {}

TestServer::~TestServer() {
    release();
}

void TestServer::start(ServerRequest request) {
    release();
    auto* task = new ServerTask(std::move(request));
    m_task = task;
    task->moveToThread(m_thread->thread());
    // All are queued to this object's thread. What a replaced task still said is not passed on.
    connect(
        task, &ServerTask::started, this,
        [this, task](const ServerStart& start) {
            if (task == m_task)
                Q_EMIT started(start);
        },
        Qt::QueuedConnection);
    connect(
        task, &ServerTask::connectionChanged, this,
        [this, task](const ServedConnection& connection) {
            if (task == m_task)
                Q_EMIT connectionChanged(connection);
        },
        Qt::QueuedConnection);
    connect(
        task, &ServerTask::stopped, this,
        [this, task](const std::shared_ptr<const base::Error>& error) {
            if (task != m_task)
                return;
            release();
            Q_EMIT stopped(error);
        },
        Qt::QueuedConnection);
    QMetaObject::invokeMethod(task, &ServerTask::start, Qt::QueuedConnection);
}

void TestServer::stop() {
    if (m_task != nullptr)
        QMetaObject::invokeMethod(m_task, &ServerTask::stop, Qt::QueuedConnection);
}

void TestServer::release() {
    // The task is deleted on its own thread, which ends what it runs.
    if (ServerTask* task = std::exchange(m_task, nullptr))
        task->deleteLater();
}

} // namespace certwright::service
