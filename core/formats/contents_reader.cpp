#include "core/formats/contents_reader.h"

#include "core/base/error.h"
#include "core/base/library.h"
#include "core/formats/cms_message.h"
#include "core/formats/jwk.h"
#include "core/formats/keystore.h"
#include "core/formats/params.h"
#include "core/formats/pkcs12_reader.h"
#include "core/formats/pkcs7.h"
#include "core/formats/private_key_reader.h"
#include "core/formats/pvk.h"
#include "core/formats/spkac.h"
#include "core/formats/ssh_key.h"
#include "core/formats/text_encoding.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <utility>

namespace certwright::formats {

using base::BytesView;
using base::Error;
using base::ErrorKind;

namespace {

struct LabelKind {
    std::string_view label;
    DerKind kind;
};

/// What a PEM label promises (RFC 7468, and OpenSSL's own). Of keys any outline of a private key keeps the promise.
constexpr std::array LabelKinds = {LabelKind{"CERTIFICATE", DerKind::Certificate},
                                   LabelKind{"X509 CERTIFICATE", DerKind::Certificate},
                                   LabelKind{"TRUSTED CERTIFICATE", DerKind::Certificate},
                                   LabelKind{"CERTIFICATE REQUEST", DerKind::Request},
                                   LabelKind{"NEW CERTIFICATE REQUEST", DerKind::Request},
                                   LabelKind{"X509 CRL", DerKind::Crl},
                                   LabelKind{"CRL", DerKind::Crl},
                                   LabelKind{"PKCS7", DerKind::ContentInfo},
                                   LabelKind{"CMS", DerKind::ContentInfo},
                                   LabelKind{"PKCS #7 SIGNED DATA", DerKind::ContentInfo},
                                   LabelKind{"PKCS12", DerKind::Pkcs12},
                                   LabelKind{"PUBLIC KEY", DerKind::PublicKey},
                                   LabelKind{"RSA PUBLIC KEY", DerKind::RsaPublicKey},
                                   LabelKind{"PRIVATE KEY", DerKind::PrivateKeyInfo},
                                   LabelKind{"ANY PRIVATE KEY", DerKind::PrivateKeyInfo},
                                   LabelKind{"ENCRYPTED PRIVATE KEY", DerKind::EncryptedPrivateKey},
                                   LabelKind{"RSA PRIVATE KEY", DerKind::RsaPrivateKey},
                                   LabelKind{"DSA PRIVATE KEY", DerKind::DsaPrivateKey},
                                   LabelKind{"EC PRIVATE KEY", DerKind::EcPrivateKey},
                                   LabelKind{"DH PARAMETERS", DerKind::DhParameters},
                                   LabelKind{"X9.42 DH PARAMETERS", DerKind::DhParameters},
                                   LabelKind{"DSA PARAMETERS", DerKind::ThreeIntegers},
                                   LabelKind{"EC PARAMETERS", DerKind::EcParameters},
                                   LabelKind{"ATTRIBUTE CERTIFICATE", DerKind::AttributeCertificate}};

const LabelKind* kindOfLabel(std::string_view label) {
    const auto* found = std::find_if(LabelKinds.begin(), LabelKinds.end(),
                                     [label](const LabelKind& known) { return known.label == label; });
    return found == LabelKinds.end() ? nullptr : found;
}

/// True when a label promises something else than what is there.
bool isMislabelled(std::string_view label, DerKind kind) {
    const LabelKind* promised = kindOfLabel(label);
    if (promised == nullptr)
        return true;
    if (isPrivateKey(promised->kind))
        return !isPrivateKey(kind);
    const bool isIntegers = kind == DerKind::TwoIntegers || kind == DerKind::ThreeIntegers;
    if (isIntegers)
        return promised->kind != DerKind::DhParameters && promised->kind != DerKind::ThreeIntegers &&
               promised->kind != DerKind::RsaPublicKey;
    if (kind == DerKind::PublicKey)
        return promised->kind != DerKind::PublicKey && promised->kind != DerKind::RsaPublicKey;
    return promised->kind != kind;
}

bool isReadable(DerKind kind) {
    return kind != DerKind::NotDer && kind != DerKind::Truncated && kind != DerKind::Unknown;
}

Error damagedError(DerKind kind, std::size_t claimed, std::size_t size, std::string_view pemLabel) {
    const LabelKind* promised = kindOfLabel(pemLabel);
    const std::string thing = promised == nullptr ? "The data" : "The " + std::string(pemLabel) + " block";
    if (kind == DerKind::Truncated && claimed > size) {
        return Error(ErrorKind::BadInput,
                     thing + (promised == nullptr ? " are" : " is") + " cut off: " + std::to_string(size) + " of " +
                         std::to_string(claimed) + " octets are there",
                     "Get the file again; it was not copied to its end.");
    }
    return Error(ErrorKind::BadInput, thing + (promised == nullptr ? " are damaged" : " is damaged inside"),
                 "Get the file again from where it came from.");
}

} // namespace

ContentsReader::ContentsReader(const PassphraseCallback& passphrases, const ReadOptions& options,
                               const std::string& file)
    : m_unlocker(passphrases, options, file) {
    m_contents.file = file;
}

Contents ContentsReader::read(BytesView bytes) {
    try {
        readBytes(bytes);
    } catch (const Error& error) {
        addError(error);
    }
    finish();
    return std::move(m_contents);
}

void ContentsReader::readBytes(BytesView bytes) {
    // A whole DER element of a known outline is not text, whatever text may stand inside it.
    const DerShape shape = shapeOf(bytes);
    const bool isWholeDer = isReadable(shape.kind) && shape.length == bytes.size();
    if (isWholeDer && readDer(bytes))
        return;
    if (auto text = utf8FromUtf16(bytes)) {
        const bool isKnown = readText(*text);
        OPENSSL_cleanse(text->data(), text->size());
        if (isKnown)
            return;
    }
    if (readText(base::textOf(withoutByteOrderMark(bytes))))
        return;
    if (auto keystore = readKeystore(bytes, m_unlocker)) {
        add(std::move(keystore->item));
        if (keystore->error)
            addError(*keystore->error);
        return;
    }
    if (auto key = readMicrosoftKey(bytes, m_unlocker)) {
        m_contents.items.push_back(Item{std::move(key->value), {}, {}});
        if (key->error)
            addError(*key->error);
        return;
    }
    if (!readDer(bytes))
        addError(unrecognisedError(bytes));
}

bool ContentsReader::readText(std::string_view text) {
    // Before PEM: what was signed may be PEM.
    if (const auto mail = CmsMessage::fromSmime(text)) {
        add(readPkcs7(mail->toDer()));
        return true;
    }
    if (looksLikePem(text) && readPem(text))
        return true;
    if (looksLikePuttyKey(text)) {
        SshKeyResult key = readPuttyKey(text, m_unlocker);
        add(std::move(key.item), std::move(key.comment));
        if (key.error)
            addError(*key.error);
        return true;
    }
    if (text.find("SPKAC=") != std::string_view::npos) {
        add(Spkac::fromText(text));
        return true;
    }
    std::vector<Item> keys = readJwk(text);
    if (keys.empty())
        keys = readSshPublicKeys(text);
    if (!keys.empty()) {
        std::move(keys.begin(), keys.end(), std::back_inserter(m_contents.items));
        return true;
    }
    auto decoded = base::fromBase64(text);
    if (!decoded || !isReadable(shapeOf(*decoded).kind))
        return false;
    const bool isKnown = readDer(*decoded);
    OPENSSL_cleanse(decoded->data(), decoded->size());
    return isKnown;
}

bool ContentsReader::readPem(std::string_view text) {
    PemScanner scanner(text);
    while (auto block = scanner.next()) {
        ++m_blocks;
        m_where =
            "Block " + std::to_string(m_blocks) + " (" + block->label + ", line " + std::to_string(block->line) + ")";
        try {
            readBlock(*block);
        } catch (const Error& error) {
            addError(error);
        }
        OPENSSL_cleanse(block->der.data(), block->der.size());
    }
    return m_blocks != 0;
}

void ContentsReader::readBlock(const PemBlock& block) {
    const bool isForeign = kindOfLabel(block.label) == nullptr;
    if (block.error && !(isForeign && block.label.starts_with("PGP ")))
        throw Error(*block.error);
    if (block.header("DEK-Info") != nullptr || block.header("Proc-Type") != nullptr) {
        PrivateKeyResult key = readTraditionalPem(block, m_unlocker);
        ++m_privateKeys;
        add(std::move(key.item));
        if (key.error)
            addError(*key.error);
        return;
    }
    if (block.label == "OPENSSH PRIVATE KEY") {
        SshKeyResult key = readOpenSshKey(block.der, m_unlocker);
        ++m_privateKeys;
        add(std::move(key.item), std::move(key.comment));
        if (key.error)
            addError(*key.error);
        return;
    }
    const DerShape shape = shapeOf(block.der);
    if (!isReadable(shape.kind)) {
        if (isForeign)
            readForeignBlock(block);
        else
            throw damagedError(shape.kind, shape.length, block.der.size(), block.label);
        return;
    }
    if (isMislabelled(block.label, shape.kind)) {
        m_contents.notes.push_back(m_where + " is labelled " + block.label + " but holds " +
                                   std::string(describe(shape.kind)) + ".");
    } else if (block.endLabel != block.label) {
        m_contents.notes.push_back(m_where + " ends as " + block.endLabel + ".");
    }
    readElement(shape.kind, BytesView(block.der).first(shape.length), block.label);
    if (shape.length != block.der.size() && block.label != "TRUSTED CERTIFICATE") {
        m_contents.notes.push_back(m_where + " has " + std::to_string(block.der.size() - shape.length) +
                                   " octets behind its end, which were left out.");
    }
}

void ContentsReader::readForeignBlock(const PemBlock& block) {
    if (block.label.starts_with("PGP ")) {
        throw Error(ErrorKind::Unsupported, "This is OpenPGP (" + block.label + "), which has nothing to do with X.509",
                    "Use GnuPG for it.");
    }
    add(UnknownItem{block.label, block.der});
}

bool ContentsReader::readDer(BytesView bytes) {
    DerShape shape = shapeOf(bytes);
    if (shape.kind == DerKind::NotDer)
        return false;
    if (!isReadable(shape.kind)) {
        if (shape.kind == DerKind::Unknown && shape.length == bytes.size())
            return false;
        const bool isText = std::all_of(bytes.begin(), bytes.begin() + std::min<std::ptrdiff_t>(64, std::ssize(bytes)),
                                        [](std::uint8_t octet) { return octet >= 0x09U && octet < 0x7FU; });
        if (isText)
            return false; // text that starts with a 0
        addError(damagedError(shape.kind, shape.length, bytes.size(), {}));
        return true;
    }
    BytesView previous;
    while (isReadable(shape.kind)) {
        const BytesView element = bytes.first(shape.length);
        if (std::equal(element.begin(), element.end(), previous.begin(), previous.end()))
            m_contents.notes.emplace_back("The same stands there once more.");
        else
            readElement(shape.kind, element, {});
        previous = element;
        bytes = bytes.subspan(shape.length);
        shape = shapeOf(bytes);
    }
    const bool isBlank = std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t octet) {
        return octet == 0 || octet == ' ' || octet == '\n' || octet == '\r';
    });
    if (!isBlank) {
        m_contents.notes.push_back("There are " + std::to_string(bytes.size()) +
                                   " octets behind the end, which were left out.");
    }
    return true;
}

