#include "ui/widgets/name_editor.h"

#include "ui/convert.h"
#include "ui/theme.h"
#include "ui/widgets/field_message.h"
#include "ui/widgets/label_style.h"
#include "ui/widgets/name_delegate.h"
#include "ui/widgets/name_model.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QTableView>
#include <QToolButton>

namespace certwright::ui {

namespace {

QToolButton* makeButton(QWidget* parent, const QString& name, const QString& iconName, const QString& text,
                        const QString& toolTip, bool isIconOnly) {
    auto* button = new QToolButton(parent);
    button->setObjectName(name);
    button->setIcon(icon(iconName));
    button->setToolTip(toolTip);
    button->setAccessibleName(toolTip);
    button->setFocusPolicy(Qt::StrongFocus);
    if (!isIconOnly) {
        button->setText(text);
        button->setAccessibleName(QString(text).remove(QLatin1Char('&')));
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    }
    return button;
}

} // namespace

NameEditor::NameEditor(QWidget* parent)
    : QWidget(parent)
    , m_model(new NameModel(this))
    , m_table(new QTableView(this))
    , m_message(new FieldMessage(this))
    , m_text(new QLabel(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    buildButtons();
    buildTable();
    column->addWidget(m_table, 1);
    column->addWidget(m_message);
    column->addWidget(makeSecondaryLabel(tr("As RFC 4514 writes it, the last row first:"), this));
    m_text->setObjectName(QStringLiteral("rfc4514"));
    m_text->setAccessibleName(tr("The name as RFC 4514 writes it"));
    m_text->setTextFormat(Qt::PlainText);
    m_text->setFont(Theme::instance().fixedFont());
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_text->setMinimumHeight(2 * m_text->fontMetrics().lineSpacing());
    m_text->setAlignment(Qt::AlignTop | Qt::AlignLeading);
    column->addWidget(m_text);
    setFocusProxy(m_table);
    connect(m_model, &NameModel::edited, this, &NameEditor::refresh);
    refresh();
}

void NameEditor::buildButtons() {
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    m_add =
        makeButton(this, QStringLiteral("addRow"), QStringLiteral("plus"), tr("&Add"), tr("Add an attribute"), false);
    m_remove = makeButton(this, QStringLiteral("removeRow"), QStringLiteral("minus"), tr("&Remove"),
                          tr("Remove the selected attribute"), false);
    m_up = makeButton(this, QStringLiteral("moveUp"), QStringLiteral("up"), {}, tr("Move up (Alt+Up)"), true);
    m_down = makeButton(this, QStringLiteral("moveDown"), QStringLiteral("down"), {}, tr("Move down (Alt+Down)"), true);
    m_join = makeButton(this, QStringLiteral("join"), QStringLiteral("join"), tr("&Join with above"),
                        tr("One RDN out of this attribute and the one above"), false);
    m_join->setCheckable(true);
    for (QToolButton* button : {m_add, m_remove, m_up, m_down, m_join})
        row->addWidget(button);
    row->addStretch(1);
    static_cast<QVBoxLayout*>(layout())->addLayout(row);
    connect(m_add, &QToolButton::clicked, this, &NameEditor::addRow);
    connect(m_remove, &QToolButton::clicked, this, &NameEditor::removeRow);
    connect(m_up, &QToolButton::clicked, this, &NameEditor::moveUp);
    connect(m_down, &QToolButton::clicked, this, &NameEditor::moveDown);
    connect(m_join, &QToolButton::clicked, this, &NameEditor::toggleJoined);
}

void NameEditor::buildTable() {
    m_table->setObjectName(QStringLiteral("attributes"));
    m_table->setAccessibleName(tr("Attributes of the name, in encoding order"));
    m_table->setModel(m_model);
    m_table->setItemDelegate(new NameDelegate(m_table));
    m_table->setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed |
                             QAbstractItemView::AnyKeyPressed | QAbstractItemView::SelectedClicked);
    styleTable(m_table, 12);
    QHeaderView* header = m_table->horizontalHeader();
    header->setSectionResizeMode(NameModel::Value, QHeaderView::Stretch);
    const int unit = fontMetrics().averageCharWidth();
    header->resizeSection(NameModel::Type, unit * 30);
    header->resizeSection(NameModel::Encoding, unit * 20);
    header->resizeSection(NameModel::RdnNumber, unit * 7);
    m_table->setMinimumHeight(6 * (fontMetrics().height() + 12));
    m_table->installEventFilter(this);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentChanged, this, &NameEditor::refresh);
}

