#include "core/inspect/dh_primes.h"

#include "core/base/openssl_check.h"
#include "core/tls/handle.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <algorithm>
#include <bit>
#include <memory>
#include <vector>

namespace certwright::inspect {

namespace {

struct NumberDeleter {
    void operator()(BIGNUM* number) const noexcept { BN_free(number); }
};
using Number = std::unique_ptr<BIGNUM, NumberDeleter>;

base::Bytes bytesOf(const BIGNUM* number) {
    base::Bytes bytes(static_cast<std::size_t>(BN_num_bytes(number)));
    BN_bn2bin(number, bytes.data());
    return bytes;
}

/// The prime of a group that OpenSSL knows by name.
base::Bytes namedPrime(const char* group) {
    const base::Handle<EVP_PKEY_CTX> context(
        base::check(EVP_PKEY_CTX_new_from_name(nullptr, "DH", nullptr), "look a group up"));
    base::check(EVP_PKEY_paramgen_init(context.get()), "look a group up");
    base::check(EVP_PKEY_CTX_set_group_name(context.get(), group), "look a group up");
    EVP_PKEY* made = nullptr;
    base::check(EVP_PKEY_paramgen(context.get(), &made), "look a group up");
    const base::Handle<EVP_PKEY> parameters(made);
    BIGNUM* prime = nullptr;
    base::check(EVP_PKEY_get_bn_param(made, OSSL_PKEY_PARAM_FFC_P, &prime), "look a group up");
    return bytesOf(Number(prime).get());
}

std::vector<base::Bytes> commonPrimes() {
    std::vector<base::Bytes> primes;
    for (auto* const get :
         {BN_get_rfc2409_prime_768, BN_get_rfc2409_prime_1024, BN_get_rfc3526_prime_1536, BN_get_rfc3526_prime_2048,
          BN_get_rfc3526_prime_3072, BN_get_rfc3526_prime_4096, BN_get_rfc3526_prime_6144, BN_get_rfc3526_prime_8192})
        primes.push_back(bytesOf(Number(base::check(get(nullptr), "look a prime up")).get()));
    for (const char* group : {"ffdhe2048", "ffdhe3072", "ffdhe4096", "ffdhe6144", "ffdhe8192"})
        primes.push_back(namedPrime(group));
    return primes;
}

} // namespace

int bitsOf(const base::Bytes& number) noexcept {
    return number.empty() ? 0 : static_cast<int>(number.size() - 1) * 8 + std::bit_width(number.front());
}

bool isCommonDhPrime(const base::Bytes& prime) {
    static const std::vector<base::Bytes> primes = commonPrimes();
    return std::find(primes.begin(), primes.end(), prime) != primes.end();
}

} // namespace certwright::inspect
