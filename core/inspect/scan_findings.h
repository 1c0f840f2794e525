#pragma once

#include "core/inspect/profile.h"
#include "core/inspect/scan_report.h"
#include "core/x509/verify/finding.h"

#include <string>
#include <vector>

namespace certwright::inspect {

/// Something about a server that is not as it should be, or worth knowing.
struct ScanFinding {
    using Severity = x509::Finding::Severity;

    std::string id; ///< stable, for scripts: "old-version", "null-cipher"...
    Severity severity = Severity::Warning;
    std::string message;
    std::string fix;            ///< what to do on the server; may be empty
    bool breaksProfile = false; ///< below the profile's bar
};

/// Everything that a report shows, the worst first. Pure. Weaknesses are told whatever the profile; what only the
/// profile forbids says its name.
std::vector<ScanFinding> findingsOf(const ScanReport& report, Profile profile);

/// False when a finding is below the bar, and for a server that speaks no version.
bool meets(const ScanReport& report, Profile profile);

} // namespace certwright::inspect
