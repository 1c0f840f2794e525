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

QString errorKind(const QJsonObject& holder) {
    return holder.value(QLatin1String("error")).toObject().value(QLatin1String("kind")).toString();
}

} // namespace

/// certwright-cli spkac, with `openssl spkac` at the other end.
class SpkacCommandTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void opensslVerifiesOurs_data();
    void opensslVerifiesOurs();
    void verifiesWhatOpensslMakes();
    void writesFilesAndANewKey();
    void opensAnEncryptedKey();
    void tellsWrongOnes();
    void refuses_data();
    void refuses();

private:
    ProcessResult call(const QString& program, const QString& line, const QByteArray& input = {}) const;
    ProcessResult cli(const QString& line, const QByteArray& input = {}) const {
        return call(builtProgram(QStringLiteral("app/cli/certwright-cli")), QStringLiteral("spkac ") + line, input);
    }
    ProcessResult cli(const char* line, const QByteArray& input = {}) const {
        return cli(QString::fromUtf8(line), input);
    }
    ProcessResult openssl(const char* line, const QByteArray& input = {}) const {
        return call(findTool(QStringLiteral("openssl")), QString::fromLatin1(line), input);
    }
    QString path(const char* name) const { return m_folder->filePath(QString::fromLatin1(name)); }
    QByteArray contentOf(const char* name) const;
    void write(const char* name, const QByteArray& content) const;

    std::unique_ptr<QTemporaryDir> m_folder;
};

