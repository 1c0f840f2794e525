#include "core/x509/name.h"
#include "tests/core/corpus.h"
#include "tests/core/expect.h"
#include "tests/core/x509/openssl_tool.h"
#include "tests/support/test_main.h"

using namespace certwright;
using base::ErrorKind;
using test::bytes;
using test::q;
using x509::Name;
using x509::StringType;

namespace {

/// True when parse() picks the very string types that the name has, so that its text brings back every octet.
bool hasUsualTypes(const Name& name) {
    for (const x509::Rdn& rdn : name.rdns()) {
        for (const x509::NameAttribute& attribute : rdn) {
            // Types without a name are written in hexadecimal, with their string type.
            if (attribute.type == StringType::Other || x509::attributeShortName(attribute.oid) == attribute.oid)
                continue;
            const bool isPrintable = QStringList{QStringLiteral("2.5.4.6"), QStringLiteral("2.5.4.5"),
                                                 QStringLiteral("2.5.4.46"), QStringLiteral("1.3.6.1.4.1.311.60.2.1.3")}
                                         .contains(q(attribute.oid));
            const bool isIa5 = attribute.oid == "1.2.840.113549.1.9.1" || attribute.oid == "0.9.2342.19200300.100.1.25";
            if (attribute.type != (isPrintable ? StringType::Printable : isIa5 ? StringType::Ia5 : StringType::Utf8))
                return false;
        }
    }
    return true;
}

} // namespace

class NameTextTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        CERTWRIGHT_SKIP_WITHOUT_OPENSSL();
        m_key = test::writeFile(m_folder, "key.pem",
                                test::openssl(test::words("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256")));
        m_config = test::writeFile(m_folder, "req.cnf",
                                   QByteArray("[req]\ndistinguished_name=dn\nstring_mask=utf8only\n[dn]\n"));
    }

    void textsComeBack_data() { test::corpusRows({"certs", "names", "pqc"}); }
    void textsComeBack() {
        QFETCH(QByteArray, certificate);
        const Name name = Name::fromDer(test::namesOf(certificate).subject);
        for (const std::string& text : {name.toRfc2253(), name.toOneLine()}) {
            try {
                const Name read = Name::parse(text);
                if (hasUsualTypes(name) && test::hasSortedRdns(name.toDer()))
                    QCOMPARE(bytes(read.toDer()), bytes(name.toDer()));
                QVERIFY2(read.matches(name) || !test::hasSortedRdns(name.toDer()), text.c_str());
                if (test::hasSortedRdns(name.toDer()))
                    QCOMPARE(q(read.toRfc2253()), q(name.toRfc2253()));
            } catch (const base::Error& error) {
                // An attribute without a value, longer than RFC 5280 allows or of characters its type has not: such
                // names are read and shown, but not made.
                const QString message = q(error.message());
                QVERIFY2(message.contains(QStringLiteral(" is empty")) ||
                             message.contains(QStringLiteral(" is longer than ")) ||
                             message.contains(QStringLiteral(" cannot hold ")) ||
                             message.contains(QStringLiteral("must be two letters")),
                         error.what());
            }
        }
    }

    // crypto.X509Req.get_subject: what `openssl req -subj` makes of our one line is the name again.
    void oneLineIsWhatSubjTakes_data() {
        QTest::addColumn<QString>("rfc4514");
        QTest::addColumn<QString>("oneLine");
        const auto row = [](const char* rfc4514, const char* oneLine) {
            QTest::newRow(oneLine) << QString::fromUtf8(rfc4514) << QString::fromUtf8(oneLine);
        };
        row("CN=x,O=Lab,C=DE", "/C=DE/O=Lab/CN=x");
        row("CN=www.example.test,OU=a+O=b", "/O=b+OU=a/CN=www.example.test");
        row("O=a/b", "/O=a\\/b");
        row("O=a\\+b", "/O=a\\+b");
        row("O=a\\\\b", "/O=a\\\\b");
        row("O=\\\"Lab\\\" Inc", "/O=\"Lab\" Inc");
        row("O=\\#1", "/O=\\#1");
        row("O=\\ x\\ ", "/O= x ");
        row("O=a\\,b=c", "/O=a,b=c");
        row("O=a\\0Ab\\0A", "/O=a\\\nb\\\n");
        row("CN=Zoë Λ 😀", "/CN=Zoë Λ 😀");
        row("O=\\\\41", "/O=\\\\41");
        row("emailAddress=a@b,DC=test,C=DE", "/C=DE/DC=test/emailAddress=a@b");
    }
    void oneLineIsWhatSubjTakes() {
        QFETCH(QString, rfc4514);
        QFETCH(QString, oneLine);
        const Name name = Name::parse(rfc4514.toStdString());
        QCOMPARE(q(name.toOneLine()), oneLine);
        const QByteArray request =
            test::openssl({QStringLiteral("req"), QStringLiteral("-new"), QStringLiteral("-utf8"),
                           QStringLiteral("-key"), m_key, QStringLiteral("-config"), m_config,
                           QStringLiteral("-outform"), QStringLiteral("DER"), QStringLiteral("-subj"), oneLine});
        QVERIFY2(request.contains(bytes(name.toDer())), request.toHex().constData());
        QCOMPARE(bytes(Name::parse(oneLine.toStdString()).toDer()), bytes(name.toDer()));
        const QByteArray subject =
            test::openssl(test::words("req -inform DER -noout -subject -nameopt RFC2253,-esc_msb"), request);
        QCOMPARE("subject=" + name.toRfc2253() + '\n', subject.toStdString());
    }

    // crypto.X509Name: RFC 4514 4 (its examples), and what people type.
    void reads_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("expected"); // in OpenSSL's RFC 2253 form
        const auto row = [](const char* text, const char* expected) {
            QTest::newRow(text) << QByteArray(text) << QString::fromUtf8(expected);
        };
        row("UID=jsmith,DC=example,DC=net", "UID=jsmith,DC=example,DC=net");
        row("OU=Sales+CN=J.  Smith,DC=example,DC=net", "CN=J.  Smith+OU=Sales,DC=example,DC=net");
        row("CN=James \\\"Jim\\\" Smith\\, III,DC=example,DC=net",
            "CN=James \\\"Jim\\\" Smith\\, III,DC=example,DC=net");
        row("CN=Before\\0dAfter,DC=example,DC=net", "CN=Before\\0DAfter,DC=example,DC=net");
        row("CN=Lu\\C4\\8Di\\C4\\87", "CN=Lučić");
        row("1.3.6.1.4.1.1466.0=#0C024869", "1.3.6.1.4.1.1466.0=#0C024869");
        row("O=#0C034C6162", "O=Lab");
        row("", "");
        row("   ", "");
        row("CN = x , O = Lab", "CN=x,O=Lab");
        row("CN=x;O=Lab", "CN=x,O=Lab");
        row("CN=x\nO=Lab\n", "CN=x,O=Lab");
        row("CN=x\r\nO=Lab\r\n", "CN=x,O=Lab");
        row("CN=\"a,b+c\" , O=Lab", "CN=a\\,b\\+c,O=Lab");
        row("CN=\" x \"", "CN=\\ x\\ ");
        row("CN=\"a\\\"b\"", "CN=a\\\"b");
        row("CN=a\"b", "CN=a\\\"b");
        row("CN=x\\ ", "CN=x\\ ");
        row("CN=\\#x", "CN=\\#x");
        row("CN=a=b", "CN=a=b");
        row("CN=a/b", "CN=a/b");
        // Attribute types without case (RFC 4514 2.3), and those of other programs.
        row("cn=x,o=y,ou=z,c=DE,st=s,l=t,street=u,dc=v,uid=w", "CN=x,O=y,OU=z,C=DE,ST=s,L=t,street=u,DC=v,UID=w");
        row("STREET=Main St. 1", "street=Main St. 1");
        row("E=a@b,S=State,G=Given,T=Title", "emailAddress=a@b,ST=State,GN=Given,title=Title");
        row("SERIALNUMBER=1,emailaddress=a@b,Surname=x", "serialNumber=1,emailAddress=a@b,SN=x");
        row("commonName=x,organizationName=y", "CN=x,O=y");
        row("OID.2.5.4.3=x,2.5.4.10=y", "CN=x,O=y");
        row("1.2.3.4=x", "1.2.3.4=#0C0178");
        // One line
        row("/C=DE/O=Lab/CN=x", "CN=x,O=Lab,C=DE");
        row("/CN=x/", "CN=x");
        row("/CN=#1", "CN=\\#1");
        row("/CN=#0C0178", "CN=x");
        row("/CN=\"x\"\n", "CN=\\\"x\\\"");
        row("/", "");
    }
    void reads() {
        QFETCH(QByteArray, text);
        QFETCH(QString, expected);
        QCOMPARE(q(Name::parse(test::textView(text)).toRfc2253()), expected);
    }

    void refuses_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("position"); // of the character, counted from 1
        const auto row = [](const char* text, int position) { QTest::newRow(text) << QByteArray(text) << position; };
        row("x", 1);
        row("CN=x,y", 6);
        row("CN=x,,O=y", 6);
        row("CN=x,", 5);
        row("CN=x+", 5);
        row("CN=x, ", 5);
        row("=x", 1);
        row("CN=x,=y", 6);
        row("CN=é,colour=red", 6);
        row("CN=x\\", 5);
        row("CN=\"x", 4);
        row("CN=\"x\" y", 8);
        row("CN=#zz", 1);
        row("CN=#0C05", 1);
        row("CN=#0500", 1);
        row("1.3.6.1.4.1.1466.0=#04024869", 1); // RFC 4514 4, but OpenSSL's names hold no OCTET STRING
        row("CN=x,C=DEU", 6);
        row("CN=,O=Lab", 1);
        row("CN=\\FF", 1);
        row("/CN=x/y", 7);
        row("/CN=x//O=y", 7);
        row("/CN=http://x", 11);
        row("/CN=x+", 6);
        row("/CN=x\\", 6);
        row("/C=DEU", 2);
    }
    void refuses() {
        QFETCH(QByteArray, text);
        QFETCH(int, position);
        const auto error = test::errorOf([&] { return Name::parse(test::textView(text)); });
        QVERIFY(error);
        QCOMPARE(test::nameOf(error->kind()), test::nameOf(ErrorKind::BadInput));
        QVERIFY2(q(error->message()).endsWith(QStringLiteral(" (at character %1)").arg(position)), error->what());
    }

    // What OpenSSL writes cut short or ambiguous.
    void tellsApartWhatOpensslDoesNot() {
        // "uid" and "UID" are two types to OpenSSL, and one to RFC 4514 2.3.
        Name unique;
        unique.append("0.9.2342.19200300.100.1.44", "x");
        QCOMPARE(q(unique.toRfc2253()), QStringLiteral("uniqueIdentifier=x"));
        QVERIFY(Name::parse(unique.toRfc2253()) == unique);
        const std::string oid = "1.3.6.1.4.1.99999." + std::string("1234567890.1234567890.1234567890.1234567890.") +
                                "1234567890.1234567890.1234567890";
        Name far;
        far.append(oid, "x");
        QCOMPARE(q(far.toRfc2253()), q(oid + "=#0C0178"));
        QVERIFY(Name::parse(far.toRfc2253()) == far);
    }

    void keepsNulCharacters() {
        const Name name = Name::parse("CN=a\\00b");
        QCOMPARE(name.first("CN").value(), std::string("a\0b", 3));
        QCOMPARE(q(name.toRfc2253()), QStringLiteral("CN=a\\00b"));
        CERTWRIGHT_VERIFY_FAILS(Name::parse(std::string_view("CN\0x=y", 6)), ErrorKind::BadInput);
    }

    void namesAttributes() {
        QCOMPARE(q(x509::attributeShortName("2.5.4.3")), QStringLiteral("CN"));
        QCOMPARE(q(x509::attributeLongName("2.5.4.3")), QStringLiteral("commonName"));
        QCOMPARE(q(x509::attributeShortName("1.2.3.4.5")), QStringLiteral("1.2.3.4.5"));
        QCOMPARE(q(x509::attributeLongName("1.2.3.4.5")), QStringLiteral("1.2.3.4.5"));
    }

private:
    QTemporaryDir m_folder;
    QString m_key;
    QString m_config;
};

CERTWRIGHT_TEST_MAIN(NameTextTest)
#include "tst_name_text.moc"
