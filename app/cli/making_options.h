#pragma once

#include "app/cli/passphrase_options.h"
#include "app/cli/store_options.h"
#include "core/formats/item.h"
#include "core/formats/pkcs8.h"
#include "core/pki/issue_plan.h"
#include "core/service/facts_json.h"
#include "core/service/issuing.h"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::cli {

class Console;

/// The key that a certificate or request is made for: --key F, --store-key ID, --new-key TYPE.
class KeyOptions {
public:
    void addTo(CLI::App& command);

    bool isGiven() const noexcept { return !m_file.empty() || !m_storeKey.empty() || !m_newKey.empty(); }
    bool isNew() const noexcept { return !m_newKey.empty(); }
    bool isStored() const noexcept { return !m_storeKey.empty(); }

    /// `store` may be null. `defaultType` is what --new-key auto makes.
    /// @throws UsageError when none or several are given; what reading a key throws
    service::KeySource source(store::Store* store, Console& console, const PassphraseOptions& passphrases,
                              const std::string& defaultType) const;

private:
    std::string m_file;
    std::string m_storeKey;
    std::string m_newKey;
};

/// What goes into a certificate or request: --profile, --subject, --san, --extension, --omit, --digest, --rsa-pss.
class ContentOptions {
public:
    void addTo(CLI::App& command);

    /// @throws UsageError when --profile was not given
    void requireProfile() const;
    /// Without --profile the one named custom. @throws UsageError for a value that cannot be read
    pki::IssueChoices choices() const;

private:
    std::string m_profile;
    std::string m_subject;
    std::vector<std::string> m_names;
    std::vector<std::string> m_extensions;
    std::vector<std::string> m_omitted;
    std::string m_digest;
    bool m_usesPss = false;
};

/// How a private key is written to a file: --cipher, --kdf, --out-passphrase-file.
class KeyFileOptions {
public:
    void addTo(CLI::App& command);

    bool hasCipher() const noexcept { return !m_cipher.empty(); }
    bool hasKdf() const noexcept { return !m_kdf.empty(); }
    bool hasPassphrase() const { return m_passphrases.isGiven(); }
    /// The passphrase for the new file: from the options, asked for when --cipher or --kdf is given, else none: then it
    /// is written in clear. @throws Error PassphraseNeeded when --cipher is given and there is nobody to ask
    std::optional<base::Secret> passphrase(Console& console) const;
    /// Refuses what would have no effect, where no key file is written. @throws UsageError
    void checkUsed(bool isUsed, const char* needed) const;
    /// The passphrase for a file that is never in clear. @throws Error PassphraseNeeded when there is none
    base::Secret requiredPassphrase(Console& console, std::string_view question) const;
    /// @throws UsageError
    formats::KeyEncryption encryption() const;

private:
    std::string m_cipher;
    std::string m_kdf;
    PassphraseOptions m_passphrases = PassphraseOptions::forOutput();
};

/// @throws UsageError for a digest of which nobody knows; Error Unsupported for one that this OpenSSL lacks
void checkDigest(const char* option, const std::string& name);
/// The first private key of a file, opened. @throws Error BadInput when there is none, and what kept it closed
crypto::PrivateKey readPrivateKey(const std::string& path, Console& console, const PassphraseOptions& passphrases);
/// All certificates of a file. @throws Error BadInput when there is none
std::vector<x509::Certificate> readCertificates(const std::string& path, Console& console,
                                                const PassphraseOptions& passphrases);
/// The request of a file. @throws Error BadInput when there is none; UsageError when there are several
x509::Request readRequest(const std::string& path, Console& console, const PassphraseOptions& passphrases);
/// Says that a file has no such thing, or why it could not be read. @throws Error always
[[noreturn]] void throwMissing(const formats::Contents& contents, const std::string& path, const char* what);

/// [{"id", "severity", "field", "message", "fix", "item"?}]
service::Json problemsJson(const std::vector<pki::Problem>& problems);
/// Prints warnings and notices on standard error.
void printProblems(const std::vector<pki::Problem>& problems, Console& console);
/// Prints why a plan is refused: {"error", "problems"} with --json. Returns the exit code.
int refuse(const std::vector<pki::Problem>& problems, Console& console);

} // namespace certwright::cli
