#pragma once

#include "core/base/error.h"
#include "core/store/rows.h"
#include "ui/models/entry_model.h"

#include <QObject>
#include <QPointer>
#include <QString>

namespace certwright::service {
class StoreSession;
}

namespace certwright::ui {

/// Fills one list's model from the open store: rows in batches from the reading thread, again after every change, and
/// the ids that the filter's text finds. While it reads again, the rows from before stay. GUI thread.
class EntryLoader : public QObject {
    Q_OBJECT
public:
    /// `model` must outlive the loader.
    explicit EntryLoader(EntryModel& model, QObject* parent = nullptr);

    /// Reads from this store from now on; null empties the list.
    void setSession(service::StoreSession* session);
    /// Reads everything again. While it is reading already, once more after it.
    void reload();
    /// Shows only what this text finds (store::Query::text); empty: everything.
    void setFilterText(const QString& text);
    QString filterText() const { return m_text; }
    /// True from the first batch until all are there.
    bool isLoading() const noexcept { return m_isLoading; }

Q_SIGNALS:
    /// All rows are in the model. (They are shown a little later: EntryModel::arranged().)
    void loaded();
    void failed(const certwright::base::Error& error);

private:
    void readBatch(store::RowId after);
    void takeBatch(std::shared_ptr<const ListRows::Chunk> batch);
    void searchText();

    EntryModel& m_model;
    QPointer<service::StoreSession> m_session;
    ListRows m_incoming;
    QString m_text;
    int m_generation = 0; ///< tells late answers of an earlier store apart
    int m_searches = 0;   ///< tells late answers of an earlier text apart
    bool m_isLoading = false;
    bool m_isOutdated = false;
    bool m_isFirstLoad = true;
};

} // namespace certwright::ui
