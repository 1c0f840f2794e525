#include "core/formats/asn1_view.h"
#include "tests/core/corpus.h"
#include "tests/core/expect.h"
#include "tests/core/openssl_command.h"
#include "tests/support/test_main.h"

#include <QRegularExpression>

using namespace certwright;
using namespace certwright::test;
using formats::Asn1Element;
using formats::Asn1View;

namespace {

/// "12 1 2 591 cons 0:16" for each element that `openssl asn1parse` prints, without end-of-contents.
QStringList opensslLines(const QByteArray& der) {
    static const QRegularExpression pattern(
        QStringLiteral("^ *(\\d+):d=(\\d+) +hl=(\\d+) l= *(\\d+|inf) *(prim|cons): (.*)$"));
    QStringList lines;
    for (const QByteArray& line : openssl("asn1parse -inform DER", der).split('\n')) {
        const auto match = pattern.match(QString::fromUtf8(line));
        const QString type = match.captured(6).section(u':', 0, 0).remove(QStringLiteral("[HEX DUMP]")).trimmed();
        if (match.hasMatch() && type != QStringLiteral("EOC"))
            lines << match.captured(1) + u' ' + match.captured(2) + u' ' + match.captured(3) + u' ' +
                         match.captured(4) + u' ' + match.captured(5) + u' ' + type;
    }
    return lines;
}

/// The tag as asn1parse prints it.
QString tagOf(const Asn1Element& element) {
    const QString number = QString::number(element.tag);
    switch (element.tagClass) {
    case 0:
        return q(Asn1View::typeName(element));
    case 1:
        return QStringLiteral("appl [ ") + number + QStringLiteral(" ]");
    case 2:
        return QStringLiteral("cont [ ") + number + QStringLiteral(" ]");
    default:
        return QStringLiteral("priv [ ") + number + QStringLiteral(" ]");
    }
}

/// The same of ours, without what asn1parse does not open.
QStringList ourLines(const Asn1View& view) {
    QStringList lines;
    int hiddenDepth = -1; // of the OCTET STRING whose content is passed over
    for (const Asn1Element& element : view.elements()) {
        if (hiddenDepth >= 0 && element.depth > hiddenDepth)
            continue;
        hiddenDepth = element.isOpened && !element.isConstructed ? int{element.depth} : -1;
        lines << QString::number(element.offset) + u' ' + QString::number(element.depth) + u' ' +
                     QString::number(element.headerLength) + u' ' +
                     (element.isIndefinite ? QStringLiteral("inf") : QString::number(element.length)) + u' ' +
                     (element.isConstructed ? QStringLiteral("cons") : QStringLiteral("prim")) + u' ' + tagOf(element);
    }
    return lines;
}

const Asn1Element* find(const Asn1View& view, std::size_t offset) {
    return view.at(offset);
}

} // namespace

/// The view of ASN.1, with `openssl asn1parse` as the other implementation.
class Asn1ViewTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { CERTWRIGHT_SKIP_WITHOUT_OPENSSL(); }
    void agreesWithOpenssl_data();
    void agreesWithOpenssl();
    void showsValues_data();
    void showsValues();
    void opensWhatStringsHold();
    void leavesOtherStringsClosed();
    void readsIndefiniteLengths();
    void readsLongTagNumbers();
    void tellsWhereItStops_data();
    void tellsWhereItStops();
    void findsSourcesInText();
};

void Asn1ViewTest::agreesWithOpenssl_data() {
    QTest::addColumn<QByteArray>("der");
    for (const char* family : {"certs", "csrs", "crls", "keys", "pkcs12", "pkcs7", "names", "pqc"}) {
        const QString folder = QString::fromLatin1(family);
        QHash<QString, int> perKind;
        for (const CorpusRow& row : corpusManifest(folder)) {
            // asn1parse is started for each: thirty of a kind tell as much as five hundred.
            if (row.expected != QStringLiteral("ok") || ++perKind[row.kind] > 30)
                continue;
            const QByteArray content = readDataFile(QStringLiteral("conformance/") + folder + u'/' + row.file);
            if (content.size() > 100000)
                continue;
            int number = 0;
            for (const formats::Asn1Source& source : formats::asn1Sources(view(content))) {
                if (source.problem.empty() && !source.bytes.empty() && source.bytes.front() == 0x30 && number < 2)
                    QTest::addRow("%s/%s#%d", family, qPrintable(row.file), ++number) << bytes(source.bytes);
            }
        }
    }
}

