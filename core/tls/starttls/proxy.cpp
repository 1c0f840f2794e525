#include "core/tls/starttls/proxy.h"

#include "core/base/bytes.h"
#include "core/base/error.h"

#include <algorithm>
#include <charconv>

namespace certwright::tls::starttls {

namespace {

using base::Error;
using base::ErrorKind;

constexpr std::uint16_t HttpPort = 80;
constexpr std::uint16_t SocksPort = 1080;
constexpr std::size_t MaximumCredential = 255; // RFC 1929 2

[[noreturn]] void refuse(const std::string& what) {
    throw Error(ErrorKind::BadInput, what,
                "A proxy is written as http://host:port or socks5://user:password@host:port");
}

bool isBadInHost(char c) {
    return static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7F ||
           std::string_view("/\\?#@\"<>%").find(c) != std::string_view::npos;
}

std::uint16_t parsePort(std::string_view text) {
    constexpr unsigned MaximumPort = 65535;
    unsigned port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size() || port < 1 || port > MaximumPort)
        refuse("“" + std::string(text) + "” is not a port of a proxy");
    return static_cast<std::uint16_t>(port);
}

/// RFC 3986 2.1. What is not a pair of digits stands for itself.
template <class Append>
void decodePercent(std::string_view text, Append append) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto octet = text[i] == '%' && i + 2 < text.size() ? base::fromHex(text.substr(i + 1, 2)) : std::nullopt;
        if (octet && octet->size() == 1) {
            append((*octet)[0]);
            i += 2;
        } else {
            append(static_cast<std::uint8_t>(text[i]));
        }
    }
}

void readCredentials(std::string_view text, Proxy& proxy) {
    const std::size_t colon = std::min(text.find(':'), text.size());
    decodePercent(text.substr(0, colon), [&proxy](std::uint8_t octet) { proxy.user += static_cast<char>(octet); });
    if (proxy.user.empty())
        refuse("There is no user before the “@” of the proxy");
    if (proxy.user.find(':') != std::string::npos)
        refuse("The proxy's user has a colon, which no proxy can be told");
    if (proxy.user.size() > MaximumCredential || text.size() > 4 * MaximumCredential)
        refuse("The proxy's user or password is too long");
    if (colon == text.size())
        return;
    const std::string_view encoded = text.substr(colon + 1);
    auto password = std::make_shared<base::Secret>(encoded.size());
    std::size_t size = 0;
    decodePercent(encoded, [&password, &size](std::uint8_t octet) { password->data()[size++] = octet; });
    password->truncate(size);
    if (size > MaximumCredential)
        refuse("The proxy's password is too long");
    proxy.password = std::move(password);
}

void readHost(std::string_view text, Proxy& proxy) {
    std::string_view port;
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos)
            refuse("The bracket of the proxy's IPv6 address is not closed");
        proxy.host = text.substr(1, end - 1);
        port = text.substr(end + 1);
    } else {
        const std::size_t colon = std::min(text.find(':'), text.size());
        proxy.host = text.substr(0, colon);
        port = text.substr(colon);
    }
    if (!port.empty() && port.front() != ':')
        refuse("After the proxy's address there must be a colon and the port");
    if (!port.empty())
        proxy.port = parsePort(port.substr(1));
    if (proxy.host.empty() || std::any_of(proxy.host.begin(), proxy.host.end(), isBadInHost))
        refuse("The proxy has no host name, or a wrong one");
}

} // namespace

std::string Proxy::toText() const {
    const std::string shownHost = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return std::string(kind == Kind::Socks5 ? "socks5" : "http") + "://" + (user.empty() ? "" : user + "@") +
           shownHost + ":" + std::to_string(port);
}

Proxy parseProxy(std::string_view url) {
    Proxy proxy;
    if (const std::size_t end = url.find("://"); end != std::string_view::npos) {
        const std::string_view scheme = url.substr(0, end);
        if (scheme == "socks5" || scheme == "socks5h")
            proxy.kind = Proxy::Kind::Socks5;
        else if (scheme != "http")
            refuse("“" + std::string(scheme) + "” is no kind of proxy that can be used");
        url.remove_prefix(end + 3);
    }
    proxy.port = proxy.kind == Proxy::Kind::Socks5 ? SocksPort : HttpPort;
    if (const std::size_t at = url.rfind('@'); at != std::string_view::npos) {
        readCredentials(url.substr(0, at), proxy);
        url.remove_prefix(at + 1);
    }
    if (url.ends_with('/'))
        url.remove_suffix(1);
    readHost(url, proxy);
    return proxy;
}

} // namespace certwright::tls::starttls
