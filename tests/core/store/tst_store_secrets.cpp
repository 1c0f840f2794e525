#include "core/base/error.h"
#include "core/store/database.h"
#include "core/store/store.h"
#include "tests/core/store/sample_pki.h"
#include "tests/core/store/vault_cost_for_tests.h"
#include "tests/support/process.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

using namespace certwright;
using namespace certwright::store;
using namespace certwright::test;
using base::Error;
using base::ErrorKind;
using base::Secret;

namespace {

Secret secret(const char* text) {
    return Secret(std::string_view(text));
}

template <class F>
std::optional<ErrorKind> kindOf(F function) {
    try {
        function();
    } catch (const Error& error) {
        return error.kind();
    }
    return std::nullopt;
}

QByteArray bytesOfFile(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Every file of the folder in one: the store, its log and its shared memory.
QByteArray bytesOfFolder(const QString& path) {
    QByteArray all;
    for (const QFileInfo& info : QDir(path).entryInfoList(QDir::Files | QDir::Hidden))
        all += bytesOfFile(info.filePath());
    return all;
}

} // namespace

#define COMPARE_KIND(call, wanted) QCOMPARE(kindOf([&] { call; }), std::optional(wanted))

/// What an attacker who holds the file sees and can do.
class TestStoreSecrets : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void putsNoPlainKeyOnTheDisk();
    void sqlite3ToolFindsNoKeyInClear();
    void refusesTamperedAndSwappedKeyRows();
    void passphraseChangeRewritesOneRow();
    void journalShowsWhatWasDoneToIt_data();
    void journalShowsWhatWasDoneToIt();
    void journalIsWholeAfterUse();
    void aTamperedJournalTakesNoMoreEntries();
    void independentReaderAgrees();

private:
    void sql(const QString& statement) { Database(path(), Access::ReadWrite).execute(statement); }
    QString path() const { return m_folder->filePath(QStringLiteral("s.certwright")); }
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Store> m_store;
};

void TestStoreSecrets::init() {
    m_folder = std::make_unique<QTemporaryDir>();
    m_store = Store::create(path(), secret("correct horse"), VaultCostForTests::cheap());
}

void TestStoreSecrets::cleanup() {
    m_store.reset();
    m_folder.reset();
}

void TestStoreSecrets::putsNoPlainKeyOnTheDisk() {
    struct Plain {
        base::Secret der;
        QByteArray publicPart;
    };
    const auto text = [](base::BytesView bytes) {
        return QByteArray(reinterpret_cast<const char*>(bytes.data()), qsizetype(bytes.size()));
    };
    std::vector<Plain> plain;
    for (const char* type : {"rsa:2048", "ec:P-256", "ed25519"}) {
        const auto key = sampleKey(type);
        m_store->addKey(key);
        plain.push_back({key.toPkcs8Der(), text(key.publicKey().spkiDer())});
    }
    // Any run of sixteen octets behind the version and the algorithm, but for those of the public key, is too much.
    const auto isOnDisk = [&](const Plain& key) {
        const QByteArray all = bytesOfFolder(m_folder->path());
        for (std::size_t at = 16; at + 16 <= key.der.size(); ++at) {
            const QByteArray run = text(key.der.view().subspan(at, 16));
            if (!key.publicPart.contains(run) && all.contains(run))
                return true;
        }
        return false;
    };
    for (const auto& key : plain)
        QVERIFY(!isOnDisk(key)); // in the log still
    m_store.reset();
    for (const auto& key : plain)
        QVERIFY(!isOnDisk(key)); // in the file
    // The control: this search finds what is there, or it proves nothing.
    QFile leak(m_folder->filePath(QStringLiteral("leak")));
    QVERIFY(leak.open(QIODevice::WriteOnly));
    for (const auto& key : plain)
        leak.write(text(key.der.view()));
    leak.close();
    for (const auto& key : plain)
        QVERIFY(isOnDisk(key));
}

void TestStoreSecrets::sqlite3ToolFindsNoKeyInClear() {
    CERTWRIGHT_NEED_TOOL(sqlite3, "sqlite3");
    const auto key = sampleKey("rsa:2048");
    m_store->addKey(key);
    m_store->addCertificate(sampleRoot("Root").certificate);
    m_store.reset();
    const auto dump = test::run(sqlite3, {path(), QStringLiteral(".dump")});
    CERTWRIGHT_VERIFY_SUCCESS(dump);
    const QByteArray text = dump.output.toLower();
    QVERIFY(text.contains("insert into certificates"));
    const auto der = key.toPkcs8Der();
    const QByteArray hex = QByteArray(reinterpret_cast<const char*>(der.data()), qsizetype(der.size())).toHex();
    for (qsizetype at = hex.size() / 2; at + 32 <= hex.size(); at += 2)
        QVERIFY(!text.contains(hex.mid(at, 32)));
    const auto check = test::run(sqlite3, {path(), QStringLiteral("PRAGMA integrity_check; PRAGMA user_version;"
                                                                  " PRAGMA application_id; PRAGMA journal_mode;")});
    QCOMPARE(check.output, QByteArray("ok\n1\n1129796180\nwal\n"));
}

