#include "core/inspect/suite_search.h"

#include "core/tls/cipher_suite.h"
#include "core/tls/group.h"
#include "core/tls/signature_scheme.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace certwright::inspect {

namespace {

using tls::ProtocolVersion;

/// Key exchanges in the order in which they are offered and, where a server breaks over all of them, asked for.
constexpr std::array<std::string_view, 5> Families{"ECDHE", "RSA", "DHE", "any", "other"};
/// Of those, as many are tried where no suite is known to be accepted.
constexpr std::size_t FirstFamilies = 2;

std::string familyOf(std::uint16_t suite) {
    const std::string keyExchange = tls::registeredSuite(suite).keyExchange;
    const bool isListed = std::find(Families.begin(), Families.end(), keyExchange) != Families.end();
    return isListed ? keyExchange : std::string("other");
}

bool isChaCha(std::uint16_t suite) {
    return tls::registeredSuite(suite).encryption.starts_with("CHACHA20");
}

/// Lower comes first in a list.
int rankOf(std::uint16_t id) {
    const tls::CipherSuite suite = tls::registeredSuite(id);
    const auto family = std::find(Families.begin(), Families.end(), familyOf(id)) - Families.begin();
    const bool isWeak = suite.strengthBits < 112 || suite.authentication == "NULL" || suite.encryption == "RC4";
    const bool isAead = suite.mac == "AEAD";
    return (isWeak ? 1000 : 0) + static_cast<int>(family) * 10 + (isAead ? 0 : 5);
}

} // namespace

std::vector<std::uint16_t> suitesToOffer(ProtocolVersion version) {
    std::vector<std::uint16_t> suites = tls::registeredSuites(version == ProtocolVersion::Tls13);
    std::stable_sort(suites.begin(), suites.end(),
                     [](std::uint16_t a, std::uint16_t b) { return rankOf(a) < rankOf(b); });
    return suites;
}

const std::vector<std::uint16_t>& groupsToOffer() {
    static const std::vector<std::uint16_t> groups = [] {
        std::vector<std::uint16_t> all = tls::registeredGroups();
        // The common ones first, for servers that go by the client's order or look at the first few only.
        const auto isCommon = [](std::uint16_t id) { return id == 0x001D || (id >= 0x0017 && id <= 0x0019); };
        std::stable_partition(all.begin(), all.end(), isCommon);
        return all;
    }();
    return groups;
}

const std::vector<std::uint16_t>& schemesToOffer() {
    static const std::vector<std::uint16_t> schemes = tls::namedSignatureSchemes();
    return schemes;
}

SuiteSearch::SuiteSearch(ProtocolVersion version, Depth depth)
    : m_version(version)
    , m_depth(depth)
    , m_left(suitesToOffer(version)) {}

std::vector<std::uint16_t> SuiteSearch::offered() const {
    if (m_phase == Phase::Order)
        return reversed();
    if (m_phase != Phase::Families)
        return m_left;
    std::vector<std::uint16_t> suites;
    std::copy_if(m_left.begin(), m_left.end(), std::back_inserter(suites),
                 [this](std::uint16_t suite) { return familyOf(suite) == m_families.front(); });
    return suites;
}

std::optional<Probe> SuiteSearch::next() const {
    if (m_phase == Phase::Done)
        return std::nullopt;
    Probe probe;
    probe.version = m_version;
    probe.suites = offered();
    probe.groups = groupsToOffer();
    probe.schemes = schemesToOffer();
    return probe;
}

void SuiteSearch::take(const Answer& answer) {
    if (answer.kind == Answer::Kind::Broke)
        m_lastBreak = answer;
    if (m_phase == Phase::Order)
        takeOrder(answer);
    else
        takeSuite(answer);
}

void SuiteSearch::takeSuite(const Answer& answer) {
    if (answer.isAccepted()) {
        m_found.push_back(answer.suite);
        std::erase(m_left, answer.suite);
        if (m_depth == Depth::FirstOnly)
            m_phase = Phase::Done;
        else if (offered().empty())
            m_phase == Phase::Families ? nextFamily() : finishSuites();
        return;
    }
    const bool isBroken = answer.kind == Answer::Kind::Broke;
    switch (m_phase) {
    case Phase::Whole:
        if (isBroken && !(m_givesUpEarly && m_found.empty()))
            startFamilies();
        else
            finishSuites();
        break;
    case Phase::Families:
        if (isBroken)
            m_brokenFamilies.push_back(m_families.front());
        nextFamily();
        break;
    case Phase::Reorder: // it accepted all of these before
        m_found.insert(m_found.end(), m_left.begin(), m_left.end());
        m_left.clear();
        startOrder();
        break;
    case Phase::Order:
    case Phase::Done:
        break;
    }
}

void SuiteSearch::startFamilies() {
    m_phase = Phase::Families;
    m_families.emplace_back(); // the whole list, which was asked already
    for (const std::string_view family : Families)
        m_families.emplace_back(family);
    nextFamily();
}

void SuiteSearch::nextFamily() {
    do {
        m_families.erase(m_families.begin());
        const bool hasTriedFirst = m_families.size() + FirstFamilies <= Families.size();
        if (m_families.empty() || (m_found.empty() && hasTriedFirst && m_version != ProtocolVersion::Tls13)) {
            finishSuites();
            return;
        }
    } while (offered().empty());
}

void SuiteSearch::finishSuites() {
    if (m_phase == Phase::Families && m_found.size() > 1) {
        // Found family by family, they are in no order: ask again for those alone.
        m_phase = Phase::Reorder;
        m_left = std::move(m_found);
        m_found.clear();
    } else {
        startOrder();
    }
}

void SuiteSearch::startOrder() {
    m_phase = m_found.size() > 1 ? Phase::Order : Phase::Done;
}

/// The reverse of what was found, so that a server that goes by the client's order chooses another one. Some servers
/// prefer ChaCha20 when it stands first (BoringSSL, OpenSSL's PRIORITIZE_CHACHA), and have an order all the same.
std::vector<std::uint16_t> SuiteSearch::reversed() const {
    const std::vector<std::uint16_t> plain(m_found.rbegin(), m_found.rend());
    std::vector<std::uint16_t> suites = plain;
    std::stable_partition(suites.begin(), suites.end(), [](std::uint16_t suite) { return !isChaCha(suite); });
    return suites.front() == m_found.front() ? plain : suites;
}

void SuiteSearch::takeOrder(const Answer& answer) {
    if (answer.isAccepted())
        m_preference = answer.suite == m_found.front();
    m_phase = Phase::Done;
}

} // namespace certwright::inspect
