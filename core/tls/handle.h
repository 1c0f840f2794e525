#pragma once

#include "core/base/handle.h"

#include <openssl/ct.h>
#include <openssl/ssl.h>

namespace certwright::base {

CERTWRIGHT_HANDLE(SSL, SSL_free);
CERTWRIGHT_HANDLE(SSL_CTX, SSL_CTX_free);
CERTWRIGHT_HANDLE(SSL_SESSION, SSL_SESSION_free);

} // namespace certwright::base
