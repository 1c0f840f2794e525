#include "tests/support/process.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QDateTime>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>

using namespace certwright;
using namespace certwright::test;

/// list, export, import and store of certwright-cli on a store of what openssl made, and what wrong usage is told.
class StoreCommandsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void filtersByFields_data();
    void filtersByFields();
    void refusesFiltersWithoutSense_data();
    void refusesFiltersWithoutSense();
    void namesWhatItDoesNotKnow_data();
    void namesWhatItDoesNotKnow();
    void helpNamesTheWholeCommand();
    void exportsOtherEntries();
    void exportsKeysEncryptedOnly();
    void saysHowToGoOn();
    void tellsWhatAStoreIs();
    void listsValuesAsWhatTheyAre();

private:
    ProcessResult cli(const QStringList& arguments) const;
    ProcessResult cli(const char* line) const;
    void openssl(const char* line) const;
    QStringList names(const QString& kind, const QString& filter) const;
    QString path(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)); }
    QByteArray read(const char* name) const;
    QByteArray opensslOutput(const char* line) const;
    void write(const char* name, const QByteArray& content) const;

    QString m_openssl;
    QTemporaryDir m_folder;
};

void StoreCommandsTest::write(const char* name, const QByteArray& content) const {
    QFile file(path(name));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
}

