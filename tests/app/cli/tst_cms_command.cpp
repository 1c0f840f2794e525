#include "tests/support/process.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>

using namespace certwright;
using namespace certwright::test;

namespace {

const QByteArray Content = "line one\nline two\n";

QJsonObject jsonOf(const ProcessResult& result) {
    return QJsonDocument::fromJson(result.output).object();
}

} // namespace

/// certwright-cli cms, with `openssl cms` at the other end.
class CmsCommandTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void signsAndVerifies_data();
    void signsAndVerifies();
    void verifiesDetached();
    void explainsInJson();
    void writesOnlyWhatIsVerified();
    void encryptsAndDecrypts_data();
    void encryptsAndDecrypts();
    void asksForTheRightPassphrase();
    void verifiesTimestamps();
    void opensSignedAndEnveloped();
    void decryptsBySecretKey_data();
    void decryptsBySecretKey();
    void refuses_data();
    void refuses();

private:
    ProcessResult call(const QString& program, const QString& line, const QByteArray& input = {}) const {
        return run(program, line.split(u' '), {.input = input, .folder = m_folder.path()});
    }
    ProcessResult cli(const QString& line, const QByteArray& input = {}) const {
        return call(builtProgram(QStringLiteral("app/cli/certwright-cli")), QStringLiteral("cms ") + line, input);
    }
    ProcessResult cli(const char* line, const QByteArray& input = {}) const {
        return cli(QString::fromUtf8(line), input);
    }
    ProcessResult openssl(const QString& line, const QByteArray& input = {}) const {
        return call(findTool(QStringLiteral("openssl")), line, input);
    }
    ProcessResult openssl(const char* line) const { return openssl(QString::fromLatin1(line)); }
    QString path(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)); }
    QByteArray contentOf(const char* name) const;
    void write(const char* name, const QByteArray& content) const;

    QTemporaryDir m_folder;
};

