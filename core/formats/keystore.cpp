#include "core/formats/keystore.h"

#include "core/base/error.h"

#include <cstdint>
#include <string>
#include <utility>

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

void readCertificate(FieldReader& fields, const std::string& alias, KeystoreItem& item) {
    if (item.version == 2)
        fields.text(); // "X.509"
    const BytesView der = fields.take(fields.number());
    item.items.push_back({x509::Certificate::fromDer(der), alias, {}});
}

KeystoreResult readJavaKeystore(std::uint32_t magic, FieldReader fields) {
    KeystoreResult result;
    KeystoreItem& item = result.item;
    item.type = magic == MagicJks ? "JKS" : "JCEKS";
    item.version = fields.number();
    if (item.version != 1 && item.version != 2) {
        throw Error(ErrorKind::Unsupported, "The key store is of an unknown version: " + std::to_string(item.version),
                    "Convert it: keytool -importkeystore -srckeystore FILE -destkeystore FILE.p12 "
                    "-deststoretype PKCS12");
    }
    item.entryCount = fields.number();
    for (std::uint32_t i = 0; i < item.entryCount; ++i) {
        const std::uint32_t tag = fields.number();
        const std::string alias = fields.text();
        fields.take(8); // when it was made
        if (tag == TagSecretKey && magic == MagicJceks) {
            ++item.keyCount;
            break; // a serialised Java object of unknown length
        }
        if (tag != TagKey && tag != TagCertificate)
            throw Error(ErrorKind::BadInput, "The key store is damaged: an entry is of an unknown kind");
        std::uint32_t certificates = 1;
        if (tag == TagKey) {
            ++item.keyCount;
            fields.take(fields.number());
            certificates = fields.number();
        }
        if (certificates > MaxChain)
            throw Error(ErrorKind::BadInput, "The key store is damaged: a chain is too long");
        for (std::uint32_t j = 0; j < certificates; ++j)
            readCertificate(fields, alias, item);
    }
    if (item.keyCount != 0) {
        result.error = Error(ErrorKind::Unsupported,
                             "The private keys of a " + item.type + " key store are not read, only its certificates",
                             "Convert it: keytool -importkeystore -srckeystore FILE -destkeystore FILE.p12 "
                             "-deststoretype PKCS12");
    }
    return result;
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

std::optional<KeystoreResult> readKeystore(BytesView bytes) {
    if (bytes.size() < 12)
        return std::nullopt;
    FieldReader fields(bytes);
    const std::uint32_t magic = fields.number();
    if (magic == MagicJks || magic == MagicJceks)
        return readJavaKeystore(magic, fields);
    if ((magic == 1 || magic == 2) && bytes.size() > 40)
        return readBouncyKeystore(FieldReader(bytes));
    return std::nullopt;
}

} // namespace certwright::formats
