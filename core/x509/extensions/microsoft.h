#pragma once

#include "core/base/bytes.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace certwright::x509 {

// What Windows' CA writes and Windows' programs act on ([MS-WCCE] 2.2.2.7). encode() gives DER; decode() gives nothing
// for a value that is damaged.

/// szOID_ENROLL_CERTTYPE_EXTENSION: the name of a version 1 template ([MS-WCCE] 2.2.2.7.7.1), e.g. "Machine".
struct MicrosoftTemplateName {
    static constexpr std::array<std::string_view, 1> Oids{"1.3.6.1.4.1.311.20.2"};

    std::string name;

    /// @throws Error BadInput when it is empty, or no UTF-8 of the basic plane
    base::Bytes encode() const;
    static std::optional<MicrosoftTemplateName> decode(base::BytesView value);
    bool operator==(const MicrosoftTemplateName&) const = default;
};

/// szOID_CERTIFICATE_TEMPLATE: a template of version 2 or later ([MS-WCCE] 2.2.2.7.7.2).
struct MicrosoftTemplate {
    static constexpr std::array<std::string_view, 1> Oids{"1.3.6.1.4.1.311.21.7"};

    std::string oid; ///< dotted
    std::optional<std::uint64_t> majorVersion{};
    std::optional<std::uint64_t> minorVersion{}; ///< only with a major one

    /// From "OID", "OID:100" or "OID:100.4". @throws Error BadInput
    static MicrosoftTemplate parse(std::string_view text);
    /// @throws Error BadInput when the OID is none, or a minor version stands alone
    base::Bytes encode() const;
    static std::optional<MicrosoftTemplate> decode(base::BytesView value);
    bool operator==(const MicrosoftTemplate&) const = default;
};

/// szOID_CERTSRV_CA_VERSION: how often the CA's certificate and key were renewed.
struct MicrosoftCaVersion {
    static constexpr std::array<std::string_view, 1> Oids{"1.3.6.1.4.1.311.21.1"};

    std::uint16_t certificateIndex = 0;
    std::uint16_t keyIndex = 0;

    base::Bytes encode() const;
    static std::optional<MicrosoftCaVersion> decode(base::BytesView value);
    bool operator==(const MicrosoftCaVersion&) const = default;
};

/// szOID_NTDS_CA_SECURITY_EXT: the account that a certificate stands for ([MS-WCCE] 2.2.2.7.7.4). Without it domain
/// controllers refuse certificates since Microsoft's KB5014754.
struct MicrosoftSid {
    static constexpr std::array<std::string_view, 1> Oids{"1.3.6.1.4.1.311.25.2"};

    std::string sid; ///< "S-1-5-21-..." ([MS-DTYP] 2.4.2.1)

    /// @throws Error BadInput when it is not a security identifier
    base::Bytes encode() const;
    static std::optional<MicrosoftSid> decode(base::BytesView value);
    bool operator==(const MicrosoftSid&) const = default;
};

} // namespace certwright::x509
