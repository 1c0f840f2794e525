#include "ui/views/viewer_window.h"

#include "ui/convert.h"
#include "ui/error_text.h"
#include "ui/settings.h"
#include "ui/theme.h"
#include "ui/ui_context.h"
#include "ui/views/details_view.h"
#include "ui/views/elided_label.h"
#include "ui/views/facts_view.h"
#include "ui/views/state_label.h"
#include "ui/widgets/inline_banner.h"
#include "ui/widgets/passphrase_edit.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScreen>
#include <QSplitter>
#include <QTabWidget>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace certwright::ui {

namespace {

constexpr int placeRole = Qt::UserRole + 1;

} // namespace

ViewerWindow::ViewerWindow(UiContext& context, std::vector<ContentSource> sources, QWidget* parent)
    : QWidget(parent, Qt::Window)
    , m_context(context)
    , m_sources(std::move(sources))
    , m_banner(new InlineBanner(this))
    , m_tree(new QTreeWidget(this))
    , m_tabs(new QTabWidget(this))
    , m_facts(new FactsView(this))
    , m_details(new DetailsView(this))
    , m_pem(new QPlainTextEdit(this)) {
    build();
    setWindowTitle(m_sources.size() == 1 ? tr("%1 - Certwright").arg(printable(m_sources.front().name))
                                         : tr("%1 files - Certwright").arg(m_sources.size()));
    read();
}

ViewerWindow::ViewerWindow(UiContext& context, ContentsPtr contents, const QString& title, QWidget* parent)
    : QWidget(parent, Qt::Window)
    , m_context(context)
    , m_banner(new InlineBanner(this))
    , m_tree(new QTreeWidget(this))
    , m_tabs(new QTabWidget(this))
    , m_facts(new FactsView(this))
    , m_details(new DetailsView(this))
    , m_pem(new QPlainTextEdit(this)) {
    build();
    setWindowTitle(tr("%1 - Certwright").arg(printable(title)));
    m_import->hide();
    ContentSource source;
    source.name = title;
    m_sources.push_back(std::move(source));
    showContents({std::move(contents)});
}

ViewerWindow::~ViewerWindow() = default;

