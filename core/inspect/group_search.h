#pragma once

#include "core/inspect/search.h"

#include <vector>

namespace certwright::inspect {

/// Finds the groups that a server accepts for its key exchange in TLS 1.3, or in a version before it, and there also
/// the signature schemes that it signs by, which come in the same message.
class GroupSearch : public Search {
public:
    /// `suites` are offered each time: those that the server accepts, of TLS 1.3 or with ECDHE. What their search has
    /// already seen of groups and schemes need not be asked for again.
    GroupSearch(tls::ProtocolVersion version, std::vector<std::uint16_t> suites, std::vector<std::uint16_t> seenGroups,
                std::vector<std::uint16_t> seenSchemes);

    std::optional<Probe> next() const override;
    void take(const Answer& answer) override;

    tls::ProtocolVersion version() const noexcept { return m_version; }
    const std::vector<std::uint16_t>& groups() const noexcept { return m_groups; }
    const std::vector<std::uint16_t>& schemes() const noexcept { return m_schemes; }
    /// For a scan of groups only, or of schemes only.
    void skipSchemes() noexcept { m_areSchemesDone = true; }
    void skipGroups() noexcept { m_areGroupsDone = true; }

private:
    void takeAccepted(const Answer& answer);
    void takeRefused();

    tls::ProtocolVersion m_version;
    std::vector<std::uint16_t> m_suites;
    std::vector<std::uint16_t> m_groups;      ///< found
    std::vector<std::uint16_t> m_schemes;     ///< found
    std::vector<std::uint16_t> m_groupsLeft;  ///< to be offered
    std::vector<std::uint16_t> m_schemesLeft; ///< to be offered
    bool m_areGroupsDone = false;
    bool m_areSchemesDone = false;
    bool m_offersFound = false; ///< those found are offered once more, behind the rest
};

} // namespace certwright::inspect
