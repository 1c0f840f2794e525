#include "core/service/job_runner.h"
#include "tests/gui/support/synthetic_rows.h"
#include "tests/support/fake_clock.h"
#include "tests/support/test_main.h"
#include "ui/models/entry_model.h"

#include <QAbstractItemModelTester>
#include <QElapsedTimer>
#include <QSignalSpy>

using namespace certwright;
using namespace certwright::ui;
using test::rowsOf;
using test::syntheticRow;
using test::syntheticRows;

namespace {

constexpr qint64 day = 86400;

struct Fixture {
    explicit Fixture(store::EntryKind kind = store::EntryKind::Certificate)
        : model(kind, jobs, clock)
        , tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest) {}

    /// Waits until the model shows what it was told.
    bool settle() {
        return QTest::qWaitFor([this] { return !model.isBusy(); }, 20000);
    }
    QString text(int row, ListColumn column, const QModelIndex& parent = {}) const {
        return model.index(row, model.indexOf(column), parent).data().toString();
    }

    test::FakeClock clock;
    service::JobRunner jobs;
    EntryModel model;
    QAbstractItemModelTester tester;
};

} // namespace

/// The lists of the window, without a window.
class TestEntryModel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void showsRowsInTheOrderOfAColumn();
    void sortsTextsAndNumbers();
    void treeFollowsVerifiedLinksOnly();
    void circleOfCrossCertificatesIsCut();
    void filterKeepsIssuersInTheTree();
    void statesFollowTheClock_data();
    void statesFollowTheClock();
    void onlyARootedChainIsValid();
    void presetsAreCountedAndFilter();
    void hiddenCharactersAreVisible();
    void everyKindHasItsColumns();
    void hundredThousandRowsAreOneListAndOneTree();
    void newRowsReplaceTheOldOnes();
    void whatDidNotChangeIsNotResetEither();
};

void TestEntryModel::showsRowsInTheOrderOfAColumn() {
    Fixture f;
    std::vector<store::CertificateRow> rows;
    const char* const names[] = {"beta", "Alpha", "gamma"};
    for (int i = 0; i < 3; ++i) {
        store::CertificateRow row = syntheticRow(i * 100 + 1, f.clock.now());
        row.name = QLatin1String(names[i]);
        row.notAfter = f.clock.now() + std::chrono::days(300 - i * 100);
        rows.push_back(row);
    }
    f.model.setRows(rowsOf(rows));
    QVERIFY(f.settle());
    QCOMPARE(f.text(0, ListColumn::Name), QStringLiteral("Alpha"));
    QCOMPARE(f.text(2, ListColumn::Name), QStringLiteral("gamma"));
    f.model.sort(f.model.indexOf(ListColumn::Expires), Qt::AscendingOrder);
    QVERIFY(f.settle());
    QCOMPARE(f.text(0, ListColumn::Name), QStringLiteral("gamma"));
    QCOMPARE(f.model.index(0, f.model.indexOf(ListColumn::Expires)).data(EntryModel::SecondaryRole).toString(),
             QStringLiteral("in 100 days"));
    f.model.sort(f.model.indexOf(ListColumn::Name), Qt::DescendingOrder);
    QVERIFY(f.settle());
    QCOMPARE(f.text(0, ListColumn::Name), QStringLiteral("gamma"));
}

void TestEntryModel::sortsTextsAndNumbers() {
    Fixture f;
    std::vector<store::CertificateRow> rows;
    const std::pair<const char*, const char*> namesAndSerials[] = {{"mail.example.test/longer", "0B"},
                                                                   {"Mail.example.test", "0100"},
                                                                   {"mail.example.test", "FF"},
                                                                   {"\u00E4rger", "00"},
                                                                   {"\u00C4RGER", "9"},
                                                                   {"zebra", "7FFFFFFFFFFFFFFF01"},
                                                                   {"", "7FFFFFFFFFFFFFFF00"}};
    for (const auto& [name, serial] : namesAndSerials) {
        store::CertificateRow row = syntheticRow(store::RowId(rows.size() + 1), f.clock.now());
        row.name = QString::fromUtf8(name);
        row.serial = QString::fromLatin1(serial);
        rows.push_back(row);
    }
    f.model.setRows(rowsOf(rows));
    const auto order = [&f](ListColumn column, Qt::SortOrder direction) {
        f.model.sort(f.model.indexOf(column), direction);
        f.settle();
        QList<qlonglong> ids;
        for (int row = 0; row < f.model.rowCount(); ++row)
            ids += f.model.idAt(f.model.index(row, 0));
        return ids;
    };
    // Case counts for nothing; what is equal keeps its order, in both directions.
    QCOMPARE(order(ListColumn::Name, Qt::AscendingOrder), (QList<qlonglong>{7, 2, 3, 1, 6, 4, 5}));
    QCOMPARE(order(ListColumn::Name, Qt::DescendingOrder), (QList<qlonglong>{4, 5, 6, 1, 2, 3, 7}));
    // By the number, not by its digits.
    QCOMPARE(order(ListColumn::Serial, Qt::AscendingOrder), (QList<qlonglong>{4, 5, 1, 3, 2, 7, 6}));
    QCOMPARE(order(ListColumn::Serial, Qt::DescendingOrder), (QList<qlonglong>{6, 7, 2, 3, 1, 5, 4}));
}

