#include "core/tls/starttls/reply_dialog.h"

#include "core/tls/starttls/starttls_errors.h"

#include <algorithm>
#include <utility>

namespace certwright::tls::starttls {

namespace {

constexpr std::size_t CodeSize = 3;

/// The three-digit code that a line begins with, 0 for any other line.
int codeOf(std::string_view line) {
    if (line.size() < CodeSize || (line.size() > CodeSize && line[CodeSize] != ' ' && line[CodeSize] != '-'))
        return 0;
    int code = 0;
    for (const char c : line.substr(0, CodeSize)) {
        if (c < '0' || c > '9')
            return 0;
        code = code * 10 + (c - '0');
    }
    return code >= 100 ? code : 0;
}

} // namespace

ReplyDialog::ReplyDialog(Protocol protocol)
    : LineDialog(serverOf(protocol))
    , m_protocol(protocol) {}

bool ReplyDialog::onListLine(std::string_view) {
    return false;
}

void ReplyDialog::onLine(std::string_view line) {
    if (onListLine(line))
        return;
    const int code = codeOf(line);
    const bool isFirst = m_reply.lines.empty();
    // In FTP the lines between the first and the last may be anything; in SMTP each has the code.
    if (code == 0 && (isFirst || m_protocol != Protocol::Ftp)) {
        if (m_hasReply)
            failByProtocol(peerAtStart() + " does not answer as it should", base::bytesOf(line));
        else
            fail(notSpoken(m_protocol, base::bytesOf(line)));
        return;
    }
    const bool isOfReply = code != 0 && (isFirst || code == m_reply.code);
    if (!isOfReply && m_protocol != Protocol::Ftp) {
        failByProtocol(peerAtStart() + " changed the code of an answer in the middle", base::bytesOf(line));
        return;
    }
    if (isFirst)
        m_reply.code = code;
    const std::size_t start = isOfReply ? std::min(CodeSize + 1, line.size()) : 0;
    m_reply.lines.emplace_back(line.substr(start));
    m_reply.text = line;
    const bool isLast = isOfReply && (line.size() == CodeSize || line[CodeSize] == ' ');
    if (!isLast)
        return;
    m_hasReply = true;
    onReply(std::exchange(m_reply, {}));
}

} // namespace certwright::tls::starttls
