#pragma once

#include "core/base/progress.h"
#include "core/crypto/public_key.h"
#include "core/store/rows.h"

#include <QByteArray>
#include <QHash>

#include <cstddef>
#include <memory>
#include <vector>

namespace certwright::store {

class Database;

/// Finds the issuers of certificates in the store: candidates by name and key identifier through indexes, then a
/// signature check; a name alone never links. Runs inside a transaction of its caller; what it remembers is valid as
/// long as no certificate is added or removed.
class Linker {
public:
    explicit Linker(Database& database)
        : m_database(database) {}

    /// Links certificates to issuers that are in the store; returns how many have a verified issuer, themselves
    /// counted. @throws Error Cancelled
    std::size_t link(const std::vector<RowId>& ids, const base::JobControl& control);
    /// Links certificates and revocation lists that were waiting to those of `issuers` that issued them. Certificates
    /// from `firstNew` on are left out: link() has seen them.
    void adopt(const std::vector<RowId>& issuers, RowId firstNew, const base::JobControl& control);

private:
    struct Candidate {
        RowId id = 0;
        crypto::PublicKey key;
    };
    using Candidates = std::vector<Candidate>;
    /// One certificate and the keys that may have signed it.
    struct Check {
        RowId id = 0;
        QByteArray der;
        bool isSelfIssued = false; ///< subject and issuer have the same name
        qint64 issuerKey = 0;      ///< match key of the issuer's name
        QByteArray authorityKeyId;
        std::shared_ptr<const Candidates> candidates;
        // Filled in by the check:
        bool isSelfSigned = false;
        RowId issuer = 0;
        int tries = 0;
    };

    std::vector<Check> read(const std::vector<RowId>& ids, std::size_t first, std::size_t count);
    std::shared_ptr<const Candidates> candidatesFor(qint64 nameKey, const QByteArray& authorityKeyId);
    void store(const Check& check);
    void adoptCertificates(RowId issuer, RowId firstNew, const base::JobControl& control);
    void adoptCrls(RowId issuer);

    Database& m_database;
    QHash<QByteArray, std::shared_ptr<const Candidates>> m_candidates;
};

} // namespace certwright::store
