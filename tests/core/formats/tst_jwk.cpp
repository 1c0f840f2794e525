#include "core/base/der_reader.h"
#include "core/formats/jwk.h"
#include "core/formats/private_key_file.h"
#include "tests/core/formats/reading.h"
#include "tests/support/test_main.h"

#include <QJsonDocument>
#include <QJsonObject>

using namespace certwright;
using namespace certwright::test;

namespace {

constexpr auto Base64Url = QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;

QByteArray newKey(const char* genpkey) {
    return openssl("pkcs8 -topk8 -nocrypt", openssl(QStringList{QStringLiteral("genpkey")} + words(genpkey)));
}

/// The integers of the PKCS#1 key that the command line writes, without leading zeros.
QList<QByteArray> pkcs1Numbers(const QByteArray& pem) {
    const QByteArray der = openssl("rsa -traditional -outform DER", pem);
    base::DerReader outer(view(der));
    base::DerReader fields(outer.expect(base::der::Sequence)->content);
    QList<QByteArray> numbers;
    while (const auto number = fields.expect(base::der::Integer)) {
        QByteArray octets = bytes(number->content);
        if (octets.size() > 1 && octets[0] == 0)
            octets.remove(0, 1);
        numbers.append(octets);
    }
    return numbers;
}

/// The public octets behind everything else in a SubjectPublicKeyInfo.
QByteArray publicTail(const QByteArray& pem, qsizetype size) {
    return openssl("pkey -pubout -outform DER", pem).right(size);
}

/// The key's own octets as `openssl pkey -text` shows them.
QByteArray secretOctets(const QByteArray& pem, qsizetype size) {
    QByteArray text = openssl("pkey -noout -text", pem);
    const qsizetype start = text.indexOf("priv:") + 5;
    const QByteArray octets = QByteArray::fromHex(text.mid(start, text.indexOf("pub:") - start).replace(':', ""));
    return octets.right(size).rightJustified(size, '\0');
}

QJsonObject parsed(const QByteArray& json) {
    return QJsonDocument::fromJson(json).object();
}

} // namespace