void SpkacCommandTest::init() {
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    m_folder = std::make_unique<QTemporaryDir>();
    CERTWRIGHT_VERIFY_SUCCESS(openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec.key"));
}

ProcessResult SpkacCommandTest::call(const QString& program, const QString& line, const QByteArray& input) const {
    return run(program, line.split(u' '), {.input = input, .folder = m_folder->path()});
}

QByteArray SpkacCommandTest::contentOf(const char* name) const {
    QFile file(path(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void SpkacCommandTest::write(const char* name, const QByteArray& content) const {
    QFile file(path(name));
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("cannot write %s", qPrintable(file.fileName()));
}

void SpkacCommandTest::opensslVerifiesOurs_data() {
    QTest::addColumn<QString>("options");
    QTest::addColumn<QByteArray>("challenge");
    QTest::addColumn<QByteArray>("algorithm");
    QTest::newRow("as it is") << QString() << QByteArray() << QByteArray("ecdsa-with-SHA256");
    QTest::newRow("challenge") << QStringLiteral(" --challenge hello") << QByteArray("hello")
                               << QByteArray("ecdsa-with-SHA256");
    QTest::newRow("digest") << QStringLiteral(" --digest SHA384 --challenge x --out -") << QByteArray("x")
                            << QByteArray("ecdsa-with-SHA384");
}

void SpkacCommandTest::opensslVerifiesOurs() {
    // crypto.NetscapeSPKI.sign, crypto.NetscapeSPKI.b64_encode
    QFETCH(QString, options);
    QFETCH(QByteArray, challenge);
    QFETCH(QByteArray, algorithm);
    const auto made = cli(QStringLiteral("create --key ec.key") + options);
    CERTWRIGHT_VERIFY_SUCCESS(made);
    QVERIFY(made.output.startsWith("SPKAC=") && made.output.count('\n') == 1);
    const auto checked = openssl("spkac -verify", made.output);
    CERTWRIGHT_VERIFY_SUCCESS(checked);
    QVERIFY2(checked.output.contains("Signature Algorithm: " + algorithm), checked.describe().constData());
    QVERIFY(challenge.isEmpty() || checked.output.contains("Challenge String: " + challenge));
    QCOMPARE(openssl("spkac -pubkey -noout", made.output).output, openssl("pkey -pubout -in ec.key").output);

    const auto json = cli(QStringLiteral("create --json --key ec.key") + options);
    CERTWRIGHT_VERIFY_SUCCESS(json);
    const QJsonObject document = jsonOf(json);
    CERTWRIGHT_VERIFY_SUCCESS(
        openssl("spkac -verify", "SPKAC=" + document.value(QLatin1String("base64")).toString().toLatin1()));
    const QJsonObject spkac = document.value(QLatin1String("spkac")).toObject();
    QCOMPARE(spkac.value(QLatin1String("kind")).toString(), QStringLiteral("spkac"));
    QCOMPARE(spkac.value(QLatin1String("challenge")).toString().toLatin1(), challenge);
    QVERIFY(spkac.value(QLatin1String("signature_valid")).toBool());
    QVERIFY(document.value(QLatin1String("files")).toArray().isEmpty());
}

void SpkacCommandTest::verifiesWhatOpensslMakes() {
    // crypto.NetscapeSPKI.verify, crypto.NetscapeSPKI.get_pubkey
    CERTWRIGHT_VERIFY_SUCCESS(openssl("spkac -key ec.key -challenge hello -digest sha256 -out theirs"));
    CERTWRIGHT_VERIFY_SUCCESS(cli("verify theirs"));
    CERTWRIGHT_VERIFY_SUCCESS(cli("verify -", contentOf("theirs")));
    const auto json = cli("verify --json theirs");
    CERTWRIGHT_VERIFY_SUCCESS(json);
    QVERIFY(jsonOf(json).value(QLatin1String("ok")).toBool());
    const QJsonObject file = jsonOf(json).value(QLatin1String("files")).toArray().at(0).toObject();
    QVERIFY(file.value(QLatin1String("ok")).toBool());
    const QJsonObject spkac = file.value(QLatin1String("spkac")).toObject();
    QCOMPARE(spkac.value(QLatin1String("challenge")).toString(), QStringLiteral("hello"));
    QCOMPARE(spkac.value(QLatin1String("public_key")).toObject().value(QLatin1String("curve")).toString(),
             QStringLiteral("prime256v1"));
}

void SpkacCommandTest::writesFilesAndANewKey() {
    const auto made = cli("create --json --new-key ed25519 --key-out new.key --out new.spkac");
    CERTWRIGHT_VERIFY_SUCCESS(made);
    QCOMPARE(jsonOf(made).value(QLatin1String("files")).toArray(),
             QJsonArray({QStringLiteral("new.spkac"), QStringLiteral("new.key")}));
    QCOMPARE(QFile::permissions(path("new.key")) & ~(QFile::ReadUser | QFile::WriteUser),
             QFile::ReadOwner | QFile::WriteOwner);
    CERTWRIGHT_VERIFY_SUCCESS(openssl("spkac -verify -in new.spkac"));
    QCOMPARE(openssl("spkac -pubkey -noout -in new.spkac").output, openssl("pkey -pubout -in new.key").output);
    const QByteArray before = contentOf("new.spkac");
    QCOMPARE(cli("create --key ec.key --out new.spkac").exitCode, 9);
    QCOMPARE(cli("create --new-key ed25519 --key-out new.key --out other.spkac").exitCode, 9);
    QCOMPARE(contentOf("new.spkac"), before);
    QVERIFY(!QFile::exists(path("other.spkac")));
    CERTWRIGHT_VERIFY_SUCCESS(cli("create --key new.key --challenge again --out new.spkac --force"));
    QVERIFY(contentOf("new.spkac") != before);
    CERTWRIGHT_VERIFY_SUCCESS(openssl("spkac -verify -in new.spkac"));
}

void SpkacCommandTest::opensAnEncryptedKey() {
    CERTWRIGHT_VERIFY_SUCCESS(openssl("pkey -in ec.key -aes256 -passout pass:secret -out closed.key"));
    write("pass", "secret\n");
    write("wrong", "other\n");
    const auto made = cli("create --key closed.key --passphrase-file pass");
    CERTWRIGHT_VERIFY_SUCCESS(made);
    CERTWRIGHT_VERIFY_SUCCESS(openssl("spkac -verify", made.output));
    QCOMPARE(cli("create --key closed.key --passphrase-file wrong").exitCode, 4);
    QCOMPARE(cli("create --key closed.key").exitCode, 4);
}

void SpkacCommandTest::tellsWrongOnes() {
    // crypto.NetscapeSPKI.verify: another challenge than the one that was signed, as `openssl spkac -verify` says too.
    const QByteArray good = cli("create --key ec.key --challenge hello").output;
    QByteArray der = QByteArray::fromBase64(good.trimmed().mid(6));
    der.replace("hello", "jello");
    write("good", good);
    write("bad", "SPKAC=" + der.toBase64() + "\n");
    QVERIFY(!openssl("spkac -verify -in bad").isSuccess());
    QCOMPARE(cli("verify bad").exitCode, 1);
    const auto several = cli("verify --json good bad ec.key nothing");
    QCOMPARE(several.exitCode, 6);
    QVERIFY(!jsonOf(several).value(QLatin1String("ok")).toBool());
    const QJsonArray files = jsonOf(several).value(QLatin1String("files")).toArray();
    QCOMPARE(files.size(), 4);
    for (int i = 0; i < 4; ++i)
        QCOMPARE(files.at(i).toObject().value(QLatin1String("ok")).toBool(), i == 0);
    QCOMPARE(errorKind(files.at(2).toObject()), QStringLiteral("bad-input"));
    QCOMPARE(errorKind(files.at(3).toObject()), QStringLiteral("not-found"));
}

void SpkacCommandTest::refuses_data() {
    QTest::addColumn<QString>("line");
    QTest::addColumn<int>("exitCode");
    const auto row = [](const char* name, const char* line, int code) {
        QTest::newRow(name) << QString::fromUtf8(line) << code;
    };
    row("no key", "create", 2);
    row("two keys", "create --key ec.key --new-key ed25519 --key-out x", 2);
    row("new key lost", "create --new-key ed25519", 2);
    row("no new key", "create --key ec.key --key-out x", 2);
    row("no such type", "create --new-key nothing:5 --key-out x", 2);
    row("no such digest", "create --key ec.key --digest nothing", 2);
    row("not ASCII", "create --key ec.key --challenge größe", 3);
    row("no signing key", "create --new-key x25519 --key-out x", 9);
    row("no file", "create --key nothing", 6);
    row("nothing to verify", "verify", 2);
}

void SpkacCommandTest::refuses() {
    QFETCH(QString, line);
    QFETCH(int, exitCode);
    const auto result = cli(line + QStringLiteral(" --json"));
    QVERIFY2(result.exitCode == exitCode, result.describe().constData());
    QVERIFY(!errorKind(jsonOf(result)).isEmpty());
    QVERIFY(!QFile::exists(path("x")));
}

CERTWRIGHT_TEST_MAIN(SpkacCommandTest)
#include "tst_spkac_command.moc"
