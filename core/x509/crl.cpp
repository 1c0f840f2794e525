#include "core/x509/crl.h"

#include "core/base/error.h"
#include "core/base/openssl_check.h"
#include "core/crypto/digest.h"
#include "core/x509/key_identifier.h"
#include "core/x509/native_text.h"
#include "core/x509/signing.h"

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
    base::clearQueue();
    const Handle<BIO> bio(base::check(BIO_new_mem_buf(pem.data(), base::intSize(pem.size())), "make a buffer"));
    return adopt(Handle<X509_CRL>(base::check(PEM_read_bio_X509_CRL(bio.get(), nullptr, nullptr, nullptr),
                                              "find a revocation list in the PEM text", ErrorKind::BadInput)));
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

CrlBuilder::CrlBuilder(const Certificate& issuer)
    : m_issuer(issuer)
    , m_crl(base::check(X509_CRL_new(), "make a revocation list")) {
    base::check(X509_CRL_set_version(m_crl.get(), X509_CRL_VERSION_2), "set the version");
    base::check(X509_CRL_set_issuer_name(m_crl.get(), X509_get_subject_name(issuer.native())), "set the issuer");
    const Handle<X509_EXTENSION> keyId = authorityKeyIdOf(issuer).toNative(); // a must (RFC 5280 5.2.1)
    base::check(X509_CRL_add_ext(m_crl.get(), keyId.get(), -1), "add the authority key identifier");
}

CrlBuilder& CrlBuilder::setNumber(const Serial& number) {
    const Handle<ASN1_INTEGER> native = number.toNative();
    base::check(X509_CRL_add1_ext_i2d(m_crl.get(), NID_crl_number, native.get(), 0, X509V3_ADD_REPLACE),
                "set the number of the revocation list");
    return *this;
}

CrlBuilder& CrlBuilder::setThisUpdate(base::Time time) {
    const Handle<ASN1_TIME> native = timeToNative(time);
    base::check(X509_CRL_set1_lastUpdate(m_crl.get(), native.get()), "set the date of the revocation list");
    return *this;
}

CrlBuilder& CrlBuilder::setNextUpdate(base::Time time) {
    const Handle<ASN1_TIME> native = timeToNative(time);
    base::check(X509_CRL_set1_nextUpdate(m_crl.get(), native.get()), "set the next date of the revocation list");
    return *this;
}

CrlBuilder& CrlBuilder::add(const RevokedEntry& entry) {
    Handle<X509_REVOKED> revoked(base::check(X509_REVOKED_new(), "add an entry"));
    const Handle<ASN1_INTEGER> serial = entry.serial.toNative();
    const Handle<ASN1_TIME> date = timeToNative(entry.date);
    base::check(X509_REVOKED_set_serialNumber(revoked.get(), serial.get()), "add an entry");
    base::check(X509_REVOKED_set_revocationDate(revoked.get(), date.get()), "add an entry");
    // RFC 5280 5.3.1: an unspecified reason is left out rather than written.
    if (entry.reason != RevocationReason::Unspecified) {
        const Handle<ASN1_STRING> reason(base::check(ASN1_ENUMERATED_new(), "add an entry"));
        base::check(ASN1_ENUMERATED_set(reason.get(), static_cast<long>(entry.reason)), "add an entry");
        base::check(X509_REVOKED_add1_ext_i2d(revoked.get(), NID_crl_reason, reason.get(), 0, 0), "add a reason");
    }
    if (entry.invalidityDate) {
        const Handle<ASN1_STRING> invalidity(base::check(ASN1_GENERALIZEDTIME_new(), "add an entry"));
        base::check(
            ASN1_GENERALIZEDTIME_set_string(invalidity.get(), base::toGeneralizedTime(*entry.invalidityDate).c_str()),
            "add an invalidity date");
        base::check(X509_REVOKED_add1_ext_i2d(revoked.get(), NID_invalidity_date, invalidity.get(), 0, 0),
                    "add an invalidity date");
    }
    base::check(X509_CRL_add0_revoked(m_crl.get(), revoked.get()), "add an entry");
    revoked.release();
    return *this;
}

Crl CrlBuilder::sign(const crypto::PrivateKey& key, std::string_view digest, crypto::RsaPadding padding) {
    if (!(key.publicKey() == m_issuer.publicKey()))
        throw Error(ErrorKind::NotAllowed, "The key is not that of “" + m_issuer.subject().displayName() + "”");
    if (!timeOfNative(X509_CRL_get0_lastUpdate(m_crl.get())))
        throw Error(ErrorKind::NotAllowed, "The revocation list has no date yet");
    base::check(X509_CRL_sort(m_crl.get()), "sort the revocation list");
    const Handle<EVP_MD_CTX> context = signingContext(key, digest, padding);
    checkSigned(X509_CRL_sign_ctx(m_crl.get(), context.get()), "the revocation list", digest);
    if (!digest.empty()) // the natural one can always be verified
        checkVerified(X509_CRL_verify(m_crl.get(), key.native()), "the revocation list", digest);
    unsigned char* buffer = nullptr;
    const int length = i2d_X509_CRL(m_crl.get(), &buffer);
    base::check(length, "encode the revocation list");
    const base::OpensslMemory<unsigned char> owner(buffer);
    return Crl::fromDer({buffer, static_cast<std::size_t>(length)});
}

} // namespace certwright::x509
