#include "core/formats/cms_encryption.h"

#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"

#include <openssl/ec.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <utility>

namespace certwright::formats {

using base::BytesView;
using base::Error;
using base::ErrorKind;
using base::Handle;

namespace {

/// A cipher for the content: one with an OID whose parameters OpenSSL can write.
Handle<EVP_CIPHER> contentCipher(const std::string& name) {
    base::clearQueue();
    Handle<EVP_CIPHER> cipher(EVP_CIPHER_fetch(nullptr, name.c_str(), nullptr));
    if (!cipher) {
        throw Error(ErrorKind::BadInput, "There is no cipher “" + name + "”", "Take AES-256-CBC or AES-256-GCM.",
                    base::drainQueue());
    }
    const int mode = EVP_CIPHER_get_mode(cipher.get());
    const bool fits =
        (mode == EVP_CIPH_CBC_MODE || mode == EVP_CIPH_GCM_MODE) && EVP_CIPHER_get_type(cipher.get()) != 0;
    if (!fits) {
        throw Error(ErrorKind::Unsupported, "Messages are not encrypted by the cipher “" + name + "”",
                    "Take AES-256-CBC or AES-256-GCM.");
    }
    return cipher;
}

/// Key transport by RSA: PKCS #1 v1.5, or OAEP with SHA-256 for both its digests (RFC 8017 7.1).
void setOaep(CMS_RecipientInfo* info) {
    EVP_PKEY_CTX* context = base::check(CMS_RecipientInfo_get0_pkey_ctx(info), "choose OAEP");
    base::check(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING), "choose OAEP");
    base::check(EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()), "choose OAEP");
    base::check(EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()), "choose OAEP");
}

void addRecipient(const CmsMessage& message, const x509::Certificate& certificate, const CmsEncryptOptions& options) {
    const std::string type = certificate.publicKey().facts().type;
    const std::string name = "“" + certificate.subject().displayName() + "”";
    if (options.namesByKeyId && certificate.subjectKeyId().empty()) {
        throw Error(ErrorKind::NotAllowed,
                    "The certificate " + name + " has no subject key identifier to name the recipient by",
                    "Name recipients by issuer and serial number.");
    }
    base::clearQueue();
    CMS_RecipientInfo* info = CMS_add1_recipient_cert(
        message.native(), certificate.native(), CMS_KEY_PARAM | (options.namesByKeyId ? unsigned{CMS_USE_KEYID} : 0U));
    if (info == nullptr) {
        auto stack = base::drainQueue();
        const bool isOurs = base::kindOf(stack, ErrorKind::NotAllowed) == ErrorKind::Internal;
        throw Error(isOurs ? ErrorKind::Internal : ErrorKind::NotAllowed,
                    "Nothing can be encrypted for the key of " + name + " (" + type + ")",
                    "Ask the recipient for a certificate with an RSA or EC key.", std::move(stack));
    }
    if (type == "RSA" && options.usesOaep)
        setOaep(info);
    // OpenSSL's own choice is SHA-1 (RFC 5753 7.1.4 has both).
    if (type == "EC") {
        EVP_PKEY_CTX* context = base::check(CMS_RecipientInfo_get0_pkey_ctx(info), "agree upon a key");
        base::check(EVP_PKEY_CTX_set_ecdh_kdf_md(context, EVP_sha256()), "agree upon a key");
    }
}

/// A passphrase among the recipients while OpenSSL works. The secret stays where it is: OpenSSL would free what it is
/// given, so it is taken away again at the end.
class PassphraseRecipient {
public:
    PassphraseRecipient(const CmsMessage& message, const base::Secret& passphrase, int iterations)
        // Not the cipher of the content: wrapping (RFC 3211 2.3) needs CBC.
        : m_info(base::check(CMS_add0_recipient_password(message.native(), iterations, NID_id_alg_PWRI_KEK, NID_undef,
                                                         octetsOf(passphrase), base::longSize(passphrase.size()),
                                                         EVP_aes_256_cbc()),
                             "encrypt for a passphrase")) {}
    ~PassphraseRecipient() { CMS_RecipientInfo_set0_password(m_info, nullptr, 0); }
    PassphraseRecipient(const PassphraseRecipient&) = delete;
    PassphraseRecipient& operator=(const PassphraseRecipient&) = delete;

private:
    static unsigned char* octetsOf(const base::Secret& passphrase) {
        static unsigned char none = 0;
        return passphrase.empty() ? &none : const_cast<unsigned char*>(passphrase.data());
    }

    CMS_RecipientInfo* m_info;
};

} // namespace

base::Bytes encryptCms(BytesView content, const CmsEncryptOptions& options) {
    if (options.recipients.empty() && options.passphrase == nullptr)
        throw Error(ErrorKind::NotAllowed, "There is nobody to encrypt for", "Give a recipient's certificate.");
    const Handle<EVP_CIPHER> cipher = contentCipher(options.cipher);
    base::Bytes text;
    if (options.isText)
        text = withTextHead(content);
    const CmsMessage message = CmsMessage::adopt(base::check(
        CMS_encrypt(nullptr, nullptr, cipher.get(), CMS_BINARY | CMS_PARTIAL), "make an encrypted message"));
    for (const x509::Certificate& certificate : options.recipients)
        addRecipient(message, certificate, options);
    std::optional<PassphraseRecipient> passphrase;
    if (options.passphrase != nullptr)
        passphrase.emplace(message, *options.passphrase, options.iterations);
    const Handle<BIO> in = readingBio(options.isText ? BytesView(text) : content);
    const int result = CMS_final(message.native(), in.get(), nullptr, CMS_BINARY);
    OPENSSL_cleanse(text.data(), text.size());
    base::check(result, "encrypt the message", ErrorKind::BadInput);
    return message.encode(options.encoding);
}

} // namespace certwright::formats
