#include "core/base/outcome.h"
#include "core/formats/cms_decryption.h"
#include "core/formats/cms_encryption.h"
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

const QByteArray Content = "line one\nline two\n";

const char* formOf(CmsEncoding encoding) {
    return encoding == CmsEncoding::Der ? "DER" : encoding == CmsEncoding::Pem ? "PEM" : "SMIME";
}

QByteArray open(const QByteArray& message, const formats::CmsDecryptOptions& options) {
    return bytes(formats::decryptCms(CmsMessage::load(view(message)), options).content);
}

} // namespace

/// Encrypted messages, with `openssl cms` at the other end.
class CmsEncryptionTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void opensslOpensOurs_data();
    void opensslOpensOurs();
    void opensWhatOpensslMakes_data();
    void opensWhatOpensslMakes();
    void opensForEveryRecipient();
    void namesWhomItIsFor();
    void opensForEachOfSeveral();
    void wrongKeysGiveNothing();
    void picksTheRecipientByCertificate();
    void opensByPassphrase();
    void limitsIterations();
    void noticesChanges();
    void opensBySecretKey_data();
    void opensBySecretKey();
    void namesTheSecretKey();
    void opensSignedAndEnveloped();
    void noticesChangesOfSignedAndEnveloped();
    void tellsWhatWouldOpenIt();
    void refusesToEncrypt();
    void refusesToOpen();

private:
    QString path(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)); }
    void write(const char* name, const QByteArray& content) const;
    QByteArray signedAndEnveloped() const;

    QTemporaryDir m_folder;
    TestCa m_ca;
    Issued m_rsa = m_ca.issue({.subject = "CN=Rsa Recipient", .keyType = "rsa:2048"});
    Issued m_ec = m_ca.issue({.subject = "CN=Ec Recipient", .keyType = "ec:P-256"});
    Issued m_signer =
        m_ca.issue({.subject = "CN=Signer", .keyType = "rsa:2048", .extendedKeyUsage = "emailProtection"});
};

void CmsEncryptionTest::write(const char* name, const QByteArray& content) const {
    QFile file(path(name));
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("cannot write %s", qPrintable(file.fileName()));
}

void CmsEncryptionTest::initTestCase() {
    CERTWRIGHT_SKIP_WITHOUT_OPENSSL();
    const auto files = [this](const char* key, const char* certificate, const Issued& one) {
        write(key, bytes(formats::privateKeyToPem(one.key).view()));
        write(certificate, QByteArray::fromStdString(one.certificate.toPem()));
    };
    files("rsa.key", "rsa.pem", m_rsa);
    files("ec.key", "ec.pem", m_ec);
}

void CmsEncryptionTest::opensslOpensOurs_data() {
    QTest::addColumn<int>("encoding");
    QTest::addColumn<QString>("cipher");
    QTest::addColumn<QString>("recipient");
    QTest::addColumn<bool>("usesOaep");
    QTest::addColumn<bool>("namesByKeyId");
    QTest::addColumn<QByteArray>("printed"); // by openssl
    const auto row = [](const char* name, CmsEncoding encoding, const char* cipher, const char* recipient,
                        const char* printed, bool usesOaep = false, bool namesByKeyId = false) {
        QTest::newRow(name) << int(encoding) << QString::fromLatin1(cipher) << QString::fromLatin1(recipient)
                            << usesOaep << namesByKeyId << QByteArray(printed);
    };
    row("RSA, DER", CmsEncoding::Der, "AES-256-CBC", "rsa", "algorithm: rsaEncryption");
    row("RSA, PEM", CmsEncoding::Pem, "AES-128-CBC", "rsa", "algorithm: aes-128-cbc");
    row("RSA, S/MIME", CmsEncoding::Smime, "AES-256-CBC", "rsa", "algorithm: aes-256-cbc");
    row("RSA, OAEP", CmsEncoding::Der, "AES-256-CBC", "rsa", "algorithm: rsaesOaep", true);
    row("RSA, key id", CmsEncoding::Der, "AES-256-CBC", "rsa", "d.subjectKeyIdentifier:", false, true);
    row("RSA, GCM", CmsEncoding::Der, "AES-256-GCM", "rsa", "id-smime-ct-authEnvelopedData");
    row("RSA, GCM, PEM", CmsEncoding::Pem, "AES-128-GCM", "rsa", "algorithm: aes-128-gcm");
    row("EC", CmsEncoding::Der, "AES-256-CBC", "ec", "dhSinglePass-stdDH-sha256kdf-scheme");
    row("EC, key id", CmsEncoding::Pem, "AES-256-CBC", "ec", "d.rKeyId:", false, true);
    row("EC, GCM", CmsEncoding::Smime, "AES-256-GCM", "ec", "id-aes256-wrap");
    row("passphrase", CmsEncoding::Der, "AES-256-CBC", "", "algorithm: PBKDF2");
    row("passphrase, GCM", CmsEncoding::Pem, "AES-256-GCM", "", "algorithm: aes-256-gcm");
}

