#include "ui/pages/inspector_page.h"

#include "ui/convert.h"
#include "ui/pages/inspector_session.h"
#include "ui/theme.h"

#include <QTabBar>
#include <QTabWidget>
#include <QToolButton>
#include <QVBoxLayout>

namespace certwright::ui {

InspectorPage::InspectorPage(UiContext& context, QWidget* parent)
    : QWidget(parent)
    , m_context(context)
    , m_sessions(new QTabWidget(this)) {
    setObjectName(QStringLiteral("inspectorPage"));
    m_sessions->setObjectName(QStringLiteral("inspections"));
    m_sessions->setAccessibleName(tr("Connections"));
    m_sessions->setDocumentMode(true);
    m_sessions->setMovable(true);
    m_sessions->setFocusPolicy(Qt::NoFocus); // its bar has the focus
    m_sessions->tabBar()->setObjectName(QStringLiteral("inspectionsBar"));
    m_sessions->tabBar()->setAccessibleName(tr("Connections"));
    auto* add = new QToolButton(this);
    add->setObjectName(QStringLiteral("addInspection"));
    add->setIcon(icon(QStringLiteral("plus")));
    add->setAccessibleName(tr("Look at one more server"));
    add->setToolTip(tr("Look at one more server"));
    add->setAutoRaise(true);
    add->setFocusPolicy(Qt::StrongFocus);
    m_sessions->setCornerWidget(add, Qt::TopRightCorner);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_sessions);
    connect(add, &QToolButton::clicked, this, &InspectorPage::addSession);
    connect(m_sessions, &QTabWidget::tabCloseRequested, this, &InspectorPage::closeSession);
    connect(m_sessions, &QTabWidget::currentChanged, this, [this] {
        if (current() != nullptr && !current()->title().isEmpty())
            Q_EMIT titleChanged(current()->title());
    });
    makeSession(); // without the focus, which stays where the user works
}

InspectorPage::~InspectorPage() = default;

InspectorSession* InspectorPage::current() const {
    return static_cast<InspectorSession*>(m_sessions->currentWidget());
}

int InspectorPage::count() const {
    return m_sessions->count();
}

void InspectorPage::addSession() {
    makeSession();
    focusAddress();
}

void InspectorPage::makeSession() {
    auto* session = new InspectorSession(m_context);
    m_sessions->addTab(session, icon(QStringLiteral("inspect")), tr("New inspection"));
    connect(session, &InspectorSession::titleChanged, this, [this, session](const QString& title) {
        // A tab takes "&" for a mnemonic.
        m_sessions->setTabText(m_sessions->indexOf(session), QString(title).replace(u'&', QStringLiteral("&&")));
        if (session == current())
            Q_EMIT titleChanged(title);
    });
    connect(session, &InspectorSession::certificatesOpened, this, &InspectorPage::certificatesOpened);
    connect(session, &InspectorSession::replacementWanted, this, &InspectorPage::replacementWanted);
    connect(session, &InspectorSession::inspected, this, &InspectorPage::inspected);
    m_sessions->setCurrentWidget(session);
    updateTabs();
}

void InspectorPage::closeSession(int index) {
    if (count() < 2)
        return;
    QWidget* session = m_sessions->widget(index);
    m_sessions->removeTab(index);
    delete session; // ends its connection
    updateTabs();
}

/// The last one stays: a page without any would be a dead end.
void InspectorPage::updateTabs() {
    m_sessions->setTabsClosable(count() > 1);
}

void InspectorPage::focusAddress() {
    current()->focusAddress();
}

service::ConnectionReportPtr InspectorPage::report() const {
    return current()->report();
}

bool InspectorPage::isRunning() const {
    return current()->isRunning();
}

void InspectorPage::setTimeout(std::chrono::milliseconds timeout) {
    for (int i = 0; i < count(); ++i)
        static_cast<InspectorSession*>(m_sessions->widget(i))->setTimeout(timeout);
}

void InspectorPage::inspect(const QString& target) {
    current()->inspect(target);
}

void InspectorPage::cancel() {
    current()->cancel();
}

} // namespace certwright::ui
