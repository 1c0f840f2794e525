#pragma once

#include "core/service/inspecting.h"
#include "core/service/online_verifying.h"
#include "core/service/scanning.h"
#include "core/x509/certificate.h"

#include <QObject>

#include <functional>
#include <string>
#include <vector>

class QWidget;

namespace certwright::service {
class OnlineVerifier;
}

namespace certwright::ui {

struct FileRequest;
struct UiContext;

/// What can be done with a report: put its chain into the store or a file, its secrets into a key log. Questions and
/// errors come as prompts over `window`.
class InspectionActs : public QObject {
    Q_OBJECT
public:
    InspectionActs(UiContext& context, QWidget* window);

    /// Into the open store. Asks first whether an unknown root is to be trusted.
    void importChain(const service::ConnectionReport& report, const std::vector<x509::Certificate>& chain);
    /// As PEM, in this order.
    void saveChain(const service::ConnectionReport& report, const std::vector<x509::Certificate>& chain);
    /// Asks, naming `urls`, whether the issuers that the chain lacks may be fetched; fetched() follows if so.
    void fetchIssuers(const service::ConnectionReport& report, const service::TrustChoice& trust,
                      const std::vector<std::string>& urls);
    void saveKeyLog(const service::ConnectionReportPtr& report);
    /// What crossed the wire, with the secrets.
    void saveCapture(const service::ConnectionReportPtr& report);
    /// As JSON, with what a profile finds in it.
    void saveScan(const service::ScanResultPtr& result, inspect::Profile profile);

Q_SIGNALS:
    void importRunning(bool isRunning);
    void fetchRunning(bool isRunning);
    void fetched(const certwright::service::OnlineVerification& verification);

private:
    void fetch(const std::vector<x509::Certificate>& chain, const service::TrustChoice& trust);
    void save(const FileRequest& request, std::function<void(const QString& path)> write, const QString& done,
              const QString& failed);
    void import(const std::string& source, const std::vector<x509::Certificate>& certificates);

    UiContext& m_context;
    QWidget* m_window;
    service::OnlineVerifier* m_verifier;
};

} // namespace certwright::ui
