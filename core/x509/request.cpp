#include "core/x509/request.h"

#include "core/base/error.h"
#include "core/base/openssl_check.h"
#include "core/base/outcome.h"
#include "core/crypto/digest.h"
#include "core/x509/name_attributes.h"
#include "core/x509/name_text.h"
#include "core/x509/native_text.h"
#include "core/x509/signing.h"

#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <utility>

namespace certwright::x509 {

using base::Error;
using base::ErrorKind;
using base::Handle;

namespace {

struct ExtensionStackDeleter {
    void operator()(STACK_OF(X509_EXTENSION) * stack) const noexcept {
        sk_X509_EXTENSION_pop_free(stack, X509_EXTENSION_free);
    }
};
using ExtensionStack = std::unique_ptr<STACK_OF(X509_EXTENSION), ExtensionStackDeleter>;

struct AttributeDeleter {
    void operator()(X509_ATTRIBUTE* attribute) const noexcept { X509_ATTRIBUTE_free(attribute); }
};

constexpr std::ptrdiff_t MaximumChallenge = 255; // pkcs-9-ub-challengePassword, in characters

std::vector<Extension> requestedExtensions(X509_REQ* request) {
    const ExtensionStack stack(X509_REQ_get_extensions(request));
    base::clearQueue();
    return extensionsOf(stack.get());
}

std::string attributeValueText(const ASN1_TYPE* value) {
    if (value->type == V_ASN1_UTF8STRING || value->type == V_ASN1_NUMERICSTRING ||
        value->type == V_ASN1_PRINTABLESTRING || value->type == V_ASN1_T61STRING || value->type == V_ASN1_IA5STRING ||
        value->type == V_ASN1_VISIBLESTRING || value->type == V_ASN1_UNIVERSALSTRING ||
        value->type == V_ASN1_BMPSTRING) {
        if (auto text = stringValue(value->value.asn1_string))
            return std::move(*text);
    }
    unsigned char* buffer = nullptr;
    const int length = i2d_ASN1_TYPE(value, &buffer);
    base::clearQueue();
    if (length <= 0)
        return {};
    const base::OpensslMemory<unsigned char> owner(buffer);
    return base::toHex({buffer, static_cast<std::size_t>(length)});
}

std::string attributeText(X509_ATTRIBUTE* attribute) {
    std::string out;
    for (int i = 0; i < X509_ATTRIBUTE_count(attribute); ++i) {
        if (i > 0)
            out += ", ";
        out += attributeValueText(X509_ATTRIBUTE_get0_type(attribute, i));
    }
    return out;
}

} // namespace

struct Request::Data {
    Handle<X509_REQ> native;
    base::Bytes der;
    std::string sha256;
    crypto::PublicKey publicKey;
    std::vector<Extension> extensions;
    std::vector<GeneralName> subjectAltNames;

