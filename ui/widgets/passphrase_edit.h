#pragma once

#include "core/base/secret.h"

#include <QStringList>
#include <QWidget>

#include <string>
#include <vector>

class QLineEdit;
class QToolButton;

namespace certwright::ui {

class FieldMessage;
class StrengthBar;

/// The one field for passphrases. Entering: a hidden text that a button shows until the focus leaves. Creating: also a
/// strength meter, a generator, and a second field that has to hold the same, unless the text is shown.
/// The text leaves only as base::Secret; what the field still holds of it is overwritten when it is taken or cleared.
class PassphraseEdit : public QWidget {
    Q_OBJECT
public:
    enum class Mode { Enter, Create };

    explicit PassphraseEdit(Mode mode, QWidget* parent = nullptr);
    ~PassphraseEdit() override;

    Mode mode() const noexcept { return m_mode; }
    /// What the field is for, to screen readers ("Passphrase of the file").
    void setFieldName(const QString& name);
    /// Words that do not count as secret for the strength: the store's name, the key's.
    void setKnownWords(const QStringList& words);

    bool isEmpty() const;
    /// Why the passphrase cannot be used: empty, or the two fields differ. Empty when it can.
    QString problem() const;
    /// problem() under the field, and the focus to where it is mended. True when there is none.
    bool validate();
    /// A message under the field from outside, e.g. "Wrong passphrase"; goes away at the next change.
    void setError(const QString& text);

    /// A copy of the text in UTF-8; the fields keep theirs. @throws base::Error Internal when the secure heap is full
    base::Secret secret() const;
    /// The text in UTF-8; the fields are wiped and empty. @throws base::Error Internal when the secure heap is full
    base::Secret takeSecret();
    /// Wipes both fields.
    void clear();

    QLineEdit* field() const noexcept { return m_field; }
    QLineEdit* confirmField() const noexcept { return m_confirm; }
    bool isRevealed() const noexcept { return m_isRevealed; }

Q_SIGNALS:
    /// The text or its validity has changed.
    void edited();
    /// Enter was pressed in the field.
    void submitted();

public Q_SLOTS:
    void setRevealed(bool isRevealed);
    /// Puts a new random passphrase into the field and shows it.
    void generate();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void buildField();
    void buildCreation();
    void textEdited();
    void updateStrength();
    void noteCapsLock(const QString& text, Qt::KeyboardModifiers modifiers);
    bool copyInSafety(QEvent* event);

    Mode m_mode;
    QLineEdit* m_field;
    QToolButton* m_reveal;
    QToolButton* m_generate = nullptr;
    StrengthBar* m_strength = nullptr;
    QLineEdit* m_confirm = nullptr;
    FieldMessage* m_advice;
    FieldMessage* m_message;
    std::vector<std::string> m_knownWords;
    bool m_isRevealed = false;
};

} // namespace certwright::ui
