#include "core/formats/reader.h"
#include "tests/core/formats/reading.h"
#include "tests/support/test_main.h"

#include <QTemporaryDir>

using namespace certwright;
using namespace certwright::test;

namespace {

/// SHA-256 of the certificate in certs/gen-base.pem, as its manifest and `openssl x509 -fingerprint` have it.
constexpr auto BaseSha256 = "A4E19C8EDB319790864492F612E310B84E8B9CB629BECAAAD9C8220E93ADC9AA";

QByteArray basePem() {
    return corpusData("certs", QStringLiteral("gen-base.pem"));
}
QByteArray baseDer() {
    return corpusData("certs", QStringLiteral("gen-der-named.pem"));
}

QByteArray utf16(const QByteArray& text, bool isBigEndian, bool hasMark) {
    QByteArray out = !hasMark ? QByteArray() : isBigEndian ? QByteArray("\xFE\xFF") : QByteArray("\xFF\xFE");
    for (const char c : text)
        out += isBigEndian ? QByteArray("\0", 1) + c : c + QByteArray("\0", 1);
    return out;
}

} // namespace

/// What is in bytes: found by content alone, whatever program, mail or editor they went through.
class ContentsReaderTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void readsTheCertificateHoweverItCame_data();
    void readsTheCertificateHoweverItCame();
    void readsEverythingInTheFile_data();
    void readsEverythingInTheFile();
    void refuses_data();
    void refuses();
    void readsTheWholeCorpus_data();
    void readsTheWholeCorpus();
    void survivesEveryCut_data();
    void survivesEveryCut();
    void asksAsOftenAsAllowed();
    void usesAPassphraseAgain();
    void stopsWhenAskedTo();
    void limitsForeignCosts_data();
    void limitsForeignCosts();
    void limitsTheCostOfAllPartsTogether();
    void readsFiles();
};

void ContentsReaderTest::readsTheCertificateHoweverItCame_data() {
    QTest::addColumn<QByteArray>("content");
    const auto row = [](const char* name, const QByteArray& content) { QTest::newRow(name) << content; };
    for (const CorpusRow& one : corpusManifest(QStringLiteral("certs"))) {
        const bool isBase = one.value("sha256").compare(QLatin1String(BaseSha256), Qt::CaseInsensitive) == 0;
        if (isBase && !one.file.startsWith(QStringLiteral("gen-twice")))
            row(qPrintable(one.file), corpusData("certs", one.file));
    }
    // "either" in the manifest: other programs refuse some of them.
    for (const char* file :
         {"gen-base64-no-armour.txt", "gen-cr-only.pem", "gen-indented.pem", "gen-mail-quoted.pem", "gen-utf16le.pem"})
        row(file, corpusData("certs", QString::fromLatin1(file)));
    const QByteArray pem = basePem();
    const QByteArray base64 = baseDer().toBase64();
    row("UTF-16BE", utf16(pem, true, false));
    row("UTF-16BE with a mark", utf16(pem, true, true));
    row("UTF-16LE with a mark", utf16(pem, false, true));
    row("UTF-8 mark, CRLF, text", "\xEF\xBB\xBFyour certificate:\r\n" + QByteArray(pem).replace("\n", "\r\n"));
    row("base64 in one line", base64);
    row("base64 in lines with CRLF", base64.left(100) + "\r\n" + base64.mid(100) + "\r\n");
    row("base64 after a mark", "\xEF\xBB\xBF" + base64);
    row("base64 as UTF-16", utf16(base64, false, true));
    row("empty lines before", "\n\n\n" + pem);
    row("zeros behind DER", baseDer() + QByteArray(100, 0));
    row("line end behind DER", baseDer() + "\r\n");
    row("labelled as something else", QByteArray(pem).replace("CERTIFICATE", "PKCS7"));
    row("labelled as nobody knows", QByteArray(pem).replace("CERTIFICATE", "MY THING"));
    row("JSON", "{\"certificate\":\"" + QByteArray(pem).replace("\n", "\\n") + "\"}");
}

void ContentsReaderTest::readsTheCertificateHoweverItCame() {
    QFETCH(QByteArray, content);
    const formats::Contents contents = formats::readContents(view(content));
    QVERIFY2(!contents.error, contents.error ? contents.error->what() : "");
    QCOMPARE(kindsOf(contents), QStringLiteral("certificate"));
    QCOMPARE(q(firstOf<x509::Certificate>(contents)->sha256()), QString::fromLatin1(BaseSha256));
}

