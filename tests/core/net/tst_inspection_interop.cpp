// What the inspector says about servers that others wrote, against what `openssl s_client` and `gnutls-cli` say about
// the same servers, and against what the server itself logged about the same connection.
#include "core/service/connection_inspector.h"
#include "tests/core/net/other_clients.h"
#include "tests/core/net/server_files.h"
#include "tests/support/process.h"
#include "tests/support/real_server.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <openssl/x509_vfy.h>

#include <QHostAddress>
#include <QObject>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTcpServer>
#include <QTest>

#include <algorithm>
#include <functional>

using namespace certwright;
using service::ConnectionReportPtr;
using test::askGnutls;
using test::askOpenssl;
using test::GnutlsView;
using test::inspect;
using test::latin;
using test::OpensslView;
using test::RealServer;
using test::requestTo;
using test::ServerFiles;
using test::whatOf;

namespace {

/// One server that leaves no choice, so that all clients must agree with each other.
struct ServerRow {
    QString program;       ///< openssl, nginx, gnutls-serv
    QStringList arguments; ///< openssl, gnutls-serv
    QString directives;    ///< nginx
    QString keyType;       ///< of the certificate
    QString version, cipher, group;
    QString signature;                   ///< scheme; empty: none
    QString gnutlsVersion, gnutlsCipher; ///< parts of gnutls-cli's description
};

} // namespace

Q_DECLARE_METATYPE(ServerRow)

class TestInspectionInterop : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void agreesWithOtherClients_data();
    void agreesWithOtherClients();
    void findsTheSameFaults_data();
    void findsTheSameFaults();
    void hasTheSecretsThatTheServerLogged_data();
    void hasTheSecretsThatTheServerLogged();
    void tellsClientAuthentication();
    void readsStapledResponses_data();
    void readsStapledResponses();
    void needsALowLevelForOldVersions();
    void looksAtServersInAnyOrder();

private:
    void checkTimes(const x509::OcspReport& good, const std::vector<x509::Certificate>& chain);
    std::unique_ptr<RealServer> startServer(const ServerRow& row, const ServerFiles& files, const QString& program,
                                            QString* message);

    test::TestCa m_root{"CN=Interop Root,O=Lab"};
    test::TestCa m_intermediate = m_root.intermediate("CN=Interop Intermediate,O=Lab");
};

std::unique_ptr<RealServer> TestInspectionInterop::startServer(const ServerRow& row, const ServerFiles& files,
                                                               const QString& program, QString* message) {
    if (row.program == latin("nginx"))
        return RealServer::startNginx(program,
                                      latin("ssl_certificate %1; ssl_certificate_key %2; %3")
                                          .arg(files.path("fullchain.pem"), files.path("key.pem"), row.directives),
                                      message);
    if (row.program == latin("gnutls-serv"))
        return RealServer::startGnutls(program,
                                       QStringList{latin("--x509certfile"), files.path("fullchain.pem"),
                                                   latin("--x509keyfile"), files.path("key.pem"), latin("--alpn"),
                                                   latin("http/1.1")} +
                                           row.arguments,
                                       message);
    return RealServer::startOpenssl(program,
                                    QStringList{latin("-cert"), files.path("leaf.pem"), latin("-key"),
                                                files.path("key.pem"), latin("-cert_chain"), files.path("rest.pem"),
                                                latin("-alpn"), latin("http/1.1"), latin("-www")} +
                                        row.arguments,
                                    message);
}

