#pragma once

#include "core/service/exporting.h"

#include <QWidget>

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QTreeWidget;

namespace certwright::ui {

class ProblemList;

/// What an export is going to write: the files with content and mode, what there is to say about them, and the lines
/// of a server's configuration that use them.
class ExportPlanView : public QWidget {
    Q_OBJECT
public:
    explicit ExportPlanView(QWidget* parent = nullptr);

    /// `problems` are those of the plan that stand here and not beside a field.
    void setPlan(const service::ExportPlan& plan, const std::vector<pki::Problem>& problems);

    QTreeWidget* files() const noexcept { return m_files; }
    QString snippet() const;
    QStringList problems() const;

private:
    void fitFiles();
    void setSnippet(const QString& text);

    QTreeWidget* m_files;
    ProblemList* m_problems;
    QWidget* m_snippetArea;
    QPlainTextEdit* m_snippet;
};

} // namespace certwright::ui
