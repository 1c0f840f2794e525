#pragma once

#include "core/base/bytes.h"
#include "core/tls/transcript.h"

#include <string>

namespace certwright::tls::starttls {

/// A line or a packet that crossed the wire in plain before TLS began.
struct PlainMessage {
    Elapsed time{};
    Direction direction = Direction::Sent;
    base::Bytes bytes;     ///< as they were, without the end of a line; passwords are replaced by asterisks
    bool isBinary = false; ///< a packet of a binary protocol, not a line of text

    /// For people, in one line: text with control characters made visible, or hexadecimal octets.
    std::string toText() const;
};

/// The bytes as text in one line, cut to `limit` octets: printable ASCII and well-formed UTF-8 as they are, everything
/// else as \xNN. Bidirectional controls and the like are escaped, too.
std::string visibleText(base::BytesView bytes, std::size_t limit);

} // namespace certwright::tls::starttls
