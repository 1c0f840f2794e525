#include "tests/support/process.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>

#include <map>
#include <memory>

using namespace certwright;
using namespace certwright::test;

namespace {

QStringList words(const QString& line) {
    return line.split(u' ', Qt::SkipEmptyParts);
}

} // namespace

/// certwright-cli convert and key convert: files that the openssl command line makes, and what it says of ours.
class ConvertCommandTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void convertsKeys_data();
    void convertsKeys();
    void encryptsKeys_data();
    void encryptsKeys();
    void convertsCertificatesAndRequests_data();
    void convertsCertificatesAndRequests();
    void waitsWhenTold();
    void makesPkcs12();
    void makesPkcs7();
    void takesContainersApart();
    void writesForOpenSsh();
    void writesText();
    void reportsAsJson();
    void tellsWhatIsLeftOut_data();
    void tellsWhatIsLeftOut();
    void saysWhenEncryptionIsGone();
    void convertsSpkac();
    void makesPkcs12OfAKeyAlone();
    void asksForAKey();
    void refuses_data();
    void refuses();

private:
    ProcessResult cli(const QString& line) const;
    QByteArray openssl(const QString& line) const;
    QByteArray read(const char* name) const;
    void write(const char* name, const QByteArray& content) const;

    QString m_openssl;
    std::map<QByteArray, QByteArray> m_files; ///< that every test starts with
    std::unique_ptr<QTemporaryDir> m_folder;
};

void ConvertCommandTest::initTestCase() {
    m_openssl = findTool(QStringLiteral("openssl"));
    if (m_openssl.isEmpty())
        QSKIP("openssl is not installed");
    m_folder = std::make_unique<QTemporaryDir>();
    write("pass", "s3cret pass\n");
    write("wrong", "other\n");
    openssl(QStringLiteral("ecparam -name prime256v1 -genkey -noout -out ec.key"));
    openssl(QStringLiteral("genrsa -out rsa.key 2048"));
    openssl(QStringLiteral("genpkey -algorithm ED25519 -out ed.key"));
    openssl(QStringLiteral("req -x509 -new -key ec.key -subj /CN=converted -days 30 -out cert.pem"));
    openssl(QStringLiteral("req -new -key ec.key -subj /CN=asked -out request.pem"));
    openssl(QStringLiteral("req -x509 -new -key rsa.key -subj /CN=other -days 30 -out other.pem"));
    write("both.pem", read("cert.pem") + read("ec.key"));
    write("bundle.pem", read("other.pem") + read("cert.pem") + read("ec.key"));
    for (const QString& name : QDir(m_folder->path()).entryList(QDir::Files))
        m_files[name.toLatin1()] = read(name.toLatin1().constData());
}

void ConvertCommandTest::init() {
    m_folder = std::make_unique<QTemporaryDir>();
    for (const auto& [name, content] : m_files)
        write(name.constData(), content);
}

ProcessResult ConvertCommandTest::cli(const QString& line) const {
    ProcessOptions options;
    options.folder = m_folder->path();
    return run(builtProgram(QStringLiteral("app/cli/certwright-cli")), words(line), options);
}

/// What it prints; an empty text when it fails.
QByteArray ConvertCommandTest::openssl(const QString& line) const {
    ProcessOptions options;
    options.folder = m_folder->path();
    const auto result = run(m_openssl, words(line), options);
    if (result.isSuccess())
        return result.output;
    qInfo("%s", result.describe().constData());
    return {};
}

