#include "core/formats/cms_decryption.h"

#include "core/base/der_reader.h"
#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"
#include "core/base/secret.h"
#include "core/formats/pbe.h"

#include <openssl/objects.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <utility>

namespace certwright::formats {

using base::BytesView;
using base::Error;
using base::ErrorKind;
using base::Handle;

namespace {

using Kind = CmsRecipient::Kind;
namespace der = base::der;

Error damagedError() {
    return Error(ErrorKind::BadInput, "The encrypted message is damaged", "Get the file again from where it came from.",
                 base::drainQueue());
}

bool isEncrypted(int type) {
    return type == NID_pkcs7_enveloped || type == NID_id_smime_ct_authEnvelopedData;
}

void addAgreement(CMS_RecipientInfo* info, std::vector<CmsRecipient>& out) {
    STACK_OF(CMS_RecipientEncryptedKey)* keys = CMS_RecipientInfo_kari_get0_reks(info);
    for (int i = 0; i < sk_CMS_RecipientEncryptedKey_num(keys); ++i) {
        ASN1_OCTET_STRING* keyId = nullptr;
        X509_NAME* issuer = nullptr;
        ASN1_INTEGER* serial = nullptr;
        CMS_RecipientEncryptedKey_get0_id(sk_CMS_RecipientEncryptedKey_value(keys, i), &keyId, nullptr, nullptr,
                                          &issuer, &serial);
        out.push_back({Kind::KeyAgreement, signerNamed(issuer, serial, keyId)});
    }
}

/// The recipients of EnvelopedData or AuthEnvelopedData (RFC 5652 6.1), each as encoded: OpenSSL shows neither the
/// parameters of a passphrase nor an encrypted key. @throws Error BadInput
std::vector<base::Bytes> encodedRecipients(const CmsMessage& message) {
    const base::Bytes whole = message.toDer();
    std::vector<base::Bytes> out;
    base::DerReader file(whole);
    const auto info = file.expect(der::Sequence);
    base::DerReader parts(info ? info->content : BytesView());
    parts.expect(der::Oid);
    const auto wrapped = parts.expect(der::contextConstructed(0));
    base::DerReader inner(wrapped ? wrapped->content : BytesView());
    const auto enveloped = inner.expect(der::Sequence);
    base::DerReader fields(enveloped ? enveloped->content : BytesView());
    fields.expect(der::Integer);
    fields.optional(der::contextConstructed(0)); // of the originator
    const auto recipients = fields.expect(der::Set);
    base::DerReader each(recipients ? recipients->content : BytesView());
    while (const auto recipient = each.next())
        out.push_back(base::toBytes(recipient->whole));
    if (fields.hasFailed() || each.hasFailed())
        throw damagedError();
    return out;
}

/// How the passphrase of each such recipient is used. @throws Error BadInput
std::vector<base::Bytes> passphraseAlgorithms(const CmsMessage& message) {
    std::vector<base::Bytes> out;
    for (const base::Bytes& recipient : encodedRecipients(message)) {
        if (recipient.front() != der::contextConstructed(3))
            continue;
        base::DerReader whole(recipient);
        base::DerReader one(whole.next()->content);
        one.expect(der::Integer);
        const auto algorithm = one.optional(der::contextConstructed(0));
        if (one.hasFailed() || !algorithm)
            throw damagedError();
        base::Bytes sequence = base::toBytes(algorithm->whole);
        sequence[0] = der::Sequence; // it is tagged implicitly
        out.push_back(std::move(sequence));
    }
    return out;
}

/// The content key encrypted for one recipient by RSA as PKCS#1 v1.5 pads it (RFC 5652 6.2.1, RFC 3370 4.2.1).
struct TransportedKey {
    base::Bytes recipient; ///< issuer and serial number, or the octets of the key identifier
    base::Bytes encrypted;
};

std::vector<TransportedKey> transportedKeys(const CmsMessage& message) {
    constexpr std::string_view RsaEncryption = "1.2.840.113549.1.1.1";
    std::vector<TransportedKey> out;
    for (const base::Bytes& recipient : encodedRecipients(message)) {
        if (recipient.front() != der::Sequence)
            continue;
        base::DerReader whole(recipient);
        base::DerReader one(whole.next()->content);
        one.expect(der::Integer);
        const auto id = one.next();
        const auto algorithm = one.expect(der::Sequence);
        const auto encrypted = one.expect(der::OctetString);
        base::DerReader inAlgorithm(algorithm ? algorithm->content : BytesView());
        const auto oid = inAlgorithm.expect(der::Oid);
        if (id && encrypted && oid && base::oidText(oid->content) == RsaEncryption)
            out.push_back({base::toBytes(id->content), base::toBytes(encrypted->content)});
    }
    return out;
}

/// The same as TransportedKey::recipient.
base::Bytes recipientOf(CMS_RecipientInfo* info) {
    ASN1_OCTET_STRING* keyId = nullptr;
    X509_NAME* issuer = nullptr;
    ASN1_INTEGER* serial = nullptr;
    CMS_RecipientInfo_ktri_get0_signer_id(info, &keyId, &issuer, &serial);
    if (keyId != nullptr)
        return {ASN1_STRING_get0_data(keyId), ASN1_STRING_get0_data(keyId) + ASN1_STRING_length(keyId)};
    unsigned char* name = nullptr;
    unsigned char* number = nullptr;
    const int nameLength = i2d_X509_NAME(issuer, &name);
    const base::OpensslMemory<unsigned char> nameOwner(name);
    const int numberLength = i2d_ASN1_INTEGER(serial, &number);
    const base::OpensslMemory<unsigned char> numberOwner(number);
    base::check(nameLength, "read the recipients");
    base::check(numberLength, "read the recipients");
    base::Bytes out(name, name + nameLength);
    out.insert(out.end(), number, number + numberLength);
    return out;
}

/// Whether something that is padded as it should be comes out. From 3.2 on OpenSSL makes a key up when nothing does.
bool opens(EVP_PKEY* key, const base::Bytes& encrypted) {
    const Handle<EVP_PKEY_CTX> context(
        base::check(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr), "decrypt the message"));
    if (EVP_PKEY_decrypt_init(context.get()) <= 0 ||
        EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) <= 0) {
        base::clearQueue();
        return false;
    }
    EVP_PKEY_CTX_ctrl_str(context.get(), "rsa_pkcs1_implicit_rejection", "0"); // older versions know no such thing
    base::Secret plain(static_cast<std::size_t>(EVP_PKEY_get_size(key)));
    std::size_t size = plain.size();
    const bool isOpen = EVP_PKEY_decrypt(context.get(), plain.data(), &size, encrypted.data(), encrypted.size()) > 0;
    base::clearQueue();
    return isOpen;
}

