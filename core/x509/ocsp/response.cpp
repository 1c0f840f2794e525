#include "core/x509/ocsp/response.h"

#include "core/base/der_reader.h"
#include "core/base/openssl_check.h"
#include "core/x509/name_attributes.h"
#include "core/x509/native_text.h"
#include "core/x509/ocsp/handle.h"

#include <openssl/objects.h>

#include <array>
#include <utility>

namespace certwright::x509 {

namespace {

using base::Error;
using base::ErrorKind;
using base::Handle;

std::string responseStatusText(int status) {
    // RFC 6960 4.2.1
    switch (status) {
    case OCSP_RESPONSE_STATUS_SUCCESSFUL:
        return "successful";
    case OCSP_RESPONSE_STATUS_MALFORMEDREQUEST:
        return "malformedRequest";
    case OCSP_RESPONSE_STATUS_INTERNALERROR:
        return "internalError";
    case OCSP_RESPONSE_STATUS_TRYLATER:
        return "tryLater";
    case OCSP_RESPONSE_STATUS_SIGREQUIRED:
        return "sigRequired";
    case OCSP_RESPONSE_STATUS_UNAUTHORIZED:
        return "unauthorized";
    default:
        return "status " + std::to_string(status);
    }
}

base::Bytes octetsOf(const ASN1_STRING* string) {
    const unsigned char* data = ASN1_STRING_get0_data(string);
    return {data, data + ASN1_STRING_length(string)};
}

std::string digestName(const ASN1_OBJECT* object) {
    const int nid = OBJ_obj2nid(object);
    return nid == NID_undef ? dottedOid(object) : std::string(OBJ_nid2sn(nid));
}

std::optional<RevocationReason> reasonOf(int number) {
    // RFC 5280 5.3.1: 7 is not used.
    if (number < 0 || number > static_cast<int>(RevocationReason::AaCompromise) || number == 7)
        return std::nullopt;
    return static_cast<RevocationReason>(number);
}

OcspCertId idOf(const OCSP_SINGLERESP* single) {
    ASN1_OCTET_STRING* name = nullptr;
    ASN1_OBJECT* digest = nullptr;
    ASN1_OCTET_STRING* key = nullptr;
    ASN1_INTEGER* serial = nullptr;
    // The accessor takes no const; it only gives out pointers.
    auto* id = const_cast<OCSP_CERTID*>(OCSP_SINGLERESP_get0_id(single));
    base::check(OCSP_id_get0_info(&name, &digest, &key, &serial, id), "read the OCSP response", ErrorKind::BadInput);
    return {digestName(digest), octetsOf(name), octetsOf(key), Serial::share(serial)};
}

OcspAnswer answerOf(OCSP_SINGLERESP* single) {
    OcspAnswer answer;
    answer.id = idOf(single);
    int reason = -1;
    ASN1_GENERALIZEDTIME* revokedAt = nullptr;
    ASN1_GENERALIZEDTIME* thisUpdate = nullptr;
    ASN1_GENERALIZEDTIME* nextUpdate = nullptr;
    const int status = OCSP_single_get0_status(single, &reason, &revokedAt, &thisUpdate, &nextUpdate);
    answer.thisUpdate = timeOfNative(thisUpdate);
    answer.nextUpdate = timeOfNative(nextUpdate);
    if (status == V_OCSP_CERTSTATUS_GOOD) {
        answer.status = OcspStatus::Good;
    } else if (status == V_OCSP_CERTSTATUS_REVOKED) {
        answer.status = OcspStatus::Revoked;
        answer.revokedAt = timeOfNative(revokedAt);
        answer.reason = reasonOf(reason);
    }
    return answer;
}

/// The octets of the nonce. Responders of old put them into the extension without a string around (RFC 2560 4.4.1).
base::Bytes nonceOf(const X509_EXTENSION* extension) {
    // The accessor takes no const in OpenSSL 3.0; it only gives out a pointer.
    const base::Bytes value = octetsOf(X509_EXTENSION_get_data(const_cast<X509_EXTENSION*>(extension)));
    base::DerReader reader(value);
    const auto string = reader.optional(base::der::OctetString);
    return string && reader.atEnd() ? base::toBytes(string->content) : value;
}

/// Worse means: less of a reason to rely on the certificate.
int rankOf(OcspStatus status) noexcept {
    return status == OcspStatus::Good ? 0 : status == OcspStatus::Unknown ? 1 : 2;
}

base::Bytes keySha1(const Certificate& certificate) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    base::check(X509_pubkey_digest(certificate.native(), EVP_sha1(), digest.data(), &length), "digest a key");
    return {digest.begin(), digest.begin() + length};
}

} // namespace

