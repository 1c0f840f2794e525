#pragma once

#include "core/base/bytes.h"
#include "core/base/der_reader.h"
#include "core/x509/certificate.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::pki {

// A certificate as rules look at it: the encoding, taken apart only as far as all of them need. Internal to core/pki.

/// An attribute of a name as it is encoded.
struct LintAttribute {
    std::string oid;
    base::DerElement value;
};

/// An extension as it is encoded.
struct LintExtension {
    std::string oid;
    std::string name; ///< "basicConstraints", for paths
    bool isCritical = false;
    bool hasWrittenDefault = false; ///< critical FALSE stands there, which DER leaves out
    base::BytesView value;

    std::string path() const { return "extensions." + name; }
    /// The value as one element with this identifier; nothing when it is something else.
    std::optional<base::DerElement> element(std::uint8_t identifier) const;
};

/// The elements inside another one; those before the first that is no DER.
std::vector<base::DerElement> elementsIn(base::BytesView content);

struct LintSubject {
    /// Views into the certificate's DER, which must outlive it.
    explicit LintSubject(const x509::Certificate& from);

    const LintExtension* extension(std::string_view oid) const noexcept;
    /// The content of the extension's SEQUENCE, element by element; empty when it is absent or damaged.
    std::vector<base::DerElement> extensionElements(std::string_view oid) const;
    bool hasExtendedKeyUsage(std::string_view oid) const;

    const x509::Certificate& certificate;
    bool isParsed = false;               ///< false: it is not DER at its first levels; then nothing below is filled
    std::optional<std::int64_t> version; ///< as encoded: 0 to 2
    bool hasWrittenVersion1 = false;     ///< the default stands there
    base::BytesView serial;
    base::DerElement innerAlgorithm;
    base::DerElement outerAlgorithm;
    std::vector<std::vector<LintAttribute>> issuer;
    std::vector<std::vector<LintAttribute>> subject;
    base::DerElement notBefore;
    base::DerElement notAfter;
    base::DerElement publicKey;
    bool hasUniqueId = false;
    bool hasExtensions = false;
    std::vector<LintExtension> extensions;
    std::vector<base::DerElement> altNames; ///< entries of the subject alternative name

    bool isCa = false;
    bool isSelfSigned = false;
    std::optional<unsigned> keyUsage; ///< bit n is bit n of RFC 5280 4.2.1.3
    std::vector<std::string> extendedKeyUsage;
    bool isPublicIssuer = false;
};

namespace lint_oids {
inline constexpr std::string_view BasicConstraints = "2.5.29.19", KeyUsage = "2.5.29.15", AltName = "2.5.29.17",
                                  IssuerAltName = "2.5.29.18", NameConstraints = "2.5.29.30", CrlPoints = "2.5.29.31",
                                  Policies = "2.5.29.32", PolicyMappings = "2.5.29.33", AuthorityKeyId = "2.5.29.35",
                                  PolicyConstraints = "2.5.29.36", ExtendedKeyUsage = "2.5.29.37",
                                  FreshestCrl = "2.5.29.46", InhibitAnyPolicy = "2.5.29.54", SubjectKeyId = "2.5.29.14",
                                  DirectoryAttributes = "2.5.29.9", AuthorityInfo = "1.3.6.1.5.5.7.1.1",
                                  SubjectInfo = "1.3.6.1.5.5.7.1.11", SctList = "1.3.6.1.4.1.11129.2.4.2",
                                  PrecertificatePoison = "1.3.6.1.4.1.11129.2.4.3", AnyPolicy = "2.5.29.32.0",
                                  AnyUsage = "2.5.29.37.0", ServerAuth = "1.3.6.1.5.5.7.3.1",
                                  ClientAuth = "1.3.6.1.5.5.7.3.2", CommonName = "2.5.4.3";
} // namespace lint_oids

} // namespace certwright::pki
