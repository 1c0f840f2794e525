#include "core/formats/pbe.h"

#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/library.h"
#include "core/base/openssl_check.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <string>

namespace certwright::formats {

using base::BytesView;
using base::Error;
using base::ErrorKind;
using base::Handle;

namespace {

template <class T, void (*Free)(T*)>
struct FunctionDeleter {
    void operator()(T* pointer) const noexcept { Free(pointer); }
};
using Pbe2Handle = std::unique_ptr<PBE2PARAM, FunctionDeleter<PBE2PARAM, PBE2PARAM_free>>;
using Pbkdf2Handle = std::unique_ptr<PBKDF2PARAM, FunctionDeleter<PBKDF2PARAM, PBKDF2PARAM_free>>;
using PbeHandle = std::unique_ptr<PBEPARAM, FunctionDeleter<PBEPARAM, PBEPARAM_free>>;
using ScryptHandle = std::unique_ptr<SCRYPT_PARAMS, FunctionDeleter<SCRYPT_PARAMS, SCRYPT_PARAMS_free>>;
using KdfHandle = std::unique_ptr<EVP_KDF, FunctionDeleter<EVP_KDF, EVP_KDF_free>>;
using KdfContext = std::unique_ptr<EVP_KDF_CTX, FunctionDeleter<EVP_KDF_CTX, EVP_KDF_CTX_free>>;

/// The schemes of PKCS#5 v1.5 and PKCS#12 by their OpenSSL number.
struct OldScheme {
    int nid;
    const char* cipher;
    const char* kdf;
    bool needsLegacyProvider;
};
constexpr std::array OldSchemes = {
    OldScheme{NID_pbeWithMD2AndDES_CBC, "DES-CBC", "PBKDF1", true},
    OldScheme{NID_pbeWithMD5AndDES_CBC, "DES-CBC", "PBKDF1", true},
    OldScheme{NID_pbeWithSHA1AndDES_CBC, "DES-CBC", "PBKDF1", true},
    OldScheme{NID_pbeWithMD2AndRC2_CBC, "RC2-64-CBC", "PBKDF1", true},
    OldScheme{NID_pbeWithMD5AndRC2_CBC, "RC2-64-CBC", "PBKDF1", true},
    OldScheme{NID_pbeWithSHA1AndRC2_CBC, "RC2-64-CBC", "PBKDF1", true},
    OldScheme{NID_pbe_WithSHA1And128BitRC4, "RC4", "PKCS12", true},
    OldScheme{NID_pbe_WithSHA1And40BitRC4, "RC4-40", "PKCS12", true},
    OldScheme{NID_pbe_WithSHA1And3_Key_TripleDES_CBC, "DES-EDE3-CBC", "PKCS12", false},
    OldScheme{NID_pbe_WithSHA1And2_Key_TripleDES_CBC, "DES-EDE-CBC", "PKCS12", false},
    OldScheme{NID_pbe_WithSHA1And128BitRC2_CBC, "RC2-CBC", "PKCS12", true},
    OldScheme{NID_pbe_WithSHA1And40BitRC2_CBC, "RC2-40-CBC", "PKCS12", true},
};

std::string objectText(const ASN1_OBJECT* object, bool wantsLongName) {
    const int nid = OBJ_obj2nid(object);
    if (nid != NID_undef)
        return wantsLongName ? OBJ_nid2ln(nid) : OBJ_nid2sn(nid);
    std::array<char, 128> text{};
    OBJ_obj2txt(text.data(), text.size(), object, 1);
    return text.data();
}

std::string upperCase(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c); });
    return text;
}

/// OpenSSL's object for a cipher has its own spelling ("aes-256-cbc" by the long name, "AES-256-CBC" by the short one).
std::string cipherName(const ASN1_OBJECT* object) {
    return upperCase(objectText(object, false));
}

[[noreturn]] void throwDamaged() {
    throw Error(ErrorKind::BadInput, "The parameters of the encryption are damaged",
                "Get the file again from where it came from.", base::drainQueue());
}

template <class T>
T* unpack(const ASN1_TYPE* parameters, const ASN1_ITEM* item) {
    if (parameters == nullptr || parameters->type != V_ASN1_SEQUENCE)
        throwDamaged();
    auto* value = static_cast<T*>(ASN1_TYPE_unpack_sequence(item, parameters));
    if (value == nullptr)
        throwDamaged();
    return value;
}

