// What nearly every file of the Qt-free layers reads, compiled once when CERTWRIGHT_PCH is on. Files include what they
// use nevertheless: the preset "dev" builds without it.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <openssl/evp.h>
#include <openssl/x509v3.h>
