#include "core/base/outcome.h"
#include "core/base/progress.h"
#include "core/base/secret.h"
#include "tests/core/expect.h"
#include "tests/support/test_main.h"

#include <chrono>
#include <stdexcept>
#include <stop_token>
#include <thread>
#include <vector>

using namespace certwright;
using base::Error;
using base::ErrorKind;
using base::Outcome;
using test::q;

class OutcomeTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void holdsAValue() {
        const Outcome<std::string> outcome(std::string("value"));
        QVERIFY(outcome.has_value());
        QVERIFY(static_cast<bool>(outcome));
        QCOMPARE(q(outcome.value()), QStringLiteral("value"));
        QCOMPARE(outcome->size(), std::size_t{5});
        QCOMPARE(q(*outcome), QStringLiteral("value"));
    }

    void holdsAnError() {
        const Outcome<int> outcome(Error(ErrorKind::Io, "disk", "free some"));
        QVERIFY(!outcome);
        QCOMPARE(test::nameOf(outcome.error().kind()), test::nameOf(ErrorKind::Io));
        CERTWRIGHT_VERIFY_FAILS(outcome.value(), ErrorKind::Io);
    }

    void carriesWhatCanOnlyBeMoved() {
        Outcome<base::Secret> outcome(base::Secret(std::string_view("pass")));
        const base::Secret taken = std::move(outcome).value();
        QVERIFY(taken.text() == "pass");
    }

    void worksWithoutAValue() {
        const Outcome<void> fine;
        QVERIFY(fine.has_value());
        fine.value();
        const Outcome<void> failed(Error(ErrorKind::Store, "locked"));
        QVERIFY(!failed);
        CERTWRIGHT_VERIFY_FAILS(failed.value(), ErrorKind::Store);
    }

    void catchesWhatAFunctionThrows() {
        QCOMPARE(*base::outcomeOf([] { return 7; }), 7);
        QVERIFY(base::outcomeOf([] {}).has_value());
        const auto own = base::outcomeOf([]() -> int { throw Error(ErrorKind::NotFound, "no such file"); });
        QCOMPARE(test::nameOf(own.error().kind()), test::nameOf(ErrorKind::NotFound));
        const auto standard = base::outcomeOf([]() -> int { throw std::length_error("too long"); });
        QCOMPARE(test::nameOf(standard.error().kind()), test::nameOf(ErrorKind::Internal));
        QCOMPARE(q(standard.error().message()), QStringLiteral("too long"));
        const auto foreign = base::outcomeOf([] { throw 42; });
        QCOMPARE(test::nameOf(foreign.error().kind()), test::nameOf(ErrorKind::Internal));
        QVERIFY(!foreign.error().message().empty());
    }

    void errorKeepsItsFirstContext() {
        const Error error = Error(ErrorKind::BadInput, "damaged").withContext("a.pem").withContext("folder");
        QCOMPARE(q(error.context()), QStringLiteral("a.pem"));
        QCOMPARE(q(error.withHint("try b.pem").hint()), QStringLiteral("try b.pem"));
        QCOMPARE(q(error.what()), QStringLiteral("damaged"));
    }

    // The words of CLI.md.
    void kindsHaveTheNamesOfTheCommandLine_data() {
        QTest::addColumn<int>("kind");
        const auto row = [](const char* name, ErrorKind kind) { QTest::newRow(name) << static_cast<int>(kind); };
        row("bad-input", ErrorKind::BadInput);
        row("wrong-passphrase", ErrorKind::WrongPassphrase);
        row("passphrase-needed", ErrorKind::PassphraseNeeded);
        row("unsupported", ErrorKind::Unsupported);
        row("not-allowed", ErrorKind::NotAllowed);
        row("not-found", ErrorKind::NotFound);
        row("io", ErrorKind::Io);
        row("network", ErrorKind::Network);
        row("peer-alert", ErrorKind::PeerAlert);
        row("store", ErrorKind::Store);
        row("cancelled", ErrorKind::Cancelled);
        row("internal", ErrorKind::Internal);
    }
    void kindsHaveTheNamesOfTheCommandLine() {
        QFETCH(int, kind);
        QCOMPARE(q(base::toString(static_cast<ErrorKind>(kind))), QString::fromLatin1(QTest::currentDataTag()));
    }

    void stopsWhenTold() {
        std::stop_source source;
        const base::JobControl control(source.get_token(), {});
        QVERIFY(!control.isStopped());
        control.throwIfStopped();
        source.request_stop();
        QVERIFY(control.isStopped());
        CERTWRIGHT_VERIFY_FAILS(control.throwIfStopped(), ErrorKind::Cancelled);
        QVERIFY(!base::JobControl().isStopped());
        base::JobControl().report(1, 2); // nobody listens
    }

    void reportsAtMostTenTimesASecond() {
        std::vector<std::pair<std::uint64_t, std::chrono::steady_clock::time_point>> seen;
        const base::JobControl control(
            {}, [&seen](base::Progress p) { seen.emplace_back(p.done, std::chrono::steady_clock::now()); });
        const auto start = std::chrono::steady_clock::now();
        std::uint64_t round = 0;
        while (std::chrono::steady_clock::now() - start < std::chrono::milliseconds(350))
            control.report(++round, 0);
        QVERIFY2(seen.size() >= 2 && seen.size() <= 4, qPrintable(QString::number(seen.size())));
        for (std::size_t i = 1; i < seen.size(); ++i)
            QVERIFY(seen[i].second - seen[i - 1].second >= std::chrono::milliseconds(98));
    }

    void neverDropsTheLastReport() {
        std::vector<std::uint64_t> seen;
        const base::JobControl control({}, [&seen](base::Progress p) { seen.push_back(p.done); });
        for (std::uint64_t i = 1; i <= 1000; ++i)
            control.report(i, 1000);
        QCOMPARE(seen.front(), std::uint64_t{1});
        QCOMPARE(seen.back(), std::uint64_t{1000});
        QVERIFY(seen.size() < 20);
    }
};

CERTWRIGHT_TEST_MAIN(OutcomeTest)
#include "tst_outcome.moc"
