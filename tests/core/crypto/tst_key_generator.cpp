#include "core/base/library.h"
#include "core/crypto/key_generator.h"
#include "tests/core/expect.h"
#include "tests/support/process.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QElapsedTimer>
#include <QRegularExpression>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <stop_token>
#include <thread>

using namespace certwright;
using base::ErrorKind;
using crypto::KeySpec;
using test::q;
using test::textView;

namespace {

/// What `openssl pkey -text` says of a key: its first line ("Private-Key: (2048 bit, 2 primes)") and all of it.
QString opensslText(const QString& openssl, const crypto::PrivateKey& key) {
    const base::Secret der = key.toPkcs8Der();
    const auto result = test::run(openssl,
                                  {QStringLiteral("pkey"), QStringLiteral("-inform"), QStringLiteral("DER"),
                                   QStringLiteral("-noout"), QStringLiteral("-text")},
                                  {.input = test::bytes(der.view())});
    return result.isSuccess() ? QString::fromUtf8(result.output) : QString();
}

/// The spec that is quick to make for a type: DSA searches long for its primes, RSA not so long.
std::string quickSpec(const std::string& type) {
    if (type == "dsa")
        return "dsa:1024";
    if (type == "rsa" || type == "rsa-pss")
        return type + ":2048";
    return type;
}

} // namespace

