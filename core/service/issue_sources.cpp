#include "core/service/issue_sources.h"

#include "core/base/error.h"
#include "core/store/store.h"

#include <algorithm>

namespace certwright::service {

using base::Error;
using base::ErrorKind;
using store::EntryKind;

namespace {

template <class... Functions>
struct Overloaded : Functions... {
    using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

store::Store& demand(store::Store* store) {
    if (store == nullptr)
        throw Error(ErrorKind::Internal, "An entry of a store was asked for, and there is no store");
    return *store;
}

pki::Problem issuerProblem(const char* id, const QString& message) {
    pki::Problem problem;
    problem.id = id;
    problem.field = pki::Field::Issuer;
    problem.message = message.toStdString();
    return problem;
}

store::RowId findKey(store::Store* store, const crypto::PublicKey& key) {
    if (store == nullptr)
        return 0;
    return store->findBySha256(EntryKind::Key, QString::fromStdString(key.spkiSha256())).value_or(0);
}

ResolvedKey resolvePublic(store::Store* store, const crypto::PublicKey& key) {
    ResolvedKey resolved{key, key.facts(), findKey(store, key), 0};
    if (resolved.keyId != 0)
        resolved.useCount = static_cast<int>(store->certificatesOfKey(resolved.keyId).size());
    return resolved;
}

ResolvedCa resolveStoredCa(store::Store& store, store::RowId id) {
    const auto row = store.certificate(id);
    if (!row)
        throw Error(ErrorKind::NotFound, "The CA's certificate is not in the store any more");
    ResolvedCa ca;
    ca.certificate = store.certificateObject(id);
    ca.issuers = store.issuerChain(id);
    ca.keyId = row->keyId;
    if (row->keyId == 0)
        ca.problems.push_back(issuerProblem(
            "issuer-key-missing", QStringLiteral("The private key of %1 is not in this store.").arg(row->name)));
    if (row->revocation == store::RevocationState::Revoked)
        ca.problems.push_back(issuerProblem("issuer-revoked", QStringLiteral("%1 is revoked.").arg(row->name)));
    return ca;
}

} // namespace

crypto::KeyFacts factsOf(const crypto::KeySpec& spec) {
    return {spec.type, spec.type == "EC" ? crypto::curveBits(spec.curve) : spec.bits, spec.curve};
}

ResolvedKey resolveKey(store::Store* store, const KeySource& source, const std::optional<x509::Request>& request) {
    return std::visit(Overloaded{
                          [](const NewKey& key) {
                              return ResolvedKey{std::nullopt, factsOf(key.spec), 0, 0};
                          },
                          [store](const StoredKey& key) {
                              return key.id == 0 ? ResolvedKey{}
                                                 : resolvePublic(store, demand(store).publicKey(key.id));
                          },
                          [store](const crypto::PrivateKey& key) { return resolvePublic(store, key.publicKey()); },
                          [store, &request](const RequestKey&) {
                              return request ? resolvePublic(store, request->publicKey()) : ResolvedKey{};
                          },
                      },
                      source);
}

ResolvedCa resolveCa(store::Store* store, const CaSource& source) {
    return std::visit(Overloaded{
                          [](const std::monostate&) { return ResolvedCa{}; },
                          [store](const StoredCa& ca) { return resolveStoredCa(demand(store), ca.certificateId); },
                          [](const FileCa& ca) {
                              return ResolvedCa{ca.certificate, ca.issuers, 0, {}};
                          },
                      },
                      source);
}

std::optional<crypto::PrivateKey> privateKeyOf(store::Store* store, const KeySource& source,
                                               const base::JobControl& control) {
    using Result = std::optional<crypto::PrivateKey>;
    return std::visit(Overloaded{
                          [&control](const NewKey& key) -> Result { return crypto::generateKey(key.spec, control); },
                          [store](const StoredKey& key) -> Result { return demand(store).privateKey(key.id); },
                          [](const crypto::PrivateKey& key) -> Result { return key; },
                          [](const RequestKey&) -> Result { return std::nullopt; },
                      },
                      source);
}

void throwIfLocked(const store::Store& store) {
    if (!store.isUnlocked())
        throw Error(ErrorKind::PassphraseNeeded, "The store is locked", "Give the passphrase of the store");
}

void throwIfRefused(const std::vector<pki::Problem>& problems) {
    const auto first = std::ranges::find(problems, pki::Severity::Error, &pki::Problem::severity);
    if (first != problems.end())
        throw Error(ErrorKind::NotAllowed, pki::errorText(problems), first->fix);
}

std::optional<pki::Problem> nameProblem(const store::Store& store, EntryKind kind, const QString& name) {
    if (name.isEmpty() || !store.isNameUsed(kind, name))
        return std::nullopt;
    pki::Problem problem;
    problem.id = "name-used";
    problem.field = pki::Field::StoreName;
    problem.message = "Name is used by another " + store::toString(kind).toStdString() + ".";
    problem.fix = store.freeName(kind, name).toStdString();
    problem.item = name.toStdString();
    return problem;
}

QString proposedName(const pki::IssuePlan& plan) {
    std::string name = plan.subject.displayName();
    if (name.empty() && !plan.names.empty())
        name = plan.names.front().value;
    return QString::fromStdString(name);
}

store::RowId keepKey(store::Store& store, const crypto::PrivateKey& key, const QString& name) {
    if (const store::RowId present = findKey(&store, key.publicKey()); present != 0)
        return present;
    const store::RowId id = store.addKey(key, {store.freeName(EntryKind::Key, name), {}});
    if (!(store.privateKey(id).publicKey() == key.publicKey()))
        throw Error(ErrorKind::Store, "The key that was put into the store does not come out of it again");
    return id;
}

} // namespace certwright::service
