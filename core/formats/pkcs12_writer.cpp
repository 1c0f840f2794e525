#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"
#include "core/formats/pkcs12.h"

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

namespace certwright::formats {

using base::Error;
using base::ErrorKind;
using base::Handle;

namespace {

constexpr int StrongIterations = 600'000;
constexpr int WindowsIterations = 2048;
constexpr int JavaIterations = 50'000; // what Java's own keytool wrote
constexpr int NoMac = -1;              ///< to PKCS12_create: the MAC is set by hand

struct Algorithms {
    int nid;
    int iterations;
    const char* macDigest;
};

Algorithms algorithmsOf(Pkcs12Preset preset) {
    switch (preset) {
    case Pkcs12Preset::Windows2016:
        return {NID_pbe_WithSHA1And3_Key_TripleDES_CBC, WindowsIterations, "SHA1"};
    case Pkcs12Preset::Java8:
        return {NID_pbe_WithSHA1And3_Key_TripleDES_CBC, JavaIterations, "SHA1"};
    case Pkcs12Preset::Strong:
        break;
    }
    return {NID_aes_256_cbc, StrongIterations, "SHA256"};
}

struct CertificatesDeleter {
    void operator()(STACK_OF(X509) * stack) const noexcept { sk_X509_pop_free(stack, X509_free); }
};
using Certificates = std::unique_ptr<STACK_OF(X509), CertificatesDeleter>;

Certificates stackOf(const std::vector<x509::Certificate>& certificates) {
    Certificates stack(base::check(sk_X509_new_null(), "collect the certificates"));
    for (const x509::Certificate& certificate : certificates) {
        base::check(X509_up_ref(certificate.native()), "collect the certificates");
        if (sk_X509_push(stack.get(), certificate.native()) <= 0) {
            X509_free(certificate.native());
            throw Error(ErrorKind::Internal, "Out of memory while collecting certificates");
        }
    }
    return stack;
}

/// The passphrase with the zero behind it that PKCS12_create needs. @throws Error BadInput when it has one inside
base::Secret zeroTerminated(const base::Secret& passphrase) {
    if (!passphrase.empty() && std::memchr(passphrase.data(), 0, passphrase.size()) != nullptr)
        throw Error(ErrorKind::BadInput, "A passphrase cannot contain a zero octet", "Take another passphrase.");
    base::Secret copy(passphrase.size() + 1);
    if (!passphrase.empty())
        std::memcpy(copy.data(), passphrase.data(), passphrase.size());
    return copy;
}

void checkContents(const Pkcs12Contents& contents) {
    if (!contents.key && !contents.certificate && contents.chain.empty()) {
        throw Error(ErrorKind::BadInput, "There is nothing to put into the PKCS#12 file",
                    "Choose a certificate or a key.");
    }
    if (contents.key && contents.certificate && !(contents.key->publicKey() == contents.certificate->publicKey())) {
        throw Error(ErrorKind::BadInput, "The private key does not belong to the certificate",
                    "Choose the key that the certificate was made for.");
    }
}

struct BagsDeleter {
    void operator()(STACK_OF(PKCS12_SAFEBAG) * bags) const noexcept {
        sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
    }
};
struct SafesDeleter {
    void operator()(STACK_OF(PKCS7) * safes) const noexcept { sk_PKCS7_pop_free(safes, PKCS7_free); }
};

/// A file of certificates that Java takes as trusted: each with a name of its own and the attribute trustedKeyUsage,
/// which Java 8 and later look for, with the purposes, here any.
Handle<PKCS12> javaTrustStore(const Pkcs12Contents& contents, const Algorithms& algorithms, const char* password) {
    constexpr const char* TrustedKeyUsage = "2.16.840.1.113894.746875.1.1";
    std::vector<x509::Certificate> certificates = contents.chain;
    if (contents.certificate)
        certificates.insert(certificates.begin(), *contents.certificate);
    const Handle<ASN1_OBJECT> anyPurpose(base::check(OBJ_txt2obj("2.5.29.37.0", 1), "make the PKCS#12 file"));
    const std::unique_ptr<STACK_OF(PKCS12_SAFEBAG), BagsDeleter> bags(
        base::check(sk_PKCS12_SAFEBAG_new_null(), "make the PKCS#12 file"));
    STACK_OF(PKCS12_SAFEBAG)* stack = bags.get();
    for (std::size_t i = 0; i < certificates.size(); ++i) {
        PKCS12_SAFEBAG* bag = base::check(PKCS12_add_cert(&stack, certificates[i].native()), "make the PKCS#12 file");
        std::string name = i == 0 ? contents.friendlyName : std::string();
        if (name.empty())
            name = certificates[i].subject().displayName();
        if (i > 0)
            name += " (" + std::to_string(i + 1) + ")"; // no name may be there twice
        base::check(PKCS12_add_friendlyname_utf8(bag, name.c_str(), static_cast<int>(name.size())),
                    "name a certificate");
        base::check(PKCS12_add1_attr_by_txt(bag, TrustedKeyUsage, V_ASN1_OBJECT,
                                            reinterpret_cast<const unsigned char*>(anyPurpose.get()), -1),
                    "mark a certificate as trusted");
    }
    const std::unique_ptr<STACK_OF(PKCS7), SafesDeleter> safes(
        base::check(sk_PKCS7_new_null(), "make the PKCS#12 file"));
    STACK_OF(PKCS7)* safesStack = safes.get();
    base::check(PKCS12_add_safe(&safesStack, bags.get(), algorithms.nid, algorithms.iterations, password),
                "encrypt the certificates");
    return Handle<PKCS12>(base::check(PKCS12_add_safes(safes.get(), 0), "make the PKCS#12 file"));
}

Handle<PKCS12> usualFile(const Pkcs12Contents& contents, const Algorithms& algorithms, const char* password) {
    const Certificates chain = stackOf(contents.chain);
    return Handle<PKCS12>(
        base::check(PKCS12_create_ex(password, contents.friendlyName.empty() ? nullptr : contents.friendlyName.c_str(),
                                     contents.key ? contents.key->native() : nullptr,
                                     contents.certificate ? contents.certificate->native() : nullptr, chain.get(),
                                     algorithms.nid, algorithms.nid, algorithms.iterations, NoMac, 0, nullptr, nullptr),
                    "make the PKCS#12 file", ErrorKind::BadInput));
}

constexpr std::pair<Pkcs12Preset, std::string_view> PresetNames[] = {
    {Pkcs12Preset::Strong, "strong"}, {Pkcs12Preset::Windows2016, "windows-2016"}, {Pkcs12Preset::Java8, "java-8"}};

} // namespace

std::optional<Pkcs12Preset> parsePkcs12Preset(std::string_view text) noexcept {
    const auto* found = std::find_if(std::begin(PresetNames), std::end(PresetNames),
                                     [text](const auto& entry) { return entry.second == text; });
    return found == std::end(PresetNames) ? std::nullopt : std::optional(found->first);
}

base::Bytes createPkcs12(const Pkcs12Contents& contents, const base::Secret& passphrase, Pkcs12Preset preset) {
    checkContents(contents);
    const Algorithms algorithms = algorithmsOf(preset);
    const base::Secret password = zeroTerminated(passphrase);
    const auto* text = reinterpret_cast<const char*>(password.data());
    const Handle<PKCS12> file = preset == Pkcs12Preset::Java8 && !contents.key
                                    ? javaTrustStore(contents, algorithms, text)
                                    : usualFile(contents, algorithms, text);
    const Handle<EVP_MD> digest(base::check(EVP_MD_fetch(nullptr, algorithms.macDigest, nullptr),
                                            "make the PKCS#12 file", ErrorKind::Unsupported));
    base::check(PKCS12_set_mac(file.get(), text, static_cast<int>(passphrase.size()), nullptr, 0, algorithms.iterations,
                               digest.get()),
                "protect the PKCS#12 file by a MAC");
    unsigned char* out = nullptr;
    const int length = i2d_PKCS12(file.get(), &out);
    base::check(length, "encode the PKCS#12 file");
    const base::OpensslMemory<unsigned char> owner(out);
    return {out, out + length};
}

} // namespace certwright::formats
