#include "core/store/vault.h"

#include "core/base/error.h"
#include "core/crypto/random.h"
#include "core/store/sealing.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace certwright::store {

namespace {

// Layout and reasons: packaging/VAULT_FORMAT.md.
constexpr std::string_view HeaderMagic = "CWV1";
constexpr std::string_view KeyMagic = "CWK1";
constexpr std::uint8_t KdfScrypt = 1;
constexpr std::size_t SaltSize = 32;
constexpr std::size_t UuidOffset = 4, KdfOffset = 20, LogNOffset = 21, ROffset = 22, POffset = 26, SaltOffset = 30;
constexpr std::size_t SealedOffset = SaltOffset + SaltSize;
constexpr std::size_t HeaderSize = SealedOffset + NonceSize + KeySize + TagSize;
constexpr std::string_view KeyInfo = "certwright 1 private keys";
constexpr std::string_view JournalInfo = "certwright 1 journal";

// What a header may ask for at most: a damaged one must not cost gigabytes or minutes.
constexpr unsigned MaxLogN = 20;
constexpr std::uint32_t MaxR = 16, MaxP = 4;

void append(base::Bytes& bytes, base::BytesView more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
}

void appendUint32(base::Bytes& bytes, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes.push_back(static_cast<std::uint8_t>(value >> shift));
}

std::uint32_t uint32At(base::BytesView bytes, std::size_t offset) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
        value = (value << 8U) | bytes[offset + i];
    return value;
}

bool startsWith(base::BytesView bytes, std::string_view magic) {
    return bytes.size() >= magic.size() && base::textOf(bytes.first(magic.size())) == magic;
}

base::Error damagedHeader(std::string_view why) {
    return base::Error(base::ErrorKind::Store, "The store's key record is damaged: " + std::string(why),
                       "Restore the store from a backup; its certificates can still be read.");
}

base::Error lockedError() {
    return base::Error(base::ErrorKind::PassphraseNeeded, "The store is locked", "Unlock it with its passphrase.");
}

/// Associated data of a private key: the format, the store and the key that it belongs to.
base::Bytes keyContext(const StoreUuid& uuid, base::BytesView spkiSha256) {
    base::Bytes context = base::toBytes(base::bytesOf(KeyMagic));
    append(context, uuid);
    append(context, spkiSha256);
    return context;
}

} // namespace

struct Vault::Keys {
    explicit Keys(base::Secret key, const StoreUuid& uuid)
        : storeKey(std::move(key))
        , privateKeys(hkdfKey(storeKey, uuid, KeyInfo))
        , journal(hkdfKey(storeKey, uuid, JournalInfo)) {}

    base::Secret storeKey;
    base::Secret privateKeys;
    base::Secret journal;
};

Vault::Vault(const StoreUuid& uuid)
    : m_uuid(uuid) {}

Vault::~Vault() = default;

void Vault::adopt(base::Secret storeKey) {
    auto keys = std::make_unique<Keys>(std::move(storeKey), m_uuid);
    const std::lock_guard lock(m_mutex);
    m_keys = std::move(keys);
    m_isUnlocked.store(true, std::memory_order_release);
}

base::Bytes Vault::initialise(const base::Secret& passphrase, const VaultCost& cost) {
    base::Secret storeKey = randomKey();
    base::Bytes header = wrap(storeKey, passphrase, cost);
    adopt(std::move(storeKey));
    return header;
}

void Vault::unlock(base::BytesView header, const base::Secret& passphrase) {
    adopt(unwrap(header, passphrase));
}

void Vault::lock() noexcept {
    const std::lock_guard lock(m_mutex);
    m_isUnlocked.store(false, std::memory_order_release);
    m_keys.reset();
}

base::Bytes Vault::rewrap(base::BytesView header, const base::Secret& oldPassphrase, const base::Secret& newPassphrase,
                          const VaultCost& cost) const {
    return wrap(unwrap(header, oldPassphrase), newPassphrase, cost);
}

base::Bytes Vault::wrap(const base::Secret& storeKey, const base::Secret& passphrase, const VaultCost& cost) const {
    base::Bytes header = base::toBytes(base::bytesOf(HeaderMagic));
    append(header, m_uuid);
    header.push_back(KdfScrypt);
    header.push_back(static_cast<std::uint8_t>(cost.logN()));
    appendUint32(header, cost.r());
    appendUint32(header, cost.p());
    const base::Bytes salt = crypto::randomBytes(SaltSize);
    append(header, salt);
    const base::Secret wrappingKey = scryptKey(passphrase, salt, cost.logN(), cost.r(), cost.p());
    const base::Bytes sealed = gcmSeal(wrappingKey, header, storeKey.view());
    append(header, sealed);
    return header;
}

VaultCost Vault::costOf(base::BytesView header) {
    if (!startsWith(header, HeaderMagic) || header.size() != HeaderSize)
        throw damagedHeader("unknown format");
    if (header[KdfOffset] != KdfScrypt)
        throw damagedHeader("unknown key derivation");
    const VaultCost cost(header[LogNOffset], uint32At(header, ROffset), uint32At(header, POffset));
    // RFC 7914 2: N below 2^(128 * r / 8).
    if (cost.logN() < 1 || cost.logN() > MaxLogN || cost.logN() >= 16 * cost.r() || cost.r() < 1 || cost.r() > MaxR ||
        cost.p() < 1 || cost.p() > MaxP)
        throw damagedHeader("impossible cost of the key derivation");
    return cost;
}

base::Secret Vault::unwrap(base::BytesView header, const base::Secret& passphrase) const {
    const VaultCost cost = costOf(header);
    if (!std::equal(m_uuid.begin(), m_uuid.end(), header.begin() + UuidOffset))
        throw damagedHeader("it belongs to another store");
    const base::Secret wrappingKey =
        scryptKey(passphrase, header.subspan(SaltOffset, SaltSize), cost.logN(), cost.r(), cost.p());
    auto storeKey = gcmOpen(wrappingKey, header.first(SealedOffset), header.subspan(SealedOffset));
    // A changed record and a wrong passphrase look alike here, on purpose: nothing else is kept to tell them apart.
    if (!storeKey)
        throw base::Error(base::ErrorKind::WrongPassphrase, "The passphrase does not open this store",
                          "Check the keyboard layout and Caps Lock. A lost passphrase cannot be recovered.");
    return *std::move(storeKey);
}

base::Bytes Vault::sealKey(base::BytesView spkiSha256, const base::Secret& pkcs8Der) const {
    const std::lock_guard lock(m_mutex);
    if (!m_keys)
        throw lockedError();
    base::Bytes record = base::toBytes(base::bytesOf(KeyMagic));
    append(record, gcmSeal(m_keys->privateKeys, keyContext(m_uuid, spkiSha256), pkcs8Der.view()));
    return record;
}

base::Secret Vault::openKey(base::BytesView spkiSha256, base::BytesView record) const {
    const std::lock_guard lock(m_mutex);
    if (!m_keys)
        throw lockedError();
    std::optional<base::Secret> plain;
    if (startsWith(record, KeyMagic))
        plain = gcmOpen(m_keys->privateKeys, keyContext(m_uuid, spkiSha256), record.subspan(KeyMagic.size()));
    if (!plain)
        throw base::Error(base::ErrorKind::Store,
                          "The stored private key was changed, or belongs to another key or store",
                          "Restore the store from a backup.");
    return *std::move(plain);
}

base::Bytes Vault::authenticate(base::BytesView message) const {
    const std::lock_guard lock(m_mutex);
    if (!m_keys)
        throw lockedError();
    return hmacSha256(m_keys->journal, message);
}

} // namespace certwright::store
