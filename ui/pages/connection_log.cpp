#include "ui/pages/connection_log.h"

#include "ui/convert.h"
#include "ui/error_text.h"
#include "ui/pages/handshake_model.h"

#include <QFontDatabase>
#include <QPlainTextEdit>
#include <QVBoxLayout>

namespace certwright::ui {

namespace {

QString lineOf(const tls::StateChange& change) {
    QString line = elapsedText(change.time).rightJustified(10) + QStringLiteral("  ") + printable(change.state);
    if (change.alert) {
        const QString name = toQString(tls::alertName(change.alert->description));
        line += QStringLiteral("  ") + (change.where == tls::StateChange::Where::AlertSent
                                            ? ConnectionLog::tr("[alert sent: %1]").arg(name)
                                            : ConnectionLog::tr("[alert received: %1]").arg(name));
    }
    return line;
}

} // namespace

ConnectionLog::ConnectionLog(QWidget* parent)
    : QWidget(parent)
    , m_text(new QPlainTextEdit(this)) {
    m_text->setObjectName(QStringLiteral("log"));
    m_text->setAccessibleName(tr("Log of the connection"));
    m_text->setReadOnly(true);
    m_text->setTabChangesFocus(true);
    m_text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_text->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_text->setPlaceholderText(tr("Connect to a server to see what happens."));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 12, 12, 12);
    column->addWidget(m_text);
}

void ConnectionLog::clear() {
    m_text->clear();
}

void ConnectionLog::append(const std::vector<tls::StateChange>& states) {
    for (const tls::StateChange& change : states)
        m_text->appendPlainText(lineOf(change));
}

void ConnectionLog::setReport(const service::ConnectionReport& report) {
    clear();
    append(report.transcript.states());
    if (report.failure)
        m_text->appendPlainText(errorReport(tr("The connection failed"), report.failure->error));
}

QString ConnectionLog::text() const {
    return m_text->toPlainText();
}

} // namespace certwright::ui