void ContentsReaderTest::readsEverythingInTheFile_data() {
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("kinds");
    QTest::addColumn<QString>("error");
    QTest::addColumn<int>("notes");
    const auto row = [](const char* name, const QByteArray& content, const char* kinds, const char* error = "",
                        int notes = 0) {
        QTest::newRow(name) << content << QString::fromLatin1(kinds) << QString::fromLatin1(error) << notes;
    };
    const QByteArray pem = basePem();
    const QByteArray der = baseDer();
    const QByteArray other = corpusData("certs", QStringLiteral("libksba__ed25519-rfc8410.crt"));
    const QByteArray damaged = "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n";
    row("certificate and key", corpusData("certs", QStringLiteral("gen-cert+key.pem")), "certificate private-key");
    row("key and chain", corpusData("certs", QStringLiteral("gen-key+cert+cert.pem")),
        "private-key certificate certificate");
    row("one of each",
        pem + corpusData("csrs", QStringLiteral("gen-ed25519.pem")) +
            corpusData("crls", QStringLiteral("gen-empty.pem")) +
            corpusData("keys", QStringLiteral("gen-ed25519.pem")) + corpusData("keys", QStringLiteral("gen-spki.pem")),
        "certificate request crl private-key public-key");
    row("EC parameters and their key", corpusData("keys", QStringLiteral("gen-ec-prime256v1-params+key.pem")),
        "ec-parameters private-key");
    row("a container among others", pem + corpusData("pkcs7", QStringLiteral("gen-degenerate.p7b")) + pem,
        "certificate certificate certificate certificate");
    row("DER behind DER", der + other, "certificate certificate");
    row("the same DER twice", der + der, "certificate", "", 1);
    row("rubbish behind DER", der + "rubbish", "certificate", "", 1);
    row("octets behind a block's DER",
        "-----BEGIN CERTIFICATE-----\n" + (der + "rubbish").toBase64() + "\n-----END CERTIFICATE-----\n", "certificate",
        "", 1);
    row("damaged first", damaged + pem, "certificate", "bad-input");
    row("damaged between", pem + damaged + pem, "certificate certificate", "bad-input");
    row("damaged last", pem + damaged, "certificate", "bad-input");
    row("locked among others", pem + corpusData("keys", QStringLiteral("gen-rsa-trad-aes128.pem")) + pem,
        "certificate private-key certificate", "passphrase-needed");
    row("a block of another kind beside it", pem + "-----BEGIN FOO-----\nAAAA\n-----END FOO-----\n",
        "certificate unknown");
    row("OpenPGP beside it", pem + "-----BEGIN PGP MESSAGE-----\n\nAAAA\n-----END PGP MESSAGE-----\n", "certificate",
        "unsupported");
    row("other END label", QByteArray(pem).replace("END CERTIFICATE", "END X509 CRL"), "certificate", "", 1);
    row("other label", QByteArray(pem).replace("CERTIFICATE", "X509 CRL"), "certificate", "", 1);
}

void ContentsReaderTest::readsEverythingInTheFile() {
    QFETCH(QByteArray, content);
    QFETCH(QString, kinds);
    QFETCH(QString, error);
    QFETCH(int, notes);
    const formats::Contents contents = formats::readContents(view(content));
    QCOMPARE(kindsOf(contents), kinds);
    QCOMPARE(errorKind(contents), error);
    QCOMPARE(contents.notes.size(), static_cast<std::size_t>(notes));
}

void ContentsReaderTest::refuses_data() {
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("kind");
    const auto row = [](const char* name, const QByteArray& content, const char* kind = "bad-input") {
        QTest::newRow(name) << content << QString::fromLatin1(kind);
    };
    row("nothing", {});
    row("blanks", "  \r\n\t ");
    row("a zero octet", QByteArray(1, 0));
    row("zeros", QByteArray(1000, 0));
    row("text", "This is no certificate.");
    row("base64 of something else", QByteArray("hello, world, this is text").toBase64());
    row("HTML", "<html><body>Not found</body></html>");
    row("ZIP", "PK\x03\x04 and so on");
    row("PDF", "%PDF-1.7 and so on");
    row("JSON", "{\"a\": 1}");
    row("OpenPGP alone", "-----BEGIN PGP MESSAGE-----\n\nAAAA\n-----END PGP MESSAGE-----\n", "unsupported");
    row("a block of another kind alone", "-----BEGIN FOO-----\nAAAA\n-----END FOO-----\n");
    row("END alone", "AAAA\n-----END CERTIFICATE-----\n");
    row("BEGIN alone", "-----BEGIN CERTIFICATE-----\n");
    row("OCSP response", unhex("30030A0106"), "unsupported");
    row("DER of nothing known", unhex("3006040101040102"));
    row("DER cut off", baseDer().left(200));
    row("DER with a wrong length inside", QByteArray(baseDer()).replace(6, 1, "\xFF"));
}

