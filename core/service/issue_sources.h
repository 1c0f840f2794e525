#pragma once

#include "core/pki/issue_plan.h"
#include "core/service/issuing.h"

#include <QString>

#include <optional>
#include <vector>

namespace certwright::service {

/// What is known about the key of a KeySource without decrypting anything. Internal to the service.
struct ResolvedKey {
    std::optional<crypto::PublicKey> publicKey; ///< nothing while it is still to be made
    crypto::KeyFacts facts;
    store::RowId keyId = 0; ///< where it lies in the store; 0 when it does not
    int useCount = 0;       ///< certificates of the store with this key
};

/// What is known about a CaSource without decrypting anything.
struct ResolvedCa {
    std::optional<x509::Certificate> certificate;
    std::vector<x509::Certificate> issuers; ///< of the certificate, nearest first
    store::RowId keyId = 0;                 ///< its private key in the store
    std::vector<pki::Problem> problems;     ///< key not here, revoked
};

/// What is known about a key that is still to be made.
crypto::KeyFacts factsOf(const crypto::KeySpec& spec);

/// @throws Error NotFound for an id that is not in the store, Internal for an id without a store
ResolvedKey resolveKey(store::Store* store, const KeySource& source, const std::optional<x509::Request>& request);
ResolvedCa resolveCa(store::Store* store, const CaSource& source);

/// The private half; a new key is made here. Nothing for RequestKey.
/// @throws Error PassphraseNeeded when the store is locked, Cancelled
std::optional<crypto::PrivateKey> privateKeyOf(store::Store* store, const KeySource& source,
                                               const base::JobControl& control);

/// @throws Error PassphraseNeeded when the store is locked
void throwIfLocked(const store::Store& store);

/// @throws Error NotAllowed with the messages of the errors among them, when there are any
void throwIfRefused(const std::vector<pki::Problem>& problems);

/// The problem of a name that another entry of this kind has; nothing for an empty or a free one.
std::optional<pki::Problem> nameProblem(const store::Store& store, store::EntryKind kind, const QString& name);

/// What an entry is called when nobody said: the name for lists, else the first alternative name.
QString proposedName(const pki::IssuePlan& plan);

/// Puts a private key into the store unless it is there. @throws Error PassphraseNeeded
store::RowId keepKey(store::Store& store, const crypto::PrivateKey& key, const QString& name);

} // namespace certwright::service
