#include "core/crypto/key_generator.h"
#include "core/formats/pkcs8.h"
#include "tests/core/formats/reading.h"
#include "tests/support/test_main.h"

using namespace certwright;
using namespace certwright::test;
using base::ErrorKind;
using formats::EncryptionInfo;
using formats::KeyEncryption;

namespace {

constexpr auto Passphrase = "pass phräse";

QByteArray opensslKey() {
    return openssl("genpkey -algorithm ED25519 -outform DER");
}

/// A key in DER, encrypted by the command line in this way.
QByteArray opensslEncrypted(const QByteArray& key, const QString& how) {
    return openssl(QStringList({QStringLiteral("pkcs8"), QStringLiteral("-topk8"), QStringLiteral("-inform"),
                                QStringLiteral("DER"), QStringLiteral("-outform"), QStringLiteral("DER"),
                                QStringLiteral("-passout"), QStringLiteral("pass:") + QString::fromUtf8(Passphrase)}) +
                       how.split(u' '),
                   key);
}

} // namespace

/// Encrypted private keys: how they say they are encrypted, theirs in our hands, ours in theirs.
class Pkcs8Test : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void readsEveryScheme_data();
    void readsEveryScheme();
    void readsTheKeysOfTheCorpus_data();
    void readsTheKeysOfTheCorpus();
    void keepsLockedKeysOfTheCorpusLocked_data() { readsTheKeysOfTheCorpus_data(); }
    void keepsLockedKeysOfTheCorpusLocked();
    void writesWhatOpensslReads_data();
    void writesWhatOpensslReads();
    void writesInClearAsOpensslDoes();
    void refusesUnfitCiphers_data();
    void refusesUnfitCiphers();
    void refusesDamagedKeys_data();
    void refusesDamagedKeys();
    void limitsForeignCosts_data();
    void limitsForeignCosts();
    void saysItInOneLine();
};

void Pkcs8Test::initTestCase() {
    CERTWRIGHT_SKIP_WITHOUT_OPENSSL();
}

