#pragma once

#include "core/base/bytes.h"
#include "core/crypto/private_key.h"
#include "core/crypto/public_key.h"

#include <optional>
#include <string>
#include <string_view>

namespace certwright::formats {

/// A signed public key and challenge (Netscape's SPKAC). An immutable value.
class Spkac {
public:
    /// From DER. @throws Error BadInput
    static Spkac fromDer(base::BytesView der);
    /// From base64, with or without "SPKAC=" in front; line breaks and other lines of the form "name=value" are
    /// skipped.
    /// @throws Error BadInput
    static Spkac fromText(std::string_view text);
    /// Makes a new one. @throws Error BadInput when the challenge is not ASCII, NotAllowed when the key cannot sign
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

} // namespace certwright::formats
