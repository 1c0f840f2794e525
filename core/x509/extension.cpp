#include "core/x509/extension.h"