struct AlgorithmDeleter {
    void operator()(X509_ALGOR* algorithm) const noexcept { X509_ALGOR_free(algorithm); }
};

/// @throws Error NotAllowed when opening by a passphrase would cost more than the limits allow
void checkPassphraseLimits(const CmsMessage& message, const ReadOptions& limits) {
    for (const base::Bytes& encoded : passphraseAlgorithms(message)) {
        const unsigned char* position = encoded.data();
        const std::unique_ptr<X509_ALGOR, AlgorithmDeleter> algorithm(
            d2i_X509_ALGOR(nullptr, &position, base::longSize(encoded.size())));
        if (!algorithm)
            throw damagedError();
        const EncryptionInfo info = keyDerivationOf(algorithm.get());
        if (info.kdf != "PBKDF2") {
            throw Error(ErrorKind::Unsupported, "The passphrase is used in a way that is not supported: " + info.kdf,
                        "Ask the sender to use PBKDF2.");
        }
        checkLimits(info, limits);
    }
}

/// Opens one message of the types that CMS has. Used once.
class MessageOpener {
public:
    MessageOpener(const CmsMessage& message, const CmsDecryptOptions& options)
        : m_message(message)
        , m_options(options) {}

    CmsDecryptResult open();

private:
    bool unlock();
    bool tryKeyTransport(CMS_RecipientInfo* info);
    bool tryKeyAgreement(CMS_RecipientInfo* info);
    bool tryPassphrase(CMS_RecipientInfo* info);
    [[noreturn]] void throwLocked() const;
    base::Bytes content() const;

    const CmsMessage& m_message;
    const CmsDecryptOptions& m_options;
};

