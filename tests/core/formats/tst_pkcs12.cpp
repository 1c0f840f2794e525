#include "core/crypto/key_generator.h"
#include "core/formats/pkcs12.h"
#include "core/formats/pkcs8.h"
#include "tests/core/formats/reading.h"
#include "tests/support/test_ca.h"
#include "tests/support/test_main.h"

#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>

using namespace certwright;
using namespace certwright::test;
using base::ErrorKind;
using formats::Pkcs12Preset;
using formats::Pkcs12Result;

namespace {

formats::Contents contentsOf(const Pkcs12Result& result) {
    formats::Contents contents;
    contents.items.push_back({result.item, {}, {}});
    contents.error = result.error;
    return contents;
}

Pkcs12Result read(const QByteArray& file, const formats::PassphraseCallback& passphrases = formats::noPassphrase) {
    return formats::readPkcs12(view(file), passphrases);
}

QString countsOf(const Pkcs12Result& result) {
    const QStringList kinds = kindsOf(contentsOf(result)).split(u' ');
    return QStringLiteral("%1 %2 %3")
        .arg(kinds.count(QStringLiteral("certificate")))
        .arg(kinds.count(QStringLiteral("private-key")))
        .arg(kinds.count(QStringLiteral("crl")));
}

/// Of OpenSSL's own words about an encryption ("PBES2, PBKDF2, AES-128-CBC, Iteration 2048, PRF hmacWithSHA1").
QString opensslText(const formats::EncryptionInfo& info) {
    const QString iterations = QStringLiteral(", Iteration %1").arg(info.iterations);
    if (info.scheme != "PBES2")
        return q(info.scheme) + iterations;
    return QStringLiteral("PBES2, %1, %2%3, PRF %4").arg(q(info.kdf), q(info.cipher), iterations, q(info.prf));
}

QStringList sorted(QStringList list) {
    list.sort();
    return list;
}

} // namespace

/// PKCS#12 files: those of the corpus as `openssl pkcs12 -info` and pyca describe them in its manifest, those that the
/// command line makes, and ours in its hands.
class Pkcs12Test : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void readsTheCorpus_data();
    void readsTheCorpus();
    void staysLocked_data() { readsTheCorpus_data(); }
    void staysLocked();
    void tellsEmptyFromNone();
    void loadsWithAndWithoutPassphrase();
    void givesKeyCertificateAndChain();
    void givesWhatIsThere();
    void readsWithoutMac();
    void keepsNamesAndPairs();
    void readsWhatOpensslMakes_data();
    void readsWhatOpensslMakes();
    void opensslReadsOurs_data();
    void opensslReadsOurs();
    void refusesWhatMakesNoSense();
    void refusesDamagedFiles_data();
    void refusesDamagedFiles();

private:
    QString write(const char* name, const QByteArray& content) const;

    QTemporaryDir m_folder;
    TestCa m_ca;
    Issued m_leaf = m_ca.issue();
};

QString Pkcs12Test::write(const char* name, const QByteArray& content) const {
    QFile file(m_folder.filePath(QString::fromLatin1(name)));
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("cannot write %s", qPrintable(file.fileName()));
    return file.fileName();
}

void Pkcs12Test::readsTheCorpus_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("passphrase");
    QTest::addColumn<QString>("counts");
    QTest::addColumn<QString>("mac");
    QTest::addColumn<QStringList>("encryption");
    QTest::addColumn<bool>("isLegacy");
    for (const CorpusRow& row : corpusManifest(QStringLiteral("pkcs12"))) {
        if (!row.expected.startsWith(QStringLiteral("ok")))
            continue;
        // The manifest counts as OpenSSL does, which leaves the bags of revocation lists out; certtool shows one here.
        const bool hasList = row.file == QStringLiteral("gnutls__cert-with-crl.p12");
        const QString crls = hasList ? QStringLiteral("1") : row.value("crls");
        QTest::newRow(qPrintable(row.file))
            << row.file << row.passphrase << QStringLiteral("%1 %2 %3").arg(row.value("certs"), row.value("keys"), crls)
            << row.value("mac") << row.value("enc").split(u'|', Qt::SkipEmptyParts)
            << (row.value("needs_legacy") == QStringLiteral("yes"));
    }
}

