#include "core/base/der_reader.h"
#include "core/base/handle.h"
#include "core/crypto/key_generator.h"
#include "core/formats/pem.h"
#include "core/formats/reader.h"
#include "core/x509/certificate_builder.h"
#include "core/x509/columns.h"
#include "tests/support/test_ca.h"
#include "tests/support/test_main.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <functional>

using namespace certwright;
using base::Bytes;
using base::BytesView;
using base::Handle;

/// What core's readers and builders cost, as multiples of plain loops over libcrypto that do the same work. Both are
/// measured in turn in one run, in CPU time; a ratio counts as too high when it is so in two of three runs.
class BenchCoreRatios : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void ratio_data();
    void ratio();

private:
    std::vector<Bytes> m_certificates;
    std::string m_bundle;
    std::optional<test::TestCa> m_ca;
    std::optional<crypto::PrivateKey> m_key;
};

namespace {

using Work = std::function<void()>;

constexpr std::size_t CertificateCount = 200;
constexpr int Rounds = 11;
constexpr int Runs = 3;

double cpuSecondsOf(const Work& work) {
    const auto now = [] {
        timespec time{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
    };
    const double start = now();
    work();
    return now() - start;
}

double medianOf(std::vector<double> values) {
    std::nth_element(values.begin(), values.begin() + std::ssize(values) / 2, values.end());
    return values[values.size() / 2];
}

[[noreturn]] void fail() {
    qFatal("the plain loop does not work");
}

template <class T>
T* need(T* pointer) {
    if (pointer == nullptr)
        fail();
    return pointer;
}

// The plain loops.

void parsePlain(BytesView der) {
    const unsigned char* position = der.data();
    const Handle<X509> certificate(need(d2i_X509(nullptr, &position, static_cast<long>(der.size()))));
    X509_check_purpose(certificate.get(), -1, 0);
}

std::string hexOf(BytesView octets) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string out(octets.size() * 2, '\0');
    for (std::size_t i = 0; i < octets.size(); ++i) {
        out[2 * i] = digits[octets[i] >> 4U];
        out[2 * i + 1] = digits[octets[i] & 15U];
    }
    return out;
}

std::string digestOf(const EVP_MD* type, BytesView octets) {
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(octets.data(), octets.size(), digest.data(), &size, type, nullptr) != 1)
        fail();
    return hexOf(BytesView(digest).first(size));
}

std::string nameText(X509_NAME* name) {
    const Handle<BIO> bio(need(BIO_new(BIO_s_mem())));
    X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB));
    char* text = nullptr;
    const long length = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(length)};
}

struct PlainColumns {
    std::string serial, subject, issuer, commonName, sha256, sha1, spkiSha256, keyOid;
    Bytes subjectDer, issuerDer, subjectKeyId, authorityKeyId;
    std::tm notBeforeTime{}, notAfterTime{};
    std::vector<std::string> altNames, purposes;
};

Handle<X509_NAME> plainName(BytesView der) {
    const unsigned char* position = der.data();
    return Handle<X509_NAME>(need(d2i_X509_NAME(nullptr, &position, static_cast<long>(der.size()))));
}

std::tm plainTime(const base::DerElement& element) {
    const unsigned char* position = element.whole.data();
    const Handle<ASN1_TIME> time(need(d2i_ASN1_TIME(nullptr, &position, static_cast<long>(element.whole.size()))));
    std::tm out{};
    ASN1_TIME_to_tm(time.get(), &out);
    return out;
}

std::string plainOid(BytesView whole) {
    const unsigned char* position = whole.data();
    const Handle<ASN1_OBJECT> object(need(d2i_ASN1_OBJECT(nullptr, &position, static_cast<long>(whole.size()))));
    std::array<char, 80> text{};
    OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object.get(), 1);
    return text.data();
}

void plainExtension(BytesView oid, BytesView value, PlainColumns& columns) {
    if (oid.size() != 3 || oid[0] != 0x55 || oid[1] != 0x1D)
        return;
    base::DerReader outer(value);
    const auto content = outer.next();
    if (!content)
        fail();
    base::DerReader inner(content->content);
    if (oid[2] == 14) {
        columns.subjectKeyId = base::toBytes(content->content);
    } else if (oid[2] == 35) {
        if (const auto id = inner.next())
            columns.authorityKeyId = base::toBytes(id->content);
    } else if (oid[2] == 17) {
        while (const auto name = inner.next())
            columns.altNames.emplace_back(base::textOf(name->content));
    } else if (oid[2] == 37) {
        while (const auto purpose = inner.next())
            columns.purposes.push_back(plainOid(purpose->whole));
    }
}

