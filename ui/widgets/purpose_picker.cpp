#include "ui/widgets/purpose_picker.h"

#include "ui/convert.h"
#include "ui/theme.h"
#include "ui/widgets/segment_button.h"

#include <QGridLayout>

#include <algorithm>
#include <array>

namespace certwright::ui {

namespace {

constexpr int columns = 4;

struct Card {
    const char* id;
    const char* icon;
};

constexpr std::array<Card, 12> cards{{{"tls-server", "server"},
                                      {"tls-client", "user"},
                                      {"tls-both", "both"},
                                      {"code-signing", "code"},
                                      {"smime", "mail"},
                                      {"ocsp-responder", "ocsp"},
                                      {"timestamping", "clock"},
                                      {"vpn-server", "vpn"},
                                      {"vpn-client", "vpn"},
                                      {"intermediate-ca", "subca"},
                                      {"root-ca", "ca"},
                                      {"custom", "sliders"}}};

} // namespace

PurposePicker::PurposePicker(QWidget* parent)
    : QWidget(parent) {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(8);
    setAccessibleName(tr("Purpose"));
    for (const Card& card : cards) {
        const pki::Profile* found = pki::findProfile(card.id);
        if (found == nullptr)
            continue;
        const int index = static_cast<int>(m_profiles.size());
        m_profiles.push_back(found);
        auto* button = new SegmentButton(toQString(found->title), this);
        button->setObjectName(QStringLiteral("purpose-") + QLatin1String(card.id));
        button->setIcon(icon(QLatin1String(card.icon)));
        button->setCard(true);
        button->setToolTip(toQString(found->summary));
        button->setAccessibleDescription(toQString(found->summary));
        m_group.addButton(button, index);
        grid->addWidget(button, index / columns, index % columns);
    }
    for (int column = 0; column < columns; ++column)
        grid->setColumnStretch(column, 1);
    m_group.button(0)->setChecked(true);
    connect(&m_group, &QButtonGroup::idClicked, this, &PurposePicker::chosen);
}

const pki::Profile& PurposePicker::profile() const {
    return *m_profiles.at(static_cast<std::size_t>(std::max(0, m_group.checkedId())));
}

void PurposePicker::setProfile(const std::string& id) {
    const auto found = std::find_if(m_profiles.begin(), m_profiles.end(),
                                    [&id](const pki::Profile* profile) { return profile->id == id; });
    const auto index =
        found == m_profiles.end() ? m_profiles.size() - 1 : static_cast<std::size_t>(found - m_profiles.begin());
    m_group.button(static_cast<int>(index))->setChecked(true);
}

void PurposePicker::setSelfSignedEnabled(bool isEnabled) {
    for (std::size_t i = 0; i < m_profiles.size(); ++i) {
        if (m_profiles[i]->isSelfSigned)
            m_group.button(static_cast<int>(i))->setEnabled(isEnabled);
    }
}

} // namespace certwright::ui
