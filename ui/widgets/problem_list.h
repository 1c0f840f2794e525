#pragma once

#include "core/pki/problem.h"

#include <QFrame>

#include <functional>
#include <vector>

class QVBoxLayout;

namespace certwright::ui {

class FieldMessage;

/// Everything there is to say about something before it is made: errors, warnings and notices, each with its mark, its
/// words and, where the form can do it, the button that mends it.
class ProblemList : public QFrame {
    Q_OBJECT
public:
    /// The label and the function of the button for a problem; no function: no button.
    struct Fix {
        QString text;
        std::function<void()> apply;
    };
    using FixFor = std::function<Fix(const pki::Problem&)>;

    explicit ProblemList(QWidget* parent = nullptr);

    void setProblems(const std::vector<pki::Problem>& problems, const FixFor& fixFor = {});
    /// "1 error, 2 warnings, 1 note"; "nothing to remark" when there is none.
    static QString summary(const std::vector<pki::Problem>& problems);

    /// The text of each line, for tests.
    QStringList texts() const;

private:
    QVBoxLayout* m_column;
    std::vector<FieldMessage*> m_lines;
    std::vector<pki::Problem> m_problems;
};

} // namespace certwright::ui