/// JSON Web Keys: the vectors of the RFCs, and keys of the openssl command line both ways.
class JwkTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { CERTWRIGHT_SKIP_WITHOUT_OPENSSL(); }

    void writesEveryType_data() {
        QTest::addColumn<QString>("genpkey");
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("curve");
        QTest::addColumn<int>("size");
        const auto row = [](const char* genpkey, const char* type, const char* curve, int size) {
            QTest::newRow(genpkey) << QString::fromLatin1(genpkey) << QString::fromLatin1(type)
                                   << QString::fromLatin1(curve) << size;
        };
        row("-algorithm RSA -pkeyopt rsa_keygen_bits:1024", "RSA", "", 0);
        row("-algorithm EC -pkeyopt ec_paramgen_curve:P-256", "EC", "P-256", 32);
        row("-algorithm EC -pkeyopt ec_paramgen_curve:P-384", "EC", "P-384", 48);
        row("-algorithm EC -pkeyopt ec_paramgen_curve:P-521", "EC", "P-521", 66);
        row("-algorithm EC -pkeyopt ec_paramgen_curve:secp256k1", "EC", "secp256k1", 32);
        row("-algorithm ED25519", "OKP", "Ed25519", 32);
        row("-algorithm ED448", "OKP", "Ed448", 57);
        row("-algorithm X25519", "OKP", "X25519", 32);
        row("-algorithm X448", "OKP", "X448", 56);
    }
    void writesEveryType() {
        QFETCH(QString, genpkey);
        QFETCH(QString, type);
        QFETCH(QString, curve);
        QFETCH(int, size);
        const QByteArray pem = newKey(genpkey.toLatin1().constData());
        const crypto::PrivateKey key = formats::loadPrivateKey(view(pem));
        QJsonObject expected{{QStringLiteral("kty"), type}, {QStringLiteral("kid"), QStringLiteral("a \"b\"")}};
        const auto expect = [&expected](const char* name, const QByteArray& octets) {
            expected.insert(QString::fromLatin1(name), QString::fromLatin1(octets.toBase64(Base64Url)));
        };
        if (type == QStringLiteral("RSA")) {
            const QList<QByteArray> numbers = pkcs1Numbers(pem);
            QCOMPARE(numbers.size(), 9);
            expect("n", numbers[1]);
            expect("e", numbers[2]);
        } else {
            expected.insert(QStringLiteral("crv"), curve);
            const QByteArray open = publicTail(pem, type == QStringLiteral("EC") ? 2 * size : size);
            expect("x", open.left(size));
            if (type == QStringLiteral("EC"))
                expect("y", open.right(size));
        }
        const QByteArray publicJson = QByteArray::fromStdString(formats::toJwk(key.publicKey(), "a \"b\""));
        QCOMPARE(parsed(publicJson), expected);
        if (type == QStringLiteral("RSA")) {
            const QList<QByteArray> numbers = pkcs1Numbers(pem);
            int next = 3;
            for (const char* name : {"d", "p", "q", "dp", "dq", "qi"})
                expect(name, numbers[next++]);
        } else {
            expect("d", secretOctets(pem, size));
        }
        const QByteArray privateJson = bytes(formats::toJwk(key, "a \"b\"").view());
        QCOMPARE(parsed(privateJson), expected);

        const formats::Contents open = formats::readContents(view(publicJson));
        QVERIFY(!open.error && *firstOf<crypto::PublicKey>(open) == key.publicKey());
        const formats::Contents secret = formats::readContents(view(privateJson));
        QVERIFY2(!secret.error, secret.error ? secret.error->what() : "");
        const auto* item = firstOf<formats::PrivateKeyItem>(secret);
        QCOMPARE(q(item->format), QStringLiteral("JWK"));
        QCOMPARE(bytes(item->key->toPkcs8Der().view()), openssl("pkcs8 -topk8 -nocrypt -outform DER", pem));
    }

    void readsTheVectorsOfTheRfcs() {
        // RFC 8037 A.1; the key is the first of RFC 8032 7.1.
        const QByteArray okp = R"({"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
                                   "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";
        // RFC 7517 A.2: a set; the members that say what the key is for do not matter.
        const QByteArray ec = R"({"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
                                  "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
                                  "d":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE","use":"enc","kid":"1"})";
        const QByteArray set = "{\"keys\":[" + okp + ",\n" + ec + "], \"x\": [1, {\"y\": null}, \"\\\"]\"]}\n";
        const formats::Contents contents = formats::readContents(view(set));
        QVERIFY2(!contents.error, contents.error ? contents.error->what() : "");
        QCOMPARE(kindsOf(contents), QStringLiteral("private-key private-key"));
        QCOMPARE(q(contents.items[1].label), QStringLiteral("1"));
        const auto keyOf = [&contents](std::size_t i) {
            return bytes(contents.items[i].as<formats::PrivateKeyItem>()->key->toPkcs8Der().view());
        };
        QCOMPARE(keyOf(0).right(32), unhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
        QVERIFY(keyOf(1).contains(QByteArray::fromBase64("870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE", Base64Url)));
    }

    void refuses_data() {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("kind");
        const auto row = [](const char* name, const QByteArray& json, const char* kind) {
            QTest::newRow(name) << json << QString::fromLatin1(kind);
        };
        const QByteArray good = QByteArray::fromStdString(
            formats::toJwk(formats::loadPrivateKey(view(newKey("-algorithm ED25519"))).publicKey()));
        row("symmetric", R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ"})", "unsupported");
        row("no coordinate", R"({"kty":"OKP","crv":"Ed25519"})", "bad-input");
        row("curve of another type", R"({"kty":"EC","crv":"Ed25519","x":"AA"})", "unsupported");
        row("point that is not on the curve",
            R"({"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7E4",
                "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"})",
            "bad-input");
        row("private half of another key",
            R"({"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
                "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","d":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAA"})",
            "bad-input");
        row("RSA without primes", R"({"kty":"RSA","n":"AQAB","e":"AQAB","d":"AQAB"})", "unsupported");
        row("plain base64", QByteArray(good).replace("\"x\":\"", "\"x\":\"+/"), "bad-input");
        row("cut off", good.left(good.size() - 5), "bad-input");
        row("other JSON", R"({"name":"value"})", "bad-input");
        row("set of something else", R"({"keys":[1]})", "bad-input");
        row("deep", "{\"keys\":" + QByteArray(100000, '[') + "}", "bad-input");
    }
    void refuses() {
        QFETCH(QByteArray, json);
        QFETCH(QString, kind);
        const formats::Contents contents = formats::readContents(view(json));
        QCOMPARE(errorKind(contents), kind);
        QVERIFY(contents.items.empty());
    }

    void refusesToWrite() {
        for (const char* genpkey : {"-algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256r1",
                                    "-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:1024"}) {
            const crypto::PrivateKey key = formats::loadPrivateKey(view(newKey(genpkey)));
            CERTWRIGHT_VERIFY_FAILS(formats::toJwk(key), base::ErrorKind::Unsupported);
        }
    }
};

CERTWRIGHT_TEST_MAIN(JwkTest)
#include "tst_jwk.moc"
