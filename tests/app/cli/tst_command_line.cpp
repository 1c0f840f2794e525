#include "tests/support/process.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QDir>
#include <QFile>
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

} // namespace

/// What certwright-cli says of arguments that it does not understand, and the options that all its commands have.
class CommandLineTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void tellsWrongUsage_data();
    void tellsWrongUsage();
    void takesJsonAnywhere_data();
    void takesJsonAnywhere();
    void tellsItsVersionAsJson();
    void answersHelp();
    void tellsKnownAndImpossibleValues_data();
    void tellsKnownAndImpossibleValues();
    void tellsWhatToDo_data();
    void tellsWhatToDo();
    void verifiesInternationalHostNames();
    void saysForWhomACertificateIs();
    void trustsTheFilesOfAFolder();
    void keepsBinaryFromTheTerminal_data();
    void keepsBinaryFromTheTerminal();
    void notesAnExpiredRecipient();

private:
    void makeCertificate(const char* more = "") const;
    void write(const char* name, const QByteArray& content) const;
    QString path(const char* name) const { return m_folder->filePath(QString::fromLatin1(name)); }

    ProcessResult cli(const QString& line) const {
        return run(builtProgram(QStringLiteral("app/cli/certwright-cli")), line.split(u' ', Qt::SkipEmptyParts),
                   {.input = {}, .folder = m_folder->path()});
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void CommandLineTest::tellsWrongUsage_data() {
    QTest::addColumn<QString>("says");
    const auto row = [](const char* line, const char* says) { QTest::newRow(line) << QString::fromUtf8(says); };
    row("asn1 x --offset -1", "--offset: “-1” is not a number from 0 on");
    row("asn1 x --part 0", "--part: “0” is not a number from 1 to 1000000");
    row("verify x --depth -2", "--depth: “-2” is not a number from 0 on");
    row("verify x --security-level 9", "--security-level: “9” is not a number from 0 to 5");
    row("issue --days soon", "--days: “soon” is not a number from 1 to 3000000");
    row("key generate --type rsa --out x --exponent x", "--exponent: “x” is not a whole number");
    row("verify x --purpose nothing", "--purpose: there is no “nothing”; there are: any, code-sign");
    row("verify x --time a --time b", "--time can be given once only");
    row("show x --in-passphrase-file", "--in-passphrase-file needs a value");
    row("pkcs12 create --cert x --out y --legacy --preset strong", "--preset does not go with --legacy");
    row("show --nonsense x", "There is no option “--nonsense”");
    row("shwo x", "Did you mean “show”?");
    row("compare a b c", "one argument too many: “c”");
    row("key generate --type rsa:512 --out x", "from 1024 to 16384 bits");
    row("key generate --type ec:nothing --out x", "key list-types");
    row("key generate --type nothing --out x", "key list-types");
    row("key generate --type ed25519 --cipher nothing --out x", "--cipher: There is no cipher “nothing”");
    row("key generate --type ed25519 --kdf nothing --out x", "there are: pbkdf2, scrypt");
    row("spkac create --new-key ec --key-out x --digest nothing", "--digest: there is no digest “nothing”");
    row("cms sign x --cert x --digest nothing", "--digest: there is no digest “nothing”");
    row("cms encrypt x --recipient x --cipher nothing", "--cipher: There is no cipher “nothing”");
    row("verify x --ip 1.2.3.999", "--ip: ");
    row("verify x --policy 1.2.x", "--policy: “1.2.x” is not an OID");
    row("verify x --policy some words", "one argument too many");
    row("issue --self-signed --profile root-ca --new-key ec --serial 0xZZ --out x --key-out y", "--serial: ");
    row("show - -", "Standard input is named twice");
    row("show - /dev/stdin", "Standard input is named twice");
    row("request verify - -", "Standard input is named twice");
    row("lint - -", "Standard input is named twice");
}

void CommandLineTest::tellsWrongUsage() {
    QFETCH(QString, says);
    const auto result = cli(QString::fromUtf8(QTest::currentDataTag()));
    QVERIFY2(result.exitCode == 2, result.describe().constData());
    QVERIFY2(QString::fromUtf8(result.errors).contains(says), result.describe().constData());
}

void CommandLineTest::takesJsonAnywhere_data() {
    QTest::addColumn<int>("code");
    QTest::newRow("--json key list-types") << 0;
    QTest::newRow("key --json list-types") << 0;
    QTest::newRow("key list-types --json") << 0;
    QTest::newRow("--json show nothing") << 6;
    QTest::newRow("--json nonsense") << 2;
}

void CommandLineTest::takesJsonAnywhere() {
    QFETCH(int, code);
    const auto result = cli(QString::fromUtf8(QTest::currentDataTag()));
    QVERIFY2(result.exitCode == code, result.describe().constData());
    QVERIFY2(!jsonOf(result).isEmpty(), result.describe().constData());
}

void CommandLineTest::tellsItsVersionAsJson() {
    for (const char* line : {"--version --json", "--json --version"}) {
        const auto result = cli(QString::fromLatin1(line));
        CERTWRIGHT_VERIFY_SUCCESS(result);
        const QJsonObject document = jsonOf(result);
        const QString text = QString::fromUtf8(cli(QStringLiteral("--version")).output);
        QVERIFY(!document.value(QLatin1String("version")).toString().isEmpty());
        QVERIFY(text.contains(document.value(QLatin1String("version")).toString()));
        QVERIFY(text.contains(document.value(QLatin1String("library")).toString()));
    }
}

void CommandLineTest::answersHelp() {
    QCOMPARE(cli(QStringLiteral("help")).output, cli(QStringLiteral("--help")).output);
    QCOMPARE(cli(QStringLiteral("help key generate")).output, cli(QStringLiteral("key generate --help")).output);
    CERTWRIGHT_VERIFY_SUCCESS(cli(QStringLiteral("help show")));
}

/// a.pem and a.key
void CommandLineTest::makeCertificate(const char* more) const {
    CERTWRIGHT_VERIFY_SUCCESS(
        cli(QStringLiteral("issue --profile tls-server --self-signed --new-key ec --out a.pem --key-out a.key %1")
                .arg(QString::fromUtf8(more))));
}

void CommandLineTest::write(const char* name, const QByteArray& content) const {
    QFile file(path(name));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
}

void CommandLineTest::tellsKnownAndImpossibleValues_data() {
    QTest::addColumn<int>("code");
    for (const char* line : {"key generate --type ed25519 --cipher aes-256-gcm --out-passphrase-file pass --out x",
                             "spkac create --new-key ec --key-out x --digest md4",
                             "cms encrypt a.pem --recipient a.pem --cipher chacha20-poly1305"})
        QTest::newRow(line) << 5;
}

void CommandLineTest::tellsKnownAndImpossibleValues() {
    QFETCH(int, code);
    makeCertificate("--san a.example");
    write("pass", "secret\n");
    const auto result = cli(QString::fromUtf8(QTest::currentDataTag()));
    QVERIFY2(result.exitCode == code, result.describe().constData());
    QVERIFY(!QFile::exists(path("x")));
}

void CommandLineTest::tellsWhatToDo_data() {
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* line, int code, const char* says) {
        QTest::newRow(line) << code << QString::fromUtf8(says);
    };
    row("issue --self-signed --profile root-ca --subject CN=x --key a.pem --out x", 3, "certwright-cli show");
    row("issue --self-signed --profile tls-server --new-key ec --subject CN=x --out x --key-out y", 9, "--san");
    row("show closed.key", 4, "--in-passphrase-file");
    row("issue --self-signed --profile root-ca --subject CN=x --key closed.key --out x", 4, "--in-passphrase-file");
    row("key generate --type ed25519 --out .", 9, "is a folder");
    row("asn1 letter.txt", 3, "neither PEM nor base64");
    row("rand write nowhere/x", 6, "folder");
}

