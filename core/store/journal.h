#pragma once

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/store/vault.h"

#include <QString>

#include <cstdint>
#include <optional>
#include <string>

namespace certwright::store {

/// Acts that cannot be undone.
namespace acts {
inline constexpr char Issued[] = "issued", Revoked[] = "revoked", HoldReleased[] = "hold-released",
                      KeyExported[] = "key-exported";
} // namespace acts

/// One entry of the append-only journal.
struct JournalEntry {
    std::int64_t number = 0; ///< from 1, without gaps
    base::Time at;
    QString act;     ///< one of acts
    QString subject; ///< SHA-256 of the certificate, or of the key's SPKI; upper-case hexadecimal
    QString detail;  ///< what else there is to say: reason, target
    base::Bytes mac; ///< under the journal key, over this entry and the MAC before
};

/// What a check of the whole journal found.
struct JournalCheck {
    bool isWhole = true;
    std::int64_t entries = 0;
    std::int64_t firstBad = 0; ///< number of the first entry that is wrong or missing, 0 when none is
    QString problem;           ///< a sentence; empty when it is whole
};

/// The number and the MAC of the last entry as they are kept beside the vault header, so that a cut tail shows.
struct JournalSeal {
    std::int64_t count = 0;
    base::Bytes lastMac; ///< 32 octets, zero for an empty journal

    /// @throws Error PassphraseNeeded when the vault is locked
    base::Bytes toBytes(const Vault& vault) const;
    /// Nothing when the seal was changed or is not of this store. @throws Error PassphraseNeeded
    static std::optional<JournalSeal> fromBytes(const Vault& vault, base::BytesView bytes);
};

/// The MAC of an entry that follows the one with `previousMac`. @throws Error PassphraseNeeded when the vault is locked
base::Bytes journalMac(const Vault& vault, const JournalEntry& entry, base::BytesView previousMac);

} // namespace certwright::store
