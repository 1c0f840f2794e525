#include "core/tls/cipher_suite.h"

#include "core/tls/cipher_suite_table.h"

#include <openssl/objects.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <iterator>
#include <string_view>

namespace certwright::tls {

namespace {

/// "KxECDHE" and "AuthRSA" without what they begin with.
std::string shortNameWithout(std::string_view prefix, int nid) {
    const char* name = nid == NID_undef ? nullptr : OBJ_nid2sn(nid);
    if (name == nullptr)
        return {};
    std::string_view text(name);
    if (text.starts_with(prefix))
        text.remove_prefix(prefix.size());
    return text == "ANY" ? std::string("any") : std::string(text);
}

std::string encryptionOf(const SSL_CIPHER* cipher) {
    const int nid = SSL_CIPHER_get_cipher_nid(cipher);
    const char* name = nid == NID_undef ? nullptr : OBJ_nid2ln(nid);
    if (name == nullptr)
        return "NULL";
    std::string text(name);
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

std::string macOf(const SSL_CIPHER* cipher) {
    if (SSL_CIPHER_is_aead(cipher) == 1)
        return "AEAD";
    const int nid = SSL_CIPHER_get_digest_nid(cipher);
    const char* name = nid == NID_undef ? nullptr : OBJ_nid2sn(nid);
    return name == nullptr ? std::string() : std::string(name);
}

/// What the part of a name before "_WITH_" says.
struct KeyNames {
    std::string_view part;
    std::string_view keyExchange;
    std::string_view authentication;
};

// With the words that OpenSSL has for them; RSA_PSK is RSA's key exchange and signature there.
constexpr KeyNames Keys[] = {
    {"RSA", "RSA", "RSA"},
    {"DHE_RSA", "DHE", "RSA"},
    {"DHE_DSS", "DHE", "DSS"},
    {"DH_RSA", "DH", "RSA"},
    {"DH_DSS", "DH", "DSS"},
    {"DH_anon", "DHE", "NULL"},
    {"ECDHE_RSA", "ECDHE", "RSA"},
    {"ECDHE_ECDSA", "ECDHE", "ECDSA"},
    {"ECDH_RSA", "ECDH", "RSA"},
    {"ECDH_ECDSA", "ECDH", "ECDSA"},
    {"ECDH_anon", "ECDHE", "NULL"},
    {"PSK", "PSK", "PSK"},
    {"DHE_PSK", "DHE-PSK", "PSK"},
    {"PSK_DHE", "DHE-PSK", "PSK"},
    {"ECDHE_PSK", "ECDHE-PSK", "PSK"},
    {"RSA_PSK", "RSA_PSK", "RSA"},
    {"SRP_SHA", "SRP", "SRP"},
    {"SRP_SHA_RSA", "SRP", "RSA"},
    {"SRP_SHA_DSS", "SRP", "DSS"},
    {"KRB5", "KRB5", "KRB5"},
    {"ECCPWD", "ECCPWD", "ECCPWD"},
    {"GOSTR341112_256", "GOST", "GOST12"},
};

struct EncryptionName {
    std::string_view begin; ///< of the part of a name after "_WITH_"
    std::string_view name;  ///< as OpenSSL's, in upper case
    int strengthBits;
};

// The first that fits counts.
constexpr EncryptionName Encryptions[] = {
    {"AES_128_CCM_8", "AES-128-CCM", 64}, // its tag is that short: as OpenSSL counts from 3.2 on
    {"AES_256_CCM_8", "AES-256-CCM", 64},
    {"AES_128_CBC", "AES-128-CBC", 128},
    {"AES_256_CBC", "AES-256-CBC", 256},
    {"AES_128_CCM", "AES-128-CCM", 128},
    {"AES_256_CCM", "AES-256-CCM", 256},
    {"AES_128_GCM", "AES-128-GCM", 128},
    {"AES_256_GCM", "AES-256-GCM", 256},
    {"AEGIS_128L", "AEGIS-128L", 128},
    {"AEGIS_256", "AEGIS-256", 256},
    {"ARIA_128_CBC", "ARIA-128-CBC", 128},
    {"ARIA_256_CBC", "ARIA-256-CBC", 256},
    {"ARIA_128_GCM", "ARIA-128-GCM", 128},
    {"ARIA_256_GCM", "ARIA-256-GCM", 256},
    {"CAMELLIA_128_CBC", "CAMELLIA-128-CBC", 128},
    {"CAMELLIA_256_CBC", "CAMELLIA-256-CBC", 256},
    {"CAMELLIA_128_GCM", "CAMELLIA-128-GCM", 128},
    {"CAMELLIA_256_GCM", "CAMELLIA-256-GCM", 256},
    {"CHACHA20_POLY1305", "CHACHA20-POLY1305", 256},
    {"3DES_EDE_CBC", "DES-EDE3-CBC", 112},
    {"DES40_CBC", "DES-CBC-40", 40},
    {"DES_CBC_40", "DES-CBC-40", 40},
    {"DES_CBC", "DES-CBC", 56},
    {"IDEA_CBC", "IDEA-CBC", 128},
    {"RC2_CBC_40", "RC2-CBC-40", 40},
    {"RC4_40", "RC4-40", 40},
    {"RC4_128", "RC4", 128},
    {"SEED_CBC", "SEED-CBC", 128},
    {"SM4_GCM", "SM4-GCM", 128},
    {"SM4_CCM", "SM4-CCM", 128},
    {"KUZNYECHIK_MGM", "KUZNYECHIK-MGM", 256},
    {"KUZNYECHIK_CTR", "KUZNYECHIK-CTR", 256},
    {"MAGMA_MGM", "MAGMA-MGM", 256},
    {"MAGMA_CTR", "MAGMA-CTR", 256},
    {"28147_CNT", "GOST 28147-89", 256},
    {"", "NULL", 0},
};

const RegisteredSuite* findRegistered(std::uint16_t id) {
    const auto table = registeredSuiteTable();
    const auto found =
        std::lower_bound(table.begin(), table.end(), id,
                         [](const RegisteredSuite& row, std::uint16_t wanted) { return row.id < wanted; });
    return found != table.end() && found->id == id ? &*found : nullptr;
}

bool isSignal(std::uint16_t id) {
    return id == 0x0000 || id == 0x00FF || id == 0x5600;
}

void readKeys(std::string_view part, CipherSuite& suite) {
    if (constexpr std::string_view Export = "_EXPORT"; part.ends_with(Export))
        part.remove_suffix(Export.size());
    const auto* found =
        std::find_if(std::begin(Keys), std::end(Keys), [part](const KeyNames& row) { return row.part == part; });
    if (found != std::end(Keys)) {
        suite.keyExchange = found->keyExchange;
        suite.authentication = found->authentication;
    }
}

void readEncryption(std::string_view part, CipherSuite& suite) {
    const auto* found = std::find_if(std::begin(Encryptions), std::end(Encryptions),
                                     [part](const EncryptionName& row) { return part.starts_with(row.begin); });
    suite.encryption = found->name;
    suite.strengthBits = found->strengthBits;
    for (const char* mode : {"_GCM", "_CCM", "_MGM", "POLY1305", "AEGIS"}) {
        if (part.find(mode) != std::string_view::npos) {
            suite.mac = "AEAD";
            return;
        }
    }
    const std::string_view hash = part.substr(part.rfind('_') + 1);
    suite.mac = hash == "SHA" ? "SHA1" : hash;
}

} // namespace

CipherSuite cipherSuiteOf(const SSL_CIPHER* cipher) {
    CipherSuite suite;
    suite.id = SSL_CIPHER_get_protocol_id(cipher);
    if (const char* name = SSL_CIPHER_standard_name(cipher))
        suite.ianaName = name;
    suite.opensslName = SSL_CIPHER_get_name(cipher);
    suite.strengthBits = SSL_CIPHER_get_bits(cipher, nullptr);
    suite.keyExchange = shortNameWithout("Kx", SSL_CIPHER_get_kx_nid(cipher));
    suite.authentication = shortNameWithout("Auth", SSL_CIPHER_get_auth_nid(cipher));
    suite.encryption = encryptionOf(cipher);
    suite.mac = macOf(cipher);
    return suite;
}

CipherSuite registeredSuite(std::uint16_t id) {
    CipherSuite suite;
    suite.id = id;
    const RegisteredSuite* row = findRegistered(id);
    if (row == nullptr)
        return suite;
    suite.ianaName = row->ianaName;
    suite.opensslName = row->opensslName;
    if (isSignal(id))
        return suite;
    constexpr std::string_view Prefix = "TLS_";
    constexpr std::string_view With = "_WITH_";
    const std::string_view name = row->ianaName.substr(Prefix.size());
    const std::size_t middle = name.find(With);
    if (middle != std::string_view::npos)
        readKeys(name.substr(0, middle), suite);
    readEncryption(middle == std::string_view::npos ? name : name.substr(middle + With.size()), suite);
    if (isTls13Suite(id))
        suite.keyExchange = suite.authentication = "any";
    return suite;
}

bool isTls13Suite(std::uint16_t id) noexcept {
    return (id >= 0x1300 && id <= 0x13FF) || id == 0x00C6 || id == 0x00C7 || id == 0xC0B4 || id == 0xC0B5 ||
           (id >= 0xC103 && id <= 0xC106);
}

std::vector<std::uint16_t> registeredSuites(bool isTls13) {
    std::vector<std::uint16_t> ids;
    for (const RegisteredSuite& row : registeredSuiteTable()) {
        if (!isSignal(row.id) && isTls13Suite(row.id) == isTls13)
            ids.push_back(row.id);
    }
    return ids;
}

std::string cipherSuiteId(std::uint16_t id) {
    std::array<char, 8> text{};
    std::snprintf(text.data(), text.size(), "0x%04X", static_cast<unsigned>(id));
    return text.data();
}

} // namespace certwright::tls
