#pragma once

#include "core/base/bytes.h"
#include "core/base/handle.h"
#include "core/x509/certificate.h"
#include "core/x509/extension.h"

namespace certwright::x509 {

// What certificates and revocation lists say about the key that signed them.

/// SHA-1 of the key's bits: what a subject key identifier holds by RFC 5280 4.2.1.2 (1).
base::Bytes keyIdOf(const X509* certificate);

/// An authority key identifier (RFC 5280 4.2.1.1) of a key identifier alone.
Extension authorityKeyIdExtension(const base::Bytes& keyId);

/// The same for what `issuer` signs: its own subject key identifier, or keyIdOf() when it has none.
Extension authorityKeyIdOf(const Certificate& issuer);

} // namespace certwright::x509
