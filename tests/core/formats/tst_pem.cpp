#include "core/formats/pem.h"
#include "tests/core/formats/reading.h"
#include "tests/support/test_main.h"

using namespace certwright;
using namespace certwright::test;
using base::ErrorKind;

namespace {

const QByteArray Der("\x30\x03\x02\x01\x05", 5);
const QByteArray Body("MAMCAQU=");

QByteArray block(const QByteArray& label, const QByteArray& body) {
    return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
}

} // namespace

class PemTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // RFC 7468 2, and what people's mail programs, editors and scripts make of it.
    void takesABlockAsPeoplePasteIt_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("line");
        const auto row = [](const char* name, const QByteArray& text, int line = 1) {
            QTest::newRow(name) << text << line;
        };
        const QByteArray plain = block("X", Body);
        row("plain", plain);
        row("CRLF", QByteArray(plain).replace("\n", "\r\n"));
        row("CR", QByteArray(plain).replace("\n", "\r"));
        row("no line end at the end", plain.trimmed());
        row("text before and after", "Subject: CN=a\nIssuer: CN=b\n" + plain + "the end\n", 3);
        row("text before, CRLF", "one\r\ntwo\r\n" + plain, 3);
        row("text before, CR", "one\rtwo\r" + plain, 3);
        row("indented", "    " + QByteArray(plain).replace("\n", "\n    "));
        row("tab", "\t" + QByteArray(plain).replace("\n", "\n\t"));
        row("quoted in a mail", "> " + QByteArray(plain).replace("\n", "\n> "));
        row("quoted twice", "> > " + QByteArray(plain).replace("\n", "\n> > "));
        row("blanks at the ends of lines", QByteArray(plain).replace("\n", "  \n"));
        row("one character a line", block("X", "M\nA\nM\nC\nA\nQ\nU\n="));
        row("all in one line", "-----BEGIN X-----MAMCAQU=-----END X-----");
        row("empty lines", block("X", "\n\n" + Body + "\n\n"));
        row("JSON", "{\"cert\": \"" + QByteArray(plain).replace("\n", "\\n") + "\"}");
        row("JSON, CRLF", "{\"cert\": \"" + QByteArray(plain).replace("\n", "\\r\\n") + "\"}");
        row("YAML", "tls.crt: |\n  " + QByteArray(plain).replace("\n", "\n  "), 2);
        // OpenSSL takes the data to end there (crypto/pem, EVP_DecodeUpdate): its own test file beermug.pem.
        row("remark after a dash", block("X", Body + "\n-\n  * @()Ooc()*\n-"));
        row("remark after an empty line", block("X", Body + "\n\nThis was made by a program."));
        row("a false start before", "-----BEGIN something else\n" + plain, 2);
    }
    void takesABlockAsPeoplePasteIt() {
        QFETCH(QByteArray, text);
        QFETCH(int, line);
        const auto blocks = formats::splitPem(textView(text));
        QCOMPARE(blocks.size(), std::size_t{1});
        QVERIFY2(!blocks[0].error, blocks[0].error ? blocks[0].error->what() : "");
        QCOMPARE(q(blocks[0].label), QStringLiteral("X"));
        QCOMPARE(q(blocks[0].endLabel), QStringLiteral("X"));
        QCOMPARE(bytes(blocks[0].der), Der);
        QCOMPARE(blocks[0].line, static_cast<std::size_t>(line));
        QVERIFY(formats::looksLikePem(textView(text)));
    }

    void saysWhatIsDamaged_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QList<bool>>("areDamaged");
        const auto row = [](const char* name, const QByteArray& text, const QList<bool>& areDamaged) {
            QTest::newRow(name) << text << areDamaged;
        };
        const QByteArray whole = block("X", Body);
        row("no END", "-----BEGIN X-----\nMAMC", {true});
        row("no END, whole behind it", "-----BEGIN X-----\nMAMC\n" + whole, {true, false});
        row("empty", block("X", {}), {true});
        row("foreign character", block("X", "MAM*AQU="), {true});
        row("too much padding", block("X", "MAMCAQU====="), {true});
        row("padding inside", block("X", "MA==MCAQU="), {true});
        row("half a group", block("X", "MAMCAQ"), {true});
        row("damaged between whole", whole + block("Y", "!") + whole, {false, true, false});
        row("nothing", "no armour here", {});
        row("label without end", "-----BEGIN X\n" + Body + "\n", {});
        row("label with a control character", block("X\x01Y", Body), {});
    }
    void saysWhatIsDamaged() {
        QFETCH(QByteArray, text);
        QFETCH(QList<bool>, areDamaged);
        QList<bool> found;
        for (const formats::PemBlock& one : formats::splitPem(textView(text))) {
            found.append(one.error.has_value());
            QCOMPARE(one.error ? nameOf(one.error->kind()) : QString(),
                     one.error ? QStringLiteral("bad-input") : QString());
            QVERIFY(!one.error || (one.der.empty() && !one.error->hint().empty()));
        }
        QCOMPARE(found, areDamaged);
    }

    // RFC 1421 4.6: headers, folded ones too, end at an empty line.
    void readsHeaders() {
        const QByteArray text =
            block("RSA PRIVATE KEY", "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,\n 0011\n\n" + Body);
        const auto blocks = formats::splitPem(textView(text));
        QCOMPARE(blocks.size(), std::size_t{1});
        QVERIFY(!blocks[0].error);
        QCOMPARE(bytes(blocks[0].der), Der);
        QCOMPARE(blocks[0].headers.size(), std::size_t{2});
        QVERIFY(blocks[0].header("Proc-Type") != nullptr && blocks[0].header("Comment") == nullptr);
        QCOMPARE(q(*blocks[0].header("DEK-Info")), QStringLiteral("AES-256-CBC,0011"));
    }

    void keepsBothLabels() {
        const auto blocks = formats::splitPem("-----BEGIN A-----\nMAMCAQU=\n-----END B-----\n");
        QCOMPARE(blocks.size(), std::size_t{1});
        QCOMPARE(q(blocks[0].label), QStringLiteral("A"));
        QCOMPARE(q(blocks[0].endLabel), QStringLiteral("B"));
    }

    // Linear in the size of the text, whatever is in it.
    void goesOverManyFalseStartsOnce() {
        QByteArray text;
        for (int i = 0; i < 200'000; ++i)
            text += "-----BEGIN X-----";
        QCOMPARE(formats::splitPem(textView(text)).size(), std::size_t{200'000});
    }

    void writesAsOpensslDoes_data() {
        QTest::addColumn<int>("size");
        for (const int size : {0, 1, 2, 3, 47, 48, 49, 95, 96, 97, 1000})
            QTest::addRow("%d", size) << size;
    }
    void writesAsOpensslDoes() {
        CERTWRIGHT_NEED_TOOL(tool, "openssl");
        QFETCH(int, size);
        QByteArray data(size, 'x');
        for (int i = 0; i < size; ++i)
            data[i] = static_cast<char>(i * 7);
        const QByteArray body = size == 0 ? QByteArray() : openssl("base64", data);
        QCOMPARE(q(formats::toPem("ANY", view(data))),
                 QString::fromLatin1("-----BEGIN ANY-----\n" + body + "-----END ANY-----\n"));
    }
};

CERTWRIGHT_TEST_MAIN(PemTest)
#include "tst_pem.moc"
