#pragma once

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/tls/failure.h"
#include "core/tls/starttls/plain_message.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace certwright::tls::starttls {

/// What a dialog has come to.
enum class Step {
    NeedsMore, ///< Send what takeOutput() gives, then feed what the peer answers.
    Done,      ///< Send what takeOutput() gives; then the next thing (TLS, or another dialog) begins.
    Failed,    ///< failure() says why.
};

/// A conversation in plain bytes that comes before TLS: a protocol's STARTTLS, or what a proxy wants to hear. It does
/// no input or output itself, like the engine: bytes go in by feed() and come out by takeOutput(), in pieces of any
/// size.
///
/// What the peer can do to it has limits: the octets that it sends in all, the length of a line, the number of them.
/// Beyond, the dialog fails; it never waits for more than the peer announced within them.
class Dialog {
public:
    /// The most octets that a peer may send until the dialog is done.
    static constexpr std::size_t MaximumInput = 65536;
    /// The most messages that are kept for the log.
    static constexpr std::size_t MaximumMessages = 2000;

    virtual ~Dialog();
    Dialog(const Dialog&) = delete;
    Dialog& operator=(const Dialog&) = delete;

    /// Takes bytes of the peer. What comes after the dialog's end is kept for takeRest().
    Step feed(base::BytesView bytes);
    /// The peer sends nothing more.
    Step feedEof();
    /// What is to be sent next, all of it; empty when there is nothing.
    base::Bytes takeOutput();
    /// The bytes of the peer behind the end of a dialog that is done.
    base::Bytes takeRest();

    /// Stands in the messages as the time when they came; that of the last feed() or takeOutput() otherwise.
    void setTime(Elapsed time) noexcept { m_time = time; }

    Step step() const noexcept { return m_step; }
    const std::optional<Failure>& failure() const noexcept { return m_failure; }
    const std::vector<PlainMessage>& messages() const noexcept { return m_messages; }
    /// What it waits for, such as "the greeting of the SMTP server"; for the message of a time-out.
    const std::string& awaited() const noexcept { return m_awaited; }
    /// Whether it waits for the very first word of the peer, having said nothing itself.
    bool isAwaitingGreeting() const noexcept { return !m_hasSent && m_received == 0; }
    /// To be called when it is given up: what came and could not be used yet goes to the log, and is returned.
    base::Bytes abandon();

protected:
    /// `peer` is how messages call the other side: "the SMTP server".
    explicit Dialog(std::string peer);

    /// Looks at input(), takes what is complete with take(), and sends, succeeds or fails; returns without having taken
    /// anything when there is too little. Called again as long as it takes something and the dialog goes on.
    virtual void onInput() = 0;

    const base::Bytes& input() const noexcept { return m_input; }
    /// Removes octets from the front of the input and logs `logged` of them.
    base::Bytes take(std::size_t size, std::size_t logged, bool isBinary);
    /// Adds CRLF. `shown` goes to the log instead of the line, where it holds a password.
    void sendLine(const std::string& line, const std::string& shown = {});
    void sendText(std::string_view text);
    void sendBinary(base::BytesView bytes, std::optional<base::Bytes> shown = {});
    /// `what` completes "instead of sending": "the answer to STARTTLS".
    void await(std::string what) { m_awaited = std::move(what); }

    void succeed();
    void fail(base::Error error, FailureSide side = FailureSide::Peer);
    /// `said` are the octets of the peer that show it; they end the message.
    void failByProtocol(const std::string& message, base::BytesView said, std::string hint = {});

    /// "the SMTP server".
    const std::string& peer() const noexcept { return m_peer; }
    /// The same to begin a sentence with.
    std::string peerAtStart() const;

private:
    void log(Direction direction, base::BytesView bytes, bool isBinary);

    std::string m_peer;
    std::string m_awaited;
    base::Bytes m_input;
    base::Bytes m_output;
    std::size_t m_received = 0;
    bool m_hasSent = false;
    Step m_step = Step::NeedsMore;
    std::optional<Failure> m_failure;
    Elapsed m_time{};
    std::vector<PlainMessage> m_messages;
};

/// Text of the peer between quotation marks for a message, control characters made visible, not too long.
std::string inQuotes(base::BytesView said);
std::string inQuotes(std::string_view said);

} // namespace certwright::tls::starttls
