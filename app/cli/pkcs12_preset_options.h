#pragma once

#include "core/formats/pkcs12.h"

#include <CLI/CLI.hpp>

#include <string>

namespace certwright::cli {

/// --preset and --legacy: for which programs a PKCS#12 file is protected.
class Pkcs12PresetOptions {
public:
    /// Adds the two options to a subcommand. This object must live as long as `command`.
    void addTo(CLI::App& command);
    bool isGiven() const noexcept { return m_isLegacy || !m_preset.empty(); }
    /// @throws UsageError for a preset that does not exist
    formats::Pkcs12Preset preset() const;

private:
    std::string m_preset;
    bool m_isLegacy = false;
};

} // namespace certwright::cli
