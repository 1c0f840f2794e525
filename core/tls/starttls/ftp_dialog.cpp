#include "core/tls/starttls/ftp_dialog.h"

#include "core/tls/starttls/starttls_errors.h"

namespace certwright::tls::starttls {

namespace {

constexpr int ReadySoon = 120; // RFC 959 4.2: 220 follows
constexpr int ServiceReady = 220;
constexpr int SecurityAccepted = 234;

bool isUnknownCommand(int code) {
    return code == 500 || code == 502 || code == 504 || code == 530; // RFC 2228 3: or a server that wants a login first
}

} // namespace

void FtpDialog::onReply(const Reply& reply) {
    if (m_isGreeted) {
        if (reply.code == SecurityAccepted)
            succeed();
        else if (isUnknownCommand(reply.code))
            fail(notOffered(protocol(), "")
                     .withHint("It answered " + inQuotes(reply.text) + ". " + implicitTlsHint(protocol())));
        else
            fail(refused(protocol(), reply.text));
    } else if (reply.code == ServiceReady) {
        sendLine("AUTH TLS");
        await("the answer to AUTH TLS");
        m_isGreeted = true;
    } else if (reply.kind() == 4 || reply.kind() == 5) {
        fail(turnedAway(protocol(), reply.text));
    } else if (reply.code != ReadySoon) {
        fail(notSpoken(protocol(), base::bytesOf(reply.text)));
    }
}

} // namespace certwright::tls::starttls
