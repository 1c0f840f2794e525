#include "core/crypto/digest.h"

#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"

#include <openssl/evp.h>

#include <array>
#include <string>

namespace certwright::crypto {

namespace {

base::Bytes digestWith(const EVP_MD* algorithm, base::BytesView data) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> buffer{};
    unsigned length = 0;
    base::check(EVP_Digest(data.data(), data.size(), buffer.data(), &length, algorithm, nullptr), "compute a digest");
    return {buffer.begin(), buffer.begin() + length};
}

/// Fetched once: fetching by name at every call costs several times the digest of a certificate.
const EVP_MD* fetched(const char* name) {
    return base::check(EVP_MD_fetch(nullptr, name, nullptr), "find a digest");
}

} // namespace

base::Bytes digest(std::string_view name, base::BytesView data) {
    const std::string text(name);
    const base::Handle<EVP_MD> algorithm(EVP_MD_fetch(nullptr, text.c_str(), nullptr));
    if (!algorithm)
        throw base::Error(base::ErrorKind::Unsupported, "There is no digest called “" + text + "” here",
                          "`openssl list -digest-algorithms` shows the names.", base::drainQueue());
    return digestWith(algorithm.get(), data);
}

base::Bytes sha256(base::BytesView data) {
    static const EVP_MD* const algorithm = fetched("SHA2-256");
    return digestWith(algorithm, data);
}

base::Bytes sha1(base::BytesView data) {
    static const EVP_MD* const algorithm = fetched("SHA1");
    return digestWith(algorithm, data);
}

} // namespace certwright::crypto
