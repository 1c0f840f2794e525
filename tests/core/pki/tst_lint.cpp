#include "core/base/library.h"
#include "core/pki/lint.h"
#include "tests/core/corpus.h"
#include "tests/core/expect.h"
#include "tests/core/openssl_command.h"
#include "tests/core/pki/lint_breaches.h"
#include "tests/core/pki/lint_sample.h"
#include "tests/core/pki/sample_pki.h"
#include "tests/support/test_main.h"

#include <QDir>
#include <QSet>
#include <QTemporaryDir>

using namespace certwright;
using namespace certwright::test;
using pki::LintFinding;
using pki::Ruleset;

namespace {

x509::Certificate certificateOf(const QByteArray& der) {
    return x509::Certificate::fromDer(view(der));
}

/// "id" or, when it is no error, "id?" (warning) or "id~" (notice).
QStringList idsOf(const std::vector<LintFinding>& findings) {
    QStringList ids;
    for (const LintFinding& finding : findings)
        ids << q(finding.id) + (finding.severity == pki::Severity::Error     ? QString()
                                : finding.severity == pki::Severity::Warning ? QStringLiteral("?")
                                                                             : QStringLiteral("~"));
    ids.removeDuplicates();
    return ids;
}

/// ECDSA with SHA-256.
std::string signatureOf(const crypto::PrivateKey& key, const QByteArray& message) {
    const base::Handle<EVP_MD_CTX> context(EVP_MD_CTX_new());
    std::string out(256, '\0');
    std::size_t size = out.size();
    const auto* octets = reinterpret_cast<const unsigned char*>(message.constData());
    const bool isSigned =
        EVP_DigestSignInit_ex(context.get(), nullptr, "SHA256", nullptr, nullptr, key.native(), nullptr) == 1 &&
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size, octets,
                       static_cast<std::size_t>(message.size())) == 1;
    out.resize(isSigned ? size : 0);
    return out;
}

} // namespace

Q_DECLARE_METATYPE(certwright::test::SampleCertificate)

/// Rules of lint. Certificates are made octet by octet (lint_sample.h); what is right is said by the standards' texts,
/// by zlint's and pkilint's own test files, and by `openssl verify -x509_strict`.
class LintTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { CERTWRIGHT_SKIP_WITHOUT_OPENSSL(); }
    void findsBreaches_data();
    void findsBreaches();
    void findsTlsBreaches_data();
    void findsTlsBreaches();
    void everyRuleIsBroken();
    void agreesWithStrictOpenssl_data();
    void agreesWithStrictOpenssl();
    void agreesWithOtherLinters_data();
    void agreesWithOtherLinters();
    void findsNothingWrongWithOurOwn_data();
    void findsNothingWrongWithOurOwn();
    void staysCalmOverTheCorpus_data();
    void staysCalmOverTheCorpus();
    void findsNoErrorInRootsOfPublicCas();
    void choosesRulesets();
    void knowsItsWords();
};

void LintTest::findsBreaches_data() {
    QTest::addColumn<QByteArray>("der");
    QTest::addColumn<QString>("ids");
    int number = 0;
    for (const auto* list :
         {&fieldBreaches(), &nameBreaches(), &extensionBreaches(), &policyBreaches(), &keyBreaches()}) {
        for (const Breach& breach : *list) {
            SampleCertificate sample = breach.isCa ? sampleCa() : sampleServer();
            breach.change(sample);
            QTest::addRow("%d: %s", ++number, breach.ids) << sample.der() << QString::fromLatin1(breach.ids);
        }
    }
}

void LintTest::findsBreaches() {
    QFETCH(QByteArray, der);
    if (QByteArray(QTest::currentDataTag()).endsWith(": time-form") && base::isLibraryAtLeast(3, 2) &&
        test::errorOf([&der] { certificateOf(der); }))
        QSKIP("newer versions of OpenSSL do not read a UTCTime without seconds");
    const auto findings = pki::lint(certificateOf(der), {{Ruleset::Rfc5280, Ruleset::KeyStrength}, {}});
    QTEST(idsOf(findings).join(u' '), "ids");
    for (const LintFinding& finding : findings)
        QVERIFY(!finding.where.empty() && !finding.message.empty() && !finding.reference.empty());
}