void Pkcs8Test::readsEveryScheme_data() {
    QTest::addColumn<QString>("how");
    QTest::addColumn<EncryptionInfo>("info");
    QTest::addColumn<QString>("parsed"); // what `openssl asn1parse` must name
    const auto row = [](const char* how, const EncryptionInfo& info, const char* parsed) {
        QTest::newRow(how) << QString::fromLatin1(how) << info << QString::fromLatin1(parsed);
    };
    const auto pbes2 = [](const char* cipher, const char* prf, std::uint64_t iterations, bool isLegacy = false) {
        return EncryptionInfo{.scheme = "PBES2",
                              .cipher = cipher,
                              .kdf = "PBKDF2",
                              .prf = prf,
                              .iterations = iterations,
                              .needsLegacyProvider = isLegacy};
    };
    const auto scrypt = [](std::uint64_t n, std::uint64_t r, std::uint64_t p) {
        return EncryptionInfo{.scheme = "PBES2", .cipher = "AES-256-CBC", .kdf = "scrypt", .n = n, .r = r, .p = p};
    };
    const auto old = [](const char* scheme, const char* cipher, const char* kdf, bool isLegacy = true) {
        return EncryptionInfo{
            .scheme = scheme, .cipher = cipher, .kdf = kdf, .iterations = 3000, .needsLegacyProvider = isLegacy};
    };
    row("-v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 3000", pbes2("AES-256-CBC", "hmacWithSHA256", 3000),
        ":PBES2 :PBKDF2 :0BB8 :hmacWithSHA256 :aes-256-cbc");
    row("-v2 aes-128-cbc -v2prf hmacWithSHA512 -iter 1", pbes2("AES-128-CBC", "hmacWithSHA512", 1),
        ":PBES2 :PBKDF2 :01 :hmacWithSHA512 :aes-128-cbc");
    row("-v2 aes-192-cbc -v2prf hmacWithSHA1 -iter 100000", pbes2("AES-192-CBC", "hmacWithSHA1", 100000),
        ":PBES2 :PBKDF2 :0186A0 :aes-192-cbc");
    row("-v2 aes-256-ofb -v2prf hmacWithSHA384 -iter 2", pbes2("AES-256-OFB", "hmacWithSHA384", 2),
        ":PBES2 :PBKDF2 :02 :hmacWithSHA384 :aes-256-ofb");
    row("-v2 des3 -v2prf hmacWithSHA224 -iter 3000", pbes2("DES-EDE3-CBC", "hmacWithSHA224", 3000),
        ":PBES2 :PBKDF2 :0BB8 :hmacWithSHA224 :des-ede3-cbc");
    row("-v2 camellia-192-cbc -v2prf hmacWithSHA256 -iter 3000", pbes2("CAMELLIA-192-CBC", "hmacWithSHA256", 3000),
        ":PBES2 :PBKDF2 :0BB8 :hmacWithSHA256 :camellia-192-cbc");
    row("-v2 aria-128-cbc -v2prf hmacWithSHA256 -iter 3000", pbes2("ARIA-128-CBC", "hmacWithSHA256", 3000),
        ":PBES2 :PBKDF2 :0BB8 :hmacWithSHA256 :aria-128-cbc");
    row("-v2 rc2-cbc -v2prf hmacWithSHA256 -iter 3000 -provider legacy -provider default",
        pbes2("RC2-CBC", "hmacWithSHA256", 3000, true), ":PBES2 :PBKDF2 :0BB8 :hmacWithSHA256 :rc2-cbc");
    row("-v2 des-cbc -v2prf hmacWithSHA256 -iter 3000 -provider legacy -provider default",
        pbes2("DES-CBC", "hmacWithSHA256", 3000, true), ":PBES2 :PBKDF2 :0BB8 :hmacWithSHA256 :des-cbc");
    row("-scrypt", scrypt(16384, 8, 1), ":PBES2 :scrypt :4000 :08 :01 :aes-256-cbc");
    row("-scrypt -scrypt_N 1024 -scrypt_r 4 -scrypt_p 2", scrypt(1024, 4, 2),
        ":PBES2 :scrypt :0400 :04 :02 :aes-256-cbc");
    row("-v1 PBE-MD5-DES -iter 3000 -provider legacy -provider default",
        old("pbeWithMD5AndDES-CBC", "DES-CBC", "PBKDF1"), ":pbeWithMD5AndDES-CBC :0BB8");
    row("-v1 PBE-SHA1-DES -iter 3000 -provider legacy -provider default",
        old("pbeWithSHA1AndDES-CBC", "DES-CBC", "PBKDF1"), ":pbeWithSHA1AndDES-CBC :0BB8");
    row("-v1 PBE-MD5-RC2-64 -iter 3000 -provider legacy -provider default",
        old("pbeWithMD5AndRC2-CBC", "RC2-64-CBC", "PBKDF1"), ":pbeWithMD5AndRC2-CBC :0BB8");
    row("-v1 PBE-SHA1-RC2-64 -iter 3000 -provider legacy -provider default",
        old("pbeWithSHA1AndRC2-CBC", "RC2-64-CBC", "PBKDF1"), ":pbeWithSHA1AndRC2-CBC :0BB8");
    row("-v1 PBE-SHA1-RC4-128 -iter 3000 -provider legacy -provider default",
        old("pbeWithSHA1And128BitRC4", "RC4", "PKCS12"), ":pbeWithSHA1And128BitRC4 :0BB8");
    row("-v1 PBE-SHA1-RC4-40 -iter 3000 -provider legacy -provider default",
        old("pbeWithSHA1And40BitRC4", "RC4-40", "PKCS12"), ":pbeWithSHA1And40BitRC4 :0BB8");
    row("-v1 PBE-SHA1-3DES -iter 3000", old("pbeWithSHA1And3-KeyTripleDES-CBC", "DES-EDE3-CBC", "PKCS12", false),
        ":pbeWithSHA1And3-KeyTripleDES-CBC :0BB8");
    row("-v1 PBE-SHA1-2DES -iter 3000", old("pbeWithSHA1And2-KeyTripleDES-CBC", "DES-EDE-CBC", "PKCS12", false),
        ":pbeWithSHA1And2-KeyTripleDES-CBC :0BB8");
    row("-v1 PBE-SHA1-RC2-128 -iter 3000 -provider legacy -provider default",
        old("pbeWithSHA1And128BitRC2-CBC", "RC2-CBC", "PKCS12"), ":pbeWithSHA1And128BitRC2-CBC :0BB8");
    row("-v1 PBE-SHA1-RC2-40 -iter 3000 -provider legacy -provider default",
        old("pbeWithSHA1And40BitRC2-CBC", "RC2-40-CBC", "PKCS12"), ":pbeWithSHA1And40BitRC2-CBC :0BB8");
}

