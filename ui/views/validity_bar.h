#pragma once

#include "core/base/clock.h"
#include "ui/theme.h"

#include <QWidget>

namespace certwright::ui {

/// How much of a lifetime has passed, as a bar with the two dates and the share under it.
class ValidityBar : public QWidget {
    Q_OBJECT
public:
    explicit ValidityBar(QWidget* parent = nullptr);

    void setValidity(base::Time from, base::Time until, base::Time now, State state);
    /// 0 to 100.
    int elapsedPercent() const noexcept { return m_percent; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    int m_percent = 0;
    State m_state = State::Valid;
    QString m_from;
    QString m_until;
    QString m_share;
};

} // namespace certwright::ui
