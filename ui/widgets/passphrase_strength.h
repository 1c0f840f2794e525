#pragma once

#include "core/base/secret.h"

#include <string>
#include <vector>

namespace certwright::ui {

/// How hard a passphrase is to guess.
struct PassphraseStrength {
    enum class Level { VeryWeak, Weak, Fair, Good, Strong };

    double bits = 0; ///< estimated entropy
    Level level = Level::VeryWeak;
};

/// Estimates by zxcvbn: words, names, keyboard rows, dates, repeats. `knownWords` are those an attacker would try
/// first, such as the store's name. Only the first 100 bytes are looked at, so that it stays well below a millisecond.
/// No network, nothing kept. @throws base::Error Internal when the secure heap is full
PassphraseStrength estimateStrength(const base::Secret& passphrase, const std::vector<std::string>& knownWords = {});

/// A new passphrase of 120 random bits: 24 letters and digits in groups of four, none easily mistaken for another.
/// @throws base::Error Internal when the random generator is not seeded
base::Secret generatePassphrase();

} // namespace certwright::ui
