#include "core/tls/starttls/imap_dialog.h"

#include "core/tls/starttls/starttls_errors.h"

namespace certwright::tls::starttls {

namespace {

constexpr std::string_view CapabilityTag = "a1";
constexpr std::string_view StartTlsTag = "a2";

} // namespace

ImapDialog::ImapDialog()
    : LineDialog(serverOf(Protocol::Imap)) {}

void ImapDialog::onGreeting(std::string_view line) {
    std::string_view rest = line;
    const std::string_view mark = takeWord(rest);
    const std::string_view status = takeWord(rest);
    if (mark != "*") {
        fail(notSpoken(Protocol::Imap, base::bytesOf(line)));
    } else if (equalsIgnoringCase(status, "OK")) {
        sendLine(std::string(CapabilityTag) + " CAPABILITY");
        await("the answer to CAPABILITY");
        m_stage = Stage::Capability;
    } else if (equalsIgnoringCase(status, "PREAUTH")) {
        // RFC 3501 6.2.1: STARTTLS is for connections that are not logged in.
        fail(base::Error(base::ErrorKind::Network,
                         "The IMAP server takes this connection as logged in already, which leaves no way to STARTTLS: "
                         "it sent " +
                             inQuotes(line),
                         implicitTlsHint(Protocol::Imap)));
    } else if (equalsIgnoringCase(status, "BYE")) {
        fail(turnedAway(Protocol::Imap, line));
    } else {
        fail(notSpoken(Protocol::Imap, base::bytesOf(line)));
    }
}

void ImapDialog::onLine(std::string_view line) {
    if (m_stage == Stage::Greeting) {
        onGreeting(line);
        return;
    }
    std::string_view rest = line;
    const std::string_view tag = takeWord(rest);
    const std::string_view word = takeWord(rest);
    if (tag == "*") {
        if (equalsIgnoringCase(word, "BYE"))
            fail(turnedAway(Protocol::Imap, line));
        else if (equalsIgnoringCase(word, "CAPABILITY"))
            m_offered = rest;
        return; // whatever else the server wants to say
    }
    if (tag == (m_stage == Stage::Capability ? CapabilityTag : StartTlsTag))
        onTagged(word, line);
    else
        failByProtocol(peerAtStart() + " does not answer as it should", base::bytesOf(line));
}

void ImapDialog::onTagged(std::string_view status, std::string_view line) {
    const bool isOk = equalsIgnoringCase(status, "OK");
    if (m_stage == Stage::StartTls) {
        if (isOk)
            succeed();
        else
            fail(refused(Protocol::Imap, line));
        return;
    }
    bool isOffered = !isOk; // a server that cannot say what it does may do it
    for (std::string_view words = m_offered; !words.empty();)
        isOffered = equalsIgnoringCase(takeWord(words), "STARTTLS") || isOffered;
    if (!isOffered) {
        fail(notOffered(Protocol::Imap, m_offered));
        return;
    }
    sendLine(std::string(StartTlsTag) + " STARTTLS");
    await("the answer to STARTTLS");
    m_stage = Stage::StartTls;
}

} // namespace certwright::tls::starttls
