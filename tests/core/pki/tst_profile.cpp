#include "core/pki/profile.h"
#include "tests/support/test_main.h"

#include <algorithm>

using namespace certwright;
using pki::Lifetime;
using pki::Profile;

namespace {

QStringList toList(const std::vector<std::string>& words) {
    QStringList list;
    for (const std::string& word : words)
        list << QString::fromStdString(word);
    return list;
}

} // namespace

class ProfileTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void shipsEveryPurposeOfTheCommandLine();
    void hasTheContentsOfTheTable_data();
    void hasTheContentsOfTheTable();
    void givesKeyUsageByKindOfKey_data();
    void givesKeyUsageByKindOfKey();
    void countsLifetimesWithBothEnds_data();
    void countsLifetimesWithBothEnds();
};

void ProfileTest::shipsEveryPurposeOfTheCommandLine() {
    const QStringList expected{
        QStringLiteral("tls-server"), QStringLiteral("tls-client"),      QStringLiteral("tls-both"),
        QStringLiteral("root-ca"),    QStringLiteral("intermediate-ca"), QStringLiteral("code-signing"),
        QStringLiteral("smime"),      QStringLiteral("ocsp-responder"),  QStringLiteral("vpn-server"),
        QStringLiteral("vpn-client"), QStringLiteral("timestamping")};
    QStringList shipped;
    for (const Profile& profile : pki::shippedProfiles()) {
        shipped << QString::fromStdString(profile.id);
        QCOMPARE(pki::findProfile(profile.id), &profile);
        QVERIFY(!profile.title.empty() && !profile.summary.empty());
    }
    QCOMPARE(shipped, expected);
    QVERIFY(pki::findProfile("no-such") == nullptr);
    QVERIFY(pki::findProfile("custom") != nullptr);
}

void ProfileTest::hasTheContentsOfTheTable_data() {
    QTest::addColumn<QString>("id");
    QTest::addColumn<QString>("usageOfRsa");
    QTest::addColumn<QString>("extendedUsage");
    QTest::addColumn<bool>("isCa");
    QTest::addColumn<int>("pathLength"); // -1: none
    QTest::addColumn<QString>("life");
    const auto row = [](const char* id, const char* usage, const char* extended, bool isCa, int length,
                        const char* life) {
        QTest::newRow(id) << QString::fromLatin1(id) << QString::fromLatin1(usage) << QString::fromLatin1(extended)
                          << isCa << length << QString::fromLatin1(life);
    };
    row("tls-server", "digitalSignature,keyEncipherment", "serverAuth", false, -1, "200 d");
    row("tls-client", "digitalSignature", "clientAuth", false, -1, "1 y");
    row("tls-both", "digitalSignature,keyEncipherment", "serverAuth,clientAuth", false, -1, "200 d");
    row("root-ca", "keyCertSign,cRLSign", "", true, -1, "10 y");
    row("intermediate-ca", "keyCertSign,cRLSign", "", true, 0, "5 y");
    row("code-signing", "digitalSignature", "codeSigning", false, -1, "1 y");
    row("smime", "digitalSignature,keyEncipherment", "emailProtection", false, -1, "2 y");
    row("ocsp-responder", "digitalSignature", "OCSPSigning", false, -1, "90 d");
    row("vpn-server", "digitalSignature,keyEncipherment", "serverAuth,ipsecIKE", false, -1, "2 y");
    row("vpn-client", "digitalSignature,keyEncipherment", "clientAuth", false, -1, "2 y");
    row("timestamping", "digitalSignature", "timeStamping", false, -1, "5 y");
}

