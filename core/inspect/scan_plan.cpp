#include "core/inspect/scan_plan.h"

#include "core/inspect/dh_primes.h"
#include "core/tls/cipher_suite.h"

#include <algorithm>
#include <array>
#include <utility>

namespace certwright::inspect {

namespace {

using tls::ProtocolVersion;

constexpr std::array Versions{ProtocolVersion::Tls13, ProtocolVersion::Tls12, ProtocolVersion::Tls11,
                              ProtocolVersion::Tls10, ProtocolVersion::Ssl3};

void addOnce(std::vector<std::uint16_t>& values, std::uint16_t value) {
    if (std::find(values.begin(), values.end(), value) == values.end())
        values.push_back(value);
}

/// Those that exchange keys over a group, which older versions ask for by the suite.
std::vector<std::uint16_t> withEcdhe(const std::vector<std::uint16_t>& suites) {
    std::vector<std::uint16_t> some;
    std::copy_if(suites.begin(), suites.end(), std::back_inserter(some),
                 [](std::uint16_t suite) { return tls::registeredSuite(suite).keyExchange == "ECDHE"; });
    return some;
}

} // namespace

/// One probe, asked once.
class ScanPlan::Single : public Search {
public:
    explicit Single(Probe probe)
        : m_probe(std::move(probe)) {}

