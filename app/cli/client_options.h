#pragma once

#include "app/cli/passphrase_options.h"
#include "core/tls/context_options.h"

#include <CLI/CLI.hpp>

#include <string>

namespace certwright::cli {

class Console;

/// What a client shows of itself to a server: --cert and --key with the passphrase, --psk. This object must live as
/// long as the subcommand.
class ClientOptions {
public:
    void addTo(CLI::App& command);

    /// Puts it into the settings of a connection. @throws UsageError; Error what reading a file throws, NotAllowed for
    /// a key of another certificate
    void apply(tls::ContextOptions& options, Console& console) const;

private:
    tls::Credentials readCredentials(Console& console) const;

    std::string m_certificate;
    std::string m_key;
    std::string m_presharedKey;
    PassphraseOptions m_passphrases = PassphraseOptions::forInput();
};

} // namespace certwright::cli
