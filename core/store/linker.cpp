#include "core/store/linker.h"

#include "core/base/error.h"
#include "core/store/database.h"
#include "core/store/parallel.h"
#include "core/store/signature_check.h"
#include "core/x509/crl.h"

#include <QSet>

#include <algorithm>
#include <optional>

namespace certwright::store {

namespace {

/// Certificates are read, checked on all cores and written in batches of this size.
constexpr std::size_t BatchSize = 512;
/// So many different keys of one name are tried for one certificate at most (link_tries in the schema has the same
/// limit): without it, thousands of namesakes would make an import quadratic.
constexpr qsizetype MaxKeys = 32;
constexpr int MaxNamesakes = 128;
constexpr qsizetype CandidateCacheLimit = 5'000;

std::optional<crypto::PublicKey> tryPublicKey(base::BytesView spki) {
    try {
        return crypto::PublicKey::fromSpkiDer(spki);
    } catch (const base::Error&) {
        return std::nullopt; // a key that cannot be read verifies nothing
    }
}

} // namespace

std::shared_ptr<const Linker::Candidates> Linker::candidatesFor(qint64 nameKey, const QByteArray& authorityKeyId) {
    const QByteArray cacheKey = QByteArray::number(nameKey) + ':' + authorityKeyId;
    if (const auto known = m_candidates.constFind(cacheKey); known != m_candidates.cend())
        return *known;
    auto candidates = std::make_shared<Candidates>();
    QSet<QByteArray> seenKeys;
    const auto take = [&](Rows rows) {
        while (rows.next() && seenKeys.size() < MaxKeys) {
            // Of several certificates of one key the first serves: CAs before others, then the one that ends last.
            const QByteArray spkiSha256 = rows.blob(1);
            if (seenKeys.contains(spkiSha256))
                continue;
            seenKeys.insert(spkiSha256);
            if (auto key = tryPublicKey(spkiOf(viewOf(rows.blob(2)))))
                candidates->push_back({rows.integer(0), *std::move(key)});
        }
    };
#define CANDIDATE_ROWS(condition)                                                                                      \
    "SELECT id, spki_sha256, der FROM (SELECT id, spki_sha256, is_ca, not_after FROM certificates WHERE " condition    \
    " LIMIT ?) JOIN certificate_der ON certificate_id = id ORDER BY is_ca DESC, not_after DESC, id DESC"
    if (authorityKeyId.isEmpty()) {
        take(m_database.select(CANDIDATE_ROWS("subject_key = ?"), {nameKey, MaxNamesakes}));
    } else {
        take(m_database.select(CANDIDATE_ROWS("subject_key = ? AND subject_key_id = ?"),
                               {nameKey, authorityKeyId, MaxNamesakes}));
        take(m_database.select(CANDIDATE_ROWS("subject_key = ? AND subject_key_id IS NULL"), {nameKey, MaxNamesakes}));
    }
#undef CANDIDATE_ROWS
    if (m_candidates.size() > CandidateCacheLimit)
        m_candidates.clear();
    m_candidates.insert(cacheKey, candidates);
    return candidates;
}

std::vector<Linker::Check> Linker::read(const std::vector<RowId>& ids, std::size_t first, std::size_t count) {
    std::vector<Check> checks;
    checks.reserve(count);
    for (std::size_t i = first; i < first + count; ++i) {
        auto rows = m_database.select(
            "SELECT certificate_der.der, subject_key, match_key, authority_key_id FROM certificates"
            " JOIN names ON names.id = issuer_name JOIN certificate_der ON certificate_id = certificates.id"
            " WHERE certificates.id = ?",
            {qlonglong(ids[i])});
        if (!rows.next())
            continue;
        Check check;
        check.id = ids[i];
        check.der = rows.blob(0);
        check.issuerKey = rows.integer(2);
        check.isSelfIssued = rows.integer(1) == check.issuerKey;
        check.authorityKeyId = rows.blob(3);
        checks.push_back(std::move(check));
    }
    return checks;
}

void Linker::store(const Check& check) {
    if (check.isSelfSigned) {
        // RFC 5280 4.2.1.9: version 1 knows no basic constraints; a self-signed one has always been taken for a root.
        m_database.change("UPDATE certificates SET link = 2, is_self_signed = 1, issuer_id = NULL,"
                          " is_ca = is_ca OR version = 1 WHERE id = ?",
                          {qlonglong(check.id)});
    } else if (check.issuer != 0) {
        m_database.change("UPDATE certificates SET link = 2, issuer_id = ? WHERE id = ?",
                          {qlonglong(check.issuer), qlonglong(check.id)});
    } else {
        const auto hasNamesake = [&] {
            auto rows = m_database.select("SELECT 1 FROM certificates WHERE subject_key = ? AND id <> ? LIMIT 1",
                                          {check.issuerKey, qlonglong(check.id)});
            return rows.next();
        };
        if (check.tries > 0 || hasNamesake())
            m_database.change("UPDATE certificates SET link = 1, link_tries = min(link_tries + ?, 32) WHERE id = ?",
                              {check.tries, qlonglong(check.id)});
    }
}

std::size_t Linker::link(const std::vector<RowId>& ids, const base::JobControl& control) {
    std::size_t linked = 0;
    for (std::size_t first = 0; first < ids.size(); first += BatchSize) {
        control.throwIfStopped();
        std::vector<Check> checks = read(ids, first, std::min(BatchSize, ids.size() - first));
        parallelFor(checks.size(), [&checks](std::size_t i) {
            Check& check = checks[i];
            if (!check.isSelfIssued)
                return;
            const auto own = tryPublicKey(spkiOf(viewOf(check.der)));
            check.isSelfSigned = own && isSignedBy(viewOf(check.der), *own);
        });
        for (Check& check : checks) {
            if (!check.isSelfSigned)
                check.candidates = candidatesFor(check.issuerKey, check.authorityKeyId);
        }
        parallelFor(checks.size(), [&checks](std::size_t i) {
            Check& check = checks[i];
            if (!check.candidates)
                return;
            for (const Candidate& candidate : *check.candidates) {
                if (candidate.id == check.id)
                    continue;
                if (isSignedBy(viewOf(check.der), candidate.key)) {
                    check.issuer = candidate.id;
                    return;
                }
                ++check.tries;
            }
        });
        for (const Check& check : checks) {
            store(check);
            linked += check.isSelfSigned || check.issuer != 0 ? 1 : 0;
        }
        control.report(std::min(first + BatchSize, ids.size()), ids.size());
    }
    return linked;
}

void Linker::adopt(const std::vector<RowId>& issuers, RowId firstNew, const base::JobControl& control) {
    const auto exists = [this](const char* sql, const Values& values) { return m_database.select(sql, values).next(); };
    const bool hasCertificates = exists("SELECT 1 FROM certificates WHERE issuer_id IS NULL AND is_self_signed = 0"
                                        " AND link_tries < 32 AND id < ? LIMIT 1",
                                        {qlonglong(firstNew)});
    const bool hasCrls = exists("SELECT 1 FROM crls WHERE issuer_id IS NULL LIMIT 1", {});
    if (!hasCertificates && !hasCrls)
        return;
    for (const RowId issuer : issuers) {
        control.throwIfStopped();
        if (hasCertificates)
            adoptCertificates(issuer, firstNew, control);
        if (hasCrls)
            adoptCrls(issuer);
    }
}

void Linker::adoptCertificates(RowId issuer, RowId firstNew, const base::JobControl& control) {
    std::vector<RowId> children;
    QByteArray issuerDer;
    {
        // The name's number in `names` leads into certificates_without_issuer; most certificates issued nothing, and
        // the first look-up ends it.
        auto rows =
            m_database.select("SELECT child.id, certificate_der.der FROM certificates AS issuer JOIN names ON "
                              "match_key = issuer.subject_key"
                              " JOIN certificates AS child ON child.issuer_name = names.id AND child.issuer_id IS NULL"
                              " AND child.is_self_signed = 0 AND child.link_tries < 32"
                              " AND (child.authority_key_id IS NULL OR issuer.subject_key_id IS NULL"
                              " OR child.authority_key_id = issuer.subject_key_id)"
                              " JOIN certificate_der ON certificate_id = issuer.id"
                              " WHERE issuer.id = ? AND child.id < ?",
                              {qlonglong(issuer), qlonglong(firstNew)});
        while (rows.next()) {
            children.push_back(rows.integer(0));
            if (issuerDer.isEmpty())
                issuerDer = rows.blob(1);
        }
    }
    m_database.change("UPDATE certificates SET link = 1 WHERE link = 0 AND issuer_id IS NULL AND is_self_signed = 0"
                      " AND link_tries < 32 AND id < ? AND issuer_name IN (SELECT names.id FROM names"
                      " JOIN certificates AS issuer ON match_key = issuer.subject_key WHERE issuer.id = ?)",
                      {qlonglong(firstNew), qlonglong(issuer)});
    if (children.empty())
        return;
    const auto key = tryPublicKey(spkiOf(viewOf(issuerDer)));
    for (std::size_t first = 0; key && first < children.size(); first += BatchSize) {
        control.throwIfStopped();
        std::vector<Check> checks = read(children, first, std::min(BatchSize, children.size() - first));
        parallelFor(checks.size(), [&](std::size_t i) {
            Check& check = checks[i];
            check.tries = 1;
            check.issuer = isSignedBy(viewOf(check.der), *key) ? issuer : 0;
        });
        for (const Check& check : checks)
            store(check);
    }
}

void Linker::adoptCrls(RowId issuer) {
    std::vector<std::pair<RowId, QByteArray>> waiting;
    std::optional<crypto::PublicKey> key;
    {
        auto rows = m_database.select(
            "SELECT crls.id, crl_der.der, certificate_der.der FROM certificates AS issuer"
            " JOIN names ON match_key = issuer.subject_key"
            " JOIN crls ON crls.issuer_name = names.id AND crls.issuer_id IS NULL"
            " JOIN crl_der ON crl_id = crls.id JOIN certificate_der ON certificate_id = issuer.id WHERE issuer.id = ?",
            {qlonglong(issuer)});
        while (rows.next()) {
            waiting.emplace_back(rows.integer(0), rows.blob(1));
            if (!key)
                key = tryPublicKey(spkiOf(viewOf(rows.blob(2))));
        }
    }
    for (const auto& [id, der] : waiting) {
        const bool isVerified = key && x509::Crl::fromDer(viewOf(der)).isSignedBy(*key);
        m_database.change("UPDATE crls SET link = ?, issuer_id = ? WHERE id = ?",
                          {isVerified ? 2 : 1, isVerified ? QVariant(qlonglong(issuer)) : QVariant(), qlonglong(id)});
    }
}

} // namespace certwright::store
