#pragma once

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/x509/certificate.h"
#include "core/x509/crl.h"
#include "core/x509/name.h"
#include "core/x509/serial.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::x509 {

/// What a responder says of a certificate (RFC 6960 2.2).
enum class OcspStatus { Good, Revoked, Unknown };

/// "good", "revoked", "unknown".
std::string_view toString(OcspStatus status) noexcept;

/// Which certificate is meant (RFC 6960 4.1.1).
struct OcspCertId {
    std::string digest;   ///< OpenSSL's short name ("SHA1"), the dotted OID where there is none
    base::Bytes nameHash; ///< of the issuer's name
    base::Bytes keyHash;  ///< of the issuer's key
    Serial serial;

    bool operator==(const OcspCertId&) const = default;

    /// That of a certificate; nothing for a digest that is not offered here.
    static std::optional<OcspCertId> of(const Certificate& certificate, const Certificate& issuer,
                                        const std::string& digest);
};

/// What a response says of one certificate (RFC 6960 4.2.1).
struct OcspAnswer {
    OcspCertId id;
    OcspStatus status = OcspStatus::Unknown;
    std::optional<base::Time> thisUpdate; ///< nothing when it is not a time
    std::optional<base::Time> nextUpdate; ///< nothing: newer information is there at any time
    std::optional<base::Time> revokedAt;
    std::optional<RevocationReason> reason;
};

/// An OCSP response (RFC 6960 4.2). An immutable value, readable by any thread. Nothing in it is verified:
/// see core/x509/ocsp/check.h.
class OcspResponse {
public:
    /// @throws Error BadInput when it is damaged, no basic response, or more bytes follow
    static OcspResponse fromDer(base::BytesView der);

    /// "successful", "malformedRequest", "internalError", "tryLater", "sigRequired", "unauthorized" (RFC 6960 4.2.1).
    const std::string& responseStatus() const noexcept;
    /// False: the response consists of its status, and all that follows is empty.
    bool isSuccessful() const noexcept;

    std::optional<base::Time> producedAt() const noexcept;
    /// RFC 2253 name of the responder, or upper-case hexadecimal of the SHA-1 of its key.
    const std::string& responder() const noexcept;
    /// True when `certificate` has the name or the key that the response names as its responder.
    bool isByResponder(const Certificate& certificate) const;
    /// True when `certificate` is so named, and its key verifies the signature.
    bool isSignedBy(const Certificate& certificate) const;
    /// Certificates that came with it.
    const std::vector<Certificate>& certificates() const noexcept;
    const std::vector<OcspAnswer>& answers() const noexcept;
    /// The answer about `certificate`, by whichever digest; the worst of several. Null when there is none. The pointer
    /// is into this response.
    const OcspAnswer* answerAbout(const Certificate& certificate, const Certificate& issuer) const;
    /// The octets inside the extension's OCTET STRING (RFC 9654 2.1), or the extension's value where there is no such
    /// string; nothing without the extension.
    const std::optional<base::Bytes>& nonce() const noexcept;
    /// OID of a critical extension that is not understood (RFC 6960 4.4); empty when there is none.
    const std::string& unknownCriticalExtension() const noexcept;
    const base::Bytes& der() const noexcept;

private:
    struct Data;
    explicit OcspResponse(std::shared_ptr<const Data> data);
    std::shared_ptr<const Data> m_data;
};

} // namespace certwright::x509
