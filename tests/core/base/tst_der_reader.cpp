#include "core/base/der_reader.h"
#include "tests/core/corpus.h"
#include "tests/core/expect.h"
#include "tests/support/test_main.h"

#include <openssl/asn1.h>
#include <openssl/objects.h>

#include <array>
#include <cstring>
#include <memory>

using namespace certwright;
using base::BytesView;
using base::DerReader;
using test::bytes;
using test::q;
using test::unhex;
using test::view;
namespace der = base::der;

namespace {

bool liesWithin(BytesView part, BytesView whole) {
    return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

/// Walks over everything, as deep as it goes, and counts; false when an element points outside its parent.
bool walk(BytesView whole, int depth, std::size_t& elements) {
    DerReader reader(whole);
    while (const auto element = reader.next()) {
        ++elements;
        if (!liesWithin(element->whole, whole) || !liesWithin(element->content, element->whole) ||
            element->content.data() + element->content.size() != element->whole.data() + element->whole.size())
            return false;
        if (element->identifier == der::Oid)
            base::oidText(element->content);
        base::stringText(*element);
        base::timeOf(*element);
        // OCTET STRING holds DER in extensions, BIT STRING (behind its first octet) in keys and signatures.
        const bool isWrapper = element->identifier == der::OctetString || element->identifier == der::BitString;
        if (depth < 20 && (element->isConstructed() || isWrapper)) {
            const bool skipsOne = element->identifier == der::BitString && !element->content.empty();
            if (!walk(element->content.subspan(skipsOne ? 1 : 0), depth + 1, elements))
                return false;
        }
    }
    return reader.atEnd() != reader.hasFailed();
}

/// A copy that ends where its allocation ends, so that the address sanitizer sees every octet read behind it.
std::size_t walkCopy(BytesView data) {
    const std::unique_ptr<std::uint8_t[]> copy(new std::uint8_t[data.size() + (data.empty() ? 1 : 0)]);
    if (!data.empty())
        std::memcpy(copy.get(), data.data(), data.size());
    std::size_t elements = 0;
    return walk({copy.get(), data.size()}, 0, elements) ? elements : std::size_t(-1);
}

std::string opensslOid(BytesView content) {
    base::Bytes whole{der::Oid, static_cast<std::uint8_t>(content.size())};
    whole.insert(whole.end(), content.begin(), content.end());
    const unsigned char* position = whole.data();
    ASN1_OBJECT* object = d2i_ASN1_OBJECT(nullptr, &position, static_cast<long>(whole.size()));
    if (object == nullptr)
        return {};
    std::array<char, 600> buffer{};
    OBJ_obj2txt(buffer.data(), buffer.size(), object, 1);
    ASN1_OBJECT_free(object);
    return buffer.data();
}

} // namespace

class DerReaderTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void lengths_data() {
        QTest::addColumn<QByteArray>("data");
        QTest::addColumn<qint64>("contentLength"); // -1: refused
        const auto row = [](const char* name, const QByteArray& data, qint64 length) {
            QTest::newRow(name) << data << length;
        };
        row("empty content", unhex("0500"), 0);
        row("short form", unhex("0401AA"), 1);
        row("short form, longest", unhex("047F") + QByteArray(127, 'x'), 127);
        row("long form, shortest", unhex("048180") + QByteArray(128, 'x'), 128);
        row("two octets", unhex("04820100") + QByteArray(256, 'x'), 256);
        row("three octets", unhex("0483010000") + QByteArray(65536, 'x'), 65536);
        // X.690 10.1: the definite form in the fewest octets
        row("long form for a short length", unhex("04817F") + QByteArray(127, 'x'), -1);
        row("long form for one octet", unhex("048101AA"), -1);
        row("leading zero", unhex("04820080") + QByteArray(128, 'x'), -1);
        row("leading zero, three octets", unhex("0483000100") + QByteArray(256, 'x'), -1);
        row("indefinite", unhex("30800000"), -1);
        row("reserved 0xFF", unhex("04FF") + QByteArray(300, 'x'), -1);
        row("five octets", unhex("04850000000001AA"), -1);
        row("eight octets of ones", unhex("0488FFFFFFFFFFFFFFFF"), -1);
        row("four octets, far too long", unhex("0484FFFFFFFF00"), -1);
        row("one octet missing", unhex("0402AA"), -1);
        row("length octets missing", unhex("048201"), -1);
        row("no length", unhex("04"), -1);
        row("long tag", unhex("1F8100"), -1);
        row("long tag, constructed", unhex("BF2000"), -1);
    }
    void lengths() {
        QFETCH(QByteArray, data);
        QFETCH(qint64, contentLength);
        DerReader reader(view(data));
        const auto element = reader.next();
        QCOMPARE(element.has_value(), contentLength >= 0);
        QCOMPARE(reader.hasFailed(), contentLength < 0);
        QCOMPARE(reader.atEnd(), contentLength >= 0);
        if (element) {
            QCOMPARE(static_cast<qint64>(element->content.size()), contentLength);
            QCOMPARE(bytes(element->whole), data);
            QCOMPARE(element->identifier, static_cast<std::uint8_t>(data[0]));
        }
        QVERIFY(!reader.next());
    }

