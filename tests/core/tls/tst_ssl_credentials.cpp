// The manual's SSL.Context, what it shows to peers: certificates, keys, parameters, sessions. Files come from the
// openssl command.
#include "tests/core/tls/ssl_fixture.h"
#include "tests/support/process.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QObject>
#include <QTest>

#include <functional>
#include <string>
#include <vector>

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

class TestSslCredentials : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_tool = test::findTool(QStringLiteral("openssl")); }

    void temporaryDh();
    void passphrases();
    void sessionsAndTimeout();
    void certificateFiles();
    void refusesWrongFiles();
    void asksForTheCertificateLater();
    void presharedKeys_data();
    void presharedKeys();
    void staplesAResponse();
    void serverOptions();

private:
    test::ProcessResult openssl(const QStringList& arguments, const QByteArray& input = {}) const {
        return test::run(m_tool, arguments, {input, m_fixture.folder.path(), {}, std::chrono::seconds(60)});
    }

    QString m_tool;
    test::SslFixture m_fixture;
};

// SSL.Context.load_tmp_dh: the group of RFC 7919 that `openssl dhparam` or genpkey writes is the one that is used.
void TestSslCredentials::temporaryDh() {
    if (m_tool.isEmpty())
        QSKIP("openssl is not installed");
    CERTWRIGHT_VERIFY_SUCCESS(
        openssl({QStringLiteral("genpkey"), QStringLiteral("-genparam"), QStringLiteral("-algorithm"),
                 QStringLiteral("DH"), QStringLiteral("-pkeyopt"), QStringLiteral("group:ffdhe3072"),
                 QStringLiteral("-out"), QStringLiteral("dh.pem")}));
    const ContextPtr server = m_fixture.server(Method::Tls12);
    server->setTemporaryDhAuto(true); // a P-256 certificate: OpenSSL would take another size
    server->loadTemporaryDh(m_fixture.path("dh.pem"));
    test::IssueOptions options;
    options.keyType = "rsa:2048";
    const test::Issued rsa = m_fixture.ca.issue(options);
    server->useCertificate(rsa.certificate);
    server->usePrivateKey(rsa.key);
    const ContextPtr client = m_fixture.client();
    client->setCipherList("DHE");
    const Pair pair(client, server);
    CERTWRIGHT_VERIFY_AGREED(pair);
    QCOMPARE(pair.facts().temporaryKey->bits, 3072);
    QCOMPARE(q(pair.facts().temporaryKey->type), QStringLiteral("DH"));
    CERTWRIGHT_VERIFY_FAILS(server->loadTemporaryDh(m_fixture.path("key.pem")), ErrorKind::BadInput);
    CERTWRIGHT_VERIFY_FAILS(server->loadTemporaryDh(m_fixture.path("nowhere.pem")), ErrorKind::NotFound);
    // Too small for the level.
    CERTWRIGHT_VERIFY_SUCCESS(
        openssl({QStringLiteral("genpkey"), QStringLiteral("-genparam"), QStringLiteral("-algorithm"),
                 QStringLiteral("DH"), QStringLiteral("-pkeyopt"), QStringLiteral("group:modp_1536"),
                 QStringLiteral("-out"), QStringLiteral("small.pem")}));
    server->setSecurityLevel(2);
    CERTWRIGHT_VERIFY_FAILS(server->loadTemporaryDh(m_fixture.path("small.pem")), ErrorKind::BadInput);
}

