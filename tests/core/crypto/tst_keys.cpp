#include "core/base/der_reader.h"
#include "core/base/library.h"
#include "core/crypto/digest.h"
#include "core/crypto/key_generator.h"
#include "core/crypto/private_key.h"
#include "core/crypto/random.h"
#include "tests/core/corpus.h"
#include "tests/core/expect.h"
#include "tests/support/process.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QCryptographicHash>
#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>

#include <set>

using namespace certwright;
using base::ErrorKind;
using crypto::KeySpec;
using test::bytes;
using test::q;
using test::unhex;
using test::view;

namespace {

QByteArray opensslOutput(const QStringList& arguments, const QByteArray& input) {
    const QString openssl = test::findTool(QStringLiteral("openssl"));
    const auto result = test::run(openssl, arguments, {.input = input});
    return result.isSuccess() ? result.output : QByteArray();
}

/// A PKCS#8 key that the command line makes, in DER. (genpkey itself writes some types in their traditional form.)
QByteArray opensslKey(const QStringList& genpkey) {
    const QByteArray pem = opensslOutput(QStringList{QStringLiteral("genpkey")} + genpkey, {});
    return opensslOutput({QStringLiteral("pkcs8"), QStringLiteral("-topk8"), QStringLiteral("-nocrypt"),
                          QStringLiteral("-outform"), QStringLiteral("DER")},
                         pem);
}

QString write(const QTemporaryDir& folder, const char* name, const QByteArray& content) {
    const QString path = folder.filePath(QString::fromLatin1(name));
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        return {};
    return path;
}

/// The SubjectPublicKeyInfo inside a certificate, cut out by position: the seventh field of the first part.
base::Bytes spkiOf(const QByteArray& certificate) {
    namespace der = base::der;
    base::DerReader outer(view(certificate));
    base::DerReader parts(outer.expect(der::Sequence)->content);
    base::DerReader fields(parts.expect(der::Sequence)->content);
    fields.optional(der::contextConstructed(0));
    fields.expect(der::Integer);
    for (int i = 0; i < 4; ++i)
        fields.expect(der::Sequence);
    const auto spki = fields.expect(der::Sequence);
    return spki ? base::toBytes(spki->whole) : base::Bytes();
}

} // namespace

class KeysTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        if (test::findTool(QStringLiteral("openssl")).isEmpty())
            QSKIP("openssl is not installed");
    }

    // crypto.PKey.bits, crypto.PKey.type: facts from the encoding against `openssl pkey -text`.
    void factsOfForeignKeys_data() {
        QTest::addColumn<QStringList>("genpkey");
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("curve");
        QTest::addColumn<QString>("shown");
        const auto row = [](const char* name, const char* arguments, const char* type, const char* curve,
                            const char* shown) {
            QTest::newRow(name) << QString::fromLatin1(arguments).split(u' ') << QString::fromLatin1(type)
                                << QString::fromLatin1(curve) << QString::fromLatin1(shown);
        };
        row("rsa", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048", "RSA", "", "RSA 2048");
        row("rsa-pss", "-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:1024 -pkeyopt rsa_pss_keygen_md:sha256", "RSA-PSS",
            "", "RSA-PSS 1024");
        row("p-256", "-algorithm EC -pkeyopt ec_paramgen_curve:P-256", "EC", "prime256v1", "P-256");
        row("p-521", "-algorithm EC -pkeyopt ec_paramgen_curve:P-521", "EC", "secp521r1", "P-521");
        row("secp160r1, whose order is longer than its field", "-algorithm EC -pkeyopt ec_paramgen_curve:secp160r1",
            "EC", "secp160r1", "secp160r1");
        row("brainpool", "-algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP384r1", "EC", "brainpoolP384r1",
            "brainpoolP384r1");
        row("binary", "-algorithm EC -pkeyopt ec_paramgen_curve:sect283r1", "EC", "sect283r1", "sect283r1");
        row("explicit prime", "-algorithm EC -pkeyopt ec_paramgen_curve:P-384 -pkeyopt ec_param_enc:explicit", "EC",
            "prime-field", "EC with explicit parameters");
        row("explicit secp160r1", "-algorithm EC -pkeyopt ec_paramgen_curve:secp160r1 -pkeyopt ec_param_enc:explicit",
            "EC", "prime-field", "EC with explicit parameters");
        row("explicit binary", "-algorithm EC -pkeyopt ec_paramgen_curve:sect233k1 -pkeyopt ec_param_enc:explicit",
            "EC", "characteristic-two-field", "EC with explicit parameters");
        row("ed25519", "-algorithm ED25519", "Ed25519", "", "Ed25519");
        row("ed448", "-algorithm ED448", "Ed448", "", "Ed448");
        row("x25519", "-algorithm X25519", "X25519", "", "X25519");
        row("x448", "-algorithm X448", "X448", "", "X448");
        row("dh", "-algorithm DH -pkeyopt group:ffdhe2048", "DH", "", "DH 2048");
        row("dhx", "-algorithm DHX -pkeyopt group:dh_2048_256", "DH", "", "DH 2048");
    }
    void factsOfForeignKeys() {
        QFETCH(QStringList, genpkey);
        QFETCH(QString, type);
        QFETCH(QString, curve);
        QFETCH(QString, shown);
        const QByteArray der = opensslKey(genpkey);
        QVERIFY2(!der.isEmpty(), "openssl genpkey made no key");
        const crypto::PrivateKey key = crypto::PrivateKey::fromPkcs8Der(view(der));
        QCOMPARE(q(key.facts().type), type);
        QCOMPARE(q(key.facts().curve), curve);
        QCOMPARE(q(crypto::displayText(key.facts())), shown);
        const QString text =
            QString::fromUtf8(opensslOutput({QStringLiteral("pkey"), QStringLiteral("-inform"), QStringLiteral("DER"),
                                             QStringLiteral("-noout"), QStringLiteral("-text_pub")},
                                            der));
        static const QRegularExpression size(QStringLiteral("\\((\\d+) bit"));
        const auto match = size.match(text);
        QCOMPARE(key.facts().bits, match.hasMatch() ? match.captured(1).toInt() : EVP_PKEY_get_bits(key.native()));
        // The SubjectPublicKeyInfo, by the command line.
        const QByteArray spki =
            opensslOutput({QStringLiteral("pkey"), QStringLiteral("-inform"), QStringLiteral("DER"),
                           QStringLiteral("-pubout"), QStringLiteral("-outform"), QStringLiteral("DER")},
                          der);
        QCOMPARE(bytes(key.publicKey().spkiDer()), spki);
        const auto facts = crypto::keyFactsFromSpki(view(spki));
        QVERIFY(facts && *facts == key.facts());
        QCOMPARE(q(key.publicKey().spkiSha256()),
                 QString::fromLatin1(QCryptographicHash::hash(spki, QCryptographicHash::Sha256).toHex().toUpper()));
        QVERIFY(key.publicKey().isUsable());
        const QByteArray pem = opensslOutput(
            {QStringLiteral("pkey"), QStringLiteral("-inform"), QStringLiteral("DER"), QStringLiteral("-pubout")}, der);
        QCOMPARE(q(key.publicKey().toPem()), QString::fromUtf8(pem));
        QCOMPARE(bytes(key.toPkcs8Der().view()), der);
    }

    void signaturesVerifyWithOpenssl_data() {
        QTest::addColumn<QString>("spec");
        QTest::addColumn<QString>("digest");
        QTest::addColumn<QString>("used"); // what the command line is told; empty: none
        const auto row = [](const char* spec, const char* digest, const char* used) {
            QTest::addRow("%s %s", spec, digest)
                << QString::fromLatin1(spec) << QString::fromLatin1(digest) << QString::fromLatin1(used);
        };
        row("rsa:2048", "", "sha256");
        row("rsa:2048", "SHA512", "sha512");
        row("rsa:2048", "sha3-256", "sha3-256");
        row("rsa:1024", "SHA1", "sha1");
        row("rsa-pss:2048", "", "sha256");
        row("rsa-pss:2048", "SHA384", "sha384");
        row("dsa:1024", "", "sha256");
        row("ec:P-256", "", "sha256");
        row("ec:P-384", "", "sha384");
        row("ec:P-521", "", "sha512");
        row("ec:P-256", "SHA512", "sha512");
        row("ed25519", "", "");
        row("ed448", "", "");
    }
    void signaturesVerifyWithOpenssl() {
        QFETCH(QString, spec);
        QFETCH(QString, digest);
        QFETCH(QString, used);
        const QTemporaryDir folder;
        const crypto::PrivateKey key = crypto::generateKey(KeySpec::parse(spec.toStdString()));
        QVERIFY(key.canSign());
        const QByteArray message("what is signed");
        const base::Bytes signature = key.sign(view(message), digest.toStdString());
        const QString signaturePath = write(folder, "signature", bytes(signature));
        const QString keyPath = write(folder, "key.pem", QByteArray::fromStdString(key.publicKey().toPem()));
        const QString messagePath = write(folder, "message", message);
        const QString openssl = test::findTool(QStringLiteral("openssl"));
        QStringList arguments{QStringLiteral("pkeyutl"),
                              QStringLiteral("-verify"),
                              QStringLiteral("-pubin"),
                              QStringLiteral("-inkey"),
                              keyPath,
                              QStringLiteral("-rawin"),
                              QStringLiteral("-in"),
                              messagePath,
                              QStringLiteral("-sigfile"),
                              signaturePath};
        if (!used.isEmpty())
            arguments += {QStringLiteral("-digest"), used};
        CERTWRIGHT_VERIFY_SUCCESS(test::run(openssl, arguments));
    }

    void refusedSignatures_data() {
        QTest::addColumn<QString>("spec");
        QTest::addColumn<QString>("digest");
        QTest::addColumn<int>("kind");
        const auto row = [](const char* spec, const char* digest, ErrorKind kind) {
            QTest::addRow("%s %s", spec, digest)
                << QString::fromLatin1(spec) << QString::fromLatin1(digest) << static_cast<int>(kind);
        };
        row("rsa:1024", "FOO-256", ErrorKind::BadInput);
        row("ec:P-256", "", ErrorKind::Cancelled); // it can: no Error
        row("ed25519", "SHA256", ErrorKind::BadInput);
        row("ed448", "SHA512", ErrorKind::BadInput);
        row("x25519", "", ErrorKind::NotAllowed);
        row("x448", "SHA256", ErrorKind::NotAllowed);
        row("dh:2048", "", ErrorKind::NotAllowed);
    }
    void refusedSignatures() {
        QFETCH(QString, spec);
        QFETCH(QString, digest);
        QFETCH(int, kind);
        const crypto::PrivateKey key = crypto::generateKey(KeySpec::parse(spec.toStdString()));
        const auto error = test::errorOf([&] { return key.sign(base::bytesOf("x"), digest.toStdString()); });
        QCOMPARE(error ? test::nameOf(error->kind()) : test::nameOf(ErrorKind::Cancelled),
                 test::nameOf(static_cast<ErrorKind>(kind)));
    }

    void aDigestTooLongForTheKeyIsBadInput() {
        // 512 bits are too few for RSASSA-PKCS1-v1_5 with SHA-512; the key is openssl's, ours start at 1024.
        const QByteArray der = opensslKey({QStringLiteral("-algorithm"), QStringLiteral("RSA"),
                                           QStringLiteral("-pkeyopt"), QStringLiteral("rsa_keygen_bits:512")});
        const crypto::PrivateKey key = crypto::PrivateKey::fromPkcs8Der(view(der));
        CERTWRIGHT_VERIFY_FAILS(key.sign(base::bytesOf("x"), "SHA512"), ErrorKind::BadInput);
        QVERIFY(!key.sign(base::bytesOf("x"), "SHA256").empty());
    }

    void aKeyThatDemandsADigestGetsIt() {
        // RFC 4055 3.1: an RSA-PSS key may be restricted to one digest.
        const QByteArray der =
            opensslKey({QStringLiteral("-algorithm"), QStringLiteral("RSA-PSS"), QStringLiteral("-pkeyopt"),
                        QStringLiteral("rsa_keygen_bits:2048"), QStringLiteral("-pkeyopt"),
                        QStringLiteral("rsa_pss_keygen_md:sha512"), QStringLiteral("-pkeyopt"),
                        QStringLiteral("rsa_pss_keygen_mgf1_md:sha512")});
        const crypto::PrivateKey key = crypto::PrivateKey::fromPkcs8Der(view(der));
        QVERIFY(q(key.naturalDigest()).remove(u'-').endsWith(QStringLiteral("512")));
        QVERIFY(!key.sign(base::bytesOf("x")).empty());
        CERTWRIGHT_VERIFY_FAILS(key.sign(base::bytesOf("x"), "SHA256"), ErrorKind::BadInput);
    }

    void naturalDigests_data() {
        QTest::addColumn<QString>("type");
        QTest::addColumn<int>("bits");
        QTest::addColumn<QString>("digest");
        const auto row = [](const char* type, int bits, const char* digest) {
            QTest::addRow("%s %d", type, bits) << QString::fromLatin1(type) << bits << QString::fromLatin1(digest);
        };
        row("RSA", 2048, "SHA256");
        row("RSA", 7680, "SHA256");
        row("RSA", 8192, "SHA384");
        row("RSA-PSS", 3072, "SHA256");
        row("DSA", 2048, "SHA256");
        row("EC", 256, "SHA256");
        row("EC", 384, "SHA384");
        row("EC", 521, "SHA512");
        row("Ed25519", 256, "");
        row("Ed448", 456, "");
        row("ML-DSA-65", 0, "");
        row("SLH-DSA-SHA2-128f", 0, "");
    }
    void naturalDigests() {
        QFETCH(QString, type);
        QFETCH(int, bits);
        QFETCH(QString, digest);
        QCOMPARE(q(crypto::naturalDigest({type.toStdString(), bits, {}})), digest);
    }

    void damagedPrivateKeys_data() {
        QTest::addColumn<QByteArray>("der");
        QTest::addColumn<int>("kind");
        const QByteArray rsa = bytes(crypto::generateKey({"RSA", 1024, {}}).toPkcs8Der().view());
        const QByteArray ec = bytes(crypto::generateKey(KeySpec::parse("ec:P-256")).toPkcs8Der().view());
        const auto row = [](const char* name, const QByteArray& der, ErrorKind kind) {
            QTest::newRow(name) << der << static_cast<int>(kind);
        };
        row("empty", {}, ErrorKind::BadInput);
        row("text", "hello", ErrorKind::BadInput);
        row("cut off", rsa.left(rsa.size() - 1), ErrorKind::BadInput);
        row("more behind", rsa + '\0', ErrorKind::BadInput);
        row("RSA with another key inside",
            unhex("3014020100300D06092A864886F70D0101010500040"
                  "0"),
            ErrorKind::BadInput);
        row("EC without a curve", QByteArray(ec).replace(unhex("06082A8648CE3D030107"), unhex("06082A8648CE3D030163")),
            ErrorKind::BadInput);
        // SEC 1 3.2.1: 1 to the order less one. The order of P-256 is in FIPS 186-4 D.1.2.3.
        const auto withPrivateHalf = [&ec](const QByteArray& half) {
            return QByteArray(ec).replace(ec.indexOf(unhex("0201010420")) + 5, 32, half);
        };
        row("EC, private half 0", withPrivateHalf(QByteArray(32, '\0')), ErrorKind::BadInput);
        row("EC, private half as large as the order",
            withPrivateHalf(unhex("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551")),
            ErrorKind::BadInput);
        row("EC, private half longer than the order", // which OpenSSL reads and cannot write
            unhex("3040020100301306072A8648CE3D020106082A8648CE3D03000704263024020101"
                  "041F3A574290788195D472075FDDE5493A42006F28506F6C696379205175616C69"),
            ErrorKind::BadInput);
        row("unknown algorithm", unhex("300E020100300506032A030404020500"), ErrorKind::Unsupported);
        // ML-DSA-65 (FIPS 204): a seed, RFC 9881 6
        if (!base::isLibraryAtLeast(3, 5))
            row("ML-DSA-65", unhex("3034020100300B060960864801650304031204228020") + QByteArray(32, 'x'),
                ErrorKind::Unsupported);
    }
    void damagedPrivateKeys() {
        QFETCH(QByteArray, der);
        QFETCH(int, kind);
        const auto error = test::errorOf([&] { return crypto::PrivateKey::fromPkcs8Der(view(der)); });
        QVERIFY(error);
        QVERIFY2(error->kind() == static_cast<ErrorKind>(kind),
                 (std::string(base::toString(error->kind())) + ": " + error->message()).c_str());
    }

    void damagedPublicKeys_data() {
        QTest::addColumn<QByteArray>("der");
        const QByteArray good = unhex("302A300506032B6570032100") + QByteArray(32, 'x');
        QVERIFY(crypto::keyFactsFromSpki(view(good)));
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("text") << QByteArray("hello");
        QTest::newRow("cut off") << good.left(good.size() - 1);
        QTest::newRow("more behind") << good + 'x';
        QTest::newRow("no key bits") << unhex("3009300506032B65700300");
        QTest::newRow("nine unused bits") << unhex("302A300506032B6570032109") + QByteArray(32, 'x');
        QTest::newRow("empty algorithm") << unhex("30063000"
                                                  "03020041");
        QTest::newRow("damaged OID") << unhex("300A"
                                              "30040602"
                                              "2A80"
                                              "03020041");
        QTest::newRow("two parameters") << unhex("300F"
                                                 "3009"
                                                 "06032A0304"
                                                 "0500"
                                                 "0500"
                                                 "03020041");
    }
    void damagedPublicKeys() {
        QFETCH(QByteArray, der);
        QVERIFY(!crypto::keyFactsFromSpki(view(der)));
        CERTWRIGHT_VERIFY_FAILS(crypto::PublicKey::fromSpkiDer(view(der)), ErrorKind::BadInput);
    }

    void aKeyThatCannotBeUsedStillHasFacts() {
        // The right form with the wrong length: OpenSSL cannot use it.
        const QByteArray der = unhex("3029300506032B6570032000") + QByteArray(31, 'x');
        const crypto::PublicKey key = crypto::PublicKey::fromSpkiDer(view(der));
        QVERIFY(!key.isUsable());
        QCOMPARE(q(key.facts().type), QStringLiteral("Ed25519"));
        QCOMPARE(bytes(key.spkiDer()), der);
        CERTWRIGHT_VERIFY_FAILS(key.native(), ErrorKind::Unsupported);
        QVERIFY(key == crypto::PublicKey::fromSpkiDer(view(der)));
        const crypto::PublicKey unknown = crypto::PublicKey::fromSpkiDer(view(unhex("300B300506032A030403020041")));
        QCOMPARE(q(unknown.facts().type), QStringLiteral("1.2.3.4"));
        QVERIFY(!(unknown == key));
    }

    // Files of the corpus are named after what they hold.
    void postQuantumKeysHaveTheirNames_data() {
        QTest::addColumn<QByteArray>("certificate");
        QTest::addColumn<QString>("type");
        const auto row = [](const char* file, const char* type) {
            const auto found = test::certificatesIn(
                test::readDataFile(QStringLiteral("conformance/pqc/") + QString::fromLatin1(file)));
            QTest::newRow(file) << found.value(0) << QString::fromLatin1(type);
        };
        row("gen-ml-dsa-44.crt.pem", "ML-DSA-44");
        row("gen-ml-dsa-65.crt.pem", "ML-DSA-65");
        row("gen-slh-dsa-sha2-128f.crt.pem", "SLH-DSA-SHA2-128f");
        row("lamps-wg-kyber-certifi__ML-KEM-512.crt", "ML-KEM-512");
        row("lamps-wg-kyber-certifi__ML-KEM-768.crt", "ML-KEM-768");
        row("ietf-hackathon-pqc-cer__SLH-DSA-SHA2-256f-2.16.840.1.101.3.4.3.25_ta.der", "SLH-DSA-SHA2-256f");
        row("ietf-hackathon-pqc-cer__SLH-DSA-SHAKE-256f-2.16.840.1.101.3.4.3.31_ta.der", "SLH-DSA-SHAKE-256f");
        row("ietf-hackathon-pqc-cer__ML-KEM-1024-2.16.840.1.101.3.4.4.3_ee.der", "ML-KEM-1024");
        row("ietf-hackathon-pqc-cer__slh-dsa-sha2-256s-2.16.840.1.101.3.4.3.24_ta.der", "SLH-DSA-SHA2-256s");
        // Composite and other drafts have no name of ours: the OID, which stands in the file name.
        row("ietf-hackathon-pqc-cer__id-MLDSA65-ECDSA-P256-SHA512-1.3.6.1.5.5.7.6.45_ta.der", "1.3.6.1.5.5.7.6.45");
    }
    void postQuantumKeysHaveTheirNames() {
        QFETCH(QByteArray, certificate);
        QFETCH(QString, type);
        const base::Bytes spki = spkiOf(certificate);
        const auto facts = crypto::keyFactsFromSpki(spki);
        QVERIFY(facts);
        QCOMPARE(q(facts->type), type);
        QCOMPARE(facts->bits, 0);
        QCOMPARE(q(crypto::displayText(*facts)), type);
        const crypto::PublicKey key = crypto::PublicKey::fromSpkiDer(spki);
        QVERIFY(key.facts() == *facts);
        if (!base::isLibraryAtLeast(3, 5)) {
            QVERIFY(!key.isUsable());
            CERTWRIGHT_VERIFY_FAILS(key.native(), ErrorKind::Unsupported);
        }
    }

    // Published values: FIPS 180-4 and RFC 1321 examples for "abc".
    void digests_data() {
        QTest::addColumn<QString>("hex");
        QTest::newRow("SHA1") << QStringLiteral("A9993E364706816ABA3E25717850C26C9CD0D89D");
        QTest::newRow("sha-1") << QStringLiteral("A9993E364706816ABA3E25717850C26C9CD0D89D");
        QTest::newRow("SHA256") << QStringLiteral("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD");
        QTest::newRow("MD5") << QStringLiteral("900150983CD24FB0D6963F7D28E17F72");
        QTest::newRow("SHA3-256") << QStringLiteral("3A985DA74FE225B2045C172D6BD390BD855F086E3E9D525B46BFE24511431532");
    }
    void digests() {
        QFETCH(QString, hex);
        QCOMPARE(q(base::toHex(crypto::digest(QTest::currentDataTag(), base::bytesOf("abc")))), hex);
    }
    void digestsWithoutAName() {
        QVERIFY(crypto::sha256(base::bytesOf("abc")) == crypto::digest("SHA256", base::bytesOf("abc")));
        QVERIFY(crypto::sha1(base::bytesOf("abc")) == crypto::digest("SHA1", base::bytesOf("abc")));
        QCOMPARE(q(base::toHex(crypto::sha1({}))), QStringLiteral("DA39A3EE5E6B4B0D3255BFEF95601890AFD80709"));
        CERTWRIGHT_VERIFY_FAILS(crypto::digest("FOO", {}), ErrorKind::Unsupported);
        CERTWRIGHT_VERIFY_FAILS(crypto::digest("", {}), ErrorKind::Unsupported);
    }

    void randomBytesDiffer() {
        QVERIFY(crypto::isRandomSeeded());
        QVERIFY(crypto::randomBytes(0).empty());
        std::set<base::Bytes> seen;
        for (int i = 0; i < 100; ++i)
            seen.insert(crypto::randomBytes(16));
        QCOMPARE(seen.size(), std::size_t{100});
        QCOMPARE(crypto::randomBytes(100000).size(), std::size_t{100000});
    }
};

CERTWRIGHT_TEST_MAIN(KeysTest)
#include "tst_keys.moc"
