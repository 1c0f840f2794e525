#pragma once

#include "core/base/bytes.h"
#include "core/base/secret.h"
#include "core/crypto/private_key.h"
#include "core/formats/cms_message.h"
#include "core/formats/cms_verifying.h"
#include "core/formats/reader.h"
#include "core/x509/certificate.h"

#include <optional>
#include <string>
#include <vector>

namespace certwright::formats {

/// Who can open an encrypted message.
struct CmsRecipient {
    enum class Kind { KeyTransport, KeyAgreement, Passphrase, SecretKey, Other };
    Kind kind = Kind::Other;
    Pkcs7Signer who; ///< of the two with a key: how its certificate is named; of a secret key its identifier, if any
};

/// Everybody that an encrypted message names. Nobody when it is of another type.
std::vector<CmsRecipient> recipientsOf(const CmsMessage& message);
/// "serial 1A of CN=Test Root, or a passphrase".
std::string displayText(const std::vector<CmsRecipient>& recipients);

/// What a message is to be opened by.
struct CmsDecryptOptions {
    std::optional<crypto::PrivateKey> key{};
    /// That of the key; picks the recipient. Without it every one is tried.
    std::optional<x509::Certificate> certificate{};
    const base::Secret* passphrase = nullptr;
    /// One that both ends know: of EncryptedData (RFC 5652 8), or of recipients with one (6.2.3).
    const base::Secret* secretKey = nullptr;
    /// How the signatures are verified of a message that is signed and encrypted in one.
    CmsVerifyOptions verify{};
    ReadOptions limits{}; ///< for the key derivation of a passphrase
};

/// An opened message.
struct CmsDecryptResult {
    base::Bytes content; ///< to be wiped by the caller
    std::string typeName;
    bool isAuthenticated = false; ///< a change of the encrypted content would have been noticed (RFC 5083)
    /// Of a message that is signed and encrypted in one (RFC 2315 11). The content is there also when it is not
    /// verified: that is for the caller to look at.
    std::optional<CmsVerifyResult> signature{};
};

/// Opens a message of enveloped, authenticated enveloped, signed and enveloped, or encrypted data. A wrong secret key
/// for encrypted data, which has no check of its own, gives rubbish once in 256 times. A private key that fits nobody
/// is told from the right one by the length and the check of what it gives: OpenSSL's way to go on with a random key,
/// so that an attacker who sends many messages learns nothing (RFC 3218 2.3.2), would give rubbish without an error. A
/// program that answers to strangers must not tell them which of the errors it was.
/// @throws Error NotFound when nobody named in it has this key, PassphraseNeeded when a passphrase or a secret key
/// opens it and none was given, WrongPassphrase also for a secret key, NotAllowed for a certificate that is not that of
/// the key and above the limits, BadInput when the message is not encrypted, or damaged, Unsupported for a cipher that
/// is not offered
CmsDecryptResult decryptCms(const CmsMessage& message, const CmsDecryptOptions& options);

} // namespace certwright::formats