void TestStoreSecrets::refusesTamperedAndSwappedKeyRows() {
    const auto firstKey = sampleKey(), secondKey = sampleKey();
    const RowId first = m_store->addKey(firstKey), second = m_store->addKey(secondKey);
    QVERIFY(m_store->privateKey(first).publicKey() == firstKey.publicKey());
    sql(QStringLiteral("UPDATE key_secrets SET key_id = -1 WHERE key_id = %1").arg(first));
    sql(QStringLiteral("UPDATE key_secrets SET key_id = %1 WHERE key_id = %2").arg(first).arg(second));
    sql(QStringLiteral("UPDATE key_secrets SET key_id = %1 WHERE key_id = -1").arg(second));
    COMPARE_KIND(m_store->privateKey(first), ErrorKind::Store);
    COMPARE_KIND(m_store->privateKey(second), ErrorKind::Store);
    const RowId third = m_store->addKey(sampleKey());
    sql(QStringLiteral("UPDATE key_secrets SET record = substr(record, 1, 20) || x'00' || substr(record, 22)"
                       " WHERE key_id = %1")
            .arg(third));
    COMPARE_KIND(m_store->privateKey(third), ErrorKind::Store);
    sql(QStringLiteral("DELETE FROM key_secrets WHERE key_id = %1").arg(third));
    COMPARE_KIND(m_store->privateKey(third), ErrorKind::NotFound);
}

void TestStoreSecrets::passphraseChangeRewritesOneRow() {
    const RowId keyId = m_store->addKey(sampleKey());
    m_store->recordAct(QString::fromLatin1(acts::KeyExported), QStringLiteral("00"), {});
    const auto everythingButTheHeader = [this] {
        Database database(path(), Access::ReadOnly);
        QByteArray all;
        for (const char* query : {"SELECT record FROM key_secrets", "SELECT mac FROM journal",
                                  "SELECT journal_seal FROM vault", "SELECT uuid FROM store"}) {
            auto rows = database.select(query);
            while (rows.next())
                all += rows.blob(0);
        }
        return all;
    };
    const QByteArray before = everythingButTheHeader();
    const auto header = m_store->vaultHeader();
    COMPARE_KIND(m_store->changePassphrase(secret("wrong"), secret("new"), VaultCostForTests::cheap()),
                 ErrorKind::WrongPassphrase);
    QVERIFY(m_store->vaultHeader() == header);
    m_store->changePassphrase(secret("correct horse"), secret("new"), VaultCostForTests::cheap());
    QVERIFY(m_store->vaultHeader() != header);
    QCOMPARE(everythingButTheHeader(), before);
    // Somebody else changed it first: the record that was read is not there any more.
    COMPARE_KIND(m_store->replaceVaultHeader(header, header), ErrorKind::Store);
    m_store.reset();
    m_store = Store::open(path());
    COMPARE_KIND(m_store->unlock(secret("correct horse")), ErrorKind::WrongPassphrase);
    m_store->unlock(secret("new"));
    QVERIFY(m_store->privateKey(keyId).canSign());
}

void TestStoreSecrets::journalShowsWhatWasDoneToIt_data() {
    QTest::addColumn<QString>("statement");
    QTest::addColumn<qint64>("firstBad");
    const auto row = [](const char* name, const char* statement, qint64 firstBad) {
        QTest::newRow(name) << QString::fromLatin1(statement) << firstBad;
    };
    row("changed text", "UPDATE journal SET detail = 'nothing' WHERE number = 2", 2);
    row("changed time", "UPDATE journal SET at = at + 1 WHERE number = 3", 3);
    row("changed MAC", "UPDATE journal SET mac = zeroblob(32) WHERE number = 4", 4);
    row("removed in the middle", "DELETE FROM journal WHERE number = 2", 2);
    row("removed and closed up", "DELETE FROM journal WHERE number = 5; ", 5);
    row("tail cut", "DELETE FROM journal WHERE number > 3", 4);
    row("emptied", "DELETE FROM journal", 1);
    row("reordered",
        "UPDATE journal SET (act, subject, detail, mac, at) = (SELECT act, subject, detail, mac, at FROM journal AS j"
        " WHERE j.number = 5 - journal.number) WHERE number IN (2, 3)",
        2);
    row("entry added", "INSERT INTO journal SELECT 6, at, act, subject, detail, mac FROM journal WHERE number = 5", 6);
    row("seal changed", "UPDATE vault SET journal_seal = zeroblob(72)", 0);
}

