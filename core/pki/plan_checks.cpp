// Everything that can be wrong with a plan beside its names, extensions and times.
#include "core/base/error.h"
#include "core/crypto/digest.h"
#include "core/crypto/private_key.h"
#include "core/pki/plan_builder.h"

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <string>

namespace certwright::pki {

namespace oids = x509::oids;

namespace {

constexpr int smallestRsa = 2048;
constexpr int smallestCurve = 224;
constexpr std::size_t longestSerial = 20; // octets, RFC 5280 4.1.2.2

bool isRsa(const crypto::KeyFacts& key) {
    return key.type == "RSA" || key.type == "RSA-PSS";
}

bool canSign(const crypto::KeyFacts& key) {
    return key.type != "X25519" && key.type != "X448" && key.type != "DH" && !key.type.starts_with("ML-KEM");
}

/// OpenSSL's name of the signature algorithm; what is known when it has none for the pair.
std::string signatureName(const crypto::KeyFacts& key, const std::string& digest, crypto::RsaPadding padding) {
    if (digest.empty()) {
        std::string upper = key.type;
        std::ranges::transform(upper, upper.begin(),
                               [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
        const int nid = OBJ_txt2nid(upper.c_str());
        return nid == NID_undef ? key.type : OBJ_nid2ln(nid); // "ED25519"
    }
    const EVP_MD* md = EVP_get_digestbyname(digest.c_str());
    if (key.type == "RSA-PSS" || padding == crypto::RsaPadding::Pss)
        return OBJ_nid2ln(NID_rsassaPss);
    int keyType = NID_undef;
    if (key.type == "EC")
        keyType = NID_X9_62_id_ecPublicKey;
    else
        keyType = OBJ_ln2nid(key.type == "RSA" ? LN_rsaEncryption : key.type == "DSA" ? LN_dsa : key.type.c_str());
    int signature = NID_undef;
    if (md != nullptr && OBJ_find_sigid_by_algs(&signature, EVP_MD_get_type(md), keyType) == 1)
        return OBJ_nid2ln(signature);
    return key.type + " with " + digest;
}

/// OpenSSL acts on it, and so do most programs.
bool isSupported(const x509::Extension& extension) {
    return X509_supported_extension(extension.toNative().get()) == 1;
}

bool isWeakDigest(const std::string& digest) {
    const EVP_MD* md = EVP_get_digestbyname(digest.c_str());
    return md != nullptr && EVP_MD_get_size(md) <= 20;
}

} // namespace

bool PlanBuilder::willBeCa() const {
    const PlannedExtension* planned = m_plan.extension(oids::BasicConstraints);
    return planned != nullptr && planned->extension && BasicConstraints::fromDer(planned->extension->value()).isCa;
}

void PlanBuilder::planSignature() {
    const bool isIssued = m_choices.product == Product::IssuedCertificate;
    if (isIssued && !m_context.issuer) {
        m_plan.digest = m_choices.digest;
        return;
    }
    const crypto::KeyFacts& signer = isIssued ? m_context.issuer->publicKey().facts() : m_plan.keyFacts;
    if (signer.type.empty())
        return;
    if (m_choices.padding == crypto::RsaPadding::Pss) {
        if (isRsa(signer))
            m_plan.padding = m_choices.padding;
        else
            add(Severity::Error, Field::Digest, "pss-unfit",
                "RSA-PSS signatures need an RSA key, not " + signer.type + ".");
    }
    const auto key = isIssued ? std::optional(m_context.issuer->publicKey()) : m_publicKey;
    checkDigest(signer, key ? key->naturalDigest() : crypto::naturalDigest(signer));
    m_plan.signatureAlgorithm = signatureName(signer, m_plan.digest, m_plan.padding);
}

void PlanBuilder::checkDigest(const crypto::KeyFacts& signer, const std::string& natural) {
    if (natural.empty()) {
        if (!m_choices.digest.empty())
            add(Severity::Warning, Field::Digest, "digest-unused",
                signer.type + " brings its own digest; " + m_choices.digest + " is not used.");
        return;
    }
    m_plan.digest = m_choices.digest.empty() ? natural : m_choices.digest;
    if (m_choices.digest.empty())
        return;
    if (EVP_get_digestbyname(m_choices.digest.c_str()) == nullptr)
        add(Severity::Error, Field::Digest, "digest-unknown", "There is no digest “" + m_choices.digest + "” here.");
    else if (isWeakDigest(m_choices.digest))
        add(Severity::Warning, Field::Digest, "digest-weak",
            m_choices.digest + " signatures are refused by browsers and by OpenSSL.", "Use SHA-256");
}

void PlanBuilder::checkIssuer() {
    if (m_choices.product == Product::SelfSignedCertificate && m_choices.profile.id == "intermediate-ca")
        add(Severity::Warning, Field::Issuer, "intermediate-self-signed",
            "An intermediate CA is signed by another CA; this one signs itself and will be a root.",
            "Choose “Issued by a CA”, or the purpose Root CA");
    if (m_choices.product != Product::IssuedCertificate)
        return;
    if (!m_context.issuer) {
        add(Severity::Error, Field::Issuer, "issuer-missing", "Choose the CA that signs.");
        return;
    }
    const x509::Certificate& issuer = *m_context.issuer;
    const std::string name = issuer.subject().displayName();
    const auto usages = issuer.keyUsage();
    if (!issuer.isCa())
        add(Severity::Error, Field::Issuer, "issuer-no-ca", name + " is not a CA and may not issue certificates.");
    else if (issuer.extension(oids::KeyUsage) != nullptr && std::ranges::find(usages, "keyCertSign") == usages.end())
        add(Severity::Error, Field::Issuer, "issuer-key-usage",
            name + " may not sign certificates: its key usage lacks keyCertSign.");
    checkPathLength();
    checkIssuerNames();
    if (m_choices.profile.isSelfSigned)
        add(Severity::Warning, Field::Issuer, "root-under-ca",
            "A root CA signs itself; issued by " + name + " it is an intermediate CA.");
}

void PlanBuilder::checkPathLength() {
    if (!willBeCa())
        return;
    const auto allowed = m_context.issuer->pathLength();
    if (!allowed)
        return;
    const std::string name = m_context.issuer->subject().displayName();
    if (*allowed == 0) {
        add(Severity::Error, Field::Issuer, "issuer-path-length", name + " has pathlen 0 and may not issue a CA.");
        return;
    }
    const auto planned = BasicConstraints::fromDer(m_plan.extension(oids::BasicConstraints)->extension->value());
    if (!planned.pathLength || *planned.pathLength >= *allowed)
        add(Severity::Notice, Field::Extensions, "path-length-unreachable",
            name + " has pathlen " + std::to_string(*allowed) + ": below this CA at most " +
                std::to_string(*allowed - 1) + " more may follow.",
            {}, std::string(oids::BasicConstraints));
}

void PlanBuilder::checkIssuerNames() {
    const x509::Name issuerName = m_context.issuer->subject();
    if (!m_plan.subject.matches(issuerName) || m_plan.subject.isEmpty())
        return;
    if (!(m_plan.subject == issuerName))
        add(Severity::Warning, Field::Subject, "name-differs-in-encoding",
            "The name differs from that of " + issuerName.displayName() + " only in string type or letter case.");
    else if (!willBeCa())
        add(Severity::Error, Field::Subject, "name-of-issuer",
            "This is the name of the issuer itself: programs would take the certificate for a self-signed one.");
    else
        add(Severity::Warning, Field::Subject, "name-of-issuer", "This is the name of the issuer itself.");
}

void PlanBuilder::checkKey() {
    const crypto::KeyFacts& key = m_plan.keyFacts;
    if (key.type.empty()) {
        add(Severity::Error, Field::Key, "key-missing", "Choose a key.");
        return;
    }
    if (m_publicKey && !m_publicKey->isUsable())
        add(Severity::Error, Field::Key, "key-unsupported",
            "The OpenSSL in use cannot handle " + displayText(key) + " keys.",
            "Use a computer with OpenSSL 3.5 or newer");
    if (m_choices.product != Product::IssuedCertificate && !canSign(key))
        add(Severity::Error, Field::Key, "key-cannot-sign",
            displayText(key) + " keys cannot sign, so they can neither sign themselves nor a request.",
            "Choose another key, or have a CA certify it");
    checkKeyStrength();
    if (m_context.keyUseCount > 0)
        add(Severity::Notice, Field::Key, "key-used",
            "The key is already used by " + std::to_string(m_context.keyUseCount) +
                (m_context.keyUseCount == 1 ? " certificate." : " certificates."));
}

void PlanBuilder::checkKeyStrength() {
    for (Problem& problem : keyProblems(m_plan.keyFacts))
        m_plan.problems.push_back(std::move(problem));
    const auto& usages = m_choices.profile.extendedKeyUsage;
    const bool isForServers = std::ranges::find(usages, "serverAuth") != usages.end();
    if (isForServers && (m_plan.keyFacts.type == "Ed25519" || m_plan.keyFacts.type == "Ed448"))
        add(Severity::Warning, Field::Key, "key-browsers",
            "Browsers do not accept " + m_plan.keyFacts.type + " certificates yet.", "Use EC P-256");
}

std::vector<Problem> keyProblems(const crypto::KeyFacts& key) {
    std::vector<Problem> problems;
    const auto warn = [&problems](std::string id, std::string message) {
        problems.push_back({std::move(id), Severity::Warning, Field::Key, std::move(message), {}, {}, std::nullopt});
    };
    if (isRsa(key) && key.bits != 0 && key.bits < smallestRsa)
        warn("key-weak", key.type + " " + std::to_string(key.bits) + " is rejected by all current browsers (minimum " +
                             std::to_string(smallestRsa) + ").");
    else if (key.type == "DSA")
        warn("key-dsa", "DSA certificates are not accepted by TLS 1.3.");
    else if (key.type == "EC" && key.bits != 0 && key.bits < smallestCurve)
        warn("key-weak", "A curve of " + std::to_string(key.bits) + " bits is too weak today.");
    return problems;
}

void PlanBuilder::checkSerial() {
    if (!m_choices.serial)
        return;
    const std::string& hex = m_choices.serial->toHex();
    if (hex == "0" || hex.starts_with('-'))
        add(Severity::Error, Field::Serial, "serial-not-positive", "A serial number has to be greater than zero.");
    else if (m_choices.serial->octets() > longestSerial)
        add(Severity::Error, Field::Serial, "serial-too-long", "A serial number may be 20 octets long at most.");
}

void PlanBuilder::checkRequest() {
    if (!m_choices.request)
        return;
    const x509::Request& request = *m_choices.request;
    const auto isValid = request.isSignatureValid();
    if (!isValid)
        add(Severity::Warning, Field::Request, "request-unchecked",
            "The request's signature cannot be checked here: whether its sender holds the key stays open.");
    else if (!*isValid)
        add(Severity::Error, Field::Request, "request-signature",
            "The request's signature is wrong: its sender does not hold the key, or it was changed.");
    if (const auto* constraints = x509::findExtension(request.extensions(), oids::BasicConstraints)) {
        if (BasicConstraints::fromDer(constraints->value()).isCa && !willBeCa())
            add(Severity::Warning, Field::Request, "request-ca-dropped",
                "The request asks for a CA certificate (CA:TRUE); this is left out.", "Take it from the request",
                constraints->oid());
    }
    using Fate = RequestedField::Fate;
    std::string dropped;
    std::string replaced;
    for (const RequestedField& field : m_plan.comparison) {
        const bool isOfExtension = !field.oid.empty();
        if (field.oid == oids::SubjectKeyIdentifier || field.oid == oids::AuthorityKeyIdentifier ||
            field.oid == oids::BasicConstraints || field.fate == Fate::Taken || field.fate == Fate::Added ||
            (field.fate == Fate::Replaced && !isOfExtension))
            continue;
        std::string& names = field.fate == Fate::Dropped ? dropped : replaced;
        names += names.empty() ? field.name : ", " + field.name;
    }
    if (!replaced.empty())
        add(Severity::Notice, Field::Request, "request-replaced",
            "The request asks for something else; as the purpose says: " + replaced + ".", "Take it from the request");
    if (!dropped.empty())
        add(Severity::Warning, Field::Request, "request-dropped",
            "The request asks for more than will be issued; left out: " + dropped + ".", "Take it from the request");
}

/// Extensions that RFC 5280 gives to CA certificates alone: 4.2.1.5, 4.2.1.10, 4.2.1.11, 4.2.1.14.
void PlanBuilder::checkForCaOnly() {
    static constexpr std::string_view policyMappings = "2.5.29.33", policyConstraints = "2.5.29.36",
                                      inhibitAnyPolicy = "2.5.29.54";
    for (const std::string_view oid : {policyMappings, oids::NameConstraints, policyConstraints, inhibitAnyPolicy}) {
        if (const PlannedExtension* planned = m_plan.extension(oid))
            add(Severity::Warning, Field::Extensions, "extension-of-ca",
                planned->shortName() + " belongs to certificates of CAs alone; programs refuse or ignore it here.",
                "Leave it out", planned->oid);
    }
}

void PlanBuilder::checkConsistency() {
    for (const PlannedExtension& planned : m_plan.extensions) {
        if (planned.isCritical && planned.extension && !isSupported(*planned.extension))
            add(Severity::Warning, Field::Extensions, "critical-unknown",
                planned.shortName() + " is critical, and programs that do not know it refuse the certificate.",
                "Make it not critical", planned.oid); // RFC 5280 4.2
    }
    const PlannedExtension* usage = m_plan.extension(oids::KeyUsage);
    const PlannedExtension* constraints = m_plan.extension(oids::BasicConstraints);
    const bool isCa = willBeCa();
    if (!isCa)
        checkForCaOnly();
    if (usage != nullptr && usage->extension) {
        const auto names = x509::keyUsageNames(usage->extension->value());
        const bool signsCertificates = std::ranges::find(names, "keyCertSign") != names.end();
        if (signsCertificates && !isCa)
            add(Severity::Error, Field::Extensions, "key-cert-sign-without-ca", "keyCertSign needs CA:TRUE.", {},
                usage->oid); // RFC 5280 4.2.1.9
        else if (isCa && !signsCertificates)
            add(Severity::Error, Field::Extensions, "ca-without-key-cert-sign", "A CA needs the key usage keyCertSign.",
                {}, usage->oid); // RFC 5280 4.2.1.3
    }
    if (constraints == nullptr || !constraints->extension)
        return;
    if (isCa && !constraints->isCritical)
        add(Severity::Warning, Field::Extensions, "ca-not-critical",
            "basicConstraints of a CA has to be critical (RFC 5280 4.2.1.9).", "Make it critical", constraints->oid);
    if (!isCa && BasicConstraints::fromDer(constraints->extension->value()).pathLength)
        add(Severity::Error, Field::Extensions, "path-length-without-ca", "pathlen needs CA:TRUE.", {},
            constraints->oid);
}

} // namespace certwright::pki
