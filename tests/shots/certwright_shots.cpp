#include "core/pki/profile.h"
#include "core/service/exporting.h"
#include "core/service/issuing.h"
#include "core/x509/certificate.h"
#include "resources/demo/demo_store.h"
#include "tests/gui/support/window_fixture.h"
#include "tests/support/real_server.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"
#include "ui/dialogs/new_certificate_dialog.h"
#include "ui/main_window.h"
#include "ui/models/entry_model.h"
#include "ui/pages/inspector_page.h"
#include "ui/theme.h"
#include "ui/views/detail_pane.h"
#include "ui/views/entry_view.h"
#include "ui/views/list_page.h"
#include "ui/views/viewer_window.h"
#include "ui/widgets/plan_preview.h"

#include <QApplication>
#include <QDir>
#include <QHeaderView>
#include <QImage>
#include <QLabel>
#include <QPlainTextEdit>
#include <QSet>

using namespace certwright;
using namespace certwright::ui;
using test::waitUntil;

namespace {

// A window that failed to draw has a handful of colours; text alone, with smooth edges, has hundreds.
constexpr int fewestColours = 50;

int coloursOf(const QImage& image) {
    QSet<QRgb> colours;
    for (int y = 0; y < image.height(); y += 2)
        for (int x = 0; x < image.width(); x += 2)
            colours.insert(image.pixel(x, y));
    return static_cast<int>(colours.size());
}

/// Texts of the labels that are shown; empty ones left out.
QStringList shownTexts(const QWidget& widget) {
    QStringList texts;
    for (const QLabel* label : widget.findChildren<QLabel*>())
        if (label->isVisible() && !label->text().isEmpty())
            texts += label->text();
    return texts;
}

} // namespace

/// Draws the program's pages over the sample store, light and dark, and looks whether anything is on the pictures.
class Shots : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void draws_data();
    void draws();

private:
    void shoot(QWidget& widget, const QString& name, bool isDark);
    void shootMainWindow(bool isDark);
    void shootNewCertificate(bool isDark);
    void shootViewer(bool isDark);
    void shootInspector(bool isDark);
    /// Issues a certificate for localhost and exports it for nginx.
    void exportForServer();
    bool isSettled() const;

    QDir m_folder{QStringLiteral(CERTWRIGHT_BINARY_DIR) + QStringLiteral("/screenshots")};
    std::unique_ptr<test::WindowFixture> m_fixture;
    std::unique_ptr<MainWindow> m_window;
};

void Shots::initTestCase() {
    QVERIFY(m_folder.mkpath(QStringLiteral(".")));
    m_fixture = std::make_unique<test::WindowFixture>();
    m_fixture->clock.set(base::SystemClock().now()); // the inspector's verification lives in the present
    m_fixture->createStore(QStringLiteral("harbour.certwright"));
    // Directly, not as a job: making forty keys takes longer than a test waits for a job.
    const auto store = store::Store::open(m_fixture->path(QStringLiteral("harbour.certwright")));
    store->unlock(base::Secret(test::WindowFixture::passphrase.toStdString()));
    demo::fill(*store, m_fixture->clock.now());
    exportForServer();
    m_window = std::make_unique<MainWindow>(m_fixture->context, m_fixture->controller);
    m_window->resize(1280, 800);
    m_window->show();
    // As a person would who has the room: names in full.
    QHeaderView* header = m_window->list(store::EntryKind::Certificate).view().header();
    header->resizeSection(0, header->sectionSize(0) + 90);
    QVERIFY(waitUntil([this] { return isSettled(); }));
}

void Shots::cleanupTestCase() {
    m_window.reset();
    m_fixture.reset();
}

bool Shots::isSettled() const {
    const EntryModel& certificates = m_window->list(store::EntryKind::Certificate).model();
    return m_fixture->jobs.isIdle() && !certificates.isBusy() && certificates.arrangement().rows.size() > 0;
}

void Shots::shoot(QWidget& widget, const QString& name, bool isDark) {
    const QString path =
        m_folder.filePath(name + (isDark ? QStringLiteral("-dark.png") : QStringLiteral("-light.png")));
    const QImage image = widget.grab().toImage().convertToFormat(QImage::Format_RGB32);
    QVERIFY2(coloursOf(image) >= fewestColours, qPrintable(path));
    QVERIFY2(image.save(path), qPrintable(path));
}

void Shots::draws_data() {
    QTest::addColumn<bool>("isDark");
    QTest::newRow("light") << false;
    QTest::newRow("dark") << true;
}

void Shots::draws() {
    QFETCH(const bool, isDark);
    Theme::instance().apply(isDark ? ThemeMode::Dark : ThemeMode::Light);
    shootMainWindow(isDark);
    shootNewCertificate(isDark);
    shootViewer(isDark);
    shootInspector(isDark);
}

