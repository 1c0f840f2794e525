#include "core/x509/certificate.h"
#include "core/x509/general_name.h"
#include "tests/core/corpus.h"
#include "tests/core/expect.h"
#include "tests/core/x509/openssl_maker.h"
#include "tests/support/test_main.h"

#include <QHostAddress>

using namespace certwright;
using base::ErrorKind;
using test::bytes;
using test::q;
using test::unhex;
using test::view;
using x509::GeneralName;
using Type = x509::GeneralName::Type;

namespace {

/// "DNS:a IP:192.0.2.1"
QString textOf(const std::vector<GeneralName>& names) {
    QStringList out;
    for (const GeneralName& name : names)
        out.append(q(x509::toString(name.type)) + u':' + q(name.value));
    return out.join(u' ');
}

/// As `openssl x509 -ext` prints it, of the types whose texts do not differ between its versions; else nothing.
std::optional<QString> textOfOpenssl(const GeneralName& name) {
    switch (name.type) {
    case Type::Dns:
        return QStringLiteral("DNS:") + q(name.value);
    case Type::Email:
        return QStringLiteral("email:") + q(name.value);
    case Type::Uri:
        return QStringLiteral("URI:") + q(name.value);
    case Type::RegisteredId:
        return QStringLiteral("Registered ID:") + q(name.value);
    case Type::Ip:
        if (name.value.find('.') == std::string::npos)
            return std::nullopt;
        return QStringLiteral("IP Address:") + q(name.value);
    default:
        return std::nullopt;
    }
}

} // namespace

class GeneralNameTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { CERTWRIGHT_SKIP_WITHOUT_OPENSSL(); }

    // By `openssl x509 -ext subjectAltName`.
    void readsTheCorpus_data() { test::corpusRows({"certs", "names", "pqc"}); }
    void readsTheCorpus() {
        QFETCH(QByteArray, certificate);
        const x509::Certificate read = x509::Certificate::fromDer(view(certificate));
        if (read.extension(x509::oids::SubjectAltName) == nullptr) {
            QVERIFY(read.subjectAltNames().empty());
            return;
        }
        QStringList texts;
        for (const GeneralName& name : read.subjectAltNames()) {
            const auto text = textOfOpenssl(name);
            if (!text)
                return;
            texts.append(*text);
        }
        const auto byOpenssl = test::extensionTexts(certificate, "subjectAltName");
        QVERIFY(!byOpenssl.empty());
        const QString expected = byOpenssl.begin()->second.chopped(1);
        if (texts.isEmpty())
            QVERIFY2(expected == QStringLiteral("<EMPTY>") || expected.startsWith(QStringLiteral("0000 - ")),
                     qPrintable(expected));
        else
            QCOMPARE(texts.join(QStringLiteral(", ")).trimmed(), expected.trimmed());
    }

    // What openssl makes of the same entries, in its own syntax; each comes back from the DER as it was.
    void writesWhatOpensslWrites_data() {
        QTest::addColumn<QByteArray>("byOpenssl");
        QTest::addColumn<int>("type");
        QTest::addColumn<QByteArray>("value");
        const auto row = [](const char* byOpenssl, Type type, const char* value) {
            QTest::newRow(byOpenssl) << QByteArray(byOpenssl) << static_cast<int>(type) << QByteArray(value);
        };
        row("DNS:www.lab.example", Type::Dns, "www.lab.example");
        row("DNS:*.lab.example", Type::Dns, "*.lab.example");
        row("IP:192.0.2.1", Type::Ip, "192.0.2.1");
        row("IP:2001:db8::1", Type::Ip, "2001:db8::1");
        row("IP:::", Type::Ip, "::");
        row("IP:::1", Type::Ip, "::1");
        row("IP:ff02:0:0:1::", Type::Ip, "ff02:0:0:1::");
        row("email:alice@lab.example", Type::Email, "alice@lab.example");
        row("URI:https://lab.example/a?b=c", Type::Uri, "https://lab.example/a?b=c");
        row("RID:1.3.6.1.4.1.55555.7", Type::RegisteredId, "1.3.6.1.4.1.55555.7");
        row("otherName:1.3.6.1.4.1.311.20.2.3;UTF8:ana@lab.example", Type::OtherName,
            "1.3.6.1.4.1.311.20.2.3;UTF8:ana@lab.example");
        row("otherName:1.2.3.4;FORMAT:UTF8,UTF8:Zoë", Type::OtherName, "1.2.3.4;UTF8:Zoë");
        row("otherName:1.2.3.4;INTEGER:5", Type::OtherName, "1.2.3.4;#020105");
        row("otherName:1.2.3.4;IA5:ab", Type::OtherName, "1.2.3.4;#16026162");
        row("dirName:dir", Type::DirectoryName, "CN=Ana,O=Lab\\, Ltd,C=DE");
    }
    void writesWhatOpensslWrites() {
        QFETCH(QByteArray, byOpenssl);
        QFETCH(int, type);
        QFETCH(QByteArray, value);
        const std::vector<GeneralName> names{{static_cast<Type>(type), value.toStdString()}};
        const QByteArray encoded = bytes(x509::generalNamesToDer(names));
        const QByteArray certificate = m_maker.certificate(
            "subjectAltName=@alt", "[alt]\n" + QByteArray(byOpenssl).replace(byOpenssl.indexOf(':'), 1, "=") +
                                       "\n[dir]\nC=DE\nO=Lab, Ltd\nCN=Ana\n");
        QVERIFY(!certificate.isEmpty());
        QVERIFY2(certificate.contains(encoded), encoded.toHex().constData());
        QCOMPARE(textOf(x509::generalNamesFromDer(view(encoded))), textOf(names));
    }

    void writesThemInTheirOrder() {
        const std::vector<GeneralName> names{
            {Type::Ip, "192.0.2.1"}, {Type::Dns, "b.example"}, {Type::Email, "a@b.example"}, {Type::Dns, "a.example"}};
        const QByteArray encoded = bytes(x509::generalNamesToDer(names));
        QVERIFY(m_maker.certificate("subjectAltName=IP:192.0.2.1,DNS:b.example,email:a@b.example,DNS:a.example")
                    .contains(encoded));
        QVERIFY(x509::generalNamesFromDer(view(encoded)) == names);
        QCOMPARE(bytes(x509::generalNamesToDer({})), unhex("3000"));
        QVERIFY(x509::generalNamesFromDer(view(unhex("3000"))).empty());
    }

    // Those of the corpus, written again: the same octets wherever the text says all that stands there.
    void keepsTheOctetsOfTheCorpus_data() { test::corpusRows({"certs", "names", "pqc"}); }
    void keepsTheOctetsOfTheCorpus() {
        QFETCH(QByteArray, certificate);
        const x509::Certificate read = x509::Certificate::fromDer(view(certificate));
        const x509::Extension* extension = read.extension(x509::oids::SubjectAltName);
        for (const GeneralName& name : read.subjectAltNames()) {
            // Of a directory name the text leaves out the string types; RFC 5280 4.2.1.6 forbids the others.
            if (name.type == Type::DirectoryName || name.value.empty() || name.value.front() == '#')
                return;
        }
        if (extension != nullptr && !read.subjectAltNames().empty())
            QCOMPARE(bytes(x509::generalNamesToDer(read.subjectAltNames())), bytes(extension->value()));
    }

    void refusesToWrite_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<int>("kind");
        QTest::addColumn<QByteArray>("named");
        const auto row = [](const char* name, Type type, const QByteArray& value, ErrorKind kind, const char* named) {
            QTest::newRow(name) << static_cast<int>(type) << value << static_cast<int>(kind) << QByteArray(named);
        };
        row("DNS umlaut", Type::Dns, "bücher.example", ErrorKind::BadInput, "“bücher.example”");
        row("DNS empty", Type::Dns, "", ErrorKind::BadInput, "empty");
        row("DNS with a NUL", Type::Dns, QByteArray("a\0b", 3), ErrorKind::BadInput, "not ASCII");
        row("email umlaut", Type::Email, "jürgen@lab.example", ErrorKind::BadInput, "“jürgen@lab.example”");
        row("URI umlaut", Type::Uri, "https://bücher.example", ErrorKind::BadInput, "“https://bücher.example”");
        row("IP", Type::Ip, "192.0.2.256", ErrorKind::BadInput, "“192.0.2.256”");
        row("IP with a mask", Type::Ip, "192.0.2.0/24", ErrorKind::BadInput, "“192.0.2.0/24”");
        row("IP empty", Type::Ip, "", ErrorKind::BadInput, "“”");
        row("RID", Type::RegisteredId, "1.2.x", ErrorKind::BadInput, "“1.2.x”");
        row("other name without a value", Type::OtherName, "1.2.3.4", ErrorKind::BadInput, "“1.2.3.4”");
        row("other name without an OID", Type::OtherName, "x;UTF8:a", ErrorKind::BadInput, "“x;UTF8:a”");
        row("other name that is no DER", Type::OtherName, "1.2.3.4;#0C05", ErrorKind::BadInput, "“#0C05”");
        row("other name that is no hexadecimal", Type::OtherName, "1.2.3.4;#0x", ErrorKind::BadInput, "“#0x”");
        row("directory name", Type::DirectoryName, "colour=red", ErrorKind::BadInput, "“colour”");
        row("X.400", Type::X400, "x", ErrorKind::Unsupported, "x400");
        row("EDI", Type::EdiParty, "x", ErrorKind::Unsupported, "ediParty");
    }
    void refusesToWrite() {
        QFETCH(int, type);
        QFETCH(QByteArray, value);
        QFETCH(int, kind);
        QFETCH(QByteArray, named);
        const auto error = test::errorOf([&] {
            return x509::generalNamesToDer({{static_cast<Type>(type), value.toStdString()}});
        });
        QVERIFY(error);
        QCOMPARE(test::nameOf(error->kind()), test::nameOf(static_cast<ErrorKind>(kind)));
        QVERIFY2(QByteArray::fromStdString(error->message()).contains(named), error->what());
    }

    void refusesDamagedDer_data() {
        QTest::addColumn<QByteArray>("der");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("cut") << unhex("300682046162");
        QTest::newRow("a string") << unhex("0c0141");
        QTest::newRow("a tag that no name has") << unhex("30038a0141");
        QTest::newRow("a directory name that is none") << unhex("3005a403020101");
        QTest::newRow("an other name without a value") << unhex("3006a00406022a03");
    }
    void refusesDamagedDer() {
        QFETCH(QByteArray, der);
        CERTWRIGHT_VERIFY_FAILS(x509::generalNamesFromDer(view(der)), ErrorKind::BadInput);
    }

    // Nothing is lost of what cannot be put in words (X.690 by hand).
    void readsOddOnes_data() {
        QTest::addColumn<QByteArray>("der");
        QTest::addColumn<QString>("text");
        QTest::newRow("bytes behind") << unhex("3003820161ffff") << QStringLiteral("DNS:a");
        QTest::newRow("an address of 3 octets") << unhex("30058703010203") << QStringLiteral("IP:#010203");
        QTest::newRow("UTF-8 where ASCII belongs") << unhex("30048202c3bc") << QStringLiteral("DNS:ü");
        QTest::newRow("Latin-1 where ASCII belongs") << unhex("30038201fc") << QStringLiteral("DNS:ü");
        QTest::newRow("an empty name") << unhex("30028200") << QStringLiteral("DNS:");
        QTest::newRow("other name, no text")
            << unhex("300ba00906022a03a003020105") << QStringLiteral("otherName:1.2.3;#020105");
        QTest::newRow("EDI party") << unhex("3007a505a1030c0161") << QStringLiteral("ediParty:EDI party name");
    }
    void readsOddOnes() {
        QFETCH(QByteArray, der);
        QFETCH(QString, text);
        QCOMPARE(textOf(x509::generalNamesFromDer(view(der))), text);
    }

    void parsesWhatPeopleType_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("names");
        const auto row = [](const char* name, const char* text, const char* names) {
            QTest::newRow(name) << QString::fromUtf8(text) << QString::fromUtf8(names);
        };
        row("nothing", "", "");
        row("only separators", " ,\n;\t", "");
        row("a host", "www.lab.example", "DNS:www.lab.example");
        row("a host in capitals", "WWW.Lab.Example", "DNS:www.lab.example");
        row("separators", "a.example, b.example\nc.example;d.example\te.example",
            "DNS:a.example DNS:b.example DNS:c.example DNS:d.example DNS:e.example");
        row("twice", "a.example,A.example,DNS:a.example", "DNS:a.example");
        row("an address", "192.0.2.1", "IP:192.0.2.1");
        row("an IPv6 address", "2001:DB8:0:0:0:0:0:1", "IP:2001:db8::1");
        row("an e-mail address", "Alice@lab.example", "email:Alice@lab.example");
        row("a URI", "https://lab.example/x", "URI:https://lab.example/x");
        row("a URN", "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
            "URI:urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
        row("prefixes", "DNS:a.example,IP:192.0.2.1,email:a@b.example,URI:x:y,RID:1.2.3",
            "DNS:a.example IP:192.0.2.1 email:a@b.example URI:x:y RID:1.2.3");
        row("prefixes in other letters", "dns:a.example,ip:192.0.2.1,EMAIL:a@b.example,mailto:c@b.example",
            "DNS:a.example IP:192.0.2.1 email:a@b.example email:c@b.example");
        row("as openssl prints it", "DNS:a.example, IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1",
            "DNS:a.example IP:192.0.2.1 IP:2001:db8::1");
        row("a user name", "UPN:ana@lab.example", "otherName:1.3.6.1.4.1.311.20.2.3;UTF8:ana@lab.example");
        row("a directory name to the end of its line", "a.example\ndirName:CN=Ana, O=Lab\nb.example",
            "DNS:a.example dirName:CN=Ana, O=Lab DNS:b.example");
        row("an other name to the end of its line", "otherName:1.2.3;UTF8:a b, c", "otherName:1.2.3;UTF8:a b, c");
        // A-labels: the test names of IANA's root zone, UTS #46 4 for ß.
        row("Greek", "παράδειγμα.δοκιμή", "DNS:xn--hxajbheg2az3al.xn--jxalpdlp");
        row("Japanese", "例え.テスト", "DNS:xn--r8jz45g.xn--zckzah");
        row("German", "Bücher.example", "DNS:xn--bcher-kva.example");
        row("sharp s", "faß.example", "DNS:xn--fa-hia.example");
        row("an A-label already", "xn--bcher-kva.example", "DNS:xn--bcher-kva.example");
        row("a wildcard", "*.bücher.example", "DNS:*.xn--bcher-kva.example");
    }
    void parsesWhatPeopleType() {
        QFETCH(QString, text);
        QFETCH(QString, names);
        QCOMPARE(textOf(x509::parseGeneralNames(text.toStdString())), names);
    }

    void refusesToParse_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("named");
        QTest::newRow("no value") << QByteArray("a.example,DNS:") << QByteArray("“DNS:”");
        QTest::newRow("no address") << QByteArray("IP:300.0.2.1") << QByteArray("“300.0.2.1”");
        QTest::newRow("no address, only a name") << QByteArray("IP:lab.example") << QByteArray("“lab.example”");
        QTest::newRow("a mark in front") << QByteArray("\u0301a.example") << QByteArray("“\u0301a.example”");
        QTest::newRow("a label too long") << QByteArray("ü") + QByteArray(64, 'x') << QByteArray("is not a valid host");
        QTest::newRow("no UTF-8") << QByteArray("\xfc.example") << QByteArray("is not a valid host name");
    }
    void refusesToParse() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, named);
        const auto error = test::errorOf([&] { return x509::parseGeneralNames(test::textView(text)); });
        QVERIFY(error);
        QCOMPARE(test::nameOf(error->kind()), test::nameOf(ErrorKind::BadInput));
        QVERIFY2(QByteArray::fromStdString(error->message()).contains(named), error->what());
    }

    // RFC 1123 2.1, RFC 5891 4.2, RFC 6125 6.4.3.
    void knowsGoodDnsNames_data() {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("problem"); // empty: none
        const auto row = [](const char* name, const char* problem) {
            QTest::newRow(name) << QByteArray(name) << QByteArray(problem);
        };
        row("www.lab.example", "");
        row("intranet", "");
        row("3com.example", "");
        row("*.lab.example", "");
        row("xn--bcher-kva.example", "");
        row("a-b.example", "");
        row("", "is empty");
        row("*", "alone is not a valid wildcard");
        row("*.*.example", "only the leftmost label may be *");
        row("w*.example", "only the leftmost label may be *");
        row("www.*.example", "only the leftmost label may be *");
        row("a..example", "an empty label");
        row(".example", "an empty label");
        row("lab.example.", "an empty label");
        row("*.", "an empty label");
        row("-a.example", "begins or ends with a hyphen");
        row("a-.example", "begins or ends with a hyphen");
        row("a_b.example", "underscore is not allowed");
        row("a b.example", "not allowed in host names: “ ”");
        row("bücher.example", "not allowed in host names: “ü”");
        row("192.0.2.1:443", "not allowed in host names: “:”");
        row("192.0.2.300", "ends with a number");
        row("host.7", "ends with a number");
        const QByteArray label(63, 'a');
        QTest::newRow("63") << label + ".example" << QByteArray();
        QTest::newRow("64") << label + "a.example" << QByteArray("a label of more than 63");
        const QByteArray longest = label + '.' + label + '.' + label + '.' + label.chopped(2);
        QTest::newRow("253") << longest << QByteArray();
        QTest::newRow("254") << longest + 'a' << QByteArray("longer than 253");
    }
    void knowsGoodDnsNames() {
        QFETCH(QByteArray, name);
        QFETCH(QByteArray, problem);
        const QByteArray found = QByteArray::fromStdString(x509::dnsNameProblem(test::textView(name)));
        QVERIFY2(problem.isEmpty() ? found.isEmpty() : found.contains(problem), found.constData());
    }

    // RFC 5952 4, its own examples, and Qt.
    void writesAddresses_data() {
        QTest::addColumn<QByteArray>("octets");
        QTest::addColumn<QString>("text");
        const auto row = [](const char* octets, const char* text) {
            QTest::newRow(text) << unhex(octets) << QString::fromLatin1(text);
        };
        row("c0000201", "192.0.2.1");
        row("00000000", "0.0.0.0");
        row("20010db8000000000000000000000001", "2001:db8::1");
        row("20010db8000000000001000000000001", "2001:db8::1:0:0:1");    // 4.2.3: the first of two runs alike
        row("20010000000000010000000000000001", "2001:0:0:1::1");        // 4.2.3: the longer of two runs
        row("20010db8000000010001000100010001", "2001:db8:0:1:1:1:1:1"); // 4.2.2: one group alone is written
        row("20010db8aaaabbbbccccddddeeeeaaaa", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa");
        row("00000000000000000000000000000000", "::");
        row("00000000000000000000000000000001", "::1");
        row("fe800000000000000000000000000000", "fe80::");
    }
    void writesAddresses() {
        QFETCH(QByteArray, octets);
        QFETCH(QString, text);
        QCOMPARE(q(x509::ipAddressText(view(octets))), text);
        QCOMPARE(QHostAddress(text).toString(), text);
    }

    // As OpenSSL's configuration writes them: it takes each (writesWhatOpensslWrites), but for the two it cannot make.
    void namesItsTypes() {
        QStringList names;
        for (const Type type : {Type::Dns, Type::Ip, Type::Email, Type::Uri, Type::DirectoryName, Type::RegisteredId,
                                Type::OtherName, Type::X400, Type::EdiParty})
            names.append(q(x509::toString(type)));
        QCOMPARE(names.join(u' '), QStringLiteral("DNS IP email URI dirName RID otherName x400 ediParty"));
    }

private:
    test::OpensslMaker m_maker;
};

CERTWRIGHT_TEST_MAIN(GeneralNameTest)
#include "tst_general_name.moc"
