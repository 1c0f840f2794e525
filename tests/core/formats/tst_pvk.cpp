#include "tests/core/formats/reading.h"
#include "tests/support/test_main.h"

#include <QFile>
#include <QTemporaryDir>

using namespace certwright;
using namespace certwright::test;

/// Microsoft's PVK and key blobs, as the openssl command line writes them.
class PvkTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { CERTWRIGHT_SKIP_WITHOUT_OPENSSL(); }

    void readsWhatOpensslWrites_data() {
        QTest::addColumn<QString>("how");
        QTest::addColumn<QString>("format");
        QTest::addColumn<bool>("isEncrypted");
        QTest::newRow("PVK in clear") << "-outform PVK -pvk-none"
                                      << "PVK" << false;
        QTest::newRow("PVK, weak") << "-outform PVK -pvk-weak"
                                   << "PVK" << true;
        QTest::newRow("PVK, strong") << "-outform PVK -pvk-strong"
                                     << "PVK" << true;
        QTest::newRow("private blob") << "-outform MSBLOB"
                                      << "MSBLOB" << false;
    }
    void readsWhatOpensslWrites() {
        QFETCH(QString, how);
        QFETCH(QString, format);
        QFETCH(bool, isEncrypted);
        const QByteArray file = written(how);
        QVERIFY(!file.isEmpty());
        const formats::Contents contents = formats::readContents(view(file), answering({"wrong", "s3cret pass"}));
        QVERIFY2(!contents.error, contents.error ? contents.error->what() : "");
        const auto* item = firstOf<formats::PrivateKeyItem>(contents);
        QVERIFY(item != nullptr && item->key && item->facts);
        QCOMPARE(q(item->format), format);
        QCOMPARE(item->isEncrypted(), isEncrypted);
        QCOMPARE(bytes(item->key->toPkcs8Der().view()), openssl("pkcs8 -topk8 -nocrypt -outform DER", m_key));
        if (!isEncrypted)
            return;
        QCOMPARE(errorKind(formats::readContents(view(file))), QStringLiteral("passphrase-needed"));
        QCOMPARE(errorKind(formats::readContents(view(file), answering({"wrong"}))),
                 QStringLiteral("wrong-passphrase"));
        QVERIFY(firstOf<formats::PrivateKeyItem>(formats::readContents(view(file)))->isLocked());
    }

    void readsPublicBlobs() {
        const QByteArray file = written(QStringLiteral("-pubout -outform MSBLOB"));
        const formats::Contents contents = formats::readContents(view(file));
        QVERIFY2(!contents.error, contents.error ? contents.error->what() : "");
        const auto* key = firstOf<crypto::PublicKey>(contents);
        QVERIFY(key != nullptr);
        QCOMPARE(bytes(key->spkiDer()), openssl("pkey -pubout -outform DER", m_key));
    }

    void refusesDamage() {
        for (const char* how : {"-outform PVK -pvk-none", "-outform PVK -pvk-weak", "-outform MSBLOB"}) {
            const QByteArray file = written(QString::fromLatin1(how));
            for (const qsizetype size : {file.size() - 1, file.size() / 2, qsizetype{24}, qsizetype{20}}) {
                const formats::Contents contents =
                    formats::readContents(view(file.left(size)), answering({"s3cret pass"}));
                QCOMPARE(errorKind(contents), QStringLiteral("bad-input"));
                QVERIFY(contents.items.empty());
            }
        }
    }

private:
    /// A file that `openssl rsa` writes; into a file, since with a passphrase it wants none on its standard output.
    QByteArray written(const QString& how) {
        if (m_key.isEmpty())
            m_key = openssl("pkcs8 -topk8 -nocrypt", openssl("genrsa 1024"));
        QTemporaryDir folder;
        QFile file(folder.filePath(QStringLiteral("key")));
        QStringList arguments = words("rsa -provider legacy -provider default") + how.split(u' ') +
                                QStringList{QStringLiteral("-out"), file.fileName()};
        if (how.contains(QStringLiteral("weak")) || how.contains(QStringLiteral("strong")))
            arguments += QStringList{QStringLiteral("-passout"), QStringLiteral("pass:s3cret pass")};
        openssl(arguments, m_key);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    QByteArray m_key;
};

CERTWRIGHT_TEST_MAIN(PvkTest)
#include "tst_pvk.moc"
