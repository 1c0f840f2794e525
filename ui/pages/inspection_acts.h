#pragma once

#include "core/service/inspecting.h"
#include "core/x509/certificate.h"

#include <QObject>

#include <vector>

class QWidget;

namespace certwright::ui {

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
    void saveKeyLog(const service::ConnectionReportPtr& report);

Q_SIGNALS:
    void importRunning(bool isRunning);

private:
    void import(const std::string& source, const std::vector<x509::Certificate>& certificates);

    UiContext& m_context;
    QWidget* m_window;
};

} // namespace certwright::ui
