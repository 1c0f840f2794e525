#include "core/base/error.h"
#include "core/net/endpoint.h"
#include "tests/support/test_main.h"

#include <QObject>
#include <QTest>

using namespace certwright;

class TestEndpoint : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsUnixSockets();
    void reads_data();
    void reads();
    void refuses_data();
    void refuses();
    void writesAddressesInBrackets();
    void turnsInternationalNamesToALabels();
};

void TestEndpoint::reads_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("defaultPort");
    QTest::addColumn<QString>("host");
    QTest::addColumn<int>("port");
    const auto row = [](const char* text, int defaultPort, const char* host, int port) {
        QTest::newRow(text) << QString::fromUtf8(text) << defaultPort << QString::fromUtf8(host) << port;
    };
    row("example.org:8443", 0, "example.org", 8443);
    row("example.org", 443, "example.org", 443);
    row(" example.org:1 \n", 0, "example.org", 1);
    row("127.0.0.1:65535", 0, "127.0.0.1", 65535);
    row("[::1]:443", 0, "::1", 443);
    row("[2001:db8::1]", 636, "2001:db8::1", 636);
    row("2001:db8::1", 443, "2001:db8::1", 443);
    row("https://example.org", 0, "example.org", 443);
    row("https://example.org:8443/path?q#f", 0, "example.org", 8443);
    row("https://user:word@example.org/", 0, "example.org", 443);
    row("ldaps://[2001:db8::1]", 0, "2001:db8::1", 636);
    row("imaps://mail.example.org", 443, "mail.example.org", 993);
    row("example.org:443/path", 0, "example.org", 443);
    row("bücher.example:443", 0, "bücher.example", 443);
    row("under_score.example:443", 0, "under_score.example", 443);
}

void TestEndpoint::reads() {
    QFETCH(QString, text);
    QFETCH(int, defaultPort);
    QFETCH(QString, host);
    QFETCH(int, port);
    const auto fallback =
        defaultPort == 0 ? std::nullopt : std::optional<std::uint16_t>(static_cast<std::uint16_t>(defaultPort));
    const net::Endpoint endpoint = net::parseEndpoint(text.toStdString(), fallback);
    QCOMPARE(QString::fromStdString(endpoint.host), host);
    QCOMPARE(static_cast<int>(endpoint.port), port);
}

void TestEndpoint::refuses_data() {
    QTest::addColumn<QString>("text");
    for (const char* text :
         {"", ":443", "example.org", "example.org:", "example.org:0", "example.org:65536", "example.org:-1",
          "example.org:https", "example.org: 443", "a b:443", "[::1:443", "[::1]443", "[example.org]:443", "::1:443:x",
          "https://", "http s://x", "user@host:443", "foo://example.org"})
        QTest::newRow(text) << QString::fromUtf8(text);
}

void TestEndpoint::refuses() {
    QFETCH(QString, text);
    try {
        net::parseEndpoint(text.toStdString());
        QFAIL("it was taken");
    } catch (const base::Error& error) {
        QVERIFY(error.kind() == base::ErrorKind::BadInput);
        QVERIFY(!error.message().empty());
    }
}

void TestEndpoint::writesAddressesInBrackets() {
    QCOMPARE((net::Endpoint{"::1", 443}).toText(), std::string("[::1]:443"));
    QCOMPARE((net::Endpoint{"127.0.0.1", 443}).toText(), std::string("127.0.0.1:443"));
    QVERIFY((net::Endpoint{"::1", 443}).isAddress());
    QVERIFY(!(net::Endpoint{"example.org", 443}).isAddress());
}

void TestEndpoint::turnsInternationalNamesToALabels() {
    // RFC 3492 7.1 and the IDNA examples of IANA
    QCOMPARE((net::Endpoint{"bücher.example", 443}).asciiHost(), std::string("xn--bcher-kva.example"));
    QCOMPARE((net::Endpoint{"under_score.example", 443}).asciiHost(), std::string("under_score.example"));
}

void TestEndpoint::readsUnixSockets() {
    const net::Endpoint endpoint = net::parseEndpoint("unix:/run/a b.sock", 25);
    QVERIFY(endpoint.isUnix() && endpoint.host.empty() && endpoint.port == 0 && !endpoint.isAddress());
    QCOMPARE(endpoint.toText(), std::string("unix:/run/a b.sock"));
    QCOMPARE(net::parseEndpoint("unix:@hidden").socketPath, std::string("@hidden"));
    // A host may well be called so.
    QCOMPARE(net::parseEndpoint("unix:25").host, std::string("unix"));
    // man 7 unix: 108 octets with the zero.
    QVERIFY_THROWS_EXCEPTION(base::Error, net::parseEndpoint("unix:/" + std::string(107, 'x')));
    QVERIFY(net::parseEndpoint("unix:/" + std::string(106, 'x')).isUnix());
}

CERTWRIGHT_TEST_MAIN(TestEndpoint)
#include "tst_endpoint.moc"
