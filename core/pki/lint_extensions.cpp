#include "core/base/openssl_check.h"
#include "core/pki/lint_rules.h"
#include "core/x509/extension_values.h"

#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <set>

// RFC 5280 4.2.1.1 to 4.2.1.3, 4.2.1.8, 4.2.1.9, 4.2.1.12 and 4.2.2: key identifiers, usages, constraints, pointers.
namespace certwright::pki {

using base::DerElement;
using base::DerReader;
namespace der = base::der;

namespace {

// Bits of the key usage.
constexpr unsigned KeyEncipherment = 1U << 2U, DataEncipherment = 1U << 3U, KeyAgreement = 1U << 4U,
                   KeyCertSign = 1U << 5U, EncipherOnly = 1U << 7U, DecipherOnly = 1U << 8U;

constexpr std::array NeverCritical = {lint_oids::AuthorityKeyId, lint_oids::SubjectKeyId,
                                      lint_oids::AuthorityInfo,  lint_oids::SubjectInfo,
                                      lint_oids::FreshestCrl,    lint_oids::DirectoryAttributes};

bool hasUsage(const LintSubject& subject, unsigned bit) {
    return subject.keyUsage && (*subject.keyUsage & bit) != 0;
}

void checkDuplicates(const LintSubject& subject, LintReport& report) {
    std::set<std::string_view> seen;
    for (const LintExtension& extension : subject.extensions) {
        if (!seen.insert(extension.oid).second)
            report.fail(extension.path(),
                        "The extension is there twice; programs refuse that. Have it issued with one.");
    }
}

void checkValues(const LintSubject& subject, LintReport& report) {
    for (const LintExtension& extension : subject.extensions) {
        DerReader reader(extension.value);
        const auto element = reader.next();
        bool isSound = element && reader.atEnd();
        const auto native = x509::Extension::fromDer(extension.oid, false, base::toBytes(extension.value)).toNative();
        if (isSound && X509V3_EXT_get(native.get()) != nullptr && X509V3_EXT_get(native.get())->it != nullptr) {
            const auto* method = X509V3_EXT_get(native.get());
            void* value = X509V3_EXT_d2i(native.get());
            isSound = value != nullptr;
            ASN1_item_free(static_cast<ASN1_VALUE*>(value), ASN1_ITEM_ptr(method->it));
        }
        base::clearQueue();
        if (!isSound)
            report.fail(extension.path(), element && !reader.atEnd()
                                              ? "There are bytes behind the value; strict readers refuse that."
                                              : "The value is damaged or of another form than the extension has.");
    }
}

void checkCriticalUnknown(const LintSubject& subject, LintReport& report) {
    for (const LintExtension& extension : subject.extensions) {
        const bool hasOwnRule =
            std::find(NeverCritical.begin(), NeverCritical.end(), extension.oid) != NeverCritical.end();
        const auto native = x509::Extension::fromDer(extension.oid, true, base::toBytes(extension.value)).toNative();
        if (extension.isCritical && !hasOwnRule && extension.oid != lint_oids::PrecertificatePoison &&
            X509_supported_extension(native.get()) == 0)
            report.fail(extension.path(), "It is critical, and programs that do not know it refuse the certificate.");
    }
    base::clearQueue();
}

void forbidCritical(std::string_view oid, const LintSubject& subject, LintReport& report) {
    const LintExtension* extension = subject.extension(oid);
    if (extension != nullptr && extension->isCritical)
        report.fail(extension->path(), "The extension must not be critical. Make it not critical.");
}

void checkNeverCritical(const LintSubject& subject, LintReport& report) {
    for (const std::string_view oid : NeverCritical)
        forbidCritical(oid, subject, report);
}

void checkAuthorityKeyId(const LintSubject& subject, LintReport& report) {
    const bool canHaveIt = subject.version == 2;
    if (canHaveIt && !subject.isSelfSigned && subject.extension(lint_oids::AuthorityKeyId) == nullptr)
        report.fail("extensions",
                    "The authority key identifier is missing: with several keys of one CA programs cannot "
                    "tell which signed. Only self-signed certificates may do without.");
}

void checkAuthorityKeyIdForm(const LintSubject& subject, LintReport& report) {
    const LintExtension* extension = subject.extension(lint_oids::AuthorityKeyId);
    if (extension == nullptr || !extension->element(der::Sequence))
        return;
    bool hasKeyId = false, hasIssuer = false, hasSerial = false;
    for (const DerElement& field : subject.extensionElements(lint_oids::AuthorityKeyId)) {
        hasKeyId = hasKeyId || field.identifier == der::context(0);
        hasIssuer = hasIssuer || field.identifier == der::contextConstructed(1);
        hasSerial = hasSerial || field.identifier == der::context(2);
    }
    if (!hasKeyId && !subject.isSelfSigned)
        report.fail(extension->path(), "It has no key identifier, by which CAs are found.");
    if (hasIssuer != hasSerial)
        report.fail(extension->path(), "Issuer and serial number have to be there together, or neither of them.");
}

void checkCaKeyId(const LintSubject& subject, LintReport& report) {
    if (subject.isCa && subject.extension(lint_oids::SubjectKeyId) == nullptr)
        report.fail("extensions", "A CA has to have a subject key identifier, which what it issues refers to.");
}

void checkLeafKeyId(const LintSubject& subject, LintReport& report) {
    if (!subject.isCa && subject.hasExtensions && subject.extension(lint_oids::SubjectKeyId) == nullptr)
        report.fail("extensions", "A subject key identifier would let programs find the certificate by its key.");
}

void checkUsagePresent(const LintSubject& subject, LintReport& report) {
    if (subject.isCa && subject.extension(lint_oids::KeyUsage) == nullptr)
        report.fail("extensions", "A CA has to have a key usage with keyCertSign.");
}

void checkUsageBits(const LintSubject& subject, LintReport& report) {
    const LintExtension* extension = subject.extension(lint_oids::KeyUsage);
    if (extension != nullptr && subject.keyUsage && (*subject.keyUsage & 0x1FFU) == 0)
        report.fail(extension->path(), "No usage is set; one has to be at least, or the extension be left out.");
}

void checkUsageCritical(const LintSubject& subject, LintReport& report) {
    const LintExtension* extension = subject.extension(lint_oids::KeyUsage);
    if (extension != nullptr && !extension->isCritical)
        report.fail(extension->path(), "It should be critical, so that no program may ignore it.");
}

void checkCertSign(const LintSubject& subject, LintReport& report) {
    if (hasUsage(subject, KeyCertSign) && !subject.isCa)
        report.fail("extensions.keyUsage",
                    "keyCertSign is for CAs alone, and this is none (basicConstraints CA:TRUE is "
                    "missing). Leave it out, or make it a CA.");
}

void checkCaSigns(const LintSubject& subject, LintReport& report) {
    if (subject.isCa && subject.keyUsage && !hasUsage(subject, KeyCertSign))
        report.fail("extensions.keyUsage", "The CA has no keyCertSign, so it can issue nothing that is accepted.");
}

void checkOnlyBits(const LintSubject& subject, LintReport& report) {
    if (hasUsage(subject, EncipherOnly | DecipherOnly) && !hasUsage(subject, KeyAgreement))
        report.fail("extensions.keyUsage", "encipherOnly and decipherOnly mean nothing without keyAgreement.");
}

void checkUsageOfKey(const LintSubject& subject, LintReport& report) {
    const std::string& type = subject.certificate.publicKey().facts().type;
    const unsigned usage = subject.keyUsage.value_or(0);
    const bool isEdwards = type == "Ed25519" || type == "Ed448";
    const bool isMontgomery = type == "X25519" || type == "X448";
    unsigned forbidden = 0;
    if (type == "EC")
        forbidden = KeyEncipherment | DataEncipherment;
    else if (isEdwards)
        forbidden = KeyEncipherment | DataEncipherment | KeyAgreement | EncipherOnly | DecipherOnly;
    else if (isMontgomery)
        forbidden = 0x1FFU & ~(KeyAgreement | EncipherOnly | DecipherOnly);
    if ((usage & forbidden) != 0)
        report.fail("extensions.keyUsage", "A usage is set that " + type + " keys cannot serve (they cannot " +
                                               (isMontgomery ? "sign" : "encrypt") + "). Leave it out.");
}

void checkConstraintsCritical(const LintSubject& subject, LintReport& report) {
    const LintExtension* extension = subject.extension(lint_oids::BasicConstraints);
    if (extension != nullptr && subject.isCa && !extension->isCritical)
        report.fail(extension->path(), "In a CA it has to be critical.");
}

void checkPathLength(const LintSubject& subject, LintReport& report) {
    const LintExtension* extension = subject.extension(lint_oids::BasicConstraints);
    if (extension == nullptr)
        return;
    const auto fields = subject.extensionElements(lint_oids::BasicConstraints);
    const auto length = std::find_if(fields.begin(), fields.end(),
                                     [](const DerElement& field) { return field.identifier == der::Integer; });
    if (length == fields.end())
        return;
    if (!length->content.empty() && (length->content[0] & 0x80U) != 0)
        report.fail(extension->path(), "The path length is negative.");
    else if (!subject.isCa)
        report.fail(extension->path(), "A path length is for CAs alone. Leave it out.");
    else if (subject.keyUsage && !hasUsage(subject, KeyCertSign))
        report.fail(extension->path(), "A path length needs keyCertSign in the key usage.");
}

void checkUsagesPresent(const LintSubject& subject, LintReport& report) {
    const LintExtension* extension = subject.extension(lint_oids::ExtendedKeyUsage);
    const auto list = extension != nullptr ? extension->element(der::Sequence) : std::nullopt;
    if (list && list->content.empty())
        report.fail(extension->path(), "The extension is there but names no purpose. Leave it out.");
}

void checkAnyUsage(const LintSubject& subject, LintReport& report) {
    const LintExtension* extension = subject.extension(lint_oids::ExtendedKeyUsage);
    if (extension != nullptr && extension->isCritical && subject.hasExtendedKeyUsage(lint_oids::AnyUsage))
        report.fail(extension->path(), "It should not be critical when it allows every purpose.");
}

/// What is wrong with one DistributionPoint; empty when nothing.
std::string pointProblem(const DerElement& point) {
    bool hasName = false, hasReasons = false, hasIssuer = false;
    for (const DerElement& field : elementsIn(point.content)) {
        hasName = hasName || field.identifier == der::contextConstructed(0);
        hasReasons = hasReasons || field.identifier == der::context(1);
        hasIssuer = hasIssuer || field.identifier == der::contextConstructed(2);
    }
    if (hasName || hasIssuer)
        return {};
    return hasReasons ? "It has nothing but reasons: neither where the list is nor who issues it."
                      : "It is empty: neither where the list is nor who issues it.";
}

void checkPoints(const LintSubject& subject, LintReport& report) {
    for (const std::string_view oid : {lint_oids::CrlPoints, lint_oids::FreshestCrl}) {
        const LintExtension* extension = subject.extension(oid);
        if (extension == nullptr || !extension->element(der::Sequence))
            continue;
        const auto points = subject.extensionElements(oid);
        if (points.empty())
            report.fail(extension->path(), "The extension is there but names no place. Leave it out.");
        for (std::size_t i = 0; i < points.size(); ++i) {
            const std::string problem = pointProblem(points[i]);
            if (!problem.empty())
                report.fail(extension->path() + "[" + std::to_string(i) + "]", problem);
        }
    }
}

void checkPointsCritical(const LintSubject& subject, LintReport& report) {
    const LintExtension* extension = subject.extension(lint_oids::CrlPoints);
    if (extension != nullptr && extension->isCritical)
        report.fail(extension->path(), "It should not be critical: programs that fetch no lists would refuse it.");
}

void checkAccess(const LintSubject& subject, LintReport& report) {
    for (const std::string_view oid : {lint_oids::AuthorityInfo, lint_oids::SubjectInfo}) {
        const LintExtension* extension = subject.extension(oid);
        const auto list = extension != nullptr ? extension->element(der::Sequence) : std::nullopt;
        if (list && list->content.empty())
            report.fail(extension->path(), "The extension is there but names no place. Leave it out.");
    }
}

constexpr auto Error = Severity::Error;
constexpr auto Warning = Severity::Warning;

constexpr LintRule Rules[] = {
    {"extension-twice", Error, "RFC 5280 4.2", checkDuplicates},
    {"extension-damaged", Error, "RFC 5280 4.2", checkValues},
    {"extension-unknown-critical", Warning, "RFC 5280 4.2", checkCriticalUnknown},
    {"extension-critical", Error, "RFC 5280 4.2.1.1, 4.2.1.2, 4.2.1.8, 4.2.1.15, 4.2.2", checkNeverCritical},
    {"aki-missing", Error, "RFC 5280 4.2.1.1", checkAuthorityKeyId},
    {"aki-form", Error, "RFC 5280 4.2.1.1", checkAuthorityKeyIdForm},
    {"ski-missing-ca", Error, "RFC 5280 4.2.1.2", checkCaKeyId},
    {"ski-missing", Severity::Notice, "RFC 5280 4.2.1.2", checkLeafKeyId},
    {"ku-missing-ca", Error, "RFC 5280 4.2.1.3", checkUsagePresent},
    {"ku-empty", Error, "RFC 5280 4.2.1.3", checkUsageBits},
    {"ku-not-critical", Warning, "RFC 5280 4.2.1.3", checkUsageCritical},
    {"ku-cert-sign", Error, "RFC 5280 4.2.1.9", checkCertSign},
    {"ku-ca-cannot-sign", Warning, "RFC 5280 4.2.1.3", checkCaSigns},
    {"ku-only-bits", Warning, "RFC 5280 4.2.1.3", checkOnlyBits},
    {"ku-key-type", Error, "RFC 8813 3, RFC 9295 3", checkUsageOfKey},
    {"bc-not-critical", Error, "RFC 5280 4.2.1.9", checkConstraintsCritical},
    {"bc-path-length", Error, "RFC 5280 4.2.1.9", checkPathLength},
    {"eku-empty", Error, "RFC 5280 4.2.1.12", checkUsagesPresent},
    {"eku-any-critical", Warning, "RFC 5280 4.2.1.12", checkAnyUsage},
    {"crl-point", Error, "RFC 5280 4.2.1.13", checkPoints},
    {"crl-point-critical", Warning, "RFC 5280 4.2.1.13", checkPointsCritical},
    {"access-empty", Error, "RFC 5280 4.2.2", checkAccess},
};

} // namespace

std::span<const LintRule> lintExtensionRules() {
    return Rules;
}

} // namespace certwright::pki
