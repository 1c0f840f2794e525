#include "ui/models/entry_loader.h"

#include "core/service/store_session.h"

namespace certwright::ui {

namespace {

template <class Row>
std::shared_ptr<const ListRows::Chunk> chunkOf(const std::vector<Row>& rows) {
    auto chunk = std::make_shared<ListRows::Chunk>();
    chunk->reserve(rows.size());
    for (const Row& row : rows)
        chunk->push_back(listRow(row));
    return chunk;
}

std::shared_ptr<const ListRows::Chunk> readChunk(const store::Store& store, store::EntryKind kind, store::RowId after) {
    store::Query query;
    query.after = after;
    query.limit = int(ListRows::ChunkSize);
    switch (kind) {
    case store::EntryKind::Certificate:
        return chunkOf(store.certificates(query));
    case store::EntryKind::Key:
        return chunkOf(store.keys(query));
    case store::EntryKind::Request:
        return chunkOf(store.requests(query));
    case store::EntryKind::Crl:
        return chunkOf(store.crls(query));
    }
    return std::make_shared<ListRows::Chunk>();
}

} // namespace

EntryLoader::EntryLoader(EntryModel& model, QObject* parent)
    : QObject(parent)
    , m_model(model) {}

void EntryLoader::setSession(service::StoreSession* session) {
    if (m_session != nullptr)
        disconnect(m_session, nullptr, this, nullptr);
    m_session = session;
    ++m_generation;
    ++m_searches;
    m_isLoading = false;
    m_isOutdated = false;
    m_isFirstLoad = true;
    m_text.clear();
    m_incoming = {};
    m_model.setMatches(nullptr);
    m_model.setRows({});
    if (session == nullptr)
        return;
    connect(session, &service::StoreSession::changed, this, [this] {
        reload();
        if (!m_text.isEmpty())
            searchText();
    });
    reload();
}

void EntryLoader::reload() {
    if (m_session == nullptr)
        return;
    if (m_isLoading) {
        m_isOutdated = true;
        return;
    }
    m_isLoading = true;
    m_incoming = {};
    readBatch(0);
}

void EntryLoader::readBatch(store::RowId after) {
    using Batch = std::shared_ptr<const ListRows::Chunk>;
    m_session->read<Batch>(
        {}, this,
        [kind = m_model.kind(), after](store::Store& store, const base::JobControl&) {
            return readChunk(store, kind, after);
        },
        [this, generation = m_generation](base::Outcome<Batch> outcome) {
            if (generation != m_generation)
                return;
            if (outcome) {
                takeBatch(std::move(*outcome));
                return;
            }
            m_isLoading = false;
            if (outcome.error().kind() != base::ErrorKind::Cancelled)
                Q_EMIT failed(outcome.error());
        });
}

void EntryLoader::takeBatch(std::shared_ptr<const ListRows::Chunk> batch) {
    const bool isLast = batch->size() < ListRows::ChunkSize;
    const store::RowId last = batch->empty() ? 0 : batch->back().id;
    m_incoming.append(std::move(batch));
    if (m_isOutdated) {
        // What was read so far may be of before the change and the rest of after it.
        m_isOutdated = false;
        m_incoming = {};
        readBatch(0);
        return;
    }
    if (!isLast) {
        // At first the list grows before the eyes; later the rows from before stay until all of the new are there.
        if (m_isFirstLoad)
            m_model.setRows(m_incoming);
        readBatch(last);
        return;
    }
    m_isLoading = false;
    m_isFirstLoad = false;
    m_model.setRows(std::move(m_incoming));
    m_incoming = {};
    Q_EMIT loaded();
}

void EntryLoader::setFilterText(const QString& text) {
    const QString trimmed = text.trimmed();
    if (trimmed == m_text)
        return;
    m_text = trimmed;
    ++m_searches;
    if (m_text.isEmpty())
        m_model.setMatches(nullptr);
    else
        searchText();
}

void EntryLoader::searchText() {
    if (m_session == nullptr)
        return;
    using Ids = std::shared_ptr<const std::vector<store::RowId>>;
    m_session->read<Ids>(
        {}, this,
        [kind = m_model.kind(), text = m_text](store::Store& store, const base::JobControl&) -> Ids {
            return std::make_shared<const std::vector<store::RowId>>(store.matching(kind, text));
        },
        [this, search = ++m_searches](base::Outcome<Ids> outcome) {
            if (search != m_searches)
                return;
            if (outcome)
                m_model.setMatches(std::move(*outcome));
            else if (outcome.error().kind() != base::ErrorKind::Cancelled)
                Q_EMIT failed(outcome.error());
        });
}

} // namespace certwright::ui
