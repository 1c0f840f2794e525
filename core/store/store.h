#pragma once

#include "core/base/progress.h"
#include "core/base/secret.h"
#include "core/crypto/private_key.h"
#include "core/store/journal.h"
#include "core/store/rows.h"
#include "core/store/vault.h"
#include "core/x509/certificate.h"
#include "core/x509/columns.h"
#include "core/x509/crl.h"
#include "core/x509/request.h"

#include <QString>

#include <memory>
#include <optional>
#include <vector>

namespace certwright::store {

enum class OpenMode { ReadWrite, ReadOnly };

/// What a caller says about a certificate that it adds.
struct CertificateDetails {
    QString name; ///< empty: the common name
    QString comment;
    QString profile;
    /// Made by this program with a key of this store: (issuer, serial) must be unique among those, and the act goes to
    /// the journal, for which the store must be unlocked.
    bool isIssuedHere = false;
};

/// What a caller says about any other entry.
struct EntryDetails {
    QString name; ///< empty: made from what the entry is
    QString comment;
};

/// An entry that findAll() found.
struct FoundEntry {
    EntryKind kind = EntryKind::Certificate;
    RowId id = 0;
    QString name;
};

/// A store of certificates, keys, requests and revocation lists: one SQLite file (WAL). An object belongs to the thread
/// that made it; other threads open their own on the same path and share the vault. Every function blocks for disk
/// time, so none is for the GUI thread.
///
/// Every function throws Error: Io (disk full, unreadable file), Store (damaged, in use by another program), NotAllowed
/// (the file is read-only, a rule forbids it), NotFound (no such entry). What else a function throws stands with it.
/// Every writing function is a transaction of its own unless a Transaction is open.
class Store {
public:
    /// Makes a new file (mode 0600). Costs one key derivation; unlocked afterwards. Told to stop before the file has
    /// its name, it leaves nothing behind.
    /// @throws Error NotAllowed when the path exists, Cancelled
    static std::unique_ptr<Store> create(const QString& path, const base::Secret& passphrase,
                                         const VaultCost& cost = {}, const base::JobControl& control = {});
    /// Deletes a store's file and what SQLite keeps beside it; nobody may have it open. For one that was made just now
    /// and is not wanted after all.
    static void discard(const QString& path);
    /// Opens a file, and brings an older schema up to date unless it is opened read-only. Asks no passphrase. A file
    /// that cannot be written is opened for reading. `vault` is that of another object on the same store, to be shared.
    /// @throws Error Store when it is not a store, damaged, or of a newer version; such a file is never altered
    static std::unique_ptr<Store> open(const QString& path, OpenMode mode = OpenMode::ReadWrite,
                                       std::shared_ptr<Vault> vault = {});
    ~Store();
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    QString path() const;
    /// True when the file was opened read-only, or cannot be written.
    bool isReadOnly() const;
    /// UUID text, without braces.
    QString uuid() const;
    std::optional<base::Time> createdAt() const;
    int schemaVersion() const;

    // --- the vault
    const std::shared_ptr<Vault>& vault() const;
    bool isUnlocked() const;
    /// @throws Error WrongPassphrase
    void unlock(const base::Secret& passphrase);
    void lock();
    /// Rewrites one row; no key is encrypted anew. @throws Error WrongPassphrase when `oldPassphrase` is wrong
    void changePassphrase(const base::Secret& oldPassphrase, const base::Secret& newPassphrase,
                          const VaultCost& cost = {});
    /// The wrapped store key as it is in the file now: what Vault::unlock() and Vault::rewrap() take.
    base::Bytes vaultHeader() const;
    /// Puts another header in the place of `expected`. @throws Error Store when somebody else changed it meanwhile
    void replaceVaultHeader(base::BytesView expected, base::BytesView replacement);

    // --- reading
    Counts counts() const;
    std::vector<CertificateRow> certificates(const Query& query = {}) const;
    std::vector<KeyRow> keys(const Query& query = {}) const;
    std::vector<RequestRow> requests(const Query& query = {}) const;
    std::vector<CrlRow> crls(const Query& query = {}) const;
    /// Ids that a text finds (see Query::text), ascending; for a filter over rows that are loaded already.
    std::vector<RowId> matching(EntryKind kind, const QString& text) const;

    /// Nothing when there is no such row.
    std::optional<CertificateRow> certificate(RowId id) const;
    std::optional<KeyRow> key(RowId id) const;
    std::optional<RequestRow> request(RowId id) const;
    std::optional<CrlRow> crl(RowId id) const;

    x509::Certificate certificateObject(RowId id) const;
    x509::Request requestObject(RowId id) const;
    x509::Crl crlObject(RowId id) const;
    base::Bytes certificateDer(RowId id) const;
    crypto::PublicKey publicKey(RowId keyId) const;
    /// Decrypts a key. @throws Error PassphraseNeeded when the store is locked, Store when the row was tampered with
    crypto::PrivateKey privateKey(RowId keyId) const;

