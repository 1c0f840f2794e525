#include "core/formats/ber_header.h"

namespace certwright::formats {

namespace {

constexpr std::uint64_t Highest = std::uint64_t{1} << 63U;

/// A tag number of 31 or more (X.690 8.1.2.4): seven bits in each octet behind the first.
void readLongTag(base::BytesView bytes, BerHeader& header) noexcept {
    header.tag = 0;
    for (;;) {
        if (header.size >= bytes.size()) {
            header.problem = "its tag number is cut off";
            return;
        }
        if (header.tag >= Highest >> 7U) {
            header.problem = "its tag number is too large";
            return;
        }
        const std::uint8_t octet = bytes[header.size++];
        if (header.size == 2 && octet == 0x80)
            header.isShortest = false;
        header.tag = (header.tag << 7U) | (octet & 0x7FU);
        if ((octet & 0x80U) == 0)
            break;
    }
    if (header.tag < 0x1F)
        header.isShortest = false;
}

/// X.690 8.1.3.
void readLength(base::BytesView bytes, BerHeader& header) noexcept {
    if (header.size >= bytes.size()) {
        header.problem = "its length is cut off";
        return;
    }
    const std::uint8_t first = bytes[header.size++];
    if (first < 0x80) {
        header.length = first;
        return;
    }
    std::size_t count = first & 0x7FU;
    if (count == 0) {
        header.isIndefinite = true;
        if (!header.isConstructed)
            header.problem = "it is primitive and has no definite length";
        return;
    }
    if (first == 0xFF) {
        header.problem = "its length starts with the reserved octet FF";
        return;
    }
    if (bytes.size() - header.size < count) {
        header.problem = "its length is cut off";
        return;
    }
    std::uint64_t length = 0;
    header.isShortest = header.isShortest && bytes[header.size] != 0;
    for (; count > 0; --count) {
        if (length >= Highest >> 8U) {
            header.problem = "its length is too large";
            return;
        }
        length = (length << 8U) | bytes[header.size++];
    }
    header.isShortest = header.isShortest && length >= 0x80;
    header.length = static_cast<std::size_t>(length);
}

} // namespace

BerHeader readBerHeader(base::BytesView bytes) noexcept {
    BerHeader header;
    if (bytes.empty()) {
        header.problem = "nothing is there";
        return header;
    }
    header.tagClass = static_cast<std::uint8_t>(bytes[0] >> 6U);
    header.isConstructed = (bytes[0] & 0x20U) != 0;
    header.tag = bytes[0] & 0x1FU;
    header.size = 1;
    if (header.tag == 0x1F)
        readLongTag(bytes, header);
    if (header.isValid())
        readLength(bytes, header);
    return header;
}

} // namespace certwright::formats
