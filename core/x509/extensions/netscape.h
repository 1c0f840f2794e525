#pragma once

#include "core/base/bytes.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace certwright::x509 {

// What Netscape defined before there was RFC 5280, and what is still seen. encode() gives DER; decode() gives nothing
// for a value that is damaged.

/// What a certificate is for; "Netscape Certificate Extensions", netscape-cert-type.
struct NetscapeCertType {
    static constexpr std::array<std::string_view, 1> Oids{"2.16.840.1.113730.1.1"};
    enum Bit : unsigned {
        SslClient = 1U << 0U,
        SslServer = 1U << 1U,
        Mail = 1U << 2U,
        ObjectSigning = 1U << 3U,
        Reserved = 1U << 4U,
        SslCa = 1U << 5U,
        MailCa = 1U << 6U,
        ObjectSigningCa = 1U << 7U,
    };

    unsigned bits = 0;

    /// @throws Error BadInput for a bit behind the eighth
    base::Bytes encode() const;
    static std::optional<NetscapeCertType> decode(base::BytesView value);
    bool operator==(const NetscapeCertType&) const = default;
};

/// A text or an address.
struct NetscapeText {
    /// Comment, base URL, revocation URL, CA revocation URL, renewal URL, CA policy URL, SSL server name.
    static constexpr std::array<std::string_view, 7> Oids{
        "2.16.840.1.113730.1.13", "2.16.840.1.113730.1.2", "2.16.840.1.113730.1.3", "2.16.840.1.113730.1.4",
        "2.16.840.1.113730.1.7",  "2.16.840.1.113730.1.8", "2.16.840.1.113730.1.12"};

    std::string text;

    /// @throws Error BadInput for text that is not ASCII
    base::Bytes encode() const;
    static std::optional<NetscapeText> decode(base::BytesView value);
    bool operator==(const NetscapeText&) const = default;
};

} // namespace certwright::x509
