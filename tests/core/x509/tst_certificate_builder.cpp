#include "core/crypto/key_generator.h"
#include "core/x509/certificate_builder.h"
#include "tests/core/corpus.h"
#include "tests/core/expect.h"
#include "tests/core/x509/openssl_maker.h"
#include "tests/support/test_ca.h"
#include "tests/support/test_main.h"

#include <QRegularExpression>

#include <chrono>
#include <limits>

using namespace certwright;
using base::ErrorKind;
using test::bytes;
using test::q;
using test::unhex;
using test::view;
using x509::Certificate;
using x509::CertificateBuilder;
using x509::Extension;
using x509::Name;
using x509::Serial;

namespace {

crypto::PrivateKey keyOf(const char* type) {
    return crypto::generateKey(crypto::KeySpec::parse(type));
}

/// A key of the corpus, decoded by openssl.
crypto::PrivateKey corpusKey(const char* file) {
    const QByteArray content = test::readDataFile(QStringLiteral("conformance/keys/") + QString::fromLatin1(file));
    return crypto::PrivateKey::fromPkcs8Der(
        view(test::openssl(test::words("pkcs8 -topk8 -nocrypt -outform DER"), content)));
}

/// All that a certificate needs but its number: CN=x, issued by itself, valid from 2020 to 2049.
CertificateBuilder builderFor(const crypto::PublicKey& key) {
    CertificateBuilder builder;
    builder.setSubject(Name::parse("CN=x")).setIssuer(Name::parse("CN=x")).setPublicKey(key);
    builder.setNotBefore("20200101000000Z").setNotAfter("20490101000000Z");
    return builder;
}

QByteArray textByOpenssl(const Certificate& certificate) {
    return test::openssl(test::words("x509 -inform DER -noout -text"), bytes(certificate.der()));
}

/// What stands behind "name" in a line of the text; of the last such line.
QByteArray lastField(const QByteArray& text, const QByteArray& name) {
    const qsizetype at = text.lastIndexOf(name);
    return at < 0 ? QByteArray() : text.mid(at + name.size(), text.indexOf('\n', at) - at - name.size()).trimmed();
}

/// What `openssl verify` says of a certificate that is to be its own root; empty when nothing is wrong.
QByteArray complaintsAboutSelfSigned(const Certificate& certificate) {
    const QTemporaryDir folder;
    const QString file = test::writeFile(folder, "self.pem", certificate.toPem());
    const auto result = test::run(test::findTool(QStringLiteral("openssl")),
                                  test::words("verify -check_ss_sig -auth_level 0 -no-CApath -no-CAstore -CAfile") +
                                      QStringList{file, file});
    return result.isSuccess() ? QByteArray() : result.describe();
}

} // namespace

class CertificateBuilderTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { CERTWRIGHT_SKIP_WITHOUT_OPENSSL(); }

    // crypto.X509Type, crypto.X509: a builder made without anything is the empty certificate, of version 3.
    void beginsEmpty() {
        CertificateBuilder empty;
        CERTWRIGHT_VERIFY_FAILS(empty.sign(m_key), ErrorKind::NotAllowed);
        empty.setPublicKey(m_key.publicKey());
        CERTWRIGHT_VERIFY_FAILS(empty.sign(m_key), ErrorKind::NotAllowed);
        empty.setNotBefore("20200101000000Z");
        CERTWRIGHT_VERIFY_FAILS(empty.sign(m_key), ErrorKind::NotAllowed);
        empty.setNotAfter("20490101000000Z");
        const Certificate least = empty.sign(m_key);
        const QByteArray text = textByOpenssl(least);
        QCOMPARE(lastField(text, "Version: "), QByteArray("3 (0x2)"));
        QCOMPARE(lastField(text, "Subject:"), QByteArray());
        QCOMPARE(lastField(text, "Issuer:"), QByteArray());
        QVERIFY(!text.contains("X509v3 extensions"));
        QVERIFY(least.subject().isEmpty());
    }

    // crypto.X509.set_version: as people count.
    void setsTheVersion_data() {
        QTest::addColumn<int>("version");
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("1") << 1 << QByteArray("1 (0x0)");
        QTest::newRow("2") << 2 << QByteArray("2 (0x1)");
        QTest::newRow("3") << 3 << QByteArray("3 (0x2)");
    }
    void setsTheVersion() {
        QFETCH(int, version);
        QFETCH(QByteArray, text);
        const Certificate certificate = builderFor(m_key.publicKey()).setVersion(version).sign(m_key);
        QCOMPARE(lastField(textByOpenssl(certificate), "Version: "), text);
        QCOMPARE(certificate.version(), version);
    }

    void refusesOtherVersions() {
        for (const int version : {-1, 0, 4, std::numeric_limits<int>::max()})
            CERTWRIGHT_VERIFY_FAILS(CertificateBuilder().setVersion(version), ErrorKind::BadInput);
    }

    // RFC 5280 4.1.2.9.
    void extensionsNeedVersion3() {
        CertificateBuilder builder = builderFor(m_key.publicKey());
        builder.addExtension(Extension::fromText("basicConstraints", true, "CA:TRUE"));
        for (const int version : {1, 2}) {
            builder.setVersion(version);
            CERTWRIGHT_VERIFY_FAILS(builder.sign(m_key), ErrorKind::NotAllowed);
        }
        QCOMPARE(builder.setVersion(3).sign(m_key).extensions().size(), std::size_t{1});
    }

    // crypto.X509.set_serial_number: up to 20 octets (RFC 5280 4.1.2.2); read by `openssl x509 -serial`.
    void setsTheSerialNumber_data() {
        QTest::addColumn<QByteArray>("hex"); // as openssl writes it
        for (const char* hex : {"01", "7F", "80", "0100", "7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"})
            QTest::newRow(hex) << QByteArray(hex);
    }
    void setsTheSerialNumber() {
        QFETCH(QByteArray, hex);
        CertificateBuilder builder = builderFor(m_key.publicKey());
        const Certificate certificate = builder.setSerial(Serial::parse(hex.toStdString())).sign(m_key);
        const QByteArray line = test::openssl(test::words("x509 -inform DER -noout -serial"), bytes(certificate.der()));
        QCOMPARE(line.trimmed(), "serial=" + hex);
        QCOMPARE(builder.sign(m_key).serial(), certificate.serial());
    }

    void refusesOtherSerialNumbers() {
        for (const char* hex :
             {"0", "-1", "80FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "010000000000000000000000000000000000000000"})
            CERTWRIGHT_VERIFY_FAILS(CertificateBuilder().setSerial(Serial::parse(hex)), ErrorKind::BadInput);
    }

    void takesARandomNumberEachTime() {
        CertificateBuilder builder = builderFor(m_key.publicKey());
        const Certificate first = builder.sign(m_key);
        const std::string serial = first.serial();
        const Certificate second = builder.sign(m_key);
        QVERIFY(first.serial() != second.serial());
        QCOMPARE(first.serial(), serial);
        QCOMPARE(Serial::parse(serial).octets(), std::size_t{16});
    }

    // crypto.X509.set_subject, crypto.X509.set_issuer: read by `openssl x509`.
    void setsTheNames_data() {
        QTest::addColumn<QByteArray>("subject"); // as RFC2253
        QTest::addColumn<QByteArray>("issuer");
        QTest::newRow("plain") << QByteArray("CN=www.lab.example,O=Lab,C=DE") << QByteArray("CN=Lab CA,O=Lab,C=DE");
        QTest::newRow("letters beyond ASCII") << QByteArray("CN=Zoë Łukasiewicz,O=実験室") << QByteArray("CN=λ");
        QTest::newRow("several in one RDN") << QByteArray("UID=7+CN=Ana,DC=lab,DC=example") << QByteArray("CN=x");
        QTest::newRow("marks") << QByteArray("CN=a\\,b\\+c\\\\d") << QByteArray("O=\\#x");
        QTest::newRow("none") << QByteArray() << QByteArray("CN=x");
    }
    void setsTheNames() {
        QFETCH(QByteArray, subject);
        QFETCH(QByteArray, issuer);
        CertificateBuilder builder = builderFor(m_key.publicKey());
        builder.setSubject(Name::parse(subject.toStdString())).setIssuer(Name::parse(issuer.toStdString()));
        const Certificate certificate = builder.sign(m_key);
        const QByteArrayList lines = test::x509Lines(bytes(certificate.der()), "-subject -issuer");
        QCOMPARE(lines[0], "subject=" + subject);
        QCOMPARE(lines[1], "issuer=" + issuer);
    }

    // crypto.X509.set_notAfter, crypto.X509.gmtime_adj_notBefore, crypto.X509.gmtime_adj_notAfter: a time of the clock
    // and seconds from there, beyond 32 bits too; read by `openssl x509 -dates`.
    void setsTheDates_data() {
        QTest::addColumn<qlonglong>("from");
        QTest::addColumn<qlonglong>("to");
        QTest::addColumn<QByteArray>("dates");
        QTest::newRow("now") << qlonglong{0} << qlonglong{0} << QByteArray("2024-02-29 12:00:00Z 2024-02-29 12:00:00Z");
        QTest::newRow("a day around") << qlonglong{-86400} << qlonglong{86400}
                                      << QByteArray("2024-02-28 12:00:00Z 2024-03-01 12:00:00Z");
        QTest::newRow("beyond 32 bits") << qlonglong{-5'000'000'000} << qlonglong{5'000'000'000}
                                        << QByteArray("1865-09-20 03:06:40Z 2182-08-09 20:53:20Z");
    }
    void setsTheDates() {
        QFETCH(qlonglong, from);
        QFETCH(qlonglong, to);
        QFETCH(QByteArray, dates);
        const auto now = base::parseRfc3339("2024-02-29T12:00:00Z");
        QVERIFY(now);
        CertificateBuilder builder = builderFor(m_key.publicKey());
        builder.setNotBefore(*now + std::chrono::seconds(from)).setNotAfter(*now + std::chrono::seconds(to));
        const QByteArrayList lines = test::x509Lines(bytes(builder.sign(m_key).der()), "-dates -dateopt iso_8601");
        QCOMPARE(lines[0].mid(10) + ' ' + lines[1].mid(9), dates);
    }

    // crypto.X509.sign, crypto.X509.set_pubkey: every kind of key that signs, with its natural digest; the signature by
    // `openssl verify`, the algorithm as `openssl x509` names it.
    void signsWithEveryKey_data() {
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("algorithm");
        const auto row = [](const char* type, const char* algorithm) {
            const auto error = test::errorOf([type] { return crypto::KeySpec::parse(type); });
            if (!error || error->kind() != ErrorKind::Unsupported)
                QTest::newRow(type) << QByteArray(type) << QByteArray(algorithm);
        };
        row("rsa:2048", "sha256WithRSAEncryption");
        row("rsa-pss:2048", "rsassaPss");
        row("ec:P-256", "ecdsa-with-SHA256");
        row("ec:P-384", "ecdsa-with-SHA384");
        row("ec:P-521", "ecdsa-with-SHA512");
        row("ec:secp256k1", "ecdsa-with-SHA256");
        row("ec:brainpoolP384r1", "ecdsa-with-SHA384");
        row("ed25519", "ED25519");
        row("ed448", "ED448");
        row("ml-dsa-44", "ML-DSA-44");
        row("ml-dsa-87", "ML-DSA-87");
        row("slh-dsa-sha2-128f", "SLH-DSA-SHA2-128f");
    }
    void signsWithEveryKey() {
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, algorithm);
        const crypto::PrivateKey key = keyOf(type.constData());
        const Certificate certificate = builderFor(key.publicKey()).sign(key);
        QCOMPARE(complaintsAboutSelfSigned(certificate), QByteArray());
        const QByteArray text = textByOpenssl(certificate);
        QCOMPARE(lastField(text, "    Signature Algorithm:"), algorithm);
        QCOMPARE(text.count("Signature Algorithm: " + algorithm), qsizetype{2});
        QCOMPARE(q(certificate.signatureAlgorithm()), QString::fromLatin1(algorithm));
        QVERIFY(certificate.isSelfSigned());
        QVERIFY(bytes(certificate.der()).contains(bytes(key.publicKey().spkiDer())));
    }

    void signsWithDsa() {
        const crypto::PrivateKey key = corpusKey("gnutls__key-dsa.pem");
        const Certificate certificate = builderFor(key.publicKey()).sign(key);
        QCOMPARE(complaintsAboutSelfSigned(certificate), QByteArray());
        QCOMPARE(lastField(textByOpenssl(certificate), "    Signature Algorithm:"), QByteArray("dsa_with_SHA256"));
    }

    // What was signed stays as it is, whatever the builder goes on to make.
    void signsSeveralTimes() {
        CertificateBuilder builder = builderFor(m_key.publicKey());
        const Certificate first = builder.sign(m_key);
        const QByteArray der = bytes(first.der());
        builder.setSubject(x509::Name::parse("CN=second")).setVersion(3);
        builder.addExtension(x509::Extension::fromText("basicConstraints", true, "CA:TRUE"));
        const Certificate second = builder.sign(m_key);
        const Certificate third = builder.sign(m_key);
        QCOMPARE(bytes(first.der()), der);
        QVERIFY(Certificate::share(first.native()) == first && !first.isCa() && first.isSelfSigned());
        QVERIFY(second.isCa() && third.isCa());
        QCOMPARE(q(second.subject().toRfc2253()), QStringLiteral("CN=second"));
        QCOMPARE(complaintsAboutSelfSigned(first), QByteArray());
        for (const Certificate& certificate : {first, second, third})
            QCOMPARE(q(certificate.toPem()),
                     QString::fromLatin1(test::openssl(test::words("x509 -inform DER"), bytes(certificate.der()))));
    }

    // crypto.X509.sign: digests by name.
    void signsWithEveryDigest_data() {
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<QByteArray>("digest");
        QTest::addColumn<QByteArray>("algorithm"); // empty: refused
        const auto row = [](const char* key, const char* digest, const char* algorithm) {
            QTest::addRow("%s %s", key, digest) << QByteArray(key) << QByteArray(digest) << QByteArray(algorithm);
        };
        row("rsa", "md5", "md5WithRSAEncryption");
        row("rsa", "SHA1", "sha1WithRSAEncryption");
        row("rsa", "sha224", "sha224WithRSAEncryption");
        row("rsa", "SHA256", "sha256WithRSAEncryption");
        row("rsa", "SHA2-384", "sha384WithRSAEncryption");
        row("rsa", "sha512", "sha512WithRSAEncryption");
        row("rsa", "SHA3-256", "RSA-SHA3-256");
        row("ec", "SHA1", "ecdsa-with-SHA1");
        row("ec", "SHA512", "ecdsa-with-SHA512");
        row("rsa", "no such digest", "");
        row("ec", "no such digest", "");
        row("rsa", "SHAKE256", "");
        row("ec", "BLAKE2b512", "");
        row("ed25519", "SHA256", "");
        row("ed25519", "null", "");
    }
    void signsWithEveryDigest() {
        QFETCH(QByteArray, key);
        QFETCH(QByteArray, digest);
        QFETCH(QByteArray, algorithm);
        static const crypto::PrivateKey rsa = keyOf("rsa:2048");
        static const crypto::PrivateKey ed25519 = keyOf("ed25519");
        const crypto::PrivateKey& used = key == "rsa" ? rsa : key == "ec" ? m_key : ed25519;
        CertificateBuilder builder = builderFor(used.publicKey());
        if (algorithm.isEmpty()) {
            const auto error = test::errorOf([&] { return builder.sign(used, digest.toStdString()); });
            QVERIFY(error);
            QCOMPARE(test::nameOf(error->kind()),
                     test::nameOf(digest == "BLAKE2b512" ? ErrorKind::Unsupported : ErrorKind::BadInput));
            QVERIFY2(digest == "SHA256" || digest == "null" ||
                         q(error->message()).contains(QString::fromLatin1(digest)),
                     error->what());
            return;
        }
        const Certificate certificate = builder.sign(used, digest.toStdString());
        QCOMPARE(lastField(textByOpenssl(certificate), "    Signature Algorithm:"), algorithm);
        QVERIFY(certificate.isSelfSigned());
    }

    // Digests with which some versions of OpenSSL sign, and do not find the algorithm again: either openssl verifies it
    // or it is refused.
    void signsNothingThatCannotBeVerified_data() {
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<QByteArray>("digest");
        for (const char* digest : {"SHA512-224", "SHA512-256", "SHA3-224", "SHA3-512", "SM3", "RIPEMD160"}) {
            for (const char* key : {"rsa:2048", "ec:P-256"})
                QTest::addRow("%s %s", key, digest) << QByteArray(key) << QByteArray(digest);
        }
    }
    void signsNothingThatCannotBeVerified() {
        QFETCH(QByteArray, key);
        QFETCH(QByteArray, digest);
        static const crypto::PrivateKey rsa = keyOf("rsa:2048");
        const crypto::PrivateKey& used = key.startsWith("rsa") ? rsa : m_key;
        std::optional<Certificate> certificate;
        const auto error = test::errorOf(
            [&] { return certificate = builderFor(used.publicKey()).sign(used, digest.toStdString()), 0; });
        if (certificate)
            QCOMPARE(complaintsAboutSelfSigned(*certificate), QByteArray());
        else
            QVERIFY(error->kind() == ErrorKind::Unsupported ||
                    error->kind() == ErrorKind::BadInput); // RSA knows no SM3
    }

    // crypto.X509.sign: RSA-PSS on request, and with keys that know nothing else; the salt is as long as the digest
    // (RFC 4055 3.1), or as the key demands.
    void signsWithPss_data() {
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<QByteArray>("digest");
        QTest::addColumn<QByteArray>("hash");
        QTest::addColumn<QByteArray>("salt");
        const auto row = [](const char* key, const char* digest, const char* hash, const char* salt) {
            QTest::addRow("%s %s", key, digest)
                << QByteArray(key) << QByteArray(digest) << QByteArray(hash) << QByteArray(salt);
        };
        row("rsa", "", "sha256", "0x20");
        row("rsa", "SHA1", "sha1 (default)", "0x14 (default)");
        row("rsa", "SHA384", "sha384", "0x30");
        row("rsa", "SHA512", "sha512", "0x40");
        row("rsa-pss", "", "sha256", "0x20");
        row("rsa-pss", "SHA512", "sha512", "0x40");
        row("demanding", "", "sha384", "0x2A");
        row("demanding", "SHA384", "sha384", "0x2A");
    }
    void signsWithPss() {
        QFETCH(QByteArray, key);
        QFETCH(QByteArray, digest);
        QFETCH(QByteArray, hash);
        QFETCH(QByteArray, salt);
        static const crypto::PrivateKey rsa = keyOf("rsa:2048");
        static const crypto::PrivateKey pss = keyOf("rsa-pss:2048");
        static const crypto::PrivateKey demanding = crypto::PrivateKey::fromPkcs8Der(view(test::openssl(
            test::words("pkcs8 -topk8 -nocrypt -outform DER"),
            test::openssl(test::words("genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -pkeyopt "
                                      "rsa_pss_keygen_md:sha384 -pkeyopt rsa_pss_keygen_mgf1_md:sha384 -pkeyopt "
                                      "rsa_pss_keygen_saltlen:42")))));
        const crypto::PrivateKey& used = key == "rsa" ? rsa : key == "rsa-pss" ? pss : demanding;
        const Certificate certificate =
            builderFor(used.publicKey()).sign(used, digest.toStdString(), crypto::RsaPadding::Pss);
        const QByteArray text = textByOpenssl(certificate);
        QCOMPARE(lastField(text, "    Signature Algorithm:"), QByteArray("rsassaPss"));
        QCOMPARE(lastField(text, "  Hash Algorithm:"), hash);
        QCOMPARE(lastField(text, "  Salt Length:"), salt);
        QCOMPARE(complaintsAboutSelfSigned(certificate), QByteArray());
        if (key != "rsa")
            QCOMPARE(lastField(textByOpenssl(builderFor(used.publicKey()).sign(used, digest.toStdString())),
                               "  Salt Length:"),
                     salt);
    }

    void refusesPssWithOtherKeys() {
        for (const char* type : {"ec:P-256", "ed25519"}) {
            const crypto::PrivateKey key = keyOf(type);
            CERTWRIGHT_VERIFY_FAILS(builderFor(key.publicKey()).sign(key, {}, crypto::RsaPadding::Pss),
                                    ErrorKind::BadInput);
        }
    }

    // A key that cannot sign can stand in a certificate all the same (RFC 8410 10.2, for X25519).
    void certifiesKeysThatCannotSign_data() {
        QTest::addColumn<QByteArray>("type");
        for (const char* type : {"x25519", "x448", "ml-kem-768"}) {
            const auto error = test::errorOf([type] { return crypto::KeySpec::parse(type); });
            if (!error || error->kind() != ErrorKind::Unsupported)
                QTest::newRow(type) << QByteArray(type);
        }
    }
    void certifiesKeysThatCannotSign() {
        QFETCH(QByteArray, type);
        const crypto::PrivateKey key = keyOf(type.constData());
        CertificateBuilder builder = builderFor(key.publicKey());
        CERTWRIGHT_VERIFY_FAILS(builder.sign(key), ErrorKind::NotAllowed);
        const Certificate certificate = builder.sign(m_key);
        QVERIFY(certificate.publicKey() == key.publicKey());
        const QByteArray pem = test::openssl(test::words("x509 -inform DER -noout -pubkey"), bytes(certificate.der()));
        QCOMPARE(pem, QByteArray::fromStdString(key.publicKey().toPem()));
    }

    void refusesKeysThatCannotBeUsed() {
        // An algorithm that nobody has: 1.2.3.4.
        const auto unknown = crypto::PublicKey::fromSpkiDer(view(unhex("300c300506032a03040303000102")));
        QVERIFY(!unknown.isUsable());
        CERTWRIGHT_VERIFY_FAILS(CertificateBuilder().setPublicKey(unknown), ErrorKind::Unsupported);
    }

    // crypto.X509.add_extensions: order kept, and a second one of a type in the place of the first.
    void keepsTheOrderOfExtensions() {
        CertificateBuilder builder = builderFor(m_key.publicKey());
        builder.addExtension(Extension::fromText("keyUsage", true, "cRLSign"))
            .addExtension(Extension::fromText("1.2.3.4", false, "DER:0500"))
            .addExtension(Extension::fromText("basicConstraints", false, "CA:TRUE"))
            .addExtension(Extension::fromText("extendedKeyUsage", false, "serverAuth"))
            .addExtension(Extension::fromText("basicConstraints", true, "CA:FALSE"));
        const QByteArray made = bytes(builder.sign(m_key).der());
        const QByteArray byOpenssl =
            m_maker.certificate("keyUsage=critical,cRLSign\n1.2.3.4=DER:0500\nbasicConstraints=critical,CA:FALSE\n"
                                "extendedKeyUsage=serverAuth");
        // OpenSSL 3.2 and later add key identifiers; only the four that were asked for are compared, one block.
        const qsizetype begin = byOpenssl.indexOf(unhex("300e0603551d0f0101ff0404"));
        const qsizetype end = byOpenssl.indexOf(unhex("06082b06010505070301")) + 10;
        QVERIFY(begin > 0 && end > begin);
        QVERIFY(made.contains(byOpenssl.mid(begin, end - begin)));
    }

    // RFC 5280 4.2.1.1, 4.2.1.2: as openssl makes them of "hash" and "keyid:always".
    void addsKeyIdentifiers() {
        const QByteArray byOpenssl =
            m_maker.certificate("subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid:always");
        const Certificate issuer = Certificate::fromDer(view(byOpenssl));
        CertificateBuilder builder = builderFor(issuer.publicKey());
        builder.addSubjectKeyIdentifier().addOwnAuthorityKeyIdentifier();
        const Certificate own = builder.sign(m_key);
        QCOMPARE(bytes(own.extension(x509::oids::SubjectKeyIdentifier)->value()),
                 bytes(issuer.extension(x509::oids::SubjectKeyIdentifier)->value()));
        QCOMPARE(bytes(own.extension(x509::oids::AuthorityKeyIdentifier)->value()),
                 bytes(issuer.extension(x509::oids::AuthorityKeyIdentifier)->value()));
        // Of an issuer: what its own identifier says, whatever that is; of its key, when it has none.
        const QByteArray odd = m_maker.certificate("subjectKeyIdentifier=0102");
        CertificateBuilder below = builderFor(m_key.publicKey());
        below.addAuthorityKeyIdentifier(Certificate::fromDer(view(odd)));
        QCOMPARE(bytes(below.sign(m_key).extension(x509::oids::AuthorityKeyIdentifier)->value()),
                 unhex("300480020102"));
        CertificateBuilder bare = builderFor(issuer.publicKey());
        below.addAuthorityKeyIdentifier(bare.sign(m_key));
        QCOMPARE(bytes(below.sign(m_key).authorityKeyId()), bytes(issuer.subjectKeyId()));
        CERTWRIGHT_VERIFY_FAILS(CertificateBuilder().addSubjectKeyIdentifier(), ErrorKind::NotAllowed);
        CERTWRIGHT_VERIFY_FAILS(CertificateBuilder().addOwnAuthorityKeyIdentifier(), ErrorKind::NotAllowed);
    }

    // A certificate is a value: what the builder does afterwards does not reach it.
    void signedOnesDoNotChange() {
        CertificateBuilder builder = builderFor(m_key.publicKey());
        builder.setSerial(Serial::parse("01"));
        const Certificate first = builder.sign(m_key);
        const QByteArray der = bytes(first.der());
        builder.setSubject(Name::parse("CN=y")).setSerial(Serial::parse("02")).setNotAfter("20300101000000Z");
        builder.addExtension(Extension::fromText("basicConstraints", true, "CA:TRUE"));
        const Certificate second = builder.sign(m_key);
        QCOMPARE(bytes(first.der()), der);
        QCOMPARE(q(first.subject().toRfc2253()), QStringLiteral("CN=x"));
        QVERIFY(first.extensions().empty() && first.isSelfSigned());
        QCOMPARE(q(second.serial()), QStringLiteral("2"));
        // The subject is another now, the issuer not, the signature is right.
        QVERIFY(!second.isSelfSigned() && second.isSignedBy(m_key.publicKey()));
    }

    // `openssl verify` follows the path from a certificate of the TestCa, which is built with it, to its root.
    void buildsPathsThatOpensslFollows() {
        const test::TestCa root;
        const test::TestCa intermediate = root.intermediate();
        const Certificate leaf = intermediate.issue().certificate;
        const QTemporaryDir folder;
        const auto result = test::run(
            test::findTool(QStringLiteral("openssl")),
            test::words("verify -x509_strict -purpose sslserver -verify_hostname localhost -no-CApath -no-CAstore") +
                QStringList{QStringLiteral("-CAfile"), test::writeFile(folder, "root.pem", root.certificate().toPem()),
                            QStringLiteral("-untrusted"),
                            test::writeFile(folder, "sub.pem", intermediate.certificate().toPem()),
                            test::writeFile(folder, "leaf.pem", leaf.toPem())});
        CERTWRIGHT_VERIFY_SUCCESS(result);
    }

private:
    crypto::PrivateKey m_key = keyOf("ec:P-256");
    test::OpensslMaker m_maker;
};

CERTWRIGHT_TEST_MAIN(CertificateBuilderTest)
#include "tst_certificate_builder.moc"
