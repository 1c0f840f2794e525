#include "core/x509/serial.h"

#include "core/base/der_reader.h"
#include "core/base/error.h"
#include "core/base/openssl_check.h"
#include "core/crypto/random.h"

#include <cctype>

namespace certwright::x509 {

using base::Error;
using base::ErrorKind;
using base::Handle;

namespace {

Handle<BIGNUM> magnitude(const std::string& hex) {
    BIGNUM* number = nullptr;
    const char* digits = hex.c_str() + (hex.front() == '-' ? 1 : 0);
    base::check(BN_hex2bn(&number, digits), "read the serial number", ErrorKind::BadInput);
    Handle<BIGNUM> owner(number);
    if (hex.front() == '-')
        BN_set_negative(number, 1);
    return owner;
}

} // namespace

Serial Serial::random() {
    base::Bytes bytes = crypto::randomBytes(16);
    // A first bit of 0 keeps it positive in 16 octets; a first octet other than 0 keeps its length always the same.
    bytes.front() = static_cast<std::uint8_t>((bytes.front() & 0x7FU) | 0x01U);
    Serial serial;
    serial.m_hex = base::toHex(bytes);
    const std::size_t first = serial.m_hex.find_first_not_of('0');
    serial.m_hex.erase(0, first);
    return serial;
}

Serial Serial::parse(std::string_view hex) {
    std::string digits;
    const bool isNegative = hex.starts_with('-');
    for (const char c : hex.substr(isNegative ? 1 : 0)) {
        if (c == ':' || c == ' ')
            continue;
        if (std::isxdigit(static_cast<unsigned char>(c)) == 0)
            throw Error(ErrorKind::BadInput, "“" + std::string(hex) + "” is not a serial number",
                        "Write it in hexadecimal digits.");
        digits.push_back(static_cast<char>(std::toupper(static_cast<unsigned char>(c))));
    }
    if (digits.empty())
        throw Error(ErrorKind::BadInput, "The serial number is empty", "Write it in hexadecimal digits.");
    const std::size_t first = digits.find_first_not_of('0');
    Serial serial;
    if (first == std::string::npos)
        return serial;
    serial.m_hex = (isNegative ? "-" : "") + digits.substr(first);
    return serial;
}

Serial Serial::share(const ASN1_INTEGER* native) {
    const Handle<BIGNUM> number(base::check(ASN1_INTEGER_to_BN(native, nullptr), "read the serial number"));
    const base::OpensslMemory<char> text(base::check(BN_bn2hex(number.get()), "read the serial number"));
    return parse(text.get());
}

std::string Serial::toDecimal() const {
    const Handle<BIGNUM> number = magnitude(m_hex);
    const base::OpensslMemory<char> text(base::check(BN_bn2dec(number.get()), "write the serial number"));
    return text.get();
}

Handle<ASN1_INTEGER> Serial::toNative() const {
    const Handle<BIGNUM> number = magnitude(m_hex);
    return Handle<ASN1_INTEGER>(base::check(BN_to_ASN1_INTEGER(number.get(), nullptr), "encode the serial number"));
}

std::size_t Serial::octets() const {
    const Handle<ASN1_INTEGER> native = toNative();
    unsigned char* buffer = nullptr;
    const int length = i2d_ASN1_INTEGER(native.get(), &buffer);
    base::check(length, "encode the serial number");
    const base::OpensslMemory<unsigned char> owner(buffer);
    base::DerReader reader({buffer, static_cast<std::size_t>(length)});
    const auto element = reader.next();
    return element ? element->content.size() : 0;
}

} // namespace certwright::x509
