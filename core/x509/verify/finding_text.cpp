#include "core/x509/verify/trust_store.h"
