#pragma once

#include "core/base/secret.h"
#include "core/service/entry_export.h"
#include "core/store/rows.h"

#include <QObject>
#include <QString>

class QWidget;

namespace certwright::ui {

struct UiContext;

/// Writes a request, a revocation list or a key of the open store to a file that the user chooses: a key encrypted with
/// a passphrase of its own. Certificates have the export dialog.
class EntryExporter : public QObject {
    Q_OBJECT
public:
    /// Both must outlive it; questions are modal to `window`.
    EntryExporter(UiContext& context, QWidget* window);

    void exportEntry(store::EntryKind kind, store::RowId id);

private:
    void askFile(store::EntryKind kind, store::RowId id, const QString& name);
    void unlock(const service::EntryExportOrder& order, const QString& name);
    void askPassphrase(const service::EntryExportOrder& order, const QString& name);
    void write(const service::EntryExportOrder& order);

    UiContext& m_context;
    QWidget* m_window;
};

} // namespace certwright::ui