    Data(Handle<X509_REQ> request, base::Bytes encoding)
        : native(std::move(request))
        , der(std::move(encoding))
        , sha256(base::toHex(crypto::sha256(der)))
        , publicKey(crypto::PublicKey::share(X509_REQ_get_X509_PUBKEY(native.get())))
        , extensions(requestedExtensions(native.get())) {
        if (const Extension* altNames = findExtension(extensions, oids::SubjectAltName)) {
            const auto names = base::outcomeOf([altNames] { return generalNamesFromDer(altNames->value()); });
            if (names)
                subjectAltNames = *names;
        }
    }
};

Request::Request(std::shared_ptr<const Data> data)
    : m_data(std::move(data)) {}

Request Request::fromDer(base::BytesView der) {
    base::clearQueue();
    const unsigned char* position = der.data();
    Handle<X509_REQ> native(base::check(d2i_X509_REQ(nullptr, &position, base::longSize(der.size())),
                                        "read the request", ErrorKind::BadInput));
    if (position != der.data() + der.size())
        throw Error(ErrorKind::BadInput, "There are more bytes behind the request");
    return Request(std::make_shared<const Data>(std::move(native), base::toBytes(der)));
}

Request Request::fromPem(std::string_view pem) {
    return fromDer(pemContent(pem, PEM_STRING_X509_REQ, "a request").der);
}

Request Request::adopt(Handle<X509_REQ> native) {
    unsigned char* buffer = nullptr;
    const int length = i2d_X509_REQ(native.get(), &buffer);
    base::check(length, "encode the request");
    const base::OpensslMemory<unsigned char> owner(buffer);
    return Request(std::make_shared<const Data>(std::move(native), base::Bytes(buffer, buffer + length)));
}

int Request::version() const noexcept {
    return static_cast<int>(X509_REQ_get_version(m_data->native.get())) + 1;
}

Name Request::subject() const {
    return Name::share(X509_REQ_get_subject_name(m_data->native.get()));
}

const crypto::PublicKey& Request::publicKey() const noexcept {
    return m_data->publicKey;
}

std::string Request::signatureAlgorithm() const {
    const X509_ALGOR* algorithm = nullptr;
    X509_REQ_get0_signature(m_data->native.get(), nullptr, &algorithm);
    return algorithmName(algorithm);
}

std::optional<bool> Request::isSignatureValid() const {
    if (!m_data->publicKey.isUsable())
        return std::nullopt;
    base::clearQueue();
    const int result = X509_REQ_verify(m_data->native.get(), m_data->publicKey.native());
    const auto stack = base::drainQueue();
    if (result == 1)
        return true;
    if (base::kindOf(stack, ErrorKind::BadInput) == ErrorKind::Unsupported)
        return std::nullopt;
    return false;
}

bool Request::isSignedBy(const crypto::PublicKey& key) const {
    const int result = X509_REQ_verify(m_data->native.get(), key.native());
    base::clearQueue();
    return result == 1;
}

const std::vector<Extension>& Request::extensions() const noexcept {
    return m_data->extensions;
}

const std::vector<GeneralName>& Request::subjectAltNames() const noexcept {
    return m_data->subjectAltNames;
}

std::vector<RequestAttribute> Request::attributes() const {
    std::vector<RequestAttribute> out;
    const int count = X509_REQ_get_attr_count(m_data->native.get());
    for (int i = 0; i < count; ++i) {
        X509_ATTRIBUTE* attribute = X509_REQ_get_attr(m_data->native.get(), i);
        const ASN1_OBJECT* object = X509_ATTRIBUTE_get0_object(attribute);
        const int nid = OBJ_obj2nid(object);
        if (X509_REQ_extension_nid(nid) == 1)
            continue;
        const std::string oid = dottedOid(object);
        out.push_back({oid, nid == NID_undef ? oid : std::string(OBJ_nid2sn(nid)), attributeText(attribute)});
    }
    return out;
}

const base::Bytes& Request::der() const noexcept {
    return m_data->der;
}

std::string Request::toPem() const {
    return pemOf(PEM_STRING_X509_REQ, m_data->der);
}

std::string Request::toText() const {
    return printedText(
        [this](BIO* bio) { return X509_REQ_print_ex(bio, m_data->native.get(), ReadableNames, X509_FLAG_COMPAT); });
}

const std::string& Request::sha256() const noexcept {
    return m_data->sha256;
}

X509_REQ* Request::native() const noexcept {
    return m_data->native.get();
}

bool Request::operator==(const Request& other) const noexcept {
    return m_data == other.m_data || m_data->der == other.m_data->der;
}

RequestBuilder::RequestBuilder()
    : m_request(base::check(X509_REQ_new(), "make a request")) {
    // RFC 2986 4.1: the version is 0, which people call 1.
    base::check(X509_REQ_set_version(m_request.get(), X509_REQ_VERSION_1), "set the version");
}

RequestBuilder& RequestBuilder::setVersion(int version) {
    if (version != 1)
        throw Error(ErrorKind::BadInput, "A request has version 1, not " + std::to_string(version));
    return *this;
}

RequestBuilder& RequestBuilder::setPublicKey(const crypto::PublicKey& key) {
    base::check(X509_REQ_set_pubkey(m_request.get(), key.native()), "set the public key");
    return *this;
}

RequestBuilder& RequestBuilder::setSubject(const Name& subject) {
    base::check(X509_REQ_set_subject_name(m_request.get(), subject.native()), "set the subject");
    return *this;
}

RequestBuilder& RequestBuilder::addExtension(const Extension& extension) {
    const auto present = std::find_if(m_extensions.begin(), m_extensions.end(),
                                      [&extension](const Extension& other) { return other.oid() == extension.oid(); });
    if (present == m_extensions.end())
        m_extensions.push_back(extension);
    else
        *present = extension;
    return *this;
}

RequestBuilder& RequestBuilder::setChallenge(std::string_view challenge) {
    const auto characters = std::count_if(challenge.begin(), challenge.end(),
                                          [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
    if (characters > MaximumChallenge)
        throw Error(ErrorKind::BadInput, "The challenge password is longer than 255 characters (RFC 2985 5.4.1)");
    base::clearQueue();
    const std::unique_ptr<X509_ATTRIBUTE, AttributeDeleter> attribute(
        base::check(X509_ATTRIBUTE_create_by_NID(nullptr, NID_pkcs9_challengePassword, MBSTRING_UTF8,
                                                 base::bytesOf(challenge).data(), base::intSize(challenge.size())),
                    "set the challenge password", ErrorKind::BadInput));
    const int present = X509_REQ_get_attr_by_NID(m_request.get(), NID_pkcs9_challengePassword, -1);
    if (present >= 0)
        X509_ATTRIBUTE_free(X509_REQ_delete_attr(m_request.get(), present));
    base::check(X509_REQ_add1_attr(m_request.get(), attribute.get()), "set the challenge password");
    return *this;
}

Request RequestBuilder::sign(const crypto::PrivateKey& key, std::string_view digest, crypto::RsaPadding padding) {
    const EVP_PKEY* chosen = X509_REQ_get0_pubkey(m_request.get());
    base::clearQueue();
    if (chosen != nullptr && EVP_PKEY_eq(chosen, key.native()) != 1)
        throw Error(ErrorKind::NotAllowed, "The request is for another key than the one that is to sign it");
    // Not X509_REQ_dup(): that encodes the request, which is not possible before it has a key.
    const Handle<X509_REQ> copy(base::check(X509_REQ_new(), "copy the request"));
    base::check(X509_REQ_set_version(copy.get(), X509_REQ_get_version(m_request.get())), "copy the request");
    base::check(X509_REQ_set_subject_name(copy.get(), X509_REQ_get_subject_name(m_request.get())), "copy the request");
    for (int i = 0; i < X509_REQ_get_attr_count(m_request.get()); ++i)
        base::check(X509_REQ_add1_attr(copy.get(), X509_REQ_get_attr(m_request.get(), i)), "copy the request");
    base::check(X509_REQ_set_pubkey(copy.get(), key.native()), "set the public key");
    if (!m_extensions.empty()) {
        const ExtensionStack stack(base::check(sk_X509_EXTENSION_new_null(), "add the extensions"));
        for (const Extension& extension : m_extensions) {
            Handle<X509_EXTENSION> native = extension.toNative();
            base::check(sk_X509_EXTENSION_push(stack.get(), native.get()), "add the extensions");
            native.release();
        }
        base::check(X509_REQ_add_extensions(copy.get(), stack.get()), "add the extensions");
    }
    const Handle<EVP_MD_CTX> context = signingContext(key, digest, padding);
    checkSigned(X509_REQ_sign_ctx(copy.get(), context.get()), "the request", digest);
    if (!digest.empty()) // the natural one can always be verified
        checkVerified(X509_REQ_verify(copy.get(), key.native()), "the request", digest);
    unsigned char* buffer = nullptr;
    const int length = i2d_X509_REQ(copy.get(), &buffer);
    base::check(length, "encode the request");
    const base::OpensslMemory<unsigned char> owner(buffer);
    return Request::fromDer({buffer, static_cast<std::size_t>(length)});
}

} // namespace certwright::x509
