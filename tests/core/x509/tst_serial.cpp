#include "core/x509/certificate.h"
#include "core/x509/serial.h"
#include "tests/core/expect.h"
#include "tests/core/x509/openssl_maker.h"
#include "tests/support/test_main.h"

#include <set>

using namespace certwright;
using base::ErrorKind;
using test::q;
using x509::Serial;

namespace {

/// The INTEGER that OpenSSL makes of a number in its own notation.
QByteArray integerOf(const QString& number) {
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("out"));
    test::openssl({QStringLiteral("asn1parse"), QStringLiteral("-genstr"), QStringLiteral("INTEGER:") + number,
                   QStringLiteral("-noout"), QStringLiteral("-out"), path});
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QByteArray encoded(const Serial& serial) {
    const auto native = serial.toNative();
    unsigned char* buffer = nullptr;
    const int length = i2d_ASN1_INTEGER(native.get(), &buffer);
    const base::OpensslMemory<unsigned char> owner(buffer);
    return {reinterpret_cast<const char*>(buffer), length};
}

} // namespace

class SerialTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { CERTWRIGHT_SKIP_WITHOUT_OPENSSL(); }

    // crypto.X509.get_serial_number: any size, sign kept, hexadecimal and decimal, by `openssl asn1parse -genstr`.
    void agreesWithOpenssl_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("hex");
        QTest::addColumn<int>("octets");
        const auto row = [](const char* text, const char* hex, int octets) {
            QTest::newRow(text) << QString::fromLatin1(text) << QString::fromLatin1(hex) << octets;
        };
        row("0", "0", 1);
        row("000", "0", 1);
        row("-0", "0", 1);
        row("1", "1", 1);
        row("7f", "7F", 1);
        row("80", "80", 2);
        row("-80", "-80", 1);
        row("-81", "-81", 2);
        row("-1", "-1", 1);
        row("00:ff:01", "FF01", 3);
        row("01 02 03", "10203", 3);
        row("7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", 20);
        row("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", 21);
        const QByteArray large(400, '5');
        QTest::newRow("200 octets") << QString::fromLatin1(large) << QString::fromLatin1(large) << 200;
    }
    void agreesWithOpenssl() {
        QFETCH(QString, text);
        QFETCH(QString, hex);
        QFETCH(int, octets);
        const Serial serial = Serial::parse(text.toStdString());
        QCOMPARE(q(serial.toHex()), hex);
        QCOMPARE(static_cast<int>(serial.octets()), octets);
        const QString inOpenssl =
            hex.startsWith(u'-') ? QStringLiteral("-0x") + hex.mid(1) : QStringLiteral("0x") + hex;
        QCOMPARE(encoded(serial), integerOf(inOpenssl));
        QCOMPARE(encoded(serial), integerOf(q(serial.toDecimal())));
        QVERIFY(Serial::share(serial.toNative().get()) == serial);
        QCOMPARE(serial.isPositive(), hex != QStringLiteral("0") && !hex.startsWith(u'-'));
    }

    void refuses_data() {
        QTest::addColumn<QString>("text");
        for (const char* text : {"", "-", "--1", "0x10", "1g", "1-", ":", "ü"})
            QTest::newRow(text) << QString::fromUtf8(text);
    }
    void refuses() {
        QFETCH(QString, text);
        CERTWRIGHT_VERIFY_FAILS(Serial::parse(text.toStdString()), ErrorKind::BadInput);
    }

    // crypto.X509.set_serial_number: 16 octets, positive, never the same.
    void randomOnesAreAlikeInLengthOnly() {
        std::set<std::string> seen;
        for (int i = 0; i < 1000; ++i) {
            const Serial serial = Serial::random();
            QVERIFY(serial.isPositive());
            QCOMPARE(serial.octets(), std::size_t{16});
            seen.insert(serial.toHex());
        }
        QCOMPARE(seen.size(), std::size_t{1000});
    }

    // RFC 5280 4.1.2.2: negative ones, zero and such of more than 20 octets exist, and are read; `openssl x509
    // -serial`.
    void isReadFromCertificates_data() {
        QTest::addColumn<QByteArray>("number"); // as -set_serial takes it
        for (const char* number :
             {"-1", "-128", "-129", "-0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "0", "127", "128",
              "0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"})
            QTest::newRow(number) << QByteArray(number);
    }
    void isReadFromCertificates() {
        QFETCH(QByteArray, number);
        const QByteArray certificate =
            test::openssl(test::words("req -new -x509 -outform DER -subj /CN=x -key") + QStringList{m_maker.keyFile()} +
                          QStringList{QStringLiteral("-set_serial"), QString::fromLatin1(number)});
        QVERIFY(!certificate.isEmpty());
        QByteArray printed = test::openssl(test::words("x509 -inform DER -noout -serial"), certificate).trimmed();
        printed = printed.mid(printed.indexOf('=') + 1);
        const bool isNegative = printed.startsWith('-');
        QByteArray digits = printed.mid(isNegative ? 1 : 0);
        while (digits.size() > 1 && digits.startsWith('0'))
            digits.remove(0, 1);
        QCOMPARE(q(x509::Certificate::fromDer(test::view(certificate)).serial()),
                 (isNegative ? QStringLiteral("-") : QString()) + QString::fromLatin1(digits));
        QCOMPARE(isNegative, number.startsWith('-'));
    }

    void isZeroAtFirst() {
        QCOMPARE(q(Serial().toHex()), QStringLiteral("0"));
        QVERIFY(Serial() == Serial::parse("00"));
    }

private:
    test::OpensslMaker m_maker;
};

CERTWRIGHT_TEST_MAIN(SerialTest)
#include "tst_serial.moc"
