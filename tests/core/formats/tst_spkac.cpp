#include "core/crypto/key_generator.h"
#include "core/formats/pkcs8.h"
#include "core/formats/spkac.h"
#include "tests/core/formats/reading.h"
#include "tests/support/test_main.h"

#include <type_traits>

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
    void readsWhatOpensslMakes_data();
    void readsWhatOpensslMakes();
    void opensslVerifiesOurs_data();
    void opensslVerifiesOurs();
    void isAClass();
    void buildsStepByStep();
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

void SpkacTest::readsWhatOpensslMakes_data() {
    QTest::addColumn<QString>("spec");
    QTest::addColumn<QString>("digest");
    for (const char* spec : {"rsa:2048", "ec:P-256", "ec:P-521", "dsa:1024"}) {
        for (const char* digest : {"sha256", "sha384"})
            QTest::addRow("crypto.NetscapeSPKI, %s, %s", spec, digest)
                << QString::fromLatin1(spec) << QString::fromLatin1(digest);
    }
}

void SpkacTest::readsWhatOpensslMakes() {
    // crypto.NetscapeSPKI, crypto.NetscapeSPKI.get_pubkey, crypto.NetscapeSPKI.verify, crypto.NetscapeSPKI.b64_encode:
    // every reading by `openssl spkac`.
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    QFETCH(QString, spec);
    QFETCH(QString, digest);
    const crypto::PrivateKey key = crypto::generateKey(crypto::KeySpec::parse(spec.toStdString()));
    const QByteArray made =
        openssl(QStringLiteral("spkac -key /dev/stdin -challenge hello -digest %1").arg(digest).split(u' '),
                bytes(formats::privateKeyToPem(key).view()));
    QVERIFY(made.startsWith("SPKAC="));
    const Spkac spkac = Spkac::fromText(textView(made));
    QCOMPARE(q(spkac.challenge()), QStringLiteral("hello"));
    QCOMPARE(QByteArray::fromStdString(spkac.publicKey().toPem()), openssl("spkac -pubkey -noout", made));
    QVERIFY(spkac.publicKey() == key.publicKey());
    // OpenSSL 3.0 signs with DSA and SHA-384, and finds no algorithm for it when it verifies.
    const bool isVerifiable =
        run(tool, {QStringLiteral("spkac"), QStringLiteral("-verify")}, {.input = made}).isSuccess();
    QVERIFY(isVerifiable || spec.startsWith(QStringLiteral("dsa")));
    QVERIFY(spkac.isSignatureValid() == (isVerifiable ? std::optional(true) : std::nullopt));
    QCOMPARE(spkac.isSignedBy(key.publicKey()), isVerifiable);
    QVERIFY(q(spkac.signatureAlgorithm()).contains(digest, Qt::CaseInsensitive));
    QCOMPARE(QByteArray::fromStdString("SPKAC=" + spkac.toBase64()), made.trimmed());
    // Its base64 in lines of 64 characters, without the name and with another line end, is the same.
    QByteArray lines;
    const QByteArray base64 = made.trimmed().mid(6);
    for (qsizetype at = 0; at < base64.size(); at += 64)
        lines += base64.mid(at, 64) + "\r\n";
    QVERIFY(Spkac::fromText(textView(lines)) == spkac);
    QVERIFY(Spkac::fromText(textView("SPKAC=" + lines)) == spkac);
}

void SpkacTest::opensslVerifiesOurs_data() {
    QTest::addColumn<QString>("spec");
    QTest::addColumn<QString>("digest");
    QTest::addColumn<QString>("algorithm");
    const auto row = [](const char* spec, const char* digest, const char* algorithm) {
        QTest::addRow("crypto.NetscapeSPKI.sign, %s, %s", spec, digest)
            << QString::fromLatin1(spec) << QString::fromLatin1(digest) << QString::fromLatin1(algorithm);
    };
    row("rsa:2048", "", "sha256WithRSAEncryption");
    row("rsa:2048", "SHA512", "sha512WithRSAEncryption");
    row("rsa:2048", "sha1", "sha1WithRSAEncryption");
    row("rsa-pss:2048", "", "rsassaPss");
    row("ec:P-256", "", "ecdsa-with-SHA256");
    row("ec:P-384", "", "ecdsa-with-SHA384");
    row("ec:P-256", "sha512", "ecdsa-with-SHA512");
    row("dsa:1024", "", "dsa_with_SHA256");
    row("ed25519", "", "ED25519");
    row("ed448", "", "ED448");
}

