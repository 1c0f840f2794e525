#include "core/formats/params.h"
#include "tests/core/formats/reading.h"
#include "tests/support/test_main.h"

#include <QRegularExpression>

using namespace certwright;
using namespace certwright::test;
using base::ErrorKind;
using formats::ParametersItem;

namespace {

/// A DER INTEGER of this hexadecimal number.
QByteArray integer(const char* digits) {
    QByteArray content = unhex(digits);
    if ((static_cast<unsigned char>(content[0]) & 0x80U) != 0)
        content.prepend('\0');
    return QByteArray("\x02", 1) + static_cast<char>(content.size()) + content;
}
QByteArray sequence(const QByteArray& content) {
    return QByteArray("\x30", 1) + static_cast<char>(content.size()) + content;
}

} // namespace

/// Domain parameters, as the command line makes and prints them.
class ParamsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { CERTWRIGHT_SKIP_WITHOUT_OPENSSL(); }

    void readsWhatOpensslMakes_data() {
        QTest::addColumn<QString>("command");
        QTest::addColumn<QString>("kind");
        QTest::addColumn<int>("bits");
        QTest::addColumn<QString>("curve");
        const auto row = [](const char* command, const char* kind, int bits, const char* curve = "") {
            QTest::newRow(command) << QString::fromLatin1(command) << QString::fromLatin1(kind) << bits
                                   << QString::fromLatin1(curve);
        };
        // OpenSSL's least prime has 512 bits.
        row("dhparam 512", "dh-parameters", 512);
        row("dhparam -dsaparam 1024", "dh-parameters", 1024);
        row("dhparam 515", "dh-parameters", 515);
        row("genpkey -genparam -algorithm DH -pkeyopt group:ffdhe2048", "dh-parameters", 2048);
        row("genpkey -genparam -algorithm DH -pkeyopt group:modp_3072", "dh-parameters", 3072);
        row("genpkey -genparam -algorithm DHX -pkeyopt dh_rfc5114:2", "dh-parameters", 2048);
        row("genpkey -genparam -algorithm DHX -pkeyopt group:ffdhe3072", "dh-parameters", 3072);
        row("dsaparam 512", "dsa-parameters", 512);
        row("dsaparam 1024", "dsa-parameters", 1024);
        row("ecparam -name prime256v1", "ec-parameters", 256, "prime256v1");
        row("ecparam -name secp521r1", "ec-parameters", 521, "secp521r1");
        row("ecparam -name brainpoolP320r1", "ec-parameters", 320, "brainpoolP320r1");
        row("ecparam -name sect163k1", "ec-parameters", 163, "sect163k1");
        row("ecparam -name prime256v1 -param_enc explicit", "ec-parameters", 256, "prime-field");
        row("ecparam -name secp521r1 -param_enc explicit", "ec-parameters", 521, "prime-field");
        row("ecparam -name sect233r1 -param_enc explicit", "ec-parameters", 0, "characteristic-two-field");
    }
    void readsWhatOpensslMakes() {
        QFETCH(QString, command);
        QFETCH(QString, kind);
        QFETCH(int, bits);
        QFETCH(QString, curve);
        const QByteArray pem = openssl(command.split(u' '));
        if (pem.isEmpty())
            QSKIP("this openssl makes none of these");
        const QByteArray body = pem.mid(pem.indexOf("-----\n") + 6);
        const QByteArray der = QByteArray::fromBase64(body.left(body.indexOf("-----END")));
        for (const QByteArray& form : {pem, der}) {
            const formats::Contents contents = formats::readContents(view(form));
            QVERIFY2(!contents.error, contents.error ? contents.error->what() : "");
            QCOMPARE(kindsOf(contents), kind);
            const auto* item = firstOf<ParametersItem>(contents);
            QCOMPARE(item->bits, bits);
            QCOMPARE(q(item->curve), curve);
            QCOMPARE(bytes(item->der), der);
        }
    }

    // Bits of the number, not of its octets.
    void countsBits_data() {
        QTest::addColumn<QByteArray>("prime");
        QTest::addColumn<int>("bits");
        QTest::newRow("17") << integer("11") << 5;
        QTest::newRow("127") << integer("7F") << 7;
        QTest::newRow("251, with a zero before") << integer("FB") << 8;
        QTest::newRow("257") << integer("0101") << 9;
        QTest::newRow("32749") << integer("7FED") << 15;
        QTest::newRow("65521") << integer("FFF1") << 16;
        QTest::newRow("2^61 - 1") << integer("1FFFFFFFFFFFFFFF") << 61;
    }
    void countsBits() {
        QFETCH(QByteArray, prime);
        QFETCH(int, bits);
        const QByteArray der = sequence(prime + integer("02"));
        QVERIFY(formats::areDhParameters(view(der)));
        const formats::Contents contents = formats::readContents(view(der));
        QCOMPARE(kindsOf(contents), QStringLiteral("dh-parameters"));
        QCOMPARE(firstOf<ParametersItem>(contents)->bits, bits);
    }

    // Two bare numbers are an RSA public key (RFC 8017 A.1.1) or DH parameters (PKCS#3 9).
    void tellsRsaFromDh() {
        const QByteArray key = openssl("genrsa 1024");
        const QByteArray pkcs1 = openssl("rsa -RSAPublicKey_out -outform DER", key);
        const QByteArray spki = openssl("rsa -pubout -outform DER", key);
        QVERIFY(!formats::areDhParameters(view(pkcs1)));
        const formats::Contents contents = formats::readContents(view(pkcs1));
        QCOMPARE(kindsOf(contents), QStringLiteral("public-key"));
        QCOMPARE(bytes(firstOf<crypto::PublicKey>(contents)->spkiDer()), spki);
        QCOMPARE(bytes(formats::publicKeyFromPkcs1(view(pkcs1)).spkiDer()), spki);
    }

    void refusesDamaged_data() {
        QTest::addColumn<QByteArray>("der");
        QTest::addColumn<int>("outline");
        QTest::addColumn<QString>("kind");
        const auto row = [](const char* name, const QByteArray& der, formats::DerKind outline, const char* kind) {
            QTest::newRow(name) << der << static_cast<int>(outline) << QString::fromLatin1(kind);
        };
        using formats::DerKind;
        row("unknown curve", unhex("06032A0304"), DerKind::EcParameters, "unsupported");
        row("OID of a digest", unhex("0609608648016503040201"), DerKind::EcParameters, "unsupported");
        row("explicit curve of nothing", unhex("3003020101"), DerKind::EcParameters, "bad-input");
        row("one number", unhex("3003020103"), DerKind::TwoIntegers, "bad-input");
        row("text", "DH parameters", DerKind::DhParameters, "bad-input");
    }
    void refusesDamaged() {
        QFETCH(QByteArray, der);
        QFETCH(int, outline);
        QFETCH(QString, kind);
        const auto error =
            test::errorOf([&] { return formats::readParameters(static_cast<formats::DerKind>(outline), view(der)); });
        QVERIFY(error);
        QCOMPARE(nameOf(error->kind()), kind);
    }

    void refusesDamagedPublicKeys() {
        const QByteArray good = corpusData("keys", QStringLiteral("gen-ed25519-pub.der"));
        QVERIFY(formats::publicKeyFromSpki(view(good)).isUsable());
        // A point that is not on the curve.
        QByteArray point = openssl("ec -pubout -outform DER", openssl("ecparam -name prime256v1 -genkey -noout"));
        point.back() = static_cast<char>(point.back() ^ 1);
        CERTWRIGHT_VERIFY_FAILS(formats::publicKeyFromSpki(view(point)), ErrorKind::BadInput);
        // An algorithm that nobody offers is told apart: the key stays a value.
        const QByteArray foreign = unhex("300A"
                                         "3004"
                                         "06022A03"
                                         "03020000");
        QVERIFY(!formats::publicKeyFromSpki(view(foreign)).isUsable());
    }
};

CERTWRIGHT_TEST_MAIN(ParamsTest)
#include "tst_params.moc"
