// What can be done with a connection while it is open, beside sending and receiving.
#include "core/tls/engine.h"
#include "tests/core/tls/engine_pair.h"
#include "tests/support/test_main.h"

#include <QObject>
#include <QTest>

#include <algorithm>
#include <array>

using namespace certwright;
using tls::Direction;
using tls::Progress;
using tls::ProtocolVersion;

namespace {

test::EnginePair::Options optionsFor(ProtocolVersion version) {
    test::EnginePair::Options options;
    options.client.minimumVersion = version;
    options.client.maximumVersion = version;
    // A server of OpenSSL 3 refuses renegotiation unless it is told to take it.
    options.prepareServer = [](SSL_CTX* context) {
        SSL_CTX_clear_options(context, SSL_OP_NO_RENEGOTIATION);
        SSL_CTX_set_options(context, SSL_OP_ALLOW_CLIENT_RENEGOTIATION);
    };
    return options;
}

/// Reads on both sides until nothing moves any more.
void settle(test::EnginePair& pair) {
    std::array<std::uint8_t, 100> buffer{};
    std::size_t size = 0;
    do {
        pair.client().read(buffer, size);
        pair.server().read(buffer, size);
    } while (pair.carry());
}

auto countOf(const tls::Transcript& transcript, Direction direction, std::uint8_t type) {
    const auto& all = transcript.messages();
    return std::count_if(all.begin(), all.end(), [direction, type](const tls::Message& message) {
        return message.content == tls::Message::Content::Handshake && message.direction == direction &&
               message.type == type;
    });
}

/// True when `step` throws an error of kind NotAllowed.
template <class F>
bool isRefused(F step) {
    try {
        step();
        return false;
    } catch (const base::Error& error) {
        return error.kind() == base::ErrorKind::NotAllowed;
    }
}

void verifyDataFlow(test::EnginePair& pair) {
    std::array<std::uint8_t, 100> buffer{};
    std::size_t size = 0;
    QVERIFY(pair.client().write(base::bytesOf("question"), size) == Progress::Done);
    pair.carry();
    QVERIFY(pair.server().read(buffer, size) == Progress::Done);
    QCOMPARE(std::string(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(size)), std::string("question"));
    QVERIFY(pair.server().write(base::bytesOf("answer"), size) == Progress::Done);
    pair.carry();
    QVERIFY(pair.client().read(buffer, size) == Progress::Done);
    QCOMPARE(std::string(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(size)), std::string("answer"));
}

} // namespace

class TestEngineOpen : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void saysTheVersionInUse();
    void renegotiates();
    void changesKeysOfBothDirections();
    void changesItsOwnKeysAlone();
    void refusesWhatTheVersionLacks();
    void refusesBeforeTheHandshakeAndAfterClosing();
};

void TestEngineOpen::saysTheVersionInUse() {
    for (const ProtocolVersion version : {ProtocolVersion::Tls12, ProtocolVersion::Tls13}) {
        test::EnginePair pair(optionsFor(version));
        pair.shakeHands();
        QVERIFY(pair.client().version() == version);
    }
}

void TestEngineOpen::renegotiates() {
    test::EnginePair pair(optionsFor(ProtocolVersion::Tls12));
    pair.shakeHands();
    pair.client().renegotiate();
    QVERIFY(pair.client().pendingOutput() > 0);
    settle(pair);
    const tls::Transcript& transcript = pair.client().transcript();
    QCOMPARE(countOf(transcript, Direction::Sent, tls::handshake_type::ClientHello), 2);
    QCOMPARE(countOf(transcript, Direction::Received, tls::handshake_type::Finished), 2);
    // The second handshake is under the keys of the first (RFC 5246 7.4.1.1).
    QVERIFY(transcript.findLast(Direction::Sent, tls::handshake_type::ClientHello)->isEncrypted);
    verifyDataFlow(pair);
}

void TestEngineOpen::changesKeysOfBothDirections() {
    test::EnginePair pair(optionsFor(ProtocolVersion::Tls13));
    pair.shakeHands();
    settle(pair);
    pair.client().updateKeys(true);
    settle(pair);
    verifyDataFlow(pair); // OpenSSL answers with the next data that it sends
    const tls::Transcript& transcript = pair.client().transcript();
    QCOMPARE(countOf(transcript, Direction::Sent, tls::handshake_type::KeyUpdate), 1);
    QCOMPARE(countOf(transcript, Direction::Received, tls::handshake_type::KeyUpdate), 1);
    verifyDataFlow(pair);
}

void TestEngineOpen::changesItsOwnKeysAlone() {
    test::EnginePair pair(optionsFor(ProtocolVersion::Tls13));
    pair.shakeHands();
    settle(pair);
    pair.client().updateKeys(false);
    settle(pair);
    const tls::Transcript& transcript = pair.client().transcript();
    QCOMPARE(countOf(transcript, Direction::Sent, tls::handshake_type::KeyUpdate), 1);
    QCOMPARE(countOf(transcript, Direction::Received, tls::handshake_type::KeyUpdate), 0);
    verifyDataFlow(pair);
}

void TestEngineOpen::refusesWhatTheVersionLacks() {
    test::EnginePair old(optionsFor(ProtocolVersion::Tls12));
    old.shakeHands();
    QVERIFY(isRefused([&] { old.client().updateKeys(true); }));
    verifyDataFlow(old);
    test::EnginePair recent(optionsFor(ProtocolVersion::Tls13));
    recent.shakeHands();
    settle(recent);
    QVERIFY(isRefused([&] { recent.client().renegotiate(); }));
    verifyDataFlow(recent);
}

void TestEngineOpen::refusesBeforeTheHandshakeAndAfterClosing() {
    test::EnginePair pair(optionsFor(ProtocolVersion::Tls13));
    QVERIFY(isRefused([&] { pair.client().updateKeys(true); }));
    pair.shakeHands();
    pair.client().shutdown();
    QVERIFY(isRefused([&] { pair.client().updateKeys(true); }));
}

CERTWRIGHT_TEST_MAIN(TestEngineOpen)
#include "tst_engine_open.moc"
