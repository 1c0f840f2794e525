#include "tests/support/process.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>

using namespace certwright;
using namespace certwright::test;

namespace {

QStringList words(const char* line) {
    return QString::fromUtf8(line).split(u' ', Qt::SkipEmptyParts);
}

QJsonObject jsonOf(const ProcessResult& result) {
    return QJsonDocument::fromJson(result.output).object();
}

} // namespace

/// key, request, issue, export and pkcs12 of certwright-cli, with files and with a store.
class MakingCommandsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void issuesAChainFromFiles();
    void keepsPrivateKeysPrivate();
    void makesRsaKeysAsAskedFor();
    void signsByPssAsAskedFor();
    void signsByWhatAKeyDemands();
    void refusesWhatCannotBeSigned_data();
    void refusesWhatCannotBeSigned();
    void issuesABatch();
    void issuesABatchIntoAStore();
    void refusesABatchAsAWhole_data();
    void refusesABatchAsAWhole();
    void takesExtensionsAsWritten();
    void overwritesOnlyWithForce();
    void refusesWithItsReasons_data();
    void refusesWithItsReasons();
    void knowsWrongUsage_data();
    void knowsWrongUsage();
    void signsARequestWithItsNames();
    void tellsAWrongRequest();
    void verifiesEveryRequestOfAFile();
    void saysWhetherTheKeyIsEncrypted();
    void worksOnAStore();
    void makesAndShowsPkcs12();
    void takesTheKeyBesideItsCertificate();

private:
    ProcessResult cli(const QStringList& arguments) const;
    ProcessResult cli(const char* line) const { return cli(words(line)); }
    QString path(const char* name) const { return m_folder->filePath(QString::fromLatin1(name)); }
    void write(const char* name, const QByteArray& content) const;
    void makeCa() const;

    std::unique_ptr<QTemporaryDir> m_folder;
};

void MakingCommandsTest::init() {
    m_folder = std::make_unique<QTemporaryDir>();
    write("store.pass", "correct horse\n");
    write("file.pass", "other words\n");
}

ProcessResult MakingCommandsTest::cli(const QStringList& arguments) const {
    ProcessOptions options;
    options.folder = m_folder->path();
    return run(builtProgram(QStringLiteral("app/cli/certwright-cli")), arguments, options);
}

void MakingCommandsTest::write(const char* name, const QByteArray& content) const {
    QFile file(path(name));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
}

void MakingCommandsTest::makeCa() const {
    CERTWRIGHT_VERIFY_SUCCESS(
        cli("issue --profile root-ca --self-signed --new-key auto --subject CN=Root --out ca.pem --key-out ca.key"));
}

void MakingCommandsTest::issuesAChainFromFiles() {
    makeCa();
    CERTWRIGHT_VERIFY_SUCCESS(cli("issue --profile intermediate-ca --ca-cert ca.pem --ca-key ca.key --new-key auto "
                                  "--subject CN=Sub --out sub.pem --key-out sub.key"));
    const auto issued = cli("issue --json --profile tls-server --ca-cert sub.pem --ca-key sub.key --new-key ec:P-256 "
                            "--san www.lab.example,192.0.2.1 --serial 0A0B --days 30 --out www.pem --key-out www.key");
    CERTWRIGHT_VERIFY_SUCCESS(issued);
    const QJsonObject certificate = jsonOf(issued).value(QLatin1String("certificate")).toObject();
    QCOMPARE(certificate.value(QLatin1String("serial")).toString(), QStringLiteral("A0B"));
    QCOMPARE(certificate.value(QLatin1String("subject")).toString(), QStringLiteral("CN=www.lab.example"));
    QCOMPARE(certificate.value(QLatin1String("san")).toArray().size(), 2);
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    CERTWRIGHT_VERIFY_SUCCESS(
        run(openssl, {QStringLiteral("verify"), QStringLiteral("-x509_strict"), QStringLiteral("-CAfile"),
                      path("ca.pem"), QStringLiteral("-untrusted"), path("sub.pem"), path("www.pem")}));
}

