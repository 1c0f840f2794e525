#include "core/formats/cms_verifying.h"

#include "core/base/der_writer.h"
#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"
#include "core/formats/timestamp_verifying.h"

#include <openssl/objects.h>

#include <algorithm>
#include <array>
#include <utility>

namespace certwright::formats {

using base::BytesView;
using base::Error;
using base::ErrorKind;
using base::Handle;
using x509::Finding;

namespace {

constexpr std::string_view OtherFile = "Get the message and its content again from where they came from.";

Finding finding(std::string id, std::string message, std::string_view fix,
                Finding::Severity severity = Finding::Severity::Error) {
    Finding out;
    out.id = std::move(id);
    out.severity = severity;
    out.message = std::move(message);
    out.fix = fix;
    return out;
}

/// Verifies one message. Used once.
class MessageVerifier {
public:
    MessageVerifier(const CmsMessage& message, const CmsVerifyOptions& options)
        : m_message(message)
        , m_options(options) {}

    CmsVerifyResult verify();

private:
    void findContent();
    void findCertificates();
    void verifyDigest();
    void verifySigned();
    CmsSignerResult signerResult(CMS_SignerInfo* info);
    bool namesContentType(const CMS_SignerInfo* info) const;
    void verifySignature(CMS_SignerInfo* info, CmsSignerResult& result) const;
    /// Compares the content, as it is or with the line ends of mail, with what the signers signed.
    void verifyContent(BytesView content, bool isChanged);
    void explainContent(CmsSignerResult& result, bool hasAttributes) const;
    void verifyTimestamps(CMS_SignerInfo* info, CmsSignerResult& result) const;
    void verifyChain(CmsSignerResult& result) const;
    void verifyChainAtTimestamp(CmsSignerResult& result) const;

