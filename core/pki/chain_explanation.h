#pragma once

#include "core/x509/certificate.h"
#include "core/x509/verify/finding.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace certwright::pki {

/// What a certificate is to the chain that a server sent (RFC 5246 7.4.2: each certifies the one before it; RFC 8446
/// 4.4.2 asks clients to put up with another order).
enum class ChainPlace {
    Leaf,       ///< the server's own
    Issuer,     ///< in its place above
    Misplaced,  ///< part of the chain, but sent after one that stands above it
    Root,       ///< the self-signed end: need not be sent, for who trusts it has it
    Duplicate,  ///< sent before already
    Extra,      ///< no part of the chain
    NotSent,    ///< needed, and had from elsewhere
    RootAtHand, ///< the self-signed end, not sent, and had from elsewhere
};

/// Where a chain ends.
enum class ChainEnd {
    None,          ///< there is no certificate
    Root,          ///< at a self-signed certificate above the leaf
    SelfSigned,    ///< at the leaf itself, which is self-signed
    UnknownIssuer, ///< at a certificate whose issuer is neither sent nor at hand
};

/// One certificate of a chain.
struct ChainMember {
    x509::Certificate certificate;
    ChainPlace place = ChainPlace::Extra;
    std::optional<int> depth; ///< in the chain, 0 the leaf; nothing for what is no part of it
};

/// The chain that a server sent, put in order: every link counts only where the signature is right.
struct ChainExplanation {
    std::vector<ChainMember> members; ///< as sent; then those that were had from elsewhere, upwards
    ChainEnd end = ChainEnd::None;
    std::string lastIssuer;              ///< with UnknownIssuer: the name of the one that is missing (RFC 2253)
    std::vector<std::string> issuerUrls; ///< with UnknownIssuer: where it is said to be had, http and https alone
    /// With UnknownIssuer: more likely a missing intermediate than a root that is not trusted. Nothing but the leaf was
    /// sent, or the last certificate says where its issuer is to be had, which those directly below a root rarely do.
    bool isLikelyIncomplete = false;

    bool hasMisplaced() const noexcept;
    bool hasExtra() const noexcept; ///< duplicates, too
    /// Certificates without which clients that lack them fail: part of the chain, not sent, and not its root.
    bool lacksIntermediate() const noexcept;
};

/// `others` may continue the chain: what verification found in its trust stores, or what was fetched.
ChainExplanation explainChain(const std::vector<x509::Certificate>& sent, const std::vector<x509::Certificate>& others);

/// Whether a finding says only that no trusted root was reached, and nothing against a certificate. What is not an
/// error is no obstacle and counts as such, too.
bool isAboutTrustAlone(const x509::Finding& finding) noexcept;

} // namespace certwright::pki
