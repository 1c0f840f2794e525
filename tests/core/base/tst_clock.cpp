#include "core/base/clock.h"
#include "tests/core/expect.h"
#include "tests/support/fake_clock.h"
#include "tests/support/test_main.h"

#include <QDateTime>
#include <QTimeZone>

#include <chrono>

using namespace certwright;
using test::q;
using test::textView;

namespace {

constexpr qint64 Nothing = std::numeric_limits<qint64>::min();

qint64 secondsOf(const std::optional<base::Time>& time) {
    return time ? time->time_since_epoch().count() : Nothing;
}

qint64 utc(int year, int month, int day, int hour = 0, int minute = 0, int second = 0) {
    return QDateTime(QDate(year, month, day), QTime(hour, minute, second), QTimeZone::utc()).toSecsSinceEpoch();
}

} // namespace

/// Expected seconds come from QDateTime.
class ClockTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void writes_data() {
        QTest::addColumn<qint64>("seconds");
        QTest::addColumn<QString>("rfc3339");
        QTest::addColumn<QString>("generalized");
        const auto row = [](const char* name, qint64 seconds, const char* rfc, const char* asn1) {
            QTest::newRow(name) << seconds << QString::fromLatin1(rfc) << QString::fromLatin1(asn1);
        };
        row("epoch", 0, "1970-01-01T00:00:00Z", "19700101000000Z");
        row("before the epoch", -1, "1969-12-31T23:59:59Z", "19691231235959Z");
        row("1950", utc(1950, 1, 1), "1950-01-01T00:00:00Z", "19500101000000Z");
        row("leap day", utc(2000, 2, 29, 12, 34, 56), "2000-02-29T12:34:56Z", "20000229123456Z");
        row("2^31", 2147483648LL, "2038-01-19T03:14:08Z", "20380119031408Z");
        row("2049", utc(2049, 12, 31, 23, 59, 59), "2049-12-31T23:59:59Z", "20491231235959Z");
        row("no well-defined end", utc(9999, 12, 31, 23, 59, 59), "9999-12-31T23:59:59Z", "99991231235959Z");
        row("year 1", utc(1, 1, 1), "0001-01-01T00:00:00Z", "00010101000000Z");
    }
    void writes() {
        QFETCH(qint64, seconds);
        QFETCH(QString, rfc3339);
        QFETCH(QString, generalized);
        const base::Time time{std::chrono::seconds(seconds)};
        QCOMPARE(q(base::toRfc3339(time)), rfc3339);
        QCOMPARE(q(base::toGeneralizedTime(time)), generalized);
        QCOMPARE(secondsOf(base::parseRfc3339(rfc3339.toStdString())), seconds);
        QCOMPARE(secondsOf(base::parseAsn1Time(generalized.toStdString())), seconds);
    }

    void readsRfc3339_data() {
        QTest::addColumn<qint64>("seconds");
        const auto row = [](const char* text, qint64 seconds) { QTest::newRow(text) << seconds; };
        row("2026-11-24", utc(2026, 11, 24));
        row("2026-11-24T03:15:00Z", utc(2026, 11, 24, 3, 15));
        row("2026-11-24t03:15:00z", utc(2026, 11, 24, 3, 15));
        row("2026-11-24 03:15:00Z", utc(2026, 11, 24, 3, 15));
        row("2026-11-24T03:15:00.987Z", utc(2026, 11, 24, 3, 15));
        row("2026-11-24T03:15:00+01:00", utc(2026, 11, 24, 2, 15));
        row("2026-11-24T03:15:00-05:30", utc(2026, 11, 24, 8, 45));
        row("2026-01-01T00:15:00+01:00", utc(2025, 12, 31, 23, 15));
        row("2024-02-29", utc(2024, 2, 29));
        row("2000-02-29", utc(2000, 2, 29));
        for (const char* text : {"",
                                 "2026",
                                 "2026-11",
                                 "2026-11-24T",
                                 "2026-11-24T03:15Z",
                                 "2026-11-24T03:15:00",
                                 "2026-11-24T03:15:00 Z",
                                 "2026-02-29",
                                 "2100-02-29",
                                 "2026-00-01",
                                 "2026-13-01",
                                 "2026-04-31",
                                 "2026-11-24T24:00:00Z",
                                 "2026-11-24T03:60:00Z",
                                 "2026-11-24T03:15:61Z",
                                 "2026-11-24T03:15:00.Z",
                                 "2026-11-24T03:15:00+0100",
                                 "2026-11-24T03:15:00+24:00",
                                 "2026-11-24T03:15:00ZZ",
                                 " 2026-11-24",
                                 "2026-11-24 ",
                                 "26-11-24",
                                 "+2026-11-24",
                                 "2026/11/24",
                                 "2026-1-2",
                                 "2026-11-24T3:15:00Z",
                                 "-026-11-24"})
            row(text[0] == '\0' ? "(empty)" : text, Nothing);
    }
    void readsRfc3339() {
        QFETCH(qint64, seconds);
        const QByteArray text = QTest::currentDataTag();
        QCOMPARE(secondsOf(base::parseRfc3339(text == "(empty)" ? std::string_view() : textView(text))), seconds);
    }

    // crypto.X509.set_notBefore: the three spellings of GENERALIZEDTIME.
    void readsAsn1Time_data() {
        QTest::addColumn<qint64>("seconds");
        const auto row = [](const char* text, qint64 seconds) { QTest::newRow(text) << seconds; };
        row("20261124031500Z", utc(2026, 11, 24, 3, 15));
        row("20261124031500+0100", utc(2026, 11, 24, 2, 15));
        row("20261124031500-0530", utc(2026, 11, 24, 8, 45));
        row("20261124031500.5Z", utc(2026, 11, 24, 3, 15)); // X.680 46: a fraction; some certificates have one
        row("20261124031500.123+0100", utc(2026, 11, 24, 2, 15));
        row("99991231235959Z", utc(9999, 12, 31, 23, 59, 59));
        row("00010101000000Z", utc(1, 1, 1));
        row("261124031500Z", utc(2026, 11, 24, 3, 15));
        row("261124031500+0100", utc(2026, 11, 24, 2, 15));
        row("491231235959Z", utc(2049, 12, 31, 23, 59, 59)); // RFC 5280 4.1.2.5.1
        row("500101000000Z", utc(1950, 1, 1));
        row("991231235959Z", utc(1999, 12, 31, 23, 59, 59));
        row("000101000000Z", utc(2000, 1, 1));
        row("2611240315Z", utc(2026, 11, 24, 3, 15)); // X.680 47.3: seconds may be missing
        for (const char* text : {"Z",
                                 "20261124031500",
                                 "20261124031500z",
                                 "2026112403150Z",
                                 "202611240315000Z",
                                 "20261124031500+01",
                                 "20261124031500+01:00",
                                 "20261124031500+0160",
                                 "20261124031500.Z",
                                 "20261131031500Z",
                                 "20261124241500Z",
                                 "20261324031500Z",
                                 "20260229031500Z",
                                 "2026112403150aZ",
                                 "261124031500.5Z",
                                 "26112403150Z",
                                 "20261124031500ZZ",
                                 "-2026112403150Z",
                                 "20261124031500Z0",
                                 "0-261124031500Z"})
            row(text, Nothing);
    }
    void readsAsn1Time() {
        QFETCH(qint64, seconds);
        QCOMPARE(secondsOf(base::parseAsn1Time(QTest::currentDataTag())), seconds);
    }

    void everyDayOfACenturySurvivesTheRoundTrip() {
        using namespace std::chrono;
        for (sys_days day = January / 1 / 1950; day < sys_days(January / 1 / 2050); day += days(1)) {
            const base::Time time = day + seconds(86399);
            QVERIFY(base::parseRfc3339(base::toRfc3339(time)) == time);
            QVERIFY(base::parseAsn1Time(base::toGeneralizedTime(time)) == time);
            QVERIFY(base::parseAsn1Time(base::toGeneralizedTime(time).substr(2)) == time);
        }
    }

    void systemClockIsTheComputersClock() {
        const qint64 before = QDateTime::currentSecsSinceEpoch();
        const qint64 now = base::SystemClock().now().time_since_epoch().count();
        QVERIFY(now >= before && now <= QDateTime::currentSecsSinceEpoch());
    }
};

CERTWRIGHT_TEST_MAIN(ClockTest)
#include "tst_clock.moc"
