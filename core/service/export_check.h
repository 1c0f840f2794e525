#pragma once

#include "core/base/secret.h"
#include "core/pki/export_target.h"

#include <QString>

#include <vector>

namespace certwright::service {

/// Reads a written file back and checks it: the bytes are those that were meant, and what they hold, read as any other
/// file, is what was exported: certificates in the order of their chain, the key that of the certificate, everything
/// encrypted opening with `passphrase`.
/// @throws Error Io when the disk gave other bytes, Internal when the contents are not what was exported
void checkWritten(const QString& path, const pki::ExportedFile& file, const std::vector<pki::ExportMaterial>& materials,
                  const base::Secret* passphrase);

} // namespace certwright::service
