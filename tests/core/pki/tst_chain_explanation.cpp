#include "core/pki/chain_explanation.h"
#include "core/x509/verify/trust_store.h"
#include "tests/support/test_ca.h"
#include "tests/support/test_main.h"

#include <QObject>
#include <QTest>

using namespace certwright;
using pki::ChainEnd;
using pki::ChainPlace;
using x509::Certificate;

namespace {

/// Root, two CAs below it, a leaf; and a stranger.
struct Pki {
    test::TestCa root{"CN=Root"};
    test::TestCa upper = root.intermediate("CN=Upper");
    test::TestCa lower = upper.intermediate("CN=Lower");
    Certificate leaf = lower.issue().certificate;
    test::TestCa stranger{"CN=Stranger"};

    Certificate of(QChar letter) const {
        switch (letter.toLatin1()) {
        case 'R':
            return root.certificate();
        case 'U':
            return upper.certificate();
        case 'O':
            return lower.certificate();
        case 'S':
            return stranger.certificate();
        default:
            return leaf;
        }
    }
    std::vector<Certificate> list(const QString& letters) const {
        std::vector<Certificate> certificates;
        for (const QChar letter : letters)
            certificates.push_back(of(letter));
        return certificates;
    }
};

/// "L0 I1 M2 X- ...": place and depth of each.
QString shape(const pki::ChainExplanation& explanation) {
    QStringList parts;
    for (const pki::ChainMember& member : explanation.members)
        parts << QStringLiteral("LIMRDXNA").at(static_cast<int>(member.place)) +
                     (member.depth ? QString::number(*member.depth) : QStringLiteral("-"));
    return parts.join(QLatin1Char(' '));
}

} // namespace

Q_DECLARE_METATYPE(certwright::pki::ChainEnd)

class TestChainExplanation : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void putsInOrder_data();
    void putsInOrder();
    void countsLinksBySignatureAlone();
    void knowsASelfSignedLeaf();
    void saysNothingOfNothing();
    void tellsTrustFromFaults();
};

void TestChainExplanation::putsInOrder_data() {
    QTest::addColumn<QString>("sent");
    QTest::addColumn<QString>("others");
    QTest::addColumn<QString>("expected");
    QTest::addColumn<ChainEnd>("end");
    QTest::newRow("as it should be") << QStringLiteral("LOU") << QStringLiteral("R") << QStringLiteral("L0 I1 I2 A3")
                                     << ChainEnd::Root;
    QTest::newRow("with the root") << QStringLiteral("LOUR") << QStringLiteral("") << QStringLiteral("L0 I1 I2 R3")
                                   << ChainEnd::Root;
    QTest::newRow("the root is not known")
        << QStringLiteral("LOU") << QStringLiteral("") << QStringLiteral("L0 I1 I2") << ChainEnd::UnknownIssuer;
    QTest::newRow("the leaf alone") << QStringLiteral("L") << QStringLiteral("") << QStringLiteral("L0")
                                    << ChainEnd::UnknownIssuer;
    QTest::newRow("one is missing, nobody has it")
        << QStringLiteral("LO") << QStringLiteral("R") << QStringLiteral("L0 I1") << ChainEnd::UnknownIssuer;
    QTest::newRow("one is missing and at hand")
        << QStringLiteral("LO") << QStringLiteral("UR") << QStringLiteral("L0 I1 N2 A3") << ChainEnd::Root;
    QTest::newRow("the wrong way round") << QStringLiteral("LUO") << QStringLiteral("R")
                                         << QStringLiteral("L0 I2 M1 A3") << ChainEnd::Root;
    QTest::newRow("the root first") << QStringLiteral("LROU") << QStringLiteral("") << QStringLiteral("L0 R3 M1 M2")
                                    << ChainEnd::Root;
    QTest::newRow("one twice") << QStringLiteral("LOOU") << QStringLiteral("R") << QStringLiteral("L0 I1 D- I2 A3")
                               << ChainEnd::Root;
    QTest::newRow("one too many") << QStringLiteral("LSOU") << QStringLiteral("R") << QStringLiteral("L0 X- I1 I2 A3")
                                  << ChainEnd::Root;
}

void TestChainExplanation::putsInOrder() {
    QFETCH(QString, sent);
    QFETCH(QString, others);
    QFETCH(QString, expected);
    QFETCH(ChainEnd, end);
    const Pki pki;
    const pki::ChainExplanation explanation = pki::explainChain(pki.list(sent), pki.list(others));
    QCOMPARE(shape(explanation), expected);
    QVERIFY(explanation.end == end);
    QCOMPARE(explanation.hasMisplaced(), expected.contains(QLatin1Char('M')));
    QCOMPARE(explanation.hasExtra(), expected.contains(QLatin1Char('X')) || expected.contains(QLatin1Char('D')));
    QCOMPARE(explanation.lacksIntermediate(), expected.contains(QLatin1Char('N')));
    QCOMPARE(explanation.isLikelyIncomplete, sent == QLatin1String("L"));
    const auto& last = pki.of(sent.back());
    QCOMPARE(explanation.lastIssuer, end == ChainEnd::UnknownIssuer ? last.issuer().toRfc2253() : std::string());
}

void TestChainExplanation::countsLinksBySignatureAlone() {
    // Another CA of the same name did not sign the leaf.
    const Pki pki;
    const test::TestCa forged = pki.stranger.intermediate("CN=Lower");
    const pki::ChainExplanation explanation = pki::explainChain({pki.leaf, forged.certificate()}, {});
    QCOMPARE(shape(explanation), QStringLiteral("L0 X-"));
    QVERIFY(explanation.end == ChainEnd::UnknownIssuer);
    QCOMPARE(explanation.lastIssuer, std::string("CN=Lower"));
}

void TestChainExplanation::knowsASelfSignedLeaf() {
    const Pki pki;
    QVERIFY(pki::explainChain({pki.root.certificate()}, {}).end == ChainEnd::SelfSigned);
}

void TestChainExplanation::saysNothingOfNothing() {
    const pki::ChainExplanation explanation = pki::explainChain({}, {});
    QVERIFY(explanation.members.empty());
    QVERIFY(explanation.end == ChainEnd::None);
}

void TestChainExplanation::tellsTrustFromFaults() {
    // openssl-verification-options(1) names them by these numbers.
    const Pki pki;
    for (const int code : {2, 18, 19, 20, 21})
        QVERIFY(pki::isAboutTrustAlone(x509::findingFor(code, 0, &pki.leaf)));
    for (const int code : {10, 9, 7, 79, 68})
        QVERIFY(!pki::isAboutTrustAlone(x509::findingFor(code, 0, &pki.leaf)));
}

CERTWRIGHT_TEST_MAIN(TestChainExplanation)
#include "tst_chain_explanation.moc"
