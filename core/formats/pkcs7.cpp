#include "core/formats/pkcs7.h"

#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"
#include "core/formats/cms_message.h"
#include "core/formats/pem.h"

#include <openssl/cms.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include <utility>

namespace certwright::formats {

using base::Error;
using base::ErrorKind;
using base::Handle;

namespace {

void addCertificates(Pkcs7Item& item, const STACK_OF(X509) * certificates) {
    for (int i = 0; i < sk_X509_num(certificates); ++i)
        item.items.push_back({x509::Certificate::share(sk_X509_value(certificates, i)), {}, {}});
}

void addCrls(Pkcs7Item& item, const STACK_OF(X509_CRL) * crls) {
    for (int i = 0; i < sk_X509_CRL_num(crls); ++i) {
        X509_CRL* crl = sk_X509_CRL_value(crls, i);
        base::check(X509_CRL_up_ref(crl), "share a revocation list");
        item.items.push_back({x509::Crl::adopt(Handle<X509_CRL>(crl)), {}, {}});
    }
}

/// The type that CMS left out (RFC 2315 11), by OpenSSL's PKCS#7 reader.
void readSignedAndEnveloped(Pkcs7Item& item, base::BytesView der) {
    const unsigned char* position = der.data();
    const Handle<PKCS7> message(base::check(d2i_PKCS7(nullptr, &position, base::longSize(der.size())),
                                            "read the PKCS#7 message", ErrorKind::BadInput));
    const PKCS7_SIGN_ENVELOPE* content = message->d.signed_and_enveloped;
    if (content == nullptr)
        throw Error(ErrorKind::BadInput, "The PKCS#7 message is empty");
    addCertificates(item, content->cert);
    addCrls(item, content->crl);
    for (int i = 0; i < sk_PKCS7_SIGNER_INFO_num(content->signer_info); ++i) {
        const PKCS7_SIGNER_INFO* info = sk_PKCS7_SIGNER_INFO_value(content->signer_info, i);
        Pkcs7Signer signer = signerNamed(info->issuer_and_serial->issuer, info->issuer_and_serial->serial, nullptr);
        signer.digest = shortName(info->digest_alg->algorithm);
        item.signers.push_back(std::move(signer));
    }
}

/// What the timestamps over a signature say; those that are damaged are told about when it is verified.
std::vector<x509::TimestampInfo> timestampsOf(const CMS_SignerInfo* info) {
    std::vector<x509::TimestampInfo> out;
    for (const base::Bytes& token : timestampTokensOf(info)) {
        try {
            const CmsMessage message = CmsMessage::fromDer(token);
            if (message.isTimestamp())
                out.push_back(x509::parseTimestampInfo(message.embeddedContent()));
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::BadInput)
                throw;
        }
    }
    return out;
}

} // namespace

Pkcs7Item readPkcs7(base::BytesView der) {
    const CmsMessage message = CmsMessage::fromDer(der);
    Pkcs7Item item;
    item.typeName = message.typeName();
    item.typeOid = dottedOid(CMS_get0_type(message.native()));
    if (item.isSignedAndEnveloped()) {
        readSignedAndEnveloped(item, der);
        return item;
    }
    // These give null, and an entry in the queue, for types that carry none.
    const CertificateStack certificates(CMS_get1_certs(message.native()));
    addCertificates(item, certificates.get());
    const CrlStack crls(CMS_get1_crls(message.native()));
    addCrls(item, crls.get());
    if (item.isSigned()) {
        STACK_OF(CMS_SignerInfo)* signers = CMS_get0_SignerInfos(message.native());
        for (int i = 0; i < sk_CMS_SignerInfo_num(signers); ++i) {
            CMS_SignerInfo* info = sk_CMS_SignerInfo_value(signers, i);
            item.signers.push_back(signerOf(info));
            item.signers.back().timestamps = timestampsOf(info);
        }
    }
    if (message.isTimestamp())
        item.timestamp = x509::parseTimestampInfo(message.embeddedContent());
    base::clearQueue();
    return item;
}

Pkcs7Item loadPkcs7(base::BytesView file) {
    const std::string_view text = base::textOf(file);
    if (!looksLikePem(text))
        return readPkcs7(file);
    PemScanner scanner(text);
    while (const auto block = scanner.next()) {
        if (block->label != "PKCS7" && block->label != "CMS" && block->label != "PKCS #7 SIGNED DATA")
            continue;
        if (block->error)
            throw Error(*block->error);
        return readPkcs7(block->der);
    }
    throw Error(ErrorKind::BadInput, "There is no PKCS#7 message in the PEM text");
}

base::Bytes createPkcs7(const std::vector<x509::Certificate>& certificates, const std::vector<x509::Crl>& crls) {
    const Handle<PKCS7> message(base::check(PKCS7_new(), "make a PKCS#7 message"));
    base::check(PKCS7_set_type(message.get(), NID_pkcs7_signed), "make a PKCS#7 message");
    base::check(PKCS7_content_new(message.get(), NID_pkcs7_data), "make a PKCS#7 message");
    PKCS7_set_detached(message.get(), 1);
    for (const x509::Certificate& certificate : certificates)
        base::check(PKCS7_add_certificate(message.get(), certificate.native()), "add a certificate");
    for (const x509::Crl& crl : crls)
        base::check(PKCS7_add_crl(message.get(), crl.native()), "add a revocation list");
    unsigned char* out = nullptr;
    const int length = i2d_PKCS7(message.get(), &out);
    base::check(length, "encode the PKCS#7 message");
    const base::OpensslMemory<unsigned char> owner(out);
    return {out, out + length};
}

} // namespace certwright::formats
