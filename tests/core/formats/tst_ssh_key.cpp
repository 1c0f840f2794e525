#include "core/crypto/key_generator.h"
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
    void readsLockedKeysOfTheCorpus_data();
    void readsLockedKeysOfTheCorpus();
    void writesWhatSshKeygenReads_data();
    void writesWhatSshKeygenReads();
    void refusesToWrite();
    void readsWhatPuttygenMakes_data();
    void readsWhatPuttygenMakes();
    void limitsForeignCosts();
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

    // Encrypted, with every cipher it offers.
    const QByteArray clear = bytes(item->key->toPkcs8Der().view());
    QByteArray old;
    for (const char* cipher : {"aes256-ctr", "aes192-ctr", "aes128-ctr", "aes256-cbc", "aes192-cbc", "aes128-cbc",
                               "3des-cbc", "aes256-gcm@openssh.com", "aes128-gcm@openssh.com"}) {
        CERTWRIGHT_VERIFY_SUCCESS(run(keygen, {QStringLiteral("-p"), QStringLiteral("-q"), QStringLiteral("-f"), path,
                                               QStringLiteral("-P"), QString::fromLatin1(old), QStringLiteral("-N"),
                                               QStringLiteral("s3cret pass"), QStringLiteral("-a"), QStringLiteral("3"),
                                               QStringLiteral("-Z"), QString::fromLatin1(cipher)}));
        old = "s3cret pass";
        const QByteArray file = read(path);
        const formats::Contents open = formats::readContents(view(file), answering({"wrong", "s3cret pass"}));
        QVERIFY2(!open.error, open.error ? open.error->what() : "");
        const auto* opened = firstOf<formats::PrivateKeyItem>(open);
        QVERIFY(opened != nullptr && opened->key && opened->isEncrypted() && !opened->isLocked());
        QCOMPARE(bytes(opened->key->toPkcs8Der().view()), clear);
        QCOMPARE(q(open.items[0].label), QStringLiteral("a comment"));
        QCOMPARE(q(opened->encryption->kdf), QStringLiteral("bcrypt"));
        QCOMPARE(opened->encryption->iterations, std::uint64_t{3});
        QCOMPARE(errorKind(formats::readContents(view(file), answering({"wrong"}))),
                 QStringLiteral("wrong-passphrase"));
        const formats::Contents locked = formats::readContents(view(file));
        QCOMPARE(errorKind(locked), QStringLiteral("passphrase-needed"));
        const auto* lockedKey = firstOf<formats::PrivateKeyItem>(locked);
        QVERIFY(lockedKey != nullptr && lockedKey->isLocked() && *lockedKey->facts == *item->facts);
    }

    // The same key as PKCS#8, by ssh-keygen itself.
    if (type == QStringLiteral("Ed25519"))
        return; // which it cannot
    CERTWRIGHT_VERIFY_SUCCESS(run(keygen, {QStringLiteral("-p"), QStringLiteral("-q"), QStringLiteral("-f"), path,
                                           QStringLiteral("-m"), QStringLiteral("PKCS8"), QStringLiteral("-P"),
                                           QStringLiteral("s3cret pass"), QStringLiteral("-N"), QString()}));
    QCOMPARE(clear, openssl("pkcs8 -topk8 -nocrypt -outform DER", read(path)));
}

void SshKeyTest::readsLockedKeysOfTheCorpus_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("passphrase");
    QTest::addColumn<QString>("spkiSha256");
    for (const CorpusRow& row : corpusManifest(QStringLiteral("keys"))) {
        if ((row.kind != QStringLiteral("key-openssh") && row.kind != QStringLiteral("key-ppk")) ||
            row.file.contains(QStringLiteral("__sk-")))
            continue;
        QTest::newRow(qPrintable(row.file)) << row.file << row.passphrase << row.detail.right(64).toUpper();
    }
}

void SshKeyTest::readsLockedKeysOfTheCorpus() {
    QFETCH(QString, file);
    QFETCH(QString, passphrase);
    QFETCH(QString, spkiSha256);
    CorpusRow row;
    row.passphrase = passphrase;
    const formats::Contents contents = readCorpus("keys", file, passphraseOf(row));
    const auto* item = firstOf<formats::PrivateKeyItem>(contents);
    QVERIFY(item != nullptr);
    QVERIFY2(!contents.error, contents.error ? contents.error->what() : "");
    QVERIFY(item->key);
    QCOMPARE(q(item->key->publicKey().spkiSha256()), spkiSha256);
    QCOMPARE(item->isEncrypted(), passphrase != QStringLiteral("<none>"));
    if (item->isEncrypted())
        QCOMPARE(errorKind(readCorpus("keys", file, answering({"definitely-wrong-9"}))),
                 QStringLiteral("wrong-passphrase"));
}

