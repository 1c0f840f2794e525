#include "core/formats/keystore.h"

#include "core/base/error.h"
#include "core/formats/java_key_protection.h"
#include "core/formats/pbe.h"
#include "core/formats/private_key_reader.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace certwright::formats {

using base::BytesView;
using base::Error;
using base::ErrorKind;

namespace {

constexpr std::uint32_t MagicJks = 0xFEEDFEED, MagicJceks = 0xCECECECE;
constexpr std::uint32_t TagKey = 1, TagCertificate = 2, TagSecretKey = 3;
constexpr std::uint32_t MaxChain = 1000;

/// Big-endian fields of Java's DataOutputStream. @throws Error BadInput at the end of the data
class FieldReader {
public:
    explicit FieldReader(BytesView bytes)
        : m_rest(bytes) {}

    BytesView take(std::size_t size) {
        if (size > m_rest.size()) {
            throw Error(ErrorKind::BadInput, "The key store is damaged: it ends too early",
                        "Get the file again from where it came from.");
        }
        const BytesView out = m_rest.first(size);
        m_rest = m_rest.subspan(size);
        return out;
    }
    std::uint32_t number(std::size_t octets = 4) {
        std::uint32_t value = 0;
        for (const std::uint8_t octet : take(octets))
            value = (value << 8U) | octet;
        return value;
    }
    /// writeUTF: Java's UTF-8, which is UTF-8 for what aliases are made of.
    std::string text() { return std::string(base::textOf(take(number(2)))); }

private:
    BytesView m_rest;
};

Error unsupportedKey(const std::string& message) {
    return Error(ErrorKind::Unsupported, message,
                 "Convert it: keytool -importkeystore -srckeystore FILE -destkeystore FILE.p12 "
                 "-deststoretype PKCS12");
}

/// Reads JKS and JCEKS. Used once.
class JavaStoreReader {
public:
    JavaStoreReader(BytesView store, std::uint32_t magic, FieldReader fields, Unlocker& unlocker)
        : m_store(store)
        , m_isJceks(magic == MagicJceks)
        , m_fields(fields)
        , m_unlocker(unlocker) {
        m_result.item.type = m_isJceks ? "JCEKS" : "JKS";
    }

    KeystoreResult read();

private:
    /// False when what follows cannot be read.
    bool readEntry();
    void readCertificate(const std::string& alias);
    void readKey(BytesView der, const std::string& alias);
    crypto::PrivateKey unlock(BytesView der, const std::string& alias);
    bool isIntactBy(const base::Secret& passphrase);
    void addError(const Error& error);

