#pragma once

#include "core/base/bytes.h"
#include "core/base/progress.h"
#include "core/service/issuing.h"

#include <QString>

#include <vector>

namespace certwright::store {
class Store;
}

namespace certwright::service {

/// One certificate of a batch.
struct BatchRow {
    std::size_t number = 0; ///< of the row in the table, the heading being the first
    IssueRequest request;
    QString fileName; ///< what its files are called, without a suffix: a name, no path
};

/// Reads a table of certificates: CSV (RFC 4180, UTF-8), whose first row names the columns: subject, san, profile,
/// days, not_after, name, file, in any order. A row is `common` with what its cells say; an empty cell says nothing.
/// Without "file" the files are called as the entry's name, else as the first alternative name or the common name.
/// @throws Error BadInput that names the row: an unknown column, a row of another length, a value that cannot be read,
/// two rows with the same files
std::vector<BatchRow> readBatch(base::BytesView csv, const IssueRequest& common);

/// Issues all of them, or none: first every plan is made and checked, then each is issued, with one transaction of the
/// store around them. @throws Error NotAllowed that names the rows which are refused, and as issue()
std::vector<IssueResult> issueBatch(store::Store* store, const std::vector<BatchRow>& rows,
                                    const base::JobControl& control = {});

} // namespace certwright::service
