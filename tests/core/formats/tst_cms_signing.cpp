#include "core/formats/cms_signing.h"
#include "core/formats/cms_verifying.h"
#include "core/formats/pkcs8.h"
#include "tests/core/formats/reading.h"
#include "tests/support/test_ca.h"
#include "tests/support/test_main.h"

#include <QFile>
#include <QTemporaryDir>

using namespace certwright;
using namespace certwright::test;
using base::ErrorKind;
using formats::CmsEncoding;
using formats::CmsMessage;

namespace {

const IssueOptions Rsa = {.subject = "CN=Rsa Signer", .keyType = "rsa:2048", .extendedKeyUsage = "emailProtection"};
const IssueOptions Ec = {.subject = "CN=Ec Signer", .keyType = "ec:P-256", .extendedKeyUsage = "emailProtection"};
const IssueOptions Ed = {.subject = "CN=Ed Signer", .keyType = "ed25519", .extendedKeyUsage = "emailProtection"};
const QByteArray Content = "line one\nline two\n";

const char* formOf(CmsEncoding encoding) {
    return encoding == CmsEncoding::Der ? "DER" : encoding == CmsEncoding::Pem ? "PEM" : "SMIME";
}

} // namespace

/// Signed messages, with `openssl cms` and GnuTLS's certtool at the other end.
class CmsSigningTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void opensslVerifiesOurs_data();
    void opensslVerifiesOurs();
    void signsByRsaPss();
    void gnutlsVerifiesOurs();
    void verifiesWhatOpensslMakes_data();
    void verifiesWhatOpensslMakes();
    void agreesWithOpensslAboutTheCorpus();
    void verifiesPureSignatures();
    void signsAtTheTimeGiven();
    void tellsWhatIsWrong_data();
    void tellsWhatIsWrong();
    void judgesEverySigner();
    void noticesEveryChangedOctet();
    void takesCertificatesFromElsewhere();
    void toleratesMailLineEnds();
    void addsAndTakesTheTextHead();
    void refuses();

private:
    QString path(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)); }
    QString write(const char* name, const QByteArray& content) const;
    QByteArray sign(std::vector<Issued> signers, formats::CmsSignOptions options = {}) const;
    formats::CmsVerifyResult verify(const QByteArray& message, std::optional<QByteArray> content = {},
                                    x509::VerifyOptions chain = {}) const;

    QTemporaryDir m_folder;
    TestCa m_ca;
    Issued m_rsa = m_ca.issue(Rsa);
    Issued m_ec = m_ca.issue(Ec);
};

QString CmsSigningTest::write(const char* name, const QByteArray& content) const {
    QFile file(path(name));
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("cannot write %s", qPrintable(file.fileName()));
    return file.fileName();
}

QByteArray CmsSigningTest::sign(std::vector<Issued> signers, formats::CmsSignOptions options) const {
    for (const Issued& one : signers)
        options.signers.push_back({one.certificate, one.key, {}, crypto::RsaPadding::Pkcs1});
    return bytes(formats::signCms(view(Content), options));
}

formats::CmsVerifyResult CmsSigningTest::verify(const QByteArray& message, std::optional<QByteArray> content,
                                                x509::VerifyOptions chain) const {
    x509::TrustStore trust;
    trust.addTrusted(m_ca.certificate());
    formats::CmsVerifyOptions options;
    options.trust = &trust;
    options.chain = std::move(chain);
    options.chain.purpose = x509::VerifyOptions::Purpose::SmimeSign;
    if (content)
        options.content = view(*content);
    return formats::verifyCms(CmsMessage::load(view(message)), options);
}

void CmsSigningTest::initTestCase() {
    CERTWRIGHT_SKIP_WITHOUT_OPENSSL();
    write("ca.pem", QByteArray::fromStdString(m_ca.certificate().toPem()));
    write("content", Content);
    const auto signerFile = [this](const char* name, const Issued& one) {
        write(name,
              bytes(formats::privateKeyToPem(one.key).view()) + QByteArray::fromStdString(one.certificate.toPem()));
    };
    signerFile("rsa.pem", m_rsa);
    signerFile("ec.pem", m_ec);
}

