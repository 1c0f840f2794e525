#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"
#include "core/formats/pkcs12.h"

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <cstring>
#include <memory>
#include <string>

namespace certwright::formats {

using base::Error;
using base::ErrorKind;
using base::Handle;

namespace {

constexpr int StrongIterations = 600'000;
constexpr int LegacyIterations = 2048;
constexpr int NoMac = -1; ///< to PKCS12_create: the MAC is set by hand

struct Algorithms {
    int nid;
    int iterations;
    const char* macDigest;
};

Algorithms algorithmsOf(Pkcs12Strength strength) {
    if (strength == Pkcs12Strength::Legacy)
        return {NID_pbe_WithSHA1And3_Key_TripleDES_CBC, LegacyIterations, "SHA1"};
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

} // namespace

base::Bytes createPkcs12(const Pkcs12Contents& contents, const base::Secret& passphrase, Pkcs12Strength strength) {
    checkContents(contents);
    const Algorithms algorithms = algorithmsOf(strength);
    const base::Secret password = zeroTerminated(passphrase);
    const auto* text = reinterpret_cast<const char*>(password.data());
    const Certificates chain = stackOf(contents.chain);
    const Handle<PKCS12> file(
        base::check(PKCS12_create_ex(text, contents.friendlyName.empty() ? nullptr : contents.friendlyName.c_str(),
                                     contents.key ? contents.key->native() : nullptr,
                                     contents.certificate ? contents.certificate->native() : nullptr, chain.get(),
                                     algorithms.nid, algorithms.nid, algorithms.iterations, NoMac, 0, nullptr, nullptr),
                    "make the PKCS#12 file", ErrorKind::BadInput));
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