std::string_view toString(OcspStatus status) noexcept {
    switch (status) {
    case OcspStatus::Good:
        return "good";
    case OcspStatus::Revoked:
        return "revoked";
    case OcspStatus::Unknown:
        return "unknown";
    }
    return "unknown";
}

std::optional<OcspCertId> OcspCertId::of(const Certificate& certificate, const Certificate& issuer,
                                         const std::string& digest) {
    const EVP_MD* md = EVP_get_digestbyname(digest.c_str());
    if (md == nullptr)
        return std::nullopt;
    std::array<unsigned char, EVP_MAX_MD_SIZE> octets{};
    unsigned int length = 0;
    OcspCertId id;
    id.digest = digest;
    if (X509_NAME_digest(X509_get_issuer_name(certificate.native()), md, octets.data(), &length) != 1)
        return std::nullopt;
    id.nameHash.assign(octets.begin(), octets.begin() + length);
    if (X509_pubkey_digest(issuer.native(), md, octets.data(), &length) != 1)
        return std::nullopt;
    id.keyHash.assign(octets.begin(), octets.begin() + length);
    id.serial = Serial::share(X509_get0_serialNumber(certificate.native()));
    return id;
}

struct OcspResponse::Data {
    base::Bytes der;
    std::string responseStatus;
    Handle<OCSP_BASICRESP> basic; ///< null unless successful
    std::optional<base::Time> producedAt;
    const X509_NAME* responderName = nullptr; ///< inside `basic`
    base::Bytes responderKey;
    std::string responder;
    std::vector<Certificate> certificates;
    std::vector<OcspAnswer> answers;
    std::optional<base::Bytes> nonce;
    std::string unknownCriticalExtension;

    void readBasic();
    void readResponder();
    void readExtensions();
    void noteCritical(X509_EXTENSION* extension);
};

void OcspResponse::Data::readResponder() {
    const ASN1_OCTET_STRING* key = nullptr;
    base::check(OCSP_resp_get0_id(basic.get(), &key, &responderName), "read the OCSP response", ErrorKind::BadInput);
    if (responderName != nullptr) {
        responder = Name::share(responderName).toRfc2253();
    } else {
        responderKey = octetsOf(key);
        responder = base::toHex(responderKey);
    }
}

void OcspResponse::Data::noteCritical(X509_EXTENSION* extension) {
    const ASN1_OBJECT* object = X509_EXTENSION_get_object(extension);
    if (X509_EXTENSION_get_critical(extension) == 1 && OBJ_obj2nid(object) != NID_id_pkix_OCSP_Nonce)
        unknownCriticalExtension = dottedOid(object);
}

void OcspResponse::Data::readExtensions() {
    for (int i = 0; i < OCSP_BASICRESP_get_ext_count(basic.get()); ++i)
        noteCritical(OCSP_BASICRESP_get_ext(basic.get(), i));
    const int index = OCSP_BASICRESP_get_ext_by_NID(basic.get(), NID_id_pkix_OCSP_Nonce, -1);
    if (index >= 0)
        nonce = nonceOf(OCSP_BASICRESP_get_ext(basic.get(), index));
}

