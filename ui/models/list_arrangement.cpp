#include "ui/models/list_arrangement.h"

#include "core/base/error.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace certwright::ui {

namespace {

using Index = std::uint32_t;
constexpr Index none = ListArrangement::None;

qint64 secondsOf(base::Time time) {
    return qint64(time.time_since_epoch().count());
}

/// Parents by verified links. A chain of cross-certificates can lead round in a circle; it is cut where it closes.
std::vector<Index> parentsOf(const ListRows& rows) {
    std::vector<Index> parents(rows.size(), none);
    for (Index i = 0; i < rows.size(); ++i) {
        const ListRow& row = rows.at(i);
        if (row.issuerId == 0 || row.issuerId == row.id || row.link != store::LinkState::Verified)
            continue;
        if (const auto parent = rows.find(row.issuerId))
            parents[i] = *parent;
    }
    enum : std::uint8_t { Unseen, OnPath, Done };
    std::vector<std::uint8_t> seen(rows.size(), Unseen);
    std::vector<Index> path;
    for (Index i = 0; i < rows.size(); ++i) {
        path.clear();
        Index at = i;
        while (at != none && seen[at] == Unseen) {
            seen[at] = OnPath;
            path.push_back(at);
            at = parents[at];
        }
        if (at != none && seen[at] == OnPath)
            parents[path.back()] = none;
        for (const Index on : path)
            seen[on] = Done;
    }
    return parents;
}

/// Whether each certificate's verified links lead to a self-signed one.
std::vector<bool> rootedRows(const ListRows& rows, const std::vector<Index>& parents) {
    enum : std::uint8_t { Open, No, Yes };
    std::vector<std::uint8_t> known(rows.size(), Open);
    std::vector<Index> path;
    for (Index i = 0; i < rows.size(); ++i) {
        path.clear();
        Index at = i;
        while (known[at] == Open && parents[at] != none) {
            path.push_back(at);
            at = parents[at];
        }
        if (known[at] == Open)
            known[at] = rows.at(at).isSelfSigned ? Yes : No;
        for (const Index on : path)
            known[on] = known[at];
    }
    std::vector<bool> rooted(rows.size());
    for (Index i = 0; i < rows.size(); ++i)
        rooted[i] = known[i] == Yes;
    return rooted;
}

std::optional<ListText> textOf(ListColumn column) {
    switch (column) {
    case ListColumn::Name:
        return ListText::Name;
    case ListColumn::OtherNames:
        return ListText::OtherNames;
    case ListColumn::Key:
        return ListText::Key;
    case ListColumn::Subject:
        return ListText::Subject;
    case ListColumn::Issuer:
        return ListText::Issuer;
    case ListColumn::Serial:
        return ListText::Serial;
    case ListColumn::Fingerprint:
        return ListText::Fingerprint;
    case ListColumn::Comment:
        return ListText::Comment;
    case ListColumn::Profile:
        return ListText::Profile;
    case ListColumn::Status:
    case ListColumn::Expires:
    case ListColumn::ValidFrom:
    case ListColumn::Uses:
    case ListColumn::RevokedCount:
        break;
    }
    return {};
}

/// Order of urgency, for sorting by state.
int urgency(State state) {
    switch (state) {
    case State::Expired:
        return 0;
    case State::Expiring:
        return 1;
    case State::NotYetValid:
        return 2;
    case State::Revoked:
        return 3;
    case State::OnHold:
        return 4;
    case State::Unknown:
        return 5;
    case State::Valid:
    case State::Info:
    case State::Warning:
    case State::Error:
        break;
    }
    return 6;
}

qint64 numberOf(const ListRow& row, State state, ListColumn column) {
    switch (column) {
    case ListColumn::Status:
        return urgency(state);
    case ListColumn::ValidFrom:
        return row.from;
    case ListColumn::Uses:
    case ListColumn::RevokedCount:
        return row.count;
    default:
        return row.until;
    }
}

/// What texts are compared by, all in one block of memory: folded, in UTF-8, whose octets sort as its characters do.
class TextKeys {
public:
    struct Key {
        std::uint64_t start = 0; ///< the first eight octets as a number: they decide most comparisons
        std::size_t begin = 0;
        std::uint32_t size = 0;
        Index row = 0;
    };

    explicit TextKeys(std::size_t count) {
        m_keys.reserve(count);
        m_octets.reserve(count * 24);
    }

