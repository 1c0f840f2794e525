// What OpenSSL's verification codes mean for a person, in one table.
#include "core/x509/verify/trust_store.h"

#include <openssl/x509.h>

#include <algorithm>

namespace certwright::x509 {

namespace {

struct CodeText {
    int code;
    std::string_view id;
    std::string_view message; ///< {} stands for the certificate's name, {issuer} for its issuer's
    std::string_view fix;
};

constexpr CodeText CodeTexts[] = {
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, "unable-to-get-issuer",
     "The issuer {issuer} of {} is not there, so the path does not reach a trusted root.",
     "Add the issuer's certificate to the trusted ones."},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, "unable-to-get-issuer",
     "The issuer {issuer} of {} is neither among the trusted certificates nor among those that came with it.",
     "Add the missing intermediate certificate, or trust the root that it leads to."},
    {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, "unable-to-verify-leaf",
     "The signature of {} cannot be checked, because its issuer {issuer} is not there.",
     "Add the missing intermediate certificate."},
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, "self-signed", "{} is self-signed and not among the trusted certificates.",
     "Trust this certificate itself if you know it, or replace it by one of a trusted CA."},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, "untrusted-root", "The path ends at the root {}, which is not trusted.",
     "Trust this root if you know it."},
    {X509_V_ERR_CERT_SIGNATURE_FAILURE, "bad-signature",
     "The signature of {} is wrong: it was changed, or another key signed it.",
     "Get the certificate again from its issuer."},
    {X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE, "bad-signature",
     "The signature of {} cannot be checked with its issuer's key.", "Get the certificate again from its issuer."},
    {X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY, "unusable-issuer-key",
     "The key of the issuer {issuer} of {} cannot be used here.", ""},
    {X509_V_ERR_NO_ISSUER_PUBLIC_KEY, "unusable-issuer-key",
     "The issuer {issuer} of {} has no key that can be used here.", ""},
    {X509_V_ERR_CERT_NOT_YET_VALID, "not-yet-valid", "{} is not valid yet.",
     "Check the clock of this computer, or wait until the certificate begins."},
    {X509_V_ERR_CERT_HAS_EXPIRED, "expired", "{} has expired.", "Renew it."},
    {X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD, "bad-not-before", "The start date of {} is damaged.", ""},
    {X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD, "bad-not-after", "The end date of {} is damaged.", ""},
    {X509_V_ERR_CERT_CHAIN_TOO_LONG, "chain-too-long", "The path from {} is longer than allowed.",
     "Allow a greater depth."},
    {X509_V_ERR_CERT_REVOKED, "revoked", "{} has been revoked.", "Replace it."},
    {X509_V_ERR_UNABLE_TO_GET_CRL, "unable-to-get-crl", "There is no revocation list for {} by {issuer}.",
     "Add the current list of its issuer."},
    {X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER, "unable-to-get-crl-issuer",
     "The issuer of the revocation list for {} is not there.", "Add the certificate that signs the list."},
    {X509_V_ERR_CRL_SIGNATURE_FAILURE, "bad-crl-signature", "The signature of the revocation list for {} is wrong.",
     "Get the list again."},
    {X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE, "bad-crl-signature",
     "The signature of the revocation list for {} cannot be checked with its issuer's key.", "Get the list again."},
    {X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD, "bad-crl-date", "The date of the revocation list for {} is damaged.",
     "Get the list again."},
    {X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD, "bad-crl-date",
     "The end date of the revocation list for {} is damaged.", "Get the list again."},
    {X509_V_ERR_CRL_NOT_YET_VALID, "crl-not-yet-valid", "The revocation list for {} is not valid yet.", ""},
    {X509_V_ERR_CRL_HAS_EXPIRED, "crl-expired", "The revocation list for {} has expired.", "Get the current list."},
    {X509_V_ERR_KEYUSAGE_NO_CRL_SIGN, "crl-sign-missing",
     "{issuer} may not sign revocation lists (key usage lacks cRLSign).", ""},
    {X509_V_ERR_CRL_PATH_VALIDATION_ERROR, "crl-path", "The signer of the revocation list for {} cannot be verified.",
     ""},
    {X509_V_ERR_DIFFERENT_CRL_SCOPE, "crl-scope", "The revocation list is not for certificates like {}.",
     "Add the list that covers it."},
    {X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION, "unhandled-critical-crl-extension",
     "The revocation list for {} has a critical extension that is not understood.", ""},
    {X509_V_ERR_INVALID_CA, "invalid-ca", "{} stands as an issuer in the path but is not a CA (or may not sign).",
     "An issuer needs basicConstraints CA:TRUE and the key usage keyCertSign."},
    {X509_V_ERR_PATH_LENGTH_EXCEEDED, "path-length-exceeded",
     "There are more CAs below {} than its path length allows.",
     "Issue from a CA that is allowed to, or renew this one with a greater path length."},
    {X509_V_ERR_INVALID_PURPOSE, "invalid-purpose",
     "{} is not meant for this purpose (key usage or extended key usage).",
     "Use a certificate with the extended key usage that is needed."},
    {X509_V_ERR_CERT_UNTRUSTED, "untrusted", "{} is marked as not trusted for this purpose.", ""},
    {X509_V_ERR_CERT_REJECTED, "rejected", "{} is marked as rejected for this purpose.", ""},
    {X509_V_ERR_KEYUSAGE_NO_CERTSIGN, "keyusage-no-certsign",
     "The issuer {issuer} may not sign certificates (key usage lacks keyCertSign).", ""},
    {X509_V_ERR_KEYUSAGE_NO_DIGITAL_SIGNATURE, "keyusage-no-digital-signature",
     "The key usage of {} lacks digitalSignature.", ""},
    {X509_V_ERR_SUBJECT_ISSUER_MISMATCH, "subject-issuer-mismatch", "The issuer of {} has another name.", ""},
    {X509_V_ERR_AKID_SKID_MISMATCH, "akid-skid-mismatch", "{} names another key of its issuer.", ""},
    {X509_V_ERR_AKID_ISSUER_SERIAL_MISMATCH, "akid-serial-mismatch", "{} names another certificate of its issuer.", ""},
    {X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, "unhandled-critical-extension",
     "{} has a critical extension that is not understood.", "Look at its extensions."},
    {X509_V_ERR_INVALID_EXTENSION, "invalid-extension", "{} has an extension that is damaged or does not fit.", ""},
    {X509_V_ERR_UNSUPPORTED_EXTENSION_FEATURE, "unsupported-extension",
     "{} has an extension with a feature that is not supported.", ""},
    {X509_V_ERR_UNNESTED_RESOURCE, "resources-not-nested",
     "{} has addresses or numbers of networks that its issuer {issuer} does not have (RFC 3779).", ""},
    {X509_V_ERR_PROXY_CERTIFICATES_NOT_ALLOWED, "proxy-certificate",
     "{} is a proxy certificate (RFC 3820), which is not accepted.", ""},
    {X509_V_ERR_INVALID_POLICY_EXTENSION, "invalid-policy-extension", "{} has a damaged policy extension.", ""},
    {X509_V_ERR_NO_EXPLICIT_POLICY, "no-explicit-policy",
     "No certificate policy that was asked for holds along the path.", ""},
    {X509_V_ERR_PERMITTED_VIOLATION, "name-not-permitted",
     "{} has a name that a CA above it does not permit (name constraints).",
     "Issue it from a CA that allows this name."},
    {X509_V_ERR_EXCLUDED_VIOLATION, "name-excluded", "{} has a name that a CA above it excludes (name constraints).",
     "Issue it from a CA that allows this name."},
    {X509_V_ERR_SUBTREE_MINMAX, "name-constraints-minmax", "A name constraint uses minimum or maximum.", ""},
    {X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE, "unsupported-constraint",
     "A CA above {} constrains a type of name that is not supported here.", ""},
    {X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX, "unsupported-constraint",
     "A name constraint above {} is written in a way that is not supported.", ""},
    {X509_V_ERR_UNSUPPORTED_NAME_SYNTAX, "unsupported-name", "A name in {} is written in a way that is not supported.",
     ""},
    {X509_V_ERR_HOSTNAME_MISMATCH, "hostname-mismatch", "{} is not for this host name.",
     "Use a name that the certificate has, or issue one with this name."},
    {X509_V_ERR_EMAIL_MISMATCH, "email-mismatch", "{} is not for this e-mail address.", ""},
    {X509_V_ERR_IP_ADDRESS_MISMATCH, "ip-mismatch", "{} is not for this IP address.",
     "Issue one with this address among its alternative names."},
    {X509_V_ERR_EE_KEY_TOO_SMALL, "key-too-small", "The key of {} is too small for this security level.",
     "Replace it by one with a larger key."},
    {X509_V_ERR_CA_KEY_TOO_SMALL, "ca-key-too-small", "The key of the CA {} is too small for this security level.",
     "Replace it, or lower the security level."},
    {X509_V_ERR_CA_MD_TOO_WEAK, "weak-digest", "{} is signed with a digest too weak for this security level.",
     "Replace it, or lower the security level."},
    {X509_V_ERR_SIGNATURE_ALGORITHM_MISMATCH, "signature-algorithm-mismatch",
     "The signature of {} is of another kind than the key of its issuer {issuer}.", ""},
    {X509_V_ERR_SIGNATURE_ALGORITHM_INCONSISTENCY, "signature-algorithm-inconsistent",
     "{} names two different signature algorithms.", ""},
    {X509_V_ERR_UNSUPPORTED_SIGNATURE_ALGORITHM, "unsupported-signature-algorithm",
     "{} is signed with an algorithm that is not known here.", ""},
    {X509_V_ERR_PATHLEN_INVALID_FOR_NON_CA, "pathlen-for-non-ca", "{} has a path length though it is no CA.", ""},
    {X509_V_ERR_PATHLEN_WITHOUT_KU_KEY_CERT_SIGN, "pathlen-without-certsign",
     "{} has a path length, but its key usage lacks keyCertSign.", ""},
    {X509_V_ERR_KU_KEY_CERT_SIGN_INVALID_FOR_NON_CA, "certsign-for-non-ca",
     "{} has the key usage keyCertSign though it is no CA.", ""},
    {X509_V_ERR_CA_BCONS_NOT_CRITICAL, "basic-constraints-not-critical",
     "The basic constraints of the CA {} are not critical.", "RFC 5280 4.2.1.9 wants them critical."},
    {X509_V_ERR_CA_CERT_MISSING_KEY_USAGE, "ca-without-key-usage", "The CA {} has no key usage.", ""},
    {X509_V_ERR_ISSUER_NAME_EMPTY, "issuer-empty", "{} has no issuer name.", ""},
    {X509_V_ERR_SUBJECT_NAME_EMPTY, "subject-empty", "A certificate in the path has no subject name.", ""},
    {X509_V_ERR_EMPTY_SUBJECT_SAN_NOT_CRITICAL, "san-not-critical",
     "{} has no subject name, so its alternative names must be critical.", ""},
    {X509_V_ERR_EMPTY_SUBJECT_ALT_NAME, "san-empty", "The list of alternative names of {} is empty.",
     "Leave the extension out, or give it a name."},
    {X509_V_ERR_MISSING_AUTHORITY_KEY_IDENTIFIER, "aki-missing", "{} has no authority key identifier.",
     "RFC 5280 4.2.1.1 wants one in every certificate but a root."},
    {X509_V_ERR_MISSING_SUBJECT_KEY_IDENTIFIER, "ski-missing", "The CA {} has no subject key identifier.", ""},
    {X509_V_ERR_AUTHORITY_KEY_IDENTIFIER_CRITICAL, "aki-critical", "The authority key identifier of {} is critical.",
     ""},
    {X509_V_ERR_SUBJECT_KEY_IDENTIFIER_CRITICAL, "ski-critical", "The subject key identifier of {} is critical.", ""},
    {X509_V_ERR_EXTENSIONS_REQUIRE_VERSION_3, "extensions-need-v3", "{} has extensions though its version is not 3.",
     ""},
    {X509_V_ERR_EC_KEY_EXPLICIT_PARAMS, "explicit-curve", "The key of {} spells out its curve instead of naming it.",
     "Use a named curve."},
    {X509_V_ERR_OUT_OF_MEM, "out-of-memory", "Memory ran out while verifying {}.", ""},
};

