#include "core/formats/signed_and_enveloped.h"

#include "core/base/der_reader.h"
#include "core/base/der_writer.h"
#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"

#include <openssl/pkcs7.h>

#include <array>
#include <utility>

namespace certwright::formats {

using base::BytesView;
using base::Error;
using base::ErrorKind;
using base::Handle;
namespace der = base::der;

namespace {

Error damagedError() {
    return Error(ErrorKind::BadInput, "The signed and encrypted message is damaged",
                 "Get the file again from where it came from.", base::drainQueue());
}

Handle<PKCS7> parse(const CmsMessage& message) {
    const base::Bytes whole = message.toDer();
    base::clearQueue();
    const unsigned char* position = whole.data();
    Handle<PKCS7> parsed(d2i_PKCS7(nullptr, &position, base::longSize(whole.size())));
    if (!parsed || !PKCS7_type_is_signedAndEnveloped(parsed.get()) || parsed->d.signed_and_enveloped == nullptr)
        throw damagedError();
    return parsed;
}

base::Bytes encodedName(const PKCS7_ISSUER_AND_SERIAL* who) {
    unsigned char* name = nullptr;
    unsigned char* number = nullptr;
    const int nameLength = i2d_X509_NAME(who->issuer, &name);
    const base::OpensslMemory<unsigned char> nameOwner(name);
    const int numberLength = i2d_ASN1_INTEGER(who->serial, &number);
    const base::OpensslMemory<unsigned char> numberOwner(number);
    base::check(nameLength, "read the recipients");
    base::check(numberLength, "read the recipients");
    base::Bytes out(name, name + nameLength);
    out.insert(out.end(), number, number + numberLength);
    return out;
}

} // namespace

std::vector<EnvelopedKey> envelopedKeys(const CmsMessage& message) {
    const Handle<PKCS7> parsed = parse(message);
    std::vector<EnvelopedKey> out;
    const STACK_OF(PKCS7_RECIP_INFO)* infos = parsed->d.signed_and_enveloped->recipientinfo;
    for (int i = 0; i < sk_PKCS7_RECIP_INFO_num(infos); ++i) {
        const PKCS7_RECIP_INFO* info = sk_PKCS7_RECIP_INFO_value(infos, i);
        const ASN1_OCTET_STRING* encrypted = info->enc_key;
        out.push_back(
            {signerNamed(info->issuer_and_serial->issuer, info->issuer_and_serial->serial, nullptr),
             encodedName(info->issuer_and_serial),
             {ASN1_STRING_get0_data(encrypted), ASN1_STRING_get0_data(encrypted) + ASN1_STRING_length(encrypted)}});
    }
    return out;
}

base::Bytes openSignedAndEnveloped(const CmsMessage& message, EVP_PKEY* key) {
    const Handle<PKCS7> parsed = parse(message);
    const PKCS7_ENC_CONTENT* content = parsed->d.signed_and_enveloped->enc_data;
    if (content == nullptr || content->enc_data == nullptr)
        throw Error(ErrorKind::Unsupported, "The encrypted content is not in the message");
    const Handle<BIO> plain(PKCS7_dataDecode(parsed.get(), key, nullptr, nullptr));
    if (!plain) {
        auto stack = base::drainQueue();
        const bool isMissing = base::kindOf(stack, ErrorKind::BadInput) == ErrorKind::Unsupported;
        throw isMissing ? Error(ErrorKind::Unsupported, "The message is encrypted by a cipher that is not offered here",
                                "Use an OpenSSL that has it.", std::move(stack))
                        : damagedError();
    }
    base::Bytes out;
    out.reserve(static_cast<std::size_t>(ASN1_STRING_length(content->enc_data))); // no copy is left behind by growing
    std::array<unsigned char, 16384> buffer{};
    int count = 0;
    while ((count = BIO_read(plain.get(), buffer.data(), static_cast<int>(buffer.size()))) > 0)
        out.insert(out.end(), buffer.begin(), buffer.begin() + count);
    OPENSSL_cleanse(buffer.data(), buffer.size());
    if (count < 0 || BIO_get_cipher_status(plain.get()) <= 0) {
        wipe(out);
        throw damagedError();
    }
    base::clearQueue();
    return out;
}

CmsMessage asSignedMessage(const CmsMessage& message, BytesView content) {
    const Handle<PKCS7> parsed = parse(message);
    unsigned char* encoded = nullptr;
    const int length = i2d_PKCS7(parsed.get(), &encoded);
    base::check(length, "read the message", ErrorKind::BadInput);
    const base::OpensslMemory<unsigned char> owner(encoded);

    base::DerReader file({encoded, static_cast<std::size_t>(length)});
    const auto info = file.expect(der::Sequence);
    base::DerReader parts(info ? info->content : BytesView());
    parts.expect(der::Oid);
    const auto wrapped = parts.expect(der::contextConstructed(0));
    base::DerReader inner(wrapped ? wrapped->content : BytesView());
    const auto both = inner.expect(der::Sequence);
    base::DerReader fields(both ? both->content : BytesView());
    const auto version = fields.expect(der::Integer);
    fields.expect(der::Set); // the recipients
    const auto digests = fields.expect(der::Set);
    const auto encrypted = fields.expect(der::Sequence);
    const auto certificates = fields.optional(der::contextConstructed(0));
    const auto crls = fields.optional(der::contextConstructed(1));
    const auto signers = fields.expect(der::Set);
    base::DerReader inEncrypted(encrypted ? encrypted->content : BytesView());
    const auto type = inEncrypted.expect(der::Oid);
    if (!version || !digests || !signers || !type || fields.hasFailed())
        throw damagedError();

    base::Bytes octets = base::derElement(der::OctetString, content);
    base::Bytes explicitOctets = base::derElement(der::contextConstructed(0), octets);
    base::Bytes contentInfo = base::derSequence({type->whole, explicitOctets});
    base::Bytes signedData = base::derSequence({version->whole, digests->whole, contentInfo,
                                                certificates ? certificates->whole : BytesView(),
                                                crls ? crls->whole : BytesView(), signers->whole});
    base::Bytes explicitData = base::derElement(der::contextConstructed(0), signedData);
    base::Bytes whole = base::derSequence({base::derOid("1.2.840.113549.1.7.2"), explicitData});
    CmsMessage out = CmsMessage::fromDer(whole);
    for (base::Bytes* copy : {&octets, &explicitOctets, &contentInfo, &signedData, &explicitData, &whole})
        wipe(*copy);
    return out;
}

} // namespace certwright::formats
