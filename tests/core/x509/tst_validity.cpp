#include "core/base/clock.h"
#include "core/crypto/key_generator.h"
#include "core/x509/certificate_builder.h"
#include "core/x509/native_text.h"
#include "tests/core/expect.h"
#include "tests/core/x509/openssl_tool.h"
#include "tests/support/test_main.h"

using namespace certwright;
using base::ErrorKind;
using base::Time;
using test::bytes;
using test::q;
using test::timeAt;

namespace {

std::string textOf(const ASN1_TIME* time) {
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(time)),
            static_cast<std::size_t>(ASN1_STRING_length(time))};
}

} // namespace

// The dates of certificates: which ASN.1 time they are written as, and what is read back.
class ValidityTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { CERTWRIGHT_SKIP_WITHOUT_OPENSSL(); }

    // crypto.X509.set_notBefore: UTCTime to 2049, GeneralizedTime from 2050 and where UTCTime has no year (RFC 5280
    // 4.1.2.5); read by `openssl asn1parse` and `openssl x509 -dates`.
    void writesUtcTimeAsLongAsItCan_data() {
        QTest::addColumn<QByteArray>("time");
        QTest::addColumn<QByteArray>("written"); // as asn1parse shows it
        const auto row = [](const char* time, const char* written) {
            QTest::newRow(time) << QByteArray(time) << QByteArray(written);
        };
        row("2049-12-31T23:59:59Z", "UTCTIME           :491231235959Z");
        row("2050-01-01T00:00:00Z", "GENERALIZEDTIME   :20500101000000Z");
        row("9999-12-31T23:59:59Z", "GENERALIZEDTIME   :99991231235959Z"); // RFC 5280 4.1.2.5: no good end date
        row("1950-01-01T00:00:00Z", "UTCTIME           :500101000000Z");
        row("1949-12-31T23:59:59Z", "GENERALIZEDTIME   :19491231235959Z");
        row("1969-12-31T23:59:59Z", "UTCTIME           :691231235959Z");
        row("1970-01-01T00:00:00Z", "UTCTIME           :700101000000Z");
        row("2000-02-29T12:34:56Z", "UTCTIME           :000229123456Z");
        row("2100-03-01T00:00:00Z", "GENERALIZEDTIME   :21000301000000Z");
        row("0001-01-01T00:00:00Z", "GENERALIZEDTIME   :00010101000000Z");
        row("0000-01-01T00:00:00Z", "GENERALIZEDTIME   :00000101000000Z");
    }
    void writesUtcTimeAsLongAsItCan() {
        QFETCH(QByteArray, time);
        QFETCH(QByteArray, written);
        const Time wanted = timeAt(time.constData());
        x509::CertificateBuilder builder;
        builder.setSubject(x509::Name::parse("CN=x")).setIssuer(x509::Name::parse("CN=x"));
        builder.setPublicKey(m_key.publicKey()).setNotBefore(timeAt("2001-01-01T00:00:00Z")).setNotAfter(wanted);
        const x509::Certificate certificate = builder.sign(m_key);
        QVERIFY(certificate.notAfter() == wanted);
        const QByteArray parsed = test::openssl(test::words("asn1parse -inform DER"), bytes(certificate.der()));
        QVERIFY2(parsed.contains(written), parsed.constData());
        const QByteArray dates =
            test::openssl(test::words("x509 -inform DER -noout -enddate -dateopt iso_8601"), bytes(certificate.der()));
        if (!time.startsWith("000"))
            QCOMPARE(dates.trimmed(), "notAfter=" + QByteArray(time).replace('T', ' '));
    }

    void refusesOtherYears_data() {
        QTest::addColumn<qlonglong>("seconds");
        QTest::newRow("before the year 0") << qlonglong{-62167219201};
        QTest::newRow("after the year 9999") << qlonglong{253402300800};
        QTest::newRow("far away") << std::numeric_limits<qlonglong>::max() / 2;
    }
    void refusesOtherYears() {
        QFETCH(qlonglong, seconds);
        const Time time{std::chrono::seconds(seconds)};
        CERTWRIGHT_VERIFY_FAILS(x509::timeToNative(time), ErrorKind::BadInput);
        CERTWRIGHT_VERIFY_FAILS(x509::CertificateBuilder().setNotBefore(time), ErrorKind::BadInput);
    }

    // The three spellings of the manual's set_notBefore.
    void takesGeneralizedTimes_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("utc"); // empty: refused
        const auto row = [](const char* text, const char* utc) {
            QTest::newRow(text) << QByteArray(text) << QByteArray(utc);
        };
        row("20261124031500Z", "2026-11-24T03:15:00Z");
        row("20261124041500+0100", "2026-11-24T03:15:00Z");
        row("20261123223000-0445", "2026-11-24T03:15:00Z");
        row("99991231235959Z", "9999-12-31T23:59:59Z");
        row("261124031500Z", "");
        row("20261124031500", "");
        row("20261124031500+01", "");
        row("20260230031500Z", "");
        row("2026-11-24", "");
        row("", "");
        row("now", "");
    }
    void takesGeneralizedTimes() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, utc);
        x509::CertificateBuilder builder;
        if (utc.isEmpty()) {
            const auto error = test::errorOf([&] { return builder.setNotBefore(test::textView(text)), 0; });
            QVERIFY(error);
            QCOMPARE(test::nameOf(error->kind()), test::nameOf(ErrorKind::BadInput));
            QVERIFY2(q(error->message()).contains(QString::fromUtf8(text)), error->what());
            CERTWRIGHT_VERIFY_FAILS(builder.setNotAfter(test::textView(text)), ErrorKind::BadInput);
            return;
        }
        builder.setNotBefore(test::textView(text)).setNotAfter(test::textView(text));
        const Time wanted = timeAt(utc.constData());
        QVERIFY(x509::timeOfNative(X509_get0_notBefore(builder.native())) == wanted);
        QVERIFY(x509::timeOfNative(X509_get0_notAfter(builder.native())) == wanted);
    }

    void readsWhatOpensslReads_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("utc"); // empty: not a time
        const auto row = [](int type, const char* text, const char* utc) {
            QTest::addRow("%d %s", type, text) << type << QByteArray(text) << QByteArray(utc);
        };
        row(V_ASN1_UTCTIME, "491231235959Z", "2049-12-31T23:59:59Z");
        row(V_ASN1_UTCTIME, "500101000000Z", "1950-01-01T00:00:00Z");
        row(V_ASN1_UTCTIME, "0001010000Z", "2000-01-01T00:00:00Z"); // without seconds, X.680 47.3
        row(V_ASN1_UTCTIME, "000101013000+0130", "2000-01-01T00:00:00Z");
        row(V_ASN1_GENERALIZEDTIME, "20500101000000Z", "2050-01-01T00:00:00Z");
        row(V_ASN1_GENERALIZEDTIME, "20200101000000.5Z", "2020-01-01T00:00:00Z");
        row(V_ASN1_UTCTIME, "20500101000000Z", "");
        row(V_ASN1_GENERALIZEDTIME, "500101000000Z", "");
        row(V_ASN1_UTCTIME, "001301000000Z", "");
        row(V_ASN1_UTCTIME, "", "");
        row(V_ASN1_UTCTIME, "hello", "");
    }
    void readsWhatOpensslReads() {
        QFETCH(int, type);
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, utc);
        const base::Handle<ASN1_STRING> native(ASN1_STRING_type_new(type));
        ASN1_STRING_set(native.get(), text.constData(), static_cast<int>(text.size()));
        const auto time = x509::timeOfNative(native.get());
        QCOMPARE(time ? q(base::toRfc3339(*time)) : QString(), QString::fromLatin1(utc));
        // What OpenSSL's own reader takes is taken; newer ones ask for seconds.
        std::tm parts{};
        const bool isTime = ASN1_TIME_to_tm(native.get(), &parts) == 1 && !text.isEmpty();
        QVERIFY(time.has_value() || !isTime);
        QVERIFY(!x509::timeOfNative(nullptr));
    }

    void writesWhatItReads() {
        for (const char* text : {"1950-01-01T00:00:00Z", "2024-02-29T23:59:59Z", "2050-01-01T00:00:00Z"}) {
            const auto native = x509::timeToNative(timeAt(text));
            QVERIFY2(x509::timeOfNative(native.get()) == timeAt(text), textOf(native.get()).c_str());
        }
    }

private:
    crypto::PrivateKey m_key = crypto::generateKey(crypto::KeySpec::parse("ec:P-256"));
};

CERTWRIGHT_TEST_MAIN(ValidityTest)
#include "tst_validity.moc"