void ViewerWindow::build() {
    setObjectName(QStringLiteral("viewerWindow"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowIcon(icon(QStringLiteral("app")));
    m_tree->setObjectName(QStringLiteral("contents"));
    m_tree->setAccessibleName(tr("What was found"));
    m_tree->setHeaderLabels({tr("Item"), tr("Kind")});
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->setUniformRowHeights(true);
    m_tree->setAllColumnsShowFocus(true);
    m_pem->setObjectName(QStringLiteral("pem"));
    m_pem->setAccessibleName(tr("PEM text"));
    m_pem->setReadOnly(true);
    m_pem->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_pem->setFrameShape(QFrame::NoFrame);
    m_pem->setFont(Theme::instance().fixedFont());
    m_tabs->setObjectName(QStringLiteral("tabs"));
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(m_facts, tr("&General"));
    m_tabs->addTab(m_details, tr("&Details"));
    m_tabs->addTab(m_pem, tr("PE&M"));
    m_tabs->tabBar()->setAccessibleName(tr("Views"));

    auto* right = new QWidget(this);
    auto* rightLayout = new QVBoxLayout(right);
    rightLayout->setContentsMargins(0, 0, 0, 0);
    rightLayout->setSpacing(0);
    rightLayout->addWidget(m_tabs, 1);
    auto* splitter = new QSplitter(this);
    splitter->addWidget(m_tree);
    splitter->addWidget(right);
    splitter->setStretchFactor(1, 1);
    splitter->setChildrenCollapsible(false);
    splitter->setSizes({280, 560});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(buildHeader());
    layout->addWidget(m_banner);
    layout->addWidget(buildPassphraseStrip());
    layout->addWidget(splitter, 1);
    m_tree->hide();
    resize(fontMetrics().averageCharWidth() * 140, fontMetrics().height() * 42);
    placeOverParent();
    connect(m_tree, &QTreeWidget::currentItemChanged, this, &ViewerWindow::showSelected);
    // What was coloured by hand follows the theme.
    connect(&Theme::instance(), &Theme::changed, this, &ViewerWindow::showSelected);
}

void ViewerWindow::placeOverParent() {
    if (parentWidget() == nullptr)
        return;
    // Whole on the screen; several of them one below the other's title.
    const QRect area = parentWidget()->screen()->availableGeometry().adjusted(0, 32, -8, -8);
    const auto others = parentWidget()->findChildren<ViewerWindow*>(QString(), Qt::FindDirectChildrenOnly).size() - 1;
    QRect place(QPoint(), size().boundedTo(area.size()));
    place.moveCenter(parentWidget()->geometry().center());
    place.translate(QPoint(24, 24) * int(others % 8));
    place.moveRight(std::min(place.right(), area.right()));
    place.moveBottom(std::min(place.bottom(), area.bottom()));
    place.moveLeft(std::max(place.left(), area.left()));
    place.moveTop(std::max(place.top(), area.top()));
    setGeometry(place);
}

QWidget* ViewerWindow::buildHeader() {
    auto* header = new QWidget(this);
    header->setAutoFillBackground(true);
    header->setBackgroundRole(QPalette::Base);
    m_icon = new QLabel(header);
    m_title = new ElidedLabel({}, header);
    m_title->setObjectName(QStringLiteral("title"));
    m_title->setFont(Theme::instance().headingFont());
    m_state = new StateLabel(header);
    m_state->setObjectName(QStringLiteral("state"));
    m_copyPem = new QPushButton(icon(QStringLiteral("copy")), tr("&Copy PEM"), header);
    m_copyPem->setObjectName(QStringLiteral("copyPem"));
    m_copyPem->setAutoDefault(false);
    m_copyPem->setEnabled(false);
    m_import = new QPushButton(icon(QStringLiteral("import")), tr("&Import\u2026"), header);
    m_import->setObjectName(QStringLiteral("import"));
    m_import->setAutoDefault(false);
    auto* texts = new QVBoxLayout;
    texts->setSpacing(2);
    texts->addWidget(m_title);
    texts->addWidget(m_state);
    auto* layout = new QHBoxLayout(header);
    layout->setContentsMargins(16, 12, 16, 12);
    layout->setSpacing(12);
    layout->addWidget(m_icon);
    layout->addLayout(texts, 1);
    layout->addWidget(m_copyPem);
    layout->addWidget(m_import);
    connect(m_copyPem, &QPushButton::clicked, this, &ViewerWindow::copyPem);
    connect(m_import, &QPushButton::clicked, this, [this] { Q_EMIT importWanted(m_sources); });
    return header;
}

QWidget* ViewerWindow::buildPassphraseStrip() {
    m_passphraseStrip = new QWidget(this);
    m_passphraseLabel = new QLabel(m_passphraseStrip);
    m_passphraseLabel->setTextFormat(Qt::PlainText);
    m_passphrase = new PassphraseEdit(PassphraseEdit::Mode::Enter, m_passphraseStrip);
    m_passphrase->setFieldName(tr("Passphrase of the file"));
    m_passphraseLabel->setBuddy(m_passphrase->field());
    m_passphraseLabel->setFixedHeight(m_passphrase->field()->sizeHint().height());
    m_passphraseOpen = new QPushButton(tr("&Open"), m_passphraseStrip);
    m_passphraseOpen->setObjectName(QStringLiteral("openLocked"));
    m_passphraseOpen->setDefault(true);
    auto* layout = new QHBoxLayout(m_passphraseStrip);
    layout->setContentsMargins(16, 8, 16, 8);
    layout->addWidget(m_passphraseLabel, 0, Qt::AlignTop);
    layout->addWidget(m_passphrase, 1, Qt::AlignTop);
    layout->addWidget(m_passphraseOpen, 0, Qt::AlignTop);
    connect(m_passphraseOpen, &QPushButton::clicked, this, &ViewerWindow::givePassphrase);
    connect(m_passphrase, &PassphraseEdit::submitted, this, &ViewerWindow::givePassphrase);
    m_passphraseStrip->hide();
    return m_passphraseStrip;
}

void ViewerWindow::read() {
    m_state->setState(State::Info, tr("Reading\u2026"));
    m_passphraseOpen->setEnabled(false);
    readSources(m_context.jobs, m_sources, tr("Reading files"), this,
                [this](base::Outcome<std::vector<ContentsPtr>> outcome) {
                    m_passphraseOpen->setEnabled(true);
                    if (outcome)
                        showContents(std::move(*outcome));
                    else
                        m_banner->showMessage(InlineBanner::Severity::Error, tr("The files were not read"),
                                              errorLine(outcome.error()));
                });
}

void ViewerWindow::addItem(QTreeWidgetItem* parent, std::size_t source, const formats::Item& item) {
    auto* entry = new QTreeWidgetItem(parent, {itemTitle(item), itemKindText(item)});
    entry->setIcon(0, icon(itemIconName(item)));
    entry->setToolTip(0, toolTipText(entry->text(0)));
    entry->setData(0, placeRole, qulonglong(m_places.size()));
    m_places.push_back({source, &item});
    if (const auto* parts = formats::partsOf(item)) {
        for (const formats::Item& inner : *parts)
            addItem(entry, source, inner);
    }
}

void ViewerWindow::showContents(std::vector<ContentsPtr> contents) {
    const QSignalBlocker blocker(m_tree);
    m_tree->clear();
    m_places.clear();
    m_contents = std::move(contents);
    QTreeWidgetItem* first = nullptr;
    for (std::size_t i = 0; i < m_contents.size(); ++i) {
        QTreeWidgetItem* parent = m_tree->invisibleRootItem();
        if (m_contents.size() > 1) {
            parent = new QTreeWidgetItem(m_tree, {printable(m_sources[i].name), tr("File")});
            parent->setIcon(0, icon(QStringLiteral("file")));
            parent->setData(0, placeRole, qulonglong(m_places.size()));
            m_places.push_back({i, nullptr});
        }
        for (const formats::Item& item : m_contents[i]->items)
            addItem(parent, i, item);
        if (first == nullptr && !m_contents[i]->items.empty())
            first = parent->child(0);
    }
    m_tree->expandAll();
    m_tree->setVisible(m_places.size() > 1);
    m_import->setEnabled(
        std::any_of(m_contents.begin(), m_contents.end(), [](const ContentsPtr& one) { return !one->items.empty(); }));
    m_tree->header()->setStretchLastSection(false);
    m_tree->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_tree->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    // Of a container that is open the leaf certificate is what people want to see.
    if (first != nullptr && first->childCount() > 0 && !formats::hasLockedParts(*m_contents.front()))
        first = first->child(0);
    m_tree->setCurrentItem(first != nullptr ? first : m_tree->topLevelItem(0));
    showSelected();
    Q_EMIT contentsShown();
}

std::optional<ViewerWindow::Place> ViewerWindow::currentPlace() const {
    const QTreeWidgetItem* entry = m_tree->currentItem();
    if (entry == nullptr)
        return {};
    return m_places.at(std::size_t(entry->data(0, placeRole).toULongLong()));
}

void ViewerWindow::showFile(std::size_t source) {
    m_description.reset();
    const QString name = printable(m_sources[source].name);
    m_icon->setPixmap(icon(QStringLiteral("file")).pixmap(QSize(32, 32), devicePixelRatioF()));
    m_title->setText(name);
    const std::size_t count = source < m_contents.size() ? m_contents[source]->items.size() : 0;
    const std::optional<base::Error> error = source < m_contents.size() ? m_contents[source]->error : std::nullopt;
    const bool isUnread = error && (error->kind() == base::ErrorKind::Io || error->kind() == base::ErrorKind::NotFound);
    m_state->setState(count == 0 ? State::Error : State::Info,
                      isUnread     ? tr("Not read")
                      : count == 0 ? tr("Nothing that this program knows was found in it")
                      : count == 1 ? tr("1 item")
                                   : tr("%1 items").arg(count));
    m_facts->showNote({});
    m_details->setDetails({});
    m_pem->clear();
    m_copyPem->setEnabled(false);
    Q_EMIT itemShown();
}

void ViewerWindow::showSelected() {
    const std::optional<Place> place = currentPlace();
    const std::size_t source = place ? place->source : 0;
    if (m_contents.empty())
        return;
    const QString problem = contentsProblem(*m_contents[source]);
    if (problem.isEmpty())
        m_banner->hide();
    else
        m_banner->showMessage(InlineBanner::Severity::Error,
                              m_contents[source]->items.empty()
                                  ? tr("%1 could not be read").arg(printable(m_sources[source].name))
                                  : tr("%1 was read only in part").arg(printable(m_sources[source].name)),
                              problem);
    updatePassphraseStrip(source);
    if (!place || place->item == nullptr) {
        showFile(source);
        return;
    }
    using Result = std::shared_ptr<const ItemDescription>;
    m_context.jobs.run<Result>(
        {}, this,
        [contents = m_contents[source], item = place->item, now = m_context.clock.now(),
         days = m_context.settings.expiryWarningDays()](const base::JobControl&) -> Result {
            return std::make_shared<const ItemDescription>(describeItem(*item, now, days));
        },
        [this, generation = ++m_generation](base::Outcome<Result> outcome) {
            if (generation != m_generation)
                return;
            if (outcome)
                showDescription(std::move(*outcome));
            else
                m_banner->showMessage(InlineBanner::Severity::Error, tr("It could not be shown"),
                                      errorLine(outcome.error()));
        });
}

void ViewerWindow::showDescription(std::shared_ptr<const ItemDescription> description) {
    m_description = std::move(description);
    const EntryFacts& facts = m_description->facts;
    m_icon->setPixmap(icon(m_description->iconName).pixmap(QSize(32, 32), devicePixelRatioF()));
    m_title->setText(facts.title);
    m_state->setState(facts.headline.isEmpty() ? State::Info : facts.state,
                      facts.headline.isEmpty() ? facts.subtitle : facts.headline);
    m_facts->showFacts(facts, m_context.clock.now(), false);
    m_details->setDetails(m_description->details);
    m_pem->setPlainText(m_description->pem);
    m_copyPem->setEnabled(!m_description->pem.isEmpty());
    m_copyPem->setText(m_description->isPemOfPublicHalf ? tr("&Copy public key") : tr("&Copy PEM"));
    m_tabs->setTabEnabled(1, !m_description->details.empty());
    m_tabs->setTabEnabled(2, !m_description->pem.isEmpty());
    Q_EMIT itemShown();
}

void ViewerWindow::updatePassphraseStrip(std::size_t source) {
    const bool isLocked = formats::hasLockedParts(*m_contents[source]);
    const bool wasOther = m_passphraseSource != source;
    m_passphraseStrip->setVisible(isLocked);
    if (!isLocked) {
        m_passphrase->clear();
        m_passphraseSource.reset();
        return;
    }
    m_passphraseLabel->setText(
        tr("&Passphrase of %1:").arg(printable(m_sources[source].name).replace(QLatin1Char('&'), QLatin1String("&&"))));
    if (wasOther)
        m_passphrase->clear();
    m_passphraseSource = source;
    m_passphrase->field()->setFocus();
}

void ViewerWindow::givePassphrase() {
    if (!m_passphraseSource || !m_passphraseOpen->isEnabled() || !m_passphrase->validate())
        return;
    const std::size_t which = *m_passphraseSource;
    const std::size_t locked = lockedPartCount(*m_contents[which]);
    m_sources[which].passphrases.push_back(std::make_shared<const base::Secret>(m_passphrase->takeSecret()));
    connect(
        this, &ViewerWindow::contentsShown, this,
        [this, which, locked] {
            if (lockedPartCount(*m_contents[which]) < locked)
                return;
            m_sources[which].passphrases.pop_back(); // it opened nothing
            m_passphrase->setError(tr("Wrong passphrase. Capital letters and the keyboard layout matter."));
        },
        Qt::SingleShotConnection);
    read();
}

void ViewerWindow::copyPem() {
    if (m_description != nullptr && !m_description->pem.isEmpty())
        QGuiApplication::clipboard()->setText(m_description->pem);
}

void ViewerWindow::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape || event->matches(QKeySequence::Close)) {
        close();
        return;
    }
    QWidget::keyPressEvent(event);
}

} // namespace certwright::ui
