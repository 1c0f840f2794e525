#include "core/x509/crl.h"
