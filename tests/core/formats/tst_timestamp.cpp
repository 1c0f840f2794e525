#include "core/base/der_writer.h"
#include "core/crypto/digest.h"
#include "core/crypto/key_generator.h"
#include "core/formats/cms_signing.h"
#include "core/formats/pkcs7.h"
#include "core/formats/pkcs8.h"
#include "core/formats/timestamp_verifying.h"
#include "core/x509/certificate_builder.h"
#include "core/x509/timestamp.h"
#include "tests/core/formats/reading.h"
#include "tests/support/test_ca.h"
#include "tests/support/test_main.h"

#include <QDateTime>
#include <QFile>
#include <QLocale>
#include <QTemporaryDir>

#include <chrono>

using namespace certwright;
using namespace certwright::test;
using base::ErrorKind;
using formats::CmsMessage;
using std::chrono::hours;

namespace {

const QByteArray Data = "what is stamped\n";

base::Time now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// What a certificate of a TSA is to be; as it should be when nothing is changed.
struct TsaOptions {
    const char* usage = "timeStamping";
    bool isCritical = true;
    hours from{-24};
    hours to{24 * 30};
};

Issued makeTsa(const TestCa& ca, const TsaOptions& options = {}) {
    const crypto::PrivateKey key = crypto::generateKey(crypto::KeySpec::parse("rsa:2048"));
    x509::CertificateBuilder builder;
    builder.setSubject(x509::Name::parse("CN=Test TSA"))
        .setIssuer(ca.certificate().subject())
        .setNotBefore(now() + options.from)
        .setNotAfter(now() + options.to)
        .setPublicKey(key.publicKey());
    if (*options.usage != '\0')
        builder.addExtension(x509::Extension::fromText("extendedKeyUsage", options.isCritical, options.usage));
    return {builder.sign(ca.key()), key};
}

/// What names the certificate in the token (RFC 5035 5.4).
enum class Named { V2, V1, Both, Nothing, Another };

void name(CMS_SignerInfo* info, const x509::Certificate& certificate, Named named) {
    const auto add = [info](int nid, const base::Bytes& digest) {
        const base::Bytes id = base::derSequence({base::derElement(0x04, digest)});
        const base::Bytes value = base::derSequence({base::derSequence({id})});
        QCOMPARE(CMS_signed_add1_attr_by_NID(info, nid, V_ASN1_SEQUENCE, value.data(), int(value.size())), 1);
    };
    base::Bytes der = certificate.der();
    if (named == Named::Another)
        der.push_back(0);
    if (named == Named::V1 || named == Named::Both)
        add(NID_id_smime_aa_signingCertificate, crypto::sha1(der));
    if (named == Named::V2 || named == Named::Both || named == Named::Another)
        add(NID_id_smime_aa_signingCertificateV2, crypto::sha256(der));
}

/// A token around any TSTInfo, signed by anybody: what `openssl ts` refuses to make.
QByteArray makeToken(const QByteArray& info, const Issued& tsa, Named named = Named::V2) {
    const base::Handle<BIO> content = formats::readingBio(view(info));
    CmsMessage token = CmsMessage::adopt(CMS_sign(nullptr, nullptr, nullptr, content.get(), CMS_PARTIAL | CMS_BINARY));
    CMS_set1_eContentType(token.native(), OBJ_nid2obj(NID_id_smime_ct_TSTInfo));
    CMS_SignerInfo* signer = CMS_add1_signer(token.native(), tsa.certificate.native(), tsa.key.native(), EVP_sha256(),
                                             CMS_BINARY | CMS_PARTIAL);
    name(signer, tsa.certificate, named);
    if (CMS_final(token.native(), content.get(), nullptr, CMS_BINARY) != 1)
        qFatal("cannot sign");
    return bytes(token.toDer());
}

/// The ids of findings of a severity, sorted, with those of the signature and the chain.
QStringList idsOf(const formats::TimestampVerifyResult& result, x509::Finding::Severity severity) {
    QStringList ids;
    const auto add = [&](const std::vector<x509::Finding>& findings) {
        for (const x509::Finding& one : findings) {
            if (one.severity == severity)
                ids.append(q(one.id));
        }
    };
    add(result.findings);
    add(result.signature.findings);
    for (const auto& signer : result.signature.signers)
        add(signer.findings);
    ids.sort();
    return ids;
}

} // namespace

