#include "core/crypto/random.h"

#include "core/base/error.h"
#include "core/base/openssl_check.h"
#include "core/crypto/digest.h"

#include <openssl/rand.h>

#include <algorithm>

namespace certwright::crypto {

using base::Error;
using base::ErrorKind;

namespace {

// Whatever the library calls it: without random bytes there is nothing that the user could do differently.
void checkBytes(int result) {
    if (result <= 0)
        throw Error(ErrorKind::Internal, "The random number generator gives no bytes", {}, base::drainQueue());
}

} // namespace

base::Bytes randomBytes(std::size_t count) {
    base::Bytes bytes(count);
    if (count != 0)
        checkBytes(RAND_bytes_ex(nullptr, bytes.data(), count, 0));
    return bytes;
}

base::Secret randomSecret(std::size_t count) {
    base::Secret secret(count);
    if (count != 0)
        checkBytes(RAND_priv_bytes_ex(nullptr, secret.data(), count, 0));
    return secret;
}

bool isRandomSeeded() noexcept {
    const bool isSeeded = RAND_status() == 1;
    base::clearQueue();
    return isSeeded;
}

void addRandomness(base::BytesView bytes, double entropy) {
    // Written so that "not a number" is refused too.
    if (!(entropy >= 0 && entropy <= static_cast<double>(bytes.size()))) {
        throw Error(ErrorKind::BadInput, "The entropy of " + std::to_string(bytes.size()) +
                                             " bytes lies between 0 and " + std::to_string(bytes.size()) + " bytes");
    }
    // RAND_add() takes an int.
    constexpr std::size_t ChunkSize = 1U << 20U;
    for (std::size_t done = 0; done < bytes.size(); done += ChunkSize) {
        const base::BytesView chunk = bytes.subspan(done, std::min(ChunkSize, bytes.size() - done));
        const double share = entropy * static_cast<double>(chunk.size()) / static_cast<double>(bytes.size());
        RAND_add(chunk.data(), static_cast<int>(chunk.size()), share);
    }
}

void seedRandom(base::BytesView bytes) {
    addRandomness(bytes, static_cast<double>(bytes.size()));
}

void addScreen(base::BytesView pixels) {
    if (pixels.empty()) {
        throw Error(ErrorKind::NotAllowed, "This platform gives no picture of the screen",
                    "Add random bytes from a file or by typing instead.");
    }
    addRandomness(sha256(pixels), 0);
}

void cleanUpRandom() noexcept {}

} // namespace certwright::crypto
