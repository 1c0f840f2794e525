#pragma once

#include "core/crypto/private_key.h"
#include "core/x509/certificate.h"
#include "core/x509/certificate_builder.h"
#include "core/x509/crl.h"
#include "core/x509/request.h"

#include <string>

namespace certwright::test {

/// A key with certificates of it, as tests of the store need them.
struct Holder {
    crypto::PrivateKey key;
    x509::Certificate certificate;
};

/// How a sample certificate differs from the usual one.
struct SampleOptions {
    bool isCa = false;
    bool hasKeyIds = true; ///< subject and authority key identifiers
    std::string serial;    ///< hexadecimal; empty: random
    std::string otherNames;
};

crypto::PrivateKey sampleKey(const std::string& type = "ec:P-256");

/// Self-signed CA named "CN=name".
Holder sampleRoot(const std::string& name, const SampleOptions& options = {});

/// Certificate named "CN=name" with a new key.
Holder sampleIssued(const std::string& name, const Holder& issuer, const SampleOptions& options = {});

/// The same for a key that is there; cheaper, for thousands.
x509::Certificate sampleCertificate(const std::string& name, const crypto::PublicKey& key, const Holder& issuer,
                                    const SampleOptions& options = {});

x509::Request sampleRequest(const std::string& name, const crypto::PrivateKey& key);

/// A revocation list of this issuer with one entry.
x509::Crl sampleCrl(const Holder& issuer, const std::string& revokedSerial = "0A");

} // namespace certwright::test
