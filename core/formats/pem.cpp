#include "core/formats/pem.h"

#include <openssl/evp.h>

#include <algorithm>

namespace certwright::formats {

using base::Error;
using base::ErrorKind;

namespace {

constexpr std::string_view BeginMark = "-----BEGIN ";
constexpr std::string_view EndMark = "-----END ";
constexpr std::string_view Dashes = "-----";
constexpr std::size_t MaxLabel = 64;
constexpr std::size_t LineLength = 64;

bool isLineEnd(char c) noexcept {
    return c == '\n' || c == '\r';
}
bool isBlank(char c) noexcept {
    return c == ' ' || c == '\t';
}

/// The label of the armour line whose words start at `position`; nothing when it is no armour line.
std::optional<std::string_view> labelAt(std::string_view text, std::size_t position) {
    const std::string_view line = text.substr(position, MaxLabel + Dashes.size());
    const std::size_t end = line.find(Dashes);
    if (end == std::string_view::npos)
        return std::nullopt;
    const std::string_view label = line.substr(0, end);
    const bool isPlain = std::all_of(label.begin(), label.end(), [](char c) { return c >= ' ' && c <= '~'; });
    return isPlain ? std::optional(label) : std::nullopt;
}

/// One line of a block's body, without its end (LF, CR or CRLF) and without what indents or quotes it.
std::string_view takeLine(std::string_view& body) {
    std::size_t end = 0;
    while (end < body.size() && !isLineEnd(body[end]))
        ++end;
    std::string_view line = body.substr(0, end);
    const bool isCrlf = body.substr(end, 2) == "\r\n";
    body.remove_prefix(std::min(body.size(), end + (isCrlf ? 2 : 1)));
    while (!line.empty() && (isBlank(line.front()) || line.front() == '>' || line.front() == '|'))
        line.remove_prefix(1);
    while (!line.empty() && isBlank(line.back()))
        line.remove_suffix(1);
    return line;
}

/// The RFC 1421 headers at the start of a body, which an empty line ends; a line that starts blank goes on the one
/// before. The body stays as it is when there are none.
std::vector<std::pair<std::string, std::string>> takeHeaders(std::string_view& body) {
    std::vector<std::pair<std::string, std::string>> headers;
    std::string_view rest = body;
    while (!rest.empty()) {
        const std::string_view before = rest;
        const std::string_view line = takeLine(rest);
        const std::size_t colon = line.find(':');
        if (colon != std::string_view::npos) {
            std::string_view value = line.substr(colon + 1);
            while (!value.empty() && isBlank(value.front()))
                value.remove_prefix(1);
            headers.emplace_back(std::string(line.substr(0, colon)), std::string(value));
        } else if (!headers.empty() && line.empty()) {
            break;
        } else if (!headers.empty() && isBlank(before.front())) {
            headers.back().second += line;
        } else if (!line.empty()) { // base64 already: no header, or no blank line behind the last
            rest = before;
            break;
        }
    }
    if (!headers.empty())
        body = rest;
    return headers;
}

/// Base64 of a body as it may stand in a mail, in JSON or in a shell script: quoting, indentation and written-out line
/// ends ("\n") dropped.
std::string withoutQuoting(std::string_view body) {
    std::string out;
    out.reserve(body.size());
    while (!body.empty()) {
        std::string_view line = takeLine(body);
        while (!line.empty()) {
            const std::size_t backslash = line.find('\\');
            out += line.substr(0, backslash);
            if (backslash == std::string_view::npos)
                break;
            const bool isLineEndWord =
                backslash + 1 < line.size() && (line[backslash + 1] == 'n' || line[backslash + 1] == 'r');
            if (!isLineEndWord)
                out += '\\';
            line.remove_prefix(backslash + (isLineEndWord ? 2 : 1));
        }
    }
    return out;
}

/// The body up to the empty line behind its first lines of base64, or up to a line that starts with a dash, where
/// OpenSSL takes the data to end: some files have a remark there.
std::string_view upToRemark(std::string_view body) {
    std::string_view rest = body;
    bool hasText = false;
    while (!rest.empty()) {
        const std::size_t start = body.size() - rest.size();
        const std::string_view line = takeLine(rest);
        if (hasText && (line.empty() || line.front() == '-'))
            return body.substr(0, start);
        hasText = hasText || !line.empty();
    }
    return body;
}

void decodeBody(PemBlock& block, std::string_view body) {
    block.headers = takeHeaders(body);
    auto der = base::fromBase64(body);
    if (!der)
        der = base::fromBase64(withoutQuoting(body));
    if (!der)
        der = base::fromBase64(upToRemark(body));
    const std::string where = "The block " + block.label + " at line " + std::to_string(block.line);
    if (!der) {
        block.error = Error(ErrorKind::BadInput, where + " is not base64",
                            "It was probably damaged when it was copied; get the file again.");
    } else if (der->empty()) {
        block.error = Error(ErrorKind::BadInput, where + " is empty", "Get the file again from where it came from.");
    } else {
        block.der = std::move(*der);
    }
}

} // namespace

const std::string* PemBlock::header(std::string_view name) const noexcept {
    const auto found = std::find_if(headers.begin(), headers.end(), [name](const auto& h) { return h.first == name; });
    return found == headers.end() ? nullptr : &found->second;
}

std::size_t PemScanner::lineAt(std::size_t position) noexcept {
    for (; m_countedUpTo < position; ++m_countedUpTo) {
        const char c = m_text[m_countedUpTo];
        const bool isCrlf = c == '\r' && m_countedUpTo + 1 < m_text.size() && m_text[m_countedUpTo + 1] == '\n';
        if (isLineEnd(c) && !isCrlf)
            ++m_line;
    }
    return m_line;
}

std::optional<PemBlock> PemScanner::next() {
    for (;;) {
        const std::size_t begin = m_text.find(BeginMark, m_position);
        if (begin == std::string_view::npos)
            return std::nullopt;
        m_position = begin + BeginMark.size();
        const auto label = labelAt(m_text, m_position);
        if (!label)
            continue;
        PemBlock block;
        block.label = *label;
        block.line = lineAt(begin);
        const std::size_t bodyStart = m_position + label->size() + Dashes.size();
        // Only up to the next BEGIN, so that a long file of nothing but these is gone through once.
        const std::string_view upToNext = m_text.substr(0, m_text.find(BeginMark, bodyStart));
        const std::size_t end = upToNext.find(EndMark, bodyStart);
        if (end == std::string_view::npos) {
            m_position = bodyStart;
            block.error =
                Error(ErrorKind::BadInput,
                      "The block " + block.label + " at line " + std::to_string(block.line) + " has no END line",
                      "The file was probably cut off; get it again.");
            return block;
        }
        m_position = end + EndMark.size();
        block.endLabel = std::string(labelAt(m_text, m_position).value_or(std::string_view()));
        decodeBody(block, m_text.substr(bodyStart, end - bodyStart));
        return block;
    }
}

std::vector<PemBlock> splitPem(std::string_view text) {
    std::vector<PemBlock> blocks;
    PemScanner scanner(text);
    while (auto block = scanner.next())
        blocks.push_back(std::move(*block));
    return blocks;
}

bool looksLikePem(std::string_view text) noexcept {
    return text.find(BeginMark) != std::string_view::npos;
}

std::string toPem(std::string_view label, base::BytesView der) {
    const std::string base64 = base::toBase64(der);
    std::string out;
    out.reserve(base64.size() + base64.size() / LineLength + 2 * label.size() + 40);
    out.append(BeginMark).append(label).append(Dashes).append("\n");
    for (std::size_t i = 0; i < base64.size(); i += LineLength)
        out.append(base64, i, LineLength).append("\n");
    out.append(EndMark).append(label).append(Dashes).append("\n");
    return out;
}

base::Secret toSecretPem(std::string_view label, base::BytesView der) {
    constexpr std::size_t LineOctets = LineLength / 4 * 3;
    const std::size_t lines = (der.size() + LineOctets - 1) / LineOctets;
    base::Secret pem(BeginMark.size() + EndMark.size() + 2 * (label.size() + Dashes.size() + 1) +
                     lines * (LineLength + 1) + 1);
    std::uint8_t* out = pem.data();
    const auto append = [&out](std::string_view text) { out = std::copy(text.begin(), text.end(), out); };
    append(BeginMark);
    append(label);
    append(Dashes);
    append("\n");
    for (std::size_t i = 0; i < der.size(); i += LineOctets) {
        // EVP_EncodeBlock writes a zero behind its text, which the line end replaces.
        out += EVP_EncodeBlock(out, der.data() + i, static_cast<int>(std::min(LineOctets, der.size() - i)));
        append("\n");
    }
    append(EndMark);
    append(label);
    append(Dashes);
    append("\n");
    pem.truncate(static_cast<std::size_t>(out - pem.data()));
    return pem;
}

} // namespace certwright::formats
