#pragma once

#include "core/base/clock.h"
#include "core/service/importing.h"

#include <QAbstractItemModel>
#include <QSet>
#include <QString>

#include <memory>
#include <vector>

namespace certwright::ui {

/// The tree of an import's preview: files, the things in them, keys below the certificate that they belong to. New
/// things can be ticked and renamed. data() computes nothing costly, so that bundles of any size can be shown.
class ImportModel : public QAbstractItemModel {
    Q_OBJECT
public:
    enum Column { ItemColumn, KindColumn, NameColumn, ExpiresColumn, StateColumn, ColumnCount };
    enum Role {
        StateRole = Qt::UserRole + 1, ///< int of ui::State, of StateColumn
        SecondaryRole,                ///< QString behind the text
        SourceRole,                   ///< int: which file
    };

    /// What the model shows. Made off the GUI thread by layOut().
    struct Layout {
        struct Node {
            int parent = -1;
            int position = 0;
            int source = 0;
            std::size_t item = service::ImportItem::None; ///< None: the file itself
            std::vector<int> children;
        };
        service::ImportPreview preview;
        std::vector<QString> fileNames; ///< by source
        std::vector<QString> fileKinds; ///< "PKCS#12", "3 items"
        std::vector<Node> nodes;
        std::vector<int> roots;
    };

    explicit ImportModel(const base::Clock& clock, QObject* parent = nullptr);

    /// Sorts the items of a preview below their files; `paths` are the files as ImportItem::file names them.
    static std::shared_ptr<const Layout> layOut(service::ImportPreview preview, const std::vector<std::string>& paths,
                                                std::vector<QString> fileNames, std::vector<QString> fileKinds);

    /// Shows another preview. What was unticked and renamed before stays so, where it is still there.
    void setLayout(std::shared_ptr<const Layout> layout);
    const Layout& layoutOf() const noexcept { return *m_layout; }
    /// Null for a file and for an invalid index.
    const service::ImportItem* itemAt(const QModelIndex& index) const;

    /// What is ticked, with the names as edited.
    service::ImportSelection selection() const;
    int tickedCount() const noexcept { return m_tickedCount; }
    int tickedKeyCount() const noexcept { return m_tickedKeys; }

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& index) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role = Qt::EditRole) override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

Q_SIGNALS:
    /// Other things are ticked.
    void ticked();

private:
    const Layout::Node* nodeAt(const QModelIndex& index) const;
    QVariant fileData(const Layout::Node& node, int column, int role) const;
    QVariant itemData(const Layout::Node& node, int column, int role) const;
    QString stateText(const service::ImportItem& item) const;
    Qt::CheckState checkState(const Layout::Node& node) const;
    void setTicked(int node, bool isTicked);
    void count();
    static QString keyOf(const service::ImportItem& item);

    const base::Clock& m_clock;
    std::shared_ptr<const Layout> m_layout;
    std::vector<bool> m_isTicked; ///< by item
    std::vector<QString> m_names; ///< by item
    QSet<QString> m_unticked;     ///< keys of items that the person unticked
    QHash<QString, QString> m_renamed;
    int m_tickedCount = 0;
    int m_tickedKeys = 0;
};

} // namespace certwright::ui
