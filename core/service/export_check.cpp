#include "core/service/export_check.h"

#include "core/base/error.h"
#include "core/formats/reader.h"

#include <QFile>

#include <algorithm>

namespace certwright::service {

using base::Error;
using base::ErrorKind;

namespace {

[[noreturn]] void throwWrong(const QString& path, const std::string& what) {
    throw Error(ErrorKind::Internal, "The file that was written does not hold what was exported: " + what)
        .withContext(path.toStdString());
}

/// `Buffer` is Secret for what has a clear key, Bytes for everything else, which may be too large for the secure heap.
template <class Buffer>
Buffer readBack(const QString& path, std::size_t expectedSize) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly | QIODevice::Unbuffered))
        throw Error(ErrorKind::Io, "Could not read back what was written: " + file.errorString().toStdString());
    Buffer bytes(expectedSize);
    std::size_t done = 0;
    while (done < expectedSize) {
        const qint64 got =
            file.read(reinterpret_cast<char*>(bytes.data() + done), static_cast<qint64>(expectedSize - done));
        if (got <= 0)
            break;
        done += static_cast<std::size_t>(got);
    }
    if (done != expectedSize || file.size() != static_cast<qint64>(expectedSize))
        throw Error(ErrorKind::Io, "The disk gave back another file than was written").withContext(path.toStdString());
    return bytes;
}

formats::PassphraseCallback answerOnce(const base::Secret* passphrase) {
    return [passphrase](const formats::PassphraseQuestion& question) -> std::optional<base::Secret> {
        if (passphrase == nullptr || question.attempt > 0)
            return std::nullopt;
        return passphrase->clone();
    };
}

/// What a chain is made of, from the first certificate up: each one is issued by the next.
void checkOrder(const QString& path, const std::vector<x509::Certificate>& certificates) {
    for (std::size_t i = 1; i < certificates.size(); ++i) {
        if (!certificates[i - 1].isIssuedBy(certificates[i]))
            throwWrong(path, "the chain is out of order");
    }
}

/// What is in the bytes, read as any other file, is what was exported.
void checkContents(const QString& path, base::BytesView bytes, const ExpectedContents& expected,
                   const base::Secret* passphrase) {
    const formats::Contents contents = formats::readContents(bytes, answerOnce(passphrase));
    if (contents.error)
        throw contents.error->withContext(path.toStdString());
    std::vector<x509::Certificate> certificates;
    for (const formats::Item* item : formats::flatten(contents)) {
        if (const auto* certificate = item->as<x509::Certificate>()) {
            if (std::ranges::find(expected.certificates, *certificate) == expected.certificates.end())
                throwWrong(path, "there is a certificate that was not asked for");
            certificates.push_back(*certificate);
        } else if (const auto* key = item->as<formats::PrivateKeyItem>()) {
            if (!key->key)
                throwWrong(path, "the private key does not open");
            if (std::ranges::find(expected.keys, key->key->publicKey()) == expected.keys.end())
                throwWrong(path, "the private key is another one");
        }
    }
    // PKCS#12 and PKCS#7 are sets; several certificates of one export in PEM are a chain.
    if (expected.isChain && base::textOf(bytes).starts_with("-----BEGIN CERTIFICATE"))
        checkOrder(path, certificates);
}

} // namespace

ExpectedContents ExpectedContents::of(const std::vector<pki::ExportMaterial>& materials) {
    ExpectedContents expected;
    expected.isChain = materials.size() == 1;
    for (const pki::ExportMaterial& material : materials) {
        expected.certificates.push_back(material.certificate);
        expected.certificates.insert(expected.certificates.end(), material.issuers.begin(), material.issuers.end());
        if (material.key)
            expected.keys.push_back(material.key->publicKey());
    }
    return expected;
}

void checkWritten(const QString& path, const pki::ExportedFile& file, const ExpectedContents& expected,
                  const base::Secret* passphrase) {
    const base::BytesView meant = file.bytes();
    const auto check = [&](const auto& written) {
        const base::BytesView bytes(written.data(), written.size());
        if (!std::ranges::equal(bytes, meant))
            throw Error(ErrorKind::Io, "The disk gave back other bytes than were written")
                .withContext(path.toStdString());
        // A Kubernetes Secret holds its PEM files as base64 inside YAML, which is no format for keys.
        if (!base::textOf(bytes).starts_with("apiVersion:"))
            checkContents(path, bytes, expected, passphrase);
    };
    if (file.hasClearKey)
        check(readBack<base::Secret>(path, meant.size()));
    else
        check(readBack<base::Bytes>(path, meant.size()));
}

} // namespace certwright::service
