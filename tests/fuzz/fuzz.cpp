#include "tests/fuzz/fuzz.h"

#include "core/base/error.h"
#include "core/base/library.h"
#include "core/formats/item.h"
#include "core/formats/pem.h"

#include <cstdio>
#include <cstdlib>

namespace certwright::fuzz {
namespace {

/// Of these the input cannot be the cause.
bool isDefect(base::ErrorKind kind) noexcept {
    return kind != base::ErrorKind::BadInput && kind != base::ErrorKind::WrongPassphrase &&
           kind != base::ErrorKind::PassphraseNeeded && kind != base::ErrorKind::Unsupported &&
           kind != base::ErrorKind::NotAllowed;
}

[[noreturn]] void fail(const char* what, const char* detail) {
    std::fprintf(stderr, "FINDING: %s: %s\n", what, detail);
    std::abort();
}

void lookAtCertificate(const x509::Certificate& certificate) {
    certificate.toText();
    certificate.keyUsage();
    certificate.extendedKeyUsage();
    certificate.isSelfSigned();
    certificate.subject().toRfc2253();
    for (const x509::Extension& extension : certificate.extensions())
        extension.text();
}

} // namespace

void require(bool claim, const char* text) {
    if (!claim)
        fail("a claim does not hold", text);
}

base::Bytes derOf(base::BytesView input) {
    if (base::textOf(input).starts_with("-----BEGIN ")) {
        if (const auto block = formats::PemScanner(base::textOf(input)).next())
            return block->der;
    }
    return base::toBytes(input);
}

std::optional<base::Secret> fixedPassphrase(const formats::PassphraseQuestion& question) {
    return question.attempt == 0 ? std::optional<base::Secret>(std::string_view("s3cret pass")) : std::nullopt;
}

const formats::ReadOptions& quickOptions() {
    static const formats::ReadOptions options{.maxIterations = 5000,
                                              .maxScryptMemory = 4ULL << 20,
                                              .maxScryptWork = 1 << 15,
                                              .maxArgon2Work = 4ULL << 20,
                                              .maxBcryptRounds = 1,
                                              .maxTotalWork = 100'000};
    return options;
}

void lookAt(const formats::Contents& contents) {
    if (contents.error && isDefect(contents.error->kind()))
        fail("an error of this kind", contents.error->what());
    formats::hasLockedParts(contents);
    for (const formats::Item* item : formats::flatten(contents)) {
        formats::kindName(*item);
        if (const auto* certificate = item->as<x509::Certificate>())
            lookAtCertificate(*certificate);
    }
}

} // namespace certwright::fuzz

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
    certwright::base::initialiseLibrary();
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace certwright;
    try {
        fuzz::target({data, size});
    } catch (const base::Error& error) {
        if (fuzz::isDefect(error.kind()))
            fuzz::fail("an error of this kind", error.what());
    } catch (const std::exception& other) {
        fuzz::fail("an exception", other.what());
    }
    return 0;
}
