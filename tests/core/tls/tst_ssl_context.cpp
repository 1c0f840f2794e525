// The manual's SSL.Context: what is set is there, and connections do it. Files and lists come from the openssl command.
#include "tests/core/tls/ssl_fixture.h"
#include "tests/support/process.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <openssl/x509_vfy.h>

#include <QDir>
#include <QFile>
#include <QObject>
#include <QTest>

#include <algorithm>
#include <any>
#include <cstdlib>
#include <functional>
#include <set>

using namespace certwright;
using base::ErrorKind;
using test::ContextPtr;
using test::q;
using Pair = test::SslPair;
using tls::Context;
using tls::Engine;
using tls::Method;
using tls::Option;
using tls::Progress;
using tls::ProtocolVersion;
using tls::VerifyMode;

Q_DECLARE_METATYPE(certwright::tls::Method)
Q_DECLARE_METATYPE(certwright::tls::Option)
Q_DECLARE_METATYPE(std::optional<certwright::tls::ProtocolVersion>)

class TestSslContext : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_tool = test::findTool(QStringLiteral("openssl")); }

    void methods_data();
    void methods();
    void optionsLeaveOutVersions_data();
    void optionsLeaveOutVersions();
    void optionsAddUp();
    void lowersTheLevelOnlyWhenAsked();
    void beginsWithTheManualsValues();
    void verifiesByMode();
    void callbackDecides();
    void asksTheClientOnce();
    void keepsToTheDepth();
    void trustsFilesAndFolders();
    void trustsThePlatform();
    void namesClientCas();
    void cipherLists();
    void tellsTheInfoCallback();
    void keepsAppData();

private:
    test::ProcessResult openssl(const QStringList& arguments, const QByteArray& input = {}) const {
        return test::run(m_tool, arguments, {input, m_fixture.folder.path(), {}, std::chrono::seconds(60)});
    }

    QString m_tool;
    test::SslFixture m_fixture;
};

void TestSslContext::methods_data() {
    QTest::addColumn<Method>("method");
    QTest::addColumn<std::optional<ProtocolVersion>>("version");
    const auto row = [](const char* name, Method method, std::optional<ProtocolVersion> version) {
        QTest::newRow(name) << method << version;
    };
    row("SSL.SSLv2_METHOD", Method::Ssl2, std::nullopt);
    row("SSL.SSLv3_METHOD", Method::Ssl3, std::nullopt);
    row("SSL.SSLv23_METHOD", Method::Best, ProtocolVersion::Tls13);
    row("SSL.TLSv1_METHOD", Method::Tls10, ProtocolVersion::Tls10);
    row("TLS 1.1", Method::Tls11, ProtocolVersion::Tls11);
    row("TLS 1.2", Method::Tls12, ProtocolVersion::Tls12);
    row("TLS 1.3", Method::Tls13, ProtocolVersion::Tls13);
}

// SSL.Context, SSL.ContextType: made of a method, speaks what the method says (RFC 2246 to 8446).
void TestSslContext::methods() {
    QFETCH(Method, method);
    QFETCH(std::optional<ProtocolVersion>, version);
    if (!version) {
#ifndef OPENSSL_NO_SSL3
        if (method == Method::Ssl3)
            QSKIP("this OpenSSL speaks SSLv3");
#endif
        const auto error = test::errorOf([method] { Context context(method); });
        QVERIFY(error && error->kind() == ErrorKind::Unsupported);
        QVERIFY(
            q(error->message()).contains(method == Method::Ssl2 ? QStringLiteral("SSLv2") : QStringLiteral("SSLv3")));
        return;
    }
    const ContextPtr client = m_fixture.client(method);
    const ContextPtr server = m_fixture.server();
    client->setSecurityLevel(0);
    server->setSecurityLevel(0);
    server->setMinimumVersion(ProtocolVersion::Tls10);
    const Pair pair(client, server);
    CERTWRIGHT_VERIFY_AGREED(pair);
    QCOMPARE(q(SSL_get_version(pair.server.native())),
             q(*version == ProtocolVersion::Tls10 ? "TLSv1" : toString(*version)));
    // Exactly: a server that has only another version is none for it.
    if (method == Method::Best)
        return;
    server->setMaximumVersion(*version == ProtocolVersion::Tls13 ? ProtocolVersion::Tls12 : ProtocolVersion::Tls13);
    server->setMinimumVersion(*version == ProtocolVersion::Tls13 ? ProtocolVersion::Tls12 : ProtocolVersion::Tls13);
    QVERIFY(Pair(client, server).error);
}

