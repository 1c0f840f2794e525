#include "core/pki/compare.h"
#include "core/x509/crl_builder.h"
#include "tests/core/expect.h"
#include "tests/core/openssl_command.h"
#include "tests/core/pki/sample_pki.h"
#include "tests/support/test_main.h"

using namespace certwright;
using namespace certwright::test;
using pki::Comparison;

namespace {

/// "same-key verified, ..."
QString relationsOf(const Comparison& comparison) {
    QStringList out;
    for (const pki::Relation& relation : comparison.relations)
        out << q(relation.id) + u' ' + q(pki::toString(relation.state));
    return out.join(QStringLiteral(", "));
}

QStringList fieldsOf(const Comparison& comparison) {
    QStringList out;
    for (const pki::FieldDifference& difference : comparison.differences)
        out << q(difference.field);
    return out;
}

Made makeServer(const Made& root, const char* names = "a.example.org",
                const std::optional<crypto::PrivateKey>& key = {}) {
    auto choices = choicesFor("tls-server", "CN=a.example.org");
    choices.names = x509::parseGeneralNames(names);
    return make(choices, &root, key);
}

x509::Crl listOf(const Made& ca, std::initializer_list<const char*> serials, const char* number = "01") {
    x509::CrlBuilder builder(ca.certificate);
    builder.setNumber(x509::Serial::parse(number)).setThisUpdate(sampleNow());
    builder.setNextUpdate(sampleNow() + std::chrono::hours(24));
    for (const char* serial : serials)
        builder.add({x509::Serial::parse(serial), sampleNow(), x509::RevocationReason::KeyCompromise, {}});
    return builder.sign(ca.key);
}

} // namespace

/// Comparisons: who belongs to whom is said by how the things are made, and by `openssl verify`.
class CompareTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { CERTWRIGHT_SKIP_WITHOUT_OPENSSL(); }
    void findsTheKeyOfEachKind();
    void findsIssuersBySignature();
    void namesAloneAreNotBelieved();
    void listsDifferences();
    void comparesRequests();
    void comparesRevocationLists();
    void comparesAnEncoding();
};

void CompareTest::findsTheKeyOfEachKind() {
    const Made root = makeRoot();
    const Made server = makeServer(root);
    const Comparison withKey = pki::compare(server.certificate, server.key);
    QVERIFY(withKey.belongTogether() && !withKey.isIdentical);
    QCOMPARE(relationsOf(withKey), QStringLiteral("same-key verified"));
    QVERIFY(withKey.differences.empty());
    const Comparison other = pki::compare(server.certificate, root.key);
    QVERIFY(!other.belongTogether());
    QCOMPARE(relationsOf(other), QStringLiteral("same-key refuted"));
    const Comparison keys = pki::compare(server.key, server.key.publicKey());
    QVERIFY(keys.isIdentical && keys.belongTogether());
    // The key as openssl takes it out of the certificate.
    const QByteArray spki = openssl("pkey -pubin -outform DER",
                                    openssl("x509 -pubkey -noout -inform DER", bytes(server.certificate.der())));
    QVERIFY(pki::compare(crypto::PublicKey::fromSpkiDer(view(spki)), server.certificate).belongTogether());
}

void CompareTest::findsIssuersBySignature() {
    const Made root = makeRoot();
    const Made server = makeServer(root);
    const Comparison down = pki::compare(root.certificate, server.certificate);
    QVERIFY(down.belongTogether());
    QVERIFY2(relationsOf(down).contains(QStringLiteral("first-issued-second verified")), qPrintable(relationsOf(down)));
    const Comparison up = pki::compare(server.certificate, root.certificate);
    QVERIFY(relationsOf(up).contains(QStringLiteral("second-issued-first verified")));
    const Comparison same = pki::compare(root.certificate, root.certificate);
    QVERIFY(same.isIdentical && same.differences.empty());
    QCOMPARE(relationsOf(same), QStringLiteral("same-key verified"));
}

void CompareTest::namesAloneAreNotBelieved() {
    const Made server = makeServer(makeRoot());
    const Made impostor = makeRoot(); // the same name, another key
    const Comparison comparison = pki::compare(impostor.certificate, server.certificate);
    QVERIFY(!comparison.belongTogether());
    QVERIFY(relationsOf(comparison).contains(QStringLiteral("first-issued-second refuted")));
    QVERIFY(relationsOf(comparison).contains(QStringLiteral("same-issuer claimed")));
}

