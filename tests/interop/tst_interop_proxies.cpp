// `certwright-cli connect` through proxies that others wrote, on 127.0.0.1, to openssl s_server.
#include "tests/core/net/server_files.h"
#include "tests/support/process.h"
#include "tests/support/real_server.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QObject>
#include <QTest>

#include <memory>

using namespace certwright;
using test::RealServer;
using test::ServerFiles;

namespace {

QString latin(const char* text) {
    return QString::fromLatin1(text);
}

} // namespace

class InteropProxiesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void tinyproxy();
    void microsocks();

private:
    /// Connects to the name "localhost", which the proxy has to look up.
    QJsonObject through(const QString& proxy, int expectedCode, quint16 port = 0) const;

    test::TestCa m_root;
    std::unique_ptr<ServerFiles> m_files;
    std::unique_ptr<RealServer> m_server;
};

void InteropProxiesTest::initTestCase() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    m_files = std::make_unique<ServerFiles>(m_root.issue(), std::vector<x509::Certificate>{}, m_root.certificate());
    QString message;
    m_server = RealServer::startOpenssl(
        openssl, {latin("-cert"), m_files->path("leaf.pem"), latin("-key"), m_files->path("key.pem"), latin("-quiet")},
        &message);
    QVERIFY2(m_server != nullptr, qPrintable(message));
}

QJsonObject InteropProxiesTest::through(const QString& proxy, int expectedCode, quint16 port) const {
    const auto result =
        test::run(test::builtProgram(latin("app/cli/certwright-cli")),
                  {latin("connect"), latin("localhost:%1").arg(port == 0 ? m_server->port() : port), latin("--json"),
                   latin("--trust"), m_files->path("root.pem"), latin("--proxy"), proxy});
    if (result.exitCode != expectedCode)
        QTest::qFail(result.describe().constData(), __FILE__, __LINE__);
    return QJsonDocument::fromJson(result.output).object();
}

void InteropProxiesTest::tinyproxy() {
    CERTWRIGHT_NEED_TOOL(program, "tinyproxy");
    QString message;
    const auto server = RealServer::start(
        program,
        [this](quint16 port) {
            m_files->write("tinyproxy.conf", "Port " + std::to_string(port) +
                                                 "\nListen 127.0.0.1\nTimeout 60\nMaxClients 20\nAllow 127.0.0.1\n"
                                                 "BasicAuth me secret\n");
            return QStringList{latin("-d"), latin("-c"), m_files->path("tinyproxy.conf")};
        },
        &message);
    QVERIFY2(server != nullptr, qPrintable(message));
    const QString place = latin("127.0.0.1:%1").arg(server->port());
    const QJsonObject good = through(latin("http://me:secret@") + place, 0);
    QCOMPARE(good[latin("proxy")].toString(), latin("http://me@") + place);
    QCOMPARE(good[latin("hostname")][latin("asked")].toString(), latin("localhost"));
    QVERIFY(good[latin("timings")][latin("starttls_ms")].isDouble());
    QVERIFY(through(latin("http://") + place, 7)[latin("error")][latin("message")].toString().contains(
        latin("wants a user and a password")));
    QVERIFY(through(latin("http://me:wrong@") + place, 7)[latin("error")][latin("side")].toString() ==
            latin("transport"));
    const QJsonObject closed = through(latin("http://me:secret@") + place, 7, test::freePort());
    QVERIFY2(closed[latin("error")][latin("message")].toString().contains(latin("did not connect to localhost")),
             QJsonDocument(closed).toJson().constData());
}

void InteropProxiesTest::microsocks() {
    CERTWRIGHT_NEED_TOOL(program, "microsocks");
    for (const bool hasLogin : {false, true}) {
        QString message;
        const auto server = RealServer::start(
            program,
            [hasLogin](quint16 port) {
                QStringList arguments{latin("-i"), latin("127.0.0.1"), latin("-p"), QString::number(port)};
                if (hasLogin)
                    arguments << latin("-u") << latin("me") << latin("-P") << latin("secret");
                return arguments;
            },
            &message);
        QVERIFY2(server != nullptr, qPrintable(message));
        const QString place = latin("127.0.0.1:%1").arg(server->port());
        const QString login = hasLogin ? latin("me:secret@") : QString();
        const QJsonObject good = through(latin("socks5://") + login + place, 0);
        QCOMPARE(good[latin("hostname")][latin("ok")].toBool(), true);
        const QJsonObject closed = through(latin("socks5h://") + login + place, 7, test::freePort());
        QVERIFY(closed[latin("error")][latin("message")].toString().contains(latin("did not connect to localhost")));
        if (hasLogin) {
            QVERIFY(!through(latin("socks5://") + place, 7)[latin("error")].toObject().isEmpty());
            QVERIFY(!through(latin("socks5://me:wrong@") + place, 7)[latin("error")].toObject().isEmpty());
        }
    }
}

CERTWRIGHT_TEST_MAIN(InteropProxiesTest)
#include "tst_interop_proxies.moc"
