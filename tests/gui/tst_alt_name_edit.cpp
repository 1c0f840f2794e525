#include "tests/gui/support/gui_checks.h"
#include "tests/support/test_main.h"
#include "ui/theme.h"
#include "ui/widgets/alt_name_edit.h"
#include "ui/widgets/alt_name_model.h"
#include "ui/widgets/field_message.h"

#include <QAbstractItemModelTester>
#include <QPlainTextEdit>
#include <QSignalSpy>

using namespace certwright;
using namespace certwright::ui;
using Type = x509::GeneralName::Type;

Q_DECLARE_METATYPE(certwright::x509::GeneralName::Type)

class TestAltNameEdit : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { Theme::instance().apply(ThemeMode::Light); }

    void modelKeepsItsContract() {
        AltNameModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setText(QStringLiteral("a.example, b.example"));
        model.setText(QString());
        QCOMPARE(model.rowCount(), 0);
    }

    void recognisesTypes_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<Type>("type");
        QTest::addColumn<QString>("value");
        QTest::newRow("host") << QStringLiteral("WWW.Example.Test") << Type::Dns << QStringLiteral("www.example.test");
        QTest::newRow("wildcard") << QStringLiteral("*.example.test") << Type::Dns << QStringLiteral("*.example.test");
        QTest::newRow("IPv4") << QStringLiteral("192.0.2.10") << Type::Ip << QStringLiteral("192.0.2.10");
        QTest::newRow("IPv6") << QStringLiteral("2001:db8::1") << Type::Ip << QStringLiteral("2001:db8::1");
        QTest::newRow("e-mail") << QStringLiteral("a@example.test") << Type::Email << QStringLiteral("a@example.test");
        QTest::newRow("URI") << QStringLiteral("https://example.test/x") << Type::Uri
                             << QStringLiteral("https://example.test/x");
        QTest::newRow("prefix") << QStringLiteral("DNS:10.example") << Type::Dns << QStringLiteral("10.example");
        QTest::newRow("international") << QStringLiteral("müller.example") << Type::Dns
                                       << QStringLiteral(
                                              "xn--mller-kva.example"); // RFC 5891, as libidn2's idn2 gives it
        QTest::newRow("directory") << QStringLiteral("dirName:CN=a,O=b c") << Type::DirectoryName
                                   << QStringLiteral("CN=a,O=b c");
    }
    void recognisesTypes() {
        QFETCH(QString, text);
        QFETCH(Type, type);
        QFETCH(QString, value);
        AltNameEdit edit;
        edit.setText(text);
        const auto names = edit.names();
        QCOMPARE(names.size(), std::size_t{1});
        QVERIFY(names.front().type == type);
        QCOMPARE(QString::fromStdString(names.front().value), value);
    }

    void takesAPastedList() {
        AltNameEdit edit;
        QSignalSpy edited(&edit, &AltNameEdit::edited);
        edit.box()->insertPlainText(
            QStringLiteral("www.lab.example, api.lab.example;192.0.2.1\n\tDNS:www.lab.example"));
        QCOMPARE(edit.names().size(), std::size_t{3}); // the repeated one is merged
        QVERIFY(!edited.isEmpty());
        QVERIFY(!edit.hasProblem());
    }

    void saysWhatIsWrong() {
        AltNameEdit edit;
        edit.show();
        edit.setText(QStringLiteral("good.example\n*.*.lab"));
        QVERIFY(edit.hasProblem());
        QCOMPARE(edit.names().size(), std::size_t{1});
        auto* message = edit.findChild<FieldMessage*>();
        QVERIFY(message->isError());
        QVERIFY2(message->text().contains(QStringLiteral("only the leftmost label may be *")),
                 qPrintable(message->text()));
        edit.focusProblem();
        QCOMPARE(edit.box()->textCursor().selectedText(), QStringLiteral("*.*.lab"));
        edit.setText(QStringLiteral("good.example"));
        QVERIFY(!message->isError());
    }

    void givesBackWhatItWasGiven() {
        AltNameEdit edit;
        const std::vector<x509::GeneralName> names{{Type::Dns, "a.example"},
                                                   {Type::Ip, "2001:db8::1"},
                                                   {Type::Uri, "spiffe://a/b"},
                                                   {Type::RegisteredId, "1.2.3.4"}};
        edit.setNames(names);
        QVERIFY(edit.names() == names);
    }

    void aThousandNamesStayResponsive() {
        QStringList lines;
        for (int i = 0; i < 1000; ++i)
            lines << QStringLiteral("host%1.example").arg(i);
        AltNameEdit edit;
        QElapsedTimer timer;
        timer.start();
        edit.box()->setPlainText(lines.join(QLatin1Char('\n')));
        QCOMPARE(edit.names().size(), std::size_t{1000});
        QVERIFY2(timer.elapsed() < 1000, qPrintable(QString::number(timer.elapsed())));
    }

    void isUsable() {
        AltNameEdit edit;
        edit.resize(620, 140);
        edit.setText(QStringLiteral("www.example.test\nexample.test\n192.0.2.10\n*.*.lab"));
        edit.show();
        CERTWRIGHT_VERIFY_USABLE(edit);
        test::look(edit, QStringLiteral("alt-names"));
    }
};

CERTWRIGHT_TEST_MAIN(TestAltNameEdit)
#include "tst_alt_name_edit.moc"
