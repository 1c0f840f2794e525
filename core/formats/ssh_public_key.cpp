#include "core/base/error.h"
#include "core/formats/ssh_key.h"
#include "core/formats/ssh_key_codec.h"
#include "core/formats/text_lines.h"

#include <algorithm>
#include <array>
#include <utility>

namespace certwright::formats {

namespace {

constexpr std::string_view Rfc4716Begin = "---- BEGIN SSH2 PUBLIC KEY ----";
constexpr std::string_view Rfc4716End = "---- END SSH2 PUBLIC KEY ----";

constexpr std::array PublicTypes = {std::string_view("ssh-rsa"),
                                    std::string_view("ssh-dss"),
                                    std::string_view("ssh-ed25519"),
                                    std::string_view("ecdsa-sha2-nistp256"),
                                    std::string_view("ecdsa-sha2-nistp384"),
                                    std::string_view("ecdsa-sha2-nistp521"),
                                    std::string_view("sk-ssh-ed25519@openssh.com"),
                                    std::string_view("sk-ecdsa-sha2-nistp256@openssh.com")};
constexpr std::string_view CertificateSuffix = "-cert-v01@openssh.com";

bool isPublicType(std::string_view word) {
    return std::find(PublicTypes.begin(), PublicTypes.end(), word) != PublicTypes.end() ||
           word.ends_with(CertificateSuffix);
}

/// A line of authorized_keys: "[options] type base64 [comment]". Nothing for another line.
std::optional<Item> itemFromLine(std::string_view line) {
    for (int word = 0; word < 2; ++word) { // the type, or options and then the type
        const std::size_t space = line.find(' ');
        if (space == std::string_view::npos)
            return std::nullopt;
        const std::string_view first = line.substr(0, space);
        line.remove_prefix(space + 1);
        if (!isPublicType(first))
            continue;
        const std::size_t end = std::min(line.find(' '), line.size());
        const auto blob = base::fromBase64(line.substr(0, end));
        if (!blob)
            ssh::throwDamaged();
        std::string comment(line.substr(std::min(line.size(), end + 1)));
        return Item{ssh::publicKeyFromBlob(*blob), std::move(comment), {}};
    }
    return std::nullopt;
}

Item itemFromRfc4716(std::string_view body) {
    std::string base64, comment;
    bool isContinued = false;
    takeLine(body);
    while (!body.empty()) {
        const std::string_view line = takeLine(body);
        if (!isContinued && line.find(':') == std::string_view::npos) {
            base64 += line;
            continue;
        }
        if (const auto value = valueOf(line, "Comment"); value && !isContinued) {
            comment = *value;
            std::erase(comment, '"');
        }
        isContinued = line.ends_with('\\');
    }
    const auto blob = base::fromBase64(base64);
    if (!blob)
        ssh::throwDamaged();
    return Item{ssh::publicKeyFromBlob(*blob), std::move(comment), {}};
}

} // namespace

std::vector<Item> readSshPublicKeys(std::string_view text) {
    std::vector<Item> items;
    std::size_t position = text.find(Rfc4716Begin);
    while (position != std::string_view::npos) {
        const std::size_t end = text.find(Rfc4716End, position);
        if (end == std::string_view::npos)
            ssh::throwDamaged();
        items.push_back(itemFromRfc4716(text.substr(position, end - position)));
        position = text.find(Rfc4716Begin, end);
    }
    while (items.empty() && !text.empty()) {
        const std::string_view line = takeLine(text);
        if (line.empty() || line.starts_with('#'))
            continue;
        auto item = itemFromLine(line);
        if (!item)
            break; // some other text
        items.push_back(std::move(*item));
        while (!text.empty()) {
            if (auto next = itemFromLine(takeLine(text)))
                items.push_back(std::move(*next));
        }
    }
    return items;
}

std::string toSshPublicLine(const crypto::PublicKey& key, std::string_view comment) {
    std::string line = ssh::typeName(key.facts()) + ' ' + base::toBase64(ssh::blobOf(key));
    if (!comment.empty())
        line.append(" ").append(comment);
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return line + '\n';
}

} // namespace certwright::formats