void TestSslContext::optionsLeaveOutVersions_data() {
    QTest::addColumn<Option>("option");
    QTest::addColumn<QString>("best");
    QTest::newRow("SSL.OP_NO_SSLv2") << Option::NoSsl2 << "TLSv1.3";
    QTest::newRow("SSL.OP_NO_SSLv3") << Option::NoSsl3 << "TLSv1.3";
    QTest::newRow("NO_TLSv1_3") << Option::NoTls13 << "TLSv1.2";
    QTest::newRow("NO_TLSv1_2") << (Option::NoTls13 | Option::NoTls12) << "TLSv1.1";
    QTest::newRow("NO_TLSv1_1") << (Option::NoTls13 | Option::NoTls12 | Option::NoTls11) << "TLSv1";
    QTest::newRow("SSL.OP_NO_TLSv1") << (Option::NoTls13 | Option::NoTls12 | Option::NoTls11 | Option::NoTls10) << "";
}

void TestSslContext::optionsLeaveOutVersions() {
    QFETCH(Option, option);
    QFETCH(QString, best);
    const ContextPtr client = m_fixture.client();
    const ContextPtr server = m_fixture.server();
    for (const ContextPtr& context : {client, server}) {
        context->setSecurityLevel(0);
        context->setMinimumVersion(ProtocolVersion::Tls10);
    }
    client->addOptions(option);
    const Pair pair(client, server);
    QCOMPARE(pair.error.has_value(), best.isEmpty());
    if (!best.isEmpty())
        QCOMPARE(q(SSL_get_version(pair.server.native())), best);
}

// SSL.Context.set_options, SSL.OP_SINGLE_DH_USE, SSL.OP_EPHEMERAL_RSA
void TestSslContext::optionsAddUp() {
    const ContextPtr server = m_fixture.server(Method::Tls12);
    QVERIFY(server->addOptions(Option::NoTls13) == Option::NoTls13);
    QVERIFY(server->addOptions(Option::SingleDhUse) == (Option::NoTls13 | Option::SingleDhUse));
    QVERIFY(server->addOptions(Option::EphemeralRsa) == (Option::NoTls13 | Option::SingleDhUse | Option::EphemeralRsa));
    QVERIFY(server->addOptions(Option::None) == server->addedOptions());
    QVERIFY((SSL_CTX_get_options(server->native()) & SSL_OP_NO_TLSv1_3) != 0);

    // Each connection has a Diffie-Hellman key of its own, and no RSA key but the certificate's is ever sent.
    test::IssueOptions options;
    options.keyType = "rsa:2048";
    const test::Issued issued = m_fixture.ca.issue(options);
    server->useCertificate(issued.certificate);
    server->usePrivateKey(issued.key);
    server->setTemporaryDhAuto(true);
    const ContextPtr client = m_fixture.client();
    const auto exchangeOf = [](const Pair& pair) {
        return pair.client.transcript().find(tls::Direction::Received, tls::handshake_type::ServerKeyExchange);
    };
    client->setCipherList("DHE");
    std::set<base::Bytes> exchanges;
    for (int i = 0; i < 2; ++i) {
        const Pair pair(client, server);
        CERTWRIGHT_VERIFY_AGREED(pair);
        exchanges.insert(exchangeOf(pair)->bytes);
    }
    QCOMPARE(exchanges.size(), std::size_t{2});
    client->setCipherList("kRSA");
    const Pair pair(client, server);
    CERTWRIGHT_VERIFY_AGREED(pair);
    QVERIFY(exchangeOf(pair) == nullptr);
}

// TLS 1.1 needs level 0 in OpenSSL 3.0: SSL.TLSv1_METHOD alone does not lower it.
void TestSslContext::lowersTheLevelOnlyWhenAsked() {
    const ContextPtr client = m_fixture.client(Method::Tls11);
    const ContextPtr server = m_fixture.server();
    server->setSecurityLevel(0);
    server->setMinimumVersion(ProtocolVersion::Tls10);
    client->setSecurityLevel(2);
    QVERIFY(Pair(client, server).error);
    client->setSecurityLevel(0);
    QVERIFY(client->isSecurityLevelLowered());
    const Pair pair(client, server);
    CERTWRIGHT_VERIFY_AGREED(pair);
    QVERIFY(!m_fixture.client(Method::Tls11)->isSecurityLevelLowered());
}