QByteArray ConvertCommandTest::read(const char* name) const {
    QFile file(m_folder->filePath(QString::fromLatin1(name)));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void ConvertCommandTest::write(const char* name, const QByteArray& content) const {
    QFile file(m_folder->filePath(QString::fromLatin1(name)));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
}

void ConvertCommandTest::convertsKeys_data() {
    QTest::addColumn<QString>("arguments");
    QTest::addColumn<QString>("theirs");
    const auto row = [](const char* arguments, const char* theirs) {
        QTest::newRow(arguments) << QString::fromLatin1(arguments) << QString::fromLatin1(theirs);
    };
    row("convert ec.key --to pkcs8", "pkcs8 -topk8 -nocrypt -in ec.key");
    row("convert ec.key --to pkcs8 --encoding der", "pkcs8 -topk8 -nocrypt -in ec.key -outform DER");
    row("convert ec.key --to pem", "pkcs8 -topk8 -nocrypt -in ec.key");
    row("convert ec.key --to der", "pkcs8 -topk8 -nocrypt -in ec.key -outform DER");
    row("key convert ed.key --to traditional --encoding der", "");
    row("key convert rsa.key --to traditional", "rsa -traditional -in rsa.key");
    row("key convert rsa.key --to traditional --encoding der", "rsa -traditional -in rsa.key -outform DER");
    row("key convert both.pem --to traditional", "ec -in ec.key");
}

void ConvertCommandTest::convertsKeys() {
    QFETCH(QString, arguments);
    QFETCH(QString, theirs);
    const auto result = cli(arguments + QStringLiteral(" --out out"));
    if (theirs.isEmpty()) {
        QCOMPARE(result.exitCode, 5); // Ed25519 has no traditional form
        return;
    }
    CERTWRIGHT_VERIFY_SUCCESS(result);
    QCOMPARE(read("out"), openssl(theirs));
    QCOMPARE(QFile::permissions(m_folder->filePath(QStringLiteral("out"))) & ~(QFile::ReadUser | QFile::WriteUser),
             QFile::ReadOwner | QFile::WriteOwner);
}

void ConvertCommandTest::encryptsKeys_data() {
    QTest::addColumn<QString>("arguments");
    QTest::addColumn<QByteArray>("mark");
    QTest::newRow("pem") << "--to pem" << QByteArray("ENCRYPTED PRIVATE KEY");
    QTest::newRow("pkcs8, cipher") << "--to pkcs8 --cipher aria-128-cbc --kdf scrypt"
                                   << QByteArray("ENCRYPTED PRIVATE KEY");
    QTest::newRow("traditional") << "--to traditional --cipher des3" << QByteArray("DEK-Info: DES-EDE3-CBC,");
}

void ConvertCommandTest::encryptsKeys() {
    QFETCH(QString, arguments);
    QFETCH(QByteArray, mark);
    CERTWRIGHT_VERIFY_SUCCESS(
        cli(QStringLiteral("convert ec.key --out closed --out-passphrase-file pass ") + arguments));
    QVERIFY(read("closed").contains(mark));
    const QByteArray clear = openssl(QStringLiteral("pkcs8 -topk8 -nocrypt -in ec.key"));
    QCOMPARE(openssl(QStringLiteral("pkcs8 -topk8 -nocrypt -in closed -passin file:pass")), clear);
    // And back, with the passphrase, a wrong one and none.
    CERTWRIGHT_VERIFY_SUCCESS(cli(QStringLiteral("convert closed --to pem --out open --in-passphrase-file pass")));
    QCOMPARE(read("open"), clear);
    QCOMPARE(cli(QStringLiteral("convert closed --to pem --out no --in-passphrase-file wrong")).exitCode, 4);
    QCOMPARE(cli(QStringLiteral("convert closed --to pem --out no")).exitCode, 4);
    QVERIFY(read("no").isEmpty());
}

void ConvertCommandTest::convertsCertificatesAndRequests_data() {
    QTest::addColumn<QString>("prepare"); // makes the file "in"
    QTest::addColumn<QString>("to");
    QTest::addColumn<QString>("theirs");
    const auto row = [](const char* name, const char* prepare, const char* to, const char* theirs) {
        QTest::newRow(name) << QString::fromLatin1(prepare) << QString::fromLatin1(to) << QString::fromLatin1(theirs);
    };
    row("certificate to DER", "x509 -in cert.pem -out in", "der", "x509 -in cert.pem -outform DER");
    row("certificate to PEM", "x509 -in cert.pem -outform DER -out in", "pem", "x509 -in cert.pem");
    row("request to DER", "req -in request.pem -out in", "der", "req -in request.pem -outform DER");
    row("request to PEM", "req -in request.pem -outform DER -out in", "pem", "req -in request.pem");
    row("public key to DER", "pkey -in rsa.key -pubout -out in", "der", "pkey -in rsa.key -pubout -outform DER");
    row("public key to PEM", "rsa -in rsa.key -RSAPublicKey_out -out in", "pem", "pkey -in rsa.key -pubout");
    row("PKCS#7 to PEM", "crl2pkcs7 -nocrl -certfile cert.pem -outform DER -out in", "pem", "x509 -in cert.pem");
    row("DH parameters to DER", "dhparam -out in 512", "der", "dhparam -in in -outform DER");
}

void ConvertCommandTest::convertsCertificatesAndRequests() {
    QFETCH(QString, prepare);
    QFETCH(QString, to);
    QFETCH(QString, theirs);
    openssl(prepare);
    CERTWRIGHT_VERIFY_SUCCESS(cli(QStringLiteral("convert in --to %1 --out out").arg(to)));
    QCOMPARE(read("out"), openssl(theirs));
    const auto printed = cli(QStringLiteral("convert in --to %1 --out -").arg(to));
    CERTWRIGHT_VERIFY_SUCCESS(printed);
    QCOMPARE(printed.output, read("out"));
}

// scrypt with N * r * p just above what a file may ask for: a second's work, so it is done once.
void ConvertCommandTest::waitsWhenTold() {
    openssl(
        QStringLiteral("pkcs8 -topk8 -in ec.key -scrypt -scrypt_N 16384 -scrypt_r 8 -scrypt_p 33 -passout file:pass "
                       "-out slow.key"));
    const QString passphrase = QStringLiteral(" --in-passphrase-file pass");
    for (const char* line : {"show FILE", "key show FILE", "convert FILE --to pem --force --out out"}) {
        const QString command = QString::fromLatin1(line);
        const auto refused =
            cli(QString(command).replace(QStringLiteral("FILE"), QStringLiteral("slow.key")) + passphrase);
        QCOMPARE(refused.exitCode, 9);
        QVERIFY2((refused.errors + refused.output).contains("--allow-slow-derivation"), refused.describe().constData());
        CERTWRIGHT_VERIFY_SUCCESS(cli(QString(command).replace(QStringLiteral("FILE"), QStringLiteral("ec.key")) +
                                      QStringLiteral(" --allow-slow-derivation")));
    }
    CERTWRIGHT_VERIFY_SUCCESS(cli(QStringLiteral("show slow.key --allow-slow-derivation") + passphrase));
}

void ConvertCommandTest::makesPkcs12() {
    CERTWRIGHT_VERIFY_SUCCESS(
        cli(QStringLiteral("convert bundle.pem --to pkcs12 --name mine --out out.p12 --out-passphrase-file pass")));
    const QString open = QStringLiteral("pkcs12 -in out.p12 -passin file:pass -nodes ");
    const auto withoutSpaces = [](QByteArray text) { return text.replace(" ", ""); }; // OpenSSL 3.2 and older set some
    const QByteArray own = withoutSpaces(openssl(open + QStringLiteral("-clcerts -nokeys")));
    QVERIFY(own.contains("friendlyName:mine") && own.contains("CN=converted") && !own.contains("CN=other"));
    QVERIFY(withoutSpaces(openssl(open + QStringLiteral("-cacerts -nokeys"))).contains("CN=other"));
    QVERIFY(openssl(open + QStringLiteral("-nocerts")).contains("PRIVATE KEY"));
    // Without the key it holds certificates alone.
    CERTWRIGHT_VERIFY_SUCCESS(
        cli(QStringLiteral("convert cert.pem --to pkcs12 --out certs.p12 --out-passphrase-file pass")));
    QCOMPARE(cli(QStringLiteral("convert both.pem --to pkcs12 --out no.p12")).exitCode, 4);
    write("foreign.pem", read("other.pem") + read("ec.key"));
    QCOMPARE(cli(QStringLiteral("convert foreign.pem --to pkcs12 --out no.p12 --out-passphrase-file pass")).exitCode,
             9);
}

void ConvertCommandTest::makesPkcs7() {
    for (const char* encoding : {"der", "pem"}) {
        CERTWRIGHT_VERIFY_SUCCESS(cli(QStringLiteral("convert bundle.pem --to pkcs7 --encoding %1 --out out.%1")
                                          .arg(QString::fromLatin1(encoding))));
        const QByteArray printed =
            openssl(QStringLiteral("pkcs7 -inform %1 -in out.%1 -print_certs").arg(QString::fromLatin1(encoding)));
        QCOMPARE(printed.count("BEGIN CERTIFICATE"), 2);
        QVERIFY(printed.contains("converted") && printed.contains("other"));
    }
}

void ConvertCommandTest::takesContainersApart() {
    openssl(QStringLiteral("pkcs12 -export -in cert.pem -inkey ec.key -passout file:pass -out in.p12"));
    CERTWRIGHT_VERIFY_SUCCESS(cli(QStringLiteral("convert in.p12 --to pem --out out --in-passphrase-file pass")));
    QCOMPARE(openssl(QStringLiteral("x509 -in out")), openssl(QStringLiteral("x509 -in cert.pem")));
    QCOMPARE(openssl(QStringLiteral("pkey -in out")), openssl(QStringLiteral("pkey -in ec.key")));
    CERTWRIGHT_VERIFY_SUCCESS(cli(QStringLiteral("key convert in.p12 --to pkcs8 --out key --in-passphrase-file pass")));
    QCOMPARE(read("key"), openssl(QStringLiteral("pkcs8 -topk8 -nocrypt -in ec.key")));
}

void ConvertCommandTest::writesForOpenSsh() {
    CERTWRIGHT_NEED_TOOL(keygen, "ssh-keygen");
    for (const char* name : {"ec.key", "rsa.key", "ed.key"}) {
        const QString key = QString::fromLatin1(name);
        CERTWRIGHT_VERIFY_SUCCESS(cli(QStringLiteral("convert %1 --to openssh --name me --force --out ssh "
                                                     "--out-passphrase-file pass")
                                          .arg(key)));
        const auto shown = run(keygen, {QStringLiteral("-y"), QStringLiteral("-P"), QStringLiteral("s3cret pass"),
                                        QStringLiteral("-f"), m_folder->filePath(QStringLiteral("ssh"))});
        CERTWRIGHT_VERIFY_SUCCESS(shown);
        openssl(QStringLiteral("pkey -in %1 -pubout -out public.pem").arg(key));
        const auto line = cli(QStringLiteral("convert public.pem --to openssh --name me --out -"));
        CERTWRIGHT_VERIFY_SUCCESS(line);
        QCOMPARE(line.output.trimmed(), shown.output.trimmed());
        // And back to what it was.
        CERTWRIGHT_VERIFY_SUCCESS(
            cli(QStringLiteral("convert ssh --to pkcs8 --force --out back --in-passphrase-file pass")));
        QCOMPARE(read("back"), openssl(QStringLiteral("pkcs8 -topk8 -nocrypt -in %1").arg(key)));
        // JSON Web Keys there and back.
        CERTWRIGHT_VERIFY_SUCCESS(cli(QStringLiteral("convert %1 --to jwk --force --out key.json").arg(key)));
        CERTWRIGHT_VERIFY_SUCCESS(cli(QStringLiteral("convert key.json --to pkcs8 --force --out back")));
        QCOMPARE(read("back"), openssl(QStringLiteral("pkcs8 -topk8 -nocrypt -in %1").arg(key)));
    }
}

void ConvertCommandTest::writesText() {
    const auto shown = cli(QStringLiteral("show both.pem"));
    const auto text = cli(QStringLiteral("convert both.pem --to text --out -"));
    CERTWRIGHT_VERIFY_SUCCESS(text);
    QCOMPARE(text.output, shown.output);
    QVERIFY(text.output.contains("CN=converted"));
    CERTWRIGHT_VERIFY_SUCCESS(cli(QStringLiteral("convert both.pem --to text --out text")));
    QCOMPARE(read("text"), shown.output);
    QCOMPARE(cli(QStringLiteral("key show both.pem")).output, shown.output);
}

void ConvertCommandTest::reportsAsJson() {
    const auto result = cli(QStringLiteral("convert both.pem --to pem --out out --out-passphrase-file pass --json"));
    CERTWRIGHT_VERIFY_SUCCESS(result);
    const QJsonObject expected{
        {QStringLiteral("to"), QStringLiteral("pem")},
        {QStringLiteral("items"), QJsonArray({QStringLiteral("certificate"), QStringLiteral("private-key")})},
        {QStringLiteral("encrypted"), true},
        {QStringLiteral("files"), QJsonArray({QStringLiteral("out")})}};
    QCOMPARE(QJsonDocument::fromJson(result.output).object(), expected);
}

void ConvertCommandTest::refuses_data() {
    QTest::addColumn<QString>("arguments");
    QTest::addColumn<int>("code");
    const auto row = [](const char* arguments, int code) {
        QTest::newRow(arguments) << QString::fromLatin1(arguments) << code;
    };
    row("ec.key --to pkcs8", 2); // no --out
    row("ec.key --to nonsense --out out", 2);
    row("ec.key --to pkcs8 --encoding x --out out", 2);
    row("cert.pem --to pem --encoding der --out out", 2);
    row("ec.key --to pkcs8 --out -", 2); // a private key on standard output
    row("cert.pem --to pem --out - --json", 2);
    row("pass --to pem --out out", 3);       // nothing known in it
    row("cert.pem --to pkcs8 --out out", 3); // no key in it
    row("ec.key --to pkcs7 --out out", 3);
    row("ec.key --to pkcs8 --cipher aes-256-gcm --out-passphrase-file pass --out out", 5); // has no place for its tag
    row("ec.key --to pkcs8 --cipher nonsense --out-passphrase-file pass --out out", 2);
    row("ec.key --to traditional --encoding der --out-passphrase-file pass --out out", 2);
    row("ec.key --to pkcs8 --cipher aes-256-cbc --out out", 4); // nobody to ask
    row("ec.key --to jwk --out-passphrase-file pass --out out", 5);
    for (const char* useless :
         {"--to traditional --kdf scrypt", "--to openssh --cipher aes-256-cbc", "--to openssh --kdf scrypt",
          "--to pkcs12 --cipher aes-256-cbc", "--to pkcs12 --kdf pbkdf2", "--to text --name x",
          "--to text --preset strong", "--to text --legacy", "--to text --out-passphrase-file pass",
          "--to pem --name x", "--to pkcs8 --preset strong", "--to text --encoding der", "--to jwk --cipher des3"})
        row(qPrintable(QStringLiteral("ec.key %1 --out-passphrase-file pass --out out").arg(QLatin1String(useless))),
            2);
    row("cert.pem --to pem --out-passphrase-file pass --out out", 2); // nothing to encrypt
    row("cert.pem --to der --cipher aes-256-cbc --out out", 2);
    row("missing --to pem --out out", 6);
    row("both.pem --to der --out out", 9);      // two things
    row("ec.key --to pkcs8 --out cert.pem", 9); // exists
}

void ConvertCommandTest::refuses() {
    QFETCH(QString, arguments);
    QFETCH(int, code);
    const QByteArray before = read("cert.pem");
    const auto result = cli(QStringLiteral("convert ") + arguments);
    QVERIFY2(result.exitCode == code, result.describe().constData());
    QVERIFY(read("out").isEmpty());
    QCOMPARE(read("cert.pem"), before);
}

void ConvertCommandTest::tellsWhatIsLeftOut_data() {
    QTest::addColumn<QString>("arguments");
    QTest::addColumn<QString>("items");
    QTest::addColumn<QString>("leftOut");
    const auto row = [](const char* arguments, const char* items, const char* leftOut) {
        QTest::newRow(arguments) << QString::fromLatin1(arguments) << QString::fromLatin1(items)
                                 << QString::fromLatin1(leftOut);
    };
    row("bundle.pem --to pkcs8", "private-key", "certificate certificate");
    row("bundle.pem --to traditional", "private-key", "certificate certificate");
    row("bundle.pem --to openssh", "private-key", "certificate certificate");
    row("bundle.pem --to pkcs7", "certificate certificate", "private-key");
    row("bundle.pem --to pem", "certificate certificate private-key", "");
    row("bundle.pem --to text", "certificate certificate private-key", "");
    row("two.pem --to jwk", "public-key", "certificate");
    row("bundle.pem --to pkcs12 --out-passphrase-file pass", "certificate certificate private-key", "");
    row("request.pem --to openssh", "public-key", "");
}

void ConvertCommandTest::tellsWhatIsLeftOut() {
    QFETCH(QString, arguments);
    QFETCH(QString, items);
    QFETCH(QString, leftOut);
    write("two.pem", read("cert.pem") + read("other.pem"));
    const auto result = cli(QStringLiteral("convert ") + arguments + QStringLiteral(" --out out --json"));
    CERTWRIGHT_VERIFY_SUCCESS(result);
    const QJsonObject document = QJsonDocument::fromJson(result.output).object();
    const auto wordsOf = [&document](const char* key) {
        QStringList out;
        for (const QJsonValue& value : document.value(QLatin1String(key)).toArray())
            out.append(value.toString());
        return out.join(u' ');
    };
    QCOMPARE(wordsOf("items"), items);
    QCOMPARE(wordsOf("left_out"), leftOut);
    QCOMPARE(result.errors.contains("left out"), !leftOut.isEmpty());
}

void ConvertCommandTest::saysWhenEncryptionIsGone() {
    openssl(QStringLiteral("pkcs8 -topk8 -in ec.key -out closed.key -passout file:pass"));
    const auto open = cli(QStringLiteral("convert closed.key --to pem --out open.key --in-passphrase-file pass"));
    QCOMPARE(open.output, QByteArray("Written to open.key, not encrypted\n"));
    const auto closed = cli(QStringLiteral("convert ec.key --to openssh --out ssh.key --out-passphrase-file pass"));
    QCOMPARE(closed.output, QByteArray("Written to ssh.key, encrypted\n"));
    QCOMPARE(cli(QStringLiteral("convert cert.pem --to der --out c")).output, QByteArray("Written to c\n"));
}

void ConvertCommandTest::convertsSpkac() {
    openssl(QStringLiteral("spkac -key ec.key -challenge hello -digest sha256 -out o.spkac"));
    CERTWRIGHT_VERIFY_SUCCESS(cli(QStringLiteral("convert o.spkac --to pem --out again")));
    QCOMPARE(read("again").trimmed(), read("o.spkac").trimmed());
    CERTWRIGHT_VERIFY_SUCCESS(cli(QStringLiteral("convert o.spkac --to der --out der")));
    QCOMPARE(read("der").toBase64(), read("o.spkac").trimmed().mid(6));
    CERTWRIGHT_VERIFY_SUCCESS(cli(QStringLiteral("convert der --to pem --out third")));
    QCOMPARE(read("third"), read("again"));
    QVERIFY(cli(QStringLiteral("convert o.spkac --to text --out -")).output.contains("hello"));
}

void ConvertCommandTest::makesPkcs12OfAKeyAlone() {
    CERTWRIGHT_VERIFY_SUCCESS(
        cli(QStringLiteral("convert ec.key --to pkcs12 --name mine --out key.p12 --out-passphrase-file pass")));
    openssl(QStringLiteral("pkcs12 -in key.p12 -passin file:pass -nodes -out back"));
    QCOMPARE(openssl(QStringLiteral("pkey -in back")), openssl(QStringLiteral("pkey -in ec.key")));
    QVERIFY(!read("back").contains("CERTIFICATE"));
}

void ConvertCommandTest::asksForAKey() {
    for (const char* line : {"key show cert.pem", "key convert cert.pem --to pem --out out", "key show pass"}) {
        const auto refused = cli(QString::fromLatin1(line));
        QVERIFY2(refused.exitCode == 3, refused.describe().constData());
        QVERIFY2(refused.errors.contains("key") || line[4] == 'p', refused.describe().constData());
    }
    CERTWRIGHT_VERIFY_SUCCESS(cli(QStringLiteral("key show ec.key")));
}

CERTWRIGHT_TEST_MAIN(ConvertCommandTest)
#include "tst_convert_command.moc"