void TestInspectionInterop::agreesWithOtherClients_data() {
    QTest::addColumn<ServerRow>("row");
    const auto words = [](const char* text) { return latin(text).split(QLatin1Char(' '), Qt::SkipEmptyParts); };
    const QString ec = latin("ec:P-256");
    const QString rsa = latin("rsa:2048");
    QTest::newRow("openssl 1.3, P-384") << ServerRow{
        latin("openssl"),
        words("-tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256 -groups P-384"),
        {},
        ec,
        latin("TLSv1.3"),
        latin("TLS_CHACHA20_POLY1305_SHA256"),
        latin("secp384r1"),
        latin("ecdsa_secp256r1_sha256"),
        latin("TLS1.3"),
        latin("CHACHA20-POLY1305")};
    QTest::newRow("openssl 1.2, ECDHE P-256")
        << ServerRow{latin("openssl"),
                     words("-tls1_2 -cipher ECDHE-ECDSA-AES256-GCM-SHA384 -groups P-256"),
                     {},
                     ec,
                     latin("TLSv1.2"),
                     latin("ECDHE-ECDSA-AES256-GCM-SHA384"),
                     latin("secp256r1"),
                     {},
                     latin("TLS1.2"),
                     latin("AES-256-GCM")};
    QTest::newRow("openssl 1.2, finite-field DHE") << ServerRow{latin("openssl"),
                                                                words("-tls1_2 -cipher DHE-RSA-AES128-GCM-SHA256"),
                                                                {},
                                                                rsa,
                                                                latin("TLSv1.2"),
                                                                latin("DHE-RSA-AES128-GCM-SHA256"),
                                                                {},
                                                                {},
                                                                latin("TLS1.2"),
                                                                latin("AES-128-GCM")};
    QTest::newRow("openssl 1.2, RSA key exchange") << ServerRow{latin("openssl"),
                                                                words("-tls1_2 -cipher AES128-SHA"),
                                                                {},
                                                                rsa,
                                                                latin("TLSv1.2"),
                                                                latin("AES128-SHA"),
                                                                {},
                                                                {},
                                                                latin("TLS1.2"),
                                                                latin("AES-128-CBC")};
    QTest::newRow("openssl 1.3, Ed25519")
        << ServerRow{latin("openssl"),
                     words("-tls1_3 -ciphersuites TLS_AES_128_GCM_SHA256 -groups X25519"),
                     {},
                     latin("ed25519"),
                     latin("TLSv1.3"),
                     latin("TLS_AES_128_GCM_SHA256"),
                     latin("x25519"),
                     latin("ed25519"),
                     latin("TLS1.3"),
                     latin("AES-128-GCM")};
    QTest::newRow("nginx 1.2") << ServerRow{latin("nginx"),
                                            {},
                                            latin("ssl_protocols TLSv1.2; ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256; "
                                                  "ssl_ecdh_curve X25519;"),
                                            rsa,
                                            latin("TLSv1.2"),
                                            latin("ECDHE-RSA-AES128-GCM-SHA256"),
                                            latin("x25519"),
                                            {},
                                            latin("TLS1.2"),
                                            latin("AES-128-GCM")};
    QTest::newRow("nginx 1.2 and 1.3") << ServerRow{latin("nginx"),
                                                    {},
                                                    latin("ssl_protocols TLSv1.2 TLSv1.3; ssl_ecdh_curve secp521r1; "
                                                          "ssl_conf_command Ciphersuites TLS_AES_256_GCM_SHA384;"),
                                                    rsa,
                                                    latin("TLSv1.3"),
                                                    latin("TLS_AES_256_GCM_SHA384"),
                                                    latin("secp521r1"),
                                                    {},
                                                    latin("TLS1.3"),
                                                    latin("AES-256-GCM")};
    QTest::newRow("gnutls 1.2") << ServerRow{
        latin("gnutls-serv"),
        words("--priority NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-256-GCM:-GROUP-ALL:+GROUP-X25519"),
        {},
        ec,
        latin("TLSv1.2"),
        latin("ECDHE-ECDSA-AES256-GCM-SHA384"),
        latin("x25519"),
        {},
        latin("TLS1.2"),
        latin("AES-256-GCM")};
    QTest::newRow("gnutls 1.3") << ServerRow{
        latin("gnutls-serv"),
        words("--priority NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-GCM:-GROUP-ALL:"
              "+GROUP-SECP384R1"),
        {},
        rsa,
        latin("TLSv1.3"),
        latin("TLS_AES_128_GCM_SHA256"),
        latin("secp384r1"),
        {},
        latin("TLS1.3"),
        latin("AES-128-GCM")};
}

