#include "core/tls/wire/hello.h"
#include "core/tls/wire/reader.h"
#include "tests/core/tls/engine_pair.h"
#include "tests/support/test_main.h"

#include <QObject>
#include <QTest>

using namespace certwright;
namespace wire = certwright::tls::wire;

namespace {

/// A message with the header that fits its body.
base::Bytes messageOf(std::uint8_t type, const std::string& bodyHex) {
    base::Bytes body = base::fromHex(bodyHex).value();
    base::Bytes message{type, 0, static_cast<std::uint8_t>(body.size() >> 8U), static_cast<std::uint8_t>(body.size())};
    message.insert(message.end(), body.begin(), body.end());
    return message;
}

/// Runs a parser over every prefix of a message and over it with every octet changed: it must not read outside (the
/// sanitizers watch) and must refuse each prefix, because the length in the header then lies.
template <class Parser>
void harass(const base::Bytes& message, Parser parse) {
    for (std::size_t size = 0; size < message.size(); ++size) {
        const base::Bytes cut(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(size));
        QVERIFY2(!parse(cut), QByteArray::number(qulonglong(size)).constData());
    }
    for (std::size_t at = 0; at < message.size(); ++at) {
        for (const auto change : {std::uint8_t{0x01}, std::uint8_t{0x80}, std::uint8_t{0xFF}}) {
            base::Bytes changed = message;
            changed[at] = static_cast<std::uint8_t>(changed[at] ^ change);
            static_cast<void>(parse(changed));
        }
    }
}

} // namespace

class TestHello : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsTheExampleOfRfc8448();
    void readsAHelloRetryRequest();
    void readsWhatOpensslSends();
    void leavesOutSignals();
    void staysInsideDamagedMessages();
    void readerStaysFailed();
};

void TestHello::readsTheExampleOfRfc8448() {
    // RFC 8448 3, ServerHello of the simple 1-RTT handshake.
    const base::Bytes message =
        base::fromHex("020000560303a6af06a4121860dc5e6e60249cd34c95930c8ac5cb1434dac155772ed3e269280013010000"
                      "2e00330024001d0020c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f002b00020304")
            .value();
    const auto hello = wire::parseServerHello(message);
    QVERIFY(hello.has_value());
    QCOMPARE(static_cast<int>(hello->version), 0x0304);
    QCOMPARE(static_cast<int>(hello->cipherSuite), 0x1301);
    QCOMPARE(static_cast<int>(hello->group.value()), 0x001D);
    QVERIFY(!hello->isHelloRetryRequest);
    QCOMPARE(base::toHex(hello->random),
             std::string("A6AF06A4121860DC5E6E60249CD34C95930C8AC5CB1434DAC155772ED3E26928"));
    harass(message, wire::parseServerHello);
}

void TestHello::readsAHelloRetryRequest() {
    // RFC 8448 5, up to the group; the cookie is left out.
    const auto hello = wire::parseServerHello(
        messageOf(2, "0303cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c00130100000c"
                     "003300020017002b00020304"));
    QVERIFY(hello && hello->isHelloRetryRequest);
    QCOMPARE(static_cast<int>(hello->group.value()), 0x0017);
}

void TestHello::readsWhatOpensslSends() {
    test::EnginePair pair;
    pair.shakeHands();
    const tls::Message* sent = pair.client().transcript().find(tls::Direction::Sent, tls::handshake_type::ClientHello);
    const auto hello = wire::parseClientHello(sent->bytes);
    QVERIFY(hello.has_value());
    QVERIFY(hello->cipherSuites.size() > 3);
    harass(sent->bytes, wire::parseClientHello);
    const tls::Message* verify =
        pair.client().transcript().find(tls::Direction::Received, tls::handshake_type::CertificateVerify);
    QCOMPARE(static_cast<int>(wire::parseCertificateVerify(verify->bytes).value()), 0x0403);
    harass(verify->bytes, wire::parseCertificateVerify);

    test::EnginePair::Options options;
    options.client.maximumVersion = tls::ProtocolVersion::Tls12;
    test::EnginePair old(options);
    old.shakeHands();
    const tls::Message* exchange =
        old.client().transcript().find(tls::Direction::Received, tls::handshake_type::ServerKeyExchange);
    const auto parse = [](base::BytesView bytes) { return wire::parseEcdheKeyExchange(bytes, true); };
    QCOMPARE(static_cast<int>(parse(exchange->bytes)->group.value()), 0x001D);
    QCOMPARE(static_cast<int>(parse(exchange->bytes)->signatureScheme.value()), 0x0403);
    harass(exchange->bytes, parse);
}

void TestHello::leavesOutSignals() {
    // GREASE (RFC 8701), TLS_AES_128_GCM_SHA256, renegotiation (RFC 5746) and fallback (RFC 7507) signals.
    const auto hello = wire::parseClientHello(
        messageOf(1, "0303" + std::string(64, '0') + "00" + "0008" + "5a5a" + "1301" + "00ff" + "5600" + "0100"));
    QVERIFY(hello.has_value());
    QCOMPARE(hello->cipherSuites, std::vector<std::uint16_t>{0x1301});
}

void TestHello::staysInsideDamagedMessages() {
    QVERIFY(!wire::parseServerHello({}));
    // A session identifier longer than the message, an odd list of suites, extensions that lie.
    QVERIFY(!wire::parseServerHello(messageOf(2, "0303" + std::string(64, '0') + "ff1301")));
    QVERIFY(!wire::parseClientHello(messageOf(1, "0303" + std::string(64, '0') + "00" + "0003" + "130100")));
    QVERIFY(!wire::parseServerHello(messageOf(2, "0303" + std::string(64, '0') + "00130100" + "ffff")));
    const auto odd = wire::parseServerHello(messageOf(2, "0303" + std::string(64, '0') + "00130100" + "0004002b0000"));
    QVERIFY(odd && odd->version == 0x0303); // an empty supported_versions says nothing
    QVERIFY(!wire::parseDheKeyExchange(messageOf(12, "0002aabb0001"), true));
    QVERIFY(!wire::parseEcdheKeyExchange(messageOf(12, "0100"), true)); // explicit curves were never used
}

void TestHello::readerStaysFailed() {
    const base::Bytes bytes{1, 2, 3};
    wire::Reader reader(bytes);
    QCOMPARE(static_cast<int>(reader.u16()), 0x0102);
    QCOMPARE(static_cast<int>(reader.u16()), 0);
    QVERIFY(reader.hasFailed());
    QCOMPARE(static_cast<int>(reader.u8()), 0);
    QVERIFY(reader.bytes(0).empty());
    QVERIFY(reader.hasFailed());
}

CERTWRIGHT_TEST_MAIN(TestHello)
#include "tst_hello.moc"