std::uint64_t numberOf(const ASN1_INTEGER* number) {
    if (number == nullptr)
        return 1;
    std::uint64_t value = 0;
    if (ASN1_INTEGER_get_uint64(&value, number) == 1)
        return value;
    base::clearQueue();
    if (ASN1_STRING_type(number) == V_ASN1_NEG_INTEGER)
        throwDamaged();
    return std::numeric_limits<std::uint64_t>::max(); // beyond every limit
}

bool isOfferedByDefault(const std::string& cipher) {
    const Handle<EVP_CIPHER> found(EVP_CIPHER_fetch(nullptr, cipher.c_str(), nullptr));
    base::clearQueue();
    return found != nullptr;
}

void readPbkdf2(const X509_ALGOR* function, EncryptionInfo& info) {
    const Pbkdf2Handle parameters(unpack<PBKDF2PARAM>(function->parameter, ASN1_ITEM_rptr(PBKDF2PARAM)));
    info.kdf = "PBKDF2";
    info.iterations = numberOf(parameters->iter);
    info.prf = parameters->prf == nullptr ? "hmacWithSHA1" : objectText(parameters->prf->algorithm, true);
}

void readScrypt(const X509_ALGOR* function, EncryptionInfo& info) {
    const ScryptHandle parameters(unpack<SCRYPT_PARAMS>(function->parameter, ASN1_ITEM_rptr(SCRYPT_PARAMS)));
    info.kdf = "scrypt";
    info.n = numberOf(parameters->costParameter);
    info.r = numberOf(parameters->blockSize);
    info.p = numberOf(parameters->parallelizationParameter);
}

void readKeyDerivation(const X509_ALGOR* function, EncryptionInfo& info) {
    switch (OBJ_obj2nid(function->algorithm)) {
    case NID_id_pbkdf2:
        readPbkdf2(function, info);
        break;
    case NID_id_scrypt:
        readScrypt(function, info);
        break;
    default:
        info.kdf = objectText(function->algorithm, false);
        break;
    }
}

EncryptionInfo readPbes2(const X509_ALGOR* algorithm) {
    EncryptionInfo info;
    info.scheme = "PBES2";
    const Pbe2Handle parameters(unpack<PBE2PARAM>(algorithm->parameter, ASN1_ITEM_rptr(PBE2PARAM)));
    info.cipher = cipherName(parameters->encryption->algorithm);
    info.needsLegacyProvider = !isOfferedByDefault(info.cipher);
    readKeyDerivation(parameters->keyfunc, info);
    return info;
}

/// EVP_PBE_CipherInit_ex refuses scrypt above 32 MiB, so the key is derived here.
void initScrypt(EVP_CIPHER_CTX* context, const X509_ALGOR* algorithm, PassphraseView passphrase,
                const EncryptionInfo& info, OSSL_LIB_CTX* library) {
    const Pbe2Handle parameters(unpack<PBE2PARAM>(algorithm->parameter, ASN1_ITEM_rptr(PBE2PARAM)));
    const ScryptHandle scrypt(unpack<SCRYPT_PARAMS>(parameters->keyfunc->parameter, ASN1_ITEM_rptr(SCRYPT_PARAMS)));
    const Handle<EVP_CIPHER> cipher(
        base::check(EVP_CIPHER_fetch(library, info.cipher.c_str(), nullptr), "decrypt", ErrorKind::Unsupported));
    if (EVP_CipherInit_ex2(context, cipher.get(), nullptr, nullptr, 0, nullptr) != 1 ||
        EVP_CIPHER_asn1_to_param(context, parameters->encryption->parameter) <= 0)
        throwDamaged();

    const auto keyLength = static_cast<std::size_t>(EVP_CIPHER_CTX_get_key_length(context));
    base::Secret key(keyLength);
    const KdfHandle kdf(
        base::check(EVP_KDF_fetch(library, "SCRYPT", nullptr), "derive a key by scrypt", ErrorKind::Unsupported));
    const KdfContext kdfContext(base::check(EVP_KDF_CTX_new(kdf.get()), "derive a key by scrypt"));
    std::uint64_t n = info.n;
    auto r = static_cast<std::uint32_t>(info.r);
    auto p = static_cast<std::uint32_t>(info.p);
    std::uint64_t maxMemory = 2 * 128 * n * r + (1U << 20U);
    std::array<OSSL_PARAM, 7> options = {
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PASSWORD, const_cast<char*>(passphrase.data),
                                          static_cast<std::size_t>(passphrase.size)),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, scrypt->salt->data,
                                          static_cast<std::size_t>(scrypt->salt->length)),
        OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
        OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r),
        OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p),
        OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &maxMemory),
        OSSL_PARAM_construct_end()};
    if (EVP_KDF_derive(kdfContext.get(), key.data(), key.size(), options.data()) != 1 ||
        EVP_CipherInit_ex2(context, nullptr, key.data(), nullptr, 0, nullptr) != 1)
        throwDamaged();
}

