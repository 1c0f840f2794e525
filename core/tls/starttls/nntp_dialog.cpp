#include "core/tls/starttls/nntp_dialog.h"

#include "core/tls/starttls/starttls_errors.h"

namespace certwright::tls::starttls {

namespace {

constexpr int CapabilitiesFollow = 101;
constexpr int ContinueWithTls = 382;
constexpr int UnknownCommand = 500;

} // namespace

void NntpDialog::askForTls() {
    sendLine("STARTTLS");
    await("the answer to STARTTLS");
    m_stage = Stage::StartTls;
}

void NntpDialog::onReply(const Reply& reply) {
    switch (m_stage) {
    case Stage::Greeting:
        if (reply.code == 200 || reply.code == 201) {
            sendLine("CAPABILITIES");
            await("the answer to CAPABILITIES");
            m_stage = Stage::Capabilities;
        } else if (reply.kind() == 4 || reply.kind() == 5) {
            fail(turnedAway(protocol(), reply.text));
        } else {
            fail(notSpoken(protocol(), base::bytesOf(reply.text)));
        }
        return;
    case Stage::Capabilities:
        if (reply.code == CapabilitiesFollow)
            m_stage = Stage::List;
        else
            askForTls(); // a server older than RFC 3977 lists nothing, and may know STARTTLS all the same
        return;
    case Stage::List:
        return;
    case Stage::StartTls:
        if (reply.code == ContinueWithTls)
            succeed();
        else if (reply.code == UnknownCommand)
            fail(notOffered(protocol(), ""));
        else
            fail(refused(protocol(), reply.text));
        return;
    }
}

bool NntpDialog::onListLine(std::string_view line) {
    if (m_stage != Stage::List)
        return false;
    if (line == ".") {
        if (m_isOffered)
            askForTls();
        else
            fail(notOffered(protocol(), m_offered));
        return true;
    }
    m_offered += (m_offered.empty() ? "" : ", ") + std::string(line);
    m_isOffered = m_isOffered || equalsIgnoringCase(takeWord(line), "STARTTLS");
    return true;
}

} // namespace certwright::tls::starttls
