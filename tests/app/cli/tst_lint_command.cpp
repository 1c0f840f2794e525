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

/// Two certificates of RSA keys that have a prime in common, made for this test: three primes of `openssl prime`, keys
/// put together in Python, certificates by `openssl req -x509`.
constexpr const char* First =
    "MIIB/DCCAWWgAwIBAgIUS1K03yglkCgiGxLYJHyLZJqmrv8wDQYJKoZIhvcNAQELBQAwEDEOMAwGA1UEAwwFZmlyc3QwHhcNMjYx"
    "MTI0MTcwOTM1WhcNMzYxMTIxMTcwOTM1WjAQMQ4wDAYDVQQDDAVmaXJzdDCBnzANBgkqhkiG9w0BAQEFAAOBjQAwgYkCgYEAzSHW"
    "2rYlaC0tjVdHT3QsG4obDeFMxAnCJUuaC+1YSY4v1upz3VQHCnvrE7xveYVqF+yRFeVVEdoxtaAzEt3BBosA8nNW8Oo9B0PhHV8r"
    "CDkQDF/fCIKgwINHqPi7f/qWVxkZBuG+kbGI7Yxxwm/hChk+fhwifp4g2aAQQxLhvtECAwEAAaNTMFEwHQYDVR0OBBYEFPJ4Ojlw"
    "osWHlWbUiZPgRBG81U8zMB8GA1UdIwQYMBaAFPJ4OjlwosWHlWbUiZPgRBG81U8zMA8GA1UdEwEB/wQFMAMBAf8wDQYJKoZIhvcN"
    "AQELBQADgYEAFtUhZTTV1ex+9w9oydCWAO+9oioYNdzz82fBxV+atbVF60egkWZ33sBGNqRPpvqLuWGCwZ1p7vGK2av3jXIYyNay"
    "aJLb/7oSeymX2S30HUf93/w9jEz7vem44lHbUcCS6WF57TAtz/xT8ZH6RXP5GTKeER7EC6QSjSgqo46U+Jc=";
constexpr const char* Second =
    "MIIB/jCCAWegAwIBAgIUcsFGNWiftk4X4nRotKIjZzYRlZgwDQYJKoZIhvcNAQELBQAwETEPMA0GA1UEAwwGc2Vjb25kMB4XDTI2"
    "MTEyNDE3MDkzNVoXDTM2MTEyMTE3MDkzNVowETEPMA0GA1UEAwwGc2Vjb25kMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCv"
    "TLfpdt/6kR4PO1Cru1oxvlrGqFPA4MuUX6a7sMAF7B/9ooD2plCC8PJq9I+X2Zkp0I2Wk/ytaxav+uC98PnNnr4MwNZ/Xb7IJ2qc"
    "4G7CEPu7h3rcmT+s2O8wJNYtNJHkuPhPmSzITd5nitkk4CmJRyq3yv3c/X/0Ivto6nJ6uQIDAQABo1MwUTAdBgNVHQ4EFgQUeFfY"
    "Zz7Fi1/HKl/D82hgFfmapjYwHwYDVR0jBBgwFoAUeFfYZz7Fi1/HKl/D82hgFfmapjYwDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG"
    "9w0BAQsFAAOBgQCcGp5qqNROxt6rnNh0/gXIBlXxXjykD5Yp+/AcsvVc8KLLnJtEdYx4CG/1Ry/MCwDEsrcIwyq0TUbQkKt5FCEI"
    "iEl+gw5cIUYTGo+u+v4KIzY7CotbuBqE8aYqbck6+BaYfKBRVVaBjB6dAqnDInykOv2Thu3gkpDN3j5/w5MusQ==";

QStringList idsOf(const ProcessResult& result) {
    QStringList ids;
    for (const auto& finding :
         QJsonDocument::fromJson(result.output).object().value(QLatin1String("findings")).toArray())
        ids << finding.toObject().value(QLatin1String("id")).toString();
    return ids;
}

} // namespace

/// certwright-cli lint: exit codes, JSON, several files.
class LintCommandTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void saysWhatIsWrong();
    void choosesRulesets();
    void comparesTheKeysOfSeveralFiles();
    void looksAtAStore();
    void goesOnAfterABadFile();
    void refuses_data();
    void refuses();

private:
    ProcessResult call(const QString& program, const QStringList& arguments, const QByteArray& input = {}) const {
        return run(program, arguments, {.input = input, .folder = m_folder->path()});
    }
    ProcessResult cli(const char* line, const QByteArray& input = {}) const {
        return call(builtProgram(QStringLiteral("app/cli/certwright-cli")), QString::fromUtf8(line).split(u' '), input);
    }
    ProcessResult openssl(const char* line, const QByteArray& input = {}) const {
        return call(findTool(QStringLiteral("openssl")), QString::fromLatin1(line).split(u' '), input);
    }
    bool write(const char* name, const char* content) const {
        QFile file(m_folder->filePath(QString::fromLatin1(name)));
        return file.open(QIODevice::WriteOnly) && file.write(content) > 0;
    }
    std::unique_ptr<QTemporaryDir> m_folder;
};

