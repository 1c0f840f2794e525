#include "core/tls/traffic.h"

#include "core/tls/wire/reader.h"

#include <array>

namespace certwright::tls {

namespace {

constexpr std::size_t HeadSize = 5;
/// RFC 5246 6.2.3: the most that an encrypted record has.
constexpr std::size_t MaximumRecord = (std::size_t{1} << 14U) + 2048;
constexpr std::uint8_t FirstType = 20;
constexpr std::uint8_t LastType = 24;

/// One direction's bytes that do not make a whole record yet.
struct Rest {
    base::Bytes bytes;
    bool isOver = false; ///< what came is not TLS
};

/// Takes the whole records off the front of `rest`.
void takeRecords(Rest& rest, const Traffic::Piece& piece, std::vector<Record>& records) {
    base::BytesView left = rest.bytes;
    while (!rest.isOver && left.size() >= HeadSize) {
        wire::Reader reader(left);
        Record record;
        record.time = piece.time;
        record.direction = piece.direction;
        record.type = reader.u8();
        record.version = reader.u16();
        record.length = reader.u16();
        rest.isOver = record.type < FirstType || record.type > LastType || (record.version >> 8U) != 3 ||
                      record.length > MaximumRecord;
        reader.bytes(record.length);
        if (rest.isOver || reader.hasFailed())
            break;
        left = left.subspan(HeadSize + record.length);
        records.push_back(record);
    }
    rest.bytes = base::toBytes(left);
}

} // namespace

std::string_view toString(Direction direction) noexcept {
    return direction == Direction::Sent ? "sent" : "received";
}

void Traffic::add(Direction direction, Elapsed time, base::BytesView bytes, bool isPrelude) {
    if (bytes.empty())
        return;
    m_isTruncated = m_isTruncated || bytes.size() > MaximumBytes - m_bytes.size();
    if (m_isTruncated)
        return;
    Piece piece;
    piece.time = time;
    piece.offset = m_bytes.size();
    piece.size = bytes.size();
    piece.direction = direction;
    piece.isPrelude = isPrelude;
    m_bytes.insert(m_bytes.end(), bytes.begin(), bytes.end());
    m_pieces.push_back(piece);
}

std::string Record::name() const {
    switch (type) {
    case 20:
        return "ChangeCipherSpec";
    case 21:
        return "Alert";
    case 22:
        return "Handshake";
    case 23:
        return "ApplicationData";
    case 24:
        return "Heartbeat";
    default:
        return "Record(" + std::to_string(type) + ")";
    }
}

std::vector<Record> recordsOf(const Traffic& traffic) {
    std::array<Rest, 2> rests;
    std::vector<Record> records;
    for (const Traffic::Piece& piece : traffic.pieces()) {
        if (piece.isPrelude)
            continue;
        Rest& rest = rests[piece.direction == Direction::Sent ? 0 : 1];
        if (rest.isOver)
            continue;
        const base::BytesView bytes = traffic.bytesOf(piece);
        rest.bytes.insert(rest.bytes.end(), bytes.begin(), bytes.end());
        takeRecords(rest, piece, records);
    }
    return records;
}

} // namespace certwright::tls
