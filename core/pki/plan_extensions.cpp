// The extensions of a plan, and their comparison with those of a request.
#include "core/base/der_reader.h"
#include "core/base/error.h"
#include "core/crypto/digest.h"
#include "core/pki/plan_builder.h"
#include "core/x509/extensions/features.h"
#include "core/x509/extensions/key_identifiers.h"

#include <algorithm>
#include <array>
#include <string>

namespace certwright::pki {

namespace oids = x509::oids;

namespace {

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += text.empty() ? word : "," + word;
    return text;
}

bool isKeyIdentifier(std::string_view oid) {
    return oid == oids::SubjectKeyIdentifier || oid == oids::AuthorityKeyIdentifier;
}

bool mayOnlyBelongToCa(const x509::Extension& keyUsage) {
    const auto names = x509::keyUsageNames(keyUsage.value());
    return std::ranges::any_of(names, [](const std::string& n) { return n == "keyCertSign" || n == "cRLSign"; });
}

std::string nameText(const x509::GeneralName& name) {
    return std::string(toString(name.type)) + ":" + name.value;
}

std::string describe(const x509::Extension& extension) {
    return extension.isCritical() ? "critical, " + extension.text() : extension.text();
}

} // namespace

BasicConstraints BasicConstraints::fromDer(base::BytesView value) {
    BasicConstraints constraints;
    base::DerReader outer(value);
    const auto sequence = outer.expect(base::der::Sequence);
    if (!sequence)
        return constraints;
    base::DerReader inner(sequence->content);
    if (const auto flag = inner.optional(base::der::Boolean))
        constraints.isCa = !flag->content.empty() && flag->content.front() != 0;
    if (const auto length = inner.optional(base::der::Integer); length && length->content.size() <= 4) {
        long number = 0;
        for (const std::uint8_t octet : length->content)
            number = (number << 8) | octet;
        constraints.pathLength = number;
    }
    return constraints;
}

base::Bytes keyIdentifierOf(const crypto::PublicKey& key) {
    base::DerReader outer(key.spkiDer());
    const auto sequence = outer.expect(base::der::Sequence);
    if (!sequence)
        return {};
    base::DerReader inner(sequence->content);
    inner.expect(base::der::Sequence);
    const auto bits = inner.expect(base::der::BitString);
    if (!bits || bits->content.empty())
        return {};
    return crypto::sha1(bits->content.subspan(1)); // without the count of unused bits
}

void PlanBuilder::planExtensions() {
    addProfileExtensions();
    addRequestExtensions();
    addAltNames();
    if (isCertificate())
        addKeyIdentifiers();
    addUserExtensions();
    orderExtensions();
}

void PlanBuilder::put(PlannedExtension extension) {
    if (isLeftOut(extension.oid) && extension.origin != Origin::User && extension.origin != Origin::Request)
        return;
    const auto same = std::ranges::find(m_plan.extensions, extension.oid, &PlannedExtension::oid);
    if (same == m_plan.extensions.end())
        m_plan.extensions.push_back(std::move(extension));
    else
        *same = std::move(extension);
}

bool PlanBuilder::isLeftOut(std::string_view oid) const {
    return std::ranges::find(m_choices.leftOutExtensions, oid) != m_choices.leftOutExtensions.end();
}

