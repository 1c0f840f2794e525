#pragma once

#include "core/base/handle.h"
#include "core/base/secret.h"
#include "core/crypto/public_key.h"

#include <string>
#include <string_view>

namespace certwright::crypto {

/// How a key of the type RSA signs: by PKCS #1 v1.5, or by PSS with MGF1 of the same digest and a salt as long as it
/// (RFC 8017 8.1, 8.2). Keys of the type RSA-PSS know PSS alone.
enum class RsaPadding { Pkcs1, Pss };

/// A private key in OpenSSL's hands. An immutable value: a copy shares the key by reference count; the last one frees
/// and wipes it. Readable by any thread.
class PrivateKey {
public:
    /// Takes over the caller's reference; `key` must hold a private key. @throws Error BadInput for one on a curve
    /// whose private half is no number below the group's order
    static PrivateKey adopt(base::Handle<EVP_PKEY> key);

    /// From the DER of a PKCS#8 PrivateKeyInfo (RFC 5958 2), not encrypted.
    /// @throws Error BadInput when damaged, Unsupported when the algorithm is not offered here
    static PrivateKey fromPkcs8Der(base::BytesView der);

    const KeyFacts& facts() const noexcept { return m_public.facts(); }
    const PublicKey& publicKey() const noexcept { return m_public; }

    /// DER of the PKCS#8 PrivateKeyInfo, not encrypted.
    base::Secret toPkcs8Der() const;

    /// False for keys that cannot sign (X25519, X448, DH, ML-KEM).
    bool canSign() const;

    /// PublicKey::naturalDigest() of its public half.
    std::string naturalDigest() const;

    /// A context for signing with `digest`, or with naturalDigest() when it is empty: what sign() and the builders of
    /// x509 use. @throws Error NotAllowed when the key cannot sign, BadInput for a digest that does not exist or does
    /// not fit the key, and for PSS with a key that is not RSA
    base::Handle<EVP_MD_CTX> signingContext(std::string_view digest = {}, RsaPadding padding = RsaPadding::Pkcs1) const;

    /// A signature over `data`. `digest` is a name OpenSSL knows, or empty for the key's natural one (none for EdDSA
    /// and ML-DSA). @throws Error as signingContext()
    base::Bytes sign(base::BytesView data, std::string_view digest = {}) const;

    /// For calls into OpenSSL inside core; no reference is taken.
    EVP_PKEY* native() const noexcept { return m_key.get(); }

private:
    PrivateKey(std::shared_ptr<EVP_PKEY> key, PublicKey publicKey);
    std::shared_ptr<EVP_PKEY> m_key;
    PublicKey m_public;
};

} // namespace certwright::crypto