/// @throws Error Unsupported when an algorithm is missing, BadInput when the parameters are damaged
void initCipher(EVP_CIPHER_CTX* context, const X509_ALGOR* algorithm, PassphraseView passphrase,
                const EncryptionInfo& info) {
    OSSL_LIB_CTX* library = contextFor(info);
    base::clearQueue();
    if (info.kdf == "scrypt") {
        initScrypt(context, algorithm, passphrase, info, library);
        return;
    }
    if (EVP_PBE_CipherInit_ex(algorithm->algorithm, passphrase.data, passphrase.size, algorithm->parameter, context, 0,
                              library, nullptr) == 1)
        return;
    std::vector<base::StackEntry> stack = base::drainQueue();
    const ErrorKind kind = base::kindOf(stack, ErrorKind::BadInput);
    if (kind == ErrorKind::Unsupported) {
        throw Error(kind, "The encryption (" + displayText(info) + ") is not offered by " + base::libraryVersion(),
                    "Convert the file with the program that made it.", std::move(stack));
    }
    throw Error(kind == ErrorKind::Internal ? kind : ErrorKind::BadInput,
                "The parameters of the encryption are damaged", "Get the file again from where it came from.",
                std::move(stack));
}

/// UTF-8 of octets that were meant as Latin-1.
base::Secret utf8FromLatin1(BytesView octets) {
    base::Secret out(octets.size() * 2);
    std::size_t used = 0;
    for (const std::uint8_t octet : octets) {
        if (octet < 0x80U) {
            out.data()[used++] = octet;
        } else {
            out.data()[used++] = static_cast<std::uint8_t>(0xC0U | (octet >> 6U));
            out.data()[used++] = static_cast<std::uint8_t>(0x80U | (octet & 0x3FU));
        }
    }
    out.truncate(used);
    return out;
}

} // namespace

PassphraseView PassphraseView::of(const base::Secret& passphrase) noexcept {
    if (passphrase.empty())
        return {"", 0};
    return {passphrase.text().data(), static_cast<int>(passphrase.size())};
}

bool anyPkcs12Passphrase(const base::Secret& passphrase, const std::function<bool(PassphraseView)>& attempt) {
    if (attempt(PassphraseView::of(passphrase)))
        return true;
    if (passphrase.empty())
        return attempt(PassphraseView::none());
    const BytesView octets = passphrase.view();
    if (std::all_of(octets.begin(), octets.end(), [](std::uint8_t octet) { return octet < 0x80U; }))
        return false;
    return attempt(PassphraseView::of(utf8FromLatin1(octets)));
}

EncryptionInfo encryptionOf(const X509_ALGOR* algorithm) {
    const int nid = OBJ_obj2nid(algorithm->algorithm);
    if (nid == NID_pbes2)
        return readPbes2(algorithm);
    EncryptionInfo info;
    info.scheme = objectText(algorithm->algorithm, true);
    const auto* scheme =
        std::find_if(OldSchemes.begin(), OldSchemes.end(), [nid](const OldScheme& known) { return known.nid == nid; });
    if (scheme == OldSchemes.end())
        return info;
    const PbeHandle parameters(unpack<PBEPARAM>(algorithm->parameter, ASN1_ITEM_rptr(PBEPARAM)));
    info.cipher = scheme->cipher;
    info.kdf = scheme->kdf;
    info.needsLegacyProvider = scheme->needsLegacyProvider;
    info.iterations = numberOf(parameters->iter);
    return info;
}

EncryptionInfo keyDerivationOf(const X509_ALGOR* function) {
    EncryptionInfo info;
    readKeyDerivation(function, info);
    return info;
}

