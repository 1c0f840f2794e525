#include "core/tls/starttls/line_dialog.h"

#include <algorithm>

namespace certwright::tls::starttls {

namespace {

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

} // namespace

void LineDialog::onInput() {
    const auto end = std::find(input().begin(), input().end(), std::uint8_t{'\n'});
    const auto size = static_cast<std::size_t>(end - input().begin());
    if (size > MaximumLine) {
        failByProtocol(peerAtStart() + " sent a line of more than " + std::to_string(MaximumLine) + " octets", input());
        return;
    }
    if (end == input().end())
        return;
    const std::size_t length = size > 0 && input()[size - 1] == '\r' ? size - 1 : size;
    const base::Bytes line = take(size + 1, length, false);
    onLine(base::textOf(line).substr(0, length));
}

bool equalsIgnoringCase(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool startsIgnoringCase(std::string_view text, std::string_view start) noexcept {
    return equalsIgnoringCase(text.substr(0, start.size()), start);
}

std::string_view takeWord(std::string_view& text) noexcept {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    return word;
}

} // namespace certwright::tls::starttls
