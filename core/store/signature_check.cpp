#include "core/store/signature_check.h"

#include "core/base/der_reader.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"
#include "core/x509/certificate.h"

#include <openssl/evp.h>
#include <openssl/objects.h>

#include <algorithm>
#include <optional>

namespace certwright::store {

namespace {

namespace der = base::der;

/// The parts of a certificate that a signature check needs (RFC 5280 4.1.1).
struct SignedParts {
    base::BytesView tbs;
    base::BytesView algorithm; ///< AlgorithmIdentifier, whole
    int algorithmNid = NID_undef;
    base::BytesView signature;
};

/// Fields of the TBSCertificate up to the subject's key.
struct TbsParts {
    base::BytesView algorithm;
    base::BytesView spki;
};

std::optional<TbsParts> tbsParts(base::BytesView content) {
    base::DerReader fields(content);
    fields.optional(der::contextConstructed(0));
    TbsParts parts;
    if (!fields.expect(der::Integer))
        return std::nullopt;
    if (const auto algorithm = fields.expect(der::Sequence))
        parts.algorithm = algorithm->whole;
    for (int i = 0; i < 3; ++i) // issuer, validity, subject
        fields.expect(der::Sequence);
    const auto spki = fields.expect(der::Sequence);
    if (!spki)
        return std::nullopt;
    parts.spki = spki->whole;
    return parts;
}

std::optional<SignedParts> signedParts(base::BytesView certificateDer) {
    base::DerReader outer(certificateDer);
    const auto certificate = outer.expect(der::Sequence);
    base::DerReader fields(certificate ? certificate->content : base::BytesView());
    const auto tbs = fields.expect(der::Sequence);
    const auto algorithm = fields.expect(der::Sequence);
    const auto signature = fields.expect(der::BitString);
    // The first octet counts the unused bits of the last one: none in a signature.
    if (!tbs || !algorithm || !signature || signature->content.empty() || signature->content.front() != 0)
        return std::nullopt;
    const auto inner = tbsParts(tbs->content);
    // RFC 5280 4.1.1.2: both say the same, or the unsigned one could be exchanged.
    if (!inner ||
        !std::equal(inner->algorithm.begin(), inner->algorithm.end(), algorithm->whole.begin(), algorithm->whole.end()))
        return std::nullopt;
    SignedParts parts{tbs->whole, algorithm->whole, NID_undef, signature->content.subspan(1)};
    base::DerReader identifier(algorithm->content);
    if (const auto oid = identifier.expect(der::Oid)) {
        const unsigned char* bytes = oid->whole.data();
        const base::Handle<ASN1_OBJECT> object(d2i_ASN1_OBJECT(nullptr, &bytes, static_cast<long>(oid->whole.size())));
        if (object)
            parts.algorithmNid = OBJ_obj2nid(object.get());
    }
    return parts;
}

/// Verifies without decoding; nothing when the algorithm is not one of those that need no parameters.
std::optional<bool> verifyDirectly(const SignedParts& parts, EVP_PKEY* key) {
    int digestNid = NID_undef, keyNid = NID_undef;
    if (OBJ_find_sigid_algs(parts.algorithmNid, &digestNid, &keyNid) != 1)
        return std::nullopt;
    const bool isEdwards = keyNid == NID_ED25519 || keyNid == NID_ED448;
    if (keyNid != NID_rsaEncryption && keyNid != NID_X9_62_id_ecPublicKey && !isEdwards)
        return std::nullopt;
    const char* const keyName = keyNid == NID_rsaEncryption ? "RSA"
                                : keyNid == NID_ED25519     ? "ED25519"
                                : keyNid == NID_ED448       ? "ED448"
                                                            : "EC";
    if (EVP_PKEY_is_a(key, keyName) != 1)
        return false;
    const EVP_MD* const digest = isEdwards ? nullptr : EVP_get_digestbynid(digestNid);
    if (!isEdwards && digest == nullptr)
        return std::nullopt;
    const base::Handle<EVP_MD_CTX> context(EVP_MD_CTX_new());
    return context && EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key) == 1 &&
           EVP_DigestVerify(context.get(), parts.signature.data(), parts.signature.size(), parts.tbs.data(),
                            parts.tbs.size()) == 1;
}

} // namespace

base::BytesView spkiOf(base::BytesView certificateDer) noexcept {
    base::DerReader outer(certificateDer);
    const auto certificate = outer.expect(der::Sequence);
    base::DerReader fields(certificate ? certificate->content : base::BytesView());
    const auto tbs = fields.expect(der::Sequence);
    const auto parts = tbs ? tbsParts(tbs->content) : std::nullopt;
    return parts ? parts->spki : base::BytesView();
}

bool isSignedBy(base::BytesView certificateDer, const crypto::PublicKey& key) noexcept {
    try {
        if (!key.isUsable())
            return false;
        const auto parts = signedParts(certificateDer);
        const auto direct = parts ? verifyDirectly(*parts, key.native()) : std::nullopt;
        base::clearQueue(); // a signature that does not fit leaves its reasons there
        return direct ? *direct : x509::Certificate::fromDer(certificateDer).isSignedBy(key);
    } catch (const std::exception&) {
        base::clearQueue();
        return false;
    }
}

} // namespace certwright::store
