#include "core/x509/crl.h"

#include "core/base/error.h"
#include "core/base/openssl_check.h"
#include "core/base/outcome.h"
#include "core/crypto/digest.h"
#include "core/x509/native_text.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <utility>

namespace certwright::x509 {

using base::Error;
using base::ErrorKind;
using base::Handle;

namespace {

struct ReasonName {
    RevocationReason reason;
    std::string_view text;
};

constexpr ReasonName ReasonNames[] = {
    {RevocationReason::Unspecified, "unspecified"},
    {RevocationReason::KeyCompromise, "keyCompromise"},
    {RevocationReason::CaCompromise, "cACompromise"},
    {RevocationReason::AffiliationChanged, "affiliationChanged"},
    {RevocationReason::Superseded, "superseded"},
    {RevocationReason::CessationOfOperation, "cessationOfOperation"},
    {RevocationReason::CertificateHold, "certificateHold"},
    {RevocationReason::RemoveFromCrl, "removeFromCRL"},
    {RevocationReason::PrivilegeWithdrawn, "privilegeWithdrawn"},
    {RevocationReason::AaCompromise, "aACompromise"},
};

RevokedEntry entryOf(const X509_REVOKED* revoked) {
    RevokedEntry entry;
    entry.serial = Serial::share(X509_REVOKED_get0_serialNumber(revoked));
    entry.date = timeOfNative(X509_REVOKED_get0_revocationDate(revoked)).value_or(base::Time{});
    const Handle<ASN1_STRING> reason(
        static_cast<ASN1_ENUMERATED*>(X509_REVOKED_get_ext_d2i(revoked, NID_crl_reason, nullptr, nullptr)));
    if (reason)
        entry.reason = static_cast<RevocationReason>(ASN1_ENUMERATED_get(reason.get()));
    const Handle<ASN1_STRING> invalidity(
        static_cast<ASN1_GENERALIZEDTIME*>(X509_REVOKED_get_ext_d2i(revoked, NID_invalidity_date, nullptr, nullptr)));
    if (invalidity)
        entry.invalidityDate = timeOfNative(invalidity.get());
    const int issuer = X509_REVOKED_get_ext_by_NID(revoked, NID_certificate_issuer, -1);
    if (issuer >= 0) {
        const Extension extension = Extension::share(X509_REVOKED_get_ext(revoked, issuer));
        const auto names = base::outcomeOf([&] { return generalNamesFromDer(extension.value()); });
        if (names)
            entry.certificateIssuer = *names;
    }
    return entry;
}

} // namespace

std::string_view toString(RevocationReason reason) noexcept {
    const auto* found = std::find_if(std::begin(ReasonNames), std::end(ReasonNames),
                                     [reason](const ReasonName& row) { return row.reason == reason; });
    return found == std::end(ReasonNames) ? std::string_view("unknown") : found->text;
}

RevocationReason parseRevocationReason(std::string_view text) {
    const auto lower = [](std::string_view word) {
        std::string out(word);
        std::transform(out.begin(), out.end(), out.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        return out;
    };
    const auto* found = std::find_if(std::begin(ReasonNames), std::end(ReasonNames),
                                     [&](const ReasonName& row) { return lower(row.text) == lower(text); });
    if (found == std::end(ReasonNames))
        throw Error(ErrorKind::BadInput, "“" + std::string(text) + "” is not a reason for revocation",
                    "Reasons are keyCompromise, cACompromise, affiliationChanged, superseded, cessationOfOperation, "
                    "certificateHold, privilegeWithdrawn, aACompromise and unspecified.");
    return found->reason;
}

struct Crl::Data {
    Handle<X509_CRL> native;
    base::Bytes der;
    std::string sha256;

    Data(Handle<X509_CRL> crl, base::Bytes encoding)
        : native(std::move(crl))
        , der(std::move(encoding))
        , sha256(base::toHex(crypto::sha256(der))) {}
};

Crl::Crl(std::shared_ptr<const Data> data)
    : m_data(std::move(data)) {}

Crl Crl::fromDer(base::BytesView der) {
    base::clearQueue();
    const unsigned char* position = der.data();
    Handle<X509_CRL> native(base::check(d2i_X509_CRL(nullptr, &position, base::longSize(der.size())),
                                        "read the revocation list", ErrorKind::BadInput));
    if (position != der.data() + der.size())
        throw Error(ErrorKind::BadInput, "There are more bytes behind the revocation list");
    return Crl(std::make_shared<const Data>(std::move(native), base::toBytes(der)));
}

Crl Crl::fromPem(std::string_view pem) {
    return fromDer(pemContent(pem, PEM_STRING_X509_CRL, "a revocation list").der);
}

Crl Crl::adopt(Handle<X509_CRL> native) {
    unsigned char* buffer = nullptr;
    const int length = i2d_X509_CRL(native.get(), &buffer);
    base::check(length, "encode the revocation list");
    const base::OpensslMemory<unsigned char> owner(buffer);
    return Crl(std::make_shared<const Data>(std::move(native), base::Bytes(buffer, buffer + length)));
}

Name Crl::issuer() const {
    return Name::share(X509_CRL_get_issuer(m_data->native.get()));
}

std::string Crl::number() const {
    const Handle<ASN1_STRING> number(
        static_cast<ASN1_INTEGER*>(X509_CRL_get_ext_d2i(m_data->native.get(), NID_crl_number, nullptr, nullptr)));
    base::clearQueue();
    return number ? Serial::share(number.get()).toHex() : std::string();
}

std::optional<base::Time> Crl::thisUpdate() const noexcept {
    return timeOfNative(X509_CRL_get0_lastUpdate(m_data->native.get()));
}

std::optional<base::Time> Crl::nextUpdate() const noexcept {
    return timeOfNative(X509_CRL_get0_nextUpdate(m_data->native.get()));
}

std::string Crl::signatureAlgorithm() const {
    const X509_ALGOR* algorithm = nullptr;
    X509_CRL_get0_signature(m_data->native.get(), nullptr, &algorithm);
    return algorithmName(algorithm);
}

std::size_t Crl::revokedCount() const noexcept {
    const int count = sk_X509_REVOKED_num(X509_CRL_get_REVOKED(m_data->native.get()));
    return count < 0 ? 0 : static_cast<std::size_t>(count);
}

std::vector<RevokedEntry> Crl::entries() const {
    const STACK_OF(X509_REVOKED)* revoked = X509_CRL_get_REVOKED(m_data->native.get());
    std::vector<RevokedEntry> out;
    out.reserve(revokedCount());
    for (int i = 0; i < sk_X509_REVOKED_num(revoked); ++i)
        out.push_back(entryOf(sk_X509_REVOKED_value(revoked, i)));
    base::clearQueue();
    return out;
}

std::vector<Extension> Crl::extensions() const {
    return extensionsOf(X509_CRL_get0_extensions(m_data->native.get()));
}

bool Crl::isSignedBy(const crypto::PublicKey& key) const {
    if (!key.isUsable())
        return false;
    const int result = X509_CRL_verify(m_data->native.get(), key.native());
    base::clearQueue();
    return result == 1;
}

const base::Bytes& Crl::der() const noexcept {
    return m_data->der;
}

std::string Crl::toPem() const {
    return pemOf(PEM_STRING_X509_CRL, m_data->der);
}

std::string Crl::toText() const {
    return printedText([this](BIO* bio) { return X509_CRL_print_ex(bio, m_data->native.get(), ReadableNames); });
}

const std::string& Crl::sha256() const noexcept {
    return m_data->sha256;
}

X509_CRL* Crl::native() const noexcept {
    return m_data->native.get();
}

bool Crl::operator==(const Crl& other) const noexcept {
    return m_data == other.m_data || m_data->der == other.m_data->der;
}

} // namespace certwright::x509
