#include "core/tls/connection.h"

#include "core/base/error.h"
#include "core/tls/system_failure.h"

#include <array>
#include <cerrno>

namespace certwright::tls {

namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t RandomSize = 32;
constexpr std::size_t InputBuffer = 16384;

void throwUnless(int number, std::string_view what) {
    if (number != 0)
        throw systemError(number, what);
}

} // namespace

Connection::Connection(std::shared_ptr<const Context> context, Socket socket, const std::string& serverName)
    : m_engine(std::make_unique<Engine>(std::move(context), serverName))
    , m_socket(std::move(socket))
    , m_isMemory(false) {}

Connection::Connection(std::shared_ptr<const Context> context, const std::string& serverName)
    : m_engine(std::make_unique<Engine>(std::move(context), serverName))
    , m_isMemory(true) {}

Progress Connection::connect(const SocketAddress& address) {
    const int error = connectEx(address);
    if (error == EINPROGRESS)
        return m_last = Progress::WantOutput;
    throwUnless(error, "connect to " + address.toText());
    return m_last = Progress::Done;
}

int Connection::connectEx(const SocketAddress& address) {
    openSocket(address);
    int error = m_socket.connect(address);
    if (error == EINPROGRESS && m_isBlocking) {
        m_socket.wait(Socket::Wait::ToWrite);
        error = m_socket.takeError();
    }
    if (error == 0 || error == EINPROGRESS)
        setConnectState();
    return error;
}

void Connection::bind(const SocketAddress& address) {
    openSocket(address);
    throwUnless(m_socket.bind(address), "use the address " + address.toText());
}

void Connection::listen(int backlog) {
    requireSocket();
    throwUnless(m_socket.listen(backlog), "listen");
}

std::optional<std::pair<Connection, SocketAddress>> Connection::accept() {
    requireSocket();
    for (;;) {
        int error = 0;
        Socket accepted = m_socket.accept(error);
        if (error != 0 && error != ECONNABORTED)
            throw systemError(error, "accept a connection");
        if (accepted.isOpen()) {
            const SocketAddress address = accepted.peerAddress().value_or(SocketAddress());
            Connection connection(context(), std::move(accepted));
            connection.setAcceptState();
            return std::make_pair(std::move(connection), address);
        }
        m_last = Progress::WantInput;
        if (!m_isBlocking)
            return std::nullopt;
        m_socket.wait(Socket::Wait::ToRead);
    }
}

Progress Connection::doHandshake() {
    return run([this] { return m_engine->handshake(); });
}

Connection::Renewal Connection::renegotiate() {
    const bool isTls13 = m_engine->version() >= ProtocolVersion::Tls13;
    if (isTls13)
        m_engine->updateKeys(true);
    else
        m_engine->renegotiate();
    if (!m_isMemory)
        flushAll();
    return isTls13 ? Renewal::KeyUpdate : Renewal::Renegotiation;
}

Progress Connection::send(base::BytesView data, std::size_t& sent) {
    std::size_t taken = 0;
    sent = 0;
    return run([this, data, &sent, &taken] {
        const Progress progress = m_engine->write(data.subspan(sent), taken);
        sent += taken;
        return sent > 0 && progress == Progress::WantOutput ? Progress::Done : progress;
    });
}

Progress Connection::sendAll(base::BytesView data, std::size_t& sent) {
    sent = 0;
    Progress progress = Progress::Done;
    while (sent < data.size() && progress == Progress::Done) {
        std::size_t taken = 0;
        progress = send(data.subspan(sent), taken);
        sent += taken;
        if (progress == Progress::Done && m_isMemory && sent < data.size())
            return m_last = Progress::WantOutput; // nobody but the caller can make room
    }
    return progress;
}

Progress Connection::recv(std::size_t maximum, base::Bytes& data) {
    data.assign(maximum, 0);
    std::size_t size = 0;
    const Progress progress = [&] {
        try {
            return run([this, &data, &size] { return m_engine->read(data, size); });
        } catch (...) {
            data.clear();
            throw;
        }
    }();
    data.resize(size);
    return progress;
}

std::size_t Connection::pending() const noexcept {
    return static_cast<std::size_t>(SSL_pending(m_engine->native()));
}

bool Connection::shutdown() {
    const bool isFirst = !contains(shutdownState(), ShutdownState::Sent);
    if (!isFirst)
        return run([this] { return m_engine->shutdown(); }) == Progress::Closed;
    m_last = m_engine->shutdown();
    if (!m_isMemory)
        flushAll();
    return m_last == Progress::Closed;
}

base::Bytes Connection::bioRead(std::size_t maximum) {
    requireMemory();
    return m_engine->takeOutput(maximum);
}

std::size_t Connection::bioWrite(base::BytesView bytes) {
    requireMemory();
    m_engine->feed(bytes);
    return bytes.size();
}

void Connection::bioShutdown() {
    requireMemory();
    m_engine->feedEof();
}

void Connection::setBlocking(bool isBlocking) {
    requireSocket();
    m_isBlocking = isBlocking;
}

void Connection::sockShutdown(Socket::Direction direction) {
    requireSocket();
    throwUnless(m_socket.shutdown(direction), "end the stream");
}

SocketAddress Connection::peerName() const {
    requireSocket();
    const std::optional<SocketAddress> address = m_socket.peerAddress();
    if (!address)
        throw systemError(ENOTCONN, "tell the peer's address");
    return *address;
}

SocketAddress Connection::socketName() const {
    requireSocket();
    const std::optional<SocketAddress> address = m_socket.localAddress();
    if (!address)
        throw systemError(EBADF, "tell the socket's address");
    return *address;
}

