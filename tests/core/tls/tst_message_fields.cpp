#include "core/tls/message_decoder.h"
#include "tests/core/tls/engine_pair.h"
#include "tests/support/test_main.h"

#include <QObject>
#include <QTest>

#include <algorithm>
#include <functional>

using namespace certwright;
using tls::wire::Field;
using tls::wire::MessageContext;

namespace {

constexpr MessageContext Tls13{0x0304, 0x1301};

/// "01" and the body after its length.
base::Bytes messageOf(std::uint8_t type, const std::string& bodyHex) {
    const base::Bytes body = base::fromHex(bodyHex).value();
    base::Bytes message{type, 0, static_cast<std::uint8_t>(body.size() >> 8U), static_cast<std::uint8_t>(body.size())};
    message.insert(message.end(), body.begin(), body.end());
    return message;
}

void walk(const std::vector<Field>& fields, const std::function<void(const Field&)>& look) {
    for (const Field& field : fields) {
        look(field);
        walk(field.children, look);
    }
}

/// The values of the fields of a name, in order, with blanks between.
QString valuesOf(const std::vector<Field>& fields, const std::string& name) {
    QStringList values;
    walk(fields, [&](const Field& field) {
        if (field.name == name)
            values << QString::fromStdString(field.value);
    });
    return values.join(QLatin1Char('|'));
}

QStringList damagesOf(const std::vector<Field>& fields) {
    QStringList names;
    walk(fields, [&](const Field& field) {
        if (field.isDamaged)
            names << QString::fromStdString(field.name) + QLatin1Char('@') + QString::number(field.offset);
    });
    return names;
}

/// Each field lies in its parent, after the one before it; together the outermost are the message.
void checkPlaces(const std::vector<Field>& fields, std::size_t from, std::size_t end) {
    for (const Field& field : fields) {
        QVERIFY2(field.offset >= from && field.offset + field.length <= end, field.name.c_str());
        from = field.offset + field.length;
        checkPlaces(field.children, field.offset, from);
    }
}

void checkMessage(const base::Bytes& message, const std::vector<Field>& fields) {
    checkPlaces(fields, 0, message.size());
    std::size_t covered = 0;
    for (const Field& field : fields)
        covered += field.length;
    QCOMPARE(covered, message.size());
}

} // namespace

class TestMessageFields : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsTheExamplesOfRfc8448_data();
    void readsTheExamplesOfRfc8448();
    void readsOtherExtensions_data();
    void readsOtherExtensions();
    void readsOlderMessages_data();
    void readsOlderMessages();
    void saysWhereItIsDamaged_data();
    void saysWhereItIsDamaged();
    void readsAlertsAndChanges();
    void coversWhatOpensslSends();
    void boundsLongLists();
};

