#pragma once

#include "core/base/error.h"
#include "core/crypto/public_key.h"
#include "core/formats/item.h"
#include "core/x509/certificate.h"
#include "core/x509/crl.h"
#include "core/x509/extension.h"
#include "core/x509/general_name.h"
#include "core/x509/name.h"
#include "core/x509/ocsp/check.h"
#include "core/x509/request.h"
#include "core/x509/timestamp.h"
#include "core/x509/verify/trust_store.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <vector>

namespace certwright::service {

/// JSON whose fields keep the order in which they were set.
using Json = nlohmann::ordered_json;

// The facts about things as the command line's contract names them, field for field. All of these are pure, may be
// called from any thread and never throw but for lack of memory: a fact that cannot be told is left out or null.

/// {"kind", subject, issuer, ...}: a certificate item.
Json factsJson(const x509::Certificate& certificate);
Json factsJson(const x509::Request& request);
Json factsJson(const x509::Crl& crl);
/// {"kind": "public-key", ...}
Json factsJson(const crypto::PublicKey& key);
Json factsJson(const formats::Item& item);
/// {"file", "items", "unread"?, "notes"?, "error"?}: `unread` has the containers of which nothing could be read
Json factsJson(const formats::Contents& contents);

/// {"type", "bits", "curve"?, "spki_sha256"}: the public_key field of certificates and requests.
Json publicKeyJson(const crypto::PublicKey& key);
/// [[{"oid", "name", "value", "string_type"}]]
Json rdnsJson(const x509::Name& name);
/// [{"type", "value"}]
Json generalNamesJson(const std::vector<x509::GeneralName>& names);
/// [{"oid", "name", "critical", "text"}]
Json extensionsJson(const std::vector<x509::Extension>& extensions);

/// {"kind", "message", "hint", "stack": [{"lib", "function", "reason"}], "file"}
Json errorJson(const base::Error& error);

/// {"id", "severity", "depth", "subject", "message", "fix"}
Json findingJson(const x509::Finding& finding);
/// What an OCSP response came to, all of it but its findings: {"status", "claimed_status", "response_status",
/// "signature_valid", "this_update", "next_update", "produced_at", "revoked_at", "revocation_reason", "responder",
/// "signer", "responder_certificate", "responder_no_check", "nonce", "source"}. `status` is null unless the response is
/// verified.
Json ocspJson(const x509::OcspReport& report);
/// {"ok", "chain", "findings", "openssl_code"?, "ocsp"?, "paths": [{"ok", "chain", "findings"}]}
Json verifyJson(const x509::VerifyResult& result);

/// {"time", "accuracy_us", "policy", "digest", "imprint", "serial", "ordering", "nonce", "tsa", "extensions"?}
Json timestampJson(const x509::TimestampInfo& info);

/// RFC 3339, or null.
Json timeJson(const std::optional<base::Time>& time);

/// One JSON document of `document`, indented; what is not UTF-8 in it is replaced by U+FFFD.
std::string toText(const Json& document);

} // namespace certwright::service
