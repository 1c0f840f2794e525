#include "core/inspect/scan_findings.h"

#include "core/tls/cipher_suite.h"
#include "core/tls/group.h"

#include <algorithm>
#include <functional>
#include <set>

namespace certwright::inspect {

namespace {

using tls::ProtocolVersion;
using Severity = ScanFinding::Severity;

/// Collects findings about one report.
struct Judge {
    const ScanReport& report;
    Profile profile;
    const ProfileRules& rules;
    std::vector<ScanFinding> findings{};

    void add(std::string id, Severity severity, std::string message, std::string fix, bool breaksProfile = false) {
        findings.push_back({std::move(id), severity, std::move(message), std::move(fix), breaksProfile});
    }

    std::string profileText() const { return "Mozilla's profile “" + std::string(toString(profile)) + "”"; }
};

std::string joined(const std::vector<std::string>& names) {
    constexpr std::size_t Shown = 6;
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), Shown); ++i)
        text += (i == 0 ? "" : ", ") + names[i];
    if (names.size() > Shown)
        text += " and " + std::to_string(names.size() - Shown) + " more";
    return text;
}

std::vector<std::string> suitesWhere(const ScanReport& report,
                                     const std::function<bool(const tls::CipherSuite&)>& isMeant) {
    std::vector<std::string> names;
    std::set<std::uint16_t> seen;
    for (const auto& [version, suites] : report.suites) {
        for (const std::uint16_t id : suites) {
            const tls::CipherSuite suite = tls::registeredSuite(id);
            if (isMeant(suite) && seen.insert(id).second)
                names.push_back(suite.ianaName.empty() ? tls::cipherSuiteId(id) : suite.ianaName);
        }
    }
    return names;
}

/// AES in CCM mode with a tag of eight octets (RFC 6655): OpenSSL counts the tag as the strength.
bool hasShortTag(const tls::CipherSuite& suite) {
    return suite.ianaName.ends_with("_CCM_8") || suite.ianaName == "TLS_AES_128_CCM_8_SHA256";
}

void judgeVersions(Judge& judge) {
    for (const ScanReport::Version& version : judge.report.versions) {
        const std::string name = tls::toString(version.version);
        if (version.isSupported && version.version <= ProtocolVersion::Ssl3)
            judge.add("broken-version", Severity::Error, "The server speaks " + name + ", which is broken.",
                      "Turn it off (RFC 6176, RFC 7568).", true);
        else if (version.isSupported && version.version < ProtocolVersion::Tls12)
            judge.add("old-version", Severity::Warning,
                      "The server speaks " + name + ", which nobody should any more (RFC 8996).",
                      "Turn it off unless old clients need it.", version.version < judge.rules.oldestVersion);
        else if (version.isSupported && version.version < judge.rules.oldestVersion)
            judge.add("version-not-in-profile", Severity::Warning,
                      "The server speaks " + name + "; " + judge.profileText() + " allows newer ones only.",
                      "Turn it off, or choose another profile.", true);
        if (version.isSupported && version.isConfirmed == false)
            judge.add("version-not-confirmed", Severity::Warning,
                      "The server chooses " + name + ", but no handshake came about with it: " + version.note,
                      "Look at it with certwright-cli connect --max-version " + name + ".");
    }
    if (judge.report.hasAnyVersion() && !judge.report.isSupported(ProtocolVersion::Tls13))
        judge.add("tls13-missing", Severity::Notice, "TLS 1.3 is not offered.", "Turn it on.",
                  judge.rules.oldestVersion == ProtocolVersion::Tls13);
}

