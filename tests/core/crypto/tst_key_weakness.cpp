#include "core/base/error.h"
#include "core/crypto/key_generator.h"
#include "core/crypto/key_weakness.h"
#include "core/crypto/private_key.h"
#include "tests/core/expect.h"
#include "tests/core/openssl_command.h"
#include "tests/support/test_main.h"

#include <algorithm>

using namespace certwright;
using namespace certwright::test;
using crypto::PublicKey;

namespace {

/// Made by the construction of Nemec et al. 2.1, in Python: two primes k * M + (65537^a mod M), where M is the product
/// of the primes up to 167.
constexpr const char* RocaModulus =
    "0bac53663fa17846872ccdff95bffca71cafeafe42d738716b48944bc4d443ebd6b54e6e75f0c880fb233d1c490"
    "474586a61e5de17eafda2cc8040d448350af41";

QByteArray element(char tag, const QByteArray& content) {
    QByteArray out(1, tag);
    if (content.size() < 128) {
        out += static_cast<char>(content.size());
    } else {
        out += static_cast<char>(0x82);
        out += static_cast<char>(content.size() >> 8);
        out += static_cast<char>(content.size() & 0xFF);
    }
    return out + content;
}

PublicKey rsaKey(const QByteArray& modulus, const QByteArray& exponent) {
    const QByteArray numbers = element(0x30, element(0x02, '\0' + modulus) + element(0x02, exponent));
    return PublicKey::fromSpkiDer(
        view(element(0x30, unhex("300d06092a864886f70d0101010500") + element(0x03, '\0' + numbers))));
}

QStringList idsOf(const PublicKey& key) {
    QStringList ids;
    for (const crypto::KeyWeakness& weakness : crypto::keyWeaknesses(key))
        ids << q(weakness.id) + (weakness.isBroken ? QStringLiteral("!") : QString());
    return ids;
}

} // namespace

class KeyWeaknessTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { CERTWRIGHT_SKIP_WITHOUT_OPENSSL(); }
    void judgesKeys_data();
    void judgesKeys();
    void judgesNumbers_data();
    void judgesNumbers();
    void knowsInfineonsModuli();
    void findsSharedPrimes();
    void findsEveryPairAmongMany();
    void sharesNothingWithItself();
    void canBeStopped();
};

/// The keys come from openssl.
void KeyWeaknessTest::judgesKeys_data() {
    QTest::addColumn<QString>("command");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* command, const char* expected) {
        QTest::newRow(command) << QString::fromLatin1(command) << QString::fromLatin1(expected);
    };
    row("-algorithm RSA -pkeyopt rsa_keygen_bits:2048", "");
    row("-algorithm RSA -pkeyopt rsa_keygen_bits:1024", "rsa-small!");
    row("-algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3", "rsa-exponent-small");
    row("-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:1024", "rsa-small!");
    row("-algorithm EC -pkeyopt ec_paramgen_curve:P-256", "");
    row("-algorithm EC -pkeyopt ec_paramgen_curve:P-224", "");
    row("-algorithm EC -pkeyopt ec_paramgen_curve:P-192", "ec-small!");
    row("-algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit", "ec-explicit-parameters!");
    row("-algorithm EC -pkeyopt ec_paramgen_curve:secp160r1 -pkeyopt ec_param_enc:explicit",
        "ec-explicit-parameters! ec-small!");
    row("-algorithm ED25519", "");
    row("-algorithm X25519", "");
}

void KeyWeaknessTest::judgesKeys() {
    QFETCH(QString, command);
    const QByteArray pem = openssl(QStringList{QStringLiteral("genpkey")} + command.split(u' '));
    const QByteArray spki = openssl("pkey -pubout -outform DER", pem);
    QVERIFY(!spki.isEmpty());
    QTEST(idsOf(PublicKey::fromSpkiDer(view(spki))).join(u' '), "expected");
}

void KeyWeaknessTest::judgesNumbers_data() {
    QTest::addColumn<QByteArray>("modulus");
    QTest::addColumn<QByteArray>("exponent");
    QTest::addColumn<QString>("expected");
    const QByteArray odd = QByteArray(255, '\xC1') + '\x01';
    const QByteArray even = QByteArray(255, '\xC1') + '\x02';
    QTest::newRow("one") << odd << unhex("01") << QStringLiteral("rsa-exponent-invalid!");
    QTest::newRow("zero") << odd << unhex("00") << QStringLiteral("rsa-exponent-invalid!");
    QTest::newRow("even") << odd << unhex("010000") << QStringLiteral("rsa-exponent-invalid!");
    QTest::newRow("just below") << odd << unhex("00ffff") << QStringLiteral("rsa-exponent-small");
    QTest::newRow("65537") << odd << unhex("010001") << QString();
    QTest::newRow("65539") << odd << unhex("010003") << QString();
    QTest::newRow("even modulus") << even << unhex("010001") << QStringLiteral("rsa-even-modulus!");
}