void CmsEncryptionTest::opensslOpensOurs() {
    QFETCH(int, encoding);
    QFETCH(QString, cipher);
    QFETCH(QString, recipient);
    QFETCH(bool, usesOaep);
    QFETCH(bool, namesByKeyId);
    QFETCH(QByteArray, printed);
    const base::Secret passphrase = secret("s3cret");
    formats::CmsEncryptOptions options;
    if (recipient.isEmpty())
        options.passphrase = &passphrase;
    else
        options.recipients = {recipient == QStringLiteral("rsa") ? m_rsa.certificate : m_ec.certificate};
    options.cipher = cipher.toStdString();
    options.usesOaep = usesOaep;
    options.namesByKeyId = namesByKeyId;
    options.encoding = CmsEncoding(encoding);
    const QByteArray made = bytes(formats::encryptCms(view(Content), options));
    const QStringList form = {QStringLiteral("-inform"), QString::fromLatin1(formOf(options.encoding))};
    const QByteArray print = openssl(words("cms -cmsout -print") + form, made);
    QVERIFY2(print.contains(printed), print.constData());
    const QStringList with =
        recipient.isEmpty()
            ? words("-pwri_password s3cret")
            : QStringList{QStringLiteral("-inkey"), m_folder.filePath(recipient + QStringLiteral(".key")),
                          QStringLiteral("-recip"), m_folder.filePath(recipient + QStringLiteral(".pem"))};
    QCOMPARE(openssl(words("cms -decrypt") + form + with, made), Content);

    formats::CmsDecryptOptions ours;
    if (recipient.isEmpty())
        ours.passphrase = &passphrase;
    else
        ours.key = recipient == QStringLiteral("rsa") ? m_rsa.key : m_ec.key;
    const auto result = formats::decryptCms(CmsMessage::load(view(made)), ours);
    QCOMPARE(bytes(result.content), Content);
    QCOMPARE(result.isAuthenticated, cipher.endsWith(QStringLiteral("GCM")));
}

void CmsEncryptionTest::opensWhatOpensslMakes_data() {
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("key");
    const auto row = [](const char* line, const char* key) {
        QTest::newRow(line) << QString::fromLatin1(line) << QString::fromLatin1(key);
    };
    row("cms -encrypt -binary -aes256 -outform DER -recip rsa.pem", "rsa");
    row("cms -encrypt -binary -aes128 -outform PEM -recip rsa.pem", "rsa");
    row("cms -encrypt -binary -des3 -stream -indef -outform DER -recip rsa.pem", "rsa");
    row("cms -encrypt -binary -aes256 -recip rsa.pem -keyopt rsa_padding_mode:oaep", "rsa");
    row("cms -encrypt -binary -aes-256-gcm -outform DER -recip rsa.pem -keyid", "rsa");
    row("cms -encrypt -binary -aes256 -outform DER -recip ec.pem", "ec");
    row("cms -encrypt -binary -aes256 -outform DER -recip rsa.pem -recip ec.pem", "ec");
    row("cms -encrypt -binary -aes256 -outform DER -recip ec.pem -recip rsa.pem", "rsa");
    row("cms -encrypt -binary -aes256 -outform DER -pwri_password s3cret", "");
    row("smime -encrypt -binary -aes256 -outform DER rsa.pem", "rsa");
}

