#include "core/crypto/private_key.h"
