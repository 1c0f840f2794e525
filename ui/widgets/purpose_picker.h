#pragma once

#include "core/pki/profile.h"

#include <QButtonGroup>
#include <QWidget>

#include <string>
#include <vector>

namespace certwright::ui {

/// The purposes of certificates as cards, of which one is chosen; choosing applies at once.
class PurposePicker : public QWidget {
    Q_OBJECT
public:
    explicit PurposePicker(QWidget* parent = nullptr);

    /// The chosen profile; "custom" when nothing else is.
    const pki::Profile& profile() const;
    /// Emits nothing. An unknown id chooses "custom".
    void setProfile(const std::string& id);
    /// Takes away the profiles that sign themselves, or gives them back.
    void setSelfSignedEnabled(bool isEnabled);

Q_SIGNALS:
    /// The user chose another purpose.
    void chosen();

private:
    std::vector<const pki::Profile*> m_profiles;
    QButtonGroup m_group;
};

} // namespace certwright::ui