void PlanBuilder::addProfileExtensions() {
    const Profile& profile = m_choices.profile;
    const auto putText = [this](std::string_view type, bool isCritical, const std::string& value) {
        x509::Extension extension = x509::Extension::fromText(type, isCritical, value);
        put({extension.oid(), isCritical, Origin::Profile, std::move(extension)});
    };
    if (profile.isCa) {
        std::string value = *profile.isCa ? "CA:TRUE" : "CA:FALSE";
        if (*profile.isCa && profile.pathLength)
            value += ",pathlen:" + std::to_string(*profile.pathLength);
        putText("basicConstraints", true, value);
    }
    if (const auto usages = profile.keyUsageFor(m_plan.keyFacts); !usages.empty())
        putText("keyUsage", true, joined(usages));
    else if (!profile.keyUsage.empty() && !m_plan.keyFacts.type.empty())
        add(Severity::Error, Field::Key, "key-unfit",
            displayText(m_plan.keyFacts) + " keys cannot do what “" + profile.title + "” needs.",
            "Choose a key that can sign");
    if (!profile.extendedKeyUsage.empty())
        putText("extendedKeyUsage", profile.isExtendedKeyUsageCritical, joined(profile.extendedKeyUsage));
    if (profile.hasOcspNoCheck) {
        x509::Extension noCheck = x509::Extension::of(x509::OcspNoCheck(), false);
        put({noCheck.oid(), false, Origin::Profile, std::move(noCheck)});
    }
}

bool PlanBuilder::isTakenFromRequest(const x509::Extension& extension) const {
    const auto choice = m_choices.requestChoices.find(extension.oid());
    if (choice != m_choices.requestChoices.end() && choice->second != RequestChoice::Rule)
        return choice->second == RequestChoice::Take && !isKeyIdentifier(extension.oid());
    if (m_choices.takeFromRequest == TakeFromRequest::None || isKeyIdentifier(extension.oid()))
        return false;
    if (extension.oid() == oids::SubjectAltName)
        return true;
    if (m_choices.takeFromRequest == TakeFromRequest::San)
        return false;
    // What makes a CA comes from a purpose that the user chose, not from whoever sent the request.
    const bool isForCa = m_choices.profile.isCa.value_or(false);
    if (extension.oid() == oids::BasicConstraints)
        return !isForCa && !BasicConstraints::fromDer(extension.value()).isCa;
    if (extension.oid() == oids::KeyUsage)
        return !isForCa && !mayOnlyBelongToCa(extension);
    return true;
}

bool PlanBuilder::isRequestedAltNameTaken() const {
    const auto* requested = x509::findExtension(m_choices.request->extensions(), oids::SubjectAltName);
    return requested != nullptr && isTakenFromRequest(*requested);
}

void PlanBuilder::addRequestExtensions() {
    if (!m_choices.request)
        return;
    for (const x509::Extension& extension : m_choices.request->extensions()) {
        if (extension.oid() != oids::SubjectAltName && isTakenFromRequest(extension))
            put({extension.oid(), extension.isCritical(), Origin::Request, extension});
    }
}

void PlanBuilder::addAltNames() {
    // RFC 5280 4.2.1.6: critical when, and only when, there is no subject.
    const bool isCritical = m_plan.subject.isEmpty();
    const x509::Extension* requested = nullptr;
    if (m_choices.request && isRequestedAltNameTaken())
        requested = x509::findExtension(m_choices.request->extensions(), oids::SubjectAltName);
    const Origin origin = requested != nullptr ? Origin::Request : Origin::User;

    // Untouched, the requested value is kept byte for byte: it may hold kinds of names that cannot be written anew.
    if (requested != nullptr && (m_plan.names.empty() || m_plan.names == m_choices.request->subjectAltNames()) &&
        m_choices.leftOutNames.empty()) {
        put({requested->oid(), isCritical, origin,
             x509::Extension::fromDer(requested->oid(), isCritical, requested->value())});
        return;
    }
    if (m_plan.names.empty())
        return;
    try {
        x509::Extension extension =
            x509::Extension::fromDer(oids::SubjectAltName, isCritical, x509::generalNamesToDer(m_plan.names));
        put({extension.oid(), isCritical, origin, std::move(extension)});
    } catch (const base::Error& error) {
        add(Severity::Error, Field::Names, "name-invalid", error.message());
    }
}

void PlanBuilder::addUserExtensions() {
    std::vector<std::string_view> seen;
    for (const x509::Extension& extension : m_choices.extensions) {
        if (std::ranges::find(seen, extension.oid()) != seen.end())
            add(Severity::Error, Field::Extensions, "extension-repeated",
                extension.shortName() + " is given twice; an extension may occur once only.", {}, extension.oid());
        seen.push_back(extension.oid());
        if (extension.oid() == oids::SubjectAltName && !m_choices.names.empty())
            add(Severity::Error, Field::Extensions, "names-twice",
                "Alternative names are given twice, as names and as an extension; only one can be issued.", {},
                extension.oid());
        put({extension.oid(), extension.isCritical(), Origin::User, extension});
    }
}

