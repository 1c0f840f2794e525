#include "core/tls/engine_state.h"
#include "tests/support/test_main.h"

#include <QObject>
#include <QTest>

#include <set>
#include <string>

using namespace certwright;
using tls::EngineEvent;
using tls::EngineState;

class TestEngineState : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void movesOnlyAsTheTableSays();
    void endsInStatesThatNothingLeaves();
    void namesEveryStateAndEvent();
};

void TestEngineState::movesOnlyAsTheTableSays() {
    // Every move there is; whatever is not here must be refused.
    std::set<std::string> moves;
    for (int state = 0; state < tls::EngineStateCount; ++state) {
        for (int event = 0; event < tls::EngineEventCount; ++event) {
            const auto from = static_cast<EngineState>(state);
            const auto cause = static_cast<EngineEvent>(event);
            if (const auto next = tls::nextState(from, cause))
                moves.insert(std::string(tls::toString(from)) + " " + std::string(tls::toString(cause)) + " " +
                             std::string(tls::toString(*next)));
        }
    }
    const std::set<std::string> expected{"idle handshake-started handshaking",
                                         "idle failure failed",
                                         "handshaking handshake-finished open",
                                         "handshaking failure failed",
                                         "open close-notify-sent close-sent",
                                         "open close-notify-received close-received",
                                         "open failure failed",
                                         "close-sent close-notify-received closed",
                                         "close-sent failure failed",
                                         "close-received close-notify-sent closed",
                                         "close-received failure failed"};
    QVERIFY(moves == expected);
}

void TestEngineState::endsInStatesThatNothingLeaves() {
    for (int event = 0; event < tls::EngineEventCount; ++event) {
        QVERIFY(!tls::nextState(EngineState::Closed, static_cast<EngineEvent>(event)));
        QVERIFY(!tls::nextState(EngineState::Failed, static_cast<EngineEvent>(event)));
    }
}

void TestEngineState::namesEveryStateAndEvent() {
    std::set<std::string_view> names;
    for (int state = 0; state < tls::EngineStateCount; ++state)
        names.insert(tls::toString(static_cast<EngineState>(state)));
    for (int event = 0; event < tls::EngineEventCount; ++event)
        names.insert(tls::toString(static_cast<EngineEvent>(event)));
    QCOMPARE(names.size(), std::size_t{tls::EngineStateCount + tls::EngineEventCount});
}

CERTWRIGHT_TEST_MAIN(TestEngineState)
#include "tst_engine_state.moc"
