#include "core/pki/export_target.h"

#include "core/base/error.h"

#include <algorithm>

namespace certwright::pki {

namespace {

using Passphrase = ExportTargetInfo::Passphrase;

/// A path as a word of a configuration file: in double quotes when it has other than the usual characters.
std::string quoted(const std::string& path) {
    const auto isPlain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '.' ||
               c == '_' || c == '-';
    };
    if (std::ranges::all_of(path, isPlain))
        return path;
    std::string out = "\"";
    for (const char c : path) {
        if (c == '"' || c == '\\')
            out += '\\';
        out += c;
    }
    return out + '"';
}

} // namespace

const std::vector<ExportTargetInfo>& exportTargets() {
    static const std::vector<ExportTargetInfo> targets{
        {ExportTarget::Nginx,
         "nginx",
         "nginx",
         "fullchain.pem and privkey.pem in a folder",
         true,
         true,
         false,
         Passphrase::Optional,
         {}},
        {ExportTarget::Apache,
         "apache",
         "Apache httpd",
         "fullchain.pem and privkey.pem in a folder",
         true,
         true,
         false,
         Passphrase::Optional,
         {}},
        {ExportTarget::Haproxy, "haproxy", "HAProxy", "one PEM file with certificate, intermediates and key", false,
         true, false, Passphrase::None, ".pem"},
        {ExportTarget::Postgresql,
         "postgresql",
         "PostgreSQL",
         "server.crt, server.key and root.crt in a folder",
         true,
         true,
         false,
         Passphrase::Optional,
         {}},
        {ExportTarget::Java, "java", "Java", "one PKCS#12 key store with certificate, chain and key", false, true,
         false, Passphrase::Required, ".p12"},
        {ExportTarget::Windows, "windows", "Windows, IIS", "one PFX file with certificate, chain and key", false, true,
         false, Passphrase::Required, ".pfx"},
        {ExportTarget::Kubernetes, "kubernetes", "Kubernetes", "a Secret of type kubernetes.io/tls as YAML", false,
         true, false, Passphrase::None, ".yaml"},
        {ExportTarget::OpenVpn, "openvpn", "OpenVPN", "ca, cert and key to be included in a profile", false, true,
         false, Passphrase::Optional, ".ovpn"},
        {ExportTarget::Pem, "pem", "PEM certificate", "the certificate alone, as text", false, false, true,
         Passphrase::None, ".pem"},
        {ExportTarget::Chain, "chain", "PEM chain", "the certificate and its issuers, as text", false, false, false,
         Passphrase::None, ".pem"},
        {ExportTarget::Der, "der", "DER certificate", "the certificate alone, binary", false, false, false,
         Passphrase::None, ".cer"},
        {ExportTarget::Pkcs12, "pkcs12", "PKCS#12", "certificate, chain and key in one encrypted file", false, false,
         false, Passphrase::Required, ".p12"},
        {ExportTarget::Pkcs7, "pkcs7", "PKCS#7", "certificate and chain in one binary file", false, false, true,
         Passphrase::None, ".p7b"},
        {ExportTarget::HashDirectory,
         "hashdir",
         "Hashed folder",
         "certificates named by the hash of their subject",
         true,
         false,
         true,
         Passphrase::None,
         {}},
    };
    return targets;
}

const ExportTargetInfo& infoOf(ExportTarget target) {
    const auto& targets = exportTargets();
    return *std::ranges::find(targets, target, &ExportTargetInfo::target);
}

const ExportTargetInfo* findExportTarget(std::string_view id) {
    const auto& targets = exportTargets();
    const auto found = std::ranges::find(targets, id, &ExportTargetInfo::id);
    return found == targets.end() ? nullptr : &*found;
}

std::string configurationSnippet(ExportTarget target, std::string_view path) {
    const std::string text(path);
    const auto in = [&text](std::string_view name) { return quoted(text + "/" + std::string(name)); };
    switch (target) {
    case ExportTarget::Nginx:
        return "ssl_certificate     " + in("fullchain.pem") + ";\nssl_certificate_key " + in("privkey.pem") + ";\n";
    case ExportTarget::Apache:
        return "SSLEngine on\nSSLCertificateFile    " + in("fullchain.pem") + "\nSSLCertificateKeyFile " +
               in("privkey.pem") + "\n";
    case ExportTarget::Haproxy:
        return "bind :443 ssl crt " + quoted(text) + "\n";
    case ExportTarget::Postgresql:
        return "ssl = on\nssl_cert_file = '" + text + "/server.crt'\nssl_key_file = '" + text + "/server.key'\n";
    case ExportTarget::Java:
        return "server.ssl.key-store=" + text + "\nserver.ssl.key-store-type=PKCS12\n";
    case ExportTarget::Windows:
        return "certutil -importpfx " + quoted(text) + "\n";
    case ExportTarget::Kubernetes:
        return "kubectl apply -f " + quoted(text) + "\n";
    case ExportTarget::OpenVpn:
        return "config " + quoted(text) + "\n";
    case ExportTarget::HashDirectory:
        return "openssl verify -CApath " + quoted(text) + " FILE\n";
    case ExportTarget::Pem:
    case ExportTarget::Chain:
    case ExportTarget::Der:
    case ExportTarget::Pkcs12:
    case ExportTarget::Pkcs7:
        return {};
    }
    return {};
}

std::vector<x509::Certificate> serverChain(const ExportMaterial& material, bool includeRoot) {
    std::vector<x509::Certificate> chain{material.certificate};
    for (const x509::Certificate& issuer : material.issuers) {
        if (includeRoot || !issuer.isSelfSigned())
            chain.push_back(issuer);
    }
    return chain;
}

} // namespace certwright::pki
