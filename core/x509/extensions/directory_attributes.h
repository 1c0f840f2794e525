#pragma once

#include "core/base/bytes.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::x509 {

/// An attribute of a directory (X.501 8.2).
struct DirectoryAttribute {
    std::string oid;                 ///< dotted; OpenSSL's names are written, too
    std::vector<base::Bytes> values; ///< DER of each

    /// Of one text, as UTF8String.
    static DirectoryAttribute ofText(std::string_view oid, std::string_view text);

    bool operator==(const DirectoryAttribute&) const = default;
};

/// What a directory knows of the subject (RFC 5280 4.2.1.8): nationality, date of birth (RFC 3739 3.2.2). encode()
/// gives DER; decode() gives nothing for a value that is damaged.
struct SubjectDirectoryAttributes {
    static constexpr std::array<std::string_view, 1> Oids{"2.5.29.9"};

    std::vector<DirectoryAttribute> attributes;

    /// @throws Error BadInput when there is none, one has no value, or a type is unknown
    base::Bytes encode() const;
    static std::optional<SubjectDirectoryAttributes> decode(base::BytesView value);
    /// A line for each, "Date of Birth: 1971-10-14T12:00:00Z"; hexadecimal DER of a value that is no string, time or
    /// object.
    std::string text() const;
    bool operator==(const SubjectDirectoryAttributes&) const = default;
};

} // namespace certwright::x509