    void add(Index row, QByteArrayView text, bool isNumber) {
        const std::size_t begin = m_octets.size();
        if (isNumber) {
            // Of two numbers the longer is the larger.
            while (text.startsWith('0'))
                text = text.sliced(1);
            m_octets.push_back(char(std::min<qsizetype>(text.size(), 127)));
        }
        for (const char octet : text) {
            if (static_cast<unsigned char>(octet) >= 0x80) {
                const QByteArray folded = QString::fromUtf8(text).toCaseFolded().toUtf8();
                m_octets.resize(begin);
                m_octets.insert(m_octets.end(), folded.begin(), folded.end());
                break;
            }
            m_octets.push_back(octet >= 'A' && octet <= 'Z' ? char(octet - 'A' + 'a') : octet);
        }
        Key key{0, begin, std::uint32_t(m_octets.size() - begin), row};
        for (std::uint32_t i = 0; i < sizeof(key.start); ++i)
            key.start = (key.start << 8) | (i < key.size ? static_cast<unsigned char>(m_octets[begin + i]) : 0U);
        m_keys.push_back(key);
    }

    /// Sorts; equal ones keep the order of their rows.
    const std::vector<Key>& sorted(bool isDescending) {
        std::sort(m_keys.begin(), m_keys.end(), [this, isDescending](const Key& a, const Key& b) {
            const int order = compare(a, b);
            return order == 0 ? a.row < b.row : (order < 0) != isDescending;
        });
        return m_keys;
    }

private:
    int compare(const Key& a, const Key& b) const {
        if (a.start != b.start)
            return a.start < b.start ? -1 : 1;
        const int order = std::memcmp(m_octets.data() + a.begin, m_octets.data() + b.begin, std::min(a.size, b.size));
        return order != 0 ? order : int(a.size > b.size) - int(a.size < b.size);
    }

    std::vector<Key> m_keys;
    std::vector<char> m_octets;
};

/// Sorts with keys that are computed once; equal ones keep the order of their ids.
void sortRows(std::vector<Index>& order, const ListArrangement& list, const base::JobControl& control) {
    const bool isDescending = list.options.sortOrder == Qt::DescendingOrder;
    const ListRows& rows = list.rows;
    const ListColumn column = list.options.sortColumn;
    if (const auto text = textOf(column)) {
        TextKeys keys(order.size());
        for (const Index i : order)
            keys.add(i, rows.at(i).utf8(*text), column == ListColumn::Serial);
        control.throwIfStopped();
        const auto& sorted = keys.sorted(isDescending);
        std::transform(sorted.begin(), sorted.end(), order.begin(), [](const TextKeys::Key& key) { return key.row; });
        return;
    }
    struct NumberKey {
        qint64 number;
        Index row;
    };
    std::vector<NumberKey> keys;
    keys.reserve(order.size());
    for (const Index i : order)
        keys.push_back({numberOf(rows.at(i), list.states[i], column), i});
    std::sort(keys.begin(), keys.end(), [isDescending](const NumberKey& a, const NumberKey& b) {
        return a.number == b.number ? a.row < b.row : (a.number < b.number) != isDescending;
    });
    std::transform(keys.begin(), keys.end(), order.begin(), [](const NumberKey& key) { return key.row; });
}

std::vector<bool> matchingRows(const ListRows& rows, const ListOptions& options) {
    std::vector<bool> mask(rows.size(), options.matches == nullptr);
    if (options.matches != nullptr) {
        for (const store::RowId id : *options.matches) {
            if (const auto index = rows.find(id))
                mask[*index] = true;
        }
    }
    if (options.preset != ListPreset::None) {
        for (Index i = 0; i < rows.size(); ++i) {
            if (mask[i] && !isInPreset(rows.at(i), options.preset, options.now, options.warningDays))
                mask[i] = false;
        }
    }
    return mask;
}

/// Lays the rows of `order` out breadth first, so that the children of each node are neighbours.
void layOut(ListArrangement& list, const std::vector<Index>& order, const std::vector<Index>& parents,
            const std::vector<bool>& matches) {
    const std::size_t rowCount = list.rows.size();
    // Children of each row, in sorted order: a counting sort by parent.
    std::vector<Index> begin(rowCount + 1, 0);
    std::vector<Index> roots;
    for (const Index i : order) {
        if (parents[i] != none)
            ++begin[parents[i] + 1];
    }
    std::partial_sum(begin.begin(), begin.end(), begin.begin());
    std::vector<Index> children(begin.back());
    std::vector<Index> fill(begin.begin(), begin.end() - 1);
    for (const Index i : order) {
        if (parents[i] == none)
            roots.push_back(i);
        else
            children[fill[parents[i]]++] = i;
    }
    list.nodes.reserve(order.size());
    list.rootCount = Index(roots.size());
    const auto add = [&](Index row, Index parent, Index position) {
        list.nodeOfRow[row] = Index(list.nodes.size());
        list.nodes.push_back({row, parent, position, 0, 0, matches[row]});
    };
    for (Index i = 0; i < roots.size(); ++i)
        add(roots[i], none, i);
    for (Index n = 0; n < list.nodes.size(); ++n) {
        const Index row = list.nodes[n].row;
        const Index count = begin[row + 1] - begin[row];
        list.nodes[n].firstChild = Index(list.nodes.size());
        list.nodes[n].childCount = count;
        for (Index k = 0; k < count; ++k)
            add(children[begin[row] + k], n, k);
    }
}

} // namespace

