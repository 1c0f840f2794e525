// Responses of `openssl ocsp`, and what it says of them itself.
#include "core/x509/ocsp/check.h"
#include "core/x509/ocsp/request.h"
#include "core/x509/verify/trust_store.h"
#include "tests/core/x509/ocsp/ocsp_pki.h"
#include "tests/support/test_main.h"

#include <QTest>

#include <functional>

using namespace certwright;
using namespace certwright::test;
using x509::OcspReport;
using x509::OcspSource;
using x509::OcspStatus;

namespace {

QStringList idsOf(const std::vector<x509::Finding>& findings) {
    QStringList ids;
    for (const x509::Finding& finding : findings)
        ids << q(finding.id);
    return ids;
}

base::Time now() {
    return base::SystemClock().now();
}

QStringList list(const char* text) {
    return QString::fromLatin1(text).split(u' ', Qt::SkipEmptyParts);
}

} // namespace

class OcspCheckTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void agreesWithOpenssl_data();
    void agreesWithOpenssl();
    void tellsWhatIsInIt();
    void findsItsAnswerAmongSeveral();
    void takesTheSignerByItsKey();
    void comparesNonces();
    void looksAtTheTimes_data();
    void looksAtTheTimes();
    void survivesDamage();
    void saysWhatTheResponderRefused_data();
    void saysWhatTheResponderRefused();
    void needsTheIssuer();
    void countsInAVerification_data();
    void countsInAVerification();

private:
    base::Bytes request(const std::string& digest = "SHA1") const {
        return x509::OcspRequest::make({{m_pki.leaf(), m_pki.issuer()}}, {.digest = digest, .withNonce = false}).der();
    }
    OcspReport check(const QByteArray& response, base::Bytes nonce = {}) const {
        return x509::checkOcsp({base::toBytes(view(response)), OcspSource::File, std::move(nonce)}, m_pki.leaf(),
                               &m_pki.issuer(), now());
    }
    void setState(const QString& state) const {
        if (state == QStringLiteral("other"))
            m_pki.setIndex(m_pki.issuer(), "V");
        else
            m_pki.setIndex(m_pki.leaf(), state.toStdString());
    }

    OcspPki m_pki;
    TestCa m_foreign{"CN=Foreign CA"};
};

void OcspCheckTest::initTestCase() {
    CERTWRIGHT_SKIP_WITHOUT_OPENSSL();
    const OcspPki::Extensions authorised{{"extendedKeyUsage", "OCSPSigning"}, {"noCheck", "ignored"}};
    m_pki.write("delegate", OcspPki::issue(m_pki.ca(), "CN=Delegate", authorised));
    m_pki.write("unnoted", OcspPki::issue(m_pki.ca(), "CN=Unnoted", {{"extendedKeyUsage", "OCSPSigning"}}));
    m_pki.write("noeku", OcspPki::issue(m_pki.ca(), "CN=No usage", {{"extendedKeyUsage", "serverAuth"}}));
    m_pki.write("anyeku", OcspPki::issue(m_pki.ca(), "CN=Any usage", {{"extendedKeyUsage", "anyExtendedKeyUsage"}}));
    m_pki.write("expired", OcspPki::issue(m_pki.ca(), "CN=Expired", authorised, -1));
    m_pki.write("stranger", OcspPki::issue(m_foreign, "CN=Delegate", authorised));
    m_pki.write("foreign", {m_foreign.certificate(), m_foreign.key()});
    // A CA of the same name with another key, and a delegate of it.
    const TestCa twin("CN=OCSP Test CA,O=Lab");
    m_pki.write("twin", {twin.certificate(), twin.key()});
    m_pki.write("twindelegate", OcspPki::issue(twin, "CN=Delegate", authorised));
    // RFC 6960 4.2.2.2: issued directly; a CA below does not count.
    m_pki.write("indirect", OcspPki::issue(m_pki.ca().intermediate(), "CN=Indirect", authorised));
}

