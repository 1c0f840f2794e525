#pragma once

#include "core/base/handle.h"
#include "core/x509/certificate.h"

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace certwright::x509 {

/// How far a search for paths goes, so that a pool made to have very many of them cannot keep it busy.
struct PathLimits {
    int paths = 64;            ///< that are verified
    int signatureChecks = 300; ///< to find out who issued what
    int steps = 10000;         ///< certificates that are looked at as the next one of a path
    std::size_t length = 102;  ///< of one path; OpenSSL's own limit is 100 between the certificate and the root
};

/// One way up from a certificate, found by names and signatures; nothing else of it has been verified.
struct CandidatePath {
    std::vector<Certificate> chain; ///< from the certificate up
    std::size_t trustedFrom = 0;    ///< where the trusted ones at the end begin; chain.size() when there is none
    bool endsTrusted = false;       ///< the last one is an anchor
    bool isSigned = true;           ///< each but the last one is signed by the next one's key
};

/// Enumerates the paths from a certificate up, the shorter ones first (RFC 4158 building forward). An issuer is one
/// that has the name and whose key verifies the signature; the key identifiers (RFC 5280 4.2.1.1) only give an order,
/// for they are not part of RFC 5280 6.1. Only where no key verifies it are issuers by name alone looked at, to explain
/// what is wrong. No path has the same name and key twice. Used by one thread.
class PathSearch {
public:
    /// Where certificates are looked for.
    struct Sources {
        X509_STORE* trusted = nullptr;
        const std::vector<Certificate>& untrusted;
    };

    /// `isPartialChainEnough`: a trusted certificate that is no root ends a path too. `now` only gives an order. The
    /// sources must outlive the search.
    PathSearch(Certificate certificate, Sources sources, bool isPartialChainEnough, base::Time now, PathLimits limits);

    /// The next path that ends at something trusted; nothing when there is no more, or a limit was reached.
    std::optional<CandidatePath> next();
    /// Those that ended before something trusted, as far as they were found by now.
    const std::vector<CandidatePath>& deadEnds() const noexcept { return m_deadEnds; }
    /// True when a limit was reached and something may have been left out.
    bool wasCut() const noexcept { return m_wasCut; }

private:
    struct Issuer {
        Certificate certificate;
        bool isTrusted = false;
    };
    struct Node {
        std::vector<Issuer> chain;
        bool isSigned = true;
    };

    std::vector<Issuer> namesakesOf(const Certificate& certificate);
    std::vector<Issuer> issuersOf(const Certificate& certificate, bool& areSigned);
    void sortByHints(const Certificate& certificate, std::vector<Issuer>& issuers) const;
    bool isSignedBy(const Certificate& certificate, const Certificate& issuer);
    bool isAnchor(const Node& node) const;
    static CandidatePath pathOf(const Node& node, bool endsTrusted);
    void extend(const Node& node);
    void addDeadEnd(Node node);
    std::optional<Certificate> trustedTwin(const Certificate& certificate) const;
    std::vector<Certificate> trustedByName(const X509_NAME* name) const;

    Sources m_sources;
    bool m_isPartialChainEnough;
    base::Time m_now;
    PathLimits m_limits;
    base::Handle<X509_STORE_CTX> m_lookup;
    std::unordered_multimap<unsigned long, const Certificate*> m_untrustedByName;
    std::map<std::pair<std::string, std::string>, bool> m_signatures; ///< by SHA-256 of certificate and key
    std::deque<Node> m_nodes;
    std::vector<CandidatePath> m_deadEnds;
    bool m_wasCut = false;
};

} // namespace certwright::x509