/// Keys that are made here are read by the openssl command line, which says the same about them.
class KeyGeneratorTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // crypto.PKeyType, crypto.PKey, crypto.PKey.generate_key, crypto.PKey.bits, crypto.PKey.type, crypto.TYPE_DSA
    void makesEveryTypeOfTheLibrary_data() {
        QTest::addColumn<QString>("spec");
        const auto types = crypto::availableKeyTypes();
        QVERIFY(std::find(types.begin(), types.end(), "rsa") != types.end());
        for (const std::string& type : types)
            QTest::newRow(type.c_str()) << q(quickSpec(type));
        for (const char* curve : {"P-256", "P-384", "P-521", "secp256k1", "brainpoolP512r1", "sect571r1"})
            QTest::newRow(curve) << QStringLiteral("ec:") + QString::fromLatin1(curve);
    }
    void makesEveryTypeOfTheLibrary() {
        QFETCH(QString, spec);
        CERTWRIGHT_NEED_TOOL(openssl, "openssl");
        const KeySpec wanted = KeySpec::parse(spec.toStdString());
        const crypto::PrivateKey key = crypto::generateKey(wanted);
        QCOMPARE(q(key.facts().type), q(wanted.type));
        QCOMPARE(q(key.facts().curve), q(wanted.curve));
        if (wanted.bits != 0)
            QCOMPARE(key.facts().bits, wanted.bits);
        const QString text = opensslText(openssl, key);
        QVERIFY2(!text.isEmpty(), qPrintable(spec));
        static const QRegularExpression size(QStringLiteral("\\((\\d+) bit"));
        const auto match = size.match(text);
        if (match.hasMatch())
            QCOMPARE(key.facts().bits, match.captured(1).toInt());
        else
            QVERIFY2(text.contains(q(key.facts().type), Qt::CaseInsensitive), qPrintable(text));
        if (!wanted.curve.empty())
            QVERIFY2(text.contains(QStringLiteral("ASN1 OID: ") + q(wanted.curve)), qPrintable(text));

        const crypto::PrivateKey again = crypto::PrivateKey::fromPkcs8Der(key.toPkcs8Der().view());
        QVERIFY(again.publicKey() == key.publicKey());
        QVERIFY(crypto::PublicKey::fromSpkiDer(key.publicKey().spkiDer()) == key.publicKey());
    }

    // crypto.PKey
    void makesKeysOnEveryCurve() {
        const auto curves = crypto::availableCurves();
        QVERIFY(curves.size() > 20);
        for (const std::string& curve : curves) {
            const auto made = crypto::generateKey({"EC", 0, curve});
            QVERIFY2(made.facts().curve == curve && made.facts().bits > 0, curve.c_str());
            QVERIFY2(made.facts().bits == EVP_PKEY_get_bits(made.native()), curve.c_str());
            QVERIFY2(crypto::curveBits(curve) == made.facts().bits, curve.c_str());
        }
        QCOMPARE(crypto::curveBits("secp999r1"), 0);
        // Curves without an OID can be in no key.
        QVERIFY(std::find(curves.begin(), curves.end(), "Oakley-EC2N-3") == curves.end());
    }

    void readsSpecs_data() {
        QTest::addColumn<QString>("type");
        QTest::addColumn<int>("bits");
        QTest::addColumn<QString>("curve");
        QTest::addColumn<QString>("written");
        const auto row = [](const char* text, const char* type, int bits, const char* curve, const char* written) {
            QTest::newRow(text) << QString::fromLatin1(type) << bits << QString::fromLatin1(curve)
                                << QString::fromLatin1(written);
        };
        row("rsa:3072", "RSA", 3072, "", "rsa:3072");
        row("rsa", "RSA", 3072, "", "rsa:3072");
        row("RSA:1024", "RSA", 1024, "", "rsa:1024");
        row("rsa:16384", "RSA", 16384, "", "rsa:16384");
        row("rsa-pss:4096", "RSA-PSS", 4096, "", "rsa-pss:4096");
        row("dsa", "DSA", 2048, "", "dsa:2048");
        row("dh:2048", "DH", 2048, "", "dh:2048");
        row("ec", "EC", 0, "prime256v1", "ec:prime256v1");
        row("ec:", "EC", 0, "prime256v1", "ec:prime256v1");
        row("ec:P-256", "EC", 0, "prime256v1", "ec:prime256v1");
        row("EC:p-384", "EC", 0, "secp384r1", "ec:secp384r1");
        row("ec:secp256r1", "EC", 0, "prime256v1", "ec:prime256v1");
        row("ec:SECP521R1", "EC", 0, "secp521r1", "ec:secp521r1");
        row("ec:BrainpoolP256R1", "EC", 0, "brainpoolP256r1", "ec:brainpoolP256r1");
        row("ec:1.2.840.10045.3.1.7", "EC", 0, "prime256v1", "ec:prime256v1");
        row("ed25519", "Ed25519", 0, "", "ed25519");
        row("ED448", "Ed448", 0, "", "ed448");
        row("X25519", "X25519", 0, "", "x25519");
    }
    void readsSpecs() {
        QFETCH(QString, type);
        QFETCH(int, bits);
        QFETCH(QString, curve);
        QFETCH(QString, written);
        const KeySpec spec = KeySpec::parse(QTest::currentDataTag());
        QCOMPARE(q(spec.type), type);
        QCOMPARE(spec.bits, bits);
        QCOMPARE(q(spec.curve), curve);
        QCOMPARE(q(spec.toText()), written);
        QCOMPARE(q(KeySpec::parse(spec.toText()).toText()), written);
    }

    void refusesSpecs_data() {
        QTest::addColumn<bool>("isBadInput");
        for (const char* text : {"rsa:1023", "rsa:16385", "rsa:-2048", "rsa:2048x", "rsa: 2048",
                                 "rsa:99999999999999999999", "ec:P-255", "ec:SHA256", "ec:nosuch", "ed25519:255",
                                 "x448:1", "nosuch", "", ":", "rsa-2048", "hmac", "cmac", "sm2:x"})
            QTest::newRow(text) << true;
        QTest::newRow("ml-dsa-66") << false;
        QTest::newRow("slh-dsa-sha2-129s") << false;
    }
    void refusesSpecs() {
        QFETCH(bool, isBadInput);
        const QByteArray text = QTest::currentDataTag();
        const auto error = test::errorOf([&text] { return KeySpec::parse(textView(text)); });
        QVERIFY(error);
        QCOMPARE(test::nameOf(error->kind()), test::nameOf(isBadInput ? ErrorKind::BadInput : ErrorKind::Unsupported));
    }

    void postQuantumSpecsFollowTheLibrary() {
        const bool isThere = base::isLibraryAtLeast(3, 5);
        const auto error = test::errorOf([] { return KeySpec::parse("ml-dsa-65"); });
        QCOMPARE(!error, isThere);
        if (error) {
            QCOMPARE(test::nameOf(error->kind()), test::nameOf(ErrorKind::Unsupported));
            QVERIFY(q(error->hint()).contains(QStringLiteral("3.5")));
        } else {
            QCOMPARE(q(KeySpec::parse("SLH-DSA-SHA2-128s").type), QStringLiteral("SLH-DSA-SHA2-128s"));
            QCOMPARE(q(KeySpec::parse("ml-dsa-65").type), QStringLiteral("ML-DSA-65"));
        }
    }

    void refusesSizesThatCannotBe_data() {
        QTest::addColumn<QString>("type");
        QTest::addColumn<int>("bits");
        for (const char* type : {"RSA", "RSA-PSS", "DSA", "DH"}) {
            for (const int bits : {0, -1, 512, 16385})
                QTest::addRow("%s %d", type, bits) << QString::fromLatin1(type) << bits;
        }
    }
    void refusesSizesThatCannotBe() {
        QFETCH(QString, type);
        QFETCH(int, bits);
        CERTWRIGHT_VERIFY_FAILS(crypto::generateKey({type.toStdString(), bits, {}}), ErrorKind::BadInput);
    }

    void refusesUnknownCurvesAndTypes() {
        CERTWRIGHT_VERIFY_FAILS(crypto::generateKey({"EC", 0, "nosuch"}), ErrorKind::BadInput);
        CERTWRIGHT_VERIFY_FAILS(crypto::generateKey({"NOSUCH", 0, {}}), ErrorKind::Unsupported);
    }

    void classicDhUsesTheGroupsOfRfc7919() {
        // The prime of ffdhe3072 begins and ends with 64 ones (RFC 7919 A.2).
        const auto key = crypto::generateKey({"DH", 3072, {}});
        QCOMPARE(key.facts().bits, 3072);
        QVERIFY(
            test::bytes(key.publicKey().spkiDer()).contains(QByteArray::fromHex("ADF85458A2BB4A9AAFDC5620273D3CF1")));
    }

    // crypto.PKey.generate_key, crypto.TYPE_RSA
    void takesAnExponentOfItsOwn_data() {
        QTest::addColumn<quint64>("exponent");
        QTest::addColumn<QString>("shown");
        QTest::newRow("none chosen") << quint64{0} << "65537 (0x10001)";
        QTest::newRow("3") << quint64{3} << "3 (0x3)";
        QTest::newRow("257") << quint64{257} << "257 (0x101)";
        QTest::newRow("of 33 bits") << quint64{0x100000001} << "4294967297 (0x100000001)";
    }
    void takesAnExponentOfItsOwn() {
        QFETCH(quint64, exponent);
        QFETCH(QString, shown);
        CERTWRIGHT_NEED_TOOL(openssl, "openssl");
        for (const char* type : {"RSA", "RSA-PSS"}) {
            const auto key = crypto::generateKey({.type = type, .bits = 1024, .publicExponent = exponent});
            const QString text = opensslText(openssl, key);
            QVERIFY2(
                text.contains(QRegularExpression(QStringLiteral("[eE]xponent: ") + QRegularExpression::escape(shown))),
                qPrintable(text));
        }
    }

    void refusesExponentsThatCannotBe() {
        for (const std::uint64_t exponent : {1U, 2U, 65536U})
            CERTWRIGHT_VERIFY_FAILS(crypto::generateKey({.type = "RSA", .bits = 1024, .publicExponent = exponent}),
                                    ErrorKind::BadInput);
    }

    // crypto.PKey, crypto.PKey.generate_key: restrictions of RSA-PSS keys (RFC 4055 3.1)
    void restrictsRsaPssKeys_data() {
        QTest::addColumn<QString>("digest");
        QTest::addColumn<QString>("maskDigest");
        QTest::addColumn<int>("saltLength");
        QTest::newRow("SHA-256") << "SHA256"
                                 << "SHA256" << 32;
        QTest::newRow("SHA-512, another mask, short salt") << "SHA512"
                                                           << "SHA384" << 20;
        QTest::newRow("the defaults of RFC 4055") << "SHA1"
                                                  << "SHA1" << 20;
    }
    void restrictsRsaPssKeys() {
        QFETCH(QString, digest);
        QFETCH(QString, maskDigest);
        QFETCH(int, saltLength);
        CERTWRIGHT_NEED_TOOL(openssl, "openssl");
        const crypto::PssParameters wanted{digest.toStdString(), maskDigest.toStdString(), saltLength};
        const auto key = crypto::generateKey({.type = "RSA-PSS", .bits = 1024, .pss = wanted});
        QVERIFY(key.publicKey().pssParameters() == wanted);
        const QString text =
            opensslText(openssl, key).toUpper().replace(QStringLiteral("SHA2-"), QStringLiteral("SHA"));
        const auto shows = [&text](const QString& pattern) {
            return text.contains(QRegularExpression(pattern + QStringLiteral("\\b")));
        };
        QVERIFY2(shows(QStringLiteral("HASH ALGORITHM: ") + digest), qPrintable(text));
        QVERIFY2(shows(QStringLiteral("MASK ALGORITHM: MGF1 WITH ") + maskDigest), qPrintable(text));
        // The default stands there in decimal, everything else in hexadecimal.
        QVERIFY2(shows(QStringLiteral("SALT LENGTH: (%1|0X%2)")
                           .arg(QString::number(saltLength), QString::number(saltLength, 16).toUpper())),
                 qPrintable(text));
        QVERIFY(!crypto::generateKey({.type = "RSA-PSS", .bits = 1024}).publicKey().pssParameters());
    }

    void refusesRestrictionsThatCannotBe() {
        for (const crypto::PssParameters& pss :
             {crypto::PssParameters{"NOSUCH", "SHA256", 32}, {"SHA256", "", 32}, {"SHA256", "SHA256", -1}})
            CERTWRIGHT_VERIFY_FAILS(crypto::generateKey({.type = "RSA-PSS", .bits = 1024, .pss = pss}),
                                    ErrorKind::BadInput);
    }

    void anOddSizeIsASizeToo() { QCOMPARE(crypto::generateKey({"RSA", 1031, {}}).facts().bits, 1031); }

    void tellsHowFarItIs() {
        std::uint64_t last = 0;
        bool isRising = true;
        const base::JobControl control({}, [&](base::Progress p) {
            isRising = isRising && p.done > last && p.total == 0;
            last = p.done;
        });
        crypto::generateKey({"RSA", 2048, {}}, control);
        QVERIFY(last > 0 && isRising);
    }

    void stopsSoonWhenTold_data() {
        QTest::addColumn<QString>("type");
        QTest::addColumn<int>("bits");
        QTest::newRow("RSA 8192") << QStringLiteral("RSA") << 8192;
        QTest::newRow("RSA-PSS 16384") << QStringLiteral("RSA-PSS") << 16384;
        QTest::newRow("DSA 8192") << QStringLiteral("DSA") << 8192;
    }
    void stopsSoonWhenTold() {
        QFETCH(QString, type);
        QFETCH(int, bits);
        std::stop_source source;
        QElapsedTimer sinceStop;
        std::thread stopper([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(300));
            sinceStop.start();
            source.request_stop();
        });
        const auto error = test::errorOf([&] {
            return crypto::generateKey({type.toStdString(), bits, {}}, base::JobControl(source.get_token(), {}));
        });
        stopper.join();
        QVERIFY2(error, "made within 0.3 s?");
        QCOMPARE(test::nameOf(error->kind()), test::nameOf(ErrorKind::Cancelled));
        // One prime test of 8192 bits is some tenths of a second; the machine may be busy.
        QVERIFY2(sinceStop.elapsed() < 5000, qPrintable(QString::number(sinceStop.elapsed())));
    }

    void doesNotStartWhenStoppedAlready() {
        std::stop_source source;
        source.request_stop();
        CERTWRIGHT_VERIFY_FAILS(crypto::generateKey({"Ed25519", 0, {}}, base::JobControl(source.get_token(), {})),
                                ErrorKind::Cancelled);
    }

    void whatTheListenerThrowsComesOut() {
        const base::JobControl control({}, [](base::Progress) { throw std::runtime_error("listener"); });
        bool isCaught = false;
        try {
            crypto::generateKey({"RSA", 4096, {}}, control);
        } catch (const std::runtime_error& error) {
            isCaught = q(error.what()) == QStringLiteral("listener");
        }
        QVERIFY(isCaught);
    }
};

CERTWRIGHT_TEST_MAIN(KeyGeneratorTest)
#include "tst_key_generator.moc"