void TestInspectionInterop::agreesWithOtherClients() {
    QFETCH(ServerRow, row);
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    const QString program = test::findTool(row.program);
    if (program.isEmpty())
        QSKIP("the server is not installed (packaging/test.sh --all installs it)");
    test::IssueOptions options;
    options.keyType = row.keyType.toStdString();
    const test::Issued leaf = m_intermediate.issue(options);
    const ServerFiles files(leaf, {m_intermediate.certificate()}, m_root.certificate());
    QString message;
    const auto server = startServer(row, files, program, &message);
    QVERIFY2(server != nullptr, qPrintable(message));

    const ConnectionReportPtr report = inspect(requestTo(server->port(), files));
    QVERIFY2(!report->failure, whatOf(report).constData());
    QVERIFY(report->isGood());
    const tls::SessionFacts& facts = report->facts;
    QCOMPARE(QString::fromStdString(tls::toString(facts.version.value())), row.version);
    QCOMPARE(QString::fromStdString(facts.cipher->opensslName), row.cipher);
    QCOMPARE(QString::fromStdString(facts.group), row.group);
    if (!row.signature.isEmpty())
        QCOMPARE(QString::fromStdString(facts.signature), row.signature);
    QCOMPARE(facts.chain.size(), std::size_t{2});
    QVERIFY(facts.chain[0] == leaf.certificate && facts.chain[1] == m_intermediate.certificate());
    QCOMPARE(report->verify->builtChain.size(), std::size_t{3});

    const OpensslView theirs = askOpenssl(openssl, server->port(), files);
    QVERIFY2(theirs.version == row.version, theirs.text.constData());
    QCOMPARE(theirs.cipher, row.cipher);
    QCOMPARE(theirs.alpn, QString::fromStdString(facts.alpn));
    QCOMPARE(theirs.verifyCode, 0);
    QCOMPARE(theirs.chain.size(), qsizetype(facts.chain.size()));
    for (std::size_t i = 0; i < facts.chain.size(); ++i)
        QCOMPARE(theirs.chain[qsizetype(i)], QByteArray::fromStdString(facts.chain[i].toPem()));
    if (facts.temporaryKey)
        QVERIFY2(theirs.temporaryKey.endsWith(latin("%1 bits").arg(facts.temporaryKey->bits)),
                 qPrintable(theirs.temporaryKey));
    else
        QVERIFY(theirs.temporaryKey.isEmpty());

    CERTWRIGHT_NEED_TOOL(gnutls, "gnutls-cli");
    const GnutlsView other = askGnutls(gnutls, server->port(), files);
    QVERIFY2(other.isTrusted, other.text.constData());
    QVERIFY2(other.description.contains(row.gnutlsVersion) && other.description.contains(row.gnutlsCipher),
             other.text.constData());
    QCOMPARE(other.certificates, int(facts.chain.size()));
    QCOMPARE(other.alpn, QString::fromStdString(facts.alpn));
}

void TestInspectionInterop::findsTheSameFaults_data() {
    QTest::addColumn<QString>("fault");
    QTest::addColumn<QString>("finding"); ///< empty: the chain is good
    for (const auto& [fault, finding] : {std::pair{"none", ""},
                                         {"expired", "expired"},
                                         {"wrong name", ""},
                                         {"incomplete chain", "unable-to-get-issuer"},
                                         {"self-signed", "self-signed"},
                                         {"untrusted root", "untrusted-root"},
                                         {"client's purpose", "invalid-purpose"}})
        QTest::newRow(fault) << latin(fault) << latin(finding);
}

