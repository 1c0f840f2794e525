#include "core/base/bytes.h"
#include "tests/core/expect.h"
#include "tests/support/test_main.h"

using namespace certwright;
using test::bytes;
using test::q;
using test::textView;
using test::view;

/// Expected values: RFC 4648 10 (the "foobar" vectors), and QByteArray's own coders for long input.
class BytesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void base64_data() {
        QTest::addColumn<QByteArray>("plain");
        QTest::addColumn<QByteArray>("encoded");
        QTest::newRow("empty") << QByteArray("") << QByteArray("");
        QTest::newRow("f") << QByteArray("f") << QByteArray("Zg==");
        QTest::newRow("fo") << QByteArray("fo") << QByteArray("Zm8=");
        QTest::newRow("foo") << QByteArray("foo") << QByteArray("Zm9v");
        QTest::newRow("foob") << QByteArray("foob") << QByteArray("Zm9vYg==");
        QTest::newRow("fooba") << QByteArray("fooba") << QByteArray("Zm9vYmE=");
        QTest::newRow("foobar") << QByteArray("foobar") << QByteArray("Zm9vYmFy");
        QTest::newRow("all bits") << QByteArray("\xFF\xEF\xBE\x00", 4) << QByteArray("/+++AA==");
    }
    void base64() {
        QFETCH(QByteArray, plain);
        QFETCH(QByteArray, encoded);
        QCOMPARE(q(base::toBase64(view(plain))), q(textView(encoded)));
        const auto decoded = base::fromBase64(textView(encoded));
        QVERIFY(decoded);
        QCOMPARE(bytes(*decoded), plain);
    }

    void base64AgreesWithQtAtEveryLength() {
        QByteArray plain;
        for (int length = 0; length < 300; ++length) {
            QCOMPARE(q(base::toBase64(view(plain))), QString::fromLatin1(plain.toBase64()));
            const QByteArray wrapped = plain.toBase64().insert(length / 2, "\r\n \t");
            const auto decoded = base::fromBase64(textView(wrapped));
            QVERIFY(decoded);
            QCOMPARE(bytes(*decoded), plain);
            plain.append(static_cast<char>(length * 7 + 3));
        }
    }

    void refusesWhatIsNotBase64_data() {
        QTest::addColumn<QByteArray>("text");
        for (const char* text : {"Z", "Zg", "Zg=", "Zm8", "Zg===", "=", "====", "Z===", "Zg==Zg==", "Zg=v",
                                 "Zm9v=", "Zm9v-_==", "Zm9v!", "Zm9\xC3\xA4", "Zg==x",
                                 "Zg=="
                                 "=="})
            QTest::newRow(text) << QByteArray(text);
        QTest::newRow("zero byte") << QByteArray("Zm9v\0Zm9v", 9);
    }
    void refusesWhatIsNotBase64() {
        QFETCH(QByteArray, text);
        QVERIFY(!base::fromBase64(textView(text)));
    }

    void hex() {
        const QByteArray data = QByteArray::fromHex("00017f80ff");
        QCOMPARE(q(base::toHex(view(data))), QStringLiteral("00017F80FF"));
        QCOMPARE(q(base::toHex(view(data), ':')), QStringLiteral("00:01:7F:80:FF"));
        QCOMPARE(q(base::toHex({}, ':')), QString());
        for (const char* text :
             {"00017F80FF", "00017f80ff", "00:01:7f:80:ff", " 00 01\t7f\r\n80 FF ", ":00017F80FF:"}) {
            const auto decoded = base::fromHex(text);
            QVERIFY2(decoded, text);
            QCOMPARE(bytes(*decoded), data);
        }
        QVERIFY(base::fromHex("")->empty());
    }

    void refusesWhatIsNotHex_data() {
        QTest::addColumn<QByteArray>("text");
        for (const char* text : {"0", "000", "0x01", "0 1", "0:1", "g0", "00-01", "\xC3\xA4"})
            QTest::newRow(text) << QByteArray(text);
    }
    void refusesWhatIsNotHex() {
        QFETCH(QByteArray, text);
        QVERIFY(!base::fromHex(textView(text)));
    }

    void viewsShareTheBytes() {
        const std::string text("a\0b", 3);
        const base::BytesView seen = base::bytesOf(text);
        QCOMPARE(seen.size(), std::size_t{3});
        QCOMPARE(static_cast<const void*>(seen.data()), static_cast<const void*>(text.data()));
        QVERIFY(base::textOf(seen) == text);
        QVERIFY(base::textOf({}).empty());
        const base::Bytes copy = base::toBytes(seen);
        QVERIFY(copy.data() != seen.data());
        QVERIFY(base::textOf(copy) == text);
    }
};

CERTWRIGHT_TEST_MAIN(BytesTest)
#include "tst_bytes.moc"
