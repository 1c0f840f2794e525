#include "core/formats/ssh_key.h"

#include "core/base/der_reader.h"
#include "core/base/error.h"
#include "core/base/handle.h"
#include "core/base/openssl_check.h"
#include "core/formats/der_writer.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace certwright::formats {

using base::BytesView;
using base::Error;
using base::ErrorKind;
using base::Handle;
namespace der = base::der;

namespace {

constexpr std::string_view Magic("openssh-key-v1\0", 15);
constexpr std::string_view PuttyMark = "PuTTY-User-Key-File-";
constexpr std::string_view Rfc4716Begin = "---- BEGIN SSH2 PUBLIC KEY ----";
constexpr std::string_view Rfc4716End = "---- END SSH2 PUBLIC KEY ----";
constexpr std::string_view OidRsa = "1.2.840.113549.1.1.1", OidDsa = "1.2.840.10040.4.1", OidEc = "1.2.840.10045.2.1",
                           OidEd25519 = "1.3.101.112";

struct Curve {
    std::string_view sshName;
    std::string_view oid;
    const char* group;
};
constexpr std::array Curves = {Curve{"nistp256", "1.2.840.10045.3.1.7", "P-256"},
                               Curve{"nistp384", "1.3.132.0.34", "P-384"}, Curve{"nistp521", "1.3.132.0.35", "P-521"}};

constexpr std::array PublicTypes = {std::string_view("ssh-rsa"),
                                    std::string_view("ssh-dss"),
                                    std::string_view("ssh-ed25519"),
                                    std::string_view("ecdsa-sha2-nistp256"),
                                    std::string_view("ecdsa-sha2-nistp384"),
                                    std::string_view("ecdsa-sha2-nistp521"),
                                    std::string_view("sk-ssh-ed25519@openssh.com"),
                                    std::string_view("sk-ecdsa-sha2-nistp256@openssh.com")};
constexpr std::string_view CertificateSuffix = "-cert-v01@openssh.com";

[[noreturn]] void throwDamaged() {
    throw Error(ErrorKind::BadInput, "The SSH key is damaged", "Get the key again from where it came from.");
}

[[noreturn]] void throwUnsupported(std::string_view type) {
    throw Error(ErrorKind::Unsupported, "SSH keys of the type " + std::string(type) + " are not read here",
                "Keys on hardware tokens and SSH's own certificates have no counterpart in X.509.");
}

/// Fields of SSH's wire encoding (RFC 4251 5). @throws Error BadInput at the end of the data
class FieldReader {
public:
    explicit FieldReader(BytesView bytes)
        : m_rest(bytes) {}

