#pragma once

#include "core/crypto/private_key.h"
#include "core/pki/issue_plan.h"
#include "core/x509/certificate.h"
#include "core/x509/request.h"
#include "core/x509/serial.h"

#include <optional>
#include <string_view>
#include <vector>

namespace certwright::pki {

/// Signs the certificate of a plan that was made with `subjectKey` (and, unless self-signed, with `issuer`).
/// @throws Error NotAllowed when the plan has an error, a key identifier is still open, or `signer` is not the issuer's
/// key; Unsupported when a key is not usable here
x509::Certificate signCertificate(const IssuePlan& plan, const crypto::PublicKey& subjectKey,
                                  const crypto::PrivateKey& signer, const std::optional<x509::Certificate>& issuer,
                                  const x509::Serial& serial);

/// Signs the request of a plan. `challenge` is the challengePassword (RFC 2985 5.4.1), left out when empty.
/// @throws Error NotAllowed when the plan has an error or the key cannot sign
x509::Request signRequest(const IssuePlan& plan, const crypto::PrivateKey& key, std::string_view challenge = {});

/// Reads a certificate back from its DER and checks it against its plan, key and issuer: fields, extensions, signature,
/// and the chain up to the highest of `issuers` (nearest first; empty for a self-signed one). Times and critical
/// extensions that OpenSSL does not know are not judged: the plan did that.
/// @throws Error NotAllowed naming what a verifier would refuse (name constraints of a CA above, for example), Internal
/// when the bytes are not what was planned
void checkIssued(const x509::Certificate& certificate, const IssuePlan& plan, const crypto::PublicKey& subjectKey,
                 const std::vector<x509::Certificate>& issuers);

} // namespace certwright::pki
