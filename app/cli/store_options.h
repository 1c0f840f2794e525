#pragma once

#include "app/cli/passphrase_options.h"
#include "core/store/store.h"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace certwright::cli {

class Console;

/// Which store a subcommand works on, and where its passphrase comes from: --store, --passphrase-file, --passphrase-fd.
class StoreOptions {
public:
    /// Adds the options to a subcommand. This object must live as long as `command`.
    void addTo(CLI::App& command);

    /// Adds --store alone, for a subcommand that needs no private key.
    void addPathTo(CLI::App& command);

    /// True when --store names one.
    bool isGiven() const noexcept { return !m_path.empty(); }
    /// The path given, else $XDG_DATA_HOME/certwright/default.certwright.
    QString path() const;

    /// @throws Error NotFound when there is none, Unsupported for a server, and what Store::open() throws
    std::unique_ptr<store::Store> open(store::OpenMode mode = store::OpenMode::ReadWrite) const;
    /// Unlocks with the passphrase of the options, else asks on the terminal; no effect when it is unlocked.
    /// @throws Error WrongPassphrase, PassphraseNeeded when there is nobody to ask, Cancelled
    void unlock(store::Store& store, Console& console) const;

    /// Refuses a passphrase option of a store that is not used: it would be taken for that of the file written.
    /// @throws UsageError
    void checkUsed(bool isUsed) const;

    const PassphraseOptions& passphrases() const noexcept { return m_passphrases; }

private:
    std::string m_path;
    PassphraseOptions m_passphrases = PassphraseOptions::forStore();
};

/// The entry that a word of the command line means: its number, its name or the beginning of its SHA-256.
/// @throws Error NotFound, NotAllowed when several fit
store::RowId entryId(const store::Store& store, store::EntryKind kind, const std::string& word);

} // namespace certwright::cli
