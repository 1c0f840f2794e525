#include "core/formats/der_shape.h"
#include "tests/core/formats/reading.h"
#include "tests/support/test_main.h"

#include <map>

using namespace certwright;
using namespace certwright::test;
using formats::DerKind;

namespace {

/// The outlines that a kind of the corpus may have.
const std::map<QString, QList<DerKind>>& kindsInCorpus() {
    static const std::map<QString, QList<DerKind>> kinds = {
        {QStringLiteral("cert"), {DerKind::Certificate}},
        {QStringLiteral("csr"), {DerKind::Request}},
        {QStringLiteral("crl"), {DerKind::Crl}},
        {QStringLiteral("spkac"), {DerKind::Spkac}},
        {QStringLiteral("pkcs12"), {DerKind::Pkcs12}},
        {QStringLiteral("pkcs7"), {DerKind::ContentInfo}},
        {QStringLiteral("pubkey"), {DerKind::PublicKey, DerKind::TwoIntegers}},
        {QStringLiteral("key"),
         {DerKind::PrivateKeyInfo, DerKind::EncryptedPrivateKey, DerKind::RsaPrivateKey, DerKind::DsaPrivateKey,
          DerKind::EcPrivateKey}}};
    return kinds;
}

const char* const Families[] = {"certs", "csrs", "crls", "keys", "pkcs12", "pkcs7", "spkac", "pqc", "names"};

/// Every file of the corpus in DER that is to be read.
void derRows() {
    QTest::addColumn<QByteArray>("der");
    QTest::addColumn<QString>("kind");
    for (const char* family : Families) {
        for (const CorpusRow& row : corpusManifest(QString::fromLatin1(family))) {
            if (!row.expected.startsWith(QStringLiteral("ok")) || kindsInCorpus().count(row.kind) == 0)
                continue;
            const QByteArray content = corpusData(family, row.file);
            if (content.startsWith('\x30'))
                QTest::addRow("%s/%s", family, qPrintable(row.file)) << content << row.kind;
        }
    }
}

} // namespace

/// What bytes are by their outline; the kinds are those of the corpus's manifests.
class DerShapeTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void knowsTheKindsOfTheCorpus_data() { derRows(); }
    void knowsTheKindsOfTheCorpus() {
        QFETCH(QByteArray, der);
        QFETCH(QString, kind);
        const formats::DerShape shape = formats::shapeOf(view(der));
        QVERIFY2(kindsInCorpus().at(kind).contains(shape.kind), formats::describe(shape.kind).data());
        QVERIFY(shape.length <= static_cast<std::size_t>(der.size()));
        // Bytes behind it change nothing.
        const formats::DerShape followed = formats::shapeOf(view(der.left(static_cast<qsizetype>(shape.length)) + der));
        QVERIFY(followed.kind == shape.kind && followed.length == shape.length);
    }

    void saysWhatIsCutOff_data() { derRows(); }
    void saysWhatIsCutOff() {
        QFETCH(QByteArray, der);
        const auto whole = static_cast<qsizetype>(formats::shapeOf(view(der)).length);
        for (const qsizetype size : {whole - 1, whole / 2, whole / 3, qsizetype{16}, qsizetype{5}}) {
            // A copy of its own, so that a sanitizer sees every octet that is read behind it.
            const QByteArray cut = der.left(size);
            const formats::DerShape shape = formats::shapeOf(view(cut));
            QVERIFY(shape.kind == DerKind::Truncated);
            QVERIFY(shape.length == static_cast<std::size_t>(whole) || shape.length == 0); // 0: of indefinite length
        }
    }

    void isNotFooled_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("kind");
        const auto row = [](const char* name, const QByteArray& bytes, DerKind kind) {
            QTest::newRow(name) << bytes << static_cast<int>(kind);
        };
        row("nothing", {}, DerKind::NotDer);
        row("one octet", unhex("30"), DerKind::NotDer);
        row("text", "This is no DER.", DerKind::NotDer);
        row("text that begins as DER does", "01234", DerKind::Truncated);
        row("an empty SEQUENCE", unhex("3000"), DerKind::Unknown);
        row("an INTEGER", unhex("020105"), DerKind::NotDer);
        row("length of nine octets", unhex("3089010000000000000000"), DerKind::NotDer);
        row("length of 2^64-1", unhex("3088FFFFFFFFFFFFFFFF0201"), DerKind::Truncated);
        row("indefinite and never ended", unhex("3080020105"), DerKind::Truncated);
        row("indefinite, ended", unhex("30800201050000"), DerKind::Unknown);
        row("primitive of indefinite length inside", unhex("30800480000000"), DerKind::Truncated);
        row("two numbers", unhex("3006020101020102"), DerKind::TwoIntegers);
        row("three numbers", unhex("3009020101020102020103"), DerKind::ThreeIntegers);
        row("a named curve", unhex("06082A8648CE3D030107"), DerKind::EcParameters);
        row("a damaged OID", unhex("0602FFFF"), DerKind::NotDer);
        row("a thousand opened and never closed", QByteArray("\x30\x80", 2).repeated(1000), DerKind::Truncated);
        row("many small ones inside",
            unhex("3082") + QByteArray("\x0F\xF0", 2) + QByteArray("\x05\x00", 2).repeated(2040), DerKind::Unknown);
    }
    void isNotFooled() {
        QFETCH(QByteArray, bytes);
        QFETCH(int, kind);
        QCOMPARE(static_cast<int>(formats::shapeOf(view(bytes)).kind), kind);
    }
};

CERTWRIGHT_TEST_MAIN(DerShapeTest)
#include "tst_der_shape.moc"