// SSL.Context.set_passwd_cb: (maximum length, verify twice?); cut at the maximum; empty and false are errors.
void TestSslCredentials::passphrases() {
    if (m_tool.isEmpty())
        QSKIP("openssl is not installed");
    CERTWRIGHT_VERIFY_SUCCESS(
        openssl({QStringLiteral("pkey"), QStringLiteral("-in"), QStringLiteral("key.pem"), QStringLiteral("-aes256"),
                 QStringLiteral("-passout"), QStringLiteral("pass:open sesame"), QStringLiteral("-out"),
                 QStringLiteral("locked.pem")}));
    Context context(Method::Best);
    context.useCertificate(m_fixture.leaf.certificate);
    const std::string locked = m_fixture.path("locked.pem");
    CERTWRIGHT_VERIFY_FAILS(context.usePrivateKeyFile(locked), ErrorKind::PassphraseNeeded);
    std::size_t maximum = 0;
    bool isTwice = true;
    const auto answer = [&](std::optional<std::string> text) {
        context.setPassphraseCallback([&maximum, &isTwice, text](std::size_t most, bool twice) {
            maximum = most;
            isTwice = twice;
            return text ? std::make_optional<base::Secret>(*text) : std::nullopt;
        });
    };
    answer("open sesame");
    context.usePrivateKeyFile(locked);
    context.checkPrivateKey();
    QCOMPARE(maximum, std::size_t{1024}); // PEM_BUFSIZE of OpenSSL
    QVERIFY(!isTwice);
    answer("wrong");
    CERTWRIGHT_VERIFY_FAILS(context.usePrivateKeyFile(locked), ErrorKind::WrongPassphrase);
    answer("");
    CERTWRIGHT_VERIFY_FAILS(context.usePrivateKeyFile(locked), ErrorKind::PassphraseNeeded);
    answer(std::nullopt);
    CERTWRIGHT_VERIFY_FAILS(context.usePrivateKeyFile(locked), ErrorKind::PassphraseNeeded);
    // 1024 octets count, the rest is cut off.
    const std::string longest(Context::MaximumPassphrase, 'x');
    formats::PrivateKeyForm form;
    form.encryption = formats::KeyEncryption();
    form.encryption->iterations = 2048;
    m_fixture.write("long.pem", formats::writePrivateKey(m_fixture.leaf.key, form, base::Secret(longest)).text());
    answer(longest + "and more");
    context.usePrivateKeyFile(m_fixture.path("long.pem"));
    answer(longest.substr(1));
    CERTWRIGHT_VERIFY_FAILS(context.usePrivateKeyFile(m_fixture.path("long.pem")), ErrorKind::WrongPassphrase);
}

// SSL.Context.set_session_id, SSL.Context.set_timeout, SSL.Context.get_timeout; sessions go from one connection to the
// next.
void TestSslCredentials::sessionsAndTimeout() {
    struct Row {
        Method method;
        bool hasTicket;
    };
    for (const Row row : {Row{Method::Tls12, true}, Row{Method::Tls12, false}, Row{Method::Tls13, true}}) {
        const ContextPtr server = m_fixture.server(row.method);
        server->setVerify(VerifyMode::Peer);
        server->setSessionId("one");
        server->setTimeout(std::chrono::seconds(77));
        QCOMPARE(server->timeout().count(), 77);
        if (!row.hasTicket)
            server->addOptions(Option::NoTicket);
        const ContextPtr client = m_fixture.client();
        const Pair first(client, server);
        CERTWRIGHT_VERIFY_AGREED(first);
        QVERIFY(!first.isResumed());
        const std::optional<tls::Session> session = first.client.session();
        QVERIFY(session);
        QCOMPARE(session->hasTicket(), row.hasTicket);
        QVERIFY(session->version() == (row.method == Method::Tls12 ? ProtocolVersion::Tls12 : ProtocolVersion::Tls13));
        QVERIFY(row.hasTicket || !session->id().empty());
        if (row.hasTicket)
            QCOMPARE(SSL_SESSION_get_ticket_lifetime_hint(session->native()), 77UL);
        const Pair second(client, server, [&](Pair& pair) { pair.client.setSession(*session); });
        CERTWRIGHT_VERIFY_AGREED(second);
        QVERIFY(second.isResumed());
        QVERIFY(second.facts().session->isResumed);
        CERTWRIGHT_VERIFY_FAILS(const_cast<Pair&>(second).client.setSession(*session), ErrorKind::NotAllowed);
        // Under another name they are not resumed.
        server->setSessionId("two");
        const Pair other(client, server, [&](Pair& pair) { pair.client.setSession(*session); });
        QVERIFY(!other.isResumed());
    }
    Context context(Method::Best);
    CERTWRIGHT_VERIFY_FAILS(context.setSessionId(std::string(33, 'x')), ErrorKind::BadInput);
    context.setSessionId(std::string(32, 'x'));
}

