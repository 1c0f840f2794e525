#pragma once

#include "core/tls/engine.h"
#include "tests/support/test_ca.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace certwright::test {

/// A client's and a server's engine that talk to each other in memory.
class EnginePair {
public:
    struct Options {
        tls::ContextOptions client;
        tls::ContextOptions server;
        std::string serverName = "localhost";
        bool trustsRoot = true;
        bool sendsChain = true;
        IssueOptions leaf;
        /// Changes the server's context through OpenSSL before the first connection (client authentication and such).
        std::function<void(SSL_CTX*)> prepareServer;
    };

    EnginePair();
    explicit EnginePair(const Options& options);

    tls::Engine& client() { return *m_client; }
    tls::Engine& server() { return *m_server; }
    const TestCa& root() const { return m_root; }
    const TestCa& intermediate() const { return m_intermediate; }
    const Issued& leaf() const { return m_leaf; }

    /// Carries what waits from one to the other, `piece` octets at a time. True when anything moved.
    bool carry(std::size_t piece = SIZE_MAX);
    /// Shakes hands until both are done. @throws what an engine throws
    void shakeHands(std::size_t piece = SIZE_MAX);

private:
    TestCa m_root;
    TestCa m_intermediate;
    Issued m_leaf;
    std::unique_ptr<tls::Engine> m_client;
    std::unique_ptr<tls::Engine> m_server;
};

/// Moves the output of `from` into `to` in pieces. Returns how many octets moved.
std::size_t carryOutput(tls::Engine& from, tls::Engine& to, std::size_t piece = SIZE_MAX);

/// Shakes hands until both are done. @throws what an engine throws
void shakeHands(tls::Engine& client, tls::Engine& server, std::size_t piece = SIZE_MAX);

} // namespace certwright::test
