#pragma once

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>
#include <openssl/provider.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

namespace certwright::base {

/// How a C object is freed; one specialisation for each type that a Handle owns.
template <class T>
struct HandleDeleter;

/// Sole owner of an OpenSSL object.
template <class T>
using Handle = std::unique_ptr<T, HandleDeleter<T>>;

#define CERTWRIGHT_HANDLE(Type, freeFunction)                                                                          \
    template <>                                                                                                        \
    struct HandleDeleter<Type> {                                                                                       \
        void operator()(Type* pointer) const noexcept { freeFunction(pointer); }                                       \
    }

CERTWRIGHT_HANDLE(ASN1_OBJECT, ASN1_OBJECT_free);
CERTWRIGHT_HANDLE(ASN1_STRING, ASN1_STRING_free); // also ASN1_INTEGER, ASN1_TIME and the other string types
CERTWRIGHT_HANDLE(BIGNUM, BN_free);
CERTWRIGHT_HANDLE(BIO, BIO_free_all);
CERTWRIGHT_HANDLE(EVP_CIPHER, EVP_CIPHER_free);
CERTWRIGHT_HANDLE(EVP_CIPHER_CTX, EVP_CIPHER_CTX_free);
CERTWRIGHT_HANDLE(EVP_MD, EVP_MD_free);
CERTWRIGHT_HANDLE(EVP_KEYMGMT, EVP_KEYMGMT_free);
CERTWRIGHT_HANDLE(EVP_MD_CTX, EVP_MD_CTX_free);
CERTWRIGHT_HANDLE(EVP_PKEY, EVP_PKEY_free);
CERTWRIGHT_HANDLE(EVP_PKEY_CTX, EVP_PKEY_CTX_free);
CERTWRIGHT_HANDLE(GENERAL_NAME, GENERAL_NAME_free);
CERTWRIGHT_HANDLE(GENERAL_NAMES, GENERAL_NAMES_free);
CERTWRIGHT_HANDLE(ISSUING_DIST_POINT, ISSUING_DIST_POINT_free);
CERTWRIGHT_HANDLE(NETSCAPE_SPKI, NETSCAPE_SPKI_free);
CERTWRIGHT_HANDLE(OSSL_LIB_CTX, OSSL_LIB_CTX_free);
CERTWRIGHT_HANDLE(OSSL_PARAM_BLD, OSSL_PARAM_BLD_free);
CERTWRIGHT_HANDLE(OSSL_PARAM, OSSL_PARAM_free);
CERTWRIGHT_HANDLE(OSSL_PROVIDER, OSSL_PROVIDER_unload);
CERTWRIGHT_HANDLE(PKCS12, PKCS12_free);
CERTWRIGHT_HANDLE(PKCS7, PKCS7_free);
CERTWRIGHT_HANDLE(PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free);
CERTWRIGHT_HANDLE(X509, X509_free);
CERTWRIGHT_HANDLE(X509_CRL, X509_CRL_free);
CERTWRIGHT_HANDLE(X509_EXTENSION, X509_EXTENSION_free);
CERTWRIGHT_HANDLE(X509_NAME, X509_NAME_free);
CERTWRIGHT_HANDLE(X509_PUBKEY, X509_PUBKEY_free);
CERTWRIGHT_HANDLE(X509_REQ, X509_REQ_free);
CERTWRIGHT_HANDLE(X509_REVOKED, X509_REVOKED_free);
CERTWRIGHT_HANDLE(X509_SIG, X509_SIG_free);
CERTWRIGHT_HANDLE(X509_STORE, X509_STORE_free);
CERTWRIGHT_HANDLE(X509_STORE_CTX, X509_STORE_CTX_free);

/// Frees what OPENSSL_malloc gave: OpenSSL's i2d and to-text functions return such buffers.
struct OpensslMemoryDeleter {
    void operator()(void* pointer) const noexcept { OPENSSL_free(pointer); }
};
template <class T>
using OpensslMemory = std::unique_ptr<T, OpensslMemoryDeleter>;

} // namespace certwright::base
