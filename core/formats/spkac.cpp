#include "core/formats/spkac.h"

#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"

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
    if (!std::all_of(challenge.begin(), challenge.end(), [](char c) { return c >= 0x20 && c < 0x7F; })) {
        throw Error(ErrorKind::BadInput, "The challenge has characters that are not ASCII",
                    "Take letters, digits and punctuation.");
    }
    if (!key.canSign())
        throw Error(ErrorKind::NotAllowed, "A key of the type " + crypto::displayText(key.facts()) + " cannot sign");
    const Handle<NETSCAPE_SPKI> spkac(base::check(NETSCAPE_SPKI_new(), "make a signed public key and challenge"));
    base::check(NETSCAPE_SPKI_set_pubkey(spkac.get(), key.native()), "set the public key");
    base::check(ASN1_STRING_set(spkac->spkac->challenge, challenge.data(), static_cast<int>(challenge.size())),
                "set the challenge");
    const std::string name = digest.empty() ? crypto::naturalDigest(key.facts()) : std::string(digest);
    const Handle<EVP_MD> method(name.empty() ? nullptr
                                             : base::check(EVP_MD_fetch(nullptr, name.c_str(), nullptr),
                                                           "use the digest " + name, ErrorKind::BadInput));
    base::check(NETSCAPE_SPKI_sign(spkac.get(), key.native(), method.get()), "sign the public key and challenge",
                ErrorKind::BadInput);
    return fromDer(encode(spkac.get()));
}

std::optional<bool> Spkac::isSignatureValid() const {
    if (!m_publicKey.isUsable())
        return std::nullopt;
    return isSignedBy(m_publicKey);
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

} // namespace certwright::formats