void Pkcs12Test::readsTheCorpus() {
    QFETCH(QString, file);
    QFETCH(QString, passphrase);
    QFETCH(QString, counts);
    QFETCH(QString, mac);
    QFETCH(QStringList, encryption);
    QFETCH(bool, isLegacy);
    CorpusRow row;
    row.passphrase = passphrase;
    const Pkcs12Result result = read(corpusData("pkcs12", file), passphraseOf(row));
    QVERIFY2(!result.error, result.error ? result.error->what() : "");
    QVERIFY(!result.item.isLocked);
    QCOMPARE(countsOf(result), counts);

    QCOMPARE(result.item.mac.has_value(), mac != QStringLiteral("none"));
    if (result.item.mac) {
        QVERIFY(result.item.mac->isVerified);
        const QString iterations = QStringLiteral("Iteration %1").arg(result.item.mac->iterations);
        QVERIFY2(mac.endsWith(iterations), qPrintable(iterations));
        const QString algorithm = q(result.item.mac->algorithm);
        QVERIFY2(mac.startsWith(QStringLiteral("PBMAC1")) ? algorithm.startsWith(QStringLiteral("PBMAC1"))
                                                          : mac.startsWith(algorithm.toLower() + u','),
                 qPrintable(algorithm));
    }
    QStringList found;
    bool needsLegacy = false;
    for (const formats::EncryptionInfo& info : result.item.encryption) {
        found.append(opensslText(info));
        needsLegacy = needsLegacy || info.needsLegacyProvider;
    }
    QCOMPARE(sorted(found), sorted(encryption));
    QCOMPARE(needsLegacy, isLegacy);
}

void Pkcs12Test::staysLocked() {
    QFETCH(QString, file);
    QFETCH(QString, passphrase);
    QFETCH(QString, mac);
    QFETCH(QStringList, encryption);
    if (passphrase.startsWith(u'<') || (mac == QStringLiteral("none") && encryption.isEmpty()))
        return; // opens by itself
    const QByteArray content = corpusData("pkcs12", file);
    const Pkcs12Result without = read(content);
    QVERIFY(without.error && without.error->kind() == ErrorKind::PassphraseNeeded);
    QVERIFY(without.item.isLocked && !(without.item.mac && without.item.mac->isVerified));
    const Pkcs12Result wrong = read(content, answering({"definitely-wrong-9"}));
    QVERIFY(wrong.error && wrong.error->kind() == ErrorKind::WrongPassphrase);
    QVERIFY(wrong.item.isLocked && !(wrong.item.mac && wrong.item.mac->isVerified));
}

// RFC 7292 B.1: the empty passphrase is two zero octets, none is nothing; programs have taken both for "empty".
void Pkcs12Test::tellsEmptyFromNone() {
    for (const char* file :
         {"gen-empty-password.p12", "gnutls__noclient.p12", "gnutls__unclient.p12", "gnutls__pkcs12_2certs.p12",
          "google-boringssl__empty_password.p12", "pyca-cryptography__no-cert-name-3-no-pwd.p12"}) {
        int asked = 0;
        const auto count = [&asked](const formats::PassphraseQuestion&) -> std::optional<base::Secret> {
            ++asked;
            return std::nullopt;
        };
        const QByteArray content = corpusData("pkcs12", QString::fromLatin1(file));
        const Pkcs12Result result = read(content, count);
        QVERIFY2(!result.error && asked == 0, file);
        // Where nothing is tried unasked, an empty answer opens it.
        formats::ReadOptions options;
        options.triesEmptyPassphrase = false;
        QVERIFY2(!formats::readPkcs12(view(content), answering({""}), options).error, file);
        QVERIFY2(formats::readPkcs12(view(content), formats::noPassphrase, options).error, file);
    }
}