    /// The certificate's issuers from its own up to the root, by verified links only; without the certificate itself.
    std::vector<x509::Certificate> issuerChain(RowId certificateId) const;
    std::vector<RowId> issuerChainIds(RowId certificateId) const;
    /// Certificates with this private key; ids ascending.
    std::vector<RowId> certificatesOfKey(RowId keyId) const;
    std::vector<RowId> requestsOfKey(RowId keyId) const;
    /// True when a certificate or request in the store has this key (upper-case hexadecimal SHA-256 of its SPKI).
    bool isKeyUsed(const QString& spkiSha256) const;
    /// CA certificates whose private key is here.
    std::vector<CertificateRow> issuingCertificates() const;
    /// Self-signed CA certificates: what verification against this store trusts.
    std::vector<x509::Certificate> trustedRoots() const;
    /// Certificates whose subject has this encoded name (compared as RFC 5280 7.1 says).
    std::vector<RowId> certificatesBySubject(base::BytesView subjectDer) const;

    /// A row by its number, its name, or the beginning of its SHA-256 (eight digits or more; for keys that of the
    /// SPKI). Nothing when there is none. @throws Error NotAllowed when several fit, with the list
    std::optional<RowId> findId(EntryKind kind, const QString& idOrNameOrHash) const;
    /// The same over every kind.
    std::vector<FoundEntry> findAll(const QString& idOrNameOrHash) const;
    /// By upper- or lower-case hexadecimal SHA-256 of the DER, for a key of the SPKI.
    std::optional<RowId> findBySha256(EntryKind kind, const QString& sha256) const;
    /// Empty when there is no such entry.
    QString nameOf(EntryKind kind, RowId id) const;
    bool isNameUsed(EntryKind kind, const QString& name) const;
    /// `wanted`, or "wanted (2)" and so on when an entry of this kind has that name.
    QString freeName(EntryKind kind, const QString& wanted) const;

    // --- writing
    /// Adds a certificate, links it to its private key and, after a signature check, to its issuer and to those that it
    /// issued. @throws Error NotAllowed when it is there already, PassphraseNeeded when isIssuedHere and locked
    RowId addCertificate(const x509::Certificate& certificate, const CertificateDetails& details = {});
    /// The same with columns that are read already. With `linkLater`, issuer links are left to linkPending().
    RowId addCertificate(base::BytesView der, const x509::CertificateColumns& columns,
                         const CertificateDetails& details = {}, bool linkLater = false);
    /// Encrypts and adds a private key. @throws Error PassphraseNeeded when locked, NotAllowed when it is there already
    RowId addKey(const crypto::PrivateKey& key, const EntryDetails& details = {});
    RowId addRequest(const x509::Request& request, const EntryDetails& details = {});
    RowId addCrl(const x509::Crl& crl, const EntryDetails& details = {});
    /// Makes the issuer links of `added` (certificates added with linkLater), with the signature checks spread over the
    /// processor's cores. Returns how many of them have a verified issuer now. @throws Error Cancelled
    std::size_t linkPending(const std::vector<RowId>& added, const base::JobControl& control = {});

    void rename(EntryKind kind, RowId id, const QString& name);
    void setComment(EntryKind kind, RowId id, const QString& comment);
    /// Removes entries. Links to them become unknown or claimed. @throws Error NotFound when one is not there
    void remove(EntryKind kind, const std::vector<RowId>& ids);
    /// Marks a certificate as revoked (CertificateHold: held) and writes it to the journal.
    /// @throws Error PassphraseNeeded when locked, NotAllowed when it is revoked already
    void revoke(RowId certificateId, x509::RevocationReason reason, base::Time date,
                std::optional<base::Time> invalidityDate = {});
    /// Ends a hold. @throws Error PassphraseNeeded when locked, NotAllowed when it is not held
    void releaseHold(RowId certificateId);
    /// What this issuer revoked, for its next revocation list.
    std::vector<x509::RevokedEntry> revokedBy(RowId issuerId) const;

    // --- the journal
    /// Appends an act that cannot be undone. @throws Error PassphraseNeeded when locked
    void recordAct(const QString& act, const QString& subject, const QString& detail);
    std::vector<JournalEntry> journal(std::int64_t after = 0, int limit = 0) const;
    /// Checks every entry and the seal. @throws Error PassphraseNeeded when locked
    JournalCheck verifyJournal() const;

    /// Problems that SQLite's integrity check and foreign key check find; empty when the file is sound.
    QStringList integrityProblems() const;

    struct Private;

private:
    friend class Transaction;
    explicit Store(std::unique_ptr<Private> data);
    void setText(EntryKind kind, RowId id, const char* column, const QString& text);
    void markIssuedHere(RowId id, const x509::CertificateColumns& columns, const QString& profile);
    void orphan(RowId issuer, std::vector<RowId>& orphans);

    std::unique_ptr<Private> d;
};

/// Makes several writing calls one: all of them or none. Ends without effect unless commit() is called. May be nested:
/// then only the outermost writes, and one that is dropped takes the outermost with it.
class Transaction {
public:
    /// Takes SQLite's write lock; waits up to five seconds for another program. @throws Error Store, NotAllowed
    explicit Transaction(Store& store);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    /// @throws Error Io when the disk is full: then nothing was written
    void commit();

private:
    Store& m_store;
    bool m_isDone = false;
};

} // namespace certwright::store
