#include "core/base/error.h"
#include "core/store/database.h"
#include "core/store/schema.h"
#include "core/store/store.h"
#include "tests/core/store/sample_pki.h"
#include "tests/core/store/vault_cost_for_tests.h"
#include "tests/support/process.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"
#include "tests/support/unprivileged.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>
#include <unistd.h>

using namespace certwright;
using namespace certwright::store;
using namespace certwright::test;
using base::Error;
using base::ErrorKind;
using base::Secret;

namespace {

Secret passphrase() {
    return Secret(std::string_view("pass"));
}

std::optional<Error> errorOf(const std::function<void()>& function) {
    try {
        function();
    } catch (const Error& error) {
        return error;
    }
    return std::nullopt;
}

QByteArray bytesOfFile(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void write(const QString& path, const QByteArray& bytes) {
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(bytes), bytes.size());
}

} // namespace

#define VERIFY_REFUSED(call, wanted)                                                                                   \
    do {                                                                                                               \
        const auto refused = errorOf([&] { call; });                                                                   \
        QVERIFY(refused.has_value());                                                                                  \
        QVERIFY2(refused->kind() == wanted, refused->what());                                                          \
        QVERIFY(!refused->message().empty() && !refused->hint().empty());                                              \
    } while (false)

/// Files that are not what they should be, and disks that do not do what they should.
class TestStoreFiles : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void createsAPrivateFileAndNothingElse();
    void refusesToCreateOverAnything();
    void refusesWhatIsNoStore_data();
    void refusesWhatIsNoStore();
    void neverAltersANewerVersion();
    void neverAltersANewerVersionInTheLog();
    void opensAReadOnlyFileForReading();
    void readsFromAFolderThatCannotBeWritten();
    void saysThatAFileCannotBeRead();
    void twoProgramsShareOneFile();
    void keepsItsLogWhateverLooksAtTheFile();
    void tellsAboutALockThatIsNotGivenUp();
    void survivesAFullDisk();
    void tellsADamagedFile();
    void migratesStepByStep();
    void aFailedMigrationChangesNothing();

private:
    QString path(const char* name = "s.certwright") const { return m_folder->filePath(QString::fromLatin1(name)); }
    std::unique_ptr<Store> create() { return Store::create(path(), passphrase(), VaultCostForTests::cheap()); }
    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestStoreFiles::init() {
    m_folder = std::make_unique<QTemporaryDir>();
}

void TestStoreFiles::cleanup() {
    m_folder.reset();
}

void TestStoreFiles::createsAPrivateFileAndNothingElse() {
    auto store = create();
    const auto owner =
        QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ReadUser | QFileDevice::WriteUser;
    store->addCertificate(sampleRoot("Root").certificate);
    for (const QFileInfo& info : QDir(m_folder->path()).entryInfoList(QDir::Files | QDir::Hidden)) {
        QVERIFY2(info.fileName().startsWith(QStringLiteral("s.certwright")), qPrintable(info.fileName()));
        QVERIFY((info.permissions() & ~owner) == 0);
    }
    store.reset();
    QCOMPARE(QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden), QStringList(QStringLiteral("s.certwright")));
}

void TestStoreFiles::refusesToCreateOverAnything() {
    write(path(), "something of mine");
    VERIFY_REFUSED(create(), ErrorKind::NotAllowed);
    QCOMPARE(bytesOfFile(path()), QByteArray("something of mine"));
    VERIFY_REFUSED(Store::create(path("no/such/folder"), passphrase(), VaultCostForTests::cheap()),
                   ErrorKind::NotFound);
    QCOMPARE(QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden).size(), 1);
}

void TestStoreFiles::refusesWhatIsNoStore_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("text") << QByteArray("-----BEGIN CERTIFICATE-----\n");
    QTest::newRow("zeros") << QByteArray(1 << 20, '\0');
    QTest::newRow("magic only") << QByteArray("SQLite format 3\0", 16);
    QTest::newRow("magic and rubbish") << QByteArray("SQLite format 3\0", 16) + QByteArray(5000, 'x');
    QTemporaryDir folder;
    const QString other = folder.filePath(QStringLiteral("other.db"));
    Database(other, Access::ReadWrite).execute(QStringLiteral("CREATE TABLE t (x)"));
    QTest::newRow("another program's database") << bytesOfFile(other);
}

