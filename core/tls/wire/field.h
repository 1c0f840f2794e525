#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace certwright::tls::wire {

/// A part of a message, by its name in the RFC that defines it.
struct Field {
    std::string name;
    std::string value;      ///< for people: number and name, text, or hexadecimal; empty where the children say all
    std::size_t offset = 0; ///< in the message, with what stands before its content (length, type)
    std::size_t length = 0;
    bool isDamaged = false; ///< it is not as it must be: `value` says why
    std::vector<Field> children;

    bool operator==(const Field&) const = default;
};

} // namespace certwright::tls::wire
