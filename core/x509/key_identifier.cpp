#include "core/x509/key_identifier.h"

#include "core/base/openssl_check.h"
#include "core/crypto/digest.h"

#include <openssl/x509v3.h>

#include <memory>
#include <utility>

namespace certwright::x509 {

base::Bytes keyIdOf(const X509* certificate) {
    const ASN1_BIT_STRING* bits = X509_get0_pubkey_bitstr(certificate);
    base::check(bits, "compute the key identifier");
    const std::uint8_t* data = ASN1_STRING_get0_data(bits);
    return crypto::sha1({data, static_cast<std::size_t>(ASN1_STRING_length(bits))});
}

Extension authorityKeyIdExtension(const base::Bytes& keyId) {
    struct Deleter {
        void operator()(AUTHORITY_KEYID* id) const noexcept { AUTHORITY_KEYID_free(id); }
    };
    const std::unique_ptr<AUTHORITY_KEYID, Deleter> id(base::check(AUTHORITY_KEYID_new(), "name the issuer's key"));
    id->keyid = base::check(ASN1_OCTET_STRING_new(), "name the issuer's key");
    base::check(ASN1_OCTET_STRING_set(id->keyid, keyId.data(), base::intSize(keyId.size())), "name the issuer's key");
    unsigned char* buffer = nullptr;
    const int length = i2d_AUTHORITY_KEYID(id.get(), &buffer);
    base::check(length, "name the issuer's key");
    const base::OpensslMemory<unsigned char> owner(buffer);
    return Extension::fromDer(oids::AuthorityKeyIdentifier, false, {buffer, buffer + length});
}

Extension authorityKeyIdOf(const Certificate& issuer) {
    const base::Bytes own = issuer.subjectKeyId();
    return authorityKeyIdExtension(own.empty() ? keyIdOf(issuer.native()) : own);
}

} // namespace certwright::x509
