#pragma once

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/base/handle.h"
#include "core/crypto/public_key.h"
#include "core/x509/extension.h"
#include "core/x509/general_name.h"
#include "core/x509/name.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::x509 {

/// An X.509 certificate (RFC 5280 4.1). An immutable value, copied by reference count, compared by DER, and frozen when
/// made (its extension cache is filled), so that any thread may read it.
class Certificate {
public:
    /// @throws Error BadInput when it is not one certificate, or trailing data follow
    static Certificate fromDer(base::BytesView der);
    /// The first certificate of a PEM text. @throws Error BadInput when there is none
    static Certificate fromPem(std::string_view pem);
    static Certificate adopt(base::Handle<X509> certificate);
    /// Takes a reference of its own.
    static Certificate share(X509* certificate);

    /// 1 to 3, as people count.
    int version() const noexcept;
    /// Upper-case hexadecimal without leading zeros, '-' in front of a negative one.
    const std::string& serial() const noexcept;
    Name subject() const;
    Name issuer() const;
    /// Nothing when the field is not a time at all.
    std::optional<base::Time> notBefore() const noexcept;
    std::optional<base::Time> notAfter() const noexcept;
    const crypto::PublicKey& publicKey() const noexcept;
    /// OpenSSL's long name ("sha256WithRSAEncryption"), the OID where there is none.
    std::string signatureAlgorithm() const;

    /// True when the subject is the issuer and its own key verifies the signature.
    bool isSelfSigned() const;
    /// True for basicConstraints CA:TRUE, and for a self-issued v1 certificate.
    bool isCa() const noexcept;
    /// Path length constraint; nothing when there is none.
    std::optional<long> pathLength() const noexcept;
    const std::vector<Extension>& extensions() const noexcept;
    const Extension* extension(std::string_view oid) const noexcept;
    /// Entries of the subject alternative name; empty when there is none or it is damaged.
    const std::vector<GeneralName>& subjectAltNames() const noexcept;
    std::vector<std::string> keyUsage() const;
    std::vector<std::string> extendedKeyUsage() const;
    /// Octets of the key identifiers; empty when absent.
    base::Bytes subjectKeyId() const;
    base::Bytes authorityKeyId() const;

    const base::Bytes& der() const noexcept;
    std::string toPem() const;
    /// As `openssl x509 -text` prints it.
    std::string toText() const;
    /// Upper-case hexadecimal digests of the DER.
    const std::string& sha256() const noexcept;
    const std::string& sha1() const noexcept;
    /// By any digest name OpenSSL knows: upper-case, colon-separated. @throws Error Unsupported
    std::string digest(std::string_view name) const;

    /// True when `key` verifies this certificate's signature. False also when the algorithm is not offered here.
    bool isSignedBy(const crypto::PublicKey& key) const;
    /// True when `issuer` has the issuer's name and its key verifies the signature.
    bool isIssuedBy(const Certificate& issuer) const;
    /// True when it is past notAfter at `now`.
    bool hasExpired(base::Time now) const noexcept;

    X509* native() const noexcept;

    bool operator==(const Certificate& other) const noexcept;

private:
    struct Data;
    explicit Certificate(std::shared_ptr<const Data> data);
    std::shared_ptr<const Data> m_data;
};

} // namespace certwright::x509
