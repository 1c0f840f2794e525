#include "core/tls/wire/extension_fields.h"

#include "core/base/clock.h"
#include "core/base/outcome.h"
#include "core/tls/wire/names.h"
#include "core/x509/name.h"

#include <algorithm>
#include <chrono>
#include <iterator>

namespace certwright::tls::wire {

namespace {

using Place = ExtensionPlace;

constexpr std::size_t LogIdSize = 32;

/// Numbers of `octets` octets each until the end.
void readNumbers(FieldReader& reader, const char* name, std::size_t octets, FieldReader::Number text) {
    reader.list([name, octets, text](FieldReader& inner) { inner.number(name, octets, text); });
}

void readServerName(FieldReader& reader, Place place) {
    if (place != Place::ClientHello)
        return; // an empty answer says that the name was used (RFC 6066 3)
    reader.vector("server_name_list", 2, [](FieldReader& list) {
        list.list([](FieldReader& entry) {
            entry.number("name_type", 1, nameTypeText);
            entry.opaque("host_name", 2, textValue);
        });
    });
}

void readFragmentLength(FieldReader& reader, Place /*place*/) {
    reader.number("max_fragment_length", 1, fragmentLengthText);
}

void readStatusRequest(FieldReader& reader, Place place) {
    if (reader.atEnd())
        return; // the answer of TLS 1.2
    const std::uint32_t type = reader.number("status_type", 1, statusTypeText);
    if (place == Place::CertificateEntry) {
        reader.opaque("response", 3);
        return;
    }
    if (type != 1) {
        reader.rest("request");
        return;
    }
    reader.vector("responder_id_list", 2,
                  [](FieldReader& list) { list.list([](FieldReader& inner) { inner.opaque("responder_id", 2); }); });
    reader.opaque("request_extensions", 2);
}

void readStatusRequestV2(FieldReader& reader, Place /*place*/) {
    if (reader.atEnd())
        return;
    reader.vector("certificate_status_req_list", 2, [](FieldReader& list) {
        list.list([](FieldReader& inner) {
            inner.number("status_type", 1, statusTypeText);
            inner.opaque("request", 2);
        });
    });
}

void readGroups(FieldReader& reader, Place /*place*/) {
    reader.vector("named_group_list", 2, [](FieldReader& list) { readNumbers(list, "named_group", 2, groupText); });
}

void readPointFormats(FieldReader& reader, Place /*place*/) {
    reader.vector("ec_point_format_list", 1,
                  [](FieldReader& list) { readNumbers(list, "ec_point_format", 1, pointFormatText); });
}

void readSchemes(FieldReader& reader, Place /*place*/) {
    reader.vector("supported_signature_algorithms", 2,
                  [](FieldReader& list) { readNumbers(list, "signature_scheme", 2, schemeText); });
}

void readSrtp(FieldReader& reader, Place /*place*/) {
    reader.vector("srtp_protection_profiles", 2,
                  [](FieldReader& list) { readNumbers(list, "profile", 2, srtpProfileText); });
    reader.opaque("srtp_mki", 1);
}

void readHeartbeat(FieldReader& reader, Place /*place*/) {
    reader.number("mode", 1, heartbeatModeText);
}

void readProtocols(FieldReader& reader, Place /*place*/) {
    reader.vector("protocol_name_list", 2, [](FieldReader& list) {
        list.list([](FieldReader& inner) { inner.opaque("protocol_name", 1, textValue); });
    });
}

std::string timestampText(base::BytesView bytes) {
    std::uint64_t milliseconds = 0;
    for (const std::uint8_t octet : bytes)
        milliseconds = (milliseconds << 8U) | octet;
    constexpr std::uint64_t EndOfYear9999 = 253402300800000;
    if (milliseconds >= EndOfYear9999)
        return hexValue(bytes);
    return base::toRfc3339(base::Time(std::chrono::seconds(milliseconds / 1000)));
}

/// RFC 6962 3.2.
void readTimestamp(FieldReader& reader) {
    const std::uint32_t version = reader.number("sct_version", 1);
    if (version != 0) {
        reader.rest("signed_certificate_timestamp");
        return;
    }
    reader.bytes("log_id", LogIdSize);
    reader.bytes("timestamp", 8, timestampText);
    reader.opaque("extensions", 2);
    reader.number("signature_algorithm", 2, schemeText);
    reader.opaque("signature", 2);
}

void readTimestamps(FieldReader& reader, Place place) {
    if (place == Place::ClientHello || place == Place::CertificateRequest)
        return;
    reader.vector("sct_list", 2, [](FieldReader& list) {
        list.list([](FieldReader& inner) { inner.vector("serialized_sct", 2, readTimestamp); });
    });
}

void readCertificateType(FieldReader& reader, Place place) {
    if (place != Place::ClientHello) {
        reader.number("certificate_type", 1, certificateTypeText);
        return;
    }
    reader.vector("certificate_types", 1,
                  [](FieldReader& list) { readNumbers(list, "certificate_type", 1, certificateTypeText); });
}

void readPadding(FieldReader& reader, Place /*place*/) {
    reader.rest("padding");
}

void readNothing(FieldReader& /*reader*/, Place /*place*/) {}

void readCertificateCompression(FieldReader& reader, Place /*place*/) {
    reader.vector("algorithms", 1,
                  [](FieldReader& list) { readNumbers(list, "algorithm", 2, certificateCompressionText); });
}

void readRecordSize(FieldReader& reader, Place /*place*/) {
    reader.number("record_size_limit", 2);
}

void readSessionTicket(FieldReader& reader, Place /*place*/) {
    reader.rest("ticket");
}

void readPreSharedKey(FieldReader& reader, Place place) {
    if (place != Place::ClientHello) {
        reader.number("selected_identity", 2);
        return;
    }
    reader.vector("identities", 2, [](FieldReader& list) {
        list.list([](FieldReader& entry) {
            entry.group("psk_identity", [](FieldReader& inner) {
                inner.opaque("identity", 2);
                inner.number("obfuscated_ticket_age", 4);
            });
        });
    });
    reader.vector("binders", 2,
                  [](FieldReader& list) { list.list([](FieldReader& inner) { inner.opaque("binder", 1); }); });
}

void readEarlyData(FieldReader& reader, Place place) {
    if (place == Place::NewSessionTicket)
        reader.number("max_early_data_size", 4);
}

void readVersions(FieldReader& reader, Place place) {
    if (place != Place::ClientHello) {
        reader.number("selected_version", 2, versionText);
        return;
    }
    reader.vector("versions", 1, [](FieldReader& list) { readNumbers(list, "version", 2, versionText); });
}

void readCookie(FieldReader& reader, Place /*place*/) {
    reader.opaque("cookie", 2);
}

void readPskModes(FieldReader& reader, Place /*place*/) {
    reader.vector("ke_modes", 1, [](FieldReader& list) { readNumbers(list, "ke_mode", 1, pskModeText); });
}

void readAuthorities(FieldReader& reader, Place /*place*/) {
    reader.vector("authorities", 2, [](FieldReader& list) {
        list.list([](FieldReader& inner) { inner.opaque("distinguished_name", 2, nameValue); });
    });
}

void readOidFilters(FieldReader& reader, Place /*place*/) {
    reader.vector("filters", 2, [](FieldReader& list) {
        list.list([](FieldReader& entry) {
            entry.group("filter", [](FieldReader& inner) {
                inner.opaque("certificate_extension_oid", 1);
                inner.opaque("certificate_extension_values", 2);
            });
        });
    });
}

void readShare(FieldReader& reader) {
    reader.group("key_share_entry", [](FieldReader& inner) {
        inner.number("group", 2, groupText);
        inner.opaque("key_exchange", 2);
    });
}

void readKeyShare(FieldReader& reader, Place place) {
    if (place == Place::HelloRetryRequest)
        reader.number("selected_group", 2, groupText);
    else if (place == Place::ClientHello)
        reader.vector("client_shares", 2, [](FieldReader& list) { list.list(readShare); });
    else
        readShare(reader);
}

void readConnectionId(FieldReader& reader, Place /*place*/) {
    reader.opaque("cid", 1);
}

void readRenegotiation(FieldReader& reader, Place /*place*/) {
    reader.opaque("renegotiated_connection", 1);
}

void readNextProtocols(FieldReader& reader, Place /*place*/) {
    reader.list([](FieldReader& inner) { inner.opaque("protocol_name", 1, textValue); });
}

void readEncryptedHello(FieldReader& reader, Place place) {
    if (place == Place::EncryptedExtensions) {
        reader.opaque("retry_configs", 2);
    } else if (place != Place::ClientHello) {
        reader.rest("confirmation");
    } else if (reader.number("type", 1, helloKindText) == 0) {
        reader.number("kdf_id", 2);
        reader.number("aead_id", 2);
        reader.number("config_id", 1);
        reader.opaque("enc", 2);
        reader.opaque("payload", 2);
    }
}

struct Form {
    std::uint32_t type;
    void (*read)(FieldReader&, Place);
};

constexpr Form Forms[] = {
    {0, readServerName},        {1, readFragmentLength},
    {4, readNothing},           {5, readStatusRequest},
    {10, readGroups},           {11, readPointFormats},
    {13, readSchemes},          {14, readSrtp},
    {15, readHeartbeat},        {16, readProtocols},
    {17, readStatusRequestV2},  {18, readTimestamps},
    {19, readCertificateType},  {20, readCertificateType},
    {21, readPadding},          {22, readNothing},
    {23, readNothing},          {27, readCertificateCompression},
    {28, readRecordSize},       {34, readSchemes},
    {35, readSessionTicket},    {41, readPreSharedKey},
    {42, readEarlyData},        {43, readVersions},
    {44, readCookie},           {45, readPskModes},
    {47, readAuthorities},      {48, readOidFilters},
    {49, readNothing},          {50, readSchemes},
    {51, readKeyShare},         {54, readConnectionId},
    {13172, readNextProtocols}, {17513, readProtocols},
    {17613, readProtocols},     {65037, readEncryptedHello},
    {65281, readRenegotiation},
};

} // namespace

std::string nameValue(base::BytesView der) {
    const auto name = base::outcomeOf([der] { return x509::Name::fromDer(der).toRfc2253(); });
    return name ? *name : hexValue(der);
}

void readExtensions(FieldReader& reader, ExtensionPlace place) {
    reader.vector("extensions", 2, [place](FieldReader& list) {
        list.list([place](FieldReader& entry) {
            entry.typedVector(extensionText, [place](std::uint32_t type, FieldReader& inner) {
                const auto* form = std::find_if(std::begin(Forms), std::end(Forms),
                                                [type](const Form& candidate) { return candidate.type == type; });
                // A delegated credential (RFC 9345 4) beside a certificate has another form than the list of schemes.
                const bool isKnown = form != std::end(Forms) && !(type == 34 && place == Place::CertificateEntry);
                if (isKnown)
                    form->read(inner, place);
                else
                    inner.rest("extension_data");
            });
        });
    });
}

} // namespace certwright::tls::wire
