// What the inspector's page says when there is no connection, and how it is stopped.
#include "tests/core/net/loopback_server.h"
#include "tests/gui/support/gui_checks.h"
#include "tests/gui/support/inspector_fixture.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QElapsedTimer>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>

using namespace certwright;
using namespace certwright::ui;
using namespace certwright::test;
using Fixture = InspectorFixture;

namespace {

QString local(quint16 port) {
    return QStringLiteral("127.0.0.1:%1").arg(port);
}

bool isShaking(const Fixture& f) {
    return f.liveStates().contains(QStringLiteral("Shaking hands"));
}

QPushButton* stopButton(const Fixture& f) {
    return f.find<QPushButton>("cancelInspection");
}

} // namespace

class TestInspectorFailures : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void saysWhatIsWrongWithAnAddress_data();
    void saysWhatIsWrongWithAnAddress();
    void readsAddressesOfEveryForm_data();
    void readsAddressesOfEveryForm();
    void refusedPort();
    void unknownHost();
    void portWithoutTls();
    void serverThatCloses();
    void alertOfTheServer();
    void silentPortTimesOut();
    void silentPortIsCancelled();
    void cancelWhileTheStoreIsRead();
    void secondConnectionReplacesTheFirst();
    void goesWithThePage();
};

void TestInspectorFailures::saysWhatIsWrongWithAnAddress_data() {
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QString>("message");
    const std::pair<const char*, const char*> rows[] = {
        {"", "There is no host name."},
        {"   ", "There is no host name."},
        {":443", "There is no host name."},
        {"https://", "There is no host name."},
        {"host:0", "“0” is not a port. A port is a number from 1 to 65535."},
        {"host:65536", "“65536” is not a port. A port is a number from 1 to 65535."},
        {"host:https", "“https” is not a port. A port is a number from 1 to 65535."},
        {"host:", "There is no port after the colon. A port is a number from 1 to 65535."},
        {"a b", "“a b” is not a host name."},
        {"user@host", "“user@host” is not a host name."},
        {"https://host:99999", "“https://host:99999” is not a URL."},
        {"[2001:db8::1", "The bracket of the IPv6 address is not closed."},
        {"[host]:443", "“host” is not an IPv6 address."},
        {"[2001:db8::1]443", "After the address there must be a colon and the port."},
        {"a:b:443", "“a:b:443” has too many colons. Write an IPv6 address in brackets: [2001:db8::1]:443."}};
    for (const auto& [typed, message] : rows)
        QTest::addRow("'%s'", typed) << QString::fromLatin1(typed) << QString::fromUtf8(message);
}

void TestInspectorFailures::saysWhatIsWrongWithAnAddress() {
    QFETCH(QString, typed);
    QFETCH(QString, message);
    Fixture f;
    f.go(typed);
    // "Check that it is the right file" is no advice for a field.
    QCOMPARE(f.message(), message);
    QVERIFY(!f.page->isRunning());
    QVERIFY(f.titles.isEmpty());
    auto* field = f.find<QLineEdit>("address");
    QVERIFY(field->hasFocus());
    QCOMPARE(field->text(), typed);
    CERTWRIGHT_VERIFY_USABLE(*f.page);
    QTest::keyClick(field, Qt::Key_End);
    QTest::keyClicks(field, QStringLiteral("x"));
    QVERIFY(f.message().isEmpty()); // it is being mended
}

void TestInspectorFailures::readsAddressesOfEveryForm_data() {
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QString>("title");
    const std::pair<const char*, const char*> rows[] = {{"host.invalid", "host.invalid:443"},
                                                        {"  host.invalid:993 ", "host.invalid:993"},
                                                        {"https://host.invalid/path?a=b", "host.invalid:443"},
                                                        {"https://host.invalid:8443", "host.invalid:8443"},
                                                        {"imaps://host.invalid", "host.invalid:993"},
                                                        {"host.invalid/path", "host.invalid:443"},
                                                        {"127.0.0.1:1", "127.0.0.1:1"},
                                                        {"[::1]:1", "[::1]:1"},
                                                        {"::1", "[::1]:443"}};
    for (const auto& [typed, title] : rows)
        QTest::addRow("'%s'", typed) << QString::fromLatin1(typed) << QString::fromLatin1(title);
}

