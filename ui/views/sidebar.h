#pragma once

#include "core/store/rows.h"
#include "ui/models/list_arrangement.h"
#include "ui/place.h"

#include <QTreeView>

#include <map>

class QStandardItem;
class QStandardItemModel;

namespace certwright::ui {

/// The tree at the left of the main window: the store's lists, tools, ready-made filters, with how many there are of
/// each. What needs a store is greyed while none is open.
class Sidebar : public QTreeView {
    Q_OBJECT
public:
    explicit Sidebar(QWidget* parent = nullptr);

    /// Marks the place that is shown; no signal.
    void setPlace(Place place);
    void setCounts(const store::Counts& counts);
    void setPresetCounts(const std::array<int, listPresetCount>& counts);
    void setStoreOpen(bool isOpen);
    /// For the name of the filter for what expires soon.
    void setWarningDays(int days);
    QSize sizeHint() const override;

Q_SIGNALS:
    /// By a click or Enter: the person goes there.
    void placeChosen(certwright::ui::Place place);
    /// By an arrow key: the place is shown, and the keyboard stays here.
    void placePassed(certwright::ui::Place place);

private:
    QStandardItem* addGroup(const QString& title, const QString& name);
    void addPlace(QStandardItem* group, Place place, const QString& title, const QString& iconName);
    void setCount(Place place, qint64 count);

    QStandardItemModel* m_model;
    std::map<Place, QStandardItem*> m_items;
    bool m_isSettingPlace = false;
};

} // namespace certwright::ui
