#include "core/crypto/random.h"
#include "tests/core/expect.h"
#include "tests/support/environment.h"
#include "tests/support/real_server.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>

using namespace certwright;
using namespace certwright::test;
using namespace std::chrono_literals;

/// Random bytes by the EGD protocol from Debian's entropybroker.
class EntropyDaemonTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void asksEntropybroker();

private:
    QString path(const char* name) const { return m_folder.filePath(QString::fromUtf8(name)); }
    QString write(const char* name, const QByteArray& content) const;

    QTemporaryDir m_folder;
};

QString EntropyDaemonTest::write(const char* name, const QByteArray& content) const {
    QFile file(path(name));
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("cannot write %s", qPrintable(file.fileName()));
    return file.fileName();
}

void EntropyDaemonTest::asksEntropybroker() {
    // rand.egd: by a daemon that others wrote. Its broker gets its entropy from a file of ours.
    const QString brokerProgram = QStandardPaths::findExecutable(QStringLiteral("entropy_broker"));
    const QString sourceProgram = QStandardPaths::findExecutable(QStringLiteral("eb_server_push_file"));
    const QString daemonProgram = QStandardPaths::findExecutable(QStringLiteral("eb_client_egd"));
    if (brokerProgram.isEmpty() || sourceProgram.isEmpty() || daemonProgram.isEmpty()) {
        // test.sh --all leaves it out, too.
        noteSkipped(QStringLiteral("entropybroker is not installed (by hand only: it starts a dozen daemons)"));
        QSKIP("entropybroker is not installed");
    }
    write("users", "tester|some secret|1000000\n");
    QVERIFY(QFile::setPermissions(write("login", "tester\nsome secret\n"), QFile::ReadOwner | QFile::WriteOwner));
    write("data", bytes(crypto::randomBytes(65536)));
    const auto arguments = [this](quint16 port) {
        write("conf", "listen_adapter = ::FFFF:127.0.0.1\nlisten_port = " + QByteArray::number(port) +
                          "\nwebserver_port = -1\nstirrer_type = aes\nhash_type = sha512\nstream_cipher = 3des\n"
                          "mac_hasher = md5\nhash_hasher = sha512\nmax_get_put_size = 32768\nusers = " +
                          QFile::encodeName(path("users")) + "\n");
        return QStringList{QStringLiteral("-n"), QStringLiteral("-c"), path("conf"), QStringLiteral("-l"), path("log")};
    };
    QString message;
    const auto broker = RealServer::start(brokerProgram, arguments, &message);
    QVERIFY2(broker != nullptr, qPrintable(message));
    const auto start = [this, &broker](QProcess& process, const QString& program, const QStringList& more) {
        const QStringList usual = {
            QStringLiteral("-n"), QStringLiteral("-I"), QStringLiteral("127.0.0.1:%1").arg(broker->port()),
            QStringLiteral("-X"), path("login"),        QStringLiteral("-l"),
            path("log")};
        process.setWorkingDirectory(m_folder.path());
        process.start(program, usual + more);
        return process.waitForStarted();
    };
    QProcess source;
    QProcess daemon;
    QVERIFY(start(source, sourceProgram, {QStringLiteral("-f"), path("data")}));
    QVERIFY(start(daemon, daemonProgram, {QStringLiteral("-d"), path("egd")}));

    // Until all three have found each other the daemon is not there, or has nothing yet; later it has what the broker
    // has collected meanwhile.
    std::size_t total = 0;
    const auto ask = [this, &total] {
        errorOf([&] { return total += crypto::addFromEgd(path("egd").toStdString(), 300, 2s); });
        return total >= 1000;
    };
    QTRY_VERIFY_WITH_TIMEOUT(total >= 1000 || ask(), 15'000);
    for (QProcess* process : {&source, &daemon}) {
        process->kill();
        process->waitForFinished();
    }
}

CERTWRIGHT_TEST_MAIN(EntropyDaemonTest)
#include "tst_interop_entropy_daemon.moc"
