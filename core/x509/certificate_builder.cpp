#include "core/x509/certificate_builder.h"
