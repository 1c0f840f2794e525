#include "core/formats/pkcs12_reader.h"

#include "core/base/error.h"
#include "core/base/openssl_check.h"
#include "core/formats/pbe.h"
#include "core/formats/pkcs12_mac.h"
#include "core/formats/private_key_reader.h"

#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace certwright::formats {

using base::BytesView;
using base::Error;
using base::ErrorKind;
using base::Handle;

namespace {

constexpr int MaxDepth = 8; ///< of bags that hold bags

struct SafesDeleter {
    void operator()(STACK_OF(PKCS7) * safes) const noexcept { sk_PKCS7_pop_free(safes, PKCS7_free); }
};
struct BagsDeleter {
    void operator()(STACK_OF(PKCS12_SAFEBAG) * bags) const noexcept {
        sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
    }
};
using Safes = std::unique_ptr<STACK_OF(PKCS7), SafesDeleter>;
using Bags = std::unique_ptr<STACK_OF(PKCS12_SAFEBAG), BagsDeleter>;

[[noreturn]] void throwDamaged() {
    throw Error(ErrorKind::BadInput, "The PKCS#12 file is damaged", "Get the file again from where it came from.",
                base::drainQueue());
}

std::string objectName(const ASN1_OBJECT* object) {
    const int nid = OBJ_obj2nid(object);
    if (nid != NID_undef)
        return OBJ_nid2sn(nid);
    std::array<char, 128> text{};
    OBJ_obj2txt(text.data(), text.size(), object, 1);
    return text.data();
}

BytesView viewOf(const ASN1_OCTET_STRING* octets) {
    return {ASN1_STRING_get0_data(octets), static_cast<std::size_t>(ASN1_STRING_length(octets))};
}

std::string friendlyName(const PKCS12_SAFEBAG* bag) {
    char* name = PKCS12_get_friendlyname(const_cast<PKCS12_SAFEBAG*>(bag));
    const base::OpensslMemory<char> owner(name);
    base::clearQueue();
    return name == nullptr ? std::string() : std::string(name);
}

base::Bytes localKeyId(const PKCS12_SAFEBAG* bag) {
    const ASN1_TYPE* value = PKCS12_SAFEBAG_get0_attr(bag, NID_localKeyID);
    if (value == nullptr || value->type != V_ASN1_OCTET_STRING)
        return {};
    return base::toBytes(viewOf(value->value.octet_string));
}

base::Bytes encode(const PKCS12_SAFEBAG* bag) {
    unsigned char* out = nullptr;
    const int length = i2d_PKCS12_SAFEBAG(bag, &out);
    base::clearQueue();
    const base::OpensslMemory<unsigned char> owner(out);
    return length > 0 ? base::Bytes(out, out + length) : base::Bytes();
}

Item unknownItem(std::string type, base::Bytes der) {
    return Item{UnknownItem{std::move(type), std::move(der)}, {}, {}};
}

Bags parseBags(BytesView der) {
    const unsigned char* position = der.data();
    auto* bags = reinterpret_cast<STACK_OF(PKCS12_SAFEBAG)*>(
        ASN1_item_d2i(nullptr, &position, static_cast<long>(der.size()), ASN1_ITEM_rptr(PKCS12_SAFEBAGS)));
    base::clearQueue();
    return Bags(bags);
}

} // namespace

Pkcs12Reader::Pkcs12Reader(BytesView der, Unlocker& unlocker)
    : m_der(der)
    , m_unlocker(unlocker) {
    base::clearQueue();
    const unsigned char* position = der.data();
    m_file.reset(d2i_PKCS12(nullptr, &position, static_cast<long>(der.size())));
    if (!m_file)
        throwDamaged();
}

Pkcs12Result Pkcs12Reader::read() {
    if (PKCS12_mac_present(m_file.get()) == 1)
        checkMac();
    base::clearQueue();
    const Safes safes(PKCS12_unpack_authsafes(m_file.get()));
    if (!safes)
        throwDamaged();
    for (int i = 0; i < sk_PKCS7_num(safes.get()); ++i) {
        try {
            readSafe(sk_PKCS7_value(safes.get(), i));
        } catch (const Error& error) {
            noteError(error);
        }
    }
    return std::move(m_result);
}

void Pkcs12Reader::checkMac() {
    Pkcs12MacCheck mac(m_file.get(), m_der, m_unlocker);
    try {
        m_unlocker.open(PassphraseQuestion::Subject::Pkcs12, {}, "the PKCS#12 file",
                        [&mac](const base::Secret& passphrase) { return mac.isVerifiedBy(passphrase); });
    } catch (const Error& error) {
        noteError(error);
    }
    m_result.item.mac = mac.facts();
}

