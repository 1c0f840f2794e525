#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace certwright::tls::wire {

// What stands beside a number in a decoded message: its name and the number, "TLS_AES_128_GCM_SHA256 (0x1301)"; the
// number alone where the registry has no name.
std::string versionText(std::uint32_t number);
std::string suiteText(std::uint32_t number);
std::string groupText(std::uint32_t number);
std::string schemeText(std::uint32_t number);
std::string compressionText(std::uint32_t number);
std::string handshakeTypeText(std::uint32_t number);
std::string clientCertificateTypeText(std::uint32_t number);
std::string certificateTypeText(std::uint32_t number);
std::string statusTypeText(std::uint32_t number);
std::string alertLevelText(std::uint32_t number);
std::string alertText(std::uint32_t number);
std::string pointFormatText(std::uint32_t number);
std::string curveTypeText(std::uint32_t number);
std::string pskModeText(std::uint32_t number);
std::string fragmentLengthText(std::uint32_t number);
std::string certificateCompressionText(std::uint32_t number);
std::string srtpProfileText(std::uint32_t number);
std::string heartbeatModeText(std::uint32_t number);
std::string nameTypeText(std::uint32_t number);
std::string keyUpdateText(std::uint32_t number);
std::string helloKindText(std::uint32_t number);

/// "server_name (0)", as the registry "TLS ExtensionType Values" writes name and number.
std::string extensionText(std::uint32_t number);

/// "ClientHello" (RFC 8446 4, RFC 5246 7.4); empty for an unknown type.
std::string_view handshakeTypeName(std::uint8_t type) noexcept;

/// Values that stand for nothing, sent so that others stay tolerant of new ones (RFC 8701).
bool isGrease(std::uint32_t number) noexcept;

} // namespace certwright::tls::wire
