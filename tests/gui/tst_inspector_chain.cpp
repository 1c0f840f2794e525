// What the inspector says about chains that are incomplete, in the wrong order, or carry too much; against what
// `openssl verify` makes of the same certificates. Missing issuers are fetched only when the user agrees.
#include "core/x509/certificate_builder.h"
#include "core/x509/extension.h"
#include "tests/gui/support/gui_checks.h"
#include "tests/gui/support/inspector_fixture.h"
#include "tests/gui/support/openssl_tool.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"
#include "ui/widgets/problem_list.h"

#include <QLineEdit>
#include <QPushButton>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTreeWidget>

using namespace certwright;
using namespace certwright::ui;
using namespace certwright::test;
using Fixture = InspectorFixture;

namespace {

/// Answers every request with one certificate, and counts them.
class IssuerServer : public QTcpServer {
public:
    explicit IssuerServer(const QByteArray& body) {
        connect(this, &QTcpServer::newConnection, this, [this, body] {
            QTcpSocket* socket = nextPendingConnection();
            connect(socket, &QTcpSocket::readyRead, socket, [this, socket, body] {
                requests << socket->readAll();
                socket->write("HTTP/1.1 200 OK\r\nContent-Type: application/pkix-cert\r\nConnection: close\r\n"
                              "Content-Length: " +
                              QByteArray::number(body.size()) + "\r\n\r\n" + body);
                socket->disconnectFromHost();
            });
        });
        if (!listen(QHostAddress::LocalHost))
            qFatal("cannot listen");
    }
    QByteArrayList requests;
};

QByteArray bytesOf(base::BytesView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())};
}

/// Like the fixture's own leaf, but it says where its issuer is to be had.
Issued leafWithAccess(const TestCa& issuer, const QString& url) {
    const crypto::PrivateKey key = issuer.issue().key;
    const base::Time now = base::SystemClock().now();
    x509::CertificateBuilder builder;
    builder.setSubject(x509::Name::parse("CN=localhost")).setIssuer(issuer.certificate().subject());
    builder.setNotBefore(now - std::chrono::hours(24)).setNotAfter(now + std::chrono::hours(24 * 40));
    builder.setPublicKey(key.publicKey());
    builder.addExtension(x509::Extension::fromText("subjectAltName", false, "DNS:localhost"));
    builder.addExtension(x509::Extension::fromText("authorityInfoAccess", false, "caIssuers;URI:" + url.toStdString()));
    return {builder.sign(issuer.key()), key};
}

QStringList problems(const Fixture& f) {
    return f.find<ProblemList>("findings")->texts();
}

QString joined(const QStringList& texts) {
    return texts.join(QLatin1Char('\n'));
}

} // namespace

class TestInspectorChain : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { CERTWRIGHT_NEED_TOOL(openssl, "openssl"); }
    void tellsAnIncompleteChain();
    void tellsAnUntrustedRoot();
    void tellsASelfSignedCertificate();
    void marksOrderAndExtras();
    void fetchesTheMissingIssuer();
    void fetchesNothingUnasked();
    void offersAReplacement();
};

void TestInspectorChain::tellsAnIncompleteChain() {
    Fixture f;
    f.trustBySystem();
    f.files.write("rest.pem", std::string()); // the server sends its leaf alone
    f.startServer(QStringList());
    QVERIFY(f.inspect(f.address()));
    f.showTab(ChainTab);
    QCOMPARE(f.column("chain", 1), QStringList{QStringLiteral("sent, the server’s own")});
    QVERIFY2(f.text("chainVerdict").startsWith(QStringLiteral("The chain is incomplete: CN=Inspector Intermediate")),
             qPrintable(f.text("chainVerdict")));
    // openssl cannot either, for the same reason, at the same link.
    const QByteArray verdict = f.askClient();
    QVERIFY2(verdict.contains("unable to get local issuer certificate"), verdict.constData());
    QVERIFY(verdict.contains("depth=0"));
    const QTreeWidgetItem* leaf = f.find<QTreeWidget>("chain")->topLevelItem(0);
    QCOMPARE(leaf->childCount(), 1);
    QVERIFY(!f.find<QPushButton>("fetchIssuer")->isVisible()); // it doesn't say from where
    look(*f.page, QStringLiteral("inspector-chain-incomplete"));
    CERTWRIGHT_VERIFY_USABLE(*f.page);
}

