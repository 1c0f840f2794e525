#include "core/x509/native_text.h"

#include "core/base/der_reader.h"
#include "core/base/error.h"
#include "core/base/openssl_check.h"
#include "core/crypto/public_key.h"
#include "core/x509/name_attributes.h"

#include <openssl/objects.h>
#include <openssl/pem.h>

#include <algorithm>
#include <utility>

namespace certwright::x509 {

using base::Error;
using base::ErrorKind;
using base::Handle;

std::string pemOf(const char* label, base::BytesView der) {
    return printedText(
        [label, der](BIO* bio) { return PEM_write_bio(bio, label, "", der.data(), static_cast<long>(der.size())); });
}

PemContent pemContent(std::string_view pem, const char* label, const char* what) {
    base::clearQueue();
    const Handle<BIO> bio(base::check(BIO_new_mem_buf(pem.data(), base::intSize(pem.size())), "make a buffer"));
    // Without a callback OpenSSL would ask on the terminal for the passphrase of an encrypted block.
    const auto noPassphrase = [](char*, int, int, void*) { return -1; };
    unsigned char* data = nullptr;
    long length = 0;
    char* name = nullptr;
    base::check(PEM_bytes_read_bio(&data, &length, &name, label, bio.get(), noPassphrase, nullptr),
                std::string("find ") + what + " in the PEM text", ErrorKind::BadInput);
    const base::OpensslMemory<unsigned char> dataOwner(data);
    const base::OpensslMemory<char> nameOwner(name);
    return {name, base::Bytes(data, data + length)};
}

std::string printedText(const std::function<int(BIO*)>& print) {
    const Handle<BIO> bio(base::check(BIO_new(BIO_s_mem()), "make a buffer"));
    base::check(print(bio.get()), "write it as text");
    base::clearQueue();
    char* text = nullptr;
    const long length = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(length)};
}

std::string algorithmName(const X509_ALGOR* algorithm) {
    const ASN1_OBJECT* object = nullptr;
    X509_ALGOR_get0(&object, nullptr, nullptr, algorithm);
    const int nid = OBJ_obj2nid(object);
    if (nid != NID_undef)
        return OBJ_nid2ln(nid);
    return crypto::algorithmType(dottedOid(object));
}

Handle<ASN1_OBJECT> objectOf(std::string_view text) {
    // OpenSSL would read up to a zero and no further.
    if (text.find('\0') != std::string_view::npos)
        return nullptr;
    Handle<ASN1_OBJECT> object(OBJ_txt2obj(std::string(text).c_str(), 0));
    base::clearQueue();
    return object && OBJ_length(object.get()) != 0 ? std::move(object) : nullptr;
}

std::string ia5Text(base::BytesView octets) {
    auto text = base::stringText({base::der::Utf8String, octets, octets});
    return text ? *text : base::stringText({base::der::T61String, octets, octets}).value_or(std::string());
}

std::optional<base::Time> timeOfNative(const ASN1_TIME* time) noexcept {
    if (time == nullptr)
        return std::nullopt;
    const unsigned char* data = ASN1_STRING_get0_data(time);
    const auto length = static_cast<std::size_t>(std::max(ASN1_STRING_length(time), 0));
    const base::BytesView octets{data, length};
    return base::timeOf({static_cast<std::uint8_t>(ASN1_STRING_type(time)), octets, octets});
}

Handle<ASN1_TIME> timeToNative(base::Time time) {
    constexpr base::Time first = std::chrono::sys_days{std::chrono::January / 1 / 0};
    constexpr base::Time behind = std::chrono::sys_days{std::chrono::January / 1 / 10000};
    if (time < first || time >= behind)
        throw Error(ErrorKind::BadInput, "A certificate's dates lie in the years 0 to 9999");
    Handle<ASN1_TIME> native(base::check(ASN1_TIME_new(), "make a time"));
    // ASN1_TIME_set_string_X509 picks UTCTime or GeneralizedTime as RFC 5280 demands.
    base::check(ASN1_TIME_set_string_X509(native.get(), base::toGeneralizedTime(time).c_str()), "make a time",
                ErrorKind::BadInput);
    return native;
}

} // namespace certwright::x509
