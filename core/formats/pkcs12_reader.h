#pragma once

#include "core/base/bytes.h"
#include "core/base/handle.h"
#include "core/formats/pkcs12.h"
#include "core/formats/unlocker.h"

#include <openssl/pkcs12.h>

#include <optional>
#include <vector>

namespace certwright::formats {

/// Reads one PKCS#12 file: readPkcs12() with the passphrases of a file that is being read already. Used once.
class Pkcs12Reader {
public:
    /// `der` must outlive the reader. @throws Error BadInput when it is not PKCS#12 or damaged
    Pkcs12Reader(base::BytesView der, Unlocker& unlocker);

    /// @throws Error as readPkcs12()
    Pkcs12Result read();

private:
    void checkMac();
    void readSafe(PKCS7* safe);
    void readEncryptedSafe(const PKCS7* safe);
    void readBags(const STACK_OF(PKCS12_SAFEBAG) * bags, int depth);
    void readBag(const PKCS12_SAFEBAG* bag, int depth);
    Item certificateItem(const PKCS12_SAFEBAG* bag);
    Item crlItem(const PKCS12_SAFEBAG* bag);
    Item keyItem(const PKCS12_SAFEBAG* bag);
    Item encryptedKeyItem(const PKCS12_SAFEBAG* bag);
    Item keyFromPkcs8(base::BytesView der, std::optional<EncryptionInfo> encryption);
    void noteEncryption(const EncryptionInfo& info);
    /// Keeps the first error; a locked part locks the file.
    void noteError(const base::Error& error);

    base::BytesView m_der;
    Unlocker& m_unlocker;
    base::Handle<PKCS12> m_file;
    Pkcs12Result m_result;
};

} // namespace certwright::formats
