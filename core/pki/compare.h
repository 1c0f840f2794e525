#pragma once

#include "core/crypto/private_key.h"
#include "core/crypto/public_key.h"
#include "core/x509/certificate.h"
#include "core/x509/crl.h"
#include "core/x509/request.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace certwright::pki {

/// What can be compared with each other, whatever kind with whatever other. Of private keys the public half is looked
/// at.
using Comparable = std::variant<x509::Certificate, x509::Request, x509::Crl, crypto::PrivateKey, crypto::PublicKey>;

/// How two things may belong together.
struct Relation {
    enum class State {
        Verified, ///< keys are the same, or a signature was checked
        Claimed,  ///< names say so, and nothing was or could be checked
        Refuted,  ///< it is not so
    };

    std::string id; ///< "same-key", "first-issued-second", "second-issued-first", "same-issuer", "revoked-by"
    State state = State::Refuted;
    std::string message; ///< for people
};

/// "verified", "claimed", "refuted".
std::string_view toString(Relation::State state) noexcept;

/// A field that the two have in common and that differs.
struct FieldDifference {
    std::string field; ///< "serial", "not_after", "extensions.keyUsage", "revoked"...
    std::string first; ///< for people; empty: it is not there
    std::string second;

    bool operator==(const FieldDifference&) const = default;
};

struct Comparison {
    bool isIdentical = false; ///< the same encoding, of keys the same public half
    std::vector<Relation> relations;
    std::vector<FieldDifference> differences; ///< in the order of the encoding; of things of two kinds what both have

    /// Identical, of one key, or issued by each other, as far as that was verified.
    bool belongTogether() const noexcept;
};

/// Compares two things: what links them, and which fields differ, extension by extension. Pure, callable from any
/// thread; throws nothing for whatever they can hold.
Comparison compare(const Comparable& first, const Comparable& second);

} // namespace certwright::pki