void TestMessageFields::readsTheExamplesOfRfc8448_data() {
    QTest::addColumn<QByteArray>("hex");
    QTest::addColumn<QString>("field");
    QTest::addColumn<QString>("values");
    // RFC 8448 3, the simple 1-RTT handshake, and 5, HelloRetryRequest; values as RFC 8446 B names the numbers.
    const QByteArray client =
        "010000c00303cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece7000006130113031302010000910000000b"
        "0009000006736572766572ff01000100000a00140012001d0017001800190100010101020103010400230000003300260024001d002099"
        "381de560e4bd43d23d8e435a7dbafeb3c06e51c13cae4d5413691e529aaf2c002b0003020304000d0020001e0403050306030203080408"
        "0508060401050106010201040205020602020200"
        "2d00020101001c00024001";
    QTest::newRow("suites") << client << QStringLiteral("cipher_suite")
                            << QStringLiteral("TLS_AES_128_GCM_SHA256 (0x1301)|TLS_CHACHA20_POLY1305_SHA256 (0x1303)|"
                                              "TLS_AES_256_GCM_SHA384 (0x1302)");
    QTest::newRow("host name") << client << QStringLiteral("host_name") << QStringLiteral("server");
    QTest::newRow("share") << client << QStringLiteral("group") << QStringLiteral("x25519 (0x001D)");
    QTest::newRow("key") << client << QStringLiteral("key_exchange")
                         << QStringLiteral("99381DE560E4BD43D23D8E435A7DBAFEB3C06E51C13CAE4D5413691E529AAF2C");
    QTest::newRow("versions") << client << QStringLiteral("version") << QStringLiteral("TLSv1.3 (0x0304)");
    QTest::newRow("modes") << client << QStringLiteral("ke_mode") << QStringLiteral("psk_dhe_ke (1)");
    QTest::newRow("record size") << client << QStringLiteral("record_size_limit") << QStringLiteral("16385");
    QTest::newRow("groups") << client << QStringLiteral("named_group")
                            << QStringLiteral("x25519 (0x001D)|secp256r1 (0x0017)|secp384r1 (0x0018)|secp521r1 "
                                              "(0x0019)|ffdhe2048 (0x0100)|ffdhe3072 (0x0101)|ffdhe4096 (0x0102)|"
                                              "ffdhe6144 (0x0103)|ffdhe8192 (0x0104)");
    const QByteArray server =
        "020000560303a6af06a4121860dc5e6e60249cd34c95930c8ac5cb1434dac155772ed3e269280013010000"
        "2e00330024001d0020c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f002b00020304";
    QTest::newRow("server's version") << server << QStringLiteral("selected_version")
                                      << QStringLiteral("TLSv1.3 (0x0304)");
    QTest::newRow("server's share") << server << QStringLiteral("group") << QStringLiteral("x25519 (0x001D)");
    const QByteArray retry =
        "0200003e0303cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c001301000016003300020017002c0006"
        "0004deadbeef002b00020304";
    QTest::newRow("group to retry with") << retry << QStringLiteral("selected_group")
                                         << QStringLiteral("secp256r1 (0x0017)");
    QTest::newRow("cookie") << retry << QStringLiteral("cookie") << QStringLiteral("DEADBEEF");
    const QByteArray ticket = "040000c90000001efad6aac502000000b22c035d829359ee5ff7af4ec900000000262a6494dc486d2c8a34cb"
                              "33fa90bf1b0070ad3c498883c9367c09a2be785abc55cd226097a3a982117283f82a03a143efd3ff5dd36d64"
                              "e861be7fd61d2827db279cce145077d454a3664d4e6da4d29ee03725a6a4dafcd0fc67d2aea70529513e3da2"
                              "677fa5906c5b3f7d8f92f228bda40dda721470f9fbf297b5aea617646fac5c03272e970727c621a79141ef5f"
                              "7de6505e5bfbc388e93343694093934ae4d3570008002a000400000400";
    QTest::newRow("ticket's lifetime") << ticket << QStringLiteral("ticket_lifetime") << QStringLiteral("30");
    QTest::newRow("early data") << ticket << QStringLiteral("max_early_data_size") << QStringLiteral("1024");
    QTest::newRow("ticket's nonce") << ticket << QStringLiteral("ticket_nonce") << QStringLiteral("0000");
}

void TestMessageFields::readsTheExamplesOfRfc8448() {
    QFETCH(QByteArray, hex);
    QFETCH(QString, field);
    QFETCH(QString, values);
    const base::Bytes message = base::fromHex(hex.toStdString()).value();
    const std::vector<Field> fields = tls::wire::handshakeFields(message, Tls13);
    QCOMPARE(damagesOf(fields), QStringList());
    QCOMPARE(valuesOf(fields, field.toStdString()), values);
    checkMessage(message, fields);
}

