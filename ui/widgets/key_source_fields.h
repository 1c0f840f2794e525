#pragma once

#include "core/service/issuing.h"
#include "core/store/rows.h"

#include <QWidget>

#include <vector>

class QComboBox;
class QRadioButton;

namespace certwright::ui {

class Chip;
class FieldMessage;

/// The key of a certificate: a new one of a kind, as the purpose proposes, or one of the store.
class KeySourceFields : public QWidget {
    Q_OBJECT
public:
    explicit KeySourceFields(QWidget* parent = nullptr);

    void setKeys(const std::vector<store::KeyRow>& keys);
    /// The kind that a purpose proposes; taken over unless another was chosen.
    void setPreset(const crypto::KeySpec& spec);
    void setKind(const crypto::KeySpec& spec);
    void chooseStored(store::RowId keyId);
    /// Goes back to the purpose's.
    void reset();

    bool isNew() const;
    crypto::KeySpec kind() const;
    /// 0 when none is chosen.
    store::RowId storedKey() const;
    service::KeySource source() const;
    /// "new P-256 key, kept encrypted in this store"
    QString summary() const;
    /// Puts the focus on the box that is in use.
    void focusChoice();
    void setHint(const QString& text, bool isError);

Q_SIGNALS:
    void edited();

private:
    int indexOf(const crypto::KeySpec& spec);

    QRadioButton* m_new;
    QComboBox* m_kind;
    Chip* m_byPreset;
    QRadioButton* m_stored;
    QComboBox* m_key;
    FieldMessage* m_message;
    std::vector<crypto::KeySpec> m_kinds;
    std::vector<store::KeyRow> m_keys;
    crypto::KeySpec m_preset;
    bool m_isKindChosen = false;
};

} // namespace certwright::ui