void MakingCommandsTest::keepsPrivateKeysPrivate() {
    CERTWRIGHT_VERIFY_SUCCESS(cli("key generate --type ed25519 --out clear.key"));
    CERTWRIGHT_VERIFY_SUCCESS(
        cli("key generate --type ec:P-256 --out closed.key --kdf scrypt --out-passphrase-file file.pass"));
    for (const char* name : {"clear.key", "closed.key"})
        QCOMPARE(QFile::permissions(path(name)) & ~(QFile::ReadUser | QFile::WriteUser),
                 QFile::ReadOwner | QFile::WriteOwner);
    QFile closed(path("closed.key"));
    QVERIFY(closed.open(QIODevice::ReadOnly));
    QVERIFY(closed.readAll().startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
}

void MakingCommandsTest::makesRsaKeysAsAskedFor() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    CERTWRIGHT_VERIFY_SUCCESS(cli("key generate --type rsa-pss:1024 --exponent 257 --pss-digest sha384 --out pss.key"));
    const auto shown = run(openssl, {QStringLiteral("pkey"), QStringLiteral("-noout"), QStringLiteral("-text"),
                                     QStringLiteral("-in"), path("pss.key")});
    CERTWRIGHT_VERIFY_SUCCESS(shown);
    const QString text = QString::fromUtf8(shown.output).toUpper();
    for (const char* fact : {"EXPONENT: 257 ", "MASK ALGORITHM: MGF1 WITH SHA2-384", "HASH ALGORITHM: SHA2-384",
                             "MINIMUM SALT LENGTH: 48"})
        QVERIFY2(text.contains(QString::fromLatin1(fact)), qPrintable(text));
    QCOMPARE(cli("key generate --type rsa-pss:1024 --pss-digest nonsense --out no.key").exitCode, 2);
    QCOMPARE(cli("key generate --type rsa-pss:1024 --pss-digest md4 --out no.key").exitCode,
             5); // of the legacy provider
}

void MakingCommandsTest::signsByPssAsAskedFor() {
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    const auto openssl = [&](const char* arguments) {
        QStringList out = words(arguments);
        for (qsizetype i = 1; i < out.size(); ++i) {
            if (out[i].contains(u'.'))
                out[i] = path(out[i].toLatin1().constData());
        }
        return run(tool, out);
    };
    CERTWRIGHT_VERIFY_SUCCESS(cli("key generate --type rsa:2048 --out rsa.key"));
    CERTWRIGHT_VERIFY_SUCCESS(cli("issue --self-signed --profile root-ca --subject CN=Root --key rsa.key --rsa-pss "
                                  "--digest sha384 --out root.pem"));
    CERTWRIGHT_VERIFY_SUCCESS(cli("request create --key rsa.key --profile tls-client --subject CN=a.example --rsa-pss "
                                  "--out a.csr"));
    for (const char* command : {"x509 -in root.pem -noout -text", "req -in a.csr -noout -text"}) {
        const auto shown = openssl(command);
        CERTWRIGHT_VERIFY_SUCCESS(shown);
        const QString text = QString::fromUtf8(shown.output);
        QVERIFY2(text.contains(QStringLiteral("Signature Algorithm: rsassaPss")), qPrintable(text));
        const char* digest = command[0] == 'x' ? "Hash Algorithm: sha384" : "Hash Algorithm: sha256";
        QVERIFY2(text.toLower().remove(u'-').contains(QString::fromLatin1(digest).toLower()), qPrintable(text));
    }
    CERTWRIGHT_VERIFY_SUCCESS(openssl("verify -check_ss_sig -CAfile root.pem root.pem"));
    CERTWRIGHT_VERIFY_SUCCESS(openssl("req -in a.csr -noout -verify"));
    QCOMPARE(cli("request create --new-key ec --profile tls-client --subject CN=a.example --rsa-pss --out b.csr "
                 "--key-out b.key")
                 .exitCode,
             9);
}

void MakingCommandsTest::signsByWhatAKeyDemands() {
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    CERTWRIGHT_VERIFY_SUCCESS(cli("key generate --type rsa-pss:2048 --pss-digest SHA384 --out pss.key"));
    CERTWRIGHT_VERIFY_SUCCESS(
        cli("issue --self-signed --profile root-ca --subject CN=Root --key pss.key --out root.pem"));
    CERTWRIGHT_VERIFY_SUCCESS(run(tool, {QStringLiteral("verify"), QStringLiteral("-check_ss_sig"),
                                         QStringLiteral("-CAfile"), path("root.pem"), path("root.pem")}));
    CERTWRIGHT_VERIFY_SUCCESS(cli("request create --subject CN=x --key pss.key --out x.csr"));
    QCOMPARE(jsonOf(cli("show --json root.pem"))
                 .value(QLatin1String("files"))
                 .toArray()
                 .at(0)
                 .toObject()
                 .value(QLatin1String("items"))
                 .toArray()
                 .at(0)
                 .toObject()
                 .value(QLatin1String("signature_algorithm"))
                 .toString(),
             QStringLiteral("rsassaPss"));
}

