#pragma once

#include "core/tls/starttls/line_dialog.h"
#include "core/tls/starttls/proxy.h"

#include <string>

namespace certwright::tls::starttls {

/// CONNECT of an HTTP proxy (RFC 9110 9.3.6), with Basic authentication (RFC 7617) where the proxy has a user.
class HttpConnectDialog final : public LineDialog {
public:
    /// `host` is the server's, in ASCII, a numeric address without brackets.
    HttpConnectDialog(const Proxy& proxy, const std::string& host, std::uint16_t port);

private:
    void onLine(std::string_view line) override;
    void onStatusLine(std::string_view line);
    void onHeadersEnd();

    std::string m_target;
    bool m_hasUser;
    int m_status = 0; ///< 0 until a status line came
    std::string m_statusLine;
    std::string m_authentication; ///< what a Proxy-Authenticate header asks for
};

} // namespace certwright::tls::starttls
