#pragma once

#include "core/base/bytes.h"
#include "core/base/secret.h"
#include "core/formats/cms_message.h"

#include <optional>
#include <vector>

namespace certwright::formats {

// Messages that are signed and encrypted in one (SignedAndEnvelopedData, RFC 2315 11), which CMS left out. The
// signature is read as OpenSSL and others write it: over the content, and not encrypted once more.

/// A recipient, and the content key encrypted for him by RSA.
struct EnvelopedKey {
    Pkcs7Signer who;
    base::Bytes name; ///< as CmsMessage's recipients: DER of issuer and serial number
    base::Bytes encrypted;
};

/// Everybody that such a message is for. @throws Error BadInput when it is damaged or of another type
std::vector<EnvelopedKey> envelopedKeys(const CmsMessage& message);

/// The content, by a private key that opens the content key of one of the recipients. To be wiped by the caller.
/// @throws Error BadInput when it is damaged, Unsupported for a cipher that is not offered
base::Bytes openSignedAndEnveloped(const CmsMessage& message, EVP_PKEY* key);

/// The same signatures as a signed message around the content, for verifyCms(). @throws Error BadInput
CmsMessage asSignedMessage(const CmsMessage& message, base::BytesView content);

} // namespace certwright::formats
