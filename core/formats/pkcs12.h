#pragma once

#include "core/base/bytes.h"
#include "core/base/secret.h"
#include "core/crypto/private_key.h"
#include "core/formats/item.h"
#include "core/formats/passphrase.h"
#include "core/formats/reader.h"
#include "core/x509/certificate.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::formats {

/// What goes into a PKCS#12 file.
struct Pkcs12Contents {
    std::optional<crypto::PrivateKey> key;
    std::optional<x509::Certificate> certificate; ///< the key's own
    std::vector<x509::Certificate> chain;         ///< its issuers, nearest first
    std::string friendlyName;                     ///< of key and certificate, UTF-8; may be empty
};

/// How a PKCS#12 file is protected, named by who has to open it.
enum class Pkcs12Preset {
    Strong,      ///< AES-256-CBC, PBKDF2 with HMAC-SHA-256, 600000 iterations; MAC SHA-256
    Windows2016, ///< 3DES, SHA-1, 2048 iterations: Windows Server 2016, Windows 10 before 1709, macOS before 12
    Java8,       ///< 3DES, SHA-1, 50000 iterations: Java 8 before update 301; without a key its certificates are marked
                 ///< as trusted, which Java asks for
};

/// Reads "strong", "windows-2016" or "java-8", as the command line writes them; nothing for another word.
std::optional<Pkcs12Preset> parsePkcs12Preset(std::string_view text) noexcept;

/// DER of a new PKCS#12 file. @throws Error BadInput when there is nothing to write or the key is not the certificate's
base::Bytes createPkcs12(const Pkcs12Contents& contents, const base::Secret& passphrase,
                         Pkcs12Preset preset = Pkcs12Preset::Strong);

/// What came out of reading a PKCS#12 file.
struct Pkcs12Result {
    Pkcs12Item item;
    std::optional<base::Error> error; ///< PassphraseNeeded, WrongPassphrase, Unsupported for one of the parts
};

/// Reads a PKCS#12 file with every bag it has: several keys, certificates, CRLs, nested bags; unknown ones are kept and
/// named. Files without a MAC, and old ciphers by the legacy provider, are read too. When the passphrase is missing or
/// wrong the error stands beside an item with what lies in clear.
/// @throws Error BadInput when it is not PKCS#12 or damaged, NotAllowed when iteration counts are above the limits
Pkcs12Result readPkcs12(base::BytesView der, const PassphraseCallback& passphrases, const ReadOptions& options = {},
                        const std::string& file = {});

/// Reads a PKCS#12 file all of which has to open (crypto.load_pkcs12): with this passphrase, which may be the empty
/// one, or with null without any, which opens what is not encrypted or is so with the empty passphrase.
/// @throws Error as readPkcs12(), and PassphraseNeeded, WrongPassphrase, Unsupported for one of its parts
Pkcs12Item loadPkcs12(base::BytesView der, const base::Secret* passphrase = nullptr);

} // namespace certwright::formats