void CompareTest::listsDifferences() {
    const Made root = makeRoot();
    const Made first = makeServer(root);
    const Made second = makeServer(root, "a.example.org b.example.org", first.key);
    const Comparison comparison = pki::compare(first.certificate, second.certificate);
    QVERIFY(comparison.belongTogether());
    QCOMPARE(fieldsOf(comparison),
             (QStringList{QStringLiteral("serial"), QStringLiteral("extensions.subjectAltName")}));
    QCOMPARE(q(comparison.differences[0].first), q(first.certificate.serial()));
    QCOMPARE(q(comparison.differences[1].second), QStringLiteral("DNS:a.example.org, DNS:b.example.org"));
    // What only one has.
    const Comparison kinds = pki::compare(root.certificate, first.certificate);
    const auto usage = std::find_if(kinds.differences.begin(), kinds.differences.end(), [](const auto& difference) {
        return difference.field == "extensions.extendedKeyUsage";
    });
    QVERIFY(usage != kinds.differences.end());
    QVERIFY(usage->first.empty() && !usage->second.empty());
}

void CompareTest::comparesRequests() {
    const Made root = makeRoot();
    const Made server = makeServer(root);
    x509::RequestBuilder builder;
    builder.setSubject(x509::Name::parse("CN=b.example.org"));
    const x509::Request request = builder.sign(server.key);
    const Comparison comparison = pki::compare(request, server.certificate);
    QVERIFY(comparison.belongTogether());
    QCOMPARE(relationsOf(comparison), QStringLiteral("same-key verified"));
    QVERIFY(fieldsOf(comparison).contains(QStringLiteral("subject")));
    QVERIFY(fieldsOf(comparison).contains(QStringLiteral("extensions.keyUsage")));
    QVERIFY(!fieldsOf(comparison).contains(QStringLiteral("serial")));
}

void CompareTest::comparesRevocationLists() {
    const Made root = makeRoot();
    const Made server = makeServer(root);
    const x509::Crl old = listOf(root, {"0A"});
    const x509::Crl crl = listOf(root, {"0A", server.certificate.serial().c_str()}, "02");
    const Comparison issuer = pki::compare(root.certificate, crl);
    QVERIFY(issuer.belongTogether());
    QVERIFY(relationsOf(issuer).contains(QStringLiteral("first-issued-second verified")));
    const Comparison revoked = pki::compare(crl, server.certificate);
    QVERIFY(!revoked.belongTogether()); // nothing was verified between the two
    QCOMPARE(relationsOf(revoked), QStringLiteral("same-issuer claimed, revoked-by claimed"));
    const Comparison clean = pki::compare(old, server.certificate);
    QCOMPARE(relationsOf(clean), QStringLiteral("same-issuer claimed"));
    const Comparison lists = pki::compare(old, crl);
    QCOMPARE(fieldsOf(lists), (QStringList{QStringLiteral("extensions.crlNumber"), QStringLiteral("revoked")}));
    QVERIFY(lists.differences[1].first.empty());
    QCOMPARE(q(lists.differences[1].second), q(server.certificate.serial()));
    const Comparison foreign = pki::compare(makeRoot("CN=Other").certificate, crl);
    QVERIFY(foreign.relations.empty() && !foreign.belongTogether());
}

/// Two names that read alike but are encoded in different string types differ, and are shown as they are encoded.
void CompareTest::comparesAnEncoding() {
    const auto key = crypto::generateKey(crypto::KeySpec::parse("ec:prime256v1"));
    const auto request = [&key](x509::StringType type) {
        x509::Name name;
        name.append("CN", "a", type);
        x509::RequestBuilder builder;
        builder.setSubject(name);
        return builder.sign(key);
    };
    const Comparison comparison = pki::compare(request(x509::StringType::Utf8), request(x509::StringType::Printable));
    QCOMPARE(fieldsOf(comparison), QStringList{QStringLiteral("subject")});
    QCOMPARE(q(comparison.differences[0].first), QStringLiteral("300C310A300806035504030C0161"));
    QCOMPARE(q(comparison.differences[0].second), QStringLiteral("300C310A30080603550403130161"));
}

CERTWRIGHT_TEST_MAIN(CompareTest)
#include "tst_compare.moc"
