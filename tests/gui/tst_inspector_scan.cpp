// What the inspector's scan shows of nginx, against what `openssl s_client` gets from the same server, and what it says
// about a scan that did not come to its end.
#include "tests/gui/support/gui_checks.h"
#include "tests/gui/support/inspector_fixture.h"
#include "tests/support/process.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"
#include "ui/widgets/problem_list.h"

#include <QComboBox>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLineEdit>
#include <QPushButton>
#include <QTableView>
#include <QTcpServer>
#include <QTreeWidget>

using namespace certwright;
using namespace certwright::ui;
using namespace certwright::test;
using Fixture = InspectorFixture;

namespace {

constexpr int NameColumn = 0;
constexpr int OpensslColumn = 1;
constexpr int Tls13Column = 3;
constexpr int Tls12Column = 4;

void startNginx(Fixture& f) {
    QString message;
    f.server = RealServer::startNginx(
        findTool(QStringLiteral("nginx")),
        QStringLiteral("ssl_certificate %1; ssl_certificate_key %2; ssl_protocols TLSv1.2 TLSv1.3;"
                       "ssl_prefer_server_ciphers on; ssl_ecdh_curve secp384r1:prime256v1;"
                       "ssl_ciphers AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256;")
            .arg(f.files.path("leaf.pem"), f.files.path("key.pem")),
        &message);
    QVERIFY2(f.server, qPrintable(message));
}

/// Whether s_client comes to a handshake with these arguments.
bool isTaken(const Fixture& f, const QStringList& arguments) {
    const ProcessResult result =
        run(findTool(QStringLiteral("openssl")), QStringList{QStringLiteral("s_client"), QStringLiteral("-connect"),
                                                             QStringLiteral("127.0.0.1:%1").arg(f.server->port())} +
                                                     arguments);
    return result.output.contains(", Cipher is ") && !result.output.contains("Cipher is (NONE)");
}

QStringList taken(const Fixture& f, const char* version, const char* option, const char* candidates) {
    QStringList names;
    for (const QString& name : QString::fromLatin1(candidates).split(QLatin1Char(' '))) {
        if (isTaken(f, {QString::fromLatin1(version), QString::fromLatin1(option), name}))
            names << name;
    }
    return names;
}

bool waitForScan(const Fixture& f) {
    return waitUntil([&f] {
        return f.find<QPushButton>("startScan")->isEnabled() && f.text("scanProgress").startsWith(QLatin1String("Sca"));
    });
}

bool scan(Fixture& f) {
    f.showTab(ScanTab);
    f.find<QLineEdit>("address")->setText(f.address());
    QTest::mouseClick(f.find<QPushButton>("startScan"), Qt::LeftButton);
    return waitForScan(f);
}

QString cell(const Fixture& f, int row, int column, int role = Qt::DisplayRole) {
    const QAbstractItemModel* model = f.find<QTableView>("scanMatrix")->model();
    return model->index(row, column).data(role).toString();
}

/// The names in a column, of the suites that are ticked in another.
QStringList suites(const Fixture& f, int versionColumn, int nameColumn) {
    QStringList names;
    for (int row = 0; row < f.find<QTableView>("scanMatrix")->model()->rowCount(); ++row) {
        if (cell(f, row, versionColumn) == QStringLiteral("✓"))
            names << cell(f, row, nameColumn);
    }
    return names;
}

/// "name=value" for the rows of a section.
QStringList facts(const Fixture& f, const char* section) {
    QStringList texts;
    for (QTreeWidgetItem* item :
         f.find<QTreeWidget>("scanFacts")->findItems(QString::fromLatin1(section), Qt::MatchExactly)) {
        for (int i = 0; i < item->childCount(); ++i)
            texts << item->child(i)->text(0) + QLatin1Char('=') + item->child(i)->text(1);
    }
    return texts;
}

QStringList sorted(QStringList list) {
    list.sort();
    return list;
}

QStringList names(const QJsonValue& list, const char* key) {
    QStringList texts;
    for (const auto& entry : list.toArray())
        texts << entry.toObject().value(QLatin1String(key)).toString();
    return texts;
}

} // namespace

