#pragma once

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/inspect/answer_reader.h"
#include "core/inspect/probe.h"
#include "core/tls/socket.h"
#include "core/tls/socket_address.h"
#include "core/tls/starttls/prelude.h"

#include <QObject>
#include <QTimer>

#include <chrono>
#include <memory>
#include <optional>

class QSocketNotifier;

namespace certwright::net {

/// One connection of a scan: connects, says what comes before TLS, sends a hello of our own, and reads the answer.
/// finished() comes exactly once after start(), from the event loop; deleting it before is fine.
class ProbeConnection : public QObject {
    Q_OBJECT

public:
    struct Options {
        tls::SocketAddress address;
        tls::PreludeOptions prelude;
        base::Bytes hello;
        std::chrono::milliseconds timeout{3000}; ///< for everything together
    };

    ProbeConnection(Options options, const inspect::Probe& probe, QObject* parent = nullptr);
    ~ProbeConnection() override;

    void start();

    const inspect::Answer& answer() const noexcept { return m_reader.answer(); }
    /// Why the hello could not even be sent: no connection, or the STARTTLS or proxy before it failed.
    const std::optional<base::Error>& failure() const noexcept { return m_failure; }
    /// True when it was the TCP connection that failed.
    bool isUnreachable() const noexcept { return m_failure.has_value() && !m_isConnected; }

Q_SIGNALS:
    void finished();

private:
    void onWritable();
    void onReadable();
    void onTimeout();
    void begin();
    void afterPrelude();
    void flush();
    void feed(base::BytesView bytes);
    void endInput(inspect::Answer::Break reason);
    void fail(base::Error error);
    void finish();

    Options m_options;
    inspect::AnswerReader m_reader;
    std::unique_ptr<tls::Prelude> m_prelude; ///< null once it is done
    tls::Socket m_socket;
    QSocketNotifier* m_readNotifier = nullptr;
    QSocketNotifier* m_writeNotifier = nullptr;
    QTimer m_timer;
    base::Bytes m_unsent;
    std::size_t m_sent = 0;
    bool m_isConnected = false;
    bool m_isOver = false;
    std::optional<base::Error> m_failure;
};

} // namespace certwright::net