void TestEntryModel::treeFollowsVerifiedLinksOnly() {
    Fixture f;
    std::vector<store::CertificateRow> rows{syntheticRow(1, f.clock.now()), syntheticRow(2, f.clock.now()),
                                            syntheticRow(3, f.clock.now())};
    rows[2].link = store::LinkState::Claimed; // names the issuer, but its key does not verify it
    f.model.setTree(true);
    f.model.setRows(rowsOf(rows));
    QVERIFY(f.settle());
    QCOMPARE(f.model.rowCount(), 2);
    const QModelIndex root = f.model.indexOfId(1);
    QCOMPARE(f.model.rowCount(root), 1);
    QCOMPARE(f.model.idAt(f.model.index(0, 0, root)), store::RowId(2));
    QVERIFY(!f.model.indexOfId(3).parent().isValid());
    f.model.setTree(false);
    QVERIFY(f.settle());
    QCOMPARE(f.model.rowCount(), 3);
}

void TestEntryModel::circleOfCrossCertificatesIsCut() {
    Fixture f;
    std::vector<store::CertificateRow> rows{syntheticRow(1, f.clock.now()), syntheticRow(2, f.clock.now())};
    rows[0].isSelfSigned = false;
    rows[0].issuerId = 2;
    rows[1].issuerId = 1;
    f.model.setTree(true);
    f.model.setRows(rowsOf(rows));
    QVERIFY(f.settle());
    QCOMPARE(f.model.rowCount(), 1);
    QCOMPARE(f.model.rowCount(f.model.index(0, 0)), 1);
    // Neither leads to a root.
    QCOMPARE(f.model.arrangement().states[0], State::Unknown);
    QCOMPARE(f.model.arrangement().states[1], State::Unknown);
}

void TestEntryModel::filterKeepsIssuersInTheTree() {
    Fixture f;
    f.model.setTree(true);
    f.model.setRows(syntheticRows(300, f.clock.now()));
    f.model.setMatches(std::make_shared<const std::vector<store::RowId>>(std::vector<store::RowId>{15}));
    QVERIFY(f.settle());
    QCOMPARE(f.model.arrangement().matchCount, 1U);
    const QModelIndex leaf = f.model.indexOfId(15);
    QVERIFY(leaf.isValid());
    QVERIFY(leaf.data(EntryModel::IsMatchRole).toBool());
    QCOMPARE(f.model.idAt(leaf.parent()), store::RowId(11));
    QVERIFY(!leaf.parent().data(EntryModel::IsMatchRole).toBool());
    QCOMPARE(f.model.idAt(leaf.parent().parent()), store::RowId(1));
    QCOMPARE(f.model.rowCount(), 1);
    f.model.setMatches(nullptr);
    QVERIFY(f.settle());
    QCOMPARE(f.model.arrangement().matchCount, 300U);
}

void TestEntryModel::statesFollowTheClock_data() {
    QTest::addColumn<qint64>("from");
    QTest::addColumn<qint64>("until");
    QTest::addColumn<int>("revocation");
    QTest::addColumn<int>("state");
    QTest::newRow("valid") << -day << 31 * day << 0 << int(State::Valid);
    QTest::newRow("expiring") << -day << 29 * day << 0 << int(State::Expiring);
    QTest::newRow("last second") << -day << qint64(0) << 0 << int(State::Expiring);
    QTest::newRow("expired") << -day << qint64(-1) << 0 << int(State::Expired);
    QTest::newRow("not yet valid") << qint64(1) << 400 * day << 0 << int(State::NotYetValid);
    QTest::newRow("held") << -day << 400 * day << 1 << int(State::OnHold);
    QTest::newRow("revoked and expired") << -9 * day << -day << 2 << int(State::Revoked);
}

