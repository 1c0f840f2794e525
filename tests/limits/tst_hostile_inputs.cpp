#include "core/x509/columns.h"
#include "tests/core/formats/reading.h"
#include "tests/support/test_main.h"

#include <functional>
#include <sys/resource.h>

using namespace certwright;
using test::answering;
using test::errorKind;
using test::view;

// No input of a mebibyte takes more than two seconds or 256 MiB. What is measured is CPU time, twice as much is allowed
// on a machine that is busy, and each input is read with no passphrase and with a wrong one.
namespace {

constexpr qsizetype Mebibyte = 1 << 20;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr double MostSeconds = 20;
constexpr long MostKibibytes = 4L << 20;
#else
constexpr double MostSeconds = 4;
constexpr long MostKibibytes = 256L << 10;
#endif

QByteArray element(char identifier, const QByteArray& content) {
    QByteArray out(1, identifier);
    if (content.size() < 0x80)
        return out + static_cast<char>(content.size()) + content;
    out += '\x84';
    for (int shift = 24; shift >= 0; shift -= 8)
        out += static_cast<char>((content.size() >> shift) & 0xFF);
    // In the shortest form, which the reader of lists wants.
    while (out[2] == 0) {
        out.remove(2, 1);
        out[1] = static_cast<char>(out[1] - 1);
    }
    return out + content;
}

QByteArray integer(quint64 value) {
    QByteArray content;
    do {
        content.prepend(static_cast<char>(value & 0xFF));
        value >>= 8;
    } while (value != 0);
    if ((content.front() & 0x80) != 0)
        content.prepend('\0');
    return element(0x02, content);
}

QByteArray sequence(const QByteArray& content) {
    return element(0x30, content);
}

QByteArray oid(const char* hex) {
    return element(0x06, QByteArray::fromHex(hex));
}

QByteArray pem(const QByteArray& label, const QByteArray& der) {
    const QByteArray base64 = der.toBase64();
    QByteArray out = "-----BEGIN " + label + "-----\n";
    for (qsizetype at = 0; at < base64.size(); at += 64)
        out += base64.mid(at, 64) + '\n';
    return out + "-----END " + label + "-----\n";
}

/// PBES2 with AES-256-CBC and this key derivation (RFC 8018 A.4).
QByteArray pbes2(const QByteArray& kdf) {
    const QByteArray cipher = sequence(oid("60864801650304012a") + element(0x04, QByteArray(16, 'i')));
    return sequence(oid("2a864886f70d01050d") + sequence(kdf + cipher));
}

QByteArray pbkdf2(quint64 iterations, const char* prf = "2a864886f70d0209") {
    return sequence(oid("2a864886f70d01050c") + sequence(element(0x04, "saltsalt") + integer(iterations) +
                                                         sequence(oid(prf) + QByteArray::fromHex("0500"))));
}

QByteArray scrypt(quint64 n, quint64 r, quint64 p) {
    return sequence(oid("2b06010401da47040b") +
                    sequence(element(0x04, "saltsalt") + integer(n) + integer(r) + integer(p)));
}

QByteArray encryptedKey(const QByteArray& algorithm) {
    return sequence(algorithm + element(0x04, QByteArray(64, 'x')));
}

QByteArray contentInfo(const char* type, const QByteArray& content) {
    return sequence(oid(type) + element('\xA0', content));
}

constexpr const char* Data = "2a864886f70d010701";
constexpr const char* Encrypted = "2a864886f70d010706";

/// A PKCS#12 file with these parts, and a MAC by SHA-512 when it has iterations.
QByteArray pkcs12(const QByteArray& parts, quint64 macIterations = 0) {
    QByteArray file = integer(3) + contentInfo(Data, element(0x04, sequence(parts)));
    if (macIterations != 0) {
        const QByteArray sha512 = sequence(oid("608648016503040203") + QByteArray::fromHex("0500"));
        file += sequence(sequence(sha512 + element(0x04, QByteArray(64, 'm'))) + element(0x04, "saltsalt") +
                         integer(macIterations));
    }
    return sequence(file);
}

QByteArray encryptedPart(const QByteArray& algorithm) {
    const QByteArray content = oid(Data) + algorithm + element('\x80', QByteArray(64, 'x'));
    return contentInfo(Encrypted, sequence(integer(0) + sequence(content)));
}

QByteArray shroudedBag(const QByteArray& algorithm) {
    return sequence(oid("2a864886f70d010c0a0102") + element('\xA0', encryptedKey(algorithm)));
}

QByteArray openSsh(quint32 rounds) {
    const auto number = [](quint32 value) {
        QByteArray out(4, '\0');
        for (int i = 0; i < 4; ++i)
            out[i] = static_cast<char>(value >> (24 - 8 * i));
        return out;
    };
    const auto text = [&number](const QByteArray& octets) {
        return number(static_cast<quint32>(octets.size())) + octets;
    };
    const QByteArray publicKey = text(text("ssh-ed25519") + text(QByteArray(32, 'k')));
    return pem("OPENSSH PRIVATE KEY", QByteArray("openssh-key-v1\0", 15) + text("aes256-ctr") + text("bcrypt") +
                                          text(text("saltsaltsaltsalt") + number(rounds)) + number(1) + publicKey +
                                          text(QByteArray(160, 'x')));
}

QByteArray putty(const QByteArray& memory, const QByteArray& passes) {
    QByteArray file = test::corpusData("keys", QStringLiteral("gen-ppk3-rsa-enc.ppk"));
    const auto change = [&file](const QByteArray& header, const QByteArray& value) {
        const qsizetype at = file.indexOf(header + ": ") + header.size() + 2;
        file.replace(at, file.indexOf('\n', at) - at, value);
    };
    change("Argon2-Memory", memory);
    change("Argon2-Passes", passes);
    return file;
}

QByteArray nested(const QByteArray& open, const QByteArray& close) {
    const qsizetype depth = Mebibyte / (open.size() + close.size());
    return open.repeated(depth) + close.repeated(depth);
}

/// Sequences in each other with definite lengths.
QByteArray nestedSequences() {
    QByteArray out;
    while (out.size() < 60'000)
        out = sequence(out);
    return out;
}

const QByteArray EcdsaSha256 = QByteArray::fromHex("300a06082a8648ce3d040302");
const QByteArray P256Key = QByteArray::fromHex("3059301306072a8648ce3d020106082a8648ce3d03010703420004"
                                               "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
                                               "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");

QByteArray signedThing(const QByteArray& content) {
    return sequence(sequence(content) + EcdsaSha256 + element(0x03, QByteArray(1, '\0') + QByteArray(70, 's')));
}

QByteArray rdn(const QByteArray& value) {
    return element(0x31, sequence(oid("550403") + element(0x0C, value)));
}

QByteArray certificate(const QByteArray& name, const QByteArray& extensions = {}) {
    const QByteArray time = element(0x17, "250101000000Z");
    return signedThing(element('\xA0', integer(2)) + integer(1) + EcdsaSha256 + sequence(name) + sequence(time + time) +
                       sequence(name) + P256Key +
                       (extensions.isEmpty() ? QByteArray() : element('\xA3', sequence(extensions))));
}

QByteArray extension(const char* type, const QByteArray& value) {
    return sequence(oid(type) + element(0x04, value));
}

QByteArray crl() {
    const QByteArray time = element(0x17, "250101000000Z");
    return signedThing(integer(1) + EcdsaSha256 + sequence(rdn("x")) + time +
                       sequence(sequence(integer(1) + time).repeated(Mebibyte / 20)));
}

QByteArray rsaKey(qsizetype octets) {
    const QByteArray number = element(0x02, QByteArray(octets, '\x7F'));
    return sequence(integer(0) + number + integer(65537) + number.repeated(6));
}

QByteArray bigEndian(quint32 value, int octets) {
    QByteArray out;
    for (int i = octets - 1; i >= 0; --i)
        out += static_cast<char>(value >> (8 * i));
    return out;
}

/// A key store of Java with so many keys, each without a certificate.
QByteArray keyStore(const QByteArray& algorithm, quint32 count) {
    const QByteArray key = sequence(algorithm + element(0x04, QByteArray(48, 'x')));
    const QByteArray entry = bigEndian(1, 4) + bigEndian(1, 2) + 'a' + QByteArray(8, '\0') +
                             bigEndian(static_cast<quint32>(key.size()), 4) + key + bigEndian(0, 4);
    return QByteArray::fromHex("cececece") + bigEndian(2, 4) + bigEndian(count, 4) + entry.repeated(count) +
           QByteArray(20, 'd');
}

QByteArray jceksKey(quint64 iterations) {
    return sequence(oid("2b060104012a021301") + sequence(element(0x04, "saltsalt") + integer(iterations)));
}

QByteArray dhParameters(qsizetype octets) {
    return sequence(element(0x02, QByteArray(octets, '\x7F')) + integer(2));
}

struct Cost {
    double seconds = 0;
    long kibibytes = 0; ///< the most that the process ever had
};

Cost costSoFar() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return {seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss};
}

} // namespace

class HostileInputsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void costsLittle_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("kind"); // of the error with a wrong passphrase; "" for none
        const auto row = [](const char* name, const QByteArray& content, const char* kind) {
            QTest::newRow(name) << content << QString::fromLatin1(kind);
        };
        const quint64 most = formats::ReadOptions().maxIterations;
        row("PBKDF2, count", encryptedKey(pbes2(pbkdf2(~0ULL >> 1))), "not-allowed");
        row("PBKDF2, count beyond 64 bits",
            encryptedKey(pbes2(sequence(oid("2a864886f70d01050c") +
                                        sequence(element(0x04, "s") + element(0x02, QByteArray(20, '\x7F')))))),
            "not-allowed");
        row("PBKDF2, just allowed", encryptedKey(pbes2(pbkdf2(most / 2))), "wrong-passphrase");
        row("PBKDF2 with SHA-512, just allowed", encryptedKey(pbes2(pbkdf2(most / 3, "2a864886f70d020b"))),
            "wrong-passphrase");
        row("PBKDF2, many keys", pem("ENCRYPTED PRIVATE KEY", encryptedKey(pbes2(pbkdf2(most / 4)))).repeated(3000),
            "wrong-passphrase");
        row("PBKDF2, many keys of few iterations",
            pem("ENCRYPTED PRIVATE KEY", encryptedKey(pbes2(pbkdf2(10'000)))).repeated(3000), "wrong-passphrase");
        row("scrypt, work", encryptedKey(pbes2(scrypt(1ULL << 40, 8, 1))), "not-allowed");
        row("scrypt, memory", encryptedKey(pbes2(scrypt(1ULL << 18, 16, 1))), "not-allowed");
        row("scrypt, parallel", encryptedKey(pbes2(scrypt(1ULL << 14, 8, 1U << 20))), "not-allowed");
        row("scrypt, product that overflows", encryptedKey(pbes2(scrypt(1ULL << 62, 1ULL << 61, 8))), "not-allowed");
        row("scrypt, just allowed", encryptedKey(pbes2(scrypt(1ULL << 17, 8, 1))), "wrong-passphrase");
        row("PKCS#12, count of the MAC", pkcs12(encryptedPart(pbes2(pbkdf2(1))), 0x7FFFFFFF), "not-allowed");
        row("PKCS#12, count of a part", pkcs12(encryptedPart(pbes2(pbkdf2(0x7FFFFFFF)))), "not-allowed");
        row("PKCS#12, MAC just allowed", pkcs12(encryptedPart(pbes2(pbkdf2(1))), most / 4), "wrong-passphrase");
        row("PKCS#12, many bags",
            pkcs12(contentInfo(Data,
                               element(0x04, sequence(shroudedBag(pbes2(pbkdf2(most / 4))).repeated(Mebibyte / 200))))),
            "wrong-passphrase");
        row("OpenSSH, rounds", openSsh(0xFFFFFFFF), "not-allowed");
        row("OpenSSH, rounds just allowed", openSsh(formats::ReadOptions().maxBcryptRounds), "wrong-passphrase");
        row("OpenSSH, many keys", openSsh(64).repeated(1500), "wrong-passphrase");
        row("JKS, many keys", keyStore(sequence(oid("2b060104012a02110101") + QByteArray::fromHex("0500")), 10'000),
            "wrong-passphrase");
        row("JCEKS, count", keyStore(jceksKey(~0ULL >> 1), 1), "not-allowed");
        row("JCEKS, just allowed", keyStore(jceksKey(most / 2), 1), "wrong-passphrase");
        row("JCEKS, many keys", keyStore(jceksKey(most / 4), 9'000), "wrong-passphrase");
        row("PuTTY, memory", putty("4194304", "1"), "not-allowed");
        row("PuTTY, passes", putty("8192", "4294967295"), "not-allowed");
        row("ASN.1, nested", nestedSequences(), "bad-input");
        row("ASN.1, nested without lengths", nested(QByteArray::fromHex("3080"), QByteArray(2, '\0')), "bad-input");
        row("ASN.1, nested strings", nested(QByteArray::fromHex("2480"), QByteArray(2, '\0')), "bad-input");
        row("JSON, nested", nested("[", "]"), "bad-input");
        row("JSON, objects", nested("{\"keys\":[", "]}"), "bad-input");
        row("PEM, a line for each octet", QByteArray("\n").repeated(Mebibyte), "bad-input");
        row("PEM, headers", QByteArray("-----BEGIN A-----\n").repeated(Mebibyte / 18), "bad-input");
        row("PEM, short lines", "-----BEGIN CERTIFICATE-----\n" + QByteArray("A\n").repeated(Mebibyte / 2),
            "bad-input");
        row("PEM, begins of one label", QByteArray("-----BEGIN CERTIFICATE-----\nMA==\n").repeated(Mebibyte / 33),
            "bad-input");
        row("PEM, dashes", QByteArray(Mebibyte, '-'), "bad-input");
        row("CRL, many entries", crl(), "");
        row("name of many RDNs", certificate(rdn("x").repeated(Mebibyte / 28)), "");
        row("RDN of many attributes",
            certificate(element(0x31, sequence(oid("550403") + element(0x0C, "x")).repeated(Mebibyte / 24))), "");
        row("one long attribute", certificate(rdn(QByteArray(Mebibyte / 2, '\x01'))), "");
        row("many extensions", certificate(rdn("x"), extension("551d0e", element(0x04, "k")).repeated(Mebibyte / 12)),
            "");
        row("many alternative names",
            certificate(rdn("x"), extension("551d11", sequence(element('\x82', "a").repeated(Mebibyte / 3)))), "");
        row("alternative names that are directory names",
            certificate(rdn("x"), extension("551d11", sequence(element('\xA4', sequence(rdn("x"))).repeated(60'000)))),
            "");
        row("RSA key of a huge modulus", rsaKey(Mebibyte / 8), "");
        row("DH parameters of a huge prime", dhParameters(Mebibyte / 2), "");
        row("SSH public keys",
            test::corpusData("keys", QStringLiteral("gen-openssh-ed25519.pub")).repeated(10'000).left(Mebibyte), "");
    }

    void costsLittle() {
        QFETCH(QByteArray, content);
        QFETCH(QString, kind);
        const Cost before = costSoFar();
        const formats::Contents without = formats::readContents(view(content));
        const formats::Contents contents = formats::readContents(view(content), answering({"wrong"}));
        for (const formats::Item* item : formats::flatten(contents)) {
            if (const auto* certificate = item->as<x509::Certificate>())
                QCOMPARE(test::q(x509::columnsFromDer(certificate->der()).sha256), test::q(certificate->sha256()));
        }
        const Cost after = costSoFar();
        QCOMPARE(errorKind(contents), kind);
        QVERIFY(without.error || kind.isEmpty());
        if (contents.error)
            QVERIFY(contents.error->message().size() < 1000);
        // Twice, and without a passphrase there is less to do.
        qInfo("%.2f s, %ld MiB", after.seconds - before.seconds, after.kibibytes >> 10);
        QVERIFY2(after.seconds - before.seconds < 2 * MostSeconds, "too long");
        QVERIFY2(after.kibibytes < MostKibibytes, "too much memory");
    }
};

CERTWRIGHT_TEST_MAIN(HostileInputsTest)
#include "tst_hostile_inputs.moc"
