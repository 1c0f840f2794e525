#include "core/formats/timestamp_verifying.h"

#include "core/base/der_reader.h"
#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"
#include "core/crypto/digest.h"
#include "core/x509/name.h"
#include "core/x509/serial.h"

#include <openssl/objects.h>

#include <algorithm>
#include <utility>

namespace certwright::formats {

using base::BytesView;
using base::Error;
using base::ErrorKind;
using base::Handle;
using x509::Finding;
namespace der = base::der;

namespace {

constexpr std::string_view OtherFile = "Get the timestamp and what it is about again from where they came from.";
constexpr std::string_view OtherTsa = "Have it stamped by a TSA whose certificate is as RFC 3161 2.3 wants it.";

Finding finding(std::string id, std::string message, std::string_view fix,
                Finding::Severity severity = Finding::Severity::Error) {
    Finding out;
    out.id = std::move(id);
    out.severity = severity;
    out.message = std::move(message);
    out.fix = fix;
    return out;
}

/// One entry of the signing certificate attribute (ESSCertID and ESSCertIDv2, RFC 5035 5.4.1).
struct CertificateId {
    std::string digest;
    base::Bytes value;
    base::Bytes issuer; ///< DER of the Name; empty when it is not said
    std::string serial;
};

std::string digestNameOf(BytesView algorithmIdentifier) {
    base::DerReader fields(algorithmIdentifier);
    const auto oid = fields.expect(der::Oid);
    const auto text = oid ? base::oidText(oid->content) : std::nullopt;
    const int nid = text ? OBJ_txt2nid(text->c_str()) : NID_undef;
    base::clearQueue();
    return nid == NID_undef ? text.value_or("") : OBJ_nid2sn(nid);
}

/// IssuerSerial ::= SEQUENCE { issuer GeneralNames, serialNumber INTEGER }; the issuer is one directoryName.
bool readIssuerSerial(BytesView content, CertificateId& id) {
    base::DerReader fields(content);
    const auto names = fields.expect(der::Sequence);
    const auto serial = fields.expect(der::Integer);
    base::DerReader inNames(names ? names->content : BytesView());
    const auto directory = inNames.expect(der::contextConstructed(4));
    if (!serial || !directory)
        return false;
    id.issuer = base::toBytes(directory->content);
    const unsigned char* position = serial->whole.data();
    const Handle<ASN1_INTEGER> number(d2i_ASN1_INTEGER(nullptr, &position, base::longSize(serial->whole.size())));
    if (!number)
        return false;
    id.serial = x509::Serial::share(number.get()).toHex();
    return true;
}

/// The first entry, which is that of the signer. Nothing when it is damaged.
std::optional<CertificateId> firstId(BytesView attribute, bool isV2) {
    base::DerReader outer(attribute);
    const auto whole = outer.expect(der::Sequence);
    base::DerReader parts(whole ? whole->content : BytesView());
    const auto ids = parts.expect(der::Sequence);
    base::DerReader each(ids ? ids->content : BytesView());
    const auto first = each.expect(der::Sequence);
    base::DerReader fields(first ? first->content : BytesView());
    CertificateId id;
    id.digest = isV2 ? "SHA256" : "SHA1";
    if (isV2) {
        if (const auto algorithm = fields.optional(der::Sequence))
            id.digest = digestNameOf(algorithm->content);
    }
    const auto value = fields.expect(der::OctetString);
    if (!value)
        return std::nullopt;
    id.value = base::toBytes(value->content);
    const auto issuerSerial = fields.optional(der::Sequence);
    if ((issuerSerial && !readIssuerSerial(issuerSerial->content, id)) || !fields.atEnd())
        return std::nullopt;
    return id;
}

/// The value of a signed attribute that must stand there once. Nothing when it does not.
std::optional<base::Bytes> signedSequence(const CMS_SignerInfo* info, const char* dottedOid) {
    const Handle<ASN1_OBJECT> oid(base::check(OBJ_txt2obj(dottedOid, 1), "read the signed attributes"));
    constexpr int ExactlyOnce = -3;
    const auto* value =
        static_cast<const ASN1_STRING*>(CMS_signed_get0_data_by_OBJ(info, oid.get(), ExactlyOnce, V_ASN1_SEQUENCE));
    base::clearQueue();
    if (value == nullptr)
        return std::nullopt;
    return base::Bytes(ASN1_STRING_get0_data(value), ASN1_STRING_get0_data(value) + ASN1_STRING_length(value));
}

bool names(const CertificateId& id, const x509::Certificate& certificate) {
    if (crypto::digest(id.digest, certificate.der()) != id.value)
        return false;
    if (id.issuer.empty())
        return true;
    const unsigned char* position = id.issuer.data();
    const Handle<X509_NAME> issuer(d2i_X509_NAME(nullptr, &position, base::longSize(id.issuer.size())));
    base::clearQueue();
    return issuer && X509_NAME_cmp(issuer.get(), X509_get_issuer_name(certificate.native())) == 0 &&
           id.serial == certificate.serial();
}

/// Verifies one token. Used once.
class TokenVerifier {
public:
    TokenVerifier(const CmsMessage& token, const TimestampVerifyOptions& options)
        : m_token(token)
        , m_options(options) {}

