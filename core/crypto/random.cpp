#include "core/crypto/random.h"

#include "core/base/openssl_check.h"

#include <openssl/rand.h>

namespace certwright::crypto {

base::Bytes randomBytes(std::size_t count) {
    base::Bytes bytes(count);
    if (count != 0)
        base::check(RAND_bytes_ex(nullptr, bytes.data(), count, 0), "get random bytes");
    return bytes;
}

base::Secret randomSecret(std::size_t count) {
    base::Secret secret(count);
    if (count != 0)
        base::check(RAND_priv_bytes_ex(nullptr, secret.data(), count, 0), "get secret random bytes");
    return secret;
}

bool isRandomSeeded() noexcept {
    return RAND_status() == 1;
}

} // namespace certwright::crypto