void ContentsReader::readElement(DerKind kind, BytesView der, std::string_view pemLabel) {
    switch (kind) {
    case DerKind::Certificate:
        add(x509::Certificate::fromDer(der));
        break;
    case DerKind::Request:
        add(x509::Request::fromDer(der));
        break;
    case DerKind::Crl:
        add(x509::Crl::fromDer(der));
        break;
    case DerKind::Spkac:
        add(Spkac::fromDer(der));
        break;
    case DerKind::PublicKey:
        add(publicKeyFromSpki(der));
        break;
    case DerKind::RsaPublicKey:
        add(publicKeyFromPkcs1(der));
        break;
    case DerKind::Pkcs12: {
        Pkcs12Result result = Pkcs12Reader(der, m_unlocker).read();
        add(std::move(result.item));
        if (result.error)
            addError(*result.error);
        break;
    }
    case DerKind::ContentInfo:
        add(readPkcs7(der));
        break;
    case DerKind::TwoIntegers:
    case DerKind::ThreeIntegers:
        readIntegers(kind, der, pemLabel);
        break;
    case DerKind::DhParameters:
    case DerKind::EcParameters:
        add(readParameters(kind, der));
        break;
    case DerKind::PrivateKeyInfo:
    case DerKind::EncryptedPrivateKey:
    case DerKind::RsaPrivateKey:
    case DerKind::DsaPrivateKey:
    case DerKind::EcPrivateKey:
        readPrivateKeyElement(kind, der);
        break;
    case DerKind::TimestampRequest:
        add(x509::parseTimestampRequest(der));
        break;
    case DerKind::TimestampResponse:
        readTimestampResponse(der);
        break;
    case DerKind::AttributeCertificate:
    case DerKind::OcspResponse:
    case DerKind::NotDer:
    case DerKind::Truncated:
    case DerKind::Unknown:
        throw Error(ErrorKind::Unsupported, "This is " + std::string(describe(kind)) + ", which is not read here");
    }
}