void TestInspectionInterop::findsTheSameFaults() {
    QFETCH(QString, fault);
    QFETCH(QString, finding);
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    const base::Time now = base::SystemClock().now();
    test::IssueOptions options;
    if (fault == latin("expired")) {
        options.notBefore = now - std::chrono::hours(48);
        options.notAfter = now - std::chrono::hours(1);
    } else if (fault == latin("wrong name")) {
        options.altNames = "DNS:other.example";
    } else if (fault == latin("client's purpose")) {
        options.extendedKeyUsage = "clientAuth";
    }
    const test::TestCa own("CN=localhost");
    const bool isSelfSigned = fault == latin("self-signed");
    const test::Issued leaf = isSelfSigned ? test::Issued{own.certificate(), own.key()} : m_intermediate.issue(options);
    std::vector<x509::Certificate> chain;
    if (!isSelfSigned && fault != latin("incomplete chain"))
        chain.push_back(m_intermediate.certificate());
    const bool isUntrusted = fault == latin("untrusted root");
    if (isUntrusted)
        chain.push_back(m_root.certificate());
    const test::TestCa other("CN=Another Root");
    const ServerFiles files(leaf, chain, isUntrusted || isSelfSigned ? other.certificate() : m_root.certificate());
    QString message;
    const auto server = RealServer::startOpenssl(
        openssl,
        QStringList{latin("-cert"), files.path("leaf.pem"), latin("-key"), files.path("key.pem"), latin("-www")} +
            (chain.empty() ? QStringList() : QStringList{latin("-cert_chain"), files.path("rest.pem")}),
        &message);
    QVERIFY2(server != nullptr, qPrintable(message));

    const ConnectionReportPtr report = inspect(requestTo(server->port(), files));
    QVERIFY2(!report->failure, whatOf(report).constData());
    const OpensslView theirs = askOpenssl(openssl, server->port(), files);
    QCOMPARE(report->verify->ok, finding.isEmpty());
    if (finding.isEmpty()) {
        QVERIFY(report->verify->findings.empty());
        QCOMPARE(report->hostname->ok, theirs.verifyCode == X509_V_OK);
        QVERIFY(theirs.verifyCode == X509_V_OK || theirs.verifyCode == X509_V_ERR_HOSTNAME_MISMATCH);
        return;
    }
    QCOMPARE(QString::fromStdString(report->verify->findings.front().id), finding);
    // s_client tells the last error; that the leaf can't be verified (21) only repeats that its issuer is missing (20).
    const int wanted = theirs.verifyCode == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE
                           ? X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY
                           : theirs.verifyCode;
    const auto& findings = report->verify->findings;
    const bool hasIt = std::any_of(findings.begin(), findings.end(),
                                   [wanted](const x509::Finding& found) { return found.opensslCode == wanted; });
    // It stops at the host name where that is wrong, too: ours is a check of its own.
    QVERIFY2(hasIt || (theirs.verifyCode == X509_V_ERR_HOSTNAME_MISMATCH && !report->hostname->ok),
             theirs.text.constData());
}

void TestInspectionInterop::hasTheSecretsThatTheServerLogged_data() {
    QTest::addColumn<QString>("version");
    QTest::newRow("TLSv1.2") << latin("-tls1_2");
    QTest::newRow("TLSv1.3") << latin("-tls1_3");
}

void TestInspectionInterop::hasTheSecretsThatTheServerLogged() {
    QFETCH(QString, version);
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    const ServerFiles files(m_intermediate.issue(), {m_intermediate.certificate()}, m_root.certificate());
    QString message;
    auto server = RealServer::startOpenssl(openssl,
                                           {version, latin("-cert"), files.path("leaf.pem"), latin("-key"),
                                            files.path("key.pem"), latin("-cert_chain"), files.path("rest.pem"),
                                            latin("-keylogfile"), files.path("keys.log"), latin("-msg"),
                                            latin("-msgfile"), files.path("messages.txt"), latin("-www")},
                                           &message);
    QVERIFY2(server != nullptr, qPrintable(message));
    const ConnectionReportPtr report = inspect(requestTo(server->port(), files));
    QVERIFY2(!report->failure, whatOf(report).constData());
    server->stop();

    QFile log(files.path("keys.log"));
    QVERIFY(log.open(QIODevice::ReadOnly));
    const QByteArrayList logged = log.readAll().split('\n');
    const base::Secret text = report->secrets.toText();
    const QByteArrayList own = QByteArray(text.text().data(), qsizetype(text.text().size())).split('\n');
    QCOMPARE(own.size(), version == latin("-tls1_3") ? 6 : 2); // the last is empty, after the last line's end
    for (const QByteArray& line : own)
        QVERIFY2(line.isEmpty() || logged.contains(line), line.constData());

    // The hellos as the server saw them: header (4), version (2), random (32).
    QFile messages(files.path("messages.txt"));
    QVERIFY(messages.open(QIODevice::ReadOnly));
    const QString seen = QString::fromLatin1(messages.readAll()).simplified();
    const auto spaced = [](const base::Bytes& bytes) {
        return QString::fromStdString(base::toHex(bytes, ' ')).toLower();
    };
    QCOMPARE(report->facts.clientRandom.size(), std::size_t{32});
    QVERIFY(seen.contains(latin("03 03 ") + spaced(report->facts.clientRandom)));
    QVERIFY(seen.contains(latin("03 03 ") + spaced(report->facts.serverRandom)));
    if (version == latin("-tls1_2")) {
        QCOMPARE(report->facts.masterKey.size(), std::size_t{48});
        QVERIFY(report->facts.masterKey.equals(*report->secrets.find("CLIENT_RANDOM")));
    } else {
        QVERIFY(!report->facts.masterKey.empty()); // of the ticket that came after the handshake
        QVERIFY(report->facts.session->hasTicket);
    }

    // A key log file is what others read: made private, appended to.
    const std::string path = files.path("own.log").toStdString();
    service::appendKeyLog(path, report->secrets);
    service::appendKeyLog(path, report->secrets);
    QFile written(files.path("own.log"));
    QVERIFY(written.open(QIODevice::ReadOnly));
    QCOMPARE(written.readAll(), own.join('\n') + own.join('\n'));
    QCOMPARE(written.permissions() & (QFileDevice::ReadGroup | QFileDevice::ReadOther), QFileDevice::Permissions());
    QVERIFY_THROWS_EXCEPTION(base::Error, service::appendKeyLog(QDir::tempPath().toStdString(), report->secrets));
}

