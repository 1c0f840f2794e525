#pragma once

#include "core/base/bytes.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace certwright::x509 {

// Under which policies certificates are issued. OIDs are dotted; OpenSSL's names are written, too. encode() gives DER;
// decode() gives nothing for a value that is damaged.

/// Where the statement of the certification practice is (RFC 5280 4.2.1.4).
struct PracticeStatement {
    std::string uri;

    bool operator==(const PracticeStatement&) const = default;
};

/// What a program shows to whoever relies on the certificate (RFC 5280 4.2.1.4).
struct UserNotice {
    std::string organization;                   ///< whose notices the numbers name; empty: no reference to any
    std::vector<std::uint64_t> noticeNumbers{}; ///< in that organisation's list
    std::string explicitText{};                 ///< at most 200 characters; empty: none

    bool operator==(const UserNotice&) const = default;
};

/// A qualifier that RFC 5280 does not know.
struct OtherQualifier {
    std::string oid;
    base::Bytes der; ///< of the qualifier itself

    bool operator==(const OtherQualifier&) const = default;
};

using PolicyQualifier = std::variant<PracticeStatement, UserNotice, OtherQualifier>;

struct PolicyInformation {
    std::string oid;
    std::vector<PolicyQualifier> qualifiers{};

    bool operator==(const PolicyInformation&) const = default;
};

/// RFC 5280 4.2.1.4. Texts are written as UTF8String.
struct CertificatePolicies {
    static constexpr std::array<std::string_view, 1> Oids{"2.5.29.32"};

    std::vector<PolicyInformation> policies;

    /// @throws Error BadInput when there is none, one is there twice, a text is too long, or an address not ASCII
    base::Bytes encode() const;
    static std::optional<CertificatePolicies> decode(base::BytesView value);
    bool operator==(const CertificatePolicies&) const = default;
};

/// One pair of RFC 5280 4.2.1.5.
struct PolicyMapping {
    std::string issuerDomain;
    std::string subjectDomain;

    bool operator==(const PolicyMapping&) const = default;
};

/// RFC 5280 4.2.1.5.
struct PolicyMappings {
    static constexpr std::array<std::string_view, 1> Oids{"2.5.29.33"};

    std::vector<PolicyMapping> mappings;

    /// @throws Error BadInput when there is none, or anyPolicy in one
    base::Bytes encode() const;
    static std::optional<PolicyMappings> decode(base::BytesView value);
    bool operator==(const PolicyMappings&) const = default;
};

/// RFC 5280 4.2.1.11: after how many more certificates.
struct PolicyConstraints {
    static constexpr std::array<std::string_view, 1> Oids{"2.5.29.36"};

    std::optional<std::uint64_t> requireExplicitPolicy{};
    std::optional<std::uint64_t> inhibitPolicyMapping{};

    /// @throws Error BadInput when both are missing
    base::Bytes encode() const;
    static std::optional<PolicyConstraints> decode(base::BytesView value);
    bool operator==(const PolicyConstraints&) const = default;
};

/// RFC 5280 4.2.1.14: after how many more certificates.
struct InhibitAnyPolicy {
    static constexpr std::array<std::string_view, 1> Oids{"2.5.29.54"};

    std::uint64_t skipCertificates = 0;

    base::Bytes encode() const;
    static std::optional<InhibitAnyPolicy> decode(base::BytesView value);
    bool operator==(const InhibitAnyPolicy&) const = default;
};

} // namespace certwright::x509
