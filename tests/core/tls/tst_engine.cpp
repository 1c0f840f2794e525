#include "core/tls/engine.h"
#include "core/tls/failure.h"
#include "core/tls/host_check.h"
#include "core/tls/session_facts.h"
#include "tests/core/tls/engine_pair.h"
#include "tests/support/test_main.h"

#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <QObject>
#include <QTest>

#include <algorithm>
#include <array>
#include <map>

using namespace certwright;
using tls::Direction;
using tls::EngineState;
using tls::Progress;
using tls::ProtocolVersion;

Q_DECLARE_METATYPE(certwright::tls::ProtocolVersion)

namespace {

base::Time now() {
    return base::SystemClock().now();
}

test::EnginePair::Options optionsFor(ProtocolVersion version) {
    test::EnginePair::Options options;
    options.client.minimumVersion = version;
    options.client.maximumVersion = version;
    return options;
}

std::vector<std::string> namesOf(const tls::Transcript& transcript, Direction direction) {
    std::vector<std::string> names;
    for (const tls::Message& message : transcript.messages()) {
        if (message.direction == direction && message.content == tls::Message::Content::Handshake)
            names.push_back(message.name());
    }
    return names;
}

/// Both versions that engine pairs run through.
void addVersions() {
    QTest::addColumn<ProtocolVersion>("version");
    QTest::newRow("TLSv1.2") << ProtocolVersion::Tls12;
    QTest::newRow("TLSv1.3") << ProtocolVersion::Tls13;
}

} // namespace

class TestEngine : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void agreesWithThePeer_data() { addVersions(); }
    void agreesWithThePeer();
    void takesBytesOneAtATime_data() { addVersions(); }
    void takesBytesOneAtATime();
    void carriesData_data() { addVersions(); }
    void carriesData();
    void closesInBothOrders_data() { addVersions(); }
    void closesInBothOrders();
    void failsAtTheEndOfTheStreamWhereverItComes_data() { addVersions(); }
    void failsAtTheEndOfTheStreamWhereverItComes();
    void tellsTruncationFromClosure_data() { addVersions(); }
    void tellsTruncationFromClosure();
    void survivesChangedBytes_data() { addVersions(); }
    void survivesChangedBytes();
    void explainsPlainText_data();
    void explainsPlainText();
    void reportsAlertsOfThePeer();
    void saysWhenOurSettingsRefuse();
    void seesClientCertificateRefusedAfterHandshake();
    void collectsEveryFindingAndGoesOn();
    void keepsWhatWasLearntBeforeFailure();
    void putsTimesOfTheCallerIntoTheRecord();
    void masterKeyOfTls13ComesWithTheTicket();
    void asksForOutputToBeTaken();
    void refusesStepsInTheWrongState();
    void passesOnWhatACallbackThrew();
    void followsAHelloRetryRequest();
};

