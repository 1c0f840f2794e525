#pragma once

#include <cstdint>
#include <string>

namespace certwright::formats {

/// How something is encrypted, as its own parameters say; for people and for the limits on foreign iteration counts.
struct EncryptionInfo {
    std::string scheme;                ///< "PBES2", "pbeWithMD5AndDES-CBC"..., "PEM" for the traditional way, "OpenSSH"
    std::string cipher;                ///< OpenSSL's name in upper case, "AES-256-CBC"; the OID where there is none
    std::string kdf;                   ///< "PBKDF2", "scrypt", "PBKDF1", "PKCS12", "MD5" (traditional PEM), "bcrypt"
    std::string prf;                   ///< "hmacWithSHA256"...: PBKDF2 only
    std::uint64_t iterations = 0;      ///< all but scrypt
    std::uint64_t n = 0, r = 0, p = 0; ///< scrypt
    bool needsLegacyProvider = false;  ///< RC2, RC4, single DES

    bool operator==(const EncryptionInfo&) const = default;
};

/// "PBES2, AES-256-CBC, PBKDF2 with hmacWithSHA256, 600000 iterations".
std::string displayText(const EncryptionInfo& info);

} // namespace certwright::formats
