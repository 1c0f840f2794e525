#include "ui/widgets/problem_list.h"

#include "ui/convert.h"
#include "ui/widgets/field_message.h"

#include <QPushButton>
#include <QStringList>
#include <QVBoxLayout>

#include <algorithm>

namespace certwright::ui {

namespace {

FieldMessage::Severity severityOf(pki::Severity severity) {
    switch (severity) {
    case pki::Severity::Error:
        return FieldMessage::Severity::Error;
    case pki::Severity::Warning:
        return FieldMessage::Severity::Warning;
    case pki::Severity::Notice:
        break;
    }
    return FieldMessage::Severity::Info;
}

} // namespace

ProblemList::ProblemList(QWidget* parent)
    : QFrame(parent)
    , m_column(new QVBoxLayout(this)) {
    setFrameShape(QFrame::StyledPanel);
    setBackgroundRole(QPalette::Base);
    setAutoFillBackground(true);
    setAccessibleName(tr("Checks"));
    m_column->setContentsMargins(8, 6, 8, 6);
    m_column->setSpacing(6);
}

void ProblemList::setProblems(const std::vector<pki::Problem>& problems, const FixFor& fixFor) {
    // The lines are kept where they are: a screen reader, or a mouse on a button, must not lose them at each keystroke.
    const bool isSame = problems == m_problems && !m_lines.empty();
    m_problems = problems;
    const std::size_t wanted = std::max<std::size_t>(1, problems.size());
    while (m_lines.size() < wanted) {
        auto* line = new FieldMessage(this);
        line->setObjectName(QStringLiteral("problem%1").arg(m_lines.size()));
        m_column->addWidget(line);
        m_lines.push_back(line);
    }
    for (std::size_t i = 0; i < m_lines.size(); ++i) {
        FieldMessage* line = m_lines[i];
        if (problems.empty() && i == 0) {
            line->setMessage(FieldMessage::Severity::Info, tr("Nothing to remark."));
            continue;
        }
        if (i >= problems.size()) {
            line->clear();
            continue;
        }
        const pki::Problem& problem = problems[i];
        if (!isSame)
            line->setMessage(severityOf(problem.severity), printable(problem.message));
        const Fix fix = fixFor ? fixFor(problem) : Fix{};
        line->setFix(fix.apply ? fix.text : QString(), fix.apply);
    }
}

QString ProblemList::summary(const std::vector<pki::Problem>& problems) {
    const auto count = [&problems](pki::Severity severity) {
        return std::count_if(problems.begin(), problems.end(),
                             [severity](const pki::Problem& problem) { return problem.severity == severity; });
    };
    const auto errors = count(pki::Severity::Error);
    const auto warnings = count(pki::Severity::Warning);
    const auto notices = count(pki::Severity::Notice);
    QStringList parts;
    if (errors > 0)
        parts << (errors == 1 ? tr("1 error") : tr("%1 errors").arg(errors));
    if (warnings > 0)
        parts << (warnings == 1 ? tr("1 warning") : tr("%1 warnings").arg(warnings));
    if (notices > 0)
        parts << (notices == 1 ? tr("1 note") : tr("%1 notes").arg(notices));
    return parts.isEmpty() ? tr("nothing to remark") : parts.join(QStringLiteral(", "));
}

QStringList ProblemList::texts() const {
    QStringList texts;
    for (const FieldMessage* line : m_lines) {
        if (!line->text().isEmpty() && !m_problems.empty())
            texts << line->text();
    }
    return texts;
}

} // namespace certwright::ui