void MakingCommandsTest::refusesWhatCannotBeSigned_data() {
    QTest::addColumn<QString>("arguments");
    for (const char* line :
         {"--new-key ec:SM2", "--new-key ec:P-256 --digest MD5-SHA1", "--new-key ec:P-256 --digest MD5"})
        QTest::newRow(line) << QString::fromLatin1(line);
}

void MakingCommandsTest::refusesWhatCannotBeSigned() {
    QFETCH(const QString, arguments);
    const auto refused = cli(words("issue --self-signed --profile root-ca --subject CN=x --out x.pem --key-out x.key") +
                             arguments.split(u' '));
    QCOMPARE(refused.exitCode, 5);
    QVERIFY(!QFile::exists(path("x.pem")) && !QFile::exists(path("x.key")));
}

void MakingCommandsTest::issuesABatch() {
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    makeCa();
    // As a spreadsheet saves it: with a mark, CRLF, quotation marks inside, an empty cell.
    write("rows.csv", "\xEF\xBB\xBFSAN,subject,profile,days,file\r\n"
                      "\"a.lab, 192.0.2.7\",,tls-server,30,\r\n"
                      ",\"CN=Somebody, O=\"\"Lab\"\"\",tls-client,,somebody\r\n");
    CERTWRIGHT_VERIFY_SUCCESS(cli("issue --ca-cert ca.pem --ca-key ca.key --new-key auto --batch rows.csv --out made"));
    QCOMPARE(QDir(path("made")).entryList(QDir::Files).join(u' '),
             QStringLiteral("a.lab.key a.lab.pem somebody.key somebody.pem"));
    for (const char* name : {"made/a.lab", "made/somebody"}) {
        const QByteArray file = name;
        CERTWRIGHT_VERIFY_SUCCESS(run(tool, {QStringLiteral("verify"), QStringLiteral("-CAfile"), path("ca.pem"),
                                             path((file + ".pem").constData())}));
        QCOMPARE(run(tool, {QStringLiteral("pkey"), QStringLiteral("-in"), path((file + ".key").constData()),
                            QStringLiteral("-pubout")})
                     .output,
                 run(tool, {QStringLiteral("x509"), QStringLiteral("-in"), path((file + ".pem").constData()),
                            QStringLiteral("-noout"), QStringLiteral("-pubkey")})
                     .output);
        QCOMPARE(QFile::permissions(path((file + ".key").constData())) & (QFile::ReadGroup | QFile::ReadOther),
                 QFile::Permissions());
    }
    const QByteArray server = run(tool, {QStringLiteral("x509"), QStringLiteral("-in"), path("made/a.lab.pem"),
                                         QStringLiteral("-noout"), QStringLiteral("-text")})
                                  .output;
    QVERIFY2(server.contains("DNS:a.lab, IP Address:192.0.2.7") && server.contains("TLS Web Server Authentication"),
             server.constData());
    const QByteArray subject =
        run(tool, {QStringLiteral("x509"), QStringLiteral("-in"), path("made/somebody.pem"), QStringLiteral("-noout"),
                   QStringLiteral("-subject"), QStringLiteral("-nameopt"), QStringLiteral("RFC2253")})
            .output;
    QVERIFY2(subject.contains("CN=Somebody,O=Lab"), subject.constData());
    QCOMPARE(cli("issue --ca-cert ca.pem --ca-key ca.key --new-key auto --batch rows.csv --out made").exitCode, 9);
}