void SshKeyTest::writesWhatSshKeygenReads_data() {
    QTest::addColumn<QString>("spec");
    for (const char* spec : {"rsa:2048", "dsa:1024", "ec:P-256", "ec:P-384", "ec:P-521", "ed25519"})
        QTest::newRow(spec) << QString::fromLatin1(spec);
}

void SshKeyTest::writesWhatSshKeygenReads() {
    CERTWRIGHT_NEED_TOOL(keygen, "ssh-keygen");
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    QFETCH(QString, spec);
    const crypto::PrivateKey key = crypto::generateKey(crypto::KeySpec::parse(spec.toStdString()));
    const QByteArray clear = bytes(key.toPkcs8Der().view());
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("key"));
    for (const bool isEncrypted : {false, true}) {
        const base::Secret pem = isEncrypted ? formats::toOpenSshPem(key, secret("s3cret pass"), "a comment", 3)
                                             : formats::toOpenSshPem(key, "a comment");
        QFile::remove(path);
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes(pem.view())) > 0);
        QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::WriteOwner));
        file.close();
        const QString passphrase = isEncrypted ? QStringLiteral("s3cret pass") : QString();
        const auto shown =
            run(keygen, {QStringLiteral("-y"), QStringLiteral("-P"), passphrase, QStringLiteral("-f"), path});
        if (!shown.isSuccess() && spec.startsWith(QStringLiteral("dsa")))
            QSKIP("this ssh-keygen has no DSA");
        CERTWRIGHT_VERIFY_SUCCESS(shown);
        QCOMPARE(q(formats::toSshPublicLine(key.publicKey(), "a comment")).trimmed(),
                 QString::fromUtf8(shown.output).trimmed());
        if (isEncrypted)
            QVERIFY(!run(keygen, {QStringLiteral("-y"), QStringLiteral("-P"), QStringLiteral("wrong"),
                                  QStringLiteral("-f"), path})
                         .isSuccess());
        const formats::Contents again = formats::readContents(view(bytes(pem.view())), answering({"s3cret pass"}));
        QVERIFY(!again.error);
        QCOMPARE(bytes(firstOf<formats::PrivateKeyItem>(again)->key->toPkcs8Der().view()), clear);
        if (spec == QStringLiteral("ed25519"))
            continue; // which ssh-keygen cannot write as PKCS#8
        CERTWRIGHT_VERIFY_SUCCESS(
            run(keygen, {QStringLiteral("-p"), QStringLiteral("-q"), QStringLiteral("-f"), path, QStringLiteral("-m"),
                         QStringLiteral("PKCS8"), QStringLiteral("-P"), passphrase, QStringLiteral("-N"), QString()}));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(openssl("pkcs8 -topk8 -nocrypt -outform DER", file.readAll()), clear);
    }
}

void SshKeyTest::refusesToWrite() {
    for (const char* spec : {"ed448", "x25519", "ec:secp256k1", "rsa-pss:1024"}) {
        const crypto::PrivateKey key = crypto::generateKey(crypto::KeySpec::parse(spec));
        CERTWRIGHT_VERIFY_FAILS(formats::toOpenSshPem(key), base::ErrorKind::Unsupported);
        CERTWRIGHT_VERIFY_FAILS(formats::toSshPublicLine(key.publicKey()), base::ErrorKind::Unsupported);
    }
    const crypto::PrivateKey key = crypto::generateKey({"Ed25519"});
    CERTWRIGHT_VERIFY_FAILS(formats::toOpenSshPem(key, base::Secret()), base::ErrorKind::BadInput);
}

void SshKeyTest::readsWhatPuttygenMakes_data() {
    QTest::addColumn<QString>("type");
    QTest::addColumn<QString>("parameters");
    QTest::addColumn<bool>("isEncrypted");
    for (const char* type : {"rsa -b 1024", "dsa -b 1024", "ecdsa -b 256", "ecdsa -b 521", "ed25519"}) {
        for (const int version : {2, 3}) {
            QTest::addRow("%s, version %d", type, version)
                << QString::fromLatin1(type) << QStringLiteral("version=%1").arg(version) << false;
            QTest::addRow("%s, version %d, encrypted", type, version)
                << QString::fromLatin1(type) << QStringLiteral("version=%1,memory=64,passes=2").arg(version) << true;
        }
    }
    for (const char* variant : {"argon2i", "argon2d", "argon2id"})
        QTest::newRow(variant)
            << "ed25519" << QStringLiteral("kdf=%1,memory=256,passes=3,parallelism=2").arg(QString::fromLatin1(variant))
            << true;
}

