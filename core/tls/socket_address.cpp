#include "core/tls/socket_address.h"

#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <cstring>
#include <net/if.h>
#include <netinet/in.h>

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

SocketAddress SocketAddress::fromNative(const sockaddr_storage& storage, socklen_t length) noexcept {
    SocketAddress result;
    result.m_storage = storage;
    result.m_length = length;
    return result;
}

std::string SocketAddress::addressText() const {
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
    return (isIpv6() ? "[" + address + "]" : address) + ":" + std::to_string(port());
}

std::uint16_t SocketAddress::port() const noexcept {
    return isIpv6() ? ntohs(copyOf<sockaddr_in6>(m_storage).sin6_port) : ntohs(copyOf<sockaddr_in>(m_storage).sin_port);
}

} // namespace certwright::tls