void MakingCommandsTest::issuesABatchIntoAStore() {
    CERTWRIGHT_VERIFY_SUCCESS(cli("store create --store s.certwright --passphrase-file store.pass"));
    const QStringList store = words("--store s.certwright --passphrase-file store.pass");
    CERTWRIGHT_VERIFY_SUCCESS(
        cli(words("issue --profile root-ca --self-signed --new-key ec:P-256 --subject CN=Root --name root") + store));
    QByteArray rows = "san,name\n";
    for (int i = 0; i < 50; ++i)
        rows += QByteArrayLiteral("h") + QByteArray::number(i) + ".lab,host " + QByteArray::number(i) + '\n';
    write("rows.csv", rows);
    const QStringList batch = words("issue --json --profile tls-server --ca root --new-key ec:P-256 --batch rows.csv");
    const auto made = cli(batch + store);
    CERTWRIGHT_VERIFY_SUCCESS(made);
    QCOMPARE(jsonOf(made).value(QLatin1String("certificates")).toArray().size(), 50);
    const auto count = [&] {
        return jsonOf(cli(words("list --json --kind certificate --store s.certwright")))
            .value(QLatin1String("items"))
            .toArray()
            .size();
    };
    QCOMPARE(count(), 51);
    // One name that is taken, and nothing of the rest is issued.
    write("rows.csv", "san,name\nx.lab,new\ny.lab,host 7\n");
    const auto refused = cli(batch + store);
    QCOMPARE(refused.exitCode, 9);
    QVERIFY2(refused.output.contains("Row 3: "), refused.output.constData());
    QCOMPARE(count(), 51);
    // Two rows with one name only show while they are issued.
    write("rows.csv", "san,name,file\nx.lab,same,x\ny.lab,same,y\n");
    QCOMPARE(cli(batch + store).exitCode, 9);
    QCOMPARE(count(), 51);
}

void MakingCommandsTest::refusesABatchAsAWhole_data() {
    QTest::addColumn<QByteArray>("table");
    QTest::addColumn<int>("code");
    QTest::addColumn<QByteArray>("says");
    const auto row = [](const char* name, const char* table, int code, const char* says) {
        QTest::newRow(name) << QByteArray(table) << code << QByteArray(says);
    };
    row("empty", "", 3, "no certificate in the table");
    row("heading alone", "san\n", 3, "no certificate in the table");
    row("unknown column", "san,colour\na.lab,red\n", 3, "Row 1: there is no column “colour”");
    row("column twice", "san,SAN\na.lab,b.lab\n", 3, "Row 1: the column “san” is there twice");
    row("too few cells", "san,days\na.lab,3\nb.lab\n", 3, "Row 3: 1 cells");
    row("open quotation", "san\na.lab\n\"b.lab\n", 3, "cannot be read after row 2");
    row("days", "san,days\na.lab,soon\n", 3, "Row 2: in the column days: “soon”");
    row("time", "san,not_after\na.lab,2027\n", 3, "Row 2: in the column not_after: “2027”");
    row("profile", "san,profile\na.lab,x\n", 3, "Row 2: in the column profile: “x”");
    row("subject", "subject\nnothing\n", 3, "Row 2: ");
    row("same files", "san,file\na.lab,x\nb.lab,x\n", 3, "Row 3: its files would be called “x”");
    row("no server's name", "san,subject\na.lab,\n,CN=b\n", 9, "Row 3: ");
    row("leads out", "san,file\na.lab,../x\n", 0, "");
}

void MakingCommandsTest::refusesABatchAsAWhole() {
    QFETCH(const QByteArray, table);
    QFETCH(const int, code);
    QFETCH(const QByteArray, says);
    makeCa();
    write("rows.csv", table);
    const auto result = cli("issue --profile tls-server --ca-cert ca.pem --ca-key ca.key --new-key ec:P-256 "
                            "--batch rows.csv --out made");
    QCOMPARE(result.exitCode, code);
    QVERIFY2(result.errors.contains(says), result.errors.constData());
    QCOMPARE(QDir(path("made")).entryList(QDir::Files).size(), code == 0 ? 2 : 0);
    QVERIFY(!QFile::exists(path("x.pem")));
}

