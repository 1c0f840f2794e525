#include "ui/dialogs/new_key_dialog.h"

#include "core/crypto/key_generator.h"
#include "core/service/store_session.h"
#include "ui/convert.h"
#include "ui/error_text.h"
#include "ui/prompts.h"
#include "ui/settings.h"
#include "ui/ui_context.h"
#include "ui/unlock.h"
#include "ui/widgets/field_message.h"
#include "ui/widgets/inline_banner.h"
#include "ui/widgets/job_footer.h"
#include "ui/widgets/key_kind.h"
#include "ui/widgets/label_style.h"
#include "ui/widgets/tab_order.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QScrollArea>

#include <algorithm>
#include <array>
#include <utility>

namespace certwright::ui {

namespace {

struct Purpose {
    const char* objectName;
    const char* title;
    const char* type;
    int bits;
    const char* curve;

    crypto::KeySpec spec() const { return {type, bits, curve}; }
};

constexpr std::array<Purpose, 4> purposes{{
    {"purposeTls", QT_TRANSLATE_NOOP("NewKeyDialog", "&TLS and general use"), "EC", 0, "prime256v1"},
    {"purposeCa", QT_TRANSLATE_NOOP("NewKeyDialog", "C&A"), "EC", 0, "secp384r1"},
    {"purposeWidest", QT_TRANSLATE_NOOP("NewKeyDialog", "&Widest compatibility"), "RSA", 3072, ""},
    {"purposeSigning", QT_TRANSLATE_NOOP("NewKeyDialog", "&Signing only"), "Ed25519", 0, ""},
}};

} // namespace

NewKeyDialog::NewKeyDialog(UiContext& context, QWidget* parent)
    : QDialog(parent)
    , m_context(context)
    , m_banner(new InlineBanner(this))
    , m_name(new QLineEdit(this))
    , m_nameMessage(new FieldMessage(this))
    , m_purposes(new QButtonGroup(this))
    , m_advanced(new QCheckBox(tr("Ad&vanced: choose algorithm and size"), this))
    , m_kind(new KeyKindChooser(context.jobs, this))
    , m_keyMessage(new FieldMessage(this))
    , m_estimate(new QLabel(this))
    , m_form(new QWidget(this))
    , m_footer(new JobFooter(tr("Create &key"), this)) {
    setObjectName(QStringLiteral("newKeyDialog"));
    setWindowTitle(tr("New key"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowModality(Qt::WindowModal);
    buildForm();
    tabInReadingOrder(*this);

    m_delay.setObjectName(QStringLiteral("delay"));
    m_delay.setSingleShot(true);
    m_delay.setInterval(std::chrono::milliseconds(150));
    connect(&m_delay, &QTimer::timeout, this, &NewKeyDialog::check);
    connect(m_name, &QLineEdit::textChanged, this, &NewKeyDialog::scheduleCheck);
    connect(m_kind, &KeyKindChooser::chosen, this, [this] {
        showPurpose();
        scheduleCheck();
    });
    connect(m_purposes, &QButtonGroup::idClicked, this, &NewKeyDialog::choosePurpose);
    connect(m_advanced, &QCheckBox::toggled, m_kind, &QWidget::setVisible);
    connect(m_footer, &JobFooter::accepted, this, &NewKeyDialog::accept);
    connect(m_footer, &JobFooter::rejected, this, &NewKeyDialog::reject);
    m_kind->hide();
    const int remembered = m_context.settings.value(QStringLiteral("newKey/purpose"), 0).toInt();
    choosePurpose(remembered >= 0 && remembered < static_cast<int>(purposes.size()) ? remembered : 0);
    proposeName();
    m_name->setFocus();
}

NewKeyDialog::~NewKeyDialog() = default;

void NewKeyDialog::buildForm() {
    m_name->setObjectName(QStringLiteral("name"));
    m_name->setMaxLength(200);
    m_nameMessage->setObjectName(QStringLiteral("nameMessage"));
    m_advanced->setObjectName(QStringLiteral("advanced"));
    m_kind->setObjectName(QStringLiteral("kind"));
    m_keyMessage->setObjectName(QStringLiteral("keyMessage"));
    m_estimate->setObjectName(QStringLiteral("estimate"));
    m_estimate->setTextFormat(Qt::PlainText);
    showAsSecondary(m_estimate);

    auto* form = new QFormLayout(m_form);
    form->setContentsMargins(16, 12, 16, 12);
    form->setVerticalSpacing(8);
    form->setHorizontalSpacing(12);
    form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    form->addRow(tr("&Name"), m_name);
    form->addRow(nullptr, m_nameMessage);
    auto* caption = new QLabel(tr("Purpose"), this);
    form->addRow(caption, buildPurposes());
    form->addRow(nullptr, m_advanced);
    form->addRow(nullptr, m_kind);
    form->addRow(nullptr, m_keyMessage);
    form->addRow(nullptr, m_estimate);
    form->addRow(tr("Protection"), makeSecondaryLabel(tr("Encrypted in the store, with the store's passphrase"), this));

    auto* scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setWidget(m_form);
    scroll->setFocusPolicy(Qt::NoFocus);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_banner);
    column->addWidget(scroll, 1);
    column->addWidget(m_footer);
    const int unit = fontMetrics().averageCharWidth();
    resize(unit * 92, fontMetrics().height() * 24);
}

void NewKeyDialog::showPurpose() {
    // A kind that was chosen under Advanced belongs to the purpose that proposes the same, or to none.
    const crypto::KeySpec spec = m_kind->spec();
    const auto* found = std::find_if(purposes.begin(), purposes.end(), [&spec](const Purpose& purpose) {
        const crypto::KeySpec own = purpose.spec();
        return own.type == spec.type && own.bits == spec.bits && own.curve == spec.curve;
    });
    m_purposes->setExclusive(found != purposes.end());
    for (QAbstractButton* button : m_purposes->buttons())
        button->setChecked(found != purposes.end() && m_purposes->id(button) == found - purposes.begin());
    m_purposes->setExclusive(true);
}

QWidget* NewKeyDialog::buildPurposes() {
    auto* box = new QWidget(this);
    auto* grid = new QGridLayout(box);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(16);
    grid->setVerticalSpacing(4);
    grid->setColumnStretch(1, 1);
    for (std::size_t i = 0; i < purposes.size(); ++i) {
        auto* button = new QRadioButton(tr(purposes[i].title), box);
        button->setObjectName(QString::fromLatin1(purposes[i].objectName));
        const QString key = keyKindText(purposes[i].spec());
        button->setAccessibleDescription(key);
        m_purposes->addButton(button, static_cast<int>(i));
        const int row = static_cast<int>(i);
        grid->addWidget(button, row, 0);
        grid->addWidget(makeSecondaryLabel(key, box), row, 1);
    }
    return box;
}

void NewKeyDialog::proposeName() {
    const QString wanted = tr("key-%1", "proposed name of a key, with the date")
                               .arg(toQDateTime(m_context.clock.now()).date().toString(Qt::ISODate));
    m_name->setText(wanted);
    m_name->selectAll();
    service::StoreSession* session = m_context.session();
    if (session == nullptr)
        return;
    session->read<QString>(
        {}, this,
        [wanted](store::Store& store, const base::JobControl&) {
            return store.freeName(store::EntryKind::Key, wanted);
        },
        [this, wanted](const base::Outcome<QString>& name) {
            // Somebody may have begun to type meanwhile.
            if (name && m_name->text() == wanted) {
                m_name->setText(*name);
                m_name->selectAll();
            }
        });
}

void NewKeyDialog::choosePurpose(int index) {
    m_purposes->button(index)->setChecked(true);
    m_kind->setSpec(purposes[static_cast<std::size_t>(index)].spec());
    scheduleCheck();
}

service::NewKey NewKeyDialog::choice() const {
    return {m_kind->spec(), m_name->text().trimmed()};
}

void NewKeyDialog::scheduleCheck() {
    m_estimate->setText(m_kind->problem().isEmpty() ? estimatedTime(m_kind->spec()) : QString());
    m_banner->hide();
    m_isAcceptingWhenChecked = false;
    m_delay.start();
}

void NewKeyDialog::check() {
    m_delay.stop();
    service::StoreSession* session = m_context.session();
    if (session == nullptr || m_job)
        return;
    // An answer about what was typed before must not come after a newer one.
    if (m_check)
        m_context.jobs.cancel(*m_check);
    m_check = session->read<std::vector<pki::Problem>>(
        {}, this,
        [key = choice()](store::Store& store, const base::JobControl&) { return service::previewKey(&store, key); },
        [this](const base::Outcome<std::vector<pki::Problem>>& problems) { checked(problems); });
}

void NewKeyDialog::checked(const base::Outcome<std::vector<pki::Problem>>& problems) {
    if (!problems && problems.error().kind() == base::ErrorKind::Cancelled)
        return; // another check took its place
    m_check.reset();
    if (problems)
        showProblems(*problems);
    else
        m_keyMessage->setError(errorLine(problems.error()));
    if (std::exchange(m_isAcceptingWhenChecked, false))
        accept();
}

void NewKeyDialog::showProblems(const std::vector<pki::Problem>& problems) {
    using Severity = FieldMessage::Severity;
    m_nameMessage->clear();
    m_keyMessage->clear();
    for (const pki::Problem& problem : problems) {
        FieldMessage* message = problem.field == pki::Field::StoreName ? m_nameMessage : m_keyMessage;
        const Severity severity = problem.severity == pki::Severity::Error     ? Severity::Error
                                  : problem.severity == pki::Severity::Warning ? Severity::Warning
                                                                               : Severity::Info;
        if (message->text().isEmpty())
            message->setMessage(severity, printable(problem.message));
    }
    if (const QString problem = m_kind->problem(); !problem.isEmpty())
        m_keyMessage->setError(problem);
    if (m_name->text().trimmed().isEmpty())
        m_nameMessage->setError(tr("Give the key a name."));
}

void NewKeyDialog::accept() {
    if (m_job)
        return;
    if (m_context.session() == nullptr) {
        m_banner->showMessage(InlineBanner::Severity::Error, tr("No store is open."),
                              tr("A key is kept in a store: open or create one first."));
        return;
    }
    if (m_delay.isActive() || m_check) {
        // What was typed last is checked first: a name that is taken must not be found out after minutes of work.
        m_isAcceptingWhenChecked = true;
        check();
        return;
    }
    if (m_nameMessage->isError() || m_keyMessage->isError()) {
        const bool isName = m_nameMessage->isError();
        m_banner->showMessage(InlineBanner::Severity::Error, tr("The key cannot be made like this."),
                              (isName ? m_nameMessage : m_keyMessage)->text());
        if (isName)
            m_name->setFocus(Qt::OtherFocusReason);
        else
            m_kind->parameter()->setFocus(Qt::OtherFocusReason);
        return;
    }
    if (m_purposes->checkedId() >= 0)
        m_context.settings.setValue(QStringLiteral("newKey/purpose"), m_purposes->checkedId());
    withUnlockedStore(m_context, this, tr("To keep the new key “%1” encrypted.").arg(printable(choice().name)), this,
                      [this] { generate(); });
}

void NewKeyDialog::generate() {
    setBusy(true);
    const service::NewKey key = choice();
    // Made on the pool: a large RSA key takes minutes, in which the store's writing thread is for others.
    m_job = m_context.jobs.run<crypto::PrivateKey>(
        tr("Making the key %1").arg(printable(key.name)), this,
        [key](const base::JobControl& control) { return crypto::generateKey(key.spec, control); },
        [this, name = key.name](const base::Outcome<crypto::PrivateKey>& made) {
            if (made)
                keep(*made, name);
            else
                finish(made.error());
        },
        [this](base::Progress progress) { m_footer->setProgress(progress); });
}

void NewKeyDialog::keep(const crypto::PrivateKey& key, const QString& name) {
    service::StoreSession* session = m_context.session();
    if (session == nullptr) {
        finish(base::Error(base::ErrorKind::NotFound, "The store was closed while the key was made"));
        return;
    }
    m_job = session->write<store::RowId>(
        {}, this,
        [key, name](store::Store& store, const base::JobControl&) {
            if (store.isNameUsed(store::EntryKind::Key, name))
                throw base::Error(base::ErrorKind::NotAllowed, "Name is used by another key.");
            return store.addKey(key, {name, {}});
        },
        [this, key, name](const base::Outcome<store::RowId>& id) {
            // It may have been locked while a large key was made; the key is too dear to be lost to that.
            if (!id && id.error().kind() == base::ErrorKind::PassphraseNeeded)
                withUnlockedStore(
                    m_context, this, tr("To keep the new key “%1” encrypted.").arg(printable(name)), this,
                    [this, key, name] { keep(key, name); }, [this, error = id.error()] { finish(error); });
            else
                finish(id);
        });
}

void NewKeyDialog::finish(const base::Outcome<store::RowId>& outcome) {
    m_job.reset();
    setBusy(false);
    if (!outcome) {
        if (outcome.error().kind() == base::ErrorKind::Cancelled)
            m_banner->showMessage(InlineBanner::Severity::Info, tr("Stopped. No key was made."));
        else
            m_banner->showMessage(InlineBanner::Severity::Error, tr("The key was not created."),
                                  errorLine(outcome.error()));
        m_name->setFocus(Qt::OtherFocusReason);
        return;
    }
    if (m_context.toast)
        m_context.toast(tr("Created the key %1").arg(printable(choice().name)), {}, {});
    Q_EMIT created(store::EntryKind::Key, *outcome);
    QDialog::accept();
}

void NewKeyDialog::setBusy(bool isBusy) {
    m_form->setEnabled(!isBusy);
    m_banner->hide();
    if (isBusy)
        m_footer->setBusy(tr("Making the key…"));
    else
        m_footer->setIdle();
}

void NewKeyDialog::reject() {
    if (m_job) {
        m_context.jobs.cancel(*m_job);
        return;
    }
    QDialog::reject();
}

void NewKeyDialog::closeEvent(QCloseEvent* event) {
    // The window's own button closes for good; the job goes with its context.
    if (m_job)
        m_context.jobs.cancel(*m_job);
    m_job.reset();
    QDialog::closeEvent(event);
}

} // namespace certwright::ui
