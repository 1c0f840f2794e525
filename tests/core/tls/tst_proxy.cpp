// HTTP and SOCKS5 proxies without a network.
#include "core/base/bytes.h"
#include "core/tls/starttls/prelude.h"
#include "tests/support/test_main.h"

#include <QObject>
#include <QTest>

using namespace certwright;
namespace starttls = certwright::tls::starttls;
using starttls::Protocol;
using starttls::Step;
using tls::Prelude;
using tls::PreludeOptions;

namespace {

/// What is said in turn: S the server's, C the client's.
struct Turn {
    char side;
    std::string bytes;
};

std::string hex(const char* digits) {
    const base::Bytes bytes = base::fromHex(digits).value();
    return std::string(base::textOf(bytes));
}

std::string text(base::BytesView bytes) {
    return std::string(base::textOf(bytes));
}

PreludeOptions optionsThrough(const char* proxy) {
    PreludeOptions options;
    options.proxy = starttls::parseProxy(proxy);
    options.host = "www.example.org";
    options.port = 443;
    return options;
}

/// Plays a conversation, the server's words in pieces of `piece` octets.
void play(Prelude& prelude, const std::vector<Turn>& turns, std::size_t piece) {
    for (const Turn& turn : turns) {
        if (turn.side == 'C') {
            QCOMPARE(text(prelude.takeOutput()), turn.bytes);
            continue;
        }
        for (std::size_t at = 0; at < turn.bytes.size(); at += piece)
            prelude.feed(base::bytesOf(std::string_view(turn.bytes).substr(at, piece)));
    }
}

} // namespace

class TestProxy : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void connectsThroughHttp();
    void authenticatesAtAnHttpProxy();
    void tellsWhatAnHttpProxySaid_data();
    void tellsWhatAnHttpProxySaid();
    void connectsThroughSocks();
    void authenticatesAtASocksProxy();
    void tellsWhatASocksProxySaid_data();
    void tellsWhatASocksProxySaid();
    void chainsProxyAndStarttls();
    void readsProxyUrls_data();
    void readsProxyUrls();
    void refusesHostsWithLinesInThem();
};

void TestProxy::connectsThroughHttp() {
    Prelude prelude(optionsThrough("http://proxy.example:3128"));
    // Tinyproxy 1.11, with an interim answer in front (RFC 9110 15.2).
    play(prelude,
         {{'C', "CONNECT www.example.org:443 HTTP/1.1\r\nHost: www.example.org:443\r\n\r\n"},
          {'S', "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.0 200 Connection established\r\nProxy-agent: "
                "tinyproxy/1.11.1\r\n\r\n\x15\x03"}},
         100000);
    QVERIFY(prelude.step() == Step::Done);
    QCOMPARE(text(prelude.takeRest()), std::string("\x15\x03"));

    PreludeOptions options = optionsThrough("proxy.example");
    options.host = "2001:db8::1";
    QVERIFY(text(Prelude(options).takeOutput()).starts_with("CONNECT [2001:db8::1]:443 HTTP/1.1\r\n"));
}

void TestProxy::authenticatesAtAnHttpProxy() {
    // RFC 7617 2: "Aladdin", "open sesame".
    Prelude prelude(optionsThrough("http://Aladdin:open%20sesame@proxy.example"));
    QVERIFY(text(prelude.takeOutput()).find("\r\nProxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n") !=
            std::string::npos);
    for (const starttls::PlainMessage& message : prelude.messages())
        QVERIFY(message.toText().find("QWxh") == std::string::npos);
    prelude.feed(
        base::bytesOf("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n"));
    QVERIFY(prelude.failure()->error.message().find("does not accept this user") != std::string::npos);
}

