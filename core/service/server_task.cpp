#include "core/service/server_task.h"

#include "core/base/clock.h"
#include "core/service/served_session.h"
#include "core/service/temporary_credentials.h"
#include "core/tls/context.h"

#include <exception>
#include <utility>

namespace certwright::service {

namespace {

using base::Error;
using base::ErrorKind;

tls::SocketAddress socketAddressOf(const ServerRequest& request) {
    if (const auto address = tls::SocketAddress::fromText(request.address, request.port))
        return *address;
    throw Error(ErrorKind::BadInput, "“" + request.address + "” is no address to listen at",
                "127.0.0.1 is for this computer alone, 0.0.0.0 and :: for all its addresses");
}

std::shared_ptr<const tls::Context> contextOf(const ServerRequest& request, const tls::Credentials& credentials) {
    tls::ServerOptions server;
    server.credentials = credentials;
    server.clientAuthentication = request.clientAuthentication;
    server.clientCas = request.clientTrust.certificates;
    auto context = tls::Context::forServer(request.tls, server);
    if (request.clientAuthentication != tls::ClientAuthentication::None) {
        x509::TrustStore trust = context->certificateStore().shared();
        request.clientTrust.addTo(trust);
    }
    return context;
}

} // namespace

void ServerRequest::check() const {
    socketAddressOf(*this);
    const base::Time now = base::SystemClock().now();
    contextOf(*this, credentials ? *credentials : makeTemporaryCredentials({}, now));
}

ServerTask::ServerTask(ServerRequest request)
    : m_request(std::move(request)) {}

void ServerTask::start() {
    if (m_isOver)
        return;
    try {
        listen();
    } catch (const Error& error) {
        end(std::make_shared<const Error>(error));
    } catch (const std::exception& other) {
        end(std::make_shared<const Error>(ErrorKind::Internal, other.what()));
    }
}

void ServerTask::listen() {
    const tls::SocketAddress address = socketAddressOf(m_request);
    if (!m_request.credentials)
        m_request.credentials = makeTemporaryCredentials({address.addressText()}, base::SystemClock().now());
    net::TlsListener::Options options;
    options.timeout = m_request.timeout;
    options.maximumConnections = m_request.maximumConnections;
    m_listener = new net::TlsListener(contextOf(m_request, *m_request.credentials), options, this);
    connect(m_listener, &net::TlsListener::connected, this, &ServerTask::onConnected);
    m_listener->listen(address);
    const std::optional<tls::SocketAddress> real = m_listener->address();
    if (!real)
        throw Error(ErrorKind::Internal, "The address that the server listens at is unknown");
    Q_EMIT started(ServerStart{real->toText(), real->port(), m_request.credentials->certificate});
}

void ServerTask::onConnected(net::TlsConnection* connection) {
    ++m_accepted;
    ++m_running;
    if (m_request.count && m_accepted >= *m_request.count)
        m_listener->stop();
    auto* session = new ServedSession(connection, m_accepted, m_request.response, m_request.idleTime);
    connect(session, &ServedSession::changed, this, &ServerTask::connectionChanged);
    connect(session, &ServedSession::over, this, &ServerTask::onConnectionOver);
}

void ServerTask::onConnectionOver() {
    --m_running;
    if (m_running == 0 && !m_listener->isListening())
        end(nullptr);
}

void ServerTask::stop() {
    if (m_isOver)
        return;
    if (m_listener != nullptr)
        m_listener->stop();
    if (m_running == 0) {
        end(nullptr);
        return;
    }
    for (ServedSession* session : m_listener->findChildren<ServedSession*>())
        session->close();
}

void ServerTask::end(std::shared_ptr<const Error> error) {
    if (std::exchange(m_isOver, true))
        return;
    Q_EMIT stopped(error);
}

} // namespace certwright::service
