#include "core/base/library.h"

#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"

#include <openssl/crypto.h>
#include <openssl/provider.h>

#include <mutex>

namespace certwright::base {

namespace {

constexpr std::size_t SecureHeapSize = std::size_t{4} << 20U;
constexpr std::size_t SecureHeapUnit = 16;

std::once_flag libraryOnce;
bool secureHeapLocked = false;

struct LegacyContext {
    Handle<OSSL_LIB_CTX> context;
    Handle<OSSL_PROVIDER> defaultProvider;
    Handle<OSSL_PROVIDER> legacyProvider;

    LegacyContext() {
        context.reset(check(OSSL_LIB_CTX_new(), "make a library context"));
        defaultProvider.reset(check(OSSL_PROVIDER_load(context.get(), "default"), "load the default provider"));
        legacyProvider.reset(OSSL_PROVIDER_load(context.get(), "legacy"));
        if (!legacyProvider)
            throw Error(ErrorKind::Unsupported, "OpenSSL's legacy provider is not installed",
                        "Install it (Debian 13: package openssl-provider-legacy) to read files encrypted with RC2, RC4 "
                        "or single DES.",
                        drainQueue());
    }
    // Members are released in reverse order: providers before their context.
};

} // namespace

void initialiseLibrary() {
    std::call_once(libraryOnce, [] {
        // 1: made and locked into memory; 2: made, but it may be swapped out; 0: not made.
        const int made = CRYPTO_secure_malloc_init(SecureHeapSize, SecureHeapUnit);
        secureHeapLocked = made == 1;
    });
}

bool isSecureHeapLocked() {
    initialiseLibrary();
    return secureHeapLocked;
}

OSSL_LIB_CTX* legacyLibraryContext() {
    // Never released: objects decoded with it may outlive main()'s locals, and OpenSSL's own clean-up runs at exit.
    static LegacyContext* const legacy = new LegacyContext;
    return legacy->context.get();
}

void releaseThreadState() noexcept {
    OPENSSL_thread_stop();
}

std::string libraryVersion() {
    return OpenSSL_version(OPENSSL_VERSION);
}

bool isLibraryAtLeast(unsigned major, unsigned minor) noexcept {
    const unsigned haveMajor = OPENSSL_version_major();
    return haveMajor > major || (haveMajor == major && OPENSSL_version_minor() >= minor);
}

} // namespace certwright::base
