#include "core/net/probe_connection.h"

#include <QSocketNotifier>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace certwright::net {

namespace {

using base::Error;
using base::ErrorKind;
using inspect::Answer;
using tls::starttls::Step;

} // namespace

ProbeConnection::ProbeConnection(Options options, const inspect::Probe& probe, QObject* parent)
    : QObject(parent)
    , m_options(std::move(options))
    , m_reader(probe)
    , m_timer(this) {
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &ProbeConnection::onTimeout);
}

ProbeConnection::~ProbeConnection() = default;

void ProbeConnection::start() {
    m_timer.start(m_options.timeout);
    int error = 0;
    m_socket = tls::Socket::connectTo(m_options.address, error);
    if (error != 0) {
        fail(Error(ErrorKind::Network, std::generic_category().message(error)));
        return;
    }
    m_writeNotifier = new QSocketNotifier(m_socket.descriptor(), QSocketNotifier::Write, this);
    connect(m_writeNotifier, &QSocketNotifier::activated, this, &ProbeConnection::onWritable);
}

void ProbeConnection::onWritable() {
    if (m_isOver)
        return;
    if (!m_isConnected) {
        if (const int error = m_socket.takeError(); error != 0) {
            fail(Error(ErrorKind::Network, std::generic_category().message(error)));
            return;
        }
        m_isConnected = true;
        m_readNotifier = new QSocketNotifier(m_socket.descriptor(), QSocketNotifier::Read, this);
        connect(m_readNotifier, &QSocketNotifier::activated, this, &ProbeConnection::onReadable);
        begin();
    }
    flush();
}

void ProbeConnection::begin() {
    try {
        m_prelude = std::make_unique<tls::Prelude>(m_options.prelude);
    } catch (const Error& error) {
        fail(error);
        return;
    }
    afterPrelude();
}

/// Looks how far the prelude is, queues what it wants to be sent, and after it the hello.
void ProbeConnection::afterPrelude() {
    if (m_prelude->step() == Step::Failed) {
        const auto& failure = m_prelude->failure();
        fail(failure ? failure->error : Error(ErrorKind::Network, "What comes before TLS failed"));
        return;
    }
    const base::Bytes output = m_prelude->takeOutput();
    m_unsent.insert(m_unsent.end(), output.begin(), output.end());
    if (m_prelude->step() != Step::Done)
        return;
    const base::Bytes rest = m_prelude->takeRest();
    m_prelude.reset();
    m_unsent.insert(m_unsent.end(), m_options.hello.begin(), m_options.hello.end());
    if (!rest.empty())
        feed(rest);
}

void ProbeConnection::flush() {
    while (!m_isOver && m_sent < m_unsent.size()) {
        std::size_t size = 0;
        const auto result = m_socket.write(base::BytesView(m_unsent).subspan(m_sent), size);
        if (result == tls::Socket::Result::WouldBlock)
            break;
        if (result != tls::Socket::Result::Done) {
            m_sent = m_unsent.size(); // gone; what it said before may still wait to be read
            break;
        }
        m_sent += size;
    }
    if (m_writeNotifier != nullptr)
        m_writeNotifier->setEnabled(m_sent < m_unsent.size());
}

void ProbeConnection::onReadable() {
    std::array<std::uint8_t, 16384> buffer{};
    std::size_t size = 0;
    while (!m_isOver) {
        switch (m_socket.read(buffer, size)) {
        case tls::Socket::Result::Done:
            feed(base::BytesView(buffer).first(size));
            break;
        case tls::Socket::Result::WouldBlock:
            flush();
            return;
        case tls::Socket::Result::Eof:
            endInput(Answer::Break::Eof);
            return;
        case tls::Socket::Result::Failed:
            endInput(Answer::Break::Reset);
            return;
        }
    }
}

void ProbeConnection::feed(base::BytesView bytes) {
    if (m_prelude) {
        m_prelude->feed(bytes);
        afterPrelude();
    } else if (m_reader.feed(bytes)) {
        finish();
    }
}

void ProbeConnection::endInput(Answer::Break reason) {
    if (m_prelude) {
        m_prelude->feedEof();
        const auto& failure = m_prelude->failure();
        fail(failure ? failure->error : Error(ErrorKind::Network, "The server closed the connection before TLS"));
        return;
    }
    m_reader.end(reason);
    finish();
}

void ProbeConnection::onTimeout() {
    if (m_isOver)
        return;
    const std::string within = " within " + std::to_string(m_options.timeout.count()) + " ms";
    if (!m_isConnected)
        fail(Error(ErrorKind::Network, "No connection came about" + within));
    else if (m_prelude)
        fail(m_prelude->lateness(within));
    else
        endInput(Answer::Break::Timeout);
}

void ProbeConnection::fail(Error error) {
    if (m_isOver)
        return;
    m_failure = std::move(error);
    m_reader.end(Answer::Break::Reset);
    finish();
}

/// Notifiers are disabled and deleted later, for this may be called from their own signal.
void ProbeConnection::finish() {
    if (std::exchange(m_isOver, true))
        return;
    m_timer.stop();
    for (QSocketNotifier** notifier : {&m_readNotifier, &m_writeNotifier}) {
        if (*notifier == nullptr)
            continue;
        (*notifier)->setEnabled(false);
        (*notifier)->deleteLater();
        *notifier = nullptr;
    }
    m_socket.close();
    QMetaObject::invokeMethod(
        this, [this] { Q_EMIT finished(); }, Qt::QueuedConnection);
}

} // namespace certwright::net
