#pragma once

#include "core/base/bytes.h"
#include "core/base/handle.h"
#include "core/crypto/private_key.h"
#include "core/crypto/public_key.h"

#include <optional>
#include <string>
#include <string_view>

namespace certwright::formats {

/// A signed public key and challenge (Netscape's SPKAC; the manual's NetscapeSPKI and NetscapeSPKIType). An immutable
/// value, readable by any thread. SpkacBuilder makes new ones.
class Spkac {
public:
    /// From DER. @throws Error BadInput
    static Spkac fromDer(base::BytesView der);
    /// From base64, with or without "SPKAC=" in front; line breaks and other lines of the form "name=value" are
    /// skipped.
    /// @throws Error BadInput
    static Spkac fromText(std::string_view text);
    /// Makes a new one for this key. @throws Error as SpkacBuilder
    static Spkac create(const crypto::PrivateKey& key, std::string_view challenge, std::string_view digest = {});

    const crypto::PublicKey& publicKey() const noexcept { return m_publicKey; }
    const std::string& challenge() const noexcept { return m_challenge; }
    /// OpenSSL's long name, the OID where there is none.
    const std::string& signatureAlgorithm() const noexcept { return m_signatureAlgorithm; }
    /// Whether its own key made the signature; nothing when the algorithm is not offered here.
    std::optional<bool> isSignatureValid() const;
    /// True when `key` made the signature. @throws Error Unsupported when the key is not usable here
    bool isSignedBy(const crypto::PublicKey& key) const;

    const base::Bytes& der() const noexcept { return m_der; }
    /// Base64 in one line, without "SPKAC=".
    std::string toBase64() const;

    bool operator==(const Spkac& other) const noexcept { return m_der == other.m_der; }

private:
    Spkac(base::Bytes der, crypto::PublicKey publicKey, std::string challenge, std::string signatureAlgorithm);

    base::Bytes m_der;
    crypto::PublicKey m_publicKey;
    std::string m_challenge;
    std::string m_signatureAlgorithm;
};

/// A signed public key and challenge in the making: without a key and with an empty challenge. Owned by one thread.
class SpkacBuilder {
public:
    SpkacBuilder();
    /// The key that it will be signed with; sign() sets it too. @throws Error Unsupported when it is not usable here
    SpkacBuilder& setPublicKey(const crypto::PublicKey& key);
    /// What who asked for it wants to see signed. @throws Error BadInput when it is not printable ASCII
    SpkacBuilder& setChallenge(std::string_view challenge);
    /// Sets the key's public half and signs with `digest`, or with the key's natural one when it is empty.
    /// @throws Error NotAllowed when the key cannot sign or is not the one that was set, BadInput for a digest that
    /// does not exist or does not fit the key
    Spkac sign(const crypto::PrivateKey& key, std::string_view digest = {}) const;

private:
    base::Handle<NETSCAPE_SPKI> m_spkac;
    std::optional<crypto::PublicKey> m_publicKey;
};

} // namespace certwright::formats
