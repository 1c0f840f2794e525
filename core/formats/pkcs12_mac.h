#pragma once

#include "core/base/bytes.h"
#include "core/base/secret.h"
#include "core/formats/item.h"
#include "core/formats/pbe.h"
#include "core/formats/unlocker.h"

#include <openssl/types.h>

#include <memory>

namespace certwright::formats {

/// The MAC of a PKCS#12 file (RFC 7292 4, RFC 9579), checked here because OpenSSL knows PBMAC1 only since 3.4.
class Pkcs12MacCheck {
public:
    /// `file`, the bytes it was read from and `unlocker` must outlive this. @throws Error BadInput for damaged
    /// parameters, Unsupported for an unknown digest, NotAllowed when the iteration count is above the limit
    Pkcs12MacCheck(PKCS12* file, base::BytesView bytes, Unlocker& unlocker);
    ~Pkcs12MacCheck();
    Pkcs12MacCheck(const Pkcs12MacCheck&) = delete;
    Pkcs12MacCheck& operator=(const Pkcs12MacCheck&) = delete;

    const Pkcs12Mac& facts() const noexcept { return m_facts; }
    /// True when the passphrase gives this MAC. @throws Error NotAllowed when the file cost too much already
    bool isVerifiedBy(const base::Secret& passphrase);

private:
    struct Parameters;

    bool verifies(PassphraseView passphrase);

    PKCS12* m_file;
    base::BytesView m_bytes;
    Unlocker& m_unlocker;
    Pkcs12Mac m_facts;
    std::unique_ptr<Parameters> m_pbmac1;
};

} // namespace certwright::formats
