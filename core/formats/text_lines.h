#pragma once

#include <algorithm>
#include <optional>
#include <string_view>

namespace certwright::formats {

/// Cuts the first line off a text, with its LF, CR or CRLF.
inline std::string_view takeLine(std::string_view& text) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    const std::string_view line = text.substr(0, end);
    const bool isCrlf = text.substr(end, 2) == "\r\n";
    text.remove_prefix(std::min(text.size(), end + (isCrlf ? 2 : 1)));
    return line;
}

/// Value of a "Name: value" line.
inline std::optional<std::string_view> valueOf(std::string_view line, std::string_view name) {
    if (!line.starts_with(name) || line.substr(name.size(), 2) != ": ")
        return std::nullopt;
    return line.substr(name.size() + 2);
}

} // namespace certwright::formats
