#include "core/crypto/key_weakness.h"

#include <algorithm>
#include <gmpxx.h>
#include <map>
#include <utility>

namespace certwright::crypto {

namespace {

// GMP, since its multiplication and division grow more slowly than with the square of the length, as those of OpenSSL
// do not; these numbers are public.
using Numbers = std::vector<mpz_class>;

mpz_class numberOf(const base::Bytes& bytes) {
    mpz_class number;
    mpz_import(number.get_mpz_t(), bytes.size(), 1, 1, 1, 0, bytes.data());
    return number;
}

base::Bytes bytesOf(const mpz_class& number) {
    base::Bytes out((mpz_sizeinbase(number.get_mpz_t(), 2) + 7) / 8);
    mpz_export(out.data(), nullptr, 1, 1, 1, 0, number.get_mpz_t());
    return out;
}

/// The moduli, then the products of two neighbours, and so on up to the product of all.
std::vector<Numbers> productTree(Numbers moduli, const base::JobControl& control) {
    std::vector<Numbers> levels;
    levels.push_back(std::move(moduli));
    while (levels.back().size() > 1) {
        const Numbers& below = levels.back();
        Numbers level;
        for (std::size_t i = 0; i < below.size(); i += 2) {
            control.throwIfStopped();
            level.push_back(i + 1 < below.size() ? mpz_class(below[i] * below[i + 1]) : below[i]);
        }
        levels.push_back(std::move(level));
    }
    return levels;
}

/// The product of all modulo the square of each modulus. Uses up the tree but for its lowest level.
Numbers remainders(std::vector<Numbers>& levels, const base::JobControl& control) {
    Numbers above = std::move(levels.back());
    for (std::size_t depth = levels.size() - 1; depth-- > 0;) {
        Numbers level;
        for (std::size_t i = 0; i < levels[depth].size(); ++i) {
            control.throwIfStopped();
            level.push_back(above[i / 2] % (levels[depth][i] * levels[depth][i]));
        }
        above = std::move(level);
        if (depth > 0)
            levels.pop_back();
    }
    return above;
}

/// Those of different moduli that share a prime with another one: places in `unique`.
std::vector<std::size_t> affectedOf(const Numbers& unique, const Numbers& rests) {
    std::vector<std::size_t> affected;
    for (std::size_t i = 0; i < unique.size(); ++i) {
        if (gcd(rests[i] / unique[i], unique[i]) != 1)
            affected.push_back(i);
    }
    return affected;
}

} // namespace

std::vector<SharedPrime> sharedPrimes(const std::vector<base::Bytes>& moduli, const base::JobControl& control) {
    // Each modulus once: a key that two certificates have would otherwise share everything with itself.
    std::map<base::Bytes, std::vector<std::size_t>> positions;
    for (std::size_t i = 0; i < moduli.size(); ++i) {
        const auto first =
            std::find_if(moduli[i].begin(), moduli[i].end(), [](std::uint8_t octet) { return octet != 0; });
        if (moduli[i].end() - first > 1 || (first != moduli[i].end() && *first > 1))
            positions[base::Bytes(first, moduli[i].end())].push_back(i);
    }
    if (positions.size() < 2)
        return {};
    Numbers numbers;
    std::vector<const std::vector<std::size_t>*> owners;
    for (const auto& [bytes, indexes] : positions) {
        numbers.push_back(numberOf(bytes));
        owners.push_back(&indexes);
    }
    std::vector<Numbers> levels = productTree(std::move(numbers), control);
    const Numbers rests = remainders(levels, control);
    const Numbers& unique = levels.front();
    const std::vector<std::size_t> affected = affectedOf(unique, rests);
    // They are few: who shares with whom is found one by one.
    std::vector<SharedPrime> out;
    for (const std::size_t i : affected) {
        SharedPrime found;
        for (const std::size_t j : affected) {
            control.throwIfStopped();
            if (i == j)
                continue;
            const mpz_class common = gcd(unique[i], unique[j]);
            if (common == 1)
                continue;
            if (found.factor.empty())
                found.factor = bytesOf(common);
            found.others.insert(found.others.end(), owners[j]->begin(), owners[j]->end());
        }
        std::sort(found.others.begin(), found.others.end());
        for (const std::size_t index : *owners[i]) {
            found.index = index;
            out.push_back(found);
        }
    }
    std::sort(out.begin(), out.end(), [](const SharedPrime& a, const SharedPrime& b) { return a.index < b.index; });
    return out;
}

} // namespace certwright::crypto
