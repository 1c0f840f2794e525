#include "core/net/endpoint.h"

#include "core/base/error.h"
#include "core/tls/host_check.h"
#include "core/tls/socket_address.h"

#include <QString>
#include <QUrl>

#include <algorithm>
#include <charconv>
#include <iterator>

namespace certwright::net {

namespace {

using base::Error;
using base::ErrorKind;

constexpr int MaximumPort = 65535;
constexpr std::string_view UnixPrefix = "unix:";

struct SchemePort {
    std::string_view scheme;
    std::uint16_t port;
};

// Schemes whose servers speak TLS from the first byte on (IANA service names).
constexpr SchemePort SchemePorts[] = {
    {"https", 443}, {"wss", 443},    {"smtps", 465},  {"submissions", 465}, {"ldaps", 636},
    {"ftps", 990},  {"imaps", 993},  {"pop3s", 995},  {"nntps", 563},       {"ircs", 6697},
    {"sips", 5061}, {"amqps", 5671}, {"mqtts", 8883}, {"rediss", 6379},     {"tls", 443},
};

std::string_view trimmed(std::string_view text) {
    const auto isSpace = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
    while (!text.empty() && isSpace(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && isSpace(text.back()))
        text.remove_suffix(1);
    return text;
}

std::uint16_t parsePort(std::string_view text) {
    if (text.empty())
        throw Error(ErrorKind::BadInput, "There is no port after the colon", "A port is a number from 1 to 65535");
    int port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size() || port < 1 || port > MaximumPort)
        throw Error(ErrorKind::BadInput, "“" + std::string(text) + "” is not a port",
                    "A port is a number from 1 to 65535");
    return static_cast<std::uint16_t>(port);
}

std::string checkedHost(std::string_view host) {
    const bool isBad = std::any_of(host.begin(), host.end(), [](char c) {
        return static_cast<unsigned char>(c) <= ' ' || c == '@' || c == '"' || c == '<' || c == '>' || c == '\\' ||
               c == '\x7f';
    });
    if (host.empty() || isBad)
        throw Error(ErrorKind::BadInput,
                    host.empty() ? "There is no host name" : "“" + std::string(host) + "” is not a host name");
    return std::string(host);
}

std::optional<std::uint16_t> portOfScheme(std::string_view scheme) {
    const auto* found = std::find_if(std::begin(SchemePorts), std::end(SchemePorts),
                                     [scheme](const SchemePort& row) { return row.scheme == scheme; });
    return found == std::end(SchemePorts) ? std::nullopt : std::optional<std::uint16_t>(found->port);
}

std::uint16_t requirePort(std::optional<std::uint16_t> port) {
    if (!port)
        throw Error(ErrorKind::BadInput, "There is no port", "Write it after the host: example.org:443");
    return *port;
}

Endpoint parseUrl(std::string_view text, std::optional<std::uint16_t> defaultPort) {
    const QUrl url(QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())), QUrl::StrictMode);
    if (!url.isValid())
        throw Error(ErrorKind::BadInput, "“" + std::string(text) + "” is not a URL");
    Endpoint endpoint;
    endpoint.host = checkedHost(url.host().toStdString());
    const std::optional<std::uint16_t> known = portOfScheme(url.scheme().toStdString());
    if (url.port() != -1)
        endpoint.port = parsePort(std::to_string(url.port()));
    else
        endpoint.port = requirePort(known ? known : defaultPort);
    return endpoint;
}

Endpoint parseUnix(std::string_view path) {
    Endpoint endpoint;
    endpoint.socketPath = path;
    if (!tls::SocketAddress::fromUnixPath(endpoint.socketPath))
        throw Error(ErrorKind::BadInput, "The path of the Unix socket is too long for the system");
    return endpoint;
}

} // namespace

std::string Endpoint::toText() const {
    if (isUnix())
        return std::string(UnixPrefix) + socketPath;
    const bool isIpv6 = host.find(':') != std::string::npos;
    return (isIpv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string Endpoint::asciiHost() const {
    const bool isAscii =
        std::all_of(host.begin(), host.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (isAscii)
        return host;
    const QByteArray ascii = QUrl::toAce(QString::fromStdString(host));
    return ascii.isEmpty() ? host : ascii.toStdString();
}

bool Endpoint::isAddress() const {
    return tls::isIpAddress(host);
}

Endpoint parseEndpoint(std::string_view text, std::optional<std::uint16_t> defaultPort) {
    text = trimmed(text);
    if (text.starts_with(UnixPrefix) && text.find_first_of("/@") == UnixPrefix.size())
        return parseUnix(text.substr(UnixPrefix.size()));
    if (text.find("://") != std::string_view::npos)
        return parseUrl(text, defaultPort);
    text = text.substr(0, text.find('/')); // a path that came along with the host
    std::string_view host = text;
    std::optional<std::uint16_t> port = defaultPort;
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos)
            throw Error(ErrorKind::BadInput, "The bracket of the IPv6 address is not closed");
        host = text.substr(1, end - 1);
        const std::string_view rest = text.substr(end + 1);
        if (!rest.empty() && rest.front() != ':')
            throw Error(ErrorKind::BadInput, "After the address there must be a colon and the port");
        if (!rest.empty())
            port = parsePort(rest.substr(1));
        if (!tls::isIpAddress(std::string(host)) || host.find(':') == std::string_view::npos)
            throw Error(ErrorKind::BadInput, "“" + std::string(host) + "” is not an IPv6 address");
    } else if (!tls::isIpAddress(std::string(text))) {
        const std::size_t colon = text.rfind(':');
        if (colon != std::string_view::npos) {
            host = text.substr(0, colon);
            port = parsePort(text.substr(colon + 1));
        }
        if (host.find(':') != std::string_view::npos)
            throw Error(ErrorKind::BadInput, "“" + std::string(text) + "” has too many colons",
                        "Write an IPv6 address in brackets: [2001:db8::1]:443");
    }
    Endpoint endpoint;
    endpoint.host = checkedHost(host);
    endpoint.port = requirePort(port);
    return endpoint;
}

} // namespace certwright::net
