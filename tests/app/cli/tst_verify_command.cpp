#include "core/x509/ocsp/request.h"
#include "tests/core/x509/ocsp/ocsp_pki.h"
#include "tests/support/real_server.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTcpServer>
#include <QTest>

#include <memory>

using namespace certwright;
using namespace certwright::test;

namespace {

QJsonObject jsonOf(const ProcessResult& result) {
    return QJsonDocument::fromJson(result.output).object();
}

QJsonObject ocspOf(const ProcessResult& result) {
    return jsonOf(result).value(QLatin1String("ocsp")).toObject();
}

QString textIn(const QJsonObject& object, const char* key) {
    return object.value(QLatin1String(key)).toString();
}

QString idsOf(const ProcessResult& result) {
    QStringList ids;
    for (const auto& finding : jsonOf(result).value(QLatin1String("findings")).toArray())
        ids << textIn(finding.toObject(), "id");
    return ids.join(u' ');
}

} // namespace

/// certwright-cli verify with OCSP responses, given and fetched, and with --fetch: exit codes and JSON.
class VerifyCommandTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void countsAResponse_data();
    void countsAResponse();
    void tellsWhatTheResponseSays();
    void takesPemAndStandardInput();
    void refusesWhatIsNoResponse_data();
    void refusesWhatIsNoResponse();
    void asksTheResponder();
    void saysThatNobodyAnswers();
    void fetchesWhatIsMissing();
    void endsAtOnceWhenStopped();
    void holdsAgainstTheRulesOfTheWeb();

private:
    ProcessResult cli(const QStringList& arguments, const QByteArray& input = {}) const {
        return run(builtProgram(QStringLiteral("app/cli/certwright-cli")), arguments,
                   {.input = input, .folder = m_pki->folder()});
    }
    ProcessResult cli(const char* line, const QByteArray& input = {}) const { return cli(words(line), input); }
    /// response.der: about the leaf, or about the certificate with this serial number.
    void respond(const char* signer, const char* state) const {
        m_pki->setIndex(m_pki->leaf(), state);
        QVERIFY(
            !m_pki
                 ->respond(x509::OcspRequest::make({{m_pki->leaf(), m_pki->issuer()}}).der(), signer, words("-ndays 2"))
                 .isEmpty());
    }

    std::unique_ptr<OcspPki> m_pki;
};

void VerifyCommandTest::initTestCase() {
    CERTWRIGHT_SKIP_WITHOUT_OPENSSL();
    m_pki = std::make_unique<OcspPki>();
    m_pki->write("delegate", OcspPki::issue(m_pki->ca(), "CN=Delegate", {{"extendedKeyUsage", "OCSPSigning"}}));
    const TestCa foreign("CN=Foreign");
    m_pki->write("foreign", {foreign.certificate(), foreign.key()});
}

void VerifyCommandTest::countsAResponse_data() {
    QTest::addColumn<QByteArray>("signer");
    QTest::addColumn<QByteArray>("state");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("findings");
    const auto row = [](const char* name, const char* signer, const char* state, int code, const char* findings) {
        QTest::newRow(name) << QByteArray(signer) << QByteArray(state) << code << QString::fromLatin1(findings);
    };
    row("good", "ca", "V", 0, "");
    row("good, by a delegate", "delegate", "V", 0, "ocsp-responder-unchecked");
    row("revoked", "ca", "R261101000000Z,keyCompromise", 1, "ocsp-revoked");
    row("by somebody else", "foreign", "V", 1, "ocsp-signer-untrusted");
}