void TestStoreFiles::refusesWhatIsNoStore() {
    QFETCH(QByteArray, bytes);
    write(path(), bytes);
    VERIFY_REFUSED(Store::open(path()), ErrorKind::Store);
    QCOMPARE(bytesOfFile(path()), bytes);
    QCOMPARE(QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden).size(), 1);
    VERIFY_REFUSED(Store::open(path("missing")), ErrorKind::NotFound);
    VERIFY_REFUSED(Store::open(m_folder->path()), ErrorKind::Store);
    QCOMPARE(::mkfifo(path("fifo").toLocal8Bit().constData(), 0600), 0);
    VERIFY_REFUSED(Store::open(path("fifo")), ErrorKind::Store);
}

void TestStoreFiles::neverAltersANewerVersion() {
    create();
    Database(path(), Access::ReadWrite).execute(QStringLiteral("PRAGMA user_version = 99"));
    const QByteArray before = bytesOfFile(path());
    VERIFY_REFUSED(Store::open(path()), ErrorKind::Store);
    VERIFY_REFUSED(Store::open(path(), OpenMode::ReadOnly), ErrorKind::Store);
    QCOMPARE(bytesOfFile(path()), before);
    QCOMPARE(QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden).size(), 1);
}

void TestStoreFiles::neverAltersANewerVersionInTheLog() {
    create();
    Database newer(path(), Access::ReadWrite); // stays open, so that the version stands in the log alone
    newer.execute(QStringLiteral("PRAGMA user_version = 99"));
    const QByteArray file = bytesOfFile(path()), log = bytesOfFile(path("s.certwright-wal"));
    QVERIFY(!log.isEmpty());
    VERIFY_REFUSED(Store::open(path()), ErrorKind::Store);
    QCOMPARE(bytesOfFile(path()), file);
    QCOMPARE(bytesOfFile(path("s.certwright-wal")), log);
}

void TestStoreFiles::opensAReadOnlyFileForReading() {
    create()->addCertificate(sampleRoot("Root").certificate);
    QVERIFY(QFile::setPermissions(m_folder->path(), QFile::Permissions(0x7777)));
    QVERIFY(QFile::setPermissions(path(), QFile::ReadOwner | QFile::ReadGroup | QFile::ReadOther));
    const QString file = path();
    const int status = runUnprivileged([&file] {
        const auto store = Store::open(file);
        if (!store->isReadOnly() || store->counts().certificates != 1)
            return 1;
        const auto refused = errorOf([&] { store->rename(EntryKind::Certificate, 1, QStringLiteral("x")); });
        return refused && refused->kind() == ErrorKind::NotAllowed && !refused->hint().empty() ? 0 : 2;
    });
    QCOMPARE(status, 0);
    // The same by choice, whoever runs it.
    const auto store = Store::open(path(), OpenMode::ReadOnly);
    VERIFY_REFUSED(store->addCertificate(sampleRoot("Other").certificate), ErrorKind::NotAllowed);
    QCOMPARE(store->counts().certificates, 1);
}

void TestStoreFiles::readsFromAFolderThatCannotBeWritten() {
    create()->addCertificate(sampleRoot("Root").certificate);
    QVERIFY(QFile::setPermissions(path(), QFile::ReadOwner | QFile::ReadGroup | QFile::ReadOther));
    QVERIFY(QFile::setPermissions(m_folder->path(), QFile::Permissions(0x5555)));
    const QString file = path();
    const int status = runUnprivileged([&file] {
        const auto store = Store::open(file);
        return store->isReadOnly() && store->counts().certificates == 1 &&
                       store->matching(EntryKind::Certificate, QStringLiteral("root")).size() == 1
                   ? 0
                   : 1;
    });
    QVERIFY(QFile::setPermissions(m_folder->path(), QFile::Permissions(0x7700)));
    QCOMPARE(status, 0);
}

