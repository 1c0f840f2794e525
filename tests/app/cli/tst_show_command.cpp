#include "tests/support/process.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"
#include "tests/support/unprivileged.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>

#include <chrono>
#include <fcntl.h>
#include <memory>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace certwright;
using namespace certwright::test;
using namespace std::chrono_literals;

namespace {

constexpr qint64 HugeFile = 100LL * 1024 * 1024;
constexpr int CannotStart = 126;

QString program() {
    return builtProgram(QStringLiteral("app/cli/certwright-cli"));
}

QByteArray corpus(const char* file) {
    return readDataFile(QStringLiteral("conformance/") + QString::fromLatin1(file));
}

QJsonArray filesOf(const ProcessResult& result) {
    return QJsonDocument::fromJson(result.output).object().value(QLatin1String("files")).toArray();
}

QString text(const QJsonObject& object, const char* key) {
    return object.value(QLatin1String(key)).toString();
}

QJsonArray array(const QJsonValue& object, const char* key) {
    return object.toObject().value(QLatin1String(key)).toArray();
}

QString errorKind(const QJsonValue& file) {
    return text(file.toObject().value(QLatin1String("error")).toObject(), "kind");
}

/// Becomes the program, showing `file`, its standard output in another file. For a forked child.
[[noreturn]] void becomeShow(const QByteArray& path, const QByteArray& file, const QByteArray& output) {
    const int nothing = ::open("/dev/null", O_RDWR);
    const int result = ::open(output.constData(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(result, STDOUT_FILENO);
    ::dup2(nothing, STDERR_FILENO);
    ::execl(path.constData(), path.constData(), "show", "--json", file.constData(), nullptr);
    ::_exit(CannotStart);
}

} // namespace

/// `certwright-cli show` on what people and programs give it by mistake: every way in has a clear answer.
class ShowCommandTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY2(!program().isEmpty(), "certwright-cli is not built"); }
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void refusesBadContent_data();
    void refusesBadContent();
    void refusesWhatIsNoFile_data();
    void refusesWhatIsNoFile();
    void readsWhatIsWhole_data();
    void readsWhatIsWhole();
    void readsStandardInput();
    void neverWaitsForAClosedInput_data();
    void neverWaitsForAClosedInput();
    void tellsAClosedOutput();
    void readsPipes_data();
    void readsPipes();
    void handlesEveryFileAndGivesTheHighestCode();
    void takesLittleForAHugeFile();
    void namesAnUnreadableFile();
    void tellsStoresFromFiles();
    void namesTheFileOnce_data();
    void namesTheFileOnce();
    void namesItsLibrary();
    void opensKeyStores();

private:
    ProcessResult cli(const QStringList& arguments, const QByteArray& input = {}) const;
    ProcessResult show(const QStringList& arguments, const QByteArray& input = {}) const {
        return cli(QStringList{QStringLiteral("show"), QStringLiteral("--json")} + arguments, input);
    }
    ProcessResult shell(QString line) const;
    QString path(const char* name) const { return m_folder->filePath(QString::fromLatin1(name)); }
    QString write(const char* name, const QByteArray& content) const;
    void compareError(const ProcessResult& result, const QString& file, int code, const QString& kind) const;

    std::unique_ptr<QTemporaryDir> m_folder;
};

ProcessResult ShowCommandTest::cli(const QStringList& arguments, const QByteArray& input) const {
    ProcessOptions options;
    options.folder = m_folder->path();
    options.timeout = 20s;
    options.input = input;
    return run(program(), arguments, options);
}

/// A line of the shell, in which certwright-cli is the program that was built.
ProcessResult ShowCommandTest::shell(QString line) const {
    ProcessOptions options;
    options.folder = m_folder->path();
    options.timeout = 20s;
    return run(QStringLiteral("/bin/bash"),
               {QStringLiteral("-c"), line.replace(QStringLiteral("certwright-cli"), program())}, options);
}

