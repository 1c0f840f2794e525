#pragma once

#include "core/base/bytes.h"
#include "core/formats/item.h"
#include "core/x509/certificate.h"
#include "core/x509/crl.h"

#include <vector>

namespace certwright::formats {

/// Reads a PKCS#7 or CMS message (RFC 5652): its content type, the certificates and CRLs in it and who signed.
/// @throws Error BadInput
Pkcs7Item readPkcs7(base::BytesView der);

/// The same for a message in PEM (the first block with a label of PKCS#7 or CMS) or DER (crypto.load_pkcs7_data).
/// @throws Error BadInput
Pkcs7Item loadPkcs7(base::BytesView file);

/// DER of a signed-data message without content or signers that carries these: the ".p7b" of many programs.
base::Bytes createPkcs7(const std::vector<x509::Certificate>& certificates, const std::vector<x509::Crl>& crls = {});

} // namespace certwright::formats
