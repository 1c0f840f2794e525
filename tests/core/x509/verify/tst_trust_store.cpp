#include "core/x509/verify/trust_store.h"
#include "tests/core/expect.h"
#include "tests/core/x509/openssl_tool.h"
#include "tests/core/x509/verify/verify_pki.h"
#include "tests/support/test_ca.h"
#include "tests/support/test_main.h"

#include <openssl/x509_vfy.h>

#include <QScopeGuard>

using namespace certwright;
using base::ErrorKind;
using test::q;
using x509::Certificate;
using x509::Finding;
using x509::TrustStore;
using x509::VerifyOptions;
using x509::VerifyResult;

namespace {

/// "expired at 0, untrusted-root at 1"
QString textOf(const std::vector<Finding>& findings) {
    QStringList out;
    for (const Finding& finding : findings)
        out.append(q(finding.id) + QStringLiteral(" at %1").arg(finding.depth));
    return out.join(QStringLiteral(", "));
}

} // namespace

// The store itself, and how findings are told. What is accepted and what is not stands in tst_verify.
class TrustStoreTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void saysWhenAnAlgorithmIsNotOffered() {
        const QByteArray pem = test::readDataFile(QStringLiteral("conformance/pqc/gen-ml-dsa-44.crt.pem"));
        const Certificate certificate = Certificate::fromPem({pem.constData(), static_cast<std::size_t>(pem.size())});
        QCOMPARE(q(certificate.signatureAlgorithm()), QStringLiteral("ML-DSA-44"));
        TrustStore store;
        store.addTrusted(certificate);
        VerifyOptions options;
        options.time = certificate.notBefore();
        const VerifyResult result = store.verify(certificate, options);
        // OpenSSL 3.5 offers it, 3.0 does not: then it is no missing issuer.
        if (certificate.publicKey().isUsable()) {
            QVERIFY2(result.isTrusted, qPrintable(textOf(result.findings)));
            return;
        }
        QCOMPARE(textOf(result.findings), QStringLiteral("unsupported-algorithm at 0"));
        QVERIFY(result.findings.front().message.find("does not offer ML-DSA-44") != std::string::npos);
    }

    // crypto.X509StoreType, crypto.X509Store.add_cert: adding one twice is no error, and it is there once.
    void takesACertificateTwice() {
        TrustStore store;
        store.addTrusted(m_root.certificate());
        store.addTrusted(m_root.certificate());
        store.addTrusted(Certificate::fromDer(m_root.certificate().der()));
        QCOMPARE(sk_X509_OBJECT_num(X509_STORE_get0_objects(store.native())), 1);
        store.addUntrusted(m_sub.certificate());
        store.addUntrusted(Certificate::fromDer(m_sub.certificate().der()));
        QCOMPARE(store.untrusted().size(), std::size_t{1});
        QVERIFY(store.verify(m_leaf).isTrusted);
    }

    void trustsNothingAtFirst() {
        const TrustStore store;
        const VerifyResult result = store.verify(m_root.certificate());
        QVERIFY(!result.isTrusted);
        QCOMPARE(textOf(result.findings), QStringLiteral("self-signed at 0"));
        QCOMPARE(result.opensslCode, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT);
        QVERIFY(result.chain == std::vector<Certificate>{m_root.certificate()});
    }

    void whatIsInBetweenIsNotTrusted() {
        TrustStore store;
        store.addUntrusted(m_sub.certificate());
        store.addUntrusted(m_root.certificate());
        QCOMPARE(textOf(store.verify(m_leaf).findings), QStringLiteral("untrusted-root at 2"));
    }

    void canBeMovedAndAskedAgain() {
        TrustStore first;
        first.addTrusted(m_root.certificate());
        first.addUntrusted(m_sub.certificate());
        TrustStore second(std::move(first));
        TrustStore third;
        third = std::move(second);
        for (int i = 0; i < 3; ++i)
            QVERIFY(third.verify(m_leaf).isTrusted);
        VerifyOptions options;
        options.hostname = "other.example";
        QVERIFY(!third.verify(m_leaf, options).isTrusted);
        QVERIFY(third.verify(m_leaf).isTrusted);
    }

    // OpenSSL says a missing issuer twice, as 20 and as 21.
    void saysAMissingIssuerOnce() {
        TrustStore store;
        store.addTrusted(m_root.certificate());
        const VerifyResult result = store.verify(m_leaf);
        QCOMPARE(textOf(result.findings), QStringLiteral("unable-to-get-issuer at 0"));
        QVERIFY(q(result.findings[0].message).contains(QStringLiteral("“Test Intermediate”")));
        QVERIFY(!result.findings[0].fix.empty());
    }

    void collectsEverythingThatIsWrong() {
        const test::VerifyPki pki;
        TrustStore store;
        store.addTrusted(pki.at("root"));
        store.addUntrusted(pki.at("sub"));
        VerifyOptions options;
        options.hostname = "www.example";
        options.purpose = VerifyOptions::Purpose::TlsClient;
        options.crlCheck = VerifyOptions::CrlCheck::All;
        options.time = base::parseRfc3339("2050-01-01T00:00:00Z");
        const VerifyResult result = store.verify(pki.at("server"), options);
        QVERIFY(!result.isTrusted);
        QStringList found = textOf(result.findings).split(QStringLiteral(", "));
        QCOMPARE(result.opensslCode, result.findings.front().opensslCode);
        found.sort();
        QCOMPARE(found.join(u' '),
                 QStringLiteral("expired at 0 expired at 1 expired at 2 hostname-mismatch at 0 invalid-purpose at 0 "
                                "unable-to-get-crl at 0 unable-to-get-crl at 1 unable-to-get-crl at 2"));
        for (const Finding& finding : result.findings) {
            QCOMPARE(q(finding.subject), finding.depth == 0   ? QStringLiteral("CN=server")
                                         : finding.depth == 1 ? QStringLiteral("CN=sub")
                                                              : QStringLiteral("CN=root"));
            QCOMPARE(q(toString(finding.severity)), QStringLiteral("error"));
        }
    }

    void refusesOptionsThatMakeNoSense_data() {
        QTest::addColumn<QByteArray>("field");
        QTest::addColumn<QByteArray>("value");
        QTest::newRow("address") << QByteArray("ip") << QByteArray("192.0.2.256");
        QTest::newRow("address that is a name") << QByteArray("ip") << QByteArray("lab.example");
        QTest::newRow("policy") << QByteArray("policy") << QByteArray("1.2.x");
        QTest::newRow("policy without an OID") << QByteArray("policy") << QByteArray("AES-128-CBC-HMAC-SHA1");
        QTest::newRow("policy without a value") << QByteArray("policy") << QByteArray();
        QTest::newRow("host name with a NUL") << QByteArray("hostname") << QByteArray("lab.example\0.com", 16);
    }
    void refusesOptionsThatMakeNoSense() {
        QFETCH(QByteArray, field);
        QFETCH(QByteArray, value);
        VerifyOptions options;
        if (field == "ip")
            options.ip = value.toStdString();
        else if (field == "policy")
            options.policies = {value.toStdString()};
        else
            options.hostname = value.toStdString();
        CERTWRIGHT_VERIFY_FAILS(TrustStore().verify(m_leaf, options), ErrorKind::BadInput);
    }

    void readsABundle() {
        const QTemporaryDir folder;
        const QString file = test::writeFile(folder, "bundle.pem",
                                             "a remark\n" + test::TestCa("CN=Other").certificate().toPem() +
                                                 m_root.certificate().toPem());
        TrustStore store;
        store.addTrustFile(file.toStdString());
        store.addUntrusted(m_sub.certificate());
        QVERIFY(store.verify(m_leaf).isTrusted);
    }

    // A folder as `openssl rehash` makes it.
    void readsAHashedFolder() {
        CERTWRIGHT_SKIP_WITHOUT_OPENSSL();
        const QTemporaryDir folder;
        test::writeFile(folder, "root.pem", m_root.certificate().toPem());
        TrustStore store;
        store.addTrustFile(folder.path().toStdString());
        store.addUntrusted(m_sub.certificate());
        QVERIFY(!store.verify(m_leaf).isTrusted); // there are no hashes yet
        test::openssl({QStringLiteral("rehash"), folder.path()});
        QVERIFY(store.verify(m_leaf).isTrusted);
    }

    void refusesOtherFiles() {
        const QTemporaryDir folder;
        const auto errorOf = [](const QString& path) {
            return test::errorOf([&path] { return TrustStore().addTrustFile(path.toStdString()), 0; });
        };
        const QString missing = folder.filePath(QStringLiteral("missing.pem"));
        const auto notFound = errorOf(missing);
        QVERIFY(notFound);
        QCOMPARE(test::nameOf(notFound->kind()), test::nameOf(ErrorKind::NotFound));
        QCOMPARE(q(notFound->context()), missing);
        for (const std::string& content :
             {std::string(), std::string("hello"), m_root.certificate().publicKey().toPem(),
              std::string("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")}) {
            const QString path = test::writeFile(folder, "bad.pem", content);
            const auto error = errorOf(path);
            QVERIFY(error);
            QCOMPARE(test::nameOf(error->kind()), test::nameOf(ErrorKind::BadInput));
            QCOMPARE(q(error->context()), path);
        }
    }

    void readsTheTrustOfThePlatform() {
        const QTemporaryDir folder;
        const QString file = test::writeFile(folder, "roots.pem", m_root.certificate().toPem());
        qputenv("SSL_CERT_FILE", file.toUtf8());
        qputenv("SSL_CERT_DIR", folder.path().toUtf8());
        const auto restore = qScopeGuard([] {
            qunsetenv("SSL_CERT_FILE");
            qunsetenv("SSL_CERT_DIR");
        });
        TrustStore store;
        store.addSystemTrust();
        store.addUntrusted(m_sub.certificate());
        QVERIFY(store.verify(m_leaf).isTrusted);
        QVERIFY(!store.verify(test::TestCa().certificate()).isTrusted);
    }

    // Whatever OpenSSL can say has a name of its own or OpenSSL's text, and no blank is left to fill in.
    void tellsEveryCode() {
        int named = 0;
        for (int code = 1; code < 120; ++code) {
            const QString openssl = QString::fromLatin1(X509_verify_cert_error_string(code));
            const Finding finding = x509::findingFor(code, 3, &m_leaf);
            QCOMPARE(finding.opensslCode, code);
            QCOMPARE(finding.depth, 3);
            QCOMPARE(q(finding.subject), QStringLiteral("CN=localhost"));
            QVERIFY(!finding.message.empty());
            QVERIFY2(finding.message.find('{') == std::string::npos && finding.fix.find('{') == std::string::npos,
                     finding.message.c_str());
            if (q(finding.id) == QStringLiteral("openssl-%1").arg(code))
                QCOMPARE(q(finding.message), openssl);
            else
                ++named;
        }
        QVERIFY2(named >= 60, QByteArray::number(named).constData());
        const Finding without = x509::findingFor(X509_V_ERR_CERT_HAS_EXPIRED, 0, nullptr);
        QCOMPARE(q(without.message), QStringLiteral("the certificate has expired."));
        QCOMPARE(q(without.subject), QString());
    }

    // What OpenSSL's texts say of these, and not something else.
    void tellsSignatureAlgorithmsApart() {
        // "subject signature algorithm and issuer public key algorithm mismatch"
        QVERIFY(x509::findingFor(X509_V_ERR_SIGNATURE_ALGORITHM_MISMATCH, 0, &m_leaf).message.find("issuer") !=
                std::string::npos);
        // "cert info signature and signature algorithm mismatch"
        QVERIFY(
            x509::findingFor(X509_V_ERR_SIGNATURE_ALGORITHM_INCONSISTENCY, 0, &m_leaf).message.find("two different") !=
            std::string::npos);
        // "Cannot find certificate signature algorithm"
        QCOMPARE(q(x509::findingFor(X509_V_ERR_UNSUPPORTED_SIGNATURE_ALGORITHM, 0, &m_leaf).id),
                 QStringLiteral("unsupported-signature-algorithm"));
    }

    void namesSeverities() {
        QCOMPARE(q(toString(Finding::Severity::Error)), QStringLiteral("error"));
        QCOMPARE(q(toString(Finding::Severity::Warning)), QStringLiteral("warning"));
        QCOMPARE(q(toString(Finding::Severity::Notice)), QStringLiteral("notice"));
    }

private:
    test::TestCa m_root;
    test::TestCa m_sub = m_root.intermediate();
    Certificate m_leaf = m_sub.issue().certificate;
};

CERTWRIGHT_TEST_MAIN(TrustStoreTest)
#include "tst_trust_store.moc"
