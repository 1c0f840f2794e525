#include "ui/widgets/key_source_fields.h"

#include "ui/convert.h"
#include "ui/widgets/chip.h"
#include "ui/widgets/field_message.h"
#include "ui/widgets/key_kind.h"

#include <QComboBox>
#include <QGridLayout>
#include <QRadioButton>

#include <algorithm>

namespace certwright::ui {

namespace {

bool isSame(const crypto::KeySpec& a, const crypto::KeySpec& b) {
    return a.type == b.type && a.bits == b.bits && a.curve == b.curve;
}

} // namespace

KeySourceFields::KeySourceFields(QWidget* parent)
    : QWidget(parent)
    , m_new(new QRadioButton(tr("Ne&w key"), this))
    , m_kind(new QComboBox(this))
    , m_byPreset(new Chip(tr("set by preset"), this))
    , m_stored(new QRadioButton(tr("E&xisting key"), this))
    , m_key(new QComboBox(this))
    , m_message(new FieldMessage(this)) {
    m_new->setObjectName(QStringLiteral("newKey"));
    m_kind->setObjectName(QStringLiteral("keyKind"));
    m_kind->setAccessibleName(tr("Kind of the new key"));
    m_byPreset->setObjectName(QStringLiteral("keyByPreset"));
    m_byPreset->setField(tr("Key"));
    m_stored->setObjectName(QStringLiteral("existingKey"));
    m_key->setObjectName(QStringLiteral("storedKey"));
    m_key->setAccessibleName(tr("Key of the store"));
    m_key->setPlaceholderText(tr("Choose…"));
    m_key->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_key->setMinimumContentsLength(14);
    m_message->setObjectName(QStringLiteral("keyMessage"));
    m_new->setChecked(true);
    m_key->setEnabled(false);
    m_stored->setEnabled(false);
    for (const crypto::KeySpec& kind :
         {crypto::KeySpec{"EC", 0, "prime256v1"}, crypto::KeySpec{"EC", 0, "secp384r1"},
          crypto::KeySpec{"EC", 0, "secp521r1"}, crypto::KeySpec{"RSA", 2048, {}}, crypto::KeySpec{"RSA", 3072, {}},
          crypto::KeySpec{"RSA", 4096, {}}, crypto::KeySpec{"Ed25519", 0, {}}, crypto::KeySpec{"Ed448", 0, {}}})
        indexOf(kind);
    m_preset = m_kinds.front();

    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(m_new);
    row->addWidget(m_kind);
    row->addWidget(m_byPreset);
    row->addStretch(1);
    row->addWidget(m_stored);
    row->addWidget(m_key, 2);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    column->addLayout(row);
    column->addWidget(m_message);

    connect(m_new, &QRadioButton::toggled, this, [this](bool isNewKey) {
        m_kind->setEnabled(isNewKey);
        m_key->setEnabled(!isNewKey);
        m_byPreset->setVisible(isNewKey && !m_isKindChosen);
        Q_EMIT edited();
    });
    connect(m_kind, &QComboBox::activated, this, [this] {
        m_isKindChosen = true;
        m_byPreset->hide();
        Q_EMIT edited();
    });
    connect(m_key, &QComboBox::activated, this, &KeySourceFields::edited);
    connect(m_byPreset, &QToolButton::clicked, this, [this] {
        m_isKindChosen = true;
        m_byPreset->hide();
        m_kind->setFocus(Qt::OtherFocusReason);
    });
}

int KeySourceFields::indexOf(const crypto::KeySpec& spec) {
    const auto found = std::find_if(m_kinds.begin(), m_kinds.end(),
                                    [&spec](const crypto::KeySpec& known) { return isSame(known, spec); });
    if (found != m_kinds.end())
        return static_cast<int>(found - m_kinds.begin());
    m_kinds.push_back(spec);
    m_kind->addItem(keyKindText(spec));
    return m_kind->count() - 1;
}

void KeySourceFields::setKeys(const std::vector<store::KeyRow>& keys) {
    const store::RowId chosen = storedKey();
    m_keys = keys;
    m_key->clear();
    for (const store::KeyRow& key : keys)
        m_key->addItem(QStringLiteral("%1 · %2").arg(printable(key.name), keyText(key.key)),
                       QVariant::fromValue(key.id));
    m_key->setCurrentIndex(chosen == 0 ? -1 : m_key->findData(QVariant::fromValue(chosen)));
    m_stored->setEnabled(!keys.empty());
}

void KeySourceFields::setPreset(const crypto::KeySpec& spec) {
    m_preset = spec;
    if (!m_isKindChosen)
        m_kind->setCurrentIndex(indexOf(spec));
    m_byPreset->setVisible(isNew() && !m_isKindChosen);
}

void KeySourceFields::setKind(const crypto::KeySpec& spec) {
    m_kind->setCurrentIndex(indexOf(spec));
    m_isKindChosen = true;
    m_byPreset->hide();
    m_new->setChecked(true);
    Q_EMIT edited();
}

void KeySourceFields::chooseStored(store::RowId keyId) {
    const int index = m_key->findData(QVariant::fromValue(keyId));
    if (index < 0)
        return;
    m_key->setCurrentIndex(index);
    m_stored->setChecked(true);
}

void KeySourceFields::reset() {
    m_isKindChosen = false;
    m_new->setChecked(true);
    setPreset(m_preset);
}

bool KeySourceFields::isNew() const {
    return m_new->isChecked();
}

crypto::KeySpec KeySourceFields::kind() const {
    return m_kinds.at(static_cast<std::size_t>(m_kind->currentIndex()));
}

store::RowId KeySourceFields::storedKey() const {
    return isNew() || m_key->currentIndex() < 0 ? 0 : m_key->currentData().value<store::RowId>();
}

service::KeySource KeySourceFields::source() const {
    if (isNew())
        return service::NewKey{kind(), {}};
    return service::StoredKey{storedKey()};
}

QString KeySourceFields::summary() const {
    if (isNew())
        return tr("new %1 key, kept encrypted in this store").arg(keyKindText(kind()));
    return m_key->currentIndex() < 0 ? tr("none chosen") : m_key->currentText();
}

void KeySourceFields::focusChoice() {
    (isNew() ? m_kind : m_key)->setFocus(Qt::OtherFocusReason);
}

void KeySourceFields::setHint(const QString& text, bool isError) {
    m_message->setMessage(isError ? FieldMessage::Severity::Error : FieldMessage::Severity::Info, text);
}

} // namespace certwright::ui
