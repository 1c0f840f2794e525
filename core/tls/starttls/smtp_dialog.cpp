#include "core/tls/starttls/smtp_dialog.h"

#include "core/tls/starttls/starttls_errors.h"

#include <algorithm>

namespace certwright::tls::starttls {

namespace {

constexpr int ServiceReady = 220;
/// RFC 2606 2: a name that nobody has. Servers that check the syntax want one with a dot.
constexpr std::string_view OwnName = "certwright.invalid";

} // namespace

void SmtpDialog::onReply(const Reply& reply) {
    if (m_stage == Stage::Hello) {
        onHello(reply);
    } else if (reply.code == ServiceReady) {
        if (m_stage == Stage::StartTls) {
            succeed();
            return;
        }
        const std::string verb = protocol() == Protocol::Lmtp ? "LHLO" : "EHLO";
        sendLine(verb + " " + std::string(OwnName));
        await("the answer to " + verb);
        m_stage = Stage::Hello;
    } else if (m_stage == Stage::StartTls) {
        fail(refused(protocol(), reply.text));
    } else if (reply.kind() == 4 || reply.kind() == 5) {
        fail(turnedAway(protocol(), reply.text));
    } else {
        fail(notSpoken(protocol(), base::bytesOf(reply.text)));
    }
}

void SmtpDialog::onHello(const Reply& reply) {
    if (reply.kind() != 2) {
        const bool isLmtp = protocol() == Protocol::Lmtp;
        fail(base::Error(base::ErrorKind::Network,
                         peerAtStart() + " refused our greeting, without which there is no STARTTLS: it sent " +
                             inQuotes(reply.text),
                         isLmtp ? "It may speak SMTP" : "It may speak LMTP"));
        return;
    }
    std::string offered;
    bool isOffered = false;
    for (std::size_t i = 1; i < reply.lines.size(); ++i) { // the first is the server's name
        std::string_view line = reply.lines[i];
        offered += (offered.empty() ? "" : ", ") + reply.lines[i];
        isOffered = isOffered || equalsIgnoringCase(takeWord(line), "STARTTLS");
    }
    if (!isOffered) {
        fail(notOffered(protocol(), offered));
        return;
    }
    sendLine("STARTTLS");
    await("the answer to STARTTLS");
    m_stage = Stage::StartTls;
}

} // namespace certwright::tls::starttls