    BytesView take(std::size_t size) {
        if (size > m_rest.size())
            throwDamaged();
        const BytesView out = m_rest.first(size);
        m_rest = m_rest.subspan(size);
        return out;
    }
    std::uint32_t number() {
        std::uint32_t value = 0;
        for (const std::uint8_t octet : take(4))
            value = (value << 8U) | octet;
        return value;
    }
    BytesView string() { return take(number()); }
    std::string text() { return std::string(base::textOf(string())); }

private:
    BytesView m_rest;
};

const Curve& curveOf(std::string_view name) {
    const auto* found =
        std::find_if(Curves.begin(), Curves.end(), [name](const Curve& c) { return c.sshName == name; });
    if (found == Curves.end())
        throwUnsupported(name);
    return *found;
}

/// The SubjectPublicKeyInfo of a public key blob (RFC 4253 6.6, RFC 5656 3.1, RFC 8709 4).
crypto::PublicKey publicKeyFromBlob(BytesView blob) {
    FieldReader fields(blob);
    const std::string type = fields.text();
    base::Bytes algorithm, key;
    if (type == "ssh-rsa") {
        const base::Bytes exponent = derUnsigned(fields.string());
        key = derSequence({derUnsigned(fields.string()), exponent});
        algorithm = derSequence({derOid(OidRsa), derElement(der::Null, {})});
    } else if (type == "ssh-dss") {
        const base::Bytes p = derUnsigned(fields.string());
        const base::Bytes q = derUnsigned(fields.string());
        const base::Bytes g = derUnsigned(fields.string());
        key = derUnsigned(fields.string());
        algorithm = derSequence({derOid(OidDsa), derSequence({p, q, g})});
    } else if (type == "ssh-ed25519") {
        key = base::toBytes(fields.string());
        algorithm = derSequence({derOid(OidEd25519)});
    } else if (type.starts_with("ecdsa-sha2-") && !type.ends_with(CertificateSuffix)) {
        const Curve& curve = curveOf(fields.text());
        key = base::toBytes(fields.string());
        algorithm = derSequence({derOid(OidEc), derOid(curve.oid)});
    } else {
        throwUnsupported(type);
    }
    const crypto::PublicKey publicKey = crypto::PublicKey::fromSpkiDer(derSequence({algorithm, derBitString(key)}));
    if (!publicKey.isUsable())
        throwDamaged();
    return publicKey;
}

struct SecretNumberDeleter {
    void operator()(BIGNUM* number) const noexcept { BN_clear_free(number); }
};
using SecretNumber = std::unique_ptr<BIGNUM, SecretNumberDeleter>;

SecretNumber numberFrom(BytesView octets) {
    return SecretNumber(
        base::check(BN_bin2bn(octets.data(), static_cast<int>(octets.size()), BN_secure_new()), "read an SSH key"));
}

/// d mod (prime - 1)
SecretNumber crtExponent(const BIGNUM* d, const BIGNUM* prime) {
    SecretNumber reduced(base::check(BN_dup(prime), "read an SSH key"));
    SecretNumber result(base::check(BN_secure_new(), "read an SSH key"));
    BN_CTX* context = base::check(BN_CTX_secure_new(), "read an SSH key");
    const bool isDone = BN_sub_word(reduced.get(), 1) == 1 && BN_mod(result.get(), d, reduced.get(), context) == 1;
    BN_CTX_free(context);
    if (!isDone)
        throwDamaged();
    return result;
}

class KeyBuilder {
public:
    KeyBuilder()
        : m_builder(base::check(OSSL_PARAM_BLD_new(), "read an SSH key")) {}

    void add(const char* name, const SecretNumber& number) {
        base::check(OSSL_PARAM_BLD_push_BN(m_builder.get(), name, number.get()), "read an SSH key");
    }
    void addText(const char* name, const char* text) {
        base::check(OSSL_PARAM_BLD_push_utf8_string(m_builder.get(), name, text, 0), "read an SSH key");
    }
    void addOctets(const char* name, BytesView octets) {
        base::check(OSSL_PARAM_BLD_push_octet_string(m_builder.get(), name, octets.data(), octets.size()),
                    "read an SSH key");
    }
    crypto::PrivateKey build(const char* type) {
        const Handle<OSSL_PARAM> parameters(base::check(OSSL_PARAM_BLD_to_param(m_builder.get()), "read an SSH key"));
        const Handle<EVP_PKEY_CTX> context(
            base::check(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr), "read an SSH key", ErrorKind::Unsupported));
        EVP_PKEY* key = nullptr;
        if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
            EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, parameters.get()) != 1) {
            base::clearQueue();
            throwDamaged();
        }
        return crypto::PrivateKey::adopt(Handle<EVP_PKEY>(key));
    }

private:
    Handle<OSSL_PARAM_BLD> m_builder;
};

crypto::PrivateKey rsaKey(FieldReader& fields) {
    const SecretNumber n = numberFrom(fields.string());
    const SecretNumber e = numberFrom(fields.string());
    const SecretNumber d = numberFrom(fields.string());
    const SecretNumber coefficient = numberFrom(fields.string());
    const SecretNumber p = numberFrom(fields.string());
    const SecretNumber q = numberFrom(fields.string());
    if (BN_is_zero(p.get()) || BN_is_zero(q.get()))
        throwDamaged();
    const SecretNumber dp = crtExponent(d.get(), p.get());
    const SecretNumber dq = crtExponent(d.get(), q.get());
    KeyBuilder builder;
    builder.add(OSSL_PKEY_PARAM_RSA_N, n);
    builder.add(OSSL_PKEY_PARAM_RSA_E, e);
    builder.add(OSSL_PKEY_PARAM_RSA_D, d);
    builder.add(OSSL_PKEY_PARAM_RSA_FACTOR1, p);
    builder.add(OSSL_PKEY_PARAM_RSA_FACTOR2, q);
    builder.add(OSSL_PKEY_PARAM_RSA_EXPONENT1, dp);
    builder.add(OSSL_PKEY_PARAM_RSA_EXPONENT2, dq);
    builder.add(OSSL_PKEY_PARAM_RSA_COEFFICIENT1, coefficient);
    return builder.build("RSA");
}

