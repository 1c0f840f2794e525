#include "core/inspect/scan_findings.h"
#include "core/inspect/scan_plan.h"
#include "core/tls/cipher_suite.h"
#include "tests/support/test_main.h"

#include <QObject>
#include <QTest>

#include <algorithm>
#include <functional>
#include <map>

using namespace certwright;
using inspect::Answer;
using inspect::Probe;
using inspect::ScanPlan;
using inspect::ScanReport;
using tls::ProtocolVersion;

namespace {

using Numbers = std::vector<std::uint16_t>;

bool contains(const Numbers& list, std::uint16_t value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

Answer refusal(std::uint8_t alert = 40) {
    Answer answer;
    answer.kind = Answer::Kind::Refused;
    answer.alert = alert;
    answer.hasSpoken = true;
    return answer;
}

Answer breaking(Answer::Break reason) {
    Answer answer;
    answer.reason = reason;
    return answer;
}

/// A server in a few lines: it chooses by its own order or the client's, as real ones do.
struct Server {
    std::map<ProtocolVersion, Numbers> suites;
    Numbers groups{0x001D, 0x0017};
    Numbers schemes{0x0804, 0x0401};
    bool hasOwnOrder = true;
    std::uint16_t leafCurve = 0;                     ///< must be on offer before TLS 1.3
    std::function<bool(std::uint16_t)> breaksOver{}; ///< a suite that it chooses and then drops the connection
    int probes = 0;

    static std::optional<std::uint16_t> choose(const Numbers& own, const Numbers& offered, bool ownOrder) {
        for (const std::uint16_t value : ownOrder ? own : offered) {
            if (contains(own, value) && contains(offered, value))
                return value;
        }
        return std::nullopt;
    }

    Answer answer(const Probe& probe) {
        ++probes;
        const auto found = suites.find(probe.version);
        if (found == suites.end())
            return refusal(70);
        if (probe.isFallback)
            return refusal(86);
        Answer answer;
        answer.kind = Answer::Kind::Accepted;
        answer.version = static_cast<std::uint16_t>(probe.version);
        answer.hasSession = probe.kind == Probe::Kind::Handshake;
        answer.isResumed = probe.resumes;
        if (probe.kind == Probe::Kind::Handshake)
            return answer;
        const auto suite = choose(found->second, probe.suites, hasOwnOrder);
        if (!suite)
            return refusal();
        if (breaksOver && breaksOver(*suite))
            return breaking(Answer::Break::Eof);
        answer.suite = *suite;
        const std::string exchange = tls::registeredSuite(*suite).keyExchange;
        if (exchange == "ECDHE" || exchange == "any") {
            answer.group = choose(groups, probe.groups, hasOwnOrder);
            const bool isOld = probe.version != ProtocolVersion::Tls13;
            if (!answer.group || (isOld && leafCurve != 0 && !contains(probe.groups, leafCurve)))
                return refusal();
            if (isOld) {
                answer.scheme = choose(schemes, probe.schemes, false);
                if (!answer.scheme)
                    return refusal();
            }
        }
        answer.hasRenegotiationInfo = answer.hasExtendedMasterSecret = true;
        return answer;
    }
};

ScanReport scan(const std::function<Answer(const Probe&)>& server, inspect::ScanChoice choice = {}) {
    ScanPlan plan(choice);
    std::vector<ScanPlan::Task> running;
    for (int step = 0; step < 2000; ++step) {
        while (running.size() < 4) {
            auto order = plan.next();
            if (!order)
                break;
            running.push_back(*std::move(order));
        }
        if (running.empty())
            break;
        const ScanPlan::Task order = running.front();
        running.erase(running.begin());
        plan.take(order.id, server(order.probe));
    }
    return plan.isDone() ? plan.report() : ScanReport();
}

ScanReport scan(Server& server) {
    return scan([&server](const Probe& probe) { return server.answer(probe); });
}

Numbers sorted(Numbers values) {
    std::sort(values.begin(), values.end());
    return values;
}

} // namespace

class TestScanPlan : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void findsAllInTheServersOrder();
    void tellsTheClientsOrder();
    void goesOnFamilyByFamily();
    void findsGroupsInSpiteOfTheLeaf();
    void givesUpWhereNobodySpeaksTls();
    void judgesByProfiles();
};

