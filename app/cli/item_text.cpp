#include "app/cli/item_text.h"

#include "app/cli/console.h"
#include "core/base/clock.h"

#include <string_view>
#include <utility>
#include <variant>

namespace certwright::cli {

namespace {

constexpr std::size_t NameWidth = 22;

/// Lines "  Name:   value" under a heading, at a depth.
class FactLines {
public:
    explicit FactLines(std::size_t depth)
        : m_indent(depth * 4, ' ') {}

    void heading(std::string_view text, const std::string& label) {
        m_text += m_indent + std::string(text);
        if (!label.empty())
            m_text += " \"" + visibleText(label) + "\"";
    }
    void fact(std::string_view name, const std::string& value) {
        if (value.empty())
            return;
        std::string start = m_indent + "  " + std::string(name) + ":";
        const std::size_t width = m_indent.size() + NameWidth;
        start.resize(std::max(width, start.size() + 1), ' ');
        m_text += "\n" + start + visibleText(value);
    }
    void block(const std::string& text) { m_text += "\n" + text; }

    std::string take() { return std::move(m_text); }

private:
    std::string m_indent;
    std::string m_text;
};

std::string timeText(const std::optional<base::Time>& time) {
    return time ? base::toRfc3339(*time) : std::string("(not a time)");
}

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words)
        out += (out.empty() ? "" : ", ") + word;
    return out;
}

std::string namesText(const std::vector<x509::GeneralName>& names) {
    std::vector<std::string> words;
    for (const x509::GeneralName& name : names)
        words.push_back(std::string(x509::toString(name.type)) + ":" + name.value);
    return joined(words);
}

std::string validText(const std::optional<bool>& isValid) {
    return !isValid ? "not checked: the algorithm is not offered here" : *isValid ? "valid" : "NOT valid";
}

std::string itemText(const formats::Item& item, std::size_t depth);

struct Describer {
    FactLines& lines;
    const std::string& label;
    std::size_t depth;

    void parts(const std::vector<formats::Item>& items) const {
        for (const formats::Item& item : items)
            lines.block(itemText(item, depth + 1));
    }
    void extensions(const std::vector<x509::Extension>& extensions) const {
        for (const x509::Extension& extension : extensions) {
            std::string name = extension.shortName();
            if (extension.isCritical())
                name += " (critical)";
            lines.fact("Extension", name + ": " + extension.text());
        }
    }
    void key(const crypto::PublicKey& publicKey) const {
        lines.fact("Public key", crypto::displayText(publicKey.facts()));
        lines.fact("SPKI SHA-256", publicKey.spkiSha256());
    }