void OcspCheckTest::agreesWithOpenssl_data() {
    QTest::addColumn<QString>("signer");
    QTest::addColumn<QString>("options");
    QTest::addColumn<QString>("state");
    QTest::addColumn<QString>("status");
    QTest::addColumn<bool>("isVerified");
    QTest::addColumn<QStringList>("findings");
    const auto row = [](const char* name, const char* signer, const char* options, const char* state,
                        const char* status, bool isVerified, const char* findings) {
        QTest::newRow(name) << QString::fromLatin1(signer) << QString::fromLatin1(options) << QString::fromLatin1(state)
                            << QString::fromLatin1(status) << isVerified << list(findings);
    };
    const char* const revoked = "R261101000000Z,keyCompromise";
    row("good", "ca", "", "V", "good", true, "");
    row("revoked", "ca", "", revoked, "revoked", true, "ocsp-revoked");
    row("revoked without a reason", "ca", "", "R261101000000Z", "revoked", true, "ocsp-revoked");
    row("unknown", "ca", "", "other", "unknown", true, "ocsp-unknown");
    row("by key", "ca", "-resp_key_id", "V", "good", true, "");
    row("no certificates", "ca", "-resp_no_certs", "V", "good", true, "");
    row("delegate", "delegate", "", "V", "good", true, "");
    row("delegate, revoked", "delegate", "", revoked, "revoked", true, "ocsp-revoked");
    row("delegate, by key", "delegate", "-resp_key_id", "V", "good", true, "");
    row("delegate without nocheck", "unnoted", "", "V", "good", true, "ocsp-responder-unchecked");
    row("delegate's certificate left out", "delegate", "-resp_no_certs", "V", "good", false, "ocsp-signer-missing");
    row("wrong signature", "ca", "-badsig", "V", "good", false, "ocsp-signature-invalid");
    row("wrong signature, revoked", "ca", "-badsig", revoked, "revoked", false, "ocsp-signature-invalid");
    row("delegate, wrong signature", "delegate", "-badsig", "V", "good", false, "ocsp-signature-invalid");
    row("usage of a server", "noeku", "", "V", "good", false, "ocsp-responder-not-authorised ocsp-responder-unchecked");
    row("any usage", "anyeku", "", "V", "good", false, "ocsp-responder-not-authorised ocsp-responder-unchecked");
    row("the certificate itself", "leaf", "", "V", "good", false,
        "ocsp-responder-not-authorised ocsp-responder-unchecked");
    row("expired delegate", "expired", "", "V", "good", false, "ocsp-responder-expired");
    row("delegate of another CA", "stranger", "", "V", "good", false, "ocsp-signer-untrusted");
    row("another CA", "foreign", "", "V", "good", false, "ocsp-signer-untrusted");
    row("a CA of the same name", "twin", "", "V", "good", false, "ocsp-signer-untrusted");
    row("its delegate", "twindelegate", "", "V", "good", false, "ocsp-signer-untrusted");
    row("delegate of a CA below", "indirect", "", "V", "good", false, "ocsp-signer-untrusted");
}

void OcspCheckTest::agreesWithOpenssl() {
    QFETCH(QString, signer);
    QFETCH(QString, options);
    QFETCH(QString, state);
    QFETCH(QString, status);
    QFETCH(bool, isVerified);
    QFETCH(QStringList, findings);
    setState(state);
    for (const char* digest : {"SHA1", "SHA256"}) {
        const QByteArray response =
            m_pki.respond(request(digest), signer.toLatin1().constData(), options.split(u' ', Qt::SkipEmptyParts));
        QVERIFY(!response.isEmpty());
        const OcspReport report = check(response);
        QCOMPARE(idsOf(report.findings), findings);
        QCOMPARE(report.isVerified, isVerified);
        QVERIFY(report.status.has_value());
        QCOMPARE(q(x509::toString(*report.status)), status);
        QCOMPARE(report.isGood(), isVerified && status == QStringLiteral("good"));
        const QByteArray opinion = m_pki.opinion(response);
        QVERIFY2(opinion.contains("Response verify OK") == isVerified, opinion.constData());
        // It looks for the certificate by SHA-1 alone.
        if (isVerified && qstrcmp(digest, "SHA1") == 0)
            QVERIFY2(opinion.contains("leaf.pem: " + status.toLatin1()), opinion.constData());
    }
}