void Pkcs12Test::loadsWithAndWithoutPassphrase() {
    // crypto.load_pkcs12: with a passphrase, the empty one, and none; files with ciphers of the legacy provider too.
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    const QString pem = write("both.pem", bytes(formats::privateKeyToPem(m_leaf.key).view()) +
                                              QByteArray::fromStdString(m_leaf.certificate.toPem()));
    const auto make = [&pem](const char* how) {
        return openssl(
            QStringLiteral("pkcs12 -export -in %1 -iter 1000 %2").arg(pem, QString::fromLatin1(how)).split(u' '));
    };
    const base::Secret right = secret("right");
    const base::Secret wrong = secret("wrong");
    const base::Secret empty;
    for (const char* how : {"-passout pass:right", "-passout pass:right -legacy", "-passout pass:right -nomac"}) {
        const QByteArray file = make(how);
        QCOMPARE(formats::loadPkcs12(view(file), &right).items.size(), std::size_t{2});
        CERTWRIGHT_VERIFY_FAILS(formats::loadPkcs12(view(file), &wrong), ErrorKind::WrongPassphrase);
        CERTWRIGHT_VERIFY_FAILS(formats::loadPkcs12(view(file), &empty), ErrorKind::WrongPassphrase);
        CERTWRIGHT_VERIFY_FAILS(formats::loadPkcs12(view(file)), ErrorKind::PassphraseNeeded);
    }
    // Made with the empty passphrase: it opens with that one, and when there is none.
    const QByteArray blank = make("-passout pass:");
    QCOMPARE(formats::loadPkcs12(view(blank), &empty).items.size(), std::size_t{2});
    QCOMPARE(formats::loadPkcs12(view(blank)).items.size(), std::size_t{2});
    CERTWRIGHT_VERIFY_FAILS(formats::loadPkcs12(view(blank), &wrong), ErrorKind::WrongPassphrase);
    // Nothing to open: no passphrase is wrong.
    const QByteArray plain = make("-passout pass: -keypbe NONE -certpbe NONE -nomac");
    QCOMPARE(formats::loadPkcs12(view(plain)).items.size(), std::size_t{2});
    QCOMPARE(formats::loadPkcs12(view(plain), &wrong).items.size(), std::size_t{2});
    // MAC checked: it is there and one octet of it is another.
    QByteArray damaged = make("-passout pass:right");
    QVERIFY(formats::loadPkcs12(view(damaged), &right).mac->isVerified);
    damaged[damaged.size() - 20] = static_cast<char>(damaged[damaged.size() - 20] ^ 1);
    QVERIFY(errorOf([&] { return formats::loadPkcs12(view(damaged), &right).items.size(); }));
    CERTWRIGHT_VERIFY_FAILS(formats::loadPkcs12(view(QByteArray("no file")), &right), ErrorKind::BadInput);
}

