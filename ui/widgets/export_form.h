#pragma once

#include "core/base/secret.h"
#include "core/pki/export_target.h"
#include "core/service/exporting.h"

#include <QString>
#include <QWidget>

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;

namespace certwright::ui {

class FieldMessage;
class PassphraseEdit;

/// Where an export goes and how: the destination, the folder or file, and what the destination leaves to choose.
class ExportForm : public QWidget {
    Q_OBJECT
public:
    /// `isSeveral`: several certificates, which only some destinations take.
    explicit ExportForm(bool isSeveral, QWidget* parent = nullptr);

    pki::ExportTarget target() const;
    const pki::ExportTargetInfo& info() const { return pki::infoOf(target()); }
    void setTarget(pki::ExportTarget target);
    /// The private key is not in the store: destinations that need it are shown, but not to be chosen.
    void setKeyMissing();

    /// Without spaces around it.
    QString path() const;
    /// A path that somebody chose, which nothing proposes over.
    void setPath(const QString& path);
    /// Proposes a path in this folder for a certificate of this name, now and when the destination changes.
    void proposePath(const QString& folder, const QString& name);
    void setPathError(const QString& text);
    bool hasPathError() const;
    void focusPath();
    void focusTarget();

    bool isEncrypted() const;
    /// False, with the reason beside the field, when no passphrase can be taken from it.
    bool checkPassphrase();
    base::Secret passphrase() const;
    void clearPassphrase();

    /// Everything but the passphrase.
    void apply(service::ExportOrder& order) const;

Q_SIGNALS:
    void edited();
    /// Something about the passphrase alone.
    void passphraseEdited();
    void browseWanted();

private:
    void buildOptions();
    void buildPathRow(QFormLayout& rows);
    void targetChosen();
    void showPassphrase();
    void fillPath();

    QComboBox* m_targets;
    QLabel* m_summary;
    QLineEdit* m_path;
    FieldMessage* m_pathMessage;
    QCheckBox* m_root;
    QCheckBox* m_legacy;
    QCheckBox* m_encrypt;
    QLabel* m_passphraseLabel;
    PassphraseEdit* m_passphrase;
    QString m_folder;
    QString m_name;
    bool m_isPathProposed = true;
};

} // namespace certwright::ui