void TestInspectionInterop::tellsClientAuthentication() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    CERTWRIGHT_NEED_TOOL(nginx, "nginx");
    const ServerFiles files(m_intermediate.issue(), {m_intermediate.certificate()}, m_root.certificate());
    QString message;
    const auto optional = RealServer::startNginx(
        nginx,
        latin("ssl_certificate %1; ssl_certificate_key %2; ssl_verify_client optional; ssl_client_certificate %3;")
            .arg(files.path("fullchain.pem"), files.path("key.pem"), files.path("root.pem")),
        &message);
    QVERIFY2(optional != nullptr, qPrintable(message));
    const ConnectionReportPtr asked = inspect(requestTo(optional->port(), files));
    QVERIFY2(asked->isGood(), whatOf(asked).constData());
    QVERIFY(asked->facts.isClientCertificateRequested);
    QCOMPARE(asked->facts.clientCaNames, (std::vector<std::string>{m_root.certificate().subject().toRfc2253()}));

    for (const char* version : {"-tls1_2", "-tls1_3"}) {
        const auto required = RealServer::startOpenssl(
            openssl,
            {latin(version), latin("-cert"), files.path("leaf.pem"), latin("-key"), files.path("key.pem"),
             latin("-cert_chain"), files.path("rest.pem"), latin("-Verify"), latin("1"), latin("-www")},
            &message);
        QVERIFY2(required != nullptr, qPrintable(message));
        const ConnectionReportPtr refused = inspect(requestTo(required->port(), files));
        QVERIFY(refused->failure.has_value());
        QVERIFY2(refused->failure->error.kind() == base::ErrorKind::PeerAlert, whatOf(refused).constData());
        QVERIFY(refused->failure->side == tls::FailureSide::Peer);
        // What was learnt until then is there all the same.
        QVERIFY(refused->facts.isClientCertificateRequested);
        QVERIFY(refused->verify->ok && refused->hostname->ok);
        QCOMPARE(refused->facts.chain.size(), std::size_t{2});
    }
}

/// The same good response, looked at too early, too late, and damaged.
void TestInspectionInterop::checkTimes(const x509::OcspReport& good, const std::vector<x509::Certificate>& chain) {
    const auto findingAt = [&](base::BytesView der, std::chrono::hours offset) {
        const x509::OcspReport staple =
            x509::checkOcsp({base::toBytes(der), x509::OcspSource::Stapled}, chain.front(),
                            x509::issuerAmong(chain, chain.front()), base::SystemClock().now() + offset);
        return staple.findings.empty() ? std::string("none") : staple.findings.front().id;
    };
    QCOMPARE(findingAt(good.der, std::chrono::hours(0)), std::string("none"));
    QCOMPARE(findingAt(good.der, std::chrono::hours(72)), std::string("ocsp-expired"));
    QCOMPARE(findingAt(good.der, std::chrono::hours(-24)), std::string("ocsp-not-yet-valid"));
    base::Bytes damaged = good.der;
    damaged.push_back(0);
    QCOMPARE(findingAt(damaged, std::chrono::hours(0)), std::string("ocsp-damaged"));
    QCOMPARE(findingAt({}, std::chrono::hours(0)), std::string("ocsp-damaged"));
    // RFC 6960 4.2.1: responseStatus tryLater and nothing else.
    const base::Bytes tryLater{0x30, 0x03, 0x0A, 0x01, 0x03};
    QCOMPARE(findingAt(tryLater, std::chrono::hours(0)), std::string("ocsp-unsuccessful"));
}

