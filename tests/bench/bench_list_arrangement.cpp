#include "tests/gui/support/synthetic_rows.h"
#include "tests/support/test_main.h"
#include "ui/models/list_arrangement.h"

#include <QElapsedTimer>

#include <algorithm>

using namespace certwright;
using namespace certwright::ui;

/// How long a list of 100,000 certificates takes to get another order, which happens off the GUI thread.
class BenchListArrangement : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void sorts_data();
    void sorts();

private:
    ListRows m_rows;
};

namespace {

constexpr store::RowId rowCount = 100'000;
constexpr qint64 budgetMs = 200;

base::Time now() {
    return base::Time(std::chrono::seconds(1795521600));
}

} // namespace

void BenchListArrangement::initTestCase() {
    m_rows = test::syntheticRows(rowCount, now());
}

void BenchListArrangement::sorts_data() {
    QTest::addColumn<ListColumn>("column");
    QTest::addColumn<bool>("isTree");
    const std::pair<const char*, ListColumn> columns[] = {
        {"name", ListColumn::Name},       {"status", ListColumn::Status},
        {"expires", ListColumn::Expires}, {"other names", ListColumn::OtherNames},
        {"key", ListColumn::Key},         {"subject", ListColumn::Subject},
        {"issuer", ListColumn::Issuer},   {"serial", ListColumn::Serial},
        {"valid", ListColumn::ValidFrom}, {"fingerprint", ListColumn::Fingerprint},
        {"comment", ListColumn::Comment}, {"profile", ListColumn::Profile}};
    for (const auto& [name, column] : columns)
        QTest::addRow("%s", name) << column << false;
    QTest::addRow("name, tree") << ListColumn::Name << true;
    QTest::addRow("serial, tree") << ListColumn::Serial << true;
}

void BenchListArrangement::sorts() {
    QFETCH(ListColumn, column);
    QFETCH(bool, isTree);
    ListOptions options;
    options.now = now();
    options.sortColumn = column;
    options.isTree = isTree;
    qint64 best = std::numeric_limits<qint64>::max();
    for (int i = 0; i < 3; ++i) {
        QElapsedTimer timer;
        timer.start();
        const auto list = arrange(m_rows, store::EntryKind::Certificate, options, {});
        best = std::min(best, timer.nsecsElapsed() / 1000);
        QCOMPARE(list->nodes.size(), std::size_t(rowCount));
    }
    qInfo("%s: %.1f ms, budget %lld ms", QTest::currentDataTag(), double(best) / 1000,
          static_cast<long long>(budgetMs));
    QVERIFY(best <= budgetMs * 1000);
}

CERTWRIGHT_TEST_MAIN(BenchListArrangement)
#include "bench_list_arrangement.moc"