// The octets are those that openssl cuts out of what was made: the SID and the template as [MS-WCCE] 2.2.2.7.7 has
// them.
void MakingCommandsTest::takesExtensionsAsWritten() {
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    const QStringList extensions =
        words("--extension ms-ntds-sec-ext=S-1-5-21-1-2-512 --extension ms-cert-templ=critical,1.2.3:100.4 "
              "--extension 1.2.3.4=DER:0c0141 --extension tlsfeature=status_request");
    CERTWRIGHT_VERIFY_SUCCESS(cli(words("issue --self-signed --profile tls-client --subject CN=x --new-key ec:P-256 "
                                        "--out x.pem --key-out x.key") +
                                  extensions));
    CERTWRIGHT_VERIFY_SUCCESS(
        cli(words("request create --profile tls-client --subject CN=x --key x.key --out x.csr") + extensions));
    for (const char* file : {"x.pem", "x.csr"}) {
        const auto parsed = run(tool, {QStringLiteral("asn1parse"), QStringLiteral("-in"), path(file)});
        CERTWRIGHT_VERIFY_SUCCESS(parsed);
        const QString text = QString::fromUtf8(parsed.output).simplified();
        for (const char* octets : {"3022A020060A2B060104018237190201A0120410532D312D352D32312D312D322D353132",
                                   "300A06022A03020164020104", "0C0141", "3003020105"})
            QVERIFY2(text.contains(QLatin1String("[HEX DUMP]:") + QLatin1String(octets)), octets);
    }
    const auto refused = cli("request create --profile tls-client --subject CN=x --key x.key --out y.csr --extension "
                             "ms-ntds-sec-ext=alice");
    QCOMPARE(refused.exitCode, 2);
    QVERIFY2(refused.errors.contains("security identifier"), refused.describe().constData());
}

void MakingCommandsTest::overwritesOnlyWithForce() {
    CERTWRIGHT_VERIFY_SUCCESS(cli("key generate --type ed25519 --out a.key"));
    QCOMPARE(cli("key generate --type ed25519 --out a.key").exitCode, 9);
    CERTWRIGHT_VERIFY_SUCCESS(cli("key generate --type ed25519 --out a.key --force"));
}

void MakingCommandsTest::refusesWithItsReasons_data() {
    QTest::addColumn<QString>("arguments");
    QTest::addColumn<QString>("problem");
    const auto row = [](const char* problem, const char* arguments) {
        QTest::newRow(problem) << QString::fromLatin1(arguments) << QString::fromLatin1(problem);
    };
    row("names-missing", "--profile tls-server --subject CN=x");
    row("dns-name-invalid", "--profile tls-server --san *.*.lab");
    row("outlives-issuer", "--profile tls-client --subject CN=x --not-after 99991231235959Z");
    row("key-cert-sign-without-ca", "--profile tls-client --subject CN=x --extension keyUsage=critical,keyCertSign");
}

void MakingCommandsTest::refusesWithItsReasons() {
    QFETCH(QString, arguments);
    QFETCH(QString, problem);
    makeCa();
    const auto refused = cli(words("issue --json --ca-cert ca.pem --ca-key ca.key --new-key ec:P-256 --out x.pem "
                                   "--key-out x.key") +
                             arguments.split(u' '));
    QCOMPARE(refused.exitCode, 9);
    const QJsonObject document = jsonOf(refused);
    QCOMPARE(document.value(QLatin1String("error")).toObject().value(QLatin1String("kind")).toString(),
             QStringLiteral("not-allowed"));
    QCOMPARE(document.value(QLatin1String("problems")).toArray().at(0).toObject().value(QLatin1String("id")).toString(),
             problem);
    QVERIFY(!QFile::exists(path("x.pem")) && !QFile::exists(path("x.key")));
}