void TestMessageFields::readsOtherExtensions_data() {
    QTest::addColumn<int>("type");
    QTest::addColumn<QByteArray>("extension");
    QTest::addColumn<QString>("field");
    QTest::addColumn<QString>("values");
    const auto row = [](const char* title, int type, const char* extension, const char* field, const char* values) {
        QTest::newRow(title) << type << QByteArray(extension) << QString::fromLatin1(field)
                             << QString::fromLatin1(values);
    };
    // Numbers and forms of the RFCs, the names of the registry.
    row("fragment length", 1, "0001000103", "max_fragment_length", "2048 (3)"); // RFC 6066 4
    row("status request", 1, "000500050100000000", "status_type", "ocsp (1)");  // RFC 6066 8
    row("point formats", 1, "000b000403000102", "ec_point_format",              // RFC 8422 5.1.2
        "uncompressed (0)|ansiX962_compressed_prime (1)|ansiX962_compressed_char2 (2)");
    row("SRTP", 1,
        "000e0007000400010007"
        "00",
        "profile", // RFC 5764 4.1.1
        "SRTP_AES128_CM_HMAC_SHA1_80 (1)|SRTP_AEAD_AES_128_GCM (7)");
    row("heartbeat", 1, "000f000101", "mode", "peer_allowed_to_send (1)");                       // RFC 6520 2
    row("ALPN", 1, "0010000e000c02683208687474702f312e31", "protocol_name", "h2|http/1.1");      // RFC 7301 3.1
    row("client's kinds", 1, "00130003020200", "certificate_type", "RawPublicKey (2)|X509 (0)"); // RFC 7250 3
    row("server's kind", 8, "0014000102", "certificate_type", "RawPublicKey (2)");
    row("padding", 1, "001500020000", "padding", "0000"); // RFC 7685 3
    row("compression", 1, "001b00050400020001", "algorithm", "brotli (2)|zlib (1)");
    row("schemes of certificates", 1, "0032000400020807", "signature_scheme", "ed25519 (0x0807)");
    row("GREASE", 1, "1a1a000100", "GREASE (0x1A1A)", "");                        // RFC 8701
    row("binder", 1, "0029000f00080002aabb00000001000302ccdd", "binder", "CCDD"); // RFC 8446 4.2.11
    row("ticket's age", 1, "0029000f00080002aabb00000001000302ccdd", "obfuscated_ticket_age", "1");
    row("chosen key", 2, "002900020001", "selected_identity", "1");
    row("renegotiation", 1, "ff01000302abcd", "renegotiated_connection", "ABCD"); // RFC 5746 3.2
    row("encrypted hello", 1, "fe0d000d0000010001070001aa0002bbcc", "payload", "BBCC");
    row("authorities", 13,
        "002f0012001000"
        "0e300c310a300806035504030c0141",
        "distinguished_name", "CN=A");
    row("unknown", 1, "abcd0002beef", "extension_data", "BEEF");
}

void TestMessageFields::readsOtherExtensions() {
    QFETCH(int, type);
    QFETCH(QByteArray, extension);
    QFETCH(QString, field);
    QFETCH(QString, values);
    std::string size = base::toHex(base::Bytes{static_cast<std::uint8_t>(extension.size() / 512),
                                               static_cast<std::uint8_t>(extension.size() / 2 % 256)});
    std::string body;
    if (type == 1)
        body = "0303" + std::string(64, '0') + "0000021301" + "0100";
    else if (type == 2)
        body = "0303" + std::string(64, '0') + "00130100";
    else if (type == 13)
        body = "00";
    const base::Bytes message = messageOf(static_cast<std::uint8_t>(type), body + size + extension.toStdString());
    const std::vector<Field> fields = tls::wire::handshakeFields(message, Tls13);
    QCOMPARE(damagesOf(fields), QStringList());
    QCOMPARE(valuesOf(fields, field.toStdString()), values);
    checkMessage(message, fields);
}

