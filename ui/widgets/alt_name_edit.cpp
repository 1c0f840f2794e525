#include "ui/widgets/alt_name_edit.h"

#include "ui/convert.h"
#include "ui/theme.h"
#include "ui/widgets/alt_name_model.h"
#include "ui/widgets/field_message.h"
#include "ui/widgets/label_style.h"

#include <QGridLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QPlainTextEdit>
#include <QTableView>

namespace certwright::ui {

namespace {

constexpr int smallListSize = 4000; ///< characters that are read at once; longer lists wait for a pause in the typing
constexpr std::chrono::milliseconds pause{150};

} // namespace

AltNameEdit::AltNameEdit(QWidget* parent)
    : QWidget(parent)
    , m_box(new QPlainTextEdit(this))
    , m_model(new AltNameModel(this))
    , m_list(makeList())
    , m_count(new QLabel(tr("Recognised"), this))
    , m_message(new FieldMessage(this)) {
    m_box->setObjectName(QStringLiteral("names"));
    m_box->setFont(Theme::instance().fixedFont());
    m_box->setTabChangesFocus(true);
    m_box->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_box->setPlaceholderText(QStringLiteral("www.example.org\nexample.org\n192.0.2.10"));
    const int height = 4 * m_box->fontMetrics().lineSpacing() + 16;
    m_box->setFixedHeight(height);
    m_list->setFixedHeight(height);
    m_box->installEventFilter(this);
    auto* label = new QLabel(tr("&DNS names, IP addresses, e-mail, URIs; paste any list"), this);
    label->setBuddy(m_box);
    for (QLabel* caption : {label, m_count}) {
        showAsSecondary(caption);
        caption->setMinimumWidth(1);
    }
    m_message->setObjectName(QStringLiteral("message"));

    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(4);
    grid->addWidget(label, 0, 0);
    grid->addWidget(m_count, 0, 1);
    grid->addWidget(m_box, 1, 0);
    grid->addWidget(m_list, 1, 1);
    grid->addWidget(m_message, 2, 0, 1, 2);
    grid->setRowStretch(3, 1);
    grid->setColumnStretch(0, 1);
    grid->setColumnStretch(1, 1);

    setFocusProxy(m_box);
    m_delay.setSingleShot(true);
    m_delay.setInterval(pause);
    connect(&m_delay, &QTimer::timeout, this, &AltNameEdit::read);
    connect(m_box, &QPlainTextEdit::textChanged, this, &AltNameEdit::scheduleReading);
}

QTableView* AltNameEdit::makeList() {
    auto* list = new QTableView(this);
    list->setObjectName(QStringLiteral("recognised"));
    list->setAccessibleName(tr("Recognised names"));
    list->setModel(m_model);
    styleTable(list, 4);
    list->horizontalHeader()->hide();
    list->horizontalHeader()->setSectionResizeMode(AltNameModel::Value, QHeaderView::Stretch);
    list->horizontalHeader()->resizeSection(AltNameModel::Type, list->fontMetrics().averageCharWidth() * 9);
    list->horizontalHeader()->setSectionResizeMode(AltNameModel::Mark, QHeaderView::Fixed);
    list->horizontalHeader()->resizeSection(AltNameModel::Mark, list->fontMetrics().height() + 12);
    connect(list, &QAbstractItemView::clicked, this, [this](const QModelIndex& index) {
        const auto& entry = m_model->entries()[static_cast<std::size_t>(index.row())];
        QTextCursor cursor = m_box->textCursor();
        cursor.setPosition(static_cast<int>(entry.position));
        cursor.setPosition(static_cast<int>(entry.position + entry.text.size()), QTextCursor::KeepAnchor);
        m_box->setTextCursor(cursor);
    });
    return list;
}

void AltNameEdit::setText(const QString& text) {
    m_box->setPlainText(text);
    read();
}

void AltNameEdit::setNames(const std::vector<x509::GeneralName>& names) {
    using Type = x509::GeneralName::Type;
    QStringList lines;
    for (const x509::GeneralName& name : names) {
        const bool isPlain = name.type == Type::Dns || name.type == Type::Ip || name.type == Type::Email;
        lines << (isPlain ? QString() : toQString(x509::toString(name.type)) + QLatin1Char(':')) +
                     toQString(name.value);
    }
    setText(lines.join(QLatin1Char('\n')));
}

std::vector<x509::GeneralName> AltNameEdit::names() {
    if (m_delay.isActive())
        read();
    return m_model->names();
}

bool AltNameEdit::hasProblem() {
    if (m_delay.isActive())
        read();
    return m_model->problemCount() > 0;
}

void AltNameEdit::focusProblem() {
    m_box->setFocus(Qt::OtherFocusReason);
    const AltNameModel::Entry* problem = m_model->firstProblem();
    if (problem == nullptr)
        return;
    QTextCursor cursor = m_box->textCursor();
    cursor.setPosition(static_cast<int>(problem->position));
    cursor.setPosition(static_cast<int>(problem->position + problem->text.size()), QTextCursor::KeepAnchor);
    m_box->setTextCursor(cursor);
}

void AltNameEdit::setHint(const QString& text, bool isError) {
    m_hint = text;
    m_isHintError = isError;
    showMessage();
}

void AltNameEdit::scheduleReading() {
    if (m_box->document()->characterCount() <= smallListSize)
        read();
    else
        m_delay.start();
}

void AltNameEdit::read() {
    m_delay.stop();
    m_model->setText(m_box->toPlainText());
    const int problems = m_model->problemCount();
    const int count = m_model->rowCount() - problems;
    if (m_model->rowCount() == 0)
        m_count->setText(tr("Recognised"));
    else if (problems == 0)
        m_count->setText(tr("Recognised: %1", "number of names").arg(count));
    else
        m_count->setText(tr("Recognised: %1 · not: %2", "numbers of names").arg(count).arg(problems));
    showMessage();
    Q_EMIT edited();
}

void AltNameEdit::showMessage() {
    if (const AltNameModel::Entry* problem = m_model->firstProblem())
        m_message->setError(problem->problem);
    else
        m_message->setMessage(m_isHintError ? FieldMessage::Severity::Error : FieldMessage::Severity::Warning, m_hint);
}

bool AltNameEdit::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_box && event->type() == QEvent::KeyPress) {
        // Enter makes a line here; with Ctrl it is the dialog's primary button, as in other boxes of several lines.
        auto* key = static_cast<QKeyEvent*>(event);
        if ((key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) &&
            key->modifiers().testFlag(Qt::ControlModifier)) {
            event->ignore();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace certwright::ui