void TestInspectorChain::tellsAnUntrustedRoot() {
    Fixture f;
    f.files.write("rest.pem", f.intermediate.certificate().toPem() + f.root.certificate().toPem());
    f.startServer();
    QVERIFY(f.inspect(f.address()));
    f.showTab(ChainTab);
    QCOMPARE(f.text("chainVerdict"), QStringLiteral("The chain is complete, but its root is not trusted"));
    QCOMPARE(f.column("chain", 1),
             (QStringList{QStringLiteral("sent, the server’s own"), QStringLiteral("sent, link 2"),
                          QStringLiteral("sent, but needless: the root")}));
}

void TestInspectorChain::tellsASelfSignedCertificate() {
    Fixture f;
    f.files.write("leaf.pem", f.root.certificate().toPem());
    f.files.writeKey("key.pem", f.root.key());
    f.files.write("rest.pem", std::string());
    f.startServer();
    QVERIFY(f.inspect(f.address()));
    QCOMPARE(f.text("chainVerdict"), QStringLiteral("The certificate is self-signed, and not trusted"));
}

void TestInspectorChain::marksOrderAndExtras() {
    Fixture f;
    f.trustBySystem();
    const TestCa stranger("CN=Stranger");
    f.files.write("rest.pem", stranger.certificate().toPem() + f.root.certificate().toPem() +
                                  f.intermediate.certificate().toPem() + f.intermediate.certificate().toPem());
    f.startServer();
    QVERIFY(f.inspect(f.address()));
    f.showTab(ChainTab);
    QCOMPARE(f.column("chain", 1),
             (QStringList{QStringLiteral("sent, the server’s own"), QStringLiteral("sent, but no part of the chain"),
                          QStringLiteral("sent, but needless: the root"),
                          QStringLiteral("sent in the wrong place, is link 2"), QStringLiteral("sent once more")}));
    const QString texts = joined(problems(f));
    QVERIFY2(texts.contains(QStringLiteral("wrong order")), qPrintable(texts));
    QVERIFY2(texts.contains(QStringLiteral("no part of its chain")), qPrintable(texts));
    // It is trusted all the same, as openssl says.
    QVERIFY(f.page->report()->isGood());
    QVERIFY(f.askClient().contains("Verify return code: 0"));
    look(*f.page, QStringLiteral("inspector-chain-order"));
    CERTWRIGHT_VERIFY_USABLE(*f.page);
}

