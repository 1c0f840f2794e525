#include "ui/models/import_model.h"

#include "ui/convert.h"
#include "ui/theme.h"

#include <QFont>
#include <QIcon>

#include <unordered_map>

namespace certwright::ui {

namespace {

using service::ImportItem;
using service::ImportState;

QString iconNameOf(const ImportItem& item) {
    switch (item.kind) {
    case store::EntryKind::Certificate:
        return !item.isCa                    ? QStringLiteral("cert")
               : item.subject == item.issuer ? QStringLiteral("ca")
                                             : QStringLiteral("subca");
    case store::EntryKind::Key:
        return QStringLiteral("key");
    case store::EntryKind::Request:
        return QStringLiteral("req");
    case store::EntryKind::Crl:
        return QStringLiteral("crl");
    }
    return {};
}

/// What the thing calls itself, not what it will be called in the store.
QString titleOf(const ImportItem& item) {
    if (item.kind == store::EntryKind::Key)
        return ImportModel::tr("Private key");
    if (const auto* data = std::get_if<std::shared_ptr<const ImportItem::CertificateData>>(&item.value)) {
        if (*data != nullptr && !(*data)->columns.commonName.empty())
            return printable((*data)->columns.commonName);
    }
    return printable(item.name);
}

QString kindTextOf(const ImportItem& item) {
    switch (item.kind) {
    case store::EntryKind::Certificate:
        return item.isCa ? ImportModel::tr("CA certificate") : ImportModel::tr("Certificate");
    case store::EntryKind::Key:
        return item.key.type.empty() ? ImportModel::tr("Private key") : keyText(item.key);
    case store::EntryKind::Request:
        return ImportModel::tr("Request");
    case store::EntryKind::Crl:
        return ImportModel::tr("Revocation list");
    }
    return {};
}

} // namespace

ImportModel::ImportModel(const base::Clock& clock, QObject* parent)
    : QAbstractItemModel(parent)
    , m_clock(clock)
    , m_layout(std::make_shared<Layout>()) {}

std::shared_ptr<const ImportModel::Layout> ImportModel::layOut(service::ImportPreview preview,
                                                               const std::vector<std::string>& paths,
                                                               std::vector<QString> fileNames,
                                                               std::vector<QString> fileKinds) {
    auto layout = std::make_shared<Layout>();
    layout->preview = std::move(preview);
    layout->fileNames = std::move(fileNames);
    layout->fileKinds = std::move(fileKinds);
    std::unordered_map<std::string, int> sources;
    for (std::size_t i = 0; i < paths.size(); ++i) {
        sources.emplace(paths[i], int(i));
        Layout::Node file;
        file.position = int(i);
        file.source = int(i);
        layout->roots.push_back(int(layout->nodes.size()));
        layout->nodes.push_back(std::move(file));
    }
    const std::vector<ImportItem>& items = layout->preview.items;
    std::vector<int> nodeOfItem(items.size(), -1);
    const auto add = [&](std::size_t item, int parent) {
        Layout::Node node;
        node.parent = parent;
        node.source = layout->nodes[std::size_t(parent)].source;
        node.item = item;
        node.position = int(layout->nodes[std::size_t(parent)].children.size());
        nodeOfItem[item] = int(layout->nodes.size());
        layout->nodes[std::size_t(parent)].children.push_back(nodeOfItem[item]);
        layout->nodes.push_back(std::move(node));
    };
    const auto sourceOf = [&](const ImportItem& item) {
        const auto found = sources.find(item.file);
        return found == sources.end() ? 0 : found->second;
    };
    // What keys may lie below comes first.
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (items[i].kind != store::EntryKind::Key)
            add(i, sourceOf(items[i]));
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (items[i].kind != store::EntryKind::Key)
            continue;
        const std::size_t match = items[i].match;
        const bool isBelow = match < items.size() && nodeOfItem[match] >= 0 && items[match].file == items[i].file;
        add(i, isBelow ? nodeOfItem[match] : sourceOf(items[i]));
    }
    return layout;
}

QString ImportModel::keyOf(const ImportItem& item) {
    return store::toString(item.kind) + item.sha256;
}

void ImportModel::setLayout(std::shared_ptr<const Layout> layout) {
    beginResetModel();
    m_layout = std::move(layout);
    const std::vector<ImportItem>& items = m_layout->preview.items;
    m_isTicked.assign(items.size(), false);
    m_names.resize(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
        m_isTicked[i] = items[i].state == ImportState::New && !m_unticked.contains(keyOf(items[i]));
        m_names[i] = m_renamed.value(keyOf(items[i]), items[i].name);
    }
    count();
    endResetModel();
    Q_EMIT ticked();
}

void ImportModel::count() {
    m_tickedCount = 0;
    m_tickedKeys = 0;
    for (std::size_t i = 0; i < m_isTicked.size(); ++i) {
        if (!m_isTicked[i])
            continue;
        ++m_tickedCount;
        if (m_layout->preview.items[i].kind == store::EntryKind::Key)
            ++m_tickedKeys;
    }
}

