#include "core/store/store.h"
#include "tests/core/store/sample_pki.h"
#include "tests/core/store/vault_cost_for_tests.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <unistd.h>

using namespace certwright;
using namespace certwright::store;
using namespace certwright::test;
using base::Secret;

namespace {

constexpr int Certificates = 2000, Kills = 20;

} // namespace

/// The real program, killed in the middle of an import.
class TestStoreKill : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void isWholeAfterEveryKill();

private:
    QString path(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)); }
    void restore();
    std::unique_ptr<QProcess> startImport();
    qint64 durationOfAnImport();
    void waitAndKill(QProcess& process, int round, qint64 duration);
    bool hasImported();

    QTemporaryDir m_folder;
    QString m_program;
    QStringList m_earlier; ///< SHA-256 of what was there before
    RowId m_keyId = 0;
};

void TestStoreKill::initTestCase() {
    m_program = builtProgram(QStringLiteral("app/cli/certwright-cli"));
    QVERIFY2(!m_program.isEmpty(), "certwright-cli is not built");
    const Holder root = sampleRoot("Root");
    QFile bundle(path("bundle.pem"));
    QVERIFY(bundle.open(QIODevice::WriteOnly));
    const crypto::PrivateKey key = sampleKey();
    for (int i = 0; i < Certificates; ++i)
        bundle.write(
            QByteArray::fromStdString(sampleCertificate("leaf" + std::to_string(i), key.publicKey(), root).toPem()));
    bundle.close();

    const auto store =
        Store::create(path("base.certwright"), Secret(std::string_view("pass")), VaultCostForTests::cheap());
    store->addCertificate(root.certificate);
    store->addCertificate(sampleIssued("earlier", root).certificate);
    m_keyId = store->addKey(root.key);
    store->recordAct(QString::fromLatin1(acts::KeyExported), QStringLiteral("x"), {});
    for (const auto& row : store->certificates())
        m_earlier << row.sha256;
}

void TestStoreKill::restore() {
    for (const char* suffix : {"", "-wal", "-shm"})
        QFile::remove(path("s.certwright") + QLatin1String(suffix));
    QVERIFY(QFile::copy(path("base.certwright"), path("s.certwright")));
}

std::unique_ptr<QProcess> TestStoreKill::startImport() {
    auto process = std::make_unique<QProcess>();
    process->setStandardOutputFile(QProcess::nullDevice());
    process->setStandardErrorFile(path("errors.txt"));
    process->start(m_program,
                   {QStringLiteral("import"), path("bundle.pem"), QStringLiteral("--store"), path("s.certwright")});
    return process;
}

qint64 TestStoreKill::durationOfAnImport() {
    restore();
    QElapsedTimer timer;
    timer.start();
    const auto process = startImport();
    if (!process->waitForFinished(60000) || process->exitCode() != 0)
        return 0;
    return timer.elapsed();
}

/// Half of the rounds at moments spread over the whole run, half when the log has grown to some size: a run spends
/// little time in its commit, and that is the moment that counts.
void TestStoreKill::waitAndKill(QProcess& process, int round, qint64 duration) {
    if (round % 2 == 0) {
        process.waitForFinished(int(duration * (round + 1) / Kills));
    } else {
        const qint64 wanted = qint64(round) * 150'000;
        QElapsedTimer timer;
        timer.start();
        while (QFileInfo(path("s.certwright-wal")).size() < wanted && timer.elapsed() < 2 * duration &&
               process.state() == QProcess::Running && !process.waitForFinished(1)) {
        }
    }
    process.kill(); // SIGKILL
    process.waitForFinished(10000);
}

bool TestStoreKill::hasImported() {
    const auto store = Store::open(path("s.certwright"));
    const auto rows = store->certificates();
    const bool hasAll = rows.size() > std::size_t(m_earlier.size());
    [&] {
        QCOMPARE(store->integrityProblems(), QStringList());
        QCOMPARE(qsizetype(rows.size()), m_earlier.size() + (hasAll ? Certificates : 0));
        for (qsizetype i = 0; i < m_earlier.size(); ++i)
            QCOMPARE(rows[std::size_t(i)].sha256, m_earlier[i]);
        for (const auto& row : rows)
            QVERIFY(row.link == LinkState::Verified);
        QCOMPARE(store->matching(EntryKind::Certificate, QStringLiteral("leaf")).size(),
                 std::size_t(hasAll ? Certificates : 0));
        store->unlock(Secret(std::string_view("pass")));
        QVERIFY(store->privateKey(m_keyId).canSign());
        QVERIFY(store->verifyJournal().isWhole);
    }();
    return hasAll;
}

void TestStoreKill::isWholeAfterEveryKill() {
    const qint64 duration = durationOfAnImport();
    QVERIFY2(duration > 0, "the import does not even work undisturbed");
    QVERIFY(hasImported());
    int killed = 0, whole = 0;
    for (int round = 0; round < Kills; ++round) {
        restore();
        const auto process = startImport();
        QVERIFY(process->waitForStarted());
        waitAndKill(*process, round, duration);
        killed += process->exitStatus() == QProcess::CrashExit ? 1 : 0;
        whole += hasImported() ? 1 : 0;
        if (QTest::currentTestFailed())
            QFAIL(qPrintable(QStringLiteral("round %1").arg(round)));
    }
    qInfo("%lld ms for an import; of %d rounds %d ended by SIGKILL, %d had imported all",
          static_cast<long long>(duration), Kills, killed, whole);
    QVERIFY2(killed >= Kills / 2, "too few of the kills met the program alive");
}

CERTWRIGHT_TEST_MAIN(TestStoreKill)
#include "tst_store_kill.moc"
