#include "ui/views/welcome_page.h"

#include "ui/convert.h"
#include "ui/settings.h"
#include "ui/theme.h"
#include "ui/views/command_button.h"
#include "ui/views/link_button.h"
#include "ui/widgets/label_style.h"

#include <QDir>
#include <QFileInfo>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

namespace certwright::ui {

namespace {

QLabel* makeLabel(const QString& text, QWidget* parent, bool isSecondary) {
    if (isSecondary)
        return makeSecondaryLabel(text, parent);
    auto* label = new QLabel(text, parent);
    label->setTextFormat(Qt::PlainText);
    return label;
}

/// "~/pki" for a folder below the home folder.
QString shortPath(const QString& path) {
    const QString home = QDir::homePath();
    return path == home || path.startsWith(home + QLatin1Char('/')) ? QLatin1Char('~') + path.mid(home.size()) : path;
}

} // namespace

WelcomePage::WelcomePage(Settings& settings, QWidget* parent)
    : QScrollArea(parent)
    , m_settings(settings) {
    setObjectName(QStringLiteral("welcomePage"));
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setFocusPolicy(Qt::NoFocus);
    setBackgroundRole(QPalette::Base);

    auto* page = new QWidget;
    auto* middle = new QWidget(page);
    middle->setMaximumWidth(fontMetrics().averageCharWidth() * 150);
    auto* columns = new QHBoxLayout;
    columns->setSpacing(16);
    columns->addWidget(buildCommands(), 5);
    m_recentPanel = buildRecent();
    columns->addWidget(m_recentPanel, 4);
    auto* content = new QVBoxLayout(middle);
    content->setContentsMargins(16, 16, 16, 16);
    content->setSpacing(12);
    content->addWidget(buildHead());
    content->addSpacing(12);
    content->addLayout(columns);
    content->addSpacing(12);
    QLabel* hint = makeLabel(tr("Or drop files anywhere in this window, or paste PEM text or a host:port with Ctrl+V."),
                             middle, true);
    hint->setAlignment(Qt::AlignCenter);
    hint->setWordWrap(true);
    content->addWidget(hint);

    auto* outer = new QHBoxLayout(page);
    outer->setContentsMargins(16, 16, 16, 16);
    outer->addStretch(1);
    outer->addWidget(middle, 20, Qt::AlignVCenter);
    outer->addStretch(1);
    setWidget(page);
    viewport()->setAutoFillBackground(true);
    page->setAutoFillBackground(false);
    refreshRecent();
}

QWidget* WelcomePage::buildHead() {
    auto* head = new QWidget;
    auto* picture = new QLabel(head);
    picture->setPixmap(icon(QStringLiteral("app")).pixmap(QSize(64, 64), devicePixelRatioF()));
    QLabel* title = makeLabel(tr("Certwright"), head, false);
    title->setFont(Theme::instance().headingFont(22.0 / 13.0));
    auto* texts = new QVBoxLayout;
    texts->setSpacing(4);
    texts->addStretch(1);
    texts->addWidget(title);
    texts->addWidget(makeLabel(tr("Create certificates, inspect TLS servers"), head, true));
    texts->addStretch(1);
    auto* layout = new QHBoxLayout(head);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(16);
    layout->addWidget(picture);
    layout->addLayout(texts, 1);
    return head;
}

QWidget* WelcomePage::buildCommands() {
    auto* panel = new QWidget;
    auto* layout = new QVBoxLayout(panel);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    const auto add = [&](const QString& name, const QString& title, const QString& text, const QString& iconName,
                         void (WelcomePage::*signal)()) {
        auto* button = new CommandButton(title, text, iconName, panel);
        button->setObjectName(name);
        connect(button, &QPushButton::clicked, this, signal);
        layout->addWidget(button);
        return button;
    };
    add(QStringLiteral("welcomeCreate"), tr("&Create a store\u2026"),
        tr("A file for your CAs, certificates and encrypted keys"), QStringLiteral("plus"), &WelcomePage::createWanted)
        ->setProminent(true);
    add(QStringLiteral("welcomeOpen"), tr("&Open a store\u2026"), tr("A Certwright store made before"),
        QStringLiteral("folder"), &WelcomePage::openWanted);
    add(QStringLiteral("welcomeFile"), tr("Open a file to &look at it\u2026"),
        tr("Certificate, request, CRL, key or PKCS#12. Needs no store"), QStringLiteral("file"),
        &WelcomePage::fileWanted);
    add(QStringLiteral("welcomeInspect"), tr("&Inspect a TLS server\u2026"),
        tr("Handshake, versions, ciphers, chain. Needs no store"), QStringLiteral("inspect"),
        &WelcomePage::inspectWanted);
    layout->addStretch(1);
    return panel;
}

QWidget* WelcomePage::buildRecent() {
    auto* panel = new QFrame;
    panel->setFrameShape(QFrame::StyledPanel);
    auto* layout = new QVBoxLayout(panel);
    layout->setContentsMargins(1, 1, 1, 1);
    layout->setSpacing(0);
    auto* head = new QHBoxLayout;
    head->setContentsMargins(12, 8, 12, 8);
    QLabel* title = makeLabel(tr("Recent stores"), panel, false);
    QFont bold = title->font();
    bold.setBold(true);
    title->setFont(bold);
    head->addWidget(title, 1);
    auto* clear = new LinkButton(tr("Clear"), panel);
    clear->setObjectName(QStringLiteral("clearRecent"));
    clear->setAccessibleName(tr("Forget the recent stores that are not pinned"));
    connect(clear, &QPushButton::clicked, this, [this] {
        m_settings.clearRecentStores();
        refreshRecent();
    });
    head->addWidget(clear);
    layout->addLayout(head);
    m_recent = new QVBoxLayout;
    m_recent->setContentsMargins(0, 0, 0, 0);
    m_recent->setSpacing(0);
    layout->addLayout(m_recent);
    layout->addStretch(1);
    return panel;
}

void WelcomePage::refreshRecent() {
    while (QLayoutItem* item = m_recent->takeAt(0)) {
        // Later: it may be the row whose own button led here.
        if (item->widget() != nullptr) {
            item->widget()->hide();
            item->widget()->deleteLater();
        }
        delete item;
    }
    const std::vector<RecentStore> stores = m_settings.recentStores();
    for (const RecentStore& store : stores)
        addRecentRow(store.path, dateText(toTime(store.lastOpened)), store.isPinned);
    m_recentPanel->setVisible(!stores.empty());
}

void WelcomePage::addRecentRow(const QString& path, const QString& when, bool isPinned) {
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 8, 0);
    layout->setSpacing(8);
    const QFileInfo info(path);
    auto* open = new CommandButton(printable(info.fileName()), shortPath(printable(info.absolutePath())),
                                   QStringLiteral("folder"), row);
    open->setObjectName(QStringLiteral("recentStore"));
    open->setCompact(true);
    open->setToolTip(toolTipText(printable(path)));
    open->setAccessibleName(tr("Open the store %1").arg(printable(info.fileName())));
    connect(open, &QPushButton::clicked, this, [this, path] { Q_EMIT recentWanted(path); });
    layout->addWidget(open, 1);
    layout->addWidget(makeLabel(when, row, true));
    auto* pin = new QToolButton(row);
    pin->setObjectName(QStringLiteral("pinStore"));
    pin->setAutoRaise(true);
    pin->setCheckable(true);
    pin->setChecked(isPinned);
    pin->setIcon(icon(QStringLiteral("pin")));
    pin->setToolTip(isPinned ? tr("Do not keep it at the top") : tr("Keep it at the top"));
    pin->setAccessibleName(tr("Pin the store %1").arg(printable(info.fileName())));
    connect(pin, &QToolButton::toggled, this, [this, path](bool isOn) {
        m_settings.setRecentStorePinned(path, isOn);
        refreshRecent();
    });
    layout->addWidget(pin);
    m_recent->addWidget(row);
}

} // namespace certwright::ui
