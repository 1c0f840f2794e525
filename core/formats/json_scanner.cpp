#include "core/formats/json_scanner.h"

#include <algorithm>

namespace certwright::formats {

void JsonScanner::skipBlank() noexcept {
    m_position = std::min(m_text.find_first_not_of(" \t\r\n", m_position), m_text.size());
}

bool JsonScanner::take(char c) noexcept {
    skipBlank();
    if (m_position >= m_text.size() || m_text[m_position] != c)
        return false;
    ++m_position;
    return true;
}

bool JsonScanner::atEnd() noexcept {
    skipBlank();
    return m_position == m_text.size();
}

std::optional<std::string_view> JsonScanner::quoted() {
    if (!take('"'))
        return std::nullopt;
    const std::size_t start = m_position - 1;
    for (; m_position < m_text.size(); ++m_position) {
        if (m_text[m_position] == '\\')
            ++m_position;
        else if (m_text[m_position] == '"')
            return m_text.substr(start, ++m_position - start);
    }
    return std::nullopt;
}

bool JsonScanner::skipMembers(char end, bool hasNames, int depth) {
    if (take(end))
        return true;
    do {
        if (hasNames && (!quoted() || !take(':')))
            return false;
        if (!value(depth + 1))
            return false;
    } while (take(','));
    return take(end);
}

std::optional<std::string_view> JsonScanner::value(int depth) {
    skipBlank();
    if (depth > MaxDepth || m_position >= m_text.size())
        return std::nullopt;
    const std::size_t start = m_position;
    const char first = m_text[m_position];
    if (first == '"')
        return quoted();
    if (first == '{' || first == '[') {
        ++m_position;
        if (!skipMembers(first == '{' ? '}' : ']', first == '{', depth))
            return std::nullopt;
    } else { // a number or one of three words
        m_position = std::min(m_text.find_first_of(" \t\r\n,]}", m_position), m_text.size());
    }
    if (m_position == start)
        return std::nullopt;
    return m_text.substr(start, m_position - start);
}

std::optional<std::vector<JsonScanner::Member>> JsonScanner::object(std::string_view text) {
    JsonScanner scanner(text);
    std::vector<Member> members;
    if (!scanner.take('{'))
        return std::nullopt;
    if (scanner.take('}'))
        return scanner.atEnd() ? std::optional(members) : std::nullopt;
    do {
        const auto name = scanner.quoted();
        if (!name || !scanner.take(':'))
            return std::nullopt;
        const auto value = scanner.value(0);
        if (!value)
            return std::nullopt;
        members.emplace_back(name->substr(1, name->size() - 2), *value);
    } while (scanner.take(','));
    return scanner.take('}') && scanner.atEnd() ? std::optional(members) : std::nullopt;
}

std::optional<std::vector<std::string_view>> JsonScanner::array(std::string_view text) {
    JsonScanner scanner(text);
    std::vector<std::string_view> elements;
    if (!scanner.take('['))
        return std::nullopt;
    if (scanner.take(']'))
        return scanner.atEnd() ? std::optional(elements) : std::nullopt;
    do {
        const auto value = scanner.value(0);
        if (!value)
            return std::nullopt;
        elements.push_back(*value);
    } while (scanner.take(','));
    return scanner.take(']') && scanner.atEnd() ? std::optional(elements) : std::nullopt;
}

std::optional<std::string_view> JsonScanner::string(std::string_view text) {
    JsonScanner scanner(text);
    const auto found = scanner.quoted();
    if (!found || !scanner.atEnd())
        return std::nullopt;
    return found->substr(1, found->size() - 2);
}

} // namespace certwright::formats