    std::optional<Probe> next() const override { return m_answer ? std::nullopt : std::optional<Probe>(m_probe); }
    void take(const Answer& answer) override { m_answer = answer; }
    const std::optional<Answer>& answer() const noexcept { return m_answer; }

private:
    Probe m_probe;
    std::optional<Answer> m_answer;
};

const ScanReport::Version* ScanReport::find(ProtocolVersion version) const noexcept {
    const auto found = std::find_if(versions.begin(), versions.end(),
                                    [version](const Version& one) { return one.version == version; });
    return found == versions.end() ? nullptr : &*found;
}

bool ScanReport::isSupported(ProtocolVersion version) const noexcept {
    const Version* found = find(version);
    return found != nullptr && found->isSupported;
}

bool ScanReport::hasAnyVersion() const noexcept {
    return std::any_of(versions.begin(), versions.end(), [](const Version& one) { return one.isSupported; });
}

ScanPlan::ScanPlan(const ScanChoice& choice)
    : m_choice(choice) {
    const auto depth = choice.ciphers ? SuiteSearch::Depth::All : SuiteSearch::Depth::FirstOnly;
    for (const ProtocolVersion version : Versions)
        m_suites.push_back(add(std::make_unique<SuiteSearch>(version, depth)));
    Probe ssl2;
    ssl2.kind = Probe::Kind::Ssl2Hello;
    ssl2.version = ProtocolVersion::Ssl2;
    m_ssl2 = add(std::make_unique<Single>(std::move(ssl2)));
}

template <class T>
T* ScanPlan::add(std::unique_ptr<T> search) {
    T* const raw = search.get();
    m_jobs.push_back({std::move(search)});
    return raw;
}

std::optional<ScanPlan::Task> ScanPlan::next() {
    for (std::size_t id = 0; id < m_jobs.size(); ++id) {
        Job& job = m_jobs[id];
        if (job.isOut)
            continue;
        std::optional<Probe> probe = job.search->next();
        if (!probe)
            continue;
        job.isOut = true;
        m_out[id] = *probe;
        return Task{id, *std::move(probe)};
    }
    return std::nullopt;
}

void ScanPlan::take(std::size_t id, const Answer& answer) {
    const auto out = m_out.find(id);
    if (out == m_out.end())
        return;
    note(out->second, answer);
    m_out.erase(out);
    m_jobs[id].search->take(answer);
    m_jobs[id].isOut = false;
    if (!m_isSecondStage && m_out.empty() &&
        std::all_of(m_jobs.begin(), m_jobs.end(), [](const Job& job) { return job.search->isDone(); }))
        beginSecondStage();
}

void ScanPlan::giveBack(std::size_t id) {
    if (m_out.erase(id) > 0)
        m_jobs[id].isOut = false;
}

bool ScanPlan::isDone() const {
    return m_out.empty() &&
           std::all_of(m_jobs.begin(), m_jobs.end(), [](const Job& job) { return job.search->isDone(); });
}

void ScanPlan::note(const Probe& probe, const Answer& answer) {
    if (answer.kind == Answer::Kind::Broke && probe.kind == Probe::Kind::Hello) {
        m_lastBreak = answer;
        const bool isHopeless =
            answer.reason == Answer::Break::NotTls || (answer.reason == Answer::Break::Timeout && !answer.hasSpoken);
        const bool isAnySupported = std::any_of(m_suites.begin(), m_suites.end(),
                                                [](const SuiteSearch* search) { return search->isSupported(); });
        if (isHopeless && !isAnySupported) {
            for (SuiteSearch* search : m_suites)
                search->giveUpEarly();
        }
    }
    if (!answer.isAccepted() || probe.kind != Probe::Kind::Hello)
        return;
    if (answer.group)
        addOnce(m_seenGroups[probe.version], *answer.group);
    if (answer.scheme && probe.version == ProtocolVersion::Tls12)
        addOnce(m_seenSchemes, *answer.scheme);
    const bool isSmaller = !m_smallestPrime || answer.dhPrime.size() < m_smallestPrime->size();
    if (!answer.dhPrime.empty() && isSmaller)
        m_smallestPrime = answer.dhPrime;
    if (probe.version == ProtocolVersion::Tls13)
        return; // none of the following is asked for there
    m_compresses = m_compresses.value_or(false) || answer.compression != 0;
    if (probe.version >= ProtocolVersion::Tls10) {
        m_hasRenegotiationInfo = m_hasRenegotiationInfo.value_or(true) && answer.hasRenegotiationInfo;
        m_hasExtendedMasterSecret = m_hasExtendedMasterSecret.value_or(true) && answer.hasExtendedMasterSecret;
    }
    m_requestsClientCertificate = m_requestsClientCertificate.value_or(false) || answer.isClientCertificateRequested;
}

void ScanPlan::beginSecondStage() {
    m_isSecondStage = true;
    if (m_choice.groups || m_choice.signatures)
        beginGroups();
    if (m_choice.handshakes)
        beginHandshakes();
    if (m_choice.ciphers)
        beginFallback();
}

void ScanPlan::beginGroups() {
    const auto begin = [this](ProtocolVersion version, std::vector<std::uint16_t> suites) {
        if (suites.empty())
            return;
        auto search = std::make_unique<GroupSearch>(version, std::move(suites), m_seenGroups[version],
                                                    version == ProtocolVersion::Tls12 ? m_seenSchemes
                                                                                      : std::vector<std::uint16_t>());
        if (!m_choice.groups)
            search->skipGroups();
        if (!m_choice.signatures)
            search->skipSchemes();
        m_groups.push_back(add(std::move(search)));
    };
    if (m_choice.groups)
        begin(ProtocolVersion::Tls13, suitesOf(ProtocolVersion::Tls13)->found());
    if (const auto older = newestBeforeTls13(); older && *older >= ProtocolVersion::Tls10)
        begin(*older, withEcdhe(suitesOf(*older)->found()));
}

void ScanPlan::beginHandshakes() {
    bool hasOlder = false; // resumption is tried with the newest version of each way to resume
    for (const SuiteSearch* search : m_suites) {
        if (!search->isSupported() || search->version() == ProtocolVersion::Ssl3)
            continue;
        const bool isTls13 = search->version() == ProtocolVersion::Tls13;
        const bool triesResumption = isTls13 || !std::exchange(hasOlder, true);
        m_handshakes.push_back(add(std::make_unique<HandshakeSearch>(search->version(), triesResumption)));
    }
}

/// A client that comes back with an older version and the signal of RFC 7507 is to be refused.
void ScanPlan::beginFallback() {
    const SuiteSearch* second = nullptr;
    int supported = 0;
    for (const SuiteSearch* search : m_suites) {
        if (search->isSupported() && search->version() >= ProtocolVersion::Tls10 && ++supported == 2)
            second = search;
    }
    if (second == nullptr)
        return;
    Probe probe;
    probe.version = second->version();
    probe.suites = second->found();
    probe.groups = groupsToOffer();
    probe.schemes = schemesToOffer();
    probe.isFallback = true;
    m_fallback = add(std::make_unique<Single>(std::move(probe)));
}

std::optional<ProtocolVersion> ScanPlan::newestBeforeTls13() const {
    for (const SuiteSearch* search : m_suites) {
        if (search->version() != ProtocolVersion::Tls13 && search->isSupported())
            return search->version();
    }
    return std::nullopt;
}

const SuiteSearch* ScanPlan::suitesOf(ProtocolVersion version) const {
    const auto found = std::find_if(m_suites.begin(), m_suites.end(),
                                    [version](const SuiteSearch* search) { return search->version() == version; });
    return found == m_suites.end() ? nullptr : *found;
}

ScanReport ScanPlan::report() const {
    ScanReport report;
    reportVersions(report);
    reportHandshakes(report);
    if (m_choice.groups) {
        if (m_smallestPrime) {
            report.dhBits = bitsOf(*m_smallestPrime);
            report.hasCommonDhPrime = isCommonDhPrime(*m_smallestPrime);
        }
    }
    for (const GroupSearch* search : m_groups) {
        if (m_choice.groups)
            report.groups[search->version()] = search->groups();
        if (search->version() == ProtocolVersion::Tls12 && m_choice.signatures)
            report.signatureSchemes = search->schemes();
    }
    if (report.signatureSchemes.empty() && m_choice.signatures)
        report.signatureSchemes = m_seenSchemes;
    report.compresses = m_compresses;
    report.hasSecureRenegotiation = m_hasRenegotiationInfo;
    report.hasExtendedMasterSecret = m_hasExtendedMasterSecret;
    if (m_requestsClientCertificate.value_or(false))
        report.requestsClientCertificate = true;
    else if (!report.requestsClientCertificate)
        report.requestsClientCertificate = m_requestsClientCertificate;
    if (m_fallback != nullptr && m_fallback->answer()) {
        constexpr std::uint8_t InappropriateFallback = 86;
        const Answer& answer = *m_fallback->answer();
        if (answer.isAccepted() || answer.alert)
            report.honoursFallbackSignal = answer.alert == InappropriateFallback;
    }
    return report;
}

void ScanPlan::reportVersions(ScanReport& report) const {
    for (const SuiteSearch* search : m_suites) {
        ScanReport::Version version{search->version(), search->isSupported(), std::nullopt, {}};
        if (search->isSupported() && !search->brokenFamilies().empty() && search->lastBreak()) {
            version.note = "It " + describeBreak(*search->lastBreak()) + " when offered";
            for (const std::string& family : search->brokenFamilies())
                version.note += (&family == &search->brokenFamilies().front() ? " " : ", ") + family;
        } else if (!search->isSupported() && search->lastBreak()) {
            version.note = "It " + describeBreak(*search->lastBreak());
        }
        report.versions.push_back(std::move(version));
        if (!search->isSupported() || !m_choice.ciphers)
            continue;
        report.suites[search->version()] = search->found();
        if (const auto preference = search->hasServerPreference())
            report.hasServerPreference[search->version()] = *preference;
    }
    ScanReport::Version ssl2{ProtocolVersion::Ssl2, false, std::nullopt, {}};
    if (const auto& answer = m_ssl2->answer(); answer && answer->isAccepted()) {
        ssl2.isSupported = true;
        report.ssl2Kinds = answer->ssl2Kinds;
    }
    report.versions.push_back(std::move(ssl2));
}

void ScanPlan::reportHandshakes(ScanReport& report) const {
    for (const HandshakeSearch* search : m_handshakes) {
        if (search->isResumed())
            report.resumes[search->version()] = *search->isResumed();
        if (report.alpn.empty())
            report.alpn = search->alpn();
        if (search->isClientCertificateRequested())
            report.requestsClientCertificate = true;
        else if (search->isConfirmed() == true && !report.requestsClientCertificate)
            report.requestsClientCertificate = false;
        for (ScanReport::Version& version : report.versions) {
            if (version.version != search->version())
                continue;
            version.isConfirmed = search->isConfirmed();
            if (!search->explanation().empty())
                version.note += (version.note.empty() ? "" : "; ") + search->explanation();
        }
    }
}

} // namespace certwright::inspect