    const CmsMessage& m_message;
    const CmsVerifyOptions& m_options;
    CmsVerifyResult m_result;
};

std::optional<base::Time> signingTimeOf(const CMS_SignerInfo* info) {
    const int place = CMS_signed_get_attr_by_NID(info, NID_pkcs9_signingTime, -1);
    if (place < 0)
        return std::nullopt;
    const ASN1_TYPE* value = X509_ATTRIBUTE_get0_type(CMS_signed_get_attr(info, place), 0);
    if (value == nullptr || (value->type != V_ASN1_UTCTIME && value->type != V_ASN1_GENERALIZEDTIME))
        return std::nullopt;
    const ASN1_STRING* time = value->value.asn1_string;
    return base::parseAsn1Time(
        base::textOf({ASN1_STRING_get0_data(time), static_cast<std::size_t>(std::max(0, ASN1_STRING_length(time)))}));
}

/// The octets that a signer signs when there are attributes: DER of their SET (RFC 5652 5.4).
base::Bytes attributesOf(const CMS_SignerInfo* info) {
    std::vector<base::Bytes> all;
    for (int i = 0; i < CMS_signed_get_attr_count(info); ++i) {
        unsigned char* out = nullptr;
        const int length = i2d_X509_ATTRIBUTE(CMS_signed_get_attr(info, i), &out);
        base::check(length, "read the signed attributes", ErrorKind::BadInput);
        const base::OpensslMemory<unsigned char> owner(out);
        all.emplace_back(out, out + length);
    }
    std::ranges::sort(all); // X.690 11.6
    base::Bytes content;
    for (const base::Bytes& one : all)
        content.insert(content.end(), one.begin(), one.end());
    return base::derElement(0x31, content);
}

/// Ed25519 and Ed448 (RFC 8419), which OpenSSL's CMS reader does not verify in 3.0.
bool verifyPure(const CMS_SignerInfo* info, BytesView data, EVP_PKEY* key) {
    const ASN1_OCTET_STRING* signature = CMS_SignerInfo_get0_signature(const_cast<CMS_SignerInfo*>(info));
    const Handle<EVP_MD_CTX> context(base::check(EVP_MD_CTX_new(), "verify the signature"));
    base::check(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key), "verify the signature",
                ErrorKind::Unsupported);
    const int result =
        EVP_DigestVerify(context.get(), ASN1_STRING_get0_data(signature),
                         static_cast<std::size_t>(ASN1_STRING_length(signature)), data.data(), data.size());
    base::clearQueue();
    return result == 1;
}

bool isPure(const crypto::PublicKey& key) {
    return key.isUsable() && (key.facts().type == "Ed25519" || key.facts().type == "Ed448");
}

/// A chain of BIOs over the content, each of which makes one of the digests; what goes through is kept.
Handle<BIO> digestContent(const CmsMessage& message, BytesView content) {
    Handle<BIO> in = readingBio(content);
    base::clearQueue();
    BIO* chain = CMS_dataInit(message.native(), message.hasContent() ? nullptr : in.get());
    if (chain == nullptr)
        return {};
    if (!message.hasContent())
        in.release(); // it is the end of the chain now
    Handle<BIO> owner(chain);
    std::array<char, 16384> buffer{};
    while (BIO_read(chain, buffer.data(), static_cast<int>(buffer.size())) > 0) {
    }
    return owner;
}

void MessageVerifier::findContent() {
    const bool isGiven = m_options.content.has_value();
    if (m_message.hasContent()) {
        m_result.content = base::toBytes(m_message.embeddedContent());
        if (isGiven && !std::ranges::equal(*m_options.content, *m_result.content)) {
            m_result.findings.push_back(finding("content-differs",
                                                "The message carries its content, and it is another one than was given",
                                                "Compare the two; the signatures are about the one in the message."));
        }
    } else if (isGiven) {
        m_result.content = base::toBytes(*m_options.content);
    } else if (m_message.detachedContent()) {
        m_result.content = m_message.detachedContent();
    }
}

void MessageVerifier::findCertificates() {
    const CertificateStack certificates(CMS_get1_certs(m_message.native()));
    for (int i = 0; i < sk_X509_num(certificates.get()); ++i)
        m_result.certificates.push_back(x509::Certificate::share(sk_X509_value(certificates.get(), i)));
    const CrlStack crls(CMS_get1_crls(m_message.native()));
    base::clearQueue(); // there are none
    if (m_options.trust == nullptr)
        return;
    for (const x509::Certificate& certificate : m_result.certificates)
        m_options.trust->addUntrusted(certificate);
    for (int i = 0; i < sk_X509_CRL_num(crls.get()); ++i) {
        X509_CRL* crl = sk_X509_CRL_value(crls.get(), i);
        base::check(X509_CRL_up_ref(crl), "share a revocation list");
        m_options.trust->addCrl(x509::Crl::adopt(Handle<X509_CRL>(crl)));
    }
}

CmsSignerResult MessageVerifier::signerResult(CMS_SignerInfo* info) {
    CmsSignerResult result;
    result.signer = signerOf(info);
    result.signingTime = signingTimeOf(info);
    X509* certificate = nullptr;
    X509_ALGOR* algorithm = nullptr;
    CMS_SignerInfo_get0_algs(info, nullptr, &certificate, nullptr, &algorithm);
    if (algorithm != nullptr)
        result.signatureAlgorithm = shortName(algorithm->algorithm);
    if (certificate == nullptr) {
        result.findings.push_back(finding(
            "signer-not-found", "The certificate of the signer is not in the message: " + displayText(result.signer),
            "Get that certificate from the signer and give it too."));
        return result;
    }
    result.certificate = x509::Certificate::share(certificate);
    if (result.signer.digest == "MD5" || result.signer.digest == "SHA1") {
        result.findings.push_back(
            finding("weak-digest", "It is signed with " + result.signer.digest + ", for which forgeries can be made",
                    "Have it signed again with SHA256 or better.", Finding::Severity::Warning));
    }
    if (CMS_signed_get_attr_count(info) >= 0)
        verifySignature(info, result);
    return result;
}

/// RFC 5652 11.1: the signed content type is that of the message.
bool MessageVerifier::namesContentType(const CMS_SignerInfo* info) const {
    const int place = CMS_signed_get_attr_by_NID(info, NID_pkcs9_contentType, -1);
    if (place < 0)
        return false;
    const ASN1_TYPE* value = X509_ATTRIBUTE_get0_type(CMS_signed_get_attr(info, place), 0);
    return value != nullptr && value->type == V_ASN1_OBJECT &&
           OBJ_cmp(value->value.object, CMS_get0_eContentType(m_message.native())) == 0;
}

void MessageVerifier::verifySignature(CMS_SignerInfo* info, CmsSignerResult& result) const {
    const crypto::PublicKey& key = result.certificate->publicKey();
    base::clearQueue();
    if (!key.isUsable()) {
        result.findings.push_back(
            finding("signature-unsupported",
                    "The key of the signer is of a kind that the OpenSSL at hand does not have: " +
                        crypto::displayText(key.facts()),
                    "Use a newer OpenSSL."));
        return;
    }
    const int code =
        isPure(key) ? int{verifyPure(info, attributesOf(info), key.native())} : CMS_SignerInfo_verify(info);
    const auto stack = base::drainQueue();
    if (code != 1 && base::kindOf(stack, ErrorKind::BadInput) == ErrorKind::Unsupported) {
        result.findings.push_back(finding("signature-unsupported",
                                          "The signature cannot be checked here: " + result.signatureAlgorithm +
                                              " with " + result.signer.digest,
                                          "Use an OpenSSL that has these algorithms."));
        return;
    }
    result.isSignatureValid = code == 1;
    if (code == 1 && !namesContentType(info)) {
        result.isSignatureValid = false;
        result.findings.push_back(
            finding("content-type-differs",
                    "The signature is over a content of another type than the message says it has", OtherFile));
    }
    if (code != 1) {
        result.findings.push_back(finding(
            "signature-wrong", "The signature is wrong: the message was changed, or another key made it", OtherFile));
    }
}

void MessageVerifier::verifyContent(BytesView content, bool isChanged) {
    const Handle<BIO> digests = digestContent(m_message, content);
    if (!digests) {
        base::clearQueue();
        if (!isChanged)
            m_result.findings.push_back(finding("digest-unsupported",
                                                "The content cannot be checked: a digest is not offered here",
                                                "Use an OpenSSL that has the algorithms of this message."));
        return;
    }
    STACK_OF(CMS_SignerInfo)* infos = CMS_get0_SignerInfos(m_message.native());
    for (int i = 0; i < sk_CMS_SignerInfo_num(infos); ++i) {
        CmsSignerResult& result = m_result.signers[static_cast<std::size_t>(i)];
        CMS_SignerInfo* info = sk_CMS_SignerInfo_value(infos, i);
        const bool hasAttributes = CMS_signed_get_attr_count(info) >= 0;
        // Without attributes the signature is over the content itself, and needs the key.
        if ((!hasAttributes && !result.certificate) || result.matchesContent == true)
            continue;
        base::clearQueue();
        const bool fits = !hasAttributes && isPure(result.certificate->publicKey())
                              ? verifyPure(info, content, result.certificate->publicKey().native())
                              : CMS_SignerInfo_verify_content(info, digests.get()) > 0;
        base::clearQueue();
        if (isChanged && !fits)
            continue;
        result.matchesContent = fits;
        if (!hasAttributes)
            result.isSignatureValid = fits;
        if (isChanged) {
            result.findings.push_back(
                finding("mail-line-ends",
                        "It was signed with the line ends of mail (CRLF), which the content given does not have", "",
                        Finding::Severity::Notice));
        }
    }
}

void MessageVerifier::explainContent(CmsSignerResult& result, bool hasAttributes) const {
    if (!m_result.content || result.matchesContent != false)
        return;
    result.findings.push_back(
        hasAttributes
            ? finding("content-changed", "The content is not what was signed: it was changed afterwards", OtherFile)
            : finding("signature-wrong",
                      "The signature does not fit the content: either was changed, or another key made it", OtherFile));
}

/// A damaged or foreign timestamp takes nothing from a signature, which does not cover it.
void MessageVerifier::verifyTimestamps(CMS_SignerInfo* info, CmsSignerResult& result) const {
    if (!m_options.checksTimestamps)
        return;
    const ASN1_OCTET_STRING* signature = CMS_SignerInfo_get0_signature(info);
    TimestampVerifyOptions options;
    options.trust = m_options.trust;
    options.chain = m_options.chain;
    options.chain.time.reset();
    options.certificates = m_options.certificates;
    options.data = {ASN1_STRING_get0_data(signature), static_cast<std::size_t>(ASN1_STRING_length(signature))};
    for (const base::Bytes& token : timestampTokensOf(info)) {
        bool isVerified = false;
        try {
            result.timestamps.push_back(verifyTimestamp(CmsMessage::fromDer(token), options));
            isVerified = result.timestamps.back().isVerified;
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::BadInput)
                throw;
        }
        if (!isVerified) {
            result.findings.push_back(finding("timestamp-not-verified",
                                              "A timestamp over the signature is not verified: when it was made is "
                                              "not proved",
                                              "See what was found about the timestamp, and trust the TSA's root.",
                                              Finding::Severity::Warning));
        }
    }
}

