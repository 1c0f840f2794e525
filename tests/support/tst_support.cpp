#include "tests/support/fake_clock.h"
#include "tests/support/process.h"
#include "tests/support/real_server.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"
#include "tests/support/unprivileged.h"

#include <QDir>
#include <QFile>
#include <QStandardPaths>
#include <QTcpSocket>
#include <QTemporaryDir>

using namespace certwright;

/// The helpers that the other tests stand on.
class SupportTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void homeIsEmptyAndOwn() {
        QVERIFY(QDir::homePath().contains(QStringLiteral("certwright-test-")));
        QVERIFY(QStandardPaths::writableLocation(QStandardPaths::ConfigLocation).startsWith(QDir::homePath()));
        QVERIFY(qEnvironmentVariableIsEmpty("OPENSSL_CONF"));
        QCOMPARE(qgetenv("TZ"), QByteArray("UTC"));
    }

    void fakeClockMovesOnlyWhenTold() {
        test::FakeClock clock;
        QCOMPARE(base::toRfc3339(clock.now()), std::string("2026-11-24T12:00:00Z"));
        clock.advance(std::chrono::hours(24));
        QCOMPARE(base::toRfc3339(clock.now()), std::string("2026-11-25T12:00:00Z"));
    }

    void runCapturesBothStreamsAndTheStatus() {
        const auto result =
            test::run(QStringLiteral("/bin/sh"), {QStringLiteral("-c"), QStringLiteral("cat; echo wrong >&2; exit 3")},
                      {.input = "given"});
        QVERIFY(result.hasStarted);
        QVERIFY(!result.isSuccess());
        QCOMPARE(result.exitCode, 3);
        QCOMPARE(result.output, QByteArray("given"));
        QCOMPARE(result.errors, QByteArray("wrong\n"));
    }

    void runKillsWhatTakesTooLong() {
        const auto result =
            test::run(QStringLiteral("/bin/sleep"), {QStringLiteral("60")}, {.timeout = std::chrono::milliseconds(50)});
        QVERIFY(result.hasTimedOut);
        QVERIFY(!result.isSuccess());
    }

    void runSaysWhenThereIsNoSuchProgram() { QVERIFY(!test::run(QStringLiteral("/nonexistent"), {}).hasStarted); }

    void childHasNoPowerOverForeignFiles() {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("private"));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.close();
        QVERIFY(file.setPermissions(QFileDevice::Permissions{}));
        QCOMPARE(test::runUnprivileged([&path] { return QFile(path).open(QIODevice::ReadOnly) ? 1 : 2; }), 2);
    }

    void serverListensAndStops() {
        CERTWRIGHT_NEED_TOOL(openssl, "openssl");
        QTemporaryDir folder;
        const QString key = folder.filePath(QStringLiteral("key.pem"));
        const QString certificate = folder.filePath(QStringLiteral("cert.pem"));
        CERTWRIGHT_VERIFY_SUCCESS(test::run(
            openssl, {QStringLiteral("req"), QStringLiteral("-x509"), QStringLiteral("-newkey"), QStringLiteral("ec"),
                      QStringLiteral("-pkeyopt"), QStringLiteral("ec_paramgen_curve:P-256"), QStringLiteral("-nodes"),
                      QStringLiteral("-subj"), QStringLiteral("/CN=localhost"), QStringLiteral("-keyout"), key,
                      QStringLiteral("-out"), certificate}));
        QString message;
        const auto server = test::RealServer::startOpenssl(
            openssl, {QStringLiteral("-cert"), certificate, QStringLiteral("-key"), key}, &message);
        QVERIFY2(server != nullptr, qPrintable(message));
        QTcpSocket socket;
        socket.connectToHost(QStringLiteral("127.0.0.1"), server->port());
        QVERIFY(socket.waitForConnected(5000));
        server->stop();
        QVERIFY(!server->isRunning());
    }

    void serverThatRefusesItsArgumentsIsNoServer() {
        QString message;
        QVERIFY(test::RealServer::start(
                    QStringLiteral("/bin/sh"),
                    [](quint16) {
                        return QStringList{QStringLiteral("-c"), QStringLiteral("echo bad; exit 1")};
                    },
                    &message) == nullptr);
        QVERIFY(message.contains(QStringLiteral("bad")));
    }
};

CERTWRIGHT_TEST_MAIN(SupportTest)
#include "tst_support.moc"