service::ImportSelection ImportModel::selection() const {
    service::ImportSelection result;
    for (std::size_t i = 0; i < m_isTicked.size(); ++i) {
        if (!m_isTicked[i])
            continue;
        result.items.push_back(m_layout->preview.items[i]);
        result.items.back().name = m_names[i];
    }
    return result;
}

const ImportModel::Layout::Node* ImportModel::nodeAt(const QModelIndex& index) const {
    if (!index.isValid() || index.model() != this || index.internalId() >= m_layout->nodes.size())
        return nullptr;
    return &m_layout->nodes[index.internalId()];
}

const ImportItem* ImportModel::itemAt(const QModelIndex& index) const {
    const Layout::Node* node = nodeAt(index);
    return node == nullptr || node->item == ImportItem::None ? nullptr : &m_layout->preview.items[node->item];
}

QModelIndex ImportModel::index(int row, int column, const QModelIndex& parent) const {
    if (!hasIndex(row, column, parent))
        return {};
    const Layout::Node* node = nodeAt(parent);
    const std::vector<int>& children = node == nullptr ? m_layout->roots : node->children;
    return createIndex(row, column, quintptr(children[std::size_t(row)]));
}

QModelIndex ImportModel::parent(const QModelIndex& index) const {
    const Layout::Node* node = nodeAt(index);
    if (node == nullptr || node->parent < 0)
        return {};
    return createIndex(m_layout->nodes[std::size_t(node->parent)].position, 0, quintptr(node->parent));
}

int ImportModel::rowCount(const QModelIndex& parent) const {
    if (!parent.isValid())
        return int(m_layout->roots.size());
    const Layout::Node* node = nodeAt(parent);
    return node == nullptr || parent.column() != 0 ? 0 : int(node->children.size());
}

int ImportModel::columnCount(const QModelIndex& parent) const {
    return parent.column() > 0 ? 0 : int(ColumnCount);
}

QString ImportModel::stateText(const ImportItem& item) const {
    const std::vector<ImportItem>& items = m_layout->preview.items;
    switch (item.state) {
    case ImportState::New:
        break;
    case ImportState::Present:
        return item.storedName.isEmpty() || item.storedName == item.name
                   ? tr("In the store already")
                   : tr("In the store already as %1").arg(printable(item.storedName));
    case ImportState::Repeated:
        return tr("Stands in this import already");
    case ImportState::Locked:
        return tr("Locked: give its passphrase");
    case ImportState::Unusable:
        return item.problem.isEmpty() ? tr("Cannot be used") : printable(item.problem);
    }
    if (item.kind == store::EntryKind::Key) {
        if (item.match < items.size())
            return tr("New, belongs to %1").arg(printable(items[item.match].name));
        return item.matchesStored ? tr("New, belongs to a certificate of the store") : tr("New, no certificate here");
    }
    if (item.match < items.size())
        return tr("New, with its key");
    if (item.matchesStored)
        return tr("New, its key is in the store");
    return tr("New");
}

Qt::CheckState ImportModel::checkState(const Layout::Node& node) const {
    if (node.item != ImportItem::None)
        return m_isTicked[node.item] ? Qt::Checked : Qt::Unchecked;
    // A file: over all that lies in it, keys below certificates too.
    int all = 0;
    int on = 0;
    const auto visit = [&](const auto& self, const Layout::Node& at) -> void {
        for (const int child : at.children) {
            const Layout::Node& below = m_layout->nodes[std::size_t(child)];
            ++all;
            on += m_isTicked[below.item] ? 1 : 0;
            self(self, below);
        }
    };
    visit(visit, node);
    return on == 0 ? Qt::Unchecked : on == all ? Qt::Checked : Qt::PartiallyChecked;
}

QVariant ImportModel::fileData(const Layout::Node& node, int column, int role) const {
    if (role == Qt::DisplayRole && column == ItemColumn)
        return m_layout->fileNames[std::size_t(node.source)];
    if (role == Qt::DisplayRole && column == KindColumn)
        return m_layout->fileKinds[std::size_t(node.source)];
    if (role == Qt::DecorationRole && column == ItemColumn)
        return icon(QStringLiteral("file"));
    if (role == Qt::CheckStateRole && column == ItemColumn && !node.children.empty())
        return checkState(node);
    if (role == Qt::FontRole && column == ItemColumn) {
        QFont bold;
        bold.setBold(true);
        return bold;
    }
    return {};
}

