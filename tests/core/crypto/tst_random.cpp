#include "core/base/handle.h"
#include "core/crypto/random.h"
#include "tests/core/crypto/egd_server.h"
#include "tests/core/expect.h"
#include "tests/support/mounted_disk.h"
#include "tests/support/process.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"
#include "tests/support/unprivileged.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/randerr.h>

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>

#include <array>
#include <limits>
#include <memory>
#include <sys/stat.h>

using namespace certwright;
using namespace certwright::test;
using base::ErrorKind;
using namespace std::chrono_literals;

namespace {

/// How often something was mixed into the process's generator, as that counts it (OSSL_RAND_PARAM reseed_counter).
unsigned mixings() {
    unsigned counter = 0;
    OSSL_PARAM asked[] = {OSSL_PARAM_construct_uint(OSSL_DRBG_PARAM_RESEED_COUNTER, &counter),
                          OSSL_PARAM_construct_end()};
    if (EVP_RAND_CTX_get_params(RAND_get0_primary(nullptr), static_cast<OSSL_PARAM*>(asked)) != 1)
        qFatal("the generator does not tell how often it was reseeded");
    return counter;
}

/// While it lives, this thread uses a library context whose generator cannot be made.
class BrokenGenerator {
public:
    BrokenGenerator()
        : m_context(OSSL_LIB_CTX_new()) {
        if (RAND_set_DRBG_type(m_context.get(), "NO-SUCH-GENERATOR", nullptr, nullptr, nullptr) != 1)
            qFatal("cannot choose a generator");
        m_previous = OSSL_LIB_CTX_set0_default(m_context.get());
    }
    ~BrokenGenerator() { OSSL_LIB_CTX_set0_default(m_previous); }
    BrokenGenerator(const BrokenGenerator&) = delete;
    BrokenGenerator& operator=(const BrokenGenerator&) = delete;

private:
    base::Handle<OSSL_LIB_CTX> m_context;
    OSSL_LIB_CTX* m_previous = nullptr;
};

std::string textOf(const QString& path) {
    return QFile::encodeName(path).toStdString();
}

mode_t modeOf(const QString& path) {
    struct stat facts {};
    return ::stat(QFile::encodeName(path).constData(), &facts) == 0 ? facts.st_mode & 07777U : 0;
}

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

constexpr std::size_t All = std::numeric_limits<std::size_t>::max();

} // namespace

/// Every entry of the manual's module rand: what reaches the generator by its own counter, files as `openssl rand`
/// makes and takes them, EGD by the protocol's other end (tests/interop has a daemon that others wrote).
class RandomTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void givesBytes();
    void tellsItsStatus();
    void failsWithTheErrorStack();
    void mixes();
    void refusesImpossibleEntropy();
    void mixesTheScreen();
    void cleansUpNothing();
    void asksTheDaemon_data();
    void asksTheDaemon();
    void tellsWhatIsWrongWithTheDaemon_data();
    void tellsWhatIsWrongWithTheDaemon();
    void findsNoDaemon();
    void waitsForTheDaemonNoLongerThanAllowed();
    void loadsFiles_data();
    void loadsFiles();
    void refusesToLoad();
    void writesFilesThatOpensslTakes();
    void replacesFilesSafely();
    void refusesToWrite();

private:
    QString path(const char* name) const { return m_folder->filePath(QString::fromUtf8(name)); }
    QString write(const char* name, const QByteArray& content) const;

    std::unique_ptr<QTemporaryDir> m_folder;
};

void RandomTest::init() {
    m_folder = std::make_unique<QTemporaryDir>();
}

QString RandomTest::write(const char* name, const QByteArray& content) const {
    QFile file(path(name));
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("cannot write %s", qPrintable(file.fileName()));
    return file.fileName();
}

