#include "core/tls/wire/message_fields.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

using certwright::tls::wire::Field;

namespace {

/// Each field lies in its parent, after the one before it.
void checkPlaces(const std::vector<Field>& fields, std::size_t from, std::size_t end) {
    for (const Field& field : fields) {
        certwright::fuzz::require(field.offset >= from && field.offset + field.length <= end, "place of a field");
        from = field.offset + field.length;
        checkPlaces(field.children, field.offset, from);
    }
}

} // namespace

// Messages of a handshake behind each other, as they stand in records: two octets of version and two of cipher suite in
// front say what was agreed upon.
void certwright::fuzz::target(base::BytesView input) {
    if (input.size() < 4)
        return;
    tls::wire::MessageContext context;
    context.version = static_cast<std::uint16_t>((input[0] << 8U) | input[1]);
    context.cipherSuite = static_cast<std::uint16_t>((input[2] << 8U) | input[3]);
    base::BytesView rest = input.subspan(4);
    checkPlaces(tls::wire::alertFields(rest), 0, rest.size());
    while (rest.size() >= 4) {
        const std::size_t length = (std::size_t{rest[1]} << 16U) | (std::size_t{rest[2]} << 8U) | rest[3];
        const base::BytesView message = rest.first(std::min(rest.size(), length + 4));
        rest = rest.subspan(message.size());
        tls::wire::noteHello(context, message);
        checkPlaces(tls::wire::handshakeFields(message, context), 0, message.size());
    }
}
