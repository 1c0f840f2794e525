#pragma once

#include "core/base/progress.h"
#include "core/crypto/key_generator.h"
#include "core/crypto/private_key.h"
#include "core/pki/issue_plan.h"
#include "core/store/rows.h"
#include "core/x509/certificate.h"
#include "core/x509/request.h"

#include <QString>

#include <optional>
#include <variant>
#include <vector>

namespace certwright::store {
class Store;
}

namespace certwright::service {

/// A key that is to be made.
struct NewKey {
    crypto::KeySpec spec{"EC", 0, "prime256v1"};
    QString name; ///< in the store; empty: the certificate's name
};
/// A key of the store.
struct StoredKey {
    store::RowId id = 0; ///< 0: none is chosen yet, which a preview says and issuing refuses
};
/// The key of the request that is signed; only its public half is known.
struct RequestKey {};

/// The key to be certified: one of the store, one at hand (a file), a new one, or that of the request.
using KeySource = std::variant<NewKey, StoredKey, crypto::PrivateKey, RequestKey>;

/// A CA of the store.
struct StoredCa {
    store::RowId certificateId = 0;
};
/// A CA out of files. `issuers` are those above it, nearest first, as far as they are known.
struct FileCa {
    x509::Certificate certificate;
    crypto::PrivateKey key;
    std::vector<x509::Certificate> issuers;
};
/// Who signs; monostate for self-signed ones, requests, and while nobody is chosen.
using CaSource = std::variant<std::monostate, StoredCa, FileCa>;

/// Everything about one certificate that is to be issued. A value: copied into a job. (For requests that are made, see
/// RequestOrder; this one is what asks the service to issue.)
struct IssueRequest {
    pki::IssueChoices choices;
    KeySource key = NewKey{};
    CaSource ca;
    bool isKept = true; ///< put into the store, with the key when it is new or from a file
    QString name;       ///< in the store; empty: the common name, or the first other name
    QString comment;
    base::Time now = base::SystemClock().now(); ///< by the caller's clock
};

/// What was issued.
struct IssueResult {
    x509::Certificate certificate;
    std::vector<x509::Certificate> issuers;   ///< nearest first, as far as they are known
    std::optional<crypto::PrivateKey> newKey; ///< when one was made
    store::RowId certificateId = 0;           ///< 0 when it was not kept
    store::RowId keyId = 0;                   ///< the key in the store; 0 when it is not there
    std::vector<pki::Problem> remarks;        ///< warnings and notices of the plan
};

/// What issue() would make, with every problem: needs neither the store's passphrase nor a private key. `store` may be
/// null when nothing in the request refers to it. Key identifiers stay open while the key is still to be made.
/// @throws Error NotFound for an id that is not in the store, Store
pki::IssuePlan previewIssue(store::Store* store, const IssueRequest& request);

/// Makes the key if need be, signs, reads back and checks, and puts the result into the store in one transaction with
/// its entry in the journal. The serial number is unused in the store. Nothing is kept when it throws.
/// @throws Error NotAllowed with the messages of the plan's errors, PassphraseNeeded when the store is locked,
/// Cancelled
IssueResult issue(store::Store* store, const IssueRequest& request, const base::JobControl& control = {});

/// Everything about one request that is to be made. choices.product is taken as Request.
struct RequestOrder {
    pki::IssueChoices choices;
    KeySource key = NewKey{};
    QString challenge; ///< challengePassword; read by whoever gets the request, so no secret
    bool isKept = true;
    QString name;
    base::Time now = base::SystemClock().now();
};

struct RequestResult {
    x509::Request request;
    std::optional<crypto::PrivateKey> newKey;
    store::RowId requestId = 0;
    store::RowId keyId = 0;
    std::vector<pki::Problem> remarks;
};

/// As previewIssue(), for a request.
pki::IssuePlan previewRequest(store::Store* store, const RequestOrder& order);
/// As issue(), for a request.
RequestResult createRequest(store::Store* store, const RequestOrder& order, const base::JobControl& control = {});

/// What generateKeyInto() made.
struct KeyResult {
    crypto::PrivateKey key;
    store::RowId keyId = 0;
};

/// What there is to say about a kind of key before it is made (RSA 1024, DSA), and about its name in the store
/// ("Name is used by another key."). `store` may be null.
std::vector<pki::Problem> previewKey(store::Store* store, const NewKey& key);

/// Makes a key and puts it into the store, encrypted. @throws Error PassphraseNeeded when the store is locked,
/// NotAllowed when its name is taken, Cancelled, Unsupported
KeyResult generateKeyInto(store::Store& store, const NewKey& key, const base::JobControl& control = {});

} // namespace certwright::service
