#include "ui/pages/handshake_model.h"

#include "ui/convert.h"
#include "ui/theme.h"

#include <QLocale>

#include <algorithm>

namespace certwright::ui {

QString elapsedText(std::chrono::microseconds time) {
    return HandshakeModel::tr("%1 ms").arg(QLocale().toString(static_cast<double>(time.count()) / 1000.0, 'f', 1));
}

void HandshakeModel::clear() {
    setMessages({});
}

void HandshakeModel::setMessages(const std::vector<tls::Message>& messages) {
    if (!messages.empty() && beginsWithShown(messages)) {
        append({messages.begin() + rowCount(), messages.end()});
        return;
    }
    beginResetModel();
    m_messages = messages;
    m_decoder = {};
    m_contexts.clear();
    noteContexts();
    endResetModel();
}

void HandshakeModel::append(const std::vector<tls::Message>& messages) {
    if (messages.empty())
        return;
    const int first = rowCount();
    beginInsertRows({}, first, first + static_cast<int>(messages.size()) - 1);
    m_messages.insert(m_messages.end(), messages.begin(), messages.end());
    noteContexts();
    endInsertRows();
}

bool HandshakeModel::beginsWithShown(const std::vector<tls::Message>& messages) const {
    return messages.size() >= m_messages.size() && std::equal(m_messages.begin(), m_messages.end(), messages.begin(),
                                                              [](const tls::Message& shown, const tls::Message& other) {
                                                                  return shown.time == other.time &&
                                                                         shown.bytes == other.bytes;
                                                              });
}

void HandshakeModel::noteContexts() {
    for (std::size_t i = m_contexts.size(); i < m_messages.size(); ++i) {
        m_decoder.note(m_messages[i]);
        m_contexts.push_back(m_decoder.context());
    }
}

std::vector<tls::wire::Field> HandshakeModel::fields(int row) const {
    return tls::MessageDecoder::decode(message(row), m_contexts.at(static_cast<std::size_t>(row)));
}

int HandshakeModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_messages.size());
}

int HandshakeModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant HandshakeModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const tls::Message& message = m_messages[static_cast<std::size_t>(index.row())];
    const bool isSent = message.direction == tls::Direction::Sent;
    if (role == Qt::BackgroundRole && message.isEncrypted)
        return Theme::instance().color(ColorRole::EncryptedBand);
    if (role == Qt::TextAlignmentRole && (index.column() == Time || index.column() == Size))
        return QVariant(Qt::AlignTrailing | Qt::AlignVCenter);
    if (role == Qt::DecorationRole && index.column() == Protection && message.isEncrypted)
        return icon(QStringLiteral("lock"));
    if (role == Qt::ForegroundRole && message.content == tls::Message::Content::Alert)
        return Theme::instance().color(State::Warning);
    if (role != Qt::DisplayRole)
        return {};
    switch (index.column()) {
    case Time:
        return elapsedText(message.time);
    case Sender:
        return isSent ? tr("→ client", "who sent a message") : tr("← server", "who sent a message");
    case Name:
        return printable(message.name());
    case Size:
        return tr("%1 B", "bytes").arg(QLocale().toString(static_cast<qulonglong>(message.length)));
    case Protection:
        return message.isEncrypted ? tr("encrypted") : tr("in clear");
    default:
        return {};
    }
}

QVariant HandshakeModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole && (section == Time || section == Size))
        return QVariant(Qt::AlignTrailing | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Time:
        return tr("Time");
    case Sender:
        return tr("From");
    case Name:
        return tr("Message");
    case Size:
        return tr("Size");
    case Protection:
        return tr("Protection");
    default:
        return {};
    }
}

} // namespace certwright::ui
