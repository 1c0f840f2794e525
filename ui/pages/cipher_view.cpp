#include "ui/pages/cipher_view.h"

#include "ui/convert.h"
#include "ui/theme.h"
#include "ui/widgets/label_style.h"

#include <QHeaderView>
#include <QLabel>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace certwright::ui {

namespace {

constexpr int chosenRole = Qt::UserRole + 1;

} // namespace

CipherView::CipherView(QWidget* parent)
    : QWidget(parent)
    , m_summary(new QLabel(this))
    , m_list(new QTreeWidget(this)) {
    m_summary->setObjectName(QStringLiteral("cipherSummary"));
    m_summary->setTextFormat(Qt::PlainText);
    m_summary->setContentsMargins(12, 8, 12, 8);
    m_summary->setWordWrap(true);
    m_list->setObjectName(QStringLiteral("ciphers"));
    m_list->setAccessibleName(tr("Cipher suites"));
    m_list->setRootIsDecorated(false);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setHeaderLabels({tr("Use"), tr("Number"), tr("Name in the registry"), tr("OpenSSL's name"),
                             tr("Key exchange"), tr("Authentication"), tr("Encryption"), tr("MAC"), tr("Bits"),
                             tr("For")});
    m_list->header()->moveSection(m_list->columnCount() - 1, 1); // the version is what suites are sorted by first
    styleTree(m_list);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_summary);
    column->addWidget(m_list, 1);
    connect(&Theme::instance(), &Theme::changed, this, &CipherView::recolour);
    clear();
}

void CipherView::recolour() {
    for (int i = 0; i < m_list->topLevelItemCount(); ++i) {
        QTreeWidgetItem* item = m_list->topLevelItem(i);
        if (!item->data(0, chosenRole).toBool())
            item->setForeground(0, Theme::instance().color(ColorRole::Secondary));
    }
}

void CipherView::clear() {
    m_list->clear();
    m_summary->setText(tr("No cipher suites yet"));
}

void CipherView::setFacts(const tls::SessionFacts& facts) {
    m_list->clear();
    for (const tls::CipherSuite& suite : facts.offeredCiphers) {
        const bool isChosen = facts.cipher && facts.cipher->id == suite.id;
        const bool isShared = std::any_of(facts.sharedCiphers.begin(), facts.sharedCiphers.end(),
                                          [&suite](const tls::CipherSuite& shared) { return shared.id == suite.id; });
        auto* item = new QTreeWidgetItem(
            {isChosen   ? tr("chosen")
             : isShared ? tr("shared")
                        : tr("offered"),
             toQString(tls::cipherSuiteId(suite.id)), printable(suite.ianaName), printable(suite.opensslName),
             printable(suite.keyExchange), printable(suite.authentication), printable(suite.encryption),
             printable(suite.mac), suite.strengthBits > 0 ? QString::number(suite.strengthBits) : QString(),
             tls::isTls13Suite(suite.id) ? tr("TLS 1.3") : tr("up to 1.2")});
        if (isChosen) {
            item->setIcon(0, stateIcon(State::Valid));
            for (int i = 0; i < item->columnCount(); ++i) {
                QFont bold = m_list->font();
                bold.setBold(true);
                item->setFont(i, bold);
            }
        }
        item->setData(0, chosenRole, isChosen);
        m_list->addTopLevelItem(item);
        if (isChosen)
            m_list->setCurrentItem(item);
    }
    recolour();
    for (int i = 0; i < m_list->columnCount(); ++i)
        m_list->resizeColumnToContents(i);
    const QString offered = tr("%1 suites offered, in this order.").arg(facts.offeredCiphers.size());
    if (facts.cipher)
        m_summary->setText(
            offered + QLatin1Char(' ') +
            tr("The server chose %1.")
                .arg(printable(facts.cipher->ianaName.empty() ? facts.cipher->opensslName : facts.cipher->ianaName)));
    else
        m_summary->setText(facts.offeredCiphers.empty() ? tr("No cipher suites yet")
                                                        : offered + QLatin1Char(' ') + tr("The server chose none."));
}

} // namespace certwright::ui
