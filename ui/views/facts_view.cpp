#include "ui/views/facts_view.h"

#include "ui/convert.h"
#include "ui/theme.h"
#include "ui/views/elided_label.h"
#include "ui/views/link_button.h"
#include "ui/views/state_label.h"
#include "ui/views/validity_bar.h"
#include "ui/widgets/label_style.h"

#include <QClipboard>
#include <QFrame>
#include <QGridLayout>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

namespace certwright::ui {

namespace {

QLabel* makeLabel(const QString& text, QWidget* parent, bool isSecondary) {
    if (isSecondary)
        return makeSecondaryLabel(text, parent);
    auto* label = new QLabel(text, parent);
    label->setTextFormat(Qt::PlainText);
    return label;
}

} // namespace

FactsView::FactsView(QWidget* parent)
    : QScrollArea(parent) {
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setAccessibleName(tr("Details"));
    setFocusPolicy(Qt::NoFocus);
    showNote({});
}

void FactsView::clearContent() {
    m_content = new QWidget;
    m_content->setObjectName(QStringLiteral("detailContent"));
    m_contentLayout = new QVBoxLayout(m_content);
    m_contentLayout->setContentsMargins(12, 12, 12, 12);
    m_contentLayout->setSpacing(8);
    setWidget(m_content); // deletes the one before
    m_id = 0;
}

void FactsView::showNote(const QString& text) {
    clearContent();
    QLabel* note = makeLabel(text, m_content, true);
    note->setWordWrap(true);
    note->setAlignment(Qt::AlignCenter);
    m_contentLayout->addWidget(note, 1);
}

void FactsView::addLine() {
    auto* line = new QFrame(m_content);
    line->setFixedHeight(1);
    line->setAutoFillBackground(true);
    QPalette colours = line->palette();
    colours.setColor(QPalette::Window, Theme::instance().color(ColorRole::Line));
    line->setPalette(colours);
    m_contentLayout->addSpacing(4);
    m_contentLayout->addWidget(line);
    m_contentLayout->addSpacing(4);
}

void FactsView::showFacts(const EntryFacts& facts, base::Time now, bool hasHeading) {
    clearContent();
    m_id = facts.id;
    m_isWide = !hasHeading;
    if (hasHeading && !facts.headline.isEmpty()) {
        auto* state = new StateLabel(m_content);
        state->setBold(true);
        state->setState(facts.state, facts.headline);
        m_contentLayout->addWidget(state);
    }
    if (hasHeading) {
        auto* title = new ElidedLabel(facts.title, m_content);
        title->setFont(Theme::instance().headingFont());
        title->setObjectName(QStringLiteral("detailTitle"));
        m_contentLayout->addWidget(title);
    }
    QLabel* subtitle = makeLabel(facts.subtitle, m_content, true);
    subtitle->setWordWrap(true);
    m_contentLayout->addWidget(subtitle);
    if (facts.from && facts.until) {
        auto* bar = new ValidityBar(m_content);
        bar->setValidity(*facts.from, *facts.until, now, facts.state);
        m_contentLayout->addSpacing(4);
        m_contentLayout->addWidget(bar);
    }
    addLine();
    addFields(facts);
    addLine();
    for (const EntryFacts::Fingerprint& fingerprint : facts.fingerprints)
        addFingerprint(fingerprint);
    m_contentLayout->addStretch(1);
}

void FactsView::addFields(const EntryFacts& facts) {
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(4);
    grid->setColumnStretch(1, 1);
    grid->setColumnMinimumWidth(0, fontMetrics().averageCharWidth() * 10);
    int row = 0;
    bool hasIssuer = facts.issuer.isEmpty();
    const auto addIssuer = [&] {
        grid->addWidget(makeLabel(tr("Issuer"), m_content, true), row, 0, Qt::AlignTop);
        if (facts.issuerId != 0) {
            auto* link =
                new LinkButton(QString(facts.issuer).replace(QLatin1Char('&'), QLatin1String("&&")), m_content);
            link->setObjectName(QStringLiteral("issuerLink"));
            link->setAccessibleName(tr("Show the issuer %1").arg(facts.issuer));
            connect(link, &QPushButton::clicked, this, [this, id = facts.issuerId] { Q_EMIT issuerWanted(id); });
            grid->addWidget(link, row++, 1);
        } else {
            grid->addWidget(new ElidedLabel(facts.issuer, m_content), row++, 1);
        }
        auto* note = new StateLabel(m_content);
        note->setState(facts.issuerState, facts.issuerNote);
        grid->addWidget(note, row++, 1);
    };
    for (const EntryFacts::Field& field : facts.fields) {
        // The issuer stands behind the names, before the key.
        if (row > 0 && !hasIssuer) {
            addIssuer();
            hasIssuer = true;
        }
        grid->addWidget(makeLabel(field.label, m_content, true), row, 0, Qt::AlignTop);
        for (const QString& value : field.values) {
            auto* line = new QWidget(m_content);
            auto* layout = new QHBoxLayout(line);
            layout->setContentsMargins(0, 0, 0, 0);
            layout->setSpacing(4);
            if (!field.iconName.isEmpty() && &value == &field.values.first()) {
                auto* mark = new QLabel(line);
                mark->setPixmap(icon(field.iconName).pixmap(QSize(14, 14), devicePixelRatioF()));
                layout->addWidget(mark);
            }
            layout->addWidget(new ElidedLabel(value, line), 1);
            grid->addWidget(line, row++, 1);
        }
    }
    if (!hasIssuer)
        addIssuer();
    m_contentLayout->addLayout(grid);
}

void FactsView::addFingerprint(const EntryFacts::Fingerprint& fingerprint) {
    auto* head = new QHBoxLayout;
    head->addWidget(makeLabel(fingerprint.label, m_content, true), 1);
    auto* copy = new QToolButton(m_content);
    copy->setObjectName(QStringLiteral("copy-") + fingerprint.label);
    copy->setIcon(icon(QStringLiteral("copy")));
    copy->setToolTip(tr("Copy the %1").arg(fingerprint.label));
    copy->setAccessibleName(copy->toolTip());
    head->addWidget(copy);
    m_contentLayout->addLayout(head);
    QStringList lines;
    const qsizetype octetsInLine = m_isWide ? 16 : 8;
    for (qsizetype i = 0; i < fingerprint.hex.size(); i += octetsInLine * 2)
        lines += groupedHex(fingerprint.hex.mid(i, octetsInLine * 2));
    QLabel* text = makeLabel(lines.join(QLatin1Char('\n')), m_content, false);
    text->setFont(Theme::instance().fixedFont());
    text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    text->setLayoutDirection(Qt::LeftToRight);
    m_contentLayout->addWidget(text);
    m_contentLayout->addSpacing(4);
    connect(copy, &QToolButton::clicked, this, [this, fingerprint] {
        QGuiApplication::clipboard()->setText(groupedHex(fingerprint.hex, QLatin1Char(':')));
        Q_EMIT copied(fingerprint.label);
    });
}

} // namespace certwright::ui
