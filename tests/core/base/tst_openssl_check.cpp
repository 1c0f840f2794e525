#include "core/base/handle.h"
#include "core/base/openssl_check.h"
#include "core/base/secret.h"
#include "tests/core/expect.h"
#include "tests/support/test_main.h"

#include <openssl/asn1err.h>
#include <openssl/crypto.h>
#include <openssl/cryptoerr.h>
#include <openssl/err.h>
#include <openssl/evperr.h>
#include <openssl/pem.h>
#include <openssl/pemerr.h>
#include <openssl/pkcs12err.h>
#include <openssl/proverr.h>
#include <openssl/rsa.h>
#include <openssl/x509err.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <thread>

using namespace certwright;
using base::ErrorKind;
using base::Handle;
using test::q;
using test::unhex;

namespace {

/// A call that fails inside OpenSSL; what stands in the queue behind it is looked at.
using Failure = std::function<void()>;

EVP_PKEY* rsaKey() {
    static const Handle<EVP_PKEY> key(EVP_RSA_gen(2048));
    return key.get();
}

/// A self-signed certificate of rsaKey(); its signature algorithm is the 9-octet OID 1.2.840.113549.1.1.x.
QByteArray certificateDer() {
    const Handle<X509> certificate(X509_new());
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 86400);
    X509_set_pubkey(certificate.get(), rsaKey());
    X509_sign(certificate.get(), rsaKey(), EVP_sha256());
    unsigned char* buffer = nullptr;
    const int length = i2d_X509(certificate.get(), &buffer);
    QByteArray der(reinterpret_cast<const char*>(buffer), length);
    OPENSSL_free(buffer);
    return der;
}

Handle<X509> readCertificate(const QByteArray& der) {
    const auto* position = test::view(der).data();
    return Handle<X509>(d2i_X509(nullptr, &position, static_cast<long>(der.size())));
}

Handle<BIO> memory(const QByteArray& content) {
    Handle<BIO> bio(BIO_new(BIO_s_mem()));
    BIO_write(bio.get(), content.constData(), static_cast<int>(content.size()));
    return bio;
}

int givePassphrase(char* buffer, int size, int, void* passphrase) {
    if (passphrase == nullptr)
        return -1;
    const QByteArray text(static_cast<const char*>(passphrase));
    std::copy_n(text.constData(), std::min<qsizetype>(text.size(), size), buffer);
    return static_cast<int>(text.size());
}

QByteArray contentOf(BIO* bio) {
    char* data = nullptr;
    const long length = BIO_get_mem_data(bio, &data);
    return {data, static_cast<qsizetype>(length)};
}

QByteArray traditionalPem() {
    const Handle<BIO> bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey_traditional(bio.get(), rsaKey(), EVP_aes_128_cbc(),
                                         reinterpret_cast<const unsigned char*>("right"), 5, nullptr, nullptr);
    return contentOf(bio.get());
}

void readPem(const QByteArray& pem, const char* passphrase) {
    const Handle<BIO> bio = memory(pem);
    char* name = nullptr;
    char* header = nullptr;
    unsigned char* data = nullptr;
    long length = 0;
    if (PEM_read_bio(bio.get(), &name, &header, &data, &length) != 1)
        return;
    EVP_CIPHER_INFO cipher{};
    if (PEM_get_EVP_CIPHER_INFO(header, &cipher) == 1)
        PEM_do_header(&cipher, data, &length, givePassphrase, const_cast<char*>(passphrase));
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(data);
}

/// Decrypts a PKCS#8 EncryptedPrivateKeyInfo.
void decryptPkcs8(const QByteArray& der, const char* passphrase) {
    const auto* position = test::view(der).data();
    const Handle<X509_SIG> encrypted(d2i_X509_SIG(nullptr, &position, static_cast<long>(der.size())));
    if (encrypted)
        Handle<PKCS8_PRIV_KEY_INFO>(PKCS8_decrypt(encrypted.get(), passphrase, -1));
}

QByteArray encryptedPkcs8() {
    const Handle<PKCS8_PRIV_KEY_INFO> info(EVP_PKEY2PKCS8(rsaKey()));
    const Handle<X509_SIG> encrypted(PKCS8_encrypt(-1, EVP_aes_128_cbc(), "right", -1, nullptr, 0, 1000, info.get()));
    unsigned char* buffer = nullptr;
    const int length = i2d_X509_SIG(encrypted.get(), &buffer);
    QByteArray der(reinterpret_cast<const char*>(buffer), length);
    OPENSSL_free(buffer);
    return der;
}

