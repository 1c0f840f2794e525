#include "core/crypto/key_generator.h"
#include "core/formats/private_key_file.h"
#include "tests/core/formats/reading.h"
#include "tests/support/test_main.h"

#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>

using namespace certwright;
using namespace certwright::test;
using base::ErrorKind;
using formats::Encoding;
using formats::KeyEncryption;
using formats::PrivateKeyForm;
using Structure = PrivateKeyForm::Structure;

namespace {

constexpr auto Passphrase = "pass phräse";
const auto LegacyToo = QStringLiteral(" -provider legacy -provider default");

QString passArgument() {
    return QStringLiteral("pass:") + QString::fromUtf8(Passphrase);
}

/// The key that everything is compared with: PKCS#8 DER by the command line.
QByteArray opensslClear(const QByteArray& key, bool isDer, bool isLegacy = false) {
    QStringList arguments = words("pkcs8 -topk8 -nocrypt -outform DER -inform");
    arguments << (isDer ? QStringLiteral("DER") : QStringLiteral("PEM")) << QStringLiteral("-passin") << passArgument();
    if (isLegacy)
        arguments += LegacyToo.trimmed().split(u' ');
    return openssl(arguments, key);
}

formats::PassphraseCallback never() {
    return [](const formats::PassphraseQuestion&) -> std::optional<base::Secret> { qFatal("asked for a passphrase"); };
}

} // namespace

/// Private keys as files, written here and read by the openssl command line, and the other way round.
class PrivateKeyFileTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { CERTWRIGHT_SKIP_WITHOUT_OPENSSL(); }
    void writesEveryForm_data();
    void writesEveryForm();
    void readsEveryForm_data() { writesEveryForm_data(); }
    void readsEveryForm();
    void writesWithEveryCipher_data();
    void writesWithEveryCipher();
    void takesAPassphraseOrACallback();
    void refusesForms_data();
    void refusesForms();
    void tellsWrongPassphrasesFromDamage();
    void readsOnlyTheEncodingAskedFor();
    void flagsExplicitParameters();
};

void PrivateKeyFileTest::writesEveryForm_data() {
    QTest::addColumn<QString>("genpkey");
    QTest::addColumn<QString>("tool"); // that writes the traditional form; empty where there is none
    const auto row = [](const char* name, const char* genpkey, const char* tool) {
        QTest::newRow(name) << QString::fromLatin1(genpkey) << QString::fromLatin1(tool);
    };
    // crypto.TYPE_RSA, crypto.TYPE_DSA, crypto.FILETYPE_PEM, crypto.FILETYPE_ASN1, crypto.dump_privatekey,
    // crypto.load_privatekey
    row("RSA", "-algorithm RSA -pkeyopt rsa_keygen_bits:1024", "rsa -traditional");
    row("RSA with an exponent of its own",
        "-algorithm RSA -pkeyopt rsa_keygen_bits:1024 -pkeyopt rsa_keygen_pubexp:257", "rsa -traditional");
    row("RSA-PSS", "-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:1024 -pkeyopt rsa_pss_keygen_md:sha384", "");
    row("DSA", "-genparam -algorithm DSA -pkeyopt dsa_paramgen_bits:1024", "dsa");
    row("DH", "-algorithm DH -pkeyopt group:ffdhe2048", "");
    row("P-256", "-algorithm EC -pkeyopt ec_paramgen_curve:P-256", "ec");
    row("brainpoolP320r1", "-algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP320r1", "ec");
    row("sect283k1", "-algorithm EC -pkeyopt ec_paramgen_curve:sect283k1", "ec");
    row("explicit P-384", "-algorithm EC -pkeyopt ec_paramgen_curve:P-384 -pkeyopt ec_param_enc:explicit", "ec");
    row("Ed25519", "-algorithm ED25519", "");
    row("Ed448", "-algorithm ED448", "");
    row("X25519", "-algorithm X25519", "");
}

namespace {

/// PKCS#8 PEM of a new key; DSA needs its parameters first.
QByteArray newKey(const QString& genpkey) {
    const QByteArray made = openssl(QStringList{QStringLiteral("genpkey")} + genpkey.split(u' '));
    if (!genpkey.startsWith(QStringLiteral("-genparam")))
        return openssl("pkcs8 -topk8 -nocrypt", made);
    QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("parameters")));
    if (!file.open(QIODevice::WriteOnly) || file.write(made) != made.size())
        return {};
    file.close();
    return openssl("pkcs8 -topk8 -nocrypt",
                   openssl({QStringLiteral("genpkey"), QStringLiteral("-paramfile"), file.fileName()}));
}

} // namespace