void CommandLineTest::tellsWhatToDo() {
    QFETCH(int, code);
    QFETCH(QString, says);
    makeCertificate("--san a.example");
    write("pass", "secret\n");
    write("letter.txt", "Dear colleague,\nplease find the certificate attached.\n");
    CERTWRIGHT_VERIFY_SUCCESS(
        cli(QStringLiteral("key generate --type ed25519 --out closed.key --out-passphrase-file pass")));
    const auto result = cli(QString::fromUtf8(QTest::currentDataTag()));
    QVERIFY2(result.exitCode == code, result.describe().constData());
    QVERIFY2(QString::fromUtf8(result.errors).contains(says), result.describe().constData());
}

void CommandLineTest::verifiesInternationalHostNames() {
    makeCertificate("--san xn--mnchen-3ya.example"); // RFC 3492 for münchen
    const QString verify = QStringLiteral("verify --trust a.pem a.pem --hostname ");
    CERTWRIGHT_VERIFY_SUCCESS(cli(verify + QString::fromUtf8("münchen.example")));
    CERTWRIGHT_VERIFY_SUCCESS(cli(verify + QString::fromUtf8("xn--mnchen-3ya.example")));
    QCOMPARE(cli(verify + QString::fromUtf8("köln.example")).exitCode, 1);
}

