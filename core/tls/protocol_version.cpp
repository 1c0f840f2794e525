#include "core/tls/protocol_version.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <iterator>

namespace certwright::tls {

namespace {

struct VersionName {
    ProtocolVersion version;
    std::string_view name;   ///< as we write it
    std::string_view folded; ///< lower case without spaces, and without the leading "tls", "tlsv", "ssl", "sslv"
};

constexpr VersionName Names[] = {
    {ProtocolVersion::Ssl2, "SSLv2", "2"},      {ProtocolVersion::Ssl3, "SSLv3", "3"},
    {ProtocolVersion::Tls10, "TLSv1.0", "1.0"}, {ProtocolVersion::Tls11, "TLSv1.1", "1.1"},
    {ProtocolVersion::Tls12, "TLSv1.2", "1.2"}, {ProtocolVersion::Tls13, "TLSv1.3", "1.3"},
};

std::string fold(std::string_view text) {
    std::string folded;
    for (const char c : text) {
        if (c != ' ' && c != '\t' && c != '_')
            folded += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return folded;
}

} // namespace

std::string toString(ProtocolVersion version) {
    const auto* found = std::find_if(std::begin(Names), std::end(Names),
                                     [version](const VersionName& row) { return row.version == version; });
    if (found != std::end(Names))
        return std::string(found->name);
    std::array<char, 8> text{};
    std::snprintf(text.data(), text.size(), "0x%04x", static_cast<unsigned>(version));
    return text.data();
}

std::optional<ProtocolVersion> parseProtocolVersion(std::string_view text) {
    std::string folded = fold(text);
    bool isSsl = false;
    if (folded.starts_with("tls") || folded.starts_with("ssl")) {
        isSsl = folded.front() == 's';
        folded.erase(0, folded.size() > 3 && folded[3] == 'v' ? 4 : 3);
        if (!isSsl && folded == "1")
            folded = "1.0";
        if (isSsl && folded.ends_with(".0"))
            folded.erase(folded.size() - 2);
    }
    for (const VersionName& row : Names) {
        const bool isSslRow = row.version <= ProtocolVersion::Ssl3;
        if (row.folded == folded && isSslRow == isSsl)
            return row.version;
    }
    return std::nullopt;
}

} // namespace certwright::tls