void OcspResponse::Data::readBasic() {
    producedAt = timeOfNative(OCSP_resp_get0_produced_at(basic.get()));
    readResponder();
    const STACK_OF(X509)* stack = OCSP_resp_get0_certs(basic.get());
    for (int i = 0; i < sk_X509_num(stack); ++i)
        certificates.push_back(Certificate::share(sk_X509_value(stack, i)));
    for (int i = 0; i < OCSP_resp_count(basic.get()); ++i) {
        OCSP_SINGLERESP* single = OCSP_resp_get0(basic.get(), i);
        answers.push_back(answerOf(single));
        for (int j = 0; j < OCSP_SINGLERESP_get_ext_count(single); ++j)
            noteCritical(OCSP_SINGLERESP_get_ext(single, j));
    }
    readExtensions();
}

OcspResponse::OcspResponse(std::shared_ptr<const Data> data)
    : m_data(std::move(data)) {}

OcspResponse OcspResponse::fromDer(base::BytesView der) {
    base::clearQueue();
    const unsigned char* position = der.data();
    const Handle<OCSP_RESPONSE> response(base::check(d2i_OCSP_RESPONSE(nullptr, &position, base::longSize(der.size())),
                                                     "read the OCSP response", ErrorKind::BadInput));
    if (position != der.data() + der.size())
        throw Error(ErrorKind::BadInput, "There are more bytes behind the OCSP response");
    auto data = std::make_shared<Data>();
    data->der = base::toBytes(der);
    const int status = OCSP_response_status(response.get());
    data->responseStatus = responseStatusText(status);
    if (status == OCSP_RESPONSE_STATUS_SUCCESSFUL) {
        data->basic.reset(
            base::check(OCSP_response_get1_basic(response.get()), "read the OCSP response", ErrorKind::BadInput));
        data->readBasic();
    }
    base::clearQueue();
    return OcspResponse(std::move(data));
}

const std::string& OcspResponse::responseStatus() const noexcept {
    return m_data->responseStatus;
}

bool OcspResponse::isSuccessful() const noexcept {
    return m_data->basic != nullptr;
}

std::optional<base::Time> OcspResponse::producedAt() const noexcept {
    return m_data->producedAt;
}

const std::string& OcspResponse::responder() const noexcept {
    return m_data->responder;
}

bool OcspResponse::isByResponder(const Certificate& certificate) const {
    if (m_data->responderName != nullptr)
        return X509_NAME_cmp(m_data->responderName, X509_get_subject_name(certificate.native())) == 0;
    return !m_data->responderKey.empty() && m_data->responderKey == keySha1(certificate);
}

bool OcspResponse::isSignedBy(const Certificate& certificate) const {
    if (!isSuccessful() || !isByResponder(certificate))
        return false;
    struct StackDeleter {
        void operator()(STACK_OF(X509) * stack) const noexcept { sk_X509_free(stack); }
    };
    const std::unique_ptr<STACK_OF(X509), StackDeleter> only(base::check(sk_X509_new_null(), "check a response"));
    base::check(sk_X509_push(only.get(), certificate.native()), "check a response");
    // The signature alone, by this certificate and no other; it changes nothing in the response.
    const bool isRight =
        OCSP_basic_verify(m_data->basic.get(), only.get(), nullptr, OCSP_NOINTERN | OCSP_NOVERIFY) == 1;
    base::clearQueue();
    return isRight;
}

const std::vector<Certificate>& OcspResponse::certificates() const noexcept {
    return m_data->certificates;
}

const std::vector<OcspAnswer>& OcspResponse::answers() const noexcept {
    return m_data->answers;
}

const OcspAnswer* OcspResponse::answerAbout(const Certificate& certificate, const Certificate& issuer) const {
    const OcspAnswer* found = nullptr;
    for (const OcspAnswer& answer : m_data->answers) {
        if (found != nullptr && rankOf(answer.status) <= rankOf(found->status))
            continue;
        if (OcspCertId::of(certificate, issuer, answer.id.digest) == answer.id)
            found = &answer;
    }
    return found;
}

const std::optional<base::Bytes>& OcspResponse::nonce() const noexcept {
    return m_data->nonce;
}

const std::string& OcspResponse::unknownCriticalExtension() const noexcept {
    return m_data->unknownCriticalExtension;
}

const base::Bytes& OcspResponse::der() const noexcept {
    return m_data->der;
}

} // namespace certwright::x509