void TestProxy::tellsWhatAnHttpProxySaid_data() {
    QTest::addColumn<QByteArray>("said");
    QTest::addColumn<QByteArray>("message");
    QTest::newRow("407") << QByteArray("HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"a\"\r\n\r\n")
                         << QByteArray("wants a user and a password: it asks for “Basic realm=\"a\"”");
    QTest::newRow("403") << QByteArray("HTTP/1.0 403 Filtered\r\n\r\n") << QByteArray("“HTTP/1.0 403 Filtered”");
    QTest::newRow("502") << QByteArray("HTTP/1.1 502\r\n\r\n") << QByteArray("did not connect to www.example.org:443");
    QTest::newRow("socks") << QByteArray("\5\xFF\n") << QByteArray("does not speak HTTP");
    QTest::newRow("status") << QByteArray("HTTP/1.1 2000 x\r\n\r\n") << QByteArray("does not speak HTTP");
    QTest::newRow("negative") << QByteArray("HTTP/1.1 -20 x\r\n\r\n") << QByteArray("does not speak HTTP");
    QTest::newRow("long line") << "HTTP/1.1 200 ok\r\nX: " + QByteArray(9000, 'x') << QByteArray("a line of more than");
}

void TestProxy::tellsWhatAnHttpProxySaid() {
    QFETCH(QByteArray, said);
    QFETCH(QByteArray, message);
    Prelude prelude(optionsThrough("http://proxy.example"));
    prelude.feed(base::bytesOf(said.toStdString()));
    QVERIFY(prelude.failure().has_value());
    QVERIFY2(QByteArray(prelude.failure()->error.what()).contains(message), prelude.failure()->error.what());
}

void TestProxy::connectsThroughSocks() {
    const auto check = [](const char* host, const std::string& address, const std::string& answer) {
        PreludeOptions options = optionsThrough("socks5://proxy.example");
        options.host = host;
        Prelude prelude(options);
        play(prelude,
             {{'C', hex("050100")}, {'S', hex("0500")}, {'C', hex("050100") + address + hex("01BB")}, {'S', answer}},
             1);
        QVERIFY(prelude.step() == Step::Done);
    };
    // RFC 1928 4 to 6: names are left to the proxy.
    check("www.example.org", hex("030F") + "www.example.org", hex("05000001000000000000"));
    check("192.0.2.1", hex("01C0000201"), hex("050000030161 0000"));
    check("2001:db8::1", hex("0420010DB8000000000000000000000001"),
          hex("050000040000000000000000000000000000000101BB"));
}

void TestProxy::authenticatesAtASocksProxy() {
    Prelude prelude(optionsThrough("socks5h://me:secret@proxy.example"));
    play(prelude, {{'C', hex("05020002")}, {'S', hex("0502")}, {'C', hex("01026D6506") + "secret"}, {'S', hex("0100")}},
         1);
    QVERIFY(text(prelude.takeOutput()).starts_with(hex("05010003")));
    for (const starttls::PlainMessage& message : prelude.messages())
        QVERIFY(text(message.bytes).find("secret") == std::string::npos);
}

void TestProxy::tellsWhatASocksProxySaid_data() {
    QTest::addColumn<QByteArray>("answers");
    QTest::addColumn<QByteArray>("message");
    QTest::newRow("login wanted") << QByteArray("05FF") << QByteArray("wants a user and a password");
    QTest::newRow("login not offered") << QByteArray("0502") << QByteArray("did not offer");
    QTest::newRow("http") << QByteArray("48545450") << QByteArray("does not speak SOCKS 5: it sent “HTTP”");
    QTest::newRow("refused") << QByteArray("0500 05050001000000000000") << QByteArray("nothing listens");
    QTest::newRow("cut refusal") << QByteArray("0500 0502") << QByteArray("rules do not allow");
    QTest::newRow("unknown") << QByteArray("0500 0599") << QByteArray("reply 153");
    QTest::newRow("address") << QByteArray("0500 0500000900000000") << QByteArray("does not answer as it should");
}

void TestProxy::tellsWhatASocksProxySaid() {
    QFETCH(QByteArray, answers);
    QFETCH(QByteArray, message);
    Prelude prelude(optionsThrough("socks5://proxy.example"));
    prelude.feed(base::bytesOf(hex(answers.constData())));
    QVERIFY(prelude.failure().has_value());
    QVERIFY2(QByteArray(prelude.failure()->error.what()).contains(message), prelude.failure()->error.what());
    QVERIFY(prelude.failure()->side == tls::FailureSide::Transport);
}