void TestEntryModel::statesFollowTheClock() {
    QFETCH(qint64, from);
    QFETCH(qint64, until);
    QFETCH(int, revocation);
    QFETCH(int, state);
    const base::Time now = test::FakeClock().now();
    store::CertificateRow row = syntheticRow(1, now);
    row.notBefore = now + std::chrono::seconds(from);
    row.notAfter = now + std::chrono::seconds(until);
    row.revocation = store::RevocationState(revocation);
    QCOMPARE(int(stateOf(listRow(row), now, 30)), state);
}

void TestEntryModel::onlyARootedChainIsValid() {
    Fixture f;
    std::vector<store::CertificateRow> rows{syntheticRow(1, f.clock.now()), syntheticRow(11, f.clock.now()),
                                            syntheticRow(12, f.clock.now())};
    f.model.setRows(rowsOf(rows));
    QVERIFY(f.settle());
    QCOMPARE(f.model.arrangement().states[2], State::Valid);
    rows[1].link = store::LinkState::Unknown; // the intermediate's own issuer is not here
    rows[1].issuerId = 0;
    f.model.setRows(rowsOf(rows));
    QVERIFY(f.settle());
    QCOMPARE(f.model.arrangement().states[0], State::Valid);
    QCOMPARE(f.model.arrangement().states[1], State::Unknown);
    QCOMPARE(f.model.arrangement().states[2], State::Unknown);
}

void TestEntryModel::presetsAreCountedAndFilter() {
    Fixture f;
    std::vector<store::CertificateRow> rows;
    for (store::RowId id = 1; id <= 9; ++id)
        rows.push_back(syntheticRow(id, f.clock.now()));
    rows[1].notAfter = f.clock.now() + std::chrono::days(5);
    rows[2].notAfter = f.clock.now() - std::chrono::days(5);
    rows[3].revocation = store::RevocationState::Revoked;
    rows[4].key = {"RSA", 1024, {}};
    rows[5].keyId = 7;
    f.model.setRows(rowsOf(rows));
    QVERIFY(f.settle());
    const auto& counts = f.model.arrangement().presetCounts;
    QCOMPARE(counts[std::size_t(ListPreset::Expiring)], 1);
    QCOMPARE(counts[std::size_t(ListPreset::Expired)], 1);
    QCOMPARE(counts[std::size_t(ListPreset::Revoked)], 1);
    QCOMPARE(counts[std::size_t(ListPreset::Weak)], 1);
    QCOMPARE(counts[std::size_t(ListPreset::NoKey)], 8);
    f.model.setPreset(ListPreset::Expired);
    QVERIFY(f.settle());
    QCOMPARE(f.model.rowCount(), 1);
    QCOMPARE(f.model.idAt(f.model.index(0, 0)), store::RowId(3));
}

void TestEntryModel::hiddenCharactersAreVisible() {
    Fixture f;
    store::CertificateRow row = syntheticRow(1, f.clock.now());
    row.name = QStringLiteral("evil\u202Etxt.exe\n");
    row.subject = QString(QChar(0)) + QStringLiteral("CN=x");
    f.model.setRows(rowsOf({row}));
    QVERIFY(f.settle());
    QCOMPARE(f.text(0, ListColumn::Name), QStringLiteral("evil\\x{202E}txt.exe\\x{A}"));
    QCOMPARE(f.text(0, ListColumn::Subject), QStringLiteral("\\x{0}CN=x"));
}

