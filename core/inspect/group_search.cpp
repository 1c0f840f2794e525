#include "core/inspect/group_search.h"

#include "core/inspect/suite_search.h"

#include <algorithm>
#include <utility>

namespace certwright::inspect {

namespace {

bool contains(const std::vector<std::uint16_t>& values, std::uint16_t value) {
    return std::find(values.begin(), values.end(), value) != values.end();
}

std::vector<std::uint16_t> without(std::vector<std::uint16_t> all, const std::vector<std::uint16_t>& removed) {
    std::erase_if(all, [&removed](std::uint16_t value) { return contains(removed, value); });
    return all;
}

} // namespace

GroupSearch::GroupSearch(tls::ProtocolVersion version, std::vector<std::uint16_t> suites,
                         std::vector<std::uint16_t> seenGroups, std::vector<std::uint16_t> seenSchemes)
    : m_version(version)
    , m_suites(std::move(suites))
    , m_groups(std::move(seenGroups))
    , m_schemes(std::move(seenSchemes))
    , m_groupsLeft(without(groupsToOffer(), m_groups))
    , m_schemesLeft(without(schemesToOffer(), m_schemes))
    , m_areSchemesDone(version != tls::ProtocolVersion::Tls12) {}

std::optional<Probe> GroupSearch::next() const {
    if (m_suites.empty() || (m_areGroupsDone && m_areSchemesDone))
        return std::nullopt;
    Probe probe;
    probe.version = m_version;
    probe.suites = m_suites;
    probe.groups = m_areGroupsDone ? (m_groups.empty() ? groupsToOffer() : m_groups) : m_groupsLeft;
    if (m_offersFound && !m_areGroupsDone)
        probe.groups.insert(probe.groups.end(), m_groups.begin(), m_groups.end());
    probe.schemes = m_areSchemesDone ? schemesToOffer() : m_schemesLeft;
    return probe;
}

void GroupSearch::take(const Answer& answer) {
    if (answer.isAccepted())
        takeAccepted(answer);
    else
        takeRefused();
    m_areGroupsDone = m_areGroupsDone || m_groupsLeft.empty();
    m_areSchemesDone = m_areSchemesDone || m_schemesLeft.empty();
}

void GroupSearch::takeAccepted(const Answer& answer) {
    if (!m_areSchemesDone) {
        if (answer.scheme && contains(m_schemesLeft, *answer.scheme)) {
            m_schemes.push_back(*answer.scheme);
            std::erase(m_schemesLeft, *answer.scheme);
        } else {
            m_areSchemesDone = true; // it signs as it likes, whatever is offered
        }
    }
    if (m_areGroupsDone)
        return;
    if (answer.group && contains(m_groupsLeft, *answer.group)) {
        m_groups.push_back(*answer.group);
        std::erase(m_groupsLeft, *answer.group);
    } else {
        m_areGroupsDone = true; // it prefers one that was found before to all that are left
    }
}

/// Before TLS 1.3 a server with an ECDSA certificate may demand that the certificate's curve is on offer, too: what is
/// left is then tried once more with the groups that were found behind it. When that is refused as well, it was for
/// want of a signature scheme.
void GroupSearch::takeRefused() {
    if (m_areGroupsDone) {
        m_areSchemesDone = true;
    } else if (m_version == tls::ProtocolVersion::Tls13 || m_groups.empty()) {
        m_areGroupsDone = true;
        m_areSchemesDone = m_areSchemesDone || m_schemes.empty();
    } else if (!m_offersFound) {
        m_offersFound = true;
    } else if (!m_areSchemesDone) {
        m_areSchemesDone = true;
        m_offersFound = false;
    } else {
        m_areGroupsDone = true;
    }
}

} // namespace certwright::inspect
