#pragma once

#include "core/tls/message_decoder.h"
#include "core/tls/transcript.h"

#include <QAbstractTableModel>

#include <vector>

namespace certwright::ui {

/// The messages of a handshake in order. Rows are added while the connection runs.
class HandshakeModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Time, Sender, Name, Size, Protection, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;

    void clear();
    void append(const std::vector<tls::Message>& messages);
    /// All of them: those that are here already stay, so that what is chosen stays chosen.
    void setMessages(const std::vector<tls::Message>& messages);
    const tls::Message& message(int row) const { return m_messages.at(static_cast<std::size_t>(row)); }
    /// What the message consists of; empty when its bytes were not kept.
    std::vector<tls::wire::Field> fields(int row) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    bool beginsWithShown(const std::vector<tls::Message>& messages) const;
    void noteContexts();

    std::vector<tls::Message> m_messages;
    tls::MessageDecoder m_decoder;
    std::vector<tls::wire::MessageContext> m_contexts; ///< what each was sent under
};

/// "14.2 ms"
QString elapsedText(std::chrono::microseconds time);

} // namespace certwright::ui
