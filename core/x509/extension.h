#pragma once

#include "core/base/bytes.h"
#include "core/base/handle.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::x509 {

/// A certificate, request or CRL extension (RFC 5280 4.2): a value.
class Extension {
public:
    /// From an OID or a name that OpenSSL or fromText() knows, and the DER of the value (what goes into the OCTET
    /// STRING).
    /// @throws Error BadInput for an unknown name
    static Extension fromDer(std::string_view type, bool critical, base::Bytes value);
    /// From a name or an OID and OpenSSL's configuration syntax ("CA:TRUE,pathlen:0", "DER:30...",
    /// "ASN1:UTF8String:x"). Where that has none: "ms-ntds-sec-ext" with a security identifier ("S-1-5-21-..."),
    /// "ms-cert-templ" with "OID:major.minor", "ms-cert-templ-name" with a text, "ms-app-policies" with purposes as in
    /// extendedKeyUsage, "ms-ca-version" with "certificate.key". `issuer` and `subject` are needed where the value
    /// speaks of them ("hash", "keyid", "email:copy") and may be null otherwise. @throws Error BadInput naming the
    /// extension and the value
    static Extension fromText(std::string_view type, bool critical, std::string_view value, X509* issuer = nullptr,
                              X509* subject = nullptr);
    static Extension share(const X509_EXTENSION* extension);
    /// From one of the values in core/x509/extensions; of an OID of its Oids. @throws Error as Value::encode() does
    template <class Value>
    static Extension of(const Value& value, bool critical, std::string_view oid = Value::Oids[0]) {
        return fromDer(oid, critical, value.encode());
    }

    const std::string& oid() const noexcept { return m_oid; }
    /// Short name ("basicConstraints"); the dotted OID where there is none.
    std::string shortName() const;
    /// Name for people ("X509v3 Basic Constraints"); the dotted OID where there is none.
    std::string longName() const;
    bool isCritical() const noexcept { return m_critical; }
    const base::Bytes& value() const noexcept { return m_value; }
    /// The value as one of those in core/x509/extensions; nothing for another type, and when it is damaged.
    template <class Value>
    std::optional<Value> as() const {
        for (const std::string_view oid : Value::Oids) {
            if (oid == m_oid)
                return Value::decode(m_value);
        }
        return std::nullopt;
    }
    /// The value in words, as OpenSSL prints it, with names for policies in use; in words of our own where OpenSSL 3.0
    /// has none for it (Microsoft's, QCStatements...); hexadecimal where it cannot be read.
    std::string text() const;

    base::Handle<X509_EXTENSION> toNative() const;

    bool operator==(const Extension&) const = default;

private:
    std::string m_oid;
    bool m_critical = false;
    base::Bytes m_value;
};

/// The extension with this OID, or null. The pointer is into `extensions`.
const Extension* findExtension(const std::vector<Extension>& extensions, std::string_view oid) noexcept;

/// The list out of and into OpenSSL's stack; a null stack is the empty list.
std::vector<Extension> extensionsOf(const STACK_OF(X509_EXTENSION) * stack);

/// Names of the key usage bits (RFC 5280 4.2.1.3: "digitalSignature"...) in an extension's value; none when damaged.
std::vector<std::string> keyUsageNames(base::BytesView value);
/// Names of extended key usages (RFC 5280 4.2.1.12: "serverAuth"...; the OID where there is no name); none when
/// damaged.
std::vector<std::string> extendedKeyUsageNames(base::BytesView value);

namespace oids {
inline constexpr std::string_view SubjectKeyIdentifier = "2.5.29.14", KeyUsage = "2.5.29.15",
                                  SubjectAltName = "2.5.29.17", IssuerAltName = "2.5.29.18",
                                  BasicConstraints = "2.5.29.19", CrlNumber = "2.5.29.20", CrlReason = "2.5.29.21",
                                  InvalidityDate = "2.5.29.24", NameConstraints = "2.5.29.30",
                                  CrlDistributionPoints = "2.5.29.31", CertificatePolicies = "2.5.29.32",
                                  AuthorityKeyIdentifier = "2.5.29.35", ExtendedKeyUsage = "2.5.29.37",
                                  AuthorityInfoAccess = "1.3.6.1.5.5.7.1.1", OcspNoCheck = "1.3.6.1.5.5.7.48.1.5";
} // namespace oids

} // namespace certwright::x509
