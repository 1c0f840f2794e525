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
        const formats::Contents contents = readCorpus("certs", QStringLiteral("kaikramer-keystore-exp__keystore.jks"));
        QCOMPARE(errorKind(contents), QStringLiteral("unsupported"));
        QVERIFY(contents.error->hint().find("keytool") != std::string::npos);
        const auto* store = contents.items.at(0).as<formats::KeystoreItem>();
        QCOMPARE(store->keyCount, 1U);
        QCOMPARE(kindsOf(contents), QStringLiteral("certificate"));
        QCOMPARE(q(store->items[0].label), QStringLiteral("test"));
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
        const auto error = test::errorOf([&] { return formats::readKeystore(view(content)); });
        QVERIFY(error);
        QCOMPARE(nameOf(error->kind()), kind);
        QCOMPARE(errorKind(formats::readContents(view(content))), kind);
    }

    void leavesOthersAlone() {
        QVERIFY(!formats::readKeystore({}));
        QVERIFY(!formats::readKeystore(view(corpusData("certs", QStringLiteral("gen-der-named.pem")))));
        QVERIFY(!formats::readKeystore(view(QByteArray(1000, 0))));
    }
};

CERTWRIGHT_TEST_MAIN(KeystoreTest)
#include "tst_keystore.moc"