void LintCommandTest::init() {
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    m_folder = std::make_unique<QTemporaryDir>();
    CERTWRIGHT_VERIFY_SUCCESS(openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec.key"));
    CERTWRIGHT_VERIFY_SUCCESS(openssl("req -x509 -key ec.key -subj /CN=good -days 30 -out good.pem -addext "
                                      "keyUsage=critical,keyCertSign"));
    CERTWRIGHT_VERIFY_SUCCESS(openssl("req -x509 -key ec.key -subj /CN=bad -days 30 -out bad.pem -set_serial 0 -addext "
                                      "extendedKeyUsage=serverAuth -addext subjectAltName=DNS:a_b.example.org -addext "
                                      "basicConstraints=critical,CA:FALSE -addext keyUsage=critical,keyCertSign"));
}

void LintCommandTest::saysWhatIsWrong() {
    const auto good = cli("lint good.pem");
    CERTWRIGHT_VERIFY_SUCCESS(good);
    QCOMPARE(good.output.trimmed(), QByteArray("Nothing found."));
    const auto bad = cli("lint --json bad.pem");
    QCOMPARE(bad.exitCode, 1);
    const QJsonObject first =
        QJsonDocument::fromJson(bad.output).object().value(QLatin1String("findings")).toArray().at(0).toObject();
    QCOMPARE(first.value(QLatin1String("id")).toString(), QStringLiteral("serial-not-positive"));
    QCOMPARE(first.value(QLatin1String("severity")).toString(), QStringLiteral("error"));
    QCOMPARE(first.value(QLatin1String("where")).toString(), QStringLiteral("serialNumber"));
    QCOMPARE(first.value(QLatin1String("reference")).toString(), QStringLiteral("RFC 5280 4.1.2.2"));
    QVERIFY(idsOf(bad).contains(QStringLiteral("ku-cert-sign")) &&
            idsOf(bad).contains(QStringLiteral("tls-underscore")));
    QVERIFY(cli("lint bad.pem").output.startsWith("error serial-not-positive (serialNumber, RFC 5280 4.1.2.2)\n"));
}

void LintCommandTest::choosesRulesets() {
    CERTWRIGHT_VERIFY_SUCCESS(cli("lint bad.pem --ruleset key-strength"));
    const QStringList tls = idsOf(cli("lint --json bad.pem --ruleset cabf-tls"));
    QVERIFY(tls.contains(QStringLiteral("tls-underscore")) && !tls.contains(QStringLiteral("serial-not-positive")));
    QVERIFY(cli("lint bad.pem --ruleset cabf-tls").output.contains("notice tls-policy"));
    QVERIFY(cli("lint bad.pem --ruleset cabf-tls --public").output.contains("error tls-policy"));
    const QStringList both = idsOf(cli("lint --json bad.pem --ruleset cabf-tls,rfc5280"));
    QVERIFY(both.contains(QStringLiteral("tls-underscore")) && both.contains(QStringLiteral("serial-not-positive")));
}

void LintCommandTest::comparesTheKeysOfSeveralFiles() {
    QVERIFY(write("first", First) && write("second", Second));
    QVERIFY(!idsOf(cli("lint --json first")).contains(QStringLiteral("rsa-shared-prime")));
    QVERIFY(!idsOf(cli("lint --json first first good.pem")).contains(QStringLiteral("rsa-shared-prime")));
    const auto result = cli("lint --json first good.pem second");
    QCOMPARE(result.exitCode, 1);
    QCOMPARE(idsOf(result).count(QStringLiteral("rsa-shared-prime")), 2);
    QVERIFY2(cli("lint first good.pem second").output.contains("in common with that of “CN=second” (second)"),
             result.output.constData());
}

void LintCommandTest::looksAtAStore() {
    QVERIFY(write("store.pass", "correct horse battery\n") && write("first", First) && write("second", Second));
    CERTWRIGHT_VERIFY_SUCCESS(cli("store create --store s.certwright --passphrase-file store.pass"));
    CERTWRIGHT_VERIFY_SUCCESS(cli("import --store s.certwright --passphrase-file store.pass first second good.pem"));
    const auto result = cli("lint --json --store s.certwright");
    QCOMPARE(result.exitCode, 1);
    QCOMPARE(idsOf(result).count(QStringLiteral("rsa-shared-prime")), 2);
    const QJsonArray subjects =
        QJsonDocument::fromJson(result.output).object().value(QLatin1String("subjects")).toArray();
    QCOMPARE(subjects.size(), 3);
    QVERIFY(
        subjects.first().toObject().value(QLatin1String("file")).toString().endsWith(QLatin1String("s.certwright")));
}

void LintCommandTest::goesOnAfterABadFile() {
    const auto result = cli("lint --json missing.pem bad.pem");
    QCOMPARE(result.exitCode, 6);
    QVERIFY(idsOf(result).contains(QStringLiteral("serial-not-positive")));
    const QJsonObject document = QJsonDocument::fromJson(result.output).object();
    QVERIFY(document.contains(QLatin1String("error")));
    const QJsonArray files = document.value(QLatin1String("files")).toArray();
    QCOMPARE(files.size(), 2);
    QCOMPARE(files.at(0).toObject().value(QLatin1String("file")).toString(), QStringLiteral("missing.pem"));
    QCOMPARE(files.at(0).toObject().value(QLatin1String("error")).toObject().value(QLatin1String("kind")).toString(),
             QStringLiteral("not-found"));
    QVERIFY(!files.at(1).toObject().contains(QLatin1String("error")));
}

void LintCommandTest::refuses_data() {
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<int>("code");
    QTest::newRow("no such ruleset") << QByteArray("lint good.pem --ruleset x") << 2;
    QTest::newRow("both") << QByteArray("lint good.pem --public --private") << 2;
    QTest::newRow("nothing") << QByteArray("lint") << 2;
    QTest::newRow("no such store") << QByteArray("lint --store missing.certwright") << 6;
    QTest::newRow("no certificate") << QByteArray("lint ec.key") << 3;
    QTest::newRow("no such file") << QByteArray("lint missing.pem") << 6;
}

void LintCommandTest::refuses() {
    QFETCH(QByteArray, line);
    const auto result = cli(line.constData());
    QVERIFY2(!result.hasCrashed, result.describe().constData());
    QTEST(result.exitCode, "code");
}

CERTWRIGHT_TEST_MAIN(LintCommandTest)
#include "tst_lint_command.moc"
