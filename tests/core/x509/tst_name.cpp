#include "core/x509/name.h"
#include "core/x509/request.h"
#include "tests/core/corpus.h"
#include "tests/core/expect.h"
#include "tests/core/x509/openssl_tool.h"
#include "tests/support/test_main.h"

#include <QRegularExpression>

using namespace certwright;
using base::ErrorKind;
using test::bytes;
using test::q;
using test::unhex;
using test::view;
using x509::Name;
using x509::StringType;

namespace {

/// What asn1parse calls each of our types.
QByteArray asn1parseName(StringType type) {
    switch (type) {
    case StringType::Utf8:
        return "UTF8STRING";
    case StringType::Printable:
        return "PRINTABLESTRING";
    case StringType::Ia5:
        return "IA5STRING";
    case StringType::Bmp:
        return "BMPSTRING";
    case StringType::T61:
        return "T61STRING";
    case StringType::Universal:
        return "UNIVERSALSTRING";
    case StringType::Numeric:
        return "NUMERICSTRING";
    default:
        return "other";
    }
}

/// Nesting and types of a Name by `openssl asn1parse`: one "+"-joined text of string types for each RDN.
QByteArrayList typesByAsn1parse(const base::Bytes& name) {
    const QByteArray text =
        test::openssl({QStringLiteral("asn1parse"), QStringLiteral("-inform"), QStringLiteral("DER")}, bytes(name));
    QByteArrayList rdns;
    static const QRegularExpression line(QStringLiteral("d=(\\d+) .*?(?:prim|cons): +([^ :]+(?: SET|)?)"));
    for (const QByteArray& row : text.split('\n')) {
        const auto match = line.match(QString::fromLatin1(row));
        const QByteArray type = match.captured(2).toLatin1();
        if (match.captured(1) == QStringLiteral("1"))
            rdns.append(QByteArray());
        else if (match.captured(1) == QStringLiteral("3") && type != "OBJECT")
            rdns.last() += (rdns.last().isEmpty() ? "" : "+") + type;
    }
    return rdns;
}

QByteArray typesOf(const x509::Rdn& rdn) {
    QByteArray out;
    for (const x509::NameAttribute& attribute : rdn)
        out += (out.isEmpty() ? "" : "+") + asn1parseName(attribute.type);
    return out;
}

/// The same attributes in a new name.
Name rebuilt(const Name& name) {
    Name out;
    for (const x509::Rdn& rdn : name.rdns()) {
        bool joins = false;
        for (const x509::NameAttribute& attribute : rdn) {
            out.append(attribute.oid, attribute.value, attribute.type, joins);
            joins = true;
        }
    }
    return out;
}

} // namespace

class NameTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { CERTWRIGHT_SKIP_WITHOUT_OPENSSL(); }

    // crypto.X509.get_subject, crypto.X509.get_issuer, crypto.X509.subject_name_hash, crypto.X509Name.hash,
    // crypto.X509Name.der: texts and hashes by `openssl x509`.
    void agreesWithOpenssl_data() { test::corpusRows({"certs", "names", "pqc"}); }
    void agreesWithOpenssl() {
        QFETCH(QByteArray, certificate);
        const auto names = test::namesOf(certificate);
        const Name subject = Name::fromDer(names.subject);
        const Name issuer = Name::fromDer(names.issuer);
        QCOMPARE(bytes(subject.toDer()), bytes(names.subject));
        const QByteArrayList lines = test::x509Lines(
            certificate, "-subject_hash -subject_hash_old -issuer_hash -issuer_hash_old -subject -issuer");
        QVERIFY(lines.size() >= 6);
        QCOMPARE(q(subject.hash()), QString::fromLatin1(lines[0]));
        QCOMPARE(q(subject.hashOld()), QString::fromLatin1(lines[1]));
        QCOMPARE(q(issuer.hash()), QString::fromLatin1(lines[2]));
        QCOMPARE(q(issuer.hashOld()), QString::fromLatin1(lines[3]));
        QCOMPARE(q("subject=" + subject.toRfc2253()), QString::fromUtf8(lines[4]));
        QCOMPARE(q("issuer=" + issuer.toRfc2253()), QString::fromUtf8(lines[5]));
    }

    // crypto.X509Req.get_subject: requests by `openssl req`.
    void agreesWithOpensslAboutRequests_data() { test::requestRows(); }
    void agreesWithOpensslAboutRequests() {
        QFETCH(QByteArray, request);
        const QByteArray line =
            test::openssl(test::words("req -inform DER -noout -subject -nameopt RFC2253,-esc_msb"), request);
        const Name subject = x509::Request::fromDer(view(request)).subject();
        QCOMPARE(q("subject=" + subject.toRfc2253()), QString::fromUtf8(line).chopped(1));
    }

    // crypto.X509Name.get_components: order, RDNs and string types by `openssl asn1parse`.
    void listsItsRdns_data() { test::corpusRows({"names"}); }
    void listsItsRdns() {
        QFETCH(QByteArray, certificate);
        for (const base::Bytes& der : {test::namesOf(certificate).subject, test::namesOf(certificate).issuer}) {
            const QByteArrayList expected = typesByAsn1parse(der);
            const auto rdns = Name::fromDer(der).rdns();
            QCOMPARE(static_cast<qsizetype>(rdns.size()), expected.size());
            for (qsizetype i = 0; i < expected.size(); ++i) {
                const QByteArray types = typesOf(rdns[static_cast<std::size_t>(i)]);
                if (!types.contains("other"))
                    QCOMPARE(types, expected[i]);
            }
        }
    }

    void keepsStringTypesWhenPutTogetherAnew_data() { test::corpusRows({"certs", "names"}); }
    void keepsStringTypesWhenPutTogetherAnew() {
        QFETCH(QByteArray, certificate);
        const Name name = Name::fromDer(test::namesOf(certificate).subject);
        if (!test::hasSortedRdns(name.toDer()))
            return;
        try {
            QCOMPARE(bytes(rebuilt(name).toDer()), bytes(name.toDer()));
        } catch (const base::Error& error) {
            // Nobody may make such a name today: an attribute without a value, or longer than RFC 5280 allows.
            QCOMPARE(test::nameOf(error.kind()), test::nameOf(ErrorKind::BadInput));
            QVERIFY2(q(error.message()).contains(QStringLiteral(" is empty")) ||
                         q(error.message()).contains(QStringLiteral(" is longer than ")) ||
                         q(error.message()).contains(QStringLiteral(" cannot hold ")) ||
                         q(error.message()).contains(QStringLiteral("must be two letters")),
                     error.what());
        }
    }

    // crypto.X509Name: every string type, seen by `openssl asn1parse`.
    void writesEveryStringType_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QByteArray>("der"); // of the value: X.690 8.23 by hand
        const auto row = [](const char* name, StringType type, const char* value, const char* der) {
            QTest::newRow(name) << static_cast<int>(type) << QString::fromUtf8(value) << unhex(der);
        };
        row("utf8", StringType::Utf8, "Zoë", "0c045a6fc3ab");
        row("utf8 beyond the first plane", StringType::Utf8, "😀", "0c04f09f9880");
        row("printable", StringType::Printable, "A-1", "1303412d31");
        row("ia5", StringType::Ia5, "a@b", "1603614062");
        row("bmp", StringType::Bmp, "aλ", "1e04006103bb");
        row("t61, which is Latin-1 to OpenSSL", StringType::T61, "é", "1401e9");
        row("universal", StringType::Universal, "😀", "1c040001f600");
        row("numeric", StringType::Numeric, "12 3", "120431322033");
        row("no string: a bit string", StringType::Other, "#030205A0", "030205a0");
        row("no string: a sequence", StringType::Other, "#3003020101", "3003020101");
        row("a text of a chosen type that looks like DER", StringType::Utf8, "#0C0141", "0c0723304330313431");
        row("a text that only looks like DER", StringType::Automatic, "#0C0141", "0c0723304330313431");
    }
    void writesEveryStringType() {
        QFETCH(int, type);
        QFETCH(QString, value);
        QFETCH(QByteArray, der);
        Name name;
        name.append("description", value.toStdString(), static_cast<StringType>(type));
        const QByteArray encoded = bytes(name.toDer());
        QVERIFY2(encoded.endsWith(der), encoded.toHex().constData());
        const Name read = Name::fromDer(name.toDer());
        const auto rdns = read.rdns();
        QCOMPARE(rdns.size(), std::size_t{1});
        QCOMPARE(q(rdns[0][0].value), value);
        if (static_cast<StringType>(type) != StringType::Automatic)
            QCOMPARE(static_cast<int>(rdns[0][0].type), type);
        QCOMPARE(bytes(rebuilt(read).toDer()), encoded);
    }

    void refusesWhatATypeCannotHold_data() {
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("value");
        QTest::addColumn<int>("stringType");
        QTest::addColumn<QString>("named"); // the field and what is wrong
        const auto row = [](const char* name, const char* type, const QString& value, StringType stringType,
                            const char* named) {
            QTest::newRow(name) << QString::fromLatin1(type) << value << static_cast<int>(stringType)
                                << QString::fromUtf8(named);
        };
        const auto text = [](const char* utf8) { return QString::fromUtf8(utf8); };
        const auto longer = [](qsizetype count) { return QString(count, u'x'); };
        // RFC 5280 appendix A.1, upper bounds
        row("country", "C", text("DEU"), StringType::Automatic, "Country must be two letters");
        row("country digits", "C", text("D1"), StringType::Automatic, "Country must be two letters");
        row("country umlaut", "C", text("ä"), StringType::Automatic, "Country must be two letters");
        row("jurisdiction", "jurisdictionC", text("DEU"), StringType::Automatic, "jurisdictionCountryName must be");
        row("common name", "CN", longer(65), StringType::Automatic, "commonName is longer than 64 characters");
        row("serial number", "serialNumber", longer(65), StringType::Automatic, "serialNumber is longer than 64");
        row("locality", "L", longer(129), StringType::Automatic, "localityName is longer than 128");
        row("state", "ST", longer(129), StringType::Automatic, "stateOrProvinceName is longer than 128");
        row("organisation", "O", longer(65), StringType::Automatic, "organizationName is longer than 64");
        row("unit", "OU", longer(65), StringType::Automatic, "organizationalUnitName is longer than 64");
        row("title", "title", longer(65), StringType::Automatic, "title is longer than 64");
        row("pseudonym", "pseudonym", longer(129), StringType::Automatic, "pseudonym is longer than 128");
        row("e-mail", "emailAddress", longer(256), StringType::Automatic, "emailAddress is longer than 255");
        row("given name", "GN", longer(32769), StringType::Automatic, "givenName is longer than 32768");
        // characters
        row("e-mail umlaut", "emailAddress", text("jürgen@x"), StringType::Automatic, "IA5String cannot hold “ü”");
        row("domain component umlaut", "DC", text("bücher"), StringType::Automatic, "IA5String cannot hold “ü”");
        row("serial number umlaut", "serialNumber", text("ü"), StringType::Automatic, "of the serialNumber");
        row("printable", "O", text("a_b"), StringType::Printable, "PrintableString cannot hold “_”");
        row("ia5", "O", text("a€"), StringType::Ia5, "IA5String cannot hold “€” of the organizationName");
        row("numeric", "O", text("12a"), StringType::Numeric, "NumericString cannot hold “a”");
        row("utf8 that is not valid", "O", text("#0C02C328"), StringType::Other, "is not a valid string");
        row("a text that is no DER", "O", text("#0C05"), StringType::Other, "“#0C05” is not the DER");
        row("bmp", "O", text("😀"), StringType::Bmp, "organizationName");
        row("t61", "O", text("λ"), StringType::T61, "organizationName");
        row("empty", "O", QString(), StringType::Automatic, "The organizationName is empty");
        row("unknown type", "colour", text("red"), StringType::Automatic, "“colour” is not an attribute");
        // A name that OpenSSL knows and that has no OID.
        row("type without an OID", "AES-128-CBC-HMAC-SHA1", text("x"), StringType::Automatic, "is not an attribute");
        row("a type that no name can hold", "O", text("#0500"), StringType::Other, "organizationName");
    }
    void refusesWhatATypeCannotHold() {
        QFETCH(QString, type);
        QFETCH(QString, value);
        QFETCH(int, stringType);
        QFETCH(QString, named);
        Name name = Name::parse("CN=kept");
        const base::Bytes before = name.toDer();
        const auto error = test::errorOf([&] {
            name.append(type.toStdString(), value.toStdString(), static_cast<StringType>(stringType));
            return 0;
        });
        QVERIFY(error);
        QCOMPARE(test::nameOf(error->kind()), test::nameOf(ErrorKind::BadInput));
        QVERIFY2(q(error->message()).contains(named), error->what());
        QCOMPARE(bytes(name.toDer()), bytes(before));
    }

    // A character counts once, however many octets it has (RFC 5280 appendix A.1 counts characters).
    void takesWhatIsJustShortEnough_data() {
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("value");
        QTest::newRow("common name") << QStringLiteral("CN") << QString(64, QChar(0x3BB));
        QTest::newRow("locality") << QStringLiteral("L") << QString(128, u'x');
        QTest::newRow("given name of more than 16") << QStringLiteral("GN") << QStringLiteral("Maximilian-Alexander");
        QTest::newRow("surname of more than 40")
            << QStringLiteral("SN") << QStringLiteral("Wolfeschlegelsteinhausenbergerdorff-Schmidt");
        QTest::newRow("e-mail") << QStringLiteral("emailAddress") << QString(255, u'x');
        QTest::newRow("an attribute without a limit") << QStringLiteral("description") << QString(5000, u'x');
    }
    void takesWhatIsJustShortEnough() {
        QFETCH(QString, type);
        QFETCH(QString, value);
        Name name;
        name.append(type.toStdString(), value.toStdString());
        QCOMPARE(q(name.first(type.toStdString()).value()), value);
    }

    void limitsAreThoseOfRfc5280() {
        QCOMPARE(x509::attributeLimit("2.5.4.6"), std::size_t{2});
        QCOMPARE(x509::attributeLimit("2.5.4.3"), std::size_t{64});
        QCOMPARE(x509::attributeLimit("2.5.4.42"), std::size_t{32768});
        QCOMPARE(x509::attributeLimit("1.2.3"), std::size_t{0});
    }

    // crypto.X509Name: countryName, serialNumber and dnQualifier are PrintableString, DC and e-mail IA5String by their
    // definition (RFC 5280 appendix A.1), everything else UTF8String (RFC 5280 4.1.2.4).
    void choosesTheStringType_data() {
        QTest::addColumn<QString>("type");
        QTest::addColumn<int>("expected");
        for (const char* type : {"C", "serialNumber", "dnQualifier", "jurisdictionC"})
            QTest::newRow(type) << QString::fromLatin1(type) << static_cast<int>(StringType::Printable);
        for (const char* type : {"DC", "emailAddress"})
            QTest::newRow(type) << QString::fromLatin1(type) << static_cast<int>(StringType::Ia5);
        for (const char* type : {"CN", "O", "OU", "L", "ST", "SN", "GN", "title", "UID", "street", "1.2.3.4"})
            QTest::newRow(type) << QString::fromLatin1(type) << static_cast<int>(StringType::Utf8);
    }
    void choosesTheStringType() {
        QFETCH(QString, type);
        QFETCH(int, expected);
        Name name;
        name.append(type.toStdString(), "DE");
        QCOMPARE(static_cast<int>(name.rdns()[0][0].type), expected);
    }

    void keepsSeveralAttributesInOneRdn() {
        Name name;
        name.append("C", "DE");
        name.append("O", "Lab");
        name.append("OU", "Unit", StringType::Automatic, true);
        name.append("CN", "x");
        const auto rdns = name.rdns();
        QCOMPARE(rdns.size(), std::size_t{3});
        QCOMPARE(rdns[1].size(), std::size_t{2});
        QCOMPARE(q(name.toRfc2253()), QStringLiteral("CN=x,OU=Unit+O=Lab,C=DE"));
        const QByteArrayList types = typesByAsn1parse(name.toDer());
        QCOMPARE(types, (QByteArrayList{"PRINTABLESTRING", "UTF8STRING+UTF8STRING", "UTF8STRING"}));
        // Nothing to join yet: then it is an RDN of its own.
        Name first;
        first.append("CN", "x", StringType::Automatic, true);
        QCOMPARE(q(first.toRfc2253()), QStringLiteral("CN=x"));
    }

    void givesTheFirstOfAType() {
        const Name name = Name::parse("CN=second,CN=first,O=Lab");
        QCOMPARE(q(name.first("CN").value()), QStringLiteral("first"));
        QCOMPARE(q(name.first("organizationName").value()), QStringLiteral("Lab"));
        QCOMPARE(q(name.first("2.5.4.10").value()), QStringLiteral("Lab"));
        QVERIFY(!name.first("L"));
        CERTWRIGHT_VERIFY_FAILS(name.first("colour"), ErrorKind::BadInput);
    }

    void setReplacesAppendsAndRemoves() {
        Name name = Name::parse("CN=b,OU=Unit+O=Lab,CN=a,C=DE");
        name.set("CN", "changed");
        QCOMPARE(q(name.toRfc2253()), QStringLiteral("CN=b,OU=Unit+O=Lab,CN=changed,C=DE"));
        name.set("O", "Other"); // longer than OU=Unit now, so that it comes behind it in the set (X.690 11.6)
        QCOMPARE(q(name.toRfc2253()), QStringLiteral("CN=b,O=Other+OU=Unit,CN=changed,C=DE"));
        name.set("O", std::nullopt);
        QCOMPARE(q(name.toRfc2253()), QStringLiteral("CN=b,OU=Unit,CN=changed,C=DE"));
        name.set("C", std::nullopt);
        name.set("C", std::nullopt);
        QCOMPARE(q(name.toRfc2253()), QStringLiteral("CN=b,OU=Unit,CN=changed"));
        name.set("L", "Town", StringType::Printable);
        QCOMPARE(q(name.toRfc2253()), QStringLiteral("L=Town,CN=b,OU=Unit,CN=changed"));
        QCOMPARE(static_cast<int>(name.rdns().back()[0].type), static_cast<int>(StringType::Printable));
        CERTWRIGHT_VERIFY_FAILS(name.set("L", ""), ErrorKind::BadInput);
        CERTWRIGHT_VERIFY_FAILS(name.set("colour", "red"), ErrorKind::BadInput);
        CERTWRIGHT_VERIFY_FAILS(name.set("colour", std::nullopt), ErrorKind::BadInput);
        QCOMPARE(q(name.toRfc2253()), QStringLiteral("L=Town,CN=b,OU=Unit,CN=changed"));
        QCOMPARE(bytes(Name::fromDer(name.toDer()).toDer()), bytes(name.toDer()));
    }

    // crypto.X509Name.countryName, crypto.X509Name.stateOrProvinceName, crypto.X509Name.localityName,
    // crypto.X509Name.organizationName, crypto.X509Name.organizationalUnitName, crypto.X509Name.commonName,
    // crypto.X509Name.emailAddress: by long name and by alias; what stands there by `openssl asn1parse`.
    void namesItsMembers_data() {
        QTest::addColumn<QByteArray>("alias");
        QTest::addColumn<qsizetype>("limit"); // RFC 5280 appendix A.1
        QTest::newRow("countryName") << QByteArray("C") << qsizetype{2};
        QTest::newRow("stateOrProvinceName") << QByteArray("ST") << qsizetype{128};
        QTest::newRow("localityName") << QByteArray("L") << qsizetype{128};
        QTest::newRow("organizationName") << QByteArray("O") << qsizetype{64};
        QTest::newRow("organizationalUnitName") << QByteArray("OU") << qsizetype{64};
        QTest::newRow("commonName") << QByteArray("CN") << qsizetype{64};
        QTest::newRow("emailAddress") << QByteArray("emailAddress") << qsizetype{255};
    }
    void namesItsMembers() {
        QFETCH(QByteArray, alias);
        QFETCH(qsizetype, limit);
        const QByteArray longName = QTest::currentDataTag();
        const auto valuesByOpenssl = [&longName](const Name& name) {
            QByteArrayList values;
            bool isNext = false;
            for (const QByteArray& line :
                 test::openssl(test::words("asn1parse -inform DER"), bytes(name.toDer())).split('\n')) {
                if (isNext)
                    values.append(line.mid(line.lastIndexOf(':') + 1));
                isNext = line.endsWith(':' + longName);
            }
            return values;
        };
        Name name = Name::parse("title=kept");
        name.set(longName.toStdString(), "DE");
        name.append(alias.toStdString(), "FR");
        QCOMPARE(valuesByOpenssl(name), (QByteArrayList{"DE", "FR"}));
        name.set(alias.toStdString(), "IT");
        QCOMPARE(valuesByOpenssl(name), (QByteArrayList{"IT", "FR"}));
        QCOMPARE(q(name.first(longName.toStdString()).value()), QStringLiteral("IT"));
        name.set(longName.toStdString(), std::nullopt);
        QCOMPARE(valuesByOpenssl(name), (QByteArrayList{"FR"}));
        const auto error = test::errorOf(
            [&] { return name.set(alias.toStdString(), std::string(static_cast<std::size_t>(limit) + 1, 'x')), 0; });
        QVERIFY(error && error->kind() == ErrorKind::BadInput);
        QVERIFY2(q(error->message()).contains(QString::fromLatin1(longName)) ||
                     q(error->message()).contains(QStringLiteral("Country must be two letters")),
                 error->what());
        QCOMPARE(valuesByOpenssl(name), (QByteArrayList{"FR"}));
        name.set(alias.toStdString(), std::nullopt);
        QCOMPARE(q(name.toRfc2253()), QStringLiteral("title=kept"));
    }

    // crypto.X509NameType, crypto.X509Name: a class, whose values are copied.
    void copiesAreIndependent() {
        Name name = Name::parse("CN=a");
        Name copy(name);
        Name assigned;
        assigned = name;
        copy.append("O", "b");
        assigned.set("CN", "c");
        QCOMPARE(q(name.toRfc2253()), QStringLiteral("CN=a"));
        QCOMPARE(q(copy.toRfc2253()), QStringLiteral("O=b,CN=a"));
        QCOMPARE(q(assigned.toRfc2253()), QStringLiteral("CN=c"));
        const Name shared = Name::share(name.native());
        name.append("O", "b");
        QCOMPARE(q(shared.toRfc2253()), QStringLiteral("CN=a"));
        QVERIFY(name == copy);
        QVERIFY(!(name == shared));
    }

    void theEmptyName() {
        const Name empty;
        QVERIFY(empty.isEmpty());
        QCOMPARE(bytes(empty.toDer()), unhex("3000"));
        QVERIFY(empty.rdns().empty());
        QCOMPARE(q(empty.toRfc2253()), QString());
        QCOMPARE(q(empty.toOneLine()), QString());
        QCOMPARE(q(empty.displayName()), QString());
        QVERIFY(Name::fromDer(view(unhex("3000"))) == empty);
        QVERIFY(!Name::parse("CN=a").isEmpty());
    }

    void displayNameIsTheLastCommonName_data() {
        QTest::addColumn<QByteArray>("der");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* text, const char* expected) {
            QTest::newRow(text) << bytes(Name::parse(text).toDer()) << QString::fromUtf8(expected);
        };
        row("CN=b,O=Lab,CN=a", "b");
        row("O=Lab,CN=a,C=DE", "a");
        row("OU=Unit,O=Lab,C=DE", "Unit");
        row("O=#030205A0", "#030205A0");
        // An empty common name behind one that is not (Name::append() makes none such).
        QTest::newRow("empty CN") << unhex("301a310c300a06035504030c03616263310a300806035504030c0100")
                                         .replace(unhex("0c0100"), unhex("0c00"))
                                         .replace(unhex("310a3008"), unhex("31093007"))
                                         .replace(unhex("301a310c"), unhex("3019310c"))
                                  << QStringLiteral("abc");
        QTest::newRow("only an empty CN") << unhex("300b3109300706035504030c00") << QString();
    }
    void displayNameIsTheLastCommonName() {
        QFETCH(QByteArray, der);
        QFETCH(QString, expected);
        QCOMPARE(q(Name::fromDer(view(der)).displayName()), expected);
    }

    // RFC 5280 7.1, as far as OpenSSL goes: white space folded, ASCII letters without case, string types alike.
    void comparesByRfc5280_data() {
        QTest::addColumn<QString>("one");
        QTest::addColumn<QString>("other");
        QTest::addColumn<bool>("matches");
        const auto row = [](const char* name, const char* one, const char* other, bool matches) {
            QTest::newRow(name) << QString::fromUtf8(one) << QString::fromUtf8(other) << matches;
        };
        row("the same", "CN=a,O=b", "CN=a,O=b", true);
        row("case", "CN=Lab,O=Example", "CN=LAB,O=example", true);
        row("inner white space", "CN=My   Lab", "CN=my lab", true);
        row("outer white space", "CN=\\ \\ Lab\\ ", "CN=Lab", true);
        row("string type", "CN=#13034C6162", "CN=Lab", true);
        row("bmp", "CN=#1E06004C00610062", "CN=lab", true);
        row("another order", "CN=a,O=b", "O=b,CN=a", false);
        row("order inside an RDN", "CN=a+O=b", "O=b+CN=a", true);
        row("joined or not", "CN=a+O=b", "CN=a,O=b", false);
        row("another attribute", "CN=a", "O=a", false);
        row("longer", "CN=a,O=b", "CN=a", false);
        row("empty", "", "", true);
        row("empty and not", "", "CN=a", false);
    }
    void comparesByRfc5280() {
        QFETCH(QString, one);
        QFETCH(QString, other);
        QFETCH(bool, matches);
        const Name first = Name::parse(one.toStdString());
        const Name second = Name::parse(other.toStdString());
        QCOMPARE(first.matches(second), matches);
        QCOMPARE(second.matches(first), matches);
        QCOMPARE(first.hash() == second.hash(), matches);
    }

    void refusesDamagedDer_data() {
        QTest::addColumn<QByteArray>("der");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("trailing") << unhex("300000");
        QTest::newRow("cut") << unhex("300b3109300706035504030c");
        QTest::newRow("a string") << unhex("0c0141");
        QTest::newRow("an RDN that is no set") << unhex("300b3009300706035504030c00");
        QTest::newRow("a type that names cannot hold") << unhex("300b3109300706035504030500");
    }
    void refusesDamagedDer() {
        QFETCH(QByteArray, der);
        CERTWRIGHT_VERIFY_FAILS(Name::fromDer(view(der)), ErrorKind::BadInput);
    }

    void namesItsStringTypes() {
        QCOMPARE(q(x509::toString(StringType::Utf8)), QStringLiteral("UTF8String"));
        QCOMPARE(q(x509::toString(StringType::Numeric)), QStringLiteral("NumericString"));
        QCOMPARE(q(x509::toString(StringType::Automatic)), QStringLiteral("automatic"));
        QCOMPARE(q(x509::toString(StringType::Other)), QStringLiteral("other"));
    }
};

CERTWRIGHT_TEST_MAIN(NameTest)
#include "tst_name.moc"