int Connection::socketOption(int level, int name) const {
    int value = 0;
    std::size_t size = sizeof(value);
    requireSocket();
    throwUnless(m_socket.option(level, name, &value, size), "ask for an option of the socket");
    return value;
}

base::Bytes Connection::socketOption(int level, int name, std::size_t size) const {
    base::Bytes value(size);
    requireSocket();
    throwUnless(m_socket.option(level, name, value.data(), size), "ask for an option of the socket");
    value.resize(size);
    return value;
}

void Connection::setSocketOption(int level, int name, int value) {
    requireSocket();
    throwUnless(m_socket.setOption(level, name, &value, sizeof(value)), "set an option of the socket");
}

void Connection::setSocketOption(int level, int name, base::BytesView value) {
    requireSocket();
    throwUnless(m_socket.setOption(level, name, value.data(), value.size()), "set an option of the socket");
}

base::Bytes Connection::clientRandom() const {
    base::Bytes random(SSL_get_session(m_engine->native()) == nullptr ? 0 : RandomSize);
    if (!random.empty())
        SSL_get_client_random(m_engine->native(), random.data(), random.size());
    return random;
}

base::Bytes Connection::serverRandom() const {
    base::Bytes random(SSL_get_session(m_engine->native()) == nullptr ? 0 : RandomSize);
    if (!random.empty())
        SSL_get_server_random(m_engine->native(), random.data(), random.size());
    return random;
}

base::Secret Connection::masterKey() const {
    const SSL_SESSION* session = SSL_get_session(m_engine->native());
    if (session == nullptr)
        return {};
    base::Secret key(SSL_SESSION_get_master_key(session, nullptr, 0));
    if (!key.empty())
        SSL_SESSION_get_master_key(session, key.data(), key.size());
    return key;
}

bool Connection::wantsRead() const noexcept {
    return m_last == Progress::WantInput;
}

bool Connection::wantsWrite() const noexcept {
    return m_last == Progress::WantOutput || m_sent < m_unsent.size();
}

std::vector<std::string> Connection::cipherList() const {
    std::vector<std::string> names;
    for (int i = 0; const char* name = SSL_get_cipher_list(m_engine->native(), i); ++i)
        names.emplace_back(name);
    return names;
}

std::optional<x509::Certificate> Connection::peerCertificate() const {
    base::Handle<X509> certificate(SSL_get1_peer_certificate(m_engine->native()));
    if (!certificate)
        return std::nullopt;
    return x509::Certificate::adopt(std::move(certificate));
}

/// Takes the step again and again, sending and receiving in between, until it is done or may not wait.
Progress Connection::run(const std::function<Progress()>& step) {
    for (;;) {
        try {
            m_last = step();
        } catch (...) {
            flushQuietly(); // the alert that tells the peer why
            throw;
        }
        if (m_isMemory)
            return m_last;
        const bool isFlushed = flush();
        const bool isFinal = m_last != Progress::WantInput && m_last != Progress::WantOutput;
        if (!isFlushed && m_isBlocking) {
            m_socket.wait(m_last == Progress::WantInput ? Socket::Wait::ForEither : Socket::Wait::ToWrite);
            if (isFinal)
                flushAll();
        }
        if (isFinal)
            return m_last;
        const bool isMoved = m_last == Progress::WantInput ? readInput() : isFlushed;
        if (isMoved)
            continue;
        if (!m_isBlocking)
            return m_last = isFlushed ? m_last : Progress::WantOutput;
        if (isFlushed)
            m_socket.wait(Socket::Wait::ToRead);
    }
}

/// Sends what waits. True when nothing waits any more.
bool Connection::flush() {
    for (;;) {
        if (m_sent == m_unsent.size()) {
            m_unsent = m_engine->takeOutput();
            m_sent = 0;
            if (m_unsent.empty())
                return true;
        }
        std::size_t size = 0;
        switch (m_socket.write(base::BytesView(m_unsent).subspan(m_sent), size)) {
        case Socket::Result::Done:
            m_sent += size;
            break;
        case Socket::Result::WouldBlock:
            return false;
        case Socket::Result::Eof:
        case Socket::Result::Failed:
            throw systemError(m_socket.lastError(), "send");
        }
    }
}

void Connection::flushAll() {
    while (!flush() && m_isBlocking)
        m_socket.wait(Socket::Wait::ToWrite);
}

void Connection::flushQuietly() noexcept {
    try {
        if (!m_isMemory && m_socket.isOpen())
            flush();
    } catch (const std::exception&) { // the first failure is the one to tell
    }
}

/// True when something came, be it the end.
bool Connection::readInput() {
    std::array<std::uint8_t, InputBuffer> buffer{};
    std::size_t size = 0;
    switch (m_socket.read(buffer, size)) {
    case Socket::Result::Done:
        m_engine->feed(base::BytesView(buffer).first(size));
        return true;
    case Socket::Result::WouldBlock:
        return false;
    case Socket::Result::Eof:
        if (m_engine->hasSeenEof())
            throw Error(ErrorKind::Network, "The stream has ended");
        m_engine->feedEof();
        return true;
    case Socket::Result::Failed:
        break;
    }
    throw systemError(m_socket.lastError(), "receive");
}

void Connection::requireSocket() const {
    if (m_isMemory)
        throw Error(ErrorKind::NotAllowed, "The connection is one in memory: it has no socket");
}

void Connection::requireMemory() const {
    if (!m_isMemory)
        throw Error(ErrorKind::NotAllowed, "The connection has a socket: what goes over it is not to be touched");
}

void Connection::openSocket(const SocketAddress& address) {
    requireSocket();
    if (m_socket.isOpen())
        return;
    int error = 0;
    m_socket = Socket::open(address.native()->sa_family, error);
    throwUnless(error, "make a socket");
}

} // namespace certwright::tls
