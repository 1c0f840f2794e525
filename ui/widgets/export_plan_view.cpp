#include "ui/widgets/export_plan_view.h"

#include "ui/convert.h"
#include "ui/theme.h"
#include "ui/widgets/label_style.h"
#include "ui/widgets/problem_list.h"

#include <QApplication>
#include <QClipboard>
#include <QDir>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace certwright::ui {

namespace {

enum Column { File, Content, Mode, ColumnCount };

} // namespace

ExportPlanView::ExportPlanView(QWidget* parent)
    : QWidget(parent)
    , m_files(new QTreeWidget(this))
    , m_problems(new ProblemList(this))
    , m_snippetArea(new QWidget(this))
    , m_snippet(new QPlainTextEdit(m_snippetArea)) {
    m_files->setObjectName(QStringLiteral("files"));
    m_files->setAccessibleName(tr("Files that will be written"));
    m_files->setHeaderLabels({tr("File"), tr("Content"), tr("Mode")});
    m_files->setRootIsDecorated(false);
    m_files->setTextElideMode(Qt::ElideMiddle); // folder and file name matter, what is between less
    styleTree(m_files);
    m_files->header()->setStretchLastSection(false);
    m_files->header()->setSectionResizeMode(File, QHeaderView::Stretch);
    m_files->header()->setSectionResizeMode(Content, QHeaderView::ResizeToContents);
    m_files->header()->setSectionResizeMode(Mode, QHeaderView::ResizeToContents);
    m_problems->setObjectName(QStringLiteral("problems"));

    m_snippet->setObjectName(QStringLiteral("snippet"));
    m_snippet->setReadOnly(true);
    m_snippet->setTabChangesFocus(true);
    m_snippet->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_snippet->setFont(Theme::instance().fixedFont());
    auto* caption = new QLabel(tr("To use them:"), m_snippetArea);
    caption->setBuddy(m_snippet);
    auto* copy = new QPushButton(icon(QStringLiteral("copy")), tr("&Copy"), m_snippetArea);
    copy->setObjectName(QStringLiteral("copySnippet"));
    copy->setAutoDefault(false);
    auto* captionRow = new QHBoxLayout;
    captionRow->addWidget(caption, 1);
    captionRow->addWidget(copy);
    auto* area = new QVBoxLayout(m_snippetArea);
    area->setContentsMargins(0, 0, 0, 0);
    area->setSpacing(4);
    area->addLayout(captionRow);
    area->addWidget(m_snippet);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(m_files);
    column->addWidget(m_problems);
    column->addWidget(m_snippetArea);
    column->addStretch(1);
    m_problems->hide();
    fitFiles();
    setSnippet({});
    connect(copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(snippet()); });
}

void ExportPlanView::setPlan(const service::ExportPlan& plan, const std::vector<pki::Problem>& problems) {
    m_files->clear();
    for (const service::PlannedFile& file : plan.files) {
        auto* item = new QTreeWidgetItem(m_files);
        const QString path = printable(QDir::toNativeSeparators(file.path));
        item->setText(File, path);
        item->setToolTip(File, toolTipText(path));
        item->setIcon(File, icon(file.isPrivate ? QStringLiteral("shield") : QStringLiteral("file")));
        item->setText(Content,
                      file.exists ? tr("%1 – replaces a file").arg(printable(file.purpose)) : printable(file.purpose));
        if (file.exists)
            item->setForeground(Content, Theme::instance().color(ColorRole::Warning));
        item->setText(Mode, file.isPrivate ? QStringLiteral("0600") : QStringLiteral("0644"));
        item->setToolTip(Mode, file.isPrivate ? tr("Only you can read it") : tr("Everybody can read it"));
    }
    fitFiles();
    m_problems->setProblems(problems);
    m_problems->setVisible(!problems.empty());
    setSnippet(plan.snippet.trimmed());
}

void ExportPlanView::fitFiles() {
    // As high as what is in it, within reason: what follows is read, too.
    const int rows = std::clamp(m_files->topLevelItemCount(), 2, 8);
    const int row = m_files->topLevelItemCount() == 0 ? fontMetrics().height() + 4 : m_files->sizeHintForRow(0);
    m_files->setFixedHeight(m_files->header()->sizeHint().height() + rows * row + 2 * m_files->frameWidth() + 4);
}

QString ExportPlanView::snippet() const {
    return m_snippet->toPlainText();
}

QStringList ExportPlanView::problems() const {
    return m_problems->texts();
}

void ExportPlanView::setSnippet(const QString& text) {
    m_snippet->setPlainText(text);
    m_snippetArea->setVisible(!text.isEmpty());
    const auto lines = text.count(QLatin1Char('\n')) + 2; // one for the scroll bar
    m_snippet->setFixedHeight(static_cast<int>(lines) * m_snippet->fontMetrics().lineSpacing() + 12);
}

} // namespace certwright::ui