void TestStoreSecrets::journalShowsWhatWasDoneToIt() {
    for (int i = 1; i <= 5; ++i)
        m_store->recordAct(QString::fromLatin1(acts::KeyExported), QStringLiteral("key %1").arg(i),
                           QStringLiteral("to file %1").arg(i));
    QVERIFY(m_store->verifyJournal().isWhole);
    QFETCH(QString, statement);
    sql(statement);
    const JournalCheck check = m_store->verifyJournal();
    QVERIFY(!check.isWhole);
    QVERIFY(!check.problem.isEmpty());
    QTEST(qint64(check.firstBad), "firstBad");
}

void TestStoreSecrets::journalIsWholeAfterUse() {
    const Holder root = sampleRoot("Root");
    m_store->addCertificate(root.certificate);
    CertificateDetails issued;
    issued.isIssuedHere = true;
    const RowId leaf = m_store->addCertificate(sampleIssued("leaf", root).certificate, issued);
    m_store->revoke(leaf, x509::RevocationReason::Superseded, *base::parseRfc3339("2026-06-01"));
    m_store.reset();
    m_store = Store::open(path());
    COMPARE_KIND(m_store->verifyJournal(), ErrorKind::PassphraseNeeded);
    m_store->unlock(secret("correct horse"));
    const JournalCheck check = m_store->verifyJournal();
    QVERIFY2(check.isWhole, qPrintable(check.problem));
    QCOMPARE(check.entries, 2);
    const auto entries = m_store->journal();
    QCOMPARE(entries[0].act, QStringLiteral("issued"));
    QCOMPARE(entries[1].act, QStringLiteral("revoked"));
    QCOMPARE(entries[1].subject, m_store->certificate(leaf)->sha256);
    QCOMPARE(m_store->journal(1).size(), std::size_t(1));
}

void TestStoreSecrets::aTamperedJournalTakesNoMoreEntries() {
    m_store->recordAct(QString::fromLatin1(acts::KeyExported), QStringLiteral("key"), {});
    sql(QStringLiteral("UPDATE vault SET journal_seal = zeroblob(72)"));
    COMPARE_KIND(m_store->recordAct(QString::fromLatin1(acts::KeyExported), QStringLiteral("key"), {}),
                 ErrorKind::Store);
}

void TestStoreSecrets::independentReaderAgrees() {
    CERTWRIGHT_NEED_TOOL(python, "python3");
    if (!test::run(python, {QStringLiteral("-c"), QStringLiteral("import cryptography")}).isSuccess()) {
        noteSkipped(QStringLiteral("python3-cryptography is not installed"));
        QSKIP("python3-cryptography is not installed");
    }
    const auto key = sampleKey();
    m_store->addKey(key);
    m_store->addKey(sampleKey("ed25519"));
    m_store->recordAct(QString::fromLatin1(acts::KeyExported), QStringLiteral("Schlüssel"), QStringLiteral("nach ü"));
    m_store->recordAct(QString::fromLatin1(acts::KeyExported), {}, {});
    m_store.reset();
    const QString reader = QFINDTESTDATA("vault_reader.py");
    const auto result = test::run(python, {reader, path(), QStringLiteral("correct horse")});
    CERTWRIGHT_VERIFY_SUCCESS(result);
    const QJsonObject document = QJsonDocument::fromJson(result.output).object();
    QCOMPARE(document.value(QLatin1String("journal")).toInt(), 2);
    const QJsonObject keys = document.value(QLatin1String("keys")).toObject();
    QCOMPARE(keys.size(), 2);
    const QString spki = QString::fromStdString(key.publicKey().spkiSha256()).toLower();
    QCOMPARE(keys.value(spki).toString().toStdString(), [&] {
        std::string hex = base::toHex(key.toPkcs8Der().view());
        std::transform(hex.begin(), hex.end(), hex.begin(), [](unsigned char c) { return char(std::tolower(c)); });
        return hex;
    }());
    QVERIFY(!test::run(python, {reader, path(), QStringLiteral("wrong")}).isSuccess());
}

CERTWRIGHT_TEST_MAIN(TestStoreSecrets)
#include "tst_store_secrets.moc"
