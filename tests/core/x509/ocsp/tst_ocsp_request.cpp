// Requests to OCSP responders against those of `openssl ocsp`.
#include "core/x509/ocsp/request.h"
#include "tests/core/x509/ocsp/ocsp_pki.h"
#include "tests/support/test_main.h"

#include <QTest>

using namespace certwright;
using namespace certwright::test;
using x509::OcspRequest;

namespace {

/// What `openssl ocsp` makes of the same question, without a nonce.
QByteArray opensslRequest(const OcspPki& pki, const QStringList& subjects) {
    const QString out = pki.path("openssl.der");
    openssl(QStringList{QStringLiteral("ocsp"), QStringLiteral("-issuer"), pki.path("ca.pem"),
                        QStringLiteral("-no_nonce"), QStringLiteral("-reqout"), out} +
            subjects);
    QFile file(out);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class OcspRequestTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void isThatOfOpenssl_data();
    void isThatOfOpenssl();
    void hasANonceOfItsOwn();
    void refuses();

private:
    OcspPki m_pki;
};

void OcspRequestTest::initTestCase() {
    CERTWRIGHT_SKIP_WITHOUT_OPENSSL();
}

void OcspRequestTest::isThatOfOpenssl_data() {
    QTest::addColumn<QString>("digest");
    QTest::addColumn<bool>("asksForTwo");
    for (const char* digest : {"SHA1", "SHA256", "SHA384"}) {
        QTest::addRow("%s", digest) << QString::fromLatin1(digest) << false;
        QTest::addRow("%s, two", digest) << QString::fromLatin1(digest) << true;
    }
}

void OcspRequestTest::isThatOfOpenssl() {
    QFETCH(QString, digest);
    QFETCH(bool, asksForTwo);
    const Issued other = m_pki.ca().issue();
    m_pki.write("other", other);
    std::vector<x509::OcspSubject> subjects{{m_pki.leaf(), m_pki.issuer()}};
    const QString option = u'-' + digest.toLower();
    QStringList arguments{option, QStringLiteral("-cert"), m_pki.path("leaf.pem")};
    if (asksForTwo) {
        subjects.push_back({other.certificate, m_pki.issuer()});
        arguments += {option, QStringLiteral("-cert"), m_pki.path("other.pem")};
    }
    const OcspRequest request = OcspRequest::make(subjects, {.digest = digest.toStdString(), .withNonce = false});
    QVERIFY(request.nonce().empty());
    const QByteArray theirs = opensslRequest(m_pki, arguments);
    QVERIFY(!theirs.isEmpty());
    QCOMPARE(bytes(request.der()).toHex(), theirs.toHex());
}

void OcspRequestTest::hasANonceOfItsOwn() {
    const OcspRequest first = OcspRequest::make({{m_pki.leaf(), m_pki.issuer()}});
    const OcspRequest second = OcspRequest::make({{m_pki.leaf(), m_pki.issuer()}});
    QCOMPARE(first.nonce().size(), std::size_t{32});
    QVERIFY(first.nonce() != second.nonce());
    // RFC 9654 2.1: an OCTET STRING inside the extension's value. openssl prints that value.
    QTemporaryDir folder;
    const QString file = writeFile(folder, "request.der", bytes(first.der()));
    const QByteArray text = openssl(QStringList{QStringLiteral("ocsp"), QStringLiteral("-reqin"), file,
                                                QStringLiteral("-req_text"), QStringLiteral("-noverify")});
    QVERIFY2(text.contains("OCSP Nonce") && text.contains(" 0420" + bytes(first.nonce()).toHex().toUpper() + '\n'),
             text.constData());
}

void OcspRequestTest::refuses() {
    CERTWRIGHT_VERIFY_FAILS(OcspRequest::make({}), base::ErrorKind::BadInput);
    CERTWRIGHT_VERIFY_FAILS(OcspRequest::make({{m_pki.leaf(), m_pki.issuer()}}, {.digest = "none", .withNonce = true}),
                            base::ErrorKind::Unsupported);
}

CERTWRIGHT_TEST_MAIN(OcspRequestTest)
#include "tst_ocsp_request.moc"
