#include "ui/dialogs/name_dialog.h"

#include "ui/widgets/inline_banner.h"
#include "ui/widgets/job_footer.h"
#include "ui/widgets/name_editor.h"

#include <QVBoxLayout>

namespace certwright::ui {

NameDialog::NameDialog(const x509::Name& name, QWidget* parent)
    : QDialog(parent)
    , m_banner(new InlineBanner(this))
    , m_editor(new NameEditor(this)) {
    setObjectName(QStringLiteral("nameDialog"));
    setWindowTitle(tr("Subject name"));
    setWindowModality(Qt::WindowModal);
    auto* footer = new JobFooter(tr("&Use this name"), this);
    auto* body = new QVBoxLayout;
    body->setContentsMargins(16, 12, 16, 12);
    body->addWidget(m_editor);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_banner);
    column->addLayout(body, 1);
    column->addWidget(footer);
    resize(fontMetrics().averageCharWidth() * 112, fontMetrics().height() * 28);
    m_editor->setName(name);
    m_editor->setFocus();
    connect(footer, &JobFooter::accepted, this, &NameDialog::accept);
    connect(footer, &JobFooter::rejected, this, &NameDialog::reject);
    connect(m_editor, &NameEditor::edited, m_banner, &QWidget::hide);
}

x509::Name NameDialog::name() const {
    return m_editor->name();
}

void NameDialog::accept() {
    if (m_editor->hasProblem()) {
        m_banner->showMessage(InlineBanner::Severity::Error, tr("The name cannot be written like this."));
        m_editor->focusProblem();
        return;
    }
    QDialog::accept();
}

} // namespace certwright::ui
