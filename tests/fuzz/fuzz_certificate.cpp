#include "core/base/outcome.h"
#include "core/x509/certificate.h"
#include "core/x509/columns.h"
#include "tests/fuzz/fuzz.h"

namespace certwright::fuzz {
namespace {

unsigned bitsOf(const x509::Certificate& certificate) {
    const x509::Extension* extension = certificate.extension(x509::oids::KeyUsage);
    const auto names = extension == nullptr ? std::vector<std::string>() : x509::keyUsageNames(extension->value());
    return static_cast<unsigned>(names.size());
}

unsigned countOfBits(unsigned bits) {
    unsigned count = 0;
    for (bits &= 0xFFFFU; bits != 0; bits &= bits - 1)
        ++count;
    return count;
}

void compare(const x509::CertificateColumns& columns, const x509::Certificate& certificate) {
    require(columns.version == certificate.version(), "version");
    require(columns.serial == certificate.serial(), "serial");
    require(columns.subjectDer == certificate.subject().toDer(), "subject DER");
    require(columns.issuerDer == certificate.issuer().toDer(), "issuer DER");
    require(columns.subject == certificate.subject().toRfc2253(), "subject");
    require(columns.issuer == certificate.issuer().toRfc2253(), "issuer");
    require(columns.notBefore == certificate.notBefore() && columns.notAfter == certificate.notAfter(), "dates");
    require(columns.key == certificate.publicKey().facts(), "key");
    require(columns.spkiSha256 == certificate.publicKey().spkiSha256(), "SPKI hash");
    require(columns.sha256 == certificate.sha256() && columns.sha1 == certificate.sha1(), "fingerprints");
    require(columns.subjectAltNames == certificate.subjectAltNames(), "subject alternative names");
    require(columns.subjectKeyId == certificate.subjectKeyId(), "subject key identifier");
    require(columns.authorityKeyId == certificate.authorityKeyId(), "authority key identifier");
    require(columns.isCa == certificate.isCa() && columns.pathLength == certificate.pathLength(), "constraints");
    require(countOfBits(columns.keyUsageBits) == bitsOf(certificate), "key usage");
    require(columns.extendedKeyUsageOids.size() == certificate.extendedKeyUsage().size(), "extended key usage");
}

} // namespace

// Whatever the reader of the list columns accepts, OpenSSL's decoder accepts, with the same fields; and the reverse.
void target(base::BytesView input) {
    const base::Bytes der = derOf(input);
    const auto columns = base::outcomeOf([&der] { return x509::columnsFromDer(der); });
    const auto certificate = base::outcomeOf([&der] { return x509::Certificate::fromDer(der); });
    require(columns.has_value() == certificate.has_value(), "both readers take it or neither");
    if (!columns)
        throw columns.error();
    compare(*columns, *certificate);
    certificate->toText();
    require(x509::Certificate::fromPem(certificate->toPem()) == *certificate, "PEM round trip");
}

} // namespace certwright::fuzz