void TestStoreFiles::saysThatAFileCannotBeRead() {
    create();
    QVERIFY(QFile::setPermissions(m_folder->path(), QFile::Permissions(0x7777)));
    QVERIFY(QFile::setPermissions(path(), QFile::Permissions()));
    const QString file = path();
    const int status = runUnprivileged([&file] {
        const auto refused = errorOf([&] { Store::open(file); });
        return refused && refused->kind() == ErrorKind::Io ? 0 : 1;
    });
    QCOMPARE(status, 0);
}

void TestStoreFiles::twoProgramsShareOneFile() {
    const auto first = create();
    const auto second = Store::open(path());
    const RowId id = first->addCertificate(sampleRoot("Root").certificate);
    QCOMPARE(second->certificate(id)->name, QStringLiteral("Root"));
    second->rename(EntryKind::Certificate, id, QStringLiteral("Renamed elsewhere"));
    QCOMPARE(first->certificate(id)->name, QStringLiteral("Renamed elsewhere"));
    {
        Transaction transaction(*first);
        first->rename(EntryKind::Certificate, id, QStringLiteral("Half done"));
        QCOMPARE(second->certificate(id)->name, QStringLiteral("Renamed elsewhere"));
    }
    QCOMPARE(second->certificate(id)->name, QStringLiteral("Renamed elsewhere"));
}

void TestStoreFiles::keepsItsLogWhateverLooksAtTheFile() {
    CERTWRIGHT_NEED_TOOL(sqlite3, "sqlite3");
    auto store = create();
    const auto reading = Store::open(path(), OpenMode::ReadOnly, store->vault());
    QCOMPARE(reading->counts().certificates, qint64(0));
    const auto countByTool = [&] {
        // It is the last to have the file open, as far as record locks tell, and would remove the log.
        return test::run(sqlite3, {path(), QStringLiteral("SELECT count(*) FROM certificates")}).output.trimmed();
    };
    const auto look = [&] {
        // As a file dialog does that wants to know what kind of files lie there.
        for (const char* suffix : {"", "-wal", "-shm"}) {
            QFile file(path() + QLatin1String(suffix));
            QVERIFY(file.open(QIODevice::ReadOnly));
            file.read(16);
        }
    };
    look();
    QCOMPARE(countByTool(), QByteArray("0"));
    store->addCertificate(sampleRoot("Root").certificate);
    QCOMPARE(countByTool(), QByteArray("1"));
    QCOMPARE(reading->counts().certificates, qint64(1));
    look();
    {
        // Another program's entries are seen, and none of ours is lost.
        auto again = Store::open(path(), OpenMode::ReadWrite);
        again->addCertificate(sampleRoot("Other").certificate);
    }
    QCOMPARE(reading->counts().certificates, qint64(2));
    look();
    store->addCertificate(sampleRoot("Third").certificate);
    QCOMPARE(countByTool(), QByteArray("3"));
    QVERIFY(reading->integrityProblems().isEmpty());
}

void TestStoreFiles::tellsAboutALockThatIsNotGivenUp() {
    const auto first = create();
    const auto second = Store::open(path());
    Transaction transaction(*first);
    VERIFY_REFUSED(second->addCertificate(sampleRoot("Root").certificate), ErrorKind::Store);
}

