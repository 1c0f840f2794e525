#include "core/service/scanning.h"

#include "core/inspect/ssl2.h"
#include "core/tls/cipher_suite.h"
#include "core/tls/group.h"
#include "core/tls/signature_scheme.h"

namespace certwright::service {

namespace {

template <class T>
Json optionalJson(const std::optional<T>& value) {
    return value ? Json(*value) : Json();
}

Json textOrNull(const std::string& text) {
    return text.empty() ? Json() : Json(text);
}

Json versionsJson(const inspect::ScanReport& report) {
    Json list = Json::array();
    for (const auto& version : report.versions) {
        Json one{{"version", tls::toString(version.version)},
                 {"supported", version.isSupported},
                 {"confirmed", optionalJson(version.isConfirmed)}};
        if (!version.note.empty())
            one["note"] = version.note;
        list.push_back(std::move(one));
    }
    return list;
}

Json suiteJson(const tls::CipherSuite& suite) {
    return {{"id", tls::cipherSuiteId(suite.id)},
            {"iana_name", textOrNull(suite.ianaName)},
            {"openssl_name", textOrNull(suite.opensslName)},
            {"strength_bits", suite.strengthBits},
            {"kx", suite.keyExchange},
            {"auth", suite.authentication}};
}

Json ssl2KindJson(std::uint32_t id) {
    const inspect::Ssl2CipherKind* kind = inspect::findSsl2CipherKind(id);
    constexpr std::uint32_t Digits = 0x1000000; // with it, six digits of the number remain
    return {{"id", "0x" + base::toHex(base::Bytes{static_cast<std::uint8_t>((id | Digits) >> 16U),
                                                  static_cast<std::uint8_t>(id >> 8U), static_cast<std::uint8_t>(id)})},
            {"iana_name", kind != nullptr ? Json(kind->name) : Json()},
            {"openssl_name", kind != nullptr ? Json(kind->opensslName) : Json()},
            {"strength_bits", kind != nullptr ? kind->strengthBits : 0},
            {"kx", "RSA"},
            {"auth", "RSA"}};
}

Json suitesJson(const inspect::ScanReport& report) {
    Json document = Json::object();
    for (const auto& [version, suites] : report.suites) {
        Json& list = document[tls::toString(version)] = Json::array();
        for (const std::uint16_t id : suites)
            list.push_back(suiteJson(tls::registeredSuite(id)));
    }
    for (const std::uint32_t id : report.ssl2Kinds)
        document[tls::toString(tls::ProtocolVersion::Ssl2)].push_back(ssl2KindJson(id));
    return document;
}

Json flagsJson(const std::map<tls::ProtocolVersion, bool>& flags) {
    Json document = Json::object();
    for (const auto& [version, flag] : flags)
        document[tls::toString(version)] = flag;
    return document;
}

Json groupsJson(const inspect::ScanReport& report) {
    Json document = Json::object();
    for (const auto& [version, groups] : report.groups) {
        Json& list = document[tls::toString(version)] = Json::array();
        for (const std::uint16_t id : groups)
            list.push_back(tls::groupName(id));
    }
    return document;
}

} // namespace

Json scanJson(const ScanResult& result, inspect::Profile profile) {
    const inspect::ScanReport& report = result.report;
    Json document{{"target", result.target}, {"address", textOrNull(result.address)}};
    document["versions"] = versionsJson(report);
    document["ciphers"] = suitesJson(report);
    document["server_preference"] = flagsJson(report.hasServerPreference);
    document["groups"] = groupsJson(report);
    document["dh_bits"] = optionalJson(report.dhBits);
    document["dh_common_prime"] = report.dhBits ? Json(report.hasCommonDhPrime) : Json();
    document["signatures"] = Json::array();
    for (const std::uint16_t id : report.signatureSchemes)
        document["signatures"].push_back(tls::signatureSchemeName(id));
    document["alpn"] = textOrNull(report.alpn);
    document["compression"] = optionalJson(report.compresses);
    document["renegotiation"] = {{"secure", optionalJson(report.hasSecureRenegotiation)}};
    document["extended_master_secret"] = optionalJson(report.hasExtendedMasterSecret);
    document["fallback_scsv"] = optionalJson(report.honoursFallbackSignal);
    document["client_certificate_requested"] = optionalJson(report.requestsClientCertificate);
    document["resumption"] = flagsJson(report.resumes);
    document["profile"] = inspect::toString(profile);
    document["meets_profile"] = inspect::meets(report, profile);
    document["findings"] = Json::array();
    for (const inspect::ScanFinding& finding : inspect::findingsOf(report, profile)) {
        document["findings"].push_back({{"id", finding.id},
                                        {"severity", x509::toString(finding.severity)},
                                        {"message", finding.message},
                                        {"fix", finding.fix},
                                        {"breaks_profile", finding.breaksProfile}});
    }
    document["connections"] = report.connections;
    document["duration_ms"] = report.duration.count();
    if (result.failure)
        document["error"] = errorJson(*result.failure);
    return document;
}

} // namespace certwright::service