void TestInspectionInterop::readsStapledResponses_data() {
    QTest::addColumn<QString>("status");
    QTest::addColumn<QString>("finding");
    QTest::newRow("good") << latin("good") << QString();
    QTest::newRow("revoked") << latin("revoked") << latin("ocsp-revoked");
    QTest::newRow("of another CA") << latin("foreign") << latin("ocsp-signer-untrusted");
    QTest::newRow("about another certificate") << latin("other") << latin("ocsp-other-certificate");
}

void TestInspectionInterop::readsStapledResponses() {
    QFETCH(QString, status);
    QFETCH(QString, finding);
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    const test::Issued leaf = m_intermediate.issue();
    const ServerFiles files(leaf, {m_intermediate.certificate()}, m_root.certificate());
    const test::TestCa foreign("CN=Foreign CA");
    const test::TestCa& signer = status == latin("foreign") ? foreign : m_intermediate;
    const x509::Certificate asked = status == latin("other") ? m_intermediate.issue().certificate : leaf.certificate;
    files.write("asked.pem", asked.toPem());
    files.write("issuer.pem", m_intermediate.certificate().toPem());
    files.write("signer.pem", signer.certificate().toPem());
    files.writeKey("signer.key", signer.key());
    const bool isRevoked = status == latin("revoked");
    // openssl writes whole octets and compares texts.
    const std::string serial = (asked.serial().size() % 2 == 1 ? "0" : "") + asked.serial();
    files.write("index.txt", std::string(isRevoked ? "R" : "V") + "\t491231235959Z\t" +
                                 (isRevoked ? "261101000000Z,keyCompromise" : "") + "\t" + serial +
                                 "\tunknown\t/CN=localhost\n");
    const auto made = test::run(
        openssl, {latin("ocsp"), latin("-index"), files.path("index.txt"), latin("-CA"), files.path("issuer.pem"),
                  latin("-rsigner"), files.path("signer.pem"), latin("-rkey"), files.path("signer.key"),
                  latin("-issuer"), files.path("issuer.pem"), latin("-cert"), files.path("asked.pem"),
                  latin("-noverify"), latin("-respout"), files.path("response.der"), latin("-ndays"), latin("2")});
    QVERIFY2(QFile::exists(files.path("response.der")), made.describe().constData());
    QString message;
    const auto server = RealServer::startOpenssl(openssl,
                                                 {latin("-cert"), files.path("leaf.pem"), latin("-key"),
                                                  files.path("key.pem"), latin("-cert_chain"), files.path("rest.pem"),
                                                  latin("-status_file"), files.path("response.der"), latin("-www")},
                                                 &message);
    QVERIFY2(server != nullptr, qPrintable(message));

    const ConnectionReportPtr report = inspect(requestTo(server->port(), files));
    QVERIFY2(!report->failure, whatOf(report).constData());
    QVERIFY(report->facts.staple.has_value());
    QCOMPARE(report->facts.staple->responseStatus, std::string("successful"));
    QCOMPARE(report->verify->ok, finding.isEmpty());
    std::vector<std::string> ids;
    for (const x509::Finding& found : report->verify->findings)
        ids.push_back(found.id);
    if (finding.isEmpty())
        QVERIFY2(ids.empty(), ids.empty() ? "" : ids.front().c_str());
    else
        QVERIFY2(std::find(ids.begin(), ids.end(), finding.toStdString()) != ids.end(),
                 ids.empty() ? "nothing was found" : ids.front().c_str());
    if (status == latin("good"))
        checkTimes(*report->facts.staple, report->verify->builtChain);
    if (isRevoked) {
        QVERIFY(report->facts.staple->status == x509::OcspStatus::Revoked);
        QCOMPARE(report->facts.staple->revocationReason, std::string("keyCompromise"));
        QCOMPARE(base::toRfc3339(*report->facts.staple->revokedAt), std::string("2026-11-01T00:00:00Z"));
        QVERIFY(report->facts.staple->isVerified);
    }
}

