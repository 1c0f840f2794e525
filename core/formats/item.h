#pragma once

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/crypto/private_key.h"
#include "core/crypto/public_key.h"
#include "core/formats/encryption_info.h"
#include "core/formats/spkac.h"
#include "core/x509/certificate.h"
#include "core/x509/crl.h"
#include "core/x509/request.h"
#include "core/x509/timestamp.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace certwright::formats {

struct Item;

/// A private key, read or still locked.
struct PrivateKeyItem {
    std::optional<crypto::PrivateKey> key;    ///< nothing while it is locked, or when it is not usable here
    std::optional<crypto::KeyFacts> facts;    ///< of a locked key what the file tells in clear, often the type alone
    std::optional<EncryptionInfo> encryption; ///< nothing when it lies in clear
    bool locked = false;                      ///< a passphrase would open it
    std::string format;                       ///< "PKCS#8", "PKCS#1", "SEC1", "DSA", "OpenSSH", "PuTTY"

    bool isEncrypted() const noexcept { return encryption.has_value(); }
    bool isLocked() const noexcept { return locked; }
};

/// The integrity protection of a PKCS#12 file.
struct Pkcs12Mac {
    std::string algorithm; ///< digest name "SHA256"; "PBMAC1, hmacWithSHA256" for RFC 9579
    std::uint64_t iterations = 0;
    bool isVerified = false;
};

/// A PKCS#12 file (RFC 7292): every bag, in the file's order; the manual's PKCS12 and PKCS12Type. The pointers that its
/// functions give are into `items`; label and local key id stand there too.
struct Pkcs12Item {
    /// The first private key, locked or not; null when there is none.
    const Item* privateKey() const noexcept;
    /// The certificate of that key: by its public key, of a locked one by local key id. Null when there is none.
    const Item* certificate() const noexcept;
    /// All other certificates, in the file's order; nothing when there are none.
    std::optional<std::vector<const Item*>> caCertificates() const;

    std::vector<Item> items;                ///< certificates, keys, CRLs; bags of other kinds as UnknownItem
    std::optional<Pkcs12Mac> mac;           ///< nothing when the file has none
    std::vector<EncryptionInfo> encryption; ///< the different ways that its parts are encrypted
    bool isLocked = false;                  ///< the passphrase is missing or wrong; `items` holds what lies in clear
};

/// One signer of a PKCS#7 or CMS message.
struct Pkcs7Signer {
    std::string issuer;       ///< as Name::toRfc2253(); empty when the signer is named by its key identifier
    std::string serial;       ///< upper-case hexadecimal
    std::string subjectKeyId; ///< upper-case hexadecimal; empty when named by issuer and serial
    std::string digest;       ///< "SHA256"
    /// Those over his signature (RFC 3161 appendix A), as far as they can be read; not verified.
    std::vector<x509::TimestampInfo> timestamps{};
};

/// A PKCS#7 or CMS message (RFC 5652); the manual's PKCS7 and PKCS7Type.
struct Pkcs7Item {
    // By the OIDs of PKCS#7 (RFC 2315 14), which CMS kept.
    bool isSigned() const noexcept { return typeOid == "1.2.840.113549.1.7.2"; }
    bool isEnveloped() const noexcept { return typeOid == "1.2.840.113549.1.7.3"; }
    bool isSignedAndEnveloped() const noexcept { return typeOid == "1.2.840.113549.1.7.4"; }
    bool isData() const noexcept { return typeOid == "1.2.840.113549.1.7.1"; }

    std::vector<Item> items; ///< certificates and CRLs it carries
    std::string typeName;    ///< OpenSSL's short name of the content type: "pkcs7-signedData"
    std::string typeOid;
    std::vector<Pkcs7Signer> signers;
    /// What it says when it is a timestamp token (RFC 3161 2.4.2); not verified.
    std::optional<x509::TimestampInfo> timestamp{};
};

/// What a time stamping authority answered (RFC 3161 2.4.2).
struct TimestampResponseItem {
    x509::TimestampResponse response;
    std::vector<Item> items; ///< the token, when there is one
};

/// Domain parameters without a key.
struct ParametersItem {
    enum class Kind { Dh, Dsa, Ec };
    Kind kind = Kind::Dh;
    int bits = 0;
    std::string curve; ///< EC: OpenSSL's short name, "prime-field" for explicit ones
    base::Bytes der;
};

/// A key store of Java.
struct KeystoreItem {
    std::string type; ///< "JKS", "JCEKS"; "BKS" and "UBER", which are only named
    std::uint32_t version = 0;
    std::uint32_t entryCount = 0;
    std::uint32_t keyCount = 0; ///< entries with a private or secret key
    /// True when a passphrase that was given proves that nothing of it was changed; false when it does not, because it
    /// was changed or has another passphrase than its keys; nothing when none was asked for.
    std::optional<bool> isIntact{};
    std::vector<Item> items; ///< private keys, each before its chain, and certificates; labelled with their aliases
};

/// Something beside recognised things that is none of them: a PKCS#12 bag, a PEM block of another kind.
struct UnknownItem {
    std::string type; ///< PEM label, or name or OID of a bag
    base::Bytes der;  ///< its bytes, kept
};

/// One thing found in a file.
struct Item {
    using Value = std::variant<x509::Certificate, x509::Request, x509::Crl, PrivateKeyItem, crypto::PublicKey,
                               Pkcs12Item, Pkcs7Item, Spkac, ParametersItem, KeystoreItem, TimestampResponseItem,
                               x509::TimestampRequest, UnknownItem>;

    Value value;
    std::string label;      ///< friendly name, OpenSSH comment; empty when there is none
    base::Bytes localKeyId; ///< PKCS#12: pairs a key with its certificate; empty when there is none

    template <class T>
    const T* as() const noexcept {
        return std::get_if<T>(&value);
    }
};

/// What is in a file or in some bytes.
struct Contents {
    std::string file;
    std::vector<Item> items; ///< containers stay containers; flatten() opens them
    /// The first thing that went wrong. Items may stand beside it: what could be read of a damaged bundle, a locked
    /// key.
    std::optional<base::Error> error;
    /// Remarks about what was read all the same: a wrong label, bytes behind the end.
    std::vector<std::string> notes;
};

/// The command line's word for the kind of an item: "certificate", "private-key", "dh-parameters"...
std::string_view kindName(const Item& item) noexcept;

/// What a container holds; null when it is none.
const std::vector<Item>* partsOf(const Item& item) noexcept;

/// The items of `contents` with containers replaced by their parts, in order. The pointers are into `contents`.
std::vector<const Item*> flatten(const Contents& contents);

/// True when a passphrase could open something more in it.
bool hasLockedParts(const Contents& contents) noexcept;

} // namespace certwright::formats
