#include "core/crypto/key_weakness.h"
#include "core/pki/lint_rules.h"
#include "core/x509/general_name.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

// CA/Browser Forum, Baseline Requirements for the Issuance and Management of Publicly-Trusted TLS Server Certificates,
// and what browsers demand of every CA. About certificates that servers show, not about the CAs above them.
namespace certwright::pki {

using base::DerElement;
using base::DerReader;
namespace der = base::der;

namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

std::vector<std::string> dnsNames(const LintSubject& subject) {
    std::vector<std::string> names;
    for (const DerElement& name : subject.altNames) {
        if (name.identifier == 0x82)
            names.push_back(lower(base::textOf(name.content)));
    }
    return names;
}

/// Where it lies in the list, for paths.
std::string altNamePath(std::size_t index) {
    return "extensions.subjectAltName[" + std::to_string(index) + "]";
}

/// A day on which the longest lifetime changed.
struct Limit {
    const char* from; ///< of certificates issued on this day or later
    int days;
};

// Ballots 193, SC31 (as Apple had it first) and SC-081v3; a lifetime is counted with both ends.
constexpr std::array Limits = {Limit{"2018-03-01T00:00:00Z", 825}, Limit{"2020-09-01T00:00:00Z", 398},
                               Limit{"2026-03-15T00:00:00Z", 200}, Limit{"2027-03-15T00:00:00Z", 100},
                               Limit{"2029-03-15T00:00:00Z", 47}};

std::optional<long long> secondsOf(const LintSubject& subject) {
    const auto from = base::timeOf(subject.notBefore);
    const auto to = base::timeOf(subject.notAfter);
    return from && to ? std::optional<long long>((*to - *from).count() + 1) : std::nullopt;
}

void failLifetime(const LintSubject& subject, int days, const std::string& who, LintReport& report) {
    const auto seconds = secondsOf(subject);
    if (seconds && *seconds > days * 86400LL)
        report.fail("validity", "It lasts " + std::to_string((*seconds + 86399) / 86400) + " days; " + who + " " +
                                    std::to_string(days) + " at most. Issue it for less.");
}

void checkLifetime(const LintSubject& subject, LintReport& report) {
    const auto from = base::timeOf(subject.notBefore);
    const Limit* valid = nullptr;
    for (const Limit& limit : Limits) {
        if (from && *from >= *base::parseRfc3339(limit.from))
            valid = &limit;
    }
    if (valid != nullptr)
        failLifetime(subject, valid->days, "public CAs may give", report);
}

void checkAppleLifetime(const LintSubject& subject, LintReport& report) {
    const auto from = base::timeOf(subject.notBefore);
    if (from && *from >= *base::parseRfc3339("2019-07-01T00:00:00Z"))
        failLifetime(subject, 825, "Apple's systems accept, of whatever CA,", report);
}

void checkCaLeaf(const LintSubject& subject, LintReport& report) {
    if (subject.isCa)
        report.fail("extensions.basicConstraints",
                    "A server's certificate must not be a CA: who breaks into the server "
                    "could issue for every name. Make one of its own for the server.");
}

void checkNames(const LintSubject& subject, LintReport& report) {
    if (subject.altNames.empty())
        report.fail("extensions", "There are no alternative names; browsers look at nothing else. Add the host names.");
}

void checkCommonName(const LintSubject& subject, LintReport& report) {
    const std::vector<std::string> names = dnsNames(subject);
    for (const auto& rdn : subject.subject) {
        for (const LintAttribute& attribute : rdn) {
            if (attribute.oid != lint_oids::CommonName || subject.altNames.empty())
                continue;
            const std::string name = lower(base::stringText(attribute.value).value_or(std::string()));
            const bool isAddress =
                std::any_of(subject.altNames.begin(), subject.altNames.end(), [&name](const DerElement& entry) {
                    return entry.identifier == 0x87 && lower(x509::ipAddressText(entry.content)) == name;
                });
            if (std::find(names.begin(), names.end(), name) == names.end() && !isAddress)
                report.fail("subject.CN",
                            "The common name “" + name +
                                "” is not among the alternative names, where browsers look. Add it there, "
                                "or leave it out.");
        }
    }
}

void checkUnderscore(const LintSubject& subject, LintReport& report) {
    for (std::size_t i = 0; i < subject.altNames.size(); ++i) {
        const std::string_view text = base::textOf(subject.altNames[i].content);
        if (subject.altNames[i].identifier == 0x82 && text.find('_') != std::string_view::npos)
            report.fail(altNamePath(i), "“" + std::string(text) + "” has an underscore, which host names do not have.");
    }
}

void checkWildcards(const LintSubject& subject, LintReport& report) {
    for (std::size_t i = 0; i < subject.altNames.size(); ++i) {
        std::string_view text = base::textOf(subject.altNames[i].content);
        if (subject.altNames[i].identifier != 0x82 || text.find('*') == std::string_view::npos)
            continue;
        const std::string_view rest = text.starts_with("*.") ? text.substr(2) : text;
        if (rest.empty() || rest.find('*') != std::string_view::npos)
            report.fail(altNamePath(i), "“" + std::string(text) +
                                            "” is no wildcard that works: * may stand for the whole "
                                            "leftmost label alone.");
        else if (rest.find('.') == std::string_view::npos)
            report.fail(altNamePath(i), "“" + std::string(text) +
                                            "” would stand for a whole top-level domain, which "
                                            "browsers refuse.");
    }
}

void checkServerAuth(const LintSubject& subject, LintReport& report) {
    if (!subject.hasExtendedKeyUsage(lint_oids::ServerAuth))
        report.fail("extensions.extendedKeyUsage",
                    "serverAuth is missing from the extended key usage; browsers on some "
                    "systems demand it.");
}

void checkKey(const LintSubject& subject, LintReport& report) {
    const crypto::KeyFacts& key = subject.certificate.publicKey().facts();
    if (key.type == "RSA" && key.bits >= 2048)
        return;
    static constexpr std::array<std::string_view, 3> curves = {"prime256v1", "secp384r1", "secp521r1"};
    if (key.type == "EC" && std::find(curves.begin(), curves.end(), key.curve) != curves.end())
        return;
    report.fail("subjectPublicKeyInfo", crypto::displayText(key) + " is no key that browsers accept of servers: RSA of "
                                                                   "2048 bits or more, P-256, P-384 and P-521 are.");
}

void checkModulusSize(const LintSubject& subject, LintReport& report) {
    const crypto::KeyFacts& key = subject.certificate.publicKey().facts();
    if (key.type == "RSA" && key.bits % 8 != 0)
        report.fail("subjectPublicKeyInfo",
                    "The size of the modulus, " + std::to_string(key.bits) + " bits, is no multiple of 8.");
}

void checkExponent(const LintSubject& subject, LintReport& report) {
    const auto numbers = crypto::rsaNumbers(subject.certificate.publicKey().spkiDer());
    if (!numbers)
        return;
    const base::Bytes& exponent = numbers->exponent;
    const bool isTwoOrLess = exponent.empty() || (exponent.size() == 1 && exponent[0] < 3);
    if (isTwoOrLess || (exponent.back() & 1U) == 0)
        report.fail("subjectPublicKeyInfo", "The public exponent has to be odd and 3 or more. Make a new key.");
    else if (exponent.size() < 3 || exponent.size() > 32)
        report.fail(Severity::Warning, "subjectPublicKeyInfo",
                    "The public exponent should be between 65537 and 2^256-1. Make the next key with 65537.");
}

void checkSignature(const LintSubject& subject, LintReport& report) {
    const std::string algorithm = lower(subject.certificate.signatureAlgorithm());
    if (algorithm.starts_with("md") || algorithm.find("sha1") != std::string::npos)
        report.fail("signatureAlgorithm",
                    "Browsers refuse signatures with " + algorithm + ". Have it issued with SHA-256.");
}

void checkSerial(const LintSubject& subject, LintReport& report) {
    std::size_t size = subject.serial.size();
    if (size > 0 && subject.serial[0] == 0)
        --size;
    // Random numbers of 64 bits are shorter than eight octets once in 256.
    if (size < 8)
        report.fail("serialNumber", "The serial number has " + std::to_string(size) +
                                        " octets, so it can hardly hold 64 random bits, which protect the signature.");
}

void checkUsage(const LintSubject& subject, LintReport& report) {
    constexpr unsigned SigningOthers = (1U << 5U) | (1U << 6U); // keyCertSign, cRLSign
    if (!subject.isCa && (subject.keyUsage.value_or(0) & SigningOthers) != 0)
        report.fail("extensions.keyUsage", "A server must not have keyCertSign or cRLSign. Leave them out.");
}

// --- public CAs only -------------------------------------------------------------------------------------------------

void checkOtherUsages(const LintSubject& subject, LintReport& report) {
    for (const std::string& usage : subject.extendedKeyUsage) {
        if (usage != lint_oids::ServerAuth && usage != lint_oids::ClientAuth)
            report.fail("extensions.extendedKeyUsage",
                        "A server's certificate may have serverAuth and clientAuth only, not " + usage + ".");
    }
}

void checkNameTypes(const LintSubject& subject, LintReport& report) {
    for (std::size_t i = 0; i < subject.altNames.size(); ++i) {
        if (subject.altNames[i].identifier != 0x82 && subject.altNames[i].identifier != 0x87)
            report.fail(altNamePath(i), "Only DNS names and IP addresses may stand here.");
    }
}

bool isReservedAddress(base::BytesView address) {
    if (address.size() == 16) // unique local, link local, loopback
        return (address[0] & 0xFEU) == 0xFC || (address[0] == 0xFE && (address[1] & 0xC0U) == 0x80) ||
               (std::all_of(address.begin(), address.end() - 1, [](std::uint8_t octet) { return octet == 0; }) &&
                address[15] <= 1);
    if (address.size() != 4)
        return false;
    return address[0] == 0 || address[0] == 10 || address[0] == 127 || (address[0] == 172 && (address[1] >> 4U) == 1) ||
           (address[0] == 192 && address[1] == 168) || (address[0] == 169 && address[1] == 254) ||
           (address[0] == 100 && (address[1] >> 6U) == 1) || address[0] >= 224;
}

void checkPublicNames(const LintSubject& subject, LintReport& report) {
    // RFC 6761, RFC 6762, RFC 8375, and ICANN's reservation of .internal.
    static constexpr std::array<std::string_view, 7> ends = {".local",   ".internal", ".localhost", ".test",
                                                             ".invalid", ".example",  ".home.arpa"};
    for (std::size_t i = 0; i < subject.altNames.size(); ++i) {
        const DerElement& name = subject.altNames[i];
        const std::string text = lower(base::textOf(name.content));
        const bool isInternal =
            text.find('.') == std::string::npos ||
            std::any_of(ends.begin(), ends.end(), [&text](std::string_view end) { return text.ends_with(end); });
        if (name.identifier == 0x82 && isInternal)
            report.fail(altNamePath(i), "“" + text + "” is a name of an internal network, which belongs to nobody.");
        else if (name.identifier == 0x87 && isReservedAddress(name.content))
            report.fail(altNamePath(i), x509::ipAddressText(name.content) + " is no address of the public Internet.");
    }
}

std::set<std::string> policies(const LintSubject& subject) {
    std::set<std::string> out;
    for (const DerElement& policy : subject.extensionElements(lint_oids::Policies)) {
        const auto oid = DerReader(policy.content).expect(der::Oid);
        out.insert(oid ? base::oidText(oid->content).value_or("?") : "?");
    }
    return out;
}

void checkPolicies(const LintSubject& subject, LintReport& report) {
    static constexpr std::array<std::string_view, 4> reserved = {"2.23.140.1.1", "2.23.140.1.2.1", "2.23.140.1.2.2",
                                                                 "2.23.140.1.2.3"};
    const std::set<std::string> found = policies(subject);
    if (std::none_of(reserved.begin(), reserved.end(),
                     [&found](std::string_view oid) { return found.count(std::string(oid)) != 0; }))
        report.fail("extensions.certificatePolicies",
                    "None of the policies is one of the CA/Browser Forum's (domain, organization, individual, extended "
                    "validated).");
}

void checkDomainValidated(const LintSubject& subject, LintReport& report) {
    if (policies(subject).count("2.23.140.1.2.1") == 0)
        return;
    for (const auto& rdn : subject.subject) {
        for (const LintAttribute& attribute : rdn) {
            if (attribute.oid != lint_oids::CommonName && attribute.oid != "2.5.4.6")
                report.fail("subject", "A domain validated certificate says nothing about its owner but the country.");
        }
    }
}

void checkAccess(const LintSubject& subject, LintReport& report) {
    if (subject.extension(lint_oids::AuthorityInfo) == nullptr)
        report.fail("extensions", "The authority information access is missing, by which programs find the issuer.");
}

bool hasOcsp(const LintSubject& subject) {
    for (const DerElement& access : subject.extensionElements(lint_oids::AuthorityInfo)) {
        const auto oid = DerReader(access.content).expect(der::Oid);
        if (oid && base::oidText(oid->content) == "1.3.6.1.5.5.7.48.1")
            return true;
    }
    return false;
}

void checkRevocation(const LintSubject& subject, LintReport& report) {
    const auto seconds = secondsOf(subject);
    const bool isShort = seconds && *seconds <= 7 * 86400LL; // since 2026-03-15; 10 days before
    if (!isShort && subject.extension(lint_oids::CrlPoints) == nullptr && !hasOcsp(subject))
        report.fail("extensions", "Nothing says where its revocation can be looked up, neither a list nor OCSP.");
}

void checkTransparency(const LintSubject& subject, LintReport& report) {
    if (subject.extension(lint_oids::SctList) == nullptr &&
        subject.extension(lint_oids::PrecertificatePoison) == nullptr)
        report.fail("extensions", "There are no timestamps of transparency logs (SCTs); browsers demand them of public "
                                  "CAs unless the server sends them itself.");
}

constexpr auto Error = Severity::Error;
constexpr auto Warning = Severity::Warning;
constexpr auto PublicOnly = LintRule::Scope::PublicOnly;

constexpr LintRule Rules[] = {
    {"tls-ca-leaf", Error, "CABF BR 7.1.2.7.6", checkCaLeaf},
    {"tls-names-missing", Error, "RFC 9525 2, CABF BR 7.1.2.7.12", checkNames},
    {"tls-cn-not-in-names", Error, "CABF BR 7.1.4.3", checkCommonName},
    {"tls-underscore", Error, "CABF BR 7.1.2.7.12", checkUnderscore},
    {"tls-wildcard", Error, "RFC 9525 6.3, CABF BR 3.2.2.6", checkWildcards},
    {"tls-server-auth", Error, "CABF BR 7.1.2.7.10", checkServerAuth},
    {"tls-key", Error, "CABF BR 6.1.5", checkKey},
    {"tls-rsa-exponent", Error, "CABF BR 6.1.6", checkExponent},
    {"tls-signature", Error, "CABF BR 7.1.3.2", checkSignature},
    {"tls-key-usage", Error, "CABF BR 7.1.2.7.11", checkUsage},
    {"tls-lifetime-apple", Error, "Apple HT210176", checkAppleLifetime},
    {"tls-serial-entropy", Severity::Notice, "CABF BR 7.1", checkSerial},
    {"tls-lifetime", Error, "CABF BR 6.3.2", checkLifetime, PublicOnly},
    {"tls-rsa-size", Error, "CABF BR 6.1.5", checkModulusSize, PublicOnly},
    {"tls-other-usage", Error, "CABF BR 7.1.2.7.10", checkOtherUsages, PublicOnly},
    {"tls-name-type", Error, "CABF BR 7.1.2.7.12", checkNameTypes, PublicOnly},
    {"tls-internal-name", Error, "CABF BR 4.2.2, 7.1.2.7.12", checkPublicNames, PublicOnly},
    {"tls-policy", Error, "CABF BR 7.1.2.7.9", checkPolicies, PublicOnly},
    {"tls-dv-subject", Error, "CABF BR 7.1.2.7.2", checkDomainValidated, PublicOnly},
    {"tls-access", Error, "CABF BR 7.1.2.7.7", checkAccess, PublicOnly},
    {"tls-revocation", Error, "CABF BR 7.1.2.11.2", checkRevocation, PublicOnly},
    {"tls-scts", Warning, "RFC 6962, Chrome CT policy", checkTransparency, PublicOnly},
};

} // namespace

bool isServerCertificate(const LintSubject& subject) {
    // A CA that issues for servers may have serverAuth too, as a limit of what it issues; host names it has not.
    return !subject.isCa || std::any_of(subject.altNames.begin(), subject.altNames.end(),
                                        [](const DerElement& name) { return name.identifier == 0x82; });
}

std::span<const LintRule> lintTlsRules() {
    return Rules;
}

} // namespace certwright::pki
