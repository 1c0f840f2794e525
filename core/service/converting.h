#pragma once

#include "core/base/secret.h"
#include "core/formats/item.h"
#include "core/formats/pkcs12.h"
#include "core/formats/private_key_file.h"
#include "core/pki/export_target.h"
#include "core/service/export_check.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::service {

/// What a file is turned into.
enum class ConvertTarget {
    Pem,         ///< everything in it, one block after the other; private keys as PKCS#8
    Der,         ///< the one thing in it
    Pkcs7,       ///< its certificates and revocation lists
    Pkcs8,       ///< its private key
    Traditional, ///< its private key as PKCS#1, SEC 1 or OpenSSL's form of DSA
    Pkcs12,      ///< its private key with the certificate and the others, or the key alone
    OpenSsh,     ///< its private key for OpenSSH; without one its public key as a line of authorized_keys
    Jwk,         ///< its private key as a JSON Web Key; without one its public key
};

/// How to convert.
struct ConvertOrder {
    ConvertTarget target = ConvertTarget::Pem;
    std::optional<formats::Encoding> encoding{}; ///< Pkcs7, Pkcs8, Traditional; else DER for the first, PEM
    formats::KeyEncryption encryption{};         ///< of private keys, when there is a passphrase
    formats::Pkcs12Preset preset = formats::Pkcs12Preset::Strong;
    std::string name{}; ///< friendly name in PKCS#12, comment for OpenSSH, `kid` in JWK
};

/// The file that comes of it, and what may be found in it when it is read back.
struct Conversion {
    pki::ExportedFile file;
    ExpectedContents expected;
    std::vector<std::string> items{};   ///< kinds of what is in it
    std::vector<std::string> leftOut{}; ///< kinds of what the target has no place for
};

/// By the command line's word: "pem"; nothing for another one.
std::optional<ConvertTarget> convertTarget(std::string_view word);
/// All words, in the order of the help.
std::vector<std::string_view> convertTargetWords();

/// True when `contents` has a private key that goes into the file, which a passphrase can then encrypt.
bool convertsPrivateKey(const formats::Contents& contents, ConvertTarget target);

/// Turns what was read into a file. `passphrase` encrypts its private key; null leaves it in clear.
/// @throws Error what kept a part of `contents` from being read; BadInput when it has nothing for the target;
/// NotAllowed when it has too much for it, or the key is not the certificate's; Unsupported; PassphraseNeeded
Conversion convert(const formats::Contents& contents, const ConvertOrder& order, const base::Secret* passphrase);

} // namespace certwright::service
