#include "app/cli/interrupt.h"
#include "app/cli/terminal.h"

#include <cerrno>
#include <pthread.h>
#include <unistd.h>

namespace certwright::cli {

namespace {

constexpr int SecondsToEnd = 2;
constexpr int WakeSignal = SIGUSR1;

/// A signal that was ignored when the program started (nohup, a background job of a script) stays ignored.
bool isIgnored(int signal) {
    struct sigaction action {};
    return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN; // NOLINT: system macro
}

} // namespace

Interrupt::Interrupt() {
    ::sigemptyset(&m_signals);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        if (!isIgnored(signal))
            ::sigaddset(&m_signals, signal);
    }
    ::sigaddset(&m_signals, WakeSignal);
    ::pthread_sigmask(SIG_BLOCK, &m_signals, nullptr);
    m_thread = std::thread([this] { watch(); });
}

Interrupt::~Interrupt() {
    m_isDone = true;
    ::pthread_kill(m_thread.native_handle(), WakeSignal);
    m_thread.join();
}

void Interrupt::watch() {
    int first = 0;
    for (;;) {
        const timespec limit{SecondsToEnd, 0};
        const int signal =
            first == 0 ? ::sigwaitinfo(&m_signals, nullptr) : ::sigtimedwait(&m_signals, nullptr, &limit);
        if (m_isDone)
            return;
        if (signal == WakeSignal || (signal < 0 && errno == EINTR))
            continue;
        if (first != 0) {
            terminal::restore();
            ::_exit(128 + first);
        }
        if (signal > 0) {
            first = signal;
            m_source.request_stop();
        }
    }
}

} // namespace certwright::cli
