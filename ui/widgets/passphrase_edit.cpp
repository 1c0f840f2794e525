#include "ui/widgets/passphrase_edit.h"

#include "ui/convert.h"
#include "ui/theme.h"
#include "ui/widgets/field_message.h"
#include "ui/widgets/secret_clipboard.h"
#include "ui/widgets/strength_bar.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QToolButton>

namespace certwright::ui {

namespace {

constexpr int longest = 1024;
constexpr int advisedLength = 12;

QLineEdit* makeField(QWidget* parent, const QString& name) {
    auto* field = new QLineEdit(parent);
    field->setObjectName(name);
    field->setEchoMode(QLineEdit::Password);
    field->setMaxLength(longest);
    field->setInputMethodHints(Qt::ImhHiddenText | Qt::ImhNoPredictiveText | Qt::ImhNoAutoUppercase |
                               Qt::ImhSensitiveData);
    return field;
}

QToolButton* makeButton(QWidget* parent, const QString& name, const QString& iconName, const QString& text) {
    auto* button = new QToolButton(parent);
    button->setObjectName(name);
    button->setIcon(icon(iconName));
    button->setAccessibleName(text);
    button->setToolTip(text);
    return button;
}

} // namespace

PassphraseEdit::PassphraseEdit(Mode mode, QWidget* parent)
    : QWidget(parent)
    , m_mode(mode)
    , m_field(makeField(this, QStringLiteral("passphrase")))
    , m_reveal(makeButton(this, QStringLiteral("reveal"), QStringLiteral("eye"), tr("Show the passphrase")))
    , m_advice(new FieldMessage(this))
    , m_message(new FieldMessage(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(6);
    buildField();
    if (m_mode == Mode::Create)
        buildCreation();
    column->addWidget(m_advice);
    column->addWidget(m_message);
    m_advice->setObjectName(QStringLiteral("advice"));
    m_message->setObjectName(QStringLiteral("message"));
    setFieldName(tr("Passphrase"));
    setFocusProxy(m_field);
    connect(m_field, &QLineEdit::textChanged, this, &PassphraseEdit::textEdited);
    connect(m_field, &QLineEdit::returnPressed, this, &PassphraseEdit::submitted);
    connect(m_reveal, &QToolButton::toggled, this, &PassphraseEdit::setRevealed);
    connect(qApp, &QApplication::focusChanged, this, [this](QWidget*, QWidget* now) {
        const bool isHere = now != nullptr && (now == this || isAncestorOf(now));
        if (!isHere)
            setRevealed(false);
    });
}

PassphraseEdit::~PassphraseEdit() {
    // Whoever listens may be half destroyed, as the form around it is by now.
    const QSignalBlocker blocker(this);
    clear();
}

void PassphraseEdit::buildField() {
    auto* row = new QHBoxLayout;
    row->setSpacing(4);
    row->addWidget(m_field, 1);
    row->addWidget(m_reveal);
    m_reveal->setCheckable(true);
    if (m_mode == Mode::Create) {
        m_generate = makeButton(this, QStringLiteral("generate"), QStringLiteral("random"),
                                tr("Make a random passphrase and show it"));
        row->addWidget(m_generate);
        connect(m_generate, &QToolButton::clicked, this, &PassphraseEdit::generate);
    }
    static_cast<QVBoxLayout*>(layout())->addLayout(row);
    m_field->installEventFilter(this);
}

void PassphraseEdit::buildCreation() {
    auto* column = static_cast<QVBoxLayout*>(layout());
    m_strength = new StrengthBar(this);
    m_strength->setObjectName(QStringLiteral("strength"));
    column->addWidget(m_strength);
    m_confirm = makeField(this, QStringLiteral("confirm"));
    m_confirm->setPlaceholderText(tr("The same again"));
    m_confirm->installEventFilter(this);
    column->addWidget(m_confirm);
    // From one field to the other, as one types; the buttons follow.
    setTabOrder(m_field, m_confirm);
    setTabOrder(m_confirm, m_reveal);
    setTabOrder(m_reveal, m_generate);
    connect(m_confirm, &QLineEdit::textChanged, this, &PassphraseEdit::textEdited);
    connect(m_confirm, &QLineEdit::returnPressed, this, &PassphraseEdit::submitted);
}

void PassphraseEdit::setFieldName(const QString& name) {
    m_field->setAccessibleName(name);
    if (m_confirm != nullptr)
        m_confirm->setAccessibleName(tr("%1, the same again").arg(name));
}

void PassphraseEdit::setKnownWords(const QStringList& words) {
    m_knownWords.clear();
    for (const QString& word : words)
        m_knownWords.push_back(toStdString(word.toLower()));
    updateStrength();
}

bool PassphraseEdit::isEmpty() const {
    return m_field->text().isEmpty();
}

QString PassphraseEdit::problem() const {
    if (isEmpty())
        return m_mode == Mode::Create ? tr("Choose a passphrase.") : tr("Type the passphrase.");
    if (m_mode == Mode::Create && !m_isRevealed && m_field->text() != m_confirm->text())
        return m_confirm->text().isEmpty() ? tr("Type the passphrase a second time.")
                                           : tr("The two passphrases differ.");
    return {};
}

bool PassphraseEdit::validate() {
    const QString what = problem();
    m_message->setError(what);
    if (what.isEmpty())
        return true;
    QLineEdit* wrong = !isEmpty() && m_confirm != nullptr ? m_confirm : m_field;
    wrong->setFocus(Qt::OtherFocusReason);
    wrong->selectAll();
    return false;
}

void PassphraseEdit::setError(const QString& text) {
    m_message->setError(text);
    m_field->setFocus(Qt::OtherFocusReason);
    m_field->selectAll();
}

base::Secret PassphraseEdit::secret() const {
    return toSecret(*m_field);
}

base::Secret PassphraseEdit::takeSecret() {
    base::Secret taken = ui::takeSecret(*m_field);
    clear();
    return taken;
}

void PassphraseEdit::clear() {
    // takeSecret() overwrites what the field holds; the copy it returns is wiped as it goes.
    ui::takeSecret(*m_field).clear();
    if (m_confirm != nullptr)
        ui::takeSecret(*m_confirm).clear();
    setRevealed(false);
}

void PassphraseEdit::setRevealed(bool isRevealed) {
    if (m_isRevealed == isRevealed)
        return;
    m_isRevealed = isRevealed;
    m_field->setEchoMode(isRevealed ? QLineEdit::Normal : QLineEdit::Password);
    m_reveal->setChecked(isRevealed);
    m_reveal->setIcon(icon(isRevealed ? QStringLiteral("eyeoff") : QStringLiteral("eye")));
    const QString text = isRevealed ? tr("Hide the passphrase") : tr("Show the passphrase");
    m_reveal->setAccessibleName(text);
    m_reveal->setToolTip(text);
    // A selection in the shown text is on X11's own clipboard; it must not outlive the showing.
    QClipboard* clipboard = QApplication::clipboard();
    if (!isRevealed && clipboard->supportsSelection() && clipboard->ownsSelection())
        clipboard->clear(QClipboard::Selection);
    if (m_confirm != nullptr) {
        // What one has read needs no second typing; when it is hidden again it counts as confirmed.
        if (!isRevealed)
            m_confirm->setText(m_field->text());
        m_confirm->setVisible(!isRevealed);
    }
    Q_EMIT edited();
}

void PassphraseEdit::generate() {
    const base::Secret made = generatePassphrase();
    setRevealed(true);
    m_field->setText(QString::fromUtf8(made.text().data(), static_cast<qsizetype>(made.size())));
    m_field->setFocus(Qt::OtherFocusReason);
    m_field->selectAll();
}

void PassphraseEdit::textEdited() {
    m_message->clear();
    updateStrength();
    const bool differs = m_confirm != nullptr && !m_isRevealed && !m_confirm->text().isEmpty() &&
                         !m_field->text().startsWith(m_confirm->text());
    if (differs)
        m_message->setError(tr("The two passphrases differ."));
    Q_EMIT edited();
}

void PassphraseEdit::updateStrength() {
    if (m_strength == nullptr)
        return;
    const PassphraseStrength strength = estimateStrength(secret(), m_knownWords);
    m_strength->setStrength(strength, isEmpty());
    const auto length = m_field->text().size();
    const bool isShort = length > 0 && length < advisedLength;
    if (isShort)
        m_advice->setMessage(FieldMessage::Severity::Warning,
                             tr("Shorter than 12 characters: whoever copies the file may find it by trying."));
    else
        m_advice->clear();
}

void PassphraseEdit::noteCapsLock(const QString& text, Qt::KeyboardModifiers modifiers) {
    // Qt does not tell the state of the key, but a letter typed tells it.
    if (text.size() != 1 || !text.at(0).isLetter() || text.at(0).toUpper() == text.at(0).toLower())
        return;
    const bool isCapsLock = text.at(0).isUpper() != modifiers.testFlag(Qt::ShiftModifier);
    if (isCapsLock)
        m_message->setMessage(FieldMessage::Severity::Warning, tr("Caps Lock is on."));
}

bool PassphraseEdit::copyInSafety(QEvent* event) {
    auto* key = static_cast<QKeyEvent*>(event);
    const bool isCut = key->matches(QKeySequence::Cut);
    if (!m_isRevealed || !m_field->hasSelectedText() || !(isCut || key->matches(QKeySequence::Copy)))
        return false;
    const QByteArray text = m_field->selectedText().toUtf8();
    SecretClipboard::instance().copy(
        base::Secret(std::string_view(text.constData(), static_cast<std::size_t>(text.size()))), tr("Passphrase"));
    if (isCut)
        m_field->del();
    return true;
}

bool PassphraseEdit::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::ContextMenu && m_isRevealed)
        return true; // its Copy would go past the clipboard that clears itself
    if (event->type() == QEvent::KeyPress) {
        if (watched == m_field && copyInSafety(event))
            return true;
        auto* key = static_cast<QKeyEvent*>(event);
        const bool handled = QWidget::eventFilter(watched, event);
        const QString text = key->text();
        const Qt::KeyboardModifiers modifiers = key->modifiers();
        // After the field has taken the character, whose change clears the message.
        QMetaObject::invokeMethod(
            this, [this, text, modifiers] { noteCapsLock(text, modifiers); }, Qt::QueuedConnection);
        return handled;
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace certwright::ui