    BytesView m_store;
    bool m_isJceks;
    FieldReader m_fields;
    Unlocker& m_unlocker;
    KeystoreResult m_result;
    std::vector<base::Secret> m_tried; ///< passphrases that do not prove the store
    bool m_isGivenUp = false;          ///< nobody gave a passphrase when asked, or it would take too long
};

void JavaStoreReader::addError(const Error& error) {
    if (!m_result.error)
        m_result.error = error;
}

void JavaStoreReader::readCertificate(const std::string& alias) {
    if (m_result.item.version == 2)
        m_fields.text(); // "X.509"
    const BytesView der = m_fields.take(m_fields.number());
    m_result.item.items.push_back({x509::Certificate::fromDer(der), alias, {}});
}

/// Hashes all of the store, so that it counts as work, and is done once for each passphrase.
bool JavaStoreReader::isIntactBy(const base::Secret& passphrase) {
    constexpr std::size_t OctetsOfOneIteration = 128, MostTried = 16;
    if (m_tried.size() >= MostTried ||
        std::ranges::any_of(m_tried, [&](const base::Secret& one) { return one.equals(passphrase); }))
        return false;
    m_unlocker.spend(m_store.size() / OctetsOfOneIteration);
    if (isJavaStoreIntact(m_store, passphrase))
        return true;
    m_tried.push_back(passphrase.clone());
    return false;
}

crypto::PrivateKey JavaStoreReader::unlock(BytesView der, const std::string& alias) {
    std::optional<crypto::PrivateKey> key;
    bool isOfStore = false;
    const std::uint64_t iterations = javaEncryptionOf(der).iterations;
    checkIterations(iterations, "private key of the key store", m_unlocker.options());
    // Two digests by MD5 take no longer than one HMAC by SHA-256.
    const std::uint64_t cost = std::max(iterations, der.size() / JavaDigestSize);
    const auto attempt = [&](const base::Secret& passphrase) {
        m_unlocker.spend(cost);
        const auto plain = recoverJavaKey(der, passphrase, m_unlocker.options());
        if (plain)
            key = clearPrivateKey(DerKind::PrivateKeyInfo, plain->view());
        else if (!isOfStore && m_result.item.isIntact != true)
            isOfStore = isIntactBy(passphrase);
        return key.has_value();
    };
    try {
        m_unlocker.open(PassphraseQuestion::Subject::PrivateKey, alias, "the private key “" + alias + "”", attempt);
    } catch (const Error& error) {
        if (isOfStore)
            m_result.item.isIntact = true;
        if (isOfStore && error.kind() == ErrorKind::WrongPassphrase)
            throw error.withHint(
                "It is that of the key store, which is intact; this key has one of its own. Give both.");
        throw;
    }
    if (isOfStore)
        m_result.item.isIntact = true;
    return std::move(*key);
}

void JavaStoreReader::readKey(BytesView der, const std::string& alias) {
    PrivateKeyItem item;
    item.format = m_result.item.type;
    try {
        item.encryption = javaEncryptionOf(der);
        item.locked = m_isGivenUp;
        if (!m_isGivenUp) {
            item.key = unlock(der, alias);
            item.facts = item.key->facts();
        }
    } catch (const Error& error) {
        // What would take too long for one key does for those that follow.
        m_isGivenUp = error.kind() == ErrorKind::PassphraseNeeded || error.kind() == ErrorKind::NotAllowed;
        item.locked = m_isGivenUp || error.kind() == ErrorKind::WrongPassphrase;
        if (!item.locked && error.kind() != ErrorKind::BadInput && error.kind() != ErrorKind::Unsupported)
            throw;
        addError(error);
    }
    m_result.item.items.push_back({std::move(item), alias, {}});
}

bool JavaStoreReader::readEntry() {
    KeystoreItem& item = m_result.item;
    const std::uint32_t tag = m_fields.number();
    const std::string alias = m_fields.text();
    m_fields.take(8); // when it was made
    if (tag == TagSecretKey && m_isJceks) {
        ++item.keyCount;
        // A serialised Java object of unknown length.
        addError(unsupportedKey("The secret key “" + alias + "” of the key store is not read, nor what follows it"));
        return false;
    }
    if (tag != TagKey && tag != TagCertificate)
        throw Error(ErrorKind::BadInput, "The key store is damaged: an entry is of an unknown kind");
    std::uint32_t certificates = 1;
    if (tag == TagKey) {
        ++item.keyCount;
        const BytesView key = m_fields.take(m_fields.number());
        certificates = m_fields.number();
        if (certificates <= MaxChain)
            readKey(key, alias);
    }
    if (certificates > MaxChain)
        throw Error(ErrorKind::BadInput, "The key store is damaged: a chain is too long");
    for (std::uint32_t i = 0; i < certificates; ++i)
        readCertificate(alias);
    return true;
}

KeystoreResult JavaStoreReader::read() {
    KeystoreItem& item = m_result.item;
    item.version = m_fields.number();
    if (item.version != 1 && item.version != 2)
        throw unsupportedKey("The key store is of an unknown version: " + std::to_string(item.version));
    item.entryCount = m_fields.number();
    for (std::uint32_t i = 0; i < item.entryCount; ++i) {
        if (!readEntry())
            break;
    }
    const bool isAsked = m_unlocker.anyFitted([](const base::Secret&) { return true; });
    if (isAsked && !item.isIntact)
        item.isIntact = m_unlocker.anyFitted([this](const base::Secret& passphrase) { return isIntactBy(passphrase); });
    return std::move(m_result);
}

/// BKS and UBER of Bouncy Castle: version 1 or 2, then a salt of 20 octets and an iteration count.
std::optional<KeystoreResult> readBouncyKeystore(FieldReader fields) {
    KeystoreResult result;
    result.item.version = fields.number();
    const std::uint32_t saltSize = fields.number();
    if (result.item.version > 2 || saltSize != 20)
        return std::nullopt;
    fields.take(saltSize);
    const std::uint32_t iterations = fields.number();
    if (iterations == 0 || iterations > 0xFFFFU)
        return std::nullopt;
    const std::uint32_t next = fields.number(1);
    // BKS goes on with the first entry's kind (or 0: none), UBER with ciphertext.
    result.item.type = next <= 4 ? "BKS" : "UBER";
    result.error = Error(ErrorKind::Unsupported, "A " + result.item.type + " key store (Bouncy Castle) is not read",
                         "Convert it by keytool with Bouncy Castle's provider: -deststoretype PKCS12");
    return result;
}

} // namespace

std::optional<KeystoreResult> readKeystore(BytesView bytes, Unlocker& unlocker) {
    if (bytes.size() < 12)
        return std::nullopt;
    FieldReader fields(bytes);
    const std::uint32_t magic = fields.number();
    if (magic == MagicJks || magic == MagicJceks)
        return JavaStoreReader(bytes, magic, fields, unlocker).read();
    if ((magic == 1 || magic == 2) && bytes.size() > 40)
        return readBouncyKeystore(FieldReader(bytes));
    return std::nullopt;
}

} // namespace certwright::formats
