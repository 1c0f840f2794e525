#pragma once

#include "tests/core/net/server_files.h"
#include "tests/gui/support/window_fixture.h"
#include "tests/support/real_server.h"
#include "tests/support/test_ca.h"
#include "ui/pages/inspector_page.h"
#include "ui/pages/inspector_session.h"

#include <QByteArrayList>
#include <QLabel>
#include <QPointer>
#include <QTabWidget>

#include <memory>

namespace certwright::test {

/// The inspector's page on the screen, and a real server for it: `openssl s_server` on 127.0.0.1 with a chain of three
/// certificates, which writes down the secrets and messages of its connections. Nothing is trusted by the system but
/// what trustBySystem() names.
class InspectorFixture : public WindowFixture {
public:
    /// The page is made after the store, if any.
    explicit InspectorFixture(bool hasStore = false);
    ~InspectorFixture();

    /// Puts the root into the system's trust for the rest of the test.
    void trustBySystem() const;
    /// Adds arguments to s_server. The test fails when it does not start.
    void startServer(const QStringList& arguments = {});
    QString address() const { return QStringLiteral("localhost:%1").arg(server->port()); }
    /// What `s_client -state -showcerts` prints about the server.
    QByteArray askClient() const;
    /// The value that the server logged under this label, in hexadecimal; the last one when there are several.
    QString loggedSecret(const QString& label) const;
    QByteArrayList keyLogLines() const;
    /// The octets of the hellos as the server saw them, in hexadecimal without spaces.
    QString helloHex(const QString& name) const;

    /// Types the address and presses Enter.
    void go(const QString& text);
    /// The same, until the report is there.
    bool inspect(const QString& text);
    bool waitForEnd() const;
    void showTab(int index) { tabs()->setCurrentIndex(index); }
    QTabWidget* tabs() const { return find<QTabWidget>("inspectorTabs"); }
    QString text(const char* label) const { return find<QLabel>(label)->text(); }
    /// What stands under the address field; empty when nothing does.
    QString message() const;
    /// Lines of the overview's "Why".
    QStringList reasons() const;
    QStringList liveStates() const;
    /// The column of the list of suites or of the chain.
    QStringList column(const char* tree, int index) const;
    template <class Widget>
    Widget* find(const QString& name) const {
        const QWidget* inFront = page->current();
        auto* found = inFront->findChild<Widget*>(name);
        if (found == nullptr)
            found = page->findChild<Widget*>(name);
        if (found == nullptr)
            qFatal("there is no %s on the page", qPrintable(name));
        return found;
    }
    template <class Widget>
    Widget* find(const char* name) const {
        return find<Widget>(QString::fromLatin1(name));
    }

    TestCa root{"CN=Inspector Root,O=Lab"};
    TestCa intermediate = root.intermediate("CN=Inspector Intermediate,O=Lab");
    ServerFiles files{intermediate.issue(), {intermediate.certificate()}, root.certificate()};
    std::unique_ptr<RealServer> server;
    std::unique_ptr<ui::InspectorPage> page;
    QStringList titles;
};

/// Parts of the report, in the order of the tabs.
enum InspectorTab { OverviewTab, HandshakeTab, ChainTab, CiphersTab, SecretsTab, ConsoleTab, ScanTab, LogTab };

} // namespace certwright::test