/// RFC 3161 timestamps, with `openssl ts` at the other end.
class TimestampTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void readsWhatOpensslMakes();
    void readsRequests();
    void readsRefusals();
    void verifies_data();
    void verifies();
    void verifiesByRequest_data();
    void verifiesByRequest();
    void agreesWithOpensslAboutTsas_data();
    void agreesWithOpensslAboutTsas();
    void remarksUponTime();
    void remarksUponNames();
    void noticesEveryChangedOctet();
    void verifiesTimestampsOverSignatures();
    void countsTheTimestampOfExpiredSigners();
    void checksTheSignedContentType();
    void readsFractions_data();
    void readsFractions();
    void refusesDamaged();

private:
    QString path(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)); }
    void write(const char* name, const QByteArray& content) const;
    /// Runs openssl in the folder; what it writes, or an empty text when it fails.
    QByteArray tool(const QString& line, bool* isDone = nullptr) const;
    QByteArray contentOf(const char* name) const;
    QByteArray ask(const QByteArray& data, const QString& options = {}) const;
    QByteArray answer(const QByteArray& request, const QString& options = {}) const;
    /// The verdict of `openssl ts -verify` about a token.
    bool opensslAccepts(const QByteArray& token, const QString& options) const;
    /// That about a token against Data.
    formats::TimestampVerifyResult verify(const QByteArray& token, formats::TimestampVerifyOptions options = {},
                                          const QByteArray& data = Data) const;
    QByteArray goodInfo() const;

    QTemporaryDir m_folder;
    TestCa m_ca;
    Issued m_tsa = makeTsa(m_ca);
};

void TimestampTest::write(const char* name, const QByteArray& content) const {
    QFile file(path(name));
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("cannot write %s", qPrintable(file.fileName()));
}

