#include "core/base/error.h"
#include "core/crypto/digest.h"
#include "core/store/sealing.h"
#include "core/store/vault.h"
#include "tests/core/store/vault_cost_for_tests.h"
#include "tests/support/test_main.h"

#include <QTest>

#include <chrono>

using namespace certwright;
using namespace certwright::store;
using base::Error;
using base::ErrorKind;
using base::Secret;

namespace {

const StoreUuid Uuid{0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x46, 0x17, 0x98, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f};

Secret secret(const char* text) {
    return Secret(std::string_view(text));
}

template <class F>
std::optional<ErrorKind> kindOf(F function) {
    try {
        function();
    } catch (const Error& error) {
        return error.kind();
    }
    return std::nullopt;
}

base::Bytes hex(const char* text) {
    return *base::fromHex(text);
}

} // namespace

#define COMPARE_KIND(call, wanted) QCOMPARE(kindOf([&] { call; }), std::optional(wanted))

class TestVault : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void opensWithItsPassphraseOnly();
    void refusesEveryChangedBitOfTheHeader();
    void refusesHeaderOfAnotherStore();
    void refusesImpossibleCosts();
    void changesThePassphraseAroundTheSameKey();
    void refusesEveryChangedBitOfAKeyRecord();
    void refusesRecordOfAnotherKeyOrStore();
    void sealsTheSameKeyDifferentlyEachTime();
    void dropsItsKeysWhenLocked();
    void defaultCostIsTheOneThatIsPromised();
    void wrongPassphraseCostsTheWholeDerivation();
    void primitivesGivePublishedVectors();
    void takesEmptyAndLongPassphrases();
};

void TestVault::opensWithItsPassphraseOnly() {
    Vault maker(Uuid);
    const auto header = maker.initialise(secret("correct horse"), VaultCostForTests::cheap());
    QCOMPARE(header.size(), std::size_t(122)); // VAULT_FORMAT.md
    QVERIFY(maker.isUnlocked());

    Vault vault(Uuid);
    QVERIFY(!vault.isUnlocked());
    for (const char* wrong : {"", "correct hors", "correct horse ", "Correct horse"})
        COMPARE_KIND(vault.unlock(header, secret(wrong)), ErrorKind::WrongPassphrase);
    QVERIFY(!vault.isUnlocked());
    vault.unlock(header, secret("correct horse"));
    QVERIFY(vault.isUnlocked());

    const auto spki = crypto::sha256(base::bytesOf("a key"));
    const auto record = maker.sealKey(spki, secret("what is secret"));
    QVERIFY(vault.openKey(spki, record).equals(secret("what is secret")));
}

