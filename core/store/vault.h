#pragma once

#include "core/base/bytes.h"
#include "core/base/secret.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

namespace certwright::store {

/// Parameters of the key derivation (scrypt, RFC 7914). Made by default with what the program uses; weaker ones can
/// only be made by VaultCostForTests, which no library of the program defines.
class VaultCost {
public:
    /// N = 2^17, r = 8, p = 1: 128 MiB and about half a second.
    VaultCost() = default;

    unsigned logN() const noexcept { return m_logN; }
    std::uint32_t r() const noexcept { return m_r; }
    std::uint32_t p() const noexcept { return m_p; }

private:
    friend struct VaultCostForTests;
    friend class Vault;
    VaultCost(unsigned logN, std::uint32_t r, std::uint32_t p)
        : m_logN(logN)
        , m_r(r)
        , m_p(p) {}

    unsigned m_logN = 17;
    std::uint32_t m_r = 8;
    std::uint32_t m_p = 1;
};

using StoreUuid = std::array<std::uint8_t, 16>;

/// The keys of one store: encrypts private keys, authenticates the journal. Holds the store key while unlocked; knows
/// nothing of databases. packaging/VAULT_FORMAT.md is the layout of every record that it reads and writes.
/// Any thread may call any function; one object is shared by all the connections of a store, so that all are locked and
/// unlocked together.
class Vault {
public:
    /// Of the store with this id, locked.
    explicit Vault(const StoreUuid& uuid);
    ~Vault();
    Vault(const Vault&) = delete;
    Vault& operator=(const Vault&) = delete;

    const StoreUuid& uuid() const noexcept { return m_uuid; }
    bool isUnlocked() const noexcept { return m_isUnlocked.load(std::memory_order_acquire); }

    /// Makes a random store key and returns the header that wraps it; unlocked afterwards. Costs one derivation.
    base::Bytes initialise(const base::Secret& passphrase, const VaultCost& cost = {});
    /// Opens the header and keeps the store key. Costs one derivation, right or wrong.
    /// @throws Error WrongPassphrase, Store when the header is damaged or of another store
    void unlock(base::BytesView header, const base::Secret& passphrase);
    /// Wipes the store key and everything derived from it.
    void lock() noexcept;
    /// The header that wraps the same store key under another passphrase, with a new salt. Costs two derivations; the
    /// lock state stays. @throws Error WrongPassphrase when `oldPassphrase` does not open `header`, Store
    base::Bytes rewrap(base::BytesView header, const base::Secret& oldPassphrase, const base::Secret& newPassphrase,
                       const VaultCost& cost = {}) const;
    /// The cost that a header asks for. @throws Error Store when the header is damaged
    static VaultCost costOf(base::BytesView header);

    /// Encrypts the PKCS#8 DER of a private key; bound to this store and to the key's SPKI SHA-256 (32 octets).
    /// @throws Error PassphraseNeeded when locked
    base::Bytes sealKey(base::BytesView spkiSha256, const base::Secret& pkcs8Der) const;
    /// @throws Error PassphraseNeeded when locked, Store when the record was changed or belongs to another key or store
    base::Secret openKey(base::BytesView spkiSha256, base::BytesView record) const;

    /// HMAC-SHA-256 under the journal key. @throws Error PassphraseNeeded when locked
    base::Bytes authenticate(base::BytesView message) const;

private:
    struct Keys;
    base::Secret unwrap(base::BytesView header, const base::Secret& passphrase) const;
    base::Bytes wrap(const base::Secret& storeKey, const base::Secret& passphrase, const VaultCost& cost) const;
    void adopt(base::Secret storeKey);

    const StoreUuid m_uuid;
    mutable std::mutex m_mutex; ///< guards m_keys
    std::unique_ptr<Keys> m_keys;
    std::atomic<bool> m_isUnlocked = false;
};

} // namespace certwright::store
