#include "core/x509/extension.h"

#include "core/base/error.h"
#include "core/base/openssl_check.h"
#include "core/x509/extension_text.h"
#include "core/x509/extension_values.h"
#include "core/x509/name_attributes.h"
#include "core/x509/native_text.h"

#include <openssl/conf.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <utility>

namespace certwright::x509 {

using base::Error;
using base::ErrorKind;
using base::Handle;

namespace {

Handle<ASN1_OBJECT> typeOf(std::string_view type) {
    const std::string_view oid = ownExtensionOid(type);
    Handle<ASN1_OBJECT> object = objectOf(oid.empty() ? type : oid);
    if (!object)
        throw Error(ErrorKind::BadInput, "There is no extension called “" + std::string(type) + "”",
                    "Use OpenSSL's name for it, e.g. keyUsage, or a dotted OID.");
    return object;
}

struct ConfDeleter {
    void operator()(CONF* conf) const noexcept { NCONF_free(conf); }
};

/// Where the syntax lets a value stand in a section of its own ("dirName:section"), OpenSSL asks a configuration for
/// it; an empty one makes that an error instead of a crash.
std::unique_ptr<CONF, ConfDeleter> emptyConfiguration() {
    return std::unique_ptr<CONF, ConfDeleter>(base::check(NCONF_new(nullptr), "make a configuration"));
}

/// An indentation that nothing in the value looks like, 0 when that would be too wide.
std::size_t indentationFor(base::BytesView value) {
    constexpr std::size_t Least = 8;
    constexpr std::size_t Most = 200;
    std::size_t longest = 0;
    std::size_t run = 0;
    for (const std::uint8_t octet : value) {
        // A space of the wider string types has zeros in front.
        run = octet == ' ' ? run + 1 : octet == 0 ? run : 0;
        longest = std::max(longest, run);
    }
    return longest + Least > Most ? 0 : longest + Least;
}

/// OpenSSL's text without its indentation. It begins no new line for the last parts of a distribution point ("CRL
/// Issuer", "Only User Certificates"), but indents them: there the line begins here.
std::string withoutIndentation(std::string_view text, std::size_t width) {
    if (width == 0)
        return std::string(text);
    const std::string indentation(width, ' ');
    std::string out;
    while (true) {
        const std::size_t at = text.find(indentation);
        out += text.substr(0, at);
        if (at == std::string_view::npos)
            return out;
        if (!out.empty() && out.back() != '\n')
            out += '\n';
        text.remove_prefix(at + width);
    }
}

} // namespace

Extension Extension::fromDer(std::string_view type, bool critical, base::Bytes value) {
    const Handle<ASN1_OBJECT> object = typeOf(type);
    Extension extension;
    extension.m_oid = dottedOid(object.get());
    extension.m_critical = critical;
    extension.m_value = std::move(value);
    return extension;
}

Extension Extension::fromText(std::string_view type, bool critical, std::string_view value, X509* issuer,
                              X509* subject) {
    const Handle<ASN1_OBJECT> object = typeOf(type);
    // OpenSSL would read up to it and no further.
    if (value.find('\0') != std::string_view::npos)
        throw Error(ErrorKind::BadInput, "The value for the extension " + std::string(type) + " holds a zero octet");
    if (auto own = ownExtensionValue(dottedOid(object.get()), value))
        return fromDer(type, critical, *std::move(own));
    const auto conf = emptyConfiguration();
    X509V3_CTX context{};
    // Never X509V3_CTX_TEST: with it OpenSSL makes an empty extension of a value that needs a certificate it has not.
    X509V3_set_ctx(&context, issuer, subject, nullptr, nullptr, 0);
    X509V3_set_nconf(&context, conf.get());
    base::clearQueue();
    // OpenSSL finds its method by short name; extensions without one are written as DER: or ASN1: under their OID.
    const int nid = OBJ_obj2nid(object.get());
    const std::string name = nid == NID_undef ? dottedOid(object.get()) : std::string(OBJ_nid2sn(nid));
    const std::string text = (critical ? "critical," : "") + std::string(value);
    const Handle<X509_EXTENSION> native(X509V3_EXT_nconf(conf.get(), &context, name.c_str(), text.c_str()));
    if (!native) {
        auto stack = base::drainQueue();
        const std::string reason = stack.empty() ? std::string() : ": " + stack.front().reason;
        throw Error(ErrorKind::BadInput,
                    "“" + std::string(value) + "” is not a value for the extension " + std::string(type) + reason,
                    "The syntax is that of OpenSSL's x509v3_config manual page.", std::move(stack));
    }
    return share(native.get());
}

Extension Extension::share(const X509_EXTENSION* native) {
    // OpenSSL's getters take a pointer to non-const though they change nothing.
    auto* readable = const_cast<X509_EXTENSION*>(native);
    const ASN1_OCTET_STRING* octets = X509_EXTENSION_get_data(readable);
    const unsigned char* data = ASN1_STRING_get0_data(octets);
    Extension extension;
    extension.m_oid = dottedOid(X509_EXTENSION_get_object(readable));
    extension.m_critical = X509_EXTENSION_get_critical(native) == 1;
    extension.m_value.assign(data, data + ASN1_STRING_length(octets));
    return extension;
}

std::string Extension::shortName() const {
    const int nid = OBJ_txt2nid(m_oid.c_str());
    return nid == NID_undef ? m_oid : std::string(OBJ_nid2sn(nid));
}

std::string Extension::longName() const {
    const int nid = OBJ_txt2nid(m_oid.c_str());
    return nid == NID_undef ? m_oid : std::string(OBJ_nid2ln(nid));
}

std::string Extension::text() const {
    if (auto own = ownExtensionText(m_oid, m_value))
        return *std::move(own);
    const Handle<X509_EXTENSION> native = toNative();
    const Handle<BIO> bio(base::check(BIO_new(BIO_s_mem()), "make a buffer"));
    const std::size_t indentation = indentationFor(m_value);
    const int printed = X509V3_EXT_print(bio.get(), native.get(), X509V3_EXT_DEFAULT, static_cast<int>(indentation));
    base::clearQueue();
    char* data = nullptr;
    const long length = BIO_get_mem_data(bio.get(), &data);
    std::string text =
        withoutIndentation({data == nullptr ? "" : data, static_cast<std::size_t>(std::max(length, 0L))}, indentation);
    while (!text.empty() && (text.back() == '\n' || text.back() == ' '))
        text.pop_back();
    if (printed != 1 || (text.empty() && !m_value.empty()))
        return base::toHex(m_value, ':');
    return m_oid == oids::CertificatePolicies ? withPolicyNames(text) : text;
}

Handle<X509_EXTENSION> Extension::toNative() const {
    const Handle<ASN1_OBJECT> object(base::check(OBJ_txt2obj(m_oid.c_str(), 1), "encode an extension"));
    const Handle<ASN1_STRING> octets(base::check(ASN1_OCTET_STRING_new(), "encode an extension"));
    base::check(ASN1_OCTET_STRING_set(octets.get(), m_value.data(), static_cast<int>(m_value.size())),
                "encode an extension");
    return Handle<X509_EXTENSION>(base::check(
        X509_EXTENSION_create_by_OBJ(nullptr, object.get(), m_critical ? 1 : 0, octets.get()), "encode an extension"));
}

const Extension* findExtension(const std::vector<Extension>& extensions, std::string_view oid) noexcept {
    const auto found = std::find_if(extensions.begin(), extensions.end(),
                                    [oid](const Extension& extension) { return extension.oid() == oid; });
    return found == extensions.end() ? nullptr : &*found;
}

std::vector<Extension> extensionsOf(const STACK_OF(X509_EXTENSION) * stack) {
    std::vector<Extension> out;
    const int count = X509v3_get_ext_count(stack);
    for (int i = 0; i < count; ++i)
        out.push_back(Extension::share(X509v3_get_ext(stack, i)));
    return out;
}

std::vector<std::string> keyUsageNames(base::BytesView value) {
    static constexpr std::string_view names[] = {"digitalSignature", "nonRepudiation", "keyEncipherment",
                                                 "dataEncipherment", "keyAgreement",   "keyCertSign",
                                                 "cRLSign",          "encipherOnly",   "decipherOnly"};
    const unsigned bits = readKeyUsage(value).value_or(0);
    std::vector<std::string> out;
    for (std::size_t i = 0; i < std::size(names); ++i) {
        if ((bits & (1U << i)) != 0)
            out.emplace_back(names[i]);
    }
    return out;
}

std::vector<std::string> extendedKeyUsageNames(base::BytesView value) {
    std::vector<std::string> out = readExtendedKeyUsage(value).value_or(std::vector<std::string>());
    for (std::string& purpose : out) {
        const int nid = OBJ_txt2nid(purpose.c_str());
        if (nid != NID_undef)
            purpose = OBJ_nid2sn(nid);
    }
    base::clearQueue();
    return out;
}

} // namespace certwright::x509
