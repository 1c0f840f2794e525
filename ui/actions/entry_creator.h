#pragma once

#include "core/store/rows.h"

#include <QObject>
#include <QString>

#include <vector>

class QWidget;

namespace certwright::ui {

struct UiContext;

/// What is selected while something new is to be made.
struct CreationStart {
    store::RowId issuerId = 0; ///< a CA that is selected is meant
    store::RowId keyId = 0;    ///< so is a key
};

/// Opens the dialogs that make and export entries, modal to one window.
class EntryCreator : public QObject {
    Q_OBJECT
public:
    /// Both must outlive it.
    EntryCreator(UiContext& context, QWidget* window);

    /// `profile` may be empty: the dialog proposes one.
    void newCertificate(const QString& profile, const CreationStart& start);
    /// One for the same names as a server's; needs an open store.
    void replacementFor(const x509::Certificate& certificate);
    void newRequest(const CreationStart& start);
    void newKey();
    void signRequest(store::RowId requestId);
    void exportCertificates(const std::vector<store::RowId>& ids);

Q_SIGNALS:
    void created(certwright::store::EntryKind kind, certwright::store::RowId id);

private:
    UiContext& m_context;
    QWidget* m_window;
};

} // namespace certwright::ui