void CmsSigningTest::opensslVerifiesOurs_data() {
    QTest::addColumn<int>("encoding");
    QTest::addColumn<bool>("isDetached");
    QTest::addColumn<bool>("hasAttributes");
    QTest::addColumn<bool>("namesByKeyId");
    for (const CmsEncoding encoding : {CmsEncoding::Der, CmsEncoding::Pem, CmsEncoding::Smime}) {
        for (const bool isDetached : {false, true}) {
            const char* where = isDetached ? "detached" : "attached";
            QTest::addRow("%s, %s", formOf(encoding), where) << int(encoding) << isDetached << true << false;
            QTest::addRow("%s, %s, no attributes", formOf(encoding), where)
                << int(encoding) << isDetached << false << false;
            QTest::addRow("%s, %s, key id", formOf(encoding), where) << int(encoding) << isDetached << true << true;
        }
    }
}

void CmsSigningTest::opensslVerifiesOurs() {
    QFETCH(int, encoding);
    QFETCH(bool, isDetached);
    QFETCH(bool, hasAttributes);
    QFETCH(bool, namesByKeyId);
    formats::CmsSignOptions options;
    options.encoding = CmsEncoding(encoding);
    options.isDetached = isDetached;
    options.hasAttributes = hasAttributes;
    options.namesByKeyId = namesByKeyId;
    const QByteArray made = sign({m_rsa, m_ec}, options);
    const bool isMail = options.encoding == CmsEncoding::Smime;
    QStringList line = {QStringLiteral("cms"),     QStringLiteral("-verify"),
                        QStringLiteral("-inform"), QString::fromLatin1(formOf(options.encoding)),
                        QStringLiteral("-CAfile"), path("ca.pem"),
                        QStringLiteral("-binary")};
    if (isDetached && !isMail)
        line += {QStringLiteral("-content"), path("content")};
    const QByteArray mail = QByteArray(Content).replace("\n", "\r\n");
    QCOMPARE(openssl(line, made), isDetached && isMail ? mail : Content);

    // And by our own reader.
    const auto result = verify(made, isDetached && !isMail ? std::optional(Content) : std::nullopt);
    QVERIFY(result.isVerified);
    QCOMPARE(result.signers.size(), std::size_t{2});
    QCOMPARE(bytes(*result.content), isDetached && isMail ? mail : Content);
    QCOMPARE(result.signers[0].signingTime.has_value(), hasAttributes);
    QCOMPARE(result.signers[0].signer.subjectKeyId.empty(), !namesByKeyId);
    // formats::readContents() knows it too: `show`, and the check of what was written.
    const auto contents = formats::readContents(view(made));
    QVERIFY2(!contents.error, contents.error ? contents.error->what() : "");
    QCOMPARE(contents.items.at(0).as<formats::Pkcs7Item>()->signers.size(), std::size_t{2});
}

void CmsSigningTest::signsByRsaPss() {
    formats::CmsSignOptions options;
    options.signers.push_back({m_rsa.certificate, m_rsa.key, "SHA384", crypto::RsaPadding::Pss});
    const QByteArray made = bytes(formats::signCms(view(Content), options));
    const QByteArray printed = openssl("cms -cmsout -print -inform DER", made);
    const QByteArray signer = printed.mid(printed.indexOf("signerInfos:"));
    QVERIFY2(signer.contains("rsassaPss") && signer.contains("sha384"), signer.constData());
    QVERIFY2(signer.contains("prim:   INTEGER           :30"),
             signer.constData()); // a salt of 48 octets, as asn1parse has it
    QCOMPARE(openssl({QStringLiteral("cms"), QStringLiteral("-verify"), QStringLiteral("-inform"),
                      QStringLiteral("DER"), QStringLiteral("-CAfile"), path("ca.pem"), QStringLiteral("-binary")},
                     made),
             Content);
    QVERIFY(verify(made).isVerified);
    QCOMPARE(q(verify(made).signers[0].signatureAlgorithm), QStringLiteral("RSASSA-PSS"));
}

