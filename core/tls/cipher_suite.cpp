#include "core/tls/cipher_suite.h"

#include <openssl/objects.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
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

std::string cipherSuiteId(std::uint16_t id) {
    std::array<char, 8> text{};
    std::snprintf(text.data(), text.size(), "0x%04X", static_cast<unsigned>(id));
    return text.data();
}

} // namespace certwright::tls