void LintTest::findsTlsBreaches_data() {
    QTest::addColumn<QByteArray>("der");
    QTest::addColumn<QString>("ids");
    QTest::addColumn<QString>("idsOfPrivate");
    for (const TlsBreach& breach : tlsBreaches()) {
        SampleCertificate sample = sampleServer();
        breach.change(sample);
        QTest::addRow("%s", breach.ids) << sample.der() << QString::fromLatin1(breach.ids)
                                        << QString::fromLatin1(breach.idsOfPrivate);
    }
}

void LintTest::findsTlsBreaches() {
    QFETCH(QByteArray, der);
    const x509::Certificate certificate = certificateOf(der);
    QTEST(idsOf(pki::lint(certificate, {{Ruleset::CabfTls}, true})).join(u' '), "ids");
    QTEST(idsOf(pki::lint(certificate, {{Ruleset::CabfTls}, false})).join(u' '), "idsOfPrivate");
}

void LintTest::everyRuleIsBroken() {
    QSet<QString> broken;
    const auto add = [&broken](const char* ids) {
        for (QString id : QString::fromLatin1(ids).split(u' '))
            broken.insert(id.remove(u'?').remove(u'~'));
    };
    for (const auto* list :
         {&fieldBreaches(), &nameBreaches(), &extensionBreaches(), &policyBreaches(), &keyBreaches()}) {
        for (const Breach& breach : *list)
            add(breach.ids);
    }
    for (const TlsBreach& breach : tlsBreaches())
        add(breach.ids);
    for (const Ruleset ruleset : {Ruleset::Rfc5280, Ruleset::CabfTls, Ruleset::KeyStrength}) {
        for (const std::string& id : pki::lintRuleIds(ruleset))
            QVERIFY2(broken.contains(q(id)), id.c_str());
    }
}

void LintTest::agreesWithStrictOpenssl_data() {
    QTest::addColumn<bool>("isRefused");
    QTest::addColumn<SampleCertificate>("sample");
    const auto row = [](const char* name, bool isCa, bool isRefused, const Change& change) {
        SampleCertificate sample = isCa ? sampleCa() : sampleServer();
        change(sample);
        QTest::newRow(name) << isRefused << sample;
    };
    row("sound server", false, false, [](auto&) {});
    row("sound CA", true, false, [](auto&) {});
    row("path length without CA", false, true, [](auto& c) { c.extension(Bc) = {Bc, true, unhex("3003020100")}; });
    row("path length without keyCertSign", true, true, [](auto& c) { c.extension(Ku).value = unhex("03020102"); });
    row("CA not critical", true, true, [](auto& c) { c.extension(Bc).isCritical = false; });
    row("CA without key usage", true, true, [](auto& c) { c.remove(Ku); });
    row("key usage empty", false, true, [](auto& c) { c.extension(Ku).value = unhex("030100"); });
    row("keyCertSign without CA", false, true, [](auto& c) { c.extension(Ku).value = unhex("03020204"); });
    row("CA without subject", true, true, [](auto& c) { c.subject.clear(); });
    row("empty alternative names", false, true, [](auto& c) { c.extension(San).value = seq({}); });
    row("critical AKI", false, true, [](auto& c) { c.extension(Aki).isCritical = true; });
    row("critical SKI", false, true, [](auto& c) { c.extension(Ski).isCritical = true; });
    row("no AKI", false, true, [](auto& c) { c.remove(Aki); });
    row("CA without SKI", true, true, [](auto& c) { c.remove(Ski); });
}

