#include "core/base/openssl_check.h"

#include <openssl/asn1err.h>
#include <openssl/cryptoerr.h>
#include <openssl/err.h>
#include <openssl/evperr.h>
#include <openssl/pemerr.h>
#include <openssl/pkcs12err.h>
#include <openssl/proverr.h>
#include <openssl/sslerr.h>
#include <openssl/x509err.h>

#include <algorithm>
#include <limits>
#include <string>
#include <system_error>
#include <utility>

namespace certwright::base {

namespace {

struct ReasonMapping {
    int lib;
    int reason; ///< 0: every reason of the library that is not named before it
    ErrorKind kind;
};

// The one table from OpenSSL's reasons to kinds. The first entry of the queue that stands here decides, so the
// innermost cause wins. It holds for 3.0 and 3.5; a test makes each row happen.
constexpr ReasonMapping Mappings[] = {
    {ERR_LIB_PKCS12, PKCS12_R_MAC_VERIFY_FAILURE, ErrorKind::WrongPassphrase},
    {ERR_LIB_PKCS12, PKCS12_R_PKCS12_CIPHERFINAL_ERROR, ErrorKind::WrongPassphrase},
    {ERR_LIB_PROV, PROV_R_BAD_DECRYPT, ErrorKind::WrongPassphrase},
    {ERR_LIB_EVP, EVP_R_BAD_DECRYPT, ErrorKind::WrongPassphrase},
    {ERR_LIB_PEM, PEM_R_BAD_DECRYPT, ErrorKind::WrongPassphrase},
    {ERR_LIB_PEM, PEM_R_BAD_PASSWORD_READ, ErrorKind::PassphraseNeeded},
    {ERR_LIB_PEM, PEM_R_UNSUPPORTED_CIPHER, ErrorKind::Unsupported},
    {ERR_LIB_PEM, PEM_R_UNSUPPORTED_ENCRYPTION, ErrorKind::Unsupported},
    {ERR_LIB_PEM, PEM_R_UNSUPPORTED_KEY_COMPONENTS, ErrorKind::Unsupported},
    {ERR_LIB_EVP, EVP_R_UNSUPPORTED_ALGORITHM, ErrorKind::Unsupported},
    {ERR_LIB_EVP, EVP_R_UNSUPPORTED_CIPHER, ErrorKind::Unsupported},
    {ERR_LIB_EVP, EVP_R_UNSUPPORTED_PRF, ErrorKind::Unsupported},
    {ERR_LIB_EVP, EVP_R_UNSUPPORTED_PRIVATE_KEY_ALGORITHM, ErrorKind::Unsupported},
    {ERR_LIB_EVP, EVP_R_UNKNOWN_PBE_ALGORITHM, ErrorKind::Unsupported},
    {ERR_LIB_EVP, ERR_R_UNSUPPORTED, ErrorKind::Unsupported},
    {ERR_LIB_X509, X509_R_UNSUPPORTED_ALGORITHM, ErrorKind::Unsupported},
    {ERR_LIB_X509, X509_R_UNKNOWN_KEY_TYPE, ErrorKind::Unsupported},
    {ERR_LIB_ASN1, ASN1_R_UNKNOWN_SIGNATURE_ALGORITHM, ErrorKind::Unsupported},
    {ERR_LIB_ASN1, ASN1_R_UNKNOWN_MESSAGE_DIGEST_ALGORITHM, ErrorKind::Unsupported},
    {ERR_LIB_PEM, PEM_R_NO_START_LINE, ErrorKind::BadInput},
    {ERR_LIB_ASN1, 0, ErrorKind::BadInput},
    {ERR_LIB_PEM, 0, ErrorKind::BadInput},
};

const ReasonMapping* mappingFor(const StackEntry& entry) noexcept {
    const int lib = ERR_GET_LIB(entry.code);
    const int reason = ERR_GET_REASON(entry.code);
    const auto* found = std::find_if(std::begin(Mappings), std::end(Mappings), [lib, reason](const ReasonMapping& row) {
        return row.lib == lib && (row.reason == reason || row.reason == 0);
    });
    return found == std::end(Mappings) ? nullptr : found;
}

std::string textOrEmpty(const char* text) {
    return text == nullptr ? std::string() : std::string(text);
}

} // namespace

std::vector<StackEntry> drainQueue() {
    std::vector<StackEntry> stack;
    for (;;) {
        const char* file = nullptr;
        const char* function = nullptr;
        const char* data = nullptr;
        int line = 0;
        int flags = 0;
        const unsigned long code = ERR_get_error_all(&file, &line, &function, &data, &flags);
        if (code == 0)
            return stack;
        StackEntry entry;
        entry.code = code;
        entry.lib = textOrEmpty(ERR_lib_error_string(code));
        entry.reason = ERR_SYSTEM_ERROR(code) ? std::generic_category().message(ERR_GET_REASON(code))
                                              : textOrEmpty(ERR_reason_error_string(code));
        if (entry.reason.empty())
            entry.reason = "reason " + std::to_string(ERR_GET_REASON(code));
        entry.function = textOrEmpty(function);
        entry.file = textOrEmpty(file);
        entry.line = line;
        if ((flags & ERR_TXT_STRING) != 0)
            entry.data = textOrEmpty(data);
        stack.push_back(std::move(entry));
    }
}

void clearQueue() noexcept {
    ERR_clear_error();
}

ErrorKind kindOf(const std::vector<StackEntry>& stack, ErrorKind fallback) noexcept {
    // A failed allocation comes first: a full secure heap otherwise surfaces as "unsupported".
    const bool outOfMemory = std::any_of(stack.begin(), stack.end(), [](const StackEntry& entry) {
        return ERR_GET_REASON(entry.code) == ERR_R_MALLOC_FAILURE ||
               (ERR_GET_LIB(entry.code) == ERR_LIB_CRYPTO &&
                ERR_GET_REASON(entry.code) == CRYPTO_R_SECURE_MALLOC_FAILURE);
    });
    if (outOfMemory)
        return ErrorKind::Internal;
    for (const StackEntry& entry : stack) {
        if (const ReasonMapping* mapping = mappingFor(entry))
            return mapping->kind;
    }
    return fallback;
}

void throwFromQueue(std::string_view what, ErrorKind fallback) {
    std::vector<StackEntry> stack = drainQueue();
    const ErrorKind kind = kindOf(stack, fallback);
    std::string message = "Could not " + std::string(what);
    if (!stack.empty()) {
        // The newest entries only say where it was noticed; the oldest says what went wrong.
        message += ": " + stack.front().reason;
        if (!stack.front().data.empty())
            message += " (" + stack.front().data + ")";
    }
    throw Error(kind, std::move(message), {}, std::move(stack));
}

namespace {

[[noreturn]] void refuseSize() {
    throw Error(ErrorKind::BadInput, "The data are too large to be read as one object");
}

} // namespace

int intSize(std::size_t size) {
    if (size > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        refuseSize();
    return static_cast<int>(size);
}

long longSize(std::size_t size) {
    if (size > static_cast<std::size_t>(std::numeric_limits<long>::max()))
        refuseSize();
    return static_cast<long>(size);
}

} // namespace certwright::base