void Pkcs8Test::readsEveryScheme() {
    QFETCH(QString, how);
    QFETCH(EncryptionInfo, info);
    QFETCH(QString, parsed);
    const QByteArray key = opensslKey();
    const QByteArray encrypted = opensslEncrypted(key, how);
    if (encrypted.isEmpty())
        QSKIP("this openssl cannot encrypt so");
    const QString text = QString::fromUtf8(openssl("asn1parse -inform DER", encrypted));
    for (const QString& word : parsed.split(u' '))
        QVERIFY2(text.contains(word + u'\n'), qPrintable(word + u'\n' + text));

    const EncryptionInfo found = formats::encryptionOfPkcs8(view(encrypted));
    QVERIFY2(found == info, formats::displayText(found).c_str());
    QCOMPARE(bytes(formats::decryptPkcs8(view(encrypted), secret(Passphrase)).toPkcs8Der().view()), key);
    for (const char* wrong : {"pass phrase", "", "Pass phräse"})
        CERTWRIGHT_VERIFY_FAILS(formats::decryptPkcs8(view(encrypted), secret(wrong)), ErrorKind::WrongPassphrase);
}

void Pkcs8Test::readsTheKeysOfTheCorpus_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("passphrase");
    QTest::addColumn<QString>("type");
    QTest::addColumn<QString>("spkiSha256");
    for (const CorpusRow& row : corpusManifest(QStringLiteral("keys"))) {
        if (row.kind == QStringLiteral("key") && row.expected == QStringLiteral("ok"))
            QTest::newRow(qPrintable(row.file))
                << row.file << row.passphrase << row.value("keytype") << row.value("spki_sha256").toUpper();
    }
}

void Pkcs8Test::readsTheKeysOfTheCorpus() {
    QFETCH(QString, file);
    QFETCH(QString, passphrase);
    QFETCH(QString, type);
    QFETCH(QString, spkiSha256);
    CorpusRow row;
    row.passphrase = passphrase;
    const formats::Contents contents = readCorpus("keys", file, passphraseOf(row));
    QVERIFY2(!contents.error, contents.error ? contents.error->what() : "");
    const auto* item = firstOf<formats::PrivateKeyItem>(contents);
    QVERIFY(item != nullptr && item->key && item->facts);
    QCOMPARE(item->isEncrypted(), passphrase != QStringLiteral("<none>"));
    QVERIFY(!item->isLocked());
    QCOMPARE(q(item->facts->type), type);
    QCOMPARE(q(item->key->publicKey().spkiSha256()), spkiSha256);
}

void Pkcs8Test::keepsLockedKeysOfTheCorpusLocked() {
    QFETCH(QString, file);
    QFETCH(QString, passphrase);
    if (passphrase == QStringLiteral("<none>") || passphrase == QStringLiteral("<empty>"))
        return;
    for (const bool isGiven : {false, true}) {
        const formats::Contents contents =
            readCorpus("keys", file, isGiven ? answering({"definitely-wrong-9"}) : formats::noPassphrase);
        QCOMPARE(errorKind(contents),
                 isGiven ? QStringLiteral("wrong-passphrase") : QStringLiteral("passphrase-needed"));
        const auto* item = firstOf<formats::PrivateKeyItem>(contents);
        QVERIFY(item != nullptr && item->isLocked() && item->isEncrypted() && !item->key);
    }
}

