#pragma once

#include "core/base/secret.h"
#include "core/service/exporting.h"
#include "core/store/rows.h"

#include <QString>

#include <memory>

namespace certwright::store {
class Store;
}

namespace certwright::service {

/// A request, a key or a revocation list of the store as a file of its own; certificates leave by ExportOrder.
struct EntryExportOrder {
    store::EntryKind kind = store::EntryKind::Request;
    store::RowId id = 0;
    QString path;
    /// DER instead of PEM; not for keys.
    bool isDer = false;
    /// Encrypts a key (PKCS#8, RFC 5958, by PBES2); required for one.
    std::shared_ptr<const base::Secret> passphrase;
    bool mayOverwrite = false;
};

/// The bytes that go into the file of a request or a revocation list.
/// @throws Error NotFound for an id that is not in the store, NotAllowed for a key or a certificate
base::Bytes entryBytes(const store::Store& store, const EntryExportOrder& order);

/// Writes the file under a temporary name, reads it back and checks it, and renames it then; a key gets mode 0600 and
/// is noted in the store's journal first.
/// @throws Error NotAllowed when the file exists and may not be overwritten, NotFound for an id that is not in the
/// store, PassphraseNeeded when a key is to be written and the store is locked or the order has no passphrase, Io
PlannedFile exportEntry(store::Store& store, const EntryExportOrder& order);

} // namespace certwright::service
