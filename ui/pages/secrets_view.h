#pragma once

#include "core/service/inspecting.h"

#include <QTimer>
#include <QWidget>

#include <vector>

class QGridLayout;
class QLabel;
class QPushButton;

namespace certwright::ui {

class InlineBanner;

/// The values of a connection: public ones in plain, secrets masked one by one until they are revealed, and masked
/// again after 30 seconds or when the window loses the focus. Copied secrets leave the clipboard by themselves.
class SecretsView : public QWidget {
    Q_OBJECT
public:
    static constexpr int RevealSeconds = 30;

    explicit SecretsView(QWidget* parent = nullptr);

    void clear();
    /// Keeps the report as long as it is shown; text is made of a secret only while it is revealed.
    void setReport(service::ConnectionReportPtr report);
    /// What the library says it is doing now, while it runs.
    void setState(const QString& text);
    /// Masks whatever is revealed.
    void maskAll();

    int rowCount() const { return static_cast<int>(m_rows.size()); }
    /// For tests: what row `label` shows now.
    QString shownValue(const QString& label) const;

Q_SIGNALS:
    /// "Save key log..." was pressed.
    void keyLogWanted();
    /// "Save capture..." was pressed.
    void captureWanted();

protected:
    void hideEvent(QHideEvent* event) override;

private:
    struct Row {
        QString label;
        const base::Secret* secret = nullptr; ///< null: public
        base::Bytes plain;
        QLabel* value = nullptr;
        QLabel* countdown = nullptr;
        QWidget* frame = nullptr;
        QPushButton* reveal = nullptr;
        int secondsLeft = 0;
    };

    void addHeading(const QString& title, const QString& note);
    void addPublic(const QString& label, const base::Bytes& value);
    void addSecret(const QString& label, const base::Secret& secret);
    QWidget* addRow(Row row);
    void setRevealed(std::size_t row, bool isRevealed);
    /// By hand, for what is revealed and its warning.
    static void recolour(const Row& row);
    void copy(std::size_t row);
    void tick();

    service::ConnectionReportPtr m_report;
    InlineBanner* m_warning;
    QPushButton* m_save;
    QPushButton* m_saveCapture;
    QLabel* m_clipboard;
    QWidget* m_list = nullptr;
    QLabel* m_state;
    std::vector<Row> m_rows;
    QTimer m_second;
};

} // namespace certwright::ui
