#pragma once

#include "core/inspect/probe.h"

namespace certwright::inspect {

/// Reads the server's first flight after one of our hellos, byte by byte if need be, and makes an Answer of it. Takes
/// no more than it was told to keep, whatever lengths the peer claims. Nothing is thrown for what a peer sends.
class AnswerReader {
public:
    /// More than this of a flight is not read on: an answer that is not complete by then is damaged.
    static constexpr std::size_t MaximumFlight = std::size_t{128} * 1024;

    explicit AnswerReader(const Probe& probe);

    /// Bytes of the peer. Returns true when the answer is complete; more is ignored then.
    bool feed(base::BytesView bytes);
    /// There will be no more: the stream ended, was reset, or time is over. A flight of which at least the ServerHello
    /// came counts as accepted.
    void end(Answer::Break reason);

    bool isComplete() const noexcept { return m_isComplete; }
    const Answer& answer() const noexcept { return m_answer; }

private:
    void readRecords();
    void readSsl2Record();
    void readAlert(base::BytesView content);
    void readMessages();
    void readMessage(base::BytesView message);
    void readServerHello(base::BytesView message);
    void readServerKeyExchange(base::BytesView body);
    void accept();
    void breakOff(Answer::Break reason);
    /// Bytes that are no TLS, or damaged TLS if there was some before.
    void rejectBytes();

    Probe m_probe;
    base::Bytes m_input;    ///< not yet read as records
    base::Bytes m_messages; ///< contents of handshake records, not yet read as messages
    std::size_t m_total = 0;
    bool m_hasRecord = false;
    bool m_hasHello = false;
    bool m_isComplete = false;
    Answer m_answer;
};

} // namespace certwright::inspect