std::string fill(std::string_view pattern, const std::string& name, const std::string& issuer) {
    std::string out;
    while (!pattern.empty()) {
        if (pattern.starts_with("{issuer}")) {
            out += issuer;
            pattern.remove_prefix(8);
        } else if (pattern.starts_with("{}")) {
            out += name;
            pattern.remove_prefix(2);
        } else {
            out.push_back(pattern.front());
            pattern.remove_prefix(1);
        }
    }
    return out;
}

std::string quoted(const Name& name) {
    const std::string text = name.displayName();
    return text.empty() ? std::string("the certificate without a name") : "“" + text + "”";
}

} // namespace

std::string_view toString(Finding::Severity severity) noexcept {
    switch (severity) {
    case Finding::Severity::Error:
        return "error";
    case Finding::Severity::Warning:
        return "warning";
    case Finding::Severity::Notice:
        return "notice";
    }
    return "error";
}

Finding findingFor(int opensslCode, int depth, const Certificate* certificate) {
    Finding finding;
    finding.depth = depth;
    finding.opensslCode = opensslCode;
    std::string name = "the certificate";
    std::string issuer = "that is named in it";
    if (certificate != nullptr) {
        finding.subject = certificate->subject().toRfc2253();
        name = quoted(certificate->subject());
        issuer = quoted(certificate->issuer());
    }
    const auto* row = std::find_if(std::begin(CodeTexts), std::end(CodeTexts),
                                   [opensslCode](const CodeText& text) { return text.code == opensslCode; });
    if (row == std::end(CodeTexts)) {
        finding.id = "openssl-" + std::to_string(opensslCode);
        finding.message = X509_verify_cert_error_string(opensslCode);
        return finding;
    }
    finding.id = row->id;
    finding.message = fill(row->message, name, issuer);
    finding.fix = fill(row->fix, name, issuer);
    return finding;
}

} // namespace certwright::x509
