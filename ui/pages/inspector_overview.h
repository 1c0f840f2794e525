#pragma once

#include "core/service/connection_inspector.h"
#include "ui/theme.h"

#include <QWidget>

class QFormLayout;
class QLabel;
class QListWidget;
class QPushButton;
class QStackedWidget;
class QVBoxLayout;

namespace certwright::ui {

/// The first answer about a connection. While it runs: the states as they come. Afterwards: a sentence as verdict, why,
/// and what was agreed upon; or, when it failed, what went wrong, what to do, and what was learnt until then.
class InspectorOverview : public QWidget {
    Q_OBJECT
public:
    explicit InspectorOverview(QWidget* parent = nullptr);

    /// Before the first connection.
    void showEmpty();
    void showStarted(const QString& target);
    void append(const service::ConnectionUpdate& update);
    void setReport(const service::ConnectionReport& report, base::Time now);

    /// Whether a store is open that could take a new certificate.
    void setReplacementPossible(bool isPossible);

    QString verdict() const;
    QString verdictDetail() const;
    /// Lines of "Why", for tests.
    QStringList reasons() const;
    /// The value beside a label of the facts; empty when there is none.
    QString fact(const QString& label) const;
    QListWidget* liveStates() const noexcept { return m_live; }

Q_SIGNALS:
    /// The user wants a certificate that can take the place of the server's.
    void replacementWanted();

private:
    QWidget* buildEmpty();
    QWidget* buildLive();
    QWidget* buildResult();
    void fillReasons(const service::ConnectionReport& report, base::Time now);
    void fillFacts(const service::ConnectionReport& report, base::Time now);
    void showVerdict(const service::ConnectionReport& report);
    void recolour();
    void addReason(int state, const QString& text, const QString& note = {});
    void addFact(const QString& label, const QString& value, bool isFixed = false);
    void addFactHeading(const QString& text);

    QStackedWidget* m_pages;
    QLabel* m_liveTitle = nullptr;
    QListWidget* m_live = nullptr;
    QWidget* m_strip = nullptr;
    QLabel* m_mark = nullptr;
    QLabel* m_verdict = nullptr;
    QLabel* m_detail = nullptr;
    QPushButton* m_replace = nullptr;
    QWidget* m_reasonArea = nullptr;
    QVBoxLayout* m_reasons = nullptr;
    QWidget* m_factArea = nullptr;
    QFormLayout* m_facts = nullptr;
    State m_state = State::Info;
};

} // namespace certwright::ui