/// Every column that has to be read, with a walk over the DER and what libcrypto has for the rest: names, times, OIDs
/// and digests.
PlainColumns columnsPlain(BytesView der) {
    PlainColumns columns;
    base::DerReader outer(der);
    base::DerReader parts(outer.next()->content);
    base::DerReader fields(parts.next()->content);
    fields.optional(0xA0);
    columns.serial = hexOf(fields.next()->content);
    fields.next();
    const auto issuer = fields.next()->whole;
    base::DerReader validity(fields.next()->content);
    columns.notBeforeTime = plainTime(*validity.next());
    columns.notAfterTime = plainTime(*validity.next());
    const auto subject = fields.next()->whole;
    const auto spki = *fields.next();
    base::DerReader key(spki.content);
    base::DerReader algorithm(key.next()->content);
    columns.keyOid = plainOid(algorithm.next()->whole) + plainOid(algorithm.next()->whole);
    columns.subjectDer = base::toBytes(subject);
    columns.issuerDer = base::toBytes(issuer);
    const Handle<X509_NAME> subjectName = plainName(subject);
    columns.subject = nameText(subjectName.get());
    columns.issuer = nameText(plainName(issuer).get());
    std::array<char, 80> commonName{};
    X509_NAME_get_text_by_NID(subjectName.get(), NID_commonName, commonName.data(),
                              static_cast<int>(commonName.size()));
    columns.commonName = commonName.data();
    columns.spkiSha256 = digestOf(EVP_sha256(), spki.whole);
    columns.sha256 = digestOf(EVP_sha256(), der);
    columns.sha1 = digestOf(EVP_sha1(), der);
    base::DerReader wrapper(fields.next()->content);
    base::DerReader extensions(wrapper.next()->content);
    while (const auto extension = extensions.next()) {
        base::DerReader inside(extension->content);
        const auto oid = inside.next();
        inside.optional(base::der::Boolean);
        plainExtension(oid->content, inside.next()->content, columns);
    }
    return columns;
}

Handle<BIO> bundleBio(const std::string& text) {
    return Handle<BIO>(need(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))));
}

void readBundlePlain(const std::string& text) {
    const Handle<BIO> bio = bundleBio(text);
    std::size_t count = 0;
    while (X509* certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
        X509_check_purpose(certificate, -1, 0);
        X509_free(certificate);
        ++count;
    }
    if (count != CertificateCount)
        fail();
}

void splitBundlePlain(const std::string& text) {
    const Handle<BIO> bio = bundleBio(text);
    char* name = nullptr;
    char* header = nullptr;
    unsigned char* data = nullptr;
    long length = 0;
    std::size_t count = 0;
    while (PEM_read_bio(bio.get(), &name, &header, &data, &length) == 1) {
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_free(data);
        ++count;
    }
    if (count != CertificateCount)
        fail();
}

constexpr std::pair<int, const char*> Extensions[] = {{NID_basic_constraints, "critical,CA:FALSE"},
                                                      {NID_key_usage, "critical,digitalSignature"},
                                                      {NID_ext_key_usage, "serverAuth"},
                                                      {NID_subject_alt_name, "DNS:www.example.test,IP:192.0.2.1"},
                                                      {NID_subject_key_identifier, "hash"},
                                                      {NID_authority_key_identifier, "keyid:always"}};

void buildPlain(X509* issuer, EVP_PKEY* issuerKey, EVP_PKEY* key) {
    const Handle<X509> certificate(need(X509_new()));
    X509* x = certificate.get();
    X509_set_version(x, X509_VERSION_3);
    std::array<std::uint8_t, 16> octets{};
    RAND_bytes(octets.data(), static_cast<int>(octets.size()));
    octets[0] &= 0x7FU;
    const Handle<BIGNUM> number(need(BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr)));
    BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(x));
    X509_set_issuer_name(x, X509_get_subject_name(issuer));
    X509_NAME* name = X509_get_subject_name(x);
    X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>("Example"), -1, -1, 0);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>("www.example.test"),
                               -1, -1, 0);
    X509_gmtime_adj(X509_getm_notBefore(x), 0);
    X509_gmtime_adj(X509_getm_notAfter(x), 90L * 86400);
    X509_set_pubkey(x, key);
    X509V3_CTX context{};
    X509V3_set_ctx(&context, issuer, x, nullptr, nullptr, 0);
    for (const auto& [nid, value] : Extensions) {
        const Handle<X509_EXTENSION> extension(need(X509V3_EXT_conf_nid(nullptr, &context, nid, value)));
        X509_add_ext(x, extension.get(), -1);
    }
    if (X509_sign(x, issuerKey, EVP_sha256()) <= 0)
        fail();
    unsigned char* der = nullptr;
    i2d_X509(x, &der);
    OPENSSL_free(der);
}

