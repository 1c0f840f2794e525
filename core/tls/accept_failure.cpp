#include "core/tls/accept_failure.h"

#include "core/tls/engine.h"
#include "core/tls/first_octets.h"

#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

namespace certwright::tls {

namespace {

using base::Error;
using base::ErrorKind;

/// What OpenSSL's reason means where our own settings refused the client.
struct Refusal {
    int reason;
    std::string_view message;
    std::string_view hint;
};

constexpr std::string_view OtherVersions = "Widen the versions; TLS 1.0 and 1.1 also need security level 0";
constexpr std::string_view OtherGroups = "Widen the groups of this server or of the client";

constexpr Refusal Refusals[] = {
    {SSL_R_NO_SHARED_CIPHER, "The client offers no cipher suite that this server's settings allow",
     "Widen the cipher list; a certificate of another key type may be needed, too"},
    {SSL_R_UNSUPPORTED_PROTOCOL, "The client offers no version of TLS that this server's settings allow",
     OtherVersions},
    {SSL_R_VERSION_TOO_LOW, "The client offers no version of TLS that this server's settings allow", OtherVersions},
    {SSL_R_NO_PROTOCOLS_AVAILABLE, "The settings leave no version of TLS to accept", OtherVersions},
    {SSL_R_NO_CIPHERS_AVAILABLE, "The settings leave no cipher suite to accept", "Check cipher list and versions"},
    {SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, "The client showed no certificate, and this server requires one",
     "Give the client a certificate with its key, or only request one"},
    {SSL_R_NO_APPLICATION_PROTOCOL, "The client offers no ALPN protocol of this server's list", ""},
    {SSL_R_NO_SUITABLE_KEY_SHARE, "The client offers no group that this server's settings allow", OtherGroups},
    {SSL_R_NO_SUITABLE_GROUPS, "The client offers no group that this server's settings allow", OtherGroups},
    {SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS, "The client takes no signature that this server's certificate could make",
     "Use a certificate of another type"},
    {SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, "The client takes no signature that this server's certificate could make",
     "Use a certificate of another type"},
    {SSL_R_EE_KEY_TOO_SMALL, "The key of the client's certificate is too small for the security level",
     "Lower the security level"},
    {SSL_R_INAPPROPRIATE_FALLBACK, "The client fell back to an older version although both have a newer one", ""},
};

Failure byAlert(const Alert& alert, const Error& error) {
    std::string message = "The client refused by the alert " + alertName(alert.description) + " (" +
                          std::to_string(alert.description) + ")";
    if (const std::string meaning = alertMeaning(alert.description); !meaning.empty())
        message += ": " + meaning;
    constexpr std::uint8_t BadCertificate = 42;
    constexpr std::uint8_t CertificateUnknown = 46;
    constexpr std::uint8_t UnknownCa = 48;
    std::string hint;
    if (alert.description == BadCertificate || alert.description == CertificateUnknown ||
        alert.description == UnknownCa)
        hint = "The client must trust the root of this server's certificate, and ask for a name that is in it";
    return {Error(ErrorKind::PeerAlert, std::move(message), std::move(hint), error.stack()), FailureSide::Peer};
}

/// The first thing that is wrong with the client's chain.
Failure byChain(const Engine& engine, const Error& error) {
    std::string message = "The client's certificate is not trusted";
    std::string hint = "Add the root of the client's certificate to what this server trusts";
    for (const x509::Finding& finding : engine.verification().findings) {
        if (finding.severity != x509::Finding::Severity::Error)
            continue;
        message += ": " + finding.message;
        hint = finding.fix.empty() ? hint : finding.fix;
        break;
    }
    return {Error(ErrorKind::Network, std::move(message), std::move(hint), error.stack()), FailureSide::Ours};
}

Failure byEnd(const Engine& engine, const Error& error) {
    const bool isSilent = engine.bytesIn() == 0;
    return {Error(ErrorKind::Network,
                  isSilent ? "The client closed the connection without a word"
                           : "The client closed the connection in the middle of the handshake",
                  isSilent ? "It may only have looked whether the port is open" : "", error.stack()),
            FailureSide::Transport};
}

} // namespace

Failure explainAcceptFailure(const Engine& engine, const base::Error& error) {
    if (!looksLikeTls(engine.firstInput()))
        return {Error(ErrorKind::Network, "The client does not speak TLS: it sent " + excerpt(engine.firstInput()),
                      "A browser speaks TLS when the address begins with https://", error.stack()),
                FailureSide::Peer};
    const std::optional<Alert> alert = engine.transcript().alert(Direction::Received);
    if (alert && alert->isFatal())
        return byAlert(*alert, error);
    if (error.hasReason(ERR_LIB_SSL, SSL_R_CERTIFICATE_VERIFY_FAILED))
        return byChain(engine, error);
    const auto* own = std::find_if(std::begin(Refusals), std::end(Refusals), [&error](const Refusal& refusal) {
        return error.hasReason(ERR_LIB_SSL, refusal.reason);
    });
    if (own != std::end(Refusals))
        return {Error(ErrorKind::Network, std::string(own->message), std::string(own->hint), error.stack()),
                FailureSide::Ours};
    if (engine.hasSeenEof() || error.stack().empty())
        return byEnd(engine, error);
    return {Error(ErrorKind::Network, "The client does not speak TLS as it should: " + error.stack().front().reason, {},
                  error.stack()),
            FailureSide::Peer};
}

} // namespace certwright::tls
