#pragma once

#include "core/base/error.h"
#include "core/base/secret.h"
#include "core/formats/passphrase.h"
#include "core/formats/reader.h"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::cli {

class Console;

/// Where one kind of passphrase comes from: files and descriptors named by options, else a prompt on the terminal.
/// Copyable; holds no passphrase.
class PassphraseOptions {
public:
    /// For the files that are read: --in-passphrase-file F (several are tried in turn), --in-passphrase-fd N.
    static PassphraseOptions forInput() { return PassphraseOptions("in-"); }
    /// The same for commands that know no store: --passphrase-file and --passphrase-fd are taken too.
    static PassphraseOptions forOnlyInput() {
        PassphraseOptions options("in-");
        options.m_hasShortNames = true;
        return options;
    }
    /// For the file that is written: --out-passphrase-file F, --out-passphrase-fd N.
    static PassphraseOptions forOutput() { return PassphraseOptions("out-"); }
    /// For the passphrase that replaces the store's: --new-passphrase-file F, --new-passphrase-fd N.
    static PassphraseOptions forReplacement() { return PassphraseOptions("new-"); }
    /// For the store: --passphrase-file F, --passphrase-fd N, CERTWRIGHT_PASSPHRASE_FILE.
    static PassphraseOptions forStore() { return PassphraseOptions(""); }

    /// Adds the options to a subcommand, of those for files that are read also --allow-slow-derivation. This object
    /// must live as long as `command`.
    void addTo(CLI::App& command);

    /// True when an option (or, for the store, the environment) names a source: then nobody is asked.
    bool isGiven() const;

    /// How files are read: passphrases that were given alone, or the empty one and what is asked for; limits on key
    /// derivations, unless --allow-slow-derivation lifts them.
    formats::ReadOptions readOptions() const;
    /// The error, with the option that helps when a passphrase is missing, or a file was refused for what its key
    /// derivation costs.
    base::Error explain(const base::Error& error) const;
    /// True when an option names a source.
    bool hasOptions() const noexcept { return !m_files.empty() || !m_descriptors.empty(); }

    /// Every passphrase that the sources hold, in their order. @throws Error NotFound, Io
    std::vector<base::Secret> readAll() const;

    /// The one passphrase that opens something that exists: from the sources, else asked once on the terminal; nothing
    /// when there is neither. @throws Error NotFound, Io, Cancelled
    std::optional<base::Secret> read(Console& console, std::string_view question) const;

    /// A passphrase for something new: from the sources, else asked twice on the terminal; nothing when there is
    /// neither. @throws Error NotFound, Io, Cancelled
    std::optional<base::Secret> readNew(Console& console, std::string_view question) const;

    /// For formats::readFile(): gives the sources' passphrases in turn, or asks on the terminal when there are none.
    /// `console` must outlive the callback. @throws Error NotFound, Io
    formats::PassphraseCallback callback(Console& console) const;

private:
    /// The one that the sources hold. @throws UsageError when there are several sources
    base::Secret readOne() const;

    explicit PassphraseOptions(std::string prefix)
        : m_prefix(std::move(prefix)) {}

    std::string m_prefix;
    bool m_allowsSlow = false;
    bool m_hasShortNames = false;
    std::vector<std::string> m_files;
    std::vector<int> m_descriptors;
};

} // namespace certwright::cli
