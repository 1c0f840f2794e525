#include "core/x509/certificate.h"
#include "core/x509/certificate_builder.h"
#include "tests/core/corpus.h"
#include "tests/core/expect.h"
#include "tests/core/x509/openssl_tool.h"
#include "tests/support/test_ca.h"
#include "tests/support/test_main.h"

#include <QCryptographicHash>
#include <QRegularExpression>

#include <thread>

using namespace certwright;
using base::ErrorKind;
using test::bytes;
using test::q;
using test::view;
using x509::Certificate;

namespace {

QByteArray colons(const QByteArray& digest) {
    return digest.toHex(':').toUpper();
}

/// The date as `openssl x509 -dateopt iso_8601` prints it; the line itself, behind its '=', where that has a fraction
/// of a second or a year before 1000, which OpenSSL writes in ways of its own.
QByteArray dateOf(std::optional<base::Time> time, const QByteArray& line) {
    const QByteArray text = line.mid(line.indexOf('=') + 1);
    if (text.startsWith(' ') || text.contains('.'))
        return text;
    return time ? QByteArray::fromStdString(base::toRfc3339(*time)).replace('T', ' ') : QByteArray("Bad time value");
}

} // namespace

class CertificateTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { CERTWRIGHT_SKIP_WITHOUT_OPENSSL(); }

    // crypto.load_certificate, crypto.dump_certificate, crypto.X509.get_version, crypto.X509.get_notBefore,
    // crypto.X509.get_notAfter: every reading by `openssl x509`.
    void agreesWithOpenssl_data() { test::corpusRows({"certs", "names", "pqc"}); }
    void agreesWithOpenssl() {
        QFETCH(QByteArray, certificate);
        const Certificate read = Certificate::fromDer(view(certificate));
        QCOMPARE(bytes(read.der()), certificate);
        // The text, then the dates, then the certificate in PEM.
        const QByteArray out = test::openssl(
            test::words("x509 -inform DER -text -nameopt oneline,-esc_msb -dates -dateopt iso_8601"), certificate);
        const qsizetype dates = out.lastIndexOf("notBefore=");
        const qsizetype pem = out.lastIndexOf("-----BEGIN");
        QVERIFY(dates > 0 && pem > dates);
        QCOMPARE(q(read.toPem()), QString::fromLatin1(out.mid(pem)));
        QVERIFY(Certificate::fromPem(test::textView(out.mid(pem))) == read);
        // Of a key that it cannot use OpenSSL prints its error queue, in which addresses stand.
        const QByteArray text = out.left(dates);
        if (read.publicKey().isUsable())
            QCOMPARE(q(read.toText()), QString::fromUtf8(text));
        const QByteArrayList lines = out.mid(dates, pem - dates).split('\n');
        QCOMPARE(dateOf(read.notBefore(), lines[0]), lines[0].mid(10));
        QCOMPARE(dateOf(read.notAfter(), lines[1]), lines[1].mid(9));
        static const QRegularExpression version(QStringLiteral("Version: (\\d+) "));
        if (const auto match = version.match(QString::fromUtf8(text)); match.hasMatch())
            QCOMPARE(read.version(), match.captured(1).toInt());
        static const QRegularExpression algorithm(QStringLiteral("Signature Algorithm: (.+)"));
        // The one that the signature was made with stands above it, at the end.
        const QString end = QString::fromUtf8(text.mid(text.lastIndexOf("    Signature Algorithm")));
        const QString printed = algorithm.match(end).captured(1);
        // Post-quantum ones have a name here also where OpenSSL has none yet; see tst_keys for the names.
        const bool isNewer = printed.startsWith(QStringLiteral("2.16.840.1.101.3.4.3."));
        QCOMPARE(q(read.signatureAlgorithm()), isNewer ? q(crypto::algorithmType(printed.toStdString())) : printed);
        QCOMPARE(q(read.subject().toRfc2253()), q(x509::Name::fromDer(test::namesOf(certificate).subject).toRfc2253()));
        QCOMPARE(q(read.issuer().toRfc2253()), q(x509::Name::fromDer(test::namesOf(certificate).issuer).toRfc2253()));
    }

    // crypto.X509.get_pubkey: by `openssl x509`.
    void agreesAboutTheKey_data() { test::corpusRows({"names", "pqc"}); }
    void agreesAboutTheKey() {
        QFETCH(QByteArray, certificate);
        const Certificate read = Certificate::fromDer(view(certificate));
        const QByteArray pem = test::openssl(test::words("x509 -inform DER -noout -pubkey"), certificate);
        QCOMPARE(read.publicKey().isUsable(), !pem.isEmpty());
        // OpenSSL writes the key anew; where the certificate has another form of it, ours is that one.
        const QByteArray spki = QByteArray::fromBase64(pem.mid(27, pem.indexOf("-----END") - 27));
        if (!pem.isEmpty() && certificate.contains(spki))
            QCOMPARE(bytes(read.publicKey().spkiDer()), spki);
    }

    // crypto.X509.digest: Qt's digests.
    void digestsByName_data() { test::corpusRows({"names"}); }
    void digestsByName() {
        QFETCH(QByteArray, certificate);
        const Certificate read = Certificate::fromDer(view(certificate));
        const auto digest = [&certificate](QCryptographicHash::Algorithm algorithm) {
            return QCryptographicHash::hash(certificate, algorithm);
        };
        QCOMPARE(QByteArray::fromStdString(read.digest("sha256")), colons(digest(QCryptographicHash::Sha256)));
        QCOMPARE(QByteArray::fromStdString(read.digest("SHA512")), colons(digest(QCryptographicHash::Sha512)));
        QCOMPARE(QByteArray::fromStdString(read.digest("md5")), colons(digest(QCryptographicHash::Md5)));
        QCOMPARE(QByteArray::fromStdString(read.digest("sha3-256")), colons(digest(QCryptographicHash::RealSha3_256)));
        QCOMPARE(QByteArray::fromStdString(read.sha256()), digest(QCryptographicHash::Sha256).toHex().toUpper());
        QCOMPARE(QByteArray::fromStdString(read.sha1()), digest(QCryptographicHash::Sha1).toHex().toUpper());
        CERTWRIGHT_VERIFY_FAILS(read.digest("no such digest"), ErrorKind::Unsupported);
    }

    // Self-signed ones by `openssl verify` with nothing trusted but themselves and only the signature in question.
    void knowsSelfSignedOnes_data() { test::corpusRows({"certs"}); }
    void knowsSelfSignedOnes() {
        QFETCH(QByteArray, certificate);
        const Certificate read = Certificate::fromDer(view(certificate));
        if (!read.subject().matches(read.issuer())) {
            QVERIFY(!read.isSelfSigned());
            return;
        }
        QTemporaryDir folder;
        const QString file = test::writeFile(folder, "self.pem", read.toPem());
        const auto result =
            test::run(test::findTool(QStringLiteral("openssl")),
                      {QStringLiteral("verify"), QStringLiteral("-no_check_time"), QStringLiteral("-check_ss_sig"),
                       QStringLiteral("-auth_level"), QStringLiteral("0"), QStringLiteral("-no-CApath"),
                       QStringLiteral("-no-CAstore"), QStringLiteral("-CAfile"), file, file});
        if (result.isSuccess())
            QVERIFY(read.isSelfSigned());
        else if (result.errors.contains("certificate signature failure"))
            QVERIFY(!read.isSelfSigned());
    }

    void knowsWhoSignedIt() {
        const test::TestCa root("CN=Root");
        const test::TestCa sameName("CN=Root");
        const test::TestCa other("CN=Other");
        const Certificate leaf = root.issue().certificate;
        QVERIFY(leaf.isIssuedBy(root.certificate()));
        QVERIFY(leaf.isSignedBy(root.certificate().publicKey()));
        QVERIFY(!leaf.isIssuedBy(sameName.certificate()));
        QVERIFY(!leaf.isSignedBy(sameName.certificate().publicKey()));
        QVERIFY(!leaf.isIssuedBy(other.certificate()));
        QVERIFY(!leaf.isSelfSigned());
        QVERIFY(root.certificate().isSelfSigned());
        QVERIFY(root.certificate().isCa());
        QVERIFY(!leaf.isCa());
    }

    // crypto.X509.has_expired; RFC 5280 4.1.2.5: valid through notAfter.
    void expiresAfterItsLastSecond() {
        test::IssueOptions options;
        options.notAfter = base::Time{std::chrono::seconds(2'000'000'000)};
        const Certificate leaf = test::TestCa().issue(options).certificate;
        QVERIFY(!leaf.hasExpired(*options.notAfter));
        QVERIFY(leaf.hasExpired(*options.notAfter + std::chrono::seconds(1)));
        QVERIFY(!leaf.hasExpired(*leaf.notBefore() - std::chrono::hours(1)));
    }

    // The same key under an algorithm that is not offered here: readable all the same.
    void readsKeysThatCannotBeUsed() {
        const QByteArray pem = test::readDataFile(QStringLiteral("conformance/pqc/gen-ml-kem-768.pub.pem"));
        QVERIFY(!pem.isEmpty());
        const Certificate read = Certificate::fromPem(
            test::textView(test::readDataFile(QStringLiteral("conformance/pqc/gen-ml-dsa-65.crt.pem"))));
        QCOMPARE(q(read.publicKey().facts().type), QStringLiteral("ML-DSA-65"));
        QCOMPARE(read.isSelfSigned(), read.publicKey().isUsable());
    }

    void keyIdentifiersStandBesideDamagedExtensions() {
        test::TestCa root;
        x509::CertificateBuilder builder;
        builder.setSubject(x509::Name::parse("CN=x")).setIssuer(root.certificate().subject());
        builder.setPublicKey(root.key().publicKey()).setNotBefore("20200101000000Z").setNotAfter("20300101000000Z");
        builder.addSubjectKeyIdentifier().addAuthorityKeyIdentifier(root.certificate());
        builder.addExtension(x509::Extension::fromDer(x509::oids::KeyUsage, true, {0x03, 0x05, 0x00}));
        const Certificate damaged = builder.sign(root.key());
        QCOMPARE(bytes(damaged.subjectKeyId()), bytes(root.certificate().subjectKeyId()));
        QCOMPARE(bytes(damaged.authorityKeyId()), bytes(root.certificate().subjectKeyId()));
        QVERIFY(damaged.keyUsage().empty());
    }

    void refusesWhatIsNone_data() {
        QTest::addColumn<QByteArray>("der");
        const QByteArray der = bytes(test::TestCa().certificate().der());
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("trailing") << der + '\0';
        QTest::newRow("cut") << der.chopped(1);
        QTest::newRow("a key") << bytes(test::TestCa().certificate().publicKey().spkiDer());
    }
    void refusesWhatIsNone() {
        QFETCH(QByteArray, der);
        CERTWRIGHT_VERIFY_FAILS(Certificate::fromDer(view(der)), ErrorKind::BadInput);
        CERTWRIGHT_VERIFY_FAILS(Certificate::fromPem(test::textView(der)), ErrorKind::BadInput);
    }

    void takesTheFirstOfAPemText() {
        const test::TestCa first("CN=First");
        const test::TestCa second("CN=Second");
        const std::string text = "a remark\n" + first.certificate().publicKey().toPem() + first.certificate().toPem() +
                                 second.certificate().toPem();
        QVERIFY(Certificate::fromPem(text) == first.certificate());
    }

    // A signature that says its last octet has unused bits, and has them set: OpenSSL writes it with them cleared.
    void keepsTheOctetsOfAPemText() {
        QByteArray der = bytes(test::TestCa().certificate().der());
        const Certificate sound = Certificate::fromDer(view(der));
        const ASN1_BIT_STRING* signature = nullptr;
        X509_get0_signature(&signature, nullptr, sound.native());
        der[der.size() - ASN1_STRING_length(signature) - 1] = 1;
        der.back() = static_cast<char>(der.back() | 1);
        const QByteArray pem = "-----BEGIN CERTIFICATE-----\n" + der.toBase64() + "\n-----END CERTIFICATE-----\n";
        QCOMPARE(bytes(Certificate::fromPem(test::textView(pem)).der()), der);
    }

    // Nobody is asked on the terminal.
    void refusesAnEncryptedBlock() {
        QByteArray pem = QByteArray::fromStdString(test::TestCa().certificate().toPem());
        pem.replace("CATE-----\n", "CATE-----\nProc-Type: 4,ENCRYPTED\n"
                                   "DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n");
        CERTWRIGHT_VERIFY_FAILS(Certificate::fromPem(test::textView(pem)), ErrorKind::PassphraseNeeded);
    }

    void sharesAndCompares() {
        const test::TestCa root;
        const Certificate copy = root.certificate();
        const Certificate shared = Certificate::share(root.certificate().native());
        const Certificate read = Certificate::fromDer(root.certificate().der());
        QVERIFY(copy == root.certificate());
        QVERIFY(shared == root.certificate());
        QVERIFY(read == root.certificate());
        QVERIFY(!(read == test::TestCa().certificate()));
    }

    // One value, many readers: nothing in it changes any more (run under the thread sanitizer too).
    void manyThreadsMayRead() {
        const test::TestCa root;
        const Certificate leaf = root.issue().certificate;
        std::vector<std::thread> threads;
        std::atomic<int> good = 0;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&] {
                for (int n = 0; n < 50; ++n)
                    good += leaf.isIssuedBy(root.certificate()) && !leaf.isCa() && !leaf.toText().empty() ? 1 : 0;
            });
        for (std::thread& thread : threads)
            thread.join();
        QCOMPARE(good.load(), 200);
    }
};

CERTWRIGHT_TEST_MAIN(CertificateTest)
#include "tst_certificate.moc"