void Shots::shootMainWindow(bool isDark) {
    std::optional<store::RowId> id;
    m_fixture->read([&id](store::Store& store) {
        id = store.findId(store::EntryKind::Certificate, QStringLiteral("api.harbour.example"));
    });
    QVERIFY(id.has_value());
    m_window->goTo(Place::Certificates);
    m_window->list(store::EntryKind::Certificate).setTree(true);
    m_window->showEntry(store::EntryKind::Certificate, *id);
    QVERIFY(waitUntil([this] { return isSettled() && shownTexts(m_window->details()).size() > 3; }));
    shoot(*m_window, QStringLiteral("main"), isDark);
}

void Shots::shootNewCertificate(bool isDark) {
    NewCertificateDialog::Start start;
    start.product = pki::Product::IssuedCertificate;
    start.profile = QStringLiteral("tls-server");
    m_fixture->read([&start](store::Store& store) {
        start.issuerId = store.findId(store::EntryKind::Certificate, QStringLiteral("Harbour Server CA")).value();
    });
    auto* dialog = new NewCertificateDialog(m_fixture->context, start, m_window.get());
    dialog->open();
    dialog->resize(1180, 760); // as on a usual screen; the one here is small
    auto* names = dialog->findChild<QPlainTextEdit*>(QStringLiteral("names"));
    QVERIFY(names != nullptr);
    names->setPlainText(QStringLiteral("status.harbour.example, 192.0.2.40"));
    const auto* preview = dialog->findChild<PlanPreview*>();
    QVERIFY(preview != nullptr);
    QVERIFY(
        waitUntil([preview] { return preview->value(QStringLiteral("Subject")).contains(QStringLiteral("status")); }));
    shoot(*dialog, QStringLiteral("new-certificate"), isDark);
    dialog->reject();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
}

void Shots::shootViewer(bool isDark) {
    QByteArray chain;
    m_fixture->read([&chain](store::Store& store) {
        const auto id = store.findId(store::EntryKind::Certificate, QStringLiteral("www.harbour.example"));
        chain = QByteArray::fromStdString(store.certificateObject(id.value()).toPem());
        for (const x509::Certificate& issuer : store.issuerChain(*id))
            chain += QByteArray::fromStdString(issuer.toPem());
    });
    const QString path = m_fixture->path(QStringLiteral("fullchain.pem"));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    file.write(chain);
    file.close();
    m_window->lookAt({path});
    ViewerWindow* viewer = nullptr;
    QVERIFY(waitUntil([this, &viewer] {
        for (QWidget* widget : QApplication::topLevelWidgets())
            if (auto* found = qobject_cast<ViewerWindow*>(widget); found != nullptr && found->isVisible())
                viewer = found;
        return viewer != nullptr && viewer->description() != nullptr && shownTexts(*viewer->tabs()).size() > 3;
    }));
    shoot(*viewer, QStringLiteral("viewer"), isDark);
    viewer->close();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
}

void Shots::exportForServer() {
    m_fixture->write([this](store::Store& store) {
        service::IssueRequest request;
        request.choices.profile = *pki::findProfile("tls-server");
        request.choices.names = x509::parseGeneralNames("localhost, 127.0.0.1");
        request.ca =
            service::StoredCa{store.findId(store::EntryKind::Certificate, QStringLiteral("Harbour Server CA")).value()};
        request.now = m_fixture->clock.now();
        service::ExportOrder order;
        order.certificateIds = {service::issue(&store, request).certificateId};
        order.target = pki::ExportTarget::Nginx;
        order.path = m_fixture->path(QStringLiteral("nginx"));
        service::runExport(store, order);
    });
}

/// What the inspector says about a local nginx that serves files which the program exported.
void Shots::shootInspector(bool isDark) {
    const QString nginx = test::findTool(QStringLiteral("nginx"));
    if (nginx.isEmpty())
        return;
    const QString folder = m_fixture->path(QStringLiteral("nginx"));
    QString message;
    const auto server =
        test::RealServer::startNginx(nginx,
                                     QStringLiteral("ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate %1/fullchain.pem; "
                                                    "ssl_certificate_key %1/privkey.pem;")
                                         .arg(folder),
                                     &message);
    QVERIFY2(server != nullptr, qPrintable(message));
    m_window->inspect(QStringLiteral("localhost:%1").arg(server->port()));
    auto* page = m_window->findChild<InspectorPage*>();
    QVERIFY(page != nullptr);
    QVERIFY(waitUntil([page] { return !page->isRunning() && page->report() != nullptr; }));
    shoot(*m_window, QStringLiteral("inspector"), isDark);
}

CERTWRIGHT_TEST_MAIN(Shots)
#include "certwright_shots.moc"