void TestMessageFields::readsOlderMessages_data() {
    QTest::addColumn<QByteArray>("hex");
    QTest::addColumn<int>("version");
    QTest::addColumn<int>("suite");
    QTest::addColumn<QString>("field");
    QTest::addColumn<QString>("values");
    const auto row = [](const char* title, const char* hex, int version, int suite, const char* field,
                        const char* values) {
        QTest::newRow(title) << QByteArray(hex) << version << suite << QString::fromLatin1(field)
                             << QString::fromLatin1(values);
    };
    row("ECDHE", "0c00000d03001d02aabb08070003010203", 0x0303, 0xC02F, "named_curve", "x25519 (0x001D)");
    row("its scheme", "0c00000d03001d02aabb08070003010203", 0x0303, 0xC02F, "algorithm", "ed25519 (0x0807)");
    row("no scheme before 1.2", "0c00000b03001d02aabb0003010203", 0x0302, 0xC013, "signature", "010203");
    row("DHE", "0c00000f00020123000102000211ff0002aabb", 0x0302, 0x0033, "dh_p", "9 bits: 0123");
    row("anonymous DH",
        "0c00000b000201230001020002"
        "11ff",
        0x0303, 0x0034, "dh_Ys", "13 bits: 11FF");
    row("hint of PSK",
        "0c0000060004"
        "68696e74",
        0x0303, 0x008C, "psk_identity_hint", "hint");
    row("identity of PSK", "1000000400024d65", 0x0303, 0x008C, "psk_identity", "Me");
    row("RSA", "100000040002aabb", 0x0303, 0x002F, "encrypted_pre_master_secret", "AABB");
    row("ECDHE of the client", "1000000302aabb", 0x0303, 0xC02F, "ecdh_Yc", "AABB");
    row("DHE of the client",
        "100000040002"
        "0abb",
        0x0303, 0x0033, "dh_Yc", "12 bits: 0ABB");
    row("kinds of certificates",
        "0d00000902"
        "0140"
        "0002"
        "0403"
        "0000",
        0x0303, 0xC02F, "certificate_type", "rsa_sign (1)|ecdsa_sign (64)");
    row("no schemes before 1.2", "0d0000050201400000", 0x0301, 0xC013, "certificate_authorities", "");
    row("ticket before 1.3", "040000080000012c0002beef", 0x0303, 0xC02F, "ticket_lifetime_hint", "300");
    row("status", "160000060100000230ff", 0x0303, 0xC02F, "response", "30FF");
    row("finished", "1400000400112233", 0x0303, 0xC02F, "verify_data", "00112233");
    row("keys", "1800000101", 0x0304, 0x1301, "request_update", "update_requested (1)");
    row("no certificate", "0b000003000000", 0x0303, 0xC02F, "certificate_list", "");
    row("unknown", "63000002abcd", 0x0303, 0xC02F, "body", "ABCD");
    row("nothing in it", "0e000000", 0x0303, 0xC02F, "msg_type", "ServerHelloDone (14)");
}

void TestMessageFields::readsOlderMessages() {
    QFETCH(QByteArray, hex);
    QFETCH(int, version);
    QFETCH(int, suite);
    QFETCH(QString, field);
    QFETCH(QString, values);
    const base::Bytes message = base::fromHex(hex.toStdString()).value();
    const MessageContext context{static_cast<std::uint16_t>(version), static_cast<std::uint16_t>(suite)};
    const std::vector<Field> fields = tls::wire::handshakeFields(message, context);
    QCOMPARE(damagesOf(fields), QStringList());
    QCOMPARE(valuesOf(fields, field.toStdString()), values);
    checkMessage(message, fields);
}

