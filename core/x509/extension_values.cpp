#include "core/x509/extension_values.h"

#include "core/base/der_writer.h"
#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"
#include "core/x509/extensions/coding.h"
#include "core/x509/name_attributes.h"

#include <openssl/x509v3.h>

#include <limits>
#include <memory>

namespace certwright::x509 {

namespace {

// OpenSSL's decoders, for what they make of a value is what its verification acts on. They ignore bytes behind it, too.

template <auto Free>
struct Deleter {
    template <class T>
    void operator()(T* value) const noexcept {
        Free(value);
    }
};

/// What `decode`, a d2i function, makes of the value; null when it is damaged.
template <class T, auto Free>
std::unique_ptr<T, Deleter<Free>> decoded(T* (*decode)(T**, const unsigned char**, long), base::BytesView value) {
    const unsigned char* position = value.data();
    std::unique_ptr<T, Deleter<Free>> out(decode(nullptr, &position, static_cast<long>(value.size())));
    base::clearQueue();
    return out;
}

base::Bytes octetsOf(const ASN1_STRING* string) {
    const unsigned char* data = ASN1_STRING_get0_data(string);
    return {data, data + ASN1_STRING_length(string)};
}

} // namespace

std::optional<BasicConstraints> readBasicConstraints(base::BytesView value) {
    const auto native = decoded<BASIC_CONSTRAINTS, BASIC_CONSTRAINTS_free>(d2i_BASIC_CONSTRAINTS, value);
    if (!native || (native->pathlen != nullptr && ASN1_STRING_type(native->pathlen) == V_ASN1_NEG_INTEGER))
        return std::nullopt;
    BasicConstraints out;
    out.isCa = native->ca != 0;
    if (native->pathlen != nullptr) {
        std::int64_t length = 0;
        const bool fits = ASN1_INTEGER_get_int64(&length, native->pathlen) == 1;
        base::clearQueue();
        out.pathLength = fits ? static_cast<long>(length) : std::numeric_limits<long>::max();
    }
    return out;
}

base::Bytes BasicConstraints::encode() const {
    if (pathLength && (*pathLength < 0 || !isCa))
        throw base::Error(base::ErrorKind::BadInput, isCa ? "A path length is not negative (RFC 5280 4.2.1.9)"
                                                          : "Only a CA has a path length (RFC 5280 4.2.1.9)");
    base::Bytes content;
    if (isCa) // X.690 11.5: the default is not written
        coding::append(content, coding::booleanElement(true));
    if (pathLength)
        coding::append(content, coding::numberElement(static_cast<std::uint64_t>(*pathLength)));
    return base::derElement(base::der::Sequence, content);
}

std::optional<BasicConstraints> BasicConstraints::decode(base::BytesView value) {
    return readBasicConstraints(value);
}

std::optional<unsigned> readKeyUsage(base::BytesView value) {
    const auto native = decoded<ASN1_BIT_STRING, ASN1_BIT_STRING_free>(d2i_ASN1_BIT_STRING, value);
    if (!native)
        return std::nullopt;
    unsigned bits = 0;
    for (int i = 0; i < 9; ++i) {
        if (ASN1_BIT_STRING_get_bit(native.get(), i) != 0)
            bits |= 1U << static_cast<unsigned>(i);
    }
    return bits;
}

std::optional<std::vector<std::string>> readExtendedKeyUsage(base::BytesView value) {
    const auto native = decoded<EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free>(d2i_EXTENDED_KEY_USAGE, value);
    if (!native)
        return std::nullopt;
    std::vector<std::string> out;
    for (int i = 0; i < sk_ASN1_OBJECT_num(native.get()); ++i)
        out.push_back(dottedOid(sk_ASN1_OBJECT_value(native.get(), i)));
    return out;
}

std::optional<base::Bytes> readSubjectKeyId(base::BytesView value) {
    const auto native = decoded<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free>(d2i_ASN1_OCTET_STRING, value);
    return native ? std::optional(octetsOf(native.get())) : std::nullopt;
}

std::optional<base::Bytes> readAuthorityKeyId(base::BytesView value) {
    const auto native = decoded<AUTHORITY_KEYID, AUTHORITY_KEYID_free>(d2i_AUTHORITY_KEYID, value);
    if (!native)
        return std::nullopt;
    return native->keyid == nullptr ? base::Bytes() : octetsOf(native->keyid);
}

} // namespace certwright::x509
