// From when to when a planned certificate is valid.
#include "core/pki/plan_builder.h"

#include <algorithm>
#include <chrono>
#include <string>

namespace certwright::pki {

namespace {

using namespace std::chrono;

/// So that it is valid at once on computers whose clock is a little slow.
constexpr minutes backdating{5};
constexpr base::Time firstTime = sys_days{January / 1 / 0};
constexpr base::Time lastTime = sys_days{December / 31 / 9999} + hours{23} + minutes{59} + seconds{59};
/// Apple's systems refuse server certificates that last longer, those of private CAs too (support.apple.com/HT210176).
constexpr days appleLimit{825};

std::string dateText(base::Time time) {
    return base::toRfc3339(time).substr(0, 10);
}

std::string counted(std::int64_t count, std::string_view unit) {
    return std::to_string(count) + " " + std::string(unit) + (count == 1 ? "" : "s");
}

/// "3 months": the largest unit of which there is at least one.
std::string durationText(seconds duration) {
    if (duration >= years{1})
        return counted(duration / years{1}, "year");
    if (duration >= months{1})
        return counted(duration / months{1}, "month");
    if (duration >= days{1})
        return counted(duration / days{1}, "day");
    if (duration >= hours{1})
        return counted(duration / hours{1}, "hour");
    if (duration >= minutes{1})
        return counted(duration / minutes{1}, "minute");
    return counted(duration.count(), "second");
}

bool isWritable(base::Time time) {
    return time >= firstTime && time <= lastTime;
}

} // namespace

void PlanBuilder::planValidity() {
    m_plan.notBefore = m_choices.notBefore.value_or(m_context.now - backdating);
    if (!isWritable(m_plan.notBefore)) {
        add(Severity::Error, Field::NotBefore, "time-out-of-range", "Only the years 0 to 9999 can be written.");
        m_plan.notBefore = std::clamp(m_plan.notBefore, firstTime, lastTime);
    }
    const Lifetime lifetime = m_choices.lifetime.value_or(m_choices.profile.lifetime);
    m_plan.notAfter = m_choices.notAfter.value_or(lifetime.endFrom(m_plan.notBefore));
    if (!isWritable(m_plan.notAfter)) {
        add(Severity::Error, Field::NotAfter, "time-out-of-range", "Only the years 0 to 9999 can be written.");
        m_plan.notAfter = std::clamp(m_plan.notAfter, firstTime, lastTime);
    }
    if (m_context.issuer && m_choices.product == Product::IssuedCertificate)
        checkIssuerLifetime(m_choices.notAfter || m_choices.lifetime);
    checkLifetime();
}

void PlanBuilder::checkIssuerLifetime(bool isChosen) {
    const x509::Certificate& issuer = *m_context.issuer;
    const std::string name = issuer.subject().displayName();
    const auto issuerStart = issuer.notBefore();
    const auto issuerEnd = issuer.notAfter();
    if (issuerStart && *issuerStart > m_context.now)
        add(Severity::Warning, Field::Issuer, "issuer-not-yet-valid",
            name + " is not valid before " + dateText(*issuerStart) + ".");
    if (!issuerEnd)
        return;
    if (*issuerEnd < m_context.now) {
        add(Severity::Error, Field::Issuer, "issuer-expired",
            name + " has expired (" + dateText(*issuerEnd) + ") and may not issue certificates.", "Renew the CA first");
        return;
    }
    if (m_plan.notAfter <= *issuerEnd)
        return;
    Problem problem{"outlives-issuer", Severity::Error, Field::NotAfter, {}, "Shorten to issuer", {}, issuerEnd};
    if (isChosen) {
        problem.message =
            "Ends " + durationText(m_plan.notAfter - *issuerEnd) + " after its issuer (" + dateText(*issuerEnd) + ").";
    } else {
        m_plan.notAfter = *issuerEnd;
        problem = {"shortened-to-issuer",
                   Severity::Notice,
                   Field::NotAfter,
                   "Shortened to end with its issuer (" + dateText(*issuerEnd) + ").",
                   {},
                   {},
                   issuerEnd};
    }
    m_plan.problems.push_back(std::move(problem));
}

void PlanBuilder::checkLifetime() {
    if (m_plan.notAfter < m_plan.notBefore) {
        add(Severity::Error, Field::NotAfter, "ends-before-start", "It would end before it starts.");
        return;
    }
    if (m_plan.notAfter < m_context.now)
        add(Severity::Warning, Field::NotAfter, "ended-already", "It would have ended already.");
    else if (m_plan.notBefore > m_context.now)
        add(Severity::Notice, Field::NotBefore, "starts-later",
            "It is not valid before " + base::toRfc3339(m_plan.notBefore) + ".");
    const auto& usages = m_choices.profile.extendedKeyUsage;
    const bool isForServers = std::ranges::find(usages, "serverAuth") != usages.end();
    if (isForServers && m_plan.notAfter - m_plan.notBefore >= appleLimit)
        add(Severity::Warning, Field::NotAfter, "server-lifetime-long",
            "Apple's systems refuse server certificates that last longer than 825 days.");
}

} // namespace certwright::pki