void TestEntryModel::everyKindHasItsColumns() {
    for (const store::EntryKind kind :
         {store::EntryKind::Certificate, store::EntryKind::Key, store::EntryKind::Request, store::EntryKind::Crl}) {
        Fixture f(kind);
        auto chunk = std::make_shared<ListRows::Chunk>();
        store::KeyRow key;
        key.id = 1;
        key.name = QStringLiteral("name");
        key.key = {"RSA", 3072, {}};
        key.useCount = 2;
        store::RequestRow request;
        request.id = 1;
        request.name = key.name;
        store::CrlRow crl;
        crl.id = 1;
        crl.name = key.name;
        crl.revokedCount = 12;
        store::CertificateRow certificate = syntheticRow(1, f.clock.now());
        certificate.name = key.name;
        chunk->push_back(kind == store::EntryKind::Key       ? listRow(key)
                         : kind == store::EntryKind::Request ? listRow(request)
                         : kind == store::EntryKind::Crl     ? listRow(crl)
                                                             : listRow(certificate));
        ListRows rows;
        rows.append(chunk);
        f.model.setRows(rows);
        QVERIFY(f.settle());
        QCOMPARE(f.model.rowCount(), 1);
        QCOMPARE(f.text(0, ListColumn::Name), QStringLiteral("name"));
        for (int column = 0; column < f.model.columnCount(); ++column)
            QVERIFY(!f.model.headerData(column, Qt::Horizontal).toString().isEmpty());
        if (kind == store::EntryKind::Key)
            QCOMPARE(f.text(0, ListColumn::Uses), QStringLiteral("2 entries"));
        if (kind == store::EntryKind::Crl)
            QCOMPARE(f.text(0, ListColumn::RevokedCount), QStringLiteral("12"));
    }
}

void TestEntryModel::hundredThousandRowsAreOneListAndOneTree() {
    Fixture f;
    constexpr store::RowId count = 100'000;
    const ListRows rows = syntheticRows(count, f.clock.now());
    QCOMPARE(rows.size(), std::size_t(count));
    f.model.setRows(rows);
    QVERIFY(f.settle());
    QCOMPARE(f.model.rowCount(), int(count));
    for (int row = 1; row < 1000; ++row)
        QVERIFY(f.text(row - 1, ListColumn::Name) <= f.text(row, ListColumn::Name));

    f.model.setTree(true);
    QVERIFY(f.settle());
    QCOMPARE(f.model.rowCount(), int(count / 100));
    // All are there: the roots, ten intermediates below each of them, nine leaves below each of those.
    int seen = 0;
    for (int r = 0; r < f.model.rowCount(); ++r) {
        const QModelIndex root = f.model.index(r, 0);
        ++seen;
        for (int c = 0; c < f.model.rowCount(root); ++c)
            seen += 1 + f.model.rowCount(f.model.index(c, 0, root));
    }
    QCOMPARE(seen, int(count));

    // What the GUI thread does for a new order is swapping a pointer: the work itself is elsewhere.
    f.model.setTree(false);
    QVERIFY(f.settle());
    QElapsedTimer timer;
    timer.start();
    f.model.sort(f.model.indexOf(ListColumn::Serial), Qt::AscendingOrder);
    QVERIFY2(timer.elapsed() < 50, qPrintable(QStringLiteral("sort() took %1 ms").arg(timer.elapsed())));
    QVERIFY(f.settle());
}

void TestEntryModel::newRowsReplaceTheOldOnes() {
    Fixture f;
    f.model.setRows(syntheticRows(5000, f.clock.now()));
    f.model.setRows(syntheticRows(50, f.clock.now())); // while the first are still being arranged
    QVERIFY(f.settle());
    QCOMPARE(f.model.rowCount(), 50);
    QSignalSpy resets(&f.model, &QAbstractItemModel::modelReset);
    f.model.setRows({});
    QVERIFY(f.settle());
    QCOMPARE(f.model.rowCount(), 0);
    QCOMPARE(resets.count(), 1);
}

void TestEntryModel::whatDidNotChangeIsNotResetEither() {
    Fixture f;
    std::vector<store::CertificateRow> rows = {syntheticRow(1, f.clock.now())};
    rows.front().notAfter = f.clock.now() + std::chrono::days(40);
    f.model.setRows(rowsOf(rows));
    QVERIFY(f.settle());
    QSignalSpy resets(&f.model, &QAbstractItemModel::modelReset);
    QSignalSpy changes(&f.model, &QAbstractItemModel::dataChanged);
    const auto expires = [&f] {
        return f.model.index(0, f.model.indexOf(ListColumn::Expires)).data(EntryModel::SecondaryRole).toString();
    };
    QCOMPARE(expires(), QStringLiteral("in 40 days"));
    f.clock.advance(std::chrono::hours(48));
    f.model.refresh();
    QVERIFY(f.settle());
    QCOMPARE(resets.count(), 0);
    QCOMPARE(changes.count(), 1);
    QCOMPARE(expires(), QStringLiteral("in 38 days"));
    // The state does change in the end.
    f.clock.advance(std::chrono::hours(24 * 10));
    f.model.refresh();
    QVERIFY(f.settle());
    QCOMPARE(resets.count(), 1);
}

CERTWRIGHT_TEST_MAIN(TestEntryModel)
#include "tst_entry_model.moc"
