#pragma once

#include "core/inspect/probe.h"
#include "core/tls/protocol_version.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace certwright::inspect {

/// What a scan is to find out. Versions are always found.
struct ScanChoice {
    bool ciphers = true;    ///< every suite of every version, and whose order decides
    bool groups = true;     ///< key exchange groups and the size of Diffie-Hellman
    bool signatures = true; ///< schemes by which the server signs in TLS 1.2
    bool handshakes = true; ///< a whole handshake for each version, resumption, and what only those tell
};

/// All that a scan found out. A field that was not asked for or could not be told is empty or unset; what the server
/// does not offer is there and says so.
struct ScanReport {
    struct Version {
        tls::ProtocolVersion version = tls::ProtocolVersion::Tls12;
        bool isSupported = false;
        /// A whole handshake came about; nothing where none was tried or our TLS library cannot.
        std::optional<bool> isConfirmed;
        std::string note; ///< why it is not confirmed, or over what the server broke
    };

    std::vector<Version> versions;                                     ///< newest first, always all of them
    std::map<tls::ProtocolVersion, std::vector<std::uint16_t>> suites; ///< in the server's order, if it has one
    std::vector<std::uint32_t> ssl2Kinds;
    std::map<tls::ProtocolVersion, bool> hasServerPreference;
    std::map<tls::ProtocolVersion, std::vector<std::uint16_t>> groups; ///< TLS 1.3, and the newest before it
    std::vector<std::uint16_t> signatureSchemes;                       ///< TLS 1.2
    std::optional<int> dhBits;                                         ///< the smallest that was seen
    bool hasCommonDhPrime = false;  ///< one that many servers share (RFC 2409, RFC 3526, RFC 7919, RFC 5114)
    std::string alpn;               ///< chosen of h2 and http/1.1
    std::optional<bool> compresses; ///< TLS 1.2 and below
    std::optional<bool> hasSecureRenegotiation; ///< TLS 1.2 and below (RFC 5746)
    std::optional<bool> hasExtendedMasterSecret;
    std::optional<bool> honoursFallbackSignal; ///< RFC 7507; unset with one version only
    std::optional<bool> requestsClientCertificate;
    std::map<tls::ProtocolVersion, bool> resumes;
    int connections = 0;
    std::chrono::milliseconds duration{};

    const Version* find(tls::ProtocolVersion version) const noexcept;
    bool isSupported(tls::ProtocolVersion version) const noexcept;
    /// False when the server spoke no version at all.
    bool hasAnyVersion() const noexcept;
};

} // namespace certwright::inspect
