#pragma once

#include "core/base/bytes.h"

#include <optional>
#include <string>
#include <string_view>

namespace certwright::x509 {

/// The value of an extension in words, one fact per line, where OpenSSL 3.0 has none: Microsoft's template, SID,
/// application policies and CA version, directory
/// attributes (RFC 5280 4.2.1.8), "OCSP no check" (RFC 6960 4.2.2.2.1), QCStatements (RFC 3739 3.2.6, ETSI EN 319
/// 412-5, TS 119 495), S/MIME capabilities (RFC 8551 2.5.2), the CA/Browser Forum's organisation identifier. Nothing
/// for other types, and for a value that is not what its type says.
std::optional<std::string> ownExtensionText(std::string_view oid, base::BytesView value);

/// The OID of an extension that OpenSSL 3.0 has no name for; empty for another name.
std::string_view ownExtensionOid(std::string_view name) noexcept;

/// DER of an extension's value from text, where OpenSSL 3.0 has no syntax for it. Nothing for other types, and for a
/// text that is one of OpenSSL's general ones ("DER:", "ASN1:"). @throws Error BadInput for what is no such value
std::optional<base::Bytes> ownExtensionValue(std::string_view oid, std::string_view text);

/// OpenSSL's text of certificate policies with a name behind the identifiers that are used by many.
std::string withPolicyNames(std::string_view text);

} // namespace certwright::x509