QByteArray CmsCommandTest::contentOf(const char* name) const {
    QFile file(path(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void CmsCommandTest::write(const char* name, const QByteArray& content) const {
    QFile file(path(name));
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("cannot write %s", qPrintable(file.fileName()));
}

void CmsCommandTest::initTestCase() {
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    write("data", Content);
    write("other", "something else\n");
    write("pass", "s3cret\n");
    write("wrong", "other\n");
    for (const char* name : {"rsa", "ec"}) {
        const QString kind = name == QByteArray("rsa") ? QStringLiteral("rsa:2048")
                                                       : QStringLiteral("ec -pkeyopt ec_paramgen_curve:P-256");
        CERTWRIGHT_VERIFY_SUCCESS(openssl(
            QStringLiteral("req -x509 -newkey %1 -nodes -keyout %2.key -out %2.pem -subj /CN=%2 -days 30 -addext "
                           "extendedKeyUsage=emailProtection")
                .arg(kind, QString::fromLatin1(name))));
    }
}

void CmsCommandTest::signsAndVerifies_data() {
    QTest::addColumn<QString>("options");
    QTest::addColumn<QString>("form");
    QTest::newRow("PEM") << QString() << "PEM";
    QTest::newRow("DER, PSS") << " --to der --rsa-pss --digest SHA512"
                              << "DER";
    QTest::newRow("S/MIME") << " --to smime"
                            << "SMIME";
    QTest::newRow("two signers") << " --cert ec.pem --key ec.key"
                                 << "PEM";
}

void CmsCommandTest::signsAndVerifies() {
    QFETCH(QString, options);
    QFETCH(QString, form);
    const auto made = cli(QStringLiteral("sign data --cert rsa.pem --key rsa.key") + options);
    CERTWRIGHT_VERIFY_SUCCESS(made);
    write("signed", made.output);
    write("trust.pem", contentOf("rsa.pem") + contentOf("ec.pem"));
    const auto checked = openssl(QStringLiteral("cms -verify -binary -in signed -CAfile trust.pem -inform ") + form);
    CERTWRIGHT_VERIFY_SUCCESS(checked);
    QCOMPARE(checked.output, Content);
    CERTWRIGHT_VERIFY_SUCCESS(cli("verify signed --trust trust.pem"));
    const auto content = cli("verify - --trust trust.pem --out -", made.output);
    CERTWRIGHT_VERIFY_SUCCESS(content);
    QCOMPARE(content.output, Content);
}

void CmsCommandTest::verifiesDetached() {
    CERTWRIGHT_VERIFY_SUCCESS(cli("sign data --cert rsa.pem --key rsa.key --detached --to der --out data.p7s --force"));
    CERTWRIGHT_VERIFY_SUCCESS(
        openssl("cms -verify -binary -inform DER -in data.p7s -content data -CAfile rsa.pem -out ignored"));
    CERTWRIGHT_VERIFY_SUCCESS(cli("verify data.p7s --content data --trust rsa.pem"));
    QCOMPARE(cli("verify data.p7s --content other --trust rsa.pem").exitCode, 1);
    QCOMPARE(cli("verify data.p7s --trust rsa.pem").exitCode, 1);
    QCOMPARE(cli("verify data.p7s --content nothing --trust rsa.pem").exitCode, 6);
    CERTWRIGHT_VERIFY_SUCCESS(
        openssl("cms -sign -binary -in data -signer ec.pem -inkey ec.key -outform PEM -out theirs"));
    CERTWRIGHT_VERIFY_SUCCESS(cli("verify theirs --content data --trust ec.pem"));
}

void CmsCommandTest::explainsInJson() {
    CERTWRIGHT_VERIFY_SUCCESS(cli("sign data --cert rsa.pem --key rsa.key --no-certs --out bare --force"));
    const auto found = cli("verify bare --json --trust rsa.pem --cert rsa.pem");
    CERTWRIGHT_VERIFY_SUCCESS(found);
    const QJsonObject signer = jsonOf(found).value(QLatin1String("signers")).toArray().at(0).toObject();
    QVERIFY(signer.value(QLatin1String("ok")).toBool() && signer.value(QLatin1String("signature_valid")).toBool() &&
            signer.value(QLatin1String("content_matches")).toBool());
    QCOMPARE(signer.value(QLatin1String("digest")).toString(), QStringLiteral("SHA256"));
    QCOMPARE(signer.value(QLatin1String("certificate")).toObject().value(QLatin1String("subject")).toString(),
             QStringLiteral("CN=rsa"));
    QVERIFY(signer.value(QLatin1String("chain")).toObject().value(QLatin1String("ok")).toBool());

    const auto missing = cli("verify bare --json --trust ec.pem");
    QCOMPARE(missing.exitCode, 1);
    QVERIFY(!jsonOf(missing).value(QLatin1String("ok")).toBool());
    const QJsonObject unknown = jsonOf(missing).value(QLatin1String("signers")).toArray().at(0).toObject();
    QVERIFY(unknown.value(QLatin1String("certificate")).isNull() &&
            unknown.value(QLatin1String("signature_valid")).isNull());
    QCOMPARE(unknown.value(QLatin1String("findings")).toArray().at(0).toObject().value(QLatin1String("id")).toString(),
             QStringLiteral("signer-not-found"));
}

void CmsCommandTest::writesOnlyWhatIsVerified() {
    CERTWRIGHT_VERIFY_SUCCESS(cli("sign data --cert rsa.pem --key rsa.key --out attached --force"));
    QCOMPARE(cli("verify attached --trust ec.pem --out content").exitCode, 1);
    QVERIFY(!QFile::exists(path("content")));
    CERTWRIGHT_VERIFY_SUCCESS(cli("verify attached --no-chain --out content"));
    QCOMPARE(contentOf("content"), Content);
    QCOMPARE(cli("verify attached --no-chain --out content").exitCode, 9);
}

void CmsCommandTest::encryptsAndDecrypts_data() {
    QTest::addColumn<QString>("encrypt");
    QTest::addColumn<QString>("theirs");
    QTest::addColumn<QString>("ours");
    QTest::newRow("RSA") << "--recipient rsa.pem"
                         << "-inkey rsa.key -recip rsa.pem"
                         << "--key rsa.key";
    QTest::newRow("RSA, OAEP, GCM") << "--recipient rsa.pem --oaep --cipher AES-256-GCM"
                                    << "-inkey rsa.key -recip rsa.pem"
                                    << "--key rsa.key --cert rsa.pem";
    QTest::newRow("two") << "--recipient rsa.pem --recipient ec.pem"
                         << "-inkey ec.key -recip ec.pem"
                         << "--key ec.key";
    QTest::newRow("passphrase") << "--out-passphrase-file pass"
                                << "-pwri_password s3cret"
                                << "--passphrase-file pass";
}

void CmsCommandTest::encryptsAndDecrypts() {
    QFETCH(QString, encrypt);
    QFETCH(QString, theirs);
    QFETCH(QString, ours);
    CERTWRIGHT_VERIFY_SUCCESS(cli(QStringLiteral("encrypt data --force --out secret ") + encrypt));
    const auto opened = openssl(QStringLiteral("cms -decrypt -inform PEM -in secret ") + theirs);
    CERTWRIGHT_VERIFY_SUCCESS(opened);
    QCOMPARE(opened.output, Content);
    const auto shown = cli(QStringLiteral("decrypt secret ") + ours);
    CERTWRIGHT_VERIFY_SUCCESS(shown);
    QCOMPARE(shown.output, Content);
    QFile::remove(path("plain"));
    const auto written = cli(QStringLiteral("decrypt secret --json --out plain ") + ours);
    CERTWRIGHT_VERIFY_SUCCESS(written);
    QCOMPARE(jsonOf(written).value(QLatin1String("files")).toArray(), QJsonArray({QStringLiteral("plain")}));
    QCOMPARE(contentOf("plain"), Content);
    QCOMPARE(QFile::permissions(path("plain")) & ~(QFile::ReadUser | QFile::WriteUser),
             QFile::ReadOwner | QFile::WriteOwner);
    QCOMPARE(cli(QStringLiteral("decrypt secret --out plain ") + ours).exitCode, 9);
}

void CmsCommandTest::asksForTheRightPassphrase() {
    CERTWRIGHT_VERIFY_SUCCESS(cli("encrypt data --out-passphrase-file pass --to der --out closed"));
    QCOMPARE(cli("decrypt closed").exitCode, 4);
    QCOMPARE(cli("decrypt closed --passphrase-file wrong").exitCode, 4);
    const auto several = cli("decrypt closed --passphrase-file wrong --passphrase-file pass");
    CERTWRIGHT_VERIFY_SUCCESS(several);
    QCOMPARE(several.output, Content);
}

// tests/data/formats/README.md says where the message is from.
void CmsCommandTest::opensSignedAndEnveloped() {
    const QString file = dataPath(QStringLiteral("formats/signed-and-enveloped"));
    const QString line = QStringLiteral("decrypt %1.p7m --key %1.key ").arg(file);
    const auto good = cli(line + QStringLiteral("--trust %1-signer.pem").arg(file));
    CERTWRIGHT_VERIFY_SUCCESS(good);
    QCOMPARE(good.output, Content);
    const auto unsure = cli(line + QStringLiteral("--trust rsa.pem --json --out unsure"));
    QCOMPARE(unsure.exitCode, 1);
    QVERIFY(!QFile::exists(path("unsure")));
    const QJsonObject signature = jsonOf(unsure).value(QLatin1String("signature")).toObject();
    QVERIFY(signature.contains(QLatin1String("ok")) && !signature.value(QLatin1String("ok")).toBool());
    const auto alone = cli(line + QStringLiteral("--no-chain --json --out alone"));
    CERTWRIGHT_VERIFY_SUCCESS(alone);
    QCOMPARE(contentOf("alone"), Content);
    QVERIFY(jsonOf(alone).value(QLatin1String("signature")).toObject().value(QLatin1String("ok")).toBool());
}

void CmsCommandTest::decryptsBySecretKey_data() {
    QTest::addColumn<QString>("line");
    QTest::newRow("EncryptedData") << "cms -EncryptedData_encrypt -binary -in data -aes128 -outform PEM -out secret "
                                      "-secretkey 000102030405060708090a0b0c0d0eff";
    QTest::newRow("recipient") << "cms -encrypt -binary -in data -aes128 -outform DER -out secret -secretkeyid C0FFEE "
                                  "-secretkey 000102030405060708090a0b0c0d0eff";
}

void CmsCommandTest::decryptsBySecretKey() {
    QFETCH(QString, line);
    CERTWRIGHT_VERIFY_SUCCESS(openssl(line));
    const QByteArray key = QByteArray::fromHex("000102030405060708090a0b0c0d0eff");
    for (const QByteArray& file : {key, key.toHex() + '\n', key.toHex(':').toUpper() + "\r\n"}) {
        write("secret.key", file);
        const auto shown = cli("decrypt secret --secret-key-file secret.key");
        CERTWRIGHT_VERIFY_SUCCESS(shown);
        QCOMPARE(shown.output, Content);
    }
    write("secret.key", key.left(15));
    QCOMPARE(cli("decrypt secret --secret-key-file secret.key").exitCode, 4);
    QCOMPARE(cli("decrypt secret").exitCode, 4);
    QCOMPARE(cli("decrypt secret --key rsa.key").exitCode, 6);
}

void CmsCommandTest::verifiesTimestamps() {
    write("serial", "01\n");
    write("ts.cnf", "[tsa]\ndefault_tsa = one\n[one]\nserial = serial\ncrypto_device = builtin\nsigner_cert = tsa.pem\n"
                    "signer_key = tsa.key\nsigner_digest = sha256\ndefault_policy = 1.2.3.4\ndigests = sha256\n");
    for (const char* line :
         {"req -x509 -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.pem -subj /CN=tsa -days 30 "
          "-addext extendedKeyUsage=critical,timeStamping",
          "ts -query -data data -sha256 -cert -out request", "ts -query -data data -out other.tsq",
          "ts -query -data data -sha512 -out refused.tsq", "ts -reply -config ts.cnf -queryfile request -out response",
          "ts -reply -config ts.cnf -queryfile request -token_out -out token",
          "ts -reply -config ts.cnf -queryfile refused.tsq -out refused"})
        CERTWRIGHT_VERIFY_SUCCESS(openssl(line));
    for (const char* file : {"response", "token"}) {
        const auto verify = [&](const char* options) {
            return cli(QStringLiteral("verify %1 --json ").arg(QString::fromLatin1(file)) +
                       QString::fromLatin1(options));
        };
        const auto good = verify("--content data --request request --trust tsa.pem");
        CERTWRIGHT_VERIFY_SUCCESS(good);
        QVERIFY(jsonOf(good).value(QLatin1String("ok")).toBool());
        const QJsonObject stamp = jsonOf(good).value(QLatin1String("timestamp")).toObject();
        QCOMPARE(stamp.value(QLatin1String("policy")).toString(), QStringLiteral("1.2.3.4"));
        QCOMPARE(verify("--request request --no-chain").exitCode, 0);
        QCOMPARE(verify("--content other --trust tsa.pem").exitCode, 1);
        QCOMPARE(verify("--request other.tsq --trust tsa.pem").exitCode, 1);
        QCOMPARE(verify("--content data --trust rsa.pem").exitCode, 1);
        QCOMPARE(verify("--content data --trust tsa.pem --out x").exitCode, 2);
        QCOMPARE(verify("--request data --trust tsa.pem").exitCode, 3);
        const auto text =
            cli(QStringLiteral("verify %1 --content data --trust tsa.pem").arg(QString::fromLatin1(file)));
        QVERIFY(text.output.startsWith("Timestamp, verified: 2"));
        const auto shown = call(builtProgram(QStringLiteral("app/cli/certwright-cli")),
                                QStringLiteral("show ") + QString::fromLatin1(file));
        QVERIFY2(shown.output.contains("Policy:             1.2.3.4\n"), shown.output.constData());
    }
    const auto refused = cli("verify refused --content data --json");
    QCOMPARE(refused.exitCode, 1);
    QVERIFY(jsonOf(refused).value(QLatin1String("timestamp")).isNull());
    CERTWRIGHT_VERIFY_SUCCESS(cli("sign data --cert rsa.pem --key rsa.key --out signed --force"));
    QCOMPARE(cli("verify signed --request request --no-chain").exitCode, 2);
}

void CmsCommandTest::refuses_data() {
    QTest::addColumn<QString>("line");
    QTest::addColumn<int>("exitCode");
    const auto row = [](const char* name, const char* line, int code) {
        QTest::newRow(name) << QString::fromUtf8(line) << code;
    };
    row("nobody signs", "sign data", 2);
    row("a key too few", "sign data --cert rsa.pem --cert ec.pem --key rsa.key", 2);
    row("another key", "sign data --cert rsa.pem --key ec.key", 9);
    row("no digest", "sign data --cert rsa.pem --key rsa.key --digest nothing", 2);
    row("no form", "sign data --cert rsa.pem --key rsa.key --to xml", 2);
    row("no time", "sign data --cert rsa.pem --key rsa.key --signing-time soon", 2);
    row("would overwrite", "sign data --cert rsa.pem --key rsa.key --out other", 9);
    row("nothing to sign", "sign nothing --cert rsa.pem --key rsa.key", 6);
    row("no message", "verify data", 3);
    row("nobody to encrypt for", "encrypt data", 2);
    row("no cipher", "encrypt data --recipient rsa.pem --cipher nothing", 2);
    row("not encrypted", "decrypt data --key rsa.key --out x", 3);
    row("no key", "decrypt data --cert rsa.pem --out x", 2);
}

void CmsCommandTest::refuses() {
    QFETCH(QString, line);
    QFETCH(int, exitCode);
    const auto result = cli(line + QStringLiteral(" --json"));
    QVERIFY2(result.exitCode == exitCode, result.describe().constData());
    QVERIFY(jsonOf(result).contains(QLatin1String("error")));
    QCOMPARE(contentOf("other"), QByteArray("something else\n"));
}

CERTWRIGHT_TEST_MAIN(CmsCommandTest)
#include "tst_cms_command.moc"
