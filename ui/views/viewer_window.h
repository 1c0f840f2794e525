#pragma once

#include "ui/content_source.h"
#include "ui/models/item_description.h"

#include <QWidget>

#include <memory>
#include <optional>
#include <vector>

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QTabWidget;
class QTreeWidget;
class QTreeWidgetItem;

namespace certwright::ui {

class DetailsView;
class ElidedLabel;
class FactsView;
class InlineBanner;
class PassphraseEdit;
class StateLabel;
struct UiContext;

/// Shows what is in files (or in pasted bytes): at the left what was found, at the right the selected thing. Needs no
/// store. A passphrase is asked for in place. Many may be open; each deletes itself when closed.
class ViewerWindow : public QWidget {
    Q_OBJECT
public:
    /// `context` must outlive the window.
    ViewerWindow(UiContext& context, std::vector<ContentSource> sources, QWidget* parent = nullptr);
    /// Of things that were read already, e.g. a certificate of the store; `title` for the window.
    ViewerWindow(UiContext& context, ContentsPtr contents, const QString& title, QWidget* parent = nullptr);
    ~ViewerWindow() override;

    QTreeWidget* contentsTree() const noexcept { return m_tree; }
    QTabWidget* tabs() const noexcept { return m_tabs; }
    /// What is shown now; null while it is being read.
    const ItemDescription* description() const noexcept { return m_description.get(); }

Q_SIGNALS:
    /// All files were read, or read again after a passphrase.
    void contentsShown();
    /// The description of the selected thing is shown.
    void itemShown();
    /// The person wants to put these into the store.
    void importWanted(const std::vector<certwright::ui::ContentSource>& sources);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    /// Which source and which item an entry of the tree stands for.
    struct Place {
        std::size_t source = 0;
        const formats::Item* item = nullptr; ///< null: the file itself
    };

    void build();
    void placeOverParent();
    QWidget* buildHeader();
    QWidget* buildPassphraseStrip();
    void read();
    void showContents(std::vector<ContentsPtr> contents);
    void addItem(QTreeWidgetItem* parent, std::size_t source, const formats::Item& item);
    void showSelected();
    void showDescription(std::shared_ptr<const ItemDescription> description);
    void showFile(std::size_t source);
    void updatePassphraseStrip(std::size_t source);
    void givePassphrase();
    void copyPem();
    std::optional<Place> currentPlace() const;

    UiContext& m_context;
    std::vector<ContentSource> m_sources;
    std::vector<ContentsPtr> m_contents;
    std::vector<Place> m_places; ///< by the number that a tree entry carries
    std::shared_ptr<const ItemDescription> m_description;
    std::optional<std::size_t> m_passphraseSource;
    int m_generation = 0;

    InlineBanner* m_banner;
    QTreeWidget* m_tree;
    QTabWidget* m_tabs;
    FactsView* m_facts;
    DetailsView* m_details;
    QPlainTextEdit* m_pem;
    QLabel* m_icon = nullptr;
    ElidedLabel* m_title = nullptr;
    StateLabel* m_state = nullptr;
    QPushButton* m_copyPem = nullptr;
    QPushButton* m_import = nullptr;
    QWidget* m_passphraseStrip = nullptr;
    QLabel* m_passphraseLabel = nullptr;
    PassphraseEdit* m_passphrase = nullptr;
    QPushButton* m_passphraseOpen = nullptr;
};

} // namespace certwright::ui