    void operator()(const x509::Certificate& certificate) const {
        lines.heading("Certificate", label);
        lines.fact("Subject", certificate.subject().toRfc2253());
        lines.fact("Issuer", certificate.issuer().toRfc2253());
        lines.fact("Serial", certificate.serial());
        lines.fact("Version", std::to_string(certificate.version()));
        lines.fact("Not before", timeText(certificate.notBefore()));
        lines.fact("Not after", timeText(certificate.notAfter()));
        key(certificate.publicKey());
        lines.fact("Signature", certificate.signatureAlgorithm());
        lines.fact("Self-signed", certificate.isSelfSigned() ? "yes, verified" : "no");
        lines.fact("CA", certificate.isCa() ? "yes" : "no");
        lines.fact("Names", namesText(certificate.subjectAltNames()));
        lines.fact("Key usage", joined(certificate.keyUsage()));
        lines.fact("Extended key usage", joined(certificate.extendedKeyUsage()));
        extensions(certificate.extensions());
        lines.fact("SHA-256", certificate.sha256());
        lines.fact("SHA-1", certificate.sha1());
    }
    void operator()(const x509::Request& request) const {
        lines.heading("Certificate request", label);
        lines.fact("Subject", request.subject().toRfc2253());
        key(request.publicKey());
        lines.fact("Signature", request.signatureAlgorithm() + ", " + validText(request.isSignatureValid()));
        lines.fact("Names", namesText(request.subjectAltNames()));
        for (const x509::RequestAttribute& attribute : request.attributes())
            lines.fact("Attribute", attribute.name + ": " + attribute.text);
        extensions(request.extensions());
    }
    void operator()(const x509::Crl& crl) const {
        lines.heading("Revocation list", label);
        lines.fact("Issuer", crl.issuer().toRfc2253());
        lines.fact("Number", crl.number());
        lines.fact("This update", timeText(crl.thisUpdate()));
        lines.fact("Next update", crl.nextUpdate() ? timeText(crl.nextUpdate()) : "none");
        lines.fact("Revoked", std::to_string(crl.revokedCount()));
        lines.fact("Signature", crl.signatureAlgorithm());
        extensions(crl.extensions());
    }
    void operator()(const formats::PrivateKeyItem& item) const {
        lines.heading(item.isLocked() ? "Private key, locked" : "Private key", label);
        if (item.facts)
            lines.fact("Type", crypto::displayText(*item.facts));
        lines.fact("Format", item.format);
        lines.fact("Encryption", item.encryption ? formats::displayText(*item.encryption) : "none");
        if (item.key)
            lines.fact("SPKI SHA-256", item.key->publicKey().spkiSha256());
    }
    void operator()(const crypto::PublicKey& publicKey) const {
        lines.heading("Public key", label);
        key(publicKey);
    }
    void operator()(const formats::Pkcs12Item& item) const {
        lines.heading(item.isLocked ? "PKCS#12, locked" : "PKCS#12", label);
        if (item.mac) {
            lines.fact("MAC", item.mac->algorithm + ", " + std::to_string(item.mac->iterations) + " iterations, " +
                                  (item.mac->isVerified ? "verified" : "not verified"));
        } else {
            lines.fact("MAC", "none: changes of the file would go unnoticed");
        }
        for (const formats::EncryptionInfo& info : item.encryption)
            lines.fact("Encryption", formats::displayText(info));
        parts(item.items);
    }
    void timestamp(const x509::TimestampInfo& info) const {
        lines.fact("Timestamp", x509::timeText(info) +
                                    (info.accuracyMicros ? ", to " + x509::accuracyText(*info.accuracyMicros) : ""));
        lines.fact("TSA", info.tsa ? info.tsa->value : std::string());
        lines.fact("Policy", info.policy);
        lines.fact("Of", info.imprint.digest + " " + base::toHex(info.imprint.value));
        lines.fact("Serial", info.serial);
        lines.fact("Nonce", info.nonce);
        lines.fact("Ordered", info.isOrdered ? "yes" : "");
    }

