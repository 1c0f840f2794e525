#pragma once

#include "core/service/inspecting.h"
#include "core/x509/certificate.h"

#include <QWidget>

#include <chrono>
#include <vector>

class QTabWidget;

namespace certwright::ui {

class InspectorSession;
struct UiContext;

/// The TLS inspector: several connections at once, each in a tab of its own. What it does to "the" connection it does
/// to that of the tab in front.
class InspectorPage : public QWidget {
    Q_OBJECT
public:
    explicit InspectorPage(UiContext& context, QWidget* parent = nullptr);
    ~InspectorPage() override;

    /// Puts the cursor into the address field, its text selected.
    void focusAddress();
    /// What was learnt last; null before the first connection ended.
    service::ConnectionReportPtr report() const;
    bool isRunning() const;
    /// How long the next connections may take, look-up and handshake together; ten seconds at first.
    void setTimeout(std::chrono::milliseconds timeout);
    InspectorSession* current() const;
    int count() const;

public Q_SLOTS:
    /// Connects to "host", "host:port" or a URL, in place of what runs.
    void inspect(const QString& target);
    void cancel();
    /// Opens one more tab, empty and in front.
    void addSession();

Q_SIGNALS:
    /// Of the connection in front: "www.example.test:443".
    void titleChanged(const QString& title);
    /// The user wants to see these certificates, leaf first.
    void certificatesOpened(const std::vector<certwright::x509::Certificate>& certificates);
    /// The user wants to make a certificate that can take the place of this one.
    void replacementWanted(const certwright::x509::Certificate& certificate);
    /// Once for each connection that ended, well or not.
    void inspected();

private:
    void makeSession();
    void closeSession(int index);
    void updateTabs();

    UiContext& m_context;
    QTabWidget* m_sessions;
};

} // namespace certwright::ui
