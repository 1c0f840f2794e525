#include "core/x509/verify/paths.h"

#include "core/base/openssl_check.h"

#include <openssl/x509_vfy.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <tuple>

namespace certwright::x509 {

namespace {

/// How many issuers by name alone, and how many ends without trust, are told about: they only serve explanations.
constexpr std::size_t ByNameAlone = 3;
constexpr std::size_t MostDeadEnds = 8;

struct OwnedStackDeleter {
    void operator()(STACK_OF(X509) * stack) const noexcept { sk_X509_pop_free(stack, X509_free); }
};

/// Equal for names that are the same (RFC 5280 7.1).
unsigned long hashOf(const X509_NAME* name) {
    return X509_NAME_hash_ex(name, nullptr, nullptr, nullptr);
}

bool hasSameName(const X509_NAME* left, const X509_NAME* right) {
    return X509_NAME_cmp(left, right) == 0;
}

/// Name and key: what makes a CA. A path that came back to it would only be longer (RFC 4158 2.4.2).
bool isSameEntity(const Certificate& left, const Certificate& right) {
    return left == right || (hasSameName(X509_get_subject_name(left.native()), X509_get_subject_name(right.native())) &&
                             left.publicKey().spkiDer() == right.publicKey().spkiDer());
}

bool isInTime(const Certificate& certificate, base::Time now) {
    return !certificate.hasExpired(now) && certificate.notBefore() && *certificate.notBefore() <= now;
}

/// 0: the authority key identifier names this key; 1: it says nothing; 2: it names another key.
int keyIdentifierHint(const Certificate& certificate, const Certificate& issuer) {
    const base::Bytes wanted = certificate.authorityKeyId();
    const base::Bytes has = issuer.subjectKeyId();
    if (wanted.empty() || has.empty())
        return 1;
    return wanted == has ? 0 : 2;
}

} // namespace

PathSearch::PathSearch(Certificate certificate, Sources sources, bool isPartialChainEnough, base::Time now,
                       PathLimits limits)
    : m_sources(sources)
    , m_isPartialChainEnough(isPartialChainEnough)
    , m_now(now)
    , m_limits(limits)
    , m_lookup(base::check(X509_STORE_CTX_new(), "prepare the verification")) {
    base::check(X509_STORE_CTX_init(m_lookup.get(), m_sources.trusted, nullptr, nullptr), "prepare the verification");
    for (const Certificate& other : m_sources.untrusted)
        m_untrustedByName.emplace(hashOf(X509_get_subject_name(other.native())), &other);
    const auto twin = trustedTwin(certificate);
    m_nodes.push_back({{{twin ? *twin : std::move(certificate), twin.has_value()}}, true});
}

std::vector<Certificate> PathSearch::trustedByName(const X509_NAME* name) const {
    const std::unique_ptr<STACK_OF(X509), OwnedStackDeleter> found(X509_STORE_CTX_get1_certs(m_lookup.get(), name));
    base::clearQueue();
    std::vector<Certificate> out;
    for (int i = 0; i < sk_X509_num(found.get()); ++i)
        out.push_back(Certificate::share(sk_X509_value(found.get(), i)));
    return out;
}

/// The store's own copy, which may say what it is trusted for.
std::optional<Certificate> PathSearch::trustedTwin(const Certificate& certificate) const {
    for (const Certificate& trusted : trustedByName(X509_get_subject_name(certificate.native()))) {
        if (trusted == certificate)
            return trusted;
    }
    return std::nullopt;
}

std::vector<PathSearch::Issuer> PathSearch::namesakesOf(const Certificate& certificate) {
    const X509_NAME* name = X509_get_issuer_name(certificate.native());
    std::vector<Issuer> out;
    for (const Certificate& trusted : trustedByName(name))
        out.push_back({trusted, true});
    const auto [first, last] = m_untrustedByName.equal_range(hashOf(name));
    std::vector<const Certificate*> untrusted;
    for (auto it = first; it != last; ++it)
        untrusted.push_back(it->second);
    std::sort(untrusted.begin(), untrusted.end()); // as they were given
    for (const Certificate* other : untrusted) {
        const bool isKnown =
            std::any_of(out.begin(), out.end(), [other](const Issuer& issuer) { return issuer.certificate == *other; });
        if (!isKnown && hasSameName(X509_get_subject_name(other->native()), name))
            out.push_back({*other, false});
    }
    return out;
}

void PathSearch::sortByHints(const Certificate& certificate, std::vector<Issuer>& issuers) const {
    const auto rank = [this, &certificate](const Issuer& issuer) {
        return std::tuple(!issuer.isTrusted, !isInTime(issuer.certificate, m_now),
                          keyIdentifierHint(certificate, issuer.certificate));
    };
    std::vector<std::pair<decltype(rank(issuers.front())), std::size_t>> order;
    for (const Issuer& issuer : issuers)
        order.emplace_back(rank(issuer), order.size());
    std::sort(order.begin(), order.end());
    std::vector<Issuer> sorted;
    for (const auto& [ignored, index] : order)
        sorted.push_back(issuers[index]);
    issuers = std::move(sorted);
}

bool PathSearch::isSignedBy(const Certificate& certificate, const Certificate& issuer) {
    const auto [entry, isNew] =
        m_signatures.try_emplace({certificate.sha256(), issuer.publicKey().spkiSha256()}, false);
    if (!isNew)
        return entry->second;
    if (m_limits.signatureChecks-- <= 0) {
        m_wasCut = true;
        m_signatures.erase(entry);
        return false;
    }
    entry->second = certificate.isSignedBy(issuer.publicKey());
    return entry->second;
}

/// Those whose key verifies the signature; where there is none, some by name alone.
std::vector<PathSearch::Issuer> PathSearch::issuersOf(const Certificate& certificate, bool& areSigned) {
    std::vector<Issuer> issuers = namesakesOf(certificate);
    sortByHints(certificate, issuers);
    std::vector<Issuer> signers;
    for (const Issuer& issuer : issuers) {
        if (isSignedBy(certificate, issuer.certificate))
            signers.push_back(issuer);
    }
    areSigned = !signers.empty();
    if (areSigned)
        return signers;
    if (issuers.size() > ByNameAlone)
        issuers.erase(issuers.begin() + ByNameAlone, issuers.end());
    return issuers;
}

/// Also true for one that is trusted for nothing: there the path ends as well, and the verification says so.
bool PathSearch::isAnchor(const Node& node) const {
    const Issuer& last = node.chain.back();
    if (!last.isTrusted)
        return false;
    const int trust = X509_check_trust(last.certificate.native(), X509_TRUST_DEFAULT, 0);
    base::clearQueue();
    return m_isPartialChainEnough || trust == X509_TRUST_TRUSTED || trust == X509_TRUST_REJECTED;
}

CandidatePath PathSearch::pathOf(const Node& node, bool endsTrusted) {
    CandidatePath path;
    for (const Issuer& step : node.chain)
        path.chain.push_back(step.certificate);
    path.trustedFrom = path.chain.size();
    while (path.trustedFrom > 0 && node.chain[path.trustedFrom - 1].isTrusted)
        --path.trustedFrom;
    path.endsTrusted = endsTrusted;
    path.isSigned = node.isSigned;
    return path;
}

/// What is above the last trusted one says nothing: that this one is no root is the point.
void PathSearch::addDeadEnd(Node node) {
    const auto isTrusted = [](const Issuer& step) { return step.isTrusted; };
    const auto last = std::find_if(node.chain.rbegin(), node.chain.rend(), isTrusted);
    if (last != node.chain.rend())
        node.chain.erase(last.base(), node.chain.end());
    CandidatePath path = pathOf(node, false);
    const bool isKnown = std::any_of(m_deadEnds.begin(), m_deadEnds.end(),
                                     [&path](const CandidatePath& other) { return other.chain == path.chain; });
    if (!isKnown && m_deadEnds.size() < MostDeadEnds)
        m_deadEnds.push_back(std::move(path));
}

void PathSearch::extend(const Node& node) {
    const Certificate& last = node.chain.back().certificate;
    bool areSigned = true;
    bool isEnd = true;
    const bool isRoot = hasSameName(X509_get_subject_name(last.native()), X509_get_issuer_name(last.native())) &&
                        isSignedBy(last, last);
    const bool isTooLong = node.chain.size() >= m_limits.length;
    m_wasCut = m_wasCut || isTooLong;
    const std::vector<Issuer> issuers = isRoot || isTooLong ? std::vector<Issuer>() : issuersOf(last, areSigned);
    for (const Issuer& issuer : issuers) {
        const bool isLoop = std::any_of(node.chain.begin(), node.chain.end(), [&issuer](const Issuer& other) {
            return isSameEntity(other.certificate, issuer.certificate);
        });
        if (isLoop)
            continue;
        if (m_limits.steps-- <= 0) {
            m_wasCut = true;
            return;
        }
        isEnd = false;
        Node longer = node;
        longer.chain.push_back(issuer);
        longer.isSigned = node.isSigned && areSigned;
        m_nodes.push_back(std::move(longer));
    }
    if (isEnd)
        addDeadEnd(node);
}

std::optional<CandidatePath> PathSearch::next() {
    while (!m_nodes.empty()) {
        const Node node = std::move(m_nodes.front());
        m_nodes.pop_front();
        if (!isAnchor(node)) {
            if (m_limits.steps > 0)
                extend(node);
            continue;
        }
        if (m_limits.paths-- <= 0) {
            m_wasCut = true;
            return std::nullopt;
        }
        return pathOf(node, true);
    }
    return std::nullopt;
}

} // namespace certwright::x509
