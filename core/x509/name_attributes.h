#pragma once

#include "core/base/handle.h"
#include "core/x509/name.h"

#include <string>
#include <string_view>

namespace certwright::x509 {

// What the attributes of names are called and what they may hold.

/// The object of an attribute type: a short or long name of OpenSSL's, one that RFC 4514 3 or other programs write,
/// whatever its case ("STREET", "E"), or a dotted OID, also with "OID." in front. @throws Error BadInput
base::Handle<ASN1_OBJECT> attributeObject(std::string_view type);

std::string dottedOid(const ASN1_OBJECT* object);

/// As attributeShortName().
std::string shortNameOf(const ASN1_OBJECT* object);

/// Universal tag of a string type, e.g. 12 for Utf8; -1 for Automatic and Other.
int tagOf(StringType type) noexcept;
StringType typeOfTag(int tag) noexcept;

/// The string type that an attribute has by its definition (country: Printable, e-mail: Ia5...), Automatic where it has
/// the choice.
StringType definedType(std::string_view oid) noexcept;

/// Says in the field's own words what is wrong with a value, before OpenSSL's string tables refuse it.
/// @throws Error BadInput
void checkAttributeValue(const std::string& oid, std::string_view value, StringType type);

} // namespace certwright::x509