    TimestampVerifyResult verify();

private:
    void add(Finding finding) { m_result.findings.push_back(std::move(finding)); }
    void verifySignature();
    void checkPurpose(const x509::Certificate& certificate);
    void checkBinding(const x509::Certificate& certificate);
    void checkName(const x509::Certificate& certificate);
    void checkData();
    void checkRequest();
    void checkTime(const x509::Certificate& certificate);

    const CmsMessage& m_token;
    const TimestampVerifyOptions& m_options;
    TimestampVerifyResult m_result;
};

void TokenVerifier::verifySignature() {
    CmsVerifyOptions options;
    options.trust = m_options.trust;
    options.chain = m_options.chain;
    options.chain.purpose = x509::VerifyOptions::Purpose::Timestamp;
    if (!options.chain.time)
        options.chain.time = m_result.info->time;
    options.certificates = m_options.certificates;
    options.checksTimestamps = false;
    m_result.signature = verifyCms(m_token, options);
}

/// RFC 3161 2.3: the extended key usage is there, critical, and has time stamping alone.
void TokenVerifier::checkPurpose(const x509::Certificate& certificate) {
    const std::vector<std::string> usages = certificate.extendedKeyUsage();
    if (std::ranges::find(usages, "timeStamping") == usages.end()) {
        add(finding("tsa-purpose", "The certificate of the TSA is not for time stamping", OtherTsa));
        return;
    }
    if (usages.size() != 1)
        add(finding("tsa-purpose-not-alone", "The certificate of the TSA is for other things than time stamping, too",
                    OtherTsa));
    const auto& extensions = certificate.extensions();
    const auto usage = std::ranges::find(extensions, "2.5.29.37", &x509::Extension::oid);
    if (usage != extensions.end() && !usage->isCritical())
        add(finding("tsa-purpose-not-critical",
                    "The certificate of the TSA does not say critically that it is for time stamping alone", OtherTsa));
}

/// RFC 3161 2.4.2 and RFC 5816 2.2.1: the token says which certificate it was made with.
void TokenVerifier::checkBinding(const x509::Certificate& certificate) {
    const CMS_SignerInfo* info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(m_token.native()), 0);
    const auto v1 = signedSequence(info, "1.2.840.113549.1.9.16.2.12");
    const auto v2 = signedSequence(info, "1.2.840.113549.1.9.16.2.47");
    if (!v1 && !v2) {
        add(finding("tsa-not-named", "The timestamp does not say which certificate it was made with", OtherTsa));
        return;
    }
    for (const bool isV2 : {false, true}) {
        const auto& attribute = isV2 ? v2 : v1;
        if (!attribute)
            continue;
        const auto id = firstId(*attribute, isV2);
        bool isSame = false;
        try {
            isSame = id && names(*id, certificate);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::Unsupported)
                throw;
        }
        if (id)
            m_result.boundBy = id->digest;
        if (!isSame)
            add(finding("tsa-differs", "The timestamp was made with another certificate than the one that verifies it",
                        OtherFile));
    }
}

/// RFC 3161 2.4.2: the name of the TSA is one of its certificate.
void TokenVerifier::checkName(const x509::Certificate& certificate) {
    const auto& tsa = m_result.info->tsa;
    if (!tsa)
        return;
    const auto& others = certificate.subjectAltNames();
    const bool isSubject =
        tsa->type == x509::GeneralName::Type::DirectoryName && tsa->value == certificate.subject().toRfc2253();
    if (!isSubject && std::ranges::find(others, *tsa) == others.end())
        add(finding("tsa-name-differs",
                    "The TSA calls itself “" + tsa->value + "”, which is no name of its certificate",
                    "Ask the TSA; the certificate counts, not the name.", Finding::Severity::Warning));
}

