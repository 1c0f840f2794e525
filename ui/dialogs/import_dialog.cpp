#include "ui/dialogs/import_dialog.h"

#include "core/formats/encryption_info.h"
#include "core/service/store_session.h"
#include "ui/convert.h"
#include "ui/error_text.h"
#include "ui/models/import_model.h"
#include "ui/models/item_description.h"
#include "ui/prompts.h"
#include "ui/ui_context.h"
#include "ui/unlock.h"
#include "ui/views/elided_label.h"
#include "ui/views/import_delegate.h"
#include "ui/views/state_label.h"
#include "ui/widgets/inline_banner.h"
#include "ui/widgets/passphrase_edit.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>

namespace certwright::ui {

namespace {

/// "PKCS#12", "Certificate", "3 items".
QString kindOf(const formats::Contents& contents) {
    if (contents.items.size() == 1)
        return itemKindText(contents.items.front());
    return contents.items.empty() ? ImportDialog::tr("Nothing found")
                                  : ImportDialog::tr("%1 items").arg(contents.items.size());
}

QString encryptionOf(const formats::Contents& contents) {
    QStringList parts;
    for (const formats::Item& item : contents.items) {
        if (const auto* pkcs12 = item.as<formats::Pkcs12Item>()) {
            for (const formats::EncryptionInfo& info : pkcs12->encryption)
                parts += printable(formats::displayText(info));
            if (pkcs12->mac)
                parts += ImportDialog::tr("integrity %1, %2 iterations")
                             .arg(printable(pkcs12->mac->algorithm))
                             .arg(pkcs12->mac->iterations);
        } else if (const auto* key = item.as<formats::PrivateKeyItem>(); key != nullptr && key->encryption) {
            parts += printable(formats::displayText(*key->encryption));
        }
    }
    parts.removeDuplicates();
    return parts.join(QStringLiteral("; "));
}

} // namespace

ImportDialog::ImportDialog(UiContext& context, std::vector<ContentSource> sources, QWidget* parent)
    : QDialog(parent)
    , m_context(context)
    , m_model(new ImportModel(context.clock, this))
    , m_banner(new InlineBanner(this))
    , m_tree(new QTreeView(this)) {
    setObjectName(QStringLiteral("importDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    buildTree();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_banner);
    auto* middle = new QVBoxLayout;
    middle->setContentsMargins(16, 12, 16, 12);
    middle->setSpacing(12);
    middle->addWidget(buildPassphraseStrip());
    middle->addWidget(m_tree, 1);
    middle->addWidget(buildSelected());
    layout->addLayout(middle, 1);
    layout->addWidget(buildFooter());
    resize(fontMetrics().averageCharWidth() * 156, fontMetrics().height() * 36);
    connect(m_model, &ImportModel::ticked, this, &ImportDialog::updateButtons);
    updateButtons();
    addSources(sources);
}

void ImportDialog::buildTree() {
    m_tree->setObjectName(QStringLiteral("items"));
    m_tree->setAccessibleName(tr("What was found"));
    m_tree->setModel(m_model);
    m_tree->setItemDelegate(new ImportDelegate(m_tree));
    m_tree->setUniformRowHeights(true);
    m_tree->setAllColumnsShowFocus(true);
    m_tree->setEditTriggers(QAbstractItemView::EditKeyPressed | QAbstractItemView::DoubleClicked);
    m_tree->header()->setStretchLastSection(true);
    const QString samples[] = {QStringLiteral("m m m www.department.example.test mmmm"),
                               QStringLiteral("Revocation list mm"), QStringLiteral("www.example.test mmm"),
                               QStringLiteral("2026-12-14 in 1000 days mm")};
    for (int i = 0; i < 4; ++i)
        m_tree->setColumnWidth(i, fontMetrics().horizontalAdvance(samples[i]));
    connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this, &ImportDialog::showSelected);
}

QWidget* ImportDialog::buildPassphraseStrip() {
    auto* line = new QWidget(this);
    m_passphraseStrip = new QWidget(line);
    m_passphraseFile = new ElidedLabel({}, m_passphraseStrip);
    m_passphraseFile->setMaximumWidth(fontMetrics().averageCharWidth() * 30);
    auto* label = new QLabel(tr("&Passphrase"), m_passphraseStrip);
    m_passphrase = new PassphraseEdit(PassphraseEdit::Mode::Enter, m_passphraseStrip);
    m_passphrase->setFieldName(tr("Passphrase of the file"));
    label->setBuddy(m_passphrase->field());
    const int lineHeight = m_passphrase->field()->sizeHint().height();
    label->setFixedHeight(lineHeight);
    m_passphraseFile->setFixedHeight(lineHeight);
    m_open = new QPushButton(tr("&Open"), m_passphraseStrip);
    m_open->setObjectName(QStringLiteral("openLocked"));
    m_open->setAutoDefault(false);
    auto* strip = new QHBoxLayout(m_passphraseStrip);
    strip->setContentsMargins(0, 0, 0, 0);
    strip->addWidget(m_passphraseFile, 1, Qt::AlignTop);
    strip->addWidget(label, 0, Qt::AlignTop);
    strip->addWidget(m_passphrase, 2, Qt::AlignTop);
    strip->addWidget(m_open, 0, Qt::AlignTop);
    m_opened = new StateLabel(line);
    m_opened->setMinimumHeight(lineHeight);
    m_opened->hide();
    m_add = new QPushButton(tr("&Add files\u2026"), line);
    m_add->setObjectName(QStringLiteral("addFiles"));
    m_add->setAutoDefault(false);
    auto* layout = new QHBoxLayout(line);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_passphraseStrip, 4);
    layout->addWidget(m_opened, 0, Qt::AlignTop);
    layout->addStretch(1);
    layout->addWidget(m_add, 0, Qt::AlignTop);
    m_passphraseStrip->hide();
    connect(m_open, &QPushButton::clicked, this, &ImportDialog::givePassphrase);
    connect(m_passphrase, &PassphraseEdit::submitted, this, &ImportDialog::givePassphrase);
    connect(m_add, &QPushButton::clicked, this, &ImportDialog::askForFiles);
    return line;
}

QWidget* ImportDialog::buildSelected() {
    auto* panel = new QWidget(this);
    m_selectedTitle = new QLabel(panel);
    m_selectedTitle->setTextFormat(Qt::PlainText);
    QFont bold = m_selectedTitle->font();
    bold.setBold(true);
    m_selectedTitle->setFont(bold);
    auto* grid = new QGridLayout(panel);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setVerticalSpacing(4);
    grid->setColumnStretch(1, 1);
    grid->addWidget(m_selectedTitle, 0, 0, 1, 2);
    int row = 1;
    const auto addLine = [&](const QString& title) {
        auto* value = new ElidedLabel({}, panel);
        grid->addWidget(new QLabel(title, panel), row, 0);
        grid->addWidget(value, row++, 1);
        return value;
    };
    m_subject = addLine(tr("Subject"));
    m_issuer = addLine(tr("Issuer"));
    m_names = addLine(tr("Other names"));
    m_encryption = addLine(tr("Encryption"));
    return panel;
}

QWidget* ImportDialog::buildFooter() {
    auto* footer = new QWidget(this);
    m_note = new ElidedLabel({}, footer);
    m_note->setSecondary(true);
    m_note->setObjectName(QStringLiteral("note"));
    m_progress = new QProgressBar(footer);
    m_progress->setAccessibleName(tr("Progress of the import"));
    m_progress->setTextVisible(false);
    m_progress->setFixedSize(160, 9);
    m_progress->hide();
    m_import = new QPushButton(footer);
    m_import->setObjectName(QStringLiteral("import"));
    m_import->setDefault(true);
    auto* cancel = new QPushButton(tr("Cancel"), footer);
    cancel->setObjectName(QStringLiteral("cancel"));
    cancel->setAutoDefault(false);
    auto* layout = new QHBoxLayout(footer);
    layout->setContentsMargins(16, 8, 16, 8);
    layout->addWidget(m_note, 1);
    layout->addWidget(m_progress);
    layout->addWidget(m_import);
    layout->addWidget(cancel);
    connect(m_import, &QPushButton::clicked, this, &ImportDialog::accept);
    connect(cancel, &QPushButton::clicked, this, &ImportDialog::reject);
    return footer;
}

void ImportDialog::addSources(const std::vector<ContentSource>& sources) {
    std::vector<std::size_t> which;
    for (const ContentSource& source : sources) {
        const auto found = source.path.isEmpty()
                               ? m_sources.end()
                               : std::find_if(m_sources.begin(), m_sources.end(), [&source](const ContentSource& here) {
                                     return here.path == source.path;
                                 });
        which.push_back(std::size_t(found - m_sources.begin()));
        if (found == m_sources.end()) {
            m_sources.push_back(source);
            m_contents.push_back(std::make_shared<const formats::Contents>());
        }
    }
    setWindowTitle(m_sources.size() == 1 ? tr("Import - %1").arg(printable(m_sources.front().name))
                                         : tr("Import - %1 files").arg(m_sources.size()));
    read(std::move(which));
}

void ImportDialog::askForFiles() {
    FileRequest request;
    request.title = tr("Add files to the import");
    request.accept = tr("Add");
    m_context.prompts.askOpenFiles(this, request, this, [this](const QStringList& paths) {
        std::vector<ContentSource> sources;
        for (const QString& path : paths)
            sources.push_back(ContentSource::ofFile(path));
        if (!sources.empty())
            addSources(sources);
    });
}

void ImportDialog::read(std::vector<std::size_t> which) {
    std::vector<ContentSource> sources;
    for (const std::size_t index : which)
        sources.push_back(m_sources[index]);
    m_reading = readSources(m_context.jobs, sources, {}, this,
                            [this, which = std::move(which)](base::Outcome<std::vector<ContentsPtr>> outcome) {
                                m_reading.reset();
                                if (!outcome) {
                                    m_banner->showMessage(InlineBanner::Severity::Error, tr("The files were not read"),
                                                          errorLine(outcome.error()));
                                    updateButtons();
                                    return;
                                }
                                for (std::size_t i = 0; i < which.size(); ++i)
                                    m_contents[which[i]] = (*outcome)[i];
                                preview();
                            });
    updateButtons();
}

void ImportDialog::preview() {
    service::StoreSession* session = m_context.session();
    if (session == nullptr) {
        QDialog::reject();
        return;
    }
    using Result = std::shared_ptr<const ImportModel::Layout>;
    std::vector<QString> names;
    for (const ContentSource& source : m_sources)
        names.push_back(printable(source.name));
    m_previewing = session->read<Result>(
        {}, this,
        [contents = m_contents, names](store::Store& store, const base::JobControl& control) {
            std::vector<formats::Contents> all;
            std::vector<std::string> paths;
            std::vector<QString> kinds;
            for (const ContentsPtr& one : contents) {
                all.push_back(*one);
                paths.push_back(one->file);
                kinds.push_back(kindOf(*one));
            }
            return ImportModel::layOut(service::previewImport(all, &store, control), paths, names, kinds);
        },
        [this](base::Outcome<Result> outcome) {
            m_previewing.reset();
            if (outcome) {
                m_model->setLayout(std::move(*outcome));
                showPreview();
                return;
            }
            m_banner->showMessage(InlineBanner::Severity::Error, tr("The store could not be compared with the files"),
                                  errorLine(outcome.error()));
            updateButtons();
        });
}

void ImportDialog::showPreview() {
    m_tree->expandAll();
    if (!m_tree->currentIndex().isValid()) {
        const QModelIndex file = m_model->index(0, 0);
        const QModelIndex first = m_model->index(0, 0, file);
        m_tree->setCurrentIndex(first.isValid() ? first : file);
    }
    showProblems();
    updatePassphraseStrip();
    showSelected();
    updateButtons();
    Q_EMIT previewShown();
}

void ImportDialog::showProblems() {
    QStringList problems;
    for (std::size_t i = 0; i < m_contents.size(); ++i) {
        const QString problem = contentsProblem(*m_contents[i]);
        if (!problem.isEmpty())
            problems += tr("%1: %2").arg(printable(m_sources[i].name), problem);
    }
    if (problems.isEmpty()) {
        m_banner->hide();
        return;
    }
    const QString title = problems.size() == 1 ? tr("One file was not read, or only in part")
                                               : tr("%1 files were not read, or only in part").arg(problems.size());
    m_banner->showMessage(InlineBanner::Severity::Warning, title, problems.mid(0, 4).join(QLatin1Char('\n')));
}

void ImportDialog::updatePassphraseStrip() {
    const std::optional<std::size_t> before = m_lockedSource;
    const auto isLocked = [this](std::size_t i) { return formats::hasLockedParts(*m_contents[i]); };
    const bool wasOpened = before && !isLocked(*before);
    // The file of the selected row first, else the first locked one.
    const QVariant selected = m_tree->currentIndex().data(ImportModel::SourceRole);
    m_lockedSource.reset();
    if (selected.isValid() && isLocked(std::size_t(selected.toInt())))
        m_lockedSource = std::size_t(selected.toInt());
    else if (before && isLocked(*before))
        m_lockedSource = before;
    for (std::size_t i = 0; i < m_contents.size() && !m_lockedSource; ++i) {
        if (isLocked(i))
            m_lockedSource = i;
    }
    m_passphraseStrip->setVisible(m_lockedSource.has_value());
    if (wasOpened) {
        m_opened->setState(State::Valid, tr("Opened"));
        m_opened->show();
        if (!m_lockedSource)
            m_tree->setFocus();
    }
    if (!m_lockedSource) {
        m_passphrase->clear();
        return;
    }
    m_passphraseFile->setText(printable(m_sources[*m_lockedSource].name));
    if (m_lockedSource != before) {
        m_passphrase->clear();
        m_passphrase->field()->setFocus();
    }
}

void ImportDialog::givePassphrase() {
    if (!m_lockedSource || isBusy() || !m_passphrase->validate())
        return;
    const std::size_t which = *m_lockedSource;
    m_opened->hide();
    m_sources[which].passphrases.push_back(std::make_shared<const base::Secret>(m_passphrase->takeSecret()));
    const std::size_t locked = lockedPartCount(*m_contents[which]);
    connect(
        this, &ImportDialog::previewShown, this,
        [this, which, locked] {
            if (lockedPartCount(*m_contents[which]) < locked)
                return;
            m_sources[which].passphrases.pop_back(); // it opened nothing
            if (m_lockedSource == which)
                m_passphrase->setError(tr("Wrong passphrase. Capital letters and the keyboard layout matter."));
        },
        Qt::SingleShotConnection);
    read({which});
}

void ImportDialog::showSelected() {
    const QModelIndex index = m_tree->currentIndex();
    const service::ImportItem* item = m_model->itemAt(index);
    const QVariant source = index.data(ImportModel::SourceRole);
    const bool hasSource = source.isValid() && std::size_t(source.toInt()) < m_contents.size();
    m_encryption->setText(hasSource ? encryptionOf(*m_contents[std::size_t(source.toInt())]) : QString());
    m_selectedTitle->setText(item != nullptr ? tr("Selected: %1").arg(printable(item->name)) : QString());
    m_subject->setText(item != nullptr ? printable(item->subject) : QString());
    m_issuer->setText(item != nullptr ? printable(item->issuer) : QString());
    m_names->setText(item != nullptr ? printable(item->otherNames) : QString());
    if (hasSource && formats::hasLockedParts(*m_contents[std::size_t(source.toInt())]))
        updatePassphraseStrip();
}

void ImportDialog::updateButtons() {
    const int count = m_model->tickedCount();
    m_import->setText(count == 1 ? tr("&Import 1 item") : tr("&Import %1 items").arg(count));
    m_import->setEnabled(count > 0 && !isBusy());
    m_add->setEnabled(!m_importing);
    m_open->setEnabled(!isBusy());
    m_tree->setEnabled(!m_importing);
    m_progress->setVisible(m_importing.has_value());
    const std::size_t present = m_model->layoutOf().preview.count(service::ImportState::Present);
    const std::size_t locked = m_model->layoutOf().preview.count(service::ImportState::Locked);
    QString note;
    if (m_reading || m_previewing)
        note = tr("Reading\u2026");
    else if (m_importing)
        note = tr("Importing\u2026");
    else if (locked > 0)
        note = locked == 1 ? tr("1 locked key is left out") : tr("%1 locked keys are left out").arg(locked);
    else if (present > 0)
        note = present == 1 ? tr("1 left out because it is in the store already")
                            : tr("%1 left out because they are in the store already").arg(present);
    m_note->setText(note);
}

void ImportDialog::accept() {
    if (!m_import->isEnabled())
        return;
    if (m_model->tickedKeyCount() == 0) {
        import();
        return;
    }
    withUnlockedStore(m_context, this,
                      m_model->tickedKeyCount() == 1
                          ? tr("To encrypt the private key that is imported.")
                          : tr("To encrypt the %1 private keys that are imported.").arg(m_model->tickedKeyCount()),
                      this, [this] { import(); });
}

void ImportDialog::import() {
    service::StoreSession* session = m_context.session();
    if (session == nullptr || m_importing)
        return;
    m_progress->setRange(0, 0);
    m_importing = session->write<service::ImportResult>(
        tr("Importing %1 entries").arg(m_model->tickedCount()), this,
        [selection = m_model->selection()](store::Store& store, const base::JobControl& control) {
            return service::importItems(store, selection, control);
        },
        [this](base::Outcome<service::ImportResult> outcome) { finishImport(std::move(outcome)); },
        [this](base::Progress progress) {
            m_progress->setRange(0, progress.total == 0 ? 0 : 1000);
            if (progress.total > 0)
                m_progress->setValue(int(progress.done * 1000 / progress.total));
        });
    updateButtons();
}

void ImportDialog::finishImport(base::Outcome<service::ImportResult> outcome) {
    m_importing.reset();
    if (outcome) {
        Q_EMIT imported(*outcome);
        QDialog::accept();
        return;
    }
    if (outcome.error().kind() == base::ErrorKind::Cancelled)
        m_banner->showMessage(InlineBanner::Severity::Info, tr("The import was cancelled; nothing was written."));
    else
        m_banner->showMessage(InlineBanner::Severity::Error, tr("Nothing was imported"), errorLine(outcome.error()));
    updateButtons();
}

void ImportDialog::reject() {
    // A running import is stopped first; the dialog stays, to say that nothing was written.
    if (m_importing)
        m_context.jobs.cancel(*m_importing);
    else
        QDialog::reject();
}

} // namespace certwright::ui
