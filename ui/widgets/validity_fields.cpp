#include "ui/widgets/validity_fields.h"

#include "ui/convert.h"
#include "ui/widgets/chip.h"
#include "ui/widgets/field_message.h"
#include "ui/widgets/label_style.h"
#include "ui/widgets/segmented_bar.h"

#include <QDateTimeEdit>
#include <QGridLayout>
#include <QLabel>
#include <QTimeZone>

#include <array>

namespace certwright::ui {

namespace {

using Unit = pki::Lifetime::Unit;

constexpr std::array<pki::Lifetime, 6> lifetimes{
    {{90, Unit::Days}, {200, Unit::Days}, {397, Unit::Days}, {1, Unit::Years}, {5, Unit::Years}, {10, Unit::Years}}};

QString lifetimeText(const pki::Lifetime& lifetime) {
    return lifetime.unit == Unit::Days ? ValidityFields::tr("%1 d", "days").arg(lifetime.count)
                                       : ValidityFields::tr("%1 y", "years").arg(lifetime.count);
}

void setUtcShown(QDateTimeEdit& edit, bool isUtc) {
#if QT_VERSION >= QT_VERSION_CHECK(6, 7, 0)
    edit.setTimeZone(isUtc ? QTimeZone(QTimeZone::UTC) : QTimeZone(QTimeZone::LocalTime));
#else
    edit.setTimeSpec(isUtc ? Qt::UTC : Qt::LocalTime);
#endif
}

QDateTimeEdit* makeTimeEdit(QWidget* parent, const QString& name, const QString& accessibleName) {
    auto* edit = new QDateTimeEdit(parent);
    edit->setObjectName(name);
    edit->setAccessibleName(accessibleName);
    edit->setDisplayFormat(QStringLiteral("yyyy-MM-dd HH:mm:ss"));
    edit->setCalendarPopup(true);
    setUtcShown(*edit, true);
    edit->setDateTimeRange(QDateTime(QDate(1900, 1, 1), QTime(0, 0), QTimeZone::utc()).toUTC(),
                           QDateTime(QDate(9999, 12, 31), QTime(23, 59, 59), QTimeZone::utc()).toUTC());
    return edit;
}

} // namespace

ValidityFields::ValidityFields(QWidget* parent)
    : QWidget(parent)
    , m_lifetimes(new SegmentedBar(tr("Lifetime"), this))
    , m_byPreset(new Chip(tr("set by preset"), this))
    , m_from(makeTimeEdit(this, QStringLiteral("notBefore"), tr("Valid from")))
    , m_to(makeTimeEdit(this, QStringLiteral("notAfter"), tr("Valid until")))
    , m_zone(new SegmentedBar(tr("Time zone"), this))
    , m_message(new FieldMessage(this)) {
    for (const pki::Lifetime& lifetime : lifetimes) {
        const QString text = lifetimeText(lifetime);
        m_lifetimes->addSegment(text, QStringLiteral("lifetime-") + QString(text).remove(QLatin1Char(' ')));
    }
    m_zone->addSegment(tr("UTC"), QStringLiteral("utc"));
    m_zone->addSegment(tr("Local", "time zone"), QStringLiteral("localTime"));
    m_zone->setCurrent(0);
    m_byPreset->setObjectName(QStringLiteral("validityByPreset"));
    m_byPreset->setField(tr("Validity"));
    m_message->setObjectName(QStringLiteral("validityMessage"));

    auto* first = new QHBoxLayout;
    first->addWidget(m_lifetimes);
    first->addWidget(m_byPreset);
    first->addStretch(1);
    auto* second = new QHBoxLayout;
    second->addWidget(m_from);
    auto* to = new QLabel(tr("&to", "from ... to ..."), this);
    to->setBuddy(m_to);
    second->addWidget(to);
    second->addWidget(m_to);
    second->addStretch(1);
    second->addWidget(m_zone);
    auto* from = new QLabel(tr("&From"), this);
    from->setBuddy(m_from);
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(8);
    grid->setVerticalSpacing(8);
    grid->addWidget(new QLabel(tr("Valid for"), this), 0, 0);
    grid->addLayout(first, 0, 1);
    grid->addWidget(from, 1, 0);
    grid->addLayout(second, 1, 1);
    grid->addWidget(m_message, 2, 0, 1, 2);
    grid->setColumnMinimumWidth(0, fontMetrics().averageCharWidth() * 17);
    grid->setColumnStretch(1, 1);

    connect(m_lifetimes, &SegmentedBar::chosen, this, &ValidityFields::choose);
    connect(m_byPreset, &QToolButton::clicked, this, [this] {
        m_lifetime = m_shown;
        m_byPreset->hide();
        Q_EMIT edited();
    });
    connect(m_zone, &SegmentedBar::chosen, this, [this](int index) { setUtc(index == 0); });
    connect(m_from, &QDateTimeEdit::dateTimeChanged, this, [this](const QDateTime& time) {
        m_notBefore = toTime(time);
        Q_EMIT edited();
    });
    connect(m_to, &QDateTimeEdit::dateTimeChanged, this, [this](const QDateTime& time) {
        m_notAfter = toTime(time);
        m_lifetime.reset();
        m_byPreset->hide();
        m_lifetimes->setCurrent(-1);
        Q_EMIT edited();
    });
}

void ValidityFields::apply(pki::IssueChoices& choices) const {
    choices.notBefore = m_notBefore;
    choices.notAfter = m_notAfter;
    choices.lifetime = m_lifetime;
}

void ValidityFields::choose(int index) {
    m_lifetime = lifetimes.at(static_cast<std::size_t>(index));
    m_notAfter.reset();
    m_byPreset->hide();
    Q_EMIT edited();
}

void ValidityFields::show(const pki::IssuePlan& plan, const pki::Lifetime& preset) {
    if (!m_notBefore)
        showTime(*m_from, plan.notBefore);
    if (!m_notAfter)
        showTime(*m_to, plan.notAfter);
    m_shown = m_lifetime.value_or(preset);
    m_byPreset->setVisible(!m_lifetime && !m_notAfter);
    int segment = -1;
    for (std::size_t i = 0; i < lifetimes.size() && !m_notAfter; ++i) {
        if (lifetimes[i] == m_shown)
            segment = static_cast<int>(i);
    }
    m_lifetimes->setCurrent(segment);
}

void ValidityFields::setNotAfter(base::Time time) {
    m_notAfter = time;
    m_lifetime.reset();
    showTime(*m_to, time);
    m_byPreset->hide();
    m_lifetimes->setCurrent(-1);
    Q_EMIT edited();
}

void ValidityFields::focusEnd() {
    m_to->setFocus(Qt::OtherFocusReason);
}

void ValidityFields::reset() {
    m_lifetime.reset();
    m_notBefore.reset();
    m_notAfter.reset();
}

void ValidityFields::setHint(const QString& text, bool isError) {
    m_message->setMessage(isError ? FieldMessage::Severity::Error : FieldMessage::Severity::Warning, text);
}

void ValidityFields::setFix(const QString& text, std::function<void()> fix) {
    m_message->setFix(text, std::move(fix));
}

void ValidityFields::setUtc(bool isUtc) {
    m_isUtc = isUtc;
    for (QDateTimeEdit* edit : {m_from, m_to}) {
        const QSignalBlocker blocker(edit);
        const QDateTime time = edit->dateTime();
        setUtcShown(*edit, isUtc);
        edit->setDateTime(isUtc ? time.toUTC() : time.toLocalTime());
    }
}

void ValidityFields::showTime(QDateTimeEdit& edit, base::Time time) {
    const QSignalBlocker blocker(&edit);
    const QDateTime shown = toQDateTime(time);
    edit.setDateTime(m_isUtc ? shown.toUTC() : shown.toLocalTime());
}

} // namespace certwright::ui