void OcspCheckTest::tellsWhatIsInIt() {
    setState(QStringLiteral("R261101000000Z,cessationOfOperation"));
    const QByteArray response = m_pki.respond(request(), "delegate", list("-ndays 2"));
    const OcspReport report = check(response);
    QCOMPARE(q(report.responseStatus), QStringLiteral("successful"));
    QVERIFY(report.status == OcspStatus::Revoked);
    QCOMPARE(q(report.revocationReason), QStringLiteral("cessationOfOperation"));
    QCOMPARE(q(base::toRfc3339(report.revokedAt.value())), QStringLiteral("2026-11-01T00:00:00Z"));
    QVERIFY(report.signer == x509::OcspSigner::Delegate);
    QVERIFY(report.delegate && report.delegate->subject().toRfc2253() == "CN=Delegate");
    QVERIFY(report.hasNoCheck);
    QCOMPARE(q(report.responder), QStringLiteral("CN=Delegate"));
    // The times as openssl prints them: "This Update: Nov 24 19:40:12 2026 GMT".
    const QString file = m_pki.path("response.der");
    const QString text =
        QString::fromUtf8(openssl(QStringList{QStringLiteral("ocsp"), QStringLiteral("-respin"), file,
                                              QStringLiteral("-resp_text"), QStringLiteral("-noverify")}));
    const auto timeIn = [&text](const char* label) {
        const QString line = text.section(QString::fromLatin1(label), 1).section(u'\n', 0, 0).simplified();
        const QDateTime time = QLocale::c().toDateTime(line, QStringLiteral("MMM d HH:mm:ss yyyy 'GMT'"));
        return time.toString(QStringLiteral("yyyy-MM-dd'T'HH:mm:ss'Z'"));
    };
    QCOMPARE(q(base::toRfc3339(report.producedAt.value())), timeIn("Produced At: "));
    QCOMPARE(q(base::toRfc3339(report.thisUpdate.value())), timeIn("This Update: "));
    QCOMPARE(q(base::toRfc3339(report.nextUpdate.value())), timeIn("Next Update: "));
    QVERIFY(x509::toString(check(m_pki.respond(request())).signer) == "issuer");
}

void OcspCheckTest::findsItsAnswerAmongSeveral() {
    setState(QStringLiteral("R261101000000Z,superseded"));
    const x509::Certificate other = m_pki.ca().issue().certificate;
    for (const bool isFirst : {true, false}) {
        std::vector<x509::OcspSubject> subjects{{other, m_pki.issuer()}};
        subjects.insert(isFirst ? subjects.begin() : subjects.end(), {m_pki.leaf(), m_pki.issuer()});
        const QByteArray response = m_pki.respond(x509::OcspRequest::make(subjects).der());
        QCOMPARE(x509::OcspResponse::fromDer(view(response)).answers().size(), std::size_t{2});
        QVERIFY(check(response).status == OcspStatus::Revoked);
    }
    const QByteArray about = m_pki.respond(x509::OcspRequest::make({{other, m_pki.issuer()}}).der());
    const OcspReport report = check(about);
    QCOMPARE(idsOf(report.findings), QStringList{QStringLiteral("ocsp-other-certificate")});
    QVERIFY(!report.status && !report.isGood());
}