/// The same with some octets exchanged, once.
QByteArray exchanged(QByteArray data, const char* from, const char* to) {
    const qsizetype at = data.indexOf(unhex(from));
    Q_ASSERT(at >= 0);
    return data.replace(at, unhex(from).size(), unhex(to));
}

void wrongPkcs12Passphrase() {
    const Handle<X509> certificate = readCertificate(certificateDer());
    const Handle<PKCS12> p12(PKCS12_create("right", "name", rsaKey(), certificate.get(), nullptr, 0, 0, 1000, 1000, 0));
    EVP_PKEY* key = nullptr;
    X509* leaf = nullptr;
    PKCS12_parse(p12.get(), "wrong", &key, &leaf, nullptr);
}

void wrongSymmetricKey() {
    const std::array<unsigned char, 16> key{};
    const std::array<unsigned char, 32> text{};
    std::array<unsigned char, 64> plain{};
    int length = 0;
    const Handle<EVP_CIPHER_CTX> context(EVP_CIPHER_CTX_new());
    EVP_DecryptInit_ex(context.get(), EVP_aes_128_cbc(), nullptr, key.data(), key.data());
    EVP_DecryptUpdate(context.get(), plain.data(), &length, text.data(), static_cast<int>(text.size()));
    EVP_DecryptFinal_ex(context.get(), plain.data() + length, &length);
}

void writeWithCipherWithoutIv() {
    const Handle<BIO> bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey_traditional(bio.get(), rsaKey(), EVP_aes_128_ecb(),
                                         reinterpret_cast<const unsigned char*>("x"), 1, nullptr, nullptr);
}

void writeLargeExponentAsMsBlob() {
    const Handle<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
    const Handle<BIGNUM> exponent(BN_new());
    BN_set_bit(exponent.get(), 40);
    BN_set_bit(exponent.get(), 0);
    EVP_PKEY* key = nullptr;
    EVP_PKEY_keygen_init(context.get());
    EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), 2048);
    EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context.get(), exponent.get());
    EVP_PKEY_generate(context.get(), &key);
    const Handle<EVP_PKEY> owner(key);
    const Handle<BIO> bio(BIO_new(BIO_s_mem()));
    base::clearQueue();
    i2b_PublicKey_bio(bio.get(), key);
}

void readUnknownPrivateKeyAlgorithm() {
    // PrivateKeyInfo of the algorithm 1.2.3.4
    const QByteArray der = unhex("300E"
                                 "020100"
                                 "3005"
                                 "06032A0304"
                                 "04020500");
    const auto* position = test::view(der).data();
    const Handle<PKCS8_PRIV_KEY_INFO> info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &position, static_cast<long>(der.size())));
    base::clearQueue();
    Handle<EVP_PKEY>(EVP_PKCS82PKEY(info.get()));
}

void publishKeyOfNoType() {
    const Handle<EVP_PKEY> empty(EVP_PKEY_new());
    X509_PUBKEY* key = nullptr;
    X509_PUBKEY_set(&key, empty.get());
    X509_PUBKEY_free(key);
}

void verifyWithSignatureAlgorithm(const char* lastOctet) {
    QByteArray der = certificateDer();
    const QByteArray sha256WithRsa = unhex("2A864886F70D01010B");
    const QByteArray other = unhex("2A864886F70D0101") + unhex(lastOctet);
    der.replace(sha256WithRsa, other);
    const Handle<X509> certificate = readCertificate(der);
    base::clearQueue();
    X509_verify(certificate.get(), rsaKey());
}

