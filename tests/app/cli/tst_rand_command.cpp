#include "tests/core/crypto/egd_server.h"
#include "tests/support/process.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>

#include <memory>

using namespace certwright;
using namespace certwright::test;

namespace {

QJsonObject jsonOf(const ProcessResult& result) {
    return QJsonDocument::fromJson(result.output).object();
}

constexpr QFile::Permissions OwnerOnly = QFile::ReadOwner | QFile::WriteOwner;

} // namespace

/// certwright-cli rand: the manual's module rand from the command line.
class RandCommandTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void tellsItsStatus();
    void printsBytes_data();
    void printsBytes();
    void writesBytesToAFile();
    void seedsFromInputAndDaemon();
    void loadsAndWritesFiles();
    void refuses_data();
    void refuses();

private:
    ProcessResult cli(const char* line, const QByteArray& input = {}) const;
    QString path(const char* name) const { return m_folder->filePath(QString::fromLatin1(name)); }
    QByteArray contentOf(const char* name) const;
    QFile::Permissions modeOf(const char* name) const;

    std::unique_ptr<QTemporaryDir> m_folder;
};

void RandCommandTest::init() {
    m_folder = std::make_unique<QTemporaryDir>();
}

ProcessResult RandCommandTest::cli(const char* line, const QByteArray& input) const {
    return run(builtProgram(QStringLiteral("app/cli/certwright-cli")),
               (QStringLiteral("rand ") + QString::fromUtf8(line)).split(u' '),
               {.input = input, .folder = m_folder->path()});
}

