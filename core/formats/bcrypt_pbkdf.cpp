#include "core/formats/bcrypt_pbkdf.h"

#include "core/base/openssl_check.h"
#include "core/formats/blowfish_tables.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace certwright::formats {

using base::BytesView;
using base::Secret;

namespace {

constexpr std::size_t DigestSize = 64; ///< SHA-512
constexpr std::size_t BlockSize = 32;
constexpr std::string_view Magic = "OxychromaticBlowfishSwatDynamite";

/// The next 32 bits of octets that are repeated without end.
class WordStream {
public:
    explicit WordStream(BytesView octets)
        : m_octets(octets) {}

    std::uint32_t next() {
        std::uint32_t word = 0;
        for (int i = 0; i < 4; ++i) {
            word = (word << 8U) | m_octets[m_position];
            m_position = (m_position + 1) % m_octets.size();
        }
        return word;
    }

private:
    BytesView m_octets;
    std::size_t m_position = 0;
};

/// Blowfish with the expensive key schedule of bcrypt (Provos and Mazieres 1999).
class Blowfish {
public:
    Blowfish() { std::copy(BlowfishPi.begin(), BlowfishPi.end(), m_words.begin()); }
    ~Blowfish() { OPENSSL_cleanse(m_words.data(), sizeof(m_words)); }
    Blowfish(const Blowfish&) = delete;
    Blowfish& operator=(const Blowfish&) = delete;

    void encrypt(std::uint32_t& left, std::uint32_t& right) const {
        left ^= m_words[0];
        for (std::size_t i = 1; i < 17; i += 2) {
            right ^= mixed(left) ^ m_words[i];
            left ^= mixed(right) ^ m_words[i + 1];
        }
        const std::uint32_t last = right ^ m_words[17];
        right = left;
        left = last;
    }

    void expand(BytesView key) {
        const std::array<std::uint8_t, 1> zero{};
        expand(zero, key);
    }

    void expand(BytesView salt, BytesView key) {
        WordStream keyWords(key);
        for (std::size_t i = 0; i < 18; ++i)
            m_words[i] ^= keyWords.next();
        WordStream saltWords(salt);
        std::uint32_t left = 0;
        std::uint32_t right = 0;
        for (std::size_t i = 0; i < m_words.size(); i += 2) {
            left ^= saltWords.next();
            right ^= saltWords.next();
            encrypt(left, right);
            m_words[i] = left;
            m_words[i + 1] = right;
        }
    }

private:
    std::uint32_t mixed(std::uint32_t x) const {
        const auto box = [this](std::size_t number, std::uint32_t octet) {
            return m_words[18 + 256 * number + (octet & 0xFFU)];
        };
        return ((box(0, x >> 24U) + box(1, x >> 16U)) ^ box(2, x >> 8U)) + box(3, x);
    }

    std::array<std::uint32_t, BlowfishPi.size()> m_words{};
};

Secret sha512(BytesView data) {
    Secret digest(DigestSize);
    base::check(EVP_Q_digest(nullptr, "SHA512", nullptr, data.data(), data.size(), digest.data(), nullptr),
                "derive the key of an OpenSSH private key");
    return digest;
}

/// bcrypt of two digests, by a cost of 2^6.
Secret bcryptHash(BytesView passphrase, BytesView salt) {
    constexpr int Repetitions = 64;
    Blowfish state;
    state.expand(salt, passphrase);
    for (int i = 0; i < Repetitions; ++i) {
        state.expand(salt);
        state.expand(passphrase);
    }
    WordStream magic(base::bytesOf(Magic));
    Secret out(BlockSize);
    for (std::size_t i = 0; i < BlockSize; i += 8) {
        std::uint32_t left = magic.next();
        std::uint32_t right = magic.next();
        for (int k = 0; k < Repetitions; ++k)
            state.encrypt(left, right);
        for (std::size_t octet = 0; octet < 4; ++octet) { // little-endian
            out.data()[i + octet] = static_cast<std::uint8_t>(left >> (8 * octet));
            out.data()[i + 4 + octet] = static_cast<std::uint8_t>(right >> (8 * octet));
        }
    }
    return out;
}

} // namespace

Secret bcryptPbkdf(const Secret& passphrase, BytesView salt, std::uint32_t rounds, std::size_t size) {
    const std::size_t blocks = (size + BlockSize - 1) / BlockSize;
    const Secret passphraseDigest = sha512(passphrase.view());
    Secret key(size);
    for (std::size_t block = 1; block <= blocks; ++block) {
        base::Bytes counted = base::toBytes(salt);
        for (const unsigned shift : {24U, 16U, 8U, 0U})
            counted.push_back(static_cast<std::uint8_t>(block >> shift));
        Secret last = bcryptHash(passphraseDigest.view(), sha512(counted).view());
        Secret sum = last.clone();
        for (std::uint32_t round = 1; round < rounds; ++round) {
            last = bcryptHash(passphraseDigest.view(), sha512(last.view()).view());
            for (std::size_t i = 0; i < BlockSize; ++i)
                sum.data()[i] = static_cast<std::uint8_t>(sum.data()[i] ^ last.data()[i]);
        }
        // The octets of the blocks take turns.
        for (std::size_t i = 0; i < BlockSize && i * blocks + block - 1 < size; ++i)
            key.data()[i * blocks + block - 1] = sum.data()[i];
    }
    return key;
}

} // namespace certwright::formats
