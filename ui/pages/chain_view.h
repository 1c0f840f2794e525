#pragma once

#include "core/service/inspecting.h"
#include "core/x509/certificate.h"

#include <QWidget>

#include <optional>
#include <vector>

class QLabel;
class QPushButton;
class QTreeWidget;

namespace certwright::ui {

class FieldMessage;
class ProblemList;

/// The certificates a server sent, in its order, beside the chain that verification built of them, and what it found.
class ChainView : public QWidget {
    Q_OBJECT
public:
    explicit ChainView(QWidget* parent = nullptr);

    void clear();
    /// `trustText` says what the chain was checked against ("system and lab.certwright").
    void setReport(const service::ConnectionReport& report, const QString& trustText, base::Time now);
    /// Whether a store is open that could take the chain.
    void setImportPossible(bool isPossible);
    void setImportRunning(bool isRunning);
    std::vector<x509::Certificate> certificates() const;
    QTreeWidget* list() const noexcept { return m_list; }

Q_SIGNALS:
    void openWanted(const std::vector<certwright::x509::Certificate>& certificates);
    void importWanted();
    void saveWanted();

private:
    void addSent(const x509::Certificate& certificate, std::size_t index, const service::ConnectionReport& report,
                 base::Time now);
    void recolour();
    void showFindings(const service::ConnectionReport& report);

    QLabel* m_verdictMark;
    QLabel* m_verdict;
    QLabel* m_trust;
    QTreeWidget* m_list;
    ProblemList* m_findings;
    QPushButton* m_open;
    QPushButton* m_import;
    QPushButton* m_save;
    std::vector<x509::Certificate> m_sent;
    std::vector<x509::Certificate> m_all; ///< what was sent, then what verification added
    std::optional<bool> m_isVerified;     ///< nothing before a report with a chain
    bool m_isImportPossible = false;
};

} // namespace certwright::ui