void Pkcs12Test::givesKeyCertificateAndChain() {
    // crypto.PKCS12, crypto.PKCS12Type, crypto.PKCS12.get_privatekey, crypto.PKCS12.get_certificate,
    // crypto.PKCS12.get_ca_certificates: what `openssl pkcs12 -nocerts`, `-clcerts` and `-cacerts` print, in that
    // order.
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    const TestCa sub = m_ca.intermediate();
    const Issued leaf = sub.issue();
    const QString key = write("k.pem", bytes(formats::privateKeyToPem(leaf.key).view()));
    const QString own = write("l.pem", QByteArray::fromStdString(leaf.certificate.toPem()));
    // Issuers in an order of no meaning, and one of another chain.
    const QString others = write("o.pem", QByteArray::fromStdString(m_ca.certificate().toPem()) +
                                              QByteArray::fromStdString(m_leaf.certificate.toPem()) +
                                              QByteArray::fromStdString(sub.certificate().toPem()));
    const QByteArray file = openssl({QStringLiteral("pkcs12"), QStringLiteral("-export"), QStringLiteral("-inkey"), key,
                                     QStringLiteral("-in"), own, QStringLiteral("-certfile"), others,
                                     QStringLiteral("-name"), QStringLiteral("the leaf"), QStringLiteral("-caname"),
                                     QStringLiteral("the root"), QStringLiteral("-passout"), QStringLiteral("pass:x")});
    const base::Secret passphrase = secret("x");
    const formats::Pkcs12Item item = formats::loadPkcs12(view(file), &passphrase);
    const auto printed = [&file](const char* what) {
        return openssl(QByteArray("pkcs12 -nodes -passin pass:x ") + what, file);
    };
    const auto chain = item.caCertificates();
    QVERIFY(item.privateKey() != nullptr && item.certificate() != nullptr && chain.has_value());
    const auto* found = item.privateKey()->as<formats::PrivateKeyItem>();
    QVERIFY(found->key.has_value());
    const QByteArray keyPem = printed("-nocerts");
    QCOMPARE(bytes(formats::privateKeyToPem(*found->key).view()), keyPem.mid(keyPem.indexOf("-----BEGIN")));
    QCOMPARE(QList<QByteArray>{bytes(item.certificate()->as<x509::Certificate>()->der())},
             certificatesIn(printed("-nokeys -clcerts")));
    QList<QByteArray> authorities;
    QStringList names;
    for (const formats::Item* part : *chain) {
        authorities.append(bytes(part->as<x509::Certificate>()->der()));
        names.append(q(part->label));
    }
    QCOMPARE(authorities, certificatesIn(printed("-nokeys -cacerts")));
    QCOMPARE(authorities.size(), 3);
    QCOMPARE(names, QStringList({QStringLiteral("the root"), QString(), QString()}));
    QCOMPARE(q(item.privateKey()->label), QStringLiteral("the leaf"));
    QCOMPARE(q(item.certificate()->label), QStringLiteral("the leaf"));
    QVERIFY(!item.certificate()->localKeyId.empty());
    QVERIFY(item.privateKey()->localKeyId == item.certificate()->localKeyId);
    QVERIFY(printed("-nocerts")
                .contains("localKeyID: " + QByteArray::fromStdString(base::toHex(item.privateKey()->localKeyId, ' '))));
}

void Pkcs12Test::givesWhatIsThere() {
    // crypto.PKCS12.get_certificate, crypto.PKCS12.get_ca_certificates: nothing where there is nothing.
    const base::Secret passphrase = secret("x");
    const auto load = [&passphrase](const formats::Pkcs12Contents& contents) {
        return formats::loadPkcs12(formats::createPkcs12(contents, passphrase, Pkcs12Preset::Windows2016), &passphrase);
    };
    const formats::Pkcs12Item pair = load({m_leaf.key, m_leaf.certificate, {}, {}});
    QVERIFY(pair.privateKey() != nullptr && pair.certificate() != nullptr && !pair.caCertificates());
    const formats::Pkcs12Item key = load({m_leaf.key, {}, {}, {}});
    QVERIFY(key.privateKey() != nullptr && key.certificate() == nullptr && !key.caCertificates());
    // Without a key no certificate is anybody's own, as for `openssl pkcs12 -clcerts`.
    const formats::Pkcs12Item authority = load({{}, {}, {m_ca.certificate()}, {}});
    QVERIFY(authority.privateKey() == nullptr && authority.certificate() == nullptr);
    QCOMPARE(authority.caCertificates()->size(), std::size_t{1});
    // While the key is locked its certificate is told by the local key id, as far as that lies in clear.
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    const QString pem = write("both.pem", bytes(formats::privateKeyToPem(m_leaf.key).view()) +
                                              QByteArray::fromStdString(m_leaf.certificate.toPem()) +
                                              QByteArray::fromStdString(m_ca.certificate().toPem()));
    const QByteArray clear =
        openssl(QStringLiteral("pkcs12 -export -in %1 -passout pass:x -certpbe NONE").arg(pem).split(u' '));
    const Pkcs12Result locked = read(clear);
    QVERIFY(locked.item.isLocked && locked.item.privateKey() != nullptr && locked.item.certificate() != nullptr);
    QVERIFY(*locked.item.certificate()->as<x509::Certificate>() == m_leaf.certificate);
    QCOMPARE(locked.item.caCertificates()->size(), std::size_t{1});
}

