#include "tests/support/process.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QFile>
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

/// Offsets of a tree in the order of the bytes.
void appendOffsets(const QJsonArray& elements, QStringList& out) {
    for (const auto& element : elements) {
        const QJsonObject object = element.toObject();
        out << QString::number(object.value(QLatin1String("offset")).toInt());
        appendOffsets(object.value(QLatin1String("children")).toArray(), out);
    }
}

QJsonObject partOf(const ProcessResult& result, int index = 0) {
    return jsonOf(result).value(QLatin1String("parts")).toArray().at(index).toObject();
}

} // namespace

/// certwright-cli asn1.
class Asn1CommandTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void printsATree();
    void givesATreeAsJson();
    void savesAnElement();
    void showsDamagedInput();
    void refuses_data();
    void refuses();

private:
    ProcessResult call(const QString& program, const char* line, const QByteArray& input = {}) const {
        return run(program, QString::fromUtf8(line).split(u' '), {.input = input, .folder = m_folder->path()});
    }
    ProcessResult cli(const char* line, const QByteArray& input = {}) const {
        return call(builtProgram(QStringLiteral("app/cli/certwright-cli")), line, input);
    }
    ProcessResult openssl(const char* line) const { return call(findTool(QStringLiteral("openssl")), line); }
    QByteArray contentOf(const char* name) const {
        QFile file(m_folder->filePath(QString::fromLatin1(name)));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void Asn1CommandTest::init() {
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    m_folder = std::make_unique<QTemporaryDir>();
    CERTWRIGHT_VERIFY_SUCCESS(openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec.key"));
    CERTWRIGHT_VERIFY_SUCCESS(openssl("req -x509 -key ec.key -subj /CN=asn1 -days 1 -out a.pem"));
    CERTWRIGHT_VERIFY_SUCCESS(openssl("x509 -in a.pem -outform DER -out a.der"));
}

void Asn1CommandTest::printsATree() {
    const auto result = cli("asn1 a.pem");
    CERTWRIGHT_VERIFY_SUCCESS(result);
    for (const char* text :
         {"SEQUENCE", "OBJECT ecdsa-with-SHA256 = 1.2.840.10045.4.3.2", "UTF8STRING asn1", "UTCTIME"})
        QVERIFY2(result.output.contains(text), result.output.constData());
    QCOMPARE(cli("asn1 a.der").output, result.output);
    QCOMPARE(cli("asn1 -", contentOf("a.der").toBase64()).output, result.output);
}

void Asn1CommandTest::givesATreeAsJson() {
    const auto result = cli("asn1 --json a.pem");
    CERTWRIGHT_VERIFY_SUCCESS(result);
    const QJsonObject part = partOf(result);
    QCOMPARE(part.value(QLatin1String("label")).toString(), QStringLiteral("CERTIFICATE"));
    QStringList offsets;
    appendOffsets(part.value(QLatin1String("elements")).toArray(), offsets);
    QStringList expected;
    for (const QByteArray& line : openssl("asn1parse -in a.pem").output.split('\n')) {
        if (line.contains(":d="))
            expected << QString::fromLatin1(line.left(line.indexOf(':')).trimmed());
    }
    QVERIFY(expected.size() > 30);
    for (const QString& offset : expected)
        QVERIFY2(offsets.contains(offset), qPrintable(offset));
    // And two parts of one file, one of them chosen.
    const auto two = cli("asn1 --json -", contentOf("a.pem") + contentOf("ec.key"));
    CERTWRIGHT_VERIFY_SUCCESS(two);
    QCOMPARE(partOf(two, 1).value(QLatin1String("label")).toString(), QStringLiteral("PRIVATE KEY"));
    const auto second = cli("asn1 --json --part 2 -", contentOf("a.pem") + contentOf("ec.key"));
    QCOMPARE(partOf(second).value(QLatin1String("label")).toString(), QStringLiteral("PRIVATE KEY"));
}

void Asn1CommandTest::savesAnElement() {
    // The SubjectPublicKeyInfo, found by its offset, is what openssl takes out of the certificate.
    const QByteArray spki = openssl("pkey -in ec.key -pubout -outform DER").output;
    const auto offset = contentOf("a.der").indexOf(spki);
    QVERIFY(offset > 0);
    const QByteArray line = "asn1 a.pem --offset " + QByteArray::number(offset) + " --out spki.der";
    CERTWRIGHT_VERIFY_SUCCESS(cli(line.constData()));
    QCOMPARE(contentOf("spki.der"), spki);
    QCOMPARE(cli(line.constData()).exitCode, 9);
    CERTWRIGHT_VERIFY_SUCCESS(cli((line + " --force").constData()));
    QCOMPARE(cli(("asn1 a.pem --out - --offset " + QByteArray::number(offset)).constData()).output, spki);
    const auto shown = cli(("asn1 a.pem --json --offset " + QByteArray::number(offset)).constData());
    CERTWRIGHT_VERIFY_SUCCESS(shown);
    const QJsonArray elements = partOf(shown).value(QLatin1String("elements")).toArray();
    QCOMPARE(elements.size(), 1);
    QCOMPARE(elements.at(0).toObject().value(QLatin1String("length")).toInt(), spki.size() - 2);
}

void Asn1CommandTest::showsDamagedInput() {
    const QByteArray der = contentOf("a.der");
    const auto result = cli("asn1 --json -", der.left(der.size() - 10));
    QCOMPARE(result.exitCode, 3);
    const QJsonObject part = partOf(result);
    QCOMPARE(part.value(QLatin1String("error_offset")).toInt(-1), 0);
    QVERIFY(!part.value(QLatin1String("elements")).toArray().isEmpty());
    QCOMPARE(part.value(QLatin1String("error")).toObject().value(QLatin1String("kind")).toString(),
             QStringLiteral("bad-input"));
    const auto text = cli("asn1 -", der.left(der.size() - 10));
    QCOMPARE(text.exitCode, 3);
    QVERIFY(text.output.contains("UTF8STRING asn1"));
    QVERIFY2(text.errors.contains("at offset 0"), text.errors.constData());
}

void Asn1CommandTest::refuses_data() {
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<int>("code");
    QTest::newRow("no element there") << QByteArray("asn1 a.pem --offset 1") << 6;
    QTest::newRow("no such file") << QByteArray("asn1 missing.pem") << 6;
    QTest::newRow("no such part") << QByteArray("asn1 a.pem --part 2") << 2;
    QTest::newRow("nothing to save") << QByteArray("asn1 a.pem --out x") << 2;
    QTest::newRow("negative offset") << QByteArray("asn1 a.pem --offset -3") << 2;
}

void Asn1CommandTest::refuses() {
    QFETCH(QByteArray, line);
    const auto result = cli(line.constData());
    QVERIFY2(!result.hasCrashed, result.describe().constData());
    QTEST(result.exitCode, "code");
}

CERTWRIGHT_TEST_MAIN(Asn1CommandTest)
#include "tst_asn1_command.moc"