void TestInspectorChain::fetchesTheMissingIssuer() {
    Fixture f;
    f.trustBySystem();
    IssuerServer issuers(bytesOf(f.intermediate.certificate().der()));
    const QString url = QStringLiteral("http://127.0.0.1:%1/ca.cer").arg(issuers.serverPort());
    const Issued leaf = leafWithAccess(f.intermediate, url);
    f.files.write("leaf.pem", leaf.certificate.toPem());
    f.files.writeKey("key.pem", leaf.key);
    f.files.write("rest.pem", std::string());
    f.startServer();
    QVERIFY(f.inspect(f.address()));
    f.showTab(ChainTab);
    auto* fetch = f.find<QPushButton>("fetchIssuer");
    QVERIFY(fetch->isVisible());
    QVERIFY(issuers.requests.isEmpty());
    f.prompts.willChoose(std::size_t(0));
    QTest::mouseClick(fetch, Qt::LeftButton);
    QVERIFY(waitUntil([&f] { return f.text("chainVerdict").startsWith(QStringLiteral("With what was fetched")); }));
    QVERIFY2(f.prompts.questions.front().informativeText.contains(url),
             qPrintable(f.prompts.questions.front().informativeText));
    QCOMPARE(issuers.requests.size(), 1);
    QCOMPARE(f.column("chain", 1),
             (QStringList{QStringLiteral("sent, the server’s own"), QStringLiteral("not sent, fetched, link 2"),
                          QStringLiteral("from the trust store")}));
    QVERIFY2(joined(problems(f)).contains(QStringLiteral("does not send every intermediate")),
             qPrintable(joined(problems(f))));
    QVERIFY(!fetch->isVisible());
    look(*f.page, QStringLiteral("inspector-chain-fetched"));
    CERTWRIGHT_VERIFY_USABLE(*f.page);
    // Saved, the chain is what openssl follows to the root.
    const QString path = f.path(QStringLiteral("chain.pem"));
    f.prompts.willChooseFiles({path});
    f.find<QPushButton>("saveChain")->click();
    QVERIFY(waitUntil([&f] { return !f.toasts.empty(); }));
    const QByteArray verdict = openssl({QStringLiteral("verify"), QStringLiteral("-CAfile"), f.files.path("root.pem"),
                                        QStringLiteral("-untrusted"), path, path});
    QVERIFY2(verdict.contains(": OK"), verdict.constData());
}

void TestInspectorChain::fetchesNothingUnasked() {
    Fixture f;
    f.trustBySystem();
    IssuerServer issuers(bytesOf(f.intermediate.certificate().der()));
    const Issued leaf =
        leafWithAccess(f.intermediate, QStringLiteral("http://127.0.0.1:%1/ca.cer").arg(issuers.serverPort()));
    f.files.write("leaf.pem", leaf.certificate.toPem());
    f.files.writeKey("key.pem", leaf.key);
    f.files.write("rest.pem", std::string());
    f.startServer();
    QVERIFY(f.inspect(f.address()));
    f.showTab(ChainTab);
    f.prompts.willChoose(std::nullopt);
    QTest::mouseClick(f.find<QPushButton>("fetchIssuer"), Qt::LeftButton);
    QVERIFY(waitUntil([&f] { return f.prompts.isScriptDone(); }));
    QTest::qWait(100);
    QVERIFY(issuers.requests.isEmpty());
    QVERIFY(f.text("chainVerdict").startsWith(QStringLiteral("The chain is incomplete")));
    // Where it can't be had, that is said.
    issuers.close();
    f.prompts.willChoose(std::size_t(0));
    QTest::mouseClick(f.find<QPushButton>("fetchIssuer"), Qt::LeftButton);
    QVERIFY(waitUntil([&f] { return f.text("chainVerdict").contains(QStringLiteral("could not be fetched")); }));
}

void TestInspectorChain::offersAReplacement() {
    for (const bool hasStore : {false, true}) {
        Fixture f(hasStore);
        f.startServer();
        QVERIFY(f.inspect(f.address()));
        auto* button = f.find<QPushButton>("replaceCertificate");
        QVERIFY(button->isVisible());
        QCOMPARE(button->isEnabled(), hasStore);
        QVERIFY(!button->toolTip().isEmpty());
        std::vector<x509::Certificate> wanted;
        connect(f.page.get(), &InspectorPage::replacementWanted, this,
                [&wanted](const x509::Certificate& certificate) { wanted.push_back(certificate); });
        QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(wanted.size(), hasStore ? std::size_t(1) : std::size_t(0));
        if (hasStore)
            QVERIFY(wanted.front() == f.page->report()->facts.chain.front());
        // Without a certificate there is nothing to replace.
        QVERIFY(f.inspect(QStringLiteral("127.0.0.1:1")));
        QVERIFY(!button->isVisible());
        const QStringList reasons = f.reasons();
        QVERIFY2(reasons.contains(QStringLiteral("It failed on the way between the two")), qPrintable(joined(reasons)));
    }
}

CERTWRIGHT_TEST_MAIN(TestInspectorChain)
#include "tst_inspector_chain.moc"
