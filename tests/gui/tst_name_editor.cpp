#include "tests/gui/support/gui_checks.h"
#include "tests/support/test_main.h"
#include "ui/theme.h"
#include "ui/widgets/field_message.h"
#include "ui/widgets/name_editor.h"
#include "ui/widgets/name_model.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTableView>
#include <QToolButton>

using namespace certwright;
using namespace certwright::ui;

namespace {

const char sample[] = "CN=www.example.test+UID=web-017,OU=Web services,O=Prüflabor Beispiel,C=DE";

struct Fixture {
    Fixture() {
        editor.resize(780, 420);
        editor.show();
        editor.activateWindow();
    }

    QString shown() const { return editor.findChild<QLabel*>(QStringLiteral("rfc4514"))->text(); }
    QString message() const { return editor.findChild<FieldMessage*>()->text(); }
    void click(const char* name) const {
        QTest::mouseClick(editor.findChild<QToolButton*>(QLatin1String(name)), Qt::LeftButton);
    }
    void setValue(int row, const QString& value) {
        editor.model()->setData(editor.model()->index(row, NameModel::Value), value);
    }

    NameEditor editor;
};

} // namespace

class TestNameEditor : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { Theme::instance().apply(ThemeMode::Light); }

    void modelKeepsItsContract() {
        NameModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setName(x509::Name::parse(sample));
        model.addRow("2.5.4.7", 1);
        model.moveRow(0, 1);
        model.removeRow(2);
        model.setJoined(1, true);
        QCOMPARE(model.rowCount(), 5);
    }

    void keepsANameAsItIs() {
        Fixture fixture;
        const x509::Name name = x509::Name::parse(sample);
        fixture.editor.setName(name);
        QCOMPARE(fixture.editor.model()->rowCount(), 5);
        QVERIFY(fixture.editor.name() == name);
        QCOMPARE(fixture.shown(), QString::fromStdString(name.toRfc2253()));
        QCOMPARE(fixture.editor.model()->index(4, NameModel::RdnNumber).data().toInt(), 4);
    }

    void addsARowAndTakesWhatIsTyped() {
        Fixture fixture;
        QVERIFY(QTest::qWaitForWindowActive(&fixture.editor));
        fixture.click("addRow");
        QTRY_VERIFY(qobject_cast<QLineEdit*>(QApplication::focusWidget()) != nullptr);
        // Nothing is committed by Enter: what stands in the editor counts already.
        QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("www.lab.example"));
        QCOMPARE(fixture.editor.name().toRfc2253(), std::string("CN=www.lab.example"));
        QCOMPARE(fixture.shown(), QStringLiteral("CN=www.lab.example"));
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
        fixture.click("addRow");
        QTRY_VERIFY(qobject_cast<QLineEdit*>(QApplication::focusWidget()) != nullptr);
        QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("Lab"));
        QCOMPARE(fixture.editor.name().toRfc2253(), std::string("O=Lab,CN=www.lab.example"));
    }

    void removesTheSelectedRow() {
        Fixture fixture;
        fixture.editor.setName(x509::Name::parse("CN=a,O=b,C=DE"));
        fixture.editor.table()->setCurrentIndex(fixture.editor.model()->index(1, NameModel::Value));
        fixture.click("removeRow");
        QCOMPARE(fixture.editor.name().toRfc2253(), std::string("CN=a,C=DE"));
    }

    void movesByButtonsAndKeys() {
        Fixture fixture;
        fixture.editor.setName(x509::Name::parse("CN=a,O=b,C=DE"));
        QTableView* table = fixture.editor.table();
        table->setCurrentIndex(fixture.editor.model()->index(2, NameModel::Value));
        fixture.click("moveUp");
        QCOMPARE(fixture.editor.name().toRfc2253(), std::string("O=b,CN=a,C=DE"));
        QCOMPARE(table->currentIndex().row(), 1);
        QTest::keyClick(table, Qt::Key_Up, Qt::AltModifier);
        QCOMPARE(fixture.editor.name().toRfc2253(), std::string("O=b,C=DE,CN=a"));
        QTest::keyClick(table, Qt::Key_Up, Qt::AltModifier); // at the top: nothing happens
        QCOMPARE(fixture.editor.name().toRfc2253(), std::string("O=b,C=DE,CN=a"));
        QTest::keyClick(table, Qt::Key_Down, Qt::AltModifier);
        QCOMPARE(fixture.editor.name().toRfc2253(), std::string("O=b,CN=a,C=DE"));
    }

    void joinsAndParts() {
        Fixture fixture;
        fixture.editor.setName(x509::Name::parse("UID=7,CN=a,C=DE"));
        fixture.editor.table()->setCurrentIndex(fixture.editor.model()->index(2, NameModel::Value));
        fixture.click("join");
        QCOMPARE(fixture.editor.name().rdns().size(), std::size_t{2});
        fixture.click("join");
        QCOMPARE(fixture.editor.name().rdns().size(), std::size_t{3});
    }

    void saysWhatIsWrong_data() {
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("value");
        QTest::addColumn<int>("encoding");
        QTest::addColumn<QString>("message");
        const int automatic = static_cast<int>(x509::StringType::Automatic);
        QTest::newRow("country") << QStringLiteral("C") << QStringLiteral("Germany") << automatic
                                 << QStringLiteral("Country must be two letters (ISO 3166), e.g. DE.");
        QTest::newRow("long common name")
            << QStringLiteral("CN") << QString(65, QLatin1Char('x')) << automatic
            << QStringLiteral("Common name (CN) is longer than 64 characters (RFC 5280).");
        QTest::newRow("umlaut") << QStringLiteral("O") << QStringLiteral("Prüflabor")
                                << static_cast<int>(x509::StringType::Printable)
                                << QStringLiteral("PrintableString cannot hold “ü” – use UTF8String.");
        QTest::newRow("no type") << QStringLiteral("nonsense") << QStringLiteral("x") << automatic
                                 << QStringLiteral("“nonsense” is no attribute type and no valid OID.");
    }
    void saysWhatIsWrong() {
        QFETCH(QString, type);
        QFETCH(QString, value);
        QFETCH(int, encoding);
        QFETCH(QString, message);
        Fixture fixture;
        NameModel* model = fixture.editor.model();
        model->addRow("2.5.4.3");
        model->setData(model->index(0, NameModel::Type), type);
        model->setData(model->index(0, NameModel::Encoding), encoding);
        fixture.setValue(0, value);
        QCOMPARE(fixture.message(), message);
        QVERIFY(fixture.editor.hasProblem());
    }

    void mendsTheStringType() {
        Fixture fixture;
        fixture.editor.model()->addRow("2.5.4.10");
        fixture.editor.model()->setStringType(0, x509::StringType::Printable);
        fixture.setValue(0, QStringLiteral("Prüflabor"));
        auto* message = fixture.editor.findChild<FieldMessage*>();
        QVERIFY(message->fixButton()->isVisible());
        QTest::mouseClick(message->fixButton(), Qt::LeftButton);
        QVERIFY(!fixture.editor.hasProblem());
        QCOMPARE(fixture.message(), QString());
    }

    void takesTypesInAnySpelling_data() {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("oid");
        QTest::newRow("title") << QStringLiteral("Organization (O)") << QStringLiteral("2.5.4.10");
        QTest::newRow("short") << QStringLiteral("ou") << QStringLiteral("2.5.4.11");
        QTest::newRow("long") << QStringLiteral("localityName") << QStringLiteral("2.5.4.7");
        QTest::newRow("oid") << QStringLiteral("1.3.6.1.4.1.5923.1.1.1.6")
                             << QStringLiteral("1.3.6.1.4.1.5923.1.1.1.6");
        QTest::newRow("country") << QStringLiteral("C") << QStringLiteral("2.5.4.6");
    }
    void takesTypesInAnySpelling() {
        QFETCH(QString, typed);
        QFETCH(QString, oid);
        NameModel model;
        model.addRow("2.5.4.3");
        model.setData(model.index(0, NameModel::Type), typed);
        QCOMPARE(model.index(0, NameModel::Type).data(NameModel::TypeTextRole).toString(), oid);
    }

    void emptyRowsDoNotCount() {
        Fixture fixture;
        fixture.editor.setName(x509::Name::parse("CN=a"));
        fixture.editor.model()->addRow("2.5.4.10");
        QVERIFY(!fixture.editor.hasProblem());
        QCOMPARE(fixture.editor.name().toRfc2253(), std::string("CN=a"));
    }

    void isUsable() {
        Fixture fixture;
        fixture.editor.setName(x509::Name::parse(sample));
        fixture.editor.model()->setStringType(1, x509::StringType::Printable);
        CERTWRIGHT_VERIFY_USABLE(fixture.editor);
        test::look(fixture.editor, QStringLiteral("name-editor"));
    }
};

CERTWRIGHT_TEST_MAIN(TestNameEditor)
#include "tst_name_editor.moc"
