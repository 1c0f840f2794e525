#include "core/crypto/key_generator.h"
#include "core/x509/request.h"
#include "tests/core/corpus.h"
#include "tests/core/expect.h"
#include "tests/core/x509/openssl_maker.h"
#include "tests/core/x509/printed_extensions.h"
#include "tests/support/test_main.h"

#include <QCryptographicHash>
#include <QRegularExpression>

using namespace certwright;
using base::ErrorKind;
using test::bytes;
using test::q;
using test::unhex;
using test::view;
using x509::Extension;
using x509::Name;
using x509::Request;
using x509::RequestBuilder;

namespace {

crypto::PrivateKey keyOf(const char* type) {
    return crypto::generateKey(crypto::KeySpec::parse(type));
}

/// What is between two lines of a text.
QByteArray between(const QByteArray& text, const QByteArray& first, const QByteArray& behind) {
    const qsizetype at = text.indexOf(first);
    if (at < 0)
        return {};
    const qsizetype begin = text.indexOf('\n', at) + 1;
    return text.mid(begin, text.indexOf(behind, begin) - begin);
}

/// "challengePassword:secret" of the attributes that openssl prints, one a line.
QString printedAttributes(const QByteArray& text) {
    static const QRegularExpression line(QStringLiteral("^ {12}(\\S+) *:(.*)$"), QRegularExpression::MultilineOption);
    const QString block = QString::fromUtf8(between(text, "        Attributes:", "    Signature Algorithm"))
                              .section(QStringLiteral("Requested"), 0, 0);
    QString out;
    for (auto match = line.globalMatch(block); match.hasNext();) {
        const auto found = match.next();
        out += found.captured(1) + u':' + found.captured(2) + u'\n';
    }
    return out;
}

QString textOf(const std::vector<x509::RequestAttribute>& attributes) {
    QString out;
    for (const x509::RequestAttribute& attribute : attributes)
        out += q(attribute.name) + u':' + q(attribute.text) + u'\n';
    return out;
}

bool isVerifiedByOpenssl(const QByteArray& request) {
    const auto result = test::run(test::findTool(QStringLiteral("openssl")),
                                  test::words("req -inform DER -noout -verify"), {.input = request});
    // Some versions tell of a wrong signature by text alone.
    return result.isSuccess() && !(result.output + result.errors).contains("fail");
}

} // namespace

class RequestTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { CERTWRIGHT_SKIP_WITHOUT_OPENSSL(); }

    // crypto.load_certificate_request, crypto.dump_certificate_request, crypto.X509Req.get_version,
    // crypto.X509Req.get_subject: every reading by `openssl req`.
    void agreesWithOpenssl_data() { test::requestRows(); }
    void agreesWithOpenssl() {
        QFETCH(QByteArray, request);
        const Request read = Request::fromDer(view(request));
        QCOMPARE(bytes(read.der()), request);
        QCOMPARE(q(read.sha256()),
                 QString::fromLatin1(QCryptographicHash::hash(request, QCryptographicHash::Sha256).toHex().toUpper()));
        const QByteArray out = test::openssl(test::words("req -inform DER -text -nameopt oneline,-esc_msb"), request);
        const qsizetype pem = out.lastIndexOf("-----BEGIN");
        QVERIFY(pem > 0);
        const QByteArray text = out.left(pem);
        QCOMPARE(q(read.toPem()), QString::fromLatin1(out.mid(pem)));
        QVERIFY(Request::fromPem(test::textView(out.mid(pem))) == read);
        // Of a key that it cannot use OpenSSL prints its error queue, in which addresses stand.
        if (read.publicKey().isUsable())
            QCOMPARE(q(read.toText()), QString::fromUtf8(text));
        static const QRegularExpression version(QStringLiteral("Version: (\\d+) "));
        if (const auto match = version.match(QString::fromUtf8(text)); match.hasMatch())
            QCOMPARE(read.version(), match.captured(1).toInt());
        const QByteArray algorithm = text.mid(text.lastIndexOf("Signature Algorithm: ") + 21);
        QCOMPARE(q(read.signatureAlgorithm()), QString::fromUtf8(algorithm.left(algorithm.indexOf('\n'))));
        QCOMPARE(textOf(read.attributes()), printedAttributes(text));
        const QByteArray extensions = between(text, "Requested Extensions:", "    Signature Algorithm");
        QCOMPARE(test::differenceOf(read.extensions(), test::printedExtensions(extensions, 16)), QString());
    }

    // crypto.X509Req.verify: by `openssl req -verify`.
    void agreesAboutTheSignature_data() { test::requestRows(); }
    void agreesAboutTheSignature() {
        QFETCH(QByteArray, request);
        const Request read = Request::fromDer(view(request));
        const bool isVerified = isVerifiedByOpenssl(request);
        QCOMPARE(read.isSignatureValid().value_or(false), isVerified);
        if (!read.publicKey().isUsable()) {
            QVERIFY(!read.isSignatureValid().has_value());
            CERTWRIGHT_VERIFY_FAILS(read.isSignedBy(read.publicKey()), ErrorKind::Unsupported);
            return;
        }
        QCOMPARE(read.isSignedBy(read.publicKey()), isVerified);
        QVERIFY(!read.isSignedBy(m_key.publicKey()));
    }

    // crypto.X509Req.get_pubkey: by `openssl req -pubkey`.
    void agreesAboutTheKey_data() { test::requestRows(); }
    void agreesAboutTheKey() {
        QFETCH(QByteArray, request);
        const Request read = Request::fromDer(view(request));
        const QByteArray pem = test::openssl(test::words("req -inform DER -noout -pubkey"), request);
        QCOMPARE(read.publicKey().isUsable(), pem.startsWith("-----BEGIN PUBLIC KEY"));
        const QByteArray spki = QByteArray::fromBase64(pem.mid(27, pem.indexOf("-----END") - 27));
        QVERIFY(request.contains(bytes(read.publicKey().spkiDer())));
        // OpenSSL writes the key anew; where the request has another form of it, ours is that one.
        if (!pem.isEmpty() && request.contains(spki))
            QCOMPARE(bytes(read.publicKey().spkiDer()), spki);
    }

    void refusesWhatIsNone_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("an empty sequence") << unhex("3000");
        QTest::newRow("a key") << bytes(m_key.publicKey().spkiDer());
        const QByteArray request = m_maker.request({});
        QTest::newRow("trailing") << request + '\0';
        QTest::newRow("cut") << request.chopped(1);
        for (const test::CorpusRow& row : test::corpusManifest(QStringLiteral("malformed"))) {
            if (row.kind == QStringLiteral("csr") && row.expected == QStringLiteral("error"))
                QTest::newRow(qPrintable(row.file))
                    << test::readDataFile(QStringLiteral("conformance/malformed/") + row.file);
        }
    }
    void refusesWhatIsNone() {
        QFETCH(QByteArray, content);
        CERTWRIGHT_VERIFY_FAILS(Request::fromDer(view(content)), ErrorKind::BadInput);
        CERTWRIGHT_VERIFY_FAILS(Request::fromPem(test::textView(content)), ErrorKind::BadInput);
    }

    void takesTheFirstOfAPemText() {
        const QByteArray first = m_maker.request({});
        const QByteArray old = test::openssl(test::words("req -inform DER"), first);
        const QByteArray fresh = test::openssl(test::words("req -inform DER -newhdr"), first);
        QVERIFY(fresh.contains("BEGIN NEW CERTIFICATE REQUEST"));
        for (const QByteArray& pem :
             {old, fresh, "a remark\n" + QByteArray::fromStdString(m_key.publicKey().toPem()) + old})
            QCOMPARE(bytes(Request::fromPem(test::textView(pem)).der()), first);
    }

    // The very octets that openssl signs, for the same name, key, extensions and challenge password.
    void buildsWhatOpensslBuilds_data() {
        QTest::addColumn<QByteArray>("extensions");
        QTest::addColumn<QByteArray>("challenge");
        QTest::newRow("bare") << QByteArray() << QByteArray();
        QTest::newRow("an extension") << QByteArray("subjectAltName=DNS:a.example,IP:192.0.2.1") << QByteArray();
        QTest::newRow("several, in their order")
            << QByteArray("keyUsage=critical,digitalSignature\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth")
            << QByteArray();
        QTest::newRow("a challenge password") << QByteArray() << QByteArray("hunter22");
        QTest::newRow("both") << QByteArray("subjectAltName=DNS:a.example") << QByteArray("hunter22");
        QTest::newRow("letters beyond ASCII") << QByteArray() << QByteArray("Zoë λ");
    }
    void buildsWhatOpensslBuilds() {
        QFETCH(QByteArray, extensions);
        QFETCH(QByteArray, challenge);
        const crypto::PrivateKey key = m_maker.key();
        RequestBuilder builder;
        builder.setSubject(Name::parse("CN=maker"));
        for (const QByteArray& line : extensions.split('\n')) {
            if (line.isEmpty())
                continue;
            const QByteArray value = line.mid(line.indexOf('=') + 1);
            const bool isCritical = value.startsWith("critical,");
            builder.addExtension(Extension::fromText(line.left(line.indexOf('=')).toStdString(), isCritical,
                                                     value.mid(isCritical ? 9 : 0).toStdString()));
        }
        if (!challenge.isEmpty())
            builder.setChallenge(challenge.toStdString());
        const Request made = builder.sign(key);
        const QByteArray attributes = challenge.isEmpty() ? QByteArray() : "[att]\nchallengePassword=" + challenge;
        QCOMPARE(test::signedPart(bytes(made.der())).toHex(),
                 test::signedPart(m_maker.request(extensions, attributes)).toHex());
        QVERIFY(isVerifiedByOpenssl(bytes(made.der())));
    }

    // crypto.X509Req.sign, crypto.X509Req.set_pubkey: every kind of key that signs, with its natural digest.
    void signsWithEveryKey_data() {
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("algorithm");
        const auto row = [](const char* type, const char* algorithm) {
            const auto error = test::errorOf([type] { return crypto::KeySpec::parse(type); });
            if (!error || error->kind() != ErrorKind::Unsupported)
                QTest::newRow(type) << QByteArray(type) << QByteArray(algorithm);
        };
        row("rsa:2048", "sha256WithRSAEncryption");
        row("rsa-pss:2048", "rsassaPss");
        row("ec:P-384", "ecdsa-with-SHA384");
        row("ed25519", "ED25519");
        row("ed448", "ED448");
        row("ml-dsa-65", "ML-DSA-65");
    }
    void signsWithEveryKey() {
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, algorithm);
        const crypto::PrivateKey key = keyOf(type.constData());
        RequestBuilder builder;
        builder.setSubject(Name::parse("CN=x")).setPublicKey(key.publicKey());
        const Request request = builder.sign(key);
        QVERIFY(isVerifiedByOpenssl(bytes(request.der())));
        QVERIFY(request.isSignatureValid() == true);
        QVERIFY(request.publicKey() == key.publicKey());
        const QByteArray text = test::openssl(test::words("req -inform DER -noout -text"), bytes(request.der()));
        QVERIFY2(text.contains("Signature Algorithm: " + algorithm + '\n'), text.constData());
        QVERIFY2(text.contains("Version: 1 (0x0)"), text.constData());
    }

    void signsWithAChosenDigest() {
        RequestBuilder builder;
        builder.setSubject(Name::parse("CN=x"));
        const QByteArray text =
            test::openssl(test::words("req -inform DER -noout -text"), bytes(builder.sign(m_key, "SHA512").der()));
        QVERIFY2(text.contains("Signature Algorithm: ecdsa-with-SHA512\n"), text.constData());
        CERTWRIGHT_VERIFY_FAILS(builder.sign(m_key, "no such digest"), ErrorKind::BadInput);
        CERTWRIGHT_VERIFY_FAILS(builder.sign(m_key, "BLAKE2b512"), ErrorKind::Unsupported);
        CERTWRIGHT_VERIFY_FAILS(builder.sign(keyOf("ed25519"), "SHA256"), ErrorKind::BadInput);
    }

    void signsWithPss() {
        const Request request = RequestBuilder().sign(keyOf("rsa:2048"), "SHA384", crypto::RsaPadding::Pss);
        const QByteArray text = test::openssl(test::words("req -inform DER -noout -text"), bytes(request.der()));
        QVERIFY2(text.contains("Signature Algorithm: rsassaPss") && text.contains("Salt Length: 0x30"),
                 text.constData());
        QVERIFY(isVerifiedByOpenssl(bytes(request.der())));
        CERTWRIGHT_VERIFY_FAILS(RequestBuilder().sign(m_key, {}, crypto::RsaPadding::Pss), ErrorKind::BadInput);
    }

    void refusesTheWrongKey() {
        RequestBuilder builder;
        builder.setSubject(Name::parse("CN=x")).setPublicKey(m_key.publicKey());
        CERTWRIGHT_VERIFY_FAILS(builder.sign(keyOf("ec:P-256")), ErrorKind::NotAllowed);
        CERTWRIGHT_VERIFY_FAILS(builder.sign(keyOf("ed25519")), ErrorKind::NotAllowed);
        QVERIFY(builder.sign(m_key).isSignedBy(m_key.publicKey()));
        CERTWRIGHT_VERIFY_FAILS(RequestBuilder().sign(keyOf("x25519")), ErrorKind::NotAllowed);
        const auto unknown = crypto::PublicKey::fromSpkiDer(view(unhex("300c300506032a03040303000102")));
        CERTWRIGHT_VERIFY_FAILS(RequestBuilder().setPublicKey(unknown), ErrorKind::Unsupported);
    }

    // crypto.X509Req.set_version: RFC 2986 4.1 has one alone.
    void hasVersion1Alone() {
        RequestBuilder builder;
        QCOMPARE(builder.setVersion(1).sign(m_key).version(), 1);
        for (const int version : {-1, 0, 2, 3})
            CERTWRIGHT_VERIFY_FAILS(builder.setVersion(version), ErrorKind::BadInput);
        QCOMPARE(builder.sign(m_key).version(), 1);
    }

    // RFC 2985 5.4.1: one value, 1 to 255 characters.
    void takesOneChallengePassword() {
        RequestBuilder builder;
        builder.setChallenge("first").setChallenge("second");
        QCOMPARE(textOf(builder.sign(m_key).attributes()), QStringLiteral("challengePassword:second\n"));
        for (const std::string& bad : {std::string(), std::string("\xff\xfe"), std::string(256, 'x')}) {
            const auto error = test::errorOf([&] { return builder.setChallenge(bad), 0; });
            QVERIFY(error);
            QCOMPARE(test::nameOf(error->kind()), test::nameOf(ErrorKind::BadInput));
        }
        QCOMPARE(textOf(builder.sign(m_key).attributes()), QStringLiteral("challengePassword:second\n"));
        builder.setChallenge(QString(255, QChar(0x3BB)).toStdString());
        QCOMPARE(builder.sign(m_key).attributes()[0].text.size(), std::size_t{510});
    }

    void replacesAnExtensionInItsPlace() {
        RequestBuilder builder;
        builder.addExtension(Extension::fromText("keyUsage", true, "cRLSign"))
            .addExtension(Extension::fromText("extendedKeyUsage", false, "serverAuth"))
            .addExtension(Extension::fromText("keyUsage", false, "digitalSignature"));
        const Request request = builder.sign(m_key);
        QCOMPARE(request.extensions().size(), std::size_t{2});
        QVERIFY(request.extensions()[0] == Extension::fromText("keyUsage", false, "digitalSignature"));
        QVERIFY(request.attributes().empty());
    }

    // crypto.X509ReqType, crypto.X509Req: a class, whose values do not change any more.
    void signedOnesDoNotChange() {
        RequestBuilder builder;
        builder.setSubject(Name::parse("CN=x"));
        const Request first = builder.sign(m_key);
        const Request copy = first;
        const QByteArray der = bytes(first.der());
        builder.setSubject(Name::parse("CN=y")).setChallenge("secret");
        const Request second = builder.sign(m_key);
        QCOMPARE(bytes(first.der()), der);
        QCOMPARE(q(first.subject().toRfc2253()), QStringLiteral("CN=x"));
        QCOMPARE(q(second.subject().toRfc2253()), QStringLiteral("CN=y"));
        QVERIFY(copy == first && Request::fromDer(first.der()) == first);
        QVERIFY(!(second == first));
    }

    // Attributes of any kind, made by openssl: several values, strings of all types, what is no string; Microsoft's
    // older attribute for extensions.
    void readsEveryAttribute() {
        const QTemporaryDir folder;
        const QString file = test::writeFile(
            folder, "request.cnf",
            QByteArray("asn1=SEQUENCE:req\n[req]\ninfo=SEQUENCE:info\nalg=SEQUENCE:alg\n"
                       "sig=FORMAT:HEX,BITSTRING:00\n[alg]\noid=OID:1.2.840.10045.4.3.2\n"
                       "[info]\nversion=INTEGER:0\nsubject=SEQUENCE\nspki=SEQUENCE:spki\n"
                       "attributes=IMPLICIT:0,SET:attributes\n[spki]\nalg=SEQUENCE:key\n"
                       "bits=FORMAT:HEX,BITSTRING:00\n[key]\noid=OID:1.2.3.4\n"
                       "[attributes]\na=SEQUENCE:a\nb=SEQUENCE:b\nc=SEQUENCE:c\nd=SEQUENCE:d\n"
                       "[a]\noid=OID:1.2.840.113549.1.9.2\nvalues=SET:avalues\n"
                       "[avalues]\n1=IA5STRING:box\n2=FORMAT:UTF8,BMPSTRING:Zoë\n"
                       "[b]\noid=OID:1.2.3.5\nvalues=SET:bvalues\n[bvalues]\n1=INTEGER:7\n"
                       "[c]\noid=OID:1.3.6.1.4.1.311.2.1.14\nvalues=SET:cvalues\n[cvalues]\n1=SEQUENCE:exts\n"
                       "[exts]\n1=SEQUENCE:ext\n[ext]\noid=OID:2.5.29.19\nvalue=OCTWRAP,SEQUENCE\n"
                       "[d]\noid=OID:1.2.3.6\nvalues=SET\n"));
        const QString out = folder.filePath(QStringLiteral("request.der"));
        test::openssl(test::words("asn1parse -noout -genconf") + QStringList{file, QStringLiteral("-out"), out});
        QFile der(out);
        QVERIFY(der.open(QIODevice::ReadOnly));
        const Request request = Request::fromDer(view(der.readAll()));
        const auto attributes = request.attributes();
        QCOMPARE(attributes.size(), std::size_t{3});
        QStringList texts;
        for (const x509::RequestAttribute& attribute : attributes)
            texts.append(q(attribute.oid + ' ' + attribute.name + ' ' + attribute.text));
        texts.sort();
        QCOMPARE(texts[0], QStringLiteral("1.2.3.5 1.2.3.5 020107"));
        QCOMPARE(texts[1], QStringLiteral("1.2.3.6 1.2.3.6 "));
        QCOMPARE(texts[2], QStringLiteral("1.2.840.113549.1.9.2 unstructuredName box, Zoë"));
        QCOMPARE(request.extensions().size(), std::size_t{1});
        QCOMPARE(q(request.extensions()[0].text()), QStringLiteral("CA:FALSE"));
        QVERIFY(!request.isSignatureValid().has_value());
    }

    void readsRequestedNames() {
        const Request request = Request::fromDer(view(m_maker.request("subjectAltName=DNS:a.example,IP:192.0.2.1")));
        const std::vector<x509::GeneralName> expected{{x509::GeneralName::Type::Dns, "a.example"},
                                                      {x509::GeneralName::Type::Ip, "192.0.2.1"}};
        QVERIFY(request.subjectAltNames() == expected);
        QVERIFY(Request::fromDer(view(m_maker.request({}))).subjectAltNames().empty());
        QVERIFY(Request::fromDer(view(m_maker.request("subjectAltName=DER:3005"))).subjectAltNames().empty());
    }

private:
    crypto::PrivateKey m_key = keyOf("ec:P-256");
    test::OpensslMaker m_maker;
};

CERTWRIGHT_TEST_MAIN(RequestTest)
#include "tst_request.moc"
