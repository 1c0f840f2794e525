#include "tests/gui/support/inspector_fixture.h"

#include "tests/support/process.h"
#include "tests/support/tools.h"
#include "ui/widgets/field_message.h"

#include <QLineEdit>
#include <QListWidget>
#include <QTest>
#include <QTreeWidget>

namespace certwright::test {

namespace {

QStringList words(const char* text) {
    return QString::fromLatin1(text).split(QLatin1Char(' '));
}

QByteArray readFile(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

InspectorFixture::InspectorFixture(bool hasStore) {
    qputenv("SSL_CERT_FILE", QFile::encodeName(path(QStringLiteral("nobody-is-trusted.pem"))));
    qputenv("SSL_CERT_DIR", QFile::encodeName(path(QStringLiteral("none"))));
    clock.set(base::SystemClock().now()); // as the connection itself is checked
    if (hasStore)
        createStore();
    page = std::make_unique<ui::InspectorPage>(context);
    QObject::connect(page.get(), &ui::InspectorPage::titleChanged, page.get(),
                     [this](const QString& title) { titles << title; });
    page->resize(970, 640);
    page->show();
    page->activateWindow();
    if (!QTest::qWaitForWindowActive(page.get()))
        QTest::qFail("the page did not become active", __FILE__, __LINE__);
    page->focusAddress();
}

InspectorFixture::~InspectorFixture() {
    page.reset();
    qunsetenv("SSL_CERT_FILE");
    qunsetenv("SSL_CERT_DIR");
}

void InspectorFixture::trustBySystem() const {
    qputenv("SSL_CERT_FILE", QFile::encodeName(files.path("root.pem")));
}

void InspectorFixture::startServer(const QStringList& arguments) {
    QString problem;
    QStringList chain;
    if (!readFile(files.path("rest.pem")).isEmpty()) // s_server takes no empty file
        chain = QStringList{QStringLiteral("-cert_chain"), files.path("rest.pem")};
    server = RealServer::startOpenssl(
        findTool(QStringLiteral("openssl")),
        QStringList{QStringLiteral("-cert"), files.path("leaf.pem"), QStringLiteral("-key"), files.path("key.pem"),
                    QStringLiteral("-keylogfile"), files.path("keys.log"), QStringLiteral("-msg"),
                    QStringLiteral("-msgfile"), files.path("messages.txt"), QStringLiteral("-www")} +
            chain + arguments,
        &problem);
    if (!server)
        QTest::qFail(qPrintable(problem), __FILE__, __LINE__);
}

QByteArray InspectorFixture::askClient() const {
    const ProcessResult result = run(findTool(QStringLiteral("openssl")),
                                     QStringList{QStringLiteral("s_client"), QStringLiteral("-connect"),
                                                 QStringLiteral("127.0.0.1:%1").arg(server->port()),
                                                 QStringLiteral("-CAfile"), files.path("root.pem")} +
                                         words("-servername localhost -verify_hostname localhost -state -showcerts"));
    return result.output + result.errors;
}

QByteArrayList InspectorFixture::keyLogLines() const {
    return readFile(files.path("keys.log")).trimmed().split('\n');
}

QString InspectorFixture::loggedSecret(const QString& label) const {
    QString value;
    for (const QByteArray& line : keyLogLines()) {
        const QByteArrayList parts = line.split(' ');
        if (parts.size() == 3 && QString::fromLatin1(parts[0]) == label)
            value = QString::fromLatin1(parts[2]);
    }
    return value;
}

QString InspectorFixture::helloHex(const QString& name) const {
    // "<<< TLS 1.3, Handshake [length 00f1], ClientHello", then rows of octets indented by four spaces.
    QString hex;
    bool isWanted = false;
    for (const QByteArray& line : readFile(files.path("messages.txt")).split('\n')) {
        if (line.startsWith(' ')) {
            if (isWanted)
                hex += QString::fromLatin1(line.simplified()).remove(QLatin1Char(' '));
        } else if (isWanted && !line.isEmpty()) {
            break;
        } else {
            isWanted = QString::fromLatin1(line).endsWith(name);
        }
    }
    return hex;
}

void InspectorFixture::go(const QString& text) {
    auto* field = find<QLineEdit>("address");
    field->setFocus();
    field->selectAll();
    QTest::keyClick(field, Qt::Key_Delete);
    QTest::keyClicks(field, text);
    QTest::keyClick(field, Qt::Key_Return);
}

bool InspectorFixture::inspect(const QString& text) {
    go(text);
    return waitForEnd();
}

bool InspectorFixture::waitForEnd() const {
    return waitUntil([this] { return !page->isRunning() && page->report() != nullptr; });
}

QString InspectorFixture::message() const {
    const auto* shown = find<ui::FieldMessage>("addressMessage");
    return shown->isVisibleTo(page.get()) ? shown->text() : QString();
}

QStringList InspectorFixture::reasons() const {
    QStringList texts;
    for (const QLabel* label : page->findChildren<QLabel*>(QStringLiteral("reasonText")))
        texts << label->text();
    return texts;
}

QStringList InspectorFixture::liveStates() const {
    const auto* list = find<QListWidget>("liveStates");
    QStringList texts;
    for (int i = 0; i < list->count(); ++i)
        texts << list->item(i)->text();
    return texts;
}

QStringList InspectorFixture::column(const char* tree, int index) const {
    const auto* list = find<QTreeWidget>(tree);
    QStringList texts;
    for (int i = 0; i < list->topLevelItemCount(); ++i)
        texts << list->topLevelItem(i)->text(index);
    return texts;
}

} // namespace certwright::test
