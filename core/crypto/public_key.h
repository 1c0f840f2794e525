#pragma once

#include "core/base/bytes.h"
#include "core/base/handle.h"

#include <memory>
#include <optional>
#include <string>

namespace certwright::crypto {

/// What a key is, for lists and for people; readable even where the linked OpenSSL cannot use the key.
struct KeyFacts {
    std::string type;  ///< "RSA", "RSA-PSS", "DSA", "DH", "EC", "Ed25519", "X25519", "ML-DSA-65"...; else the OID
    int bits = 0;      ///< size in bits as OpenSSL counts, 0 when it is not known
    std::string curve; ///< OpenSSL's short name ("prime256v1"), "prime-field" for explicit parameters; EC only

    bool operator==(const KeyFacts&) const = default;
};

/// What an RSA-PSS key restricts its signatures to (RFC 4055 3.1).
struct PssParameters {
    std::string digest = "SHA256";
    std::string maskDigest = "SHA256"; ///< of MGF1
    int saltLength = 32;               ///< octets: this many at least

    bool operator==(const PssParameters&) const = default;
};

/// The type of keys with this algorithm (dotted OID), "ML-DSA-65", known without the linked OpenSSL; the OID where
/// there is none. For EdDSA, ML-DSA and SLH-DSA the signature algorithm has the same OID.
std::string algorithmType(std::string_view oid);

/// The digest that fits a key when nobody chose one: SHA-256, SHA-384 for P-384 and RSA above 7680 bits, SHA-512 for
/// P-521; empty where the algorithm brings its own (EdDSA, ML-DSA, SLH-DSA).
std::string naturalDigest(const KeyFacts& facts);

/// "RSA 3072", "P-256", "Ed25519": the way lists show a key.
std::string displayText(const KeyFacts& facts);

/// The facts of a SubjectPublicKeyInfo's DER, read without OpenSSL's decoder. Nothing when it is none.
std::optional<KeyFacts> keyFactsFromSpki(base::BytesView spkiDer);

/// A public key as SubjectPublicKeyInfo (RFC 5280 4.1.2.7). An immutable value, cheap to copy, readable by any thread.
/// It may be of an algorithm that the linked OpenSSL does not offer: then facts(), spkiDer() and spkiSha256() work and
/// native() throws Unsupported.
class PublicKey {
public:
    /// @throws Error BadInput when it is not one SubjectPublicKeyInfo, or trailing data follow
    static PublicKey fromSpkiDer(base::BytesView der);
    /// The public half of a key that OpenSSL holds; takes a reference of its own.
    static PublicKey share(EVP_PKEY* key);
    /// The key of a certificate or request, with its encoding as it stands there.
    static PublicKey share(const X509_PUBKEY* key);

    const KeyFacts& facts() const noexcept;
    const base::Bytes& spkiDer() const noexcept;
    /// Upper-case hexadecimal SHA-256 of the SubjectPublicKeyInfo.
    const std::string& spkiSha256() const noexcept;
    bool isUsable() const noexcept;
    /// RSA-PSS: what the key restricts its signatures to; nothing when it does not, or is not usable here.
    std::optional<PssParameters> pssParameters() const;
    /// The digest that its signatures have when nobody chose one: naturalDigest() of the facts, or the one that the key
    /// itself demands (RSA-PSS with restricting parameters, RFC 4055 3.1).
    std::string naturalDigest() const;

    /// PEM of the SubjectPublicKeyInfo (RFC 7468 13).
    std::string toPem() const;

    /// For calls into OpenSSL inside core; no reference is taken. @throws Error Unsupported when it is not usable here
    EVP_PKEY* native() const;

    /// Compared by DER.
    bool operator==(const PublicKey& other) const noexcept;

private:
    struct Data;
    explicit PublicKey(std::shared_ptr<const Data> data);
    std::shared_ptr<const Data> m_data;
};

} // namespace certwright::crypto
