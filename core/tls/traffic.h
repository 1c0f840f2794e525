#pragma once

#include "core/base/bytes.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::tls {

/// Time since the start of the connection, as the caller of the engine gave it.
using Elapsed = std::chrono::microseconds;

enum class Direction { Sent, Received };

/// "sent", "received".
std::string_view toString(Direction direction) noexcept;

/// The bytes of a connection as they crossed the wire, both ways, in order. It grows while the connection runs, up to a
/// limit; from there on nothing more is kept, so that what there is has no gaps.
class Traffic {
public:
    static constexpr std::size_t MaximumBytes = std::size_t{4} << 20U;

    /// Bytes that went or came together.
    struct Piece {
        Elapsed time{};
        std::size_t offset = 0; ///< in bytes of both directions
        std::size_t size = 0;
        Direction direction = Direction::Sent;
        bool isPrelude = false; ///< in plain before TLS: STARTTLS, the answer of a proxy
    };

    void add(Direction direction, Elapsed time, base::BytesView bytes, bool isPrelude = false);

    const std::vector<Piece>& pieces() const noexcept { return m_pieces; }
    /// Valid until the next add().
    base::BytesView bytesOf(const Piece& piece) const noexcept {
        return base::BytesView(m_bytes).subspan(piece.offset, piece.size);
    }
    bool isEmpty() const noexcept { return m_pieces.empty(); }
    /// The connection went on after the last piece.
    bool isTruncated() const noexcept { return m_isTruncated; }

private:
    std::vector<Piece> m_pieces;
    base::Bytes m_bytes;
    bool m_isTruncated = false;
};

/// The head of a record (RFC 8446 5.1).
struct Record {
    Elapsed time{}; ///< when its last octet was there
    Direction direction = Direction::Sent;
    std::uint8_t type = 0; ///< 20 to 24
    std::uint16_t version = 0;
    std::size_t length = 0; ///< octets after the head

    /// "Handshake", "ApplicationData"; "Record(99)" for an unknown type.
    std::string name() const;
};

/// The records of a connection in the order in which they became complete. Each direction ends at what is no head of a
/// record, or before one that is cut short.
std::vector<Record> recordsOf(const Traffic& traffic);

} // namespace certwright::tls