void ContentsReader::readTimestampResponse(BytesView der) {
    TimestampResponseItem item{x509::parseTimestampResponse(der), {}};
    if (!item.response.token.empty())
        item.items.push_back({readPkcs7(item.response.token), {}, {}});
    add(std::move(item));
}

void ContentsReader::readIntegers(DerKind kind, BytesView der, std::string_view pemLabel) {
    const bool isPublicKey =
        kind == DerKind::TwoIntegers &&
        (pemLabel == "RSA PUBLIC KEY" || (!pemLabel.ends_with("PARAMETERS") && !areDhParameters(der)));
    if (isPublicKey)
        add(publicKeyFromPkcs1(der));
    else
        add(readParameters(kind, der));
}

void ContentsReader::readPrivateKeyElement(DerKind kind, BytesView der) {
    const std::string label = m_privateKeys == 0 ? std::string() : m_where;
    ++m_privateKeys;
    PrivateKeyResult key = readPrivateKey(kind, der, label, m_unlocker);
    noteCurve(key.item);
    add(std::move(key.item));
    if (key.error)
        addError(*key.error);
}

void ContentsReader::noteCurve(const PrivateKeyItem& item) {
    if (!item.facts || item.facts->type != "EC" || !item.facts->curve.ends_with("-field"))
        return;
    m_contents.notes.push_back((m_where.empty() ? "The private key" : m_where) +
                               " describes its curve by explicit parameters, not by name: many programs refuse it, "
                               "RFC 5480 2.1.1 forbids it in certificates.");
}