QString ShowCommandTest::write(const char* name, const QByteArray& content) const {
    QFile file(path(name));
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("cannot write %s", qPrintable(file.fileName()));
    return file.fileName();
}

/// One file without items, with an error that says what is wrong and what to do.
void ShowCommandTest::compareError(const ProcessResult& result, const QString& file, int code,
                                   const QString& kind) const {
    QVERIFY2(!result.hasTimedOut && !result.hasCrashed, result.describe().constData());
    QCOMPARE(result.exitCode, code);
    QCOMPARE(filesOf(result).size(), 1);
    const QJsonObject shown = filesOf(result).at(0).toObject();
    QCOMPARE(text(shown, "file"), file);
    QVERIFY2(array(shown, "items").isEmpty(), result.output.constData());
    const QJsonObject error = shown.value(QLatin1String("error")).toObject();
    QCOMPARE(text(error, "kind"), kind);
    QCOMPARE(text(error, "file"), file);
    QVERIFY2(text(error, "message").size() > 10, result.output.constData());
    QVERIFY2(text(error, "hint").size() > 10, result.output.constData());
    QVERIFY(error.value(QLatin1String("stack")).isArray());
}

void ShowCommandTest::refusesBadContent_data() {
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("passphrase"); // "-": none is given
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("kind");
    const auto row = [](const char* name, const QByteArray& content, int code, const char* kind,
                        const char* passphrase = "-") {
        QTest::newRow(name) << content << QString::fromLatin1(passphrase) << code << QString::fromLatin1(kind);
    };
    const QByteArray pem = corpus("certs/gen-base.pem");
    const QByteArray der = corpus("certs/gen-der-named.pem");
    const QByteArray key = corpus("keys/gen-p8-pbes2-aes256-sha256.pem");
    const QByteArray pkcs12 = corpus("pkcs12/gen-default.p12");
    row("empty", {}, 3, "bad-input");
    row("white space", " \n\n\t\n", 3, "bad-input");
    row("text", "Dear colleague,\nplease find the certificate attached.\n", 3, "bad-input");
    row("web page", "<!DOCTYPE html><html><body>404</body></html>", 3, "bad-input");
    row("zeros", QByteArray(4096, 0), 3, "bad-input");
    row("DER cut in half", der.left(der.size() / 2), 3, "bad-input");
    row("DER without its last octet", der.left(der.size() - 1), 3, "bad-input");
    row("PKCS#12 cut in half", pkcs12.left(pkcs12.size() / 2), 3, "bad-input", "password");
    row("PEM without END", pem.left(pem.indexOf("-----END")), 3, "bad-input");
    row("PEM without BEGIN", pem.mid(pem.indexOf('\n') + 1), 3, "bad-input");
    row("PEM that lost a line", QByteArray(pem).remove(pem.indexOf('\n'), 65), 3, "bad-input");
    row("PEM with foreign characters", QByteArray(pem).replace("M", "*"), 3, "bad-input");
    row("PEM of nothing", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", 3, "bad-input");
    row("certificate labelled as a key that is cut off",
        QByteArray(pem).replace("CERTIFICATE", "PRIVATE KEY").remove(100, 130), 3, "bad-input");
    row("PGP", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQENBF\n-----END PGP PUBLIC KEY BLOCK-----\n", 5,
        "unsupported");
    row("PKCS#12, wrong passphrase", pkcs12, 4, "wrong-passphrase", "wrong");
    row("PKCS#12, no passphrase", pkcs12, 4, "passphrase-needed");
}

void ShowCommandTest::refusesBadContent() {
    QFETCH(QByteArray, content);
    QFETCH(QString, passphrase);
    QFETCH(int, code);
    QFETCH(QString, kind);
    const QString file = write("input", content);
    QStringList arguments{file};
    if (passphrase != QStringLiteral("-"))
        arguments << QStringLiteral("--in-passphrase-file") << write("pass", passphrase.toUtf8());
    compareError(show(arguments), file, code, kind);
}

void ShowCommandTest::refusesWhatIsNoFile_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("kind");
    QTest::newRow("missing") << "no-such.pem"
                             << "not-found";
    QTest::newRow("in a missing folder") << "no-such/a.pem"
                                         << "not-found";
    QTest::newRow("below a file") << "file/a.pem"
                                  << "not-found";
    QTest::newRow("folder") << "folder"
                            << "io";
    QTest::newRow("FIFO that nobody writes to") << "fifo"
                                                << "io";
    QTest::newRow("device without end") << "/dev/zero"
                                        << "io";
    QTest::newRow("link to nothing") << "dangling"
                                     << "not-found";
    QTest::newRow("link to itself") << "loop"
                                    << "io";
}

