#include "core/formats/spkac.h"

#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"
#include "core/x509/signing.h"

#include <openssl/objects.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <utility>

namespace certwright::formats {

using base::Error;
using base::ErrorKind;
using base::Handle;

namespace {

constexpr std::string_view Prefix = "SPKAC=";

Handle<NETSCAPE_SPKI> parse(base::BytesView der) {
    base::clearQueue();
    const unsigned char* position = der.data();
    Handle<NETSCAPE_SPKI> spkac(base::check(d2i_NETSCAPE_SPKI(nullptr, &position, static_cast<long>(der.size())),
                                            "read the signed public key and challenge", ErrorKind::BadInput));
    if (position != der.data() + der.size())
        throw Error(ErrorKind::BadInput, "There are more bytes behind the signed public key and challenge");
    return spkac;
}

base::Bytes encode(NETSCAPE_SPKI* spkac) {
    unsigned char* out = nullptr;
    const int length = i2d_NETSCAPE_SPKI(spkac, &out);
    base::check(length, "encode the signed public key and challenge");
    const base::OpensslMemory<unsigned char> owner(out);
    return {out, out + length};
}

crypto::PublicKey publicKeyOf(const NETSCAPE_SPKI* spkac) {
    unsigned char* out = nullptr;
    const int length = i2d_X509_PUBKEY(spkac->spkac->pubkey, &out);
    base::check(length, "read the public key", ErrorKind::BadInput);
    const base::OpensslMemory<unsigned char> owner(out);
    return crypto::PublicKey::fromSpkiDer({out, static_cast<std::size_t>(length)});
}

std::string algorithmName(const X509_ALGOR& algorithm) {
    const int nid = OBJ_obj2nid(algorithm.algorithm);
    if (nid != NID_undef)
        return OBJ_nid2ln(nid);
    std::array<char, 128> text{};
    OBJ_obj2txt(text.data(), text.size(), algorithm.algorithm, 1);
    return text.data();
}

bool isSpace(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// The base64 behind "SPKAC=": up to the next line that is another "name=value", as files for `openssl ca -spkac` have.
std::string_view encodedPart(std::string_view text) {
    const std::size_t start = text.find(Prefix);
    if (start == std::string_view::npos)
        return text;
    std::string_view rest = text.substr(start + Prefix.size());
    std::size_t end = 0;
    while (end < rest.size()) {
        const std::size_t lineEnd = std::min(rest.find('\n', end), rest.size());
        const std::string_view line = rest.substr(end, lineEnd - end);
        const std::size_t equals = line.find('=');
        // In base64 nothing but more padding and white space follows an equals sign.
        const bool isNameAndValue =
            equals != std::string_view::npos && !std::all_of(line.begin() + static_cast<std::ptrdiff_t>(equals),
                                                             line.end(), [](char c) { return c == '=' || isSpace(c); });
        if (isNameAndValue)
            break;
        end = std::min(lineEnd + 1, rest.size());
    }
    return rest.substr(0, end);
}

} // namespace

Spkac::Spkac(base::Bytes der, crypto::PublicKey publicKey, std::string challenge, std::string signatureAlgorithm)
    : m_der(std::move(der))
    , m_publicKey(std::move(publicKey))
    , m_challenge(std::move(challenge))
    , m_signatureAlgorithm(std::move(signatureAlgorithm)) {}

Spkac Spkac::fromDer(base::BytesView der) {
    const Handle<NETSCAPE_SPKI> spkac = parse(der);
    const ASN1_IA5STRING* challenge = spkac->spkac->challenge;
    return {base::toBytes(der), publicKeyOf(spkac.get()),
            std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(challenge)),
                        static_cast<std::size_t>(ASN1_STRING_length(challenge))),
            algorithmName(spkac->sig_algor)};
}

Spkac Spkac::fromText(std::string_view text) {
    const auto der = base::fromBase64(encodedPart(text));
    if (!der || der->empty()) {
        throw Error(ErrorKind::BadInput, "The signed public key and challenge (SPKAC) is not base64",
                    "It was probably cut off or damaged when it was copied; get it again.");
    }
    return fromDer(*der);
}

Spkac Spkac::create(const crypto::PrivateKey& key, std::string_view challenge, std::string_view digest) {
    return SpkacBuilder().setChallenge(challenge).sign(key, digest);
}

std::optional<bool> Spkac::isSignatureValid() const {
    if (!m_publicKey.isUsable())
        return std::nullopt;
    const Handle<NETSCAPE_SPKI> spkac = parse(m_der);
    const int result = NETSCAPE_SPKI_verify(spkac.get(), m_publicKey.native());
    const auto stack = base::drainQueue();
    if (result == 1)
        return true;
    if (base::kindOf(stack, ErrorKind::BadInput) == ErrorKind::Unsupported)
        return std::nullopt;
    return false;
}

bool Spkac::isSignedBy(const crypto::PublicKey& key) const {
    const Handle<NETSCAPE_SPKI> spkac = parse(m_der);
    const bool isValid = NETSCAPE_SPKI_verify(spkac.get(), key.native()) == 1;
    base::clearQueue();
    return isValid;
}

std::string Spkac::toBase64() const {
    return base::toBase64(m_der);
}

SpkacBuilder::SpkacBuilder()
    : m_spkac(base::check(NETSCAPE_SPKI_new(), "make a signed public key and challenge")) {}

SpkacBuilder& SpkacBuilder::setPublicKey(const crypto::PublicKey& key) {
    base::check(NETSCAPE_SPKI_set_pubkey(m_spkac.get(), key.native()), "set the public key");
    m_publicKey = key;
    return *this;
}

SpkacBuilder& SpkacBuilder::setChallenge(std::string_view challenge) {
    if (!std::all_of(challenge.begin(), challenge.end(), [](char c) { return c >= 0x20 && c < 0x7F; })) {
        throw Error(ErrorKind::BadInput, "The challenge has characters that are not ASCII",
                    "Take letters, digits and punctuation.");
    }
    base::check(ASN1_STRING_set(m_spkac->spkac->challenge, challenge.data(), base::intSize(challenge.size())),
                "set the challenge");
    return *this;
}

Spkac SpkacBuilder::sign(const crypto::PrivateKey& key, std::string_view digest) const {
    if (m_publicKey && !(*m_publicKey == key.publicKey()))
        throw Error(ErrorKind::NotAllowed, "The SPKAC is for another key than the one that is to sign it");
    const Handle<EVP_MD_CTX> context = x509::signingContext(key, digest, crypto::RsaPadding::Pkcs1);
    // The builder stays as it is, so that it can be used again.
    const Handle<NETSCAPE_SPKI> copy(base::check(NETSCAPE_SPKI_new(), "copy the SPKAC"));
    base::check(ASN1_STRING_copy(copy->spkac->challenge, m_spkac->spkac->challenge), "copy the challenge");
    base::check(NETSCAPE_SPKI_set_pubkey(copy.get(), key.native()), "set the public key");
    x509::checkSigned(ASN1_item_sign_ctx(ASN1_ITEM_rptr(NETSCAPE_SPKAC), &copy->sig_algor, nullptr, copy->signature,
                                         copy->spkac, context.get()),
                      "the SPKAC", digest);
    x509::checkVerified(NETSCAPE_SPKI_verify(copy.get(), key.native()), "the SPKAC", digest);
    return Spkac::fromDer(encode(copy.get()));
}

} // namespace certwright::formats
