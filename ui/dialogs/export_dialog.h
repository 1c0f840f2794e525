#pragma once

#include "core/pki/export_target.h"
#include "core/store/rows.h"

#include <QDialog>
#include <QString>

#include <memory>
#include <vector>

namespace certwright::ui {

struct UiContext;

/// Exports certificates with their chain and key by where they are going (nginx, PKCS#12...). Says before writing which
/// files there will be, with which modes, and which of them hold a private key; asks before anything is overwritten.
/// Target and folder of the last time are proposed. Open it with open(); it deletes itself when closed.
class ExportDialog : public QDialog {
    Q_OBJECT
public:
    ExportDialog(UiContext& context, std::vector<store::RowId> certificateIds, QWidget* parent = nullptr);
    ~ExportDialog() override;

    /// Chooses a target in place of that of the last time.
    void setTarget(pki::ExportTarget target);
    /// Folder or file to write to, in place of the proposed one.
    void setPath(const QString& path);

public Q_SLOTS:
    void accept() override;
    void reject() override;

Q_SIGNALS:
    /// Once, after all files were written and read back.
    void exported(const QStringList& files);

protected:
    void closeEvent(QCloseEvent* event) override;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace certwright::ui