void Pkcs12Test::readsWithoutMac() {
    const Pkcs12Result plain = read(corpusData("pkcs12", QStringLiteral("gen-plain.p12")));
    QVERIFY(!plain.error && !plain.item.mac && plain.item.encryption.empty());
    const QByteArray content = corpusData("pkcs12", QStringLiteral("gen-nomac.p12"));
    const Pkcs12Result encrypted = read(content, answering({"s3cret pass"}));
    QVERIFY(!encrypted.error && !encrypted.item.mac);
    QCOMPARE(countsOf(encrypted), QStringLiteral("1 1 0"));
    const Pkcs12Result wrong = read(content, answering({"wrong"}));
    QVERIFY(wrong.error && wrong.error->kind() == ErrorKind::WrongPassphrase);
}

void Pkcs12Test::keepsNamesAndPairs() {
    const Pkcs12Result result =
        read(corpusData("pkcs12", QStringLiteral("gen-friendly-unicode.p12")), answering({"s3cret pass"}));
    QVERIFY(!result.error);
    const formats::Item* key = nullptr;
    const formats::Item* certificate = nullptr;
    for (const formats::Item& item : result.item.items)
        (item.as<formats::PrivateKeyItem>() != nullptr ? key : certificate) = &item;
    QVERIFY(key != nullptr && certificate != nullptr);
    QCOMPARE(q(key->label), QStringLiteral("Schlüssel für Jürgen"));
    QCOMPARE(q(certificate->label), QStringLiteral("Schlüssel für Jürgen"));
    QVERIFY(!key->localKeyId.empty());
    QVERIFY(key->localKeyId == certificate->localKeyId);
}

void Pkcs12Test::readsWhatOpensslMakes_data() {
    QTest::addColumn<QString>("how");
    QTest::addColumn<QStringList>("encryption");
    QTest::addColumn<QString>("mac");
    const auto row = [](const char* how, const QStringList& encryption, const char* mac) {
        QTest::newRow(how) << QString::fromLatin1(how) << encryption << QString::fromLatin1(mac);
    };
    const QString aes = QStringLiteral("PBES2, PBKDF2, AES-256-CBC, Iteration 3000, PRF hmacWithSHA256");
    const QString des3 = QStringLiteral("pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 3000");
    const QString rc2 = QStringLiteral("pbeWithSHA1And40BitRC2-CBC, Iteration 3000");
    row("-iter 3000", {aes}, "SHA256 3000");
    row("-iter 3000 -macalg sha384", {aes}, "SHA384 3000");
    row("-iter 3000 -nomaciter", {aes}, "SHA256 1");
    row("-iter 3000 -nomac", {aes}, "");
    row("-iter 3000 -legacy", {rc2, des3}, "SHA1 3000");
    row("-iter 3000 -legacy -descert", {des3}, "SHA1 3000");
    row("-iter 3000 -keypbe PBE-SHA1-3DES -certpbe NONE", {des3}, "SHA256 3000");
    row("-iter 3000 -keypbe NONE -certpbe NONE", {}, "SHA256 3000");
    row("-iter 3000 -legacy -keypbe PBE-SHA1-RC4-128 -certpbe PBE-SHA1-RC2-128",
        {QStringLiteral("pbeWithSHA1And128BitRC2-CBC, Iteration 3000"),
         QStringLiteral("pbeWithSHA1And128BitRC4, Iteration 3000")},
        "SHA1 3000");
}

