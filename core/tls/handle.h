#pragma once

#include "core/base/handle.h"

#include <openssl/ct.h>
#include <openssl/ocsp.h>
#include <openssl/ssl.h>

namespace certwright::base {

CERTWRIGHT_HANDLE(SSL, SSL_free);
CERTWRIGHT_HANDLE(SSL_CTX, SSL_CTX_free);
CERTWRIGHT_HANDLE(SSL_SESSION, SSL_SESSION_free);
CERTWRIGHT_HANDLE(OCSP_RESPONSE, OCSP_RESPONSE_free);
CERTWRIGHT_HANDLE(OCSP_BASICRESP, OCSP_BASICRESP_free);
CERTWRIGHT_HANDLE(OCSP_CERTID, OCSP_CERTID_free);

} // namespace certwright::base