void CmsSigningTest::gnutlsVerifiesOurs() {
    CERTWRIGHT_NEED_TOOL(certtool, "certtool");
    const QByteArray made = sign({m_rsa, m_ec}, {.encoding = CmsEncoding::Pem});
    const QStringList line = {QStringLiteral("--p7-verify"), QStringLiteral("--load-ca-certificate"), path("ca.pem")};
    const auto good = run(certtool, line, {.input = made});
    CERTWRIGHT_VERIFY_SUCCESS(good);
    QCOMPARE((good.output + good.errors).count("status: ok"), 2);
}

void CmsSigningTest::verifiesWhatOpensslMakes_data() {
    QTest::addColumn<QString>("options");
    QTest::addColumn<bool>("isDetached");
    const auto row = [](const char* options, bool isDetached = false) {
        QTest::newRow(options) << QString::fromLatin1(options) << isDetached;
    };
    row("cms -sign -signer SIGNER -nodetach -binary -outform DER");
    row("cms -sign -signer SIGNER -nodetach -binary -outform PEM -md sha512 -keyid");
    row("cms -sign -signer SIGNER -nodetach -binary -outform PEM -noattr");
    row("cms -sign -signer SIGNER -binary -outform DER", true);
    row("cms -sign -signer SIGNER -binary -stream -indef -nodetach -outform DER");
    row("cms -sign -signer SIGNER -nodetach -outform DER -keyopt rsa_padding_mode:pss");
    row("cms -sign -signer SIGNER"); // multipart/signed
    row("cms -sign -signer SIGNER -nodetach -text");
    row("smime -sign -signer SIGNER -nodetach -binary -outform PEM");
}

void CmsSigningTest::verifiesWhatOpensslMakes() {
    QFETCH(QString, options);
    QFETCH(bool, isDetached);
    const auto made = openssl(QString(options).replace(QStringLiteral("SIGNER"), path("rsa.pem")).split(u' '), Content);
    QVERIFY(!made.isEmpty());
    const auto result = verify(made, isDetached ? std::optional(Content) : std::nullopt);
    QVERIFY(result.isVerified);
    QCOMPARE(result.signers.size(), std::size_t{1});
    QVERIFY(result.signers[0].certificate == m_rsa.certificate);
    QVERIFY(bytes(*result.content).replace("\r\n", "\n").endsWith(Content));
}

void CmsSigningTest::agreesWithOpensslAboutTheCorpus() {
    // The signatures alone, by `openssl cms -verify -noverify`; EdDSA apart, which OpenSSL 3.0 does not verify.
    int verified = 0;
    int compared = 0;
    for (const CorpusRow& row : corpusManifest(QStringLiteral("pkcs7"))) {
        const QByteArray file = corpusData("pkcs7", row.file);
        if (!row.detail.contains(QStringLiteral("signedData")) || file.startsWith('-') ||
            row.file.contains(QStringLiteral("eddsa")))
            continue;
        const bool isGood = !openssl({QStringLiteral("cms"), QStringLiteral("-verify"), QStringLiteral("-noverify"),
                                      QStringLiteral("-inform"), QStringLiteral("DER"), QStringLiteral("-binary")},
                                     file)
                                 .isEmpty();
        const auto result = formats::verifyCms(CmsMessage::load(view(file)));
        QVERIFY2(result.isVerified == isGood, qPrintable(row.file));
        verified += isGood ? 1 : 0;
        ++compared;
    }
    QVERIFY(verified >= 5);
    QVERIFY(compared >= 15);
}

