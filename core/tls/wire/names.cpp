#include "core/tls/wire/names.h"

#include "core/tls/alert.h"
#include "core/tls/cipher_suite.h"
#include "core/tls/group.h"
#include "core/tls/protocol_version.h"
#include "core/tls/signature_scheme.h"
#include "core/tls/wire/field_reader.h"

#include <algorithm>
#include <iterator>
#include <span>

namespace certwright::tls::wire {

namespace {

struct Name {
    std::uint32_t number;
    std::string_view text;
};

std::string_view find(std::span<const Name> names, std::uint32_t number) {
    const auto found =
        std::find_if(names.begin(), names.end(), [number](const Name& name) { return name.number == number; });
    return found == names.end() ? std::string_view() : found->text;
}

std::string smallText(std::span<const Name> names, std::uint32_t number) {
    const std::string_view name = find(names, number);
    return name.empty() ? decimalValue(number) : std::string(name) + " (" + decimalValue(number) + ")";
}

std::string greaseOr(std::string name, std::uint32_t number) {
    return namedValue(isGrease(number) ? std::string("GREASE") : std::move(name), number, 4);
}

constexpr Name HandshakeTypes[] = {
    {0, "HelloRequest"},           {1, "ClientHello"},       {2, "ServerHello"},
    {3, "HelloVerifyRequest"},     {4, "NewSessionTicket"},  {5, "EndOfEarlyData"},
    {8, "EncryptedExtensions"},    {11, "Certificate"},      {12, "ServerKeyExchange"},
    {13, "CertificateRequest"},    {14, "ServerHelloDone"},  {15, "CertificateVerify"},
    {16, "ClientKeyExchange"},     {20, "Finished"},         {21, "CertificateURL"},
    {22, "CertificateStatus"},     {23, "SupplementalData"}, {24, "KeyUpdate"},
    {25, "CompressedCertificate"}, {67, "NextProtocol"},     {254, "MessageHash"},
};

constexpr Name Extensions[] = {
    {0, "server_name"},
    {1, "max_fragment_length"},
    {2, "client_certificate_url"},
    {3, "trusted_ca_keys"},
    {4, "truncated_hmac"},
    {5, "status_request"},
    {6, "user_mapping"},
    {7, "client_authz"},
    {8, "server_authz"},
    {9, "cert_type"},
    {10, "supported_groups"},
    {11, "ec_point_formats"},
    {12, "srp"},
    {13, "signature_algorithms"},
    {14, "use_srtp"},
    {15, "heartbeat"},
    {16, "application_layer_protocol_negotiation"},
    {17, "status_request_v2"},
    {18, "signed_certificate_timestamp"},
    {19, "client_certificate_type"},
    {20, "server_certificate_type"},
    {21, "padding"},
    {22, "encrypt_then_mac"},
    {23, "extended_master_secret"},
    {24, "token_binding"},
    {25, "cached_info"},
    {26, "tls_lts"},
    {27, "compress_certificate"},
    {28, "record_size_limit"},
    {29, "pwd_protect"},
    {30, "pwd_clear"},
    {31, "password_salt"},
    {32, "ticket_pinning"},
    {33, "tls_cert_with_extern_psk"},
    {34, "delegated_credential"},
    {35, "session_ticket"},
    {41, "pre_shared_key"},
    {42, "early_data"},
    {43, "supported_versions"},
    {44, "cookie"},
    {45, "psk_key_exchange_modes"},
    {47, "certificate_authorities"},
    {48, "oid_filters"},
    {49, "post_handshake_auth"},
    {50, "signature_algorithms_cert"},
    {51, "key_share"},
    {52, "transparency_info"},
    {54, "connection_id"},
    {55, "external_id_hash"},
    {56, "external_session_id"},
    {57, "quic_transport_parameters"},
    {58, "ticket_request"},
    {59, "dnssec_chain"},
    {13172, "next_protocol_negotiation"},
    {17513, "application_settings"},
    {17613, "application_settings"},
    {30032, "channel_id"},
    {64768, "ech_outer_extensions"},
    {65037, "encrypted_client_hello"},
    {65281, "renegotiation_info"},
};

constexpr Name ClientCertificateTypes[] = {
    {1, "rsa_sign"},         {2, "dss_sign"},          {3, "rsa_fixed_dh"},  {4, "dss_fixed_dh"},
    {5, "rsa_ephemeral_dh"}, {6, "dss_ephemeral_dh"},  {20, "fortezza"},     {64, "ecdsa_sign"},
    {65, "rsa_fixed_ecdh"},  {66, "ecdsa_fixed_ecdh"}, {67, "gost_sign256"}, {68, "gost_sign512"},
};
constexpr Name CertificateTypes[] = {{0, "X509"}, {1, "OpenPGP"}, {2, "RawPublicKey"}, {3, "1609Dot2"}};
constexpr Name StatusTypes[] = {{1, "ocsp"}, {2, "ocsp_multi"}};
constexpr Name AlertLevels[] = {{1, "warning"}, {2, "fatal"}};
constexpr Name PointFormats[] = {
    {0, "uncompressed"}, {1, "ansiX962_compressed_prime"}, {2, "ansiX962_compressed_char2"}};
constexpr Name CurveTypes[] = {{1, "explicit_prime"}, {2, "explicit_char2"}, {3, "named_curve"}};
constexpr Name PskModes[] = {{0, "psk_ke"}, {1, "psk_dhe_ke"}};
constexpr Name FragmentLengths[] = {{1, "512"}, {2, "1024"}, {3, "2048"}, {4, "4096"}};
constexpr Name CertificateCompressions[] = {{1, "zlib"}, {2, "brotli"}, {3, "zstd"}};
constexpr Name SrtpProfiles[] = {{1, "SRTP_AES128_CM_HMAC_SHA1_80"}, {2, "SRTP_AES128_CM_HMAC_SHA1_32"},
                                 {5, "SRTP_NULL_HMAC_SHA1_80"},      {6, "SRTP_NULL_HMAC_SHA1_32"},
                                 {7, "SRTP_AEAD_AES_128_GCM"},       {8, "SRTP_AEAD_AES_256_GCM"}};
constexpr Name HeartbeatModes[] = {{1, "peer_allowed_to_send"}, {2, "peer_not_allowed_to_send"}};
constexpr Name NameTypes[] = {{0, "host_name"}};
constexpr Name KeyUpdates[] = {{0, "update_not_requested"}, {1, "update_requested"}};
constexpr Name HelloKinds[] = {{0, "outer"}, {1, "inner"}};
constexpr Name Compressions[] = {{0, "null"}, {1, "DEFLATE"}, {64, "LZS"}};

} // namespace

bool isGrease(std::uint32_t number) noexcept {
    return (number & 0x0F0FU) == 0x0A0AU && ((number >> 8U) & 0xFFU) == (number & 0xFFU);
}

std::string_view handshakeTypeName(std::uint8_t type) noexcept {
    return find(HandshakeTypes, type);
}

std::string versionText(std::uint32_t number) {
    return greaseOr(toString(static_cast<ProtocolVersion>(number)), number);
}

std::string suiteText(std::uint32_t number) {
    if (number == 0x00FF)
        return namedValue("TLS_EMPTY_RENEGOTIATION_INFO_SCSV", number, 4);
    if (number == 0x5600)
        return namedValue("TLS_FALLBACK_SCSV", number, 4);
    return greaseOr(registeredSuite(static_cast<std::uint16_t>(number)).ianaName, number);
}

std::string groupText(std::uint32_t number) {
    return greaseOr(groupName(static_cast<std::uint16_t>(number)), number);
}

std::string schemeText(std::uint32_t number) {
    return greaseOr(signatureSchemeName(static_cast<std::uint16_t>(number)), number);
}

std::string extensionText(std::uint32_t number) {
    return isGrease(number) ? namedValue("GREASE", number, 4) : smallText(Extensions, number);
}

std::string alertText(std::uint32_t number) {
    return alertName(static_cast<std::uint8_t>(number)) + " (" + decimalValue(number) + ")";
}

std::string compressionText(std::uint32_t number) {
    return smallText(Compressions, number);
}
std::string handshakeTypeText(std::uint32_t number) {
    return smallText(HandshakeTypes, number);
}
std::string clientCertificateTypeText(std::uint32_t number) {
    return smallText(ClientCertificateTypes, number);
}
std::string certificateTypeText(std::uint32_t number) {
    return smallText(CertificateTypes, number);
}
std::string statusTypeText(std::uint32_t number) {
    return smallText(StatusTypes, number);
}
std::string alertLevelText(std::uint32_t number) {
    return smallText(AlertLevels, number);
}
std::string pointFormatText(std::uint32_t number) {
    return smallText(PointFormats, number);
}
std::string curveTypeText(std::uint32_t number) {
    return smallText(CurveTypes, number);
}
std::string pskModeText(std::uint32_t number) {
    return smallText(PskModes, number);
}
std::string fragmentLengthText(std::uint32_t number) {
    return smallText(FragmentLengths, number);
}
std::string certificateCompressionText(std::uint32_t number) {
    return smallText(CertificateCompressions, number);
}
std::string srtpProfileText(std::uint32_t number) {
    return smallText(SrtpProfiles, number);
}
std::string heartbeatModeText(std::uint32_t number) {
    return smallText(HeartbeatModes, number);
}
std::string nameTypeText(std::uint32_t number) {
    return smallText(NameTypes, number);
}
std::string keyUpdateText(std::uint32_t number) {
    return smallText(KeyUpdates, number);
}
std::string helloKindText(std::uint32_t number) {
    return smallText(HelloKinds, number);
}

} // namespace certwright::tls::wire
