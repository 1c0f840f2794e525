#include "core/base/library.h"
#include "core/base/secret.h"
#include "tests/core/expect.h"
#include "tests/support/test_main.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <type_traits>
#include <vector>

using namespace certwright;
using base::ErrorKind;
using base::Secret;
using test::q;

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(std::is_nothrow_move_constructible_v<Secret> && std::is_nothrow_move_assignable_v<Secret>);

class SecretTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { m_usedBefore = CRYPTO_secure_used(); }
    /// No test leaves anything on the secure heap.
    void cleanup() { QCOMPARE(CRYPTO_secure_used(), m_usedBefore); }

    void liesOnTheSecureHeap() {
        const Secret secret(std::string_view("correct horse"));
        QCOMPARE(CRYPTO_secure_allocated(secret.data()), 1);
        QVERIFY(CRYPTO_secure_used() > m_usedBefore);
        QVERIFY(secret.text() == "correct horse");
        QCOMPARE(secret.size(), std::size_t{13});
        const Secret copy = secret.clone();
        QCOMPARE(CRYPTO_secure_allocated(copy.data()), 1);
        QVERIFY(copy.data() != secret.data());
    }

    void startsZeroed() {
        const Secret secret(std::size_t{64});
        QVERIFY(std::all_of(secret.view().begin(), secret.view().end(), [](auto octet) { return octet == 0; }));
    }

    void isWipedOnRelease() {
        // The secure heap keeps its pages, so the place can be looked at after the release. Its first bytes hold the
        // heap's own list of free blocks; the rest must be zero.
        std::string text(256, 'S');
        const std::uint8_t* place = nullptr;
        {
            const Secret secret{std::string_view(text)};
            place = secret.data();
            QCOMPARE(place[200], std::uint8_t{'S'});
        }
#if defined(__SANITIZE_ADDRESS__)
        QSKIP("the sanitizer forbids to look at released memory");
#else
        const auto* seen = const_cast<const volatile std::uint8_t*>(place);
        for (std::size_t i = 32; i < text.size(); ++i)
            QVERIFY(seen[i] == 0);
#endif
    }

    void moves() {
        Secret first(std::string_view("one"));
        const std::uint8_t* place = first.data();
        Secret second(std::move(first));
        QCOMPARE(static_cast<const void*>(second.data()), static_cast<const void*>(place));
        QVERIFY(first.empty() && first.data() == nullptr); // NOLINT(bugprone-use-after-move): it is empty by contract
        Secret third(std::string_view("three"));
        third = std::move(second);
        QVERIFY(third.text() == "one");
        QVERIFY(second.empty()); // NOLINT(bugprone-use-after-move)
        Secret& same = third;
        third = std::move(same);
        QVERIFY(third.text() == "one");
    }

    void emptyIsAPassphraseToo() {
        const Secret none;
        const Secret empty{std::string_view("")};
        QVERIFY(none.empty() && empty.empty());
        QVERIFY(none.equals(empty));
        QVERIFY(none.text().empty());
        QVERIFY(none.clone().empty());
    }

    void comparesContentAndLength_data() {
        QTest::addColumn<QByteArray>("other");
        QTest::addColumn<bool>("isEqual");
        QTest::newRow("same") << QByteArray("secret") << true;
        QTest::newRow("last byte") << QByteArray("secreT") << false;
        QTest::newRow("first byte") << QByteArray("Secret") << false;
        QTest::newRow("shorter") << QByteArray("secre") << false;
        QTest::newRow("longer") << QByteArray("secret1") << false;
        QTest::newRow("empty") << QByteArray() << false;
    }
    void comparesContentAndLength() {
        QFETCH(QByteArray, other);
        QFETCH(bool, isEqual);
        const Secret secret(std::string_view("secret"));
        QCOMPARE(secret.equals(Secret(test::view(other))), isEqual);
    }

    void truncatesAndWipesTheRest() {
        Secret secret(std::string_view("0123456789"));
        const std::uint8_t* place = secret.data();
        secret.truncate(4);
        QVERIFY(secret.text() == "0123");
        for (std::size_t i = 4; i < 10; ++i)
            QCOMPARE(place[i], std::uint8_t{0});
        secret.truncate(8);
        QCOMPARE(secret.size(), std::size_t{4});
        secret.clear();
        QVERIFY(secret.empty() && secret.data() == nullptr);
        secret.clear();
    }

    void fullHeapIsAnErrorAndRecovers() {
        std::vector<Secret> hoard;
        const auto error = test::errorOf([&hoard] {
            for (int i = 0; i < 100; ++i)
                hoard.emplace_back(std::size_t{256 * 1024});
            return 0;
        });
        QVERIFY(error);
        QCOMPARE(test::nameOf(error->kind()), test::nameOf(ErrorKind::Internal));
        QVERIFY(!error->hint().empty());
        QVERIFY2(hoard.size() >= 12 && hoard.size() <= 16, qPrintable(QString::number(hoard.size())));
        hoard.clear();
        const Secret again(std::size_t{1024 * 1024});
        QCOMPARE(CRYPTO_secure_allocated(again.data()), 1);
    }

    void libraryTellsItsVersion() {
        QVERIFY(q(base::libraryVersion()).startsWith(QStringLiteral("OpenSSL 3.")));
        QVERIFY(base::isLibraryAtLeast(3, 0));
        QVERIFY(!base::isLibraryAtLeast(99, 0));
        QVERIFY(!base::isLibraryAtLeast(3, 99));
        base::initialiseLibrary();
        QVERIFY(CRYPTO_secure_malloc_initialized() == 1);
        qInfo("secure heap locked: %s", base::isSecureHeapLocked() ? "yes" : "no");
    }

private:
    std::size_t m_usedBefore = 0;
};

CERTWRIGHT_TEST_MAIN(SecretTest)
#include "tst_secret.moc"
