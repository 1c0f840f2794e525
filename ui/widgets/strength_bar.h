#pragma once

#include "ui/widgets/passphrase_strength.h"

#include <QWidget>

namespace certwright::ui {

/// Five segments and a word: how strong a passphrase is. The word says the same as the colour.
class StrengthBar : public QWidget {
    Q_OBJECT
public:
    explicit StrengthBar(QWidget* parent = nullptr);

    /// Nothing is shown but the empty segments when `isEmpty`.
    void setStrength(const PassphraseStrength& strength, bool isEmpty);
    /// "Good, about 62 bits"
    QString text() const { return m_text; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    PassphraseStrength m_strength;
    bool m_isEmpty = true;
    QString m_text;
};

} // namespace certwright::ui