void CmsSigningTest::verifiesPureSignatures() {
    // RFC 8419: GnuTLS made it, and `certtool --p7-verify` finds the signature right.
    const QByteArray file = corpusData("pkcs7", QStringLiteral("gnutls__pkcs7-eddsa-sig.p7s"));
    const auto good = formats::verifyCms(CmsMessage::load(view(file)));
    QVERIFY(good.isVerified);
    QCOMPARE(q(good.signers[0].signatureAlgorithm), QStringLiteral("ED25519"));
    QByteArray changed = file;
    const qsizetype place = changed.indexOf(bytes(*good.content));
    QVERIFY(place > 0 && !good.content->empty());
    changed[place] = static_cast<char>(changed[place] ^ 1);
    QVERIFY(!formats::verifyCms(CmsMessage::load(view(changed))).isVerified);

    // With attributes, which certtool sets by --p7-time.
    CERTWRIGHT_NEED_TOOL(certtool, "certtool");
    const Issued signer = m_ca.issue(Ed);
    const QString key = write("ed.key", bytes(formats::privateKeyToPem(signer.key).view()));
    const QString certificate = write("ed.pem", QByteArray::fromStdString(signer.certificate.toPem()));
    const auto made =
        run(certtool, {QStringLiteral("--p7-sign"), QStringLiteral("--p7-time"), QStringLiteral("--p7-include-cert"),
                       QStringLiteral("--load-privkey"), key, QStringLiteral("--load-certificate"), certificate,
                       QStringLiteral("--infile"), path("content")});
    CERTWRIGHT_VERIFY_SUCCESS(made);
    const auto result = verify(made.output);
    QVERIFY(result.isVerified);
    QVERIFY(result.signers[0].signingTime.has_value());
}

void CmsSigningTest::signsAtTheTimeGiven() {
    formats::CmsSignOptions options;
    options.signingTime = timeAt("2026-01-02T03:04:05Z");
    const QByteArray made = sign({m_rsa}, options);
    const QByteArray printed = openssl("cms -cmsout -print -inform DER", made);
    QVERIFY2(printed.contains("UTCTIME:Jan  2 03:04:05 2026 GMT"), printed.constData());
    QCOMPARE(verify(made).signers[0].signingTime, options.signingTime);
}

void CmsSigningTest::tellsWhatIsWrong_data() {
    QTest::addColumn<QByteArray>("message");
    QTest::addColumn<QByteArray>("content"); // empty: none
    QTest::addColumn<QString>("finding");
    QTest::addColumn<bool>("opensslAgrees"); // it has no such answer where it is false
    const QByteArray attached = sign({m_rsa});
    const QByteArray detached = sign({m_rsa}, {.isDetached = true});
    const QByteArray changed = QByteArray(attached).replace("line two", "line 2wo");
    const QByteArray bare = sign({m_rsa}, {.hasAttributes = false}).replace("line two", "line 2wo");
    QByteArray signature = attached;
    signature[signature.size() - 1] = static_cast<char>(signature.back() ^ 1); // the end of the signature
    const TestCa foreign("CN=Another Root");
    QTest::newRow("content changed") << changed << QByteArray() << "content-changed" << true;
    QTest::newRow("content changed, no attributes") << bare << QByteArray() << "signature-wrong" << true;
    QTest::newRow("signature changed") << signature << QByteArray() << "signature-wrong" << true;
    QTest::newRow("other content") << detached << QByteArray("line one\nline three\n") << "content-changed" << true;
    QTest::newRow("no content") << detached << QByteArray() << "content-missing" << true;
    QTest::newRow("two contents") << attached << QByteArray("other") << "content-differs" << false;
    QTest::newRow("no certificate") << sign({m_rsa}, {.includesCertificates = false}) << QByteArray()
                                    << "signer-not-found" << true;
    QTest::newRow("another root") << sign({foreign.issue(Rsa)}) << QByteArray() << "signer-not-trusted" << true;
    QTest::newRow("expired") << sign({m_ca.issue({.notBefore = timeAt("2020-01-01T00:00:00Z"),
                                                  .notAfter = timeAt("2021-01-01T00:00:00Z")})})
                             << QByteArray() << "signer-not-trusted" << true;
    QTest::newRow("not for mail") << sign({m_ca.issue()}) << QByteArray() << "signer-not-trusted" << true;
    QTest::newRow("nobody") << openssl({QStringLiteral("crl2pkcs7"), QStringLiteral("-nocrl"),
                                        QStringLiteral("-certfile"), path("ca.pem"), QStringLiteral("-outform"),
                                        QStringLiteral("DER")})
                            << QByteArray() << "no-signers" << true;
    const QByteArray digested = openssl("cms -digest_create -outform DER -binary", Content);
    QTest::newRow("a digest") << digested << QByteArray() << "no-signers" << false;
    QTest::newRow("a digest of something else")
        << QByteArray(digested).replace("line two", "line 2wo") << QByteArray() << "content-changed" << true;
}

