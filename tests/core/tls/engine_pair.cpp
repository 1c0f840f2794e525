#include "tests/core/tls/engine_pair.h"

#include <algorithm>
#include <stdexcept>

namespace certwright::test {

EnginePair::EnginePair()
    : EnginePair(Options()) {}

EnginePair::EnginePair(const Options& options)
    : m_root("CN=Test Root")
    , m_intermediate(m_root.intermediate())
    , m_leaf(m_intermediate.issue(options.leaf)) {
    x509::TrustStore trust;
    if (options.trustsRoot)
        trust.addTrusted(m_root.certificate());
    m_client = std::make_unique<tls::Engine>(tls::Context::forClient(options.client, trust), options.serverName);
    tls::Credentials credentials{m_leaf.certificate, m_leaf.key, {}};
    if (options.sendsChain)
        credentials.chain.push_back(m_intermediate.certificate());
    const std::shared_ptr<const tls::Context> context = tls::Context::forServer(options.server, credentials);
    if (options.prepareServer)
        options.prepareServer(context->native());
    m_server = std::make_unique<tls::Engine>(context);
}

std::size_t carryOutput(tls::Engine& from, tls::Engine& to, std::size_t piece) {
    const base::Bytes bytes = from.takeOutput();
    for (std::size_t start = 0; start < bytes.size(); start += std::min(piece, bytes.size() - start))
        to.feed(base::BytesView(bytes).subspan(start, std::min(piece, bytes.size() - start)));
    return bytes.size();
}

bool EnginePair::carry(std::size_t piece) {
    const std::size_t sent = carryOutput(client(), server(), piece);
    const std::size_t received = carryOutput(server(), client(), piece);
    return sent + received > 0;
}

void EnginePair::shakeHands(std::size_t piece) {
    test::shakeHands(client(), server(), piece);
}

void shakeHands(tls::Engine& client, tls::Engine& server, std::size_t piece) {
    using tls::EngineState;
    for (;;) {
        client.handshake();
        carryOutput(client, server, piece);
        server.handshake();
        carryOutput(server, client, piece);
        if (client.state() == EngineState::Open && server.state() == EngineState::Open)
            return;
        if (client.pendingOutput() == 0 && client.handshake() != tls::Progress::Done && client.pendingOutput() == 0 &&
            server.handshake() != tls::Progress::Done && server.pendingOutput() == 0)
            throw std::runtime_error("both wait for each other");
    }
}

} // namespace certwright::test