void TestProxy::chainsProxyAndStarttls() {
    PreludeOptions options = optionsThrough("http://proxy.example");
    options.protocol = Protocol::Smtp;
    Prelude prelude(options);
    prelude.takeOutput();
    // The server's greeting comes in one piece with the proxy's answer.
    prelude.feed(base::bytesOf("HTTP/1.0 200 ok\r\n\r\n220 a ESMTP\r\n"));
    QCOMPARE(text(prelude.takeOutput()), std::string("EHLO certwright.invalid\r\n"));
    prelude.feed(base::bytesOf("250-a\r\n250 starttls\r\n"));
    QCOMPARE(text(prelude.takeOutput()), std::string("STARTTLS\r\n"));
    QVERIFY(prelude.feed(base::bytesOf("220 go\r\n")) == Step::Done);

    options.protocol = Protocol::Ldap; // speaks first, and only once the proxy is through
    Prelude other(options);
    QVERIFY(text(other.takeOutput()).ends_with("\r\n\r\n"));
    other.feed(base::bytesOf("HTTP/1.0 200 ok\r\n\r\n"));
    QVERIFY(text(other.takeOutput()).starts_with(hex("301D")));
    QVERIFY(Prelude(PreludeOptions{}).step() == Step::Done);
}

void TestProxy::readsProxyUrls_data() {
    QTest::addColumn<QByteArray>("url");
    QTest::addColumn<QByteArray>("shown"); // empty: refused
    QTest::newRow("http") << QByteArray("http://p.example:3128/") << QByteArray("http://p.example:3128");
    QTest::newRow("http port") << QByteArray("http://p.example") << QByteArray("http://p.example:80");
    QTest::newRow("plain") << QByteArray("p.example:8080") << QByteArray("http://p.example:8080");
    QTest::newRow("socks") << QByteArray("socks5://127.0.0.1") << QByteArray("socks5://127.0.0.1:1080");
    QTest::newRow("v6") << QByteArray("socks5h://[::1]:9") << QByteArray("socks5://[::1]:9");
    QTest::newRow("user") << QByteArray("socks5://a%40b:p%3Aw@h:1") << QByteArray("socks5://a@b@h:1");
    for (const char* wrong :
         {"", "http://", "https://h", "socks4://h", "http://h:0", "http://h:70000", "http://h:x", "http://h/path",
          "http://[::1", "http://[::1]x", "http://:p@h", "http://h h:1", "http://a\r\nb:1", "http://a%3Ab:c@h:1"})
        QTest::newRow(QByteArray("wrong: ").append(QByteArray(wrong).toPercentEncoding()).constData())
            << QByteArray(wrong) << QByteArray();
}

void TestProxy::readsProxyUrls() {
    QFETCH(QByteArray, url);
    QFETCH(QByteArray, shown);
    try {
        QCOMPARE(starttls::parseProxy(url.toStdString()).toText(), shown.toStdString());
    } catch (const base::Error& error) {
        QVERIFY2(shown.isEmpty() && error.kind() == base::ErrorKind::BadInput, error.what());
    }
}

void TestProxy::refusesHostsWithLinesInThem() {
    for (const char* proxy : {"http://proxy.example", "socks5://proxy.example"}) {
        PreludeOptions options = optionsThrough(proxy);
        options.host = "a:443 HTTP/1.1\r\nX: y";
        QVERIFY_THROWS_EXCEPTION(base::Error, Prelude{options});
    }
    PreludeOptions options = optionsThrough("http://proxy.example");
    options.proxy.reset();
    options.protocol = Protocol::Xmpp;
    options.domain = "a'><b&";
    QVERIFY(text(Prelude(options).takeOutput()).find(" to='a&apos;>&lt;b&amp;' ") != std::string::npos);
}

CERTWRIGHT_TEST_MAIN(TestProxy)
#include "tst_proxy.moc"