QByteArray TimestampTest::contentOf(const char* name) const {
    QFile file(path(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QByteArray TimestampTest::tool(const QString& line, bool* isDone) const {
    const ProcessResult result =
        run(findTool(QStringLiteral("openssl")), line.split(u' ', Qt::SkipEmptyParts), {.folder = m_folder.path()});
    if (isDone != nullptr)
        *isDone = result.isSuccess();
    else if (!result.isSuccess())
        qInfo("%s", result.describe().constData());
    return result.output;
}

void TimestampTest::initTestCase() {
    CERTWRIGHT_SKIP_WITHOUT_OPENSSL();
    write("ca.pem", QByteArray::fromStdString(m_ca.certificate().toPem()));
    write("tsa.pem", QByteArray::fromStdString(m_tsa.certificate.toPem()));
    write("tsa.key", bytes(formats::privateKeyToPem(m_tsa.key).view()));
    write("data", Data);
    write("serial", "1A\n");
    const QByteArray common = "default_policy = 1.2.3.4.1\nother_policies = 1.2.3.4.5\ndigests = sha1,sha256,sha512\n"
                              "serial = serial\ncrypto_device = builtin\nsigner_cert = tsa.pem\nsigner_key = tsa.key\n"
                              "signer_digest = sha256\ntsa_name = yes\n";
    write("ts.cnf",
          "[tsa]\ndefault_tsa = tsa_v2\n"
          "[tsa_v2]\ness_cert_id_alg = sha256\naccuracy = secs:1, millisecs:500, microsecs:100\nordering = yes\n" +
              common + "[tsa_v1]\ness_cert_id_alg = sha1\n" + common + "[tsa_512]\ness_cert_id_alg = sha512\n" +
              common);
}

QByteArray TimestampTest::ask(const QByteArray& data, const QString& options) const {
    write("asked", data);
    // Which of two digests counts differs between versions of openssl.
    const QString digest = options.contains(QStringLiteral("-sha")) ? QString() : QStringLiteral("-sha256 ");
    tool(QStringLiteral("ts -query -data asked -cert -out request ") + digest + options);
    return contentOf("request");
}

QByteArray TimestampTest::answer(const QByteArray& request, const QString& options) const {
    write("request", request);
    tool(QStringLiteral("ts -reply -config ts.cnf -queryfile request -out response ") + options);
    return contentOf("response");
}

bool TimestampTest::opensslAccepts(const QByteArray& token, const QString& options) const {
    write("token", token);
    bool isDone = false;
    tool(QStringLiteral("ts -verify -token_in -in token -CAfile ca.pem ") + options, &isDone);
    return isDone;
}

formats::TimestampVerifyResult TimestampTest::verify(const QByteArray& token, formats::TimestampVerifyOptions options,
                                                     const QByteArray& data) const {
    x509::TrustStore trust;
    trust.addTrusted(m_ca.certificate());
    options.trust = &trust;
    if (!data.isNull())
        options.data = view(data);
    return formats::verifyTimestamp(CmsMessage::load(view(token)), options);
}

QByteArray TimestampTest::goodInfo() const {
    const QByteArray token = answer(ask(Data), QStringLiteral("-token_out"));
    return bytes(CmsMessage::load(view(token)).embeddedContent());
}

// Against what `openssl ts -reply -text` prints.
void TimestampTest::readsWhatOpensslMakes() {
    const QByteArray request = ask(Data, QStringLiteral("-tspolicy 1.2.3.4.5"));
    const QByteArray response = answer(request);
    const QByteArray printed = tool(QStringLiteral("ts -reply -config ts.cnf -in response -text"));
    const formats::Contents contents = formats::readContents(view(response));
    QVERIFY2(!contents.error, contents.error ? contents.error->what() : "");
    QCOMPARE(q(formats::kindName(contents.items.at(0))), QStringLiteral("timestamp-response"));
    const auto* item = contents.items.at(0).as<formats::TimestampResponseItem>();
    QVERIFY(item->response.isGranted());
    const auto* token = item->items.at(0).as<formats::Pkcs7Item>();
    QVERIFY(token != nullptr && token->timestamp);
    const x509::TimestampInfo& info = *token->timestamp;
    QVERIFY(printed.contains("Policy OID: " + QByteArray::fromStdString(info.policy) + '\n'));
    QCOMPARE(q(info.policy), QStringLiteral("1.2.3.4.5"));
    QVERIFY(printed.contains("Hash Algorithm: sha256\n"));
    QCOMPARE(q(info.imprint.digest), QStringLiteral("SHA256"));
    QCOMPARE(bytes(info.imprint.value), bytes(crypto::sha256(view(Data))));
    QVERIFY2(printed.contains("Serial number: 0x" + QByteArray::fromStdString(info.serial)), printed.constData());
    QVERIFY(printed.contains("Accuracy: 0x01 seconds, 0x01F4 millis, 0x64 micros\n"));
    QCOMPARE(*info.accuracyMicros, std::uint64_t{1'500'100});
    QCOMPARE(q(x509::accuracyText(*info.accuracyMicros)), QStringLiteral("1.5001 s"));
    QVERIFY(printed.contains("Ordering: yes\n") && info.isOrdered);
    QVERIFY(printed.contains("Nonce: 0x" + QByteArray::fromStdString(info.nonce)));
    QVERIFY(printed.contains("TSA: DirName:/CN = Test TSA\n") || printed.contains("TSA: DirName:/CN=Test TSA\n") ||
            printed.contains("TSA: DirName:CN = Test TSA\n") || printed.contains("TSA: DirName:CN=Test TSA\n"));
    QCOMPARE(q(info.tsa->value), QStringLiteral("CN=Test TSA"));
    // "Time stamp: Nov 24 19:30:00 2026 GMT"
    const QByteArray stamped = printed.mid(printed.indexOf("Time stamp: ") + 12, 20);
    const QDateTime time =
        QLocale::c().toDateTime(QString::fromLatin1(stamped).simplified(), QStringLiteral("MMM d HH:mm:ss yyyy"));
    QCOMPARE(q(x509::timeText(info)), time.toString(QStringLiteral("yyyy-MM-ddTHH:mm:ssZ")));
}

// Against what `openssl ts -query -text` prints.
void TimestampTest::readsRequests() {
    const QByteArray bare = ask(Data, QStringLiteral("-no_nonce"));
    const auto one = x509::parseTimestampRequest(view(bare));
    QVERIFY(one.nonce.empty() && one.policy.empty() && one.wantsCertificate);
    const QByteArray full = ask(Data, QStringLiteral("-tspolicy 1.2.3.4.5"));
    const QByteArray printed = tool(QStringLiteral("ts -query -in request -text"));
    const formats::Contents contents = formats::readContents(view(full));
    QCOMPARE(q(formats::kindName(contents.items.at(0))), QStringLiteral("timestamp-request"));
    const auto* request = contents.items.at(0).as<x509::TimestampRequest>();
    QVERIFY(printed.contains("Nonce: 0x" + QByteArray::fromStdString(request->nonce)));
    QVERIFY(printed.contains("Policy OID: " + QByteArray::fromStdString(request->policy)));
    QVERIFY(printed.contains("Certificate required: yes") && request->wantsCertificate);
    QCOMPARE(bytes(request->imprint.value), bytes(crypto::sha256(view(Data))));
}

void TimestampTest::readsRefusals() {
    const QByteArray response = answer(ask(Data, QStringLiteral("-tspolicy 1.9.9")));
    const QByteArray printed = tool(QStringLiteral("ts -reply -config ts.cnf -in response -text"));
    QVERIFY2(printed.contains("Status: Rejected."), printed.constData());
    const formats::Contents contents = formats::readContents(view(response));
    const auto* item = contents.items.at(0).as<formats::TimestampResponseItem>();
    QVERIFY(item != nullptr && item->items.empty());
    QCOMPARE(q(x509::statusName(item->response.status)), QStringLiteral("rejection"));
    QCOMPARE(item->response.failures, std::vector<std::string>{"unacceptedPolicy"});
    // "Requested policy is not supported."
    QVERIFY(printed.contains("Status description: " + QByteArray::fromStdString(item->response.text.at(0))));
    const auto result = formats::verifyTimestamp(item->response);
    QVERIFY(!result.isVerified && !result.info);
    QCOMPARE(idsOf(result, x509::Finding::Severity::Error), QStringList({QStringLiteral("not-granted")}));
    QVERIFY(result.findings[0].message.find("unacceptedPolicy") != std::string::npos);
}

void TimestampTest::verifies_data() {
    QTest::addColumn<QString>("section");
    QTest::addColumn<QString>("query");
    QTest::addColumn<QByteArray>("data");
    QTest::addColumn<QString>("boundBy");
    QTest::addColumn<QStringList>("errors");
    QTest::addColumn<QStringList>("warnings");
    const auto row = [](const char* name, const char* section, const char* query, const QByteArray& data,
                        const char* boundBy, const QStringList& errors = {}, const QStringList& warnings = {}) {
        QTest::newRow(name) << QString::fromLatin1(section) << QString::fromLatin1(query) << data
                            << QString::fromLatin1(boundBy) << errors << warnings;
    };
    row("ESSCertIDv2", "tsa_v2", "", Data, "SHA256");
    row("ESSCertIDv2 of SHA-512", "tsa_512", "-sha512", Data, "SHA512");
    row("ESSCertID", "tsa_v1", "", Data, "SHA1");
    row("SHA-1", "tsa_v2", "-sha1", Data, "SHA256", {}, {QStringLiteral("weak-imprint")});
    row("other data", "tsa_v2", "", "something else\n", "SHA256", {QStringLiteral("content-changed")});
    row("no data", "tsa_v2", "", {}, "SHA256", {QStringLiteral("content-missing")});
}

void TimestampTest::verifies() {
    QFETCH(QString, section);
    QFETCH(QString, query);
    QFETCH(QByteArray, data);
    QFETCH(QString, boundBy);
    QFETCH(QStringList, errors);
    QFETCH(QStringList, warnings);
    const QByteArray token = answer(ask(Data, query), QStringLiteral("-token_out -section ") + section);
    const auto result = verify(token, {}, data);
    QCOMPARE(idsOf(result, x509::Finding::Severity::Error), errors);
    QCOMPARE(idsOf(result, x509::Finding::Severity::Warning), warnings);
    QCOMPARE(result.isVerified, errors.isEmpty());
    QCOMPARE(q(result.boundBy), boundBy);
    for (const auto& finding : result.findings)
        QVERIFY(!finding.message.empty() && !finding.fix.empty());
    if (data.isNull())
        return;
    write("given", data);
    QCOMPARE(opensslAccepts(token, QStringLiteral("-data given")), errors.isEmpty());
    // Without anchors.
    const auto alone = formats::verifyTimestamp(CmsMessage::load(view(token)), {.data = view(data)});
    QCOMPARE(alone.isVerified, errors.isEmpty());
    // With others.
    x509::TrustStore others;
    others.addTrusted(TestCa("CN=Other Root").certificate());
    const auto untrusted =
        formats::verifyTimestamp(CmsMessage::load(view(token)), {.trust = &others, .data = view(data)});
    QVERIFY(!untrusted.isVerified);
    QVERIFY(idsOf(untrusted, x509::Finding::Severity::Error).contains(QStringLiteral("signer-not-trusted")));
}

void TimestampTest::verifiesByRequest_data() {
    QTest::addColumn<QByteArray>("data");
    QTest::addColumn<QString>("options");
    QTest::addColumn<QStringList>("errors");
    QTest::newRow("the request") << QByteArray() << QString() << QStringList();
    QTest::newRow("another nonce") << Data << QString() << QStringList({QStringLiteral("nonce-differs")});
    QTest::newRow("no nonce") << Data << "-no_nonce" << QStringList({QStringLiteral("nonce-differs")});
    QTest::newRow("other data") << QByteArray("x") << "-no_nonce"
                                << QStringList({QStringLiteral("nonce-differs"), QStringLiteral("request-differs")});
    QTest::newRow("another policy") << Data << "-tspolicy 1.2.3.4.5"
                                    << QStringList({QStringLiteral("nonce-differs"), QStringLiteral("policy-differs")});
}

void TimestampTest::verifiesByRequest() {
    QFETCH(QByteArray, data);
    QFETCH(QString, options);
    QFETCH(QStringList, errors);
    const QByteArray original = ask(Data);
    const QByteArray token = answer(original, QStringLiteral("-token_out"));
    const QByteArray other = data.isNull() ? original : ask(data, options);
    const auto result = verify(token, {.request = x509::parseTimestampRequest(view(other))}, QByteArray());
    QCOMPARE(idsOf(result, x509::Finding::Severity::Error), errors);
    QCOMPARE(result.isVerified, errors.isEmpty());
    write("query", other);
    // OpenSSL compares a nonce only when there is one in the request.
    if (options != QStringLiteral("-no_nonce"))
        QCOMPARE(opensslAccepts(token, QStringLiteral("-queryfile query")), errors.isEmpty());
}

void TimestampTest::agreesWithOpensslAboutTsas_data() {
    QTest::addColumn<QString>("usage");
    QTest::addColumn<bool>("isCritical");
    QTest::addColumn<int>("from");
    QTest::addColumn<int>("to");
    QTest::addColumn<int>("named");
    QTest::addColumn<QString>("error"); // one of those that are found
    const auto row = [](const char* name, const TsaOptions& tsa, Named named, const char* error) {
        QTest::newRow(name) << QString::fromLatin1(tsa.usage) << tsa.isCritical << int(tsa.from.count())
                            << int(tsa.to.count()) << int(named) << QString::fromLatin1(error);
    };
    row("as it should be", {}, Named::V2, "");
    row("ESSCertID", {}, Named::V1, "");
    row("both", {}, Named::Both, "");
    row("no usage", {.usage = ""}, Named::V2, "tsa-purpose");
    row("another usage", {.usage = "serverAuth"}, Named::V2, "tsa-purpose");
    row("another usage, too", {.usage = "timeStamping,serverAuth"}, Named::V2, "tsa-purpose-not-alone");
    row("not critical", {.isCritical = false}, Named::V2, "tsa-purpose-not-critical");
    row("expired", {.to = hours(-1)}, Named::V2, "signer-not-trusted");
    row("not yet", {.from = hours(1)}, Named::V2, "signer-not-trusted");
    row("no name", {}, Named::Nothing, "tsa-not-named");
    row("name of another", {}, Named::Another, "tsa-differs");
}

void TimestampTest::agreesWithOpensslAboutTsas() {
    QFETCH(QString, usage);
    QFETCH(bool, isCritical);
    QFETCH(int, from);
    QFETCH(int, to);
    QFETCH(int, named);
    QFETCH(QString, error);
    const QByteArray usageText = usage.toLatin1();
    const Issued tsa =
        makeTsa(m_ca, {.usage = usageText.constData(), .isCritical = isCritical, .from = hours(from), .to = hours(to)});
    const QByteArray token = makeToken(goodInfo(), tsa, Named(named));
    const auto result = verify(token);
    const QStringList errors = idsOf(result, x509::Finding::Severity::Error);
    QVERIFY2(error.isEmpty() ? errors.isEmpty() : errors.contains(error), qPrintable(errors.join(u' ')));
    QCOMPARE(result.isVerified, error.isEmpty());
    QCOMPARE(opensslAccepts(token, QStringLiteral("-data data")), error.isEmpty());
}

// A certificate that has expired since was good when the token was made; OpenSSL says so by -attime.
void TimestampTest::remarksUponTime() {
    const QByteArray token = answer(ask(Data), QStringLiteral("-token_out"));
    const auto later = now() + hours(24 * 60);
    const auto result = verify(token, {.now = later});
    QVERIFY(result.isVerified);
    QCOMPARE(idsOf(result, x509::Finding::Severity::Notice), QStringList({QStringLiteral("tsa-expired-since")}));
    QVERIFY(opensslAccepts(token, QStringLiteral("-data data")));
    // When it is asked for, the time is another one than that of the token.
    const auto seconds = QString::number(later.time_since_epoch().count());
    QVERIFY(!verify(token, {.chain = {.time = later}}).isVerified);
    QVERIFY(!opensslAccepts(token, QStringLiteral("-data data -attime ") + seconds));
    const auto early = verify(token, {.now = now() - hours(1)});
    QCOMPARE(idsOf(early, x509::Finding::Severity::Warning), QStringList({QStringLiteral("from-the-future")}));
}

void TimestampTest::remarksUponNames() {
    QByteArray info = goodInfo();
    QVERIFY(info.contains("Test TSA"));
    info.replace("Test TSA", "Else TSA");
    const auto result = verify(makeToken(info, m_tsa));
    QVERIFY(result.isVerified);
    QCOMPARE(idsOf(result, x509::Finding::Severity::Warning), QStringList({QStringLiteral("tsa-name-differs")}));
    // A version that is not known.
    info = goodInfo();
    info[info.indexOf(unhex("020101")) + 2] = 2;
    QVERIFY(idsOf(verify(makeToken(info, m_tsa)), x509::Finding::Severity::Error)
                .contains(QStringLiteral("timestamp-version")));
}

void TimestampTest::noticesEveryChangedOctet() {
    const QByteArray token = answer(ask(Data), QStringLiteral("-token_out"));
    // Only what the signature covers: the content, the signed attributes, the signature itself.
    const QByteArray content = bytes(CmsMessage::load(view(token)).embeddedContent());
    const qsizetype start = token.indexOf(content);
    QVERIFY(start > 0);
    for (qsizetype i = 0; i < content.size(); ++i) {
        QByteArray bad = token;
        bad[start + i] = static_cast<char>(bad[start + i] ^ 1);
        const auto error = test::errorOf([&] { QVERIFY(!verify(bad).isVerified); });
        QVERIFY(!error || error->kind() == ErrorKind::BadInput);
    }
    for (qsizetype i = token.size() - 256; i < token.size(); ++i) {
        QByteArray bad = token;
        bad[i] = static_cast<char>(bad[i] ^ 1);
        QVERIFY(!verify(bad).isVerified);
    }
}

namespace {

/// The message with a timestamp over the first signature of it.
QByteArray withTimestamp(const QByteArray& message, const QByteArray& token) {
    const CmsMessage cms = CmsMessage::load(view(message));
    CMS_SignerInfo* info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms.native()), 0);
    if (CMS_unsigned_add1_attr_by_NID(info, NID_id_smime_aa_timeStampToken, V_ASN1_SEQUENCE, token.constData(),
                                      int(token.size())) != 1)
        qFatal("cannot add the timestamp");
    return bytes(cms.toDer());
}

QByteArray signatureOf(const QByteArray& message) {
    const CmsMessage cms = CmsMessage::load(view(message));
    const ASN1_OCTET_STRING* value =
        CMS_SignerInfo_get0_signature(sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms.native()), 0));
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)), ASN1_STRING_length(value)};
}