void CmsSigningTest::tellsWhatIsWrong() {
    QFETCH(QByteArray, message);
    QFETCH(QByteArray, content);
    QFETCH(QString, finding);
    QFETCH(bool, opensslAgrees);
    const auto result = verify(message, content.isEmpty() ? std::nullopt : std::optional(content));
    QVERIFY(!result.isVerified);
    std::vector<x509::Finding> all = result.findings;
    for (const auto& signer : result.signers)
        all.insert(all.end(), signer.findings.begin(), signer.findings.end());
    QStringList ids;
    for (const x509::Finding& one : all)
        ids.append(q(one.id));
    QCOMPARE(ids, QStringList(finding));
    QVERIFY(!all[0].message.empty() && !all[0].fix.empty());

    if (!opensslAgrees)
        return;
    QStringList line = {QStringLiteral("cms"),
                        finding == QStringLiteral("content-changed") && result.signers.empty()
                            ? QStringLiteral("-digest_verify")
                            : QStringLiteral("-verify"),
                        QStringLiteral("-inform"),
                        QStringLiteral("DER"),
                        QStringLiteral("-binary"),
                        QStringLiteral("-CAfile"),
                        path("ca.pem")};
    if (!content.isEmpty())
        line += {QStringLiteral("-content"), write("other", content)};
    QVERIFY(!run(findTool(QStringLiteral("openssl")), line, {.input = message}).isSuccess());
}

void CmsSigningTest::judgesEverySigner() {
    // One of two signers has expired: the other one's signature holds all the same.
    const Issued old = m_ca.issue({.subject = "CN=Old",
                                   .extendedKeyUsage = "emailProtection",
                                   .notBefore = timeAt("2020-01-01T00:00:00Z"),
                                   .notAfter = timeAt("2021-01-01T00:00:00Z")});
    const QByteArray made = sign({m_rsa, old});
    const auto result = verify(made);
    QVERIFY(!result.isVerified);
    for (const auto& signer : result.signers) {
        const bool isOld = signer.certificate == old.certificate;
        QCOMPARE(signer.isVerified, !isOld);
        QVERIFY(signer.isSignatureValid == true && signer.matchesContent == true);
        if (isOld)
            QCOMPARE(q(signer.chain->findings.at(0).id), QStringLiteral("expired"));
    }
    QVERIFY(verify(made, {}, {.time = timeAt("2020-06-01T00:00:00Z")}).signers.size() == 2);
}

void CmsSigningTest::noticesEveryChangedOctet() {
    const QByteArray good = sign({m_ec});
    QVERIFY(verify(good).isVerified);
    for (qsizetype i = 0; i < good.size(); ++i) {
        QByteArray bad = good;
        bad[i] = static_cast<char>(bad[i] ^ 0x20);
        try {
            const auto result = verify(bad);
            // What is left: octets that say the same, as the NULL parameters of a digest or an unused certificate.
            if (result.isVerified)
                QVERIFY2(bytes(*result.content) == Content && result.signers.size() == 1 &&
                             result.signers[0].certificate == m_ec.certificate,
                         qPrintable(QString::number(i)));
        } catch (const base::Error& error) {
            QVERIFY2(error.kind() == ErrorKind::BadInput || error.kind() == ErrorKind::Unsupported, error.what());
        }
    }
}

void CmsSigningTest::takesCertificatesFromElsewhere() {
    const QByteArray made = sign({m_rsa}, {.includesCertificates = false});
    formats::CmsVerifyOptions options;
    options.certificates = {m_ec.certificate, m_rsa.certificate};
    QVERIFY(formats::verifyCms(CmsMessage::load(view(made)), options).isVerified);
    // Issuers in the message count, but are not trusted by that.
    const TestCa below = m_ca.intermediate();
    const Issued leaf = below.issue(Rsa);
    QVERIFY(verify(sign({leaf}, {.certificates = {below.certificate()}})).isVerified);
    QVERIFY(!verify(sign({leaf})).isVerified);
    const TestCa foreign("CN=Another Root");
    QVERIFY(!verify(sign({foreign.issue(Rsa)}, {.certificates = {foreign.certificate()}})).isVerified);
}