void TestEngine::agreesWithThePeer() {
    QFETCH(ProtocolVersion, version);
    auto options = optionsFor(version);
    options.client.alpn = {"h2", "http/1.1"};
    options.server.alpn = {"http/1.1"};
    test::EnginePair pair(options);
    pair.shakeHands();

    const tls::SessionFacts facts = tls::sessionFacts(pair.client(), now());
    SSL* server = pair.server().native();
    QVERIFY(facts.version == version);
    QCOMPARE(facts.cipher->opensslName, std::string(SSL_get_cipher_name(server)));
    QCOMPARE(facts.alpn, std::string("http/1.1"));
    QCOMPARE(facts.serverName, std::string("localhost"));
    QCOMPARE(std::string(SSL_get_servername(server, TLSEXT_NAMETYPE_host_name)), std::string("localhost"));
    QCOMPARE(facts.signature, std::string("ecdsa_secp256r1_sha256"));
    QVERIFY(!facts.group.empty());
    QCOMPARE(facts.chain.size(), std::size_t{2});
    QVERIFY(facts.chain[0] == pair.leaf().certificate);
    QVERIFY(facts.chain[1] == pair.intermediate().certificate());
    QVERIFY(pair.client().verification().isTrusted());
    QCOMPARE(pair.client().verification().builtChain.size(), std::size_t{3});
    QVERIFY(tls::matchesHost(facts.chain[0], "localhost"));
    QVERIFY(!facts.offeredCiphers.empty());
    QVERIFY(facts.compression.empty());

    // The same randoms and secrets on both sides (SSL.Connection.client_random, server_random, master_key).
    std::array<unsigned char, 32> random{};
    QCOMPARE(SSL_get_client_random(server, random.data(), random.size()), random.size());
    QVERIFY(std::equal(random.begin(), random.end(), facts.clientRandom.begin(), facts.clientRandom.end()));
    QCOMPARE(SSL_get_server_random(server, random.data(), random.size()), random.size());
    QVERIFY(std::equal(random.begin(), random.end(), facts.serverRandom.begin(), facts.serverRandom.end()));
    const auto& own = pair.client().keyLog().entries();
    QCOMPARE(own.size(), version == ProtocolVersion::Tls13 ? std::size_t{5} : std::size_t{1});
    for (const tls::KeyLogEntry& entry : own) {
        const base::Secret* other = pair.server().keyLog().find(entry.label);
        QVERIFY2(other != nullptr && other->equals(entry.secret), entry.label.c_str());
    }
    if (version == ProtocolVersion::Tls12) {
        QCOMPARE(facts.masterKey.size(), std::size_t{48});
        QVERIFY(facts.masterKey.equals(*pair.client().keyLog().find("CLIENT_RANDOM")));
        QVERIFY(facts.hasSecureRenegotiation);
        QVERIFY(facts.hasExtendedMasterSecret);
    } else {
        QCOMPARE(facts.masterKey.size(), std::size_t{0});
    }
    QCOMPARE(pair.client().stateText(), std::string("SSL negotiation finished successfully"));
    QCOMPARE(pair.client().bytesOut(), pair.server().bytesIn());
    QCOMPARE(pair.client().bytesIn(), pair.server().bytesOut());
}

void TestEngine::takesBytesOneAtATime() {
    QFETCH(ProtocolVersion, version);
    test::EnginePair pair(optionsFor(version));
    pair.shakeHands(1);
    QVERIFY(pair.client().state() == EngineState::Open);
    const std::vector<std::string> received = namesOf(pair.client().transcript(), Direction::Received);
    const std::vector<std::string> expected =
        version == ProtocolVersion::Tls13
            ? std::vector<std::string>{"ServerHello", "EncryptedExtensions", "Certificate", "CertificateVerify",
                                       "Finished"}
            : std::vector<std::string>{"ServerHello",     "Certificate",      "ServerKeyExchange",
                                       "ServerHelloDone", "NewSessionTicket", "Finished"};
    QCOMPARE(received, expected);
    for (const tls::Message& message : pair.client().transcript().messages()) {
        QCOMPARE(message.length, message.bytes.size());
        if (message.content != tls::Message::Content::Handshake)
            continue;
        const bool isHello =
            message.type == tls::handshake_type::ClientHello || message.type == tls::handshake_type::ServerHello;
        const bool isFinished = message.type == tls::handshake_type::Finished;
        if (version == ProtocolVersion::Tls13)
            QCOMPARE(message.isEncrypted, !isHello);
        else
            QCOMPARE(message.isEncrypted, isFinished);
    }
}

void TestEngine::carriesData() {
    QFETCH(ProtocolVersion, version);
    test::EnginePair pair(optionsFor(version));
    pair.shakeHands();
    // More than a record holds.
    base::Bytes data(100000);
    for (std::size_t i = 0; i < data.size(); ++i)
        data[i] = static_cast<std::uint8_t>(i * 7);
    std::size_t size = 0;
    QVERIFY(pair.client().write(data, size) == Progress::Done);
    QCOMPARE(size, data.size());
    pair.carry(1000);
    base::Bytes received;
    std::array<std::uint8_t, 5000> buffer{};
    while (pair.server().read(buffer, size) == Progress::Done)
        received.insert(received.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(size));
    QVERIFY(received == data);
    QVERIFY(pair.server().read(buffer, size) == Progress::WantInput);
}

