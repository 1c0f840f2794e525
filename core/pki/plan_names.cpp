// The subject and the alternative names of a plan.
#include "core/base/error.h"
#include "core/pki/plan_builder.h"

#include <algorithm>
#include <string>

namespace certwright::pki {

namespace {

constexpr std::string_view commonNameOid = "2.5.4.3", countryOid = "2.5.4.6";
constexpr std::size_t commonNameLimit = 64; // RFC 5280 appendix A.1: ub-common-name

bool isContained(const std::vector<x509::GeneralName>& names, const x509::GeneralName& name) {
    return std::ranges::find(names, name) != names.end();
}

std::size_t characterCount(std::string_view utf8) {
    return static_cast<std::size_t>(
        std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool isEmailAddress(std::string_view text) {
    const auto at = text.rfind('@');
    return at != std::string_view::npos && at != 0 && at + 1 != text.size() &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

/// A text that somebody might take for a host: labels with dots between, no spaces.
bool looksLikeHost(std::string_view text) {
    return text.find('.') != std::string_view::npos && text.find(' ') == std::string_view::npos &&
           text.find('@') == std::string_view::npos;
}

} // namespace

void PlanBuilder::planNames() {
    const auto append = [this](const x509::GeneralName& name) {
        if (!isContained(m_plan.names, name))
            m_plan.names.push_back(name);
    };
    if (m_choices.request && isRequestedAltNameTaken()) {
        for (const x509::GeneralName& name : m_choices.request->subjectAltNames()) {
            if (!isContained(m_choices.leftOutNames, name))
                append(name);
        }
    }
    std::ranges::for_each(m_choices.names, append);

    // An extension given by hand stands for the whole list.
    if (const auto* own = x509::findExtension(m_choices.extensions, x509::oids::SubjectAltName)) {
        try {
            m_plan.names = x509::generalNamesFromDer(own->value());
        } catch (const base::Error& error) {
            add(Severity::Error, Field::Extensions, "alt-name-damaged", error.message(), {}, own->oid());
        }
    }
}

std::string PlanBuilder::firstUsableCommonName() const {
    using Type = x509::GeneralName::Type;
    const bool takesEmail = m_choices.profile.names == Profile::Names::Email;
    for (const x509::GeneralName& name : m_plan.names) {
        const bool fits = takesEmail ? name.type == Type::Email : name.type == Type::Dns || name.type == Type::Ip;
        if (fits && characterCount(name.value) <= commonNameLimit)
            return name.value;
    }
    return {};
}

void PlanBuilder::planSubject() {
    m_plan.subject = m_choices.subject;
    if (m_plan.subject.isEmpty() && m_choices.request)
        m_plan.subject = m_choices.request->subject();
    const bool isTheRequests = m_choices.subject.isEmpty() && m_choices.request.has_value();
    if (isTheRequests || !m_choices.profile.takesCommonNameFromNames || !m_choices.takesCommonNameFromNames)
        return;
    if (m_plan.subject.first("CN"))
        return;
    if (const std::string commonName = firstUsableCommonName(); !commonName.empty())
        m_plan.subject.append("CN", commonName);
}

void PlanBuilder::checkSubject() {
    for (const x509::Rdn& rdn : m_plan.subject.rdns()) {
        for (const x509::NameAttribute& attribute : rdn)
            checkAttribute(attribute);
    }
    if (!m_plan.subject.isEmpty()) {
        checkCommonName();
        return;
    }
    if (willBeCa())
        add(Severity::Error, Field::Subject, "subject-missing", "A CA needs a name.",
            "Give at least a common name"); // RFC 5280 4.1.2.6
    else if (!m_plan.names.empty())
        add(Severity::Notice, Field::Subject, "subject-empty", "Empty DN: SAN must be critical (set).");
    else if (m_choices.profile.names == Profile::Names::Optional)
        add(Severity::Error, Field::Subject, "subject-missing", "Give a name: a subject or an alternative name.");
}

void PlanBuilder::checkAttribute(const x509::NameAttribute& attribute) {
    const std::string name = x509::attributeLongName(attribute.oid);
    // What comes with a request is the requester's business as long as programs can read it.
    const Severity severity = m_choices.subject.isEmpty() ? Severity::Warning : Severity::Error;
    if (attribute.value.empty()) {
        add(severity, Field::Subject, "attribute-empty", name + " is empty.", "Fill it in or remove it", attribute.oid);
        return;
    }
    const std::size_t limit = x509::attributeLimit(attribute.oid);
    if (attribute.oid == countryOid) {
        if (attribute.value.size() != 2 || !std::ranges::all_of(attribute.value, isLetter))
            add(severity, Field::Subject, "country", "Country must be two letters (ISO 3166), e.g. DE.", {},
                attribute.oid);
    } else if (limit != 0 && characterCount(attribute.value) > limit) {
        std::string message = name + " is longer than " + std::to_string(limit) + " characters";
        message += attribute.oid == commonNameOid ? " (ub-common-name)." : ".";
        add(severity, Field::Subject, "attribute-too-long", std::move(message), {}, attribute.oid);
    }
}

void PlanBuilder::checkCommonName() {
    if (m_choices.profile.names != Profile::Names::Host || m_plan.names.empty())
        return;
    const auto commonName = m_plan.subject.first("CN");
    if (!commonName || !looksLikeHost(*commonName))
        return;
    const bool isNamed = std::ranges::any_of(
        m_plan.names, [&commonName](const x509::GeneralName& name) { return name.value == *commonName; });
    if (!isNamed)
        add(Severity::Warning, Field::Names, "common-name-not-in-names",
            "“" + *commonName + "” is not among the DNS names; browsers ignore the common name.",
            "Add it to the DNS names", *commonName);
}

void PlanBuilder::checkNames() {
    using Type = x509::GeneralName::Type;
    const auto hasAny = [this](auto matches) { return std::ranges::any_of(m_plan.names, matches); };
    const auto isHost = [](const x509::GeneralName& n) { return n.type == Type::Dns || n.type == Type::Ip; };
    const auto isMail = [](const x509::GeneralName& n) { return n.type == Type::Email; };
    if (m_choices.profile.names == Profile::Names::Host && !hasAny(isHost))
        add(Severity::Error, Field::Names, "names-missing",
            "Add at least one DNS name or IP address; browsers ignore the common name.");
    if (m_choices.profile.names == Profile::Names::Email && !hasAny(isMail))
        add(Severity::Error, Field::Names, "email-missing",
            "Add at least one e-mail address; mail programs look for it in the alternative names.");

    const bool isForServers = m_choices.profile.names == Profile::Names::Host;
    for (const x509::GeneralName& name : m_plan.names) {
        if (name.type == Type::Dns)
            checkDnsName(name.value);
        else if (name.type == Type::Email && !isEmailAddress(name.value))
            add(Severity::Error, Field::Names, "email-invalid", "“" + name.value + "” is not an e-mail address.", {},
                name.value);
        else if (name.type == Type::Ip && isForServers)
            add(Severity::Notice, Field::Names, "ip-address",
                name.value + " is an IP address: public CAs rarely sign these, private clients accept them.", {},
                name.value);
    }
}

void PlanBuilder::checkDnsName(const std::string& name) {
    std::string withoutUnderscores = name;
    std::ranges::replace(withoutUnderscores, '_', 'a');
    // Programs that check host names differ about underscores only; everything else they refuse.
    if (const std::string problem = x509::dnsNameProblem(withoutUnderscores); !problem.empty()) {
        const std::string exact = x509::dnsNameProblem(name);
        add(Severity::Error, Field::Names, "dns-name-invalid", exact.empty() ? problem : exact, {}, name);
    } else if (withoutUnderscores != name) {
        add(Severity::Warning, Field::Names, "dns-name-underscore",
            "“" + name + "”: underscore is not allowed in host names.", {}, name);
    }
}

} // namespace certwright::pki