// SSL.Context.get_timeout, SSL.Context.get_verify_mode, SSL.Context.get_verify_depth, SSL.Context.get_app_data,
// SSL.VERIFY_NONE: the values of a new Context.
void TestSslContext::beginsWithTheManualsValues() {
    const Context context(Method::Best);
    QCOMPARE(context.timeout().count(), 300);
    QVERIFY(context.verifyMode() == VerifyMode::None);
    QCOMPARE(context.verifyDepth(), -1); // SSL_CTX_get_verify_depth(3): -1 is "not set", which means 100
    QVERIFY(!context.appData().has_value());
    QVERIFY(context.addedOptions() == Option::None);
}

// SSL.Context.set_verify, SSL.VERIFY_NONE, SSL.VERIFY_PEER, SSL.VERIFY_FAIL_IF_NO_PEER_CERT
void TestSslContext::verifiesByMode() {
    const ContextPtr stranger = std::make_shared<Context>(Method::Best);
    {
        const Pair pair(stranger, m_fixture.server());
        CERTWRIGHT_VERIFY_AGREED(pair); // None: goes on, and tells what was found
        QVERIFY(!pair.client.verification().isTrusted());
    }
    stranger->setVerify(VerifyMode::Peer);
    const Pair refused(stranger, m_fixture.server());
    QVERIFY(refused.error);
    // RFC 8446 6.2: unknown_ca is 48.
    QCOMPARE(int{refused.client.transcript().alert(tls::Direction::Sent)->description}, 48);

    const ContextPtr server = m_fixture.server();
    server->certificateStore().addTrusted(m_fixture.ca.certificate());
    server->setVerify(VerifyMode::Peer);
    server->setSessionId("test");
    QVERIFY(server->verifyMode() == VerifyMode::Peer);
    const Pair without(m_fixture.client(), server);
    CERTWRIGHT_VERIFY_AGREED(without);
    QVERIFY(without.facts().isClientCertificateRequested);
    server->setVerify(VerifyMode::Peer | VerifyMode::FailIfNoPeerCertificate);
    QVERIFY(Pair(m_fixture.client(), server).error);
    test::IssueOptions options;
    options.extendedKeyUsage = "clientAuth";
    const test::Issued own = m_fixture.ca.issue(options);
    const ContextPtr client = m_fixture.client();
    client->useCredentials({own.certificate, own.key, {}});
    const Pair with(client, server);
    CERTWRIGHT_VERIFY_AGREED(with);
    QVERIFY(with.server.verification().isTrusted());
    QVERIFY(x509::Certificate::share(SSL_get0_peer_certificate(with.server.native())) == own.certificate);
}

// SSL.Context.set_verify: (connection, certificate, error number, depth, return code), and its answer counts.
void TestSslContext::callbackDecides() {
    struct Call {
        std::string subject;
        int error, depth;
        bool isOk;
    };
    std::vector<Call> calls;
    const ContextPtr client = std::make_shared<Context>(Method::Best);
    const Engine* connection = nullptr;
    client->setVerify(VerifyMode::Peer,
                      [&](const Engine& engine, const x509::Certificate& certificate, int error, int depth, bool isOk) {
                          connection = &engine;
                          calls.push_back({certificate.subject().toRfc2253(), error, depth, isOk});
                          return true;
                      });
    {
        const Pair pair(client, m_fixture.server());
        CERTWRIGHT_VERIFY_AGREED(pair);
        QCOMPARE(connection, &pair.client);
    }
    QVERIFY(!calls.empty());
    QCOMPARE(calls.front().error, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY); // x509_vfy.h: 20
    QCOMPARE(calls.front().depth, 1);
    QCOMPARE(q(calls.front().subject), QStringLiteral("CN=Test Intermediate"));
    QVERIFY(!calls.front().isOk);
    QCOMPARE(calls.back().depth, 0);

    // The other way round: what OpenSSL finds good may be refused.
    const ContextPtr trusting = m_fixture.client();
    calls.clear();
    trusting->setVerify(VerifyMode::Peer,
                        [&](const Engine&, const x509::Certificate& certificate, int error, int depth, bool isOk) {
                            calls.push_back({certificate.subject().toRfc2253(), error, depth, isOk});
                            return depth > 0;
                        });
    QVERIFY(Pair(trusting, m_fixture.server()).error);
    QVERIFY(calls.back().isOk && calls.back().error == X509_V_OK && calls.back().depth == 0);
    QCOMPARE(calls.size(), std::size_t{3});

    // What it throws comes out of the step.
    trusting->setVerify(VerifyMode::Peer, [](const Engine&, const x509::Certificate&, int, int, bool) -> bool {
        throw base::Error(ErrorKind::Cancelled, "no more");
    });
    const Pair thrown(trusting, m_fixture.server());
    QVERIFY(thrown.error && thrown.error->kind() == ErrorKind::Cancelled);
}

