#include "core/tls/alert.h"
#include "core/tls/cipher_suite.h"
#include "core/tls/group.h"
#include "core/tls/handle.h"
#include "core/tls/host_check.h"
#include "core/tls/protocol_version.h"
#include "core/tls/signature_scheme.h"
#include "core/tls/socket_address.h"
#include "core/tls/transcript.h"
#include "tests/support/test_ca.h"
#include "tests/support/test_main.h"

#include <QObject>
#include <QTest>

#include <algorithm>

using namespace certwright;
using tls::ProtocolVersion;

class TestTlsNames : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsVersions_data();
    void readsVersions();
    void writesVersions();
    void namesGroupsSchemesAndAlerts();
    void describesCipherSuites();
    void knowsWhatOpensslKnows();
    void knowsSuitesThatOpensslLacks();
    void namesMessages();
    void keepsNoMoreThanTheLimit();
    void matchesHosts_data();
    void matchesHosts();
    void readsAddresses();
};

void TestTlsNames::readsVersions_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("number"); ///< 0: refused
    const auto row = [](const char* text, int number) { QTest::newRow(text) << QString::fromLatin1(text) << number; };
    row("TLSv1.3", 0x0304);
    row("TLSv1.2", 0x0303);
    row("tls1.1", 0x0302);
    row("TLSv1", 0x0301);
    row("TLS 1.0", 0x0301);
    row("1.2", 0x0303);
    row("SSLv3", 0x0300);
    row("SSL 3.0", 0x0300);
    row("SSLv2", 0x0002);
    row("", 0);
    row("TLS", 0);
    row("TLSv1.4", 0);
    row("3", 0);
    row("SSLv1.2", 0);
    row("TLSv3", 0);
    row("1.2x", 0);
}

void TestTlsNames::readsVersions() {
    QFETCH(QString, text);
    QFETCH(int, number);
    const auto version = tls::parseProtocolVersion(text.toStdString());
    QCOMPARE(version ? static_cast<int>(*version) : 0, number);
}

void TestTlsNames::writesVersions() {
    QCOMPARE(tls::toString(ProtocolVersion::Tls10), std::string("TLSv1.0"));
    QCOMPARE(tls::toString(ProtocolVersion::Ssl2), std::string("SSLv2"));
    QCOMPARE(tls::toString(static_cast<ProtocolVersion>(0x7f1c)), std::string("0x7f1c")); // a draft of TLS 1.3
}

void TestTlsNames::namesGroupsSchemesAndAlerts() {
    // IANA registries "TLS Supported Groups", "TLS SignatureScheme", "TLS Alerts"
    QCOMPARE(tls::groupName(0x001D), std::string("x25519"));
    QCOMPARE(tls::groupName(0x0017), std::string("secp256r1"));
    QCOMPARE(tls::groupName(0x11EC), std::string("X25519MLKEM768"));
    QCOMPARE(tls::groupName(0x0001), std::string("sect163k1"));
    QCOMPARE(tls::groupName(0xFFFF), std::string("0xFFFF"));
    QCOMPARE(tls::signatureSchemeName(0x0804), std::string("rsa_pss_rsae_sha256"));
    QCOMPARE(tls::signatureSchemeName(0x0905), std::string("mldsa65"));
    QCOMPARE(tls::signatureSchemeName(0x1111), std::string("0x1111"));
    QCOMPARE(tls::alertName(40), std::string("handshake_failure"));
    QCOMPARE(tls::alertName(116), std::string("certificate_required"));
    QCOMPARE(tls::alertName(99), std::string("alert_99"));
    QVERIFY(tls::alertMeaning(112).find("SNI") != std::string::npos);
    QVERIFY(tls::alertMeaning(99).empty());
}

