#include "core/tls/starttls/postgres_dialog.h"

#include "core/tls/starttls/starttls_errors.h"

#include <algorithm>
#include <array>

namespace certwright::tls::starttls {

namespace {

constexpr std::array<std::uint8_t, 8> Request{0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F}; // length, 80877103
constexpr std::size_t ErrorHead = 5;                                               // 'E' and the length
constexpr std::size_t MaximumError = 16384;

} // namespace

PostgresDialog::PostgresDialog()
    : Dialog(serverOf(Protocol::Postgres)) {
    sendBinary(Request);
    await("the answer to SSLRequest");
}

void PostgresDialog::onInput() {
    if (input().empty())
        return;
    switch (input().front()) {
    case 'S':
        if (input().size() > 1 && input()[1] == 'S' && base::textOf(input()).starts_with("SSH-")) {
            fail(notSpoken(Protocol::Postgres, input()));
            return;
        }
        take(1, 1, false);
        succeed();
        return;
    case 'N':
        take(1, 1, false);
        fail(notOffered(Protocol::Postgres, "")
                 .withHint("Its setting “ssl” is off, or it listens on a Unix socket, where it never does TLS"));
        return;
    case 'E':
        onError();
        return;
    default:
        fail(notSpoken(Protocol::Postgres, input()));
    }
}

void PostgresDialog::onError() {
    if (input().size() < ErrorHead)
        return;
    std::size_t length = 0;
    for (std::size_t i = 1; i < ErrorHead; ++i)
        length = (length << 8U) | input()[i];
    const std::size_t size = length + 1;
    // Servers before 7.4 send text without a length; its letters make an impossible one.
    if (size < ErrorHead || size > MaximumError) {
        failByProtocol(peerAtStart() + " answered with an error", input());
        return;
    }
    if (input().size() < size)
        return;
    const base::Bytes text = errorText();
    take(size, size, true);
    fail(refused(Protocol::Postgres, base::textOf(text)));
}

/// The field 'M' of an ErrorResponse: fields are a letter and a text up to a zero. What an error before TLS says is
/// unauthenticated (CVE-2024-10977), and told as the server's words.
base::Bytes PostgresDialog::errorText() const {
    auto at = input().begin() + ErrorHead;
    while (at != input().end() && *at != 0) {
        const auto end = std::find(at, input().end(), std::uint8_t{0});
        if (*at == 'M')
            return {at + 1, end};
        at = end == input().end() ? end : end + 1;
    }
    return {};
}

} // namespace certwright::tls::starttls