// The same by core.

void buildOurs(const x509::Certificate& issuer, const crypto::PrivateKey& issuerKey, const crypto::PrivateKey& key) {
    x509::CertificateBuilder builder;
    const base::Time now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    builder.setSubject(x509::Name::parse("CN=www.example.test,O=Example"));
    builder.setIssuer(issuer.subject());
    builder.setNotBefore(now).setNotAfter(now + std::chrono::hours(24 * 90));
    builder.setPublicKey(key.publicKey());
    builder.addExtension(x509::Extension::fromText("basicConstraints", true, "CA:FALSE"));
    builder.addExtension(x509::Extension::fromText("keyUsage", true, "digitalSignature"));
    builder.addExtension(x509::Extension::fromText("extendedKeyUsage", false, "serverAuth"));
    builder.addExtension(x509::Extension::fromText("subjectAltName", false, "DNS:www.example.test,IP:192.0.2.1"));
    builder.addSubjectKeyIdentifier();
    builder.addAuthorityKeyIdentifier(issuer);
    if (builder.sign(issuerKey).der().empty())
        fail();
}

} // namespace

Q_DECLARE_METATYPE(Work)

void BenchCoreRatios::initTestCase() {
    m_ca.emplace("CN=Bench Root,O=Example,C=DE");
    m_key = m_ca->issue().key;
    test::IssueOptions options;
    options.subject = "CN=www.example.test,O=Example,C=DE";
    options.altNames = "DNS:www.example.test,DNS:example.test,IP:192.0.2.1";
    for (std::size_t i = 0; i < CertificateCount; ++i) {
        const x509::Certificate certificate = m_ca->issue(options).certificate;
        m_certificates.push_back(certificate.der());
        m_bundle += certificate.toPem();
    }
}

void BenchCoreRatios::ratio_data() {
    QTest::addColumn<Work>("ours");
    QTest::addColumn<Work>("plain");
    QTest::addColumn<double>("budget");
    const auto forEach = [this](auto function) {
        return Work([this, function] {
            for (const Bytes& der : m_certificates)
                function(der);
        });
    };
    const auto columns = [](const Bytes& der) {
        if (x509::columnsFromDer(der).subject.empty())
            fail();
    };
    const auto plainColumns = [](const Bytes& der) {
        if (columnsPlain(der).subject.empty())
            fail();
    };
    QTest::newRow("parse a certificate") << forEach([](const Bytes& der) { x509::Certificate::fromDer(der); })
                                         << forEach([](const Bytes& der) { parsePlain(der); }) << 1.15;
    QTest::newRow("columns of a list") << forEach(columns) << forEach(plainColumns) << 1.3;
    QTest::newRow("read a PEM bundle") << Work([this] {
        if (formats::readContents(base::bytesOf(m_bundle)).items.size() != CertificateCount)
            fail();
    }) << Work([this] { readBundlePlain(m_bundle); })
                                       << 1.1;
    QTest::newRow("split a PEM bundle") << Work([this] {
        if (formats::splitPem(m_bundle).size() != CertificateCount)
            fail();
    }) << Work([this] { splitBundlePlain(m_bundle); })
                                        << 1.1;
    QTest::newRow("build and sign") << Work([this] {
        for (int i = 0; i < 50; ++i)
            buildOurs(m_ca->certificate(), m_ca->key(), *m_key);
    }) << Work([this] {
        for (int i = 0; i < 50; ++i)
            buildPlain(m_ca->certificate().native(), m_ca->key().native(), m_key->native());
    }) << 1.2;
}

void BenchCoreRatios::ratio() {
    QFETCH(Work, ours);
    QFETCH(Work, plain);
    QFETCH(double, budget);
    ours();
    plain();
    int over = 0;
    for (int run = 0; run < Runs; ++run) {
        std::vector<double> oursTimes;
        std::vector<double> plainTimes;
        for (int round = 0; round < Rounds; ++round) {
            oursTimes.push_back(cpuSecondsOf(ours));
            plainTimes.push_back(cpuSecondsOf(plain));
        }
        const double ratio = medianOf(oursTimes) / medianOf(plainTimes);
        over += ratio > budget ? 1 : 0;
        qInfo("%s: ratio %.2f, budget %.2f (%.2f ms against %.2f ms)", QTest::currentDataTag(), ratio, budget,
              medianOf(oursTimes) * 1000, medianOf(plainTimes) * 1000);
    }
    QVERIFY2(over < 2, "over its budget in two of three runs");
}

CERTWRIGHT_TEST_MAIN(BenchCoreRatios)
#include "bench_core_ratios.moc"