void Pkcs12Reader::readSafe(PKCS7* safe) {
    base::clearQueue();
    switch (OBJ_obj2nid(safe->type)) {
    case NID_pkcs7_data: {
        const Bags bags(PKCS12_unpack_p7data(safe));
        if (!bags)
            throwDamaged();
        readBags(bags.get(), 0);
        break;
    }
    case NID_pkcs7_encrypted:
        readEncryptedSafe(safe);
        break;
    case NID_pkcs7_enveloped:
        throw Error(ErrorKind::Unsupported,
                    "A part of the PKCS#12 file is encrypted for the owner of a certificate, not by a passphrase",
                    "Export it again with a passphrase.");
    default:
        throw Error(ErrorKind::Unsupported,
                    "A part of the PKCS#12 file is of an unknown kind: " + objectName(safe->type),
                    "Convert the file with the program that made it.");
    }
}

void Pkcs12Reader::readEncryptedSafe(const PKCS7* safe) {
    if (safe->d.encrypted == nullptr || safe->d.encrypted->enc_data->enc_data == nullptr)
        throwDamaged();
    const PKCS7_ENC_CONTENT* content = safe->d.encrypted->enc_data;
    const EncryptionInfo info = encryptionOf(content->algorithm);
    noteEncryption(info);
    if (m_result.item.isLocked)
        return; // the passphrase is missing or wrong already
    contextFor(info);
    Bags bags;
    m_unlocker.open(PassphraseQuestion::Subject::Pkcs12, {}, "the PKCS#12 file", [&](const base::Secret& passphrase) {
        return anyPkcs12Passphrase(passphrase, [&](PassphraseView variant) {
            checkLimits(info, m_unlocker.options());
            m_unlocker.spend(costOf(info));
            const auto plain = decryptPbe(content->algorithm, viewOf(content->enc_data), variant, m_unlocker.options());
            if (plain)
                bags = parseBags(plain->view());
            return bags != nullptr;
        });
    });
    readBags(bags.get(), 0);
}

void Pkcs12Reader::readBags(const STACK_OF(PKCS12_SAFEBAG) * bags, int depth) {
    if (depth > MaxDepth)
        throw Error(ErrorKind::BadInput, "The bags of the PKCS#12 file are nested too deep");
    for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); ++i) {
        const PKCS12_SAFEBAG* bag = sk_PKCS12_SAFEBAG_value(bags, i);
        try {
            readBag(bag, depth);
        } catch (const Error& error) {
            noteError(error);
            if (!m_result.item.isLocked)
                m_result.item.items.push_back(unknownItem(objectName(PKCS12_SAFEBAG_get0_type(bag)), encode(bag)));
        }
    }
}

void Pkcs12Reader::readBag(const PKCS12_SAFEBAG* bag, int depth) {
    base::clearQueue();
    std::optional<Item> item;
    switch (PKCS12_SAFEBAG_get_nid(bag)) {
    case NID_keyBag:
        item = keyItem(bag);
        break;
    case NID_pkcs8ShroudedKeyBag:
        item = encryptedKeyItem(bag);
        break;
    case NID_certBag:
        item = certificateItem(bag);
        break;
    case NID_crlBag:
        item = crlItem(bag);
        break;
    case NID_safeContentsBag:
        readBags(PKCS12_SAFEBAG_get0_safes(bag), depth + 1);
        return;
    default:
        item = unknownItem(objectName(PKCS12_SAFEBAG_get0_type(bag)), encode(bag));
        break;
    }
    item->label = friendlyName(bag);
    item->localKeyId = localKeyId(bag);
    m_result.item.items.push_back(std::move(*item));
}

Item Pkcs12Reader::certificateItem(const PKCS12_SAFEBAG* bag) {
    if (PKCS12_SAFEBAG_get_bag_nid(bag) != NID_x509Certificate)
        return unknownItem(objectName(PKCS12_SAFEBAG_get0_type(bag)), encode(bag));
    Handle<X509> certificate(PKCS12_SAFEBAG_get1_cert(bag));
    if (!certificate) {
        throw Error(ErrorKind::BadInput, "A certificate in the PKCS#12 file is damaged",
                    "Export it again with the program that made it.", base::drainQueue());
    }
    return Item{x509::Certificate::adopt(std::move(certificate)), {}, {}};
}