    void staysFailed() {
        const QByteArray data = unhex("02010105000402");
        DerReader reader(view(data));
        QCOMPARE(reader.peek(), der::Integer);
        QVERIFY(!reader.optional(der::Null));
        QVERIFY(!reader.hasFailed());
        QVERIFY(reader.optional(der::Integer));
        QVERIFY(!reader.expect(der::Integer));
        QVERIFY(reader.hasFailed() && !reader.atEnd());
        QCOMPARE(reader.peek(), std::uint8_t{0});
        QVERIFY(!reader.next() && !reader.expect(der::Null) && !reader.optional(der::Null));
    }

    void anEmptyReaderIsAtItsEnd() {
        DerReader reader{BytesView()};
        QVERIFY(reader.atEnd());
        QVERIFY(!reader.next() && !reader.optional(0));
        QVERIFY(reader.atEnd());
        QVERIFY(!reader.expect(0));
        QVERIFY(reader.hasFailed());
    }

    void oids_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("text"); // as OBJ_obj2txt writes it; empty: refused
        const auto row = [](const char* digits, const char* text) {
            QTest::newRow(digits) << unhex(digits) << QString::fromLatin1(text);
        };
        row("550403", "2.5.4.3");
        row("2A864886F70D01010B", "1.2.840.113549.1.1.11");
        row("00", "0.0");
        row("27", "0.39");
        row("28", "1.0");
        row("4F", "1.39");
        row("50", "2.0");
        row("8837", "2.999");
        row("8F7F", "2.1967");
        row("2B0601040182371402", "1.3.6.1.4.1.311.20.2");
        row("2A81FFFFFFFFFFFFFFFF7F", "1.2.18446744073709551615");
        row("2A8280808080808080"
            "8000",
            "1.2.18446744073709551616");
        // ITU-T X.667: an OID made of a UUID has an arc of 128 bits
        row("6983B9DBA1B1F0A9E1CE85E5B6C0B2E2C8BBD92A", "2.25.");
    }
    void oids() {
        QFETCH(QByteArray, content);
        QFETCH(QString, text);
        const auto own = base::oidText(view(content));
        QVERIFY(own);
        QVERIFY2(q(*own).startsWith(text), own->c_str());
        QCOMPARE(q(*own), q(opensslOid(view(content))));
    }

    void refusesOids_data() {
        QTest::addColumn<QByteArray>("content");
        for (const char* digits : {"", "80", "5580", "2A8001", "558003", "8055", "2A86"})
            QTest::newRow(digits[0] == '\0' ? "(empty)" : digits) << unhex(digits);
    }
    void refusesOids() {
        QFETCH(QByteArray, content);
        QVERIFY(!base::oidText(view(content)));
        QVERIFY(opensslOid(view(content)).empty());
    }

    void oidsAgreeWithOpensslAtRandom() {
        quint32 state = 12345;
        for (int round = 0; round < 3000; ++round) {
            QByteArray content;
            state = state * 1664525U + 1013904223U;
            const int length = static_cast<int>(state >> 28U) + 1;
            for (int i = 0; i < length; ++i) {
                state = state * 1664525U + 1013904223U;
                content.append(static_cast<char>(state >> 24U));
            }
            QCOMPARE(q(base::oidText(view(content)).value_or(std::string())), q(opensslOid(view(content))));
        }
    }

    void strings_data() {
        QTest::addColumn<QByteArray>("data");
        QTest::addColumn<QString>("text"); // a null string: refused
        const auto row = [](const char* name, const char* digits, const QString& text) {
            QTest::newRow(name) << unhex(digits) << text;
        };
        const QString none;
        row("UTF8String", "0C05C3A4E282AC", QStringLiteral("ä€"));
        row("UTF8String, four octets", "0C04F09F9880", QStringLiteral("😀"));
        row("UTF8String, empty", "0C00", QLatin1String(""));
        row("PrintableString", "13024142", QStringLiteral("AB"));
        row("IA5String", "160161", QStringLiteral("a"));
        row("NumericString", "12023132", QStringLiteral("12"));
        row("VisibleString", "1A0161", QStringLiteral("a"));
        row("T61String", "1401E4", QStringLiteral("ä"));
        row("BMPString", "1E0400E420AC", QStringLiteral("ä€"));
        row("UniversalString", "1C080001F600000020AC", QStringLiteral("😀€"));
        row("overlong", "0C02C0AF", none);
        row("overlong, three octets", "0C03E08080", none);
        row("overlong, four octets", "0C04F0808080", none);
        row("surrogate", "0C03EDA080", none);
        row("above U+10FFFF", "0C04F4908080", none);
        row("lone continuation", "0C0180", none);
        row("cut off", "0C02E282", none);
        row("second octet is no continuation", "0C03E22841", none);
        row("BMPString, odd", "1E0300E420", none);
        row("BMPString, surrogate", "1E02D83D", none);
        row("UniversalString, too large", "1C0400110000", none);
        row("UniversalString, three octets", "1C03000041", none);
        row("INTEGER", "020101", none);
    }
    void strings() {
        QFETCH(QByteArray, data);
        QFETCH(QString, text);
        DerReader reader(view(data));
        const auto element = reader.next();
        QVERIFY(element);
        const auto own = base::stringText(*element);
        QCOMPARE(own.has_value(), !text.isNull());
        if (own)
            QCOMPARE(q(*own), text);
    }

    void times_data() {
        QTest::addColumn<QByteArray>("data");
        QTest::addColumn<QString>("rfc3339");
        const auto row = [](const char* name, int tag, const char* text, const char* expected) {
            QByteArray data;
            data.append(static_cast<char>(tag)).append(static_cast<char>(std::strlen(text))).append(text);
            QTest::newRow(name) << data << QString::fromLatin1(expected);
        };
        row("UTCTime", der::UtcTime, "261124031500Z", "2026-11-24T03:15:00Z");
        row("UTCTime, 1950", der::UtcTime, "500101000000Z", "1950-01-01T00:00:00Z");
        row("GeneralizedTime", der::GeneralizedTime, "20501124031500Z", "2050-11-24T03:15:00Z");
        row("GeneralizedTime with a fraction", der::GeneralizedTime, "20501124031500.7Z", "2050-11-24T03:15:00Z");
        row("the digits of the other type", der::UtcTime, "20501124031500Z", "");
        row("UTCTime's digits as GeneralizedTime", der::GeneralizedTime, "261124031500Z", "");
        row("no seconds, which would read as 2020", der::GeneralizedTime, "201201010000Z", "");
        row("no time", der::Utf8String, "20501124031500Z", "");
        row("empty", der::UtcTime, "", "");
    }
    void times() {
        QFETCH(QByteArray, data);
        QFETCH(QString, rfc3339);
        DerReader reader(view(data));
        const auto time = base::timeOf(*reader.next());
        QCOMPARE(time ? q(base::toRfc3339(*time)) : QString(), rfc3339);
    }

    void certificates_data() {
        test::corpusRows({"certs"}, {QStringLiteral("gnutls__cert10"), QStringLiteral("libksba__ed25519"),
                                     QStringLiteral("libksba__secp384r1"), QStringLiteral("oscrypto__test-dsa")});
    }
    void certificates() {
        QFETCH(QByteArray, certificate);
        const std::size_t whole = walkCopy(view(certificate));
        QVERIFY(whole > 20 && whole != std::size_t(-1));
    }

    void everyTruncationStaysInBounds_data() { certificates_data(); }
    void everyTruncationStaysInBounds() {
        QFETCH(QByteArray, certificate);
        for (qsizetype length = 0; length < certificate.size(); ++length) {
            DerReader reader(view(certificate).first(static_cast<std::size_t>(length)));
            QVERIFY(!reader.next());
            QVERIFY(walkCopy(view(certificate).first(static_cast<std::size_t>(length))) != std::size_t(-1));
            QVERIFY(walkCopy(view(certificate).subspan(static_cast<std::size_t>(length))) != std::size_t(-1));
        }
    }

    void everyChangedByteStaysInBounds_data() { certificates_data(); }
    void everyChangedByteStaysInBounds() {
        QFETCH(QByteArray, certificate);
        for (qsizetype i = 0; i < certificate.size(); ++i) {
            QByteArray changed = certificate;
            for (const unsigned flip : {0x01U, 0x80U}) {
                changed[i] = static_cast<char>(static_cast<unsigned char>(certificate[i]) ^ flip);
                QVERIFY(walkCopy(view(changed)) != std::size_t(-1));
            }
        }
    }
};

CERTWRIGHT_TEST_MAIN(DerReaderTest)
#include "tst_der_reader.moc"