// VERIFY_CLIENT_ONCE, which SSL.VERIFY_PEER's entry names in passing: SSL_CTX_set_verify(3).
void TestSslContext::asksTheClientOnce() {
    const ContextPtr server = m_fixture.server(Method::Tls12);
    const auto mode = VerifyMode::Peer | VerifyMode::ClientOnce;
    server->setVerify(mode);
    QVERIFY(server->verifyMode() == mode);
    QVERIFY(contains(server->verifyMode(), VerifyMode::ClientOnce));
    QVERIFY(!contains(server->verifyMode(), VerifyMode::FailIfNoPeerCertificate));
    QCOMPARE(SSL_CTX_get_verify_mode(server->native()), SSL_VERIFY_PEER | SSL_VERIFY_CLIENT_ONCE);
}

// SSL.Context.set_verify_depth, SSL.Context.get_verify_depth: one certificate stands between leaf and root here.
void TestSslContext::keepsToTheDepth() {
    const ContextPtr client = m_fixture.client();
    client->setVerifyDepth(0);
    QCOMPARE(client->verifyDepth(), 0);
    const Pair refused(client, m_fixture.server());
    QVERIFY(refused.error);
    client->setVerifyDepth(1);
    QCOMPARE(client->verifyDepth(), 1);
    const Pair pair(client, m_fixture.server());
    CERTWRIGHT_VERIFY_AGREED(pair);
}

// SSL.Context.load_verify_locations, SSL.Context.get_cert_store
void TestSslContext::trustsFilesAndFolders() {
    const auto trusting = [this](const std::string& file, const std::string& folder) {
        auto context = std::make_shared<Context>(Method::Best);
        context->setVerify(VerifyMode::Peer);
        context->loadVerifyLocations(file, folder);
        return context;
    };
    const Pair byFile(trusting(m_fixture.path("ca.pem"), {}), m_fixture.server());
    CERTWRIGHT_VERIFY_AGREED(byFile);
    if (!m_tool.isEmpty()) {
        QVERIFY(QDir(m_fixture.folder.path()).mkdir(QStringLiteral("hashed")));
        QVERIFY(QFile::copy(m_fixture.folder.filePath(QStringLiteral("ca.pem")),
                            m_fixture.folder.filePath(QStringLiteral("hashed/ca.pem"))));
        CERTWRIGHT_VERIFY_SUCCESS(openssl({QStringLiteral("rehash"), QStringLiteral("hashed")}));
        const Pair byFolder(trusting({}, m_fixture.path("hashed")), m_fixture.server());
        CERTWRIGHT_VERIFY_AGREED(byFolder);
        const Pair byBoth(trusting(m_fixture.path("leaf.pem"), m_fixture.path("hashed")), m_fixture.server());
        CERTWRIGHT_VERIFY_AGREED(byBoth);
    }
    CERTWRIGHT_VERIFY_FAILS(trusting({}, {}), ErrorKind::BadInput);
    CERTWRIGHT_VERIFY_FAILS(trusting(m_fixture.path("nowhere.pem"), {}), ErrorKind::NotFound);
    CERTWRIGHT_VERIFY_FAILS(trusting(m_fixture.path("key.pem"), {}), ErrorKind::BadInput);

    auto context = std::make_shared<Context>(Method::Best);
    context->setVerify(VerifyMode::Peer);
    context->certificateStore().addTrusted(m_fixture.ca.certificate());
    const Pair byStore(context, m_fixture.server());
    CERTWRIGHT_VERIFY_AGREED(byStore);
}

// SSL.Context.set_default_verify_paths, as openssl takes SSL_CERT_FILE (openssl-env(7)).
void TestSslContext::trustsThePlatform() {
    auto context = std::make_shared<Context>(Method::Best);
    context->setVerify(VerifyMode::Peer);
    ::setenv("SSL_CERT_FILE", m_fixture.path("ca.pem").c_str(), 1);
    context->setDefaultVerifyPaths();
    ::unsetenv("SSL_CERT_FILE");
    const Pair pair(context, m_fixture.server());
    CERTWRIGHT_VERIFY_AGREED(pair);
    // An OpenSSL built for another place has nothing there: then the systems' own bundles are looked for.
    const std::string nowhere = m_fixture.path("nowhere");
    const std::string bundle = m_fixture.path("ca.pem");
    QCOMPARE(q(x509::bundleBeyondDefaults(nowhere, nowhere, {nowhere, bundle})), q(bundle));
    QCOMPARE(q(x509::bundleBeyondDefaults(nowhere, nowhere, {nowhere})), QString());
    QCOMPARE(q(x509::bundleBeyondDefaults(bundle, nowhere, {bundle})), QString());
    QCOMPARE(q(x509::bundleBeyondDefaults(nowhere, m_fixture.folder.path().toStdString(), {bundle})), QString());
}

