#pragma once

#include "core/base/secret.h"
#include "core/crypto/private_key.h"
#include "core/pki/export_target.h"
#include "core/x509/certificate.h"

#include <QString>

#include <vector>

namespace certwright::service {

/// What a file that was written may hold, and nothing else.
struct ExpectedContents {
    std::vector<x509::Certificate> certificates;
    std::vector<crypto::PublicKey> keys; ///< public halves of the private keys
    bool isChain = false;                ///< certificates in PEM stand in the order of their chain, leaf first

    static ExpectedContents of(const std::vector<pki::ExportMaterial>& materials);
    static ExpectedContents ofKey(const crypto::PrivateKey& key) { return {{}, {key.publicKey()}, false}; }
};

/// Reads a written file back and checks it: the bytes are those that were meant, and what they hold, read as any other
/// file, is what was exported: certificates in the order of their chain, the key that of the certificate, everything
/// encrypted opening with `passphrase`.
/// @throws Error Io when the disk gave other bytes, Internal when the contents are not what was exported
void checkWritten(const QString& path, const pki::ExportedFile& file, const ExpectedContents& expected,
                  const base::Secret* passphrase);

} // namespace certwright::service
