#pragma once

#include "core/base/bytes.h"
#include "core/base/secret.h"
#include "core/formats/item.h"
#include "core/formats/unlocker.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::formats {

/// What came out of reading an OpenSSH or PuTTY private key. A key that stays locked is told beside the error.
struct SshKeyResult {
    PrivateKeyItem item;
    std::string comment;
    std::optional<base::Error> error; ///< PassphraseNeeded or WrongPassphrase; the facts are there
};

/// An OpenSSH private key: the content of its "OPENSSH PRIVATE KEY" block (PROTOCOL.key of OpenSSH).
/// @throws Error BadInput, Unsupported naming the type or the cipher, NotAllowed when the limits are exceeded
SshKeyResult readOpenSshKey(base::BytesView content, Unlocker& unlocker);

/// An OpenSSH private key as ssh-keygen writes it, in clear.
/// @throws Error Unsupported for a key that SSH does not know
base::Secret toOpenSshPem(const crypto::PrivateKey& key, std::string_view comment = {});
/// The same, encrypted by AES-256-CTR with a key that `rounds` rounds of bcrypt make of the passphrase.
/// @throws Error BadInput for an empty passphrase, which OpenSSH takes for none; Unsupported
base::Secret toOpenSshPem(const crypto::PrivateKey& key, const base::Secret& passphrase, std::string_view comment = {},
                          std::uint32_t rounds = 24);

/// A PuTTY private key (PPK), versions 2 and 3.
/// @throws Error BadInput, Unsupported for version 1, NotAllowed
SshKeyResult readPuttyKey(std::string_view text, Unlocker& unlocker);

/// True for a text in PuTTY's format.
bool looksLikePuttyKey(std::string_view text) noexcept;

/// The public keys of lines as in authorized_keys, or of RFC 4716 blocks, with their comments. Empty when the text is
/// none of these. @throws Error BadInput, Unsupported naming the type
std::vector<Item> readSshPublicKeys(std::string_view text);

/// A line as in authorized_keys. @throws Error Unsupported for a key that SSH does not know
std::string toSshPublicLine(const crypto::PublicKey& key, std::string_view comment = {});

} // namespace certwright::formats