bool MessageOpener::tryKeyTransport(CMS_RecipientInfo* info) {
    if (!m_options.key)
        return false;
    if (m_options.certificate && CMS_RecipientInfo_ktri_cert_cmp(info, m_options.certificate->native()) != 0)
        return false;
    EVP_PKEY* key = m_options.key->native();
    // Without a certificate the key is tried on everybody's part.
    const base::Bytes recipient = recipientOf(info);
    const auto keys = transportedKeys(m_message);
    const auto isHis = [&recipient](const TransportedKey& one) { return one.recipient == recipient; };
    if (std::ranges::any_of(keys, isHis) &&
        std::ranges::none_of(keys, [&](const TransportedKey& one) { return isHis(one) && opens(key, one.encrypted); }))
        return false;
    base::check(EVP_PKEY_up_ref(key), "decrypt the message");
    base::check(CMS_RecipientInfo_set0_pkey(info, key), "decrypt the message");
    const bool isOpen = CMS_RecipientInfo_decrypt(m_message.native(), info) > 0;
    CMS_RecipientInfo_set0_pkey(info, nullptr);
    base::clearQueue();
    return isOpen;
}

bool MessageOpener::tryKeyAgreement(CMS_RecipientInfo* info) {
    if (!m_options.key)
        return false;
    STACK_OF(CMS_RecipientEncryptedKey)* keys = CMS_RecipientInfo_kari_get0_reks(info);
    for (int i = 0; i < sk_CMS_RecipientEncryptedKey_num(keys); ++i) {
        CMS_RecipientEncryptedKey* one = sk_CMS_RecipientEncryptedKey_value(keys, i);
        if (m_options.certificate && CMS_RecipientEncryptedKey_cert_cmp(one, m_options.certificate->native()) != 0)
            continue;
        const bool isOpen = CMS_RecipientInfo_kari_set0_pkey(info, m_options.key->native()) > 0 &&
                            CMS_RecipientInfo_kari_decrypt(m_message.native(), info, one) > 0;
        CMS_RecipientInfo_kari_set0_pkey(info, nullptr);
        base::clearQueue();
        if (isOpen)
            return true;
    }
    return false;
}

bool MessageOpener::tryPassphrase(CMS_RecipientInfo* info) {
    if (m_options.passphrase == nullptr)
        return false;
    // The secret stays ours: OpenSSL, which would free it, has it only for this call.
    unsigned char none = 0;
    const base::Secret& passphrase = *m_options.passphrase;
    auto* octets = passphrase.empty() ? &none : const_cast<unsigned char*>(passphrase.data());
    base::check(CMS_RecipientInfo_set0_password(info, octets, base::longSize(passphrase.size())),
                "decrypt the message");
    const bool isOpen = CMS_RecipientInfo_decrypt(m_message.native(), info) > 0;
    CMS_RecipientInfo_set0_password(info, nullptr, 0);
    base::clearQueue();
    return isOpen;
}

bool MessageOpener::unlock() {
    STACK_OF(CMS_RecipientInfo)* infos = CMS_get0_RecipientInfos(m_message.native());
    bool isOpen = false;
    for (int i = 0; !isOpen && i < sk_CMS_RecipientInfo_num(infos); ++i) {
        CMS_RecipientInfo* info = sk_CMS_RecipientInfo_value(infos, i);
        switch (CMS_RecipientInfo_type(info)) {
        case CMS_RECIPINFO_TRANS:
            isOpen = tryKeyTransport(info);
            break;
        case CMS_RECIPINFO_AGREE:
            isOpen = tryKeyAgreement(info);
            break;
        case CMS_RECIPINFO_PASS:
            isOpen = tryPassphrase(info);
            break;
        default:
            break;
        }
    }
    return isOpen;
}

void MessageOpener::throwLocked() const {
    const auto recipients = recipientsOf(m_message);
    const std::string whom = displayText(recipients);
    const bool takesPassphrase =
        std::ranges::any_of(recipients, [](const CmsRecipient& one) { return one.kind == Kind::Passphrase; });
    if (m_options.passphrase != nullptr && takesPassphrase && !m_options.key)
        throw Error(ErrorKind::WrongPassphrase, "The passphrase does not open the message",
                    "Check capital letters and the keyboard layout.");
    if (m_options.passphrase == nullptr && takesPassphrase && !m_options.key)
        throw Error(ErrorKind::PassphraseNeeded, "A passphrase is needed to open the message, and none was given",
                    "Give its passphrase.");
    throw Error(ErrorKind::NotFound,
                std::string(m_options.key ? "This private key does not open the message"
                                          : "A private key is needed to open the message") +
                    "; it is for " + whom,
                "Give the private key of one of these.");
}

