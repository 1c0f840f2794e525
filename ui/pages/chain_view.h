#pragma once

#include "core/pki/chain_explanation.h"
#include "core/pki/problem.h"
#include "core/service/inspecting.h"
#include "core/service/online_verifying.h"
#include "core/x509/certificate.h"
#include "ui/theme.h"

#include <QWidget>

#include <optional>
#include <vector>

class QLabel;
class QPushButton;
class QScrollArea;
class QTreeWidget;
class QTreeWidgetItem;

namespace certwright::ui {

class FieldMessage;
class ProblemList;

/// The certificates a server sent, in its order, each with its place in the chain that they make, what is missing or
/// too much, and what verification found at each link.
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
    /// While issuers are fetched the button for it is off.
    void setFetchRunning(bool isRunning);
    /// What came of it, with everything that was had.
    void showFetched(const service::OnlineVerification& verification, base::Time now);
    /// What was sent, and the intermediates that were fetched.
    std::vector<x509::Certificate> certificates() const;
    const pki::ChainExplanation& explanation() const noexcept { return m_explanation; }
    QTreeWidget* list() const noexcept { return m_list; }

Q_SIGNALS:
    void openWanted(const std::vector<certwright::x509::Certificate>& certificates);
    void importWanted();
    void saveWanted();
    /// The user wants to fetch the missing issuer from where the certificate says; not asked yet.
    void fetchWanted();

private:
    void build();
    QTreeWidgetItem* addMember(const pki::ChainMember& member, base::Time now);
    void addReasons(QTreeWidgetItem& item, const pki::ChainMember& member, const std::vector<x509::Finding>& findings);
    void showMembers(const std::vector<x509::Certificate>& others, const std::vector<x509::Finding>& findings,
                     base::Time now);
    void recolour();
    void showFindings(const service::ConnectionReport& report);
    void showProblems(const std::vector<x509::Finding>& findings, std::vector<pki::Problem> problems);
    void addShapeProblems(std::vector<pki::Problem>& problems) const;
    QString brokenChainText(const std::vector<x509::Finding>& findings) const;

    QLabel* m_verdictMark;
    QLabel* m_verdict;
    QLabel* m_trust;
    QTreeWidget* m_list;
    QScrollArea* m_findingsArea;
    ProblemList* m_findings;
    QPushButton* m_open;
    QPushButton* m_import;
    QPushButton* m_save;
    QPushButton* m_fetch;
    std::vector<x509::Certificate> m_sent;
    pki::ChainExplanation m_explanation;
    std::vector<x509::Certificate> m_fetched; ///< what verification had after fetching
    std::optional<State> m_state;             ///< of the verdict; nothing before a report with a chain
    bool m_isImportPossible = false;
};

} // namespace certwright::ui
