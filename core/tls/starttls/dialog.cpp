#include "core/tls/starttls/dialog.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace certwright::tls::starttls {

namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t MaximumQuote = 200;
constexpr std::size_t MaximumOctets = 12;

bool looksLikeText(base::BytesView bytes) {
    return std::all_of(bytes.begin(), bytes.end(),
                       [](std::uint8_t c) { return c >= 0x20 || c == '\t' || c == '\r' || c == '\n'; });
}

} // namespace

std::string inQuotes(base::BytesView said) {
    while (!said.empty() && (said.back() == '\r' || said.back() == '\n'))
        said = said.first(said.size() - 1);
    if (said.empty())
        return "nothing";
    if (!looksLikeText(said))
        return "the octets " + base::toHex(said.first(std::min(said.size(), MaximumOctets)), ' ') +
               (said.size() > MaximumOctets ? " ..." : "");
    return "“" + visibleText(said, MaximumQuote) + "”";
}

std::string inQuotes(std::string_view said) {
    return inQuotes(base::bytesOf(said));
}

Dialog::Dialog(std::string peer)
    : m_peer(std::move(peer)) {
    m_awaited = "the greeting of " + m_peer;
}

Dialog::~Dialog() = default;

Step Dialog::feed(base::BytesView bytes) {
    m_input.insert(m_input.end(), bytes.begin(), bytes.end());
    m_received += bytes.size();
    while (m_step == Step::NeedsMore) {
        const std::size_t before = m_input.size();
        onInput();
        if (m_input.size() == before)
            break;
    }
    if (m_step == Step::NeedsMore && m_received > MaximumInput)
        failByProtocol(peerAtStart() + " sent more than " + std::to_string(MaximumInput) +
                           " octets without coming to the point",
                       m_input);
    return m_step;
}

Step Dialog::feedEof() {
    if (m_step != Step::NeedsMore)
        return m_step;
    const std::string said = m_input.empty() ? "" : "; it had sent " + inQuotes(m_input);
    fail(Error(ErrorKind::Network, peerAtStart() + " closed the connection instead of sending " + m_awaited + said,
               m_received == 0 ? "It may not want connections from here, or not speak this protocol on this port" : ""),
         FailureSide::Transport);
    return m_step;
}

base::Bytes Dialog::takeOutput() {
    return std::exchange(m_output, {});
}

base::Bytes Dialog::takeRest() {
    return m_step == Step::Done ? std::exchange(m_input, {}) : base::Bytes();
}

base::Bytes Dialog::abandon() {
    if (m_step == Step::NeedsMore && !m_input.empty())
        log(Direction::Received, m_input, !looksLikeText(m_input));
    return std::exchange(m_input, {});
}

base::Bytes Dialog::take(std::size_t size, std::size_t logged, bool isBinary) {
    const auto end = m_input.begin() + static_cast<std::ptrdiff_t>(size);
    base::Bytes taken(m_input.begin(), end);
    m_input.erase(m_input.begin(), end);
    log(Direction::Received, base::BytesView(taken).first(logged), isBinary);
    return taken;
}

void Dialog::sendLine(const std::string& line, const std::string& shown) {
    const base::BytesView bytes = base::bytesOf(line);
    m_output.insert(m_output.end(), bytes.begin(), bytes.end());
    m_output.push_back('\r');
    m_output.push_back('\n');
    m_hasSent = true;
    log(Direction::Sent, base::bytesOf(shown.empty() ? line : shown), false);
}

void Dialog::sendText(std::string_view text) {
    const base::BytesView bytes = base::bytesOf(text);
    m_output.insert(m_output.end(), bytes.begin(), bytes.end());
    m_hasSent = true;
    log(Direction::Sent, bytes, false);
}

void Dialog::sendBinary(base::BytesView bytes, std::optional<base::Bytes> shown) {
    m_output.insert(m_output.end(), bytes.begin(), bytes.end());
    m_hasSent = true;
    log(Direction::Sent, shown ? base::BytesView(*shown) : bytes, true);
}

void Dialog::succeed() {
    m_step = Step::Done;
    m_awaited.clear();
}

void Dialog::fail(Error error, FailureSide side) {
    if (m_step != Step::NeedsMore)
        return;
    abandon();
    m_failure = Failure{std::move(error), side};
    m_step = Step::Failed;
}

void Dialog::failByProtocol(const std::string& message, base::BytesView said, std::string hint) {
    fail(Error(ErrorKind::Network, message + ": it sent " + inQuotes(said), std::move(hint)));
}

std::string Dialog::peerAtStart() const {
    std::string text = m_peer;
    if (!text.empty())
        text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
    return text;
}

void Dialog::log(Direction direction, base::BytesView bytes, bool isBinary) {
    if (m_messages.size() < MaximumMessages)
        m_messages.push_back({m_time, direction, base::toBytes(bytes), isBinary});
}

} // namespace certwright::tls::starttls
