#pragma once

#include <QDialog>

namespace certwright::ui {

/// Name, version, licence, and the versions of the libraries in use.
class AboutDialog : public QDialog {
    Q_OBJECT
public:
    explicit AboutDialog(QWidget* parent = nullptr);
};

} // namespace certwright::ui