void VerifyCommandTest::countsAResponse() {
    QFETCH(QByteArray, signer);
    QFETCH(QByteArray, state);
    QFETCH(int, code);
    QFETCH(QString, findings);
    respond(signer.constData(), state.constData());
    const auto result = cli("verify --json --trust ca.pem --ocsp response.der leaf.pem");
    QCOMPARE(result.exitCode, code);
    QCOMPARE(idsOf(result), findings);
    QCOMPARE(jsonOf(result).value(QLatin1String("ok")).toBool(), code == 0);
    QVERIFY(!jsonOf(result).contains(QLatin1String("fetched")));
    const auto without = cli("verify --json --trust ca.pem leaf.pem");
    QVERIFY(without.exitCode == 0 && !jsonOf(without).contains(QLatin1String("ocsp")));
}

void VerifyCommandTest::tellsWhatTheResponseSays() {
    respond("delegate", "R261101000000Z,keyCompromise");
    const QByteArray text =
        openssl(words("ocsp -resp_text -noverify -respin") + QStringList{m_pki->path("response.der")});
    const QJsonObject ocsp = ocspOf(cli("verify --json --trust ca.pem --ocsp response.der leaf.pem"));
    QCOMPARE(textIn(ocsp, "status"), QStringLiteral("revoked"));
    QCOMPARE(textIn(ocsp, "response_status"), QStringLiteral("successful"));
    QCOMPARE(textIn(ocsp, "source"), QStringLiteral("file"));
    QCOMPARE(textIn(ocsp, "responder"), QStringLiteral("CN=Delegate"));
    QCOMPARE(textIn(ocsp, "signer"), QStringLiteral("delegate"));
    QCOMPARE(textIn(ocsp, "revoked_at"), QStringLiteral("2026-11-01T00:00:00Z"));
    QCOMPARE(textIn(ocsp, "revocation_reason"), QStringLiteral("keyCompromise"));
    QVERIFY(ocsp.value(QLatin1String("signature_valid")).toBool());
    for (const auto& [key, label] :
         {std::pair("produced_at", "Produced At: "), std::pair("this_update", "This Update: "),
          std::pair("next_update", "Next Update: ")}) {
        const QString line = QString::fromUtf8(text).section(QString::fromLatin1(label), 1).section(u'\n', 0, 0);
        const QDateTime time = QLocale::c().toDateTime(line.simplified(), QStringLiteral("MMM d HH:mm:ss yyyy 'GMT'"));
        QCOMPARE(textIn(ocsp, key), time.toString(QStringLiteral("yyyy-MM-dd'T'HH:mm:ss'Z'")));
    }
    const QByteArray people = cli("verify --trust ca.pem --ocsp response.der leaf.pem").output;
    QVERIFY2(people.startsWith("NOT trusted") && people.contains("\nOCSP response (file): revoked, by CN=Delegate"),
             people.constData());
    // What is not verified has no status, only a claim.
    respond("foreign", "V");
    const QJsonObject claim = ocspOf(cli("verify --json --trust ca.pem --ocsp response.der leaf.pem"));
    QVERIFY(claim.value(QLatin1String("status")).isNull());
    QCOMPARE(textIn(claim, "claimed_status"), QStringLiteral("good"));
    QVERIFY(!claim.value(QLatin1String("signature_valid")).toBool());
}

