#include "core/crypto/public_key.h"
