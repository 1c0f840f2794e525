#pragma once

#include "core/store/rows.h"
#include "ui/models/list_arrangement.h"

#include <vector>

namespace certwright::test {

/// Rows of a list, in ascending order of their ids.
ui::ListRows rowsOf(const std::vector<store::CertificateRow>& rows);

/// Row `id` of a synthetic store: every hundredth is a root, every tenth an intermediate of the root before it, the
/// rest are leaves of the intermediate before them. Its serial number has 128 bits that look random.
store::CertificateRow syntheticRow(store::RowId id, base::Time now);

/// Rows 1 to `count` of it.
ui::ListRows syntheticRows(store::RowId count, base::Time now);

} // namespace certwright::test