void Pkcs8Test::writesWhatOpensslReads_data() {
    QTest::addColumn<KeyEncryption>("encryption");
    QTest::addColumn<QString>("parsed");
    const auto row = [](const char* name, const KeyEncryption& encryption, const char* parsed) {
        QTest::newRow(name) << encryption << QString::fromLatin1(parsed);
    };
    row("default", {}, ":PBES2 :PBKDF2 :0927C0 :hmacWithSHA256 :aes-256-cbc");
    row("AES-128", {.cipher = "AES-128-CBC", .iterations = 1000}, ":PBES2 :PBKDF2 :03E8 :hmacWithSHA256 :aes-128-cbc");
    row("3DES", {.cipher = "DES-EDE3-CBC", .iterations = 1000}, ":PBES2 :PBKDF2 :03E8 :hmacWithSHA256 :des-ede3-cbc");
    row("scrypt", {.kdf = KeyEncryption::Kdf::Scrypt}, ":PBES2 :scrypt :4000 :08 :01 :aes-256-cbc");
}

void Pkcs8Test::writesWhatOpensslReads() {
    QFETCH(KeyEncryption, encryption);
    QFETCH(QString, parsed);
    const crypto::PrivateKey key = crypto::generateKey(crypto::KeySpec::parse("ec:P-256"));
    const QByteArray clear = bytes(key.toPkcs8Der().view());
    for (const char* passphrase : {"pass phräse", "x"}) {
        const QByteArray pem = QByteArray::fromStdString(formats::privateKeyToPem(key, secret(passphrase), encryption));
        QVERIFY(pem.startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
        const QString text = QString::fromUtf8(openssl("asn1parse", pem));
        for (const QString& word : parsed.split(u' '))
            QVERIFY2(text.contains(word + u'\n'), qPrintable(word + u'\n' + text));
        QCOMPARE(openssl({QStringLiteral("pkcs8"), QStringLiteral("-topk8"), QStringLiteral("-nocrypt"),
                          QStringLiteral("-outform"), QStringLiteral("DER"), QStringLiteral("-passin"),
                          QStringLiteral("pass:") + QString::fromUtf8(passphrase)},
                         pem),
                 clear);
    }
    // A salt and an IV of their own each time.
    QVERIFY(formats::privateKeyToEncryptedDer(key, secret("x"), encryption) !=
            formats::privateKeyToEncryptedDer(key, secret("x"), encryption));
    // The empty passphrase is one too.
    const base::Bytes empty = formats::privateKeyToEncryptedDer(key, base::Secret(), encryption);
    QCOMPARE(bytes(formats::decryptPkcs8(empty, base::Secret()).toPkcs8Der().view()), clear);
}

void Pkcs8Test::writesInClearAsOpensslDoes() {
    for (const char* spec : {"rsa:2048", "ec:P-384", "ed25519", "x448"}) {
        const crypto::PrivateKey key = crypto::generateKey(crypto::KeySpec::parse(spec));
        const base::Secret pem = formats::privateKeyToPem(key);
        QCOMPARE(openssl("pkcs8 -topk8 -nocrypt", bytes(pem.view())), bytes(pem.view()));
        QCOMPARE(openssl("pkcs8 -topk8 -nocrypt -outform DER", bytes(pem.view())), bytes(key.toPkcs8Der().view()));
    }
}

void Pkcs8Test::refusesUnfitCiphers_data() {
    QTest::addColumn<QString>("cipher");
    for (const char* cipher : {"AES-256-GCM", "AES-256-CTR", "ChaCha20-Poly1305", "no such cipher", "", "RC4"})
        QTest::newRow(cipher) << QString::fromLatin1(cipher);
}

void Pkcs8Test::refusesUnfitCiphers() {
    QFETCH(QString, cipher);
    const crypto::PrivateKey key = crypto::generateKey(crypto::KeySpec::parse("ed25519"));
    const KeyEncryption encryption{.cipher = cipher.toStdString()};
    const bool isUnknown = cipher.isEmpty() || cipher.startsWith(QStringLiteral("no such"));
    CERTWRIGHT_VERIFY_FAILS(formats::privateKeyToEncryptedDer(key, secret("x"), encryption),
                            isUnknown ? ErrorKind::BadInput : ErrorKind::Unsupported);
}

void Pkcs8Test::refusesDamagedKeys_data() {
    QTest::addColumn<QByteArray>("der");
    QTest::addColumn<QString>("kind");
    const auto row = [](const char* name, const QByteArray& der, const char* kind) {
        QTest::newRow(name) << der << QString::fromLatin1(kind);
    };
    const QByteArray good = opensslEncrypted(opensslKey(), QStringLiteral("-iter 1"));
    row("nothing", {}, "bad-input");
    row("text", "a key", "bad-input");
    row("cut off", good.left(good.size() / 2), "bad-input");
    row("octet string too short",
        good.left(good.size() - 2).replace(1, 1, QByteArray(1, static_cast<char>(good[1] - 2))), "bad-input");
    // SEQUENCE { SEQUENCE { OID 1.2.3, NULL }, OCTET STRING }
    row("unknown scheme",
        unhex("300D"
              "3006"
              "06022A03"
              "0500"
              "0403"
              "010203"),
        "unsupported");
    // PBES2 without parameters.
    row("PBES2 of nothing",
        unhex("3014"
              "300D"
              "06092A864886F70D01050D"
              "0500"
              "0403"
              "010203"),
        "bad-input");
}

void Pkcs8Test::refusesDamagedKeys() {
    QFETCH(QByteArray, der);
    QFETCH(QString, kind);
    const auto error = test::errorOf([&] { return formats::decryptPkcs8(view(der), secret("x")); });
    QVERIFY(error);
    QCOMPARE(nameOf(error->kind()), kind);
}

void Pkcs8Test::limitsForeignCosts_data() {
    QTest::addColumn<QString>("how");
    QTest::newRow("PBKDF2") << "-v2 aes-256-cbc -iter 5001";
    QTest::newRow("old") << "-v1 PBE-SHA1-3DES -iter 5001";
    QTest::newRow("scrypt, memory") << "-scrypt -scrypt_N 16384";
    QTest::newRow("scrypt, work") << "-scrypt -scrypt_N 1024 -scrypt_p 64";
}

void Pkcs8Test::limitsForeignCosts() {
    QFETCH(QString, how);
    const QByteArray encrypted = opensslEncrypted(opensslKey(), how);
    formats::ReadOptions limits;
    limits.maxIterations = 5000;
    limits.maxScryptMemory = 8 << 20;
    limits.maxScryptWork = 1 << 18;
    CERTWRIGHT_VERIFY_FAILS(formats::decryptPkcs8(view(encrypted), secret(Passphrase), limits), ErrorKind::NotAllowed);
    QVERIFY(formats::decryptPkcs8(view(encrypted), secret(Passphrase)).canSign());
}

void Pkcs8Test::saysItInOneLine() {
    const EncryptionInfo pbkdf2{
        .scheme = "PBES2", .cipher = "AES-256-CBC", .kdf = "PBKDF2", .prf = "hmacWithSHA256", .iterations = 600000};
    QCOMPARE(q(formats::displayText(pbkdf2)),
             QStringLiteral("PBES2, AES-256-CBC, PBKDF2 with hmacWithSHA256, 600000 iterations"));
    const EncryptionInfo scrypt{
        .scheme = "PBES2", .cipher = "AES-256-CBC", .kdf = "scrypt", .n = 16384, .r = 8, .p = 1};
    QCOMPARE(q(formats::displayText(scrypt)), QStringLiteral("PBES2, AES-256-CBC, scrypt, N=16384 r=8 p=1"));
}

CERTWRIGHT_TEST_MAIN(Pkcs8Test)
#include "tst_pkcs8.moc"