void TestEngine::closesInBothOrders() {
    QFETCH(ProtocolVersion, version);
    test::EnginePair pair(optionsFor(version));
    pair.shakeHands();
    QVERIFY(pair.client().shutdown() == Progress::WantInput);
    QVERIFY(pair.client().state() == EngineState::CloseSent);
    // The server may still send: that is read, not taken for a breach.
    std::size_t size = 0;
    QVERIFY(pair.server().write(base::bytesOf("last words"), size) == Progress::Done);
    pair.carry();
    std::array<std::uint8_t, 64> buffer{};
    QVERIFY(pair.server().read(buffer, size) == Progress::Closed);
    QVERIFY(pair.server().state() == EngineState::CloseReceived);
    QVERIFY(pair.client().shutdown() == Progress::WantInput);
    QVERIFY(pair.server().shutdown() == Progress::Closed);
    pair.carry();
    QVERIFY(pair.client().shutdown() == Progress::Closed);
    QVERIFY(pair.client().state() == EngineState::Closed);
    QVERIFY(pair.server().state() == EngineState::Closed);
    QVERIFY(pair.client().read(buffer, size) == Progress::Closed);
}

void TestEngine::failsAtTheEndOfTheStreamWhereverItComes() {
    QFETCH(ProtocolVersion, version);
    // How much the server says in a whole handshake; then once for each cut.
    test::EnginePair whole(optionsFor(version));
    whole.shakeHands();
    const std::uint64_t total = whole.client().bytesIn();
    for (std::uint64_t cut = 0; cut < total; cut += (cut < 64 || cut + 64 > total ? 1 : 37)) {
        test::EnginePair pair(optionsFor(version));
        bool hasFailed = false;
        bool isCut = false;
        for (int i = 0; i < 20 && !hasFailed; ++i) {
            try {
                if (pair.client().handshake() == Progress::Done)
                    break; // TLS 1.3: what is left are tickets
                test::carryOutput(pair.client(), pair.server());
                pair.server().handshake();
                base::Bytes bytes = pair.server().takeOutput();
                if (pair.client().bytesIn() + bytes.size() < cut && !bytes.empty()) {
                    pair.client().feed(bytes);
                    continue;
                }
                const std::size_t left = cut - pair.client().bytesIn();
                isCut = bytes.size() > left || pair.server().state() != EngineState::Open;
                bytes.resize(std::min<std::size_t>(bytes.size(), left));
                pair.client().feed(bytes);
                pair.client().feedEof();
                while (pair.client().handshake() != Progress::Done)
                    ;
            } catch (const base::Error& error) {
                hasFailed = true;
                QVERIFY2(error.kind() == base::ErrorKind::Network, error.what());
                const tls::Failure failure = tls::explainFailure(pair.client(), error);
                QVERIFY(failure.side == tls::FailureSide::Transport);
                QVERIFY2(failure.error.message().find("closed the connection") != std::string::npos,
                         failure.error.what());
            }
        }
        // An ECDSA signature has no fixed length: this handshake may be shorter than the one that was measured, and
        // nothing of it missing at the cut.
        if (!hasFailed)
            QVERIFY(pair.client().state() == EngineState::Open && (version == ProtocolVersion::Tls13 || !isCut));
        else
            QVERIFY(pair.client().state() == EngineState::Failed);
    }
}

void TestEngine::tellsTruncationFromClosure() {
    QFETCH(ProtocolVersion, version);
    test::EnginePair pair(optionsFor(version));
    pair.shakeHands();
    pair.client().feedEof();
    std::array<std::uint8_t, 64> buffer{};
    std::size_t size = 0;
    try {
        pair.client().read(buffer, size);
        QFAIL("a stream that ends without close_notify was taken for a proper closure");
    } catch (const base::Error& error) {
        QVERIFY(error.kind() == base::ErrorKind::Network);
        QVERIFY(error.hasReason(ERR_LIB_SSL, SSL_R_UNEXPECTED_EOF_WHILE_READING));
    }
    QVERIFY(pair.client().state() == EngineState::Failed);
    QVERIFY_THROWS_EXCEPTION(base::Error, pair.client().read(buffer, size));
}

void TestEngine::survivesChangedBytes() {
    QFETCH(ProtocolVersion, version);
    test::EnginePair whole(optionsFor(version));
    whole.client().handshake();
    test::carryOutput(whole.client(), whole.server());
    whole.server().handshake();
    const std::size_t flight = whole.server().takeOutput().size();
    int failures = 0;
    for (std::size_t position = 0; position < flight; position += 13) {
        test::EnginePair pair(optionsFor(version));
        pair.client().handshake();
        test::carryOutput(pair.client(), pair.server());
        pair.server().handshake();
        base::Bytes bytes = pair.server().takeOutput();
        if (position >= bytes.size())
            break;
        bytes[position] ^= 0xA5;
        pair.client().feed(bytes);
        try {
            if (pair.client().handshake() == Progress::WantInput)
                pair.client().feedEof();
            pair.client().handshake();
        } catch (const base::Error& error) {
            ++failures;
            QVERIFY(pair.client().state() == EngineState::Failed);
            QVERIFY2(error.kind() == base::ErrorKind::Network || error.kind() == base::ErrorKind::PeerAlert,
                     error.what());
        }
    }
    QVERIFY(failures > 10);
}

