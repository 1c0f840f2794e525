#pragma once

#include "core/tls/wire/field_reader.h"

namespace certwright::tls::wire {

/// Where extensions stand: many have another form in each message.
enum class ExtensionPlace {
    ClientHello,
    ServerHello,
    HelloRetryRequest,
    EncryptedExtensions,
    CertificateEntry,
    CertificateRequest,
    NewSessionTicket,
};

/// Reads a list of extensions with its length in front (RFC 8446 4.2, RFC 5246 7.4.1.4): one field each, in it what its
/// RFC defines. Unknown ones stay hexadecimal.
void readExtensions(FieldReader& reader, ExtensionPlace place);

/// A distinguished name as RFC 2253 text; damaged ones as hexadecimal.
std::string nameValue(base::BytesView der);

} // namespace certwright::tls::wire