void ShowCommandTest::refusesWhatIsNoFile() {
    QFETCH(QString, file);
    QFETCH(QString, kind);
    write("file", "x");
    QVERIFY(QDir(m_folder->path()).mkdir(QStringLiteral("folder")));
    QCOMPARE(::mkfifo(qPrintable(path("fifo")), 0600), 0);
    QVERIFY(QFile::link(QStringLiteral("nowhere"), path("dangling")));
    QCOMPARE(::symlink("loop", qPrintable(path("loop"))), 0);
    compareError(show({file}), file, 6, kind);
}

void ShowCommandTest::readsWhatIsWhole_data() {
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("kinds");
    QTest::addColumn<bool>("hasNote");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("error");
    const auto row = [](const char* name, const QByteArray& content, const char* kinds, bool hasNote, int code = 0,
                        const char* error = "") {
        QTest::newRow(name) << content << QString::fromLatin1(kinds) << hasNote << code << QString::fromLatin1(error);
    };
    const QByteArray pem = corpus("certs/gen-base.pem");
    const QByteArray der = corpus("certs/gen-der-named.pem");
    row("trailing data behind DER", der + "rubbish", "certificate", true);
    row("zeros behind DER", der + QByteArray(512, 0), "certificate", false);
    row("another END label", QByteArray(pem).replace("END CERTIFICATE", "END X509 CRL"), "certificate", true);
    row("another label", QByteArray(pem).replace("CERTIFICATE", "X509 CRL"), "certificate", true);
    row("damaged behind whole", pem + "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n", "certificate",
        false, 3, "bad-input");
    row("whole behind damaged", "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n" + pem, "certificate",
        false, 3, "bad-input");
    row("whole behind one that is cut off", pem.left(200) + '\n' + pem, "certificate", false, 3, "bad-input");
    row("certificate and a locked key", pem + corpus("keys/gen-p8-pbes2-aes256-sha256.pem"), "certificate private-key",
        false, 4, "passphrase-needed");
}

void ShowCommandTest::readsWhatIsWhole() {
    QFETCH(QByteArray, content);
    QFETCH(QString, kinds);
    QFETCH(bool, hasNote);
    QFETCH(int, code);
    QFETCH(QString, error);
    const auto result = show({write("input", content)});
    QCOMPARE(result.exitCode, code);
    const QJsonValue file = filesOf(result).at(0);
    QStringList found;
    for (const QJsonValue& item : array(file, "items"))
        found.append(text(item.toObject(), "kind"));
    QCOMPARE(found.join(u' '), kinds);
    QCOMPARE(!array(file, "notes").isEmpty(), hasNote);
    QCOMPARE(errorKind(file), error);
}

void ShowCommandTest::readsStandardInput() {
    const auto read = show({QStringLiteral("-")}, corpus("certs/gen-base.pem"));
    QCOMPARE(read.exitCode, 0);
    QCOMPARE(array(filesOf(read).at(0), "items").size(), 1);
    compareError(show({QStringLiteral("-")}), QStringLiteral("-"), 3, QStringLiteral("bad-input"));
}

