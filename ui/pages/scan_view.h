#pragma once

#include "core/service/scanning.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QPushButton;
class QStackedWidget;
class QTableView;
class QTreeWidget;

namespace certwright::service {
class Scanner;
}

namespace certwright::ui {

class FieldMessage;
class ProblemList;
class ScanModel;

/// Everything that a server offers, found out by many short connections: suites by version, groups, and what is held
/// against it by one of Mozilla's profiles. What was not found is said to be missing only once the scan is complete.
class ScanView : public QWidget {
    Q_OBJECT
public:
    explicit ScanView(QWidget* parent = nullptr);
    ~ScanView() override;

    /// In place of a scan that runs.
    void start(net::ScanRunner::Options options);
    void cancel();
    /// The page looks at this server now: a scan of another one is ended and forgotten.
    void setTarget(const QString& target);
    bool isRunning() const;
    /// Null before the first scan.
    service::ScanResultPtr result() const { return m_result; }
    inspect::Profile profile() const;

Q_SIGNALS:
    void scanWanted();
    void exportWanted();

private:
    QWidget* buildBar();
    QWidget* buildReport();
    void clear();
    void show(const service::ScanResultPtr& result);
    void showProgress();
    void showFindings();
    void showFacts();
    void updateButtons();
    bool isComplete() const;

    service::Scanner* m_scanner;
    ScanModel* m_model;
    QPushButton* m_scan;
    QPushButton* m_cancel;
    QPushButton* m_export;
    QComboBox* m_profile;
    QLabel* m_progress;
    FieldMessage* m_message;
    QStackedWidget* m_stack;
    QTableView* m_matrix;
    QTreeWidget* m_facts;
    QLabel* m_verdict;
    ProblemList* m_findings;
    QString m_target; ///< "www.example.test:443", of the scan that is shown
    service::ScanResultPtr m_result;
};

} // namespace certwright::ui
