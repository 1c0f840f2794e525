#include "core/crypto/key_generator.h"
