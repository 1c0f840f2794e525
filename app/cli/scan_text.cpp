#include "app/cli/scan_text.h"

#include "app/cli/console.h"
#include "core/inspect/ssl2.h"
#include "core/tls/cipher_suite.h"
#include "core/tls/group.h"
#include "core/tls/signature_scheme.h"

#include <string>

namespace certwright::cli {

namespace {

constexpr std::size_t LabelWidth = 28;

void row(Console& console, std::string label, const std::string& value) {
    if (label.size() < LabelWidth)
        label.resize(LabelWidth, ' ');
    console.print("  " + label + value);
}

std::string yesOrNo(const std::optional<bool>& value, const char* yes, const char* no) {
    return !value ? "not known" : *value ? yes : no;
}

void printVersions(Console& console, const inspect::ScanReport& report) {
    console.print("Versions");
    for (const auto& version : report.versions) {
        std::string text = "not offered";
        if (version.isSupported)
            text = version.isConfirmed == true    ? "offered, confirmed by a handshake"
                   : version.isConfirmed == false ? "offered, ServerHello only"
                                                  : "offered";
        if (!version.note.empty())
            text += " (" + version.note + ")";
        row(console, tls::toString(version.version), text);
    }
}

void printSuites(Console& console, const inspect::ScanReport& report) {
    for (auto version = report.suites.rbegin(); version != report.suites.rend(); ++version) {
        if (version->second.empty())
            continue;
        const auto preference = report.hasServerPreference.find(version->first);
        std::string order;
        if (preference != report.hasServerPreference.end())
            order = preference->second ? ", in the server's order" : "; the client's order decides";
        console.print("Cipher suites of " + tls::toString(version->first) + order);
        for (const std::uint16_t id : version->second) {
            const tls::CipherSuite suite = tls::registeredSuite(id);
            std::string name = suite.ianaName.empty() ? tls::cipherSuiteId(id) : suite.ianaName;
            if (!suite.opensslName.empty() && suite.opensslName != suite.ianaName)
                name += " (" + suite.opensslName + ")";
            row(console, tls::cipherSuiteId(id) + "  " + std::to_string(suite.strengthBits) + " bits", name);
        }
    }
    for (const std::uint32_t id : report.ssl2Kinds) {
        const inspect::Ssl2CipherKind* kind = inspect::findSsl2CipherKind(id);
        row(console, "SSLv2", kind != nullptr ? std::string(kind->name) : std::to_string(id));
    }
}

void printLists(Console& console, const inspect::ScanReport& report) {
    for (auto version = report.groups.rbegin(); version != report.groups.rend(); ++version) {
        std::string names;
        for (const std::uint16_t id : version->second)
            names += (names.empty() ? "" : ", ") + tls::groupName(id);
        console.print("Groups of " + tls::toString(version->first));
        console.print("  " + (names.empty() ? "none" : names));
    }
    if (!report.signatureSchemes.empty()) {
        std::string names;
        for (const std::uint16_t id : report.signatureSchemes)
            names += (names.empty() ? "" : ", ") + tls::signatureSchemeName(id);
        console.print("Signatures of TLSv1.2");
        console.print("  " + names);
    }
}

void printRest(Console& console, const inspect::ScanReport& report) {
    console.print("Besides");
    if (report.dhBits)
        row(console, "Diffie-Hellman",
            std::to_string(*report.dhBits) + " bits" +
                (report.hasCommonDhPrime ? ", a prime that many have in common" : ""));
    row(console, "ALPN (h2, http/1.1)", report.alpn.empty() ? "not offered" : report.alpn);
    row(console, "Compression", yesOrNo(report.compresses, "offered", "not offered"));
    row(console, "Secure renegotiation", yesOrNo(report.hasSecureRenegotiation, "offered", "not offered"));
    row(console, "Extended master secret", yesOrNo(report.hasExtendedMasterSecret, "offered", "not offered"));
    row(console, "Fallback signal", yesOrNo(report.honoursFallbackSignal, "honoured", "ignored"));
    row(console, "Client certificate", yesOrNo(report.requestsClientCertificate, "asked for", "not asked for"));
    for (const auto& [version, resumes] : report.resumes)
        row(console, "Resumption in " + tls::toString(version), resumes ? "offered" : "not offered");
}

void printFindings(Console& console, const inspect::ScanReport& report, inspect::Profile profile) {
    console.print("Findings, held against Mozilla's profile “" + std::string(inspect::toString(profile)) + "”");
    const auto findings = inspect::findingsOf(report, profile);
    for (const inspect::ScanFinding& finding : findings) {
        console.print("  " + std::string(x509::toString(finding.severity)) + " " + finding.id +
                      (finding.breaksProfile ? " (below the profile)" : ""));
        console.print("    " + finding.message + (finding.fix.empty() ? "" : " " + finding.fix));
    }
    if (findings.empty())
        console.print("  none");
}

} // namespace

void printScan(Console& console, const service::ScanResult& result, inspect::Profile profile, bool hasHeading) {
    const inspect::ScanReport& report = result.report;
    if (hasHeading)
        console.print("== " + result.target);
    if (result.failure && !report.hasAnyVersion())
        return; // nothing is known but the error
    printVersions(console, report);
    printSuites(console, report);
    printLists(console, report);
    printRest(console, report);
    printFindings(console, report, profile);
    console.print(std::to_string(report.connections) + " connections in " + std::to_string(report.duration.count()) +
                  " ms");
}

} // namespace certwright::cli
