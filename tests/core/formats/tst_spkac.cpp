#include "core/crypto/key_generator.h"
#include "core/formats/pkcs8.h"
#include "core/formats/spkac.h"
#include "tests/core/formats/reading.h"
#include "tests/support/test_main.h"

using namespace certwright;
using namespace certwright::test;
using base::ErrorKind;
using formats::Spkac;

/// Signed public keys and challenges: the corpus as `openssl spkac` reads it, theirs here, ours there.
class SpkacTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void readsTheCorpus_data();
    void readsTheCorpus();
    void readsWhatOpensslMakes();
    void opensslVerifiesOurs_data();
    void opensslVerifiesOurs();
    void noticesChanges();
    void refusesToSign();
    void refusesDamaged_data();
    void refusesDamaged();
};

void SpkacTest::readsTheCorpus_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("challenge");
    QTest::addColumn<bool>("isValid");
    for (const CorpusRow& row : corpusManifest(QStringLiteral("spkac")))
        QTest::newRow(qPrintable(row.file))
            << row.file << row.value("challenge") << (row.value("selfsig") == QStringLiteral("ok"));
}

void SpkacTest::readsTheCorpus() {
    QFETCH(QString, file);
    QFETCH(QString, challenge);
    QFETCH(bool, isValid);
    const formats::Contents contents = readCorpus("spkac", file);
    QCOMPARE(kindsOf(contents), QStringLiteral("spkac"));
    const auto* spkac = firstOf<Spkac>(contents);
    QCOMPARE(q(spkac->challenge()), challenge);
    QVERIFY(spkac->isSignatureValid() == std::optional(isValid));
    QVERIFY(Spkac::fromDer(spkac->der()) == *spkac);
    QVERIFY(Spkac::fromText(spkac->toBase64()) == *spkac);
    QVERIFY(Spkac::fromText("SPKAC=" + spkac->toBase64() + "\r\nCN=a\nO=b\n") == *spkac);
}

void SpkacTest::readsWhatOpensslMakes() {
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    const crypto::PrivateKey key = crypto::generateKey(crypto::KeySpec::parse("rsa:2048"));
    const QByteArray made =
        openssl("spkac -key /dev/stdin -challenge hello", bytes(formats::privateKeyToPem(key).view()));
    QVERIFY(made.startsWith("SPKAC="));
    const Spkac spkac = Spkac::fromText(textView(made));
    QCOMPARE(q(spkac.challenge()), QStringLiteral("hello"));
    QVERIFY(spkac.publicKey() == key.publicKey());
    QVERIFY(spkac.isSignatureValid() == std::optional(true));
    QCOMPARE(QByteArray::fromStdString("SPKAC=" + spkac.toBase64()), made.trimmed());
}

void SpkacTest::opensslVerifiesOurs_data() {
    QTest::addColumn<QString>("spec");
    QTest::addColumn<QString>("digest");
    QTest::addColumn<QString>("algorithm");
    QTest::newRow("RSA") << "rsa:2048"
                         << ""
                         << "sha256WithRSAEncryption";
    QTest::newRow("RSA, SHA-512") << "rsa:2048"
                                  << "SHA512"
                                  << "sha512WithRSAEncryption";
    QTest::newRow("P-256") << "ec:P-256"
                           << ""
                           << "ecdsa-with-SHA256";
    QTest::newRow("P-384") << "ec:P-384"
                           << ""
                           << "ecdsa-with-SHA384";
}

void SpkacTest::opensslVerifiesOurs() {
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    QFETCH(QString, spec);
    QFETCH(QString, digest);
    QFETCH(QString, algorithm);
    const crypto::PrivateKey key = crypto::generateKey(crypto::KeySpec::parse(spec.toStdString()));
    for (const char* challenge : {"", "a challenge"}) {
        const Spkac spkac = Spkac::create(key, challenge, digest.toStdString());
        QCOMPARE(q(spkac.signatureAlgorithm()), algorithm);
        QVERIFY(spkac.isSignatureValid() == std::optional(true) && spkac.isSignedBy(key.publicKey()));
        const auto shown = run(tool, {QStringLiteral("spkac"), QStringLiteral("-verify")},
                               {.input = QByteArray::fromStdString("SPKAC=" + spkac.toBase64() + "\n")});
        CERTWRIGHT_VERIFY_SUCCESS(shown);
        QVERIFY2(shown.errors.contains("Signature OK"), shown.describe().constData());
        QVERIFY2(*challenge == '\0' || shown.output.contains(QByteArray("Challenge String: ") + challenge),
                 shown.describe().constData());
    }
}

void SpkacTest::noticesChanges() {
    const crypto::PrivateKey key = crypto::generateKey(crypto::KeySpec::parse("ec:P-256"));
    const Spkac spkac = Spkac::create(key, "hello");
    QByteArray changed = bytes(spkac.der());
    changed.replace("hello", "jello");
    QVERIFY(Spkac::fromDer(view(changed)).isSignatureValid() == std::optional(false));
    const crypto::PrivateKey other = crypto::generateKey(crypto::KeySpec::parse("ec:P-256"));
    QVERIFY(!spkac.isSignedBy(other.publicKey()));
}

void SpkacTest::refusesToSign() {
    const crypto::PrivateKey key = crypto::generateKey(crypto::KeySpec::parse("ec:P-256"));
    CERTWRIGHT_VERIFY_FAILS(Spkac::create(key, "größe"), ErrorKind::BadInput);
    CERTWRIGHT_VERIFY_FAILS(Spkac::create(key, "two\nlines"), ErrorKind::BadInput);
    CERTWRIGHT_VERIFY_FAILS(Spkac::create(key, "", "no-such-digest"), ErrorKind::Unsupported);
    const crypto::PrivateKey exchange = crypto::generateKey(crypto::KeySpec::parse("x25519"));
    CERTWRIGHT_VERIFY_FAILS(Spkac::create(exchange, ""), ErrorKind::NotAllowed);
}

void SpkacTest::refusesDamaged_data() {
    QTest::addColumn<QByteArray>("text");
    const QByteArray good = corpusData("spkac", QStringLiteral("gen-rsa.spkac")).trimmed();
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("the name alone") << QByteArray("SPKAC=");
    QTest::newRow("no base64") << QByteArray("SPKAC=***");
    QTest::newRow("cut off") << good.left(200);
    QTest::newRow("other base64") << QByteArray("SPKAC=MAMCAQU=");
    QTest::newRow("more behind") << "SPKAC=" + (QByteArray::fromBase64(good.mid(6)) + "x").toBase64();
}

void SpkacTest::refusesDamaged() {
    QFETCH(QByteArray, text);
    CERTWRIGHT_VERIFY_FAILS(Spkac::fromText(textView(text)), ErrorKind::BadInput);
}

CERTWRIGHT_TEST_MAIN(SpkacTest)
#include "tst_spkac.moc"