class TestInspectorScan : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void showsWhatTheServerOffers();
    void exportsWhatItShows();
    void saysThatItWasCancelled();
    void forgetsAnotherServer();
    void isUsable();
};

void TestInspectorScan::initTestCase() {
    CERTWRIGHT_NEED_TOOL(openssl, "openssl");
    CERTWRIGHT_NEED_TOOL(nginx, "nginx");
}

void TestInspectorScan::showsWhatTheServerOffers() {
    Fixture f;
    startNginx(f);
    QVERIFY(scan(f));
    const QStringList new13 = taken(f, "-tls1_3", "-ciphersuites",
                                    "TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256 TLS_AES_128_GCM_SHA256");
    const QStringList old12 =
        taken(f, "-tls1_2", "-cipher",
              "ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-RSA-AES128-GCM-SHA256 ECDHE-ECDSA-AES256-GCM-SHA384 "
              "ECDHE-RSA-AES256-GCM-SHA384 AES128-GCM-SHA256 AES256-GCM-SHA384 DHE-RSA-AES128-GCM-SHA256");
    QVERIFY(!new13.isEmpty() && !old12.isEmpty());
    QCOMPARE(sorted(suites(f, Tls13Column, OpensslColumn)), sorted(new13));
    QCOMPARE(sorted(suites(f, Tls12Column, OpensslColumn)), sorted(old12));
    for (int row = 0; row < f.find<QTableView>("scanMatrix")->model()->rowCount(); ++row) {
        for (int column = Tls12Column + 1; column < Tls12Column + 5; ++column) {
            QCOMPARE(cell(f, row, column), QStringLiteral("–"));
            QVERIFY(cell(f, row, column, Qt::AccessibleTextRole).endsWith(QLatin1String("not offered")));
        }
    }
    QCOMPARE(facts(f, "Versions"),
             (QStringList{QStringLiteral("TLSv1.3=offered, confirmed"), QStringLiteral("TLSv1.2=offered, confirmed"),
                          QStringLiteral("TLSv1.1=not offered"), QStringLiteral("TLSv1.0=not offered"),
                          QStringLiteral("SSLv3=not offered"), QStringLiteral("SSLv2=not offered")}));
    QStringList groups;
    for (const QString& name : taken(f, "-tls1_3", "-groups", "X25519 prime256v1 secp384r1 secp521r1"))
        groups << QString(name).replace(QLatin1String("prime256v1"), QLatin1String("secp256r1")) +
                      QLatin1String("=offered");
    QCOMPARE(sorted(facts(f, "Groups of TLSv1.3")), sorted(groups));
    QVERIFY(facts(f, "Besides").contains(QStringLiteral("Order of suites in TLSv1.2=the server's decides")) ||
            old12.size() < 2);
    QVERIFY(facts(f, "Besides").contains(QStringLiteral("Client certificate=not asked for")));
    QVERIFY(facts(f, "Besides").contains(QStringLiteral("Compression=not offered")));
}