void TestInspectorFailures::readsAddressesOfEveryForm() {
    QFETCH(QString, typed);
    QFETCH(QString, title);
    Fixture f;
    f.go(typed);
    QCOMPARE(f.titles, QStringList{title});
    QVERIFY(f.message().isEmpty());
}

void TestInspectorFailures::refusedPort() {
    Fixture f;
    const QString target = local(freePort());
    QVERIFY(f.inspect(target));
    QCOMPARE(f.text("verdict"), QStringLiteral("No connection to %1").arg(target));
    look(*f.page, QStringLiteral("inspector-refused"));
    QVERIFY2(f.text("verdictDetail").contains(QStringLiteral("refused")), qPrintable(f.text("verdictDetail")));
    QVERIFY(f.reasons().contains(QStringLiteral("No TCP connection")));
    QVERIFY(f.find<QPlainTextEdit>("log")->toPlainText().contains(QStringLiteral("refused")));
    for (const char* button :
         {"openCertificate", "importChain", "saveChain", "saveKeyLog", "saveCapture", "cancelInspection"})
        QVERIFY2(!f.find<QPushButton>(button)->isEnabled(), button);
    QCOMPARE(f.text("state"), QStringLiteral("There was no TLS connection."));
    for (int tab = 0; tab < f.tabs()->count(); ++tab) {
        f.showTab(tab);
        CERTWRIGHT_VERIFY_USABLE(*f.page);
    }
}

void TestInspectorFailures::unknownHost() {
    Fixture f;
    QVERIFY(f.inspect(QStringLiteral("host.invalid"))); // RFC 6761 6.4: there is none
    QCOMPARE(f.text("verdict"), QStringLiteral("The name of host.invalid:443 was not found"));
    QVERIFY(!f.text("verdictDetail").isEmpty());
}

void TestInspectorFailures::portWithoutTls() {
    Fixture f;
    const PlainServer mail([](QTcpSocket& socket) { socket.write("220 mail.example.test ESMTP\r\n"); });
    QVERIFY(f.inspect(local(mail.port())));
    QCOMPARE(f.text("verdict"), QStringLiteral("No TLS with %1").arg(local(mail.port())));
    const QString detail = f.text("verdictDetail");
    QVERIFY2(detail.contains(QStringLiteral("The port answered, but not with TLS.")), qPrintable(detail));
    QVERIFY2(detail.contains(QStringLiteral("STARTTLS")), qPrintable(detail));
    QVERIFY(f.reasons().contains(QStringLiteral("TCP connection to %1").arg(local(mail.port()))));
    // What was sent until then is there.
    QCOMPARE(f.find<QTableView>("messages")->model()->index(0, 2).data().toString(), QStringLiteral("ClientHello"));
}

void TestInspectorFailures::serverThatCloses() {
    Fixture f;
    const PlainServer curt([](QTcpSocket& socket) {
        QObject::connect(&socket, &QTcpSocket::readyRead, &socket, [&socket] {
            socket.readAll();
            socket.disconnectFromHost();
        });
    });
    QVERIFY(f.inspect(local(curt.port())));
    QCOMPARE(f.text("verdict"), QStringLiteral("No TLS with %1").arg(local(curt.port())));
    QVERIFY2(f.text("verdictDetail").contains(QStringLiteral("closed")), qPrintable(f.text("verdictDetail")));
}

void TestInspectorFailures::alertOfTheServer() {
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    Fixture f;
    f.startServer({QStringLiteral("-tls1_2"), QStringLiteral("-cipher"), QStringLiteral("NULL-SHA256:@SECLEVEL=0")});
    QVERIFY(f.inspect(f.address()));
    QCOMPARE(f.text("verdict"), QStringLiteral("No TLS with %1").arg(f.address()));
    // "SSL3 alert read:fatal:handshake failure"
    const QByteArray client = f.askClient();
    QVERIFY2(client.contains("read:fatal:handshake failure"), client.constData());
    QVERIFY(
        f.find<QPlainTextEdit>("log")->toPlainText().contains(QStringLiteral("[alert received: handshake_failure]")));
    QVERIFY2(f.text("verdictDetail").contains(QStringLiteral("handshake"), Qt::CaseInsensitive),
             qPrintable(f.text("verdictDetail")));
    QVERIFY(f.text("cipherSummary").endsWith(QStringLiteral("The server chose none.")));
}