crypto::PrivateKey dsaKey(FieldReader& fields) {
    KeyBuilder builder;
    std::vector<SecretNumber> numbers; // the builder keeps pointers until it builds
    for (const char* name : {OSSL_PKEY_PARAM_FFC_P, OSSL_PKEY_PARAM_FFC_Q, OSSL_PKEY_PARAM_FFC_G,
                             OSSL_PKEY_PARAM_PUB_KEY, OSSL_PKEY_PARAM_PRIV_KEY}) {
        numbers.push_back(numberFrom(fields.string()));
        builder.add(name, numbers.back());
    }
    return builder.build("DSA");
}

crypto::PrivateKey ecKey(FieldReader& fields) {
    const Curve& curve = curveOf(fields.text());
    const BytesView point = fields.string();
    const SecretNumber number = numberFrom(fields.string());
    KeyBuilder builder;
    builder.addText(OSSL_PKEY_PARAM_GROUP_NAME, curve.group);
    builder.addOctets(OSSL_PKEY_PARAM_PUB_KEY, point);
    builder.add(OSSL_PKEY_PARAM_PRIV_KEY, number);
    return builder.build("EC");
}

crypto::PrivateKey ed25519Key(FieldReader& fields) {
    fields.string(); // the public half
    const BytesView seedAndPublic = fields.string();
    if (seedAndPublic.size() != 64)
        throwDamaged();
    Handle<EVP_PKEY> key(
        base::check(EVP_PKEY_new_raw_private_key_ex(nullptr, "ED25519", nullptr, seedAndPublic.data(), 32),
                    "read an SSH key", ErrorKind::Unsupported));
    return crypto::PrivateKey::adopt(std::move(key));
}

/// The private part when it is not encrypted.
void readPrivatePart(BytesView section, SshKeyResult& result) {
    FieldReader fields(section);
    if (fields.number() != fields.number())
        throwDamaged();
    const std::string type = fields.text();
    if (type == "ssh-rsa")
        result.item.key = rsaKey(fields);
    else if (type == "ssh-dss")
        result.item.key = dsaKey(fields);
    else if (type == "ssh-ed25519")
        result.item.key = ed25519Key(fields);
    else if (type.starts_with("ecdsa-sha2-"))
        result.item.key = ecKey(fields);
    else
        throwUnsupported(type);
    result.comment = fields.text();
    result.item.facts = result.item.key->facts();
}

std::string upperCase(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c); });
    return text;
}

std::string_view takeLine(std::string_view& text) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    const std::string_view line = text.substr(0, end);
    const bool isCrlf = text.substr(end, 2) == "\r\n";
    text.remove_prefix(std::min(text.size(), end + (isCrlf ? 2 : 1)));
    return line;
}

/// Value of a "Name: value" line.
std::optional<std::string_view> valueOf(std::string_view line, std::string_view name) {
    if (!line.starts_with(name) || line.substr(name.size(), 2) != ": ")
        return std::nullopt;
    return line.substr(name.size() + 2);
}

bool isPublicType(std::string_view word) {
    return std::find(PublicTypes.begin(), PublicTypes.end(), word) != PublicTypes.end() ||
           word.ends_with(CertificateSuffix);
}

/// A line of authorized_keys: "[options] type base64 [comment]". Nothing for another line.
std::optional<Item> itemFromLine(std::string_view line) {
    for (int word = 0; word < 2; ++word) { // the type, or options and then the type
        const std::size_t space = line.find(' ');
        if (space == std::string_view::npos)
            return std::nullopt;
        const std::string_view first = line.substr(0, space);
        line.remove_prefix(space + 1);
        if (!isPublicType(first))
            continue;
        const std::size_t end = std::min(line.find(' '), line.size());
        const auto blob = base::fromBase64(line.substr(0, end));
        if (!blob)
            throwDamaged();
        std::string comment(line.substr(std::min(line.size(), end + 1)));
        return Item{publicKeyFromBlob(*blob), std::move(comment), {}};
    }
    return std::nullopt;
}