void Pkcs12Test::readsWhatOpensslMakes() {
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    QFETCH(QString, how);
    QFETCH(QStringList, encryption);
    QFETCH(QString, mac);
    const QString key = write("leaf.key", bytes(formats::privateKeyToPem(m_leaf.key).view()));
    const QString certificate = write("leaf.pem", QByteArray::fromStdString(m_leaf.certificate.toPem()));
    const QString root = write("root.pem", QByteArray::fromStdString(m_ca.certificate().toPem()));
    for (const QString& passphrase : {QStringLiteral("Pässwörd €"), QStringLiteral("plain")}) {
        const QByteArray made = openssl(
            QStringList({QStringLiteral("pkcs12"), QStringLiteral("-export"), QStringLiteral("-inkey"), key,
                         QStringLiteral("-in"), certificate, QStringLiteral("-certfile"), root, QStringLiteral("-name"),
                         QStringLiteral("leaf"), QStringLiteral("-passout"), QStringLiteral("pass:") + passphrase}) +
            how.split(u' '));
        QVERIFY(!made.isEmpty());
        const Pkcs12Result result = read(made, answering({passphrase.toUtf8()}));
        QVERIFY2(!result.error, result.error ? result.error->what() : "");
        QCOMPARE(countsOf(result), QStringLiteral("2 1 0"));
        const auto contents = contentsOf(result);
        QVERIFY(*firstOf<x509::Certificate>(contents) == m_leaf.certificate);
        QVERIFY(firstOf<formats::PrivateKeyItem>(contents)->key->publicKey() == m_leaf.key.publicKey());
        QStringList found;
        for (const formats::EncryptionInfo& info : result.item.encryption)
            found.append(opensslText(info));
        QCOMPARE(sorted(found), sorted(encryption));
        QCOMPARE(result.item.mac
                     ? q(result.item.mac->algorithm).toUpper() + QStringLiteral(" %1").arg(result.item.mac->iterations)
                     : QString(),
                 mac);
    }
}

void Pkcs12Test::opensslReadsOurs_data() {
    QTest::addColumn<bool>("isLegacy");
    QTest::addColumn<QString>("passphrase");
    QTest::addColumn<QStringList>("said");
    const QStringList strong = {QStringLiteral("MAC: sha256, Iteration 600000"),
                                QStringLiteral("PBES2, PBKDF2, AES-256-CBC, Iteration 600000, PRF hmacWithSHA256")};
    const QStringList legacy = {QStringLiteral("MAC: sha1, Iteration 2048"),
                                QStringLiteral("pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 2048")};
    QTest::newRow("strong") << false << "a passphrase" << strong;
    QTest::newRow("strong, beyond ASCII") << false << QStringLiteral("Pässwörd €") << strong;
    QTest::newRow("strong, empty") << false << "" << strong;
    QTest::newRow("legacy") << true << "a passphrase" << legacy;
    QTest::newRow("legacy, empty") << true << "" << legacy;
}