// SSL.Context.use_certificate, SSL.Context.use_certificate_file, SSL.Context.use_certificate_chain_file,
// SSL.Context.add_extra_chain_cert, SSL.Context.use_privatekey, SSL.Context.use_privatekey_file,
// SSL.Context.check_privatekey, SSL.FILETYPE_PEM, SSL.FILETYPE_ASN1
void TestSslCredentials::certificateFiles() {
    using formats::Encoding;
    const auto chainOf = [this](const std::function<void(Context&)>& prepare) {
        auto server = std::make_shared<Context>(Method::Best, Context::Role::Server);
        prepare(*server);
        server->checkPrivateKey();
        const ContextPtr client = m_fixture.client();
        client->certificateStore().addTrusted(m_fixture.middle.certificate());
        const Pair pair(client, server);
        return pair.error ? std::vector<x509::Certificate>() : pair.facts().chain;
    };
    const x509::Certificate& leaf = m_fixture.leaf.certificate;
    const x509::Certificate& middle = m_fixture.middle.certificate();
    const std::vector<x509::Certificate> alone{leaf};
    const std::vector<x509::Certificate> both{leaf, middle};
    QVERIFY(chainOf([&](Context& c) {
                c.useCertificate(leaf);
                c.usePrivateKey(m_fixture.leaf.key);
            }) == alone);
    QVERIFY(chainOf([&](Context& c) {
                c.useCertificateFile(m_fixture.path("leaf.pem"));
                c.usePrivateKeyFile(m_fixture.path("key.pem"), Encoding::Pem);
            }) == alone);
    QVERIFY(chainOf([&](Context& c) {
                c.useCertificateFile(m_fixture.path("leaf.der"), Encoding::Der);
                c.usePrivateKeyFile(m_fixture.path("key.der"), Encoding::Der);
            }) == alone);
    QVERIFY(chainOf([&](Context& c) {
                c.useCertificateChainFile(m_fixture.path("chain.pem"));
                c.usePrivateKeyFile(m_fixture.path("key.pem"));
            }) == both);
    QVERIFY(chainOf([&](Context& c) {
                c.addExtraChainCertificate(middle);
                c.useCertificateFile(m_fixture.path("leaf.pem"));
                c.usePrivateKey(m_fixture.leaf.key);
            }) == both);
}

// SSL.Context.check_privatekey, SSL.Context.use_privatekey_file, SSL.Context.use_certificate_file: what is refused.
void TestSslCredentials::refusesWrongFiles() {
    using formats::Encoding;
    Context context(Method::Best);
    CERTWRIGHT_VERIFY_FAILS(context.checkPrivateKey(), ErrorKind::BadInput);
    context.useCertificate(m_fixture.leaf.certificate);
    CERTWRIGHT_VERIFY_FAILS(context.checkPrivateKey(), ErrorKind::BadInput);
    const crypto::PrivateKey other = m_fixture.ca.issue().key;
    CERTWRIGHT_VERIFY_FAILS(context.usePrivateKey(other), ErrorKind::BadInput);
    CERTWRIGHT_VERIFY_FAILS(context.useCertificateFile(m_fixture.path("leaf.der")), ErrorKind::BadInput);
    CERTWRIGHT_VERIFY_FAILS(context.useCertificateFile(m_fixture.path("leaf.pem"), Encoding::Der), ErrorKind::BadInput);
    CERTWRIGHT_VERIFY_FAILS(context.useCertificateFile(m_fixture.path("nowhere.pem")), ErrorKind::NotFound);
    CERTWRIGHT_VERIFY_FAILS(context.useCertificateChainFile(m_fixture.path("key.pem")), ErrorKind::BadInput);
    CERTWRIGHT_VERIFY_FAILS(context.usePrivateKeyFile(m_fixture.path("leaf.pem")), ErrorKind::BadInput);
    CERTWRIGHT_VERIFY_FAILS(context.usePrivateKeyFile(m_fixture.path("key.pem"), Encoding::Der), ErrorKind::BadInput);
    const auto error = test::errorOf([&] { context.usePrivateKeyFile(m_fixture.path("nowhere.pem")); });
    QVERIFY(error && error->kind() == ErrorKind::NotFound);
    QCOMPARE(q(error->context()), q(m_fixture.path("nowhere.pem")));
}

// SSL.WantX509LookupError: the application is asked for a certificate, and may say "later".
void TestSslCredentials::asksForTheCertificateLater() {
    for (const Method method : {Method::Tls12, Method::Tls13}) {
        const ContextPtr server = m_fixture.server(method);
        server->certificateStore().addTrusted(m_fixture.ca.certificate());
        server->setVerify(VerifyMode::Peer | VerifyMode::FailIfNoPeerCertificate);
        test::IssueOptions options;
        options.extendedKeyUsage = "clientAuth";
        const test::Issued own = m_fixture.middle.issue(options);
        const ContextPtr context = m_fixture.client();
        int asked = 0;
        context->setCertificateSelector([&](const Engine&) {
            if (++asked < 3)
                return tls::CertificateChoice::later();
            return tls::CertificateChoice::use({own.certificate, own.key, {m_fixture.middle.certificate()}});
        });
        Engine client(context, "localhost");
        Engine peer(server);
        QVERIFY(client.handshake() == Progress::WantInput);
        test::carryOutput(client, peer);
        peer.handshake();
        test::carryOutput(peer, client);
        QVERIFY(client.handshake() == Progress::WantCallback);
        QVERIFY(client.handshake() == Progress::WantCallback);
        QCOMPARE(asked, 2);
        test::shakeHands(client, peer);
        QCOMPARE(asked, 3);
        QVERIFY(peer.verification().isTrusted());
        QVERIFY(x509::Certificate::share(SSL_get0_peer_certificate(peer.native())) == own.certificate);
    }
}