    void operator()(const formats::Pkcs7Item& item) const {
        lines.heading(item.timestamp ? "Timestamp (PKCS#7)" : "PKCS#7", label);
        lines.fact("Type", item.typeName);
        if (item.timestamp)
            timestamp(*item.timestamp);
        for (const formats::Pkcs7Signer& signer : item.signers) {
            lines.fact("Signer", signer.subjectKeyId.empty() ? signer.issuer + ", serial " + signer.serial
                                                             : "key identifier " + signer.subjectKeyId);
            for (const x509::TimestampInfo& info : signer.timestamps)
                timestamp(info);
        }
        parts(item.items);
    }
    void operator()(const formats::TimestampResponseItem& item) const {
        lines.heading("Timestamp response", label);
        lines.fact("Status", x509::statusName(item.response.status));
        lines.fact("Says", joined(item.response.text));
        lines.fact("Because of", joined(item.response.failures));
        parts(item.items);
    }
    void operator()(const x509::TimestampRequest& request) const {
        lines.heading("Timestamp request", label);
        lines.fact("Of", request.imprint.digest + " " + base::toHex(request.imprint.value));
        lines.fact("Policy", request.policy);
        lines.fact("Nonce", request.nonce);
        lines.fact("With certificate", request.wantsCertificate ? "yes" : "no");
    }
    void operator()(const formats::Spkac& spkac) const {
        lines.heading("Signed public key and challenge (SPKAC)", label);
        key(spkac.publicKey());
        lines.fact("Challenge", spkac.challenge());
        lines.fact("Signature", spkac.signatureAlgorithm() + ", " + validText(spkac.isSignatureValid()));
    }
    void operator()(const formats::ParametersItem& item) const {
        lines.heading(item.kind == formats::ParametersItem::Kind::Dh    ? "DH parameters"
                      : item.kind == formats::ParametersItem::Kind::Dsa ? "DSA parameters"
                                                                        : "EC parameters",
                      label);
        lines.fact("Bits", item.bits == 0 ? std::string() : std::to_string(item.bits));
        lines.fact("Curve", item.curve);
    }
    void operator()(const formats::KeystoreItem& item) const {
        lines.heading(item.type + " key store", label);
        lines.fact("Entries", std::to_string(item.entryCount));
        if (item.keyCount != 0)
            lines.fact("Keys", std::to_string(item.keyCount));
        if (item.isIntact)
            lines.fact("Integrity", *item.isIntact ? "verified" : "NOT verified: changed, or of another passphrase");
        parts(item.items);
    }
    void operator()(const formats::UnknownItem& item) const {
        lines.heading("Something else", label);
        lines.fact("Type", item.type);
        lines.fact("Size", std::to_string(item.der.size()) + " octets");
    }
};

std::string itemText(const formats::Item& item, std::size_t depth) {
    FactLines lines(depth);
    std::visit(Describer{lines, item.label, depth}, item.value);
    return lines.take();
}

} // namespace

std::string itemText(const formats::Item& item) {
    return itemText(item, 0);
}

namespace {

/// "leaf < intermediate < root: expired (depth 1)"
std::string pathText(const x509::TriedPath& path) {
    std::string out;
    for (const x509::Certificate& certificate : path.chain)
        out += (out.empty() ? "" : " < ") + visibleText(certificate.subject().displayName());
    out += ": ";
    std::string reasons;
    for (const x509::Finding& finding : path.findings)
        reasons += (reasons.empty() ? "" : ", ") + finding.id + " (depth " + std::to_string(finding.depth) + ")";
    return out + (path.isTrusted ? "good" : reasons);
}

std::string ocspText(const x509::OcspReport& report) {
    std::string out = "OCSP response (" + std::string(x509::toString(report.source)) + "): ";
    if (!report.isVerified)
        out += "not verified";
    else
        out += report.status ? x509::toString(*report.status) : "not about this certificate";
    if (!report.responder.empty())
        out += ", by " + visibleText(report.responder);
    if (report.thisUpdate)
        out += ", from " + base::toRfc3339(*report.thisUpdate);
    if (report.nextUpdate)
        out += " until " + base::toRfc3339(*report.nextUpdate);
    return out;
}

} // namespace

std::string verifyText(const x509::VerifyResult& result) {
    std::string out = result.isTrusted ? "Trusted" : "NOT trusted";
    for (std::size_t i = 0; i < result.chain.size(); ++i) {
        out += "\n  " + std::to_string(i) + "  " + visibleText(result.chain[i].subject().toRfc2253());
    }
    for (const x509::Finding& finding : result.findings) {
        out += "\n" + std::string(x509::toString(finding.severity)) + " " + finding.id + " (depth " +
               std::to_string(finding.depth) + "): " + visibleText(finding.message);
        if (!finding.fix.empty())
            out += "\n    " + visibleText(finding.fix);
    }
    if (result.ocsp)
        out += "\n" + ocspText(*result.ocsp);
    if (result.paths.size() > 1) {
        out += "\n" + std::to_string(result.paths.size()) + " paths tried:";
        for (const x509::TriedPath& path : result.paths)
            out += "\n  " + pathText(path);
    }
    return out;
}

} // namespace certwright::cli
