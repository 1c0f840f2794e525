// What certificates of the openssl command say of where more is to be had.
#include "core/x509/access_points.h"
#include "tests/core/x509/openssl_maker.h"
#include "tests/support/test_main.h"

#include <QTest>

using namespace certwright;
using namespace certwright::test;

namespace {

QStringList listOf(const std::vector<std::string>& uris) {
    QStringList out;
    for (const std::string& uri : uris)
        out << q(uri);
    return out;
}

} // namespace

class AccessPointsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void readsWhatOpensslReads();
    void keepsThePointsApart();
    void findsNothingInDamage_data();
    void findsNothingInDamage();

private:
    std::unique_ptr<OpensslMaker> m_maker;
};

void AccessPointsTest::initTestCase() {
    CERTWRIGHT_SKIP_WITHOUT_OPENSSL();
    m_maker = std::make_unique<OpensslMaker>();
}

void AccessPointsTest::readsWhatOpensslReads() {
    const QByteArray der = m_maker->certificate(
        "authorityInfoAccess=OCSP;URI:http://a.example/ocsp,caIssuers;URI:ldap://b.example/cn=ca,OCSP;DNS:c.example,"
        "OCSP;URI:https://d.example/,caIssuers;URI:http://e.example/ca.cer,1.2.3.4;URI:http://f.example/\n");
    const auto points = x509::accessPointsOf(x509::Certificate::fromDer(view(der)));
    const QString theirs = QString::fromUtf8(openssl("x509 -inform DER -noout -ocsp_uri", der)).trimmed();
    QCOMPARE(listOf(points.ocsp), theirs.split(u'\n'));
    QCOMPARE(points.ocsp.size(), std::size_t{2});
    QCOMPARE(listOf(points.issuers),
             (QStringList{QStringLiteral("ldap://b.example/cn=ca"), QStringLiteral("http://e.example/ca.cer")}));
    QVERIFY(points.crls.empty());
}

void AccessPointsTest::keepsThePointsApart() {
    const QByteArray der = m_maker->certificate("crlDistributionPoints=one,relative,named,two\n",
                                                "[one]\nfullname=URI:http://a.example/1.crl,URI:ldap://b.example/\n"
                                                "[relative]\nrelativename=rdn\n[rdn]\nCN=x\n"
                                                "[named]\nfullname=dirName:rdn\n"
                                                "[two]\nfullname=URI:http://c.example/2.crl\nreasons=keyCompromise\n");
    QVERIFY(!der.isEmpty());
    const auto points = x509::accessPointsOf(x509::Certificate::fromDer(view(der)));
    QCOMPARE(points.crls.size(), std::size_t{2});
    QCOMPARE(listOf(points.crls[0]),
             (QStringList{QStringLiteral("http://a.example/1.crl"), QStringLiteral("ldap://b.example/")}));
    QCOMPARE(listOf(points.crls[1]), QStringList{QStringLiteral("http://c.example/2.crl")});
    QVERIFY(points.ocsp.empty() && points.issuers.empty());
}

void AccessPointsTest::findsNothingInDamage_data() {
    QTest::addColumn<QByteArray>("extensions");
    QTest::newRow("none") << QByteArray();
    QTest::newRow("access") << QByteArray("authorityInfoAccess=DER:3003020101\n");
    QTest::newRow("points") << QByteArray("crlDistributionPoints=DER:0500\n");
    QTest::newRow("an empty point") << QByteArray("crlDistributionPoints=DER:30023000\n");
}

void AccessPointsTest::findsNothingInDamage() {
    QFETCH(QByteArray, extensions);
    const QByteArray der = m_maker->certificate(extensions);
    QVERIFY(!der.isEmpty());
    const auto points = x509::accessPointsOf(x509::Certificate::fromDer(view(der)));
    QVERIFY(points.ocsp.empty() && points.issuers.empty() && points.crls.empty());
}

CERTWRIGHT_TEST_MAIN(AccessPointsTest)
#include "tst_access_points.moc"