void TestStoreFiles::survivesAFullDisk() {
    const QString mount = findTool(QStringLiteral("mount")), umount = findTool(QStringLiteral("umount"));
    const QString disk = path("disk");
    QVERIFY(QDir().mkpath(disk));
    if (mount.isEmpty() || !test::run(mount, {QStringLiteral("-t"), QStringLiteral("tmpfs"), QStringLiteral("-o"),
                                              QStringLiteral("size=1m"), QStringLiteral("tmpfs"), disk})
                                .isSuccess()) {
        noteSkipped(QStringLiteral("a small tmpfs cannot be mounted here (needs root): the full disk is not tested"));
        QSKIP("a small tmpfs cannot be mounted here (needs root)");
    }
    const QString file = disk + QStringLiteral("/s.certwright");
    [&] {
        const Holder root = sampleRoot("Root");
        auto store = Store::create(file, passphrase(), VaultCostForTests::cheap());
        store->addCertificate(root.certificate);
        const crypto::PrivateKey key = sampleKey();
        const auto fill = [&] {
            Transaction transaction(*store);
            for (int i = 0; i < 1500; ++i)
                store->addCertificate(sampleCertificate("leaf" + std::to_string(i), key.publicKey(), root));
            transaction.commit();
        };
        VERIFY_REFUSED(fill(), ErrorKind::Io);
        QCOMPARE(store->counts().certificates, 1);
        QCOMPARE(store->integrityProblems(), QStringList());
        store.reset();
        store = Store::open(file);
        QCOMPARE(store->counts().certificates, 1);
        QCOMPARE(store->integrityProblems(), QStringList());
        // Nor is half a store left behind where there is no room for a new one.
        write(disk + QStringLiteral("/ballast"), QByteArray(64 << 10, 'x'));
        QFile ballast(disk + QStringLiteral("/more"));
        if (ballast.open(QIODevice::WriteOnly | QIODevice::Unbuffered)) {
            while (ballast.write(QByteArray(4096, 'x')) == 4096) {
            }
        }
        VERIFY_REFUSED(Store::create(disk + QStringLiteral("/new"), passphrase(), VaultCostForTests::cheap()),
                       ErrorKind::Io);
        QVERIFY(QDir(disk).entryList({QStringLiteral("*new*")}, QDir::Files | QDir::Hidden).isEmpty());
    }();
    test::run(umount, {disk});
}

void TestStoreFiles::tellsADamagedFile() {
    {
        const auto store = create();
        for (int i = 0; i < 30; ++i)
            store->addCertificate(sampleRoot("Root " + std::to_string(i)).certificate);
    }
    QByteArray bytes = bytesOfFile(path());
    for (qsizetype at = 4096; at + 4096 <= bytes.size(); at += 4096)
        bytes.replace(at, 64, QByteArray(64, '\xA5'));
    write(path(), bytes);
    const auto refused = errorOf([&] { Store::open(path())->certificates(); });
    QVERIFY(refused.has_value());
    QVERIFY(refused->kind() == ErrorKind::Store);
}

void TestStoreFiles::migratesStepByStep() {
    Database database(path("db"), Access::ReadWrite);
    std::vector<Migration> steps{
        {1, {QStringLiteral("CREATE TABLE a (x)"), QStringLiteral("INSERT INTO a VALUES (7)")}}};
    migrate(database, steps);
    QCOMPARE(database.scalar(QStringLiteral("PRAGMA user_version")).toInt(), 1);
    steps.push_back({2, {QStringLiteral("ALTER TABLE a ADD COLUMN y INTEGER DEFAULT 8")}});
    steps.push_back({3, {QStringLiteral("CREATE INDEX a_by_y ON a (y)")}});
    migrate(database, steps);
    migrate(database, steps); // nothing left to do
    QCOMPARE(database.scalar(QStringLiteral("PRAGMA user_version")).toInt(), 3);
    QCOMPARE(database.scalar(QStringLiteral("SELECT x + y FROM a")).toInt(), 15);
    // The released ones are in order, without gaps.
    int version = 0;
    for (const Migration& step : migrations())
        QCOMPARE(step.version, ++version);
    QCOMPARE(currentSchemaVersion(), version);
}

void TestStoreFiles::aFailedMigrationChangesNothing() {
    Database database(path("db"), Access::ReadWrite);
    std::vector<Migration> steps{{1, {QStringLiteral("CREATE TABLE a (x)")}}};
    migrate(database, steps);
    steps.push_back({2, {QStringLiteral("CREATE TABLE b (x)"), QStringLiteral("THIS IS NOT SQL")}});
    QVERIFY(errorOf([&] { migrate(database, steps); }));
    QCOMPARE(database.scalar(QStringLiteral("PRAGMA user_version")).toInt(), 1);
    QCOMPARE(database.scalar(QStringLiteral("SELECT count(*) FROM sqlite_schema")).toInt(), 1);
}

CERTWRIGHT_TEST_MAIN(TestStoreFiles)
#include "tst_store_files.moc"
