#include "core/x509/name.h"
