#include "core/x509/general_name.h"
