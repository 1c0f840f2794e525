#pragma once

#include "core/base/handle.h"

#include <openssl/ocsp.h>

namespace certwright::base {

CERTWRIGHT_HANDLE(OCSP_BASICRESP, OCSP_BASICRESP_free);
CERTWRIGHT_HANDLE(OCSP_CERTID, OCSP_CERTID_free);
CERTWRIGHT_HANDLE(OCSP_REQUEST, OCSP_REQUEST_free);
CERTWRIGHT_HANDLE(OCSP_RESPONSE, OCSP_RESPONSE_free);

} // namespace certwright::base
