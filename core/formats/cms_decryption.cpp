#include "core/formats/cms_decryption.h"

#include "core/base/der_reader.h"
#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"
#include "core/base/secret.h"
#include "core/formats/pbe.h"
#include "core/formats/signed_and_enveloped.h"

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

/// The content of a message whose key is set. @throws Error BadInput, Unsupported
base::Bytes contentOf(const CmsMessage& message) {
    if (!message.hasContent())
        throw Error(ErrorKind::Unsupported, "The encrypted content is not in the message");
    const Handle<BIO> plain(CMS_dataInit(message.native(), nullptr));
    if (!plain)
        throw damagedError();
    base::Bytes out;
    out.reserve(message.embeddedContent().size()); // so that no copy is left behind by growing
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

/// "Give its passphrase, or the private key of a recipient."
std::string wantedText(const std::vector<CmsRecipient>& recipients) {
    const auto takes = [&recipients](Kind kind) {
        return std::ranges::any_of(recipients, [kind](const CmsRecipient& one) { return one.kind == kind; });
    };
    std::string out;
    const auto add = [&out](bool isTaken, const char* text) {
        if (isTaken)
            out += (out.empty() ? "Give " : ", or ") + std::string(text);
    };
    add(takes(Kind::KeyTransport) || takes(Kind::KeyAgreement), "the private key of one of these");
    add(takes(Kind::Passphrase), "its passphrase");
    add(takes(Kind::SecretKey), "the secret key that the sender used");
    return out.empty() ? out : out + ".";
}

/// Why nothing that was given opens a message.
Error lockedError(const std::vector<CmsRecipient>& recipients, const CmsDecryptOptions& options) {
    const auto takes = [&recipients](Kind kind) {
        return std::ranges::any_of(recipients, [kind](const CmsRecipient& one) { return one.kind == kind; });
    };
    const bool isGiven = options.key || options.passphrase != nullptr || options.secretKey != nullptr;
    if (options.passphrase != nullptr && takes(Kind::Passphrase) && !options.key)
        return Error(ErrorKind::WrongPassphrase, "The passphrase does not open the message",
                     "Check capital letters and the keyboard layout.");
    if (options.secretKey != nullptr && takes(Kind::SecretKey) && !options.key)
        return Error(ErrorKind::WrongPassphrase, "The secret key does not open the message",
                     "Ask the sender for the one that was used.");
    if (!isGiven && takes(Kind::Passphrase))
        return Error(ErrorKind::PassphraseNeeded, "A passphrase is needed to open the message, and none was given",
                     wantedText(recipients));
    if (!isGiven && takes(Kind::SecretKey))
        return Error(ErrorKind::PassphraseNeeded, "A secret key is needed to open the message, and none was given",
                     wantedText(recipients));
    const std::string what = options.key                     ? "This private key does not open the message"
                             : options.passphrase != nullptr ? "No passphrase opens the message"
                             : options.secretKey != nullptr  ? "No secret key opens the message"
                                                             : "A private key is needed to open the message";
    return Error(ErrorKind::NotFound, what + "; it is for " + displayText(recipients), wantedText(recipients));
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
    bool trySecretKey(CMS_RecipientInfo* info);
    [[noreturn]] void throwLocked() const;

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

bool MessageOpener::trySecretKey(CMS_RecipientInfo* info) {
    if (m_options.secretKey == nullptr || m_options.secretKey->empty())
        return false;
    // As with a passphrase: it is lent, not given.
    const base::Secret& secret = *m_options.secretKey;
    base::check(CMS_RecipientInfo_set0_key(info, const_cast<unsigned char*>(secret.data()), secret.size()),
                "decrypt the message");
    const bool isOpen = CMS_RecipientInfo_decrypt(m_message.native(), info) > 0;
    CMS_RecipientInfo_set0_key(info, nullptr, 0);
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
        case CMS_RECIPINFO_KEK:
            isOpen = trySecretKey(info);
            break;
        default:
            break;
        }
    }
    return isOpen;
}

void MessageOpener::throwLocked() const {
    throw lockedError(recipientsOf(m_message), m_options);
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
    result.content = contentOf(m_message);
    base::clearQueue();
    return result;
}

} // namespace

std::vector<CmsRecipient> recipientsOf(const CmsMessage& message) {
    std::vector<CmsRecipient> out;
    if (message.typeNid() == NID_pkcs7_encrypted)
        out.push_back({Kind::SecretKey, {}});
    if (message.typeNid() == NID_pkcs7_signedAndEnveloped) {
        for (EnvelopedKey& one : envelopedKeys(message))
            out.push_back({Kind::KeyTransport, std::move(one.who)});
    }
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
        case CMS_RECIPINFO_KEK:
            CMS_RecipientInfo_kekri_get0_id(info, nullptr, &keyId, nullptr, nullptr, nullptr);
            out.push_back({Kind::SecretKey, signerNamed(nullptr, nullptr, keyId)});
            break;
        default:
            out.push_back({Kind::Other, {}});
            break;
        }
    }
    base::clearQueue();
    return out;
}