/// Signed by a real CA: OpenSSL judges chains of two at least.
void LintTest::agreesWithStrictOpenssl() {
    QFETCH(bool, isRefused);
    QFETCH(SampleCertificate, sample);
    static const Made root =
        make(choicesFor("root-ca", "CN=Lab CA,O=Lab"), nullptr, {}, timeAt("2026-03-01T00:00:00Z"));
    sample.issuer = bytes(root.certificate.subject().toDer()).mid(2);
    for (SampleExtension& extension : sample.extensions) {
        if (extension.type == Aki)
            extension.value = seq(tlv(0x80, bytes(root.certificate.subjectKeyId())));
    }
    const QTemporaryDir folder;
    const auto write = [&folder](const char* name, const QByteArray& content) {
        QFile file(folder.filePath(QString::fromLatin1(name)));
        return file.open(QIODevice::WriteOnly) && file.write(content) == content.size();
    };
    const std::string key = signatureOf(root.key, sample.tbs());
    const QByteArray der = sample.der(QByteArray::fromStdString(key));
    QVERIFY(write("root.pem", QByteArray::fromStdString(root.certificate.toPem())));
    QVERIFY(write("a.pem", openssl("x509 -inform DER", der)));
    const auto result = run(findTool(QStringLiteral("openssl")),
                            words("verify -x509_strict -no-CApath -attime 1780000000 -trusted root.pem a.pem"),
                            {.folder = folder.path()});
    QVERIFY2(result.isSuccess() == !isRefused, result.describe().constData());
    QVERIFY2(!result.errors.contains("signature failure"), result.describe().constData());
    const auto findings = pki::lint(certificateOf(der), {{Ruleset::Rfc5280}, {}});
    const bool hasErrors = std::any_of(findings.begin(), findings.end(),
                                       [](const LintFinding& one) { return one.severity == pki::Severity::Error; });
    QCOMPARE(hasErrors, isRefused);
}

void LintTest::agreesWithOtherLinters_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("id");
    const auto row = [](const char* file, const char* id) {
        QTest::newRow(file) << QString::fromLatin1(file) << QString::fromLatin1(id);
    };
    // zlint's test files are named after what they break.
    row("zmap-zlint__IANEmptyName.pem", "san-name-empty");
    row("zmap-zlint__IANURINoScheme.pem", "san-uri");
    row("zmap-zlint__SANURINoSchemeSpecificPart.pem", "san-uri");
    row("zmap-zlint__dvCountry.pem", "!tls-dv-subject");
    row("zmap-zlint__eeWithRSAAllowedKeyUsage.pem", "!ku-key-type");
    row("zmap-zlint__explicitTextBMPNFC.pem", "policy-notice");
    // As are pkilint's.
    row("digicert-pkilint__cross_ca_no_aki.crttest", "aki-missing");
    row("digicert-pkilint__decipheronly_no_keyagreement.crttest", "ku-only-bits?");
    row("digicert-pkilint__prohibited_printablestring_char.crttest", "name-characters");
}

void LintTest::agreesWithOtherLinters() {
    QFETCH(QString, file);
    QFETCH(QString, id);
    const QList<QByteArray> certificates = certificatesIn(readDataFile(QStringLiteral("conformance/certs/") + file));
    QCOMPARE(certificates.size(), 1);
    const QStringList ids = idsOf(pki::lint(certificateOf(certificates.front()),
                                            {{Ruleset::Rfc5280, Ruleset::KeyStrength, Ruleset::CabfTls}, true}));
    const bool isClean = id.startsWith(u'!');
    QVERIFY2(ids.contains(isClean ? id.mid(1) : id) != isClean, qPrintable(ids.join(u' ')));
}

void LintTest::findsNothingWrongWithOurOwn_data() {
    QTest::addColumn<QString>("profile");
    for (const pki::Profile& profile : pki::shippedProfiles())
        QTest::newRow(profile.id.c_str()) << q(profile.id);
}

