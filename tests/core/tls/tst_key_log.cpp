#include "core/tls/key_log.h"
#include "tests/support/test_main.h"

#include <QObject>
#include <QTest>

using namespace certwright;

namespace {

const std::string Random(64, 'a');
const std::string OtherDigits = "00ff10EF";

} // namespace

class TestKeyLog : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void keepsStandardLines();
    void leavesOutWhatReadersDoNotNeed_data();
    void leavesOutWhatReadersDoNotNeed();
    void writesWhatItRead();
    void keepsTheRandomOfEachHandshake();
    void holdsNoMoreThanItsLimit();
};

void TestKeyLog::keepsStandardLines() {
    tls::KeyLog log;
    QVERIFY(log.isEmpty());
    log.addLine("CLIENT_RANDOM " + Random + " " + OtherDigits);
    QCOMPARE(log.entries().size(), std::size_t{1});
    const base::Secret* secret = log.find("CLIENT_RANDOM");
    QVERIFY(secret != nullptr);
    QVERIFY(secret->equals(base::Secret(base::BytesView(*base::fromHex(OtherDigits)))));
    QCOMPARE(log.clientRandom(), base::Bytes(32, 0xAA));
    QVERIFY(log.find("EXPORTER_SECRET") == nullptr);
}

void TestKeyLog::leavesOutWhatReadersDoNotNeed_data() {
    QTest::addColumn<QString>("line");
    const QString random = QString::fromStdString(Random);
    // OpenSSL 3.0 writes these after a key update; readers derive them from the first secret.
    QTest::newRow("after a key update") << QStringLiteral("CLIENT_TRAFFIC_SECRET_N ") + random + QStringLiteral(" 00");
    QTest::newRow("unknown label") << QStringLiteral("SOMETHING ") + random + QStringLiteral(" 00");
    QTest::newRow("comment") << QStringLiteral("# a comment");
    QTest::newRow("empty") << QString();
    QTest::newRow("short random") << QStringLiteral("CLIENT_RANDOM aabb 00");
    QTest::newRow("no secret") << QStringLiteral("CLIENT_RANDOM ") + random;
    QTest::newRow("half an octet") << QStringLiteral("CLIENT_RANDOM ") + random + QStringLiteral(" 000");
    QTest::newRow("no digits") << QStringLiteral("CLIENT_RANDOM ") + random + QStringLiteral(" zz");
}

void TestKeyLog::leavesOutWhatReadersDoNotNeed() {
    QFETCH(QString, line);
    tls::KeyLog log;
    log.addLine(line.toStdString());
    QVERIFY(log.isEmpty());
}

void TestKeyLog::writesWhatItRead() {
    tls::KeyLog log;
    const std::string first = "CLIENT_HANDSHAKE_TRAFFIC_SECRET " + Random + " 0011\n";
    const std::string second = "SERVER_TRAFFIC_SECRET_0 " + Random + " fe\n";
    log.addLine(first.substr(0, first.size() - 1));
    log.addLine(second.substr(0, second.size() - 1));
    const base::Secret text = log.toText();
    QCOMPARE(std::string(text.text()), first + second);
}

void TestKeyLog::keepsTheRandomOfEachHandshake() {
    tls::KeyLog log;
    const std::string first = "CLIENT_RANDOM " + Random + " 00ff";
    const std::string second = "CLIENT_RANDOM " + std::string(64, 'b') + " 11ee";
    log.addLine(first);
    log.addLine(second);
    const std::string both = first + "\n" + second + "\n";
    QVERIFY(log.toText().text() == both);
    QVERIFY(log.clone().toText().text() == both);
}

void TestKeyLog::holdsNoMoreThanItsLimit() {
    tls::KeyLog log;
    for (std::size_t i = 0; i <= tls::KeyLog::MaximumEntries; ++i)
        log.addLine("CLIENT_RANDOM " + Random + " 00");
    QCOMPARE(log.entries().size(), tls::KeyLog::MaximumEntries);
}

CERTWRIGHT_TEST_MAIN(TestKeyLog)
#include "tst_key_log.moc"
