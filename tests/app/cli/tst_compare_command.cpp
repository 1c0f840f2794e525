#include "tests/support/process.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>

#include <memory>

using namespace certwright;
using namespace certwright::test;

/// certwright-cli compare, over files that openssl makes.
class CompareCommandTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void answers_data();
    void answers();
    void givesJson();

private:
    ProcessResult call(const QString& program, const char* line) const {
        return run(program, QString::fromUtf8(line).split(u' '), {.folder = m_folder.path()});
    }
    ProcessResult cli(const char* line) const {
        return call(builtProgram(QStringLiteral("app/cli/certwright-cli")), line);
    }

    QTemporaryDir m_folder;
};

void CompareCommandTest::initTestCase() {
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    for (const char* line :
         {"genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ca.key",
          "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out a.key", "pkey -in a.key -pubout -out a.pub",
          "req -x509 -key ca.key -subj /CN=ca -days 30 -out ca.pem", "req -new -key a.key -subj /CN=a -out a.csr",
          "x509 -req -in a.csr -CA ca.pem -CAkey ca.key -set_serial 7 -days 3 -out a.pem",
          "x509 -req -in a.csr -CA ca.pem -CAkey ca.key -set_serial 8 -days 3 -out b.pem",
          "pkcs12 -export -in a.pem -inkey a.key -passout pass: -out a.p12"})
        CERTWRIGHT_VERIFY_SUCCESS(call(tool, line));
}

void CompareCommandTest::answers_data() {
    QTest::addColumn<QByteArray>("files");
    QTest::addColumn<int>("code");
    QTest::addColumn<QByteArray>("start");
    const auto row = [](const char* files, int code, const char* start) {
        QTest::newRow(files) << QByteArray(files) << code << QByteArray(start);
    };
    row("a.pem a.pem", 0, "They are the same.");
    row("a.pem a.key", 0, "They belong together.");
    row("a.pem a.pub", 0, "They belong together.");
    row("a.key a.pub", 0, "They are the same.");
    row("a.csr a.pem", 0, "They belong together.");
    row("a.pem a.p12", 0, "They");
    row("ca.pem a.pem", 0, "They belong together.");
    row("a.pem b.pem", 0, "They belong together.");
    row("ca.key a.pem", 1, "They do NOT belong together.");
    row("ca.pem a.csr", 1, "They do NOT belong together.");
    row("a.pem missing.pem", 6, "");
    row("a.pem", 2, "");
}

void CompareCommandTest::answers() {
    QFETCH(QByteArray, files);
    QFETCH(QByteArray, start);
    const auto result = cli(("compare " + files).constData());
    QTEST(result.exitCode, "code");
    QVERIFY2(result.output.startsWith(start), result.describe().constData());
}

void CompareCommandTest::givesJson() {
    const auto result = cli("compare --json a.pem b.pem");
    CERTWRIGHT_VERIFY_SUCCESS(result);
    const QJsonObject document = QJsonDocument::fromJson(result.output).object();
    QVERIFY(document.value(QLatin1String("belong_together")).toBool());
    QVERIFY(!document.value(QLatin1String("identical")).toBool());
    const QJsonObject serial = document.value(QLatin1String("differences")).toArray().at(0).toObject();
    QCOMPARE(serial.value(QLatin1String("field")).toString(), QStringLiteral("serial"));
    QCOMPARE(serial.value(QLatin1String("first")).toString(), QStringLiteral("7"));
    QCOMPARE(serial.value(QLatin1String("second")).toString(), QStringLiteral("8"));
    const QJsonObject relation = document.value(QLatin1String("relations")).toArray().at(0).toObject();
    QCOMPARE(relation.value(QLatin1String("id")).toString(), QStringLiteral("same-key"));
    QCOMPARE(relation.value(QLatin1String("state")).toString(), QStringLiteral("verified"));
    QCOMPARE(document.value(QLatin1String("first")).toObject().value(QLatin1String("kind")).toString(),
             QStringLiteral("certificate"));
}

CERTWRIGHT_TEST_MAIN(CompareCommandTest)
#include "tst_compare_command.moc"