void VerifyCommandTest::takesPemAndStandardInput() {
    respond("ca", "V");
    QFile file(m_pki->path("response.der"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray der = file.readAll();
    QFile pem(m_pki->path("response.pem"));
    QVERIFY(pem.open(QIODevice::WriteOnly));
    pem.write("-----BEGIN OCSP RESPONSE-----\n" + der.toBase64() + "\n-----END OCSP RESPONSE-----\n");
    pem.close();
    CERTWRIGHT_VERIFY_SUCCESS(cli("verify --trust ca.pem --ocsp response.pem leaf.pem"));
    CERTWRIGHT_VERIFY_SUCCESS(cli("verify --trust ca.pem --ocsp - leaf.pem", der));
}

void VerifyCommandTest::refusesWhatIsNoResponse_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("code");
    const auto row = [](const char* name, const char* ocsp, int code) {
        QTest::newRow(name) << QStringList{QStringLiteral("--ocsp"), QString::fromLatin1(ocsp)} << code;
    };
    row("a certificate", "ca.pem", 3);
    row("a text", "index.txt", 3);
    row("nothing there", "missing.der", 6);
    row("no name", "", 2);
}

void VerifyCommandTest::refusesWhatIsNoResponse() {
    QFETCH(QStringList, arguments);
    QFETCH(int, code);
    const auto result = cli(words("verify --json --trust ca.pem leaf.pem") + arguments);
    QCOMPARE(result.exitCode, code);
    QVERIFY2(jsonOf(result).contains(QLatin1String("error")), result.describe().constData());
}

void VerifyCommandTest::asksTheResponder() {
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    for (const char* state : {"V", "R261101000000Z,superseded"}) {
        m_pki->setIndex("4711", state);
        QString message;
        const auto responder = RealServer::start(
            tool,
            [this](quint16 port) {
                return m_pki->responder("ca", {QStringLiteral("-port"), QString::number(port)});
            },
            &message);
        QVERIFY2(responder, qPrintable(message));
        const std::string url = "http://127.0.0.1:" + std::to_string(responder->port());
        m_pki->write("asked",
                     OcspPki::issue(m_pki->ca(), "CN=asked", {{"authorityInfoAccess", "OCSP;URI:" + url}}, 24, "4711"));
        const auto result = cli("verify --json --trust ca.pem --ocsp fetch asked.pem");
        const bool isGood = *state == 'V';
        QCOMPARE(result.exitCode, isGood ? 0 : 1);
        QCOMPARE(textIn(ocspOf(result), "status"), isGood ? QStringLiteral("good") : QStringLiteral("revoked"));
        QCOMPARE(textIn(ocspOf(result), "source"), QStringLiteral("fetched"));
        QCOMPARE(textIn(ocspOf(result), "nonce"), QStringLiteral("matched"));
        const QJsonObject fetched = jsonOf(result).value(QLatin1String("fetched")).toArray().at(0).toObject();
        QCOMPARE(textIn(fetched, "kind"), QStringLiteral("ocsp"));
        QCOMPARE(textIn(fetched, "url"), q(url));
        // What openssl says of the same certificate, from the same responder.
        const QByteArray theirs =
            openssl(words("ocsp -url") + QStringList{q(url), QStringLiteral("-issuer"), m_pki->path("ca.pem"),
                                                     QStringLiteral("-cert"), m_pki->path("asked.pem"),
                                                     QStringLiteral("-CAfile"), m_pki->path("ca.pem")});
        QVERIFY2(theirs.contains(isGood ? "asked.pem: good" : "asked.pem: revoked"), theirs.constData());
    }
}

void VerifyCommandTest::saysThatNobodyAnswers() {
    const std::string url = "http://127.0.0.1:" + std::to_string(freePort());
    m_pki->write("asked", OcspPki::issue(m_pki->ca(), "CN=asked", {{"authorityInfoAccess", "OCSP;URI:" + url}}));
    const auto result = cli("verify --json --trust ca.pem --ocsp fetch asked.pem");
    QCOMPARE(result.exitCode, 7);
    QCOMPARE(idsOf(result), QStringLiteral("ocsp-unavailable"));
    const QJsonObject document = jsonOf(result);
    QVERIFY(!document.value(QLatin1String("ok")).toBool(true));
    QCOMPARE(textIn(document.value(QLatin1String("error")).toObject(), "kind"), QStringLiteral("network"));
    const auto people = cli("verify --trust ca.pem --ocsp fetch asked.pem");
    QCOMPARE(people.exitCode, 7);
    QVERIFY2(people.errors.contains(q(url).toUtf8()), people.describe().constData());
    // A certificate that names no responder is an answer, not a failure.
    const auto silent = cli("verify --json --trust ca.pem --ocsp fetch leaf.pem");
    QCOMPARE(silent.exitCode, 1);
    QCOMPARE(idsOf(silent), QStringLiteral("ocsp-no-responder"));
}

void VerifyCommandTest::fetchesWhatIsMissing() {
    CERTWRIGHT_NEED_TOOL(python, "python3");
    QString message;
    const auto server = RealServer::start(
        python,
        [this](quint16 port) {
            return words("-u -m http.server --bind 127.0.0.1 -d") + QStringList{m_pki->folder(), QString::number(port)};
        },
        &message);
    QVERIFY2(server, qPrintable(message));
    const std::string root = "http://127.0.0.1:" + std::to_string(server->port());
    const TestCa sub = m_pki->ca().intermediate();
    m_pki->write("sub", {sub.certificate(), sub.key()});
    m_pki->write("below", OcspPki::issue(sub, "CN=below",
                                         {{"authorityInfoAccess", "caIssuers;URI:" + root + "/sub.pem"},
                                          {"crlDistributionPoints", "URI:" + root + "/none.crl"}}));
    QCOMPARE(cli("verify --trust ca.pem below.pem").exitCode, 1);
    const auto result = cli("verify --json --trust ca.pem --fetch below.pem");
    CERTWRIGHT_VERIFY_SUCCESS(result);
    QCOMPARE(jsonOf(result).value(QLatin1String("chain")).toArray().size(), 3);
    QVERIFY(!jsonOf(result).contains(QLatin1String("error")));
    // The list is asked for only with --crl-check, and is not there.
    const auto crl = cli("verify --json --trust ca.pem --fetch --crl-check leaf below.pem");
    QCOMPARE(crl.exitCode, 7);
    QCOMPARE(idsOf(crl), QStringLiteral("unable-to-get-crl"));
    QCOMPARE(jsonOf(crl).value(QLatin1String("fetched")).toArray().size(), 2);
}

void VerifyCommandTest::endsAtOnceWhenStopped() {
    QTcpServer silent;
    QVERIFY(silent.listen(QHostAddress::LocalHost));
    const std::string url = "http://127.0.0.1:" + std::to_string(silent.serverPort());
    m_pki->write("asked", OcspPki::issue(m_pki->ca(), "CN=asked", {{"authorityInfoAccess", "OCSP;URI:" + url}}));
    QProcess process;
    process.setWorkingDirectory(m_pki->folder());
    process.start(builtProgram(QStringLiteral("app/cli/certwright-cli")),
                  words("verify --json --trust ca.pem --ocsp fetch asked.pem"));
    QVERIFY(QTest::qWaitFor([&silent] { return silent.hasPendingConnections(); }, 10000));
    process.terminate();
    QVERIFY(process.waitForFinished(10000));
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 130);
}