formats::CmsVerifyResult verifyMessage(const QByteArray& message, const TestCa& ca) {
    x509::TrustStore trust;
    trust.addTrusted(ca.certificate());
    formats::CmsVerifyOptions options;
    options.trust = &trust;
    options.chain.purpose = x509::VerifyOptions::Purpose::SmimeSign;
    return formats::verifyCms(CmsMessage::load(view(message)), options);
}

QByteArray signBy(const Issued& signer) {
    formats::CmsSignOptions options;
    options.signers.push_back({signer.certificate, signer.key, {}, crypto::RsaPadding::Pkcs1});
    return bytes(formats::signCms(view(Data), options));
}

} // namespace

void TimestampTest::verifiesTimestampsOverSignatures() {
    const QByteArray message = signBy(m_ca.issue({.keyType = "rsa:2048", .extendedKeyUsage = "emailProtection"}));
    const QByteArray token = answer(ask(signatureOf(message)), QStringLiteral("-token_out"));
    const QByteArray stamped = withTimestamp(message, token);
    const auto result = verifyMessage(stamped, m_ca);
    QVERIFY(result.isVerified);
    QCOMPARE(result.signers[0].timestamps.size(), std::size_t{1});
    QVERIFY(result.signers[0].timestamps[0].isVerified);
    QVERIFY(result.signers[0].findings.empty());
    QVERIFY(verifyMessage(message, m_ca).signers[0].timestamps.empty());
    // Shown, too.
    const formats::Pkcs7Item shown = formats::loadPkcs7(view(stamped));
    QCOMPARE(shown.signers[0].timestamps.size(), std::size_t{1});
    QCOMPARE(q(shown.signers[0].timestamps[0].policy), QStringLiteral("1.2.3.4.1"));
    // One over something else, and something that is none: the signature still counts.
    const QByteArray other = answer(ask(Data), QStringLiteral("-token_out"));
    for (const QByteArray& bad : {other, unhex("30030101FF"), message}) {
        const auto judged = verifyMessage(withTimestamp(message, bad), m_ca);
        QVERIFY(judged.isVerified);
        QCOMPARE(q(judged.signers[0].findings.at(0).id), QStringLiteral("timestamp-not-verified"));
        formats::loadPkcs7(view(withTimestamp(message, bad)));
    }
}

