#include "core/tls/wire/message_fields.h"

#include "core/base/outcome.h"
#include "core/tls/cipher_suite.h"
#include "core/tls/wire/extension_fields.h"
#include "core/tls/wire/field_reader.h"
#include "core/tls/wire/hello.h"
#include "core/tls/wire/names.h"
#include "core/x509/columns.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <string_view>

namespace certwright::tls::wire {

namespace {

constexpr std::uint16_t Ssl3 = 0x0300;
constexpr std::uint16_t Tls12 = 0x0303;
constexpr std::uint16_t Tls13 = 0x0304;
constexpr std::size_t RandomSize = 32;
constexpr std::uint32_t NamedCurve = 3;

/// What a suite's name says about the exchange of keys, "ECDHE_RSA"; empty for those of TLS 1.3.
std::string exchangeOf(std::uint16_t suite) {
    constexpr std::string_view Begin = "TLS_";
    const std::string name = registeredSuite(suite).ianaName;
    const std::size_t end = name.find("_WITH_");
    return end == std::string::npos || end < Begin.size() ? std::string()
                                                          : name.substr(Begin.size(), end - Begin.size());
}

bool hasPsk(std::string_view exchange) {
    return exchange.find("PSK") != std::string_view::npos;
}

/// A number of Diffie-Hellman with its size.
std::string sizedValue(base::BytesView bytes) {
    const auto first = std::find_if(bytes.begin(), bytes.end(), [](std::uint8_t octet) { return octet != 0; });
    std::size_t bits = 0;
    if (first != bytes.end())
        bits = static_cast<std::size_t>(bytes.end() - first) * 8 - static_cast<std::size_t>(std::countl_zero(*first));
    return std::to_string(bits) + " bits: " + hexValue(bytes);
}

/// The subject of a certificate; hexadecimal for what is none.
std::string certificateValue(base::BytesView der) {
    const auto columns = base::outcomeOf([der] { return x509::columnsFromDer(der); });
    return columns ? columns->subject : hexValue(der);
}

void readOptionalExtensions(FieldReader& reader, ExtensionPlace place) {
    if (!reader.atEnd())
        readExtensions(reader, place);
}

void readClientHello(FieldReader& reader, const MessageContext& /*context*/) {
    reader.number("legacy_version", 2, versionText);
    reader.bytes("random", RandomSize);
    reader.opaque("session_id", 1);
    reader.vector("cipher_suites", 2, [](FieldReader& list) {
        list.list([](FieldReader& inner) { inner.number("cipher_suite", 2, suiteText); });
    });
    reader.vector("compression_methods", 1, [](FieldReader& list) {
        list.list([](FieldReader& inner) { inner.number("compression_method", 1, compressionText); });
    });
    readOptionalExtensions(reader, ExtensionPlace::ClientHello);
}

void readServerHelloAt(FieldReader& reader, ExtensionPlace place) {
    reader.number("legacy_version", 2, versionText);
    reader.bytes("random", RandomSize);
    reader.opaque("session_id", 1);
    reader.number("cipher_suite", 2, suiteText);
    reader.number("compression_method", 1, compressionText);
    readOptionalExtensions(reader, place);
}

void readEncryptedExtensions(FieldReader& reader, const MessageContext& /*context*/) {
    readExtensions(reader, ExtensionPlace::EncryptedExtensions);
}

void readNewSessionTicket(FieldReader& reader, const MessageContext& context) {
    if (context.version < Tls13) { // RFC 5077 3.3
        reader.number("ticket_lifetime_hint", 4);
        reader.opaque("ticket", 2);
        return;
    }
    reader.number("ticket_lifetime", 4);
    reader.number("ticket_age_add", 4);
    reader.opaque("ticket_nonce", 1);
    reader.opaque("ticket", 2);
    readExtensions(reader, ExtensionPlace::NewSessionTicket);
}

void readCertificate(FieldReader& reader, const MessageContext& context) {
    if (context.version < Tls13) {
        reader.vector("certificate_list", 3, [](FieldReader& list) {
            list.list([](FieldReader& inner) { inner.opaque("certificate", 3, certificateValue); });
        });
        return;
    }
    reader.opaque("certificate_request_context", 1);
    reader.vector("certificate_list", 3, [](FieldReader& list) {
        list.list([](FieldReader& entry) {
            entry.group("certificate_entry", [](FieldReader& inner) {
                inner.opaque("certificate", 3, certificateValue);
                readExtensions(inner, ExtensionPlace::CertificateEntry);
            });
        });
    });
}

/// RFC 8446 4.4.3, RFC 5246 4.7: the scheme is there from TLS 1.2 on.
void readSignature(FieldReader& reader, const MessageContext& context) {
    if (context.version >= Tls12)
        reader.number("algorithm", 2, schemeText);
    reader.opaque("signature", 2);
}

void readEcdheParameters(FieldReader& reader) {
    if (reader.number("curve_type", 1, curveTypeText) != NamedCurve) {
        reader.rest("curve");
        return;
    }
    reader.number("named_curve", 2, groupText);
    reader.opaque("public", 1);
}

void readServerKeyExchange(FieldReader& reader, const MessageContext& context) {
    const std::string exchange = exchangeOf(context.cipherSuite);
    if (hasPsk(exchange))
        reader.opaque("psk_identity_hint", 2, textValue); // RFC 4279 2
    if (exchange.starts_with("ECDH")) {
        readEcdheParameters(reader);
    } else if (exchange.starts_with("DH")) {
        reader.opaque("dh_p", 2, sizedValue);
        reader.opaque("dh_g", 2);
        reader.opaque("dh_Ys", 2, sizedValue);
    } else if (exchange.starts_with("SRP")) { // RFC 5054 2.5.3
        reader.opaque("srp_N", 2, sizedValue);
        reader.opaque("srp_g", 2);
        reader.opaque("srp_s", 1);
        reader.opaque("srp_B", 2);
    }
    if (exchange.starts_with("RSA_EXPORT")) {
        reader.opaque("rsa_modulus", 2, sizedValue);
        reader.opaque("rsa_exponent", 2);
    }
    if (!reader.atEnd())
        readSignature(reader, context);
}

void readCertificateRequest(FieldReader& reader, const MessageContext& context) {
    if (context.version >= Tls13) {
        reader.opaque("certificate_request_context", 1);
        readExtensions(reader, ExtensionPlace::CertificateRequest);
        return;
    }
    reader.vector("certificate_types", 1, [](FieldReader& list) {
        list.list([](FieldReader& inner) { inner.number("certificate_type", 1, clientCertificateTypeText); });
    });
    if (context.version == Tls12)
        reader.vector("supported_signature_algorithms", 2, [](FieldReader& list) {
            list.list([](FieldReader& inner) { inner.number("signature_scheme", 2, schemeText); });
        });
    reader.vector("certificate_authorities", 2, [](FieldReader& list) {
        list.list([](FieldReader& inner) { inner.opaque("distinguished_name", 2, nameValue); });
    });
}

void readClientKeyExchange(FieldReader& reader, const MessageContext& context) {
    const std::string exchange = exchangeOf(context.cipherSuite);
    if (hasPsk(exchange))
        reader.opaque("psk_identity", 2, textValue);
    if (exchange.starts_with("ECDH")) {
        reader.opaque("ecdh_Yc", 1);
    } else if (exchange.starts_with("DH")) {
        reader.opaque("dh_Yc", 2, sizedValue);
    } else if (exchange.starts_with("SRP")) {
        reader.opaque("srp_A", 2);
    } else if (exchange.starts_with("RSA")) {
        if (context.version <= Ssl3)
            reader.rest("encrypted_pre_master_secret");
        else
            reader.opaque("encrypted_pre_master_secret", 2);
    } else if (!hasPsk(exchange)) {
        reader.rest("exchange_keys");
    }
}

void readFinished(FieldReader& reader, const MessageContext& /*context*/) {
    reader.rest("verify_data");
}

void readCertificateStatus(FieldReader& reader, const MessageContext& /*context*/) {
    if (reader.number("status_type", 1, statusTypeText) == 1)
        reader.opaque("response", 3);
    else
        reader.rest("response");
}

void readKeyUpdate(FieldReader& reader, const MessageContext& /*context*/) {
    reader.number("request_update", 1, keyUpdateText);
}

void readCompressedCertificate(FieldReader& reader, const MessageContext& /*context*/) {
    reader.number("algorithm", 2, certificateCompressionText);
    reader.number("uncompressed_length", 3);
    reader.opaque("compressed_certificate_message", 3);
}

void readNextProtocol(FieldReader& reader, const MessageContext& /*context*/) {
    reader.opaque("selected_protocol", 1, textValue);
    reader.opaque("padding", 1);
}

void readNothing(FieldReader& /*reader*/, const MessageContext& /*context*/) {}

struct Form {
    std::uint8_t type;
    void (*read)(FieldReader&, const MessageContext&);
};

constexpr Form Forms[] = {
    {0, readNothing}, // HelloRequest
    {1, readClientHello},
    {4, readNewSessionTicket},
    {5, readNothing}, // EndOfEarlyData
    {8, readEncryptedExtensions},
    {11, readCertificate},
    {12, readServerKeyExchange},
    {13, readCertificateRequest},
    {14, readNothing}, // ServerHelloDone
    {15, readSignature},
    {16, readClientKeyExchange},
    {20, readFinished},
    {22, readCertificateStatus},
    {24, readKeyUpdate},
    {25, readCompressedCertificate},
    {67, readNextProtocol},
};

void readBody(FieldReader& reader, std::uint8_t type, base::BytesView message, const MessageContext& context) {
    if (type == 2) {
        const bool isRetry = isHelloRetryRequest(message);
        readServerHelloAt(reader, isRetry ? ExtensionPlace::HelloRetryRequest : ExtensionPlace::ServerHello);
        return;
    }
    const auto* form =
        std::find_if(std::begin(Forms), std::end(Forms), [type](const Form& row) { return row.type == type; });
    if (form == std::end(Forms))
        reader.rest("body");
    else
        form->read(reader, context);
}

} // namespace

void noteHello(MessageContext& context, base::BytesView message) {
    if (message.empty() || message.front() != 2)
        return;
    const std::optional<ServerHello> hello = parseServerHello(message);
    if (hello)
        context = MessageContext{hello->version, hello->cipherSuite};
}

std::vector<Field> handshakeFields(base::BytesView message, const MessageContext& context) {
    std::vector<Field> fields;
    FieldReader reader(message, 0, fields);
    const auto type = static_cast<std::uint8_t>(reader.number("msg_type", 1, handshakeTypeText));
    if (message.empty())
        return fields;
    const std::uint32_t length = reader.number("length", 3);
    if (length != reader.remaining()) {
        reader.setValue("damaged: " + decimalValue(length) + ", but there are " + std::to_string(reader.remaining()));
        fields.back().isDamaged = true;
    }
    if (reader.atEnd() && fields.back().isDamaged)
        return fields;
    readBody(reader, type, message, context);
    reader.unexpected();
    return fields;
}

std::vector<Field> alertFields(base::BytesView message) {
    std::vector<Field> fields;
    FieldReader reader(message, 0, fields);
    reader.number("level", 1, alertLevelText);
    reader.number("description", 1, alertText);
    reader.unexpected();
    return fields;
}

std::vector<Field> changeCipherSpecFields(base::BytesView message) {
    std::vector<Field> fields;
    FieldReader reader(message, 0, fields);
    reader.number("type", 1);
    reader.unexpected();
    return fields;
}

} // namespace certwright::tls::wire