void TestVault::refusesEveryChangedBitOfTheHeader() {
    Vault vault(Uuid);
    const auto header = vault.initialise(secret("pass"), VaultCostForTests::of(1, 1, 1));
    vault.lock();
    for (std::size_t bit = 0; bit < header.size() * 8; ++bit) {
        auto changed = header;
        changed[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        const auto kind = kindOf([&] { vault.unlock(changed, secret("pass")); });
        QVERIFY2(kind == ErrorKind::WrongPassphrase || kind == ErrorKind::Store, qPrintable(QString::number(bit)));
        QVERIFY(!vault.isUnlocked());
    }
    for (std::size_t size = 0; size < header.size(); ++size)
        COMPARE_KIND(vault.unlock(base::BytesView(header).first(size), secret("pass")), ErrorKind::Store);
}

void TestVault::refusesHeaderOfAnotherStore() {
    Vault vault(Uuid);
    const auto header = vault.initialise(secret("pass"), VaultCostForTests::cheap());
    Vault other(StoreUuid{1, 2, 3});
    COMPARE_KIND(other.unlock(header, secret("pass")), ErrorKind::Store);
}

void TestVault::refusesImpossibleCosts() {
    Vault vault(Uuid);
    const auto header = vault.initialise(secret("pass"), VaultCostForTests::cheap());
    const auto with = [&](std::size_t offset, std::uint8_t value) {
        auto changed = header;
        changed[offset] = value;
        return changed;
    };
    // A damaged header must not cost gigabytes or hours.
    for (const auto& [offset, value] : {std::pair<std::size_t, std::uint8_t>{21, 0},
                                        {21, 21},
                                        {21, 255},
                                        {22, 1},
                                        {25, 0},
                                        {25, 17},
                                        {29, 0},
                                        {29, 5},
                                        {20, 0},
                                        {20, 2}})
        COMPARE_KIND(vault.unlock(with(offset, value), secret("pass")), ErrorKind::Store);
    QCOMPARE(Vault::costOf(header).logN(), 4U);
}

void TestVault::changesThePassphraseAroundTheSameKey() {
    Vault vault(Uuid);
    const auto header = vault.initialise(secret("old"), VaultCostForTests::cheap());
    const auto spki = crypto::sha256(base::bytesOf("a key"));
    const auto record = vault.sealKey(spki, secret("secret"));
    COMPARE_KIND(vault.rewrap(header, secret("other"), secret("new"), VaultCostForTests::cheap()),
                 ErrorKind::WrongPassphrase);
    const auto changed = vault.rewrap(header, secret("old"), secret("new"), VaultCostForTests::cheap());
    // A new salt: an old header found in a backup says nothing about the new one.
    QVERIFY(!std::equal(header.begin() + 30, header.begin() + 62, changed.begin() + 30));
    Vault reopened(Uuid);
    COMPARE_KIND(reopened.unlock(changed, secret("old")), ErrorKind::WrongPassphrase);
    reopened.unlock(changed, secret("new"));
    QVERIFY(reopened.openKey(spki, record).equals(secret("secret")));
}

void TestVault::refusesEveryChangedBitOfAKeyRecord() {
    Vault vault(Uuid);
    vault.initialise(secret("pass"), VaultCostForTests::cheap());
    const auto spki = crypto::sha256(base::bytesOf("a key"));
    const auto record = vault.sealKey(spki, secret("a private key"));
    for (std::size_t bit = 0; bit < record.size() * 8; ++bit) {
        auto changed = record;
        changed[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        COMPARE_KIND(vault.openKey(spki, changed), ErrorKind::Store);
    }
    for (std::size_t size = 0; size < record.size(); ++size)
        COMPARE_KIND(vault.openKey(spki, base::BytesView(record).first(size)), ErrorKind::Store);
}

void TestVault::refusesRecordOfAnotherKeyOrStore() {
    Vault vault(Uuid), other(StoreUuid{1, 2, 3});
    vault.initialise(secret("pass"), VaultCostForTests::cheap());
    other.initialise(secret("pass"), VaultCostForTests::cheap());
    const auto first = crypto::sha256(base::bytesOf("first"));
    const auto second = crypto::sha256(base::bytesOf("second"));
    const auto record = vault.sealKey(first, secret("a private key"));
    COMPARE_KIND(vault.openKey(second, record), ErrorKind::Store);
    COMPARE_KIND(other.openKey(first, record), ErrorKind::Store);
}

void TestVault::sealsTheSameKeyDifferentlyEachTime() {
    Vault vault(Uuid);
    vault.initialise(secret("pass"), VaultCostForTests::cheap());
    const auto spki = crypto::sha256(base::bytesOf("a key"));
    QVERIFY(vault.sealKey(spki, secret("k")) != vault.sealKey(spki, secret("k")));
}

void TestVault::dropsItsKeysWhenLocked() {
    Vault vault(Uuid);
    const auto header = vault.initialise(secret("pass"), VaultCostForTests::cheap());
    const auto spki = crypto::sha256(base::bytesOf("a key"));
    const auto record = vault.sealKey(spki, secret("k"));
    vault.lock();
    COMPARE_KIND(vault.openKey(spki, record), ErrorKind::PassphraseNeeded);
    COMPARE_KIND(vault.sealKey(spki, secret("k")), ErrorKind::PassphraseNeeded);
    COMPARE_KIND(vault.authenticate(spki), ErrorKind::PassphraseNeeded);
    vault.unlock(header, secret("pass"));
    QVERIFY(vault.openKey(spki, record).equals(secret("k")));
}

void TestVault::defaultCostIsTheOneThatIsPromised() {
    const VaultCost cost;
    QCOMPARE(cost.logN(), 17U);
    QCOMPARE(cost.r(), 8U);
    QCOMPARE(cost.p(), 1U);
    // 128 MiB: OpenSSL refuses it unless it is allowed more than exactly that.
    Vault vault(Uuid);
    const auto header = vault.initialise(secret("pass"));
    QCOMPARE(Vault::costOf(header).logN(), 17U);
    vault.lock();
    vault.unlock(header, secret("pass"));
    QVERIFY(vault.isUnlocked());
}

void TestVault::wrongPassphraseCostsTheWholeDerivation() {
    Vault vault(Uuid);
    const auto header = vault.initialise(secret("pass"));
    using std::chrono::steady_clock;
    const auto timed = [&](const char* passphrase) {
        const auto start = steady_clock::now();
        kindOf([&] { vault.unlock(header, secret(passphrase)); });
        return steady_clock::now() - start;
    };
    const auto right = timed("pass"), wrong = timed("x");
    QVERIFY2(wrong > right / 4, "a wrong passphrase is told without deriving a key");
}

void TestVault::primitivesGivePublishedVectors() {
    // RFC 7914 12: scrypt("password", "NaCl", N=1024, r=8, p=16), first 32 octets.
    QVERIFY(
        scryptKey(secret("password"), base::bytesOf("NaCl"), 10, 8, 16)
            .equals(Secret(base::BytesView(hex("fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162")))));
    // RFC 5869 A.1, first 32 octets.
    QVERIFY(
        hkdfKey(Secret(base::BytesView(hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"))),
                hex("000102030405060708090a0b0c"), "\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9")
            .equals(Secret(base::BytesView(hex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf")))));
    // RFC 4231 4.3.
    QCOMPARE(base::toHex(hmacSha256(secret("Jefe"), base::bytesOf("what do ya want for nothing?"))),
             std::string("5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843"));
    // GCM's original vectors, test case 16 (AES-256, with associated data).
    const Secret key(base::BytesView(hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")));
    const auto aad = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    const auto sealed = hex("cafebabefacedbaddecaf888"
                            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                            "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                            "76fc6ece0f4e1768cddf8853bb2d551b");
    const auto plain = gcmOpen(key, aad, sealed);
    QVERIFY(plain);
    QCOMPARE(base::toHex(plain->view()), std::string("D9313225F88406E5A55909C5AFF5269A86A7A9531534F7DA2E4C303D8A318A72"
                                                     "1C3C0C95956809532FCF0E2449A6B525B16AEDF5AA0DE657BA637B39"));
}

void TestVault::takesEmptyAndLongPassphrases() {
    for (const std::string& passphrase : {std::string(), std::string(5000, 'x'), std::string("p\xC3\xA4ss")}) {
        Vault vault(Uuid);
        const auto header = vault.initialise(Secret(std::string_view(passphrase)), VaultCostForTests::cheap());
        vault.lock();
        vault.unlock(header, Secret(std::string_view(passphrase)));
        QVERIFY(vault.isUnlocked());
    }
}

CERTWRIGHT_TEST_MAIN(TestVault)
#include "tst_vault.moc"