QByteArray StoreCommandsTest::read(const char* name) const {
    QFile file(path(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

ProcessResult StoreCommandsTest::cli(const QStringList& arguments) const {
    ProcessOptions options;
    options.folder = m_folder.path();
    options.environment = {{QStringLiteral("CERTWRIGHT_PASSPHRASE_FILE"), path("store.pass")}};
    return run(builtProgram(QStringLiteral("app/cli/certwright-cli")), arguments, options);
}

ProcessResult StoreCommandsTest::cli(const char* line) const {
    return cli(QString::fromUtf8(line).split(u' ', Qt::SkipEmptyParts));
}

void StoreCommandsTest::openssl(const char* line) const {
    ProcessOptions options;
    options.folder = m_folder.path();
    CERTWRIGHT_VERIFY_SUCCESS(run(m_openssl, QString::fromUtf8(line).split(u' ', Qt::SkipEmptyParts), options));
}

QByteArray StoreCommandsTest::opensslOutput(const char* line) const {
    ProcessOptions options;
    options.folder = m_folder.path();
    const auto result = run(m_openssl, QString::fromUtf8(line).split(u' ', Qt::SkipEmptyParts), options);
    return result.isSuccess() ? result.output : result.describe();
}

/// A CA of 10 years, a server of it with 20 days, an EC certificate that signs itself with 90 days and a comma of
/// blanks in its name, a request and a revocation list.
void StoreCommandsTest::initTestCase() {
    CERTWRIGHT_NEED_TOOL(program, "openssl");
    m_openssl = program;
    write("store.pass", "correct horse\n");
    write("other.pass", "other words\n");
    write("index.txt", {});
    write("ca.cnf", "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ndefault_md=sha256\ndefault_crl_days=5\n");
    openssl("req -x509 -newkey rsa:3072 -nodes -keyout root.key -out root.pem -days 3650 -subj /CN=Lab_Root");
    openssl("req -newkey rsa:2048 -nodes -keyout web.key -out web.csr -subj /CN=web");
    openssl("x509 -req -in web.csr -CA root.pem -CAkey root.key -set_serial 0xABC123 -days 20 -out web.pem");
    openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout own.key -out own.pem -days 90 "
            "-subj /CN=own");
    openssl("ca -config ca.cnf -gencrl -cert root.pem -keyfile root.key -out root.crl");
    CERTWRIGHT_VERIFY_SUCCESS(cli("store create --store s.certwright"));
    for (const char* name : {"root", "web", "own"})
        CERTWRIGHT_VERIFY_SUCCESS(
            cli({QStringLiteral("import"), QString::fromLatin1(name) + QStringLiteral(".pem"), QStringLiteral("--name"),
                 QString::fromLatin1(name), QStringLiteral("--store"), QStringLiteral("s.certwright")}));
    CERTWRIGHT_VERIFY_SUCCESS(cli("import web.key --name webkey --store s.certwright"));
    CERTWRIGHT_VERIFY_SUCCESS(cli("import web.csr --name webrequest --store s.certwright"));
    CERTWRIGHT_VERIFY_SUCCESS(cli("import root.crl --name rootlist --store s.certwright"));
}

QStringList StoreCommandsTest::names(const QString& kind, const QString& filter) const {
    const auto result =
        cli({QStringLiteral("list"), QStringLiteral("--json"), QStringLiteral("--kind"), kind,
             QStringLiteral("--store"), QStringLiteral("s.certwright"), QStringLiteral("--filter"), filter});
    if (!result.isSuccess())
        return {QString::fromUtf8(result.describe())};
    QStringList names;
    const QJsonObject document = QJsonDocument::fromJson(result.output).object();
    for (const QJsonValue& item : document.value(QLatin1String("items")).toArray())
        names << item.toObject().value(QLatin1String("name")).toString();
    return names;
}

void StoreCommandsTest::filtersByFields_data() {
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("filter");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* kind, const QString& filter, const char* expected) {
        QTest::addRow("%s %s", kind, qPrintable(filter))
            << QString::fromLatin1(kind) << filter << QString::fromLatin1(expected);
    };
    const QString soon = QDateTime::currentDateTimeUtc().addDays(60).toString(QStringLiteral("yyyy-MM-dd"));
    const QString month = QDateTime::currentDateTimeUtc().addDays(20).toString(QStringLiteral("yyyy-MM"));
    row("certificate", QStringLiteral("expires:<30d"), "web");
    row("certificate", QStringLiteral("expires:>4w"), "own root");
    row("certificate", QStringLiteral("expires:>1y"), "root");
    row("certificate", QStringLiteral("expires:>=") + soon, "own root");
    row("certificate", QStringLiteral("expires:") + month, "web");
    row("certificate", QStringLiteral("key:rsa<3072"), "web");
    row("certificate", QStringLiteral("key:RSA"), "root web");
    row("certificate", QStringLiteral("key:p-256"), "own");
    row("certificate", QStringLiteral("key:ec"), "own");
    row("certificate", QStringLiteral("key:rsa>=3072"), "root");
    row("certificate", QStringLiteral("issuer:\"lab_root\""), "root web");
    row("certificate", QStringLiteral("issuer:lab expires:<30d"), "web");
    row("certificate", QStringLiteral("issuer:lab own"), "");
    row("certificate", QStringLiteral("serial:AB:C1:23"), "web");
    row("certificate", QStringLiteral("is:ca key:rsa"), "root");
    row("certificate", QStringLiteral("is:expired"), "");
    row("certificate", QStringLiteral("has:key"), "web");
    row("certificate", QStringLiteral("\"lab root\""), "");
    row("certificate", QStringLiteral("lab"), "root");
    row("key", QStringLiteral("key:rsa<3072"), "webkey");
    row("key", QStringLiteral("key:rsa>2048"), "");
    row("request", QStringLiteral("subject:web has:key"), "webrequest");
    row("crl", QStringLiteral("issuer:lab expires:<1w"), "rootlist");
    row("crl", QStringLiteral("expires:<1d"), "");
}

void StoreCommandsTest::filtersByFields() {
    QFETCH(QString, kind);
    QFETCH(QString, filter);
    QFETCH(QString, expected);
    QCOMPARE(names(kind, filter), expected.split(u' ', Qt::SkipEmptyParts));
}

void StoreCommandsTest::refusesFiltersWithoutSense_data() {
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("filter");
    for (const char* filter : {"expires:soon", "expires:<2026-13-01", "expires:", "expire:<30d", "key:rsa<", "key:<x",
                               "is:good", "has:beard", "tag:x", "issuer:\"Lab"})
        QTest::addRow("%s", filter) << QStringLiteral("certificate") << QString::fromLatin1(filter);
    QTest::addRow("key expires") << QStringLiteral("key") << QStringLiteral("expires:<30d");
    QTest::addRow("crl key") << QStringLiteral("crl") << QStringLiteral("key:rsa");
}

void StoreCommandsTest::refusesFiltersWithoutSense() {
    QFETCH(QString, kind);
    QFETCH(QString, filter);
    const auto result = cli({QStringLiteral("list"), QStringLiteral("--kind"), kind, QStringLiteral("--store"),
                             QStringLiteral("s.certwright"), QStringLiteral("--filter"), filter});
    QCOMPARE(result.exitCode, 2);
    QVERIFY2(result.output.isEmpty(), result.output.constData());
    QVERIFY2(result.errors.contains("--filter: "), result.errors.constData());
}

void StoreCommandsTest::namesWhatItDoesNotKnow_data() {
    QTest::addColumn<QString>("arguments");
    QTest::addColumn<QString>("message");
    QTest::addColumn<QString>("hint");
    const auto row = [](const char* arguments, const char* message, const char* hint) {
        QTest::newRow(arguments) << QString::fromUtf8(arguments) << QString::fromUtf8(message)
                                 << QString::fromUtf8(hint);
    };
    row("foo", "There is no command “certwright-cli foo”", "There are: ");
    row("lisst", "There is no command “certwright-cli lisst”", "Did you mean “lint”, “list”?");
    row("store craete", "There is no command “certwright-cli store craete”", "Did you mean “create”?");
    row("show --nope", "There is no option “--nope”", "See certwright-cli show --help.");
    row("list --fliter=x", "There is no option “--fliter”", "Did you mean “--filter”?");
    row("list surplus", "There is one argument too many: “surplus”", "See certwright-cli list --help.");
    row("store", "A subcommand is missing", "create");
    row("show", "Something is missing: FILE", "See certwright-cli show --help.");
}

void StoreCommandsTest::namesWhatItDoesNotKnow() {
    QFETCH(QString, arguments);
    QFETCH(QString, message);
    QFETCH(QString, hint);
    const auto result = cli(arguments.toUtf8().constData());
    QCOMPARE(result.exitCode, 2);
    const QString errors = QString::fromUtf8(result.errors);
    QVERIFY2(errors.startsWith(QStringLiteral("certwright-cli: ") + message), result.errors.constData());
    QVERIFY2(errors.contains(hint), result.errors.constData());
}

void StoreCommandsTest::helpNamesTheWholeCommand() {
    const auto show = cli("show --help");
    CERTWRIGHT_VERIFY_SUCCESS(show);
    QVERIFY2(show.output.contains("Usage: certwright-cli show "), show.output.constData());
    const auto create = cli("store create --help");
    CERTWRIGHT_VERIFY_SUCCESS(create);
    QVERIFY2(create.output.contains("Usage: certwright-cli store create "), create.output.constData());
}

void StoreCommandsTest::exportsOtherEntries() {
    CERTWRIGHT_VERIFY_SUCCESS(cli("export webrequest --target pem --out out.csr --store s.certwright"));
    QCOMPARE(read("out.csr"), opensslOutput("req -in web.csr"));
    CERTWRIGHT_VERIFY_SUCCESS(cli("export webrequest --kind request --target der --out out.der --store s.certwright"));
    QCOMPARE(read("out.der"), opensslOutput("req -in web.csr -outform DER"));
    CERTWRIGHT_VERIFY_SUCCESS(cli("export rootlist --target pem --out out.crl --store s.certwright"));
    QCOMPARE(read("out.crl"), opensslOutput("crl -in root.crl"));
    CERTWRIGHT_VERIFY_SUCCESS(cli("export rootlist --kind crl --target der --out outcrl.der --store s.certwright"));
    QCOMPARE(read("outcrl.der"), opensslOutput("crl -in root.crl -outform DER"));
    QCOMPARE(cli("export rootlist --target pem --out out.crl --store s.certwright").exitCode, 9);
    QCOMPARE(cli("export rootlist --target nginx --out x --store s.certwright").exitCode, 2);
    QCOMPARE(cli("export rootlist --kind request --target pem --out x --store s.certwright").exitCode, 6);
    QCOMPARE(cli("export rootlist --kind list --target pem --out x --store s.certwright").exitCode, 2);
}

void StoreCommandsTest::exportsKeysEncryptedOnly() {
    QCOMPARE(cli("export webkey --target pem --out out.key --store s.certwright").exitCode, 4);
    QVERIFY(!QFile::exists(path("out.key")));
    CERTWRIGHT_VERIFY_SUCCESS(
        cli("export webkey --target pem --out out.key --out-passphrase-file other.pass --store s.certwright"));
    QVERIFY(read("out.key").startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
    QCOMPARE(opensslOutput("pkey -in out.key -passin file:other.pass -outform DER"),
             opensslOutput("pkey -in web.key -outform DER"));
    QCOMPARE(QFile::permissions(path("out.key")) & ~(QFile::ReadUser | QFile::WriteUser),
             QFile::ReadOwner | QFile::WriteOwner);
}

void StoreCommandsTest::saysHowToGoOn() {
    CERTWRIGHT_VERIFY_SUCCESS(cli("export web --target pem --out again.pem --store s.certwright"));
    const auto again = cli("export web --target pem --out again.pem --store s.certwright");
    QCOMPARE(again.exitCode, 9);
    QVERIFY2(again.errors.startsWith("certwright-cli: ") && again.errors.contains("--force"), again.errors.constData());

    const auto taken =
        cli("issue --profile root-ca --self-signed --new-key ec:P-256 --subject CN=x --name root --store "
            "s.certwright");
    QCOMPARE(taken.exitCode, 9);
    QVERIFY2(taken.errors.startsWith("certwright-cli: ") && taken.errors.contains("“root”") &&
                 taken.errors.contains("--name"),
             taken.errors.constData());

    openssl("pkcs12 -export -in own.pem -inkey own.key -passout file:store.pass -out own.p12");
    openssl("pkcs8 -topk8 -in own.key -passout file:store.pass -out own.p8");
    for (const char* file : {"own.p12", "own.p8"}) {
        const auto wrong = cli({QStringLiteral("import"), QString::fromLatin1(file), QStringLiteral("--dry-run"),
                                QStringLiteral("--in-passphrase-file"), QStringLiteral("other.pass"),
                                QStringLiteral("--store"), QStringLiteral("s.certwright")});
        QCOMPARE(wrong.exitCode, 4);
        const QByteArray said = (wrong.output + wrong.errors).toLower();
        QVERIFY2(said.contains("wrong passphrase") && said.contains("--in-passphrase-file"), said.constData());
        QVERIFY2(!said.contains("was not given"), said.constData());
    }
}

void StoreCommandsTest::tellsWhatAStoreIs() {
    const auto info = cli("store info --store s.certwright");
    CERTWRIGHT_VERIFY_SUCCESS(info);
    QVERIFY2(!info.output.contains("read-only"), info.output.constData());
    const auto help = cli("store change-passphrase --help");
    CERTWRIGHT_VERIFY_SUCCESS(help);
    QVERIFY2(help.output.simplified().contains("passphrase that the store gets"), help.output.constData());
}

void StoreCommandsTest::listsValuesAsWhatTheyAre() {
    const auto result = cli("list --json --columns id,name,is_ca,has_key --store s.certwright");
    CERTWRIGHT_VERIFY_SUCCESS(result);
    const QJsonArray items = QJsonDocument::fromJson(result.output).object().value(QLatin1String("items")).toArray();
    QCOMPARE(items.size(), 3);
    QCOMPARE(items.at(1).toObject(),
             QJsonObject({{QLatin1String("id"), items.at(1).toObject().value(QLatin1String("id"))},
                          {QLatin1String("name"), QLatin1String("root")},
                          {QLatin1String("is_ca"), true},
                          {QLatin1String("has_key"), false}}));
    QVERIFY(items.at(1).toObject().value(QLatin1String("id")).isDouble());
}

CERTWRIGHT_TEST_MAIN(StoreCommandsTest)
#include "tst_store_commands.moc"
