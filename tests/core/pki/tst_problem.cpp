#include "core/pki/problem.h"
#include "tests/core/expect.h"
#include "tests/support/test_main.h"

#include <QTest>

using namespace certwright;
using pki::Field;
using pki::Problem;
using pki::Severity;
using test::q;

// The words stand in the JSON that scripts read: a contract.
class ProblemTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void fieldsHaveTheirWords_data() {
        QTest::addColumn<int>("field");
        const auto row = [](const char* word, Field field) { QTest::newRow(word) << static_cast<int>(field); };
        row("profile", Field::Profile);
        row("subject", Field::Subject);
        row("names", Field::Names);
        row("key", Field::Key);
        row("issuer", Field::Issuer);
        row("not-before", Field::NotBefore);
        row("not-after", Field::NotAfter);
        row("extensions", Field::Extensions);
        row("serial", Field::Serial);
        row("digest", Field::Digest);
        row("request", Field::Request);
        row("store-name", Field::StoreName);
    }
    void fieldsHaveTheirWords() {
        QFETCH(int, field);
        QCOMPARE(q(toString(static_cast<Field>(field))), QString::fromLatin1(QTest::currentDataTag()));
    }

    void onlyErrorsAreErrors() {
        QVERIFY(!pki::hasErrors({}));
        QCOMPARE(q(pki::errorText({})), QString());
        std::vector<Problem> problems{problem(Severity::Warning, "It ends late."), problem(Severity::Notice, "Good.")};
        QVERIFY(!pki::hasErrors(problems));
        QCOMPARE(q(pki::errorText(problems)), QString());
        problems.push_back(problem(Severity::Error, "No name."));
        problems.push_back(problem(Severity::Error, "No key."));
        QVERIFY(pki::hasErrors(problems));
        QCOMPARE(q(pki::errorText(problems)), QStringLiteral("No name.\nNo key."));
    }

private:
    static Problem problem(Severity severity, const char* message) {
        return {"id", severity, Field::Names, message, {}, {}, {}};
    }
};

CERTWRIGHT_TEST_MAIN(ProblemTest)
#include "tst_problem.moc"
