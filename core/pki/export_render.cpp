// The contents of the files that each target consists of.
#include "core/base/error.h"
#include "core/formats/pkcs7.h"
#include "core/formats/pkcs8.h"
#include "core/pki/export_target.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <map>

namespace certwright::pki {

using base::Error;
using base::ErrorKind;

namespace {

std::string pemOf(const std::vector<x509::Certificate>& certificates) {
    std::string text;
    for (const x509::Certificate& certificate : certificates)
        text += certificate.toPem();
    return text;
}

base::Secret concatenated(std::initializer_list<std::string_view> parts) {
    std::size_t size = 0;
    for (const std::string_view part : parts)
        size += part.size();
    base::Secret out(size);
    std::uint8_t* position = out.data();
    for (const std::string_view part : parts) {
        if (!part.empty())
            std::memcpy(position, part.data(), part.size());
        position += part.size();
    }
    return out;
}

base::Secret base64Of(base::BytesView bytes) {
    base::Secret out(4 * ((bytes.size() + 2) / 3) + 1); // EVP_EncodeBlock adds a zero byte
    const int length = EVP_EncodeBlock(out.data(), bytes.data(), static_cast<int>(bytes.size()));
    out.truncate(static_cast<std::size_t>(length));
    return out;
}

ExportedFile publicFile(std::string name, std::string purpose, std::string_view text) {
    ExportedFile file;
    file.name = std::move(name);
    file.purpose = std::move(purpose);
    file.content = base::toBytes(base::bytesOf(text));
    return file;
}

ExportedFile secretFile(std::string name, std::string purpose, base::Secret content) {
    ExportedFile file;
    file.name = std::move(name);
    file.purpose = std::move(purpose);
    file.isPrivate = true;
    file.hasClearKey = true;
    file.secretContent = std::move(content);
    return file;
}

ExportedFile keyFile(std::string name, const crypto::PrivateKey& key, const base::Secret* passphrase) {
    if (passphrase == nullptr)
        return secretFile(std::move(name), "private key", formats::privateKeyToPem(key));
    ExportedFile file =
        publicFile(std::move(name), "private key, encrypted", formats::privateKeyToPem(key, *passphrase));
    file.isPrivate = true;
    return file;
}

/// What the renderers need, checked.
struct Job {
    const ExportMaterial& material;
    const base::Secret* passphrase;
    const ExportOptions& options;
};

using Files = std::vector<ExportedFile>;

Files renderFullChain(const Job& job) {
    Files files;
    files.push_back(publicFile("fullchain.pem", "certificate and intermediates",
                               pemOf(serverChain(job.material, job.options.includeRoot))));
    files.push_back(keyFile("privkey.pem", *job.material.key, job.passphrase));
    return files;
}

Files renderHaproxy(const Job& job) {
    const std::string chain = pemOf(serverChain(job.material, job.options.includeRoot));
    const base::Secret key = formats::privateKeyToPem(*job.material.key);
    Files files;
    files.push_back(secretFile({}, "certificate, intermediates and private key", concatenated({chain, key.text()})));
    return files;
}

Files renderPostgresql(const Job& job) {
    Files files;
    files.push_back(publicFile("server.crt", "certificate and intermediates", pemOf(serverChain(job.material))));
    files.push_back(keyFile("server.key", *job.material.key, job.passphrase));
    if (!job.material.issuers.empty() && job.material.issuers.back().isSelfSigned())
        files.push_back(publicFile("root.crt", "root, for clients", job.material.issuers.back().toPem()));
    return files;
}

Files renderPkcs12(const Job& job) {
    formats::Pkcs12Contents contents;
    contents.key = job.material.key;
    contents.certificate = job.material.certificate;
    contents.chain = job.material.issuers;
    contents.friendlyName = job.material.friendlyName;
    ExportedFile file;
    file.purpose = contents.key ? "certificate, chain and private key, encrypted" : "certificate and chain, encrypted";
    file.isPrivate = true;
    file.content = formats::createPkcs12(contents, *job.passphrase, job.options.preset);
    Files files;
    files.push_back(std::move(file));
    return files;
}

/// A DNS label out of a name (RFC 1123 2.1), as Kubernetes wants its objects named.
std::string objectName(const ExportMaterial& material) {
    std::string out;
    for (char c : material.certificate.subject().displayName()) {
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
        const bool isPlain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (isPlain)
            out += c;
        else if (!out.empty() && out.back() != '-')
            out += '-';
    }
    out.resize(std::min<std::size_t>(out.size(), 59));
    while (!out.empty() && out.back() == '-')
        out.pop_back();
    return (out.empty() ? "certificate" : out) + "-tls";
}

Files renderKubernetes(const Job& job) {
    const std::string chain = pemOf(serverChain(job.material));
    const base::Secret key = formats::privateKeyToPem(*job.material.key);
    const base::Secret encodedKey = base64Of(key.view());
    const std::string head =
        "apiVersion: v1\nkind: Secret\ntype: kubernetes.io/tls\nmetadata:\n  name: " + objectName(job.material) +
        "\ndata:\n  tls.crt: " + base::toBase64(base::bytesOf(chain)) + "\n  tls.key: ";
    Files files;
    files.push_back(
        secretFile({}, "Secret with certificate and private key", concatenated({head, encodedKey.text(), "\n"})));
    return files;
}

Files renderOpenVpn(const Job& job) {
    std::vector<x509::Certificate> intermediates = serverChain(job.material);
    std::string head;
    if (!job.material.issuers.empty())
        head += "<ca>\n" + job.material.issuers.back().toPem() + "</ca>\n";
    head += "<cert>\n" + pemOf(intermediates) + "</cert>\n<key>\n";
    Files files;
    if (job.passphrase == nullptr) {
        const base::Secret key = formats::privateKeyToPem(*job.material.key);
        files.push_back(secretFile({}, "ca, cert and key", concatenated({head, key.text(), "</key>\n"})));
        return files;
    }
    const std::string key = formats::privateKeyToPem(*job.material.key, *job.passphrase);
    files.push_back(publicFile({}, "ca, cert and encrypted key", head + key + "</key>\n"));
    files.back().isPrivate = true;
    return files;
}

Files renderOne(ExportTarget target, const Job& job) {
    Files files;
    switch (target) {
    case ExportTarget::Nginx:
    case ExportTarget::Apache:
        return renderFullChain(job);
    case ExportTarget::Haproxy:
        return renderHaproxy(job);
    case ExportTarget::Postgresql:
        return renderPostgresql(job);
    case ExportTarget::Java:
    case ExportTarget::Windows:
    case ExportTarget::Pkcs12:
        return renderPkcs12(job);
    case ExportTarget::Kubernetes:
        return renderKubernetes(job);
    case ExportTarget::OpenVpn:
        return renderOpenVpn(job);
    case ExportTarget::Chain:
        files.push_back(
            publicFile({}, "certificate and issuers", pemOf(serverChain(job.material, job.options.includeRoot))));
        return files;
    case ExportTarget::Der:
        files.push_back(publicFile({}, "certificate", base::textOf(job.material.certificate.der())));
        return files;
    case ExportTarget::Pem:
    case ExportTarget::Pkcs7:
    case ExportTarget::HashDirectory:
        break; // renderMany()
    }
    throw Error(ErrorKind::Internal, "A target without a renderer");
}

std::vector<x509::Certificate> allOf(const std::vector<ExportMaterial>& materials, bool withIssuers) {
    std::vector<x509::Certificate> all;
    const auto append = [&all](const x509::Certificate& certificate) {
        if (std::ranges::find(all, certificate) == all.end())
            all.push_back(certificate);
    };
    for (const ExportMaterial& material : materials) {
        append(material.certificate);
        if (withIssuers)
            std::ranges::for_each(material.issuers, append);
    }
    return all;
}

Files renderHashDirectory(const std::vector<x509::Certificate>& certificates) {
    std::map<std::string, int> used;
    Files files;
    for (const x509::Certificate& certificate : certificates) {
        const std::string hash = certificate.subject().hash();
        files.push_back(publicFile(hash + "." + std::to_string(used[hash]++), certificate.subject().displayName(),
                                   certificate.toPem()));
    }
    return files;
}

Files renderMany(ExportTarget target, const std::vector<ExportMaterial>& materials) {
    if (target == ExportTarget::HashDirectory)
        return renderHashDirectory(allOf(materials, false));
    Files files;
    if (target == ExportTarget::Pem)
        files.push_back(publicFile({}, "certificate", pemOf(allOf(materials, false))));
    else
        files.push_back(
            publicFile({}, "certificate and chain", base::textOf(formats::createPkcs7(allOf(materials, true)))));
    return files;
}

void checkKey(const ExportMaterial& material) {
    const std::string name = material.certificate.subject().displayName();
    if (!material.key)
        throw Error(ErrorKind::NotAllowed, "The private key of " + name + " is not here",
                    "Export the certificate alone, or import its key first");
}

void checkKeyMatches(const ExportMaterial& material) {
    if (!material.key)
        return;
    const crypto::PublicKey& certified = material.certificate.publicKey();
    if (!(material.key->publicKey() == certified) &&
        EVP_PKEY_eq(material.key->publicKey().native(), certified.native()) != 1)
        throw Error(ErrorKind::NotAllowed,
                    "The private key is not that of " + material.certificate.subject().displayName());
}

} // namespace

std::vector<ExportedFile> outlineExport(ExportTarget target, bool isEncrypted) {
    const auto outline = [](std::string name, std::string purpose, bool isPrivate, bool hasClearKey) {
        ExportedFile file;
        file.name = std::move(name);
        file.purpose = std::move(purpose);
        file.isPrivate = isPrivate;
        file.hasClearKey = hasClearKey;
        return file;
    };
    const std::string keyPurpose = isEncrypted ? "private key, encrypted" : "private key";
    Files files;
    switch (target) {
    case ExportTarget::Nginx:
    case ExportTarget::Apache:
        files.push_back(outline("fullchain.pem", "certificate and intermediates", false, false));
        files.push_back(outline("privkey.pem", keyPurpose, true, !isEncrypted));
        break;
    case ExportTarget::Postgresql:
        files.push_back(outline("server.crt", "certificate and intermediates", false, false));
        files.push_back(outline("server.key", keyPurpose, true, !isEncrypted));
        files.push_back(outline("root.crt", "root, for clients", false, false));
        break;
    case ExportTarget::Haproxy:
        files.push_back(outline({}, "certificate, intermediates and private key", true, true));
        break;
    case ExportTarget::Kubernetes:
        files.push_back(outline({}, "Secret with certificate and private key", true, true));
        break;
    case ExportTarget::OpenVpn:
        files.push_back(outline({}, "ca, cert and key", true, !isEncrypted));
        break;
    case ExportTarget::Java:
    case ExportTarget::Windows:
    case ExportTarget::Pkcs12:
        files.push_back(outline({}, "certificate, chain and private key, encrypted", true, false));
        break;
    case ExportTarget::Pem:
    case ExportTarget::Der:
        files.push_back(outline({}, "certificate", false, false));
        break;
    case ExportTarget::Chain:
    case ExportTarget::Pkcs7:
        files.push_back(outline({}, "certificate and issuers", false, false));
        break;
    case ExportTarget::HashDirectory:
        break; // named by the certificates
    }
    return files;
}

std::vector<ExportedFile> renderExport(ExportTarget target, const std::vector<ExportMaterial>& materials,
                                       const base::Secret* passphrase, const ExportOptions& options) {
    const ExportTargetInfo& info = infoOf(target);
    if (materials.empty())
        throw Error(ErrorKind::BadInput, "There is nothing to export");
    if (materials.size() > 1 && !info.takesMany)
        throw Error(ErrorKind::BadInput, std::string(info.title) + " takes one certificate only",
                    "Export them one by one");
    if (info.needsKey)
        checkKey(materials.front());
    if (info.passphrase == ExportTargetInfo::Passphrase::Required && passphrase == nullptr)
        throw Error(ErrorKind::PassphraseNeeded, "A passphrase is needed to encrypt the file");
    if (info.takesMany)
        return renderMany(target, materials);
    const bool takesKey = info.needsKey || target == ExportTarget::Pkcs12;
    if (takesKey)
        checkKeyMatches(materials.front());
    const bool mayEncrypt = info.passphrase != ExportTargetInfo::Passphrase::None;
    return renderOne(target, {materials.front(), mayEncrypt ? passphrase : nullptr, options});
}

} // namespace certwright::pki