void PlanBuilder::addKeyIdentifiers() {
    PlannedExtension subjectKey{std::string(oids::SubjectKeyIdentifier), false, Origin::Automatic, std::nullopt};
    if (m_publicKey)
        subjectKey.extension = x509::Extension::of(x509::SubjectKeyIdentifier{keyIdentifierOf(*m_publicKey)}, false);
    put(std::move(subjectKey));
    if (m_choices.product != Product::IssuedCertificate || !m_context.issuer)
        return;
    base::Bytes identifier = m_context.issuer->subjectKeyId();
    if (identifier.empty())
        identifier = keyIdentifierOf(m_context.issuer->publicKey());
    x509::Extension extension = x509::Extension::of(x509::AuthorityKeyIdentifier{std::move(identifier)}, false);
    put({extension.oid(), false, Origin::Automatic, std::move(extension)});
}

void PlanBuilder::orderExtensions() {
    static constexpr std::array first{oids::BasicConstraints, oids::KeyUsage, oids::ExtendedKeyUsage,
                                      oids::SubjectAltName};
    const auto rank = [](const PlannedExtension& planned) {
        const auto found = std::ranges::find(first, std::string_view(planned.oid));
        if (found != first.end())
            return static_cast<int>(found - first.begin());
        return isKeyIdentifier(planned.oid) ? 100 : 50;
    };
    std::ranges::stable_sort(m_plan.extensions, {}, rank);
}

void PlanBuilder::compareWithRequest() {
    using Fate = RequestedField::Fate;
    if (!m_choices.request)
        return;
    const x509::Request& request = *m_choices.request;
    const std::string requestedSubject = request.subject().toRfc2253();
    m_plan.comparison.push_back({{},
                                 "Subject",
                                 requestedSubject,
                                 m_plan.subject.toRfc2253(),
                                 request.subject() == m_plan.subject ? Fate::Taken : Fate::Replaced});
    compareNames();
    for (const x509::Extension& requested : request.extensions()) {
        if (requested.oid() == oids::SubjectAltName && !request.subjectAltNames().empty())
            continue;
        RequestedField field{requested.oid(), requested.shortName(), describe(requested), {}, Fate::Dropped};
        if (const PlannedExtension* planned = m_plan.extension(requested.oid())) {
            field.issued = planned->extension ? describe(*planned->extension) : planned->text();
            field.fate = planned->extension == requested ? Fate::Taken : Fate::Replaced;
        }
        m_plan.comparison.push_back(std::move(field));
    }
    for (const PlannedExtension& planned : m_plan.extensions) {
        if (planned.oid == oids::SubjectAltName || x509::findExtension(request.extensions(), planned.oid) != nullptr)
            continue;
        m_plan.comparison.push_back({planned.oid,
                                     planned.shortName(),
                                     {},
                                     planned.extension ? describe(*planned.extension) : planned.text(),
                                     Fate::Added});
    }
}

void PlanBuilder::compareNames() {
    using Fate = RequestedField::Fate;
    const auto& requested = m_choices.request->subjectAltNames();
    for (const x509::GeneralName& name : requested) {
        const bool isKept = std::ranges::find(m_plan.names, name) != m_plan.names.end();
        const std::string text = nameText(name);
        m_plan.comparison.push_back(
            {{}, text, text, isKept ? text : std::string(), isKept ? Fate::Taken : Fate::Dropped});
    }
    for (const x509::GeneralName& name : m_plan.names) {
        if (std::ranges::find(requested, name) == requested.end())
            m_plan.comparison.push_back({{}, nameText(name), {}, nameText(name), Fate::Added});
    }
}

} // namespace certwright::pki
