#include "core/service/issuing.h"

#include "core/base/error.h"
#include "core/pki/issuing.h"
#include "core/service/issue_sources.h"
#include "core/store/store.h"

#include <algorithm>

namespace certwright::service {

using base::Error;
using base::ErrorKind;
using store::EntryKind;

namespace {

const QString& nameOfNewKey(const KeySource& source) {
    static const QString none;
    const auto* key = std::get_if<NewKey>(&source);
    return key != nullptr ? key->name : none;
}

/// True when a certificate of `issuer` in the store has this serial number. Only for numbers of three digits and more:
/// shorter words are no words to the store's search, and adding such a certificate is refused by the store itself.
bool isSerialUsed(const store::Store& store, const x509::Name& issuer, const x509::Serial& serial) {
    store::Query query;
    query.text = QString::fromStdString(serial.toHex());
    if (query.text.size() < 3)
        return false;
    const QString issuerText = QString::fromStdString(issuer.toRfc2253());
    return std::ranges::any_of(store.certificates(query), [&](const store::CertificateRow& row) {
        return row.isIssuedHere && row.serial == query.text && row.issuer == issuerText;
    });
}

x509::Serial freeSerial(const store::Store* store, const x509::Name& issuer) {
    x509::Serial serial = x509::Serial::random();
    while (store != nullptr && isSerialUsed(*store, issuer, serial))
        serial = x509::Serial::random();
    return serial;
}

pki::IssueContext contextOf(const ResolvedKey& key, base::Time now) {
    pki::IssueContext context;
    context.now = now;
    context.publicKey = key.publicKey;
    context.keyFacts = key.facts;
    context.keyUseCount = key.useCount;
    return context;
}

void addProblem(pki::IssuePlan& plan, const std::optional<pki::Problem>& problem) {
    if (!problem)
        return;
    plan.problems.push_back(*problem);
    std::ranges::stable_sort(plan.problems, {}, &pki::Problem::severity);
}

pki::Problem makeProblem(const char* id, pki::Field field, const char* message) {
    pki::Problem problem;
    problem.id = id;
    problem.field = field;
    problem.message = message;
    return problem;
}

/// What is certified and who signs, ready to be used.
struct Parties {
    crypto::PublicKey subjectKey;
    std::optional<crypto::PrivateKey> subjectPrivateKey;
    crypto::PrivateKey signer;
    ResolvedCa ca;
};

Parties gather(store::Store* store, const IssueRequest& request, const base::JobControl& control) {
    const bool isSelfSigned = request.choices.product == pki::Product::SelfSignedCertificate;
    // A key of the store stays encrypted unless it has to sign itself.
    std::optional<crypto::PrivateKey> own;
    if (isSelfSigned || !std::holds_alternative<StoredKey>(request.key))
        own = privateKeyOf(store, request.key, control);
    const auto resolved = resolveKey(store, request.key, request.choices.request);
    const crypto::PublicKey subjectKey = own ? own->publicKey() : resolved.publicKey.value();
    if (isSelfSigned)
        return {subjectKey, own, own.value(), {}};
    ResolvedCa ca = resolveCa(store, request.ca);
    if (const auto* file = std::get_if<FileCa>(&request.ca))
        return {subjectKey, own, file->key, std::move(ca)};
    crypto::PrivateKey signer = store->privateKey(ca.keyId);
    return {subjectKey, own, std::move(signer), std::move(ca)};
}

/// Puts what was issued into the store: all of it, or nothing.
void keep(store::Store& store, const IssueRequest& request, const Parties& parties, const pki::IssuePlan& plan,
          IssueResult& result) {
    store::Transaction transaction(store);
    QString name = request.name;
    if (name.isEmpty())
        name = store.freeName(EntryKind::Certificate, proposedName(plan));
    if (parties.subjectPrivateKey) {
        const QString& keyName = nameOfNewKey(request.key);
        result.keyId = keepKey(store, *parties.subjectPrivateKey, keyName.isEmpty() ? name : keyName);
    } else {
        result.keyId = resolveKey(&store, request.key, request.choices.request).keyId;
    }
    const bool isFromFileCa = std::holds_alternative<FileCa>(request.ca);
    store::CertificateDetails details;
    details.name = name;
    details.comment = request.comment;
    details.profile = QString::fromStdString(request.choices.profile.id);
    details.isIssuedHere = !isFromFileCa;
    result.certificateId = store.addCertificate(result.certificate, details);
    if (isFromFileCa)
        store.recordAct(QString::fromLatin1(store::acts::Issued), QString::fromStdString(result.certificate.sha256()),
                        QStringLiteral("by a CA outside the store: %1")
                            .arg(QString::fromStdString(result.certificate.issuer().toRfc2253())));
    if (!(store.certificateObject(result.certificateId) == result.certificate))
        throw Error(ErrorKind::Store, "The certificate that was put into the store does not come out of it again");
    transaction.commit();
}

std::vector<pki::Problem> remarksOf(const pki::IssuePlan& plan) {
    std::vector<pki::Problem> remarks;
    std::ranges::copy_if(plan.problems, std::back_inserter(remarks),
                         [](const pki::Problem& p) { return p.severity != pki::Severity::Error; });
    return remarks;
}

} // namespace

pki::IssuePlan previewIssue(store::Store* store, const IssueRequest& request) {
    const ResolvedKey key = resolveKey(store, request.key, request.choices.request);
    const ResolvedCa ca = resolveCa(store, request.ca);
    pki::IssueContext context = contextOf(key, request.now);
    if (request.choices.product == pki::Product::IssuedCertificate)
        context.issuer = ca.certificate;
    pki::IssuePlan plan = pki::planIssue(request.choices, context);
    for (const pki::Problem& problem : ca.problems)
        addProblem(plan, problem);
    const bool isRequestKey = std::holds_alternative<RequestKey>(request.key);
    if (isRequestKey && request.choices.product == pki::Product::SelfSignedCertificate)
        addProblem(plan, makeProblem("key-of-request", pki::Field::Key,
                                     "Only who has the request's private key can sign it with that key itself."));
    if (store == nullptr || !request.isKept)
        return plan;
    addProblem(plan, nameProblem(*store, EntryKind::Certificate, request.name));
    addProblem(plan, nameProblem(*store, EntryKind::Key, nameOfNewKey(request.key)));
    if (plan.serial && isSerialUsed(*store, plan.issuer, *plan.serial))
        addProblem(plan,
                   makeProblem("serial-used", pki::Field::Serial, "This CA has issued this serial number already."));
    return plan;
}

IssueResult issue(store::Store* store, const IssueRequest& request, const base::JobControl& control) {
    throwIfRefused(previewIssue(store, request).problems);
    const bool isKept = request.isKept && store != nullptr;
    if (isKept || std::holds_alternative<StoredCa>(request.ca) || std::holds_alternative<StoredKey>(request.key))
        throwIfLocked(*store);
    const Parties parties = gather(store, request, control);
    control.throwIfStopped();

    // Planned again: now the key is there, and with it the key identifiers.
    pki::IssueContext context = contextOf(resolveKey(store, request.key, request.choices.request), request.now);
    context.publicKey = parties.subjectKey;
    context.issuer = parties.ca.certificate;
    pki::IssuePlan plan = pki::planIssue(request.choices, context);
    plan.serial = request.choices.serial ? *request.choices.serial : freeSerial(store, plan.issuer);

    std::vector<x509::Certificate> issuers;
    if (parties.ca.certificate) {
        issuers.push_back(*parties.ca.certificate);
        issuers.insert(issuers.end(), parties.ca.issuers.begin(), parties.ca.issuers.end());
    }
    IssueResult result{
        pki::signCertificate(plan, parties.subjectKey, parties.signer, parties.ca.certificate, *plan.serial),
        std::move(issuers),
        std::nullopt,
        0,
        0,
        remarksOf(plan)};
    pki::checkIssued(result.certificate, plan, parties.subjectKey, result.issuers);
    if (std::holds_alternative<NewKey>(request.key))
        result.newKey = parties.subjectPrivateKey;
    control.throwIfStopped();
    if (isKept)
        keep(*store, request, parties, plan, result);
    return result;
}

pki::IssuePlan previewRequest(store::Store* store, const RequestOrder& order) {
    pki::IssueChoices choices = order.choices;
    choices.product = pki::Product::Request;
    const ResolvedKey key = resolveKey(store, order.key, choices.request);
    pki::IssuePlan plan = pki::planIssue(choices, contextOf(key, order.now));
    if (store == nullptr || !order.isKept)
        return plan;
    addProblem(plan, nameProblem(*store, EntryKind::Request, order.name));
    addProblem(plan, nameProblem(*store, EntryKind::Key, nameOfNewKey(order.key)));
    return plan;
}

RequestResult createRequest(store::Store* store, const RequestOrder& order, const base::JobControl& control) {
    throwIfRefused(previewRequest(store, order).problems);
    const bool isKept = order.isKept && store != nullptr;
    if (isKept || std::holds_alternative<StoredKey>(order.key))
        throwIfLocked(*store);
    const auto key = privateKeyOf(store, order.key, control);
    if (!key)
        throw Error(ErrorKind::NotAllowed, "A request is signed by its own key, and only its public half is known");
    pki::IssueChoices choices = order.choices;
    choices.product = pki::Product::Request;
    pki::IssueContext context = contextOf(resolveKey(store, order.key, choices.request), order.now);
    context.publicKey = key->publicKey();
    const pki::IssuePlan plan = pki::planIssue(choices, context);
    RequestResult result{pki::signRequest(plan, *key, order.challenge.toStdString()), std::nullopt, 0, 0,
                         remarksOf(plan)};
    if (std::holds_alternative<NewKey>(order.key))
        result.newKey = key;
    control.throwIfStopped();
    if (!isKept)
        return result;

    store::Transaction transaction(*store);
    const QString name = order.name.isEmpty() ? store->freeName(EntryKind::Request, proposedName(plan)) : order.name;
    const QString& keyName = nameOfNewKey(order.key);
    result.keyId = keepKey(*store, *key, keyName.isEmpty() ? name : keyName);
    result.requestId = store->addRequest(result.request, {name, {}});
    if (!(store->requestObject(result.requestId) == result.request))
        throw Error(ErrorKind::Store, "The request that was put into the store does not come out of it again");
    transaction.commit();
    return result;
}

std::vector<pki::Problem> previewKey(store::Store* store, const NewKey& key) {
    std::vector<pki::Problem> problems = pki::keyProblems(factsOf(key.spec));
    if (store == nullptr)
        return problems;
    if (const auto problem = nameProblem(*store, EntryKind::Key, key.name))
        problems.insert(problems.begin(), *problem);
    return problems;
}

KeyResult generateKeyInto(store::Store& store, const NewKey& key, const base::JobControl& control) {
    throwIfRefused(previewKey(&store, key));
    throwIfLocked(store);
    const crypto::PrivateKey made = crypto::generateKey(key.spec, control);
    control.throwIfStopped();
    const QString name = key.name.isEmpty() ? QString::fromStdString(displayText(made.facts())) : key.name;
    store::Transaction transaction(store);
    const store::RowId id = keepKey(store, made, name);
    transaction.commit();
    return {made, id};
}

} // namespace certwright::service
