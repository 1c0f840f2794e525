#include "core/crypto/random.h"
