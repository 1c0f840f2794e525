#include "core/tls/socket_address.h"

#include "core/base/error.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <memory>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/un.h>
#include <system_error>

namespace certwright::tls {

namespace {

/// An interface's number by its name or digits; 0 when there is no such interface.
std::uint32_t zoneOf(const std::string& text) {
    if (const unsigned index = if_nametoindex(text.c_str()); index != 0)
        return index;
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

// sockaddr_storage is read and written through copies: that is free of questions of aliasing.
template <class T>
T copyOf(const sockaddr_storage& storage) {
    T address{};
    std::memcpy(&address, &storage, sizeof(address));
    return address;
}

bool isNoSuchHost(int error) {
#ifdef EAI_NODATA
    if (error == EAI_NODATA)
        return true;
#endif
    return error == EAI_NONAME;
}

} // namespace

std::optional<SocketAddress> SocketAddress::fromText(const std::string& address, std::uint16_t port) {
    SocketAddress result;
    sockaddr_in v4{};
    if (inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        std::memcpy(&result.m_storage, &v4, sizeof(v4));
        result.m_length = sizeof(v4);
        return result;
    }
    const std::size_t percent = address.find('%');
    sockaddr_in6 v6{};
    if (inet_pton(AF_INET6, address.substr(0, percent).c_str(), &v6.sin6_addr) != 1)
        return std::nullopt;
    if (percent != std::string::npos) {
        v6.sin6_scope_id = zoneOf(address.substr(percent + 1));
        if (v6.sin6_scope_id == 0)
            return std::nullopt;
    }
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(&result.m_storage, &v6, sizeof(v6));
    result.m_length = sizeof(v6);
    return result;
}

std::optional<SocketAddress> SocketAddress::fromUnixPath(const std::string& path) {
    sockaddr_un native{};
    static_assert(sizeof(native) <= sizeof(sockaddr_storage));
    if (path.empty() || path.size() >= sizeof(native.sun_path) || path.find('\0') != std::string::npos)
        return std::nullopt;
    const bool isAbstract = path.front() == '@';
    native.sun_family = AF_UNIX;
    std::memcpy(native.sun_path, path.data(), path.size());
    if (isAbstract)
        native.sun_path[0] = '\0';
    SocketAddress result;
    std::memcpy(&result.m_storage, &native, sizeof(native));
    // The name of an abstract socket goes up to the length, that of a file up to a zero.
    result.m_length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + (isAbstract ? 0U : 1U));
    return result;
}

std::vector<SocketAddress> SocketAddress::resolve(const std::string& host, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
    addrinfo* list = nullptr;
    const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
    const int systemError = errno;
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(list, [](addrinfo* first) {
        if (first != nullptr)
            ::freeaddrinfo(first);
    });
    if (isNoSuchHost(error))
        throw base::Error(base::ErrorKind::NotFound, "There is no host “" + host + "”", "Check how it is written");
    if (error != 0)
        throw base::Error(base::ErrorKind::Network,
                          error == EAI_SYSTEM ? std::generic_category().message(systemError) : ::gai_strerror(error));
    std::vector<SocketAddress> addresses;
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
        if (entry->ai_family != AF_INET && entry->ai_family != AF_INET6)
            continue;
        SocketAddress address;
        std::memcpy(&address.m_storage, entry->ai_addr, std::min<std::size_t>(entry->ai_addrlen, sizeof(m_storage)));
        address.m_length = entry->ai_addrlen;
        addresses.push_back(address);
    }
    return addresses;
}

SocketAddress SocketAddress::fromNative(const sockaddr_storage& storage, socklen_t length) noexcept {
    SocketAddress result;
    result.m_storage = storage;
    result.m_length = length;
    return result;
}

std::string SocketAddress::addressText() const {
    if (isUnix()) {
        const auto native = copyOf<sockaddr_un>(m_storage);
        const std::size_t size = std::min<std::size_t>(m_length, sizeof(native)) - offsetof(sockaddr_un, sun_path);
        std::string path(native.sun_path, size);
        if (!path.empty() && path.front() == '\0')
            path.front() = '@';
        return path.substr(0, path.find('\0'));
    }
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (!isIpv6()) {
        const auto v4 = copyOf<sockaddr_in>(m_storage);
        return inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size()) == nullptr ? "" : text.data();
    }
    const auto v6 = copyOf<sockaddr_in6>(m_storage);
    if (inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size()) == nullptr)
        return {};
    std::string result = text.data();
    std::array<char, IF_NAMESIZE> zone{};
    if (v6.sin6_scope_id != 0)
        result += std::string("%") + (if_indextoname(v6.sin6_scope_id, zone.data()) == nullptr
                                          ? std::to_string(v6.sin6_scope_id)
                                          : std::string(zone.data()));
    return result;
}

std::string SocketAddress::toText() const {
    const std::string address = addressText();
    if (isUnix())
        return "unix:" + address;
    return (isIpv6() ? "[" + address + "]" : address) + ":" + std::to_string(port());
}

std::uint16_t SocketAddress::port() const noexcept {
    if (isUnix())
        return 0;
    return isIpv6() ? ntohs(copyOf<sockaddr_in6>(m_storage).sin6_port) : ntohs(copyOf<sockaddr_in>(m_storage).sin_port);
}

} // namespace certwright::tls