base::Bytes MessageOpener::content() const {
    if (!m_message.hasContent())
        throw Error(ErrorKind::Unsupported, "The encrypted content is not in the message");
    const Handle<BIO> plain(CMS_dataInit(m_message.native(), nullptr));
    if (!plain)
        throw damagedError();
    base::Bytes out;
    out.reserve(m_message.embeddedContent().size()); // so that no copy is left behind by growing
    std::array<unsigned char, 16384> buffer{};
    int count = 0;
    while ((count = BIO_read(plain.get(), buffer.data(), static_cast<int>(buffer.size()))) > 0)
        out.insert(out.end(), buffer.begin(), buffer.begin() + count);
    OPENSSL_cleanse(buffer.data(), buffer.size());
    if (count < 0 || BIO_get_cipher_status(plain.get()) <= 0) {
        OPENSSL_cleanse(out.data(), out.size());
        throw damagedError();
    }
    return out;
}

CmsDecryptResult MessageOpener::open() {
    if (m_options.passphrase != nullptr)
        checkPassphraseLimits(m_message, m_options.limits);
    // Without these OpenSSL goes on with a random key when the one that came out has the wrong length.
    base::clearQueue();
    CMS_decrypt(m_message.native(), nullptr, nullptr, nullptr, nullptr, CMS_DEBUG_DECRYPT);
    if (!unlock())
        throwLocked();
    CmsDecryptResult result;
    result.typeName = m_message.typeName();
    result.isAuthenticated = m_message.typeNid() == NID_id_smime_ct_authEnvelopedData;
    result.content = content();
    base::clearQueue();
    return result;
}

} // namespace

std::vector<CmsRecipient> recipientsOf(const CmsMessage& message) {
    std::vector<CmsRecipient> out;
    if (!isEncrypted(message.typeNid()))
        return out;
    STACK_OF(CMS_RecipientInfo)* infos = CMS_get0_RecipientInfos(message.native());
    for (int i = 0; i < sk_CMS_RecipientInfo_num(infos); ++i) {
        CMS_RecipientInfo* info = sk_CMS_RecipientInfo_value(infos, i);
        ASN1_OCTET_STRING* keyId = nullptr;
        X509_NAME* issuer = nullptr;
        ASN1_INTEGER* serial = nullptr;
        switch (CMS_RecipientInfo_type(info)) {
        case CMS_RECIPINFO_TRANS:
            CMS_RecipientInfo_ktri_get0_signer_id(info, &keyId, &issuer, &serial);
            out.push_back({Kind::KeyTransport, signerNamed(issuer, serial, keyId)});
            break;
        case CMS_RECIPINFO_AGREE:
            addAgreement(info, out);
            break;
        case CMS_RECIPINFO_PASS:
            out.push_back({Kind::Passphrase, {}});
            break;
        default:
            out.push_back({Kind::Other, {}});
            break;
        }
    }
    base::clearQueue();
    return out;
}

std::string displayText(const std::vector<CmsRecipient>& recipients) {
    std::string out;
    for (const CmsRecipient& one : recipients) {
        if (!out.empty())
            out += ", or ";
        out += one.kind == Kind::Passphrase ? "a passphrase"
               : one.kind == Kind::Other    ? "a shared secret key"
                                            : displayText(one.who);
    }
    return out.empty() ? "nobody" : out;
}

CmsDecryptResult decryptCms(const CmsMessage& message, const CmsDecryptOptions& options) {
    if (options.key && options.certificate && !(options.key->publicKey() == options.certificate->publicKey()))
        throw Error(ErrorKind::NotAllowed, "The private key is not that of the certificate",
                    "Give the key and the certificate that belong together.");
    const int type = message.typeNid();
    if (type == NID_pkcs7_signedAndEnveloped) {
        throw Error(ErrorKind::Unsupported, "The message is signed and encrypted in the way of 1993 (RFC 2315 11)",
                    "Ask the sender for a signed message inside an encrypted one.");
    }
    if (type == NID_pkcs7_encrypted)
        throw Error(ErrorKind::Unsupported, "The message is encrypted by a secret key that only its two ends know",
                    "openssl cms -EncryptedData_decrypt opens it with -secretkey.");
    if (!isEncrypted(type))
        throw Error(ErrorKind::BadInput, "The message is not encrypted; it is " + message.typeName(),
                    "certwright-cli show tells what is in it.");
    return MessageOpener(message, options).open();
}

} // namespace certwright::formats