template <class T>
void ContentsReader::add(T value, std::string label) {
    m_contents.items.push_back(Item{std::move(value), std::move(label), {}});
}

void ContentsReader::addError(const Error& error) {
    if (error.kind() == ErrorKind::Internal || error.kind() == ErrorKind::Cancelled)
        throw Error(error);
    if (m_errors++ == 0) {
        m_contents.error = error;
        m_errorPlace = m_where;
    }
}

void ContentsReader::finish() {
    auto& items = m_contents.items;
    const bool hasOnlyUnknown = !items.empty() && std::all_of(items.begin(), items.end(), [](const Item& item) {
        return item.as<UnknownItem>() != nullptr;
    });
    if (hasOnlyUnknown) {
        const std::string type = items.front().as<UnknownItem>()->type;
        items.clear();
        if (!m_contents.error) {
            m_contents.error = Error(ErrorKind::BadInput, "There is nothing in it that is known here, only " + type,
                                     "Check that it is the right file.");
        }
    }
    if (!m_contents.error)
        return;
    const Error& first = *m_contents.error;
    std::string message = first.message();
    if (m_blocks > 1 && !m_errorPlace.empty())
        message = m_errorPlace + ": " + message;
    if (m_errors > 1)
        message += " (and " + std::to_string(m_errors - 1) + " more problems in the same file)";
    m_contents.error =
        Error(first.kind(), std::move(message), first.hint(), first.stack()).withContext(m_contents.file);
}

} // namespace certwright::formats
