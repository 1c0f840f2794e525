#include "core/pki/lint_rules.h"
#include "core/x509/name.h"

#include <algorithm>
#include <array>
#include <cctype>

// RFC 5280 4.1.2.4, 4.1.2.6, 4.2.1.6 and appendix A: names of issuer and subject, and alternative names.
namespace certwright::pki {

using base::DerElement;
using base::DerReader;
namespace der = base::der;

namespace {

constexpr std::string_view Country = "2.5.4.6", SerialNumber = "2.5.4.5", Qualifier = "2.5.4.46",
                           JurisdictionCountry = "1.3.6.1.4.1.311.60.2.1.3", Email = "1.2.840.113549.1.9.1",
                           DomainComponent = "0.9.2342.19200300.100.1.25";

/// Attributes whose type is DirectoryString (X.520), of those that certificates have.
bool isDirectoryString(std::string_view oid) {
    static constexpr std::array<std::string_view, 14> oids = {
        "2.5.4.3",  "2.5.4.4",  "2.5.4.7",  "2.5.4.8",  "2.5.4.9",  "2.5.4.10", "2.5.4.11",
        "2.5.4.12", "2.5.4.17", "2.5.4.41", "2.5.4.42", "2.5.4.43", "2.5.4.44", "2.5.4.65"};
    return std::find(oids.begin(), oids.end(), oid) != oids.end();
}

/// The identifier that the attribute's value has to have; 0 where there is a choice.
std::uint8_t demandedType(std::string_view oid) {
    if (oid == Country || oid == SerialNumber || oid == Qualifier || oid == JurisdictionCountry)
        return der::PrintableString;
    return oid == Email || oid == DomainComponent ? der::Ia5String : std::uint8_t{0};
}

/// Calls `check(attribute, where)` for every attribute of both names.
template <class F>
void forEachAttribute(const LintSubject& subject, F&& check) {
    for (const auto& [name, field] : {std::pair(&subject.issuer, "issuer."), std::pair(&subject.subject, "subject.")}) {
        for (const auto& rdn : *name) {
            for (const LintAttribute& attribute : rdn)
                check(attribute, field + x509::attributeShortName(attribute.oid));
        }
    }
}

void checkIssuer(const LintSubject& subject, LintReport& report) {
    if (subject.issuer.empty())
        report.fail("issuer", "The issuer has no name, so that nobody can find it.");
}

void checkCaSubject(const LintSubject& subject, LintReport& report) {
    if (subject.isCa && subject.subject.empty())
        report.fail("subject", "A CA has to have a name, for what it issues says it as the issuer.");
}

void checkEmptySubject(const LintSubject& subject, LintReport& report) {
    if (!subject.subject.empty() || subject.isCa)
        return;
    const LintExtension* names = subject.extension(lint_oids::AltName);
    if (names == nullptr)
        report.fail("subject", "There is no name at all, neither a subject nor alternative names.");
    else if (!names->isCritical)
        report.fail(names->path(), "The subject is empty, so the alternative names have to be critical: without them "
                                   "nobody would know for whom it is.");
}

void checkRdns(const LintSubject& subject, LintReport& report) {
    for (const auto& [name, field] : {std::pair(&subject.issuer, "issuer"), std::pair(&subject.subject, "subject")}) {
        if (std::any_of(name->begin(), name->end(), [](const auto& rdn) { return rdn.empty(); }))
            report.fail(field, "A part of the name (RDN) is empty; each has to have an attribute.");
    }
}

void checkTypes(const LintSubject& subject, LintReport& report) {
    forEachAttribute(subject, [&report](const LintAttribute& attribute, const std::string& where) {
        const std::uint8_t demanded = demandedType(attribute.oid);
        if (demanded != 0 && attribute.value.identifier != demanded)
            report.fail(where, std::string("It has to be a ") +
                                   (demanded == der::Ia5String ? "IA5String" : "PrintableString") +
                                   "; programs that compare names stumble.");
    });
}

void checkOldTypes(const LintSubject& subject, LintReport& report) {
    forEachAttribute(subject, [&report](const LintAttribute& attribute, const std::string& where) {
        const std::uint8_t type = attribute.value.identifier;
        if (isDirectoryString(attribute.oid) && type != der::Utf8String && type != der::PrintableString)
            report.fail(where, "New names have to be UTF8String or PrintableString; other string types are for names "
                               "that existed before 2004. Choose UTF8String.");
    });
}

void checkCharacters(const LintSubject& subject, LintReport& report) {
    forEachAttribute(subject, [&report](const LintAttribute& attribute, const std::string& where) {
        const std::string_view text = base::textOf(attribute.value.content);
        const auto isPrintable = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   std::string_view(" '()+,-./:=?").find(c) != std::string_view::npos;
        };
        const auto isAscii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
        const std::uint8_t type = attribute.value.identifier;
        if (type == der::PrintableString && !std::all_of(text.begin(), text.end(), isPrintable))
            report.fail(where, "It has characters that a PrintableString must not have (“" + std::string(text) +
                                   "”). Choose UTF8String.");
        else if (type == der::Ia5String && !std::all_of(text.begin(), text.end(), isAscii))
            report.fail(where, "It has characters beyond ASCII, which an IA5String must not have.");
    });
}

void checkLengths(const LintSubject& subject, LintReport& report) {
    forEachAttribute(subject, [&report](const LintAttribute& attribute, const std::string& where) {
        const std::size_t limit = x509::attributeLimit(attribute.oid);
        const auto text = base::stringText(attribute.value);
        if (!text || limit == 0)
            return;
        const auto characters = static_cast<std::size_t>(std::count_if(
            text->begin(), text->end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
        const bool isCountry = limit == 2;
        if (characters > limit || (isCountry && characters < limit && characters != 0))
            report.fail(where, "It has " + std::to_string(characters) + " characters; " + std::to_string(limit) +
                                   (isCountry ? " are right." : " are the most."));
    });
}

void checkEmptyValues(const LintSubject& subject, LintReport& report) {
    forEachAttribute(subject, [&report](const LintAttribute& attribute, const std::string& where) {
        if (attribute.value.content.empty())
            report.fail(where, "It is empty. Leave the attribute out.");
    });
}

void checkSubjectEmail(const LintSubject& subject, LintReport& report) {
    for (const auto& rdn : subject.subject) {
        for (const LintAttribute& attribute : rdn) {
            const bool hasEmail = std::any_of(subject.altNames.begin(), subject.altNames.end(),
                                              [](const DerElement& name) { return name.identifier == 0x81; });
            if (attribute.oid == Email && !hasEmail)
                report.fail("subject.emailAddress", "An e-mail address belongs into the alternative names; in the "
                                                    "subject it is for old programs only.");
        }
    }
}

// --- alternative names ---------------------------------------------------------------------------------------------

/// Calls `check(name, where)` for every entry of both extensions.
template <class F>
void forEachAltName(const LintSubject& subject, F&& check) {
    for (const std::string_view oid : {lint_oids::AltName, lint_oids::IssuerAltName}) {
        const LintExtension* extension = subject.extension(oid);
        if (extension == nullptr)
            continue;
        std::size_t index = 0;
        for (const DerElement& name : subject.extensionElements(oid))
            check(name, extension->path() + "[" + std::to_string(index++) + "]");
    }
}

void checkAltNamesPresent(const LintSubject& subject, LintReport& report) {
    for (const std::string_view oid : {lint_oids::AltName, lint_oids::IssuerAltName}) {
        const LintExtension* extension = subject.extension(oid);
        const auto list = extension != nullptr ? extension->element(der::Sequence) : std::nullopt;
        if (list && list->content.empty())
            report.fail(extension->path(), "The extension is there but has no name in it. Leave it out.");
    }
}

bool isTextName(const DerElement& name) {
    return name.identifier == 0x81 || name.identifier == 0x82 || name.identifier == 0x86;
}

void checkEmptyAltNames(const LintSubject& subject, LintReport& report) {
    forEachAltName(subject, [&report](const DerElement& name, const std::string& where) {
        if ((isTextName(name) && name.content.empty()) || (name.identifier == 0xA4 && name.content.size() <= 2))
            report.fail(where, "This name is empty.");
    });
}

void checkAltNameCharacters(const LintSubject& subject, LintReport& report) {
    forEachAltName(subject, [&report](const DerElement& name, const std::string& where) {
        const bool isAscii = std::all_of(name.content.begin(), name.content.end(),
                                         [](std::uint8_t octet) { return octet < 0x80 && octet != 0; });
        if (isTextName(name) && !isAscii)
            report.fail(where, "It has characters beyond ASCII or a zero; international names are written as A-labels "
                               "(xn--).");
    });
}

std::string dnsProblem(std::string_view name) {
    if (name == " ")
        return "The name is a blank, which is forbidden by name.";
    if (name.size() > 253)
        return "The name is longer than 253 characters.";
    if (name.starts_with("*."))
        name.remove_prefix(2);
    while (true) {
        const std::size_t dot = name.find('.');
        const std::string_view label = name.substr(0, dot);
        if (label.empty() || label.size() > 63)
            return "A label of it is empty or longer than 63 characters.";
        if (label.front() == '-' || label.back() == '-')
            return "A label of it begins or ends with a hyphen.";
        if (!std::all_of(label.begin(), label.end(), [](unsigned char c) {
                // The baseline of TLS has a rule of its own for the underscore.
                return std::isalnum(c) != 0 || c == '-' || c == '_';
            }))
            return "It has characters that host names do not have.";
        if (dot == std::string_view::npos)
            return {};
        name.remove_prefix(dot + 1);
    }
}

void checkDnsNames(const LintSubject& subject, LintReport& report) {
    forEachAltName(subject, [&report](const DerElement& name, const std::string& where) {
        const std::string_view text = base::textOf(name.content);
        if (name.identifier != 0x82 || text.empty())
            return;
        const std::string problem = dnsProblem(text);
        if (!problem.empty())
            report.fail(where, "“" + std::string(text) + "” is no host name: " + problem);
    });
}

void checkUris(const LintSubject& subject, LintReport& report) {
    forEachAltName(subject, [&report](const DerElement& name, const std::string& where) {
        if (name.identifier != 0x86 || name.content.empty())
            return;
        const std::string_view text = base::textOf(name.content);
        const std::size_t colon = text.find(':');
        const std::string_view scheme = text.substr(0, colon);
        const bool isScheme = !scheme.empty() && std::isalpha(static_cast<unsigned char>(scheme[0])) != 0 &&
                              std::all_of(scheme.begin(), scheme.end(), [](unsigned char c) {
                                  return std::isalnum(c) != 0 || c == '+' || c == '-' || c == '.';
                              });
        const std::string_view rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
        if (!isScheme || rest.empty() || rest == "//")
            report.fail(where,
                        "“" + std::string(text) +
                            "” is no absolute URI: it has to have a scheme and something behind it (https://...).");
    });
}

void checkEmails(const LintSubject& subject, LintReport& report) {
    forEachAltName(subject, [&report](const DerElement& name, const std::string& where) {
        if (name.identifier != 0x81 || name.content.empty())
            return;
        const std::string_view text = base::textOf(name.content);
        const std::size_t at = text.rfind('@');
        const bool isMailbox = at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
                               text.find_first_of("<> \t,;") == std::string_view::npos && text.find('@') == at &&
                               dnsProblem(text.substr(at + 1)).empty();
        const bool isQuoted = text.starts_with('"'); // a quoted local part may have nearly everything in it
        if (!isMailbox && !(isQuoted && at != std::string_view::npos))
            report.fail(where, "“" + std::string(text) + "” is no plain e-mail address (name@host.example).");
    });
}

void checkAddresses(const LintSubject& subject, LintReport& report) {
    forEachAltName(subject, [&report](const DerElement& name, const std::string& where) {
        if (name.identifier == 0x87 && name.content.size() != 4 && name.content.size() != 16)
            report.fail(where, "An IP address has 4 or 16 octets, this one has " + std::to_string(name.content.size()) +
                                   ". No program can match it.");
    });
}

constexpr auto Error = Severity::Error;

constexpr LintRule Rules[] = {
    {"issuer-empty", Error, "RFC 5280 4.1.2.4", checkIssuer},
    {"subject-empty-ca", Error, "RFC 5280 4.1.2.6", checkCaSubject},
    {"subject-empty-names", Error, "RFC 5280 4.1.2.6", checkEmptySubject},
    {"name-rdn-empty", Error, "RFC 5280 4.1.2.4", checkRdns},
    {"name-string-type", Error, "RFC 5280 appendix A.1", checkTypes},
    {"name-string-old", Severity::Warning, "RFC 5280 4.1.2.4", checkOldTypes},
    {"name-characters", Error, "X.680 41.4, RFC 5280 appendix A.1", checkCharacters},
    {"name-length", Error, "RFC 5280 appendix A.1", checkLengths},
    {"name-value-empty", Error, "RFC 5280 appendix A.1", checkEmptyValues},
    {"name-email", Severity::Notice, "RFC 5280 4.1.2.6", checkSubjectEmail},
    {"san-empty", Error, "RFC 5280 4.2.1.6", checkAltNamesPresent},
    {"san-name-empty", Error, "RFC 5280 4.2.1.6", checkEmptyAltNames},
    {"san-characters", Error, "RFC 5280 4.2.1.6", checkAltNameCharacters},
    {"san-dns", Error, "RFC 5280 4.2.1.6", checkDnsNames},
    {"san-uri", Error, "RFC 5280 4.2.1.6", checkUris},
    {"san-email", Error, "RFC 5280 4.2.1.6", checkEmails},
    {"san-ip-length", Error, "RFC 5280 4.2.1.6", checkAddresses},
};

} // namespace

std::span<const LintRule> lintNameRules() {
    return Rules;
}

} // namespace certwright::pki
