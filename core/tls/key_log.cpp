#include "core/tls/key_log.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <optional>

namespace certwright::tls {

namespace {

constexpr std::string_view StandardLabels[] = {
    "CLIENT_RANDOM",
    "CLIENT_EARLY_TRAFFIC_SECRET",
    "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
    "SERVER_HANDSHAKE_TRAFFIC_SECRET",
    "CLIENT_TRAFFIC_SECRET_0",
    "SERVER_TRAFFIC_SECRET_0",
    "EARLY_EXPORTER_SECRET",
    "EXPORTER_SECRET",
};

constexpr std::size_t RandomSize = 32;
constexpr std::string_view Digits = "0123456789abcdef";

std::optional<unsigned> digitOf(char c) {
    if (c >= '0' && c <= '9')
        return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f')
        return static_cast<unsigned>(c - 'a') + 10U;
    if (c >= 'A' && c <= 'F')
        return static_cast<unsigned>(c - 'A') + 10U;
    return std::nullopt;
}

/// Decodes straight into `out`, so that no copy of a secret lies about. False for anything but hexadecimal digits.
bool decodeHex(std::string_view text, std::uint8_t* out) {
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        const std::optional<unsigned> high = digitOf(text[i]);
        const std::optional<unsigned> low = digitOf(text[i + 1]);
        if (!high || !low)
            return false;
        *out++ = static_cast<std::uint8_t>((*high << 4U) | *low);
    }
    return text.size() % 2 == 0;
}

/// The text up to the next blank, taken off the front of `rest`.
std::string_view takeWord(std::string_view& rest) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return word;
}

std::uint8_t* putText(std::uint8_t* out, std::string_view text) {
    return std::copy(text.begin(), text.end(), out);
}

std::uint8_t* putHex(std::uint8_t* out, base::BytesView bytes) {
    for (const std::uint8_t byte : bytes) {
        *out++ = static_cast<std::uint8_t>(Digits[byte >> 4U]);
        *out++ = static_cast<std::uint8_t>(Digits[byte & 0x0FU]);
    }
    return out;
}

} // namespace

bool isStandardKeyLogLabel(std::string_view label) noexcept {
    return std::find(std::begin(StandardLabels), std::end(StandardLabels), label) != std::end(StandardLabels);
}

void KeyLog::addLine(std::string_view line) {
    const std::string_view label = takeWord(line);
    const std::string_view random = takeWord(line);
    const std::string_view secretText = takeWord(line);
    if (!isStandardKeyLogLabel(label) || random.size() != 2 * RandomSize || secretText.empty() ||
        m_entries.size() >= MaximumEntries)
        return;
    base::Bytes clientRandom(RandomSize);
    base::Secret secret(secretText.size() / 2);
    if (!decodeHex(random, clientRandom.data()) || !decodeHex(secretText, secret.data()))
        return;
    m_clientRandom = clientRandom;
    m_entries.push_back(KeyLogEntry{std::string(label), std::move(secret), std::move(clientRandom)});
}

const base::Secret* KeyLog::find(std::string_view label) const noexcept {
    const auto found = std::find_if(m_entries.begin(), m_entries.end(),
                                    [label](const KeyLogEntry& entry) { return entry.label == label; });
    return found == m_entries.end() ? nullptr : &found->secret;
}

KeyLog KeyLog::clone() const {
    KeyLog copy;
    copy.m_clientRandom = m_clientRandom;
    for (const KeyLogEntry& entry : m_entries)
        copy.m_entries.push_back(KeyLogEntry{entry.label, entry.secret.clone(), entry.clientRandom});
    return copy;
}

base::Secret KeyLog::toText() const {
    std::size_t size = 0;
    for (const KeyLogEntry& entry : m_entries)
        size += entry.label.size() + 1 + 2 * entry.clientRandom.size() + 1 + 2 * entry.secret.size() + 1;
    base::Secret text(size);
    std::uint8_t* out = text.data();
    for (const KeyLogEntry& entry : m_entries) {
        out = putText(out, entry.label);
        out = putText(out, " ");
        out = putHex(out, entry.clientRandom);
        out = putText(out, " ");
        out = putHex(out, entry.secret.view());
        out = putText(out, "\n");
    }
    return text;
}

} // namespace certwright::tls