/// The verdict on this chain is that of x509-limbo: "webpki::san::no-san", invalid.
void VerifyCommandTest::holdsAgainstTheRulesOfTheWeb() {
    const QString chain = dataPath(QStringLiteral("conformance/chains/x509-limbo/webpki_san_no-san/"));
    const QStringList line = words("verify --json --purpose tls-server --trust")
                             << chain + QStringLiteral("trusted.pem") << chain + QStringLiteral("leaf.pem");
    const auto lenient = cli(line);
    QVERIFY2(lenient.exitCode == 0 && jsonOf(lenient).value(QLatin1String("ok")).toBool(), lenient.output);
    const auto strict = cli(line + words("--web-pki"));
    QVERIFY2(strict.exitCode == 1 && !jsonOf(strict).value(QLatin1String("ok")).toBool(), strict.output);
    QVERIFY2(idsOf(strict).contains(QLatin1String("tls-names-missing")), strict.output);
    QStringList timestamp = line + words("--web-pki");
    timestamp.replace(timestamp.indexOf(QStringLiteral("tls-server")), QStringLiteral("timestamp"));
    QCOMPARE(cli(timestamp).exitCode, 2);
}

CERTWRIGHT_TEST_MAIN(VerifyCommandTest)
#include "tst_verify_command.moc"
