// What comes between the TCP connection and the handshake.
#include "core/net/tls_connection.h"

#include <utility>

namespace certwright::net {

namespace {

using base::Error;
using tls::FailureSide;
using tls::starttls::Step;

/// Reads in one go, as for the handshake. A dialog needs a few.
constexpr int MaximumReads = 32;

} // namespace

/// Where the TCP connection goes.
Endpoint TlsConnection::nextHop() const {
    if (!m_options.proxy)
        return m_options.endpoint;
    Endpoint hop;
    hop.host = m_options.proxy->host;
    hop.port = m_options.proxy->port;
    return hop;
}

void TlsConnection::startPrelude() {
    enterPhase(ConnectionPhase::StartTls);
    tls::PreludeOptions options;
    options.proxy = m_options.proxy;
    options.protocol = m_options.startTls;
    options.host = m_options.endpoint.asciiHost();
    options.port = m_options.endpoint.port;
    options.domain = m_options.serverName;
    try {
        m_prelude = std::make_unique<tls::Prelude>(options);
    } catch (const Error& error) {
        fail(error, FailureSide::Ours);
        return;
    }
    armTimer();
    drive();
}

void TlsConnection::drivePrelude() {
    for (int reads = 0; reads < MaximumReads; ++reads) {
        m_prelude->setTime(elapsed());
        if (m_prelude->step() == Step::Failed) {
            const tls::Failure& failure = *m_prelude->failure();
            fail(failure.error, failure.side);
            return;
        }
        if (flushOutput() == Flow::Wait)
            break;
        if (m_prelude->step() == Step::Done) {
            m_timings.startTls = elapsed() - m_phaseStart;
            startHandshake();
            return;
        }
        if (readInput() == Flow::Wait)
            break;
    }
    if (!isOver())
        watch();
}

void TlsConnection::startHandshake() {
    enterPhase(ConnectionPhase::Handshaking);
    try {
        m_engine = std::make_unique<tls::Engine>(m_context, m_options.serverName);
        if (m_options.session)
            m_engine->setSession(*m_options.session);
        if (m_prelude != nullptr) {
            recordPrelude();
            m_engine->feed(m_prelude->takeRest());
        }
    } catch (const Error& error) {
        fail(error, FailureSide::Ours);
        return;
    }
    armTimer();
    drive();
}

/// What was said in plain belongs into the record, too: without passwords, lines with the end that all of them have.
void TlsConnection::recordPrelude() {
    for (const tls::starttls::PlainMessage& message : m_prelude->messages()) {
        base::Bytes bytes = message.bytes;
        if (!message.isBinary)
            bytes.insert(bytes.end(), {'\r', '\n'});
        m_engine->setTime(message.time);
        m_engine->recordPrelude(message.direction, bytes);
    }
    m_engine->setTime(elapsed());
}

void TlsConnection::feed(base::BytesView bytes) {
    if (m_engine != nullptr)
        m_engine->feed(bytes);
    else
        m_prelude->feed(bytes);
}

void TlsConnection::feedEof() {
    if (m_engine != nullptr)
        m_engine->feedEof();
    else
        m_prelude->feedEof();
}

} // namespace certwright::net
