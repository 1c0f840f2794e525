#pragma once

#include "tests/core/openssl_command.h"
#include "tests/core/pki/lint_sample.h"

#include <QByteArray>
#include <QList>

#include <functional>

// What breaks which rule of lint.
namespace certwright::test {

using Change = std::function<void(SampleCertificate&)>;

inline QByteArray oddModulus(qsizetype octets) {
    return '\0' + QByteArray(octets - 1, '\xC1') + '\x01';
}

/// Each row breaks a rule of RFC 5280 or of key strength in a certificate that is sound before.
struct Breach {
    const char* ids; ///< all that is found, separated by blanks
    bool isCa;
    Change change;
};

inline const QList<Breach>& fieldBreaches() {
    static const QList<Breach> breaches = {
        {"not-der", false, [](auto& c) { c.extension(Ku).value = unhex("030207ff"); }},
        {"default-written?", false,
         [](auto& c) {
             c.extension(Bc) = {Bc, true, unhex("3003010100")};
         }},
        {"version-unknown version-extensions", false, [](auto& c) { c.version = unhex("a003020105"); }},
        {"version-extensions", false, [](auto& c) { c.version = unhex("a003020101"); }},
        {"version-extensions default-written?", false, [](auto& c) { c.version = unhex("a003020100"); }},
        {"unique-id", false, [](auto& c) { c.uniqueIds = unhex("8102000f"); }},
        {"version-unique-id unique-id", false,
         [](auto& c) {
             c.version.clear();
             c.uniqueIds = unhex("8202000f");
             c.hasExtensions = false;
         }},
        {"extensions-empty aki-missing ski-missing~", false, [](auto& c) { c.extensions.clear(); }},
        {"serial-not-positive", false, [](auto& c) { c.serial = unhex("80000000000000000001"); }},
        {"serial-not-positive", false, [](auto& c) { c.serial = unhex("00"); }},
        {"serial-too-long", false, [](auto& c) { c.serial = QByteArray(21, '\x11'); }},
        {"serial-too-long", false, [](auto& c) { c.serial = '\0' + QByteArray(20, '\x91'); }},
        {"", false, [](auto& c) { c.serial = QByteArray(20, '\x11'); }},
        {"signature-algorithms-differ", false, [](auto& c) { c.outerAlgorithm = seq(oidDer("2a8648ce3d040303")); }},
        {"algorithm-parameters", false,
         [](auto& c) { c.innerAlgorithm = c.outerAlgorithm = seq(oidDer("2a864886f70d01010b")); }},
        {"", false,
         [](auto& c) { c.innerAlgorithm = c.outerAlgorithm = seq(oidDer("2a864886f70d01010b") + unhex("0500")); }},
        {"algorithm-parameters", false,
         [](auto& c) { c.innerAlgorithm = c.outerAlgorithm = seq(oidDer("2a8648ce3d040302") + unhex("0500")); }},
        {"time-form", false, [](auto& c) { c.notAfter = tlv(0x17, "2609010000Z"); }},
        {"time-form", false, [](auto& c) { c.notBefore = tlv(0x17, "260401000000+0100"); }},
        {"time-type", false, [](auto& c) { c.notAfter = tlv(0x18, "20260901000000Z"); }},
        {"", false, [](auto& c) { c.notAfter = tlv(0x18, "20500101000000Z"); }},
        {"validity-reversed", false, [](auto& c) { c.notAfter = tlv(0x17, "260331235959Z"); }},
        {"", false, [](auto& c) { c.notAfter = c.notBefore; }},
    };
    return breaches;
}

inline const QList<Breach>& nameBreaches() {
    static const QList<Breach> breaches = {
        {"issuer-empty", false, [](auto& c) { c.issuer.clear(); }},
        {"subject-empty-ca", true, [](auto& c) { c.subject.clear(); }},
        {"subject-empty-names", false, [](auto& c) { c.subject.clear(); }},
        {"", false,
         [](auto& c) {
             c.subject.clear();
             c.extension(San).isCritical = true;
         }},
        {"name-rdn-empty", false, [](auto& c) { c.subject += tlv(0x31, {}); }},
        {"name-string-type", false, [](auto& c) { c.subject += rdn(C, 0x0C, "DE"); }},
        {"name-string-type name-email~", false, [](auto& c) { c.subject += rdn("2a864886f70d010901", 0x0C, "a@b.c"); }},
        {"name-string-old?", false, [](auto& c) { c.subject = rdn(Cn, 0x14, "www.lab.example.org"); }},
        {"name-characters", false, [](auto& c) { c.subject += rdn(O, 0x13, "a*b"); }},
        {"name-length", false, [](auto& c) { c.subject += rdn(O, 0x0C, QByteArray(65, 'x')); }},
        {"", false, [](auto& c) { c.subject += rdn(O, 0x0C, QByteArray("\xC3\xA4").repeated(64)); }},
        {"name-length", false, [](auto& c) { c.subject += rdn(C, 0x13, "D"); }},
        {"name-value-empty", false, [](auto& c) { c.subject += rdn(O, 0x0C, {}); }},
        {"name-email~", false, [](auto& c) { c.subject += rdn("2a864886f70d010901", 0x16, "a@b.c"); }},
        {"san-empty", false, [](auto& c) { c.extension(San).value = seq({}); }},
        {"san-name-empty", false, [](auto& c) { c.extension(San).value = seq(tlv(0x82, {})); }},
        {"san-characters san-dns", false,
         [](auto& c) {
             c.extension(San).value = seq(tlv(0x82, "b\xFC"
                                                    "cher.example"));
         }},
        {"san-dns", false, [](auto& c) { c.extension(San).value = seq(tlv(0x82, " ")); }},
        {"san-dns", false, [](auto& c) { c.extension(San).value = seq(tlv(0x82, "a..b")); }},
        {"san-dns", false, [](auto& c) { c.extension(San).value = seq(tlv(0x82, "a.example.")); }},
        {"san-uri", false, [](auto& c) { c.extension(Ian).value = seq(tlv(0x86, "www.example.org/x")); }},
        {"", false, [](auto& c) { c.extension(Ian).value = seq(tlv(0x86, "https://www.example.org/x")); }},
        {"san-email", false, [](auto& c) { c.extension(San).value = seq(tlv(0x81, "A B <a@b.example>")); }},
        {"", false, [](auto& c) { c.extension(San).value = seq(tlv(0x81, "a.b+c@b.example")); }},
        {"san-ip-length", false, [](auto& c) { c.extension(San).value = seq(tlv(0x87, "abcde")); }},
        {"", false, [](auto& c) { c.extension(San).value = seq(tlv(0x87, "abcd") + tlv(0x87, QByteArray(16, '\1'))); }},
    };
    return breaches;
}

inline const QList<Breach>& extensionBreaches() {
    static const QList<Breach> breaches = {
        {"extension-twice", false, [](auto& c) { c.extensions.append(c.extension(Ski)); }},
        {"extension-damaged", false, [](auto& c) { c.extension(Ski).value += "x"; }},
        {"extension-damaged", false, [](auto& c) { c.extension(Ian).value = unhex("0500"); }},
        {"extension-unknown-critical?", false,
         [](auto& c) {
             c.extension("2a0304") = {"2a0304", true, unhex("0500")};
         }},
        {"extension-critical", false, [](auto& c) { c.extension(Aki).isCritical = true; }},
        {"extension-critical", false, [](auto& c) { c.extension(Ski).isCritical = true; }},
        {"extension-critical", false, [](auto& c) { c.extension(Aia).isCritical = true; }},
        {"extension-critical", false,
         [](auto& c) {
             c.extension(Freshest) = {Freshest, true, c.extension(CrlDp).value};
         }},
        {"aki-missing", false, [](auto& c) { c.remove(Aki); }},
        {"aki-form", false, [](auto& c) { c.extension(Aki).value = seq({}); }},
        {"aki-form", false, [](auto& c) { c.extension(Aki).value = seq(tlv(0x80, "12345") + tlv(0x82, "\1")); }},
        {"ski-missing-ca", true, [](auto& c) { c.remove(Ski); }},
        {"ski-missing~", false, [](auto& c) { c.remove(Ski); }},
        {"ku-missing-ca", true, [](auto& c) { c.remove(Ku); }},
        {"ku-empty", false, [](auto& c) { c.extension(Ku).value = unhex("030100"); }},
        {"ku-not-critical?", false, [](auto& c) { c.extension(Ku).isCritical = false; }},
        {"ku-cert-sign", false, [](auto& c) { c.extension(Ku).value = unhex("03020204"); }},
        {"bc-path-length ku-ca-cannot-sign?", true, [](auto& c) { c.extension(Ku).value = unhex("03020102"); }},
        {"ku-ca-cannot-sign?", true,
         [](auto& c) {
             c.extension(Ku).value = unhex("03020102");
             c.extension(Bc).value = unhex("30030101ff");
         }},
        {"ku-only-bits?", false, [](auto& c) { c.extension(Ku).value = unhex("03020081"); }},
        {"", false, [](auto& c) { c.extension(Ku).value = unhex("03020009"); }},
        {"ku-key-type", false, [](auto& c) { c.extension(Ku).value = unhex("030205a0"); }},
        {"bc-not-critical", true, [](auto& c) { c.extension(Bc).isCritical = false; }},
        {"bc-path-length", true, [](auto& c) { c.extension(Bc).value = unhex("30060101ff0201ff"); }},
        {"bc-path-length", false,
         [](auto& c) {
             c.extension(Bc) = {Bc, true, unhex("3003020100")};
         }},
        {"eku-empty", false, [](auto& c) { c.extension(Eku).value = seq({}); }},
        {"eku-any-critical?", false,
         [](auto& c) {
             c.extension(Eku) = {Eku, true, seq(oidDer("551d2500"))};
         }},
        {"crl-point", false, [](auto& c) { c.extension(CrlDp).value = seq(seq(tlv(0x81, unhex("0640")))); }},
        {"crl-point", false, [](auto& c) { c.extension(CrlDp).value = seq({}); }},
        {"crl-point", false, [](auto& c) { c.extension(Freshest).value = seq(seq({})); }},
        {"crl-point-critical?", false, [](auto& c) { c.extension(CrlDp).isCritical = true; }},
        {"access-empty", false, [](auto& c) { c.extension(Aia).value = seq({}); }},
    };
    return breaches;
}

QByteArray subtree(const QByteArray& fields) {
    return seq(tlv(0xA0, seq(fields)));
}

inline const QList<Breach>& policyBreaches() {
    static const QByteArray mapping = seq(oidDer("2a0304") + oidDer("2a0305"));
    static const auto notice = [](int tag, const QByteArray& text) {
        return seq(seq(oidDer("2a0304") + seq(seq(oidDer("2b06010505070202") + seq(tlv(tag, text))))));
    };
    static const QList<Breach> breaches = {
        {"", true,
         [](auto& c) {
             c.extension(Nc) = {Nc, true, subtree(tlv(0x82, "lab.example"))};
         }},
        {"constraint-not-critical", true, [](auto& c) { c.extension(Nc).value = subtree(tlv(0x82, "lab.example")); }},
        {"constraint-not-critical", true, [](auto& c) { c.extension(InhibitAny).value = unhex("020100"); }},
        {"constraint-not-ca", false,
         [](auto& c) {
             c.extension(Nc) = {Nc, true, subtree(tlv(0x82, "lab.example"))};
         }},
        {"constraint-empty", true,
         [](auto& c) {
             c.extension(Nc) = {Nc, true, seq({})};
         }},
        {"constraint-empty", true,
         [](auto& c) {
             c.extension(Pc) = {Pc, true, seq({})};
         }},
        {"nc-distance", true,
         [](auto& c) {
             c.extension(Nc) = {Nc, true, subtree(tlv(0x82, "lab.example") + tlv(0x80, "\1"))};
         }},
        {"nc-distance", true,
         [](auto& c) {
             c.extension(Nc) = {Nc, true, subtree(tlv(0x82, "lab.example") + tlv(0x81, "\1"))};
         }},
        {"nc-form", true,
         [](auto& c) {
             c.extension(Nc) = {Nc, true, subtree(tlv(0x87, "abcd"))};
         }},
        {"nc-form", true,
         [](auto& c) {
             c.extension(Nc) = {Nc, true, subtree(tlv(0x88, unhex("2a03")))};
         }},
        {"policy-twice", false,
         [](auto& c) { c.extension(Cp).value = seq(seq(oidDer("2a0304")) + seq(oidDer("2a0304"))); }},
        {"policy-notice", false, [](auto& c) { c.extension(Cp).value = notice(0x1A, "x"); }},
        {"policy-notice", false, [](auto& c) { c.extension(Cp).value = notice(0x0C, QByteArray(201, 'x')); }},
        {"", false, [](auto& c) { c.extension(Cp).value = notice(0x0C, QByteArray(200, 'x')); }},
        {"policy-qualifier", false,
         [](auto& c) {
             c.extension(Cp).value = seq(seq(oidDer("551d2000") + seq(seq(oidDer("2a0306") + tlv(0x16, "x")))));
         }},
        {"policy-mapping-not-critical?", true, [](auto& c) { c.extension(Pm).value = seq(mapping); }},
        {"policy-mapping-any", true,
         [](auto& c) {
             c.extension(Pm) = {Pm, true, seq(seq(oidDer("551d2000") + oidDer("2a0304")))};
         }},
    };
    return breaches;
}

inline const QList<Breach>& keyBreaches() {
    static const auto curve = [](SampleCertificate& c, const char* command) {
        const QByteArray key = openssl(QStringList{QStringLiteral("genpkey")} + words(command));
        c.publicKey = openssl("pkey -pubout -outform DER", key);
    };
    static const auto dsa = [](SampleCertificate& c, const char* bits) {
        const QByteArray key = openssl(words("dsaparam -genkey -noout") + QStringList{QString::fromLatin1(bits)});
        c.publicKey = openssl("pkey -pubout -outform DER", key);
    };
    static const QList<Breach> breaches = {
        {"", false, [](auto& c) { c.setRsa(oddModulus(256), unhex("010001")); }},
        {"rsa-small", false, [](auto& c) { c.setRsa(oddModulus(128), unhex("010001")); }},
        {"rsa-even-modulus", false, [](auto& c) { c.setRsa('\0' + QByteArray(256, '\xC2'), unhex("010001")); }},
        {"rsa-exponent-invalid", false, [](auto& c) { c.setRsa(oddModulus(256), unhex("01")); }},
        {"rsa-exponent-small?", false, [](auto& c) { c.setRsa(oddModulus(256), unhex("03")); }},
        {"rsa-small rsa-roca", false,
         [](auto& c) { // tst_key_weakness.cpp tells where it comes from
             c.setRsa(unhex("00bac53663fa17846872ccdff95bffca71cafeafe42d738716b48944bc4d443ebd6b54e6e75f0c880fb233d1c4"
                            "90474586a61e5de17eafda2cc8040d448350af41"),
                      unhex("010001"));
         }},
        {"ec-explicit-parameters", false,
         [](auto& c) { curve(c, "-algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit"); }},
        {"ec-small", false, [](auto& c) { curve(c, "-algorithm EC -pkeyopt ec_paramgen_curve:P-192"); }},
        {"dsa-small", false, [](auto& c) { dsa(c, "1024"); }},
        {"dsa?", false, [](auto& c) { dsa(c, "2048"); }},
        {"dh-small", false, [](auto& c) { curve(c, "-algorithm DH -pkeyopt dh_rfc5114:1"); }},
        {"", false, [](auto& c) { curve(c, "-algorithm DH -pkeyopt group:ffdhe2048"); }},
        {"signature-digest", false,
         [](auto& c) { c.innerAlgorithm = c.outerAlgorithm = seq(oidDer("2a8648ce3d0401")); }},
        {"signature-digest", false,
         [](auto& c) { c.innerAlgorithm = c.outerAlgorithm = seq(oidDer("2a864886f70d010104") + unhex("0500")); }},
    };
    return breaches;
}

/// These as a public CA would issue them; "private" says what is left of an error when it is a CA of one's own.
struct TlsBreach {
    const char* ids;
    const char* idsOfPrivate;
    Change change;
};

inline const QList<TlsBreach>& tlsBreaches() {
    static const auto names = [](const QByteArray& content) {
        return [content](SampleCertificate& c) {
            c.subject = rdn(C, 0x13, "DE");
            c.extension(San).value = seq(content);
        };
    };
    static const auto life = [](const char* from, const char* to) {
        return [=](SampleCertificate& c) {
            c.notBefore = tlv(0x17, from);
            c.notAfter = tlv(0x17, to);
        };
    };
    static const QList<TlsBreach> breaches = {
        {"", "", [](auto&) {}},
        {"tls-ca-leaf", "tls-ca-leaf",
         [](auto& c) {
             c.extension(Bc) = {Bc, true, unhex("30030101ff")};
         }},
        {"tls-names-missing", "tls-names-missing", [](auto& c) { c.remove(San); }},
        {"tls-cn-not-in-names", "tls-cn-not-in-names", [](auto& c) { c.subject = rdn(Cn, 0x0C, "other.example.org"); }},
        {"", "", [](auto& c) { c.subject = rdn(Cn, 0x0C, "WWW.lab.example.org"); }},
        {"tls-underscore", "tls-underscore", names(tlv(0x82, "a_b.example.org"))},
        {"tls-wildcard", "tls-wildcard", names(tlv(0x82, "w*.example.org"))},
        {"tls-wildcard", "tls-wildcard", names(tlv(0x82, "*.*.example.org"))},
        {"tls-wildcard", "tls-wildcard", names(tlv(0x82, "*.org"))},
        {"tls-server-auth tls-other-usage", "tls-server-auth tls-other-usage~",
         [](auto& c) { c.extension(Eku).value = seq(oidDer("2b06010505070303")); }},
        {"tls-key", "tls-key", [](auto& c) { c.setRsa(oddModulus(255), unhex("010001")); }},
        {"tls-key", "tls-key",
         [](auto& c) { c.publicKey = seq(seq(oidDer("2b6570")) + tlv(0x03, QByteArray(33, '\0'))); }},
        {"tls-rsa-exponent", "tls-rsa-exponent", [](auto& c) { c.setRsa(oddModulus(256), unhex("02")); }},
        {"tls-rsa-exponent?", "tls-rsa-exponent?", [](auto& c) { c.setRsa(oddModulus(256), unhex("03")); }},
        {"tls-rsa-size", "tls-rsa-size~", [](auto& c) { c.setRsa('\1' + oddModulus(256).mid(1), unhex("010001")); }},
        {"tls-signature", "tls-signature",
         [](auto& c) { c.innerAlgorithm = c.outerAlgorithm = seq(oidDer("2a8648ce3d0401")); }},
        {"tls-key-usage", "tls-key-usage", [](auto& c) { c.extension(Ku).value = unhex("03020106"); }},
        {"tls-serial-entropy~", "tls-serial-entropy~", [](auto& c) { c.serial = unhex("01020304"); }},
        // 200, 100 and 47 days with both ends counted, and one second more (ballot SC-081v3).
        {"", "", life("260315000000Z", "260930235959Z")},
        {"tls-lifetime", "tls-lifetime~", life("260315000000Z", "261001000000Z")},
        {"", "", life("260314235959Z", "270416235958Z")},
        {"tls-lifetime", "tls-lifetime~", life("260314235959Z", "270416235959Z")},
        {"", "", life("270315000000Z", "270622235959Z")},
        {"tls-lifetime", "tls-lifetime~", life("270315000000Z", "270623000000Z")},
        {"", "", life("290315000000Z", "290430235959Z")},
        {"tls-lifetime", "tls-lifetime~", life("290315000000Z", "290501000000Z")},
        {"tls-lifetime-apple tls-lifetime", "tls-lifetime-apple tls-lifetime~", life("260401000000Z", "300401000000Z")},
        {"tls-name-type", "tls-name-type~", names(tlv(0x82, "a.example.org") + tlv(0x81, "a@example.org"))},
        {"tls-internal-name", "tls-internal-name~", names(tlv(0x82, "intranet"))},
        {"tls-internal-name", "tls-internal-name~", names(tlv(0x82, "a.local"))},
        {"tls-internal-name", "tls-internal-name~", names(tlv(0x87, unhex("c0a80001")))},
        {"", "", names(tlv(0x87, unhex("08080808")))},
        {"tls-policy", "tls-policy~", [](auto& c) { c.remove(Cp); }},
        {"tls-dv-subject", "tls-dv-subject~", [](auto& c) { c.subject += rdn(O, 0x0C, "Lab"); }},
        {"tls-access", "tls-access~", [](auto& c) { c.remove(Aia); }},
        {"tls-revocation", "tls-revocation~", [](auto& c) { c.remove(CrlDp); }},
        {"tls-scts?", "tls-scts~", [](auto& c) { c.remove(Sct); }},
    };
    return breaches;
}

} // namespace certwright::test
