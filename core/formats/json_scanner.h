#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace certwright::formats {

/// Goes over JSON (RFC 8259) without copying any of it, since there may be secrets in it: objects of members that are
/// looked at as text. The text must outlive it. Nothing for text that is no JSON.
class JsonScanner {
public:
    /// A member of an object: its name as it stands there, and its value as JSON.
    using Member = std::pair<std::string_view, std::string_view>;

    /// The members of a text that is one object.
    static std::optional<std::vector<Member>> object(std::string_view text);
    /// The elements of a text that is one array.
    static std::optional<std::vector<std::string_view>> array(std::string_view text);
    /// What stands between the quotes of a text that is one string; escapes are left as they are.
    static std::optional<std::string_view> string(std::string_view text);

private:
    static constexpr int MaxDepth = 16;

    explicit JsonScanner(std::string_view text) noexcept
        : m_text(text) {}

    void skipBlank() noexcept;
    bool take(char c) noexcept;
    bool atEnd() noexcept;
    /// The next value with its quotes or brackets.
    std::optional<std::string_view> value(int depth);
    std::optional<std::string_view> quoted();
    bool skipMembers(char end, bool hasNames, int depth);

    std::string_view m_text;
    std::size_t m_position = 0;
};

} // namespace certwright::formats
