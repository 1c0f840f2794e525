#include "app/cli/cms_report.h"

#include "app/cli/input.h"
#include "core/base/clock.h"

namespace certwright::cli {

using formats::CmsEncoding;
using formats::CmsSignerResult;
using service::Json;

namespace {

Json boolJson(const std::optional<bool>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json findingsJson(const std::vector<x509::Finding>& findings) {
    Json out = Json::array();
    for (const x509::Finding& finding : findings) {
        out.push_back({{"id", finding.id},
                       {"severity", x509::toString(finding.severity)},
                       {"message", finding.message},
                       {"fix", finding.fix}});
    }
    return out;
}

std::string findingsText(const std::vector<x509::Finding>& findings, const std::string& indent) {
    std::string out;
    for (const x509::Finding& finding : findings) {
        out += "\n" + indent + std::string(x509::toString(finding.severity)) + " " + finding.id + ": " +
               visibleText(finding.message);
        if (!finding.fix.empty())
            out += "\n" + indent + "    " + visibleText(finding.fix);
    }
    return out;
}

} // namespace

base::Bytes readBytes(const std::string& path, const Console& console) {
    return readInputBytes(path, console);
}

void addEncodingOption(CLI::App& command, std::string& word) {
    command.add_option("--to", word, "How it is written: pem (the default), der, smime")
        ->check(CLI::IsMember({"pem", "der", "smime"}));
}

CmsEncoding encodingOf(const std::string& word) {
    return word == "der" ? CmsEncoding::Der : word == "smime" ? CmsEncoding::Smime : CmsEncoding::Pem;
}

Json whoJson(const formats::Pkcs7Signer& who) {
    if (!who.subjectKeyId.empty())
        return {{"subject_key_id", who.subjectKeyId}};
    return {{"issuer", who.issuer}, {"serial", who.serial}};
}

Json cmsSignerJson(const CmsSignerResult& result) {
    Json out = whoJson(result.signer);
    out["ok"] = result.isVerified;
    out["digest"] = result.signer.digest;
    out["signature_algorithm"] = result.signatureAlgorithm;
    out["certificate"] = nullptr;
    if (result.certificate) {
        out["certificate"] = {{"subject", result.certificate->subject().toRfc2253()},
                              {"sha256", result.certificate->sha256()}};
    }
    out["signature_valid"] = boolJson(result.isSignatureValid);
    out["content_matches"] = boolJson(result.matchesContent);
    out["signing_time"] = service::timeJson(result.signingTime);
    out["chain"] = result.chain ? service::verifyJson(*result.chain) : Json(nullptr);
    if (!result.timestamps.empty()) {
        out["timestamps"] = Json::array();
        for (const formats::TimestampVerifyResult& timestamp : result.timestamps)
            out["timestamps"].push_back(timestampVerifyJson(timestamp));
    }
    out["findings"] = findingsJson(result.findings);
    return out;
}

Json timestampVerifyJson(const formats::TimestampVerifyResult& result) {
    Json out;
    out["ok"] = result.isVerified;
    out["type_name"] = result.signature.typeName;
    out["timestamp"] = result.info ? service::timestampJson(*result.info) : Json(nullptr);
    out["data_matches"] = boolJson(result.matchesData);
    out["tsa_named_by"] = result.boundBy.empty() ? Json(nullptr) : Json(result.boundBy);
    out["signers"] = Json::array();
    for (const CmsSignerResult& signer : result.signature.signers)
        out["signers"].push_back(cmsSignerJson(signer));
    out["findings"] = findingsJson(result.findings);
    for (Json& one : findingsJson(result.signature.findings))
        out["findings"].push_back(std::move(one));
    return out;
}

Json cmsJson(const formats::CmsVerifyResult& result) {
    Json out;
    out["ok"] = result.isVerified;
    out["type_name"] = result.typeName;
    out["signers"] = Json::array();
    for (const CmsSignerResult& signer : result.signers)
        out["signers"].push_back(cmsSignerJson(signer));
    out["findings"] = findingsJson(result.findings);
    return out;
}

std::string cmsSignerText(const CmsSignerResult& result) {
    std::string out = result.isVerified ? "Signed by " : "NOT verified: signed by ";
    out += visibleText(result.certificate ? result.certificate->subject().toRfc2253()
                                          : formats::displayText(result.signer));
    out += "\n  " + result.signer.digest + ", " + result.signatureAlgorithm;
    if (result.signingTime)
        out += ", by the signer's clock at " + base::toRfc3339(*result.signingTime);
    out += findingsText(result.findings, "  ");
    if (result.chain && !result.chain->isTrusted) {
        for (const x509::Finding& finding : result.chain->findings)
            out += findingsText({finding}, "    ");
    }
    for (const formats::TimestampVerifyResult& timestamp : result.timestamps)
        out += "\n" + timestampVerifyText(timestamp);
    return out;
}

std::string timestampVerifyText(const formats::TimestampVerifyResult& result) {
    std::string out = result.isVerified ? "Timestamp, verified" : "Timestamp, NOT verified";
    if (result.info) {
        out += ": " + x509::timeText(*result.info);
        if (result.info->accuracyMicros)
            out += ", to " + x509::accuracyText(*result.info->accuracyMicros);
        out += ", policy " + result.info->policy + ", serial " + result.info->serial;
    }
    out += findingsText(result.findings, "") + findingsText(result.signature.findings, "");
    for (const CmsSignerResult& signer : result.signature.signers)
        out += "\n" + cmsSignerText(signer);
    return out;
}

std::string cmsText(const formats::CmsVerifyResult& result) {
    std::string out = result.isVerified ? "Verified" : "NOT verified";
    out += findingsText(result.findings, "");
    for (const CmsSignerResult& signer : result.signers)
        out += "\n" + cmsSignerText(signer);
    return out;
}

} // namespace certwright::cli