void MakingCommandsTest::knowsWrongUsage_data() {
    QTest::addColumn<QString>("arguments");
    for (const char* line :
         {"issue --profile tls-server", "issue --self-signed --new-key auto --subject CN=x --out a --key-out b",
          "issue --profile no-such --self-signed --new-key auto --out a --key-out b",
          "issue --profile root-ca --self-signed --new-key auto --subject CN=x --out a",
          "issue --profile root-ca --self-signed --new-key auto --not-after soon --out a --key-out b",
          "key generate --type rsa:3072", "key generate --type ed25519 --exponent 3 --out a",
          "key generate --type rsa:1024 --exponent 4 --out a",
          "key generate --type rsa:1024 --pss-digest sha256 --out a", "key generate --type nonsense --out a",
          "request create --out a", "key generate --type ed25519 --out a --cipher nonsense",
          "key generate --type ed25519 --out a --kdf nonsense --out-passphrase-file file.pass",
          // Twice the same file: one of the two would be lost.
          "issue --profile root-ca --self-signed --new-key auto --subject CN=x --out a --key-out a --force",
          "issue --profile root-ca --self-signed --new-key auto --subject CN=x --out a --key-out ./a --force",
          "request create --new-key ec --subject CN=x --out a --key-out here/../a --force",
          "spkac create --new-key ec --out a --key-out link/a --force",
          "spkac create --new-key ec --out existing --key-out link/existing --force",
          // Options that would have no effect.
          "key generate --type ed25519 --out a --passphrase-file file.pass",
          "key generate --type ed25519 --out a --passphrase-fd 0", "key generate --type ed25519 --out a --name mine",
          "key generate --type ed25519 --out a --out-passphrase-file file.pass --out-passphrase-fd 0",
          "key generate --type ed25519 --out a --out-passphrase-file file.pass --out-passphrase-file store.pass",
          "issue --profile root-ca --self-signed --new-key auto --subject CN=x --out a --key-out b "
          "--passphrase-file file.pass",
          "issue --profile root-ca --self-signed --key existing --subject CN=x --out a --cipher aes-256-cbc",
          "issue --profile root-ca --self-signed --key existing --subject CN=x --out a "
          "--out-passphrase-file file.pass",
          "issue --profile root-ca --self-signed --new-key auto --subject CN=x --out a --key-out b --name n",
          "request create --key existing --subject CN=x --out a --kdf scrypt",
          "request create --new-key ec --subject CN=x --out a --key-out b --passphrase-file file.pass",
          "spkac create --key existing --out a --out-passphrase-file file.pass"})
        QTest::newRow(line) << QString::fromLatin1(line);
}

void MakingCommandsTest::knowsWrongUsage() {
    QFETCH(QString, arguments);
    QVERIFY(QDir(m_folder->path()).mkdir(QStringLiteral("here")));
    QVERIFY(QFile::link(QStringLiteral("."), path("link")));
    CERTWRIGHT_VERIFY_SUCCESS(cli("key generate --type ed25519 --out existing"));
    const auto result = cli(arguments.split(u' '));
    QVERIFY2(result.exitCode == 2, result.describe().constData());
    QVERIFY(!QFile::exists(path("a")) && !QFile::exists(path("b")));
}

void MakingCommandsTest::signsARequestWithItsNames() {
    makeCa();
    CERTWRIGHT_VERIFY_SUCCESS(cli("request create --new-key ec:P-256 --subject CN=a.lab --san a.lab,b.lab --out a.csr "
                                  "--key-out a.key --challenge hello"));
    CERTWRIGHT_VERIFY_SUCCESS(cli("request verify a.csr"));
    const auto kept =
        cli("issue --json --request a.csr --profile tls-server --ca-cert ca.pem --ca-key ca.key --out a.pem");
    CERTWRIGHT_VERIFY_SUCCESS(kept);
    QCOMPARE(jsonOf(kept).value(QLatin1String("certificate")).toObject().value(QLatin1String("san")).toArray().size(),
             2);
    const auto left = cli("issue --json --request a.csr --profile tls-server --take-from-request none --san c.lab "
                          "--ca-cert ca.pem --ca-key ca.key --out b.pem");
    CERTWRIGHT_VERIFY_SUCCESS(left);
    QCOMPARE(
        jsonOf(left).value(QLatin1String("problems")).toArray().at(0).toObject().value(QLatin1String("id")).toString(),
        QStringLiteral("request-dropped"));
}

void MakingCommandsTest::tellsAWrongRequest() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    CERTWRIGHT_VERIFY_SUCCESS(cli("request create --new-key ec:P-256 --subject CN=a --out a.csr --key-out a.key"));
    const auto der = run(openssl, {QStringLiteral("req"), QStringLiteral("-in"), path("a.csr"),
                                   QStringLiteral("-outform"), QStringLiteral("DER")});
    CERTWRIGHT_VERIFY_SUCCESS(der);
    QByteArray changed = der.output;
    changed[changed.size() - 1] = static_cast<char>(changed.back() ^ 1);
    write("bad.csr", changed);
    QCOMPARE(cli("request verify bad.csr").exitCode, 1);
    QCOMPARE(cli("request verify a.key").exitCode, 3);
    QCOMPARE(cli("request verify no.csr").exitCode, 6);
}