void LintTest::findsNothingWrongWithOurOwn() {
    QFETCH(QString, profile);
    const Made root = makeRoot();
    auto choices = choicesFor(profile.toStdString(), "CN=Test,O=Lab");
    choices.names =
        x509::parseGeneralNames(profile == QStringLiteral("smime") ? "a@lab.example.org" : "Test.example.org");
    choices.subject = x509::Name::parse(profile.contains(QStringLiteral("ca")) ? "CN=Other CA" : "CN=test.example.org");
    if (profile.contains(QStringLiteral("ca")))
        choices.names.clear();
    const Made made = profile == QStringLiteral("root-ca") ? make(choices) : make(choices, &root);
    for (const LintFinding& finding : pki::lint(made.certificate))
        QVERIFY2(finding.severity == pki::Severity::Notice, (finding.id + ": " + finding.message).c_str());
}

void LintTest::staysCalmOverTheCorpus_data() {
    corpusRows({"certs", "pqc", "names"});
}

/// Nothing is thrown, and every finding is complete, whatever certificates hold.
void LintTest::staysCalmOverTheCorpus() {
    QFETCH(QByteArray, certificate);
    const auto findings =
        pki::lint(certificateOf(certificate), {{Ruleset::Rfc5280, Ruleset::KeyStrength, Ruleset::CabfTls}, true});
    for (const LintFinding& finding : findings)
        QVERIFY(!finding.id.empty() && !finding.where.empty() && !finding.message.empty());
}

void LintTest::findsNoErrorInRootsOfPublicCas() {
    // Whichever of these the system has: they came after RFC 5280, and other linters find them sound.
    const QDir folder(QStringLiteral("/usr/share/ca-certificates/mozilla"));
    int count = 0;
    for (const char* pattern :
         {"ISRG_Root*", "Amazon_Root*", "GTS_Root*", "DigiCert_Global_Root_G*", "GlobalSign_Root_E*"}) {
        for (const QString& name : folder.entryList({QString::fromLatin1(pattern)})) {
            QFile file(folder.filePath(name));
            QVERIFY(file.open(QIODevice::ReadOnly));
            for (const LintFinding& finding : pki::lint(certificateOf(certificatesIn(file.readAll()).front())))
                QVERIFY2(finding.severity != pki::Severity::Error, (finding.id + ": " + finding.message).c_str());
            ++count;
        }
    }
    if (count == 0)
        QSKIP("the package ca-certificates is not installed");
}

void LintTest::choosesRulesets() {
    SampleCertificate sample = sampleServer();
    sample.remove(San);
    const x509::Certificate server = certificateOf(sample.der());
    QVERIFY(idsOf(pki::lint(server)).contains(QStringLiteral("tls-names-missing")));
    QVERIFY(idsOf(pki::lint(server, {{Ruleset::Rfc5280}, {}})).isEmpty());
    sample.remove(Eku);
    QVERIFY(idsOf(pki::lint(certificateOf(sample.der()))).isEmpty());
    // A CA may have serverAuth to limit what it issues: that makes it no server.
    SampleCertificate ca = sampleCa();
    ca.extension(Eku).value = seq(oidDer("2b06010505070301"));
    QVERIFY(idsOf(pki::lint(certificateOf(ca.der()))).isEmpty());
    // Policies of the CA/Browser Forum and SCTs tell that the CA is a public one.
    SampleCertificate claim = sampleServer();
    claim.remove(Aia);
    QCOMPARE(idsOf(pki::lint(certificateOf(claim.der()))), QStringList{QStringLiteral("tls-access")});
    claim.remove(Cp);
    claim.remove(Sct);
    QVERIFY(idsOf(pki::lint(certificateOf(claim.der()))).contains(QStringLiteral("tls-access~")));
}

void LintTest::knowsItsWords() {
    for (const char* word : {"rfc5280", "cabf-tls", "key-strength"})
        QCOMPARE(q(pki::toString(*pki::findRuleset(word))), QString::fromLatin1(word));
    QVERIFY(!pki::findRuleset("x"));
}

CERTWRIGHT_TEST_MAIN(LintTest)
#include "tst_lint.moc"
