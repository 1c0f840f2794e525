#include "core/formats/cms_message.h"

#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"
#include "core/formats/pem.h"

#include <openssl/objects.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <utility>

namespace certwright::formats {

using base::BytesView;
using base::Error;
using base::ErrorKind;
using base::Handle;

namespace {

[[noreturn]] void throwDamaged() {
    throw Error(ErrorKind::BadInput, "The PKCS#7 message is damaged", "Get the file again from where it came from.",
                base::drainQueue());
}

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// The lower-case value of "Content-Type:" in the head of a mail; empty when there is none, or it is no head.
std::string contentType(std::string_view text) {
    constexpr std::size_t MaxHead = 256UL * 1024;
    constexpr std::string_view Field = "content-type:";
    std::string head(text.substr(0, MaxHead));
    std::transform(head.begin(), head.end(), head.begin(), lower);
    std::size_t start = 0;
    while (start < head.size()) {
        std::size_t end = std::min(head.find('\n', start), head.size());
        const std::string_view line = std::string_view(head).substr(start, end - start);
        if (line.empty() || line == "\r")
            return {};
        if (line.starts_with(Field))
            return std::string(line.substr(Field.size()));
        // A field, its continuation, or the line in front that a mailbox file has.
        if (line.find(':') == std::string_view::npos && line[0] != ' ' && line[0] != '\t' && !line.starts_with("from "))
            return {};
        start = end + 1;
    }
    return {};
}

bool isSmimeType(const std::string& type) {
    return std::ranges::any_of(std::array{"multipart/signed", "application/pkcs7-mime", "application/x-pkcs7-mime",
                                          "application/pkcs7-signature", "application/x-pkcs7-signature"},
                               [&type](const char* known) { return type.find(known) != std::string::npos; });
}

} // namespace

CmsMessage CmsMessage::adopt(CMS_ContentInfo* message) {
    return CmsMessage(message);
}

CmsMessage CmsMessage::fromDer(BytesView der) {
    base::clearQueue();
    const unsigned char* position = der.data();
    CMS_ContentInfo* message = d2i_CMS_ContentInfo(nullptr, &position, base::longSize(der.size()));
    if (message == nullptr)
        throwDamaged();
    return CmsMessage(message);
}

std::optional<CmsMessage> CmsMessage::fromSmime(std::string_view text) {
    const std::string type = contentType(text);
    if (!isSmimeType(type))
        return std::nullopt;
    base::clearQueue();
    const Handle<BIO> in = readingBio(base::bytesOf(text));
    BIO* content = nullptr;
    CMS_ContentInfo* native = SMIME_read_CMS(in.get(), &content);
    const Handle<BIO> owner(content);
    if (native == nullptr) {
        // What else is sent as multipart/signed, or as application/pkcs7-mime with a message of another kind.
        if (type.find("multipart") != std::string::npos && type.find("pgp-signature") != std::string::npos)
            throw Error(ErrorKind::Unsupported, "This mail is signed by OpenPGP, not by S/MIME", "Use GnuPG for it.",
                        base::drainQueue());
        throw Error(ErrorKind::BadInput, "The S/MIME message is damaged", "Save the whole mail again, with its head.",
                    base::drainQueue());
    }
    CmsMessage message(native);
    if (content != nullptr)
        message.m_detachedContent = base::toBytes(writtenTo(content));
    return message;
}

CmsMessage CmsMessage::load(BytesView file) {
    const std::string_view text = base::textOf(file);
    if (!file.empty() && file.front() == 0x30)
        return fromDer(file);
    if (looksLikePem(text)) {
        PemScanner scanner(text);
        while (const auto block = scanner.next()) {
            if (block->label != "PKCS7" && block->label != "CMS" && block->label != "PKCS #7 SIGNED DATA")
                continue;
            if (block->error)
                throw Error(*block->error);
            return fromDer(block->der);
        }
    }
    if (auto message = fromSmime(text))
        return std::move(*message);
    if (const auto der = base::fromBase64(text); der && !der->empty())
        return fromDer(*der);
    throw Error(ErrorKind::BadInput, "There is no PKCS#7 or CMS message in it",
                "Known are DER, PEM, S/MIME and base64; certwright-cli show tells what it is.");
}

int CmsMessage::typeNid() const noexcept {
    return OBJ_obj2nid(CMS_get0_type(native()));
}

int CmsMessage::contentTypeNid() const noexcept {
    const ASN1_OBJECT* type = CMS_get0_eContentType(native());
    base::clearQueue();
    return type == nullptr ? NID_undef : OBJ_obj2nid(type);
}

bool CmsMessage::isTimestamp() const noexcept {
    return typeNid() == NID_pkcs7_signed && contentTypeNid() == NID_id_smime_ct_TSTInfo;
}

std::string CmsMessage::typeName() const {
    return shortName(CMS_get0_type(native()));
}

bool CmsMessage::hasContent() const noexcept {
    ASN1_OCTET_STRING** content = CMS_get0_content(native());
    const bool isThere = content != nullptr && *content != nullptr;
    base::clearQueue();
    return isThere;
}

BytesView CmsMessage::embeddedContent() const {
    if (!hasContent())
        throw Error(ErrorKind::BadInput, "The message has no content in it");
    const ASN1_OCTET_STRING* content = *CMS_get0_content(native());
    return {ASN1_STRING_get0_data(content), static_cast<std::size_t>(ASN1_STRING_length(content))};
}

base::Bytes CmsMessage::toDer() const {
    unsigned char* out = nullptr;
    const int length = i2d_CMS_ContentInfo(native(), &out);
    base::check(length, "encode the message");
    const base::OpensslMemory<unsigned char> owner(out);
    return {out, out + length};
}

base::Bytes CmsMessage::encode(CmsEncoding encoding) const {
    if (encoding == CmsEncoding::Der)
        return toDer();
    if (encoding == CmsEncoding::Pem) {
        const bool isPkcs7 = typeNid() >= NID_pkcs7_data && typeNid() <= NID_pkcs7_encrypted;
        return base::toBytes(base::bytesOf(toPem(isPkcs7 ? "PKCS7" : "CMS", toDer())));
    }
    const Handle<BIO> out(base::check(BIO_new(BIO_s_mem()), "write the message"));
    base::check(SMIME_write_CMS(out.get(), native(), nullptr, 0), "write the message as S/MIME");
    return base::toBytes(writtenTo(out.get()));
}

CertificateStack stackOf(const std::vector<x509::Certificate>& certificates) {
    CertificateStack stack(base::check(sk_X509_new_null(), "list the certificates"));
    for (const x509::Certificate& certificate : certificates) {
        base::check(X509_up_ref(certificate.native()), "list the certificates");
        Handle<X509> shared(certificate.native());
        base::check(sk_X509_push(stack.get(), shared.get()), "list the certificates");
        shared.release();
    }
    return stack;
}

std::string dottedOid(const ASN1_OBJECT* object) {
    std::array<char, 128> text{};
    OBJ_obj2txt(text.data(), text.size(), object, 1);
    return text.data();
}

std::string shortName(const ASN1_OBJECT* object) {
    const int nid = OBJ_obj2nid(object);
    return nid == NID_undef ? dottedOid(object) : OBJ_nid2sn(nid);
}

Pkcs7Signer signerNamed(const X509_NAME* issuer, const ASN1_INTEGER* serial, const ASN1_OCTET_STRING* keyId) {
    Pkcs7Signer who;
    if (keyId != nullptr) {
        who.subjectKeyId =
            base::toHex({ASN1_STRING_get0_data(keyId), static_cast<std::size_t>(ASN1_STRING_length(keyId))});
    }
    if (issuer != nullptr)
        who.issuer = x509::Name::share(issuer).toRfc2253();
    if (serial != nullptr)
        who.serial = x509::Serial::share(serial).toHex();
    return who;
}

std::vector<base::Bytes> timestampTokensOf(const CMS_SignerInfo* info) {
    constexpr std::size_t MaxTokens = 16;
    std::vector<base::Bytes> out;
    for (int place = -1; out.size() < MaxTokens;) {
        place = CMS_unsigned_get_attr_by_NID(info, NID_id_smime_aa_timeStampToken, place);
        if (place < 0)
            break;
        X509_ATTRIBUTE* attribute = CMS_unsigned_get_attr(info, place);
        for (int i = 0; i < X509_ATTRIBUTE_count(attribute) && out.size() < MaxTokens; ++i) {
            const ASN1_TYPE* value = X509_ATTRIBUTE_get0_type(attribute, i);
            if (value == nullptr || value->type != V_ASN1_SEQUENCE) {
                out.emplace_back();
                continue;
            }
            const ASN1_STRING* token = value->value.sequence;
            out.emplace_back(ASN1_STRING_get0_data(token), ASN1_STRING_get0_data(token) + ASN1_STRING_length(token));
        }
    }
    base::clearQueue();
    return out;
}

Pkcs7Signer signerOf(CMS_SignerInfo* info) {
    Pkcs7Signer signer;
    ASN1_OCTET_STRING* keyId = nullptr;
    X509_NAME* issuer = nullptr;
    ASN1_INTEGER* serial = nullptr;
    if (CMS_SignerInfo_get0_signer_id(info, &keyId, &issuer, &serial) == 1)
        signer = signerNamed(issuer, serial, keyId);
    X509_ALGOR* digest = nullptr;
    CMS_SignerInfo_get0_algs(info, nullptr, nullptr, &digest, nullptr);
    if (digest != nullptr)
        signer.digest = shortName(digest->algorithm);
    return signer;
}

std::string displayText(const Pkcs7Signer& who) {
    return who.subjectKeyId.empty() ? "serial " + who.serial + " of " + who.issuer
                                    : "key identifier " + who.subjectKeyId;
}

base::Bytes withMailLineEnds(BytesView text) {
    base::Bytes out;
    out.reserve(text.size() + text.size() / 32);
    std::uint8_t previous = 0;
    for (const std::uint8_t octet : text) {
        if (octet == '\n' && previous != '\r')
            out.push_back('\r');
        out.push_back(octet);
        previous = octet;
    }
    return out;
}

base::Bytes withTextHead(BytesView text) {
    base::Bytes out = base::toBytes(base::bytesOf("Content-Type: text/plain\r\n\r\n"));
    const base::Bytes lines = withMailLineEnds(text);
    out.insert(out.end(), lines.begin(), lines.end());
    return out;
}

base::Bytes withoutTextHead(BytesView content) {
    base::clearQueue();
    const Handle<BIO> in = readingBio(content);
    const Handle<BIO> out(base::check(BIO_new(BIO_s_mem()), "read the text"));
    if (SMIME_text(in.get(), out.get()) != 1)
        throw Error(ErrorKind::BadInput, "The content does not start with the MIME head of plain text",
                    "Take the content as it is, without --text.", base::drainQueue());
    return base::toBytes(writtenTo(out.get()));
}

void wipe(base::Bytes& content) noexcept {
    OPENSSL_cleanse(content.data(), content.size());
}

base::Handle<BIO> readingBio(BytesView bytes) {
    return base::Handle<BIO>(base::check(
        BIO_new_mem_buf(bytes.empty() ? static_cast<const void*>("") : bytes.data(), base::intSize(bytes.size())),
        "read from memory"));
}

BytesView writtenTo(BIO* bio) noexcept {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return {reinterpret_cast<const std::uint8_t*>(data), size > 0 ? static_cast<std::size_t>(size) : 0};
}

} // namespace certwright::formats