QByteArray RandCommandTest::contentOf(const char* name) const {
    QFile file(path(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QFile::Permissions RandCommandTest::modeOf(const char* name) const {
    return QFile::permissions(path(name)) & ~(QFile::ReadUser | QFile::WriteUser | QFile::ExeUser);
}

void RandCommandTest::tellsItsStatus() {
    // rand.status
    CERTWRIGHT_VERIFY_SUCCESS(cli("status"));
    const auto status = cli("status --json");
    CERTWRIGHT_VERIFY_SUCCESS(status);
    QCOMPARE(jsonOf(status), QJsonObject({{QStringLiteral("seeded"), true}}));
}

void RandCommandTest::printsBytes_data() {
    QTest::addColumn<QString>("format");
    for (const char* format : {"hex", "base64", "raw"})
        QTest::addRow("rand.bytes, %s", format) << QString::fromLatin1(format);
}

void RandCommandTest::printsBytes() {
    QFETCH(QString, format);
    const auto decoded = [&format](const QByteArray& printed) {
        return format == QStringLiteral("hex")      ? QByteArray::fromHex(printed)
               : format == QStringLiteral("base64") ? QByteArray::fromBase64(printed)
                                                    : printed;
    };
    const QByteArray line = "bytes 33 --format " + format.toLatin1();
    const auto printed = cli(line.constData());
    CERTWRIGHT_VERIFY_SUCCESS(printed);
    QCOMPARE(decoded(printed.output).size(), 33);
    QVERIFY(decoded(printed.output) != decoded(cli(line.constData()).output));
    const auto json = cli((line + " --json").constData());
    if (format == QStringLiteral("raw")) {
        QCOMPARE(json.exitCode, 2);
        return;
    }
    QCOMPARE(jsonOf(json).value(QLatin1String("count")).toInt(), 33);
    QCOMPARE(decoded(jsonOf(json).value(format).toString().toLatin1()).size(), 33);
}

void RandCommandTest::writesBytesToAFile() {
    // rand.bytes: into a file that only its owner reads.
    CERTWRIGHT_VERIFY_SUCCESS(cli("bytes 100 --format raw --out raw"));
    QCOMPARE(contentOf("raw").size(), 100);
    QCOMPARE(modeOf("raw"), OwnerOnly);
    QCOMPARE(cli("bytes 100 --format raw --out raw").exitCode, 9);
    const auto again = cli("bytes 50 --out raw --force --json");
    CERTWRIGHT_VERIFY_SUCCESS(again);
    QCOMPARE(jsonOf(again).value(QLatin1String("files")).toArray(), QJsonArray({QStringLiteral("raw")}));
    QVERIFY(!jsonOf(again).contains(QLatin1String("hex")));
    QCOMPARE(QByteArray::fromHex(contentOf("raw")).size(), 50);
}

void RandCommandTest::seedsFromInputAndDaemon() {
    // rand.seed, rand.egd
    const auto seeded = cli("seed --json", "some text");
    CERTWRIGHT_VERIFY_SUCCESS(seeded);
    QCOMPARE(jsonOf(seeded), QJsonObject({{QStringLiteral("source"), QStringLiteral("-")},
                                          {QStringLiteral("bytes"), 9},
                                          {QStringLiteral("seeded"), true}}));
    EgdServer server(path("egd"), EgdServer::everything);
    const auto asked = cli("seed --json --egd egd");
    QCOMPARE(jsonOf(asked).value(QLatin1String("bytes")).toInt(), 255);
    QCOMPARE(jsonOf(asked).value(QLatin1String("source")).toString(), QStringLiteral("egd"));
    QCOMPARE(jsonOf(cli("seed --json --egd egd --bytes 16")).value(QLatin1String("bytes")).toInt(), 16);
    CERTWRIGHT_VERIFY_SUCCESS(cli("bytes 8 --egd egd"));
    QCOMPARE(server.stop().toHex(), QByteArray("01ff011001ff"));
}

void RandCommandTest::loadsAndWritesFiles() {
    // rand.write_file, rand.load_file: files as `openssl rand` takes and makes them.
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    CERTWRIGHT_VERIFY_SUCCESS(cli("write ours"));
    QCOMPARE(contentOf("ours").size(), 1024);
    QCOMPARE(modeOf("ours"), OwnerOnly);
    CERTWRIGHT_VERIFY_SUCCESS(run(tool, {QStringLiteral("rand"), QStringLiteral("-rand"), path("ours"),
                                         QStringLiteral("-writerand"), path("theirs"), QStringLiteral("4")}));
    const auto loaded = cli("load theirs --json");
    CERTWRIGHT_VERIFY_SUCCESS(loaded);
    QCOMPARE(jsonOf(loaded).value(QLatin1String("bytes")).toInt(), static_cast<int>(contentOf("theirs").size()));
    QCOMPARE(jsonOf(cli("load theirs --bytes 100 --json")).value(QLatin1String("bytes")).toInt(), 100);
    const QByteArray before = contentOf("ours");
    QCOMPARE(cli("write ours").exitCode, 9);
    QCOMPARE(contentOf("ours"), before);
    const auto again = cli("write ours --load theirs --force --json");
    CERTWRIGHT_VERIFY_SUCCESS(again);
    QCOMPARE(jsonOf(again).value(QLatin1String("bytes")).toInt(), 1024);
    QVERIFY(contentOf("ours") != before);
    CERTWRIGHT_VERIFY_SUCCESS(cli("bytes 4 --load ours --load theirs"));
}

void RandCommandTest::refuses_data() {
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QString>("kind");
    const auto row = [](const char* line, int code, const char* kind) {
        QTest::newRow(line) << code << QString::fromLatin1(kind);
    };
    row("bytes", 2, "bad-input");
    row("bytes -5", 2, "bad-input");
    row("bytes 99999999999", 2, "bad-input");
    row("bytes 0", 2, "bad-input");
    row("bytes 5x", 2, "bad-input");
    row("write -", 2, "bad-input");
    row("bytes 5 --out .", 9, "not-allowed");
    row("bytes 5 --format binary", 2, "bad-input");
    row("bytes 5 --load nothing", 6, "not-found");
    row("bytes 5 --egd nothing", 6, "not-found");
    row("bytes 5 --out no/such/folder", 6, "not-found");
    row("seed --egd nothing", 6, "not-found");
    row("load nothing", 6, "not-found");
    row("load .", 6, "io");
    row("write no/such/folder", 6, "not-found");
    row("write . --force", 9, "not-allowed");
}

void RandCommandTest::refuses() {
    QFETCH(int, exitCode);
    QFETCH(QString, kind);
    const auto result = cli((QByteArray(QTest::currentDataTag()) + " --json").constData());
    QCOMPARE(result.exitCode, exitCode);
    QCOMPARE(jsonOf(result).value(QLatin1String("error")).toObject().value(QLatin1String("kind")).toString(), kind);
}

CERTWRIGHT_TEST_MAIN(RandCommandTest)
#include "tst_rand_command.moc"