void TestTlsNames::describesCipherSuites() {
    const base::Handle<SSL_CTX> context(SSL_CTX_new(TLS_method()));
    const STACK_OF(SSL_CIPHER)* ciphers = SSL_CTX_get_ciphers(context.get());
    bool hasOld = false;
    bool hasNew = false;
    for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i) {
        const tls::CipherSuite suite = tls::cipherSuiteOf(sk_SSL_CIPHER_value(ciphers, i));
        QVERIFY(!suite.ianaName.empty() && !suite.opensslName.empty());
        if (suite.id == 0xC02B) { // RFC 5289 3.2
            hasOld = true;
            QCOMPARE(suite.ianaName, std::string("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"));
            QCOMPARE(suite.opensslName, std::string("ECDHE-ECDSA-AES128-GCM-SHA256"));
            QCOMPARE(suite.keyExchange, std::string("ECDHE"));
            QCOMPARE(suite.authentication, std::string("ECDSA"));
            QCOMPARE(suite.encryption, std::string("AES-128-GCM"));
            QCOMPARE(suite.mac, std::string("AEAD"));
            QCOMPARE(suite.strengthBits, 128);
        } else if (suite.id == 0x1303) { // RFC 8446 B.4
            hasNew = true;
            QCOMPARE(suite.ianaName, std::string("TLS_CHACHA20_POLY1305_SHA256"));
            QCOMPARE(suite.keyExchange, std::string("any"));
            QCOMPARE(suite.strengthBits, 256);
        }
    }
    QVERIFY(hasOld && hasNew);
    QCOMPARE(tls::cipherSuiteId(0x00FF), std::string("0x00FF"));
}

/// The table of the registry says of every suite what the linked OpenSSL says.
void TestTlsNames::knowsWhatOpensslKnows() {
    const base::Handle<SSL_CTX> context(SSL_CTX_new(TLS_method()));
    SSL_CTX_set_security_level(context.get(), 0);
    QCOMPARE(SSL_CTX_set_cipher_list(context.get(), "ALL:COMPLEMENTOFALL"), 1);
    QCOMPARE(SSL_CTX_set_ciphersuites(context.get(),
                                      "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:"
                                      "TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256"),
             1);
    const STACK_OF(SSL_CIPHER)* ciphers = SSL_CTX_get_ciphers(context.get());
    QVERIFY(sk_SSL_CIPHER_num(ciphers) > 150);
    for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i) {
        const tls::CipherSuite theirs = tls::cipherSuiteOf(sk_SSL_CIPHER_value(ciphers, i));
        const tls::CipherSuite ours = tls::registeredSuite(theirs.id);
        QCOMPARE(ours.ianaName, theirs.ianaName);
        QCOMPARE(ours.opensslName, theirs.opensslName);
        const char* name = theirs.opensslName.c_str();
        QVERIFY2(ours.keyExchange == theirs.keyExchange, name);
        QVERIFY2(ours.authentication == theirs.authentication, name);
        QVERIFY2(ours.encryption == theirs.encryption, name);
        QVERIFY2(ours.mac == theirs.mac, name);
        if (theirs.ianaName.find("CCM_8") == std::string::npos) // counted by the key before OpenSSL 3.2
            QVERIFY2(ours.strengthBits == theirs.strengthBits, name);
        const auto offered = tls::registeredSuites(tls::isTls13Suite(theirs.id));
        QVERIFY2(std::find(offered.begin(), offered.end(), theirs.id) != offered.end(), name);
    }
}

void TestTlsNames::knowsSuitesThatOpensslLacks() {
    // RFC 5246 A.5, RFC 6101 A.6; the strengths as OpenSSL 1.0.2 counted them (openssl ciphers -v).
    const tls::CipherSuite weak = tls::registeredSuite(0x0003);
    QCOMPARE(weak.ianaName, std::string("TLS_RSA_EXPORT_WITH_RC4_40_MD5"));
    QCOMPARE(weak.opensslName, std::string("EXP-RC4-MD5"));
    QCOMPARE(weak.keyExchange, std::string("RSA"));
    QCOMPARE(weak.mac, std::string("MD5"));
    QCOMPARE(weak.strengthBits, 40);
    const tls::CipherSuite old = tls::registeredSuite(0x0016);
    QCOMPARE(old.opensslName, std::string("DHE-RSA-DES-CBC3-SHA"));
    QCOMPARE(old.strengthBits, 112);
    QCOMPARE(tls::registeredSuite(0xC049).opensslName, std::string());
    QCOMPARE(tls::registeredSuite(0xC049).encryption, std::string("ARIA-256-CBC"));
    QCOMPARE(tls::registeredSuite(0x5600).ianaName, std::string("TLS_FALLBACK_SCSV"));
    QVERIFY(tls::registeredSuite(0xFEFE).ianaName.empty());
    // The registry has 352 rows: 15 of TLS 1.3, two signals and one that is never offered.
    QCOMPARE(tls::registeredSuites(true).size(), std::size_t{15});
    QCOMPARE(tls::registeredSuites(false).size(), std::size_t{334});
    for (const std::uint16_t id : tls::registeredSuites(false)) {
        const tls::CipherSuite suite = tls::registeredSuite(id);
        QVERIFY2(!suite.keyExchange.empty() && !suite.authentication.empty() && !suite.mac.empty(),
                 suite.ianaName.c_str());
        QVERIFY2((suite.strengthBits == 0) == (suite.ianaName.find("WITH_NULL") != std::string::npos),
                 suite.ianaName.c_str());
    }
    QCOMPARE(tls::registeredGroups().size(), std::size_t{55});
    QCOMPARE(static_cast<int>(tls::groupByName("x25519mlkem768").value()), 0x11EC);
    QVERIFY(!tls::groupByName("x25519x"));
}