void judgeSuites(Judge& judge) {
    const auto tell = [&judge](const char* id, Severity severity, const std::string& what, const char* fix, bool breaks,
                               const std::function<bool(const tls::CipherSuite&)>& isMeant) {
        const auto names = suitesWhere(judge.report, isMeant);
        if (!names.empty())
            judge.add(id, severity, what + ": " + joined(names) + ".", fix, breaks);
    };
    using Suite = tls::CipherSuite;
    tell("null-cipher", Severity::Error, "Suites without encryption are accepted", "Remove them.", true,
         [](const Suite& suite) { return suite.encryption == "NULL" && !suite.ianaName.empty(); });
    tell("anonymous-cipher", Severity::Error, "Suites without authentication are accepted", "Remove them.", true,
         [](const Suite& suite) { return suite.authentication == "NULL"; });
    tell("export-cipher", Severity::Error, "Suites with keys of less than 112 bits are accepted", "Remove them.", true,
         [](const Suite& suite) {
             return suite.strengthBits > 0 && suite.strengthBits < 112 && suite.encryption != "NULL" &&
                    !hasShortTag(suite);
         });
    tell("short-tag-cipher", Severity::Notice, "Suites with authentication tags of 64 bits are accepted",
         "They are for devices with little room; remove them elsewhere.", false, hasShortTag);
    tell("rc4-cipher", Severity::Error, "RC4 is accepted, which is forbidden (RFC 7465)", "Remove it.", true,
         [](const Suite& suite) { return suite.encryption.starts_with("RC4"); });
    tell("small-block-cipher", Severity::Warning, "Ciphers with blocks of 64 bits are accepted (SWEET32)",
         "Remove 3DES, IDEA, DES and RC2.", false, [](const Suite& suite) {
             return suite.strengthBits >= 112 &&
                    (suite.encryption.starts_with("3DES") || suite.encryption.starts_with("IDEA"));
         });
    tell("no-forward-secrecy", Severity::Notice, "Suites without forward secrecy are accepted",
         "Prefer ECDHE, or remove them.", false, [](const Suite& suite) { return suite.keyExchange == "RSA"; });
    const auto& allowed = judge.rules.suites;
    tell("suite-not-in-profile", Severity::Warning, "Suites that are not in " + judge.profileText() + " are accepted",
         "Remove them from the server's list.", true, [&allowed](const Suite& suite) {
             return std::find(allowed.begin(), allowed.end(), suite.id) == allowed.end();
         });
    for (const auto& [version, hasPreference] : judge.report.hasServerPreference) {
        if (!hasPreference && version <= ProtocolVersion::Tls12 && version >= ProtocolVersion::Tls10)
            judge.add("client-preference", Severity::Notice,
                      "In " + tls::toString(version) + " the client's order of suites decides.",
                      "Harmless while all of them are good.");
    }
}

void judgeKeyExchange(Judge& judge) {
    const int least = judge.rules.leastDhBits;
    if (const auto& bits = judge.report.dhBits) {
        constexpr int Breakable = 1024;
        if (*bits < 2048)
            judge.add("dh-small", *bits <= Breakable ? Severity::Error : Severity::Warning,
                      "Diffie-Hellman with a prime of " + std::to_string(*bits) + " bits" +
                          (judge.report.hasCommonDhPrime ? " that many servers have in common" : "") +
                          " is accepted (Logjam).",
                      "Use groups of 2048 bits or more, or ECDHE only.", *bits < least);
    }
    if (judge.report.groups.contains(ProtocolVersion::Tls13)) {
        const auto& groups = judge.report.groups.at(ProtocolVersion::Tls13);
        const bool hasHybrid = std::any_of(groups.begin(), groups.end(), [](std::uint16_t id) {
            const std::string name = tls::groupName(id);
            return name.find("MLKEM") != std::string::npos || name.find("Kyber") != std::string::npos;
        });
        if (!hasHybrid)
            judge.add("post-quantum-missing", Severity::Notice,
                      "No key exchange that withstands quantum computers is offered (X25519MLKEM768 and the like).",
                      "It comes with OpenSSL 3.5, and other libraries of 2024 and later.");
    }
}

void judgeProtocol(Judge& judge) {
    const ScanReport& report = judge.report;
    if (report.compresses == true)
        judge.add("compression", Severity::Error, "The server compresses what it encrypts (CRIME).", "Turn it off.",
                  true);
    if (report.hasSecureRenegotiation == false)
        judge.add("insecure-renegotiation", Severity::Error,
                  "The server does not know secure renegotiation (RFC 5746).", "Update its TLS library.", true);
    if (report.hasExtendedMasterSecret == false)
        judge.add("extended-master-secret-missing", Severity::Notice,
                  "The extended master secret is not offered (RFC 7627).", "Update its TLS library.");
    if (report.honoursFallbackSignal == false)
        judge.add("fallback-signal-ignored", Severity::Notice,
                  "The server takes clients back to an older version without objection (RFC 7507).",
                  "Turn the older versions off, or update its TLS library.");
}

} // namespace

std::vector<ScanFinding> findingsOf(const ScanReport& report, Profile profile) {
    Judge judge{report, profile, rulesOf(profile)};
    judgeVersions(judge);
    judgeSuites(judge);
    judgeKeyExchange(judge);
    judgeProtocol(judge);
    std::stable_sort(judge.findings.begin(), judge.findings.end(),
                     [](const ScanFinding& a, const ScanFinding& b) { return a.severity < b.severity; });
    return std::move(judge.findings);
}

bool meets(const ScanReport& report, Profile profile) {
    const auto findings = findingsOf(report, profile);
    return report.hasAnyVersion() &&
           std::none_of(findings.begin(), findings.end(), [](const ScanFinding& one) { return one.breaksProfile; });
}

} // namespace certwright::inspect