void PrivateKeyFileTest::writesEveryForm() {
    QFETCH(QString, genpkey);
    QFETCH(QString, tool);
    const QByteArray pem = newKey(genpkey);
    const QByteArray der = opensslClear(pem, false);
    QVERIFY(!der.isEmpty());
    const crypto::PrivateKey key = formats::loadPrivateKey(view(pem), never());
    const auto written = [&key](const PrivateKeyForm& form) {
        return bytes(formats::writePrivateKey(key, form, secret(Passphrase)).view());
    };
    QCOMPARE(written({}), pem);
    QCOMPARE(written({.encoding = Encoding::Der}), der);
    const KeyEncryption quick{.iterations = 1000};
    const QByteArray closedPem = written({.encryption = quick});
    QVERIFY(closedPem.startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
    QCOMPARE(opensslClear(closedPem, false), der);
    QCOMPARE(opensslClear(written({.encoding = Encoding::Der, .encryption = quick}), true), der);
    const KeyEncryption scrypt{.cipher = "aes128", .kdf = KeyEncryption::Kdf::Scrypt, .scryptN = 1024};
    QCOMPARE(opensslClear(written({.encryption = scrypt}), false), der);

    if (tool.isEmpty()) {
        CERTWRIGHT_VERIFY_FAILS(written({.structure = Structure::Traditional}), ErrorKind::Unsupported);
        return;
    }
    // `openssl dsa` and `openssl ec` write nothing but the traditional form.
    const QStringList traditional = tool.split(u' ');
    QCOMPARE(written({.structure = Structure::Traditional}), openssl(traditional, pem));
    QCOMPARE(written({.encoding = Encoding::Der, .structure = Structure::Traditional}),
             openssl(traditional + words("-outform DER"), pem));
    const QByteArray closed = written({.structure = Structure::Traditional, .encryption = KeyEncryption{}});
    QVERIFY(closed.contains("Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,"));
    QCOMPARE(opensslClear(closed, false), der);
}

void PrivateKeyFileTest::readsEveryForm() {
    QFETCH(QString, genpkey);
    QFETCH(QString, tool);
    const QByteArray pem = newKey(genpkey);
    const QByteArray der = opensslClear(pem, false);
    QVERIFY(!der.isEmpty());
    const auto read = [](const QByteArray& file) {
        return bytes(formats::loadPrivateKey(view(file), secret(Passphrase)).toPkcs8Der().view());
    };
    QCOMPARE(read(pem), der);
    QCOMPARE(read(der), der);
    for (const char* form : {"-outform PEM", "-outform DER", "-outform PEM -scrypt -scrypt_N 1024"})
        QCOMPARE(read(openssl(words("pkcs8 -topk8 -passout") << passArgument() << words(form), pem)), der);
    if (tool.isEmpty())
        return;
    QCOMPARE(read(openssl(tool.split(u' '), pem)), der);
    QCOMPARE(read(openssl(tool.split(u' ') + words("-outform DER"), pem)), der);
    for (const char* cipher : {"-aes256", "-des3", "-camellia128"})
        QCOMPARE(
            read(openssl(
                tool.split(u' ') << QString::fromLatin1(cipher) << QStringLiteral("-passout") << passArgument(), pem)),
            der);
}

void PrivateKeyFileTest::writesWithEveryCipher_data() {
    QTest::addColumn<QString>("cipher");
    // crypto.dump_privatekey: every cipher that the command line knows, by all the names that it lists.
    const QString list = QString::fromLatin1(openssl("list -cipher-commands"));
    static const QRegularExpression space(QStringLiteral("\\s+"));
    for (const QString& name : list.split(space, Qt::SkipEmptyParts))
        QTest::newRow(qPrintable(name)) << name;
    for (const char* alias : {"AES256", "DES3", "AES-192-OFB", "AES-256-CFB", "aria-256-ofb"})
        QTest::newRow(alias) << QString::fromLatin1(alias);
}

void PrivateKeyFileTest::writesWithEveryCipher() {
    QFETCH(QString, cipher);
    static const QByteArray clear = openssl("genpkey -algorithm ED25519 -outform DER");
    const crypto::PrivateKey key = formats::loadPrivateKey(view(clear));
    const PrivateKeyForm form{.encoding = Encoding::Der,
                              .encryption = KeyEncryption{.cipher = cipher.toStdString(), .iterations = 10}};
    const auto error = errorOf([&] { return formats::writePrivateKey(key, form, secret(Passphrase)); });
    if (error) {
        QVERIFY(error->kind() == ErrorKind::BadInput || error->kind() == ErrorKind::Unsupported);
        // Refused here alone: ECB shows patterns ("des-ede" is one), and of des-ede3-cfb the command line makes single
        // DES. Otherwise it refuses too.
        static const QRegularExpression refusedHere(QStringLiteral("-ecb$|^des-ede3?$|^des-ede3-cfb$"));
        if (refusedHere.match(cipher).hasMatch())
            return;
        const QByteArray theirs = openssl(words("pkcs8 -topk8 -inform DER -outform DER -provider legacy -provider "
                                                "default -passout")
                                              << passArgument() << QStringLiteral("-v2") << cipher,
                                          clear);
        QVERIFY2(theirs.isEmpty(), error->what());
        return;
    }
    const QByteArray file = bytes(formats::writePrivateKey(key, form, secret(Passphrase)).view());
    QCOMPARE(opensslClear(file, true, true), clear);
    QCOMPARE(bytes(formats::loadPrivateKey(view(file), secret(Passphrase)).toPkcs8Der().view()), clear);
    CERTWRIGHT_VERIFY_FAILS(formats::loadPrivateKey(view(file), secret("other")), ErrorKind::WrongPassphrase);

    static const QByteArray ec = openssl("ecparam -name prime256v1 -genkey -noout");
    const PrivateKeyForm traditional{.structure = Structure::Traditional, .encryption = form.encryption};
    const QByteArray pem =
        bytes(formats::writePrivateKey(formats::loadPrivateKey(view(ec)), traditional, secret(Passphrase)).view());
    QCOMPARE(opensslClear(pem, false, true), opensslClear(ec, false));
}

// crypto.dump_privatekey, crypto.load_privatekey: a string or a callback.
void PrivateKeyFileTest::takesAPassphraseOrACallback() {
    const QByteArray pem = newKey(QStringLiteral("-algorithm X448"));
    const crypto::PrivateKey key = formats::loadPrivateKey(view(pem), never());
    int questions = 0;
    const formats::PassphraseCallback callback = [&questions](const formats::PassphraseQuestion& question) {
        ++questions;
        return question.attempt == 0 ? std::optional(secret("wrong")) : std::optional(secret(Passphrase));
    };
    const QByteArray byString = bytes(
        formats::writePrivateKey(key, {.encryption = KeyEncryption{.iterations = 1000}}, secret(Passphrase)).view());
    QCOMPARE(bytes(formats::loadPrivateKey(view(byString), callback).toPkcs8Der().view()), opensslClear(pem, false));
    QCOMPARE(questions, 2);

    const QByteArray byCallback =
        bytes(formats::writePrivateKey(key, {.encryption = KeyEncryption{.iterations = 1000}}, answering({Passphrase}))
                  .view());
    QCOMPARE(opensslClear(byCallback, false), opensslClear(pem, false));
    // In clear nobody is asked.
    QCOMPARE(bytes(formats::writePrivateKey(key, {}, never()).view()), pem);
    CERTWRIGHT_VERIFY_FAILS(formats::writePrivateKey(key, {.encryption = KeyEncryption{}}, formats::noPassphrase),
                            ErrorKind::PassphraseNeeded);
    CERTWRIGHT_VERIFY_FAILS(formats::loadPrivateKey(view(byString), formats::noPassphrase),
                            ErrorKind::PassphraseNeeded);
    // The empty passphrase is one, which is tried before anybody is asked.
    const QByteArray empty =
        bytes(formats::writePrivateKey(key, {.encryption = KeyEncryption{.iterations = 1000}}, base::Secret()).view());
    QCOMPARE(bytes(formats::loadPrivateKey(view(empty), never()).toPkcs8Der().view()), opensslClear(pem, false));
    CERTWRIGHT_VERIFY_FAILS(formats::loadPrivateKey(view(empty), secret("x")), ErrorKind::WrongPassphrase);
}

void PrivateKeyFileTest::refusesForms_data() {
    QTest::addColumn<QString>("cipher");
    QTest::addColumn<bool>("isTraditional");
    QTest::addColumn<bool>("isDer");
    QTest::newRow("traditional DER, encrypted") << "aes-256-cbc" << true << true;
    for (const bool isTraditional : {false, true}) {
        for (const char* cipher : {"AES-256-GCM", "AES-128-CCM", "AES-256-CTR", "AES-256-XTS", "AES-256-ECB", "RC4",
                                   "AES-256-WRAP", "SHA256", "no such", ""})
            QTest::addRow("%s, %s", isTraditional ? "traditional" : "PKCS#8", cipher)
                << QString::fromLatin1(cipher) << isTraditional << false;
    }
}

void PrivateKeyFileTest::refusesForms() {
    QFETCH(QString, cipher);
    QFETCH(bool, isTraditional);
    QFETCH(bool, isDer);
    const crypto::PrivateKey key = crypto::generateKey({"EC", 0, "prime256v1"});
    const PrivateKeyForm form{.encoding = isDer ? Encoding::Der : Encoding::Pem,
                              .structure = isTraditional ? Structure::Traditional : Structure::Pkcs8,
                              .encryption = KeyEncryption{.cipher = cipher.toStdString()}};
    const bool isKnown = cipher.contains(u'-') || cipher == QStringLiteral("RC4");
    CERTWRIGHT_VERIFY_FAILS(formats::writePrivateKey(key, form, secret("x")),
                            isKnown && !isDer ? ErrorKind::Unsupported : ErrorKind::BadInput);
}

// crypto.load_privatekey, crypto.Error: a wrong passphrase is its own kind of error.
void PrivateKeyFileTest::tellsWrongPassphrasesFromDamage() {
    const QByteArray key = newKey(QStringLiteral("-algorithm EC -pkeyopt ec_paramgen_curve:P-256"));
    for (const char* how : {"pkcs8 -topk8", "pkcs8 -topk8 -scrypt -scrypt_N 1024", "ec -aes128"}) {
        const QByteArray file = openssl(words(how) << QStringLiteral("-passout") << passArgument(), key);
        QVERIFY(!file.isEmpty());
        CERTWRIGHT_VERIFY_FAILS(formats::loadPrivateKey(view(file), secret("wrong")), ErrorKind::WrongPassphrase);
        CERTWRIGHT_VERIFY_FAILS(formats::loadPrivateKey(view(file)), ErrorKind::PassphraseNeeded);
        const QByteArray cut = file.left(file.size() / 2);
        CERTWRIGHT_VERIFY_FAILS(formats::loadPrivateKey(view(cut), secret(Passphrase)), ErrorKind::BadInput);
    }
    const QByteArray certificate = corpusData("certs", QStringLiteral("gen-base.pem"));
    CERTWRIGHT_VERIFY_FAILS(formats::loadPrivateKey(view(certificate)), ErrorKind::BadInput);
    CERTWRIGHT_VERIFY_FAILS(formats::loadPrivateKey({}), ErrorKind::BadInput);
    // The whole of OpenSSL's queue goes with it: a SEC 1 key whose number is cut out of the middle.
    QByteArray der = openssl("ec -outform DER", key);
    der[10] = static_cast<char>(der[10] ^ 0x7F);
    der.replace(3, 1, QByteArray(1, '\x07'));
    const auto error = errorOf([&der] { return formats::loadPrivateKey(view(der)); });
    QVERIFY(error && error->kind() == ErrorKind::BadInput);
}

// crypto.FILETYPE_PEM, crypto.FILETYPE_ASN1
void PrivateKeyFileTest::readsOnlyTheEncodingAskedFor() {
    const QByteArray pem = newKey(QStringLiteral("-algorithm ED25519"));
    const QByteArray der = opensslClear(pem, false);
    for (const bool isDer : {false, true}) {
        const QByteArray& file = isDer ? der : pem;
        const auto load = [&file](std::optional<Encoding> encoding) {
            return bytes(formats::loadPrivateKey(view(file), formats::noPassphrase, {}, encoding).toPkcs8Der().view());
        };
        QCOMPARE(load(isDer ? Encoding::Der : Encoding::Pem), der);
        QCOMPARE(load({}), der);
        CERTWRIGHT_VERIFY_FAILS(load(isDer ? Encoding::Pem : Encoding::Der), ErrorKind::BadInput);
    }
}

void PrivateKeyFileTest::flagsExplicitParameters() {
    for (const char* encoding : {"explicit", "named_curve"}) {
        const QByteArray pem = newKey(QStringLiteral("-algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt "
                                                     "ec_param_enc:") +
                                      QString::fromLatin1(encoding));
        const formats::Contents contents = formats::readContents(view(pem));
        QVERIFY(!contents.error);
        const bool isExplicit = QByteArray(encoding) == "explicit";
        QCOMPARE(contents.notes.size(), std::size_t{isExplicit});
        QVERIFY(!isExplicit || q(contents.notes[0]).contains(QStringLiteral("explicit parameters")));
    }
}

CERTWRIGHT_TEST_MAIN(PrivateKeyFileTest)
#include "tst_private_key_file.moc"