void CommandLineTest::saysForWhomACertificateIs() {
    makeCertificate("--san a.example,192.0.2.1,x@b.example");
    for (const char* option : {"--hostname other.example", "--ip 192.0.2.7", "--email y@b.example"}) {
        const auto result = cli(QStringLiteral("verify --trust a.pem a.pem ") + QString::fromLatin1(option));
        QCOMPARE(result.exitCode, 1);
        for (const QByteArray& name :
             {QByteArray(option).split(' ').at(1), QByteArray("a.example"), QByteArray("192.0.2.1")})
            QVERIFY2(result.output.contains(name), result.describe().constData());
    }
}

void CommandLineTest::trustsTheFilesOfAFolder() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    makeCertificate("--san a.example");
    QVERIFY(QDir(m_folder->path()).mkdir(QStringLiteral("trust")));
    const auto nothing = cli(QStringLiteral("verify --trust trust a.pem"));
    QCOMPARE(nothing.exitCode, 3);
    QVERIFY2(nothing.errors.contains("no certificate in any file"), nothing.errors.constData());
    write("trust/notes.txt", "nothing here\n");
    QVERIFY(QFile::copy(path("a.pem"), path("trust/mine.pem")));
    CERTWRIGHT_VERIFY_SUCCESS(cli(QStringLiteral("verify --trust trust a.pem")));
    // Once it is hashed OpenSSL's way to look up counts.
    CERTWRIGHT_VERIFY_SUCCESS(run(openssl, {QStringLiteral("rehash"), path("trust")}));
    CERTWRIGHT_VERIFY_SUCCESS(cli(QStringLiteral("verify --trust trust a.pem")));
}

void CommandLineTest::keepsBinaryFromTheTerminal_data() {
    QTest::addColumn<bool>("isRefused");
    QTest::newRow("convert a.pem --to der --out -") << true;
    QTest::newRow("convert a.pem --to pem --out -") << false;
    QTest::newRow("convert a.pem --to der --out - --force") << false;
    QTest::newRow("rand bytes 64 --format raw") << true;
    QTest::newRow("cms sign a.pem --cert both.pem --to der") << true;
    QTest::newRow("cms sign a.pem --cert both.pem") << false;
    QTest::newRow("cms encrypt a.pem --recipient a.pem --to der") << true;
}

void CommandLineTest::keepsBinaryFromTheTerminal() {
    QFETCH(bool, isRefused);
    CERTWRIGHT_NEED_TOOL(script, "script"); // of util-linux: runs a command on a terminal of its own
    makeCertificate("--san a.example");
    QFile certificate(path("a.pem")), key(path("a.key"));
    QVERIFY(certificate.open(QIODevice::ReadOnly) && key.open(QIODevice::ReadOnly));
    write("both.pem", certificate.readAll() + key.readAll());
    const QString line =
        builtProgram(QStringLiteral("app/cli/certwright-cli")) + u' ' + QString::fromUtf8(QTest::currentDataTag());
    const auto result = run(script, {QStringLiteral("-qec"), line, QStringLiteral("/dev/null")},
                            {.input = {}, .folder = m_folder->path()});
    if (result.errors.contains("failed to create pseudo-terminal"))
        QSKIP("there are no pseudo-terminals here");
    QVERIFY2(result.exitCode == (isRefused ? 9 : 0), result.describe().constData());
    QCOMPARE(result.output.contains("standard output is a terminal"), isRefused);
}

void CommandLineTest::notesAnExpiredRecipient() {
    makeCertificate("--san a.example --not-before 2020-01-01T00:00:00Z --not-after 2020-02-01T00:00:00Z");
    const auto result = cli(QStringLiteral("cms encrypt a.pem --recipient a.pem"));
    CERTWRIGHT_VERIFY_SUCCESS(result);
    QVERIFY2(result.errors.contains("expired on 2020-02-01"), result.errors.constData());
}

CERTWRIGHT_TEST_MAIN(CommandLineTest)
#include "tst_command_line.moc"