void TestMessageFields::saysWhereItIsDamaged_data() {
    QTest::addColumn<QByteArray>("hex");
    QTest::addColumn<QStringList>("damages");
    QTest::newRow("empty") << QByteArray() << QStringList{QStringLiteral("msg_type@0")};
    QTest::newRow("no length") << QByteArray("0100") << QStringList{QStringLiteral("length@1")};
    QTest::newRow("longer than said") << QByteArray("18000001"
                                                    "0000")
                                      << QStringList{QStringLiteral("length@1"), QStringLiteral("rest@5")};
    QTest::newRow("shorter than said") << QByteArray("18000002"
                                                     "00")
                                       << QStringList{QStringLiteral("length@1")};
    const QByteArray hello = "0303" + QByteArray(64, '0');
    QTest::newRow("nothing in it") << QByteArray("0b000000")
                                   << QStringList{QStringLiteral("certificate_request_context@4"),
                                                  QStringLiteral("certificate_list@4")};
    QTest::newRow("session of 255") << QByteArray("02000026" + hello + "ff130100")
                                    << QStringList{QStringLiteral("session_id@38"), QStringLiteral("cipher_suite@42"),
                                                   QStringLiteral("compression_method@42")};
    QTest::newRow("odd suites") << QByteArray("0100002a" + hello +
                                              "00"
                                              "0003"
                                              "130100"
                                              "0100")
                                << QStringList{QStringLiteral("cipher_suite@43")};
    QTest::newRow("lying extension in a list") << QByteArray("02000032" + hello +
                                                             "00130100"
                                                             "000a"
                                                             "002b0002"
                                                             "0304"
                                                             "0033ffff")
                                               << QStringList{QStringLiteral("key_share (51)@50")};
    // The extension after the damaged one is read.
    QTest::newRow("short extension") << QByteArray("02000030" + hello +
                                                   "00130100"
                                                   "0008"
                                                   "002b0001"
                                                   "03"
                                                   "000000")
                                     << QStringList{QStringLiteral("selected_version@48"),
                                                    QStringLiteral("server_name (0)@49")};
}

void TestMessageFields::saysWhereItIsDamaged() {
    QFETCH(QByteArray, hex);
    QFETCH(QStringList, damages);
    const base::Bytes message = base::fromHex(hex.toStdString()).value();
    const std::vector<Field> fields = tls::wire::handshakeFields(message, Tls13);
    QCOMPARE(damagesOf(fields), damages);
    checkMessage(message, fields);
}

void TestMessageFields::readsAlertsAndChanges() {
    const auto alert = tls::wire::alertFields(base::Bytes{2, 40});
    QCOMPARE(valuesOf(alert, "level"), QStringLiteral("fatal (2)"));
    QCOMPARE(valuesOf(alert, "description"), QStringLiteral("handshake_failure (40)"));
    QCOMPARE(damagesOf(tls::wire::alertFields(base::Bytes{2})), QStringList{QStringLiteral("description@1")});
    QCOMPARE(valuesOf(tls::wire::changeCipherSpecFields(base::Bytes{1}), "type"), QStringLiteral("1"));
}

void TestMessageFields::coversWhatOpensslSends() {
    for (const auto version : {tls::ProtocolVersion::Tls12, tls::ProtocolVersion::Tls13}) {
        test::EnginePair::Options options;
        options.client.maximumVersion = version;
        test::EnginePair pair(options);
        pair.shakeHands();
        tls::MessageDecoder decoder;
        int count = 0;
        for (const tls::Message& message : pair.client().transcript().messages()) {
            decoder.note(message);
            const std::vector<Field> fields = tls::MessageDecoder::decode(message, decoder.context());
            QCOMPARE(damagesOf(fields), QStringList());
            checkMessage(message.bytes, fields);
            ++count;
            // No part of a message, and no message with a changed octet, leads outside (the sanitizers watch).
            for (std::size_t at = 0; at < message.bytes.size(); ++at) {
                tls::Message changed = message;
                changed.bytes[at] = static_cast<std::uint8_t>(changed.bytes[at] ^ 0xFFU);
                checkMessage(changed.bytes, tls::MessageDecoder::decode(changed, decoder.context()));
                changed.bytes.resize(at);
                static_cast<void>(tls::MessageDecoder::decode(changed, decoder.context()));
            }
        }
        QVERIFY(count > 7);
    }
}

void TestMessageFields::boundsLongLists() {
    std::string suites;
    for (int i = 0; i < 5000; ++i)
        suites += "1301";
    const base::Bytes message = messageOf(1, "0303" + std::string(64, '0') + "00" + "2710" + suites + "0100");
    const std::vector<Field> fields = tls::wire::handshakeFields(message, Tls13);
    QCOMPARE(damagesOf(fields), QStringList());
    QCOMPARE(valuesOf(fields, "cipher_suite").count(QLatin1Char('|')), 999);
    checkMessage(message, fields);
}

CERTWRIGHT_TEST_MAIN(TestMessageFields)
#include "tst_message_fields.moc"
