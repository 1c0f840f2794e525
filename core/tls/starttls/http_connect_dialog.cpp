#include "core/tls/starttls/http_connect_dialog.h"

#include <algorithm>
#include <charconv>

namespace certwright::tls::starttls {

namespace {

using base::Error;
using base::ErrorKind;

constexpr int AuthenticationRequired = 407;

std::string authorityOf(const std::string& host, std::uint16_t port) {
    return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(port);
}

} // namespace

HttpConnectDialog::HttpConnectDialog(const Proxy& proxy, const std::string& host, std::uint16_t port)
    : LineDialog("the proxy")
    , m_target(authorityOf(host, port))
    , m_hasUser(!proxy.user.empty()) {
    sendLine("CONNECT " + m_target + " HTTP/1.1");
    sendLine("Host: " + m_target);
    if (m_hasUser) {
        const std::string password(proxy.password ? proxy.password->text() : std::string_view());
        const std::string name = "Proxy-Authorization: Basic ";
        sendLine(name + base::toBase64(base::bytesOf(proxy.user + ":" + password)), name + "********");
    }
    sendLine("");
    await("the answer to CONNECT");
}

void HttpConnectDialog::onLine(std::string_view line) {
    if (m_status == 0) {
        onStatusLine(line);
    } else if (line.empty()) {
        onHeadersEnd();
    } else if (constexpr std::string_view Header = "Proxy-Authenticate:"; startsIgnoringCase(line, Header)) {
        line.remove_prefix(Header.size());
        takeWord(line);
        m_authentication = line;
    }
}

void HttpConnectDialog::onStatusLine(std::string_view line) {
    std::string_view rest = line;
    const std::string_view version = takeWord(rest);
    const std::string_view code = takeWord(rest);
    const auto [end, error] = std::from_chars(code.data(), code.data() + code.size(), m_status);
    if (!version.starts_with("HTTP/1.") || error != std::errc() || end != code.data() + code.size() ||
        code.size() != 3 || m_status < 100) {
        fail(Error(ErrorKind::Network, "The proxy does not speak HTTP: it sent " + inQuotes(line),
                   "It may be a proxy of another kind (socks5://)"),
             FailureSide::Transport);
        return;
    }
    m_statusLine = line;
}

void HttpConnectDialog::onHeadersEnd() {
    if (m_status < 200) {
        m_status = 0; // interim; the final one follows (RFC 9110 15.2)
    } else if (m_status < 300) {
        succeed();
    } else if (m_status == AuthenticationRequired) {
        const std::string asked = m_authentication.empty() ? "" : ": it asks for " + inQuotes(m_authentication);
        fail(Error(ErrorKind::Network,
                   m_hasUser ? "The proxy does not accept this user and password" + asked
                             : "The proxy wants a user and a password" + asked,
                   m_hasUser ? "" : "Write them into its address: http://user:password@host:port"),
             FailureSide::Transport);
    } else {
        fail(Error(ErrorKind::Network,
                   "The proxy did not connect to " + m_target + ": it sent " + inQuotes(m_statusLine),
                   m_status == 403 ? "Many proxies allow few ports only, 443 first of all" : ""),
             FailureSide::Transport);
    }
}

} // namespace certwright::tls::starttls
