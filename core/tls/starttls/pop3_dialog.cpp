#include "core/tls/starttls/pop3_dialog.h"

#include "core/tls/starttls/starttls_errors.h"

namespace certwright::tls::starttls {

Pop3Dialog::Pop3Dialog()
    : LineDialog(serverOf(Protocol::Pop3)) {}

void Pop3Dialog::askForTls() {
    sendLine("STLS");
    await("the answer to STLS");
    m_stage = Stage::StartTls;
}

void Pop3Dialog::onLine(std::string_view line) {
    if (m_stage == Stage::List) {
        onListLine(line);
        return;
    }
    const bool isOk = line.starts_with("+OK");
    if (!isOk && !line.starts_with("-ERR")) {
        fail(notSpoken(Protocol::Pop3, base::bytesOf(line)));
        return;
    }
    if (m_stage == Stage::Greeting && isOk) {
        sendLine("CAPA");
        await("the answer to CAPA");
        m_stage = Stage::Capabilities;
    } else if (m_stage == Stage::Greeting) {
        fail(turnedAway(Protocol::Pop3, line));
    } else if (m_stage == Stage::Capabilities && isOk) {
        m_stage = Stage::List;
    } else if (m_stage == Stage::Capabilities) {
        askForTls(); // a server older than RFC 2449 lists nothing, and may know STLS all the same
    } else if (isOk) {
        succeed();
    } else {
        fail(refused(Protocol::Pop3, line));
    }
}

void Pop3Dialog::onListLine(std::string_view line) {
    if (line == ".") {
        if (m_isOffered)
            askForTls();
        else
            fail(notOffered(Protocol::Pop3, m_offered));
        return;
    }
    m_offered += (m_offered.empty() ? "" : ", ") + std::string(line);
    m_isOffered = m_isOffered || equalsIgnoringCase(takeWord(line), "STLS");
}

} // namespace certwright::tls::starttls
