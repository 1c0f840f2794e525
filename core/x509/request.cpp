#include "core/x509/request.h"
