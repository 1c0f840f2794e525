#pragma once

#include <QString>
#include <QWidget>

class QLabel;
class QLineEdit;
class QMenu;
class QPushButton;
class QToolButton;

namespace certwright::ui {

class FieldMessage;
class Settings;

/// Where a server is typed, chosen from those looked at before, and where an inspection is started and stopped.
class InspectorAddressBar : public QWidget {
    Q_OBJECT
public:
    explicit InspectorAddressBar(Settings& settings, QWidget* parent = nullptr);

    QString text() const;
    void setText(const QString& text);
    void focusField();
    FieldMessage& message() const noexcept { return *m_message; }
    void setRunning(bool isRunning);
    void setOptionsShown(bool areShown);
    /// The options that differ from the usual ones, in words; empty: none do.
    void setOptionsSummary(const QString& text);
    /// For the history.
    void noteTarget(const QString& target);

Q_SIGNALS:
    void startWanted(const QString& target);
    void cancelWanted();
    void optionsToggled(bool areShown);

private:
    void fillHistory();

    Settings& m_settings;
    QLineEdit* m_field;
    QToolButton* m_history;
    QMenu* m_menu;
    QPushButton* m_options;
    QPushButton* m_go;
    QPushButton* m_stop;
    FieldMessage* m_message;
    QLabel* m_summary;
    QString m_target; ///< that was looked at last
};

} // namespace certwright::ui
