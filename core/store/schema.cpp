#include "core/store/schema.h"

#include "core/base/outcome.h"
#include "core/store/database.h"

namespace certwright::store {

namespace {

// Lists read the tables certificates, keys, requests and crls only, so these are narrow; what is long (DER, encrypted
// keys) lies in tables of its own. Times are seconds since 1970. Digests and key identifiers are BLOBs.

constexpr const char* StoreTables[] = {
    "CREATE TABLE store ("
    " id INTEGER PRIMARY KEY CHECK (id = 1),"
    " uuid BLOB NOT NULL CHECK (length(uuid) = 16),"
    " created_at INTEGER NOT NULL,"
    " created_by TEXT NOT NULL)",

    // Layout of both: packaging/VAULT_FORMAT.md
    "CREATE TABLE vault ("
    " id INTEGER PRIMARY KEY CHECK (id = 1),"
    " header BLOB NOT NULL,"
    " journal_seal BLOB NOT NULL)",

    "CREATE TABLE journal ("
    " number INTEGER PRIMARY KEY,"
    " at INTEGER NOT NULL,"
    " act TEXT NOT NULL,"
    " subject TEXT NOT NULL,"
    " detail TEXT NOT NULL,"
    " mac BLOB NOT NULL)",
};

constexpr const char* EntryTables[] = {
    // Names of issuers, each once. match_key: equal for names that RFC 5280 7.1 calls equal.
    "CREATE TABLE names ("
    " id INTEGER PRIMARY KEY,"
    " der BLOB NOT NULL UNIQUE,"
    " match_key INTEGER NOT NULL,"
    " text TEXT NOT NULL)",
    "CREATE INDEX names_by_match_key ON names (match_key)",

    "CREATE TABLE keys ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " name TEXT NOT NULL,"
    " type TEXT NOT NULL, bits INTEGER NOT NULL, curve TEXT NOT NULL,"
    " spki_sha256 BLOB NOT NULL UNIQUE CHECK (length(spki_sha256) = 32),"
    " comment TEXT NOT NULL,"
    " added_at INTEGER NOT NULL,"
    " spki BLOB NOT NULL)",
    "CREATE INDEX keys_by_name ON keys (name COLLATE NOCASE)",
    "CREATE TABLE key_secrets ("
    " key_id INTEGER PRIMARY KEY REFERENCES keys (id) ON DELETE CASCADE,"
    " record BLOB NOT NULL)",

    // link: 0 unknown, 1 claimed, 2 verified. link_tries: keys that were tried and did not verify it; the search ends
    // at
    // a limit, so that many namesakes cannot make an import quadratic. spki_key: first eight octets of spki_sha256.
    "CREATE TABLE certificates ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " name TEXT NOT NULL,"
    " subject TEXT NOT NULL,"
    " common_name TEXT NOT NULL,"
    " issuer_name INTEGER NOT NULL REFERENCES names (id),"
    " serial TEXT NOT NULL,"
    " other_names TEXT NOT NULL,"
    " not_before INTEGER, not_after INTEGER,"
    " type TEXT NOT NULL, bits INTEGER NOT NULL, curve TEXT NOT NULL,"
    " sha256 BLOB NOT NULL CHECK (length(sha256) = 32),"
    " sha1 BLOB NOT NULL CHECK (length(sha1) = 20),"
    " is_ca INTEGER NOT NULL,"
    " is_self_signed INTEGER NOT NULL DEFAULT 0,"
    " key_id INTEGER REFERENCES keys (id) ON DELETE SET NULL,"
    " issuer_id INTEGER REFERENCES certificates (id) ON DELETE SET NULL,"
    " link INTEGER NOT NULL DEFAULT 0,"
    " revoked_at INTEGER, revocation_reason INTEGER, invalidity_at INTEGER,"
    " is_issued_here INTEGER NOT NULL,"
    " profile TEXT NOT NULL,"
    " comment TEXT NOT NULL,"
    " added_at INTEGER NOT NULL,"
    " version INTEGER NOT NULL,"
    " signature_oid TEXT NOT NULL,"
    " spki_sha256 BLOB NOT NULL, spki_key INTEGER NOT NULL,"
    " subject_key INTEGER NOT NULL,"
    " subject_key_id BLOB, authority_key_id BLOB,"
    " has_basic_constraints INTEGER NOT NULL, path_length INTEGER,"
    " key_usage INTEGER NOT NULL, extended_key_usage TEXT NOT NULL,"
    " link_tries INTEGER NOT NULL DEFAULT 0)",
    "CREATE UNIQUE INDEX certificates_by_sha256 ON certificates (sha256)",
    "CREATE INDEX certificates_by_sha1 ON certificates (sha1)",
    "CREATE INDEX certificates_by_name ON certificates (name COLLATE NOCASE)",
    "CREATE INDEX certificates_by_expiry ON certificates (not_after)",
    "CREATE INDEX certificates_by_spki ON certificates (spki_key)",
    "CREATE INDEX certificates_by_subject ON certificates (subject_key, subject_key_id)",
    "CREATE INDEX certificates_by_issuer ON certificates (issuer_id, serial)",
    "CREATE UNIQUE INDEX certificates_issued_here ON certificates (issuer_id, serial) WHERE is_issued_here = 1",
    "CREATE INDEX certificates_by_key ON certificates (key_id) WHERE key_id IS NOT NULL",
    // What a certificate that arrives later may turn out to have issued.
    "CREATE INDEX certificates_without_issuer ON certificates (issuer_name, link, authority_key_id)"
    " WHERE issuer_id IS NULL AND is_self_signed = 0 AND link_tries < 32",
    "CREATE TABLE certificate_der ("
    " certificate_id INTEGER PRIMARY KEY REFERENCES certificates (id) ON DELETE CASCADE,"
    " der BLOB NOT NULL)",

    "CREATE TABLE requests ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " name TEXT NOT NULL,"
    " subject TEXT NOT NULL,"
    " other_names TEXT NOT NULL,"
    " type TEXT NOT NULL, bits INTEGER NOT NULL, curve TEXT NOT NULL,"
    " sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),"
    " spki_sha256 BLOB NOT NULL,"
    " key_id INTEGER REFERENCES keys (id) ON DELETE SET NULL,"
    " comment TEXT NOT NULL,"
    " added_at INTEGER NOT NULL)",
    "CREATE INDEX requests_by_name ON requests (name COLLATE NOCASE)",
    "CREATE INDEX requests_by_spki ON requests (spki_sha256)",
    "CREATE INDEX requests_by_key ON requests (key_id) WHERE key_id IS NOT NULL",
    "CREATE TABLE request_der ("
    " request_id INTEGER PRIMARY KEY REFERENCES requests (id) ON DELETE CASCADE,"
    " der BLOB NOT NULL)",

    "CREATE TABLE crls ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " name TEXT NOT NULL,"
    " issuer_name INTEGER NOT NULL REFERENCES names (id),"
    " number TEXT NOT NULL,"
    " this_update INTEGER, next_update INTEGER,"
    " revoked_count INTEGER NOT NULL,"
    " sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),"
    " issuer_id INTEGER REFERENCES certificates (id) ON DELETE SET NULL,"
    " link INTEGER NOT NULL DEFAULT 0,"
    " comment TEXT NOT NULL,"
    " added_at INTEGER NOT NULL)",
    "CREATE INDEX crls_by_name ON crls (name COLLATE NOCASE)",
    "CREATE INDEX crls_by_issuer_name ON crls (issuer_name)",
    "CREATE INDEX crls_by_issuer ON crls (issuer_id)",
    "CREATE TABLE crl_der ("
    " crl_id INTEGER PRIMARY KEY REFERENCES crls (id) ON DELETE CASCADE,"
    " der BLOB NOT NULL)",
};

constexpr const char* SearchTables[] = {
    // One row for each entry of any kind: id is four times the entry's id, plus its kind. The text is case-folded. The
    // index keeps no positions (detail=none): it finds candidates that have all trigrams of a word, and the text
    // decides.
    // That is less than half the size. Store::Private keeps both in step, not a trigger: SQLite runs no virtual table
    // inside one under trusted_schema = OFF.
    "CREATE TABLE search (id INTEGER PRIMARY KEY, text TEXT NOT NULL)",
    "CREATE VIRTUAL TABLE search_index USING fts5"
    " (text, content='search', content_rowid='id', tokenize='trigram', detail='none', columnsize=0)",
};

std::vector<Migration> allMigrations() {
    Migration first{1, {}};
    const auto take = [&first](std::span<const char* const> statements) {
        for (const char* statement : statements)
            first.statements.push_back(QString::fromLatin1(statement));
    };
    take(StoreTables);
    take(EntryTables);
    take(SearchTables);
    return {first};
}

} // namespace

std::span<const Migration> migrations() {
    static const std::vector<Migration> all = allMigrations();
    return all;
}

int currentSchemaVersion() {
    return migrations().back().version;
}

void migrate(Database& database, std::span<const Migration> steps) {
    const auto version = [&database] { return database.scalar(QStringLiteral("PRAGMA user_version")).toInt(); };
    for (const Migration& step : steps) {
        if (version() >= step.version)
            continue;
        database.execute(QStringLiteral("BEGIN IMMEDIATE"));
        try {
            if (version() < step.version) { // another program may have been faster
                for (const QString& statement : step.statements)
                    database.execute(statement);
                database.execute(QStringLiteral("PRAGMA user_version = %1").arg(step.version));
            }
            database.execute(QStringLiteral("COMMIT"));
        } catch (const base::Error&) {
            // SQLite has rolled back by itself after some errors; then this one has nothing to do.
            base::outcomeOf([&database] { database.execute(QStringLiteral("ROLLBACK")); }).has_value();
            throw;
        }
    }
}

} // namespace certwright::store
