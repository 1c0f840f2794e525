#pragma once

#include "core/service/importing.h"
#include "core/service/job_runner.h"
#include "ui/content_source.h"

#include <QDialog>

#include <optional>
#include <vector>

class QLabel;
class QProgressBar;
class QPushButton;
class QTreeView;

namespace certwright::ui {

class ElidedLabel;
class ImportModel;
class InlineBanner;
class PassphraseEdit;
class StateLabel;
struct UiContext;

/// Everything found in files or pasted bytes in one tree, before anything is written: what is new, which key belongs to
/// which certificate, what is in the store already. Passphrases are asked for in place. Import writes all that is
/// ticked or nothing. Open it with open(); it deletes itself when closed.
class ImportDialog : public QDialog {
    Q_OBJECT
public:
    /// `context` must outlive the dialog; its store must be open.
    ImportDialog(UiContext& context, std::vector<ContentSource> sources, QWidget* parent = nullptr);

    /// More files; those that are here already are read again.
    void addSources(const std::vector<ContentSource>& sources);
    ImportModel* model() const noexcept { return m_model; }
    QTreeView* tree() const noexcept { return m_tree; }
    PassphraseEdit* passphraseEdit() const noexcept { return m_passphrase; }
    bool isBusy() const noexcept {
        return m_reading.has_value() || m_previewing.has_value() || m_importing.has_value();
    }

public Q_SLOTS:
    void accept() override;
    void reject() override;

Q_SIGNALS:
    /// The preview shows what was read.
    void previewShown();
    /// Once, after everything was written, just before the dialog closes.
    void imported(const certwright::service::ImportResult& result);

private:
    QWidget* buildPassphraseStrip();
    QWidget* buildSelected();
    QWidget* buildFooter();
    void buildTree();
    void read(std::vector<std::size_t> which);
    void preview();
    void showPreview();
    void showProblems();
    void updatePassphraseStrip();
    void givePassphrase();
    void showSelected();
    void updateButtons();
    void askForFiles();
    void import();
    void finishImport(base::Outcome<service::ImportResult> outcome);

    UiContext& m_context;
    std::vector<ContentSource> m_sources;
    std::vector<ContentsPtr> m_contents;
    ImportModel* m_model;
    InlineBanner* m_banner;
    QTreeView* m_tree;
    QWidget* m_passphraseStrip = nullptr;
    ElidedLabel* m_passphraseFile = nullptr;
    PassphraseEdit* m_passphrase = nullptr;
    QPushButton* m_open = nullptr;
    StateLabel* m_opened = nullptr;
    QLabel* m_selectedTitle = nullptr;
    ElidedLabel* m_subject = nullptr;
    ElidedLabel* m_issuer = nullptr;
    ElidedLabel* m_names = nullptr;
    ElidedLabel* m_encryption = nullptr;
    ElidedLabel* m_note = nullptr;
    QProgressBar* m_progress = nullptr;
    QPushButton* m_add = nullptr;
    QPushButton* m_import = nullptr;
    std::optional<std::size_t> m_lockedSource;
    std::optional<service::JobId> m_reading;
    std::optional<service::JobId> m_previewing;
    std::optional<service::JobId> m_importing;
};

} // namespace certwright::ui
