#include "core/tls/failure.h"

#include "core/tls/accept_failure.h"
#include "core/tls/engine.h"
#include "core/tls/first_octets.h"

#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <algorithm>
#include <iterator>
#include <string>

namespace certwright::tls {

namespace {

using base::Error;
using base::ErrorKind;

/// What OpenSSL's reason means where our own settings refused.
struct OwnRefusal {
    int reason;
    std::string_view message;
    std::string_view hint;
};

constexpr std::string_view LowerLevel = "Try a lower security level (0 accepts everything) to look at it all the same";
constexpr std::string_view OtherVersions = "Widen the versions to offer; TLS 1.0 and 1.1 also need security level 0";

constexpr OwnRefusal OwnRefusals[] = {
    {SSL_R_UNSUPPORTED_PROTOCOL, "The server chose a version of TLS that our settings do not allow", OtherVersions},
    {SSL_R_VERSION_TOO_LOW, "The server chose a version of TLS that our security level does not allow", OtherVersions},
    {SSL_R_WRONG_SSL_VERSION, "The server chose a version of TLS that our settings do not allow", OtherVersions},
    {SSL_R_NO_PROTOCOLS_AVAILABLE, "Our settings leave no version of TLS to offer", OtherVersions},
    {SSL_R_NO_CIPHERS_AVAILABLE, "Our settings leave no cipher suite to offer",
     "Check cipher list, versions and security level: TLS 1.0 and 1.1 need security level 0"},
    {SSL_R_WRONG_CIPHER_RETURNED, "The server chose a cipher suite that our settings do not allow",
     "Widen the cipher list or lower the security level"},
    {SSL_R_DH_KEY_TOO_SMALL, "The server's Diffie-Hellman key is too small for our security level", LowerLevel},
    {SSL_R_EE_KEY_TOO_SMALL, "The server's key is too small for our security level", LowerLevel},
    {SSL_R_CA_KEY_TOO_SMALL, "The key of a CA in the server's chain is too small for our security level", LowerLevel},
    {SSL_R_CA_MD_TOO_WEAK, "The digest of a signature in the server's chain is too weak for our security level",
     LowerLevel},
    {SSL_R_WRONG_SIGNATURE_TYPE, "The server signed with an algorithm that our settings do not allow", LowerLevel},
    {SSL_R_LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED,
     "The server signed with an old algorithm that our security level does not allow", LowerLevel},
    {SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, "Our settings leave no signature algorithm for the server's key",
     LowerLevel},
    {SSL_R_WRONG_CURVE, "The server chose a group that our settings do not allow", "Widen the groups to offer"},
};

bool hasSslReason(const Error& error, int reason) {
    return error.hasReason(ERR_LIB_SSL, reason);
}

Failure notTls(const Engine& engine, const Error& error) {
    return {
        Error(ErrorKind::Network, "The port answered, but not with TLS: it sent " + excerpt(engine.firstInput()),
              "Is it the right port? Mail, directory and database servers often begin in plain text and turn to TLS "
              "by STARTTLS",
              error.stack()),
        FailureSide::Peer};
}

Failure byAlert(const Alert& alert, const Error& error) {
    std::string message = "The server refused by the alert " + alertName(alert.description) + " (" +
                          std::to_string(alert.description) + ")";
    const std::string meaning = alertMeaning(alert.description);
    if (!meaning.empty())
        message += ": " + meaning;
    std::string hint;
    constexpr std::uint8_t HandshakeFailure = 40;
    constexpr std::uint8_t ProtocolVersionAlert = 70;
    constexpr std::uint8_t UnrecognizedName = 112;
    if (alert.description == HandshakeFailure || alert.description == ProtocolVersionAlert)
        hint =
            "It may want an older version (TLS 1.0 and 1.1 need security level 0), other cipher suites or other groups";
    else if (alert.description == UnrecognizedName)
        hint = "Try another server name (SNI)";
    return {Error(ErrorKind::PeerAlert, std::move(message), std::move(hint), error.stack()), FailureSide::Peer};
}

Failure byEnd(const Engine& engine, const Error& error) {
    const bool isSilent = engine.bytesIn() == 0;
    return {Error(ErrorKind::Network,
                  isSilent ? "The server closed the connection without an answer"
                           : "The server closed the connection in the middle of the handshake",
                  isSilent ? "It may not speak TLS on this port, or not accept what was offered" : "", error.stack()),
            FailureSide::Transport};
}

} // namespace

std::string_view toString(FailureSide side) noexcept {
    switch (side) {
    case FailureSide::Ours:
        return "ours";
    case FailureSide::Peer:
        return "peer";
    case FailureSide::Transport:
        return "transport";
    }
    return "transport";
}

Failure explainFailure(const Engine& engine, const base::Error& error) {
    if (error.kind() == ErrorKind::Internal || error.kind() == ErrorKind::NotAllowed)
        return {error, FailureSide::Ours};
    if (engine.role() == Context::Role::Server)
        return explainAcceptFailure(engine, error);
    if (!looksLikeTls(engine.firstInput()))
        return notTls(engine, error);
    const std::optional<Alert> alert = engine.transcript().alert(Direction::Received);
    // A refusal of renegotiation comes as a warning (RFC 5246 7.2.2), but OpenSSL goes on with nothing after it.
    if (alert && (alert->isFatal() || hasSslReason(error, SSL_R_NO_RENEGOTIATION)))
        return byAlert(*alert, error);
    const auto* own = std::find_if(std::begin(OwnRefusals), std::end(OwnRefusals),
                                   [&error](const OwnRefusal& refusal) { return hasSslReason(error, refusal.reason); });
    if (own != std::end(OwnRefusals))
        return {Error(ErrorKind::Network, std::string(own->message), std::string(own->hint), error.stack()),
                FailureSide::Ours};
    if (engine.hasSeenEof() || error.stack().empty())
        return byEnd(engine, error);
    return {Error(ErrorKind::Network, "The server does not speak TLS as it should: " + error.stack().front().reason, {},
                  error.stack()),
            FailureSide::Peer};
}

} // namespace certwright::tls