QVariant ImportModel::itemData(const Layout::Node& node, int column, int role) const {
    const ImportItem& item = m_layout->preview.items[node.item];
    switch (role) {
    case Qt::DisplayRole:
    case Qt::EditRole:
        switch (column) {
        case ItemColumn:
            return titleOf(item);
        case KindColumn:
            return kindTextOf(item);
        case NameColumn:
            return role == Qt::EditRole ? m_names[node.item] : printable(m_names[node.item]);
        case ExpiresColumn:
            return item.notAfter ? dateText(*item.notAfter) : QStringLiteral("\u2013");
        default:
            return stateText(item);
        }
    case Qt::ToolTipRole:
        return column == ItemColumn ? QVariant(toolTipText(printable(item.subject))) : QVariant();
    case Qt::DecorationRole:
        if (column == ItemColumn)
            return icon(iconNameOf(item));
        if (column == StateColumn && item.state != ImportState::New)
            return stateIcon(item.state == ImportState::Present || item.state == ImportState::Repeated
                                 ? State::Info
                                 : State::Warning);
        if (column == StateColumn && item.kind != store::EntryKind::Key &&
            (item.match != ImportItem::None || item.matchesStored))
            return icon(QStringLiteral("key"));
        return {};
    case Qt::CheckStateRole:
        return column == ItemColumn ? QVariant(checkState(node)) : QVariant();
    case StateRole:
        return column == StateColumn && (item.state == ImportState::Locked || item.state == ImportState::Unusable)
                   ? QVariant(int(State::Warning))
                   : QVariant();
    case SecondaryRole:
        return column == ExpiresColumn && item.notAfter ? relativeText(*item.notAfter, m_clock.now()) : QVariant();
    default:
        return {};
    }
}

QVariant ImportModel::data(const QModelIndex& index, int role) const {
    const Layout::Node* node = nodeAt(index);
    if (node == nullptr)
        return {};
    if (role == SourceRole)
        return node->source;
    return node->item == ImportItem::None ? fileData(*node, index.column(), role)
                                          : itemData(*node, index.column(), role);
}

void ImportModel::setTicked(int at, bool isTicked) {
    const Layout::Node& node = m_layout->nodes[std::size_t(at)];
    if (node.item != ImportItem::None && m_layout->preview.items[node.item].state == ImportState::New) {
        m_isTicked[node.item] = isTicked;
        const QString key = keyOf(m_layout->preview.items[node.item]);
        if (isTicked)
            m_unticked.remove(key);
        else
            m_unticked.insert(key);
    }
    if (node.item == ImportItem::None) {
        const auto visit = [this, isTicked](const auto& self, const Layout::Node& up) -> void {
            for (const int child : up.children) {
                const Layout::Node& below = m_layout->nodes[std::size_t(child)];
                setTicked(child, isTicked);
                self(self, below);
            }
        };
        visit(visit, node);
    }
}

bool ImportModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    const Layout::Node* node = nodeAt(index);
    if (node == nullptr)
        return false;
    if (role == Qt::CheckStateRole && index.column() == ItemColumn) {
        setTicked(int(index.internalId()), value.toInt() != Qt::Unchecked);
        count();
        // The file's own box depends on all in it, and the other way round.
        QModelIndex file = index;
        while (file.parent().isValid())
            file = file.parent();
        Q_EMIT dataChanged(file, file, {Qt::CheckStateRole});
        Q_EMIT dataChanged(index, index, {Qt::CheckStateRole});
        if (node->item == ImportItem::None && !node->children.empty())
            Q_EMIT dataChanged(this->index(0, 0, index), this->index(rowCount(index) - 1, 0, index),
                               {Qt::CheckStateRole});
        Q_EMIT ticked();
        return true;
    }
    if (role == Qt::EditRole && index.column() == NameColumn && node->item != ImportItem::None) {
        const QString name = value.toString().trimmed();
        if (name.isEmpty())
            return false;
        m_names[node->item] = name;
        m_renamed.insert(keyOf(m_layout->preview.items[node->item]), name);
        Q_EMIT dataChanged(index, index);
        return true;
    }
    return false;
}

Qt::ItemFlags ImportModel::flags(const QModelIndex& index) const {
    const Layout::Node* node = nodeAt(index);
    if (node == nullptr)
        return Qt::NoItemFlags;
    Qt::ItemFlags result = Qt::ItemIsSelectable | Qt::ItemIsEnabled;
    const bool isNew = node->item != ImportItem::None && m_layout->preview.items[node->item].state == ImportState::New;
    if (index.column() == ItemColumn && (isNew || (node->item == ImportItem::None && !node->children.empty())))
        result |= Qt::ItemIsUserCheckable;
    if (index.column() == NameColumn && isNew)
        result |= Qt::ItemIsEditable;
    return result;
}

QVariant ImportModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case ItemColumn:
        return tr("Item");
    case KindColumn:
        return tr("Kind");
    case NameColumn:
        return tr("Name in the store");
    case ExpiresColumn:
        return tr("Expires");
    case StateColumn:
        return tr("State");
    default:
        return {};
    }
}

} // namespace certwright::ui