Item Pkcs12Reader::crlItem(const PKCS12_SAFEBAG* bag) {
    if (PKCS12_SAFEBAG_get_bag_nid(bag) != NID_x509Crl)
        return unknownItem(objectName(PKCS12_SAFEBAG_get0_type(bag)), encode(bag));
    Handle<X509_CRL> crl(PKCS12_SAFEBAG_get1_crl(bag));
    if (!crl) {
        throw Error(ErrorKind::BadInput, "A revocation list in the PKCS#12 file is damaged",
                    "Export it again with the program that made it.", base::drainQueue());
    }
    return Item{x509::Crl::adopt(std::move(crl)), {}, {}};
}

Item Pkcs12Reader::keyItem(const PKCS12_SAFEBAG* bag) {
    unsigned char* out = nullptr;
    const int length = i2d_PKCS8_PRIV_KEY_INFO(PKCS12_SAFEBAG_get0_p8inf(bag), &out);
    base::check(length, "read a private key of the PKCS#12 file", ErrorKind::BadInput);
    const base::OpensslMemory<unsigned char> owner(out);
    const base::Secret der(BytesView(out, static_cast<std::size_t>(length)));
    OPENSSL_cleanse(out, static_cast<std::size_t>(length));
    return keyFromPkcs8(der.view(), std::nullopt);
}

Item Pkcs12Reader::encryptedKeyItem(const PKCS12_SAFEBAG* bag) {
    const X509_SIG* encrypted = PKCS12_SAFEBAG_get0_pkcs8(bag);
    const EncryptionInfo info = encryptionOf(encrypted);
    noteEncryption(info);
    const auto lockedKey = [&info] {
        PrivateKeyItem item;
        item.encryption = info;
        item.locked = true;
        item.format = "PKCS#8";
        return Item{std::move(item), {}, {}};
    };
    if (m_result.item.isLocked)
        return lockedKey();
    contextFor(info);
    std::optional<base::Secret> plain;
    try {
        m_unlocker.open(PassphraseQuestion::Subject::Pkcs12, friendlyName(bag), "a private key in the PKCS#12 file",
                        [&](const base::Secret& passphrase) {
                            return anyPkcs12Passphrase(passphrase, [&](PassphraseView variant) {
                                checkLimits(info, m_unlocker.options());
                                m_unlocker.spend(costOf(info));
                                plain = tryDecryptToPkcs8(encrypted, variant, m_unlocker.options());
                                return plain.has_value();
                            });
                        });
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::PassphraseNeeded && error.kind() != ErrorKind::WrongPassphrase)
            throw;
        noteError(error);
        return lockedKey();
    }
    return keyFromPkcs8(plain->view(), info);
}

Item Pkcs12Reader::keyFromPkcs8(BytesView der, std::optional<EncryptionInfo> encryption) {
    PrivateKeyItem item;
    item.format = "PKCS#8";
    item.encryption = std::move(encryption);
    try {
        item.key = clearPrivateKey(DerKind::PrivateKeyInfo, der);
        item.facts = item.key->facts();
    } catch (const Error& error) {
        // The certificates beside a key of an algorithm that is not offered here are worth having.
        item.facts = factsOfPkcs8(der);
        noteError(error);
    }
    return Item{std::move(item), {}, {}};
}

void Pkcs12Reader::noteEncryption(const EncryptionInfo& info) {
    auto& all = m_result.item.encryption;
    if (std::find(all.begin(), all.end(), info) == all.end())
        all.push_back(info);
}

void Pkcs12Reader::noteError(const Error& error) {
    if (error.kind() == ErrorKind::Internal || error.kind() == ErrorKind::Cancelled ||
        error.kind() == ErrorKind::NotAllowed)
        throw Error(error);
    if (error.kind() == ErrorKind::PassphraseNeeded || error.kind() == ErrorKind::WrongPassphrase)
        m_result.item.isLocked = true;
    if (!m_result.error)
        m_result.error = error;
}

Pkcs12Result readPkcs12(BytesView der, const PassphraseCallback& passphrases, const ReadOptions& options,
                        const std::string& file) {
    Unlocker unlocker(passphrases, options, file);
    return Pkcs12Reader(der, unlocker).read();
}

Pkcs12Item loadPkcs12(BytesView der, const base::Secret* passphrase) {
    ReadOptions options;
    options.triesEmptyPassphrase = passphrase == nullptr;
    options.maxAttempts = 1;
    Pkcs12Result result = readPkcs12(
        der,
        [passphrase](const PassphraseQuestion&) {
            return passphrase == nullptr ? std::nullopt : std::optional(passphrase->clone());
        },
        options);
    if (result.error)
        throw Error(*result.error);
    return std::move(result.item);
}

} // namespace certwright::formats