void SshKeyTest::readsWhatPuttygenMakes() {
    CERTWRIGHT_NEED_TOOL(puttygen, "puttygen");
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    QFETCH(QString, type);
    QFETCH(QString, parameters);
    QFETCH(bool, isEncrypted);
    QTemporaryDir folder;
    const auto write = [&folder](const char* name, const QByteArray& content) {
        QFile file(folder.filePath(QString::fromLatin1(name)));
        return file.open(QIODevice::WriteOnly) && file.write(content) == content.size() ? file.fileName() : QString();
    };
    const QString passphrase = write("passphrase", isEncrypted ? "s3cret pass\n" : "");
    const QString none = write("none", "");
    const QString path = folder.filePath(QStringLiteral("key.ppk"));
    CERTWRIGHT_VERIFY_SUCCESS(
        run(puttygen, QStringList{QStringLiteral("-q"), QStringLiteral("-t")} + type.split(u' ') +
                          QStringList{QStringLiteral("-C"), QStringLiteral("a comment"), QStringLiteral("-o"), path,
                                      QStringLiteral("--ppk-param"), parameters, QStringLiteral("--random-device"),
                                      QStringLiteral("/dev/urandom"), QStringLiteral("--new-passphrase"), passphrase}));
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray ppk = file.readAll();
    const formats::Contents contents = formats::readContents(view(ppk), answering({"wrong", "s3cret pass"}));
    const auto* item = firstOf<formats::PrivateKeyItem>(contents);
    QVERIFY(item != nullptr);
    QVERIFY2(!contents.error, contents.error ? contents.error->what() : "");
    QCOMPARE(item->isEncrypted(), isEncrypted);
    QCOMPARE(q(contents.items[0].label), QStringLiteral("a comment"));
    const QString old = folder.filePath(QStringLiteral("old"));
    CERTWRIGHT_VERIFY_SUCCESS(run(puttygen, {path, QStringLiteral("--old-passphrase"), passphrase, QStringLiteral("-O"),
                                             QStringLiteral("public-openssh"), QStringLiteral("-o"), old}));
    QFile publicFile(old);
    QVERIFY(publicFile.open(QIODevice::ReadOnly));
    QCOMPARE(q(formats::toSshPublicLine(item->key->publicKey(), "a comment")), QString::fromUtf8(publicFile.readAll()));
    if (isEncrypted)
        QCOMPARE(errorKind(formats::readContents(view(ppk), answering({"wrong"}))), QStringLiteral("wrong-passphrase"));
    if (type == QStringLiteral("ed25519"))
        return; // which has no traditional form
    CERTWRIGHT_VERIFY_SUCCESS(run(puttygen, {path, QStringLiteral("--old-passphrase"), passphrase, QStringLiteral("-O"),
                                             QStringLiteral("private-openssh"), QStringLiteral("-o"), old,
                                             QStringLiteral("--new-passphrase"), none}));
    QFile privateFile(old);
    QVERIFY(privateFile.open(QIODevice::ReadOnly));
    QCOMPARE(bytes(item->key->toPkcs8Der().view()),
             openssl("pkcs8 -topk8 -nocrypt -outform DER", privateFile.readAll()));
}

void SshKeyTest::limitsForeignCosts() {
    formats::ReadOptions limits;
    limits.maxBcryptRounds = 10; // ssh-keygen takes 16 when nobody says otherwise
    const QByteArray file = corpusData("keys", QStringLiteral("gen-openssh-ed25519-enc"));
    QCOMPARE(errorKind(formats::readContents(view(file), answering({"s3cret pass"}), limits)),
             QStringLiteral("not-allowed"));
    QByteArray ppk = corpusData("keys", QStringLiteral("gen-ppk3-rsa-enc.ppk"));
    formats::ReadOptions few;
    few.maxTotalWork = 100;
    QCOMPARE(errorKind(formats::readContents(view(file), answering({"s3cret pass"}), few)),
             QStringLiteral("not-allowed"));
    ppk.replace("Argon2-Passes: ", "Argon2-Passes: 9999");
    QCOMPARE(errorKind(formats::readContents(view(ppk), answering({"ppk-pass"}))), QStringLiteral("not-allowed"));
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
    row("encrypted", file("gen-openssh-ed25519-enc"), "passphrase-needed");
    row("PuTTY, encrypted", file("gen-ppk2-rsa-enc.ppk"), "passphrase-needed");
    row("PuTTY, version 1", file("gen-ppk2-rsa.ppk").replace("File-2:", "File-1:"), "unsupported");
    row("PuTTY, another cipher", file("gen-ppk2-rsa-enc.ppk").replace("aes256-cbc", "aes256-ctr"), "unsupported");
    row("PuTTY, MAC wrong", file("gen-ppk3-rsa.ppk").replace("Private-MAC: ", "Private-MAC: 00"), "bad-input");
    row("PuTTY, comment changed", file("gen-ppk2-rsa.ppk").replace("Comment: ", "Comment: x"), "bad-input");
    row("PuTTY, cut off", file("gen-ppk2-rsa.ppk").left(700), "bad-input");
    row("PuTTY, no lines", "PuTTY-User-Key-File-3: ssh-rsa\n", "bad-input");
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