void Pkcs12Test::opensslReadsOurs() {
    CERTWRIGHT_NEED_TOOL(tool, "openssl");
    QFETCH(bool, isLegacy);
    QFETCH(QString, passphrase);
    QFETCH(QStringList, said);
    formats::Pkcs12Contents contents{m_leaf.key, m_leaf.certificate, {m_ca.certificate()}, "größter Schlüssel"};
    const base::Bytes made = formats::createPkcs12(contents, secret(passphrase.toUtf8()),
                                                   isLegacy ? Pkcs12Preset::Windows2016 : Pkcs12Preset::Strong);
    const QString file = write("ours.p12", bytes(made));
    const auto shown =
        run(tool, {QStringLiteral("pkcs12"), QStringLiteral("-info"), QStringLiteral("-in"), file,
                   QStringLiteral("-passin"), QStringLiteral("pass:") + passphrase, QStringLiteral("-nodes")});
    CERTWRIGHT_VERIFY_SUCCESS(shown);
    const QString text = QString::fromUtf8(shown.errors + shown.output);
    for (const QString& words : said)
        QVERIFY2(text.contains(words), qPrintable(text));
    for (const auto& certificate : {m_leaf.certificate, m_ca.certificate()})
        QVERIFY2(text.contains(q(certificate.toPem()).trimmed()), qPrintable(text));
    // Some versions of the command line print it as Latin-1.
    QVERIFY(shown.output.contains("friendlyName: größter Schlüssel") ||
            QString::fromLatin1(shown.output).contains(QStringLiteral("friendlyName: größter Schlüssel")));
    QVERIFY(!run(tool, {QStringLiteral("pkcs12"), QStringLiteral("-in"), file, QStringLiteral("-nodes"),
                        QStringLiteral("-passin"), QStringLiteral("pass:wrong")})
                 .isSuccess());

    const Pkcs12Result again = read(bytes(made), answering({passphrase.toUtf8()}));
    QVERIFY(!again.error);
    QCOMPARE(countsOf(again), QStringLiteral("2 1 0"));
    QCOMPARE(q(again.item.items.back().label).isEmpty(), false);
}

void Pkcs12Test::refusesWhatMakesNoSense() {
    const base::Secret passphrase = secret("x");
    CERTWRIGHT_VERIFY_FAILS(formats::createPkcs12({}, passphrase), ErrorKind::BadInput);
    const crypto::PrivateKey other = crypto::generateKey(crypto::KeySpec::parse("ec:P-256"));
    CERTWRIGHT_VERIFY_FAILS(
        formats::createPkcs12(formats::Pkcs12Contents{other, m_leaf.certificate, {}, {}}, passphrase),
        ErrorKind::BadInput);
    CERTWRIGHT_VERIFY_FAILS(formats::createPkcs12(formats::Pkcs12Contents{m_leaf.key, m_leaf.certificate, {}, {}},
                                                  secret(QByteArray("a\0b", 3))),
                            ErrorKind::BadInput);
    // Each part alone is fine.
    for (const auto& contents :
         {formats::Pkcs12Contents{m_leaf.key, {}, {}, {}}, formats::Pkcs12Contents{{}, m_leaf.certificate, {}, {}},
          formats::Pkcs12Contents{{}, {}, {m_ca.certificate()}, {}}}) {
        const base::Bytes made = formats::createPkcs12(contents, passphrase, Pkcs12Preset::Windows2016);
        QCOMPARE(read(bytes(made), answering({"x"})).item.items.size(), std::size_t{1});
    }
}

void Pkcs12Test::refusesDamagedFiles_data() {
    QTest::addColumn<QByteArray>("content");
    const QByteArray good = corpusData("pkcs12", QStringLiteral("gen-default.p12"));
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("text") << QByteArray("PKCS#12");
    QTest::newRow("cut off") << good.left(good.size() - 20);
    QTest::newRow("a certificate") << corpusData("certs", QStringLiteral("gen-der-named.pem"));
    // SEQUENCE { INTEGER 3, SEQUENCE { OID data, [0] OCTET STRING of rubbish } }
    QTest::newRow("no bags") << unhex("3019"
                                      "020103"
                                      "3014"
                                      "06092A864886F70D010701"
                                      "A007"
                                      "0405"
                                      "3003040101");
}

void Pkcs12Test::refusesDamagedFiles() {
    QFETCH(QByteArray, content);
    CERTWRIGHT_VERIFY_FAILS(read(content), ErrorKind::BadInput);
}

CERTWRIGHT_TEST_MAIN(Pkcs12Test)
#include "tst_pkcs12.moc"