void CmsEncryptionTest::opensWhatOpensslMakes() {
    QFETCH(QString, line);
    QFETCH(QString, key);
    const auto made =
        run(findTool(QStringLiteral("openssl")), line.split(u' '), {.input = Content, .folder = m_folder.path()});
    CERTWRIGHT_VERIFY_SUCCESS(made);
    const base::Secret passphrase = secret("s3cret");
    formats::CmsDecryptOptions options;
    if (key.isEmpty())
        options.passphrase = &passphrase;
    else
        options.key = key == QStringLiteral("rsa") ? m_rsa.key : m_ec.key;
    QCOMPARE(open(made.output, options), Content);
    if (key.isEmpty())
        return;
    options.certificate = key == QStringLiteral("rsa") ? m_rsa.certificate : m_ec.certificate;
    QCOMPARE(open(made.output, options), Content);
}

void CmsEncryptionTest::opensForEveryRecipient() {
    const base::Secret passphrase = secret("größe");
    formats::CmsEncryptOptions options;
    options.recipients = {m_rsa.certificate, m_ec.certificate};
    options.passphrase = &passphrase;
    options.iterations = 1000;
    const QByteArray made = bytes(formats::encryptCms(view(Content), options));
    QCOMPARE(open(made, {.key = m_rsa.key}), Content);
    QCOMPARE(open(made, {.key = m_ec.key}), Content);
    QCOMPARE(open(made, {.passphrase = &passphrase}), Content);
    // Nothing and much.
    for (const QByteArray& content : {QByteArray(), QByteArray(300'000, 'x')}) {
        const auto one = formats::encryptCms(view(content), {.recipients = {m_ec.certificate}});
        QCOMPARE(open(bytes(one), {.key = m_ec.key}), content);
    }
}

void CmsEncryptionTest::namesWhomItIsFor() {
    const base::Secret passphrase = secret("x");
    formats::CmsEncryptOptions options;
    options.recipients = {m_rsa.certificate, m_ec.certificate};
    options.passphrase = &passphrase;
    options.iterations = 1000;
    const auto recipients = formats::recipientsOf(CmsMessage::fromDer(formats::encryptCms(view(Content), options)));
    QStringList found;
    for (const auto& one : recipients)
        found.append(q(one.who.serial));
    found.sort();
    QStringList expected = {QString(), q(m_rsa.certificate.serial()), q(m_ec.certificate.serial())};
    expected.sort();
    QCOMPARE(found, expected);
    // What libksba's and wolfSSL's messages say, by `openssl cms -cmsout -print`.
    const auto of = [](const char* file) {
        return formats::recipientsOf(CmsMessage::load(view(corpusData("pkcs7", QString::fromLatin1(file)))));
    };
    QVERIFY(of("libksba__ecdh-sample1.p7m").at(0).kind == formats::CmsRecipient::Kind::KeyAgreement);
    QVERIFY(!of("wolfssl__ktri-keyid-cms.msg").at(0).who.subjectKeyId.empty());
    QVERIFY(of("gnupg__pwri-sample.gcm.p7m").at(0).kind == formats::CmsRecipient::Kind::Passphrase);
}

// The key of one of several is found, whoever comes before him, and without a certificate that says which.
void CmsEncryptionTest::opensForEachOfSeveral() {
    const Issued others[] = {m_ca.issue({.keyType = "rsa:2048"}), m_ca.issue({.keyType = "rsa:2048"})};
    const QByteArray made = bytes(formats::encryptCms(
        view(Content), {.recipients = {others[0].certificate, m_rsa.certificate, others[1].certificate}}));
    for (const crypto::PrivateKey& key : {others[0].key, m_rsa.key, others[1].key})
        QCOMPARE(open(made, {.key = key}), Content);
}

void CmsEncryptionTest::wrongKeysGiveNothing() {
    // OpenSSL's own way gives rubbish and success for an RSA key that fits nobody, when no certificate is given.
    const Issued otherRsa = m_ca.issue({.keyType = "rsa:2048"});
    const Issued otherEc = m_ca.issue({.keyType = "ec:P-256"});
    for (const char* cipher : {"AES-256-CBC", "AES-256-GCM"}) {
        for (const Issued* recipient : {&m_rsa, &m_ec}) {
            const QByteArray made =
                bytes(formats::encryptCms(view(Content), {.recipients = {recipient->certificate}, .cipher = cipher}));
            for (const Issued* other : {&otherRsa, &otherEc}) {
                const auto error = test::errorOf([&] { return open(made, {.key = other->key}); });
                QVERIFY(error);
                QCOMPARE(nameOf(error->kind()), QStringLiteral("not-found"));
                QVERIFY2(error->message().find(recipient->certificate.serial()) != std::string::npos, error->what());
            }
            CERTWRIGHT_VERIFY_FAILS(open(made, {}), ErrorKind::NotFound);
        }
    }
}

void CmsEncryptionTest::picksTheRecipientByCertificate() {
    const QByteArray made = bytes(formats::encryptCms(view(Content), {.recipients = {m_rsa.certificate}}));
    QCOMPARE(open(made, {.key = m_rsa.key, .certificate = m_rsa.certificate}), Content);
    CERTWRIGHT_VERIFY_FAILS(open(made, {.key = m_ec.key, .certificate = m_ec.certificate}), ErrorKind::NotFound);
    CERTWRIGHT_VERIFY_FAILS(open(made, {.key = m_ec.key, .certificate = m_rsa.certificate}), ErrorKind::NotAllowed);
}

void CmsEncryptionTest::opensByPassphrase() {
    const base::Secret right = secret("right");
    const base::Secret wrong = secret("wrong");
    const base::Secret empty;
    const QByteArray made = bytes(formats::encryptCms(view(Content), {.passphrase = &right, .iterations = 1000}));
    QCOMPARE(open(made, {.passphrase = &right}), Content);
    CERTWRIGHT_VERIFY_FAILS(open(made, {.passphrase = &wrong}), ErrorKind::WrongPassphrase);
    CERTWRIGHT_VERIFY_FAILS(open(made, {.passphrase = &empty}), ErrorKind::WrongPassphrase);
    CERTWRIGHT_VERIFY_FAILS(open(made, {}), ErrorKind::PassphraseNeeded);
    CERTWRIGHT_VERIFY_FAILS(open(made, {.key = m_rsa.key}), ErrorKind::NotFound);
    // One message tried several times, as somebody types.
    const CmsMessage message = CmsMessage::load(view(made));
    CERTWRIGHT_VERIFY_FAILS(formats::decryptCms(message, {.passphrase = &wrong}), ErrorKind::WrongPassphrase);
    QCOMPARE(bytes(formats::decryptCms(message, {.passphrase = &right}).content), Content);
    const QByteArray open2 = bytes(formats::encryptCms(view(Content), {.passphrase = &empty, .iterations = 1000}));
    QCOMPARE(open(open2, {.passphrase = &empty}), Content);
}

void CmsEncryptionTest::limitsIterations() {
    const base::Secret passphrase = secret("right");
    const QByteArray made = bytes(formats::encryptCms(view(Content), {.passphrase = &passphrase, .iterations = 5000}));
    formats::CmsDecryptOptions options{.passphrase = &passphrase};
    options.limits.maxIterations = 5000;
    QCOMPARE(open(made, options), Content);
    options.limits.maxIterations = 4999;
    CERTWRIGHT_VERIFY_FAILS(open(made, options), ErrorKind::NotAllowed);
    // 02 02 13 88 is the count: made the greatest that four octets hold, in a copy of the same length.
    QByteArray huge = made;
    const qsizetype place = huge.indexOf(QByteArray::fromHex("02021388"));
    QVERIFY(place > 0);
    huge.replace(place, 4, QByteArray::fromHex("02027fff"));
    CERTWRIGHT_VERIFY_FAILS(open(huge, options), ErrorKind::NotAllowed);
}

void CmsEncryptionTest::noticesChanges() {
    for (const char* cipher : {"AES-256-CBC", "AES-256-GCM"}) {
        const QByteArray good =
            bytes(formats::encryptCms(view(Content), {.recipients = {m_rsa.certificate}, .cipher = cipher}));
        for (qsizetype i = 0; i < good.size(); ++i) {
            QByteArray bad = good;
            bad[i] = static_cast<char>(bad[i] ^ 0x20);
            const auto error = test::errorOf([&] { return open(bad, {.key = m_rsa.key}); });
            QVERIFY2(!error || error->kind() != ErrorKind::Internal, error ? error->what() : "");
        }
        // The end: the last block of CBC, the tag of GCM.
        QByteArray bad = good;
        bad[bad.size() - 1] = static_cast<char>(bad.back() ^ 1);
        QByteArray read;
        const auto error = test::errorOf([&] { return read = open(bad, {.key = m_rsa.key}); });
        // CBC has no tag: of 256 garbled blocks one ends like a padded one, and its content is another then.
        const bool isGarbled = !error && QByteArray(cipher).endsWith("CBC") && read != Content;
        QVERIFY2(isGarbled || (error && error->kind() == ErrorKind::BadInput), cipher);
        CERTWRIGHT_VERIFY_FAILS(open(good.left(good.size() - 20), {.key = m_rsa.key}), ErrorKind::BadInput);
    }
}

void CmsEncryptionTest::opensBySecretKey_data() {
    QTest::addColumn<QString>("line");
    QTest::addColumn<QByteArray>("key");
    QTest::addColumn<bool>("isAuthenticated");
    const auto row = [](const char* line, int size, bool isAuthenticated = false) {
        const QByteArray key = QByteArray(size - 1, '\x5A') + '\x01';
        QTest::newRow(line) << QString::fromLatin1(line).replace(QStringLiteral("KEY"),
                                                                 QString::fromLatin1(key.toHex()))
                            << key << isAuthenticated;
    };
    row("cms -EncryptedData_encrypt -binary -secretkey KEY -aes128 -outform DER", 16);
    row("cms -EncryptedData_encrypt -binary -secretkey KEY -aes256 -outform PEM", 32);
    row("cms -EncryptedData_encrypt -binary -secretkey KEY -des3 -outform DER", 24);
    row("cms -encrypt -binary -secretkey KEY -secretkeyid C0FFEE -aes128 -outform DER", 16);
    row("cms -encrypt -binary -secretkey KEY -secretkeyid C0FFEE -aes256 -outform PEM", 32);
    row("cms -encrypt -binary -secretkey KEY -secretkeyid C0FFEE -aes-256-gcm -outform DER", 24, true);
    row("cms -encrypt -binary -secretkey KEY -secretkeyid C0FFEE -aes256 -outform DER -recip rsa.pem", 32);
}

void CmsEncryptionTest::opensBySecretKey() {
    QFETCH(QString, line);
    QFETCH(QByteArray, key);
    QFETCH(bool, isAuthenticated);
    const auto made =
        run(findTool(QStringLiteral("openssl")), line.split(u' '), {.input = Content, .folder = m_folder.path()});
    CERTWRIGHT_VERIFY_SUCCESS(made);
    const CmsMessage message = CmsMessage::load(view(made.output));
    const base::Secret right = secret(key);
    QByteArray changed = key;
    changed[3] = 'x';
    const base::Secret wrong = secret(changed);
    const base::Secret tooShort = secret(key.left(8));
    CERTWRIGHT_VERIFY_FAILS(formats::decryptCms(message, {.secretKey = &tooShort}), ErrorKind::WrongPassphrase);
    // Without a check of its own EncryptedData gives rubbish for one wrong key in 256.
    const auto rubbish = base::outcomeOf([&] { return formats::decryptCms(message, {.secretKey = &wrong}); });
    QVERIFY(rubbish ? bytes(rubbish->content) != Content : rubbish.error().kind() == ErrorKind::WrongPassphrase);
    const auto result = formats::decryptCms(message, {.secretKey = &right});
    QCOMPARE(bytes(result.content), Content);
    QCOMPARE(result.isAuthenticated, isAuthenticated);
    CERTWRIGHT_VERIFY_FAILS(formats::decryptCms(message, {}), ErrorKind::PassphraseNeeded);
}

void CmsEncryptionTest::namesTheSecretKey() {
    const QByteArray made = openssl("cms -encrypt -binary -secretkey 00112233445566778899AABBCCDDEEFF -secretkeyid "
                                    "C0FFEE -aes128 -outform DER",
                                    Content);
    const auto recipients = formats::recipientsOf(CmsMessage::load(view(made)));
    QCOMPARE(recipients.size(), std::size_t{1});
    QVERIFY(recipients[0].kind == formats::CmsRecipient::Kind::SecretKey);
    QCOMPARE(q(recipients[0].who.subjectKeyId), QStringLiteral("C0FFEE"));
    QCOMPARE(q(formats::displayText(recipients)), QStringLiteral("the secret key with the identifier C0FFEE"));
}

/// By OpenSSL's own functions: its command line reads such messages only.
QByteArray CmsEncryptionTest::signedAndEnveloped() const {
    const base::Handle<PKCS7> message(PKCS7_new());
    PKCS7_set_type(message.get(), NID_pkcs7_signedAndEnveloped);
    PKCS7_set_cipher(message.get(), EVP_aes_256_cbc());
    PKCS7_add_recipient(message.get(), m_rsa.certificate.native());
    PKCS7_add_signature(message.get(), m_signer.certificate.native(), m_signer.key.native(), EVP_sha256());
    PKCS7_add_certificate(message.get(), m_signer.certificate.native());
    const base::Handle<BIO> bio(PKCS7_dataInit(message.get(), nullptr));
    unsigned char* out = nullptr;
    if (!bio || BIO_write(bio.get(), Content.constData(), int(Content.size())) != Content.size() ||
        BIO_flush(bio.get()) <= 0 || PKCS7_dataFinal(message.get(), bio.get()) != 1)
        qFatal("OpenSSL does not make signed and enveloped data");
    const int length = i2d_PKCS7(message.get(), &out);
    const base::OpensslMemory<unsigned char> owner(out);
    return {reinterpret_cast<const char*>(out), length};
}

void CmsEncryptionTest::opensSignedAndEnveloped() {
    const CmsMessage message = CmsMessage::load(view(signedAndEnveloped()));
    const auto recipients = formats::recipientsOf(message);
    QCOMPARE(recipients.size(), std::size_t{1});
    QCOMPARE(q(recipients[0].who.serial), q(m_rsa.certificate.serial()));
    x509::TrustStore trust;
    trust.addTrusted(m_ca.certificate());
    formats::CmsDecryptOptions options{.key = m_rsa.key};
    options.verify.trust = &trust;
    options.verify.chain.purpose = x509::VerifyOptions::Purpose::SmimeSign;
    for (const bool hasCertificate : {false, true}) {
        if (hasCertificate)
            options.certificate = m_rsa.certificate;
        const auto result = formats::decryptCms(message, options);
        QCOMPARE(bytes(result.content), Content);
        QVERIFY(result.signature && result.signature->isVerified);
        QCOMPARE(result.signature->signers.size(), std::size_t{1});
        QVERIFY(result.signature->signers[0].certificate == m_signer.certificate);
    }
    x509::TrustStore nobody;
    options.verify.trust = &nobody;
    const auto untrusted = formats::decryptCms(message, options);
    QVERIFY(!untrusted.signature->isVerified && untrusted.signature->signers[0].isSignatureValid == true);
    const Issued otherRsa = m_ca.issue({.keyType = "rsa:2048"});
    CERTWRIGHT_VERIFY_FAILS(formats::decryptCms(message, {.key = otherRsa.key}), ErrorKind::NotFound);
    CERTWRIGHT_VERIFY_FAILS(formats::decryptCms(message, {.key = m_ec.key}), ErrorKind::NotFound);
    CERTWRIGHT_VERIFY_FAILS(formats::decryptCms(message, {}), ErrorKind::NotFound);
}

void CmsEncryptionTest::noticesChangesOfSignedAndEnveloped() {
    const QByteArray good = signedAndEnveloped();
    for (qsizetype i = 0; i < good.size(); i += 3) {
        QByteArray bad = good;
        bad[i] = static_cast<char>(bad[i] ^ 0x20);
        const auto error = test::errorOf([&] { return open(bad, {.key = m_rsa.key}); });
        QVERIFY2(!error || error->kind() != ErrorKind::Internal, error ? error->what() : "");
    }
    // The signature, which comes last.
    QByteArray bad = good;
    bad[bad.size() - 1] = static_cast<char>(bad.back() ^ 1);
    const auto result = formats::decryptCms(CmsMessage::load(view(bad)), {.key = m_rsa.key});
    QVERIFY(result.signature && !result.signature->isVerified);
    QCOMPARE(q(result.signature->signers[0].findings.at(0).id), QStringLiteral("signature-wrong"));
}

void CmsEncryptionTest::tellsWhatWouldOpenIt() {
    const base::Secret passphrase = secret("right");
    const auto hintOf = [](const base::Bytes& message, const formats::CmsDecryptOptions& options) {
        const auto error = test::errorOf([&] { return formats::decryptCms(CmsMessage::fromDer(message), options); });
        return error ? q(error->hint()) : QString();
    };
    const auto locked = formats::encryptCms(view(Content), {.passphrase = &passphrase, .iterations = 1000});
    QCOMPARE(hintOf(locked, {.key = m_rsa.key}), QStringLiteral("Give its passphrase."));
    const auto forKey = formats::encryptCms(view(Content), {.recipients = {m_ec.certificate}});
    QCOMPARE(hintOf(forKey, {.key = m_rsa.key}), QStringLiteral("Give the private key of one of these."));
    QCOMPARE(hintOf(forKey, {.passphrase = &passphrase}), QStringLiteral("Give the private key of one of these."));
    const auto both = formats::encryptCms(
        view(Content), {.recipients = {m_ec.certificate}, .passphrase = &passphrase, .iterations = 1000});
    QCOMPARE(hintOf(both, {.key = m_rsa.key}),
             QStringLiteral("Give the private key of one of these, or its passphrase."));
}

void CmsEncryptionTest::refusesToEncrypt() {
    const auto encrypt = [](const formats::CmsEncryptOptions& options) {
        return formats::encryptCms(view(Content), options);
    };
    const Issued ed = m_ca.issue({.keyType = "ed25519"});
    CERTWRIGHT_VERIFY_FAILS(encrypt({}), ErrorKind::NotAllowed);
    CERTWRIGHT_VERIFY_FAILS(encrypt({.recipients = {ed.certificate}}), ErrorKind::NotAllowed);
    for (const char* cipher : {"nothing", "AES-256-XTS", "CHACHA20-POLY1305", "AES-256-WRAP", "NULL"})
        CERTWRIGHT_VERIFY_FAILS(encrypt({.recipients = {m_rsa.certificate}, .cipher = cipher}),
                                cipher[0] == 'n' ? ErrorKind::BadInput : ErrorKind::Unsupported);
}

void CmsEncryptionTest::refusesToOpen() {
    const auto kindOf = [this](const QByteArray& message) {
        const auto error = test::errorOf([&] { return open(message, {.key = m_rsa.key}); });
        return error ? nameOf(error->kind()) : QString();
    };
    QCOMPARE(kindOf(openssl("cms -data_create -outform DER", Content)), QStringLiteral("bad-input"));
    QCOMPARE(
        kindOf(openssl("cms -EncryptedData_encrypt -secretkey 00112233445566778899AABBCCDDEEFF -aes128 -outform DER",
                       Content)),
        QStringLiteral("not-found"));
    QCOMPARE(kindOf(corpusData("pkcs7", QStringLiteral("gen-signed.p7m"))), QStringLiteral("bad-input"));
    QCOMPARE(kindOf(corpusData("pkcs7", QStringLiteral("gen-enveloped.p7m"))), QStringLiteral("not-found"));
}

CERTWRIGHT_TEST_MAIN(CmsEncryptionTest)
#include "tst_cms_encryption.moc"
