#include "ui/widgets/passphrase_strength.h"

#include "core/crypto/random.h"

#include <zxcvbn.h>

#include <algorithm>
#include <cstring>

namespace certwright::ui {

namespace {

PassphraseStrength::Level levelOf(double bits) noexcept {
    using Level = PassphraseStrength::Level;
    // The store's key derivation costs an attacker about a second a guess and core; below 30 bits that is still a
    // matter of days for a few machines, from 80 on it is out of reach.
    if (bits < 30)
        return Level::VeryWeak;
    if (bits < 45)
        return Level::Weak;
    if (bits < 60)
        return Level::Fair;
    if (bits < 80)
        return Level::Good;
    return Level::Strong;
}

} // namespace

PassphraseStrength estimateStrength(const base::Secret& passphrase, const std::vector<std::string>& knownWords) {
    constexpr std::size_t longest = 100;
    if (passphrase.empty())
        return {};
    const std::size_t length = std::min(passphrase.size(), longest);
    base::Secret terminated(length + 1);
    std::memcpy(terminated.data(), passphrase.data(), length);
    // A zero byte would end the text early and hide the rest of it from the estimate.
    std::replace(terminated.data(), terminated.data() + length, std::uint8_t{0}, std::uint8_t{1});

    std::vector<const char*> words;
    for (const std::string& word : knownWords)
        words.push_back(word.c_str());
    words.push_back(nullptr);
    PassphraseStrength strength;
    strength.bits = ZxcvbnMatch(terminated.text().data(), words.data(), nullptr);
    strength.level = levelOf(strength.bits);
    return strength;
}

base::Secret generatePassphrase() {
    // 32 characters, so that each stands for five bits of a random byte without bias.
    static constexpr std::string_view alphabet = "abcdefghjkmnpqrstuvwxyz23456789X";
    static_assert(alphabet.size() == 32);
    constexpr std::size_t characters = 24, group = 4;
    const base::Secret random = crypto::randomSecret(characters);
    base::Secret passphrase(characters + characters / group - 1);
    std::size_t at = 0;
    for (std::size_t i = 0; i < characters; ++i) {
        if (i != 0 && i % group == 0)
            passphrase.data()[at++] = '-';
        passphrase.data()[at++] = static_cast<std::uint8_t>(alphabet[random.data()[i] % alphabet.size()]);
    }
    return passphrase;
}

} // namespace certwright::ui
