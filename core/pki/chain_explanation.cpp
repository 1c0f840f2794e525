#include "core/pki/chain_explanation.h"

#include "core/x509/access_points.h"

#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>

namespace certwright::pki {

namespace {

using x509::Certificate;
using Path = std::vector<Certificate>;

/// Longer ones are no chains that a verifier would follow.
constexpr std::size_t MaximumPath = 32;

bool isAmong(const Path& path, const Certificate& certificate) {
    return std::find(path.begin(), path.end(), certificate) != path.end();
}

const Certificate* issuerAmong(const Certificate& certificate, const std::vector<Certificate>& candidates,
                               const Path& path) {
    const auto found = std::find_if(candidates.begin(), candidates.end(), [&](const Certificate& candidate) {
        return !isAmong(path, candidate) && certificate.isIssuedBy(candidate);
    });
    return found == candidates.end() ? nullptr : &*found;
}

/// From the leaf up. What verification found goes before what was sent, for it knows which way leads to trust.
Path followUp(const std::vector<Certificate>& sent, const std::vector<Certificate>& others) {
    Path path{sent.front()};
    while (!path.back().isSelfSigned() && path.size() < MaximumPath) {
        const Certificate* issuer = issuerAmong(path.back(), others, path);
        if (issuer == nullptr)
            issuer = issuerAmong(path.back(), sent, path);
        if (issuer == nullptr)
            break;
        path.push_back(*issuer);
    }
    return path;
}

std::optional<int> depthIn(const Path& path, const Certificate& certificate) {
    const auto found = std::find(path.begin(), path.end(), certificate);
    if (found == path.end())
        return std::nullopt;
    return static_cast<int>(found - path.begin());
}

ChainMember memberOf(const Certificate& certificate, const Path& path, const std::vector<ChainMember>& before,
                     int highest) {
    ChainMember member{certificate, ChainPlace::Extra, std::nullopt};
    const bool isRepeated = std::any_of(before.begin(), before.end(), [&certificate](const ChainMember& other) {
        return other.certificate == certificate;
    });
    if (isRepeated) {
        member.place = ChainPlace::Duplicate;
        return member;
    }
    member.depth = depthIn(path, certificate);
    if (!member.depth)
        return member;
    if (*member.depth == 0)
        member.place = ChainPlace::Leaf;
    else if (*member.depth < highest)
        member.place = ChainPlace::Misplaced;
    else if (certificate.isSelfSigned())
        member.place = ChainPlace::Root;
    else
        member.place = ChainPlace::Issuer;
    return member;
}

void noteEnd(const Path& path, ChainExplanation& explanation) {
    const Certificate& last = path.back();
    if (last.isSelfSigned()) {
        explanation.end = path.size() == 1 ? ChainEnd::SelfSigned : ChainEnd::Root;
        return;
    }
    explanation.end = ChainEnd::UnknownIssuer;
    explanation.lastIssuer = last.issuer().toRfc2253();
    for (const std::string& url : x509::accessPointsOf(last).issuers) {
        if (url.starts_with("http://") || url.starts_with("https://"))
            explanation.issuerUrls.push_back(url);
    }
    explanation.isLikelyIncomplete = path.size() == 1 || !explanation.issuerUrls.empty();
}

} // namespace

bool ChainExplanation::hasMisplaced() const noexcept {
    return std::any_of(members.begin(), members.end(),
                       [](const ChainMember& member) { return member.place == ChainPlace::Misplaced; });
}

bool ChainExplanation::hasExtra() const noexcept {
    return std::any_of(members.begin(), members.end(), [](const ChainMember& member) {
        return member.place == ChainPlace::Extra || member.place == ChainPlace::Duplicate;
    });
}

bool ChainExplanation::lacksIntermediate() const noexcept {
    return std::any_of(members.begin(), members.end(),
                       [](const ChainMember& member) { return member.place == ChainPlace::NotSent; });
}

ChainExplanation explainChain(const std::vector<Certificate>& sent, const std::vector<Certificate>& others) {
    ChainExplanation explanation;
    if (sent.empty())
        return explanation;
    const Path path = followUp(sent, others);
    int highest = 0;
    for (const Certificate& certificate : sent) {
        explanation.members.push_back(memberOf(certificate, path, explanation.members, highest));
        highest = std::max(highest, explanation.members.back().depth.value_or(0));
    }
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (isAmong(sent, path[i]))
            continue;
        const ChainPlace place = path[i].isSelfSigned() ? ChainPlace::RootAtHand : ChainPlace::NotSent;
        explanation.members.push_back(ChainMember{path[i], place, static_cast<int>(i)});
    }
    noteEnd(path, explanation);
    return explanation;
}

bool isAboutTrustAlone(const x509::Finding& finding) noexcept {
    constexpr std::array Codes{X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
                               X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
                               X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE};
    return finding.severity != x509::Finding::Severity::Error ||
           std::find(Codes.begin(), Codes.end(), finding.opensslCode) != Codes.end();
}

} // namespace certwright::pki