void TestInspectorScan::exportsWhatItShows() {
    Fixture f;
    startNginx(f);
    QVERIFY(!f.find<QPushButton>("exportScan")->isEnabled());
    QVERIFY(scan(f));
    auto* profile = f.find<QComboBox>("scanProfile");
    QCOMPARE(profile->currentText(), QStringLiteral("intermediate"));
    profile->setCurrentIndex(0);
    QVERIFY(f.text("scanVerdict").startsWith(QStringLiteral("The server falls short of Mozilla's profile “modern”")));
    const QString path = f.path(QStringLiteral("scan.json"));
    f.prompts.willChooseFiles({path});
    QTest::mouseClick(f.find<QPushButton>("exportScan"), Qt::LeftButton);
    QVERIFY(waitUntil([&path] { return QFile::exists(path); }));
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QJsonObject document = QJsonDocument::fromJson(file.readAll()).object();
    QCOMPARE(document.value(QLatin1String("target")).toString(), f.address());
    QCOMPARE(document.value(QLatin1String("profile")).toString(), QStringLiteral("modern"));
    QCOMPARE(document.value(QLatin1String("meets_profile")).toBool(true), false);
    const QJsonObject ciphers = document.value(QLatin1String("ciphers")).toObject();
    QCOMPARE(names(ciphers.value(QLatin1String("TLSv1.3")), "iana_name"), suites(f, Tls13Column, NameColumn));
    QCOMPARE(sorted(names(ciphers.value(QLatin1String("TLSv1.2")), "iana_name")),
             sorted(suites(f, Tls12Column, NameColumn)));
    const QStringList shown = f.find<ProblemList>("scanFindings")->texts();
    const QStringList exported = names(document.value(QLatin1String("findings")), "message");
    QVERIFY(!exported.isEmpty());
    QCOMPARE(shown.size(), exported.size());
    for (qsizetype i = 0; i < shown.size(); ++i)
        QVERIFY2(shown[i].startsWith(exported[i]), qPrintable(shown[i]));
    QVERIFY(f.prompts.errors.empty());
}

void TestInspectorScan::saysThatItWasCancelled() {
    Fixture f;
    QTcpServer silent;
    QVERIFY(silent.listen(QHostAddress::LocalHost));
    f.showTab(ScanTab);
    f.find<QLineEdit>("address")->setText(QStringLiteral("127.0.0.1:%1").arg(silent.serverPort()));
    auto* cancel = f.find<QPushButton>("cancelScan");
    QVERIFY(!cancel->isEnabled());
    QTest::mouseClick(f.find<QPushButton>("startScan"), Qt::LeftButton);
    QVERIFY(cancel->isEnabled());
    QVERIFY(f.text("scanProgress").startsWith(QLatin1String("Scanning 127.0.0.1:")));
    QTest::mouseClick(cancel, Qt::LeftButton);
    QVERIFY(waitUntil([&f] { return f.find<QPushButton>("startScan")->isEnabled(); }));
    QVERIFY(f.text("scanProgress").startsWith(QLatin1String("The scan of 127.0.0.1:")));
    QVERIFY(!cancel->isEnabled());
    // An address that is none is said at its field.
    f.find<QLineEdit>("address")->setText(QStringLiteral("localhost:99999"));
    QTest::mouseClick(f.find<QPushButton>("startScan"), Qt::LeftButton);
    QVERIFY(!f.message().isEmpty());
    QVERIFY(!cancel->isEnabled());
}

void TestInspectorScan::forgetsAnotherServer() {
    Fixture f;
    startNginx(f);
    QVERIFY(scan(f));
    QVERIFY(f.inspect(f.address()));
    QVERIFY(f.text("scanProgress").startsWith(QLatin1String("Scanned localhost:"))); // the same server
    QVERIFY(f.inspect(QStringLiteral("127.0.0.1:%1").arg(f.server->port())));
    QCOMPARE(f.text("scanProgress"), QStringLiteral("The server of the address field is scanned."));
    QVERIFY(!f.find<QPushButton>("exportScan")->isEnabled());
}

void TestInspectorScan::isUsable() {
    Fixture f;
    startNginx(f);
    f.showTab(ScanTab);
    look(*f.page, QStringLiteral("inspector-scan-empty"));
    CERTWRIGHT_VERIFY_USABLE(*f.page);
    QVERIFY(scan(f));
    QTest::qWait(20);
    look(*f.page, QStringLiteral("inspector-scan"));
    CERTWRIGHT_VERIFY_USABLE(*f.page);
    f.page->focusAddress();
    const QStringList jumps = tabJumps(*f.page);
    QVERIFY2(jumps.isEmpty(), qPrintable(jumps.join(QStringLiteral(", "))));
    const QSize least = f.page->minimumSizeHint();
    QVERIFY2(least.width() <= 910 && least.height() <= 460,
             qPrintable(QStringLiteral("%1x%2").arg(least.width()).arg(least.height())));
}

CERTWRIGHT_TEST_MAIN(TestInspectorScan)
#include "tst_inspector_scan.moc"
