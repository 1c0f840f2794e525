#include "app/cli/pkcs12_preset_options.h"

#include "app/cli/command_line.h"

namespace certwright::cli {

void Pkcs12PresetOptions::addTo(CLI::App& command) {
    CLI::Option* preset = command.add_option(
        "--preset", m_preset,
        "PKCS#12 for whom: strong (AES-256, SHA-256; the default), windows-2016 (older Windows and macOS too: 3DES, "
        "SHA-1), java-8 (the same, certificates without a key as Java trusts them)");
    command.add_flag("--legacy", m_isLegacy, "The same as --preset windows-2016")->excludes(preset);
}

formats::Pkcs12Preset Pkcs12PresetOptions::preset() const {
    if (m_isLegacy)
        return formats::Pkcs12Preset::Windows2016;
    if (m_preset.empty())
        return formats::Pkcs12Preset::Strong;
    const auto preset = formats::parsePkcs12Preset(m_preset);
    if (!preset)
        throw UsageError("--preset: there is no preset “" + m_preset + "”; there are: strong, windows-2016, java-8");
    return *preset;
}

} // namespace certwright::cli