void checkIterations(std::uint64_t iterations, std::string_view what, const ReadOptions& limits) {
    if (iterations <= limits.maxIterations)
        return;
    throw Error(ErrorKind::NotAllowed,
                "The " + std::string(what) + " asks for " + std::to_string(iterations) +
                    " iterations of its key derivation, more than the limit of " + std::to_string(limits.maxIterations),
                "It would keep the program busy for very long: the file is damaged or made to do so. If it is yours, "
                "write it anew with fewer: openssl pkcs8 -topk8 -in FILE -out NEWFILE, openssl pkcs12 -in FILE.");
}

void checkLimits(const EncryptionInfo& info, const ReadOptions& limits) {
    checkIterations(info.iterations, "encryption", limits);
    if (info.kdf != "scrypt")
        return;
    const auto product = [](std::uint64_t a, std::uint64_t b) {
        const bool isTooMuch = a != 0 && b > std::numeric_limits<std::uint64_t>::max() / a;
        return isTooMuch ? std::numeric_limits<std::uint64_t>::max() : a * b;
    };
    const std::uint64_t memory = product(128, product(info.n, info.r));
    const std::uint64_t work = product(product(info.n, info.r), info.p);
    if (memory > limits.maxScryptMemory || work > limits.maxScryptWork) {
        throw Error(
            ErrorKind::NotAllowed,
            "The encryption asks for scrypt with N=" + std::to_string(info.n) + " r=" + std::to_string(info.r) +
                " p=" + std::to_string(info.p) + ", more than the limit",
            "It would use very much memory or time: the file is damaged or made to do so. If it is yours, write "
            "it anew with less by the program that made it.");
    }
}

std::uint64_t costOf(std::uint64_t iterations, std::string_view digest) noexcept {
    // Measured with OpenSSL 3.0. SHA-1 makes so little at a time that it takes two rounds for the key of a cipher.
    const auto is = [digest](std::string_view name) { return digest.find(name) != std::string_view::npos; };
    const bool isSlow = is("SHA3") || is("SM3") || is("GOST") || is("gost") || is("BLAKE") || is("WHIRLPOOL");
    const std::uint64_t factor = isSlow ? 4 : is("SHA256") || is("SHA224") ? 1 : 2;
    return iterations > std::numeric_limits<std::uint64_t>::max() / factor ? iterations : iterations * factor;
}

std::uint64_t costOf(const EncryptionInfo& info) noexcept {
    // Of scrypt the limits allow no product that overflows.
    return info.kdf == "scrypt" ? info.n * info.r * info.p : costOf(info.iterations, info.prf);
}

OSSL_LIB_CTX* contextFor(const EncryptionInfo& info) {
    if (info.kdf.empty() || info.cipher.empty()) {
        throw Error(ErrorKind::Unsupported, "The encryption is of an unknown kind: " + displayText(info),
                    "Convert the file with the program that made it.");
    }
    return info.needsLegacyProvider ? base::legacyLibraryContext() : nullptr;
}

std::optional<base::Secret> decryptPbe(const X509_ALGOR* algorithm, BytesView data, PassphraseView passphrase,
                                       const ReadOptions& limits) {
    const EncryptionInfo info = encryptionOf(algorithm);
    checkLimits(info, limits);
    const Handle<EVP_CIPHER_CTX> context(base::check(EVP_CIPHER_CTX_new(), "decrypt"));
    initCipher(context.get(), algorithm, passphrase, info);

    const auto blockSize = static_cast<std::size_t>(std::max(1, EVP_CIPHER_CTX_get_block_size(context.get())));
    if (data.empty() || data.size() % blockSize != 0 || data.size() > std::numeric_limits<int>::max() - 64) {
        throw Error(ErrorKind::BadInput, "The encrypted data have an impossible length",
                    "Get the file again from where it came from.");
    }
    base::Secret plain(data.size() + blockSize);
    int length = 0;
    int rest = 0;
    const bool isDone =
        EVP_CipherUpdate(context.get(), plain.data(), &length, data.data(), static_cast<int>(data.size())) == 1 &&
        EVP_CipherFinal_ex(context.get(), plain.data() + length, &rest) == 1;
    if (!isDone) {
        std::vector<base::StackEntry> stack = base::drainQueue();
        if (base::kindOf(stack, ErrorKind::WrongPassphrase) == ErrorKind::Internal)
            throw Error(ErrorKind::Internal, "Out of memory while decrypting", {}, std::move(stack));
        return std::nullopt;
    }
    plain.truncate(static_cast<std::size_t>(length + rest));
    return plain;
}

} // namespace certwright::formats
