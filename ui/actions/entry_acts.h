#pragma once

#include "core/store/rows.h"

#include <QObject>
#include <QString>

#include <vector>

class QWidget;

namespace certwright::ui {

struct UiContext;

/// What can be copied of an entry.
enum class CopyFormat { Pem, Subject, OtherNames, Fingerprint };

/// What people do with entries of the open store: rename, delete, copy, look at. Questions go through the prompts, work
/// through the store's session.
class EntryActs : public QObject {
    Q_OBJECT
public:
    /// Both must outlive it; questions are modal to `window`.
    EntryActs(UiContext& context, QWidget* window);

    void open(store::EntryKind kind, store::RowId id);
    void rename(store::EntryKind kind, store::RowId id);
    /// Asks first, and says what depends on them.
    void remove(store::EntryKind kind, const std::vector<store::RowId>& ids);
    void copy(store::EntryKind kind, const std::vector<store::RowId>& ids, CopyFormat format);

private:
    void askName(store::EntryKind kind, store::RowId id, const QString& name);
    void storeName(store::EntryKind kind, store::RowId id, const QString& before, const QString& name);
    void removeNow(store::EntryKind kind, const std::vector<store::RowId>& ids);

    UiContext& m_context;
    QWidget* m_window;
};

} // namespace certwright::ui
