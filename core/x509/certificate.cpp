#include "core/x509/certificate.h"
