#pragma once

#include "app/cli/passphrase_options.h"
#include "core/x509/certificate.h"
#include "core/x509/verify/trust_store.h"

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace certwright::cli {

class Console;

/// Whom a verification trusts and what for: --trust, --untrusted, --crl, --crl-check, --purpose, --time,
/// --partial-chain.
class TrustOptions {
public:
    /// `purpose` is the word of --purpose when it is not given.
    explicit TrustOptions(std::string purpose = "any")
        : m_purpose(std::move(purpose)) {}

    void addTo(CLI::App& command);

    /// The part of the options that is asked for here. @throws UsageError for a time that is none
    x509::VerifyOptions verifyOptions() const;
    /// The system's trust unless --trust is given. @throws Error what reading a file throws
    x509::TrustStore store(const PassphraseOptions& passphrases, Console& console) const;

private:
    std::vector<std::string> m_trust, m_untrusted, m_crls;
    std::string m_crlCheck = "none", m_purpose, m_time;
    bool m_isPartial = false;
};

/// The certificates of a file; when some could not be read, that is told on standard error. @throws Error when there is
/// none
std::vector<x509::Certificate> readCertificatesLeniently(const std::string& path, const PassphraseOptions& passphrases,
                                                         Console& console);

/// The parts of "a,b"; none of an empty list.
std::vector<std::string> splitList(const std::string& list);

/// An option that may be given several times, with one value each.
CLI::Option* addList(CLI::App& command, const char* name, std::vector<std::string>& values, const char* description);

} // namespace certwright::cli