void KeyWeaknessTest::judgesNumbers() {
    QFETCH(QByteArray, modulus);
    QFETCH(QByteArray, exponent);
    QTEST(idsOf(rsaKey(modulus, exponent)).join(u' '), "expected");
}

void KeyWeaknessTest::knowsInfineonsModuli() {
    const QByteArray roca = unhex(RocaModulus);
    QVERIFY(crypto::hasRocaFingerprint(view(roca)));
    QVERIFY(idsOf(rsaKey(roca, unhex("010001"))).contains(QStringLiteral("rsa-roca!")));
    for (int i = 0; i < 20; ++i) {
        const QByteArray spki = openssl("rsa -pubout -outform DER", openssl("genrsa 512"));
        const auto numbers = crypto::rsaNumbers(view(spki));
        QVERIFY(numbers);
        QVERIFY(!crypto::hasRocaFingerprint(numbers->modulus));
    }
    QVERIFY(!crypto::hasRocaFingerprint({}));
}

void KeyWeaknessTest::findsSharedPrimes() {
    // 3 * 5, 7 * 11, 5 * 13, 17 * 19, 11 * 5: by hand.
    const auto found = crypto::sharedPrimes({{15}, {77}, {0, 65}, {1, 67}, {55}});
    QCOMPARE(found.size(), std::size_t{4});
    QCOMPARE(found[0].index, std::size_t{0});
    QCOMPARE(found[0].others, (std::vector<std::size_t>{2, 4}));
    QCOMPARE(found[0].factor, base::Bytes{5});
    QCOMPARE(found[1].index, std::size_t{1});
    QCOMPARE(found[1].others, std::vector<std::size_t>{4});
    QCOMPARE(found[1].factor, base::Bytes{11});
    QCOMPARE(found[2].others, (std::vector<std::size_t>{0, 4}));
    QCOMPARE(found[3].index, std::size_t{4}); // both of its primes are shared
    QCOMPARE(found[3].others, (std::vector<std::size_t>{0, 1, 2}));
}

/// Every pair that BN_gcd finds when it compares each modulus with each other one, and none else.
void KeyWeaknessTest::findsEveryPairAmongMany() {
    std::vector<QByteArray> primes;
    for (int i = 0; i < 40; ++i)
        primes.push_back(openssl("prime -generate -bits 128 -hex").trimmed());
    const base::Handle<BIGNUM> product(BN_new());
    const std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)> context(BN_CTX_new(), BN_CTX_free);
    std::vector<base::Bytes> moduli;
    const auto add = [&](std::size_t a, std::size_t b) {
        BIGNUM* p = nullptr;
        BIGNUM* r = nullptr;
        BN_hex2bn(&p, primes[a].constData());
        BN_hex2bn(&r, primes[b].constData());
        const base::Handle<BIGNUM> first(p);
        const base::Handle<BIGNUM> second(r);
        BN_mul(product.get(), p, r, context.get());
        base::Bytes bytes(static_cast<std::size_t>(BN_num_bytes(product.get())));
        BN_bn2bin(product.get(), bytes.data());
        moduli.push_back(bytes);
    };
    for (std::size_t i = 0; i < 38; i += 2)
        add(i, i + 1);
    QVERIFY(crypto::sharedPrimes(moduli).empty());
    add(4, 38); // shares with 2
    add(9, 39); // shares with 4
    const auto found = crypto::sharedPrimes(moduli);
    QStringList pairs;
    for (const auto& one : found)
        pairs << QString::number(one.index) + u'-' + QString::number(one.others.at(0));
    QCOMPARE(pairs.join(u' '), QStringLiteral("2-19 4-20 19-2 20-4"));
    QCOMPARE(q(base::toHex(found[0].factor)), QString::fromLatin1(primes[4]));
    QCOMPARE(q(base::toHex(found[1].factor)), QString::fromLatin1(primes[9]));
}

void KeyWeaknessTest::sharesNothingWithItself() {
    QVERIFY(crypto::sharedPrimes({}).empty());
    QVERIFY(crypto::sharedPrimes({{15}}).empty());
    QVERIFY(crypto::sharedPrimes({{15}, {0, 15}, {}, {0}, {1}, {1}}).empty());
    // But a key that two certificates have shares with a third for both.
    const auto found = crypto::sharedPrimes({{15}, {15}, {35}});
    QCOMPARE(found.size(), std::size_t{3});
    QCOMPARE(found[2].others, (std::vector<std::size_t>{0, 1}));
}

void KeyWeaknessTest::canBeStopped() {
    std::stop_source source;
    source.request_stop();
    const base::JobControl control(source.get_token(), {});
    CERTWRIGHT_VERIFY_FAILS(crypto::sharedPrimes({{15}, {35}}, control), base::ErrorKind::Cancelled);
}

CERTWRIGHT_TEST_MAIN(KeyWeaknessTest)
#include "tst_key_weakness.moc"