void SpkacTest::opensslVerifiesOurs() {
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    QFETCH(QString, spec);
    QFETCH(QString, digest);
    QFETCH(QString, algorithm);
    // crypto.NetscapeSPKI.sign, crypto.NetscapeSPKI.b64_encode: by `openssl spkac -verify`.
    const crypto::PrivateKey key = crypto::generateKey(crypto::KeySpec::parse(spec.toStdString()));
    for (const char* challenge : {"", "a challenge"}) {
        const Spkac spkac = Spkac::create(key, challenge, digest.toStdString());
        QCOMPARE(q(spkac.signatureAlgorithm()), algorithm);
        QVERIFY(spkac.isSignatureValid() == std::optional(true) && spkac.isSignedBy(key.publicKey()));
        const auto shown = run(tool, {QStringLiteral("spkac"), QStringLiteral("-verify")},
                               {.input = QByteArray::fromStdString("SPKAC=" + spkac.toBase64() + "\n")});
        CERTWRIGHT_VERIFY_SUCCESS(shown);
        QVERIFY2(shown.errors.contains("Signature OK"), shown.describe().constData());
        QCOMPARE(openssl("spkac -pubkey -noout", QByteArray::fromStdString("SPKAC=" + spkac.toBase64() + "\n")),
                 QByteArray::fromStdString(key.publicKey().toPem()));
        QVERIFY2(*challenge == '\0' || shown.output.contains(QByteArray("Challenge String: ") + challenge),
                 shown.describe().constData());
    }
}

void SpkacTest::isAClass() {
    // crypto.NetscapeSPKIType, crypto.NetscapeSPKI: a class, whose values are copied and do not change any more.
    const Spkac spkac = Spkac::create(crypto::generateKey(crypto::KeySpec::parse("ec:P-256")), "hello");
    const Spkac copy = spkac;
    QVERIFY(copy == spkac && copy.der() == spkac.der());
    static_assert(std::is_class_v<Spkac> && std::is_nothrow_move_constructible_v<Spkac>);
}

void SpkacTest::buildsStepByStep() {
    // crypto.NetscapeSPKI.set_pubkey, crypto.NetscapeSPKI.sign: the key that was set is the one that signs.
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    const crypto::PrivateKey key = crypto::generateKey(crypto::KeySpec::parse("ec:P-256"));
    const crypto::PrivateKey other = crypto::generateKey(crypto::KeySpec::parse("ec:P-256"));
    formats::SpkacBuilder builder;
    builder.setPublicKey(key.publicKey()).setChallenge("one");
    const Spkac one = builder.sign(key);
    const Spkac two = builder.setChallenge("two").sign(key, "sha384");
    for (const Spkac* spkac : {&one, &two}) {
        const QByteArray text = QByteArray::fromStdString("SPKAC=" + spkac->toBase64());
        const auto shown = run(tool, {QStringLiteral("spkac"), QStringLiteral("-verify")}, {.input = text});
        CERTWRIGHT_VERIFY_SUCCESS(shown);
        QVERIFY(shown.output.contains(spkac == &one ? "Challenge String: one" : "Challenge String: two"));
        QCOMPARE(openssl("spkac -pubkey -noout", text), QByteArray::fromStdString(key.publicKey().toPem()));
    }
    CERTWRIGHT_VERIFY_FAILS(builder.sign(other), ErrorKind::NotAllowed);
    QCOMPARE(q(builder.setPublicKey(other.publicKey()).sign(other).challenge()), QStringLiteral("two"));
    const crypto::PrivateKey exchange = crypto::generateKey(crypto::KeySpec::parse("x25519"));
    CERTWRIGHT_VERIFY_FAILS(formats::SpkacBuilder().setPublicKey(exchange.publicKey()).sign(exchange),
                            ErrorKind::NotAllowed);
}

void SpkacTest::noticesChanges() {
    // crypto.NetscapeSPKI.verify: `openssl spkac -verify` refuses it too.
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    const crypto::PrivateKey key = crypto::generateKey(crypto::KeySpec::parse("ec:P-256"));
    const Spkac spkac = Spkac::create(key, "hello");
    QByteArray changed = bytes(spkac.der());
    changed.replace("hello", "jello");
    const Spkac damaged = Spkac::fromDer(view(changed));
    QVERIFY(damaged.isSignatureValid() == std::optional(false));
    QVERIFY(!damaged.isSignedBy(key.publicKey()));
    QVERIFY(!run(tool, {QStringLiteral("spkac"), QStringLiteral("-verify")},
                 {.input = QByteArray::fromStdString("SPKAC=" + damaged.toBase64())})
                 .isSuccess());
    const crypto::PrivateKey other = crypto::generateKey(crypto::KeySpec::parse("ec:P-256"));
    QVERIFY(!spkac.isSignedBy(other.publicKey()));
}

void SpkacTest::refusesToSign() {
    const crypto::PrivateKey key = crypto::generateKey(crypto::KeySpec::parse("ec:P-256"));
    CERTWRIGHT_VERIFY_FAILS(Spkac::create(key, "größe"), ErrorKind::BadInput);
    CERTWRIGHT_VERIFY_FAILS(Spkac::create(key, "two\nlines"), ErrorKind::BadInput);
    CERTWRIGHT_VERIFY_FAILS(Spkac::create(key, "", "no-such-digest"), ErrorKind::BadInput);
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