void TimestampTest::countsTheTimestampOfExpiredSigners() {
    const Issued signer = m_ca.issue({.keyType = "rsa:2048",
                                      .extendedKeyUsage = "emailProtection",
                                      .notBefore = now() - hours(20),
                                      .notAfter = now() - hours(2)});
    const QByteArray message = signBy(signer);
    QVERIFY(!verifyMessage(message, m_ca).isVerified);
    const auto tokenAt = [&](base::Time time) {
        answer(ask(signatureOf(message)), QStringLiteral("-token_out"));
        QByteArray info = bytes(CmsMessage::load(view(contentOf("response"))).embeddedContent());
        const qsizetype place = info.indexOf(unhex("180F")) + 2;
        info.replace(place, 15, QByteArray::fromStdString(base::toGeneralizedTime(time)));
        return makeToken(info, m_tsa);
    };
    const auto good = verifyMessage(withTimestamp(message, tokenAt(now() - hours(10))), m_ca);
    QVERIFY(good.isVerified);
    QCOMPARE(q(good.signers[0].findings.at(0).id), QStringLiteral("trusted-at-timestamp"));
    QVERIFY(!verifyMessage(withTimestamp(message, tokenAt(now() - hours(1))), m_ca).isVerified);
    QVERIFY(!verifyMessage(withTimestamp(message, tokenAt(now() - hours(30))), m_ca).isVerified); // no TSA then
}

