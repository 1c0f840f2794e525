#pragma once

#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"
#include "core/base/secret.h"
#include "core/crypto/private_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <cstddef>
#include <memory>

namespace certwright::formats {

// Keys from their numbers and back, for formats that OpenSSL does not read.

struct SecretNumberDeleter {
    void operator()(BIGNUM* number) const noexcept { BN_clear_free(number); }
};
using SecretNumber = std::unique_ptr<BIGNUM, SecretNumberDeleter>;

inline SecretNumber numberFrom(base::BytesView octets) {
    return SecretNumber(
        base::check(BN_bin2bn(octets.data(), static_cast<int>(octets.size()), BN_secure_new()), "read a key"));
}

/// The parameters of a key, which must outlive it. @throws Error BadInput when they make none, Unsupported
class KeyBuilder {
public:
    KeyBuilder()
        : m_builder(base::check(OSSL_PARAM_BLD_new(), "read a key")) {}

    void add(const char* name, const SecretNumber& number) {
        base::check(OSSL_PARAM_BLD_push_BN(m_builder.get(), name, number.get()), "read a key");
    }
    void addText(const char* name, const char* text) {
        base::check(OSSL_PARAM_BLD_push_utf8_string(m_builder.get(), name, text, 0), "read a key");
    }
    void addOctets(const char* name, base::BytesView octets) {
        base::check(OSSL_PARAM_BLD_push_octet_string(m_builder.get(), name, octets.data(), octets.size()),
                    "read a key");
    }
    crypto::PrivateKey build(const char* type) {
        const base::Handle<OSSL_PARAM> parameters(base::check(OSSL_PARAM_BLD_to_param(m_builder.get()), "read a key"));
        const base::Handle<EVP_PKEY_CTX> context(base::check(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr),
                                                             "read a key", base::ErrorKind::Unsupported));
        EVP_PKEY* key = nullptr;
        if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
            EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, parameters.get()) != 1) {
            throw base::Error(base::ErrorKind::BadInput, "The private key is damaged",
                              "Get the key again from where it came from.", base::drainQueue());
        }
        return crypto::PrivateKey::adopt(base::Handle<EVP_PKEY>(key));
    }

private:
    base::Handle<OSSL_PARAM_BLD> m_builder;
};

/// A number of a key, big-endian. @throws Error Unsupported when the key has none of it
inline base::Secret numberOf(EVP_PKEY* key, const char* name, std::size_t size = 0) {
    BIGNUM* raw = nullptr;
    base::clearQueue();
    base::check(EVP_PKEY_get_bn_param(key, name, &raw), "write a key", base::ErrorKind::Unsupported);
    const SecretNumber number(raw);
    base::Secret octets(std::max(size, static_cast<std::size_t>(BN_num_bytes(number.get()))));
    base::check(BN_bn2binpad(number.get(), octets.data(), base::intSize(octets.size())) + 1, "write a key");
    return octets;
}

} // namespace certwright::formats
