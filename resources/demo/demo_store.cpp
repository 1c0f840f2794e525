#include "resources/demo/demo_store.h"

#include "core/base/error.h"
#include "core/pki/profile.h"
#include "core/service/issuing.h"
#include "core/store/store.h"
#include "core/x509/certificate_builder.h"
#include "core/x509/crl.h"
#include "core/x509/crl_builder.h"
#include "resources/demo/demo_leaves.h"

namespace certwright::demo {
namespace {

using std::chrono::days;
using store::RowId;

constexpr days listInterval(7);

/// The signing certificates of the sample store.
struct Authorities {
    RowId root = 0;
    RowId servers = 0;
    RowId people = 0;
};

/// A key pair of somebody outside, whose certificate the store doesn't get.
struct Outsider {
    crypto::PrivateKey key;
    x509::Name name;
};

const pki::Profile& profile(std::string_view id) {
    const pki::Profile* found = pki::findProfile(id);
    if (found == nullptr)
        throw base::Error(base::ErrorKind::Internal, "no profile " + std::string(id));
    return *found;
}

service::NewKey newKey(std::string_view type, const QString& name = {}) {
    return {crypto::KeySpec::parse(type), name};
}

RowId issueAuthority(store::Store& store, std::string_view profileId, std::string_view subject, RowId issuer,
                     base::Time from, pki::Lifetime lifetime) {
    service::IssueRequest request;
    request.choices.profile = profile(profileId);
    request.choices.product = issuer == 0 ? pki::Product::SelfSignedCertificate : pki::Product::IssuedCertificate;
    request.choices.subject = x509::Name::parse(subject);
    request.choices.notBefore = from;
    request.choices.lifetime = lifetime;
    request.key = newKey("ec:P-384");
    if (issuer != 0)
        request.ca = service::StoredCa{issuer};
    request.now = from;
    return service::issue(&store, request).certificateId;
}

Authorities issueAuthorities(store::Store& store, base::Time now) {
    using Unit = pki::Lifetime::Unit;
    Authorities made;
    made.root = issueAuthority(store, "root-ca", "CN=Harbour Root CA,O=Harbour Lab,C=NL", 0, now - days(1100),
                               {15, Unit::Years});
    made.servers = issueAuthority(store, "intermediate-ca", "CN=Harbour Server CA,O=Harbour Lab,C=NL", made.root,
                                  now - days(1090), {8, Unit::Years});
    made.people = issueAuthority(store, "intermediate-ca", "CN=Harbour People CA,O=Harbour Lab,C=NL", made.root,
                                 now - days(1090), {8, Unit::Years});
    return made;
}

void issueLeaf(store::Store& store, const Leaf& leaf, RowId issuer, base::Time now) {
    service::IssueRequest request;
    request.choices.profile = profile(leaf.profile);
    request.choices.subject = x509::Name::parse(leaf.subject);
    request.choices.names = x509::parseGeneralNames(leaf.names);
    request.choices.notBefore = now + leaf.start;
    request.choices.lifetime = pki::Lifetime{static_cast<int>(leaf.lifetime.count()), pki::Lifetime::Unit::Days};
    request.key = newKey(leaf.keyType);
    request.ca = service::StoredCa{issuer};
    request.now = std::min(now, now + leaf.start);
    const RowId id = service::issue(&store, request).certificateId;
    // Taken back halfway between its first day and today.
    if (leaf.fate != Fate::Issued)
        store.revoke(id, leaf.reason, now + leaf.start / 2);
}

/// A certificate that somebody else signed and that came here as a file: the store gets no key of it.
void importLeaf(store::Store& store, const Leaf& leaf, const Outsider& signer, base::Time now) {
    const crypto::PrivateKey key = crypto::generateKey(crypto::KeySpec::parse(leaf.keyType));
    x509::CertificateBuilder builder;
    builder.setSubject(x509::Name::parse(leaf.subject))
        .setIssuer(signer.name)
        .setNotBefore(now + leaf.start)
        .setNotAfter(now + leaf.start + leaf.lifetime)
        .setPublicKey(key.publicKey())
        .addExtension(x509::Extension::fromText("basicConstraints", true, "CA:FALSE"))
        .addExtension(x509::Extension::fromText("keyUsage", true, "digitalSignature"))
        .addExtension(x509::Extension::fromText("extendedKeyUsage", false, "serverAuth"))
        .addExtension(x509::Extension::fromDer(x509::oids::SubjectAltName, false,
                                               x509::generalNamesToDer(x509::parseGeneralNames(leaf.names))))
        .addSubjectKeyIdentifier();
    store.addCertificate(builder.sign(signer.key));
}

void addLeaves(store::Store& store, const Authorities& authorities, base::Time now, const base::JobControl& control) {
    const Outsider vendor{crypto::generateKey(crypto::KeySpec::parse("rsa:2048")),
                          x509::Name::parse("CN=Quay Device CA,O=Quay Partners")};
    const Outsider impostor{crypto::generateKey(crypto::KeySpec::parse("ec:P-256")),
                            store.certificateObject(authorities.servers).subject()};
    std::uint64_t done = 0;
    for (const Leaf& leaf : leaves()) {
        control.throwIfStopped();
        switch (leaf.signer) {
        case Signer::Servers:
            issueLeaf(store, leaf, authorities.servers, now);
            break;
        case Signer::People:
            issueLeaf(store, leaf, authorities.people, now);
            break;
        case Signer::Unknown:
            importLeaf(store, leaf, vendor, now);
            break;
        case Signer::Impostor:
            importLeaf(store, leaf, impostor, now);
            break;
        }
        control.report(++done, leaves().size());
    }
}

void addRequests(store::Store& store, base::Time now) {
    service::RequestOrder own;
    own.choices.product = pki::Product::Request;
    own.choices.profile = profile("tls-server");
    own.choices.names = x509::parseGeneralNames("portal.harbour.example, www.portal.harbour.example");
    own.key = newKey("ec:P-256");
    own.now = now;
    service::createRequest(&store, own);

    // One that came from a colleague: its key is not here.
    x509::RequestBuilder foreign;
    foreign.setSubject(x509::Name::parse("CN=printer-2.int.harbour.example,O=Harbour Lab"))
        .addExtension(
            x509::Extension::fromText("subjectAltName", false, "DNS:printer-2.int.harbour.example,IP:192.0.2.62"));
    store.addRequest(foreign.sign(crypto::generateKey(crypto::KeySpec::parse("rsa:2048"))));
}

void addRevocationList(store::Store& store, RowId issuer, base::Time now) {
    x509::CrlBuilder builder(store.certificateObject(issuer));
    builder.setNumber(x509::Serial::parse("01")).setThisUpdate(now).setNextUpdate(now + listInterval);
    for (const x509::RevokedEntry& entry : store.revokedBy(issuer))
        builder.add(entry);
    const std::optional<store::CertificateRow> row = store.certificate(issuer);
    store.addCrl(builder.sign(store.privateKey(row.value().keyId)));
}

} // namespace

void fill(store::Store& store, base::Time now, const base::JobControl& control) {
    store::Transaction transaction(store);
    const Authorities authorities = issueAuthorities(store, now);
    addLeaves(store, authorities, now, control);
    addRequests(store, now);
    service::generateKeyInto(store, newKey("rsa:3072", QStringLiteral("Spare key")));
    addRevocationList(store, authorities.servers, now);
    addRevocationList(store, authorities.people, now);
    transaction.commit();
}

} // namespace certwright::demo
