#pragma once

#include "core/base/bytes.h"
#include "core/base/secret.h"
#include "core/tls/context.h"
#include "core/tls/engine.h"
#include "core/tls/progress.h"
#include "core/tls/shutdown_state.h"
#include "core/tls/socket.h"
#include "core/tls/socket_address.h"
#include "core/x509/certificate.h"

#include <any>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace certwright::tls {

/// A TLS connection over a socket, or over memory: an Engine with its input and output. The manual's Connection. Owned
/// by one thread. Over a socket each step waits in poll() until it is done, unless setBlocking(false) was said: then,
/// as always over memory, it says what it waits for:
///   Progress::WantInput (WantRead), WantOutput (WantWrite), WantCallback (WantX509Lookup), Closed (ZeroReturn).
/// What ends the connection is thrown; systemFailureOf() tells a failure of the system or of the stream (SysCall) from
/// one of the protocol.
class Connection {
public:
    /// Over a socket, which may be one that is not open yet: connect() and bind() open it then. A connected one is what
    /// the context's role says. `serverName` is offered as SNI by a client. @throws Error as Engine's constructor
    Connection(std::shared_ptr<const Context> context, Socket socket, const std::string& serverName = {});
    /// Over memory: bioWrite() what the peer sent, bioRead() what is for it.
    explicit Connection(std::shared_ptr<const Context> context, const std::string& serverName = {});

    Connection(Connection&&) noexcept = default;
    Connection& operator=(Connection&&) noexcept = default;

    // Getting connected. Over memory each throws NotAllowed.

    /// Connects the socket and makes a client of the connection. WantOutput when that is under way and not waited for.
    /// @throws Error Network, with the system's number
    Progress connect(const SocketAddress& address);
    /// The same, giving the system's errno; when it is not 0 TLS was not set up.
    int connectEx(const SocketAddress& address);
    /// An address whose port is 0 gets a free one, see socketName(). @throws Error Network
    void bind(const SocketAddress& address);
    /// @throws Error Network
    void listen(int backlog);
    /// The next connection that came, as a server's, and the peer's address. Nothing when none waits and it is not
    /// waited for. The handshake is the caller's part. @throws Error Network
    std::optional<std::pair<Connection, SocketAddress>> accept();
    void setConnectState() { m_engine->setRole(Context::Role::Client); }
    void setAcceptState() { m_engine->setRole(Context::Role::Server); }

    // TLS. Each @throws Error as the step of Engine of this name, and Network for the socket.

    Progress doHandshake();
    enum class Renewal { Renegotiation, KeyUpdate };
    /// TLS 1.2 and below: begins a new handshake over the old one, which doHandshake(), send() or recv() go on with.
    /// TLS 1.3 has no such thing (RFC 8446 4.1.2): new keys are agreed upon instead, and the answer says so.
    Renewal renegotiate();
    /// `sent` is how much was taken.
    Progress send(base::BytesView data, std::size_t& sent);
    /// All of it, unless it would have to wait and must not.
    Progress sendAll(base::BytesView data, std::size_t& sent);
    /// At most `maximum` octets; `data` is empty unless Done.
    Progress recv(std::size_t maximum, base::Bytes& data);
    /// Octets that recv() can give without anything more of the peer.
    std::size_t pending() const noexcept;
    /// Sends close_notify at the first call, waits for the peer's at the next. True once both were exchanged.
    bool shutdown();
    ShutdownState shutdownState() const noexcept { return m_engine->shutdownState(); }
    void setShutdownState(ShutdownState state) { m_engine->setShutdownState(state); }

    // The memory. Over a socket each throws NotAllowed.

    /// What is to be sent; empty when there is nothing.
    base::Bytes bioRead(std::size_t maximum);
    std::size_t bioWrite(base::BytesView bytes);
    /// The peer's stream has ended.
    void bioShutdown();

    // The socket. Over memory each throws NotAllowed, and descriptor() is -1.

    void setBlocking(bool isBlocking);
    int descriptor() const noexcept { return m_socket.descriptor(); }
    /// Closes the socket without a word to the peer.
    void close() noexcept { m_socket.close(); }
    /// @throws Error Network
    void sockShutdown(Socket::Direction direction);
    SocketAddress peerName() const;
    SocketAddress socketName() const;
    int socketOption(int level, int name) const;
    base::Bytes socketOption(int level, int name, std::size_t size) const;
    void setSocketOption(int level, int name, int value);
    void setSocketOption(int level, int name, base::BytesView value);

    // What is known.

    /// 32 octets each, empty before the handshake.
    base::Bytes clientRandom() const;
    base::Bytes serverRandom() const;
    /// TLS 1.2 and below: 48 octets; TLS 1.3: empty until a ticket came, then its key. @throws Error Internal
    base::Secret masterKey() const;
    std::string stateString() const { return m_engine->stateText(); }
    /// What the last step waits for.
    bool wantsRead() const noexcept;
    bool wantsWrite() const noexcept;
    /// OpenSSL's names of the suites that are offered or taken, in order.
    std::vector<std::string> cipherList() const;
    std::optional<x509::Certificate> peerCertificate() const;
    void setAppData(std::any data) { m_engine->setAppData(std::move(data)); }
    const std::any& appData() const noexcept { return m_engine->appData(); }
    const std::shared_ptr<const Context>& context() const noexcept { return m_engine->sharedContext(); }
    Engine& engine() noexcept { return *m_engine; }
    const Engine& engine() const noexcept { return *m_engine; }

private:
    Progress run(const std::function<Progress()>& step);
    bool flush();
    void flushAll();
    bool readInput();
    void flushQuietly() noexcept;
    void requireSocket() const;
    void requireMemory() const;
    void openSocket(const SocketAddress& address);

    std::unique_ptr<Engine> m_engine;
    Socket m_socket;
    bool m_isMemory;
    bool m_isBlocking = true;
    base::Bytes m_unsent;
    std::size_t m_sent = 0; ///< how much of m_unsent went out
    Progress m_last = Progress::Done;
};

} // namespace certwright::tls