void readDamagedPem() {
    const Handle<BIO> bio = memory("-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n");
    Handle<X509>(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

void compareWithEmptyKey() {
    const Handle<EVP_PKEY> empty(EVP_PKEY_new());
    const Handle<X509> certificate = readCertificate(certificateDer());
    base::clearQueue();
    X509_check_private_key(certificate.get(), empty.get());
}

std::string described(const std::vector<base::StackEntry>& stack) {
    std::string out;
    for (const base::StackEntry& entry : stack)
        out += entry.lib + ": " + entry.reason + " (" + std::to_string(ERR_GET_REASON(entry.code)) + ")\n";
    return out;
}

} // namespace

Q_DECLARE_METATYPE(Failure)

class OpensslCheckTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { base::clearQueue(); }

    // Every row of the table from reasons to kinds, made to happen by a real call. `lib` and `reason` are that row, and
    // have to be in the queue; `kind` is what the whole queue means.
    void reasons_data() {
        QTest::addColumn<Failure>("failure");
        QTest::addColumn<int>("lib");
        QTest::addColumn<int>("reason");
        QTest::addColumn<int>("kind");
        const auto row = [](const char* name, Failure failure, int lib, int reason, ErrorKind kind) {
            QTest::newRow(name) << std::move(failure) << lib << reason << static_cast<int>(kind);
        };
        row("PKCS#12 MAC", wrongPkcs12Passphrase, ERR_LIB_PKCS12, PKCS12_R_MAC_VERIFY_FAILURE,
            ErrorKind::WrongPassphrase);
        row(
            "PKCS#8 passphrase", [] { decryptPkcs8(encryptedPkcs8(), "wrong"); }, ERR_LIB_PKCS12,
            PKCS12_R_PKCS12_CIPHERFINAL_ERROR, ErrorKind::WrongPassphrase);
        row("padding", wrongSymmetricKey, ERR_LIB_PROV, PROV_R_BAD_DECRYPT, ErrorKind::WrongPassphrase);
        row(
            "PEM passphrase", [] { readPem(traditionalPem(), "wrong"); }, ERR_LIB_PEM, PEM_R_BAD_DECRYPT,
            ErrorKind::WrongPassphrase);
        row(
            "no PEM passphrase", [] { readPem(traditionalPem(), nullptr); }, ERR_LIB_PEM, PEM_R_BAD_PASSWORD_READ,
            ErrorKind::PassphraseNeeded);
        row("cipher without an IV", writeWithCipherWithoutIv, ERR_LIB_PEM, PEM_R_UNSUPPORTED_CIPHER,
            ErrorKind::Unsupported);
        row(
            "unknown DEK-Info", [] { readPem(traditionalPem().replace("AES-128-CBC", "FOO-128-CBC"), "right"); },
            ERR_LIB_PEM, PEM_R_UNSUPPORTED_ENCRYPTION, ErrorKind::Unsupported);
        row("key for no MS blob", writeLargeExponentAsMsBlob, ERR_LIB_PEM, PEM_R_UNSUPPORTED_KEY_COMPONENTS,
            ErrorKind::Unsupported);
        row(
            "unknown key type number", [] { EVP_PKEY_set_type(Handle<EVP_PKEY>(EVP_PKEY_new()).get(), 987654); },
            ERR_LIB_EVP, EVP_R_UNSUPPORTED_ALGORITHM, ErrorKind::Unsupported);
        // PBES2 with the last octet of an OID changed: aes-128-cbc, hmacWithSHA256, PBES2 itself
        row(
            "unknown PBES2 cipher",
            [] {
                decryptPkcs8(exchanged(encryptedPkcs8(),
                                       "60864801650304"
                                       "0102",
                                       "60864801650304"
                                       "0163"),
                             "right");
            },
            ERR_LIB_EVP, EVP_R_UNSUPPORTED_CIPHER, ErrorKind::Unsupported);
        row(
            "unknown PBKDF2 PRF",
            [] { decryptPkcs8(exchanged(encryptedPkcs8(), "2A864886F70D0209", "2A864886F70D0263"), "right"); },
            ERR_LIB_EVP, EVP_R_UNSUPPORTED_PRF, ErrorKind::Unsupported);
        row(
            "unknown PBE",
            [] { decryptPkcs8(exchanged(encryptedPkcs8(), "2A864886F70D01050D", "2A864886F70D010563"), "right"); },
            ERR_LIB_EVP, EVP_R_UNKNOWN_PBE_ALGORITHM, ErrorKind::Unsupported);
        row("unknown private key algorithm", readUnknownPrivateKeyAlgorithm, ERR_LIB_EVP,
            EVP_R_UNSUPPORTED_PRIVATE_KEY_ALGORITHM, ErrorKind::Unsupported);
        row(
            "unknown digest name", [] { Handle<EVP_MD>(EVP_MD_fetch(nullptr, "FOO-256", nullptr)); }, ERR_LIB_EVP,
            ERR_R_UNSUPPORTED, ErrorKind::Unsupported);
        row("public key of no type", publishKeyOfNoType, ERR_LIB_X509, X509_R_UNSUPPORTED_ALGORITHM,
            ErrorKind::Unsupported);
        row("key of no type", compareWithEmptyKey, ERR_LIB_X509, X509_R_UNKNOWN_KEY_TYPE, ErrorKind::Unsupported);
        row(
            "unknown signature algorithm", [] { verifyWithSignatureAlgorithm("63"); }, ERR_LIB_ASN1,
            ASN1_R_UNKNOWN_SIGNATURE_ALGORITHM, ErrorKind::Unsupported);
        row(
            "signature with MD2", [] { verifyWithSignatureAlgorithm("02"); }, ERR_LIB_ASN1,
            ASN1_R_UNKNOWN_MESSAGE_DIGEST_ALGORITHM, ErrorKind::Unsupported);
        row(
            "no PEM", [] { Handle<X509>(PEM_read_bio_X509(memory("hello\n").get(), nullptr, nullptr, nullptr)); },
            ERR_LIB_PEM, PEM_R_NO_START_LINE, ErrorKind::BadInput);
        row(
            "no DER", [] { readCertificate(QByteArray("hello")); }, ERR_LIB_ASN1, 0, ErrorKind::BadInput);
        row("damaged PEM", readDamagedPem, ERR_LIB_PEM, 0, ErrorKind::BadInput);
    }
    void reasons() {
        QFETCH(Failure, failure);
        QFETCH(int, lib);
        QFETCH(int, reason);
        QFETCH(int, kind);
        rsaKey();
        base::clearQueue();
        failure();
        const auto stack = base::drainQueue();
        QVERIFY2(std::any_of(stack.begin(), stack.end(),
                             [&](const base::StackEntry& entry) {
                                 return ERR_GET_LIB(entry.code) == lib &&
                                        (reason == 0 || ERR_GET_REASON(entry.code) == reason);
                             }),
                 described(stack).c_str());
        QVERIFY2(base::kindOf(stack, ErrorKind::Internal) == static_cast<ErrorKind>(kind), described(stack).c_str());
        QVERIFY(base::drainQueue().empty());
    }

    void fallbackHoldsWhereTheTableSaysNothing() {
        QCOMPARE(test::nameOf(base::kindOf({}, ErrorKind::Network)), test::nameOf(ErrorKind::Network));
        // A file that is not there: a reason of the system, not of the table.
        const Handle<BIO> bio(BIO_new_file("/nonexistent/file", "r"));
        QVERIFY(!bio);
        const auto stack = base::drainQueue();
        QVERIFY(!stack.empty());
        QCOMPARE(test::nameOf(base::kindOf(stack, ErrorKind::Io)), test::nameOf(ErrorKind::Io));
        QCOMPARE(ERR_GET_LIB(stack.front().code), ERR_LIB_SYS);
        QCOMPARE(ERR_GET_REASON(stack.front().code), ENOENT);
        // In words, where OpenSSL itself has none.
        QCOMPARE(q(stack.front().reason), QStringLiteral("No such file or directory"));
    }

    void aFailedAllocationWinsOverEveryOtherReason() {
        for (const int lib : {ERR_LIB_EVP, ERR_LIB_CRYPTO, ERR_LIB_ASN1, ERR_LIB_PKCS12}) {
            std::vector<base::StackEntry> stack(3);
            stack[0].code = ERR_PACK(ERR_LIB_PKCS12, 0, PKCS12_R_MAC_VERIFY_FAILURE);
            stack[1].code = ERR_PACK(lib, 0, ERR_R_MALLOC_FAILURE);
            stack[2].code = ERR_PACK(ERR_LIB_EVP, 0, EVP_R_UNSUPPORTED_ALGORITHM);
            QCOMPARE(test::nameOf(base::kindOf(stack, ErrorKind::BadInput)), test::nameOf(ErrorKind::Internal));
        }
        std::vector<base::StackEntry> secure(1);
        secure[0].code = ERR_PACK(ERR_LIB_CRYPTO, 0, CRYPTO_R_SECURE_MALLOC_FAILURE);
        QCOMPARE(test::nameOf(base::kindOf(secure, ErrorKind::Unsupported)), test::nameOf(ErrorKind::Internal));
    }

    void aFullSecureHeapIsInternal() {
        // The RSA decoder puts the private numbers on the secure heap: with that full, it fails.
        unsigned char* buffer = nullptr;
        const Handle<PKCS8_PRIV_KEY_INFO> info(EVP_PKEY2PKCS8(rsaKey()));
        const int length = i2d_PKCS8_PRIV_KEY_INFO(info.get(), &buffer);
        const base::OpensslMemory<unsigned char> owner(buffer);
        std::vector<base::Secret> hoard;
        for (std::size_t size = std::size_t{1} << 20U; size >= 16; size /= 2) {
            while (!test::errorOf([&] { return hoard.emplace_back(size).size(); })) {
            }
        }
        base::clearQueue();
        const unsigned char* position = buffer;
        const Handle<PKCS8_PRIV_KEY_INFO> again(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &position, length));
        const Handle<EVP_PKEY> key(EVP_PKCS82PKEY(again.get()));
        const auto stack = base::drainQueue();
        hoard.clear();
        if (key)
            QSKIP("this OpenSSL does not use the secure heap here");
        QVERIFY2(base::kindOf(stack, ErrorKind::Unsupported) == ErrorKind::Internal, described(stack).c_str());
    }

    void theInnermostReasonDecides() {
        std::vector<base::StackEntry> stack(2);
        stack[0].code = ERR_PACK(ERR_LIB_PROV, 0, PROV_R_BAD_DECRYPT);
        stack[1].code = ERR_PACK(ERR_LIB_ASN1, 0, ASN1_R_WRONG_TAG);
        QCOMPARE(test::nameOf(base::kindOf(stack, ErrorKind::Internal)), test::nameOf(ErrorKind::WrongPassphrase));
        std::swap(stack[0], stack[1]);
        QCOMPARE(test::nameOf(base::kindOf(stack, ErrorKind::Internal)), test::nameOf(ErrorKind::BadInput));
    }

    void checkLooksAtTheReturnValueAlone() {
        readCertificate(QByteArray("hello")); // leaves entries in the queue
        base::check(1, "do it");
        int value = 0;
        QCOMPARE(base::check(&value, "get it"), &value);
        CERTWRIGHT_VERIFY_FAILS(base::check(0, "read it"), ErrorKind::BadInput);
        // Nothing in the queue, and yet it failed: the fallback holds.
        CERTWRIGHT_VERIFY_FAILS(base::check(0, "do it"), ErrorKind::Internal);
        CERTWRIGHT_VERIFY_FAILS(base::check(-1, "do it", ErrorKind::Io), ErrorKind::Io);
        CERTWRIGHT_VERIFY_FAILS(base::check(static_cast<X509*>(nullptr), "do it", ErrorKind::Unsupported),
                                ErrorKind::Unsupported);
        CERTWRIGHT_VERIFY_FAILS(base::throwFromQueue("do it"), ErrorKind::BadInput);
    }

    // crypto.Error
    void errorCarriesTheWholeStackAndEmptiesTheQueue() {
        const auto error = test::errorOf([] {
            readCertificate(QByteArray("hello"));
            base::check(0, "read the certificate");
            return 0;
        });
        QVERIFY(error);
        QVERIFY(error->stack().size() >= 2);
        for (const base::StackEntry& entry : error->stack()) {
            QVERIFY(entry.code != 0);
            QVERIFY(!entry.lib.empty() && !entry.reason.empty() && !entry.file.empty());
            QVERIFY(entry.line > 0);
        }
        QVERIFY(error->hasReason(ERR_LIB_ASN1, ERR_GET_REASON(error->stack().front().code)));
        QVERIFY(!error->hasReason(ERR_LIB_SSL, 1));
        QVERIFY(q(error->message()).startsWith(QStringLiteral("Could not read the certificate: ")));
        QVERIFY(base::drainQueue().empty());
    }

    void queuesOfThreadsAreTheirOwn() {
        readCertificate(QByteArray("hello"));
        std::size_t seen = 99;
        std::thread([&seen] { seen = base::drainQueue().size(); }).join();
        QCOMPARE(seen, std::size_t{0});
        QVERIFY(!base::drainQueue().empty());
    }

    void sizesThatDoNotFitAreRefused() {
        QCOMPARE(base::intSize(5), 5);
        QCOMPARE(base::intSize(0x7FFFFFFF), 0x7FFFFFFF);
        CERTWRIGHT_VERIFY_FAILS(base::intSize(0x80000000U), ErrorKind::BadInput);
        CERTWRIGHT_VERIFY_FAILS(base::intSize(0xFFFFFFFFU), ErrorKind::BadInput);
        QCOMPARE(base::longSize(5), 5L);
        CERTWRIGHT_VERIFY_FAILS(base::longSize(~std::size_t{0}), ErrorKind::BadInput);
    }
};

CERTWRIGHT_TEST_MAIN(OpensslCheckTest)
#include "tst_openssl_check.moc"