void ProfileTest::hasTheContentsOfTheTable() {
    QFETCH(QString, id);
    QFETCH(QString, usageOfRsa);
    QFETCH(QString, extendedUsage);
    QFETCH(bool, isCa);
    QFETCH(int, pathLength);
    QFETCH(QString, life);
    const Profile* profile = pki::findProfile(id.toStdString());
    QVERIFY(profile != nullptr);
    QCOMPARE(toList(profile->keyUsageFor({"RSA", 3072, {}})).join(u','), usageOfRsa);
    QCOMPARE(toList(profile->extendedKeyUsage).join(u','), extendedUsage);
    QVERIFY(profile->isCa.has_value());
    QCOMPARE(*profile->isCa, isCa);
    QCOMPARE(profile->pathLength.value_or(-1), pathLength);
    QCOMPARE(QString::fromStdString(profile->lifetime.toText()), life);
    QCOMPARE(profile->isExtendedKeyUsageCritical, id == QLatin1String("timestamping"));
    QCOMPARE(profile->hasOcspNoCheck, id == QLatin1String("ocsp-responder"));
    QCOMPARE(profile->isSelfSigned, id == QLatin1String("root-ca"));
}

void ProfileTest::givesKeyUsageByKindOfKey_data() {
    QTest::addColumn<QString>("id");
    QTest::addColumn<QString>("type");
    QTest::addColumn<QString>("usage");
    const auto row = [](const char* id, const char* type, const char* usage) {
        QTest::addRow("%s with %s", id, type)
            << QString::fromLatin1(id) << QString::fromLatin1(type) << QString::fromLatin1(usage);
    };
    row("tls-server", "EC", "digitalSignature");
    row("tls-server", "Ed25519", "digitalSignature");
    row("tls-server", "RSA-PSS", "digitalSignature");
    row("tls-server", "X25519", "");
    row("smime", "EC", "digitalSignature,keyAgreement");
    row("smime", "X25519", "keyAgreement");
    row("smime", "Ed25519", "digitalSignature");
    row("smime", "ML-KEM-768", "keyEncipherment");
    row("root-ca", "ML-DSA-65", "keyCertSign,cRLSign");
}

void ProfileTest::givesKeyUsageByKindOfKey() {
    QFETCH(QString, id);
    QFETCH(QString, type);
    QFETCH(QString, usage);
    const Profile* profile = pki::findProfile(id.toStdString());
    QCOMPARE(toList(profile->keyUsageFor({type.toStdString(), 0, {}})).join(u','), usage);
}

void ProfileTest::countsLifetimesWithBothEnds_data() {
    QTest::addColumn<QString>("start");
    QTest::addColumn<int>("count");
    QTest::addColumn<bool>("isDays");
    QTest::addColumn<QString>("end");
    const auto row = [](const char* name, const char* start, int count, bool isDays, const char* end) {
        QTest::newRow(name) << QString::fromLatin1(start) << count << isDays << QString::fromLatin1(end);
    };
    row("200 days", "2026-11-24T11:55:00Z", 200, true, "2027-06-12T11:54:59Z");
    row("one day", "2026-11-24T00:00:00Z", 1, true, "2026-11-24T23:59:59Z");
    row("ten years", "2026-11-24T11:55:00Z", 10, false, "2036-11-24T11:54:59Z");
    row("from the 29th of February", "2028-02-29T12:00:00Z", 1, false, "2029-02-28T11:59:59Z");
    row("from one leap year to another", "2028-02-29T12:00:00Z", 4, false, "2032-02-29T11:59:59Z");
    row("never past the last time", "2026-11-24T11:55:00Z", 9000, false, "9999-12-31T23:59:59Z");
    row("never past the last time by days", "2026-11-24T11:55:00Z", 2'000'000'000, true, "9999-12-31T23:59:59Z");
    row("no days end before they start", "2026-11-24T00:00:00Z", 0, true, "2026-11-23T23:59:59Z");
}

void ProfileTest::countsLifetimesWithBothEnds() {
    QFETCH(QString, start);
    QFETCH(int, count);
    QFETCH(bool, isDays);
    QFETCH(QString, end);
    const Lifetime lifetime{count, isDays ? Lifetime::Unit::Days : Lifetime::Unit::Years};
    const auto from = base::parseRfc3339(start.toStdString());
    QVERIFY(from.has_value());
    QCOMPARE(QString::fromStdString(base::toRfc3339(lifetime.endFrom(*from))), end);
}

CERTWRIGHT_TEST_MAIN(ProfileTest)
#include "tst_profile.moc"