/// What has expired since proves the signature still when somebody trusted saw it before (RFC 3161 appendix B).
void MessageVerifier::verifyChainAtTimestamp(CmsSignerResult& result) const {
    if (m_options.chain.time)
        return;
    for (const TimestampVerifyResult& timestamp : result.timestamps) {
        if (!timestamp.isVerified)
            continue;
        x509::VerifyOptions then = m_options.chain;
        then.time = timestamp.info->time;
        x509::VerifyResult chain = m_options.trust->verify(*result.certificate, then);
        if (!chain.isTrusted)
            continue;
        result.chain = std::move(chain);
        result.findings.push_back(finding("trusted-at-timestamp",
                                          "The certificate of the signer is not trusted today, but was at the time of "
                                          "the timestamp, " +
                                              base::toRfc3339(timestamp.info->time),
                                          "", Finding::Severity::Notice));
        return;
    }
}

void MessageVerifier::verifyChain(CmsSignerResult& result) const {
    if (m_options.trust == nullptr || !result.certificate)
        return;
    result.chain = m_options.trust->verify(*result.certificate, m_options.chain);
    if (!result.chain->isTrusted)
        verifyChainAtTimestamp(result);
    if (result.chain->isTrusted)
        return;
    result.findings.push_back(
        finding("signer-not-trusted",
                "The certificate of the signer is not trusted: “" + result.certificate->subject().displayName() + "”",
                "See what the verification of its chain found."));
}

