#pragma once

#include "core/service/inspecting.h"

#include <QWidget>

class QPlainTextEdit;

namespace certwright::ui {

/// States, alerts and the failure of a connection with their times, as text that can be copied.
class ConnectionLog : public QWidget {
    Q_OBJECT
public:
    explicit ConnectionLog(QWidget* parent = nullptr);

    void clear();
    void append(const std::vector<tls::StateChange>& states);
    /// Everything, at the end.
    void setReport(const service::ConnectionReport& report);
    QString text() const;

private:
    QPlainTextEdit* m_text;
};

} // namespace certwright::ui
