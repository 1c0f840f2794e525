#include "core/formats/keystore.h"
#include "tests/core/formats/reading.h"
#include "tests/support/test_main.h"

#include <QTemporaryDir>

using namespace certwright;
using namespace certwright::test;
using base::ErrorKind;

namespace {

QByteArray number(std::uint32_t value, int octets = 4) {
    QByteArray out;
    for (int i = octets - 1; i >= 0; --i)
        out.append(static_cast<char>(value >> (8 * i)));
    return out;
}
QByteArray text(const QByteArray& value) {
    return number(static_cast<std::uint32_t>(value.size()), 2) + value;
}
QByteArray counted(const QByteArray& value) {
    return number(static_cast<std::uint32_t>(value.size())) + value;
}

std::optional<formats::KeystoreResult> read(const QByteArray& content) {
    const formats::PassphraseCallback nobody = formats::noPassphrase;
    const formats::ReadOptions options;
    formats::Unlocker unlocker(nobody, options, {});
    return formats::readKeystore(view(content), unlocker);
}

} // namespace

/// Java's key stores, by the documented layout of sun.security.provider.JavaKeyStore, and by keytool.
class KeystoreTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // The digests are those that p11-kit's manifest row has for the same certificates as PEM.
    void readsCertificates() {
        const formats::Contents contents = readCorpus("certs", QStringLiteral("p11-kit__multiple.jks"));
        QVERIFY2(!contents.error, contents.error ? contents.error->what() : "");
        const auto* store = contents.items.at(0).as<formats::KeystoreItem>();
        QVERIFY(store != nullptr);
        QCOMPARE(q(store->type), QStringLiteral("JKS"));
        QCOMPARE(store->version, 2U);
        QCOMPARE(store->entryCount, 2U);
        QCOMPARE(store->keyCount, 0U);
        QCOMPARE(store->items.size(), std::size_t{2});
        QCOMPARE(q(store->items[0].label), QStringLiteral("customlabel"));
        const formats::Contents pem = readCorpus("certs", QStringLiteral("p11-kit__multiple.pem"));
        QVERIFY(*store->items[0].as<x509::Certificate>() == *pem.items.at(0).as<x509::Certificate>());
    }

    void keepsKeysClosed() {
        const QString file = QStringLiteral("kaikramer-keystore-exp__keystore.jks");
        const formats::Contents contents = readCorpus("certs", file);
        QCOMPARE(errorKind(contents), QStringLiteral("passphrase-needed"));
        QVERIFY(formats::hasLockedParts(contents));
        const auto* store = contents.items.at(0).as<formats::KeystoreItem>();
        QCOMPARE(store->keyCount, 1U);
        QVERIFY(!store->isIntact);
        QCOMPARE(kindsOf(contents), QStringLiteral("private-key certificate"));
        QCOMPARE(q(store->items[1].label), QStringLiteral("test"));
        const formats::Contents wrong = readCorpus("certs", file, answering({"wrong"}));
        QCOMPARE(errorKind(wrong), QStringLiteral("wrong-passphrase"));
        QVERIFY(formats::hasLockedParts(wrong));
        // keytool opens it by the same passphrase.
        const formats::Contents open = readCorpus("certs", file, answering({"wrong", "123456"}));
        QVERIFY2(!open.error, open.error ? open.error->what() : "");
        const auto* key = firstOf<formats::PrivateKeyItem>(open);
        QVERIFY(key->key->publicKey() == firstOf<x509::Certificate>(open)->publicKey());
        QVERIFY(open.items.at(0).as<formats::KeystoreItem>()->isIntact == true);
    }

    // The keys by keytool and openssl, as tests/data/formats/README.md says.
    void opensKeys_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("rsa");
        QTest::addColumn<QString>("ec");
        QTest::addColumn<QString>("scheme");
        QTest::newRow("JKS") << "formats/keys.jks"
                             << "4e6b64ea461a991bba062344ff9e7de5ea6b2460da831d0bcbe08453cce90b15"
                             << "109b1769afe6790f1a0e8d242ce47dd5cb5322baf32647033bb652e7e6d5e580"
                             << "JKS";
        QTest::newRow("JCEKS") << "formats/keys.jceks"
                               << "1c727fa9f11c66b08b7b3774ed20194f64258de21963bd39a5f29c7bd681acdb"
                               << "27d5aa4ac20ca0ca64115613a9a502ade90bdba308fc470d8822beb46e916c99"
                               << "PBEWithMD5AndTripleDES";
    }
    void opensKeys() {
        QFETCH(QString, file);
        QFETCH(QString, rsa);
        QFETCH(QString, ec);
        QFETCH(QString, scheme);
        const QByteArray bytes = readDataFile(file);
        const auto read = [&bytes](const QList<QByteArray>& passphrases) {
            return formats::readContents(view(bytes), answering(passphrases));
        };
        // One passphrase of the store and of one key, one of the other key.
        const formats::Contents all = read({"changeit", "other pass"});
        QVERIFY2(!all.error, all.error ? all.error->what() : "");
        const auto* store = all.items.at(0).as<formats::KeystoreItem>();
        QVERIFY(store->isIntact == true);
        QCOMPARE(store->keyCount, 2U);
        int keys = 0;
        for (const formats::Item& item : store->items) {
            const auto* key = item.as<formats::PrivateKeyItem>();
            if (key == nullptr)
                continue;
            ++keys;
            QCOMPARE(q(key->encryption->scheme), scheme);
            QCOMPARE(q(key->key->publicKey().spkiSha256()).toLower(), item.label == "rsa" ? rsa : ec);
        }
        QCOMPARE(keys, 2);
        QCOMPARE(store->items.size(), std::size_t{5});

        // That of the store alone: the other key stays closed, and the message says why.
        const formats::Contents one = read({"changeit"});
        QCOMPARE(errorKind(one), QStringLiteral("wrong-passphrase"));
        QVERIFY2(one.error->message().find("“ec”") != std::string::npos, one.error->what());
        QVERIFY2(one.error->hint().find("has one of its own") != std::string::npos, one.error->hint().c_str());
        QVERIFY(one.items.at(0).as<formats::KeystoreItem>()->isIntact == true);
        QCOMPARE(errorKind(read({})), QStringLiteral("passphrase-needed"));
        const formats::Contents none = read({"Changeit", "", "größe"});
        QCOMPARE(errorKind(none), QStringLiteral("wrong-passphrase"));
        QVERIFY(!none.items.at(0).as<formats::KeystoreItem>()->isIntact);
    }

    // A wrong passphrase is told apart from damage: that of a key by the key's own check, that of another part by the
    // store's.
    void noticesDamage_data() {
        QTest::addColumn<QString>("file");
        QTest::newRow("JKS") << "formats/keys.jks";
        QTest::newRow("JCEKS") << "formats/keys.jceks";
    }
    void noticesDamage() {
        QFETCH(QString, file);
        QByteArray bytes = readDataFile(file);
        bytes[bytes.size() - 1] = static_cast<char>(bytes.back() ^ 1);
        const formats::Contents contents = formats::readContents(view(bytes), answering({"changeit", "other pass"}));
        QVERIFY2(!contents.error, contents.error ? contents.error->what() : "");
        QVERIFY(contents.items.at(0).as<formats::KeystoreItem>()->isIntact == false);
        // One octet after the other: no crash, no defect.
        const QByteArray whole = readDataFile(file);
        for (qsizetype i = 0; i < whole.size(); i += 37) {
            QByteArray bad = whole;
            bad[i] = static_cast<char>(bad[i] ^ 0x11);
            const formats::Contents read =
                formats::readContents(view(bad), answering({"changeit", "other pass"}), {.maxIterations = 1000});
            QVERIFY(!read.error || read.error->kind() != ErrorKind::Internal);
        }
    }

    void saysWhatIsNotRead() {
        const QByteArray bytes = readDataFile(QStringLiteral("formats/secret.jceks"));
        const formats::Contents contents = formats::readContents(view(bytes), answering({"changeit"}));
        QCOMPARE(errorKind(contents), QStringLiteral("unsupported"));
        QVERIFY(contents.error->message().find("secret key “s”") != std::string::npos);
        QVERIFY(contents.error->hint().find("keytool") != std::string::npos);
    }

    void limitsIterations() {
        const QByteArray bytes = readDataFile(QStringLiteral("formats/keys.jceks"));
        const formats::Contents contents =
            formats::readContents(view(bytes), answering({"changeit", "other pass"}), {.maxIterations = 1000});
        QCOMPARE(errorKind(contents), QStringLiteral("not-allowed"));
        // The certificates are there all the same.
        QCOMPARE(kindsOf(contents).count(QStringLiteral("certificate")), 3);
    }

    void opensWhatKeytoolMakes_data() { readsWhatKeytoolMakes_data(); }
    void opensWhatKeytoolMakes() {
        CERTWRIGHT_NEED_TOOL(keytool, "keytool");
        QFETCH(QString, type);
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("store"));
        for (const char* algorithm : {"RSA", "EC", "DSA"})
            CERTWRIGHT_VERIFY_SUCCESS(
                run(keytool,
                    {QStringLiteral("-genkeypair"), QStringLiteral("-keystore"), path, QStringLiteral("-storetype"),
                     type, QStringLiteral("-storepass"), QStringLiteral("s3cret pass"), QStringLiteral("-alias"),
                     QString::fromLatin1(algorithm), QStringLiteral("-keyalg"), QString::fromLatin1(algorithm),
                     QStringLiteral("-dname"), QStringLiteral("CN=x")}));
        const formats::Contents contents = formats::readFile(path.toStdString(), answering({"s3cret pass"}));
        QVERIFY2(!contents.error, contents.error ? contents.error->what() : "");
        int pairs = 0;
        for (const formats::Item* item : formats::flatten(contents)) {
            const auto* key = item->as<formats::PrivateKeyItem>();
            for (const formats::Item* other : formats::flatten(contents)) {
                const auto* certificate = other->as<x509::Certificate>();
                pairs += key != nullptr && certificate != nullptr && key->key->publicKey() == certificate->publicKey();
            }
        }
        QCOMPARE(pairs, 3);
    }

    void knowsBouncyCastle_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("type");
        QTest::newRow("BKS") << "kaikramer-keystore-exp__keystore.bks"
                             << "BKS";
        QTest::newRow("UBER") << "kaikramer-keystore-exp__keystore.uber"
                              << "UBER";
    }
    void knowsBouncyCastle() {
        QFETCH(QString, file);
        QFETCH(QString, type);
        const formats::Contents contents = readCorpus("certs", file);
        QCOMPARE(errorKind(contents), QStringLiteral("unsupported"));
        QCOMPARE(q(contents.items.at(0).as<formats::KeystoreItem>()->type), type);
    }

    void readsWhatKeytoolMakes_data() {
        QTest::addColumn<QString>("type");
        QTest::newRow("JKS") << "JKS";
        QTest::newRow("JCEKS") << "JCEKS";
        QTest::newRow("PKCS12") << "PKCS12";
    }
    void readsWhatKeytoolMakes() {
        CERTWRIGHT_NEED_TOOL(keytool, "keytool");
        QFETCH(QString, type);
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("store"));
        const QString certificate = dataPath(QStringLiteral("conformance/certs/gen-base.pem"));
        for (const char* alias : {"one", "two"})
            CERTWRIGHT_VERIFY_SUCCESS(
                run(keytool,
                    {QStringLiteral("-importcert"), QStringLiteral("-noprompt"), QStringLiteral("-keystore"), path,
                     QStringLiteral("-storetype"), type, QStringLiteral("-storepass"), QStringLiteral("s3cret pass"),
                     QStringLiteral("-alias"), QString::fromLatin1(alias), QStringLiteral("-file"), certificate}));
        const formats::Contents contents = formats::readFile(path.toStdString(), answering({"s3cret pass"}));
        QVERIFY2(!contents.error, contents.error ? contents.error->what() : "");
        QCOMPARE(kindsOf(contents), QStringLiteral("certificate certificate"));
        QStringList aliases;
        for (const formats::Item* item : formats::flatten(contents))
            aliases.append(q(item->label));
        aliases.sort();
        QCOMPARE(aliases, QStringList({QStringLiteral("one"), QStringLiteral("two")}));
    }

    void refusesDamaged_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("kind");
        const auto row = [](const char* name, const QByteArray& content, const char* kind = "bad-input") {
            QTest::newRow(name) << content << QString::fromLatin1(kind);
        };
        const QByteArray magic = number(0xFEEDFEED);
        const QByteArray entry = number(2) + text("alias") + QByteArray(8, 0) + text("X.509");
        const QByteArray whole = corpusData("certs", QStringLiteral("p11-kit__multiple.jks"));
        row("cut off", whole.left(whole.size() / 2));
        row("cut off in the head", magic + number(2) + number(1));
        row("of the future", magic + number(9) + number(0), "unsupported");
        row("entries that are not there", magic + number(2) + number(0xFFFFFFFF));
        row("entry of an unknown kind", magic + number(2) + number(1) + number(7) + text("a") + QByteArray(8, 0));
        row("certificate that is none", magic + number(2) + number(1) + entry + counted("no certificate"));
        row("certificate longer than the file", magic + number(2) + number(1) + entry + number(0x7FFFFFFF) + "x");
        row("chain of millions", magic + number(2) + number(1) + number(1) + text("a") + QByteArray(8, 0) +
                                     counted("key") + number(5'000'000));
    }
    void refusesDamaged() {
        QFETCH(QByteArray, content);
        QFETCH(QString, kind);
        const auto error = test::errorOf([&] { return read(content); });
        QVERIFY(error);
        QCOMPARE(nameOf(error->kind()), kind);
        QCOMPARE(errorKind(formats::readContents(view(content))), kind);
    }

    void leavesOthersAlone() {
        QVERIFY(!read({}));
        QVERIFY(!read(corpusData("certs", QStringLiteral("gen-der-named.pem"))));
        QVERIFY(!read(QByteArray(1000, 0)));
    }
};

CERTWRIGHT_TEST_MAIN(KeystoreTest)
#include "tst_keystore.moc"
