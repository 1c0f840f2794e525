#include "core/tls/starttls/sieve_dialog.h"

#include "core/tls/starttls/starttls_errors.h"

#include <charconv>
#include <optional>
#include <utility>

namespace certwright::tls::starttls {

namespace {

/// The size in "{12}" or "{12+}" at the end of a line: a string of so many octets follows (RFC 5804 4).
std::optional<std::size_t> literalAtEnd(std::string_view line) {
    const std::size_t open = line.rfind('{');
    if (line.empty() || line.back() != '}' || open == std::string_view::npos)
        return std::nullopt;
    std::string_view digits = line.substr(open + 1, line.size() - open - 2);
    if (!digits.empty() && digits.back() == '+')
        digits.remove_suffix(1);
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
    if (error != std::errc() || end != digits.data() + digits.size())
        return std::nullopt;
    return size;
}

} // namespace

SieveDialog::SieveDialog()
    : LineDialog(serverOf(Protocol::Sieve)) {}

void SieveDialog::onLine(std::string_view line) {
    if (m_literal > 0) {
        // The line's end counts as the two octets that it is on the wire.
        if (line.size() + 2 <= m_literal) {
            m_literal -= line.size() + 2;
            m_statement += std::string(line) + " ";
            return;
        }
        m_literal = 0;
    }
    m_statement += line;
    if (const std::optional<std::size_t> size = literalAtEnd(line); size && *size > 0) {
        if (*size > MaximumInput) {
            failByProtocol(peerAtStart() + " announced a string that is too long", base::bytesOf(line));
            return;
        }
        m_literal = *size;
        m_statement += ' ';
        return;
    }
    onStatement(std::exchange(m_statement, {}));
}

void SieveDialog::onStatement(std::string_view line) {
    std::string_view rest = line;
    const std::string_view word = takeWord(rest);
    const bool isOk = equalsIgnoringCase(word, "OK");
    if (equalsIgnoringCase(word, "BYE") || (!m_hasAsked && equalsIgnoringCase(word, "NO"))) {
        fail(turnedAway(Protocol::Sieve, line));
    } else if (m_hasAsked && isOk) {
        succeed();
    } else if (m_hasAsked) {
        fail(refused(Protocol::Sieve, line));
    } else if (isOk && !m_isSieve) {
        fail(notSpoken(Protocol::Sieve, base::bytesOf(line))); // RFC 5804 1.7: the implementation is always named
    } else if (isOk && !m_isOffered) {
        fail(notOffered(Protocol::Sieve, m_offered));
    } else if (isOk) {
        sendLine("STARTTLS");
        await("the answer to STARTTLS");
        m_hasAsked = true;
    } else if (!word.starts_with('"') && !word.starts_with('{')) {
        fail(notSpoken(Protocol::Sieve, base::bytesOf(line)));
    } else {
        m_isSieve = true;
        m_isOffered = m_isOffered || equalsIgnoringCase(word, "\"STARTTLS\"");
        m_offered += (m_offered.empty() ? "" : ", ") + std::string(line);
    }
}

} // namespace certwright::tls::starttls
