#include "core/formats/cms_signing.h"

#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"
#include "core/x509/signing.h"

#include <openssl/objects.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <utility>

namespace certwright::formats {

using base::BytesView;
using base::Error;
using base::ErrorKind;
using base::Handle;

namespace {

void checkSigner(const CmsSigner& signer, const CmsSignOptions& options) {
    const std::string name = "“" + signer.certificate.subject().displayName() + "”";
    if (!(signer.key.publicKey() == signer.certificate.publicKey()))
        throw Error(ErrorKind::NotAllowed, "The private key is not that of the certificate " + name,
                    "Give the key and the certificate that belong together.");
    if (options.namesByKeyId && signer.certificate.subjectKeyId().empty())
        throw Error(ErrorKind::NotAllowed,
                    "The certificate " + name + " has no subject key identifier to name the signer by",
                    "Name signers by issuer and serial number.");
    // Says what is wrong with a key that cannot sign or a digest that does not fit.
    x509::signingContext(signer.key, signer.digest, signer.padding);
}

unsigned flagsOf(const CmsSignOptions& options) {
    unsigned flags = CMS_BINARY | CMS_PARTIAL;
    if (options.isDetached)
        flags |= CMS_DETACHED;
    if (!options.includesCertificates)
        flags |= CMS_NOCERTS;
    if (!options.hasAttributes)
        flags |= CMS_NOATTR;
    if (options.namesByKeyId)
        flags |= CMS_USE_KEYID;
    if (options.encoding != CmsEncoding::Smime)
        flags |= CMS_NOSMIMECAP; // what the sender's mail program can decrypt
    return flags;
}

void setPadding(CMS_SignerInfo* info, const CmsSigner& signer) {
    const std::string& type = signer.key.facts().type;
    if (type == "RSA" && signer.padding == crypto::RsaPadding::Pkcs1)
        return;
    EVP_PKEY_CTX* context = base::check(CMS_SignerInfo_get0_pkey_ctx(info), "set the padding of the signature");
    base::check(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING), "set the padding of the signature");
    base::check(EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST), "set the length of the salt");
}

void setSigningTime(CMS_SignerInfo* info, base::Time time) {
    const Handle<ASN1_STRING> value(
        base::check(ASN1_TIME_set(nullptr, static_cast<time_t>(time.time_since_epoch().count())), "set the time"));
    base::check(
        CMS_signed_add1_attr_by_NID(info, NID_pkcs9_signingTime, ASN1_STRING_type(value.get()), value.get(), -1),
        "set the time");
}

[[noreturn]] void throwUnsigned(const CmsSigner& signer) {
    const std::string type = signer.key.facts().type;
    auto stack = base::drainQueue();
    const bool isOurs = base::kindOf(stack, ErrorKind::Unsupported) == ErrorKind::Internal;
    throw Error(isOurs ? ErrorKind::Internal : ErrorKind::Unsupported,
                "The OpenSSL at hand signs no messages with this key (" + type + ")",
                "Sign with a certificate that has an RSA or EC key.", std::move(stack));
}

void addSigner(const CmsMessage& message, const CmsSigner& signer, const CmsSignOptions& options) {
    std::string name = signer.digest.empty() ? signer.key.naturalDigest() : signer.digest;
    if (name.empty())
        name = "SHA512"; // RFC 8419 3: what Ed25519 goes with
    const Handle<EVP_MD> digest(
        base::check(EVP_MD_fetch(nullptr, name.c_str(), nullptr), "sign with " + name, ErrorKind::BadInput));
    const bool isRsa = signer.key.facts().type.starts_with("RSA");
    base::clearQueue();
    CMS_SignerInfo* info = CMS_add1_signer(message.native(), signer.certificate.native(), signer.key.native(),
                                           digest.get(), flagsOf(options) | (isRsa ? unsigned{CMS_KEY_PARAM} : 0U));
    if (info == nullptr)
        throwUnsigned(signer);
    if (isRsa)
        setPadding(info, signer);
    if (options.signingTime && options.hasAttributes)
        setSigningTime(info, *options.signingTime);
}

CmsMessage makeMessage(const CmsSignOptions& options) {
    std::vector<x509::Certificate> others;
    for (const x509::Certificate& certificate : options.certificates) {
        const bool isSigner = std::ranges::any_of(
            options.signers, [&certificate](const CmsSigner& signer) { return signer.certificate == certificate; });
        if (!isSigner && std::ranges::find(others, certificate) == others.end())
            others.push_back(certificate);
    }
    const CertificateStack stack = stackOf(options.includesCertificates ? others : std::vector<x509::Certificate>());
    return CmsMessage::adopt(
        base::check(CMS_sign(nullptr, nullptr, stack.get(), nullptr, flagsOf(options)), "make a signed message"));
}

void verifySignatures(const CmsMessage& message, const CmsSignOptions& options) {
    STACK_OF(CMS_SignerInfo)* infos = CMS_get0_SignerInfos(message.native());
    for (int i = 0; options.hasAttributes && i < sk_CMS_SignerInfo_num(infos); ++i) {
        CMS_SignerInfo* info = sk_CMS_SignerInfo_value(infos, i);
        x509::checkVerified(CMS_SignerInfo_verify(info), "the message", signerOf(info).digest);
    }
}

base::Bytes encode(const CmsMessage& message, BytesView content, const CmsSignOptions& options) {
    if (options.encoding != CmsEncoding::Smime || !options.isDetached)
        return message.encode(options.encoding);
    const Handle<BIO> in = readingBio(content);
    const Handle<BIO> out(base::check(BIO_new(BIO_s_mem()), "write the message"));
    // The signature stands already: the content is copied, not signed again.
    base::check(SMIME_write_CMS(out.get(), message.native(), in.get(), CMS_DETACHED | CMS_BINARY | CMS_REUSE_DIGEST),
                "write the message as S/MIME");
    return base::toBytes(writtenTo(out.get()));
}

} // namespace

base::Bytes signCms(BytesView content, const CmsSignOptions& options) {
    if (options.signers.empty())
        throw Error(ErrorKind::NotAllowed, "Nobody is there to sign", "Give a certificate and its key.");
    for (const CmsSigner& signer : options.signers)
        checkSigner(signer, options);
    base::Bytes changed;
    if (options.isText)
        changed = withTextHead(content);
    else if (options.isDetached && options.encoding == CmsEncoding::Smime)
        changed = withMailLineEnds(content);
    const BytesView signedContent = changed.empty() ? content : BytesView(changed);

    const CmsMessage message = makeMessage(options);
    for (const CmsSigner& signer : options.signers)
        addSigner(message, signer, options);
    const Handle<BIO> in = readingBio(signedContent);
    base::clearQueue();
    if (CMS_final(message.native(), in.get(), nullptr, flagsOf(options)) != 1)
        throwUnsigned(options.signers.front());
    verifySignatures(message, options);
    return encode(message, signedContent, options);
}

} // namespace certwright::formats