void ListRows::append(std::shared_ptr<const Chunk> chunk) {
    if (chunk->empty())
        return;
    if (m_size % ChunkSize != 0)
        throw base::Error(base::ErrorKind::Internal, "a list's chunk came after its last one");
    m_size += chunk->size();
    m_chunks.push_back(std::move(chunk));
}

std::optional<std::uint32_t> ListRows::find(store::RowId id) const {
    std::size_t low = 0;
    std::size_t high = m_size;
    while (low < high) {
        const std::size_t middle = (low + high) / 2;
        if (at(middle).id < id)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < m_size && at(low).id == id)
        return std::uint32_t(low);
    return {};
}

bool ListArrangement::shows(const ListArrangement& other) const {
    return rows.isCopyOf(other.rows) && options.isTree == other.options.isTree && nodes == other.nodes &&
           states == other.states;
}

std::uint32_t ListArrangement::nodeOf(store::RowId id) const {
    const auto row = rows.find(id);
    return row ? nodeOfRow[*row] : None;
}

State stateOf(const ListRow& row, base::Time now, int warningDays) {
    if (row.revocation == store::RevocationState::Revoked)
        return State::Revoked;
    if (row.revocation == store::RevocationState::Held)
        return State::OnHold;
    const qint64 seconds = secondsOf(now);
    if (row.until != ListRow::NoTime && row.until < seconds)
        return State::Expired;
    if (row.from != ListRow::NoTime && row.from > seconds)
        return State::NotYetValid;
    if (row.until != ListRow::NoTime && row.until - seconds < qint64(warningDays) * 86400)
        return State::Expiring;
    return State::Valid;
}

bool isInPreset(const ListRow& row, ListPreset preset, base::Time now, int warningDays) {
    switch (preset) {
    case ListPreset::None:
        return true;
    case ListPreset::Expiring:
        return stateOf(row, now, warningDays) == State::Expiring;
    case ListPreset::Expired:
        return stateOf(row, now, warningDays) == State::Expired;
    case ListPreset::Revoked:
        return row.revocation != store::RevocationState::None;
    case ListPreset::NoKey:
        return row.keyId == 0;
    case ListPreset::Weak:
        return row.hasWeakKey;
    }
    return true;
}

std::shared_ptr<const ListArrangement> arrange(const ListRows& rows, store::EntryKind kind, const ListOptions& options,
                                               const base::JobControl& control) {
    auto list = std::make_shared<ListArrangement>();
    list->rows = rows;
    list->options = options;
    const bool isOfCertificates = kind == store::EntryKind::Certificate;
    list->options.isTree = options.isTree && isOfCertificates;
    list->nodeOfRow.assign(rows.size(), none);
    list->states.resize(rows.size());

    const std::vector<Index> links = isOfCertificates ? parentsOf(rows) : std::vector<Index>(rows.size(), none);
    const std::vector<bool> rooted = isOfCertificates ? rootedRows(rows, links) : std::vector<bool>(rows.size(), true);
    control.throwIfStopped();
    for (Index i = 0; i < rows.size(); ++i) {
        const ListRow& row = rows.at(i);
        const State state = stateOf(row, options.now, options.warningDays);
        const bool isInForce = state == State::Valid || state == State::Expiring;
        const bool isUnverified = kind == store::EntryKind::Crl ? row.link != store::LinkState::Verified : !rooted[i];
        list->states[i] = isInForce && isUnverified ? State::Unknown : state;
        if (isOfCertificates) {
            for (int preset = 0; preset < listPresetCount; ++preset)
                list->presetCounts[std::size_t(preset)] +=
                    isInPreset(row, ListPreset(preset), options.now, options.warningDays) ? 1 : 0;
        }
    }
    control.throwIfStopped();

    const std::vector<bool> matches = matchingRows(rows, options);
    list->matchCount = Index(std::count(matches.begin(), matches.end(), true));
    std::vector<bool> isShown = matches;
    if (list->options.isTree) {
        for (Index i = 0; i < rows.size(); ++i) {
            if (!matches[i])
                continue;
            for (Index up = links[i]; up != none && !isShown[up]; up = links[up])
                isShown[up] = true;
        }
    }
    std::vector<Index> order;
    order.reserve(rows.size());
    for (Index i = 0; i < rows.size(); ++i) {
        if (isShown[i])
            order.push_back(i);
    }
    sortRows(order, *list, control);
    control.throwIfStopped();
    layOut(*list, order, list->options.isTree ? links : std::vector<Index>(rows.size(), none), matches);
    return list;
}

} // namespace certwright::ui