void TestEngine::explainsPlainText_data() {
    QTest::addColumn<QByteArray>("banner");
    QTest::addColumn<QByteArray>("excerpt");
    QTest::newRow("smtp") << QByteArray("220 mail.example ESMTP\r\n") << QByteArray("“220 mail.example ESMTP”");
    QTest::newRow("http") << QByteArray("HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n")
                          << QByteArray("“HTTP/1.1 400 Bad Request”");
    QTest::newRow("ssh") << QByteArray("SSH-2.0-OpenSSH_9.2\r\n") << QByteArray("“SSH-2.0-OpenSSH_9.2”");
    QTest::newRow("zeros") << QByteArray(64, '\0') << QByteArray("the octets 00 00 00 00 00 00 00 00");
    QTest::newRow("mysql") << QByteArray::fromHex("4a0000000a352e37")
                           << QByteArray("the octets 4A 00 00 00 0A 35 2E 37");
}

void TestEngine::explainsPlainText() {
    QFETCH(QByteArray, banner);
    QFETCH(QByteArray, excerpt);
    test::EnginePair pair;
    pair.client().handshake();
    pair.client().feed(
        {reinterpret_cast<const std::uint8_t*>(banner.constData()), static_cast<std::size_t>(banner.size())});
    try {
        if (pair.client().handshake() == Progress::WantInput)
            pair.client().feedEof();
        pair.client().handshake();
        QFAIL("plain text was taken for TLS");
    } catch (const base::Error& error) {
        const tls::Failure failure = tls::explainFailure(pair.client(), error);
        QVERIFY(failure.side == tls::FailureSide::Peer);
        QVERIFY(failure.error.kind() == base::ErrorKind::Network);
        QVERIFY2(failure.error.message().find(excerpt.toStdString()) != std::string::npos, failure.error.what());
        QVERIFY(!failure.error.hint().empty());
    }
}

void TestEngine::reportsAlertsOfThePeer() {
    test::EnginePair::Options options;
    options.client.maximumVersion = ProtocolVersion::Tls12;
    options.server.minimumVersion = ProtocolVersion::Tls13;
    test::EnginePair pair(options);
    pair.client().handshake();
    test::carryOutput(pair.client(), pair.server());
    QVERIFY_THROWS_EXCEPTION(base::Error, pair.server().handshake());
    // The alert is there to be sent although the engine has failed.
    QVERIFY(test::carryOutput(pair.server(), pair.client()) > 0);
    try {
        pair.client().handshake();
        QFAIL("the alert was not seen");
    } catch (const base::Error& error) {
        QVERIFY(error.kind() == base::ErrorKind::PeerAlert);
        const tls::Failure failure = tls::explainFailure(pair.client(), error);
        QVERIFY(failure.side == tls::FailureSide::Peer);
        QVERIFY2(failure.error.message().find("protocol_version (70)") != std::string::npos, failure.error.what());
    }
    const auto alert = pair.client().transcript().alert(Direction::Received);
    QVERIFY(alert && alert->isFatal() && alert->description == 70);
    QVERIFY(pair.server().transcript().alert(Direction::Sent) == alert);
}

void TestEngine::saysWhenOurSettingsRefuse() {
    // A server that speaks TLS 1.1, whose signatures with SHA-1 our security level does not allow.
    test::EnginePair::Options options = optionsFor(ProtocolVersion::Tls11);
    options.client.securityLevel = 2;
    options.server.securityLevel = 0;
    test::EnginePair pair(options);
    try {
        pair.shakeHands();
        QFAIL("TLS 1.1 was spoken at security level 2");
    } catch (const base::Error& error) {
        const tls::Failure failure = tls::explainFailure(pair.client(), error);
        QVERIFY2(failure.side == tls::FailureSide::Ours, failure.error.what());
        QVERIFY2(failure.error.hint().find("security level") != std::string::npos, failure.error.hint().c_str());
    }
    // At level 0 it is spoken.
    options.client.securityLevel = 0;
    test::EnginePair old(options);
    old.shakeHands();
    QVERIFY(tls::sessionFacts(old.client(), now()).version == ProtocolVersion::Tls11);
}