void Asn1ViewTest::agreesWithOpenssl() {
    QFETCH(QByteArray, der);
    const Asn1View view(test::view(der));
    if (opensslLines(der).isEmpty()) { // damaged inside what the readers of requests pass over
        QVERIFY(!view.isComplete());
        return;
    }
    QVERIFY2(view.isComplete(), view.problem().c_str());
    QCOMPARE(ourLines(view), opensslLines(der));
    QCOMPARE(bytes(view.whole(view.elements().front())), der.left(bytes(view.whole(view.elements().front())).size()));
}

void Asn1ViewTest::showsValues_data() {
    QTest::addColumn<QByteArray>("der");
    QTest::addColumn<QString>("type");
    QTest::addColumn<QString>("value");
    const auto row = [](const char* name, const char* hex, const char* type, const char* value) {
        QTest::newRow(name) << unhex(hex) << QString::fromUtf8(type) << QString::fromUtf8(value);
    };
    row("true", "0101ff", "BOOLEAN", "TRUE");
    row("a true that is not DER", "010101", "BOOLEAN", "01");
    row("negative number", "0202ff38", "INTEGER", "-200");
    row("number of eight octets", "02087fffffffffffffff", "INTEGER", "9223372036854775807");
    row("longer number", "0209008000000000000000", "INTEGER", "0x8000000000000000");
    row("longer negative number", "0209ff0000000000000001", "INTEGER", "-0x00FFFFFFFFFFFFFFFF");
    row("bits", "030205a0", "BIT STRING", "A0 (5 bits unused)");
    row("OID", "0603550403", "OBJECT", "2.5.4.3");
    row("null", "0500", "NULL", "");
    row("time in this century", "170d3236313132343033313530305a", "UTCTIME", "2026-11-24T03:15:00Z");
    row("time in a thirteenth month", "170b323631333234303331355a", "UTCTIME",
        "2613240315Z (no time as certificates have them)");
    row("generalized time", "180f32303530303130313030303030305a", "GENERALIZEDTIME", "2050-01-01T00:00:00Z");
    row("UTF-8", "0c04c3a461c3", "UTF8STRING", "C3A461C3");
    row("good UTF-8", "0c03c3a461", "UTF8STRING", "äa");
    row("BMP", "1e0400e40061", "BMPSTRING", "äa");
    row("Latin-1", "1402e461", "T61STRING", "äa");
    row("context with text", "8203612e62", "[2]", "a.b");
    row("context without text", "8704c0000201", "[7]", "C0000201");
    row("application", "4101aa", "[APPLICATION 1]", "AA");
    row("private", "c101aa", "[PRIVATE 1]", "AA");
}

/// The expected texts are X.690's encodings read by hand.
void Asn1ViewTest::showsValues() {
    QFETCH(QByteArray, der);
    const Asn1View view(test::view(der));
    QVERIFY2(view.isComplete(), view.problem().c_str());
    const Asn1Element& element = view.elements().at(0);
    QTEST(q(Asn1View::typeName(element)), "type");
    QTEST(q(view.value(element)), "value");
    if (element.tag == 6 && element.tagClass == 0)
        QCOMPARE(q(view.oidName(element)), QStringLiteral("CN"));
}