void TestScanPlan::findsAllInTheServersOrder() {
    Server server;
    server.suites = {{ProtocolVersion::Tls13, {0x1302, 0x1303}}, {ProtocolVersion::Tls12, {0xC030, 0xC02F, 0x009D}}};
    const ScanReport report = scan(server);
    QCOMPARE(report.versions.size(), std::size_t{6});
    QCOMPARE(report.suites.at(ProtocolVersion::Tls12), (Numbers{0xC030, 0xC02F, 0x009D}));
    QCOMPARE(report.suites.at(ProtocolVersion::Tls13), (Numbers{0x1302, 0x1303}));
    QVERIFY(report.hasServerPreference.at(ProtocolVersion::Tls12));
    QVERIFY(report.find(ProtocolVersion::Tls12)->isConfirmed == true);
    QVERIFY(report.resumes.at(ProtocolVersion::Tls13) && report.resumes.at(ProtocolVersion::Tls12));
    QVERIFY(!report.isSupported(ProtocolVersion::Tls11) && !report.isSupported(ProtocolVersion::Ssl2));
    QCOMPARE(report.groups.at(ProtocolVersion::Tls13), (Numbers{0x001D, 0x0017}));
    QCOMPARE(report.groups.at(ProtocolVersion::Tls12), (Numbers{0x001D, 0x0017}));
    QCOMPARE(sorted(report.signatureSchemes), (Numbers{0x0401, 0x0804}));
    QVERIFY(report.honoursFallbackSignal == true);
    // Suites: accepted and one more a version; groups the same; all else at most 20.
    QVERIFY2(server.probes <= (2 + 1) + (3 + 1) + 2 * (2 + 1) + 20, QByteArray::number(server.probes).constData());
}

void TestScanPlan::tellsTheClientsOrder() {
    Server server;
    server.hasOwnOrder = false;
    server.suites = {{ProtocolVersion::Tls12, {0xC030, 0xC02F, 0x009D}}};
    const ScanReport report = scan(server);
    QCOMPARE(sorted(report.suites.at(ProtocolVersion::Tls12)), (Numbers{0x009D, 0xC02F, 0xC030}));
    QVERIFY(!report.hasServerPreference.at(ProtocolVersion::Tls12));
    QVERIFY(!report.honoursFallbackSignal); // one version only: there is nothing to fall back to
}

/// Dovecot 2.3 without ssl_dh: it chooses DHE where it may, and closes the connection.
void TestScanPlan::goesOnFamilyByFamily() {
    Server server;
    server.suites = {{ProtocolVersion::Tls12, {0x009F, 0xC030, 0xC02F, 0x009D, 0x009C}}};
    server.breaksOver = [](std::uint16_t suite) { return suite == 0x009F; };
    const ScanReport report = scan(server);
    QCOMPARE(report.suites.at(ProtocolVersion::Tls12), (Numbers{0xC030, 0xC02F, 0x009D, 0x009C}));
    const std::string& note = report.find(ProtocolVersion::Tls12)->note;
    QVERIFY2(note.find("closed the connection") != std::string::npos && note.ends_with(" DHE"), note.c_str());
}

void TestScanPlan::findsGroupsInSpiteOfTheLeaf() {
    Server server;
    server.hasOwnOrder = false;
    server.leafCurve = 0x0017;
    server.suites = {{ProtocolVersion::Tls12, {0xC02B}}};
    server.groups = {0x0017, 0x0018, 0x0019, 0x001E};
    server.schemes = {0x0403};
    const ScanReport report = scan(server);
    QCOMPARE(sorted(report.groups.at(ProtocolVersion::Tls12)), (Numbers{0x0017, 0x0018, 0x0019, 0x001E}));
    QCOMPARE(report.signatureSchemes, Numbers{0x0403});
}

void TestScanPlan::givesUpWhereNobodySpeaksTls() {
    for (const Answer::Break reason : {Answer::Break::Timeout, Answer::Break::NotTls}) {
        int probes = 0;
        const ScanReport report = scan([&](const Probe&) {
            ++probes;
            return breaking(reason);
        });
        QCOMPARE(report.versions.size(), std::size_t{6}); // it came to its end
        QVERIFY(!report.hasAnyVersion());
        QVERIFY2(probes <= 8, QByteArray::number(probes).constData());
    }
}

void TestScanPlan::judgesByProfiles() {
    Server server;
    server.suites = {{ProtocolVersion::Tls13, {0x1301}}, {ProtocolVersion::Tls12, {0xC02F}}};
    const ScanReport good = scan(server);
    QVERIFY(inspect::meets(good, inspect::Profile::Intermediate));
    QVERIFY(!inspect::meets(good, inspect::Profile::Modern));
    server.suites = {{ProtocolVersion::Tls10, {0x0035, 0x0005}}};
    const ScanReport old = scan(server);
    QVERIFY(!inspect::meets(old, inspect::Profile::Intermediate));
    QVERIFY(!inspect::meets(old, inspect::Profile::Old)); // RC4 (RFC 7465)
    server.suites = {{ProtocolVersion::Tls12, {0xC02F}}, {ProtocolVersion::Tls10, {0x0035}}};
    QVERIFY(inspect::meets(scan(server), inspect::Profile::Old));
}

CERTWRIGHT_TEST_MAIN(TestScanPlan)
#include "tst_scan_plan.moc"
