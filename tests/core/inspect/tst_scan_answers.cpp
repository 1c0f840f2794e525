#include "core/inspect/answer_reader.h"
#include "core/inspect/client_hello.h"
#include "core/inspect/dh_primes.h"
#include "core/inspect/suite_search.h"
#include "core/tls/wire/hello.h"
#include "tests/support/environment.h"
#include "tests/support/test_main.h"

#include <QObject>
#include <QTest>

using namespace certwright;
using inspect::Answer;
using inspect::AnswerReader;
using inspect::Probe;
using tls::ProtocolVersion;

namespace {

/// A first flight of openssl s_server 3.0 with one suite, one group and one signature scheme, as recorded.
base::Bytes recorded(const char* name) {
    const QByteArray bytes =
        test::readDataFile(QStringLiteral("../fuzz/corpus/scan_answer/%1.bin").arg(QLatin1String(name)));
    return {bytes.begin() + 1, bytes.end()};
}

Probe probeOf(ProtocolVersion version) {
    Probe probe;
    probe.version = version;
    probe.suites = inspect::suitesToOffer(version);
    probe.groups = inspect::groupsToOffer();
    probe.schemes = inspect::schemesToOffer();
    return probe;
}

Answer answerTo(const Probe& probe, const base::Bytes& flight, Answer::Break end = Answer::Break::Timeout) {
    AnswerReader reader(probe);
    for (const std::uint8_t octet : flight)
        reader.feed(base::Bytes{octet});
    reader.end(end);
    return reader.answer();
}

Answer answerToHex(const char* hex, Answer::Break end = Answer::Break::Timeout) {
    return answerTo(probeOf(ProtocolVersion::Tls12), base::fromHex(hex).value(), end);
}

} // namespace

class TestScanAnswers : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsRecordedFlights();
    void tellsRefusingFromBreaking();
    void endsWithWhatLies();
    void readsSsl2();
    void writesHellosThatOthersRead();
    void knowsCommonPrimes();
};

void TestScanAnswers::readsRecordedFlights() {
    // -cipher ECDHE-RSA-AES256-GCM-SHA384 -groups P-384 -sigalgs RSA-PSS+SHA256
    const Answer ecdhe = answerTo(probeOf(ProtocolVersion::Tls12), recorded("ecdhe_rsa"));
    QVERIFY(ecdhe.isAccepted());
    QCOMPARE(static_cast<int>(ecdhe.suite), 0xC030);
    QCOMPARE(static_cast<int>(ecdhe.group.value()), 0x0018);
    QCOMPARE(static_cast<int>(ecdhe.scheme.value()), 0x0804);
    QVERIFY(ecdhe.hasExtendedMasterSecret && ecdhe.hasRenegotiationInfo);
    QVERIFY(!ecdhe.isClientCertificateRequested);
    // -cipher DHE-RSA-AES128-GCM-SHA256 -sigalgs RSA+SHA256; OpenSSL chooses a prime as strong as the key of 2048 bits
    const Answer dhe = answerTo(probeOf(ProtocolVersion::Tls12), recorded("dhe_rsa"));
    QCOMPARE(static_cast<int>(dhe.suite), 0x009E);
    QCOMPARE(static_cast<int>(dhe.scheme.value()), 0x0401);
    QCOMPARE(inspect::bitsOf(dhe.dhPrime), 2048);
    QVERIFY(inspect::isCommonDhPrime(dhe.dhPrime)); // RFC 3526 3, group 14
    // -ciphersuites TLS_CHACHA20_POLY1305_SHA256 -groups P-521, asked with an empty key share
    const Answer retry = answerTo(probeOf(ProtocolVersion::Tls13), recorded("retry_request"));
    QVERIFY(retry.isAccepted() && retry.isRetryRequest);
    QCOMPARE(static_cast<int>(retry.suite), 0x1303);
    QCOMPARE(static_cast<int>(retry.group.value()), 0x0019);
    const Answer asked = answerTo(probeOf(ProtocolVersion::Tls12), recorded("client_auth")); // -Verify 1
    QVERIFY(asked.isClientCertificateRequested);
    const Answer psk = answerTo(probeOf(ProtocolVersion::Tls12), recorded("psk")); // with a hint before the prime
    QCOMPARE(static_cast<int>(psk.suite), 0x0090);
    QVERIFY(inspect::bitsOf(psk.dhPrime) >= 1024);
}