void TestEngine::seesClientCertificateRefusedAfterHandshake() {
    // TLS 1.3: our handshake is complete before the server has looked for our certificate (RFC 8446 4.4.2.4).
    auto options = optionsFor(ProtocolVersion::Tls13);
    options.prepareServer = [](SSL_CTX* context) {
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    };
    test::EnginePair pair(options);
    pair.client().handshake();
    test::carryOutput(pair.client(), pair.server());
    pair.server().handshake();
    test::carryOutput(pair.server(), pair.client());
    QVERIFY(pair.client().handshake() == Progress::Done);
    QVERIFY(tls::sessionFacts(pair.client(), now()).isClientCertificateRequested);
    test::carryOutput(pair.client(), pair.server());
    QVERIFY_THROWS_EXCEPTION(base::Error, pair.server().handshake());
    test::carryOutput(pair.server(), pair.client());
    try {
        pair.client().shutdown();
        QFAIL("the alert was not seen");
    } catch (const base::Error& error) {
        QVERIFY(error.kind() == base::ErrorKind::PeerAlert);
        QVERIFY2(tls::explainFailure(pair.client(), error).error.message().find("certificate_required (116)") !=
                     std::string::npos,
                 error.what());
    }
}

void TestEngine::collectsEveryFindingAndGoesOn() {
    test::EnginePair::Options options;
    options.leaf.notAfter = now() - std::chrono::hours(1);
    options.leaf.notBefore = now() - std::chrono::hours(48);
    options.leaf.extendedKeyUsage = "clientAuth";
    options.trustsRoot = false;
    test::EnginePair pair(options);
    pair.shakeHands();
    QVERIFY(!pair.client().verification().isTrusted());
    std::map<std::string, int> depths;
    for (const x509::Finding& finding : pair.client().verification().findings)
        depths[finding.id] = finding.depth;
    QVERIFY(depths.count("unable-to-get-issuer") == 1 && depths["unable-to-get-issuer"] == 1);
    QVERIFY(depths.count("expired") == 1 && depths["expired"] == 0);
    QVERIFY(depths.count("invalid-purpose") == 1 && depths["invalid-purpose"] == 0);
}

void TestEngine::keepsWhatWasLearntBeforeFailure() {
    // The client gives up over the server's Finished: version, suite, chain and findings are known by then.
    test::EnginePair pair(optionsFor(ProtocolVersion::Tls12));
    pair.client().handshake();
    test::carryOutput(pair.client(), pair.server());
    pair.server().handshake();
    test::carryOutput(pair.server(), pair.client());
    pair.client().handshake();
    test::carryOutput(pair.client(), pair.server());
    pair.server().handshake();
    base::Bytes last = pair.server().takeOutput();
    last.back() ^= 1U;
    pair.client().feed(last);
    QVERIFY_THROWS_EXCEPTION(base::Error, pair.client().handshake());
    const tls::SessionFacts facts = tls::sessionFacts(pair.client(), now());
    QVERIFY(facts.version == ProtocolVersion::Tls12);
    QVERIFY(facts.cipher.has_value());
    QCOMPARE(facts.chain.size(), std::size_t{2});
    QCOMPARE(facts.serverRandom.size(), std::size_t{32});
    QVERIFY(pair.client().verification().hasRun);
    QVERIFY(pair.client().transcript().alert(Direction::Sent).has_value());
}

void TestEngine::putsTimesOfTheCallerIntoTheRecord() {
    test::EnginePair pair;
    pair.client().setTime(tls::Elapsed(1500));
    pair.client().handshake();
    test::carryOutput(pair.client(), pair.server());
    pair.server().handshake();
    test::carryOutput(pair.server(), pair.client());
    pair.client().setTime(tls::Elapsed(9000));
    pair.client().handshake();
    QCOMPARE(pair.client().transcript().find(Direction::Sent, tls::handshake_type::ClientHello)->time.count(), 1500);
    QCOMPARE(pair.client().transcript().find(Direction::Received, tls::handshake_type::ServerHello)->time.count(),
             9000);
    QVERIFY(pair.client().transcript().states().front().where == tls::StateChange::Where::HandshakeStart);
    QCOMPARE(pair.client().transcript().states().front().state, std::string("before SSL initialization"));
    QVERIFY(pair.client().transcript().states().back().where == tls::StateChange::Where::HandshakeDone);
}