// SSL.Context.load_client_ca
void TestSslContext::namesClientCas() {
    const ContextPtr server = m_fixture.server();
    server->setVerify(VerifyMode::Peer);
    m_fixture.write("cas.pem", m_fixture.middle.certificate().toPem() + m_fixture.ca.certificate().toPem());
    server->loadClientCa(m_fixture.path("ca.pem"));
    server->loadClientCa(m_fixture.path("cas.pem"));
    const Pair pair(m_fixture.client(), server);
    CERTWRIGHT_VERIFY_AGREED(pair);
    QCOMPARE(pair.facts().clientCaNames, (std::vector<std::string>{"CN=Test Intermediate", "CN=Test Root"}));
    CERTWRIGHT_VERIFY_FAILS(server->loadClientCa(m_fixture.path("key.pem")), ErrorKind::BadInput);
    CERTWRIGHT_VERIFY_FAILS(server->loadClientCa(m_fixture.path("nowhere.pem")), ErrorKind::NotFound);
}

// SSL.Context.set_cipher_list: the suites that `openssl ciphers` lists for the same string.
void TestSslContext::cipherLists() {
    if (m_tool.isEmpty())
        QSKIP("openssl is not installed");
    for (const char* list :
         {"ECDHE+AESGCM", "DHE-RSA-AES128-SHA256:ECDHE-RSA-CHACHA20-POLY1305", "HIGH:!aNULL:!SRP:!PSK"}) {
        Context context(Method::Best);
        context.setCipherList(list);
        context.setCipherSuites("TLS_AES_128_GCM_SHA256");
        QStringList names;
        const STACK_OF(SSL_CIPHER)* ciphers = SSL_CTX_get_ciphers(context.native());
        for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i)
            names.append(q(SSL_CIPHER_get_name(sk_SSL_CIPHER_value(ciphers, i))));
        const auto expected = openssl({QStringLiteral("ciphers"), QStringLiteral("-ciphersuites"),
                                       QStringLiteral("TLS_AES_128_GCM_SHA256"), q(list)});
        CERTWRIGHT_VERIFY_SUCCESS(expected);
        QCOMPARE(names.join(QLatin1Char(':')), QString::fromLatin1(expected.output.trimmed()));
    }
    Context context(Method::Best);
    CERTWRIGHT_VERIFY_FAILS(context.setCipherList("NO-SUCH"), ErrorKind::BadInput);
    CERTWRIGHT_VERIFY_FAILS(context.setCipherSuites("TLS_NO_SUCH"), ErrorKind::BadInput);
}

// SSL.Context.set_info_callback: (connection, where, return code), the bits of SSL_CTX_set_info_callback(3).
void TestSslContext::tellsTheInfoCallback() {
    const ContextPtr client = m_fixture.client();
    std::vector<int> wheres;
    const Engine* connection = nullptr;
    client->setInfoCallback([&](const Engine& engine, int where, int returned) {
        connection = &engine;
        if ((where & SSL_CB_HANDSHAKE_DONE) != 0)
            QCOMPARE(returned, 1);
        wheres.push_back(where);
    });
    const Pair pair(client, m_fixture.server());
    CERTWRIGHT_VERIFY_AGREED(pair);
    QCOMPARE(connection, &pair.client);
    QCOMPARE(wheres.front(), SSL_CB_HANDSHAKE_START);
    const auto has = [&](int where) { return std::find(wheres.begin(), wheres.end(), where) != wheres.end(); };
    QVERIFY(has(SSL_CB_HANDSHAKE_DONE));
    QVERIFY(has(SSL_CB_CONNECT_LOOP));
    QVERIFY(has(SSL_CB_CONNECT_EXIT));
}

// SSL.Context.set_app_data, SSL.Context.get_app_data
void TestSslContext::keepsAppData() {
    Context context(Method::Best);
    context.setAppData(std::string("anything"));
    QCOMPARE(q(std::any_cast<const std::string&>(context.appData())), QStringLiteral("anything"));
    context.setAppData({});
    QVERIFY(!context.appData().has_value());
}

CERTWRIGHT_TEST_MAIN(TestSslContext)
#include "tst_ssl_context.moc"
