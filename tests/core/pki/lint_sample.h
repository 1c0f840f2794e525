#pragma once

#include "tests/core/expect.h"

#include <QByteArray>
#include <QList>

// Certificates put together octet by octet, so that a test can break one rule at a time. The signature is nothing: lint
// does not look at it, but for whether a certificate signed itself.
namespace certwright::test {

inline QByteArray tlv(int tag, const QByteArray& content) {
    QByteArray out(1, static_cast<char>(tag));
    const auto size = content.size();
    if (size >= 256)
        out += QByteArray("\x82") + static_cast<char>(size >> 8) + static_cast<char>(size & 0xFF);
    else if (size >= 128)
        out += QByteArray("\x81") + static_cast<char>(size);
    else
        out += static_cast<char>(size);
    return out + content;
}

inline QByteArray seq(const QByteArray& content) {
    return tlv(0x30, content);
}
inline QByteArray oidDer(const char* hexContent) {
    return tlv(0x06, unhex(hexContent));
}

/// One attribute of a name, in an RDN of its own. `type` is the content of the OID in hexadecimal.
inline QByteArray rdn(const char* type, int tag, const QByteArray& value) {
    return tlv(0x31, seq(oidDer(type) + tlv(tag, value)));
}

constexpr const char* Cn = "550403";
constexpr const char* C = "550406";
constexpr const char* O = "55040a";

/// An extension by the content of its OID in hexadecimal.
struct SampleExtension {
    QByteArray type;
    bool isCritical = false;
    QByteArray value;

    QByteArray der() const {
        return seq(oidDer(type.constData()) + (isCritical ? unhex("0101ff") : QByteArray()) + tlv(0x04, value));
    }
};

/// All of a certificate in pieces that can be exchanged.
struct SampleCertificate {
    QByteArray version = unhex("a003020102");
    QByteArray serial = unhex("01020304050607080900");
    QByteArray innerAlgorithm = seq(oidDer("2a8648ce3d040302"));
    QByteArray outerAlgorithm = innerAlgorithm;
    QByteArray issuer = rdn(O, 0x0C, "Lab") + rdn(Cn, 0x0C, "Lab CA");
    QByteArray notBefore = tlv(0x17, "260401000000Z");
    QByteArray notAfter = tlv(0x17, "260901000000Z");
    QByteArray subject = rdn(Cn, 0x0C, "www.lab.example.org");
    /// P-256, the base point: any point of the curve does.
    QByteArray publicKey = seq(seq(oidDer("2a8648ce3d0201") + oidDer("2a8648ce3d030107")) +
                               tlv(0x03, unhex("0004"
                                               "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
                                               "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")));
    QByteArray uniqueIds;
    QList<SampleExtension> extensions;
    bool hasExtensions = true;

    SampleExtension& extension(const char* type) {
        for (SampleExtension& one : extensions) {
            if (one.type == type)
                return one;
        }
        extensions.append({type, false, {}});
        return extensions.back();
    }
    void remove(const char* type) {
        extensions.removeIf([type](const SampleExtension& one) { return one.type == type; });
    }
    void setRsa(const QByteArray& modulus, const QByteArray& exponent) {
        publicKey = seq(unhex("300d06092a864886f70d0101010500") +
                        tlv(0x03, '\0' + seq(tlv(0x02, modulus) + tlv(0x02, exponent))));
    }

    QByteArray tbs() const {
        QByteArray list;
        for (const SampleExtension& one : extensions)
            list += one.der();
        return seq(version + tlv(0x02, serial) + innerAlgorithm + seq(issuer) + seq(notBefore + notAfter) +
                   seq(subject) + publicKey + uniqueIds + (hasExtensions ? tlv(0xA3, seq(list)) : QByteArray()));
    }
    QByteArray der(const QByteArray& signature = unhex("3006020101020101")) const {
        return seq(tbs() + outerAlgorithm + tlv(0x03, '\0' + signature));
    }
};

// Contents of the extensions' OIDs.
constexpr const char* Ski = "551d0e";
constexpr const char* Ku = "551d0f";
constexpr const char* San = "551d11";
constexpr const char* Ian = "551d12";
constexpr const char* Bc = "551d13";
constexpr const char* Nc = "551d1e";
constexpr const char* CrlDp = "551d1f";
constexpr const char* Cp = "551d20";
constexpr const char* Pm = "551d21";
constexpr const char* Aki = "551d23";
constexpr const char* Pc = "551d24";
constexpr const char* Eku = "551d25";
constexpr const char* Freshest = "551d2e";
constexpr const char* InhibitAny = "551d36";
constexpr const char* Sda = "551d09";
constexpr const char* Aia = "2b06010505070101";
constexpr const char* Sct = "2b06010401d679020402";

/// A server's certificate that breaks no rule at all, as a public CA would issue it.
inline SampleCertificate sampleServer() {
    SampleCertificate out;
    out.extensions = {
        {Aki, false, seq(tlv(0x80, "01234567890123456789"))},
        {Ski, false, tlv(0x04, "abcdefghijabcdefghij")},
        {Ku, true, unhex("03020780")},
        {Eku, false, seq(oidDer("2b06010505070301"))},
        {San, false, seq(tlv(0x82, "www.lab.example.org") + tlv(0x82, "*.lab.example.org"))},
        {Cp, false, seq(seq(oidDer("67810c010201")))},
        {CrlDp, false, seq(seq(tlv(0xA0, tlv(0xA0, tlv(0x86, "http://c.example.org/a.crl")))))},
        {Aia, false, seq(seq(oidDer("2b06010505073002") + tlv(0x86, "http://c.example.org/a.cer")))},
        {Sct, false, tlv(0x04, unhex("0000"))},
    };
    return out;
}

/// A CA below another one that breaks no rule.
inline SampleCertificate sampleCa() {
    SampleCertificate out;
    out.subject = rdn(C, 0x13, "DE") + rdn(Cn, 0x0C, "Lab Sub CA");
    out.extensions = {
        {Aki, false, seq(tlv(0x80, "01234567890123456789"))},
        {Ski, false, tlv(0x04, "abcdefghijabcdefghij")},
        {Ku, true, unhex("03020106")},
        {Bc, true, unhex("30060101ff020100")},
    };
    return out;
}

} // namespace certwright::test
