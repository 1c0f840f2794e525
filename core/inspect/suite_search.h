#pragma once

#include "core/inspect/search.h"

#include <string>
#include <vector>

namespace certwright::inspect {

/// Finds the cipher suites that a server accepts in one version, by offering all that are left and taking away the one
/// that it chose, until it refuses. The answers come in the server's order, if it has one: then the list of those found
/// in reverse gets the same choice. A server that breaks over a list is asked family by family.
class SuiteSearch : public Search {
public:
    enum class Depth { FirstOnly, All };

    SuiteSearch(tls::ProtocolVersion version, Depth depth);

    std::optional<Probe> next() const override;
    void take(const Answer& answer) override;

    /// From now on a first probe that breaks does not lead to others: nobody speaks TLS there.
    void giveUpEarly() noexcept { m_givesUpEarly = true; }

    tls::ProtocolVersion version() const noexcept { return m_version; }
    bool isSupported() const noexcept { return !m_found.empty(); }
    const std::vector<std::uint16_t>& found() const noexcept { return m_found; }
    /// Nothing where it cannot be told: one suite only, or no answer.
    std::optional<bool> hasServerPreference() const noexcept { return m_preference; }
    /// Key exchanges over which the server broke instead of refusing them; "any" for the whole list.
    const std::vector<std::string>& brokenFamilies() const noexcept { return m_brokenFamilies; }
    /// How it broke last.
    const std::optional<Answer>& lastBreak() const noexcept { return m_lastBreak; }

private:
    enum class Phase { Whole, Families, Reorder, Order, Done };

    void takeSuite(const Answer& answer);
    void takeOrder(const Answer& answer);
    void startFamilies();
    void nextFamily();
    void finishSuites();
    void startOrder();
    std::vector<std::uint16_t> offered() const;
    std::vector<std::uint16_t> reversed() const;

    tls::ProtocolVersion m_version;
    Depth m_depth;
    Phase m_phase = Phase::Whole;
    bool m_givesUpEarly = false;
    std::vector<std::uint16_t> m_left;
    std::vector<std::uint16_t> m_found;
    std::vector<std::string> m_families; ///< still to be asked
    std::vector<std::string> m_brokenFamilies;
    std::optional<bool> m_preference;
    std::optional<Answer> m_lastBreak;
};

/// Every registered suite of a version, those first that servers of today want: the order of a client's list decides
/// with servers that have none.
std::vector<std::uint16_t> suitesToOffer(tls::ProtocolVersion version);

/// Every registered group, and every signature scheme that has a name.
const std::vector<std::uint16_t>& groupsToOffer();
const std::vector<std::uint16_t>& schemesToOffer();

} // namespace certwright::inspect
