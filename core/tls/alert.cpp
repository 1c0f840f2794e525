#include "core/tls/alert.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace certwright::tls {

namespace {

struct AlertText {
    std::uint8_t description;
    std::string_view name;
    std::string_view meaning;
};

// IANA registry "TLS Alerts"; those that SSL 3.0 and older drafts had are in it as reserved.
constexpr AlertText Alerts[] = {
    {0, "close_notify", ""},
    {10, "unexpected_message", "it got a message that it did not expect at this point"},
    {20, "bad_record_mac", "it could not decrypt a record"},
    {21, "decryption_failed", "it could not decrypt a record"},
    {22, "record_overflow", "a record was too long for it"},
    {30, "decompression_failure", ""},
    {40, "handshake_failure", "it found no common settings: version, cipher suite, group or signature algorithm"},
    {41, "no_certificate", "it has no certificate to send"},
    {42, "bad_certificate", "it does not accept the certificate that we sent"},
    {43, "unsupported_certificate", "it does not accept certificates of the kind that we sent"},
    {44, "certificate_revoked", "it holds the certificate that we sent for revoked"},
    {45, "certificate_expired", "it holds the certificate that we sent for expired"},
    {46, "certificate_unknown", "it does not accept the certificate that we sent"},
    {47, "illegal_parameter", "a field of our message was not allowed"},
    {48, "unknown_ca", "it does not know the CA of the certificate that we sent"},
    {49, "access_denied", "it accepts our certificate, but does not let it in"},
    {50, "decode_error", "it could not read our message"},
    {51, "decrypt_error", "a signature or a Finished message was wrong for it"},
    {60, "export_restriction", ""},
    {70, "protocol_version", "it does not accept the versions of TLS that we offered"},
    {71, "insufficient_security", "it wants stronger cipher suites than we offered"},
    {80, "internal_error", "Something failed on its side"},
    {86, "inappropriate_fallback", "it could do a newer version of TLS than we offered"},
    {90, "user_canceled", ""},
    {100, "no_renegotiation", "it does not renegotiate"},
    {109, "missing_extension", "it wants an extension that we did not send"},
    {110, "unsupported_extension", "it got an extension that it did not offer"},
    {111, "certificate_unobtainable", ""},
    {112, "unrecognized_name", "it has no certificate for the name that we asked for (SNI)"},
    {113, "bad_certificate_status_response", "it does not accept a stapled OCSP response"},
    {114, "bad_certificate_hash_value", ""},
    {115, "unknown_psk_identity", "it does not know our pre-shared key"},
    {116, "certificate_required", "it wants a client certificate and got none"},
    {120, "no_application_protocol", "it speaks none of the protocols that we offered (ALPN)"},
    {121, "ech_required", "it wants Encrypted Client Hello"},
};

const AlertText* find(std::uint8_t description) {
    const auto* found = std::find_if(std::begin(Alerts), std::end(Alerts),
                                     [description](const AlertText& row) { return row.description == description; });
    return found == std::end(Alerts) ? nullptr : found;
}

} // namespace

std::string alertName(std::uint8_t description) {
    if (const AlertText* row = find(description))
        return std::string(row->name);
    return "alert_" + std::to_string(description);
}

std::string alertMeaning(std::uint8_t description) {
    const AlertText* row = find(description);
    return row == nullptr ? std::string() : std::string(row->meaning);
}

} // namespace certwright::tls
