#include "core/service/converting.h"

#include "core/base/error.h"
#include "core/formats/jwk.h"
#include "core/formats/pem.h"
#include "core/formats/pkcs7.h"
#include "core/formats/spkac.h"
#include "core/formats/ssh_key.h"

#include <algorithm>
#include <array>
#include <utility>

namespace certwright::service {

using base::BytesView;
using base::Error;
using base::ErrorKind;
using base::Secret;
using formats::Encoding;

namespace {

constexpr std::array<std::pair<std::string_view, ConvertTarget>, 8> Words = {
    {{"pem", ConvertTarget::Pem},
     {"der", ConvertTarget::Der},
     {"pkcs7", ConvertTarget::Pkcs7},
     {"pkcs8", ConvertTarget::Pkcs8},
     {"traditional", ConvertTarget::Traditional},
     {"pkcs12", ConvertTarget::Pkcs12},
     {"openssh", ConvertTarget::OpenSsh},
     {"jwk", ConvertTarget::Jwk}}};

/// What a file holds, by kind; several of a kind in the file's order.
struct Parts {
    std::vector<const formats::Item*> all;
    std::vector<x509::Certificate> certificates;
    std::vector<x509::Crl> crls;
    std::vector<crypto::PrivateKey> keys;
    std::vector<crypto::PublicKey> publicKeys; ///< alone, or of a certificate or request
    const formats::Item* firstPublic = nullptr;
};

Parts partsOf(const formats::Contents& contents) {
    if (contents.error)
        throw Error(*contents.error);
    Parts parts;
    parts.all = formats::flatten(contents);
    for (const formats::Item* item : parts.all) {
        const std::size_t before = parts.publicKeys.size();
        if (const auto* certificate = item->as<x509::Certificate>()) {
            parts.certificates.push_back(*certificate);
            parts.publicKeys.push_back(certificate->publicKey());
        } else if (const auto* crl = item->as<x509::Crl>()) {
            parts.crls.push_back(*crl);
        } else if (const auto* request = item->as<x509::Request>()) {
            parts.publicKeys.push_back(request->publicKey());
        } else if (const auto* key = item->as<formats::PrivateKeyItem>(); key != nullptr && key->key) {
            parts.keys.push_back(*key->key);
        } else if (const auto* publicKey = item->as<crypto::PublicKey>()) {
            parts.publicKeys.push_back(*publicKey);
        } else if (const auto* spkac = item->as<formats::Spkac>()) {
            parts.publicKeys.push_back(spkac->publicKey());
        }
        if (before == 0 && !parts.publicKeys.empty())
            parts.firstPublic = item;
    }
    return parts;
}

[[noreturn]] void throwMissing(const char* what) {
    throw Error(ErrorKind::BadInput, "There is no " + std::string(what) + " in the file",
                "certwright-cli show tells what is in it.");
}

const crypto::PrivateKey& onlyKey(const Parts& parts) {
    if (parts.keys.empty())
        throwMissing("private key");
    if (parts.keys.size() > 1)
        throw Error(ErrorKind::NotAllowed,
                    "There are " + std::to_string(parts.keys.size()) + " private keys in the file, and only one fits",
                    "Convert it to pem, and then each key.");
    return parts.keys.front();
}

/// Collects what is written: in secure memory once a private key in clear is among it.
class FileMaker {
public:
    explicit FileMaker(const Secret* passphrase)
        : m_passphrase(passphrase) {}

    void add(std::string_view text) { m_text += text; }
    void add(BytesView bytes) { m_text += base::textOf(bytes); }
    void addKey(const crypto::PrivateKey& key, Secret written, bool isEncrypted) {
        m_expected.keys.push_back(key.publicKey());
        m_isPrivate = true;
        m_hasClearKey = m_hasClearKey || !isEncrypted;
        if (isEncrypted) {
            add(written.view());
            return;
        }
        Secret joined(m_secret.size() + m_text.size() + written.size());
        std::uint8_t* out = std::copy_n(m_secret.data(), m_secret.size(), joined.data());
        out = std::copy(m_text.begin(), m_text.end(), out);
        std::copy_n(written.data(), written.size(), out);
        m_secret = std::move(joined);
        m_text.clear();
    }
    void expect(const x509::Certificate& certificate) { m_expected.certificates.push_back(certificate); }
    const Secret* passphrase() const noexcept { return m_passphrase; }

