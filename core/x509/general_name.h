#pragma once

#include "core/base/bytes.h"
#include "core/base/handle.h"

#include <string>
#include <string_view>
#include <vector>

namespace certwright::x509 {

/// A GeneralName (RFC 5280 4.2.1.6): one entry of a subject alternative name.
struct GeneralName {
    enum class Type { Dns, Ip, Email, Uri, DirectoryName, RegisteredId, OtherName, X400, EdiParty };

    Type type = Type::Dns;
    /// DNS name, address text ("192.0.2.1", "2001:db8::1"), address, URI, RFC 2253 name, dotted OID. An other name is
    /// "OID;UTF8:text" or "OID;#hexadecimal DER".
    std::string value;

    bool operator==(const GeneralName&) const = default;
};

/// "DNS", "IP", "email", "URI", "dirName", "RID", "otherName", "x400", "ediParty": as OpenSSL's configuration and the
/// command line write them.
std::string_view toString(GeneralName::Type type) noexcept;

/// Reads a list as people type or paste it: entries separated by commas, white space or line ends, each with an
/// optional "DNS:", "IP:", "email:", "URI:", "RID:", "dirName:" or "otherName:" in front; without one the type is
/// recognised (IPv4 and IPv6 addresses, e-mail, URI, else a host name, which is turned to lower case and, when it is
/// international, to its A-label). Repeated entries are merged. @throws Error BadInput naming the entry and what is
/// wrong with it
std::vector<GeneralName> parseGeneralNames(std::string_view text);

/// The text of 4 or 16 octets ("192.0.2.1", "2001:db8::1" as RFC 5952 wants it); "#" and hexadecimal for another
/// length.
std::string ipAddressText(base::BytesView octets);

/// Says what is wrong with a DNS name for a certificate ("*.*.lab is not a valid wildcard: ..."); empty when nothing
/// is.
std::string dnsNameProblem(std::string_view name);

/// DER of a GeneralNames sequence. @throws Error BadInput naming the entry, also one that is empty or, where the type
/// is IA5String, not ASCII (RFC 5280 4.2.1.6); Unsupported for the types X400 and EdiParty
base::Bytes generalNamesToDer(const std::vector<GeneralName>& names);

/// Bytes behind the sequence are ignored, as OpenSSL does when it compares a name with them. @throws Error BadInput
std::vector<GeneralName> generalNamesFromDer(base::BytesView der);

} // namespace certwright::x509