/// Two certificates of one name came with it: the one whose key signed counts.
void OcspCheckTest::takesTheSignerByItsKey() {
    setState(QStringLiteral("V"));
    const QByteArray response =
        m_pki.respond(request(), "delegate", {QStringLiteral("-rother"), m_pki.path("stranger.pem")});
    QCOMPARE(x509::OcspResponse::fromDer(view(response)).certificates().size(), std::size_t{2});
    QVERIFY(check(response).isGood());
    const QByteArray foreign =
        m_pki.respond(request(), "stranger", {QStringLiteral("-rother"), m_pki.path("delegate.pem")});
    QCOMPARE(idsOf(check(foreign).findings), QStringList{QStringLiteral("ocsp-signer-untrusted")});
}

void OcspCheckTest::comparesNonces() {
    setState(QStringLiteral("V"));
    const auto asked = x509::OcspRequest::make({{m_pki.leaf(), m_pki.issuer()}});
    const auto other = x509::OcspRequest::make({{m_pki.leaf(), m_pki.issuer()}});
    const QByteArray response = m_pki.respond(asked.der());
    QVERIFY(check(response, asked.nonce()).nonce == x509::OcspNonce::Matched);
    QVERIFY(check(response, asked.nonce()).isGood());
    QVERIFY(check(response).nonce == x509::OcspNonce::NotSent);
    QVERIFY(check(response, other.nonce()).nonce == x509::OcspNonce::Different);
    QCOMPARE(idsOf(check(response, other.nonce()).findings), QStringList{QStringLiteral("ocsp-nonce-different")});
    const OcspReport without = check(m_pki.respond(request()), asked.nonce());
    QVERIFY(without.nonce == x509::OcspNonce::Missing && without.isGood());
}

void OcspCheckTest::looksAtTheTimes_data() {
    QTest::addColumn<int>("seconds"); // from the end of the response; without one from its beginning
    QTest::addColumn<bool>("hasEnd");
    QTest::addColumn<QString>("finding");
    const int days = 2 * 86400;
    const auto row = [](const char* name, int seconds, bool hasEnd, const char* finding) {
        QTest::newRow(name) << seconds << hasEnd << QString::fromLatin1(finding);
    };
    row("at its end", 0, true, "");
    row("a little late", 300, true, "");
    row("too late", 301, true, "ocsp-expired");
    row("at its beginning", -days, true, "");
    row("a little early", -days - 300, true, "");
    row("too early", -days - 301, true, "ocsp-not-yet-valid");
    row("endless", 86400, false, "");
    row("endless and old", 86401, false, "ocsp-old");
}

void OcspCheckTest::looksAtTheTimes() {
    QFETCH(int, seconds);
    QFETCH(bool, hasEnd);
    QFETCH(QString, finding);
    setState(QStringLiteral("V"));
    const QByteArray response = m_pki.respond(request(), "ca", hasEnd ? list("-ndays 2") : QStringList());
    QVERIFY(!response.isEmpty());
    const auto parsed = x509::OcspResponse::fromDer(view(response));
    const x509::OcspAnswer& answer = parsed.answers().at(0);
    QCOMPARE(answer.nextUpdate.has_value(), hasEnd);
    const base::Time from = hasEnd ? *answer.nextUpdate : *answer.thisUpdate;
    const OcspReport report = x509::checkOcsp({base::toBytes(view(response)), OcspSource::File}, m_pki.leaf(),
                                              &m_pki.issuer(), from + std::chrono::seconds(seconds));
    QCOMPARE(idsOf(report.findings).join(u' '), finding);
}

void OcspCheckTest::survivesDamage() {
    setState(QStringLiteral("V"));
    const QByteArray response = m_pki.respond(request(), "delegate", list("-ndays 2"));
    QVERIFY(check(response).isGood());
    QCOMPARE(idsOf(check({}).findings), QStringList{QStringLiteral("ocsp-damaged")});
    QCOMPARE(idsOf(check(response + '\0').findings), QStringList{QStringLiteral("ocsp-damaged")});
    CERTWRIGHT_VERIFY_FAILS(x509::OcspResponse::fromDer(view(response.chopped(1))), base::ErrorKind::BadInput);
    for (qsizetype i = 0; i < response.size(); ++i) {
        QByteArray damaged = response;
        damaged[i] = static_cast<char>(damaged[i] ^ 1);
        const OcspReport report = check(damaged);
        QVERIFY2(!report.isGood() && !report.findings.empty(), QByteArray::number(i).constData());
    }
}

