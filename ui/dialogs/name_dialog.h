#pragma once

#include "core/x509/name.h"

#include <QDialog>

namespace certwright::ui {

class InlineBanner;
class NameEditor;

/// The name editor as a dialog. accepted() comes only for a name without problems; name() is it. Open it with open().
class NameDialog : public QDialog {
    Q_OBJECT
public:
    NameDialog(const x509::Name& name, QWidget* parent = nullptr);

    x509::Name name() const;
    NameEditor* editor() const noexcept { return m_editor; }

public Q_SLOTS:
    void accept() override;

private:
    InlineBanner* m_banner;
    NameEditor* m_editor;
};

} // namespace certwright::ui