// RFC 5652 11.1, which OpenSSL does not look at: a message that says its content is another thing than was signed.
void TimestampTest::checksTheSignedContentType() {
    QByteArray message = signBy(m_ca.issue({.keyType = "rsa:2048", .extendedKeyUsage = "emailProtection"}));
    QVERIFY(verifyMessage(message, m_ca).isVerified);
    const QByteArray data = unhex("06092A864886F70D010701");
    // The first one is that of the content; the signed one comes later.
    message.replace(message.indexOf(data), data.size(), unhex("06092A864886F70D010703"));
    const auto result = verifyMessage(message, m_ca);
    QVERIFY(!result.isVerified);
    QCOMPARE(q(result.signers[0].findings.at(0).id), QStringLiteral("content-type-differs"));
}

void TimestampTest::readsFractions_data() {
    QTest::addColumn<QString>("digits"); // clock_precision_digits of the TSA
    for (const char* digits : {"0", "1", "6"})
        QTest::newRow(digits) << QString::fromLatin1(digits);
}

void TimestampTest::readsFractions() {
    QFETCH(QString, digits);
    QByteArray config = contentOf("ts.cnf");
    config.replace("[tsa_v2]\n", "[tsa_v2]\nclock_precision_digits = " + digits.toLatin1() + "\n");
    write("fraction.cnf", config);
    ask(Data);
    tool(QStringLiteral("ts -reply -config fraction.cnf -queryfile request -token_out -out token"));
    const QByteArray token = contentOf("token");
    const auto result = verify(token);
    QVERIFY(result.isVerified);
    QVERIFY(result.info->fraction.size() <= digits.toUInt()); // DER has no zeros at its end
    const QByteArray printed = tool(QStringLiteral("ts -reply -token_in -in token -text"));
    const QByteArray second = QByteArray::fromStdString(x509::timeText(*result.info)).mid(11);
    QVERIFY2(printed.contains(second.left(second.size() - 1) + ' '), printed.constData());
}

void TimestampTest::refusesDamaged() {
    const QByteArray info = goodInfo();
    for (qsizetype size = 0; size < info.size(); size += 7)
        CERTWRIGHT_VERIFY_FAILS(x509::parseTimestampInfo(view(info.left(size))), ErrorKind::BadInput);
    CERTWRIGHT_VERIFY_FAILS(x509::parseTimestampInfo(view(info + '\0')), ErrorKind::BadInput);
    QByteArray bad = info;
    bad[bad.indexOf(unhex("180F")) + 3] = 'x';
    CERTWRIGHT_VERIFY_FAILS(verify(makeToken(bad, m_tsa)), ErrorKind::BadInput);
    CERTWRIGHT_VERIFY_FAILS(formats::verifyTimestamp(CmsMessage::load(view(signBy(m_tsa)))), ErrorKind::BadInput);
    CERTWRIGHT_VERIFY_FAILS(x509::parseTimestampRequest(view(info)), ErrorKind::BadInput);
    CERTWRIGHT_VERIFY_FAILS(x509::parseTimestampResponse(view(info)), ErrorKind::BadInput);
}

CERTWRIGHT_TEST_MAIN(TimestampTest)
#include "tst_timestamp.moc"
