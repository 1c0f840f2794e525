#include "core/base/error.h"
#include "core/tls/context.h"
#include "tests/support/test_ca.h"
#include "tests/support/test_main.h"

#include <QObject>
#include <QTest>

#include <functional>

using namespace certwright;
using base::ErrorKind;
using tls::ContextOptions;
using tls::ProtocolVersion;

Q_DECLARE_METATYPE(certwright::tls::ContextOptions)
Q_DECLARE_METATYPE(certwright::base::ErrorKind)

class TestContext : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void takesSettings();
    void refusesSettings_data();
    void refusesSettings();
    void refusesAKeyOfAnotherCertificate();
};

void TestContext::takesSettings() {
    ContextOptions options;
    options.minimumVersion = ProtocolVersion::Tls12;
    options.maximumVersion = ProtocolVersion::Tls13;
    options.ciphers = "ECDHE-RSA-AES128-GCM-SHA256";
    options.cipherSuites = "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256";
    options.groups = "X25519:P-256";
    options.securityLevel = 3;
    options.alpn = {"h2", "http/1.1"};
    const auto context = tls::Context::forClient(options, x509::TrustStore());
    QCOMPARE(context->securityLevel(), 3);
    QCOMPARE(static_cast<int>(SSL_CTX_get_min_proto_version(context->native())), TLS1_2_VERSION);
    QCOMPARE(static_cast<int>(SSL_CTX_get_max_proto_version(context->native())), TLS1_3_VERSION);
    const STACK_OF(SSL_CIPHER)* ciphers = SSL_CTX_get_ciphers(context->native());
    QCOMPARE(sk_SSL_CIPHER_num(ciphers), 3);
    QCOMPARE(SSL_CIPHER_get_name(sk_SSL_CIPHER_value(ciphers, 0)), "TLS_CHACHA20_POLY1305_SHA256");
    // Left alone, the level is the library's own.
    QCOMPARE(tls::Context::forClient({}, x509::TrustStore())->securityLevel(),
             SSL_CTX_get_security_level(base::Handle<SSL_CTX>(SSL_CTX_new(TLS_method())).get()));
}

void TestContext::refusesSettings_data() {
    QTest::addColumn<ContextOptions>("options");
    QTest::addColumn<ErrorKind>("kind");
    const auto row = [](const char* name, ErrorKind kind, const std::function<void(ContextOptions&)>& set) {
        ContextOptions options;
        set(options);
        QTest::newRow(name) << options << kind;
    };
    row("SSLv2", ErrorKind::Unsupported, [](ContextOptions& o) { o.minimumVersion = ProtocolVersion::Ssl2; });
    row("SSLv3", ErrorKind::Unsupported, [](ContextOptions& o) { o.maximumVersion = ProtocolVersion::Ssl3; });
    row("no such cipher", ErrorKind::BadInput, [](ContextOptions& o) { o.ciphers = "NO-SUCH-CIPHER"; });
    row("no such suite", ErrorKind::BadInput, [](ContextOptions& o) { o.cipherSuites = "TLS_NO_SUCH_SUITE"; });
    row("one suite unknown", ErrorKind::BadInput,
        [](ContextOptions& o) { o.cipherSuites = "TLS_AES_128_GCM_SHA256:TLS_NO_SUCH_SUITE"; });
    row("no such group", ErrorKind::BadInput, [](ContextOptions& o) { o.groups = "X25519:no-such-group"; });
    row("level too high", ErrorKind::BadInput, [](ContextOptions& o) { o.securityLevel = 6; });
    row("negative level", ErrorKind::BadInput, [](ContextOptions& o) { o.securityLevel = -1; });
    row("empty ALPN name", ErrorKind::BadInput, [](ContextOptions& o) { o.alpn = {"h2", ""}; });
    row("long ALPN name", ErrorKind::BadInput, [](ContextOptions& o) { o.alpn = {std::string(256, 'a')}; });
}

void TestContext::refusesSettings() {
    QFETCH(ContextOptions, options);
    QFETCH(ErrorKind, kind);
    try {
        tls::Context::forClient(options, x509::TrustStore());
        QFAIL("the settings were taken");
    } catch (const base::Error& error) {
        QVERIFY2(error.kind() == kind, error.what());
        QVERIFY(!error.message().empty());
    }
}

void TestContext::refusesAKeyOfAnotherCertificate() {
    const test::TestCa ca;
    const test::Issued one = ca.issue();
    const test::Issued other = ca.issue();
    QVERIFY_THROWS_EXCEPTION(base::Error,
                             tls::Context::forServer({}, tls::Credentials{one.certificate, other.key, {}}));
    QVERIFY(tls::Context::forServer({}, tls::Credentials{one.certificate, one.key, {}}) != nullptr);
}

CERTWRIGHT_TEST_MAIN(TestContext)
#include "tst_context.moc"