void TestSslCredentials::presharedKeys_data() {
    QTest::addColumn<Method>("method");
    QTest::newRow("TLSv1.2") << Method::Tls12;
    QTest::newRow("TLSv1.3") << Method::Tls13;
}

void TestSslCredentials::presharedKeys() {
    QFETCH(Method, method);
    const auto key = [](const char* identity, const char* text) {
        return tls::PresharedKey{identity, std::make_shared<const base::Secret>(std::string_view(text))};
    };
    auto server = std::make_shared<Context>(method, Context::Role::Server);
    server->setPresharedKey(key("someone", "0123456789abcdef"));
    const auto clientOf = [&](const tls::PresharedKey& own) {
        auto client = std::make_shared<Context>(Method::Best);
        client->setVerify(VerifyMode::Peer);
        client->setPresharedKey(own);
        return client;
    };
    const Pair pair(clientOf(key("someone", "0123456789abcdef")), server);
    CERTWRIGHT_VERIFY_AGREED(pair);
    QVERIFY(pair.facts().chain.empty());
    QVERIFY(Pair(clientOf(key("someone", "0123456789abcdeX")), server).error);
    QVERIFY(Pair(clientOf(key("nobody", "0123456789abcdef")), server).error);
    Context context(Method::Best);
    CERTWRIGHT_VERIFY_FAILS(context.setPresharedKey(key("", "x")), ErrorKind::BadInput);
    CERTWRIGHT_VERIFY_FAILS(context.setPresharedKey(key("x", "")), ErrorKind::BadInput);
    CERTWRIGHT_VERIFY_FAILS(context.setPresharedKey({std::string(257, 'x'), key("x", "x").key}), ErrorKind::BadInput);
}

void TestSslCredentials::staplesAResponse() {
    // Any octets do: who reads them judges them.
    const ContextPtr server = m_fixture.server();
    server->setStaple({0x30, 0x03, 0x0A, 0x01, 0x06}); // RFC 6960 4.2.1: responseStatus unauthorized
    const Pair pair(m_fixture.client(), server);
    CERTWRIGHT_VERIFY_AGREED(pair);
    const unsigned char* response = nullptr;
    const long size = SSL_get_tlsext_status_ocsp_resp(pair.client.native(), &response);
    QCOMPARE(size, 5L);
    QCOMPARE(base::Bytes(response, response + size), server->staple());
    server->setStaple({});
    const Pair without(m_fixture.client(), server);
    CERTWRIGHT_VERIFY_AGREED(without);
    QCOMPARE(SSL_get_tlsext_status_ocsp_resp(without.client.native(), &response), -1L);
}

void TestSslCredentials::serverOptions() {
    const auto attempt = [this](const tls::ServerOptions& options, const tls::ContextOptions& client) {
        x509::TrustStore trust;
        trust.addTrusted(m_fixture.ca.certificate());
        Engine mine(Context::forClient(client, trust), "localhost");
        Engine theirs(Context::forServer({}, options));
        return test::errorOf([&] {
            test::shakeHands(mine, theirs);
            mine.shutdown();
        });
    };
    tls::ServerOptions options;
    CERTWRIGHT_VERIFY_FAILS(Context::forServer({}, options), ErrorKind::BadInput);
    options.credentials = tls::Credentials{m_fixture.leaf.certificate, m_fixture.leaf.key, {}};
    options.clientAuthentication = tls::ClientAuthentication::Require;
    options.clientCas = {m_fixture.ca.certificate()};
    const test::TestCa foreign("CN=Foreign");
    test::IssueOptions usage;
    usage.extendedKeyUsage = "clientAuth";
    const test::Issued good = m_fixture.ca.issue(usage);
    const test::Issued bad = foreign.issue(usage);
    tls::ContextOptions goodClient, badClient;
    goodClient.credentials = tls::Credentials{good.certificate, good.key, {}};
    badClient.credentials = tls::Credentials{bad.certificate, bad.key, {}};
    QVERIFY(attempt(options, {}));
    QVERIFY(!attempt(options, goodClient));
    QVERIFY(attempt(options, badClient));
    options.refusesUntrusted = false;
    QVERIFY(!attempt(options, badClient));
    QVERIFY(attempt(options, {}));
    options.clientAuthentication = tls::ClientAuthentication::Request;
    QVERIFY(!attempt(options, {}));
    QVERIFY(!attempt(options, badClient));
}

CERTWRIGHT_TEST_MAIN(TestSslCredentials)
#include "tst_ssl_credentials.moc"
