#include "core/crypto/key_generator.h"
#include "core/x509/crl.h"
#include "core/x509/crl_builder.h"
#include "core/x509/verify/trust_store.h"
#include "tests/core/corpus.h"
#include "tests/core/expect.h"
#include "tests/core/x509/openssl_maker.h"
#include "tests/core/x509/printed_extensions.h"
#include "tests/support/test_ca.h"
#include "tests/support/test_main.h"

#include <QCryptographicHash>
#include <QDateTime>
#include <QLocale>
#include <QRegularExpression>

using namespace certwright;
using base::ErrorKind;
using base::Time;
using test::bytes;
using test::q;
using test::timeAt;
using test::unhex;
using test::view;
using x509::Crl;
using x509::CrlBuilder;
using x509::RevocationReason;
using x509::RevokedEntry;
using x509::Serial;

Q_DECLARE_METATYPE(x509::IssuingDistributionPoint)

namespace {

QString textOf(std::optional<Time> time) {
    return time ? q(base::toRfc3339(*time)) : QString();
}

/// RFC 3339 of "Jan  1 00:00:00 2024 GMT".
QString timeOfOpenssl(const QString& text) {
    const QDateTime time = QLocale::c().toDateTime(text.simplified().remove(QStringLiteral(" GMT")),
                                                   QStringLiteral("MMM d hh:mm:ss yyyy"));
    return time.toString(QStringLiteral("yyyy-MM-dd'T'hh:mm:ss'Z'"));
}

/// A number without the zeros and the "0x" that openssl puts in front.
QString plainHex(QString text) {
    static const QRegularExpression front(QStringLiteral("^(-?)0*(?=.)"));
    return text.remove(QStringLiteral("0x")).replace(front, QStringLiteral("\\1"));
}

/// Our names of the reasons for those that openssl prints; of one without a name it prints the number.
QString reasonOfOpenssl(const QString& printed) {
    static const std::map<QString, QString> names{
        {QString(), QStringLiteral("unspecified")},
        {QStringLiteral("Unspecified"), QStringLiteral("unspecified")},
        {QStringLiteral("Key Compromise"), QStringLiteral("keyCompromise")},
        {QStringLiteral("CA Compromise"), QStringLiteral("cACompromise")},
        {QStringLiteral("Affiliation Changed"), QStringLiteral("affiliationChanged")},
        {QStringLiteral("Superseded"), QStringLiteral("superseded")},
        {QStringLiteral("Cessation Of Operation"), QStringLiteral("cessationOfOperation")},
        {QStringLiteral("Certificate Hold"), QStringLiteral("certificateHold")},
        {QStringLiteral("Remove From CRL"), QStringLiteral("removeFromCRL")},
        {QStringLiteral("Privilege Withdrawn"), QStringLiteral("privilegeWithdrawn")},
        {QStringLiteral("AA Compromise"), QStringLiteral("aACompromise")}};
    const auto found = names.find(printed);
    return found == names.end() ? QStringLiteral("unknown") : found->second;
}

/// "3E8 2024-01-01T00:00:00Z keyCompromise [invalidity date]" for every entry that openssl prints.
QStringList printedEntries(const QByteArray& text) {
    static const QRegularExpression field(
        QStringLiteral(
            "^    Serial Number: (\\S+)|^        Revocation Date: (.*)|Reason Code: (?:critical)?\\s*\\n +(.*)|"
            "Invalidity Date: (?:critical)?\\s*\\n +(.*)"),
        QRegularExpression::MultilineOption);
    QStringList out;
    for (auto match = field.globalMatch(QString::fromUtf8(text.mid(text.indexOf("Revoked Certificates:"))));
         match.hasNext();) {
        const auto found = match.next();
        if (!found.captured(1).isNull() && found.lastCapturedIndex() == 1)
            out.append(plainHex(found.captured(1)) + u'|');
        else if (found.lastCapturedIndex() == 2)
            out.back() += timeOfOpenssl(found.captured(2)) + QStringLiteral("||");
        else if (found.lastCapturedIndex() == 3)
            out.back().insert(out.back().lastIndexOf(u'|'), found.captured(3).trimmed());
        else
            out.back() += timeOfOpenssl(found.captured(4));
    }
    for (QString& entry : out) {
        QStringList fields = entry.split(u'|');
        fields[2] = reasonOfOpenssl(fields[2]);
        entry = fields.join(u' ');
    }
    return out;
}

QStringList textsOf(const std::vector<RevokedEntry>& entries) {
    QStringList out;
    for (const RevokedEntry& entry : entries)
        out.append(q(entry.serial.toHex()) + u' ' + textOf(entry.date) + u' ' + q(x509::toString(entry.reason)) + u' ' +
                   textOf(entry.invalidityDate));
    return out;
}

QByteArray textByOpenssl(const Crl& crl) {
    return test::openssl(test::words("crl -inform DER -noout -text"), bytes(crl.der()));
}

/// The corpus has lists of several issuers; this is the one of those that were made for it.
x509::Certificate corpusIssuer() {
    return x509::Certificate::fromPem(
        test::textView(test::readDataFile(QStringLiteral("conformance/certs/gen-base.pem"))));
}

} // namespace

class CrlTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { CERTWRIGHT_SKIP_WITHOUT_OPENSSL(); }

    // Every reading by `openssl crl -text`: also delta lists, indirect ones, and those of a distribution point.
    void agreesWithOpenssl_data() { test::crlRows(); }
    void agreesWithOpenssl() {
        QFETCH(QByteArray, crl);
        const Crl read = Crl::fromDer(view(crl));
        QCOMPARE(bytes(read.der()), crl);
        QCOMPARE(q(read.sha256()),
                 QString::fromLatin1(QCryptographicHash::hash(crl, QCryptographicHash::Sha256).toHex().toUpper()));
        const QByteArray out = test::openssl(test::words("crl -inform DER -text -nameopt oneline,-esc_msb"), crl);
        const qsizetype pem = out.lastIndexOf("-----BEGIN");
        QVERIFY(pem > 0);
        const QByteArray text = out.left(pem);
        QCOMPARE(q(read.toText()), QString::fromUtf8(text));
        QCOMPARE(q(read.toPem()), QString::fromLatin1(out.mid(pem)));
        QVERIFY(Crl::fromPem(test::textView(out.mid(pem))) == read);
        const QByteArray algorithm = text.mid(text.lastIndexOf("Signature Algorithm: ") + 21);
        QCOMPARE(q(read.signatureAlgorithm()), QString::fromUtf8(algorithm.left(algorithm.indexOf('\n'))));
        const QStringList entries = printedEntries(text);
        QCOMPARE(textsOf(read.entries()), entries);
        QCOMPARE(static_cast<qsizetype>(read.revokedCount()), entries.size());
        const qsizetype begin = text.indexOf("        CRL extensions:");
        const qsizetype end =
            std::max(text.indexOf("\nRevoked Certificates", begin), text.indexOf("\nNo Revoked", begin));
        const QByteArray extensions = begin < 0 ? QByteArray() : text.mid(begin, end - begin);
        QCOMPARE(test::differenceOf(read.extensions(), test::printedExtensions(extensions, 12)), QString());
    }

    // Issuer, number and dates by the fields that `openssl crl` prints alone.
    void agreesAboutItsHead_data() { test::crlRows(); }
    void agreesAboutItsHead() {
        QFETCH(QByteArray, crl);
        const Crl read = Crl::fromDer(view(crl));
        const QByteArray out =
            test::openssl(test::words("crl -inform DER -noout -nameopt RFC2253,-esc_msb -issuer -crlnumber -lastupdate "
                                      "-nextupdate -dateopt iso_8601"),
                          crl);
        const auto field = [&out](const QByteArray& name) {
            const qsizetype at = out.indexOf(name) + name.size();
            return QString::fromUtf8(out.mid(at, out.indexOf('\n', at) - at));
        };
        QCOMPARE(q(read.issuer().toRfc2253()), field("issuer="));
        const QString number = field("crlNumber=");
        QCOMPARE(q(read.number()), number == QStringLiteral("<NONE>") ? QString() : plainHex(number));
        QCOMPARE(textOf(read.thisUpdate()).replace(u'T', u' '), field("lastUpdate="));
        const QString next = field("nextUpdate=");
        QCOMPARE(textOf(read.nextUpdate()).replace(u'T', u' '), next == QStringLiteral("NONE") ? QString() : next);
    }

    // The signature by `openssl crl -CAfile`.
    void agreesAboutTheSignature_data() { test::crlRows(); }
    void agreesAboutTheSignature() {
        QFETCH(QByteArray, crl);
        const x509::Certificate issuer = corpusIssuer();
        const QTemporaryDir folder;
        const auto result = test::run(test::findTool(QStringLiteral("openssl")),
                                      test::words("crl -inform DER -noout -no-CApath -no-CAstore -CAfile") +
                                          QStringList{test::writeFile(folder, "issuer.pem", issuer.toPem())},
                                      {.input = crl});
        QCOMPARE(Crl::fromDer(view(crl)).isSignedBy(issuer.publicKey()),
                 (result.output + result.errors).contains("verify OK"));
    }

    // RFC 5280 5.2.5, 5.3.3: entries of other issuers in an indirect list, as openssl reads them.
    void readsIndirectLists() {
        const QByteArray der = test::readDataFile(QStringLiteral("conformance/pkits/crls/indirectCRLCA1CRL.crl"));
        QVERIFY(!der.isEmpty());
        const Crl read = Crl::fromDer(view(der));
        const QByteArray text = textByOpenssl(read);
        QVERIFY2(text.contains("Indirect CRL"), text.constData());
        QCOMPARE(textsOf(read.entries()), printedEntries(text));
        QVERIFY(read.revokedCount() > 0);
    }

    void noticesAChangedSignature() {
        const Crl good =
            Crl::fromPem(test::textView(test::readDataFile(QStringLiteral("conformance/crls/gen-reasons.pem"))));
        QVERIFY(good.isSignedBy(corpusIssuer().publicKey()));
        QByteArray der = bytes(good.der());
        const qsizetype reason = der.indexOf(unhex("0a0101"));
        QVERIFY(reason > 0);
        der[reason + 2] = 7; // a reason that RFC 5280 5.3.1 does not use
        const Crl changed = Crl::fromDer(view(der));
        QVERIFY(!changed.isSignedBy(corpusIssuer().publicKey()));
        QCOMPARE(q(x509::toString(changed.entries()[0].reason)), QStringLiteral("unknown"));
        QVERIFY(!(changed == good));
    }

    void keysThatCannotBeUsedSignNothing() {
        const auto unknown = crypto::PublicKey::fromSpkiDer(view(unhex("300c300506032a03040303000102")));
        const Crl crl =
            Crl::fromPem(test::textView(test::readDataFile(QStringLiteral("conformance/crls/gen-empty.pem"))));
        QVERIFY(!crl.isSignedBy(unknown));
    }

    void refusesWhatIsNone_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("an empty sequence") << unhex("3000");
        QTest::newRow("a certificate") << bytes(corpusIssuer().der());
        const QByteArray crl = bytes(
            Crl::fromPem(test::textView(test::readDataFile(QStringLiteral("conformance/crls/gen-empty.pem")))).der());
        QTest::newRow("trailing") << crl + '\0';
        QTest::newRow("cut") << crl.chopped(1);
        for (const test::CorpusRow& row : test::corpusManifest(QStringLiteral("malformed"))) {
            if (row.kind == QStringLiteral("crl") && row.expected == QStringLiteral("error"))
                QTest::newRow(qPrintable(row.file))
                    << test::readDataFile(QStringLiteral("conformance/malformed/") + row.file);
        }
    }
    void refusesWhatIsNone() {
        QFETCH(QByteArray, content);
        CERTWRIGHT_VERIFY_FAILS(Crl::fromDer(view(content)), ErrorKind::BadInput);
        CERTWRIGHT_VERIFY_FAILS(Crl::fromPem(test::textView(content)), ErrorKind::BadInput);
    }

    // The very octets that `openssl ca -gencrl` signs.
    void buildsWhatOpensslBuilds() {
        const QTemporaryDir folder;
        const QByteArray issuer = m_maker.certificate("basicConstraints=critical,CA:TRUE\nsubjectKeyIdentifier=hash");
        const QString database = test::writeFile(
            folder, "index.txt",
            QByteArray("V\t491231000000Z\t\t05\tunknown\t/CN=good\n"
                       "R\t491231000000Z\t240102000000Z,keyCompromise\t0200\tunknown\t/CN=a\n"
                       "R\t491231000000Z\t240103000000Z\t01\tunknown\t/CN=b\n"
                       "R\t491231000000Z\t240104000000Z,keyTime,20231224000000Z\tFF\tunknown\t/CN=c\n"
                       "R\t491231000000Z\t490101000000Z,superseded\t7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF\t"
                       "unknown\t/CN=d\n"));
        const QString config =
            test::writeFile(folder, "ca.cnf",
                            "[ca]\ndefault_ca=c\n[c]\ndatabase=" + database.toUtf8() +
                                "\ncrlnumber=" + test::writeFile(folder, "number", QByteArray("1000\n")).toUtf8() +
                                "\ndefault_md=sha256\ncrl_extensions=x\n[x]\nauthorityKeyIdentifier=keyid:always\n");
        const QByteArray pem = test::openssl(
            test::words("ca -gencrl -crl_lastupdate 20240201000000Z -crl_nextupdate 20500201000000Z -config") +
            QStringList{config, QStringLiteral("-keyfile"), m_maker.keyFile(), QStringLiteral("-cert"),
                        test::writeFile(folder, "ca.pem", test::openssl(test::words("x509 -inform DER"), issuer))});
        const QByteArray expected = test::openssl(test::words("crl -outform DER"), pem);
        QVERIFY(!expected.isEmpty());

        const crypto::PrivateKey key = m_maker.key();
        CrlBuilder builder(x509::Certificate::fromDer(view(issuer)));
        builder.setThisUpdate(timeAt("2024-02-01T00:00:00Z")).setNextUpdate(timeAt("2050-02-01T00:00:00Z"));
        builder.setNumber(Serial::parse("1000"));
        builder.add({Serial::parse("0200"), timeAt("2024-01-02T00:00:00Z"), RevocationReason::KeyCompromise, {}});
        builder.add({Serial::parse("01"), timeAt("2024-01-03T00:00:00Z"), RevocationReason::Unspecified, {}});
        builder.add({Serial::parse("FF"), timeAt("2024-01-04T00:00:00Z"), RevocationReason::KeyCompromise,
                     timeAt("2023-12-24T00:00:00Z")});
        builder.add({Serial::parse("7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"),
                     timeAt("2049-01-01T00:00:00Z"),
                     RevocationReason::Superseded,
                     {}});
        const Crl made = builder.sign(key);
        QCOMPARE(test::signedPart(bytes(made.der())).toHex(), test::signedPart(expected).toHex());
        QVERIFY(made.isSignedBy(key.publicKey()));
    }

    // Every reason, in the words of RFC 5280 5.3.1, as openssl prints it.
    void writesEveryReason_data() {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("printed"); // empty: nothing is written
        QTest::newRow("0") << QByteArray("unspecified") << QByteArray();
        QTest::newRow("1") << QByteArray("keyCompromise") << QByteArray("Key Compromise");
        QTest::newRow("2") << QByteArray("cACompromise") << QByteArray("CA Compromise");
        QTest::newRow("3") << QByteArray("affiliationChanged") << QByteArray("Affiliation Changed");
        QTest::newRow("4") << QByteArray("superseded") << QByteArray("Superseded");
        QTest::newRow("5") << QByteArray("cessationOfOperation") << QByteArray("Cessation Of Operation");
        QTest::newRow("6") << QByteArray("certificateHold") << QByteArray("Certificate Hold");
        QTest::newRow("8") << QByteArray("removeFromCRL") << QByteArray("Remove From CRL");
        QTest::newRow("9") << QByteArray("privilegeWithdrawn") << QByteArray("Privilege Withdrawn");
        QTest::newRow("10") << QByteArray("aACompromise") << QByteArray("AA Compromise");
    }
    void writesEveryReason() {
        QFETCH(QByteArray, name);
        QFETCH(QByteArray, printed);
        const RevocationReason reason = x509::parseRevocationReason(name.toStdString());
        QCOMPARE(QByteArray::number(static_cast<int>(reason)), QByteArray(QTest::currentDataTag()));
        QCOMPARE(q(x509::toString(reason)), QString::fromLatin1(name));
        QVERIFY(x509::parseRevocationReason(name.toLower().toStdString()) == reason);
        CrlBuilder builder(m_root.certificate());
        builder.setThisUpdate(timeAt("2024-01-01T00:00:00Z"));
        if (reason == RevocationReason::RemoveFromCrl)
            builder.setDeltaBase(Serial::parse("01")); // only there it may stand
        builder.add({Serial::parse("07"), timeAt("2024-01-01T00:00:00Z"), reason, {}});
        const Crl crl = builder.sign(m_root.key());
        const QByteArray text = textByOpenssl(crl);
        QCOMPARE(text.contains("CRL entry extensions"), !printed.isEmpty());
        QVERIFY2(printed.isEmpty() || text.contains(' ' + printed + '\n'), text.constData());
        QVERIFY(crl.entries()[0].reason == reason);
    }

    void refusesOtherReasons_data() {
        QTest::addColumn<QByteArray>("text");
        for (const char* text : {"", "unknown", "key compromise", "1", "keyCompromise "})
            QTest::newRow(text) << QByteArray(text);
    }
    void refusesOtherReasons() {
        QFETCH(QByteArray, text);
        const auto error = test::errorOf([&] { return x509::parseRevocationReason(test::textView(text)); });
        QVERIFY(error);
        QCOMPARE(test::nameOf(error->kind()), test::nameOf(ErrorKind::BadInput));
        QVERIFY2(QByteArray::fromStdString(error->message()).contains("“" + text + "”"), error->what());
    }

    void buildsTheLeast() {
        CrlBuilder builder(m_root.certificate());
        CERTWRIGHT_VERIFY_FAILS(builder.sign(m_root.key()), ErrorKind::NotAllowed);
        const Crl crl = builder.setThisUpdate(timeAt("2024-01-01T00:00:00Z")).sign(m_root.key());
        const QByteArray text = textByOpenssl(crl);
        QVERIFY2(text.contains("Version 2 (0x1)") && text.contains("No Revoked Certificates.") &&
                     text.contains("Next Update: NONE"),
                 text.constData());
        QVERIFY(!crl.nextUpdate());
        QCOMPARE(q(crl.number()), QString());
        QCOMPARE(crl.revokedCount(), std::size_t{0});
        QVERIFY(crl.issuer() == m_root.certificate().subject());
    }

    void replacesNumberAndDates() {
        CrlBuilder builder(m_root.certificate());
        builder.setNumber(Serial::parse("01")).setNumber(Serial::parse("02"));
        builder.setThisUpdate(timeAt("2023-01-01T00:00:00Z")).setThisUpdate(timeAt("2024-01-01T00:00:00Z"));
        builder.setNextUpdate(timeAt("2024-01-02T00:00:00Z")).setNextUpdate(timeAt("2024-01-03T00:00:00Z"));
        const Crl crl = builder.sign(m_root.key());
        QCOMPARE(textByOpenssl(crl).count("X509v3 CRL Number"), qsizetype{1});
        QCOMPARE(q(crl.number()), QStringLiteral("2"));
        QCOMPARE(textOf(crl.thisUpdate()), QStringLiteral("2024-01-01T00:00:00Z"));
        QCOMPARE(textOf(crl.nextUpdate()), QStringLiteral("2024-01-03T00:00:00Z"));
        // A list is a value: what the builder does afterwards does not reach it.
        const QByteArray der = bytes(crl.der());
        builder.add({Serial::parse("07"), timeAt("2024-01-01T00:00:00Z"), RevocationReason::Unspecified, {}});
        const Crl next = builder.setNumber(Serial::parse("03")).sign(m_root.key());
        QCOMPARE(bytes(crl.der()), der);
        QCOMPARE(next.revokedCount(), std::size_t{1});
        QVERIFY(!(next == crl) && Crl::fromDer(crl.der()) == crl);
    }

    // RFC 5280 5.1.2.4 to 5.1.2.6: as the dates of certificates, read by `openssl asn1parse` and `openssl crl`.
    void writesDatesAndNumbersOfEverySize() {
        CrlBuilder builder(m_root.certificate());
        builder.setThisUpdate(timeAt("1949-12-31T23:59:59Z")).setNextUpdate(timeAt("9999-12-31T23:59:59Z"));
        builder.add({Serial::parse("-81"), timeAt("1969-12-31T23:59:59Z"), RevocationReason::Unspecified, {}});
        builder.add({Serial(), timeAt("2050-01-01T00:00:00Z"), RevocationReason::Unspecified, {}});
        const std::string longest = "7" + std::string(39, 'F');
        builder.add({Serial::parse(longest), timeAt("2049-12-31T23:59:59Z"), RevocationReason::Superseded, {}});
        const Crl crl = builder.sign(m_root.key());
        const QByteArray parsed = test::openssl(test::words("asn1parse -inform DER"), bytes(crl.der()));
        for (const char* date : {"GENERALIZEDTIME   :19491231235959Z", "GENERALIZEDTIME   :99991231235959Z",
                                 "UTCTIME           :691231235959Z", "GENERALIZEDTIME   :20500101000000Z",
                                 "UTCTIME           :491231235959Z", "INTEGER           :-81", "INTEGER           :00"})
            QVERIFY2(parsed.contains(date), date);
        const QByteArray text = textByOpenssl(crl);
        QVERIFY2(text.contains(longest.c_str()) && text.contains("-81"), text.constData());
        QVERIFY(crl.thisUpdate() == timeAt("1949-12-31T23:59:59Z"));
        QVERIFY(crl.nextUpdate() == timeAt("9999-12-31T23:59:59Z"));
        for (const auto& entry : crl.entries())
            QVERIFY(entry.serial == Serial::parse("-81") || entry.serial == Serial() ||
                    entry.serial == Serial::parse(longest));
    }

    void refusesTheWrongKeyAndDigest() {
        CrlBuilder builder(m_root.certificate());
        builder.setThisUpdate(timeAt("2024-01-01T00:00:00Z"));
        CERTWRIGHT_VERIFY_FAILS(builder.sign(test::TestCa().key()), ErrorKind::NotAllowed);
        CERTWRIGHT_VERIFY_FAILS(builder.sign(m_root.key(), "no such digest"), ErrorKind::BadInput);
        CERTWRIGHT_VERIFY_FAILS(builder.sign(m_root.key(), "BLAKE2b512"), ErrorKind::Unsupported);
        QVERIFY(textByOpenssl(builder.sign(m_root.key(), "SHA384")).contains("ecdsa-with-SHA384"));
    }

    void signsWithPss() {
        const test::TestCa root("CN=RSA", "rsa:2048");
        CrlBuilder builder(root.certificate());
        builder.setThisUpdate(timeAt("2024-01-01T00:00:00Z"));
        const Crl crl = builder.sign(root.key(), {}, crypto::RsaPadding::Pss);
        const QByteArray text = textByOpenssl(crl);
        QVERIFY2(text.contains("Signature Algorithm: rsassaPss") && text.contains("Salt Length: 0x20"),
                 text.constData());
        QVERIFY(crl.isSignedBy(root.certificate().publicKey()));
        CERTWRIGHT_VERIFY_FAILS(CrlBuilder(m_root.certificate())
                                    .setThisUpdate(timeAt("2024-01-01T00:00:00Z"))
                                    .sign(m_root.key(), {}, crypto::RsaPadding::Pss),
                                ErrorKind::BadInput);
    }

    // The very extensions that openssl makes of such a configuration (RFC 5280 5.2.4, 5.2.5).
    void writesDistributionPoints_data() {
        QTest::addColumn<QByteArray>("section");
        QTest::addColumn<x509::IssuingDistributionPoint>("point");
        using Point = x509::IssuingDistributionPoint;
        const auto row = [](const char* section, const Point& point) {
            QTest::newRow(section) << QByteArray(section).replace(';', '\n') << point;
        };
        const std::vector<x509::GeneralName> names{{x509::GeneralName::Type::Uri, "http://lab.example/a.crl"},
                                                   {x509::GeneralName::Type::Uri, "http://lab.example/b.crl"}};
        row("fullname=URI:http://lab.example/a.crl,URI:http://lab.example/b.crl", {names});
        row("onlyuser=TRUE", {{}, Point::Scope::EndEntities});
        row("onlyCA=TRUE", {{}, Point::Scope::Cas});
        row("onlyAA=TRUE", {{}, Point::Scope::AttributeCertificates});
        row("indirectCRL=TRUE", {{}, Point::Scope::All, {}, true});
        row("onlysomereasons=keyCompromise,CACompromise,affiliationChanged,superseded,cessationOfOperation,"
            "certificateHold,privilegeWithdrawn,AACompromise",
            {{},
             Point::Scope::All,
             {RevocationReason::KeyCompromise, RevocationReason::CaCompromise, RevocationReason::AffiliationChanged,
              RevocationReason::Superseded, RevocationReason::CessationOfOperation, RevocationReason::CertificateHold,
              RevocationReason::PrivilegeWithdrawn, RevocationReason::AaCompromise}});
        row("fullname=URI:http://lab.example/a.crl,URI:http://lab.example/b.crl;onlyuser=TRUE;"
            "onlysomereasons=AACompromise;indirectCRL=TRUE",
            {names, Point::Scope::EndEntities, {RevocationReason::AaCompromise}, true});
    }
    void writesDistributionPoints() {
        QFETCH(QByteArray, section);
        QFETCH(x509::IssuingDistributionPoint, point);
        const x509::Certificate made = x509::Certificate::fromDer(
            view(m_maker.certificate("issuingDistributionPoint=critical,@point", "[point]\n" + section + "\n")));
        const Crl crl = CrlBuilder(m_root.certificate())
                            .setThisUpdate(timeAt("2024-01-01T00:00:00Z"))
                            .setIssuingDistributionPoint(point)
                            .sign(m_root.key());
        const auto extensions = crl.extensions();
        const x509::Extension* found = x509::findExtension(extensions, "2.5.29.28");
        QVERIFY(found != nullptr);
        QVERIFY(*found == made.extensions().at(0));
    }

    void writesDeltaLists() {
        CrlBuilder builder(m_root.certificate());
        builder.setThisUpdate(timeAt("2024-01-01T00:00:00Z"))
            .setNumber(Serial::parse("1F"))
            .setDeltaBase(Serial::parse("1A"));
        builder.addExtension(x509::Extension::fromText("freshestCRL", false, "URI:http://lab.example/old.crl"));
        builder.addExtension(x509::Extension::fromText("freshestCRL", false, "URI:http://lab.example/delta.crl"));
        builder.add({Serial::parse("07"), timeAt("2024-01-01T00:00:00Z"), RevocationReason::RemoveFromCrl, {}});
        const QByteArray text = textByOpenssl(builder.sign(m_root.key())).simplified();
        for (const char* part : {"X509v3 CRL Number: 31 ", "X509v3 Delta CRL Indicator: critical 26 ",
                                 "X509v3 Freshest CRL: Full Name: URI:http://lab.example/delta.crl ",
                                 "Serial Number: 07", "Remove From CRL"})
            QVERIFY2(text.contains(part), text.constData());
        QVERIFY(!text.contains("old.crl"));
    }

    void refusesWhatNoListMaySay() {
        const auto builder = [this] {
            CrlBuilder out(m_root.certificate());
            out.setThisUpdate(timeAt("2024-01-01T00:00:00Z"));
            return out;
        };
        const Time date = timeAt("2024-01-01T00:00:00Z");
        CERTWRIGHT_VERIFY_FAILS(
            builder().add({Serial::parse("07"), date, RevocationReason::RemoveFromCrl, {}}).sign(m_root.key()),
            ErrorKind::NotAllowed);
        const RevokedEntry foreign{Serial::parse("07"),
                                   date,
                                   RevocationReason::Superseded,
                                   {},
                                   {{x509::GeneralName::Type::DirectoryName, "CN=other"}}};
        CERTWRIGHT_VERIFY_FAILS(builder().add(foreign).sign(m_root.key()), ErrorKind::NotAllowed);
        for (const RevocationReason reason : {RevocationReason::Unspecified, RevocationReason::RemoveFromCrl})
            CERTWRIGHT_VERIFY_FAILS(
                builder().setIssuingDistributionPoint({{}, x509::IssuingDistributionPoint::Scope::All, {reason}}),
                ErrorKind::BadInput);
    }

    // Indirect lists: order and issuers kept, as `openssl crl` prints them (RFC 5280 5.3.3).
    void writesCertificatesOfOtherIssuers() {
        CrlBuilder builder(m_root.certificate());
        const Time date = timeAt("2024-01-01T00:00:00Z");
        builder.setThisUpdate(date).setIssuingDistributionPoint(
            {{}, x509::IssuingDistributionPoint::Scope::All, {}, true});
        const std::vector<x509::GeneralName> other{{x509::GeneralName::Type::DirectoryName, "CN=other"}};
        builder.add({Serial::parse("09"), date, RevocationReason::Superseded, {}, other});
        builder.add({Serial::parse("03"), date, RevocationReason::Unspecified, {}});
        const Crl crl = builder.sign(m_root.key());
        const auto entries = crl.entries();
        QCOMPARE(entries.size(), std::size_t(2));
        QVERIFY(entries[0].certificateIssuer == other && entries[1].certificateIssuer.empty());
        const QByteArray text = textByOpenssl(crl).simplified();
        QVERIFY2(text.contains("X509v3 Certificate Issuer: critical DirName:/CN=other") ||
                     text.contains("X509v3 Certificate Issuer: critical DirName:CN=other"),
                 text.constData());
        QVERIFY(text.indexOf("Serial Number: 09") < text.indexOf("Serial Number: 03"));
    }

    // On hold by the complete list, released by the delta: `openssl verify` and our own verification say the same.
    void holdsAndReleases() {
        const x509::Certificate held = m_root.issue().certificate;
        const auto list = [&](const char* number, RevocationReason reason, bool isDelta) {
            CrlBuilder builder(m_root.certificate());
            builder.setThisUpdate(timeAt("2024-01-01T00:00:00Z")).setNextUpdate(timeAt("2049-01-01T00:00:00Z"));
            builder.setNumber(Serial::parse(number));
            if (isDelta)
                builder.setDeltaBase(Serial::parse("01"));
            else
                builder.addExtension(x509::Extension::fromText("freshestCRL", false, "URI:http://lab.example/d.crl"));
            builder.add({Serial::parse(held.serial()), timeAt("2024-01-01T00:00:00Z"), reason, {}});
            return builder.sign(m_root.key());
        };
        const Crl complete = list("01", RevocationReason::CertificateHold, false);
        const Crl release = list("02", RevocationReason::RemoveFromCrl, true);
        for (const bool isReleased : {false, true}) {
            x509::TrustStore trust;
            trust.addTrusted(m_root.certificate());
            trust.addCrl(complete);
            if (isReleased)
                trust.addCrl(release);
            x509::VerifyOptions options;
            options.crlCheck = x509::VerifyOptions::CrlCheck::Leaf;
            QCOMPARE(trust.verify(held, options).isTrusted, isReleased);

            const QTemporaryDir folder;
            const auto verdict = test::run(
                test::findTool(QStringLiteral("openssl")),
                test::words("verify -crl_check -extended_crl -use_deltas -no-CApath -no-CAstore -CAfile") +
                    QStringList{test::writeFile(folder, "root.pem", m_root.certificate().toPem()),
                                QStringLiteral("-CRLfile"),
                                test::writeFile(folder, "crls.pem",
                                                complete.toPem() + (isReleased ? release.toPem() : std::string())),
                                test::writeFile(folder, "held.pem", held.toPem())});
            QVERIFY2((verdict.exitCode == 0) == isReleased, verdict.describe().constData());
        }
    }

    // `openssl verify -crl_check` believes it.
    void isBelievedByOpenssl() {
        const x509::Certificate good = m_root.issue().certificate;
        const x509::Certificate bad = m_root.issue().certificate;
        CrlBuilder builder(m_root.certificate());
        builder.setThisUpdate(timeAt("2024-01-01T00:00:00Z")).setNextUpdate(timeAt("2049-01-01T00:00:00Z"));
        builder.setNumber(Serial::parse("01"));
        builder.add({Serial::parse(bad.serial()), timeAt("2024-01-01T00:00:00Z"), RevocationReason::Superseded, {}});
        const QTemporaryDir folder;
        const QStringList usual =
            test::words("verify -crl_check -x509_strict -no-CApath -no-CAstore -CAfile") +
            QStringList{test::writeFile(folder, "root.pem", m_root.certificate().toPem()), QStringLiteral("-CRLfile"),
                        test::writeFile(folder, "crl.pem", builder.sign(m_root.key()).toPem())};
        const QString openssl = test::findTool(QStringLiteral("openssl"));
        const auto accepted =
            test::run(openssl, usual + QStringList{test::writeFile(folder, "good.pem", good.toPem())});
        CERTWRIGHT_VERIFY_SUCCESS(accepted);
        const auto refused = test::run(openssl, usual + QStringList{test::writeFile(folder, "bad.pem", bad.toPem())});
        QVERIFY2(refused.errors.contains("error 23 at 0 depth"), refused.describe().constData());
    }

private:
    test::OpensslMaker m_maker;
    test::TestCa m_root;
};

CERTWRIGHT_TEST_MAIN(CrlTest)
#include "tst_crl.moc"
