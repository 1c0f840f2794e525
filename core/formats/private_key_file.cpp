#include "core/formats/private_key_file.h"

#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"
#include "core/formats/der_shape.h"
#include "core/formats/pbe.h"
#include "core/formats/pem.h"

#include <openssl/pem.h>

namespace certwright::formats {

using base::BytesView;
using base::Error;
using base::ErrorKind;
using base::Handle;
using base::Secret;

namespace {

/// The PEM label of a key's traditional form. @throws Error Unsupported when it has none
std::string traditionalLabel(const crypto::PrivateKey& key) {
    const std::string& type = key.facts().type;
    // The traditional form of an RSA-PSS key would lose its parameters.
    if (type != "RSA" && type != "EC" && type != "DSA")
        throw Error(ErrorKind::Unsupported,
                    "A key of the type " + displayText(key.facts()) + " has no traditional form",
                    "Write it as PKCS#8.");
    return type + " PRIVATE KEY";
}

Secret traditionalDer(const crypto::PrivateKey& key) {
    const int length = i2d_PrivateKey(key.native(), nullptr);
    base::check(length, "encode the private key");
    Secret der(static_cast<std::size_t>(length));
    unsigned char* position = der.data();
    base::check(i2d_PrivateKey(key.native(), &position), "encode the private key");
    return der;
}

Secret encryptedTraditionalPem(const crypto::PrivateKey& key, const std::string& cipherName, const Secret& passphrase) {
    const FileCipher cipher = fileCipher(cipherName);
    const PassphraseView view = PassphraseView::of(passphrase);
    const Handle<BIO> bio(base::check(BIO_new(BIO_s_secmem()), "make a buffer"));
    base::clearQueue();
    base::check(PEM_write_bio_PrivateKey_traditional(bio.get(), key.native(), cipher.cipher.get(),
                                                     reinterpret_cast<const unsigned char*>(view.data), view.size,
                                                     nullptr, nullptr),
                "encrypt the private key", ErrorKind::BadInput);
    char* text = nullptr;
    const long length = BIO_get_mem_data(bio.get(), &text);
    return Secret(std::string_view(text, static_cast<std::size_t>(length)));
}

Secret writeTraditional(const crypto::PrivateKey& key, const PrivateKeyForm& form, const Secret& passphrase) {
    const std::string label = traditionalLabel(key);
    if (form.encryption && form.encoding == Encoding::Der)
        throw Error(ErrorKind::BadInput, "A traditional private key in DER cannot be encrypted",
                    "Write it as PKCS#8, or as PEM.");
    if (form.encryption)
        return encryptedTraditionalPem(key, form.encryption->cipher, passphrase);
    Secret der = traditionalDer(key);
    return form.encoding == Encoding::Der ? std::move(der) : toSecretPem(label, der.view());
}

Secret writePkcs8(const crypto::PrivateKey& key, const PrivateKeyForm& form, const Secret& passphrase) {
    if (!form.encryption)
        return form.encoding == Encoding::Der ? key.toPkcs8Der() : privateKeyToPem(key);
    if (form.encoding == Encoding::Der)
        return Secret(privateKeyToEncryptedDer(key, passphrase, *form.encryption));
    return Secret(std::string_view(privateKeyToPem(key, passphrase, *form.encryption)));
}

void checkEncoding(BytesView bytes, Encoding encoding) {
    const bool isPem = looksLikePem(base::textOf(bytes));
    const DerShape shape = shapeOf(bytes);
    if (encoding == Encoding::Pem ? isPem : shape.kind != DerKind::NotDer && shape.length <= bytes.size())
        return;
    throw Error(ErrorKind::BadInput, encoding == Encoding::Pem ? "This is not PEM" : "This is not DER",
                encoding == Encoding::Der && isPem ? "It is PEM; read it as that."
                                                   : "Let the content tell what it is.");
}

} // namespace

Secret writePrivateKey(const crypto::PrivateKey& key, const PrivateKeyForm& form, const Secret& passphrase) {
    return form.structure == PrivateKeyForm::Structure::Pkcs8 ? writePkcs8(key, form, passphrase)
                                                              : writeTraditional(key, form, passphrase);
}

Secret writePrivateKey(const crypto::PrivateKey& key, const PrivateKeyForm& form,
                       const PassphraseCallback& passphrase) {
    if (!form.encryption)
        return writePrivateKey(key, form, Secret());
    const std::optional<Secret> answer = passphrase({PassphraseQuestion::Subject::PrivateKey, {}, {}, 0});
    if (!answer)
        throw Error(ErrorKind::PassphraseNeeded, "A passphrase is needed to encrypt the private key",
                    "Give one, or write it in clear.");
    return writePrivateKey(key, form, *answer);
}

crypto::PrivateKey loadPrivateKey(BytesView bytes, const PassphraseCallback& passphrase, const ReadOptions& options,
                                  std::optional<Encoding> encoding) {
    if (encoding)
        checkEncoding(bytes, *encoding);
    const Contents contents = readContents(bytes, passphrase, options);
    for (const Item* item : flatten(contents)) {
        const auto* found = item->as<PrivateKeyItem>();
        if (found != nullptr && found->key)
            return *found->key;
    }
    if (contents.error)
        throw Error(*contents.error);
    throw Error(ErrorKind::BadInput, "There is no private key in it", "Check that it is the right file.");
}

crypto::PrivateKey loadPrivateKey(BytesView bytes, const Secret& passphrase, const ReadOptions& options,
                                  std::optional<Encoding> encoding) {
    const PassphraseCallback once = [&passphrase](const PassphraseQuestion& question) {
        return question.attempt == 0 ? std::optional(passphrase.clone()) : std::nullopt;
    };
    ReadOptions withoutGuess = options;
    withoutGuess.triesEmptyPassphrase = false; // the one that was given is the answer
    return loadPrivateKey(bytes, once, withoutGuess, encoding);
}

} // namespace certwright::formats
