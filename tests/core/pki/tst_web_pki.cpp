#include "core/base/library.h"
#include "core/pki/web_pki.h"
#include "tests/core/corpus.h"
#include "tests/core/expect.h"
#include "tests/support/test_main.h"

#include <QMap>

using namespace certwright;
using namespace certwright::test;

namespace {

/// A case of chains.tsv, whose verdict is that of C2SP's x509-limbo or of bettertls.
struct Case {
    QString name, folder, time, peerKind, peerName;
};

std::vector<Case> casesOf(const QString& tier, const QString& expected) {
    std::vector<Case> cases;
    const QList<QByteArray> lines = readDataFile(QStringLiteral("conformance/chains/chains.tsv")).split('\n');
    const QList<QByteArray> header = lines.front().split('\t');
    const auto field = [&header](const QList<QByteArray>& row, const char* name) {
        return QString::fromUtf8(row.value(header.indexOf(name)));
    };
    for (const QByteArray& line : lines.mid(1)) {
        const QList<QByteArray> row = line.split('\t');
        const bool isAsked = field(row, "tier") == tier && field(row, "expected") == expected &&
                             field(row, "purpose") == QLatin1String("server") &&
                             field(row, "suite") != QLatin1String("boringssl");
        if (isAsked)
            cases.push_back({field(row, "case"), field(row, "dir"), field(row, "time"), field(row, "peer_kind"),
                             field(row, "peer_name")});
    }
    return cases;
}

x509::VerifyResult verified(const Case& one) {
    const QString folder = dataPath(QStringLiteral("conformance/chains/") + one.folder);
    const auto certificatesOf = [&folder](const char* name) {
        const QString path = folder + u'/' + QLatin1String(name);
        std::vector<x509::Certificate> certificates;
        QFile file(path);
        if (file.open(QIODevice::ReadOnly)) {
            for (const QByteArray& der : certificatesIn(file.readAll()))
                certificates.push_back(x509::Certificate::fromDer(view(der)));
        }
        return certificates;
    };
    x509::TrustStore store;
    for (const auto& trusted : certificatesOf("trusted.pem"))
        store.addTrusted(trusted);
    for (const auto& untrusted : certificatesOf("untrusted.pem"))
        store.addUntrusted(untrusted);
    x509::VerifyOptions options;
    options.purpose = x509::VerifyOptions::Purpose::TlsServer;
    if (one.time != QLatin1String("-"))
        options.time = timeAt(qPrintable(one.time.left(19) + u'Z'));
    if (one.peerName != QLatin1String("-"))
        (one.peerKind == QLatin1String("IP") ? options.ip : options.hostname) = one.peerName.toStdString();
    return store.verify(certificatesOf("leaf.pem").front(), options);
}

QString idsOf(const x509::VerifyResult& result) {
    QStringList ids;
    for (const x509::Finding& finding : result.findings)
        ids << q(finding.id);
    return ids.join(u' ');
}

} // namespace

Q_DECLARE_METATYPE(Case)

/// Chains that OpenSSL accepts though the web's rules forbid them, and chains that they allow. Verdicts are those of
/// x509-limbo and bettertls.
class WebPkiTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void refusesWhatTheWebRefuses_data();
    void refusesWhatTheWebRefuses();
    void acceptsWhatTheWebAccepts_data();
    void acceptsWhatTheWebAccepts();
};

void WebPkiTest::refusesWhatTheWebRefuses_data() {
    QTest::addColumn<Case>("one");
    for (const Case& one : casesOf(QStringLiteral("beyond-openssl"), QStringLiteral("invalid")))
        QTest::newRow(qPrintable(one.name)) << one;
}

void WebPkiTest::refusesWhatTheWebRefuses() {
    // Not among the rules: the form of a trust anchor, and the list of public suffixes.
    // What is wrong here is the form of the trust anchor, which is not judged.
    static const QStringList AnchorForms = {QStringLiteral("webpki::aki::root-with-aki-missing-keyidentifier"),
                                            QStringLiteral("webpki::forbidden-rsa-not-divisible-by-8-in-root"),
                                            QStringLiteral("webpki::eku::root-has-eku")};
    QFETCH(Case, one);
    x509::VerifyResult result = verified(one);
    QVERIFY2(result.isTrusted, qPrintable(idsOf(result))); // by OpenSSL's rules
    pki::judgeByWebPki(result);
    QVERIFY2(result.isTrusted == AnchorForms.contains(one.name), qPrintable(idsOf(result)));
}

void WebPkiTest::acceptsWhatTheWebAccepts_data() {
    QTest::addColumn<Case>("one");
    for (const char* tier : {"default", "strict"}) {
        for (const Case& one : casesOf(QString::fromLatin1(tier), QStringLiteral("valid")))
            QTest::newRow(qPrintable(one.name)) << one;
    }
}

void WebPkiTest::acceptsWhatTheWebAccepts() {
    QFETCH(Case, one);
    x509::VerifyResult result = verified(one);
    QVERIFY2(result.isTrusted, qPrintable(idsOf(result)));
    pki::judgeByWebPki(result);
    // Many of these suites' certificates have a common name that is not among the other names. Their verifiers ignore
    // it; the baseline forbids it.
    for (const x509::Finding& finding : result.findings)
        QVERIFY2(finding.severity != x509::Finding::Severity::Error || finding.id == "tls-cn-not-in-names",
                 finding.id.c_str());
}

CERTWRIGHT_TEST_MAIN(WebPkiTest)
#include "tst_web_pki.moc"