void ShowCommandTest::neverWaitsForAClosedInput_data() {
    QTest::addColumn<QString>("redirection");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("says");
    for (const char* command : {"show -", "rand seed", "asn1 -", "request verify -", "convert - --to pem --out x"}) {
        QTest::addRow("closed: %s", command)
            << QString::fromLatin1(command) + QStringLiteral(" <&-") << 6 << "Standard input is closed";
        QTest::addRow("empty: %s", command)
            << QString::fromLatin1(command) + QStringLiteral(" </dev/null") << 3 << "Standard input is empty";
    }
    QTest::newRow("closed: cms sign") << "cms sign - --cert both.pem <&-" << 6 << "Standard input is closed";
    QTest::newRow("all closed") << "show - <&- 2>&- >&-" << 6 << "";
}

void ShowCommandTest::neverWaitsForAClosedInput() {
    QFETCH(QString, redirection);
    QFETCH(int, code);
    QFETCH(QString, says);
    CERTWRIGHT_VERIFY_SUCCESS(
        cli(QStringLiteral("issue --profile root-ca --self-signed --new-key auto --subject CN=a --out a --key-out b")
                .split(u' ')));
    QFile certificate(path("a")), key(path("b"));
    QVERIFY(certificate.open(QIODevice::ReadOnly) && key.open(QIODevice::ReadOnly));
    write("both.pem", certificate.readAll() + key.readAll());
    const auto result = shell(QStringLiteral("exec certwright-cli ") + redirection);
    QVERIFY2(!result.hasTimedOut && result.exitCode == code, result.describe().constData());
    QVERIFY2(result.errors.contains(says.toUtf8()), result.describe().constData());
}

void ShowCommandTest::readsPipes_data() {
    QTest::addColumn<QString>("line");
    QTest::newRow("standard input by name") << "cat a.pem | certwright-cli show --json /dev/stdin";
    QTest::newRow("its descriptor") << "cat a.pem | certwright-cli show --json /dev/fd/0";
    QTest::newRow("process substitution") << "certwright-cli show --json <(cat a.pem)";
    QTest::newRow("slow process substitution") << "certwright-cli show --json <(sleep 0.8; cat a.pem)";
    QTest::newRow("FIFO with a writer") << "cat a.pem > fifo & certwright-cli show --json fifo";
    QTest::newRow("FIFO whose writer comes a little later")
        << "(sleep 0.1; cat a.pem > fifo) & certwright-cli show --json fifo";
    QTest::newRow("beyond a pipe's size") << "certwright-cli show --json <(head -c 300000 /dev/zero | tr '\\0' '\\n'; "
                                             "cat a.pem)";
}

void ShowCommandTest::readsPipes() {
    QFETCH(QString, line);
    write("a.pem", corpus("certs/gen-base.pem"));
    QCOMPARE(::mkfifo(qPrintable(path("fifo")), 0600), 0);
    const auto result = shell(line);
    QVERIFY2(!result.hasTimedOut && result.exitCode == 0, result.describe().constData());
    QCOMPARE(array(filesOf(result).at(0), "items").size(), 1);
}

void ShowCommandTest::tellsAClosedOutput() {
    write("a.pem", corpus("certs/gen-base.pem"));
    const auto result = shell(QStringLiteral("exec certwright-cli show a.pem >&-"));
    QCOMPARE(result.exitCode, 6);
    QVERIFY2(result.errors.contains("Standard output"), result.describe().constData());
}

