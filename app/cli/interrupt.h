#pragma once

#include <atomic>
#include <csignal>
#include <stop_token>
#include <thread>

namespace certwright::cli {

/// Ctrl-C (SIGINT), SIGTERM and SIGHUP as a stop token. Made in main() before any other thread, so that all of them
/// leave these signals to its own thread. What has not ended two seconds after the signal, or at the second one, is
/// ended with exit code 128 + signal, the terminal's echo turned on again. Platform code.
class Interrupt {
public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    std::stop_token token() const noexcept { return m_source.get_token(); }

private:
    void watch();

    std::stop_source m_source;
    std::atomic<bool> m_isDone = false;
    sigset_t m_signals{};
    std::thread m_thread;
};

} // namespace certwright::cli
