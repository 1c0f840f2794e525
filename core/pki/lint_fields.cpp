#include "core/base/clock.h"
#include "core/formats/asn1_view.h"
#include "core/pki/lint_rules.h"

#include <algorithm>
#include <array>

// RFC 5280 4.1: the fields of a certificate.
namespace certwright::pki {

using base::BytesView;
using base::DerElement;
using base::DerReader;
using formats::Asn1Element;
using formats::Asn1View;
namespace der = base::der;

namespace {

constexpr std::size_t LongestSerial = 20;

/// What of X.690 10 and 11 an element breaks; empty when nothing.
std::string derProblem(const Asn1View& view, const Asn1Element& element) {
    if (element.isIndefinite)
        return "has an indefinite length";
    if (!element.isShortest)
        return "has a tag or length that is not in its shortest form";
    if (element.tagClass != 0)
        return {};
    const BytesView content = view.content(element);
    if (element.isConstructed)
        return element.tag == 16 || element.tag == 17 || element.tag == 8 ? "" : "is a string in several parts";
    switch (element.tag) {
    case der::Boolean:
        return content.size() == 1 && (content[0] == 0 || content[0] == 0xFF) ? "" : "is a BOOLEAN not 00 or FF";
    case der::Integer:
    case der::Enumerated:
        if (content.empty() || (content.size() > 1 &&
                                ((content[0] == 0 && content[1] < 0x80) || (content[0] == 0xFF && content[1] >= 0x80))))
            return "is an INTEGER not in its shortest form";
        return {};
    case der::BitString: {
        if (content.empty() || content[0] > 7 || (content.size() == 1 && content[0] != 0))
            return "is a BIT STRING whose count of unused bits makes no sense";
        const unsigned unused = (1U << content[0]) - 1;
        return (content.back() & unused) == 0 || content.size() == 1 ? ""
                                                                     : "is a BIT STRING with unused bits that are set";
    }
    default:
        return {};
    }
}

void checkDer(const LintSubject& subject, LintReport& report) {
    const Asn1View view(subject.certificate.der());
    if (!view.isComplete()) {
        report.fail("certificate", "The encoding is damaged at offset " + std::to_string(view.problemOffset()) + ": " +
                                       view.problem() + ". Have it issued anew.");
        return;
    }
    for (const Asn1Element& element : view.elements()) {
        const std::string problem = derProblem(view, element);
        if (problem.empty())
            continue;
        report.fail("certificate", "The element at offset " + std::to_string(element.offset) + " " + problem +
                                       ". Certificates are DER, and strict readers refuse others; have it issued by "
                                       "software that writes DER.");
        return; // one says it: the others have the same cause
    }
}

void checkDefaults(const LintSubject& subject, LintReport& report) {
    if (subject.hasWrittenVersion1)
        report.fail("version", "Version 1 is written out though it is the default, which DER leaves out.");
    for (const LintExtension& extension : subject.extensions) {
        if (extension.hasWrittenDefault)
            report.fail(extension.path(), "“critical” is written out as FALSE, the default, which DER leaves out.");
    }
    const auto constraints = subject.extensionElements(lint_oids::BasicConstraints);
    if (!constraints.empty() && constraints[0].identifier == der::Boolean && !subject.isCa)
        report.fail("extensions.basicConstraints", "cA is written out as FALSE, the default, which DER leaves out.");
}

void checkVersion(const LintSubject& subject, LintReport& report) {
    const std::int64_t version = subject.version.value_or(0);
    if (version < 0 || version > 2)
        report.fail("version", "There are the versions 1 to 3 only. Have it issued as version 3.");
}

void checkVersionOfExtensions(const LintSubject& subject, LintReport& report) {
    if (subject.hasExtensions && subject.version.value_or(0) != 2)
        report.fail("version", "A certificate with extensions has to be version 3; others must ignore them. Have it "
                               "issued as version 3.");
}

void checkEmptyExtensions(const LintSubject& subject, LintReport& report) {
    if (subject.hasExtensions && subject.extensions.empty())
        report.fail("extensions", "The list of extensions is there but empty; it has to be left out then.");
}

void checkVersionOfIds(const LintSubject& subject, LintReport& report) {
    if (subject.hasUniqueId && subject.version.value_or(0) == 0)
        report.fail("version", "Unique identifiers need version 2 or 3.");
}

void checkUniqueIds(const LintSubject& subject, LintReport& report) {
    if (subject.hasUniqueId)
        report.fail("uniqueID", "CAs must not put unique identifiers into certificates. Leave them out.");
}

void checkSerialSign(const LintSubject& subject, LintReport& report) {
    const bool isZero =
        std::all_of(subject.serial.begin(), subject.serial.end(), [](std::uint8_t octet) { return octet == 0; });
    const bool isNegative = !subject.serial.empty() && (subject.serial[0] & 0x80U) != 0;
    if (isZero || isNegative)
        report.fail("serialNumber", std::string("The serial number is ") + (isZero ? "zero" : "negative") +
                                        "; it has to be positive, or programs confuse certificates. Have it issued "
                                        "with another number.");
}

void checkSerialLength(const LintSubject& subject, LintReport& report) {
    if (subject.serial.size() > LongestSerial)
        report.fail("serialNumber", "The serial number has " + std::to_string(subject.serial.size()) +
                                        " octets; 20 are the most that programs have to be able to read.");
}

void checkAlgorithmsAgree(const LintSubject& subject, LintReport& report) {
    if (!std::ranges::equal(subject.innerAlgorithm.whole, subject.outerAlgorithm.whole))
        report.fail("signatureAlgorithm",
                    "The signature algorithm inside the signed part is not the one outside of it; "
                    "programs refuse that. Have it issued anew.");
}

enum class Parameters { Null, Absent, Other };

struct AlgorithmForm {
    std::string_view oid;
    Parameters parameters;
    std::string_view name;
};

/// RFC 4055 5, RFC 3279 2.2.1, 2.2.2 and 2.3.1, RFC 5758 3.1 and 3.2, RFC 8410 3.
constexpr std::array AlgorithmForms = {
    AlgorithmForm{"1.2.840.113549.1.1.1", Parameters::Null, "rsaEncryption"},
    AlgorithmForm{"1.2.840.113549.1.1.2", Parameters::Null, "md2WithRSAEncryption"},
    AlgorithmForm{"1.2.840.113549.1.1.4", Parameters::Null, "md5WithRSAEncryption"},
    AlgorithmForm{"1.2.840.113549.1.1.5", Parameters::Null, "sha1WithRSAEncryption"},
    AlgorithmForm{"1.2.840.113549.1.1.11", Parameters::Null, "sha256WithRSAEncryption"},
    AlgorithmForm{"1.2.840.113549.1.1.12", Parameters::Null, "sha384WithRSAEncryption"},
    AlgorithmForm{"1.2.840.113549.1.1.13", Parameters::Null, "sha512WithRSAEncryption"},
    AlgorithmForm{"1.2.840.113549.1.1.14", Parameters::Null, "sha224WithRSAEncryption"},
    AlgorithmForm{"1.2.840.10045.4.1", Parameters::Absent, "ecdsa-with-SHA1"},
    AlgorithmForm{"1.2.840.10045.4.3.1", Parameters::Absent, "ecdsa-with-SHA224"},
    AlgorithmForm{"1.2.840.10045.4.3.2", Parameters::Absent, "ecdsa-with-SHA256"},
    AlgorithmForm{"1.2.840.10045.4.3.3", Parameters::Absent, "ecdsa-with-SHA384"},
    AlgorithmForm{"1.2.840.10045.4.3.4", Parameters::Absent, "ecdsa-with-SHA512"},
    AlgorithmForm{"1.2.840.10040.4.3", Parameters::Absent, "dsa-with-SHA1"},
    AlgorithmForm{"2.16.840.1.101.3.4.3.2", Parameters::Absent, "dsa-with-SHA256"},
    AlgorithmForm{"1.3.101.110", Parameters::Absent, "X25519"},
    AlgorithmForm{"1.3.101.111", Parameters::Absent, "X448"},
    AlgorithmForm{"1.3.101.112", Parameters::Absent, "Ed25519"},
    AlgorithmForm{"1.3.101.113", Parameters::Absent, "Ed448"},
};

void checkParametersOf(const DerElement& algorithm, const char* where, LintReport& report) {
    DerReader reader(algorithm.content);
    const auto oid = reader.expect(der::Oid);
    const auto text = oid ? base::oidText(oid->content) : std::nullopt;
    const auto parameters = reader.next();
    const auto* form = std::find_if(AlgorithmForms.begin(), AlgorithmForms.end(),
                                    [&text](const AlgorithmForm& row) { return text == row.oid; });
    if (form == AlgorithmForms.end())
        return;
    const Parameters found = !parameters                                                          ? Parameters::Absent
                             : parameters->identifier == der::Null && parameters->content.empty() ? Parameters::Null
                                                                                                  : Parameters::Other;
    if (found != form->parameters)
        report.fail(where, std::string(form->name) +
                               (form->parameters == Parameters::Null ? " has to have NULL parameters"
                                                                     : " must not have parameters") +
                               "; strict readers refuse it. Have it issued by other software.");
}

void checkParameters(const LintSubject& subject, LintReport& report) {
    checkParametersOf(subject.outerAlgorithm, "signatureAlgorithm", report);
    if (const auto algorithm = DerReader(subject.publicKey.content).expect(der::Sequence))
        checkParametersOf(*algorithm, "subjectPublicKeyInfo.algorithm", report);
}

/// "YYMMDDhhmmssZ" or "YYYYMMDDhhmmssZ" and nothing else.
bool hasTimeForm(const DerElement& time) {
    const std::string_view text = base::textOf(time.content);
    const std::size_t digits = time.identifier == der::UtcTime ? 12 : 14;
    return text.size() == digits + 1 && text.back() == 'Z' && text.find_first_not_of("0123456789") == digits &&
           base::timeOf(time).has_value();
}

void checkTimeForms(const LintSubject& subject, LintReport& report) {
    for (const auto& [time, where] :
         {std::pair(&subject.notBefore, "validity.notBefore"), std::pair(&subject.notAfter, "validity.notAfter")}) {
        if (!hasTimeForm(*time))
            report.fail(where,
                        "The time “" + std::string(base::textOf(time->content)) +
                            "” has not the form that certificates have: seconds, no fraction, and Z at its end.");
    }
}

void checkTimeTypes(const LintSubject& subject, LintReport& report) {
    for (const auto& [time, where] :
         {std::pair(&subject.notBefore, "validity.notBefore"), std::pair(&subject.notAfter, "validity.notAfter")}) {
        if (time->identifier == der::GeneralizedTime && base::textOf(time->content) < "2050" &&
            base::textOf(time->content) >= "1950")
            report.fail(where, "Times up to 2049 have to be UTCTime, not GeneralizedTime; programs refuse that.");
    }
}

void checkTimeOrder(const LintSubject& subject, LintReport& report) {
    const auto notBefore = base::timeOf(subject.notBefore);
    const auto notAfter = base::timeOf(subject.notAfter);
    if (notBefore && notAfter && *notAfter < *notBefore)
        report.fail("validity", "It ends before it begins, so it is never valid.");
}

constexpr auto Error = Severity::Error;

constexpr LintRule Rules[] = {
    {"not-der", Error, "RFC 5280 4.1", checkDer},
    {"default-written", Severity::Warning, "X.690 11.5", checkDefaults},
    {"version-unknown", Error, "RFC 5280 4.1.2.1", checkVersion},
    {"version-extensions", Error, "RFC 5280 4.1.2.1", checkVersionOfExtensions},
    {"extensions-empty", Error, "RFC 5280 4.1.2.9", checkEmptyExtensions},
    {"version-unique-id", Error, "RFC 5280 4.1.2.8", checkVersionOfIds},
    {"unique-id", Error, "RFC 5280 4.1.2.8", checkUniqueIds},
    {"serial-not-positive", Error, "RFC 5280 4.1.2.2", checkSerialSign},
    {"serial-too-long", Error, "RFC 5280 4.1.2.2", checkSerialLength},
    {"signature-algorithms-differ", Error, "RFC 5280 4.1.1.2", checkAlgorithmsAgree},
    {"algorithm-parameters", Error, "RFC 4055 5, RFC 5758 3.2, RFC 8410 3", checkParameters},
    {"time-form", Error, "RFC 5280 4.1.2.5", checkTimeForms},
    {"time-type", Error, "RFC 5280 4.1.2.5", checkTimeTypes},
    {"validity-reversed", Error, "RFC 5280 4.1.2.5", checkTimeOrder},
};

} // namespace

std::span<const LintRule> lintFieldRules() {
    return Rules;
}

} // namespace certwright::pki
