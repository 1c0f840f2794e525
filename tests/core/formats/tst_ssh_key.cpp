#include "core/formats/ssh_key.h"
#include "tests/core/formats/reading.h"
#include "tests/support/test_main.h"

#include <QFile>
#include <QTemporaryDir>

using namespace certwright;
using namespace certwright::test;

/// Keys of OpenSSH and PuTTY. The corpus's manifest has the digests of their public halves as pyca and ssh-keygen gave
/// them; others are made by ssh-keygen and turned into PKCS#8 by it.
class SshKeyTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void readsTheCorpus_data();
    void readsTheCorpus();
    void readsWhatSshKeygenMakes_data();
    void readsWhatSshKeygenMakes();
    void readsAuthorizedKeys();
    void refuses_data();
    void refuses();
};

void SshKeyTest::readsTheCorpus_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("type");
    QTest::addColumn<QString>("spkiSha256");
    for (const CorpusRow& row : corpusManifest(QStringLiteral("keys"))) {
        QString detail = row.detail;
        detail.remove(QStringLiteral("pub="));
        const QStringList parts = detail.split(u':');
        if (!row.kind.startsWith(QStringLiteral("ssh")) || parts.size() < 3 || parts[0] != QStringLiteral("ok"))
            continue;
        // Its own certificates are told, not read.
        if (!row.file.contains(QStringLiteral("-cert")) && !row.file.contains(QStringLiteral("p256-")))
            QTest::newRow(qPrintable(row.file)) << row.file << row.kind << parts[1] << parts[2].left(64).toUpper();
    }
}

void SshKeyTest::readsTheCorpus() {
    QFETCH(QString, file);
    QFETCH(QString, kind);
    QFETCH(QString, type);
    QFETCH(QString, spkiSha256);
    const formats::Contents contents = readCorpus("keys", file);
    QVERIFY2(!contents.error, contents.error ? contents.error->what() : "");
    const auto* key = firstOf<crypto::PublicKey>(contents);
    QVERIFY(key != nullptr);
    QCOMPARE(q(key->facts().type), type);
    QCOMPARE(q(key->spkiSha256()), spkiSha256);
}

void SshKeyTest::readsWhatSshKeygenMakes_data() {
    QTest::addColumn<QString>("arguments");
    QTest::addColumn<QString>("type");
    QTest::newRow("Ed25519") << "-t ed25519"
                             << "Ed25519";
    QTest::newRow("RSA") << "-t rsa -b 2048"
                         << "RSA";
    QTest::newRow("P-256") << "-t ecdsa -b 256"
                           << "EC";
    QTest::newRow("P-384") << "-t ecdsa -b 384"
                           << "EC";
    QTest::newRow("P-521") << "-t ecdsa -b 521"
                           << "EC";
    QTest::newRow("DSA") << "-t dsa"
                         << "DSA"; // OpenSSH 10 has it no more
}

void SshKeyTest::readsWhatSshKeygenMakes() {
    CERTWRIGHT_NEED_TOOL(keygen, "ssh-keygen");
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    QFETCH(QString, arguments);
    QFETCH(QString, type);
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("key"));
    const QStringList made =
        arguments.split(u' ') + QStringList({QStringLiteral("-q"), QStringLiteral("-C"), QStringLiteral("a comment"),
                                             QStringLiteral("-f"), path});
    if (!run(keygen, made + QStringList({QStringLiteral("-N"), QString()})).isSuccess())
        QSKIP("this ssh-keygen makes no such key");
    const auto read = [](const QString& name) {
        QFile file(name);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    };
    const formats::Contents contents = formats::readContents(view(read(path)));
    QVERIFY2(!contents.error, contents.error ? contents.error->what() : "");
    const auto* item = firstOf<formats::PrivateKeyItem>(contents);
    QVERIFY(item != nullptr && item->key && !item->isEncrypted());
    QCOMPARE(q(item->format), QStringLiteral("OpenSSH"));
    QCOMPARE(q(item->facts->type), type);
    QCOMPARE(q(contents.items[0].label), QStringLiteral("a comment"));

    const formats::Contents publicHalf = formats::readContents(view(read(path + QStringLiteral(".pub"))));
    QVERIFY(*firstOf<crypto::PublicKey>(publicHalf) == item->key->publicKey());
    QCOMPARE(q(publicHalf.items[0].label), QStringLiteral("a comment"));

    // Encrypted, it is recognised and told how to be converted.
    CERTWRIGHT_VERIFY_SUCCESS(
        run(keygen, {QStringLiteral("-p"), QStringLiteral("-q"), QStringLiteral("-f"), path, QStringLiteral("-P"),
                     QString(), QStringLiteral("-N"), QStringLiteral("s3cret pass")}));
    const formats::Contents locked = formats::readContents(view(read(path)));
    QCOMPARE(errorKind(locked), QStringLiteral("unsupported"));
    const auto* lockedKey = firstOf<formats::PrivateKeyItem>(locked);
    QVERIFY(lockedKey != nullptr && lockedKey->isEncrypted() && !lockedKey->key);
    QVERIFY(*lockedKey->facts == *item->facts);
    QCOMPARE(q(lockedKey->encryption->kdf), QStringLiteral("bcrypt"));
    QVERIFY(lockedKey->encryption->iterations > 0);

    // The same key as PKCS#8, by ssh-keygen itself.
    if (type == QStringLiteral("Ed25519"))
        return; // which it cannot
    CERTWRIGHT_VERIFY_SUCCESS(run(keygen, {QStringLiteral("-p"), QStringLiteral("-q"), QStringLiteral("-f"), path,
                                           QStringLiteral("-m"), QStringLiteral("PKCS8"), QStringLiteral("-P"),
                                           QStringLiteral("s3cret pass"), QStringLiteral("-N"), QString()}));
    QCOMPARE(bytes(item->key->toPkcs8Der().view()), openssl("pkcs8 -topk8 -nocrypt -outform DER", read(path)));
}