void TestInspectorFailures::silentPortTimesOut() {
    Fixture f;
    const PlainServer silent;
    f.page->setTimeout(std::chrono::milliseconds(600));
    QElapsedTimer time;
    time.start();
    f.go(local(silent.port()));
    QVERIFY(waitUntil([&f] { return isShaking(f); }));
    QVERIFY(f.page->isRunning());
    QVERIFY(f.waitForEnd());
    QVERIFY(time.elapsed() >= 500 && time.elapsed() < 8000);
    QCOMPARE(f.text("verdict"), QStringLiteral("No TLS with %1").arg(local(silent.port())));
    QVERIFY2(f.text("verdictDetail").contains(QStringLiteral("did not answer within 600 ms")),
             qPrintable(f.text("verdictDetail")));
    QVERIFY(!stopButton(f)->isEnabled());
}

void TestInspectorFailures::silentPortIsCancelled() {
    Fixture f;
    const PlainServer silent;
    QVERIFY(!stopButton(f)->isEnabled());
    f.go(local(silent.port()));
    QVERIFY(stopButton(f)->isEnabled());
    // The states come while it runs: the hello is out, as `s_client -state` calls it.
    QVERIFY(
        waitUntil([&f] { return f.liveStates().filter(QStringLiteral("SSLv3/TLS write client hello")).size() == 1; }));
    QVERIFY(f.page->isRunning());
    QVERIFY(f.find<QPlainTextEdit>("log")->toPlainText().contains(QStringLiteral("SSLv3/TLS write client hello")));
    QCOMPARE(f.find<QTableView>("messages")->model()->rowCount(), 1);
    CERTWRIGHT_VERIFY_USABLE(*f.page);
    look(*f.page, QStringLiteral("inspector-running"));
    QSignalSpy ended(f.page.get(), &InspectorPage::inspected);
    stopButton(f)->click();
    QVERIFY(f.waitForEnd());
    QCOMPARE(f.text("verdict"), QStringLiteral("Stopped"));
    QVERIFY(f.text("verdictDetail").contains(QStringLiteral("You stopped it.")));
    QCOMPARE(ended.size(), 1);
    QVERIFY(!stopButton(f)->isEnabled());
    QCOMPARE(f.find<QTableView>("messages")->model()->rowCount(), 1);
}

void TestInspectorFailures::cancelWhileTheStoreIsRead() {
    Fixture f(true);
    const PlainServer silent;
    f.go(local(silent.port()));
    QVERIFY(f.page->isRunning());
    stopButton(f)->click(); // the store's answer comes by the event loop, later than this
    QVERIFY(!f.page->isRunning());
    QVERIFY(!stopButton(f)->isEnabled());
    f.read([](store::Store&) {}); // what was asked before has been answered now
    QTest::qWait(50);
    QVERIFY(!f.page->isRunning());
    QCOMPARE(silent.accepted(), 0);
}

void TestInspectorFailures::secondConnectionReplacesTheFirst() {
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    Fixture f;
    const PlainServer silent;
    f.trustBySystem();
    f.startServer();
    QSignalSpy ended(f.page.get(), &InspectorPage::inspected);
    f.go(local(silent.port()));
    QVERIFY(waitUntil([&f] { return isShaking(f); }));
    QVERIFY(f.inspect(f.address()));
    QCOMPARE(f.text("verdict"), QStringLiteral("Good connection"));
    QCOMPARE(f.titles, (QStringList{local(silent.port()), f.address()}));
    QTest::qWait(100);
    QCOMPARE(ended.size(), 1); // the first says nothing more
    QCOMPARE(f.page->report()->endpoint.host, std::string("localhost"));
    // The live list is that of the second alone.
    QCOMPARE(f.liveStates().count(QStringLiteral("Shaking hands")), 1);
}

void TestInspectorFailures::goesWithThePage() {
    Fixture f;
    int closed = 0;
    const PlainServer silent([&closed](QTcpSocket& socket) {
        QObject::connect(&socket, &QTcpSocket::disconnected, &socket, [&closed] { ++closed; });
    });
    f.go(local(silent.port()));
    QVERIFY(waitUntil([&f] { return isShaking(f); }));
    f.page.reset();
    QVERIFY(waitUntil([&closed] { return closed == 1; }));
}

CERTWRIGHT_TEST_MAIN(TestInspectorFailures)
#include "tst_inspector_failures.moc"