void TestScanAnswers::tellsRefusingFromBreaking() {
    const Answer refused = answerTo(probeOf(ProtocolVersion::Tls12), recorded("refused_version")); // -tls1_3 only
    QCOMPARE(refused.kind, Answer::Kind::Refused);
    QCOMPARE(static_cast<int>(refused.alert.value()), 70);
    QCOMPARE(answerToHex("15030300020228").kind, Answer::Kind::Refused); // handshake_failure
    QCOMPARE(answerToHex("15030300020256").kind, Answer::Kind::Refused); // inappropriate_fallback
    const Answer defect = answerToHex("15030300020250");                 // internal_error
    QCOMPARE(defect.kind, Answer::Kind::Broke);
    QCOMPARE(defect.reason, Answer::Break::Alert);
    QCOMPARE(answerToHex("", Answer::Break::Eof).reason, Answer::Break::Eof);
    QCOMPARE(answerToHex("", Answer::Break::Reset).kind, Answer::Kind::Broke);
    // A warning (unrecognized_name) is no answer, and neither is the beginning of a header.
    const Answer stalled = answerToHex("15030300020170160303");
    QCOMPARE(stalled.reason, Answer::Break::Timeout);
    QVERIFY(stalled.hasSpoken);
    // "SSH-2.0", "HTTP/1.1"
    QCOMPARE(answerToHex("5353482D322E30").reason, Answer::Break::NotTls);
    QCOMPARE(answerToHex("485454502F312E31").reason, Answer::Break::NotTls);
    // The answer to a hello of TLS 1.3 by a server that has none is another version.
    QCOMPARE(answerTo(probeOf(ProtocolVersion::Tls13), recorded("ecdhe_rsa")).kind, Answer::Kind::Refused);
}

void TestScanAnswers::endsWithWhatLies() {
    const base::Bytes flight = recorded("ecdhe_rsa");
    for (std::size_t size = 0; size < flight.size(); size += 7) {
        const base::Bytes cut(flight.begin(), flight.begin() + static_cast<std::ptrdiff_t>(size));
        const Answer answer = answerTo(probeOf(ProtocolVersion::Tls12), cut);
        // The ServerHello and its record are 98 octets.
        QCOMPARE(answer.isAccepted(), size >= 98);
    }
    QCOMPARE(answerToHex("1603030004 02FFFFFF").reason, Answer::Break::Malformed); // a message of 16 MiB
    QCOMPARE(answerToHex("160303FFFF").reason, Answer::Break::NotTls);             // a record beyond the limit
    QCOMPARE(answerToHex("1603030006 020000020303").reason, Answer::Break::Malformed);
    QCOMPARE(answerToHex("1703030001 00").reason, Answer::Break::Malformed);
    // A suite that was not on offer.
    Probe narrow = probeOf(ProtocolVersion::Tls12);
    narrow.suites = {0xC02B};
    QCOMPARE(answerTo(narrow, flight).reason, Answer::Break::Malformed);
    // Records without end.
    AnswerReader reader(probeOf(ProtocolVersion::Tls12));
    const base::Bytes empty(16384, 0);
    base::Bytes record{22, 3, 3, 0x40, 0x00};
    record.insert(record.end(), empty.begin(), empty.end());
    int count = 0;
    while (!reader.feed(record) && count < 100)
        ++count;
    QVERIFY(count < 10);
}

void TestScanAnswers::readsSsl2() {
    Probe probe;
    probe.kind = Probe::Kind::Ssl2Hello;
    probe.version = ProtocolVersion::Ssl2;
    const Answer answer = answerTo(probe, recorded("ssl2"));
    QVERIFY(answer.isAccepted());
    QCOMPARE(answer.ssl2Kinds, (std::vector<std::uint32_t>{0x010080, 0x0700C0}));
    QCOMPARE(answerTo(probe, recorded("refused_version")).kind, Answer::Kind::Refused);
    QCOMPARE(static_cast<int>(inspect::clientHello(probe, {}, base::Bytes(64)).size()), 48);
}

void TestScanAnswers::writesHellosThatOthersRead() {
    Probe probe = probeOf(ProtocolVersion::Tls12);
    const base::Bytes hello = inspect::clientHello(probe, "www.example.org", base::Bytes(64, 7));
    const auto parsed = tls::wire::parseClientHello(base::BytesView(hello).subspan(5));
    QVERIFY(parsed.has_value());
    QCOMPARE(parsed->cipherSuites, probe.suites);
    QCOMPARE(parsed->random, base::Bytes(32, 7));
    probe.suites.resize(60);
    probe.groups.resize(20);
    QCOMPARE(inspect::clientHello(probe, "www.example.org", base::Bytes(64)).size(), std::size_t{512 + 5});
}

void TestScanAnswers::knowsCommonPrimes() {
    QCOMPARE(inspect::bitsOf(base::Bytes{0x01, 0x00}), 9);
    QCOMPARE(inspect::bitsOf({}), 0);
    QVERIFY(!inspect::isCommonDhPrime(base::Bytes(128, 0xFF)));
}

CERTWRIGHT_TEST_MAIN(TestScanAnswers)
#include "tst_scan_answers.moc"