void ShowCommandTest::handlesEveryFileAndGivesTheHighestCode() {
    const QString good = write("good.pem", corpus("certs/gen-base.pem"));
    const QString damaged = write("damaged.pem", "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n");
    const QString locked = write("locked.p12", corpus("pkcs12/gen-default.p12"));
    const QString missing = path("missing.pem");

    const auto result = show({missing, good, damaged, locked, good});
    QCOMPARE(result.exitCode, 6);
    const QJsonArray files = filesOf(result);
    QCOMPARE(files.size(), 5);
    QStringList kinds;
    for (const QJsonValue& file : files)
        kinds.append(errorKind(file));
    QCOMPARE(kinds, QStringList({QStringLiteral("not-found"), QString(), QStringLiteral("bad-input"),
                                 QStringLiteral("passphrase-needed"), QString()}));
    QCOMPARE(array(files.at(1), "items").size(), 1);
    QCOMPARE(array(files.at(4), "items").size(), 1);
    QCOMPARE(show({good, locked, damaged}).exitCode, 4);
    QCOMPARE(show({good, damaged, good}).exitCode, 3);
    QCOMPARE(show({good, good}).exitCode, 0);
    // An option that may be repeated takes no file that follows its value.
    const QString pass = write("none.pass", "\n");
    QCOMPARE(filesOf(show({QStringLiteral("--in-passphrase-file"), pass, good, good})).size(), 2);

    // The same as text: what is good on standard output, a line for each failure on standard error.
    const auto shown = cli({QStringLiteral("show"), missing, good, damaged});
    QCOMPARE(shown.exitCode, 6);
    QVERIFY(shown.output.contains("CN=base"));
    QVERIFY(shown.errors.contains("missing.pem") && shown.errors.contains("damaged.pem"));
}

void ShowCommandTest::takesLittleForAHugeFile() {
    const QString file = path("huge");
    QFile sparse(file);
    QVERIFY(sparse.open(QIODevice::WriteOnly) && sparse.resize(HugeFile));
    sparse.close();
    const QByteArray name = program().toLocal8Bit(), input = file.toLocal8Bit(), output = path("out").toLocal8Bit();

    const pid_t child = ::fork();
    QVERIFY(child >= 0);
    if (child == 0)
        becomeShow(name, input, output);
    int status = 0;
    rusage usage{};
    QCOMPARE(::wait4(child, &status, 0, &usage), child);
    QVERIFY(WIFEXITED(status));
    QCOMPARE(WEXITSTATUS(status), 3);
    // The processor's time, for others may be busy, too.
    const auto seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec;
    QVERIFY2(seconds < 20, qPrintable(QString::number(seconds)));
    // The file once, and what the program is without it (ru_maxrss counts in KiB).
#ifdef __SANITIZE_ADDRESS__
    return; // the sanitizer's own memory counts, too
#endif
    QVERIFY2(usage.ru_maxrss < 250L * 1024, qPrintable(QString::number(usage.ru_maxrss)));
}

void ShowCommandTest::namesAnUnreadableFile() {
    const QString file = write("private.pem", corpus("certs/gen-base.pem"));
    QVERIFY(QFile::setPermissions(file, QFile::Permissions()));
    QVERIFY(QFile::setPermissions(m_folder->path(), QFile::Permissions(0x7777)));
    const QByteArray name = program().toLocal8Bit(), input = file.toLocal8Bit(), output = path("out").toLocal8Bit();
    const int code = runUnprivileged([&]() -> int { becomeShow(name, input, output); });
    if (code == CannotStart)
        QSKIP("nobody may not run programs of this build tree");
    QCOMPARE(code, 6);
    QFile result(path("out"));
    QVERIFY(result.open(QIODevice::ReadOnly));
    ProcessResult asRun;
    asRun.exitCode = code;
    asRun.output = result.readAll();
    compareError(asRun, file, 6, QStringLiteral("io"));
}

void ShowCommandTest::tellsStoresFromFiles() {
    const QString pass = write("pass", "correct horse\n");
    const QString store = path("s.certwright");
    CERTWRIGHT_VERIFY_SUCCESS(cli({QStringLiteral("store"), QStringLiteral("create"), QStringLiteral("--store"), store,
                                   QStringLiteral("--passphrase-file"), pass}));
    compareError(show({store}), store, 3, QStringLiteral("bad-input"));

    const QString certificate = write("a.pem", corpus("certs/gen-base.pem"));
    for (const QString& file : {certificate, write("empty", {}), m_folder->path()}) {
        const auto result = cli({QStringLiteral("list"), QStringLiteral("--json"), QStringLiteral("--store"), file});
        QCOMPARE(result.exitCode, 8);
        const QJsonObject error =
            QJsonDocument::fromJson(result.output).object().value(QLatin1String("error")).toObject();
        QCOMPARE(text(error, "kind"), QStringLiteral("store"));
        QVERIFY(!text(error, "message").isEmpty() && !text(error, "hint").isEmpty());
    }
    QFile unchanged(certificate);
    QVERIFY(unchanged.open(QIODevice::ReadOnly));
    QCOMPARE(unchanged.readAll(), corpus("certs/gen-base.pem"));
}