void NameEditor::setName(const x509::Name& name) {
    m_model->setName(name);
    m_table->setCurrentIndex(m_model->index(0, NameModel::Value));
}

x509::Name NameEditor::name() {
    return m_model->name();
}

bool NameEditor::hasProblem() const {
    return m_model->firstProblem().has_value();
}

void NameEditor::focusProblem() {
    const auto problem = m_model->firstProblem();
    if (!problem)
        return;
    const QModelIndex cell = m_model->index(problem->row, problem->column);
    m_table->setFocus(Qt::OtherFocusReason);
    m_table->setCurrentIndex(cell);
    m_table->edit(cell);
}

void NameEditor::addRow() {
    // A type that is not there yet, so that most rows need no choosing.
    std::string type = offeredAttributes().front();
    for (const std::string& oid : offeredAttributes()) {
        bool isThere = false;
        for (int row = 0; row < m_model->rowCount(); ++row)
            isThere = isThere || m_model->index(row, 0).data(NameModel::TypeTextRole).toString() == toQString(oid);
        if (!isThere) {
            type = oid;
            break;
        }
    }
    const int row = m_model->addRow(type, currentRow() < 0 ? -1 : currentRow() + 1);
    const QModelIndex cell = m_model->index(row, NameModel::Value);
    m_table->setFocus(Qt::OtherFocusReason);
    m_table->setCurrentIndex(cell);
    m_table->edit(cell);
}

void NameEditor::removeRow() {
    const int row = currentRow();
    if (row < 0)
        return;
    m_model->removeRow(row);
    if (m_model->rowCount() > 0)
        m_table->setCurrentIndex(m_model->index(std::min(row, m_model->rowCount() - 1), NameModel::Value));
    refresh();
}

void NameEditor::move(int by) {
    const int row = currentRow();
    if (m_model->moveRow(row, by)) {
        const int column = m_table->currentIndex().column();
        m_table->setCurrentIndex(m_model->index(row + by, column));
    }
    refresh();
}

void NameEditor::toggleJoined() {
    m_model->setJoined(currentRow(), !m_model->isJoined(currentRow()));
    refresh();
}

int NameEditor::currentRow() const {
    return m_table->currentIndex().isValid() ? m_table->currentIndex().row() : -1;
}

void NameEditor::refresh() {
    const int row = currentRow();
    m_remove->setEnabled(row >= 0);
    m_up->setEnabled(row > 0);
    m_down->setEnabled(row >= 0 && row + 1 < m_model->rowCount());
    m_join->setEnabled(row > 0);
    m_join->setChecked(m_model->isJoined(row));
    if (const auto problem = m_model->firstProblem()) {
        m_message->setError(problem->text);
        if (problem->isMendedByUtf8)
            m_message->setFix(tr("Use UTF8String"),
                              [this, bad = problem->row] { m_model->setStringType(bad, x509::StringType::Utf8); });
        m_text->setText(QStringLiteral("–"));
    } else {
        const x509::Name name = m_model->name();
        m_message->clear();
        m_text->setText(name.isEmpty() ? tr("(empty name)") : printable(name.toRfc2253()));
    }
    Q_EMIT edited();
}

bool NameEditor::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_table && event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->modifiers() == Qt::AltModifier && (key->key() == Qt::Key_Up || key->key() == Qt::Key_Down)) {
            move(key->key() == Qt::Key_Up ? -1 : 1);
            return true;
        }
        if (key->key() == Qt::Key_Delete && key->modifiers() == Qt::NoModifier) {
            removeRow();
            return true;
        }
        if (key->key() == Qt::Key_Insert) {
            addRow();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace certwright::ui
