#pragma once

#include "core/base/clock.h"
#include "core/pki/issue_plan.h"

#include <QWidget>

#include <functional>
#include <optional>

class QDateTimeEdit;

namespace certwright::ui {

class Chip;
class FieldMessage;
class SegmentedBar;

/// How long a certificate lasts: a lifetime by one press, or its first and last second. What nobody chose is the
/// purpose's, and is shown as such.
class ValidityFields : public QWidget {
    Q_OBJECT
public:
    explicit ValidityFields(QWidget* parent = nullptr);

    /// Puts what was chosen into `choices`; what was not stays unset.
    void apply(pki::IssueChoices& choices) const;
    /// Shows what came of it.
    void show(const pki::IssuePlan& plan, const pki::Lifetime& preset);
    void focusEnd();
    void setNotAfter(base::Time time);
    /// Forgets what was chosen.
    void reset();
    void setHint(const QString& text, bool isError);
    /// A repair beside the hint.
    void setFix(const QString& text, std::function<void()> fix);

Q_SIGNALS:
    void edited();

private:
    void choose(int index);
    void setUtc(bool isUtc);
    void showTime(QDateTimeEdit& edit, base::Time time);

    SegmentedBar* m_lifetimes;
    Chip* m_byPreset;
    QDateTimeEdit* m_from;
    QDateTimeEdit* m_to;
    SegmentedBar* m_zone;
    FieldMessage* m_message;
    std::optional<pki::Lifetime> m_lifetime;
    std::optional<base::Time> m_notBefore;
    std::optional<base::Time> m_notAfter;
    pki::Lifetime m_shown;
    bool m_isUtc = true;
};

} // namespace certwright::ui