namespace {

std::string secretKeyText(const Pkcs7Signer& who) {
    return who.subjectKeyId.empty() ? "a secret key" : "the secret key with the identifier " + who.subjectKeyId;
}

/// Once more than CMS does it: the recipient is named by issuer and serial number, and RSA alone opens it.
CmsDecryptResult openSignedToo(const CmsMessage& message, const CmsDecryptOptions& options) {
    const auto keys = envelopedKeys(message);
    const auto isFor = [&options](const EnvelopedKey& one) {
        const bool isNamed = !options.certificate || (one.who.serial == options.certificate->serial() &&
                                                      one.who.issuer == options.certificate->issuer().toRfc2253());
        return isNamed && opens(options.key->native(), one.encrypted);
    };
    if (!options.key || std::ranges::none_of(keys, isFor))
        throw lockedError(recipientsOf(message), options);
    CmsDecryptResult result;
    result.typeName = message.typeName();
    result.content = openSignedAndEnveloped(message, options.key->native());
    result.signature = verifyCms(asSignedMessage(message, result.content), options.verify);
    return result;
}

/// Length of the key that EncryptedData (RFC 5652 8) is encrypted by. @throws Error BadInput, Unsupported
std::size_t encryptedKeySize(const CmsMessage& message) {
    const base::Bytes whole = message.toDer();
    base::DerReader file(whole);
    const auto info = file.expect(der::Sequence);
    base::DerReader parts(info ? info->content : BytesView());
    parts.expect(der::Oid);
    const auto wrapped = parts.expect(der::contextConstructed(0));
    base::DerReader inner(wrapped ? wrapped->content : BytesView());
    const auto data = inner.expect(der::Sequence);
    base::DerReader fields(data ? data->content : BytesView());
    fields.expect(der::Integer);
    const auto content = fields.expect(der::Sequence);
    base::DerReader inContent(content ? content->content : BytesView());
    inContent.expect(der::Oid);
    const auto algorithm = inContent.expect(der::Sequence);
    base::DerReader inAlgorithm(algorithm ? algorithm->content : BytesView());
    const auto oid = inAlgorithm.expect(der::Oid);
    const auto dotted = oid ? base::oidText(oid->content) : std::nullopt;
    if (!dotted)
        throw damagedError();
    const int nid = OBJ_txt2nid(dotted->c_str());
    const Handle<EVP_CIPHER> cipher(nid == NID_undef ? nullptr : EVP_CIPHER_fetch(nullptr, OBJ_nid2sn(nid), nullptr));
    base::clearQueue();
    if (!cipher)
        throw Error(ErrorKind::Unsupported, "The message is encrypted by a cipher that is not offered here: " + *dotted,
                    "Use an OpenSSL that has it.");
    return static_cast<std::size_t>(EVP_CIPHER_get_key_length(cipher.get()));
}

/// EncryptedData (RFC 5652 8): for whoever has the secret key. Nothing in it tells whether that is the right one.
CmsDecryptResult openEncrypted(const CmsMessage& message, const CmsDecryptOptions& options) {
    if (options.secretKey == nullptr)
        throw lockedError(recipientsOf(message), options);
    const std::size_t size = encryptedKeySize(message);
    if (options.secretKey->size() != size)
        throw Error(ErrorKind::WrongPassphrase,
                    "The secret key has " + std::to_string(options.secretKey->size()) + " octets, and one of " +
                        std::to_string(size) + " opens the message",
                    "Ask the sender for the one that was used.");
    base::check(CMS_EncryptedData_set1_key(message.native(), nullptr, options.secretKey->data(), size),
                "decrypt the message", ErrorKind::BadInput);
    CmsDecryptResult result;
    result.typeName = message.typeName();
    try {
        result.content = contentOf(message);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::BadInput)
            throw;
        throw Error(ErrorKind::WrongPassphrase, "The secret key does not open the message, or the message is damaged",
                    "Ask the sender for the one that was used.", error.stack());
    }
    return result;
}

} // namespace

std::string displayText(const std::vector<CmsRecipient>& recipients) {
    std::string out;
    for (const CmsRecipient& one : recipients) {
        if (!out.empty())
            out += ", or ";
        out += one.kind == Kind::Passphrase  ? "a passphrase"
               : one.kind == Kind::SecretKey ? secretKeyText(one.who)
               : one.kind == Kind::Other     ? "somebody in a way that is not known here"
                                             : displayText(one.who);
    }
    return out.empty() ? "nobody" : out;
}

CmsDecryptResult decryptCms(const CmsMessage& message, const CmsDecryptOptions& options) {
    if (options.key && options.certificate && !(options.key->publicKey() == options.certificate->publicKey()))
        throw Error(ErrorKind::NotAllowed, "The private key is not that of the certificate",
                    "Give the key and the certificate that belong together.");
    const int type = message.typeNid();
    if (type == NID_pkcs7_signedAndEnveloped)
        return openSignedToo(message, options);
    if (type == NID_pkcs7_encrypted)
        return openEncrypted(message, options);
    if (!isEncrypted(type))
        throw Error(ErrorKind::BadInput, "The message is not encrypted; it is " + message.typeName(),
                    "certwright-cli show tells what is in it.");
    return MessageOpener(message, options).open();
}

} // namespace certwright::formats
