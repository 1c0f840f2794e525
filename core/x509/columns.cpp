#include "core/x509/columns.h"