void ContentsReaderTest::refuses() {
    QFETCH(QByteArray, content);
    QFETCH(QString, kind);
    const formats::Contents contents = formats::readContents(view(content), formats::noPassphrase, {}, "some file");
    QCOMPARE(errorKind(contents), kind);
    QVERIFY(contents.items.empty());
    QCOMPARE(q(contents.error->context()), QStringLiteral("some file"));
    QVERIFY(!contents.error->message().empty());
}

void ContentsReaderTest::readsTheWholeCorpus_data() {
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("passphrase");
    QTest::addColumn<QString>("expected");
    for (const char* family :
         {"certs", "keys", "names", "csrs", "crls", "pkcs12", "pkcs7", "spkac", "pqc", "malformed"}) {
        for (const CorpusRow& row : corpusManifest(QString::fromLatin1(family)))
            QTest::addRow("%s/%s", family, qPrintable(row.file))
                << corpusData(family, row.file) << row.passphrase << row.expected;
    }
}

// The facts are compared by tests/conformance through the program; this is for debuggers and sanitizers.
void ContentsReaderTest::readsTheWholeCorpus() {
    QFETCH(QByteArray, content);
    QFETCH(QString, passphrase);
    QFETCH(QString, expected);
    CorpusRow row;
    row.passphrase = passphrase;
    const formats::Contents contents = formats::readContents(view(content), passphraseOf(row));
    if (expected == QStringLiteral("ok")) {
        QVERIFY2(!contents.error, contents.error ? contents.error->what() : "");
        QVERIFY(!contents.items.empty());
    } else if (expected == QStringLiteral("error")) {
        QVERIFY(contents.error && !contents.error->message().empty());
    } else {
        QVERIFY(contents.error || !contents.items.empty());
    }
}

void ContentsReaderTest::survivesEveryCut_data() {
    QTest::addColumn<QByteArray>("content");
    const auto row = [](const char* family, const char* file) {
        QTest::newRow(file) << corpusData(family, QString::fromLatin1(file));
    };
    row("certs", "gen-der-named.pem");
    row("certs", "gen-cert+key.pem");
    row("certs", "p11-kit__multiple.jks");
    row("certs", "kaikramer-keystore-exp__keystore.bks");
    row("csrs", "gen-ec.der");
    row("crls", "gen-idp.pem");
    row("keys", "gen-openssh-ed25519");
    row("keys", "gen-openssh-ed25519.pub");
    row("keys", "gen-openssh-ed25519.rfc4716.pub");
    row("keys", "gen-ppk3-rsa.ppk");
    row("keys", "gen-p8-scrypt.pem");
    row("pkcs7", "gen-empty.p7b");
    row("pkcs12", "gen-plain.p12");
    row("spkac", "gen-ec-nochallenge.spkac");
}

void ContentsReaderTest::survivesEveryCut() {
    QFETCH(QByteArray, content);
    formats::ReadOptions quick;
    quick.maxIterations = 1;
    for (qsizetype size = 0; size < content.size(); size += size < 100 ? 1 : 13) {
        const QByteArray cut = content.left(size);
        const formats::Contents contents = formats::readContents(view(cut), formats::noPassphrase, quick);
        QVERIFY(contents.error || !contents.items.empty());
        // One octet changed.
        QByteArray changed = content;
        changed[size] = static_cast<char>(changed[size] ^ 0x21);
        const formats::Contents other = formats::readContents(view(changed), formats::noPassphrase, quick);
        QVERIFY(other.error || !other.items.empty());
    }
}

void ContentsReaderTest::asksAsOftenAsAllowed() {
    const QByteArray key = corpusData("keys", QStringLiteral("gen-rsa-trad-aes128.pem"));
    QList<int> attempts;
    formats::ReadOptions options;
    options.maxAttempts = 5;
    const auto wrong = [&attempts](const formats::PassphraseQuestion& question) {
        attempts.append(question.attempt);
        return std::optional(secret("wrong"));
    };
    const formats::Contents contents = formats::readContents(view(key), wrong, options, "a.key");
    QCOMPARE(attempts, QList<int>({0, 1, 2, 3, 4}));
    QCOMPARE(errorKind(contents), QStringLiteral("wrong-passphrase"));
    QCOMPARE(kindsOf(contents), QStringLiteral("private-key"));
    QVERIFY(formats::hasLockedParts(contents));
    const auto* item = firstOf<formats::PrivateKeyItem>(contents);
    QVERIFY(item->isLocked() && item->isEncrypted() && !item->key);

    // The second one fits.
    const formats::Contents read = formats::readContents(view(key), answering({"wrong", "s3cret pass"}));
    QVERIFY(!read.error && !formats::hasLockedParts(read));
    // Giving up after a wrong one is a wrong passphrase, giving up at once a missing one.
    QCOMPARE(errorKind(formats::readContents(view(key), answering({"wrong"}))), QStringLiteral("wrong-passphrase"));
    QCOMPARE(errorKind(formats::readContents(view(key), answering({}))), QStringLiteral("passphrase-needed"));
}