void MakingCommandsTest::verifiesEveryRequestOfAFile() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    CERTWRIGHT_VERIFY_SUCCESS(cli("request create --new-key ec:P-256 --subject CN=a --out a.csr --key-out a.key"));
    const auto der = run(openssl, {QStringLiteral("req"), QStringLiteral("-in"), path("a.csr"),
                                   QStringLiteral("-outform"), QStringLiteral("DER")});
    CERTWRIGHT_VERIFY_SUCCESS(der);
    QByteArray changed = der.output;
    changed[changed.size() - 1] = static_cast<char>(changed.back() ^ 1);
    write("bad.csr",
          "-----BEGIN CERTIFICATE REQUEST-----\n" + changed.toBase64() + "\n-----END CERTIFICATE REQUEST-----\n");
    QFile good(path("a.csr")), bad(path("bad.csr"));
    QVERIFY(good.open(QIODevice::ReadOnly) && bad.open(QIODevice::ReadOnly));
    const QByteArray one = good.readAll(), other = bad.readAll();
    write("two.csr", one + one);
    write("mixed.csr", one + other);
    write("cut.csr", one + "-----BEGIN CERTIFICATE REQUEST-----\nMII\n-----END CERTIFICATE REQUEST-----\n");
    const auto both = cli("request verify two.csr");
    CERTWRIGHT_VERIFY_SUCCESS(both);
    QCOMPARE(both.output.count("the signature is right"), 2);
    const auto mixed = cli("request verify mixed.csr");
    QCOMPARE(mixed.exitCode, 1);
    QVERIFY(mixed.output.contains("mixed.csr, 2 of 2: the signature is wrong"));
    QCOMPARE(cli("request verify cut.csr").exitCode, 3);
    const auto json = cli("request verify --json mixed.csr a.csr");
    QCOMPARE(json.exitCode, 1);
    const QJsonArray files = jsonOf(json).value(QLatin1String("files")).toArray();
    QVERIFY(!files.at(0).toObject().value(QLatin1String("ok")).toBool());
    QVERIFY(files.at(1).toObject().value(QLatin1String("ok")).toBool());
    const QJsonArray items = files.at(0).toObject().value(QLatin1String("items")).toArray();
    QCOMPARE(items.size(), 2);
    QVERIFY(items.at(0).toObject().value(QLatin1String("ok")).toBool());
    QVERIFY(!items.at(1).toObject().value(QLatin1String("ok")).toBool());

    makeCa();
    const auto several = cli("issue --request two.csr --profile tls-client --ca-cert ca.pem --ca-key ca.key --out x");
    QCOMPARE(several.exitCode, 2);
    QVERIFY2(several.errors.contains("2 requests"), several.errors.constData());
}

void MakingCommandsTest::saysWhetherTheKeyIsEncrypted() {
    const auto clear = cli("request create --new-key ec --subject CN=a --out a.csr --key-out a.key");
    QVERIFY2(clear.output.contains("a.key, not encrypted\n"), clear.output.constData());
    QVERIFY2(clear.output.contains("a.csr\n"), clear.output.constData());
    const auto closed = cli("spkac create --new-key ec --out b.spkac --key-out b.key --out-passphrase-file file.pass");
    QVERIFY2(closed.output.contains("b.key, encrypted\n"), closed.output.constData());
    const auto json = cli("issue --profile root-ca --self-signed --new-key auto --subject CN=x --out c.pem --key-out "
                          "c.key --json");
    QVERIFY(jsonOf(json).contains(QLatin1String("encrypted")));
    QVERIFY(!jsonOf(json).value(QLatin1String("encrypted")).toBool());
}

void MakingCommandsTest::worksOnAStore() {
    CERTWRIGHT_VERIFY_SUCCESS(cli("store create --store s.certwright --passphrase-file store.pass"));
    const QStringList store = words("--store s.certwright --passphrase-file store.pass");
    CERTWRIGHT_VERIFY_SUCCESS(
        cli(words("issue --profile root-ca --self-signed --new-key ec:P-256 --subject CN=Root --name root") + store));
    const QStringList web = words("issue --profile tls-server --ca root --new-key ec:P-256 --san a.lab --name web");
    QCOMPARE(cli(web + words("--store s.certwright")).exitCode, 4);
    CERTWRIGHT_VERIFY_SUCCESS(cli(web + store));
    QCOMPARE(cli(web + store).exitCode, 9); // the name is taken
    QCOMPARE(cli(words("issue --profile tls-server --ca none --new-key auto --san a.lab") + store).exitCode, 6);

    CERTWRIGHT_VERIFY_SUCCESS(cli(words("export web --target nginx --out site") + store));
    QCOMPARE(QDir(path("site")).entryList(QDir::Files),
             QStringList({QStringLiteral("fullchain.pem"), QStringLiteral("privkey.pem")}));
    QCOMPARE(cli(words("export web --target nginx --out site") + store).exitCode, 9);
    QCOMPARE(cli(words("export web --target pkcs12 --out web.p12") + store).exitCode, 4);
    CERTWRIGHT_VERIFY_SUCCESS(
        cli(words("export web --target pkcs12 --out web.p12 --out-passphrase-file file.pass") + store));
    CERTWRIGHT_VERIFY_SUCCESS(cli("export web --target pem --out web.pem --store s.certwright"));
}