void TestInspectionInterop::needsALowLevelForOldVersions() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    const ServerFiles files(m_intermediate.issue(), {m_intermediate.certificate()}, m_root.certificate());
    QString message;
    const auto server = RealServer::startOpenssl(
        openssl,
        {latin("-tls1_1"), latin("-cipher"), latin("ALL:@SECLEVEL=0"), latin("-cert"), files.path("leaf.pem"),
         latin("-key"), files.path("key.pem"), latin("-cert_chain"), files.path("rest.pem"), latin("-www")},
        &message);
    QVERIFY2(server != nullptr, qPrintable(message));
    auto request = requestTo(server->port(), files);
    request.tls.securityLevel = 2;
    const ConnectionReportPtr refused = inspect(request);
    QVERIFY(refused->failure.has_value());
    QVERIFY2(refused->failure->error.hint().find("security level") != std::string::npos, whatOf(refused).constData());
    request.tls.securityLevel = 0;
    const ConnectionReportPtr spoken = inspect(request);
    QVERIFY2(!spoken->failure, whatOf(spoken).constData());
    QVERIFY(spoken->facts.version == tls::ProtocolVersion::Tls11);
    QCOMPARE(spoken->facts.securityLevel, 0);
}

void TestInspectionInterop::looksAtServersInAnyOrder() {
    // A start() replaces what runs; the replaced one says nothing more. Cancelling reports what was learnt.
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    const ServerFiles files(m_intermediate.issue(), {m_intermediate.certificate()}, m_root.certificate());
    QString message;
    const auto server =
        RealServer::startOpenssl(openssl,
                                 {latin("-cert"), files.path("leaf.pem"), latin("-key"), files.path("key.pem"),
                                  latin("-cert_chain"), files.path("rest.pem"), latin("-www")},
                                 &message);
    QVERIFY2(server != nullptr, qPrintable(message));
    QTcpServer silent;
    QVERIFY(silent.listen(QHostAddress::LocalHost));
    service::ConnectionInspector inspector;
    QSignalSpy finished(&inspector, &service::ConnectionInspector::finished);
    QSignalSpy updated(&inspector, &service::ConnectionInspector::updated);
    inspector.start(requestTo(silent.serverPort(), files));
    inspector.start(requestTo(server->port(), files));
    QVERIFY(finished.wait(20000));
    QCOMPARE(finished.count(), 1);
    const auto report = finished.front().front().value<ConnectionReportPtr>();
    QVERIFY2(report->isGood(), whatOf(report).constData());
    std::size_t messages = 0;
    for (const QList<QVariant>& arguments : updated)
        messages += arguments.front().value<service::ConnectionUpdate>().messages.size();
    QCOMPARE(messages, report->transcript.messages().size());
    QVERIFY(!inspector.isRunning());

    inspector.start(requestTo(silent.serverPort(), files));
    QVERIFY(inspector.isRunning());
    QVERIFY(QTest::qWaitFor([&] {
        return !updated.isEmpty() &&
               updated.back().front().value<service::ConnectionUpdate>().phase == net::ConnectionPhase::Handshaking;
    }));
    inspector.cancel();
    QVERIFY(finished.wait(5000));
    const auto cancelled = finished.back().front().value<ConnectionReportPtr>();
    QVERIFY(cancelled->failure->error.kind() == base::ErrorKind::Cancelled);
    QVERIFY(!cancelled->facts.clientRandom.empty());
    { // Destroying one that runs ends it.
        service::ConnectionInspector forgotten;
        forgotten.start(requestTo(silent.serverPort(), files));
        QTest::qWait(20);
    }
}

CERTWRIGHT_TEST_MAIN(TestInspectionInterop)
#include "tst_inspection_interop.moc"
