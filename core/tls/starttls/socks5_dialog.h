#pragma once

#include "core/tls/starttls/dialog.h"
#include "core/tls/starttls/proxy.h"

#include <string>

namespace certwright::tls::starttls {

/// CONNECT of a SOCKS proxy of version 5 (RFC 1928), with user and password (RFC 1929) where the proxy has them.
class Socks5Dialog final : public Dialog {
public:
    /// `host` is the server's, in ASCII: a name is sent as it is, a numeric address as octets.
    Socks5Dialog(Proxy proxy, std::string host, std::uint16_t port);

private:
    enum class Stage { Method, Login, Connect };

    void onInput() override;
    void onMethod(std::uint8_t method);
    void onConnect();
    void sendLogin();
    void sendConnect();
    void failHere(const std::string& message, std::string hint = {});

    Proxy m_proxy;
    std::string m_host;
    std::uint16_t m_port;
    Stage m_stage = Stage::Method;
};

} // namespace certwright::tls::starttls