void TokenVerifier::checkData() {
    const x509::MessageImprint& imprint = m_result.info->imprint;
    if (imprint.digest == "MD5" || imprint.digest == "SHA1")
        add(finding("weak-imprint",
                    "What was stamped is named by its " + imprint.digest + ", for which other data can be made",
                    "Have it stamped again with SHA256 or better.", Finding::Severity::Warning));
    if (!m_options.data) {
        if (!m_options.request)
            add(finding("content-missing", "What the timestamp is about is not here", "Give what was stamped too."));
        return;
    }
    try {
        m_result.matchesData = crypto::digest(imprint.digest, *m_options.data) == imprint.value;
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Unsupported)
            throw;
        add(finding("digest-unsupported",
                    "What was stamped is named by a digest that is not offered here: " + imprint.digest,
                    "Use an OpenSSL that has it."));
        return;
    }
    if (!*m_result.matchesData)
        add(finding("content-changed", "The timestamp is about something else than what was given", OtherFile));
}

/// RFC 3161 2.2: what came back is what was asked for.
void TokenVerifier::checkRequest() {
    if (!m_options.request)
        return;
    const x509::TimestampRequest& request = *m_options.request;
    const x509::TimestampInfo& info = *m_result.info;
    const bool isAbout = request.imprint == info.imprint;
    if (!m_result.matchesData)
        m_result.matchesData = isAbout;
    if (!isAbout)
        add(finding("request-differs", "The timestamp is about something else than was asked for", OtherFile));
    if (request.nonce != info.nonce)
        add(finding("nonce-differs",
                    info.nonce.empty() ? "The timestamp does not have the nonce of the request"
                                       : "The timestamp has another nonce than the request: it answers another one",
                    "Ask the TSA again; somebody may have sent an old answer."));
    if (!request.policy.empty() && request.policy != info.policy)
        add(finding("policy-differs",
                    "The timestamp is under the policy " + info.policy + ", and " + request.policy + " was asked for",
                    "Ask a TSA that offers this policy."));
}

void TokenVerifier::checkTime(const x509::Certificate& certificate) {
    const base::Time now = m_options.now.value_or(base::SystemClock().now());
    constexpr std::chrono::minutes Slack(5); // clocks differ
    if (m_result.info->time > now + Slack)
        add(finding("from-the-future",
                    "The timestamp is of a time that has not come yet: " + x509::timeText(*m_result.info),
                    "Check the clock of this computer.", Finding::Severity::Warning));
    const auto end = certificate.notAfter();
    if (end && *end < now && m_result.info->time <= *end)
        add(finding("tsa-expired-since",
                    "The certificate of the TSA has expired since the timestamp was made, on " + base::toRfc3339(*end),
                    "It counts as long as the algorithms do and the key of the TSA is not known to others; have it "
                    "stamped again in time.",
                    Finding::Severity::Notice));
}

TimestampVerifyResult TokenVerifier::verify() {
    if (!m_token.isTimestamp())
        throw Error(ErrorKind::BadInput, "The message is no timestamp; it is " + m_token.typeName(),
                    "certwright-cli show tells what it is.");
    m_result.info = x509::parseTimestampInfo(m_token.embeddedContent());
    if (m_result.info->version != 1)
        add(finding("timestamp-version",
                    "The timestamp is of an unknown version: " + std::to_string(m_result.info->version),
                    "Have it stamped again."));
    verifySignature();
    const auto& signers = m_result.signature.signers;
    if (signers.size() > 1)
        add(finding("several-signers", "The timestamp is signed by several, and only one TSA makes one",
                    "Have it stamped again."));
    checkData();
    checkRequest();
    if (signers.size() == 1 && signers[0].certificate) {
        checkPurpose(*signers[0].certificate);
        checkBinding(*signers[0].certificate);
        checkName(*signers[0].certificate);
        checkTime(*signers[0].certificate);
    }
    m_result.isVerified = m_result.signature.isVerified && m_result.matchesData == true &&
                          std::ranges::none_of(m_result.findings, [](const Finding& one) {
                              return one.severity == Finding::Severity::Error;
                          });
    return std::move(m_result);
}

} // namespace

TimestampVerifyResult verifyTimestamp(const CmsMessage& token, const TimestampVerifyOptions& options) {
    return TokenVerifier(token, options).verify();
}

TimestampVerifyResult verifyTimestamp(const x509::TimestampResponse& response, const TimestampVerifyOptions& options) {
    if (response.isGranted())
        return verifyTimestamp(CmsMessage::fromDer(response.token), options);
    std::string why;
    for (const auto& words : {response.failures, response.text}) {
        for (const std::string& word : words)
            why += (why.empty() ? ": " : ", ") + word;
    }
    TimestampVerifyResult result;
    result.findings.push_back(
        finding("not-granted", "The TSA did not give a timestamp (" + x509::statusName(response.status) + ")" + why,
                "Ask it again as it wants it, or ask another one."));
    return result;
}

} // namespace certwright::formats
