#include "core/pki/lint_subject.h"

#include "core/x509/extension_values.h"

#include <algorithm>

namespace certwright::pki {

using base::DerElement;
using base::DerReader;
namespace der = base::der;

namespace {

std::vector<std::vector<LintAttribute>> readName(base::BytesView content) {
    std::vector<std::vector<LintAttribute>> rdns;
    for (const DerElement& rdn : elementsIn(content)) {
        std::vector<LintAttribute> attributes;
        for (const DerElement& pair : elementsIn(rdn.content)) {
            DerReader reader(pair.content);
            const auto oid = reader.expect(der::Oid);
            const auto value = reader.next();
            if (oid && value)
                attributes.push_back({base::oidText(oid->content).value_or("?"), *value});
        }
        rdns.push_back(std::move(attributes));
    }
    return rdns;
}

std::vector<LintExtension> readExtensions(base::BytesView content) {
    std::vector<LintExtension> extensions;
    for (const DerElement& one : elementsIn(content)) {
        DerReader reader(one.content);
        const auto oid = reader.expect(der::Oid);
        const auto critical = reader.optional(der::Boolean);
        const auto value = reader.expect(der::OctetString);
        if (!oid || !value)
            continue;
        LintExtension extension;
        extension.oid = base::oidText(oid->content).value_or("?");
        extension.name = x509::Extension::fromDer(extension.oid, false, {}).shortName();
        extension.isCritical = critical && critical->content.size() == 1 && critical->content[0] != 0;
        extension.hasWrittenDefault = critical && !extension.isCritical;
        extension.value = value->content;
        extensions.push_back(std::move(extension));
    }
    return extensions;
}

/// True when all of the fields in front of the extensions are there.
bool readFields(LintSubject& out, DerReader& tbs) {
    if (const auto version = tbs.optional(der::contextConstructed(0))) {
        const auto number = DerReader(version->content).expect(der::Integer);
        if (!number || number->content.empty())
            return false;
        out.version = number->content.size() == 1 ? static_cast<std::int8_t>(number->content[0]) : 127;
        out.hasWrittenVersion1 = out.version == 0;
    }
    const auto serial = tbs.expect(der::Integer);
    const auto algorithm = tbs.expect(der::Sequence);
    const auto issuer = tbs.expect(der::Sequence);
    const auto validity = tbs.expect(der::Sequence);
    const auto subject = tbs.expect(der::Sequence);
    const auto key = tbs.expect(der::Sequence);
    if (!serial || !algorithm || !issuer || !validity || !subject || !key)
        return false;
    DerReader times(validity->content);
    const auto notBefore = times.next();
    const auto notAfter = times.next();
    if (!notBefore || !notAfter)
        return false;
    out.serial = serial->content;
    out.innerAlgorithm = *algorithm;
    out.issuer = readName(issuer->content);
    out.subject = readName(subject->content);
    out.notBefore = *notBefore;
    out.notAfter = *notAfter;
    out.publicKey = *key;
    return true;
}

} // namespace

std::optional<DerElement> LintExtension::element(std::uint8_t identifier) const {
    DerReader reader(value);
    const auto found = reader.expect(identifier);
    return reader.atEnd() ? found : std::nullopt;
}

std::vector<DerElement> elementsIn(base::BytesView content) {
    std::vector<DerElement> elements;
    DerReader reader(content);
    while (const auto element = reader.next())
        elements.push_back(*element);
    return elements;
}

LintSubject::LintSubject(const x509::Certificate& from)
    : certificate(from) {
    const auto whole = DerReader(from.der()).expect(der::Sequence);
    if (!whole)
        return;
    DerReader outer(whole->content);
    const auto tbs = outer.expect(der::Sequence);
    const auto algorithm = outer.expect(der::Sequence);
    if (!tbs || !algorithm)
        return;
    outerAlgorithm = *algorithm;
    DerReader fields(tbs->content);
    if (!readFields(*this, fields))
        return;
    isParsed = true;
    for (const unsigned number : {1U, 2U}) { // the unique identifiers
        while (fields.peek() == der::context(number) || fields.peek() == der::contextConstructed(number)) {
            hasUniqueId = true;
            if (!fields.next())
                return;
        }
    }
    if (const auto wrapped = fields.optional(der::contextConstructed(3))) {
        hasExtensions = true;
        if (const auto list = DerReader(wrapped->content).expect(der::Sequence))
            extensions = readExtensions(list->content);
    }
    isSelfSigned = from.isSelfSigned();
    // Also of a value whose path length makes no sense: what it means to be is judged.
    const auto constraints = extensionElements(lint_oids::BasicConstraints);
    isCa = !constraints.empty() && constraints[0].identifier == der::Boolean && !constraints[0].content.empty() &&
           constraints[0].content[0] != 0;
    if (const LintExtension* usage = extension(lint_oids::KeyUsage))
        keyUsage = x509::readKeyUsage(usage->value);
    if (const LintExtension* usages = extension(lint_oids::ExtendedKeyUsage))
        extendedKeyUsage = x509::readExtendedKeyUsage(usages->value).value_or(std::vector<std::string>());
    altNames = extensionElements(lint_oids::AltName);
}

const LintExtension* LintSubject::extension(std::string_view oid) const noexcept {
    const auto found =
        std::find_if(extensions.begin(), extensions.end(), [oid](const LintExtension& one) { return one.oid == oid; });
    return found == extensions.end() ? nullptr : &*found;
}

std::vector<DerElement> LintSubject::extensionElements(std::string_view oid) const {
    const LintExtension* found = extension(oid);
    const auto sequence = found != nullptr ? found->element(der::Sequence) : std::nullopt;
    return sequence ? elementsIn(sequence->content) : std::vector<DerElement>();
}

bool LintSubject::hasExtendedKeyUsage(std::string_view oid) const {
    return std::find(extendedKeyUsage.begin(), extendedKeyUsage.end(), oid) != extendedKeyUsage.end();
}

} // namespace certwright::pki