void ShowCommandTest::namesTheFileOnce_data() {
    QTest::addColumn<QString>("arguments"); // FILE stands for the file
    QTest::addColumn<QString>("file");
    const auto row = [](const char* arguments, const char* file) {
        QTest::newRow(arguments) << QString::fromLatin1(arguments) << QString::fromLatin1(file);
    };
    row("show FILE", "missing.pem");
    row("show FILE", "empty.pem");
    row("verify --trust FILE a.pem", "missing.pem");
    row("verify a.pem --crl FILE", "a.pem");
    row("key generate --type ed25519 --out FILE", "a.pem");
    row("key generate --type ed25519 --out FILE", "missing/key.pem");
    row("request verify FILE", "a.pem");
    row("pkcs12 show FILE", "a.pem");
    row("store create --store FILE --passphrase-file pass", "a.pem");
    row("list --store FILE", "a.pem");
}

void ShowCommandTest::namesTheFileOnce() {
    QFETCH(QString, arguments);
    QFETCH(QString, file);
    write("a.pem", corpus("certs/gen-base.pem"));
    write("empty.pem", {});
    write("pass", "correct horse\n");
    const auto result = cli(arguments.replace(QStringLiteral("FILE"), file).split(u' '));
    QVERIFY2(result.exitCode > 2, result.describe().constData());
    const QByteArray line = result.errors.left(result.errors.indexOf('\n'));
    QVERIFY2(line.startsWith("certwright-cli: "), result.errors.constData());
    QVERIFY2(line.count(file.toUtf8()) == 1, line.constData());
}

// tests/data/formats/README.md says what is in them.
void ShowCommandTest::opensKeyStores() {
    const QString file = dataPath(QStringLiteral("formats/keys.jks"));
    const auto show = [&](const QStringList& passphrases) {
        QStringList arguments = {QStringLiteral("show"), QStringLiteral("--json"), file};
        for (const QString& one : passphrases) {
            QFile out(m_folder->filePath(one));
            if (out.open(QIODevice::WriteOnly))
                out.write(one.toUtf8());
            arguments += {QStringLiteral("--in-passphrase-file"), out.fileName()};
        }
        return cli(arguments);
    };
    QCOMPARE(show({}).exitCode, 4);
    QCOMPARE(show({QStringLiteral("wrong")}).exitCode, 4);
    const auto open = show({QStringLiteral("changeit"), QStringLiteral("other pass")});
    CERTWRIGHT_VERIFY_SUCCESS(open);
    const QJsonObject store = QJsonDocument::fromJson(open.output)
                                  .object()
                                  .value(QLatin1String("files"))
                                  .toArray()
                                  .at(0)
                                  .toObject()
                                  .value(QLatin1String("items"))
                                  .toArray()
                                  .at(0)
                                  .toObject();
    QCOMPARE(store.value(QLatin1String("kind")).toString(), QStringLiteral("keystore"));
    QVERIFY(store.value(QLatin1String("intact")).toBool());
    int keys = 0;
    for (const QJsonValue& item : store.value(QLatin1String("items")).toArray())
        keys += item.toObject().contains(QLatin1String("spki_sha256"));
    QCOMPARE(keys, 2);
}

void ShowCommandTest::namesItsLibrary() {
    const auto result = cli({QStringLiteral("--version")});
    QCOMPARE(result.exitCode, 0);
    QVERIFY(result.output.startsWith("certwright-cli "));
    QVERIFY(result.output.contains(base::libraryVersion().c_str()));
}

CERTWRIGHT_TEST_MAIN(ShowCommandTest)
#include "tst_show_command.moc"
