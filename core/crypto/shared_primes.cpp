#include "core/base/handle.h"
#include "core/base/openssl_check.h"
#include "core/crypto/key_weakness.h"

#include <algorithm>
#include <map>
#include <memory>

namespace certwright::crypto {

using base::check;
using base::Handle;

namespace {

struct ContextDeleter {
    void operator()(BN_CTX* context) const noexcept { BN_CTX_free(context); }
};
using Context = std::unique_ptr<BN_CTX, ContextDeleter>;
using Numbers = std::vector<Handle<BIGNUM>>;

Handle<BIGNUM> newNumber() {
    return Handle<BIGNUM>(check(BN_new(), "make a number"));
}

base::Bytes bytesOfNumber(const BIGNUM* number) {
    base::Bytes out(static_cast<std::size_t>(BN_num_bytes(number)));
    BN_bn2bin(number, out.data());
    return out;
}

/// The moduli, then the products of two neighbours, and so on up to the product of all.
std::vector<Numbers> productTree(Numbers moduli, BN_CTX* context, const base::JobControl& control) {
    std::vector<Numbers> levels;
    levels.push_back(std::move(moduli));
    while (levels.back().size() > 1) {
        const Numbers& below = levels.back();
        Numbers level;
        for (std::size_t i = 0; i < below.size(); i += 2) {
            control.throwIfStopped();
            Handle<BIGNUM> product = newNumber();
            if (i + 1 < below.size())
                check(BN_mul(product.get(), below[i].get(), below[i + 1].get(), context), "multiply");
            else
                check(BN_copy(product.get(), below[i].get()), "copy a number");
            level.push_back(std::move(product));
        }
        levels.push_back(std::move(level));
    }
    return levels;
}

/// The product of all modulo the square of each modulus.
Numbers remainders(std::vector<Numbers>& levels, BN_CTX* context, const base::JobControl& control) {
    Numbers above = std::move(levels.back());
    for (std::size_t depth = levels.size() - 1; depth-- > 0;) {
        Numbers level;
        for (std::size_t i = 0; i < levels[depth].size(); ++i) {
            control.throwIfStopped();
            Handle<BIGNUM> square = newNumber();
            check(BN_sqr(square.get(), levels[depth][i].get(), context), "square");
            Handle<BIGNUM> rest = newNumber();
            check(BN_mod(rest.get(), above[i / 2].get(), square.get(), context), "divide");
            level.push_back(std::move(rest));
        }
        above = std::move(level);
    }
    return above;
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
    const Context context(check(BN_CTX_new(), "make a context for numbers"));
    Numbers numbers;
    std::vector<const std::vector<std::size_t>*> owners;
    for (const auto& [bytes, indexes] : positions) {
        numbers.emplace_back(check(BN_bin2bn(bytes.data(), base::intSize(bytes.size()), nullptr), "read a number"));
        owners.push_back(&indexes);
    }
    std::vector<Numbers> levels = productTree(std::move(numbers), context.get(), control);
    const Numbers rests = remainders(levels, context.get(), control);
    const Numbers& unique = levels.front();

    std::vector<std::size_t> affected;
    const Handle<BIGNUM> quotient = newNumber();
    const Handle<BIGNUM> common = newNumber();
    for (std::size_t i = 0; i < unique.size(); ++i) {
        check(BN_div(quotient.get(), nullptr, rests[i].get(), unique[i].get(), context.get()), "divide");
        check(BN_gcd(common.get(), quotient.get(), unique[i].get(), context.get()), "find a common divisor");
        if (!BN_is_one(common.get()))
            affected.push_back(i);
    }
    // They are few: who shares with whom is found one by one.
    std::vector<SharedPrime> out;
    for (const std::size_t i : affected) {
        SharedPrime found;
        for (const std::size_t j : affected) {
            control.throwIfStopped();
            if (i == j)
                continue;
            check(BN_gcd(common.get(), unique[i].get(), unique[j].get(), context.get()), "find a common divisor");
            if (BN_is_one(common.get()))
                continue;
            if (found.factor.empty())
                found.factor = bytesOfNumber(common.get());
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
