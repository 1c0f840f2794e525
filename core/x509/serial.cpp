#include "core/x509/serial.h"
