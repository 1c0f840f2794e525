#pragma once

#include "core/service/inspecting.h"
#include "core/x509/certificate.h"

#include <QWidget>

#include <chrono>
#include <memory>
#include <vector>

namespace certwright::ui {

struct UiContext;

/// Looks at a TLS connection: host and port in, Enter goes. While the handshake runs its states appear; then verdict,
/// handshake messages, chain with verification, cipher suites, secrets (hidden until revealed), a console for a
/// connection that is kept open, and a log. A failure is said in words with what was learnt until then. Works without a
/// store; with one, the chain is also verified against its CAs and can be imported.
class InspectorSession : public QWidget {
    Q_OBJECT
public:
    explicit InspectorSession(UiContext& context, QWidget* parent = nullptr);
    ~InspectorSession() override;

    /// Puts the cursor into the address field, its text selected.
    void focusAddress();
    /// What was learnt last; null before the first connection ended, or stood.
    service::ConnectionReportPtr report() const;
    bool isRunning() const;
    /// What it looks at, "www.example.test:443"; empty before the first connection.
    QString title() const;
    /// How long the next connections may take, look-up and handshake together; ten seconds at first.
    void setTimeout(std::chrono::milliseconds timeout);

public Q_SLOTS:
    /// Connects to "host", "host:port" or a URL, in place of what runs.
    void inspect(const QString& target);
    /// The same, and stays connected: for the console.
    void connectAndStay(const QString& target);
    void cancel();

Q_SIGNALS:
    /// For the tab that holds it: "www.example.test:443".
    void titleChanged(const QString& title);
    /// The user wants to see these certificates, leaf first.
    void certificatesOpened(const std::vector<certwright::x509::Certificate>& certificates);
    /// The user wants to make a certificate that can take the place of this one.
    void replacementWanted(const certwright::x509::Certificate& certificate);
    /// Once for each connection that ended, well or not.
    void inspected();

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace certwright::ui