void TestEngine::masterKeyOfTls13ComesWithTheTicket() {
    test::EnginePair pair(optionsFor(ProtocolVersion::Tls13));
    pair.shakeHands();
    QVERIFY(tls::sessionFacts(pair.client(), now()).masterKey.empty());
    QVERIFY(pair.client().shutdown() == Progress::WantInput);
    pair.carry();
    pair.client().shutdown();
    const tls::SessionFacts facts = tls::sessionFacts(pair.client(), now());
    QVERIFY(!facts.masterKey.empty());
    QVERIFY(facts.session->hasTicket);
    QVERIFY(pair.client().transcript().find(Direction::Received, tls::handshake_type::NewSessionTicket) != nullptr);
}

void TestEngine::asksForOutputToBeTaken() {
    test::EnginePair pair;
    pair.shakeHands();
    const base::Bytes data(2 * tls::Engine::MaximumPendingOutput);
    std::size_t size = 0;
    QVERIFY(pair.client().write(data, size) == Progress::WantOutput);
    QVERIFY(size > 0 && size < data.size());
    pair.carry();
    std::size_t more = 0;
    QVERIFY(pair.client().write(base::BytesView(data).subspan(size), more) != Progress::WantInput);
    QVERIFY(more > 0);
}

void TestEngine::refusesStepsInTheWrongState() {
    test::EnginePair pair;
    std::array<std::uint8_t, 8> buffer{};
    std::size_t size = 0;
    QVERIFY_THROWS_EXCEPTION(base::Error, pair.client().read(buffer, size));
    QVERIFY_THROWS_EXCEPTION(base::Error, pair.client().write(buffer, size));
    QVERIFY_THROWS_EXCEPTION(base::Error, pair.client().shutdown());
    QVERIFY(pair.client().state() == EngineState::Idle);
    pair.shakeHands();
    QVERIFY(pair.client().handshake() == Progress::Done);
    pair.client().shutdown();
    QVERIFY_THROWS_EXCEPTION(base::Error, pair.client().write(buffer, size));
    pair.client().feedEof();
    QVERIFY_THROWS_EXCEPTION(base::Error, pair.client().feed(buffer));
}

void TestEngine::passesOnWhatACallbackThrew() {
    // A full secure heap makes the key log throw inside OpenSSL's callback.
    test::EnginePair pair;
    std::vector<base::Secret> hoard;
    pair.client().handshake();
    test::carryOutput(pair.client(), pair.server());
    pair.server().handshake();
    test::carryOutput(pair.server(), pair.client());
    try {
        for (std::size_t size = std::size_t{1} << 20U; size > 0;) {
            try {
                hoard.emplace_back(size);
            } catch (const base::Error&) {
                size /= 2;
            }
        }
        pair.client().handshake();
        hoard.clear();
        QFAIL("the failure of the callback was lost");
    } catch (const base::Error& error) {
        hoard.clear();
        QVERIFY2(error.kind() == base::ErrorKind::Internal, error.what());
    }
    QVERIFY(pair.client().state() == EngineState::Failed);
}

void TestEngine::followsAHelloRetryRequest() {
    auto options = optionsFor(ProtocolVersion::Tls13);
    options.client.groups = "X25519:P-384";
    options.server.groups = "P-384";
    test::EnginePair pair(options);
    pair.shakeHands();
    const tls::SessionFacts facts = tls::sessionFacts(pair.client(), now());
    QCOMPARE(facts.group, std::string("secp384r1"));
    QCOMPARE(namesOf(pair.client().transcript(), Direction::Sent),
             (std::vector<std::string>{"ClientHello", "ClientHello", "Finished"}));
    std::array<unsigned char, 32> random{};
    SSL_get_server_random(pair.server().native(), random.data(), random.size());
    QVERIFY(std::equal(random.begin(), random.end(), facts.serverRandom.begin(), facts.serverRandom.end()));
}

CERTWRIGHT_TEST_MAIN(TestEngine)
#include "tst_engine.moc"
