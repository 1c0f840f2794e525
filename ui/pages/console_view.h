#pragma once

#include "core/base/bytes.h"
#include "core/service/inspecting.h"
#include "core/tls/transcript.h"

#include <QString>
#include <QWidget>

#include <cstddef>
#include <deque>

class QComboBox;
class QLabel;
class QPlainTextEdit;
class QPushButton;
class QStackedWidget;

namespace certwright::ui {

class FieldMessage;

/// Talks over a connection that is kept open: what was sent and received, as text or hexadecimal, and a field to send
/// from. While there is none it offers to connect. Knows nothing of connections; what is to be done goes out by
/// signals.
class ConsoleView : public QWidget {
    Q_OBJECT
public:
    /// Octets of both directions that are kept; older ones go.
    static constexpr std::size_t MaximumKept = std::size_t{1} << 20U;
    /// Octets of one piece that are shown; the rest is counted.
    static constexpr std::size_t MaximumShown = 16384;

    explicit ConsoleView(QWidget* parent = nullptr);

    void clear();
    /// Whether data may flow now. `isTls13` decides between renegotiation and a change of keys.
    void setOpen(bool isOpen, bool isTls13 = false);
    /// Why nothing can be sent now, or how the connection ended.
    void setState(const QString& text);
    /// How it came to an end; nothing for one that was not open.
    void showEnd(const service::ConnectionReport& report);
    /// For the template of a request.
    void setHost(const QString& host) { m_host = host; }
    void addReceived(const base::Bytes& bytes);
    /// Octets that were to be sent but not taken, too much waiting.
    void addRefused(std::size_t octets);
    void setPending(std::size_t octets);
    QString shownText() const;

Q_SIGNALS:
    void connectWanted();
    void sendWanted(const certwright::base::Bytes& data);
    void renegotiationWanted();
    void closingWanted();

private:
    struct Piece {
        tls::Direction direction;
        base::Bytes bytes;
    };

    QWidget* buildInput();
    void send();
    void insertRequest();
    void add(Piece piece);
    void show(const Piece& piece);
    void showAll();
    bool isHex() const;

    QLabel* m_state;
    QLabel* m_pending;
    QPushButton* m_connect;
    QPushButton* m_renegotiate;
    QPushButton* m_close;
    QComboBox* m_format;
    QPlainTextEdit* m_output;
    QPlainTextEdit* m_input = nullptr;
    QComboBox* m_lineEnd = nullptr;
    QPushButton* m_send = nullptr;
    QPushButton* m_request = nullptr;
    FieldMessage* m_message = nullptr;
    std::deque<Piece> m_pieces;
    std::size_t m_kept = 0;
    QString m_host;
    bool m_isOpen = false;
};

} // namespace certwright::ui
