#pragma once

#include "core/store/rows.h"
#include "ui/models/list_arrangement.h"

#include <QWidget>

class QStackedWidget;

namespace certwright::service {
class StoreSession;
}

namespace certwright::ui {

class EmptyPage;
class EntryLoader;
class EntryModel;
class EntryView;
class FilterBar;
struct UiContext;

/// One list of the store with its filter bar, and what stands in its place while it is empty or nothing matches.
class ListPage : public QWidget {
    Q_OBJECT
public:
    /// `context` must outlive the page.
    ListPage(UiContext& context, store::EntryKind kind, QWidget* parent = nullptr);

    store::EntryKind kind() const noexcept { return m_kind; }
    EntryModel& model() const noexcept { return *m_model; }
    EntryLoader& loader() const noexcept { return *m_loader; }
    EntryView& view() const noexcept { return *m_view; }
    FilterBar& filterBar() const noexcept { return *m_filter; }

    void setSession(service::StoreSession* session);
    /// Certificates only.
    void setPreset(ListPreset preset);
    void setTree(bool isTree);
    /// Days before the end from which an entry counts as expiring.
    void setWarningDays(int days);
    void clearFilter();
    /// Selects an entry; a filter that hides it is cleared.
    void showEntry(store::RowId id);

Q_SIGNALS:
    void selectedIdsChanged();
    void openRequested(certwright::store::RowId id);
    void menuRequested(const QPoint& globalPosition);
    void treeChosen(bool isTree);
    void presetChanged(certwright::ui::ListPreset preset);
    void createWanted();
    void createCaWanted();
    void importWanted();

private:
    EmptyPage* buildEmptyPage();
    EmptyPage* buildNoMatchPage();
    void update();

    UiContext& m_context;
    const store::EntryKind m_kind;
    EntryModel* m_model;
    EntryLoader* m_loader;
    FilterBar* m_filter;
    QStackedWidget* m_stack;
    EntryView* m_view;
    EmptyPage* m_empty;
    EmptyPage* m_noMatch;
};

/// What a ready-made filter is called.
QString presetTitle(ListPreset preset, int warningDays);

} // namespace certwright::ui
