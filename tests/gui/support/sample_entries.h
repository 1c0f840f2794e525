#pragma once

#include "core/base/clock.h"
#include "core/store/store.h"
#include "tests/core/store/sample_pki.h"

namespace certwright::test {

/// What fillStore() put there.
struct SampleEntries {
    store::RowId root = 0;     ///< "Lab Root CA" with its key
    store::RowId www = 0;      ///< "www.example.test", a server certificate of it that expires in 20 days, with its key
    store::RowId old = 0;      ///< "old.example.test", expired, no key
    store::RowId stranger = 0; ///< "stranger.example.test", whose issuer is not there
    store::RowId key = 0;      ///< "spare key", used by nothing
    store::RowId request = 0;  ///< "request.example.test"
    store::RowId crl = 0;      ///< of the root
};

/// A small store with something of every kind, its dates relative to `now`. The store must be unlocked.
SampleEntries fillStore(store::Store& store, base::Time now);

/// A certificate of `issuer` with these dates and names.
x509::Certificate datedCertificate(const std::string& name, const crypto::PublicKey& key, const Holder& issuer,
                                   base::Time from, base::Time until, const std::string& otherNames = {});

} // namespace certwright::test
