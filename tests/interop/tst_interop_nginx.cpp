#include "core/service/exporting.h"
#include "tests/core/service/service_fixture.h"
#include "tests/interop/tool_files.h"
#include "tests/support/real_server.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

using namespace certwright;
using namespace certwright::test;

/// The folder that is exported for nginx serves as it is.
class InteropNginxTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void servesTheExportedFolder_data();
    void servesTheExportedFolder();
};

void InteropNginxTest::servesTheExportedFolder_data() {
    QTest::addColumn<QString>("key");
    QTest::newRow("P-256") << QStringLiteral("ec:P-256");
    QTest::newRow("RSA 2048") << QStringLiteral("rsa:2048");
    QTest::newRow("Ed25519") << QStringLiteral("ed25519");
}

void InteropNginxTest::servesTheExportedFolder() {
    CERTWRIGHT_NEED_TOOL(nginx, "nginx");
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    CERTWRIGHT_NEED_TOOL(gnutls, "gnutls-cli");
    QFETCH(QString, key);
    const TemporaryStore holder;
    const auto ordered = [](service::IssueRequest order) {
        order.now = realNow();
        return order;
    };
    const auto root = service::issue(holder.store.get(), ordered(orderFor("root-ca", "CN=Root")));
    const auto middle =
        service::issue(holder.store.get(), ordered(orderFor("intermediate-ca", "CN=Sub", root.certificateId)));
    auto wanted = ordered(orderFor("tls-server", "", middle.certificateId, "www.lab.example api.lab.example"));
    wanted.key = service::NewKey{crypto::KeySpec::parse(key.toStdString()), {}};
    const auto server = service::issue(holder.store.get(), wanted);

    service::ExportOrder order;
    order.certificateIds = {server.certificateId};
    order.path = holder.folder.filePath(QStringLiteral("site files"));
    const auto exported = service::runExport(*holder.store, order);
    const ToolFiles files;
    const QString trust = files.write("root.pem", root.certificate.toPem());

    QString message;
    const auto site = RealServer::startNginx(nginx, exported.snippet, &message);
    QVERIFY2(site, qPrintable(message));
    const QString port = QString::number(site->port());
    ProcessOptions quit;
    quit.input = "Q\n";
    for (const char* host : {"www.lab.example", "api.lab.example"}) {
        const QString name = QString::fromLatin1(host);
        const auto seen = run(openssl,
                              {QStringLiteral("s_client"), QStringLiteral("-connect"),
                               QStringLiteral("127.0.0.1:") + port, QStringLiteral("-servername"), name,
                               QStringLiteral("-verify_return_error"), QStringLiteral("-verify_hostname"), name,
                               QStringLiteral("-x509_strict"), QStringLiteral("-CAfile"), trust},
                              quit);
        CERTWRIGHT_VERIFY_SUCCESS(seen);
        CERTWRIGHT_VERIFY_CONTAINS(QString::fromUtf8(seen.output), QStringLiteral("Verify return code: 0 (ok)"));
        quit.input.clear();
        const auto alsoSeen = run(gnutls,
                                  {QStringLiteral("--x509cafile"), trust, QStringLiteral("--sni-hostname"), name,
                                   QStringLiteral("--verify-hostname"), name, QStringLiteral("--port"), port,
                                   QStringLiteral("127.0.0.1")},
                                  quit);
        CERTWRIGHT_VERIFY_SUCCESS(alsoSeen);
        CERTWRIGHT_VERIFY_CONTAINS(QString::fromUtf8(alsoSeen.output), QStringLiteral("The certificate is trusted."));
        quit.input = "Q\n";
    }
    // The checks above do check: a name that the certificate does not have is refused.
    const auto refused =
        run(openssl,
            {QStringLiteral("s_client"), QStringLiteral("-connect"), QStringLiteral("127.0.0.1:") + port,
             QStringLiteral("-verify_return_error"), QStringLiteral("-verify_hostname"),
             QStringLiteral("other.lab.example"), QStringLiteral("-CAfile"), trust},
            quit);
    QVERIFY(!refused.isSuccess());
}

CERTWRIGHT_TEST_MAIN(InteropNginxTest)
#include "tst_interop_nginx.moc"
