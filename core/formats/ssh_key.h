#pragma once

#include "core/base/bytes.h"
#include "core/formats/item.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::formats {

/// What came out of reading an OpenSSH or PuTTY private key.
struct SshKeyResult {
    PrivateKeyItem item;
    std::string comment;
    std::optional<base::Error> error; ///< Unsupported: encrypted, and so not read; the facts are there
};

/// An OpenSSH private key: the content of its "OPENSSH PRIVATE KEY" block (PROTOCOL.key of OpenSSH). Encrypted ones are
/// recognised but not read. @throws Error BadInput, Unsupported naming the type
SshKeyResult readOpenSshKey(base::BytesView content);

/// A PuTTY private key (PPK), recognised but not read: the facts of its public half. @throws Error BadInput
SshKeyResult readPuttyKey(std::string_view text);

/// True for a text in PuTTY's format.
bool looksLikePuttyKey(std::string_view text) noexcept;

/// The public keys of lines as in authorized_keys, or of RFC 4716 blocks, with their comments. Empty when the text is
/// none of these. @throws Error BadInput, Unsupported naming the type
std::vector<Item> readSshPublicKeys(std::string_view text);

} // namespace certwright::formats
