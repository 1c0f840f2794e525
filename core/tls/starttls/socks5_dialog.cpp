#include "core/tls/starttls/socks5_dialog.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <string_view>
#include <sys/socket.h>
#include <utility>

namespace certwright::tls::starttls {

namespace {

using base::Error;
using base::ErrorKind;

constexpr std::uint8_t Version = 5;
constexpr std::uint8_t LoginVersion = 1;
constexpr std::uint8_t NoLogin = 0;
constexpr std::uint8_t WithPassword = 2;
constexpr std::uint8_t NoneAcceptable = 0xFF;
constexpr std::uint8_t ConnectCommand = 1;
constexpr std::uint8_t AddressV4 = 1;
constexpr std::uint8_t AddressName = 3;
constexpr std::uint8_t AddressV6 = 4;
constexpr std::size_t MaximumName = 255;
constexpr std::size_t PortSize = 2;

// RFC 1928 6.
constexpr std::array<std::string_view, 9> Replies{"",
                                                  "general failure of the proxy",
                                                  "its rules do not allow it",
                                                  "the network is unreachable from there",
                                                  "there is no such host, or it is unreachable from there",
                                                  "nothing listens on this port there",
                                                  "the time to live expired",
                                                  "it does not know the command",
                                                  "it does not know this type of address"};

std::string replyText(std::uint8_t code) {
    const std::string number = std::to_string(code);
    return code < Replies.size() ? std::string(Replies[code]) + " (" + number + ")" : "reply " + number;
}

void append(base::Bytes& bytes, base::BytesView more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
}

} // namespace

Socks5Dialog::Socks5Dialog(Proxy proxy, std::string host, std::uint16_t port)
    : Dialog("the proxy")
    , m_proxy(std::move(proxy))
    , m_host(std::move(host))
    , m_port(port) {
    if (m_host.empty() || m_host.size() > MaximumName) {
        fail(Error(ErrorKind::BadInput, "The host name is too long for a SOCKS proxy"), FailureSide::Ours);
        return;
    }
    const base::Bytes greeting =
        m_proxy.user.empty() ? base::Bytes{Version, 1, NoLogin} : base::Bytes{Version, 2, NoLogin, WithPassword};
    sendBinary(greeting);
    await("its choice of a method");
}

void Socks5Dialog::failHere(const std::string& message, std::string hint) {
    fail(Error(ErrorKind::Network, message, std::move(hint)), FailureSide::Transport);
}

void Socks5Dialog::onInput() {
    constexpr std::size_t ShortAnswer = 2;
    if (input().empty())
        return;
    if (input()[0] != (m_stage == Stage::Login ? LoginVersion : Version)) {
        failHere("The proxy does not speak SOCKS 5: it sent " + inQuotes(input()),
                 "It may be a proxy of another kind (http://)");
        return;
    }
    if (m_stage == Stage::Connect) {
        onConnect();
        return;
    }
    if (input().size() < ShortAnswer)
        return;
    const base::Bytes answer = take(ShortAnswer, ShortAnswer, true);
    if (m_stage == Stage::Method)
        onMethod(answer[1]);
    else if (answer[1] == 0)
        sendConnect();
    else
        failHere("The proxy does not accept this user and password");
}

void Socks5Dialog::onMethod(std::uint8_t method) {
    if (method == NoLogin)
        sendConnect();
    else if (method == WithPassword && !m_proxy.user.empty())
        sendLogin();
    else if (method == NoneAcceptable && m_proxy.user.empty())
        failHere("The proxy wants a user and a password, or another login that we do not have",
                 "Write them into its address: socks5://user:password@host:port");
    else if (method == NoneAcceptable)
        failHere("The proxy accepts no login by user and password");
    else
        failHere("The proxy chose a login that we did not offer: number " + std::to_string(method));
}

void Socks5Dialog::sendLogin() {
    const base::BytesView password = m_proxy.password ? m_proxy.password->view() : base::BytesView();
    base::Bytes login{LoginVersion, static_cast<std::uint8_t>(m_proxy.user.size())};
    append(login, base::bytesOf(m_proxy.user));
    base::Bytes shown = login;
    login.push_back(static_cast<std::uint8_t>(password.size()));
    append(login, password);
    append(shown, base::bytesOf("********"));
    sendBinary(login, std::move(shown));
    await("the answer to user and password");
    m_stage = Stage::Login;
}

void Socks5Dialog::sendConnect() {
    base::Bytes request{Version, ConnectCommand, 0};
    std::array<std::uint8_t, 16> address{};
    if (::inet_pton(AF_INET, m_host.c_str(), address.data()) == 1) {
        request.push_back(AddressV4);
        append(request, base::BytesView(address).first(4));
    } else if (::inet_pton(AF_INET6, m_host.c_str(), address.data()) == 1) {
        request.push_back(AddressV6);
        append(request, address);
    } else {
        request.push_back(AddressName);
        request.push_back(static_cast<std::uint8_t>(m_host.size()));
        append(request, base::bytesOf(m_host));
    }
    request.push_back(static_cast<std::uint8_t>(m_port >> 8U));
    request.push_back(static_cast<std::uint8_t>(m_port & 0xFFU));
    sendBinary(request);
    await("the answer to CONNECT");
    m_stage = Stage::Connect;
}

void Socks5Dialog::onConnect() {
    constexpr std::size_t HeadSize = 5; // up to the first octet of the address, which may be its length
    // An answer that refuses may be cut short behind the code.
    if (input().size() >= 2 && input()[1] != 0) {
        const std::uint8_t code = input()[1];
        take(input().size(), input().size(), true);
        failHere("The proxy did not connect to " + m_host + ":" + std::to_string(m_port) + ": " + replyText(code));
        return;
    }
    if (input().size() < HeadSize)
        return;
    std::size_t size = HeadSize - 1 + PortSize;
    if (input()[3] == AddressV4) {
        size += 4;
    } else if (input()[3] == AddressV6) {
        size += 16;
    } else if (input()[3] == AddressName) {
        size += 1U + input()[4];
    } else {
        failHere("The proxy does not answer as it should: it sent " + inQuotes(input()));
        return;
    }
    if (input().size() < size)
        return;
    take(size, size, true);
    succeed();
}

} // namespace certwright::tls::starttls