Item itemFromRfc4716(std::string_view body) {
    std::string base64, comment;
    bool isContinued = false;
    takeLine(body);
    while (!body.empty()) {
        const std::string_view line = takeLine(body);
        if (!isContinued && line.find(':') == std::string_view::npos) {
            base64 += line;
            continue;
        }
        if (const auto value = valueOf(line, "Comment"); value && !isContinued) {
            comment = *value;
            std::erase(comment, '"');
        }
        isContinued = line.ends_with('\\');
    }
    const auto blob = base::fromBase64(base64);
    if (!blob)
        throwDamaged();
    return Item{publicKeyFromBlob(*blob), std::move(comment), {}};
}

} // namespace

SshKeyResult readOpenSshKey(BytesView content) {
    if (!base::textOf(content).starts_with(Magic))
        throwDamaged();
    FieldReader fields(content.subspan(Magic.size()));
    const std::string cipher = fields.text();
    const std::string kdf = fields.text();
    FieldReader kdfOptions(fields.string());
    if (fields.number() != 1)
        throw Error(ErrorKind::Unsupported, "OpenSSH files with several keys are not read", "Split the file.");
    const crypto::PublicKey publicKey = publicKeyFromBlob(fields.string());
    SshKeyResult result;
    result.item.format = "OpenSSH";
    result.item.facts = publicKey.facts();
    if (cipher == "none") {
        readPrivatePart(fields.string(), result);
        return result;
    }
    EncryptionInfo info;
    info.scheme = "OpenSSH";
    info.cipher = upperCase(cipher);
    info.kdf = kdf;
    if (kdf == "bcrypt") {
        kdfOptions.string();
        info.iterations = kdfOptions.number();
    }
    result.item.encryption = info;
    result.error = Error(ErrorKind::Unsupported, "Encrypted OpenSSH private keys (bcrypt) are not read",
                         "Convert a copy of it: ssh-keygen -p -m PKCS8 -f COPY");
    return result;
}

bool looksLikePuttyKey(std::string_view text) noexcept {
    return text.starts_with(PuttyMark);
}

SshKeyResult readPuttyKey(std::string_view text) {
    SshKeyResult result;
    result.item.format = "PuTTY";
    while (!text.empty()) {
        const std::string_view line = takeLine(text);
        if (const auto value = valueOf(line, "Encryption"); value && *value != "none") {
            EncryptionInfo info;
            info.scheme = "PuTTY";
            info.cipher = upperCase(std::string(*value));
            result.item.encryption = info;
        } else if (const auto comment = valueOf(line, "Comment")) {
            result.comment = *comment;
        } else if (valueOf(line, "Public-Lines")) {
            std::string base64;
            while (!text.empty() && text.find(':') != 0) {
                const std::string_view rest = text;
                const std::string_view next = takeLine(text);
                if (next.find(':') != std::string_view::npos) {
                    text = rest;
                    break;
                }
                base64 += next;
            }
            const auto blob = base::fromBase64(base64);
            if (!blob)
                throwDamaged();
            result.item.facts = publicKeyFromBlob(*blob).facts();
        }
    }
    if (!result.item.facts)
        throwDamaged();
    result.error = Error(ErrorKind::Unsupported, "Private keys of PuTTY (PPK) are not read",
                         "Convert it: puttygen FILE -O private-openssh -o NEWFILE");
    return result;
}

std::vector<Item> readSshPublicKeys(std::string_view text) {
    std::vector<Item> items;
    std::size_t position = text.find(Rfc4716Begin);
    while (position != std::string_view::npos) {
        const std::size_t end = text.find(Rfc4716End, position);
        if (end == std::string_view::npos)
            throwDamaged();
        items.push_back(itemFromRfc4716(text.substr(position, end - position)));
        position = text.find(Rfc4716Begin, end);
    }
    while (items.empty() && !text.empty()) {
        const std::string_view line = takeLine(text);
        if (line.empty() || line.starts_with('#'))
            continue;
        auto item = itemFromLine(line);
        if (!item)
            break; // some other text
        items.push_back(std::move(*item));
        while (!text.empty()) {
            if (auto next = itemFromLine(takeLine(text)))
                items.push_back(std::move(*next));
        }
    }
    return items;
}

} // namespace certwright::formats