void RandomTest::givesBytes() {
    // rand.bytes: as many as asked for, each value of an octet, never the same.
    for (const std::size_t count : {0U, 1U, 32U, 100'000U})
        QCOMPARE(crypto::randomBytes(count).size(), count);
    const base::Bytes many = crypto::randomBytes(100'000);
    std::array<int, 256> seen{};
    for (const std::uint8_t octet : many)
        ++seen[octet];
    // 390 on average, with a standard deviation below 20.
    for (const int times : seen)
        QVERIFY2(times > 190 && times < 590, qPrintable(QString::number(times)));
    QVERIFY(crypto::randomBytes(32) != crypto::randomBytes(32));
    QVERIFY(!crypto::randomSecret(32).equals(crypto::randomSecret(32)));
}

void RandomTest::tellsItsStatus() {
    // rand.status: by a generator that works and one that does not.
    QVERIFY(crypto::isRandomSeeded());
    {
        const BrokenGenerator broken;
        QVERIFY(!crypto::isRandomSeeded());
    }
    QVERIFY(crypto::isRandomSeeded());
}

void RandomTest::failsWithTheErrorStack() {
    // rand.Error: the library's error stack is with it.
    const BrokenGenerator broken;
    for (const auto& error : {errorOf([] { return crypto::randomBytes(16).size(); }),
                              errorOf([] { return crypto::randomSecret(16).size(); })}) {
        QVERIFY(error.has_value());
        QCOMPARE(nameOf(error->kind()), nameOf(ErrorKind::Internal));
        QVERIFY(error->hasReason(ERR_LIB_RAND, RAND_R_UNABLE_TO_FETCH_DRBG));
    }
}

void RandomTest::mixes() {
    // rand.add, rand.seed: the generator says how often it was reseeded. An empty text changes nothing.
    const unsigned before = mixings();
    crypto::addRandomness(base::bytesOf("hamburger"), 3);
    QCOMPARE(mixings(), before + 1);
    crypto::seedRandom(base::bytesOf("milk shake"));
    QCOMPARE(mixings(), before + 2);
    crypto::addRandomness({}, 0);
    crypto::seedRandom({});
    QCOMPARE(mixings(), before + 2);
    // More than one call of the library takes.
    crypto::seedRandom(base::Bytes((1U << 20U) + 1));
    QCOMPARE(mixings(), before + 4);
    QVERIFY(crypto::isRandomSeeded());
}

void RandomTest::refusesImpossibleEntropy() {
    // rand.add: a text of nine octets does not hold ten that nobody can guess.
    const unsigned before = mixings();
    const base::BytesView text = base::bytesOf("hamburger");
    for (const double entropy : {-0.5, 9.5, std::numeric_limits<double>::quiet_NaN()})
        CERTWRIGHT_VERIFY_FAILS(crypto::addRandomness(text, entropy), ErrorKind::BadInput);
    QCOMPARE(mixings(), before);
    crypto::addRandomness(text, 0);
    crypto::addRandomness(text, 9);
    QCOMPARE(mixings(), before + 2);
}

void RandomTest::mixesTheScreen() {
    // rand.screen: pixels are mixed; none, as on Wayland, are an error.
    const unsigned before = mixings();
    crypto::addScreen(base::Bytes(640 * 480 * 4, 0x80));
    QCOMPARE(mixings(), before + 1);
    CERTWRIGHT_VERIFY_FAILS(crypto::addScreen({}), ErrorKind::NotAllowed);
    QCOMPARE(mixings(), before + 1);
}

void RandomTest::cleansUpNothing() {
    // rand.cleanup: the generator works on, from the same state.
    const unsigned before = mixings();
    crypto::cleanUpRandom();
    QVERIFY(crypto::isRandomSeeded());
    QCOMPARE(mixings(), before);
    QCOMPARE(crypto::randomBytes(8).size(), std::size_t{8});
}

void RandomTest::asksTheDaemon_data() {
    QTest::addColumn<int>("count");
    QTest::addColumn<int>("has");
    QTest::addColumn<int>("given");
    QTest::addColumn<QByteArray>("asked");
    QTest::newRow("rand.egd (path)") << 0 << 9999 << 255 << unhex("01FF");
    QTest::newRow("rand.egd (path, 16)") << 16 << 9999 << 16 << unhex("0110");
    QTest::newRow("rand.egd (path, 600): 255 a query") << 600 << 9999 << 600 << unhex("01FF01FF015A");
    QTest::newRow("rand.egd: it has fewer") << 255 << 100 << 100 << unhex("01FF019B");
    QTest::newRow("rand.egd: it runs out") << 600 << 300 << 300 << unhex("01FF01FF01FF");
}

void RandomTest::asksTheDaemon() {
    QFETCH(int, count);
    QFETCH(int, has);
    QFETCH(int, given);
    QFETCH(QByteArray, asked);
    int left = has;
    EgdServer server(path("egd"), [&left](int command, int wanted) {
        const int number = std::min(wanted, left);
        left -= number;
        return EgdServer::everything(command, number);
    });
    const unsigned before = mixings();
    const std::string socket = textOf(path("egd"));
    const std::size_t added =
        count == 0 ? crypto::addFromEgd(socket) : crypto::addFromEgd(socket, static_cast<std::size_t>(count));
    QCOMPARE(added, static_cast<std::size_t>(given));
    QCOMPARE(server.stop().toHex(), asked.toHex());
    QCOMPARE(mixings(), before + static_cast<unsigned>((given + 254) / 255));
}

void RandomTest::tellsWhatIsWrongWithTheDaemon_data() {
    QTest::addColumn<QByteArray>("answer");
    QTest::newRow("rand.egd: it has nothing") << QByteArray(1, '\0');
    QTest::newRow("rand.egd: it goes away") << QByteArray();
    QTest::newRow("rand.egd: more than asked for") << QByteArray(1, '\x11') + QByteArray(17, 'x');
}

void RandomTest::tellsWhatIsWrongWithTheDaemon() {
    QFETCH(QByteArray, answer);
    const EgdServer server(path("egd"), [&answer](int, int) { return answer; });
    const unsigned before = mixings();
    const auto error = errorOf([this] { return crypto::addFromEgd(textOf(path("egd")), 16); });
    QVERIFY(error.has_value());
    QCOMPARE(nameOf(error->kind()), nameOf(ErrorKind::Io));
    QCOMPARE(q(error->context()), path("egd"));
    QCOMPARE(mixings(), before);
}

void RandomTest::findsNoDaemon() {
    // rand.egd: no such socket, a file that is none, and paths that cannot be one.
    CERTWRIGHT_VERIFY_FAILS(crypto::addFromEgd(textOf(path("nothing"))), ErrorKind::NotFound);
    CERTWRIGHT_VERIFY_FAILS(crypto::addFromEgd(textOf(write("file", "x"))), ErrorKind::Io);
    CERTWRIGHT_VERIFY_FAILS(crypto::addFromEgd({}), ErrorKind::BadInput);
    CERTWRIGHT_VERIFY_FAILS(crypto::addFromEgd("/tmp/" + std::string(200, 'x')), ErrorKind::BadInput);
    // Its server is gone, its name is still there.
    { const EgdServer server(path("egd"), EgdServer::everything); }
    CERTWRIGHT_VERIFY_FAILS(crypto::addFromEgd(textOf(path("egd"))), ErrorKind::Io);
}

void RandomTest::waitsForTheDaemonNoLongerThanAllowed() {
    // rand.egd: one that says nothing, and one that says how much and nothing more.
    for (const char* first : {"", "\x10"}) {
        QFile::remove(path("egd"));
        QAtomicInt isOver = 0;
        EgdServer server(path("egd"), [&isOver, first](int, int) {
            if (*first != '\0')
                return QByteArray(first);
            while (isOver.loadAcquire() == 0)
                std::this_thread::yield();
            return QByteArray();
        });
        QElapsedTimer clock;
        clock.start();
        CERTWRIGHT_VERIFY_FAILS(crypto::addFromEgd(textOf(path("egd")), 16, 200ms), ErrorKind::Io);
        const qint64 took = clock.elapsed();
        isOver.storeRelease(1);
        QVERIFY2(took >= 200 && took < 5000, qPrintable(QString::number(took)));
    }
}

void RandomTest::loadsFiles_data() {
    QTest::addColumn<int>("size");
    QTest::addColumn<quint64>("count");
    QTest::addColumn<quint64>("loaded");
    QTest::newRow("rand.load_file (path)") << 10'000 << quint64{All} << quint64{10'000};
    QTest::newRow("rand.load_file (path, 1000)") << 10'000 << quint64{1000} << quint64{1000};
    QTest::newRow("rand.load_file (path, 5000)") << 10'000 << quint64{5000} << quint64{5000};
    QTest::newRow("rand.load_file: more than there is") << 100 << quint64{1000} << quint64{100};
    QTest::newRow("rand.load_file: nothing wanted") << 100 << quint64{0} << quint64{0};
    QTest::newRow("rand.load_file: nothing there") << 0 << quint64{All} << quint64{0};
}

void RandomTest::loadsFiles() {
    QFETCH(int, size);
    QFETCH(quint64, count);
    QFETCH(quint64, loaded);
    const std::string file = textOf(write("seed", QByteArray(size, 'x')));
    const unsigned before = mixings();
    const std::size_t number = count == All ? crypto::loadRandomFile(file) : crypto::loadRandomFile(file, count);
    QCOMPARE(quint64{number}, loaded);
    QCOMPARE(mixings() > before, loaded != 0);
    // What the library itself says of the same file; a count of -1 is "all" there too.
    if (count != 0)
        QCOMPARE(quint64{number},
                 static_cast<quint64>(RAND_load_file(file.c_str(), count == All ? -1 : static_cast<long>(count))));
}

void RandomTest::refusesToLoad() {
    // rand.load_file: nothing that would keep us waiting, and devices only as far as asked.
    CERTWRIGHT_VERIFY_FAILS(crypto::loadRandomFile(textOf(path("nothing"))), ErrorKind::NotFound);
    CERTWRIGHT_VERIFY_FAILS(crypto::loadRandomFile(textOf(m_folder->path())), ErrorKind::Io);
    const std::string fifo = textOf(path("fifo"));
    QCOMPARE(::mkfifo(fifo.c_str(), 0600), 0);
    CERTWRIGHT_VERIFY_FAILS(crypto::loadRandomFile(fifo), ErrorKind::Io);
    QCOMPARE(crypto::loadRandomFile("/dev/urandom"), static_cast<std::size_t>(RAND_load_file("/dev/urandom", -1)));
    QCOMPARE(crypto::loadRandomFile("/dev/urandom", 1000), std::size_t{1000});
    const QString closed = write("closed", "x");
    QVERIFY(QFile::setPermissions(closed, {}));
    QVERIFY(QFile::setPermissions(m_folder->path(), QFile::Permissions(0x7755)));
    const int kind = runUnprivileged([&closed] {
        const auto error = errorOf([&closed] { return crypto::loadRandomFile(textOf(closed)); });
        return error ? static_cast<int>(error->kind()) : 200;
    });
    QCOMPARE(kind, static_cast<int>(ErrorKind::Io));
}

void RandomTest::writesFilesThatOpensslTakes() {
    // rand.write_file, rand.load_file: by `openssl rand`, in both directions.
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    QCOMPARE(crypto::writeRandomFile(textOf(path("ours"))), std::size_t{1024});
    QCOMPARE(contentOf(path("ours")).size(), 1024);
    QCOMPARE(modeOf(path("ours")), mode_t{0600});
    const auto taken =
        run(tool, {QStringLiteral("rand"), QStringLiteral("-rand"), path("ours"), QStringLiteral("-writerand"),
                   path("theirs"), QStringLiteral("-hex"), QStringLiteral("8")});
    CERTWRIGHT_VERIFY_SUCCESS(taken);
    QCOMPARE(taken.output.trimmed().size(), 16);
    QCOMPARE(contentOf(path("theirs")).size(), 1024);
    const unsigned before = mixings();
    QCOMPARE(crypto::loadRandomFile(textOf(path("theirs"))), std::size_t{1024});
    QVERIFY(mixings() > before);
    QVERIFY(contentOf(path("ours")) != contentOf(path("theirs")));
}

void RandomTest::replacesFilesSafely() {
    // rand.write_file: whatever was there, and whatever the umask is, nobody else can read a byte of it.
    const QString file = write("seed", "old");
    QVERIFY(QFile::setPermissions(file, QFile::Permissions(0x6644)));
    QFile reader(file); // somebody who opened it while it was still readable
    QVERIFY(reader.open(QIODevice::ReadOnly | QIODevice::Unbuffered));
    const mode_t usual = ::umask(0);
    const std::size_t count = crypto::writeRandomFile(textOf(file));
    ::umask(0777);
    const std::size_t other = crypto::writeRandomFile(textOf(path("other")));
    ::umask(usual);
    QCOMPARE(count + other, std::size_t{2048});
    QCOMPARE(modeOf(file), mode_t{0600});
    QCOMPARE(modeOf(path("other")), mode_t{0600});
    QCOMPARE(reader.readAll(), QByteArray("old"));
    QCOMPARE(contentOf(file).size(), 1024);

    // A link is replaced: what it leads to may be somebody else's choice.
    const QString victim = write("victim", "precious");
    QVERIFY(QFile::link(victim, path("link")));
    QCOMPARE(crypto::writeRandomFile(textOf(path("link"))), std::size_t{1024});
    QVERIFY(!QFileInfo(path("link")).isSymLink());
    QCOMPARE(contentOf(victim), QByteArray("precious"));
    QCOMPARE(QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden),
             QStringList(
                 {QStringLiteral("link"), QStringLiteral("other"), QStringLiteral("seed"), QStringLiteral("victim")}));
}

void RandomTest::refusesToWrite() {
    // rand.write_file: what was there stays, and nothing is left over.
    CERTWRIGHT_VERIFY_FAILS(crypto::writeRandomFile(textOf(path("no/such"))), ErrorKind::NotFound);
    CERTWRIGHT_VERIFY_FAILS(crypto::writeRandomFile({}), ErrorKind::NotFound);
    CERTWRIGHT_VERIFY_FAILS(crypto::writeRandomFile("/dev/null"), ErrorKind::NotAllowed);
    CERTWRIGHT_VERIFY_FAILS(crypto::writeRandomFile(textOf(m_folder->path())), ErrorKind::NotAllowed);
    CERTWRIGHT_NEED_DISK(disk, path("disk"), "64k");
    QFile old(disk->path(QStringLiteral("seed")));
    QVERIFY(old.open(QIODevice::WriteOnly) && old.write("old") == 3);
    old.close();
    disk->fill();
    CERTWRIGHT_VERIFY_FAILS(crypto::writeRandomFile(textOf(disk->path(QStringLiteral("seed")))), ErrorKind::Io);
    QCOMPARE(contentOf(disk->path(QStringLiteral("seed"))), QByteArray("old"));
    for (const QString& name : QDir(disk->path()).entryList(QDir::Files | QDir::Hidden))
        QVERIFY2(!name.startsWith(QStringLiteral(".certwright")), qPrintable(name));
}

CERTWRIGHT_TEST_MAIN(RandomTest)
#include "tst_random.moc"