void OcspCheckTest::saysWhatTheResponderRefused_data() {
    QTest::addColumn<int>("number");
    QTest::addColumn<QString>("name");
    // RFC 6960 4.2.1
    QTest::newRow("1") << 1 << QStringLiteral("malformedRequest");
    QTest::newRow("2") << 2 << QStringLiteral("internalError");
    QTest::newRow("3") << 3 << QStringLiteral("tryLater");
    QTest::newRow("5") << 5 << QStringLiteral("sigRequired");
    QTest::newRow("6") << 6 << QStringLiteral("unauthorized");
}

void OcspCheckTest::saysWhatTheResponderRefused() {
    QFETCH(int, number);
    QFETCH(QString, name);
    const base::Bytes der{0x30, 0x03, 0x0A, 0x01, static_cast<std::uint8_t>(number)};
    const auto report = x509::checkOcsp({der, OcspSource::Fetched}, m_pki.leaf(), &m_pki.issuer(), now());
    QCOMPARE(q(report.responseStatus), name);
    QCOMPARE(idsOf(report.findings), QStringList{QStringLiteral("ocsp-unsuccessful")});
    QVERIFY(report.findings[0].severity == x509::Finding::Severity::Error);
    QVERIFY2(m_pki.opinion(bytes(der)).contains(name.toLower().toLatin1()), m_pki.opinion(bytes(der)).constData());
}

void OcspCheckTest::needsTheIssuer() {
    setState(QStringLiteral("V"));
    const QByteArray response = m_pki.respond(request());
    const auto report =
        x509::checkOcsp({base::toBytes(view(response)), OcspSource::File}, m_pki.leaf(), nullptr, now());
    QCOMPARE(idsOf(report.findings), QStringList{QStringLiteral("ocsp-issuer-missing")});
    QVERIFY(!report.isVerified && !report.isGood());
}

void OcspCheckTest::countsInAVerification_data() {
    QTest::addColumn<QString>("signer");
    QTest::addColumn<QString>("state");
    QTest::addColumn<bool>("isTrusted");
    QTest::addColumn<QString>("finding");
    const auto row = [](const char* name, const char* signer, const char* state, bool isTrusted, const char* finding) {
        QTest::newRow(name) << QString::fromLatin1(signer) << QString::fromLatin1(state) << isTrusted
                            << QString::fromLatin1(finding);
    };
    row("good", "delegate", "V", true, "");
    row("with a remark", "unnoted", "V", true, "ocsp-responder-unchecked");
    row("revoked", "ca", "R261101000000Z,keyCompromise", false, "ocsp-revoked");
    row("unknown", "ca", "other", false, "ocsp-unknown");
    row("unverified", "foreign", "V", false, "ocsp-signer-untrusted");
}

void OcspCheckTest::countsInAVerification() {
    QFETCH(QString, signer);
    QFETCH(QString, state);
    QFETCH(bool, isTrusted);
    QFETCH(QString, finding);
    setState(state);
    x509::TrustStore store;
    store.addTrusted(m_pki.issuer());
    x509::VerifyOptions options;
    QVERIFY(!store.verify(m_pki.leaf(), options).ocsp);
    options.ocsp = {base::toBytes(view(m_pki.respond(request(), signer.toLatin1().constData()))), OcspSource::File};
    const x509::VerifyResult result = store.verify(m_pki.leaf(), options);
    QVERIFY(result.ocsp.has_value());
    QCOMPARE(result.isTrusted, isTrusted);
    QCOMPARE(idsOf(result.findings).join(u' '), finding);
}

CERTWRIGHT_TEST_MAIN(OcspCheckTest)
#include "tst_ocsp_check.moc"