void TestTlsNames::namesMessages() {
    tls::Message message;
    message.type = tls::handshake_type::EncryptedExtensions;
    QCOMPARE(message.name(), std::string("EncryptedExtensions"));
    message.type = 99;
    QCOMPARE(message.name(), std::string("Handshake(99)"));
    message.content = tls::Message::Content::Alert;
    QCOMPARE(message.name(), std::string("Alert"));
}

void TestTlsNames::keepsNoMoreThanTheLimit() {
    tls::Transcript transcript;
    tls::Message message;
    message.bytes = base::Bytes(16384);
    for (std::size_t i = 0; i < tls::Transcript::MaximumEntries + 10; ++i)
        transcript.add(message);
    QCOMPARE(transcript.messages().size(), tls::Transcript::MaximumEntries);
    QCOMPARE(transcript.dropped(), std::size_t{10});
    std::size_t bytes = 0;
    for (const tls::Message& kept : transcript.messages())
        bytes += kept.bytes.size();
    QCOMPARE(bytes, tls::Transcript::MaximumBytes);
}

void TestTlsNames::matchesHosts_data() {
    QTest::addColumn<QString>("names");
    QTest::addColumn<QString>("host");
    QTest::addColumn<bool>("matches");
    const auto row = [](const char* names, const char* host, bool matches) {
        QTest::newRow(QByteArray(names) + " / " + host)
            << QString::fromLatin1(names) << QString::fromLatin1(host) << matches;
    };
    row("DNS:www.example.org", "www.example.org", true);
    row("DNS:www.example.org", "WWW.Example.ORG", true);
    row("DNS:www.example.org", "www.example.org.", true);
    row("DNS:www.example.org", "example.org", false);
    row("DNS:*.example.org", "www.example.org", true);
    row("DNS:*.example.org", "a.b.example.org", false);
    row("DNS:*.example.org", "example.org", false);
    row("IP:192.0.2.1", "192.0.2.1", true);
    row("IP:192.0.2.1", "192.0.2.2", false);
    row("DNS:192.0.2.1.example", "192.0.2.1", false);
    row("IP:2001:db8::1", "2001:0db8:0::1", true);
    row("DNS:www.example.org", "", false);
    row("", "common.example", true); // no alternative names at all: the common name counts
    row("DNS:www.example.org", "common.example", false);
}

void TestTlsNames::matchesHosts() {
    QFETCH(QString, names);
    QFETCH(QString, host);
    QFETCH(bool, matches);
    static const test::TestCa ca;
    test::IssueOptions options;
    options.subject = "CN=common.example";
    options.altNames = names.toStdString();
    QCOMPARE(tls::matchesHost(ca.issue(options).certificate, host.toStdString()), matches);
}

void TestTlsNames::readsAddresses() {
    QCOMPARE(tls::SocketAddress::fromText("192.0.2.1", 443)->toText(), std::string("192.0.2.1:443"));
    QCOMPARE(tls::SocketAddress::fromText("2001:db8:0:0::1", 65535)->toText(), std::string("[2001:db8::1]:65535"));
    QCOMPARE(tls::SocketAddress::fromText("fe80::1%lo", 1)->toText(), std::string("[fe80::1%lo]:1"));
    for (const char* text : {"", "localhost", "256.1.1.1", "1.2.3", "fe80::1%no-such-interface", "::g", "[::1]"})
        QVERIFY2(!tls::SocketAddress::fromText(text, 1), text);
}

CERTWRIGHT_TEST_MAIN(TestTlsNames)
#include "tst_tls_names.moc"
