#pragma once

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/base/handle.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace certwright::x509 {

// What certificates, requests and revocation lists all need of OpenSSL's printing and time types.

/// PEM with this label (RFC 7468). @throws Error Internal
std::string pemOf(const char* label, base::BytesView der);

/// Names in whole texts: as `openssl ... -text -nameopt oneline,-esc_msb` writes them, letters beyond ASCII readable.
inline constexpr unsigned long ReadableNames = XN_FLAG_ONELINE & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);

/// A block of PEM text.
struct PemContent {
    std::string label;
    base::Bytes der; ///< as it stands there; OpenSSL's own readers give another encoding of what is not quite DER
};

/// The first block with this label or one that OpenSSL takes for the same; `what` is for the message: "a certificate".
/// @throws Error BadInput when there is none or it is damaged, PassphraseNeeded when it is encrypted
PemContent pemContent(std::string_view pem, const char* label, const char* what);

/// What `print` writes into a BIO; `print` returns a positive number when it could. @throws Error Internal
std::string printedText(const std::function<int(BIO*)>& print);

/// OpenSSL's long name of an algorithm ("ecdsa-with-SHA256"), the dotted OID where there is none.
std::string algorithmName(const X509_ALGOR* algorithm);

/// The object of a dotted OID or, unless `isOidOnly` of a name of OpenSSL's. Null when there is none, or it is a name
/// without an OID, as OpenSSL has for ciphers that it put together.
base::Handle<ASN1_OBJECT> objectOf(std::string_view text);

/// UTF-8 of an IA5String's octets. It holds ASCII; where somebody put in more, that is read as UTF-8 when it is, else
/// as Latin-1.
std::string ia5Text(base::BytesView octets);

/// A time of OpenSSL's; nothing when it is null or not well formed.
std::optional<base::Time> timeOfNative(const ASN1_TIME* time) noexcept;

/// UTCTime up to 2049, GeneralizedTime from 2050 (RFC 5280 4.1.2.5).
/// @throws Error BadInput outside the years 0 to 9999
base::Handle<ASN1_TIME> timeToNative(base::Time time);

} // namespace certwright::x509
