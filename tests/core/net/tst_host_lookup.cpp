#include "core/net/host_lookup.h"
#include "tests/support/process.h"
#include "tests/support/test_main.h"

#include <QElapsedTimer>

#include <future>
#include <semaphore>

using namespace certwright;
using net::HostLookup;
using tls::SocketAddress;

/// Looking up a host without ever being held up by the system's resolver.
class TestHostLookup : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void findsTheAddressesOfLocalhost();
    void saysThatThereIsNoSuchHost();
    void tellsOtherErrors();
    void isSilentOnceItIsGone();
    void aDeadResolverDoesNotHoldUpTheEnd();
    void childWithADeadResolver();
};

void TestHostLookup::findsTheAddressesOfLocalhost() {
    HostLookup lookup;
    std::optional<HostLookup::Addresses> found;
    lookup.start("localhost", 4433, [&found](HostLookup::Addresses addresses) { found = std::move(addresses); });
    QVERIFY(!found); // never from inside start()
    QTRY_VERIFY(found);
    QVERIFY(found->has_value());
    QStringList texts;
    for (const SocketAddress& address : **found)
        texts += QString::fromStdString(address.toText());
    QVERIFY2(texts.contains(QStringLiteral("127.0.0.1:4433")) || texts.contains(QStringLiteral("[::1]:4433")),
             qPrintable(texts.join(u' ')));
    QCOMPARE(texts.removeDuplicates(), 0);
}

void TestHostLookup::saysThatThereIsNoSuchHost() {
    // A label of 64 letters is too long for DNS (RFC 1035 2.3.4): refused without asking anybody.
    HostLookup lookup;
    std::optional<HostLookup::Addresses> found;
    lookup.start(std::string(64, 'a') + ".invalid", 1,
                 [&found](HostLookup::Addresses addresses) { found = std::move(addresses); });
    QTRY_VERIFY(found);
    QVERIFY(!found->has_value());
    QVERIFY(found->error().kind() == base::ErrorKind::NotFound || found->error().kind() == base::ErrorKind::Network);
    QVERIFY(!found->error().message().empty());
}

void TestHostLookup::tellsOtherErrors() {
    HostLookup lookup(nullptr, [](const std::string&, std::uint16_t) -> std::vector<SocketAddress> {
        throw base::Error(base::ErrorKind::Network, "no name server answers");
    });
    std::optional<HostLookup::Addresses> found;
    lookup.start("www.example.test", 443, [&found](HostLookup::Addresses addresses) { found = std::move(addresses); });
    QTRY_VERIFY(found);
    QVERIFY(!found->has_value());
    QCOMPARE(found->error().message(), std::string("no name server answers"));
}

void TestHostLookup::isSilentOnceItIsGone() {
    std::binary_semaphore goOn(0);
    std::promise<void> answered;
    bool isDone = false;
    {
        HostLookup lookup(nullptr, [&](const std::string&, std::uint16_t) {
            goOn.acquire();
            answered.set_value();
            return std::vector<SocketAddress>();
        });
        lookup.start("www.example.test", 443, [&isDone](const HostLookup::Addresses&) { isDone = true; });
    }
    goOn.release();
    answered.get_future().wait();
    QTest::qWait(20);
    QVERIFY(!isDone);
}

void TestHostLookup::aDeadResolverDoesNotHoldUpTheEnd() {
    QElapsedTimer clock;
    clock.start();
    const auto child = test::run(QCoreApplication::applicationFilePath(), {QStringLiteral("childWithADeadResolver")},
                                 {.environment = {{QStringLiteral("CERTWRIGHT_CHILD"), QStringLiteral("1")}}});
    QVERIFY2(child.exitCode == 0, child.describe().constData());
    QVERIFY2(clock.elapsed() < 10000, qPrintable(QString::number(clock.elapsed())));
}

void TestHostLookup::childWithADeadResolver() {
    if (!qEnvironmentVariableIsSet("CERTWRIGHT_CHILD"))
        return; // only of use as the process that the test above starts
    static std::binary_semaphore never(0);
    static std::binary_semaphore isAsking(0);
    HostLookup lookup(nullptr, [](const std::string&, std::uint16_t) {
        isAsking.release();
        never.acquire();
        return std::vector<SocketAddress>();
    });
    lookup.start("www.example.test", 443, [](const HostLookup::Addresses&) {});
    isAsking.acquire();
}

CERTWRIGHT_TEST_MAIN(TestHostLookup)
#include "tst_host_lookup.moc"