void SshKeyTest::readsAuthorizedKeys() {
    const QByteArray first = corpusData("keys", QStringLiteral("gen-openssh-ed25519.pub")).trimmed();
    const QByteArray second = corpusData("keys", QStringLiteral("gen-openssh-rsa.pub")).trimmed();
    const QByteArray text = "# my keys\n\n" + first + "\nno-pty,command=\"/bin/true\" " + second + "\n";
    const auto items = formats::readSshPublicKeys(textView(text));
    QCOMPARE(items.size(), std::size_t{2});
    QCOMPARE(q(items[0].as<crypto::PublicKey>()->facts().type), QStringLiteral("Ed25519"));
    QCOMPARE(q(items[1].as<crypto::PublicKey>()->facts().type), QStringLiteral("RSA"));
    // RFC 4716 holds the same keys.
    for (const char* name : {"ed25519", "rsa"}) {
        const QString file = QStringLiteral("gen-openssh-") + QString::fromLatin1(name);
        const auto line = readCorpus("keys", file + QStringLiteral(".pub"));
        const auto block = readCorpus("keys", file + QStringLiteral(".rfc4716.pub"));
        QVERIFY(*firstOf<crypto::PublicKey>(line) == *firstOf<crypto::PublicKey>(block));
    }
    QVERIFY(formats::readSshPublicKeys("nothing of the kind\nssh-keys are fine\n").empty());
}

void SshKeyTest::refuses_data() {
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("kind");
    const auto row = [](const char* name, const QByteArray& content, const char* kind) {
        QTest::newRow(name) << content << QString::fromLatin1(kind);
    };
    const auto file = [](const char* name) { return corpusData("keys", QString::fromLatin1(name)); };
    const QByteArray pem = file("gen-openssh-ed25519");
    const QByteArray der = QByteArray::fromBase64(pem.mid(36, pem.indexOf("-----END") - 36));
    const auto armoured = [](const QByteArray& content) {
        return "-----BEGIN OPENSSH PRIVATE KEY-----\n" + content.toBase64() + "\n-----END OPENSSH PRIVATE KEY-----\n";
    };
    row("cut off", armoured(der.left(der.size() / 2)), "bad-input");
    row("other magic", armoured(QByteArray(der).replace("openssh-key-v1", "openssh-key-v9")), "bad-input");
    row("nothing behind the magic", armoured(der.left(15)), "bad-input");
    row("check numbers that differ", armoured([&] {
            QByteArray changed = der;
            const qsizetype at = changed.lastIndexOf("ssh-ed25519") - 5;
            changed[at] = static_cast<char>(changed[at] ^ 1);
            return changed;
        }()),
        "bad-input");
    row("encrypted", file("gen-openssh-ed25519-enc"), "unsupported");
    row("PuTTY", file("gen-ppk3-rsa.ppk"), "unsupported");
    row("PuTTY, encrypted", file("gen-ppk2-rsa-enc.ppk"), "unsupported");
    row("OpenSSH certificate", file("openssh__ecdsa_1-cert.pub"), "unsupported");
    row("hardware token", file("pyca-cryptography__sk-ecdsa-psw.key"), "unsupported");
    row("public key cut off", file("gen-openssh-rsa.pub").left(100) + "\n", "bad-input");
}

void SshKeyTest::refuses() {
    QFETCH(QByteArray, content);
    QFETCH(QString, kind);
    const formats::Contents contents = formats::readContents(view(content));
    QCOMPARE(errorKind(contents), kind);
    QVERIFY(!contents.error->hint().empty());
    const auto* key = firstOf<formats::PrivateKeyItem>(contents);
    QVERIFY(key == nullptr || !key->key);
}

CERTWRIGHT_TEST_MAIN(SshKeyTest)
#include "tst_ssh_key.moc"
