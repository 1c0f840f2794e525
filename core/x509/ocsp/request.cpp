#include "core/x509/ocsp/request.h"

#include "core/base/openssl_check.h"
#include "core/crypto/random.h"
#include "core/x509/ocsp/handle.h"

namespace certwright::x509 {

namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t NonceSize = 32;
constexpr const char* What = "make an OCSP request";

} // namespace

OcspRequest OcspRequest::make(const std::vector<OcspSubject>& subjects, const Options& options) {
    if (subjects.empty())
        throw Error(ErrorKind::BadInput, "An OCSP request needs a certificate to ask about");
    const EVP_MD* digest = EVP_get_digestbyname(options.digest.c_str());
    if (digest == nullptr)
        throw Error(ErrorKind::Unsupported, "There is no digest “" + options.digest + "” here");
    base::clearQueue();
    const base::Handle<OCSP_REQUEST> native(base::check(OCSP_REQUEST_new(), What));
    for (const OcspSubject& subject : subjects) {
        base::Handle<OCSP_CERTID> id(
            base::check(OCSP_cert_to_id(digest, subject.certificate.native(), subject.issuer.native()), What));
        base::check(OCSP_request_add0_id(native.get(), id.get()), What);
        id.release();
    }
    OcspRequest request;
    if (options.withNonce) {
        request.m_nonce = crypto::randomBytes(NonceSize);
        base::check(OCSP_request_add1_nonce(native.get(), request.m_nonce.data(), base::intSize(NonceSize)), What);
    }
    unsigned char* buffer = nullptr;
    const int length = i2d_OCSP_REQUEST(native.get(), &buffer);
    base::check(length, What);
    const base::OpensslMemory<unsigned char> owner(buffer);
    request.m_der.assign(buffer, buffer + length);
    return request;
}

OcspRequest OcspRequest::make(const std::vector<OcspSubject>& subjects) {
    return make(subjects, Options());
}

} // namespace certwright::x509
