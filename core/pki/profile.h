#pragma once

#include "core/base/clock.h"
#include "core/crypto/public_key.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::pki {

/// How long something lasts: days of 86,400 s or calendar years, counted from notBefore, both ends included
/// (RFC 5280 4.1.2.5), so that 200 days end a second before the 201st begins.
struct Lifetime {
    enum class Unit { Days, Years };

    int count = 1;
    Unit unit = Unit::Years;

    /// The last second of the lifetime. The 29th of February becomes the 28th in other years; never past
    /// 9999-12-31T23:59:59Z.
    base::Time endFrom(base::Time notBefore) const;
    /// "200 d", "10 y".
    std::string toText() const;

    bool operator==(const Lifetime&) const = default;
};

/// A purpose that Certwright ships: what a certificate for it has to contain. Data, no behaviour; a default-constructed
/// one is "custom": nothing set, one year.
struct Profile {
    /// A key usage bit and the keys that get it.
    struct KeyUsage {
        /// SigningKey: any that can sign. TransportKey: RSA and ML-KEM, which encrypt a key (RFC 8813 3 and RFC 8410 5
        /// forbid keyEncipherment for EC and Edwards keys, RFC 4055 1.2 for RSA-PSS). AgreementKey: EC, X25519, X448,
        /// DH.
        enum class For { SigningKey, TransportKey, AgreementKey };

        std::string name; ///< "digitalSignature"... (RFC 5280 4.2.1.3)
        For keys = For::SigningKey;
    };
    /// What the subject alternative name has to hold.
    enum class Names { Optional, Host, Email };

    std::string id = "custom";    ///< the command line's name
    std::string title = "Custom"; ///< for people
    std::string summary = "Nothing preset: you choose every extension.";
    std::vector<KeyUsage> keyUsage;            ///< always critical; empty: no such extension
    std::vector<std::string> extendedKeyUsage; ///< OpenSSL's short names; empty: no such extension
    bool isExtendedKeyUsageCritical = false;
    std::optional<bool> isCa;      ///< basicConstraints, always critical; nothing: no such extension
    std::optional<int> pathLength; ///< CAs only
    bool hasOcspNoCheck = false;   ///< id-pkix-ocsp-nocheck (RFC 6960 4.2.2.2.1)
    Lifetime lifetime;
    Names names = Names::Optional;
    bool takesCommonNameFromNames = false; ///< CN := first DNS name or address when the subject has none
    bool isSelfSigned = false;             ///< offered self-signed at first, and not under another CA (root)
    std::string keyType = "ec:prime256v1"; ///< offered at first; as crypto::KeySpec::parse() reads it

    /// Names of the key usage bits that a key of this kind gets, in the order of RFC 5280 4.2.1.3.
    std::vector<std::string> keyUsageFor(const crypto::KeyFacts& key) const;
};

/// All that are shipped, in the order of the purpose cards: tls-server, tls-client, tls-both, root-ca, intermediate-ca,
/// code-signing, smime, ocsp-responder, vpn-server, vpn-client, timestamping. Lives as long as the program.
const std::vector<Profile>& shippedProfiles();

/// A shipped profile by its id, or "custom". Nothing for another word.
const Profile* findProfile(std::string_view id);

} // namespace certwright::pki
