#pragma once

#include "core/x509/general_name.h"

#include <QTimer>
#include <QWidget>

#include <vector>

class QLabel;
class QPlainTextEdit;
class QTableView;

namespace certwright::ui {

class AltNameModel;
class FieldMessage;

/// Subject alternative names as people have them: one box to type or paste any list into, and beside it what each entry
/// was recognised as. The first entry that is none is said in words below.
class AltNameEdit : public QWidget {
    Q_OBJECT
public:
    explicit AltNameEdit(QWidget* parent = nullptr);

    void setText(const QString& text);
    /// One entry a line, with its type in front where it would not be recognised by itself.
    void setNames(const std::vector<x509::GeneralName>& names);
    /// The entries that are names; takes over what is just being typed.
    std::vector<x509::GeneralName> names();
    bool hasProblem();
    /// Selects the first entry that is no name.
    void focusProblem();
    /// A message from outside ("Add at least one DNS name..."), shown when no entry has a problem of its own.
    void setHint(const QString& text, bool isError);

    QPlainTextEdit* box() const noexcept { return m_box; }
    const AltNameModel* model() const noexcept { return m_model; }

Q_SIGNALS:
    /// The recognised names have changed.
    void edited();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QTableView* makeList();
    void scheduleReading();
    void read();
    void showMessage();

    QPlainTextEdit* m_box;
    AltNameModel* m_model;
    QTableView* m_list;
    QLabel* m_count;
    FieldMessage* m_message;
    QTimer m_delay;
    QString m_hint;
    bool m_isHintError = false;
};

} // namespace certwright::ui
