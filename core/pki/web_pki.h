#pragma once

#include "core/x509/verify/trust_store.h"

namespace certwright::pki {

/// Holds the chain of a verification for a TLS server against the rules of the public web PKI, too: RFC 5280, the
/// CA/Browser Forum's baseline as far as it binds any issuer, and key strength. OpenSSL accepts much that browsers
/// refuse: a name in the common name alone, constraints that are not critical, SHA-1, curves of 192 bits. Of a trust
/// anchor only the key counts (RFC 5280 6.1.1 (d): its other fields are not judged), and the baseline's rules about
/// servers hold for the first certificate only. Each broken rule becomes a finding, with the id of the lint's rule; an
/// error among them makes the certificate not trusted. Pure, callable from any thread.
void judgeByWebPki(x509::VerifyResult& result);

} // namespace certwright::pki