/// The offsets of the inner elements are those of asn1parse -strparse, moved by where the string's content starts.
void Asn1ViewTest::opensWhatStringsHold() {
    const QByteArray key = openssl("pkcs8 -topk8 -nocrypt -outform DER",
                                   openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256"));
    const Asn1View view(test::view(key));
    QVERIFY2(view.isComplete(), view.problem().c_str());
    const auto opened = std::find_if(view.elements().begin(), view.elements().end(), [](const Asn1Element& element) {
        return element.isOpened && !element.isConstructed;
    });
    QVERIFY(opened != view.elements().end());
    const std::size_t content = opened->offset + opened->headerLength;
    QStringList inner;
    for (const QString& line : opensslLines(bytes(view.content(*opened)))) {
        const QStringList words = line.split(u' ');
        inner << QString::number(words[0].toUInt() + content) + u' ' + words[2] + u' ' + words[3];
    }
    QVERIFY(inner.size() >= 4);
    QStringList ours;
    for (auto element = opened + 1; element != view.elements().end(); ++element)
        ours << QString::number(element->offset) + u' ' + QString::number(element->headerLength) + u' ' +
                    QString::number(element->length);
    QCOMPARE(ours, inner);
    QVERIFY((opened + 1)->isEncapsulated);
    QVERIFY(view.value(*opened).empty());
}

void Asn1ViewTest::leavesOtherStringsClosed() {
    // An EC point starts with 04 as an OCTET STRING does, but has another length.
    const QByteArray octets = unhex("0403040204");
    const Asn1View view(test::view(octets));
    QCOMPARE(view.elements().size(), std::size_t{1});
    const QByteArray bits = unhex("030407300000"); // the unused bits say that these are bits
    QCOMPARE(Asn1View(test::view(bits)).elements().size(), std::size_t{1});
}

void Asn1ViewTest::readsIndefiniteLengths() {
    const QByteArray ber = unhex("3080020105a08004010a04010b00000000");
    const Asn1View view(test::view(ber));
    QVERIFY2(view.isComplete(), view.problem().c_str());
    QCOMPARE(ourLines(view), opensslLines(ber));
    QCOMPARE(view.elements().at(0).length, std::size_t{13});
    QCOMPARE(bytes(view.whole(view.elements().at(0))), ber);
    const Asn1Element* inner = find(view, 5);
    QVERIFY(inner != nullptr);
    QCOMPARE(bytes(view.whole(*inner)), unhex("a08004010a04010b0000"));
    QCOMPARE(bytes(view.content(*inner)), unhex("04010a04010b"));
}

void Asn1ViewTest::readsLongTagNumbers() {
    const QByteArray ber = unhex("bf876803020101");
    const Asn1View view(test::view(ber));
    QVERIFY2(view.isComplete(), view.problem().c_str());
    QCOMPARE(ourLines(view), opensslLines(ber));
    QCOMPARE(q(Asn1View::typeName(view.elements().front())), QStringLiteral("[1000]"));
}

void Asn1ViewTest::tellsWhereItStops_data() {
    QTest::addColumn<QByteArray>("der");
    QTest::addColumn<quint64>("offset");
    QTest::addColumn<int>("count");
    QTest::addColumn<QString>("word");
    const auto row = [](const char* name, const QByteArray& der, quint64 offset, int count, const char* word) {
        QTest::newRow(name) << der << offset << count << QString::fromLatin1(word);
    };
    row("nothing", {}, 0, 0, "nothing");
    row("cut in the content", unhex("300a0201010201"), 0, 3, "10 octets");
    row("longer than its parent", unhex("30030205010500"), 2, 2, "5 octets");
    row("no length", unhex("3003020101") + unhex("30"), 5, 2, "length is cut off");
    row("reserved length", unhex("30ff00"), 0, 0, "reserved");
    row("huge length", unhex("3089ffffffffffffffffff"), 0, 0, "too large");
    row("indefinite without end", unhex("3080020101"), 0, 2, "end-of-contents");
    row("indefinite and primitive", unhex("0480010000"), 0, 0, "primitive");
    row("end-of-contents in a definite one", unhex("30020000"), 2, 2, "End-of-contents");
    row("tag without end", unhex("3f8181"), 0, 0, "tag number is cut off");
    QByteArray deep;
    for (int i = 0; i < 100000; ++i)
        deep += unhex("3080");
    row("very deep", deep, 2 * 127, 128, "more than 128");
}

void Asn1ViewTest::tellsWhereItStops() {
    QFETCH(QByteArray, der);
    QFETCH(quint64, offset);
    QFETCH(int, count);
    QFETCH(QString, word);
    const Asn1View view(test::view(der));
    QVERIFY(!view.isComplete());
    QVERIFY2(q(view.problem()).contains(word), view.problem().c_str());
    QCOMPARE(quint64{view.problemOffset()}, offset);
    QCOMPARE(static_cast<int>(view.elements().size()), count);
}

void Asn1ViewTest::findsSourcesInText() {
    const QByteArray der = unhex("3003020105");
    const QByteArray base64 = der.toBase64();
    const auto only = [](const QByteArray& text) {
        const auto sources = formats::asn1Sources(test::view(text));
        return sources.size() == 1 ? bytes(sources.front().bytes) : QByteArray();
    };
    QCOMPARE(only(der), der);
    QCOMPARE(only(base64 + '\n'), der);
    QCOMPARE(only("\xEF\xBB\xBF" + base64), der);
    const QByteArray pem = "-----BEGIN X-----\n" + base64 + "\n-----END X-----\n";
    QCOMPARE(only("text\n" + pem), der);
    QCOMPARE(formats::asn1Sources(test::view(pem + pem)).size(), std::size_t{2});
    const QByteArray encrypted =
        "-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n" + base64 + "\n-----END X-----\n";
    QVERIFY(!formats::asn1Sources(test::view(encrypted)).front().problem.empty());
}

CERTWRIGHT_TEST_MAIN(Asn1ViewTest)
#include "tst_asn1_view.moc"
