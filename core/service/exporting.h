#pragma once

#include "core/base/progress.h"
#include "core/base/secret.h"
#include "core/pki/export_target.h"
#include "core/pki/problem.h"
#include "core/store/rows.h"

#include <QString>

#include <memory>
#include <optional>
#include <vector>

namespace certwright::store {
class Store;
}

namespace certwright::service {

/// What to export, and where to. A value: copied into a job.
struct ExportOrder {
    std::vector<store::RowId> certificateIds; ///< several only where the target takes many
    pki::ExportTarget target = pki::ExportTarget::Nginx;
    QString
        path; ///< a folder (made when it is missing, with mode 0700 when a key goes in) or a file, as the target says
    pki::ExportOptions options;
    /// For what holds a private key; null: in clear, where the target allows it.
    std::shared_ptr<const base::Secret> passphrase;
    bool mayOverwrite = false;
};

/// A file as it will be written.
struct PlannedFile {
    QString path;
    QString purpose;        ///< "certificate and intermediates"
    bool isPrivate = false; ///< mode 0600, else what the umask leaves of 0644
    bool hasClearKey = false;
    bool exists = false;
};

/// What runExport() would do.
struct ExportPlan {
    std::vector<PlannedFile> files;
    QString snippet;       ///< lines for the server's configuration; may be empty
    bool needsKey = false; ///< the store will have to be unlocked
    /// No key in the store, chain incomplete, files that would be overwritten, expired certificate...
    std::vector<pki::Problem> problems;
};

struct ExportResult {
    std::vector<PlannedFile> files;
    QString snippet;
};

/// Names, modes and problems of an export; reads no private key and writes nothing. `now` judges expiry.
/// @throws Error NotFound for an id that is not in the store, Store
ExportPlan planExport(store::Store& store, const ExportOrder& order, base::Time now);

/// Writes the files: all under temporary names first, private ones with mode 0600 from their first byte, then renamed
/// together; reads each back and checks it (the key is the certificate's, the chain leads from the leaf up, the PKCS#12
/// opens with the passphrase), and notes the export of a key in the store's journal before anything is renamed.
/// @throws Error NotAllowed when a file exists and may not be overwritten or the plan has an error, PassphraseNeeded
/// when the store is locked, Io
ExportResult runExport(store::Store& store, const ExportOrder& order, const base::JobControl& control = {});

} // namespace certwright::service