void ContentsReaderTest::usesAPassphraseAgain() {
    const QByteArray both = corpusData("keys", QStringLiteral("gen-rsa-trad-aes128.pem")) +
                            corpusData("keys", QStringLiteral("gen-rsa-trad-des3.pem"));
    int asked = 0;
    const auto once = [&asked](const formats::PassphraseQuestion&) {
        ++asked;
        return std::optional(secret("s3cret pass"));
    };
    const formats::Contents contents = formats::readContents(view(both), once);
    QVERIFY(!contents.error);
    QCOMPARE(kindsOf(contents), QStringLiteral("private-key private-key"));
    QCOMPARE(asked, 1);
}

void ContentsReaderTest::stopsWhenAskedTo() {
    const QByteArray key = corpusData("keys", QStringLiteral("gen-rsa-trad-aes128.pem"));
    const auto cancel = [](const formats::PassphraseQuestion&) -> std::optional<base::Secret> {
        throw base::Error(base::ErrorKind::Cancelled, "stopped");
    };
    QCOMPARE(errorKind(formats::readContents(view(key), cancel)), QStringLiteral("cancelled"));
}

void ContentsReaderTest::limitsForeignCosts_data() {
    QTest::addColumn<QByteArray>("content");
    const auto row = [](const char* family, const char* file) {
        QTest::newRow(file) << corpusData(family, QString::fromLatin1(file));
    };
    row("keys", "gen-p8-pbes2-aes256-sha256.pem");
    row("keys", "gen-p8-v1-PBE-SHA1-3DES.pem");
    row("keys", "gen-p8-scrypt.pem");
    row("pkcs12", "gen-default.p12");
    row("pkcs12", "gen-pbmac1.p12");
}

void ContentsReaderTest::limitsForeignCosts() {
    QFETCH(QByteArray, content);
    formats::ReadOptions tight;
    tight.maxIterations = 1000;
    tight.maxScryptMemory = 1 << 20;
    const formats::Contents contents = formats::readContents(view(content), answering({"x"}), tight);
    QCOMPARE(errorKind(contents), QStringLiteral("not-allowed"));
    QVERIFY(!contents.error->hint().empty());
}

void ContentsReaderTest::limitsTheCostOfAllPartsTogether() {
    const QByteArray key = corpusData("keys", QStringLiteral("gen-p8-pbes2-aes256-sha256.pem")); // 2048 iterations
    formats::ReadOptions tight;
    tight.maxTotalWork = 10'000;
    // The empty one and "wrong": 4096 for each key.
    QCOMPARE(errorKind(formats::readContents(view(key), answering({"wrong"}), tight)),
             QStringLiteral("wrong-passphrase"));
    const formats::Contents contents = formats::readContents(view(key.repeated(9)), answering({"wrong"}), tight);
    QCOMPARE(contents.items.size(), std::size_t{2});
    // Several passphrases make it no longer: the count begins anew three times in all.
    QCOMPARE(formats::readContents(view(key.repeated(9)), answering({"a", "b", "c"}), tight).items.size(),
             std::size_t{2});
    tight.maxTotalWork = 4'000;
    QCOMPARE(errorKind(formats::readContents(view(key), answering({"wrong"}), tight)), QStringLiteral("not-allowed"));
    // Whoever tries again may do so for as long as he likes.
    tight.maxTotalWork = 5'000;
    QVERIFY(!formats::readContents(view(key), answering({"a", "b", "s3cret pass"}), tight).error);
}

void ContentsReaderTest::readsFiles() {
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("größe.pem"));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(basePem());
    file.close();
    const formats::Contents contents = formats::readFile(path.toStdString());
    QCOMPARE(kindsOf(contents), QStringLiteral("certificate"));
    QCOMPARE(q(contents.file), path);
    formats::ReadOptions small;
    small.maxFileSize = 100;
    const formats::Contents tooLarge = formats::readFile(path.toStdString(), formats::noPassphrase, small);
    QCOMPARE(errorKind(tooLarge), QStringLiteral("io"));
    QVERIFY(tooLarge.items.empty());
    QCOMPARE(errorKind(formats::readFile(folder.path().toStdString())), QStringLiteral("io"));
    QCOMPARE(errorKind(formats::readFile((path + u'x').toStdString())), QStringLiteral("not-found"));
}

CERTWRIGHT_TEST_MAIN(ContentsReaderTest)
#include "tst_contents_reader.moc"
