// What a connection does between its handshake and its closing.
#include "core/net/tls_connection.h"

#include <array>
#include <utility>

namespace certwright::net {

using tls::Progress;

void TlsConnection::establish() {
    enterPhase(ConnectionPhase::Established);
    m_timer.stop(); // it lasts as long as both sides want
}

/// One step while it is established: what is asked for, then what waits to be sent, then what has come.
Progress TlsConnection::exchange() {
    if (std::exchange(m_wantsRenegotiation, false)) {
        if (m_engine->version() == tls::ProtocolVersion::Tls13)
            m_engine->updateKeys(true);
        else
            m_engine->renegotiate();
    }
    const Progress written = writeQueued();
    if (m_toSend.empty() && m_wantsClosing) {
        beginClosing();
        return Progress::Done;
    }
    const Progress read = readPlain();
    return written == Progress::WantOutput && read == Progress::WantInput ? written : read;
}

Progress TlsConnection::writeQueued() {
    if (m_writeError != 0)
        m_toSend.clear(); // nobody is there to take it
    if (m_toSend.empty())
        return Progress::Done;
    std::size_t size = 0;
    const Progress progress = m_engine->write(m_toSend, size);
    m_toSend.erase(m_toSend.begin(), m_toSend.begin() + static_cast<std::ptrdiff_t>(size));
    return progress;
}

/// Takes out of the engine what it has decrypted, as far as there is room.
Progress TlsConnection::readPlain() {
    std::array<std::uint8_t, 16384> buffer{}; // a record
    for (;;) {
        if (isPaused())
            return Progress::WantInput;
        std::size_t size = 0;
        const Progress progress = m_engine->read(buffer, size);
        if (progress == Progress::Closed) {
            beginClosing();
            return Progress::Done;
        }
        if (progress != Progress::Done)
            return progress;
        m_received.insert(m_received.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(size));
    }
}

/// While nobody takes what came, or the peer doesn't take what its messages made us answer, nothing more is read.
bool TlsConnection::isPaused() const noexcept {
    return m_phase == ConnectionPhase::Established &&
           (m_received.size() >= MaximumReceived ||
            m_engine->pendingOutput() + m_unsent.size() - m_sent >= 2 * tls::Engine::MaximumPendingOutput);
}

bool TlsConnection::send(base::BytesView data) {
    if (m_phase != ConnectionPhase::Established || m_wantsClosing || data.size() > MaximumToSend - m_toSend.size())
        return false;
    m_toSend.insert(m_toSend.end(), data.begin(), data.end());
    drive();
    return true;
}

base::Bytes TlsConnection::takeReceived() {
    m_isReceivedReported = false;
    const bool wasPaused = m_engine != nullptr && isPaused();
    base::Bytes bytes = std::exchange(m_received, {});
    if (wasPaused)
        QMetaObject::invokeMethod(this, &TlsConnection::drive, Qt::QueuedConnection);
    return bytes;
}

void TlsConnection::renegotiate() {
    if (m_phase != ConnectionPhase::Established)
        return;
    m_wantsRenegotiation = true;
    drive();
}

void TlsConnection::close() {
    if (m_phase != ConnectionPhase::Established)
        return;
    m_wantsClosing = true;
    drive();
}

void TlsConnection::reportReceived() {
    if (m_received.empty() || std::exchange(m_isReceivedReported, true))
        return;
    QMetaObject::invokeMethod(
        this, [this] { Q_EMIT received(); }, Qt::QueuedConnection);
}

} // namespace certwright::net
