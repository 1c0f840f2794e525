#include "ui/widgets/export_form.h"

#include "ui/convert.h"
#include "ui/widgets/field_message.h"
#include "ui/widgets/label_style.h"
#include "ui/widgets/passphrase_edit.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QStandardItemModel>

namespace certwright::ui {

namespace {

using Passphrase = pki::ExportTargetInfo::Passphrase;
using Target = pki::ExportTarget;

/// A file name out of a certificate's name: no separators, no wildcard.
QString fileStem(const QString& name) {
    QString stem;
    for (const QChar c : name)
        stem += c.isLetterOrNumber() || c == QLatin1Char('.') || c == QLatin1Char('-') ? c : QLatin1Char('_');
    while (stem.startsWith(QLatin1Char('.')))
        stem.remove(0, 1);
    return stem.isEmpty() ? QStringLiteral("certificate") : stem.left(80);
}

} // namespace

ExportForm::ExportForm(bool isSeveral, QWidget* parent)
    : QWidget(parent)
    , m_targets(new QComboBox(this))
    , m_summary(makeSecondaryLabel({}, this))
    , m_path(new QLineEdit(this))
    , m_pathMessage(new FieldMessage(this))
    , m_root(new QCheckBox(tr("Put the &root into the chain too"), this))
    , m_legacy(new QCheckBox(tr("For &old Windows, macOS and Java (3DES, SHA-1)"), this))
    , m_encrypt(new QCheckBox(tr("E&ncrypt the private key with a passphrase"), this))
    , m_passphraseLabel(new QLabel(tr("Pass&phrase"), this))
    , m_passphrase(new PassphraseEdit(PassphraseEdit::Mode::Create, this)) {
    m_targets->setObjectName(QStringLiteral("target"));
    for (const pki::ExportTargetInfo& each : pki::exportTargets()) {
        if (each.takesMany || !isSeveral)
            m_targets->addItem(toQString(each.title), static_cast<int>(each.target));
    }
    m_summary->setWordWrap(true);
    buildOptions();

    auto* rows = new QFormLayout(this);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setVerticalSpacing(8);
    rows->setHorizontalSpacing(12);
    rows->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    rows->addRow(tr("&Destination"), m_targets);
    rows->addRow(nullptr, m_summary);
    buildPathRow(*rows);
    rows->addRow(nullptr, m_pathMessage);
    rows->addRow(nullptr, m_root);
    rows->addRow(nullptr, m_legacy);
    rows->addRow(nullptr, m_encrypt);
    rows->addRow(m_passphraseLabel, m_passphrase);

    connect(m_targets, &QComboBox::currentIndexChanged, this, &ExportForm::targetChosen);
    connect(m_path, &QLineEdit::textEdited, this, [this] { m_isPathProposed = false; });
    connect(m_path, &QLineEdit::textChanged, this, [this] {
        m_pathMessage->clear();
        Q_EMIT edited();
    });
    connect(m_root, &QCheckBox::toggled, this, &ExportForm::edited);
    connect(m_legacy, &QCheckBox::toggled, this, &ExportForm::edited);
    connect(m_encrypt, &QCheckBox::toggled, this, [this] {
        showPassphrase();
        Q_EMIT edited();
    });
    connect(m_passphrase, &PassphraseEdit::edited, this, &ExportForm::passphraseEdited);
    targetChosen();
}

void ExportForm::buildOptions() {
    m_pathMessage->setObjectName(QStringLiteral("pathMessage"));
    m_root->setObjectName(QStringLiteral("includeRoot"));
    m_legacy->setObjectName(QStringLiteral("legacy"));
    m_encrypt->setObjectName(QStringLiteral("encrypt"));
    m_passphrase->setObjectName(QStringLiteral("exportPassphrase"));
    m_passphrase->setFieldName(tr("Passphrase of the file"));
    m_passphraseLabel->setBuddy(m_passphrase);
}

void ExportForm::buildPathRow(QFormLayout& rows) {
    m_path->setObjectName(QStringLiteral("path"));
    m_path->setAccessibleName(tr("Write to"));
    auto* browse = new QPushButton(tr("&Browse…"), this);
    browse->setObjectName(QStringLiteral("browse"));
    browse->setAutoDefault(false);
    auto* label = new QLabel(tr("Write &to"), this);
    label->setBuddy(m_path);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(m_path, 1);
    row->addWidget(browse);
    rows.addRow(label, row);
    connect(browse, &QPushButton::clicked, this, &ExportForm::browseWanted);
}

pki::ExportTarget ExportForm::target() const {
    return static_cast<Target>(m_targets->currentData().toInt());
}

void ExportForm::setTarget(pki::ExportTarget target) {
    const int index = m_targets->findData(static_cast<int>(target));
    m_targets->setCurrentIndex(index < 0 ? 0 : index);
}

void ExportForm::setKeyMissing() {
    const auto* items = qobject_cast<QStandardItemModel*>(m_targets->model());
    for (int i = 0; items != nullptr && i < m_targets->count(); ++i) {
        if (!pki::infoOf(static_cast<Target>(m_targets->itemData(i).toInt())).needsKey)
            continue;
        items->item(i)->setEnabled(false);
        m_targets->setItemData(i, tr("Needs the private key, which is not in this store"), Qt::ToolTipRole);
    }
    if (info().needsKey)
        setTarget(Target::Chain);
}

void ExportForm::targetChosen() {
    const Target chosen = target();
    m_summary->setText(toQString(info().summary));
    // A server need not send the root; who asks for a whole chain may want it.
    m_root->setVisible(chosen == Target::Nginx || chosen == Target::Apache || chosen == Target::Haproxy ||
                       chosen == Target::Chain);
    m_legacy->setVisible(info().passphrase == Passphrase::Required);
    m_encrypt->setVisible(info().passphrase == Passphrase::Optional);
    showPassphrase();
    fillPath();
    Q_EMIT edited();
}

bool ExportForm::isEncrypted() const {
    return info().passphrase == Passphrase::Required ||
           (info().passphrase == Passphrase::Optional && m_encrypt->isChecked());
}

void ExportForm::showPassphrase() {
    m_passphraseLabel->setVisible(isEncrypted());
    m_passphrase->setVisible(isEncrypted());
    if (!isEncrypted())
        m_passphrase->clear();
}

QString ExportForm::path() const {
    return m_path->text().trimmed();
}

void ExportForm::setPath(const QString& path) {
    m_isPathProposed = false;
    m_path->setText(path);
}

void ExportForm::proposePath(const QString& folder, const QString& name) {
    m_folder = folder;
    m_name = name;
    m_passphrase->setKnownWords({name});
    fillPath();
}

void ExportForm::fillPath() {
    if (!m_isPathProposed || m_folder.isEmpty())
        return;
    const QString stem = fileStem(m_name);
    m_path->setText(QDir(m_folder).filePath(info().isFolder ? stem : stem + toQString(info().suffix)));
}

void ExportForm::setPathError(const QString& text) {
    m_pathMessage->setError(text);
}

bool ExportForm::hasPathError() const {
    return m_pathMessage->isError();
}

void ExportForm::focusPath() {
    m_path->setFocus(Qt::OtherFocusReason);
}

void ExportForm::focusTarget() {
    m_targets->setFocus(Qt::OtherFocusReason);
}

bool ExportForm::checkPassphrase() {
    return !isEncrypted() || m_passphrase->validate();
}

base::Secret ExportForm::passphrase() const {
    return m_passphrase->secret();
}

void ExportForm::clearPassphrase() {
    m_passphrase->clear();
}

void ExportForm::apply(service::ExportOrder& order) const {
    order.target = target();
    order.path = path();
    order.options.includeRoot = m_root->isVisibleTo(this) && m_root->isChecked();
    if (m_legacy->isVisibleTo(this) && m_legacy->isChecked())
        order.options.preset = formats::Pkcs12Preset::Windows2016;
}

} // namespace certwright::ui