void MessageVerifier::verifySigned() {
    const CertificateStack others = stackOf(m_options.certificates);
    CMS_set1_signers_certs(m_message.native(), others.get(), 0);
    if (m_options.trust != nullptr) {
        const CertificateStack untrusted = stackOf(m_options.trust->untrusted());
        CMS_set1_signers_certs(m_message.native(), untrusted.get(), 0);
    }
    STACK_OF(CMS_SignerInfo)* infos = CMS_get0_SignerInfos(m_message.native());
    for (int i = 0; i < sk_CMS_SignerInfo_num(infos); ++i)
        m_result.signers.push_back(signerResult(sk_CMS_SignerInfo_value(infos, i)));
    if (m_result.signers.empty()) {
        m_result.findings.push_back(finding("no-signers", "Nobody signed the message; it only carries certificates",
                                            "Look at its certificates with certwright-cli show."));
        return;
    }
    if (m_result.content) {
        verifyContent(*m_result.content, false);
        if (!m_message.hasContent())
            verifyContent(withMailLineEnds(*m_result.content), true);
    } else {
        m_result.findings.push_back(finding("content-missing", "The signature is detached, and its content is not here",
                                            "Give the file that was signed too."));
    }
    for (int i = 0; i < sk_CMS_SignerInfo_num(infos); ++i) {
        CmsSignerResult& result = m_result.signers[static_cast<std::size_t>(i)];
        CMS_SignerInfo* info = sk_CMS_SignerInfo_value(infos, i);
        explainContent(result, CMS_signed_get_attr_count(info) >= 0);
        verifyTimestamps(info, result);
        verifyChain(result);
        result.isVerified = result.certificate && result.isSignatureValid == true && result.matchesContent == true &&
                            (!result.chain || result.chain->isTrusted);
    }
}

void MessageVerifier::verifyDigest() {
    if (!m_result.content) {
        m_result.findings.push_back(finding("content-missing", "The content of the digest is not here",
                                            "Give the file that the digest is of too."));
        return;
    }
    const Handle<BIO> in = readingBio(*m_result.content);
    base::clearQueue();
    const bool fits =
        CMS_digest_verify(m_message.native(), m_message.hasContent() ? nullptr : in.get(), nullptr, CMS_BINARY) == 1;
    base::clearQueue();
    m_result.findings.push_back(
        fits ? finding("no-signers",
                       "The digest fits the content, but nobody signed it: anybody can make such a message",
                       "Ask for a signed message.")
             : finding("content-changed", "The digest does not fit the content: it was damaged", OtherFile));
}

CmsVerifyResult MessageVerifier::verify() {
    m_result.typeName = m_message.typeName();
    const int type = m_message.typeNid();
    if (type != NID_pkcs7_signed && type != NID_pkcs7_digest) {
        const bool isPlain = type == NID_pkcs7_data;
        throw Error(ErrorKind::BadInput,
                    "The message is not signed; it is " + (isPlain ? "plain content" : m_result.typeName),
                    isPlain ? "" : "Decrypt it first; a signed message may be inside.");
    }
    findContent();
    if (type == NID_pkcs7_digest) {
        verifyDigest();
        return std::move(m_result);
    }
    findCertificates();
    verifySigned();
    m_result.isVerified =
        !m_result.signers.empty() && std::ranges::all_of(m_result.signers, &CmsSignerResult::isVerified) &&
        std::ranges::none_of(m_result.findings,
                             [](const Finding& one) { return one.severity == Finding::Severity::Error; });
    return std::move(m_result);
}

} // namespace

CmsVerifyResult verifyCms(const CmsMessage& message, const CmsVerifyOptions& options) {
    return MessageVerifier(message, options).verify();
}

} // namespace certwright::formats
