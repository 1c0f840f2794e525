#include "app/cli/console.h"

#include "app/cli/terminal.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>

namespace certwright::cli {

namespace {

/// One character of UTF-8 text; `length` octets long, or one octet that is not UTF-8.
struct Character {
    char32_t code = 0;
    std::size_t length = 1;
    bool isValid = false;
};

Character firstCharacter(std::string_view text) {
    const auto octet = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = octet(0);
    if (lead < 0x80U)
        return {lead, 1, true};
    const std::size_t length = lead >= 0xF0U ? 4 : lead >= 0xE0U ? 3 : 2;
    if (lead < 0xC2U || lead > 0xF4U || text.size() < length)
        return {lead, 1, false};
    char32_t code = lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((octet(i) & 0xC0U) != 0x80U)
            return {lead, 1, false};
        code = (code << 6U) | (octet(i) & 0x3FU);
    }
    const bool isOverlong = (length == 3 && code < 0x800U) || (length == 4 && code < 0x10000U);
    if (isOverlong || code > 0x10FFFFU || (code >= 0xD800U && code <= 0xDFFFU))
        return {lead, 1, false};
    return {code, length, true};
}

bool isInvisible(char32_t code) {
    return code < 0x20U || (code >= 0x7FU && code < 0xA0U) || code == 0x61CU || (code >= 0x200BU && code <= 0x200FU) ||
           (code >= 0x2028U && code <= 0x202EU) || (code >= 0x2060U && code <= 0x206FU) || code == 0xFEFFU ||
           (code >= 0xFFF9U && code <= 0xFFFBU) || (code >= 0xE0000U && code <= 0xE007FU);
}

void appendEscaped(std::string& out, const Character& character) {
    std::array<char, 16> buffer{};
    const auto code = static_cast<unsigned>(character.code);
    int length = 0;
    if (!character.isValid)
        length = std::snprintf(buffer.data(), buffer.size(), "\\x%02x", code);
    else if (code > 0xFFFFU)
        length = std::snprintf(buffer.data(), buffer.size(), "\\U%08x", code);
    else
        length = std::snprintf(buffer.data(), buffer.size(), "\\u%04x", code);
    out.append(buffer.data(), static_cast<std::size_t>(length));
}

[[noreturn]] void throwOutputError() {
    throw base::Error(base::ErrorKind::Io, std::string("Standard output cannot be written: ") + std::strerror(errno),
                      "Check where the output goes, and the free space there.");
}

void write(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size())
        throwOutputError();
}

/// Nothing that moves the cursor about.
bool isText(std::string_view bytes) {
    while (!bytes.empty()) {
        const Character character = firstCharacter(bytes);
        const bool isSpace = character.code == '\n' || character.code == '\r' || character.code == '\t';
        if (!character.isValid || (isInvisible(character.code) && !isSpace))
            return false;
        bytes.remove_prefix(character.length);
    }
    return true;
}

std::string visibleLines(std::string_view text) {
    std::string out;
    for (;;) {
        const std::size_t end = text.find('\n');
        out += visibleText(text.substr(0, end));
        if (end == std::string_view::npos)
            return out;
        out += '\n';
        text.remove_prefix(end + 1);
    }
}

} // namespace

std::string visibleText(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const Character character = firstCharacter(text);
        if (!character.isValid || isInvisible(character.code))
            appendEscaped(out, character);
        else
            out.append(text.substr(0, character.length));
        text.remove_prefix(character.length);
    }
    return out;
}

Console::Console(bool isJson, std::stop_token stop)
    : m_isJson(isJson)
    , m_stop(std::move(stop)) {}

void Console::printJson(const service::Json& document) {
    write(service::toText(document) + "\n");
}

void Console::print(std::string_view line) {
    write(visibleLines(line) + "\n");
}

void Console::printRaw(std::string_view bytes) {
    write(bytes);
}

void Console::printContent(std::string_view bytes, bool isForced) {
    if (!isForced && terminal::isOutputTerminal() && !isText(bytes))
        throw base::Error(base::ErrorKind::NotAllowed, "What comes out is binary, and standard output is a terminal",
                          "Write it to a file by --out, or print it all the same with --force");
    write(bytes);
}

void Console::flush() {
    if (std::fflush(stdout) != 0)
        throwOutputError();
}

void Console::note(std::string_view line) {
    // Standard error may be closed; there is nobody to tell then.
    std::fputs((visibleLines(line) + "\n").c_str(), stderr);
}

void Console::printError(const base::Error& error) {
    // Some messages name the file themselves.
    const bool isNamed =
        error.context().empty() || error.message().find("“" + error.context() + "”") != std::string::npos;
    note("certwright-cli: " + (isNamed ? std::string() : error.context() + ": ") + error.message());
    if (!error.hint().empty())
        note("  " + error.hint());
}

bool Console::canAsk() const noexcept {
    return terminal::isPresent();
}

std::optional<base::Secret> Console::askPassphrase(std::string_view question) {
    return terminal::askSecret(visibleText(question) + ": ", m_stop);
}

std::optional<std::string> Console::ask(std::string_view question) {
    return terminal::ask(visibleText(question) + ": ", m_stop);
}

base::JobControl Console::jobControl(std::string label) {
    if (!terminal::isErrorTerminal())
        return base::JobControl(m_stop, {});
    return base::JobControl(m_stop, [label = visibleText(label)](base::Progress progress) {
        if (progress.total != 0 && progress.done >= progress.total) {
            std::fputs("\r\033[K", stderr);
        } else if (progress.total != 0) {
            const auto percent = static_cast<unsigned long long>(progress.done * 100 / progress.total);
            std::fprintf(stderr, "\r\033[K%s: %llu %%", label.c_str(), percent);
        } else {
            std::fprintf(stderr, "\r\033[K%s: %llu", label.c_str(), static_cast<unsigned long long>(progress.done));
        }
        std::fflush(stderr);
    });
}

} // namespace certwright::cli