void MakingCommandsTest::makesAndShowsPkcs12() {
    makeCa();
    CERTWRIGHT_VERIFY_SUCCESS(
        cli("issue --profile root-ca --self-signed --new-key auto --subject CN=Other --out other.pem --key-out o.key"));
    CERTWRIGHT_VERIFY_SUCCESS(
        cli("pkcs12 create --cert ca.pem --key ca.key --name mine --out ca.p12 --out-passphrase-file file.pass"));
    const auto withChain = cli("pkcs12 create --cert ca.pem --key ca.key --chain other.pem --out two.p12 "
                               "--out-passphrase-file file.pass");
    CERTWRIGHT_VERIFY_SUCCESS(withChain);
    QVERIFY2(withChain.output.trimmed().endsWith(" and 1 more certificate"), withChain.output.constData());
    const auto shown = cli("pkcs12 show ca.p12 --json --in-passphrase-file file.pass");
    CERTWRIGHT_VERIFY_SUCCESS(shown);
    const QJsonObject item = jsonOf(shown)
                                 .value(QLatin1String("files"))
                                 .toArray()
                                 .at(0)
                                 .toObject()
                                 .value(QLatin1String("items"))
                                 .toArray()
                                 .at(0)
                                 .toObject();
    QCOMPARE(item.value(QLatin1String("kind")).toString(), QStringLiteral("pkcs12"));
    QCOMPARE(item.value(QLatin1String("items")).toArray().size(), 2);
    QCOMPARE(cli("pkcs12 show ca.p12 --in-passphrase-file store.pass").exitCode, 4);
    QCOMPARE(cli("pkcs12 create --cert ca.pem --key ca.key --out - --out-passphrase-file file.pass").exitCode, 2);
    QVERIFY(!QFile::exists(path("-")));
    QCOMPARE(cli("pkcs12 show ca.pem").exitCode, 3);
}

void MakingCommandsTest::takesTheKeyBesideItsCertificate() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    makeCa();
    CERTWRIGHT_VERIFY_SUCCESS(cli("key generate --type ed25519 --out other.key"));
    QFile certificate(path("ca.pem")), key(path("ca.key")), other(path("other.key"));
    QVERIFY(certificate.open(QIODevice::ReadOnly) && key.open(QIODevice::ReadOnly) && other.open(QIODevice::ReadOnly));
    const QByteArray own = key.readAll();
    write("full.pem", other.readAll() + certificate.readAll() + own);
    const auto keysOf = [&](const char* file) {
        return run(openssl, {QStringLiteral("pkcs12"), QStringLiteral("-in"), path(file), QStringLiteral("-passin"),
                             QStringLiteral("pass:other words"), QStringLiteral("-nodes")})
            .output;
    };
    CERTWRIGHT_VERIFY_SUCCESS(cli("pkcs12 create --cert full.pem --out full.p12 --out-passphrase-file file.pass"));
    QVERIFY(keysOf("full.p12").contains(own.trimmed().split('\n').at(1)));
    QCOMPARE(keysOf("full.p12").count("BEGIN CERTIFICATE"), 1);
    const auto alone = cli("pkcs12 create --key ca.key --out key.p12 --out-passphrase-file file.pass");
    CERTWRIGHT_VERIFY_SUCCESS(alone);
    QVERIFY(keysOf("key.p12").contains(own.trimmed().split('\n').at(1)));
    QCOMPARE(keysOf("key.p12").count("BEGIN CERTIFICATE"), 0);
    QCOMPARE(cli("pkcs12 create --out no.p12 --out-passphrase-file file.pass").exitCode, 2);
}

CERTWRIGHT_TEST_MAIN(MakingCommandsTest)
#include "tst_making_commands.moc"
