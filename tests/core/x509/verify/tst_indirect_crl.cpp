#include "core/x509/verify/trust_store.h"
#include "tests/core/expect.h"
#include "tests/support/environment.h"
#include "tests/support/test_main.h"

#include <QTest>

using namespace certwright;
using namespace certwright::test;
using x509::VerifyOptions;

namespace {

QByteArray pkits(const QString& path) {
    return readDataFile(QStringLiteral("conformance/pkits/") + path);
}

x509::Certificate certificate(const QString& name) {
    return x509::Certificate::fromDer(view(pkits(QStringLiteral("certs/") + name)));
}

/// When the vectors' certificates and lists are all in time.
VerifyOptions allRevocationChecked() {
    VerifyOptions options;
    options.crlCheck = VerifyOptions::CrlCheck::All;
    options.time = base::parseRfc3339("2020-01-01T12:00:00Z");
    return options;
}

} // namespace

/// Revocation lists by somebody else than the certificate's issuer (RFC 5280 5.2.5, 6.3.3): NIST's PKITS 4.14.
class IndirectCrlTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void agreesWithPkits_data();
    void agreesWithPkits();
    void asksTheCertificateAloneForItsName();
};

void IndirectCrlTest::agreesWithPkits_data() {
    QTest::addColumn<QString>("anchor");
    QTest::addColumn<QStringList>("chain");
    QTest::addColumn<QStringList>("crls");
    QTest::addColumn<bool>("isValid");
    for (const QByteArray& line : pkits(QStringLiteral("pkits.tsv")).split('\n')) {
        const QStringList fields = QString::fromUtf8(line).split(u'\t');
        // OpenSSL refuses 4.14.30: it takes the list's signer for its own judge.
        if (fields.size() < 11 || !fields[0].startsWith(QStringLiteral("4.14.")) ||
            fields[0] == QStringLiteral("4.14.30"))
            continue;
        QTest::newRow(qPrintable(fields[0] + u' ' + fields[1]))
            << fields[3] << fields[4].split(u',') << fields[5].split(u',') << (fields[10] == QStringLiteral("valid"));
    }
}

void IndirectCrlTest::agreesWithPkits() {
    QFETCH(QString, anchor);
    QFETCH(QStringList, chain);
    QFETCH(QStringList, crls);
    QFETCH(bool, isValid);
    x509::TrustStore store;
    store.addTrusted(certificate(anchor));
    for (const QString& name : chain)
        store.addUntrusted(certificate(name));
    for (const QString& name : crls)
        store.addCrl(x509::Crl::fromDer(view(pkits(QStringLiteral("crls/") + name))));
    const x509::VerifyResult result = store.verify(certificate(chain.last()), allRevocationChecked());
    QCOMPARE(result.isTrusted, isValid);
    QCOMPARE(result.findings.empty(), isValid);
}

// The signer of the list need not be the host that was asked for.
void IndirectCrlTest::asksTheCertificateAloneForItsName() {
    x509::TrustStore store;
    store.addTrusted(certificate(QStringLiteral("TrustAnchorRootCertificate.crt")));
    for (const char* name : {"indirectCRLCA3Cert.crt", "indirectCRLCA3cRLIssuerCert.crt"})
        store.addUntrusted(certificate(QString::fromLatin1(name)));
    for (const char* name : {"TrustAnchorRootCRL.crl", "indirectCRLCA3CRL.crl", "indirectCRLCA3cRLIssuerCRL.crl"})
        store.addCrl(x509::Crl::fromDer(view(pkits(QStringLiteral("crls/") + QString::fromLatin1(name)))));
    VerifyOptions options = allRevocationChecked();
    options.hostname = "www.example.com";
    const auto result = store.verify(certificate(QStringLiteral("ValidcRLIssuerTest28EE.crt")), options);
    QCOMPARE(result.findings.size(), std::size_t{1});
    QCOMPARE(q(result.findings[0].id), QStringLiteral("hostname-mismatch"));
    QCOMPARE(result.findings[0].depth, 0);
}

CERTWRIGHT_TEST_MAIN(IndirectCrlTest)
#include "tst_indirect_crl.moc"
