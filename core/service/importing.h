#pragma once

#include "core/base/error.h"
#include "core/base/progress.h"
#include "core/crypto/private_key.h"
#include "core/store/rows.h"
#include "core/store/store.h"
#include "core/x509/certificate.h"
#include "core/x509/columns.h"
#include "core/x509/crl.h"
#include "core/x509/request.h"

#include <QString>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace certwright::formats {
struct Contents;
}

namespace certwright::service {

/// What becomes of one item of an import.
enum class ImportState {
    New,      ///< will be added
    Present,  ///< is in the store already
    Repeated, ///< stands earlier in the same import
    Locked,   ///< an encrypted key whose passphrase is missing
    Unusable, ///< a key of an algorithm that this OpenSSL does not offer, or damaged
};

/// "new", "present", "repeated", "locked", "unusable".
QString toString(ImportState state);

/// One thing that can go into a store. A value, cheap to copy; readable by any thread.
struct ImportItem {
    static constexpr std::size_t None = static_cast<std::size_t>(-1);

    store::EntryKind kind = store::EntryKind::Certificate;
    ImportState state = ImportState::New;
    std::string file;
    QString name;    ///< proposed: friendly name, common name, file name; may be edited before the import
    QString subject; ///< subject, issuer of a revocation list, key in words; UTF-8 as in rows
    QString issuer;
    QString otherNames;
    std::optional<base::Time> notBefore; ///< of a revocation list thisUpdate
    std::optional<base::Time> notAfter;  ///< of a revocation list nextUpdate
    crypto::KeyFacts key;
    QString sha256;     ///< of the DER; of a key that of the SPKI, empty while it is locked
    QString spkiSha256; ///< of certificate, request and key
    bool isCa = false;
    /// Certificate and request: index in ImportPreview::items of its private key. Key: of the first certificate or
    /// request that it belongs to.
    std::size_t match = None;
    /// Certificate and request: its private key is in the store. Key: a certificate of it is.
    bool matchesStored = false;
    /// Present: the entry that is there. Repeated: 0.
    store::RowId storedId = 0;
    QString storedName;
    QString problem; ///< Locked, Unusable: a sentence

    /// What is added: the object with its columns, or the key. Nothing when it is locked or not usable.
    struct CertificateData {
        base::Bytes der;
        x509::CertificateColumns columns;
    };
    std::variant<std::monostate, std::shared_ptr<const CertificateData>, crypto::PrivateKey, x509::Request, x509::Crl>
        value;
};

/// A file that an import could not read wholly.
struct ImportProblem {
    std::string file;
    base::Error error;
};

/// What an import would do. Nothing is written yet.
struct ImportPreview {
    std::vector<ImportItem> items; ///< in the order of the files
    std::vector<ImportProblem> problems;
    /// Things that were found and that a store does not keep, by kind: "parameters", "public-key".
    std::vector<QString> notKept;

    std::size_t count(ImportState state) const;
};

/// What to import: items of a preview, names edited at will.
struct ImportSelection {
    std::vector<ImportItem> items;
    QString comment; ///< given to every entry that is added
};

/// Every new item of a preview.
ImportSelection selectNew(const ImportPreview& preview);

struct ImportedEntry {
    store::EntryKind kind = store::EntryKind::Certificate;
    store::RowId id = 0;
    QString name;
};

struct ImportResult {
    std::vector<ImportedEntry> added; ///< in the order of the selection
    std::size_t present = 0;          ///< chosen, but in the store by the time of the import
    std::size_t linked = 0;           ///< added certificates whose issuer was verified
};

/// Looks at what was read: what is new, what is there already, which key belongs to which certificate. `store` may be
/// null: then everything is new. Writes nothing; call it on the reading side.
/// @throws Error Cancelled, or what reading the store throws
ImportPreview previewImport(const std::vector<formats::Contents>& contents, store::Store* store,
                            const base::JobControl& control = {});

/// Adds a selection in one transaction: all of it or, when anything fails or it is cancelled, nothing. Issuer links are
/// made after a signature check, in either order of arrival. Items that are not New are skipped; one that came into the
/// store since the preview is counted as present.
/// @throws Error PassphraseNeeded when a key is among them and the store is locked, Cancelled, Io when the disk is full
ImportResult importItems(store::Store& store, const ImportSelection& selection, const base::JobControl& control = {});

} // namespace certwright::service
