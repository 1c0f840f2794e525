#pragma once

#include "core/base/bytes.h"
#include "core/base/secret.h"
#include "core/crypto/private_key.h"
#include "core/formats/passphrase.h"
#include "core/formats/pkcs8.h"
#include "core/formats/reader.h"

#include <optional>

namespace certwright::formats {

/// How the octets of a file stand there: as armoured text (RFC 7468) or as they are.
enum class Encoding { Pem, Der };

/// How a private key is written.
struct PrivateKeyForm {
    enum class Structure {
        Pkcs8,       ///< every type of key (RFC 5958)
        Traditional, ///< PKCS#1, SEC 1 and OpenSSL's own for DSA: RSA, EC and DSA alone
    };

    Encoding encoding = Encoding::Pem;
    Structure structure = Structure::Pkcs8;
    /// Nothing: in clear. The traditional PEM takes the cipher alone: its key derivation is MD5, once (RFC 1421), so
    /// that PKCS#8 is the better choice.
    std::optional<KeyEncryption> encryption{};
};

/// A private key as a file. `passphrase` is called once, and for an encrypted form alone. @throws Error
/// PassphraseNeeded when it gives none; BadInput for a cipher that does not fit, for traditional DER with a cipher;
/// Unsupported for a key that has no traditional form
base::Secret writePrivateKey(const crypto::PrivateKey& key, const PrivateKeyForm& form,
                             const PassphraseCallback& passphrase = noPassphrase);
/// The same with a passphrase at hand.
base::Secret writePrivateKey(const crypto::PrivateKey& key, const PrivateKeyForm& form, const base::Secret& passphrase);

/// The first private key in some bytes, whatever its form is; with an `encoding` only in that one. `passphrase` is
/// called when the key is encrypted. @throws Error BadInput when there is none or it is damaged, PassphraseNeeded,
/// WrongPassphrase, Unsupported, NotAllowed when the limits are exceeded
crypto::PrivateKey loadPrivateKey(base::BytesView bytes, const PassphraseCallback& passphrase = noPassphrase,
                                  const ReadOptions& options = {}, std::optional<Encoding> encoding = {});
/// The same with a passphrase at hand, which does not matter when the key lies in clear.
crypto::PrivateKey loadPrivateKey(base::BytesView bytes, const base::Secret& passphrase,
                                  const ReadOptions& options = {}, std::optional<Encoding> encoding = {});

} // namespace certwright::formats
