#include "core/inspect/ssl2.h"

#include <iterator>

namespace certwright::inspect {

namespace {

constexpr Ssl2CipherKind Kinds[] = {
    {0x010080, "SSL_CK_RC4_128_WITH_MD5", "RC4-MD5", 128},
    {0x020080, "SSL_CK_RC4_128_EXPORT40_WITH_MD5", "EXP-RC4-MD5", 40},
    {0x030080, "SSL_CK_RC2_128_CBC_WITH_MD5", "RC2-CBC-MD5", 128},
    {0x040080, "SSL_CK_RC2_128_CBC_EXPORT40_WITH_MD5", "EXP-RC2-CBC-MD5", 40},
    {0x050080, "SSL_CK_IDEA_128_CBC_WITH_MD5", "IDEA-CBC-MD5", 128},
    {0x060040, "SSL_CK_DES_64_CBC_WITH_MD5", "DES-CBC-MD5", 56},
    {0x0700C0, "SSL_CK_DES_192_EDE3_CBC_WITH_MD5", "DES-CBC3-MD5", 112},
};

} // namespace

std::span<const Ssl2CipherKind> ssl2CipherKinds() noexcept {
    return {std::begin(Kinds), std::end(Kinds)};
}

const Ssl2CipherKind* findSsl2CipherKind(std::uint32_t id) noexcept {
    for (const Ssl2CipherKind& kind : Kinds) {
        if (kind.id == id)
            return &kind;
    }
    return nullptr;
}

} // namespace certwright::inspect