    Conversion finish(std::string purpose) {
        Conversion made;
        made.file.purpose = std::move(purpose);
        made.file.isPrivate = m_isPrivate;
        made.file.hasClearKey = m_hasClearKey;
        made.expected = std::move(m_expected);
        if (!m_hasClearKey) {
            made.file.content = base::toBytes(base::bytesOf(m_text));
            return made;
        }
        made.file.secretContent = Secret(m_secret.size() + m_text.size());
        std::uint8_t* out = std::copy_n(m_secret.data(), m_secret.size(), made.file.secretContent.data());
        std::copy(m_text.begin(), m_text.end(), out);
        return made;
    }

private:
    const Secret* m_passphrase;
    std::string m_text; ///< behind m_secret
    Secret m_secret;
    bool m_isPrivate = false;
    bool m_hasClearKey = false;
    ExpectedContents m_expected;
};

void addKey(FileMaker& out, const crypto::PrivateKey& key, const ConvertOrder& order,
            formats::PrivateKeyForm::Structure structure, Encoding encoding) {
    formats::PrivateKeyForm form;
    form.encoding = encoding;
    form.structure = structure;
    if (out.passphrase() != nullptr)
        form.encryption = order.encryption;
    out.addKey(key,
               formats::writePrivateKey(key, form, out.passphrase() != nullptr ? out.passphrase()->clone() : Secret()),
               form.encryption.has_value());
}

/// DER of everything but private keys, with its PEM label; nothing for what has no file of its own.
std::optional<std::pair<std::string, base::Bytes>> derOf(const formats::Item& item) {
    if (const auto* certificate = item.as<x509::Certificate>())
        return std::pair(std::string("CERTIFICATE"), certificate->der());
    if (const auto* request = item.as<x509::Request>())
        return std::pair(std::string("CERTIFICATE REQUEST"), request->der());
    if (const auto* crl = item.as<x509::Crl>())
        return std::pair(std::string("X509 CRL"), crl->der());
    if (const auto* key = item.as<crypto::PublicKey>())
        return std::pair(std::string("PUBLIC KEY"), key->spkiDer());
    if (const auto* parameters = item.as<formats::ParametersItem>()) {
        using Kind = formats::ParametersItem::Kind;
        const char* kind = parameters->kind == Kind::Dh ? "DH" : parameters->kind == Kind::Dsa ? "DSA" : "EC";
        return std::pair(std::string(kind) + " PARAMETERS", parameters->der);
    }
    if (const auto* spkac = item.as<formats::Spkac>())
        return std::pair(std::string("SPKAC"), spkac->der());
    return std::nullopt;
}

/// One item as PEM or DER. False when it has no such form.
bool addItem(FileMaker& out, const formats::Item& item, const ConvertOrder& order, Encoding encoding) {
    if (const auto* key = item.as<formats::PrivateKeyItem>()) {
        addKey(out, key->key.value(), order, formats::PrivateKeyForm::Structure::Pkcs8, encoding);
        return true;
    }
    const auto der = derOf(item);
    if (!der)
        return false;
    if (const auto* certificate = item.as<x509::Certificate>())
        out.expect(*certificate);
    if (encoding == Encoding::Der)
        out.add(der->second);
    else if (const auto* spkac = item.as<formats::Spkac>())
        out.add("SPKAC=" + spkac->toBase64() + "\n"); // it has no PEM; this is what openssl reads and writes
    else
        out.add(formats::toPem(der->first, der->second));
    return true;
}

Conversion toPemOrDer(const Parts& parts, const ConvertOrder& order, FileMaker& out) {
    const Encoding encoding = order.target == ConvertTarget::Pem ? Encoding::Pem : Encoding::Der;
    if (encoding == Encoding::Der && parts.all.size() > 1)
        throw Error(ErrorKind::NotAllowed,
                    "There are " + std::to_string(parts.all.size()) + " things in the file, and DER holds one",
                    "Convert it to pem, pkcs7 or pkcs12.");
    bool isAny = false;
    for (const formats::Item* item : parts.all)
        isAny = addItem(out, *item, order, encoding) || isAny;
    if (!isAny)
        throwMissing("certificate, request, revocation list or key");
    return out.finish("converted");
}

Conversion toPkcs7(const Parts& parts, const ConvertOrder& order, FileMaker& out) {
    if (parts.certificates.empty() && parts.crls.empty())
        throwMissing("certificate or revocation list");
    const base::Bytes der = formats::createPkcs7(parts.certificates, parts.crls);
    for (const x509::Certificate& certificate : parts.certificates)
        out.expect(certificate);
    if (order.encoding.value_or(Encoding::Der) == Encoding::Der)
        out.add(der);
    else
        out.add(formats::toPem("PKCS7", der));
    return out.finish("certificates");
}

Conversion toPkcs12(const Parts& parts, const ConvertOrder& order, FileMaker& out) {
    if (out.passphrase() == nullptr)
        throw Error(ErrorKind::PassphraseNeeded, "A passphrase is needed to encrypt the file",
                    "Give it by --out-passphrase-file");
    if (parts.certificates.empty() && parts.keys.empty())
        throwMissing("certificate or private key");
    formats::Pkcs12Contents contents;
    contents.friendlyName = order.name;
    auto own = parts.certificates.begin();
    if (!parts.keys.empty())
        contents.key = onlyKey(parts);
    if (contents.key && !parts.certificates.empty()) {
        own = std::find_if(own, parts.certificates.end(), [&contents](const x509::Certificate& c) {
            return c.publicKey() == contents.key->publicKey();
        });
        if (own == parts.certificates.end())
            throw Error(ErrorKind::NotAllowed, "The private key is that of no certificate in the file",
                        "Put the certificate of the key into the file.");
    }
    if (own != parts.certificates.end()) {
        contents.certificate = *own;
        out.expect(*own);
    }
    for (auto other = parts.certificates.begin(); other != parts.certificates.end(); ++other) {
        if (other == own)
            continue;
        contents.chain.push_back(*other);
        out.expect(*other);
    }
    const Secret written(formats::createPkcs12(contents, *out.passphrase(), order.preset));
    if (contents.key)
        out.addKey(*contents.key, written.clone(), true);
    else
        out.add(written.view());
    return out.finish("PKCS#12");
}

/// For OpenSSH and JWK: the private key, or the first public one.
Conversion toKeyFormat(const Parts& parts, const ConvertOrder& order, FileMaker& out) {
    const bool isSsh = order.target == ConvertTarget::OpenSsh;
    if (parts.keys.empty()) {
        if (parts.publicKeys.empty())
            throwMissing("key");
        const crypto::PublicKey& key = parts.publicKeys.front();
        out.add(isSsh ? formats::toSshPublicLine(key, order.name) : formats::toJwk(key, order.name));
        return out.finish("public key");
    }
    const crypto::PrivateKey& key = onlyKey(parts);
    if (!isSsh && out.passphrase() != nullptr)
        throw Error(ErrorKind::Unsupported, "JSON Web Keys are written in clear alone", "Leave the passphrase out.");
    if (!isSsh)
        out.addKey(key, formats::toJwk(key, order.name), false);
    else if (out.passphrase() == nullptr)
        out.addKey(key, formats::toOpenSshPem(key, order.name), false);
    else
        out.addKey(key, formats::toOpenSshPem(key, *out.passphrase(), order.name), true);
    return out.finish("private key");
}

} // namespace

std::optional<ConvertTarget> convertTarget(std::string_view word) {
    const auto* found =
        std::find_if(Words.begin(), Words.end(), [word](const auto& known) { return known.first == word; });
    return found == Words.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::string_view> convertTargetWords() {
    std::vector<std::string_view> words;
    for (const auto& [word, target] : Words)
        words.push_back(word);
    return words;
}

bool convertsPrivateKey(const formats::Contents& contents, ConvertTarget target) {
    if (target == ConvertTarget::Pkcs7)
        return false;
    const auto items = formats::flatten(contents);
    return std::any_of(items.begin(), items.end(),
                       [](const formats::Item* item) { return item->as<formats::PrivateKeyItem>() != nullptr; });
}

namespace {

Conversion convertParts(const Parts& parts, const ConvertOrder& order, const Secret* passphrase) {
    FileMaker out(passphrase);
    using Structure = formats::PrivateKeyForm::Structure;
    switch (order.target) {
    case ConvertTarget::Pem:
    case ConvertTarget::Der:
        return toPemOrDer(parts, order, out);
    case ConvertTarget::Pkcs7:
        return toPkcs7(parts, order, out);
    case ConvertTarget::Pkcs12:
        return toPkcs12(parts, order, out);
    case ConvertTarget::OpenSsh:
    case ConvertTarget::Jwk:
        return toKeyFormat(parts, order, out);
    case ConvertTarget::Pkcs8:
    case ConvertTarget::Traditional:
        break;
    }
    addKey(out, onlyKey(parts), order, order.target == ConvertTarget::Pkcs8 ? Structure::Pkcs8 : Structure::Traditional,
           order.encoding.value_or(Encoding::Pem));
    return out.finish("private key");
}

/// Whether an item, or the public key out of it, goes into the file.
bool isWritten(const formats::Item& item, const Parts& parts, ConvertTarget target) {
    const bool isKey = item.as<formats::PrivateKeyItem>() != nullptr;
    const bool isCertificate = item.as<x509::Certificate>() != nullptr;
    switch (target) {
    case ConvertTarget::Pem:
    case ConvertTarget::Der:
        return isKey || derOf(item).has_value();
    case ConvertTarget::Pkcs7:
        return isCertificate || item.as<x509::Crl>() != nullptr;
    case ConvertTarget::Pkcs12:
        return isKey || isCertificate;
    default:
        return isKey || (parts.keys.empty() && &item == parts.firstPublic);
    }
}

} // namespace

Conversion convert(const formats::Contents& contents, const ConvertOrder& order, const Secret* passphrase) {
    const Parts parts = partsOf(contents);
    Conversion made = convertParts(parts, order, passphrase);
    const bool isKeyFormat = order.target == ConvertTarget::OpenSsh || order.target == ConvertTarget::Jwk;
    for (const formats::Item* item : parts.all) {
        if (!isWritten(*item, parts, order.target))
            made.leftOut.emplace_back(formats::kindName(*item));
        else if (isKeyFormat && parts.keys.empty())
            made.items.emplace_back("public-key");
        else
            made.items.emplace_back(formats::kindName(*item));
    }
    return made;
}

} // namespace certwright::service
