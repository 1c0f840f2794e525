#pragma once

#include "core/inspect/group_search.h"
#include "core/inspect/handshake_search.h"
#include "core/inspect/scan_report.h"
#include "core/inspect/search.h"
#include "core/inspect/suite_search.h"

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace certwright::inspect {

/// The whole scan of a server as a machine without I/O: it hands out probes, as many at a time as can be asked for
/// independently of each other, and is told what came of each. Pure; owned by one thread.
class ScanPlan {
public:
    struct Task {
        std::size_t id = 0;
        Probe probe;
    };

    explicit ScanPlan(const ScanChoice& choice = {});

    /// A probe to make now; nothing while there is none, or none that need not wait for an answer.
    std::optional<Task> next();
    /// What came of a task; each once.
    void take(std::size_t id, const Answer& answer);
    /// The task could not be tried: it will be handed out again.
    void giveBack(std::size_t id);
    bool isDone() const;

    /// What is known until now; all of it when it is done.
    ScanReport report() const;
    /// How the server broke, for one that speaks no version; nothing when it refused all of them.
    const std::optional<Answer>& lastBreak() const noexcept { return m_lastBreak; }

private:
    struct Job {
        std::unique_ptr<Search> search;
        bool isOut = false; ///< its probe was handed out
    };
    class Single;

    template <class T>
    T* add(std::unique_ptr<T> search);
    void note(const Probe& probe, const Answer& answer);
    void beginSecondStage();
    void beginGroups();
    void beginHandshakes();
    void beginFallback();
    void reportVersions(ScanReport& report) const;
    void reportHandshakes(ScanReport& report) const;
    std::optional<tls::ProtocolVersion> newestBeforeTls13() const;
    const SuiteSearch* suitesOf(tls::ProtocolVersion version) const;

    ScanChoice m_choice;
    std::vector<Job> m_jobs;
    std::map<std::size_t, Probe> m_out;
    bool m_isSecondStage = false;
    std::vector<SuiteSearch*> m_suites; ///< newest version first; owned by m_jobs
    Single* m_ssl2 = nullptr;
    Single* m_fallback = nullptr;
    std::vector<GroupSearch*> m_groups;
    std::vector<HandshakeSearch*> m_handshakes;
    std::optional<Answer> m_lastBreak;

    // What answers told in passing.
    std::map<tls::ProtocolVersion, std::vector<std::uint16_t>> m_seenGroups;
    std::vector<std::uint16_t> m_seenSchemes;
    std::optional<base::Bytes> m_smallestPrime;
    std::optional<bool> m_compresses, m_hasRenegotiationInfo, m_hasExtendedMasterSecret;
    std::optional<bool> m_requestsClientCertificate;
};

} // namespace certwright::inspect