void CmsSigningTest::toleratesMailLineEnds() {
    // `openssl cms -sign` without -binary signs CRLF though the file has LF.
    const auto made = openssl({QStringLiteral("cms"), QStringLiteral("-sign"), QStringLiteral("-outform"),
                               QStringLiteral("DER"), QStringLiteral("-signer"), path("rsa.pem")},
                              Content);
    const auto result = verify(made, Content);
    QVERIFY(result.isVerified);
    QCOMPARE(q(result.signers[0].findings.at(0).id), QStringLiteral("mail-line-ends"));
    QVERIFY(result.signers[0].findings.at(0).severity == x509::Finding::Severity::Notice);
    QVERIFY(verify(made, QByteArray(Content).replace("\n", "\r\n")).signers[0].findings.empty());
}

void CmsSigningTest::addsAndTakesTheTextHead() {
    const QByteArray made = sign({m_rsa}, {.isText = true});
    QCOMPARE(openssl({QStringLiteral("cms"), QStringLiteral("-verify"), QStringLiteral("-text"),
                      QStringLiteral("-inform"), QStringLiteral("DER"), QStringLiteral("-CAfile"), path("ca.pem")},
                     made),
             QByteArray(Content).replace("\n", "\r\n"));
    const auto result = verify(made);
    QCOMPARE(bytes(formats::withoutTextHead(*result.content)), QByteArray(Content).replace("\n", "\r\n"));
    CERTWRIGHT_VERIFY_FAILS(formats::withoutTextHead(view(Content)), ErrorKind::BadInput);
}

void CmsSigningTest::refuses() {
    const auto with = [this](formats::CmsSigner signer) {
        formats::CmsSignOptions options;
        options.signers.push_back(std::move(signer));
        return formats::signCms(view(Content), options);
    };
    constexpr auto Pkcs1 = crypto::RsaPadding::Pkcs1;
    const Issued ed = m_ca.issue(Ed);
    CERTWRIGHT_VERIFY_FAILS(formats::signCms(view(Content), {}), ErrorKind::NotAllowed);
    CERTWRIGHT_VERIFY_FAILS(with({m_rsa.certificate, m_ec.key, {}, Pkcs1}), ErrorKind::NotAllowed);
    CERTWRIGHT_VERIFY_FAILS(with({m_rsa.certificate, m_rsa.key, "nothing", Pkcs1}), ErrorKind::BadInput);
    CERTWRIGHT_VERIFY_FAILS(with({m_ec.certificate, m_ec.key, {}, crypto::RsaPadding::Pss}), ErrorKind::BadInput);
    if (const auto error = test::errorOf([&] { return with({ed.certificate, ed.key, {}, Pkcs1}); }))
        QCOMPARE(nameOf(error->kind()), QStringLiteral("unsupported"));

    const auto load = [](const QByteArray& message) { return CmsMessage::load(view(message)); };
    CERTWRIGHT_VERIFY_FAILS(load("no message"), ErrorKind::BadInput);
    CERTWRIGHT_VERIFY_FAILS(load({}), ErrorKind::BadInput);
    CERTWRIGHT_VERIFY_FAILS(load(sign({m_rsa}).left(300)), ErrorKind::BadInput);
    CERTWRIGHT_VERIFY_FAILS(load("Content-Type: multipart/signed; boundary=x\n\nnothing\n"), ErrorKind::BadInput);
    const QByteArray data = openssl("cms -data_create -outform DER", Content);
    CERTWRIGHT_VERIFY_FAILS(formats::verifyCms(load(data)), ErrorKind::BadInput);
}

CERTWRIGHT_TEST_MAIN(CmsSigningTest)
#include "tst_cms_signing.moc"
