#include "core/store/journal.h"

#include "core/store/sealing.h"

#include <QByteArray>

#include <string_view>

namespace certwright::store {

namespace {

// Layout: packaging/VAULT_FORMAT.md.
constexpr std::string_view EntryMagic = "CWJ1";
constexpr std::string_view SealMagic = "CWS1";
constexpr std::size_t CountSize = 8;

void append(base::Bytes& bytes, base::BytesView more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
}

void appendInt64(base::Bytes& bytes, std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    for (int shift = 56; shift >= 0; shift -= 8)
        bytes.push_back(static_cast<std::uint8_t>(bits >> shift));
}

/// Length (four octets) and UTF-8, so that no two lists of fields have the same bytes.
void appendText(base::Bytes& bytes, const QString& text) {
    const QByteArray utf8 = text.toUtf8();
    const auto length = static_cast<std::uint32_t>(utf8.size());
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes.push_back(static_cast<std::uint8_t>(length >> shift));
    append(bytes, base::bytesOf(std::string_view(utf8.constData(), static_cast<std::size_t>(utf8.size()))));
}

base::Bytes sealedMessage(const Vault& vault, const JournalSeal& seal) {
    base::Bytes message = base::toBytes(base::bytesOf(SealMagic));
    append(message, vault.uuid());
    appendInt64(message, seal.count);
    append(message, seal.lastMac);
    return message;
}

} // namespace

base::Bytes journalMac(const Vault& vault, const JournalEntry& entry, base::BytesView previousMac) {
    base::Bytes message = base::toBytes(base::bytesOf(EntryMagic));
    append(message, vault.uuid());
    appendInt64(message, entry.number);
    appendInt64(message, entry.at.time_since_epoch().count());
    appendText(message, entry.act);
    appendText(message, entry.subject);
    appendText(message, entry.detail);
    append(message, previousMac);
    return vault.authenticate(message);
}

base::Bytes JournalSeal::toBytes(const Vault& vault) const {
    base::Bytes bytes;
    appendInt64(bytes, count);
    append(bytes, lastMac);
    append(bytes, vault.authenticate(sealedMessage(vault, *this)));
    return bytes;
}

std::optional<JournalSeal> JournalSeal::fromBytes(const Vault& vault, base::BytesView bytes) {
    if (bytes.size() != CountSize + 2 * MacSize)
        return std::nullopt;
    JournalSeal seal;
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < CountSize; ++i)
        count = (count << 8U) | bytes[i];
    seal.count = static_cast<std::int64_t>(count);
    seal.lastMac = base::toBytes(bytes.subspan(CountSize, MacSize));
    if (!isSameMac(vault.authenticate(sealedMessage(vault, seal)), bytes.last(MacSize)))
        return std::nullopt;
    return seal;
}

} // namespace certwright::store
