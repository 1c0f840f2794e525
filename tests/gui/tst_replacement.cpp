// A certificate that stands in for one that a server shows: the same names and kind of key, judged by openssl.
#include "tests/gui/support/new_certificate_fixture.h"
#include "tests/support/test_ca.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

using namespace certwright;
using namespace certwright::ui;
using namespace certwright::test;
using Fixture = NewCertificateFixture;

namespace {

Fixture::Start startLike(const x509::Certificate& certificate) {
    Fixture::Start start;
    start.profile = QStringLiteral("tls-server");
    start.like = certificate;
    return start;
}

x509::Certificate served(const char* keyType, const char* names = "DNS:www.lab.example,DNS:lab.example,IP:192.0.2.7") {
    IssueOptions options;
    options.subject = "CN=www.lab.example,O=Lab";
    options.altNames = names;
    options.keyType = keyType;
    return TestCa("CN=Other CA").issue(options).certificate;
}

} // namespace

class TestReplacement : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { CERTWRIGHT_NEED_TOOL(openssl, "openssl"); }
    void takesNamesAndKindOfKey_data();
    void takesNamesAndKindOfKey();
    void leavesAWeakKeyBehind();
};

void TestReplacement::takesNamesAndKindOfKey_data() {
    QTest::addColumn<bool>("hasCa");
    QTest::addColumn<QByteArray>("keyType");
    QTest::addColumn<QByteArray>("shown");
    QTest::newRow("EC under a CA") << true << QByteArray("ec:P-384") << QByteArray("NIST CURVE: P-384");
    QTest::newRow("RSA, self-signed") << false << QByteArray("rsa:2048") << QByteArray("(2048 bit)");
    QTest::newRow("Ed25519 under a CA") << true << QByteArray("ed25519") << QByteArray("ED25519 Public-Key");
}

void TestReplacement::takesNamesAndKindOfKey() {
    QFETCH(bool, hasCa);
    QFETCH(QByteArray, keyType);
    QFETCH(QByteArray, shown);
    Fixture f;
    if (hasCa)
        f.addCa(f.ca);
    const x509::Certificate old = served(keyType.constData());
    f.open(startLike(old));
    QVERIFY(f.create());
    const QByteArray text = f.createdText();
    QVERIFY2(text.contains("DNS:www.lab.example, DNS:lab.example, IP Address:192.0.2.7"), text.constData());
    QVERIFY2(text.contains("CN = www.lab.example"), text.constData());
    QVERIFY2(text.contains("O = Lab"), text.constData());
    QVERIFY2(text.contains(shown), text.constData());
    QVERIFY(text.contains("TLS Web Server Authentication"));
    QCOMPARE(text.contains("Issuer: CN = Lab Root CA"), hasCa);
    // The key is a new one.
    f.read([&](store::Store& store) {
        QVERIFY(!(store.certificateObject(f.createdId()).publicKey() == old.publicKey()));
    });
}

void TestReplacement::leavesAWeakKeyBehind() {
    Fixture f;
    f.addCa(f.ca);
    f.open(startLike(served("rsa:1024")));
    QVERIFY(f.create());
    QVERIFY(f.createdText().contains("NIST CURVE: P-256"));
}

CERTWRIGHT_TEST_MAIN(TestReplacement)
#include "tst_replacement.moc"
