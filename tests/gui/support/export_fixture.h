#pragma once

#include "core/service/exporting.h"
#include "core/service/issuing.h"
#include "tests/gui/support/dialog_fixture.h"
#include "tests/gui/support/openssl_tool.h"
#include "ui/dialogs/export_dialog.h"
#include "ui/widgets/export_plan_view.h"
#include "ui/widgets/passphrase_edit.h"

#include <QFile>
#include <QLineEdit>
#include <QSignalSpy>

#include <memory>

namespace certwright::test {

/// A store with a root, a CA below it, and a server certificate with its key.
struct ExportFixture : DialogFixture<ui::ExportDialog> {
    explicit ExportFixture(const QString& storeName = QStringLiteral("lab.certwright")) {
        createStore(storeName);
        write([this](store::Store& store) {
            root = issue(store, "root-ca", "CN=Lab Root CA", 0, {});
            middle = issue(store, "intermediate-ca", "CN=Lab Issuing CA", root, {});
            server = issue(store, "tls-server", {}, middle, "www.lab.example,192.0.2.10");
        });
    }
    store::RowId issue(store::Store& store, const char* profile, std::string_view subject, store::RowId ca,
                       std::string_view names) {
        service::IssueRequest request;
        request.choices.profile = *pki::findProfile(profile);
        if (!subject.empty())
            request.choices.subject = x509::Name::parse(subject);
        request.choices.names = x509::parseGeneralNames(names);
        if (ca == 0)
            request.choices.product = pki::Product::SelfSignedCertificate;
        else
            request.ca = service::StoredCa{ca};
        request.now = clock.now();
        return service::issue(&store, request).certificateId;
    }
    void open(std::vector<store::RowId> ids, pki::ExportTarget target) {
        auto* page = new ui::ExportDialog(context, std::move(ids));
        page->setTarget(target);
        exported = std::make_unique<QSignalSpy>(page, &ui::ExportDialog::exported);
        show(page);
    }
    void open(pki::ExportTarget target) { open({server}, target); }
    void setPath(const QString& path) {
        dialog->setPath(path);
        settle();
    }
    ui::PassphraseEdit* passphraseEdit() const { return find<ui::PassphraseEdit>("exportPassphrase"); }
    void givePassphrase(const QString& first, const QString& second) const {
        passphraseEdit()->field()->setText(first);
        passphraseEdit()->confirmField()->setText(second);
    }
    ui::ExportPlanView* preview() const { return dialog->findChild<ui::ExportPlanView*>(); }
    QString problems() const { return preview()->problems().join(QLatin1Char('\n')); }
    bool waitForExport() const {
        return waitUntil([this] { return exported->count() == 1 || !banner().isEmpty(); }) && exported->count() == 1;
    }
    /// The certificates of the store, for openssl verify.
    QString writePem(const QString& name, store::RowId id) {
        QFile file(path(name));
        read([&](store::Store& store) {
            if (!file.open(QIODevice::WriteOnly))
                QTest::qFail("cannot write", __FILE__, __LINE__);
            file.write(QByteArray::fromStdString(store.certificateObject(id).toPem()));
        });
        file.close();
        return file.fileName();
    }
    QString now() const { return QString::number(clock.now().time_since_epoch().count()); }
    /// Whether openssl follows the chain of the file up to the root.
    void verifyChain(const QString& file) {
        const QByteArray verdict =
            openssl({QStringLiteral("verify"), QStringLiteral("-attime"), now(), QStringLiteral("-CAfile"),
                     writePem(QStringLiteral("root.pem"), root), QStringLiteral("-untrusted"), file, file});
        QVERIFY2(verdict.contains(": OK"), verdict.constData());
    }
    QByteArray publicKeyOf(const QString& certificate) const {
        return openssl({QStringLiteral("x509"), QStringLiteral("-in"), certificate, QStringLiteral("-noout"),
                        QStringLiteral("-pubkey")});
    }
    QStringList journalActs() {
        QStringList acts;
        read([&acts](store::Store& store) {
            for (const auto& entry : store.journal())
                acts << entry.act;
        });
        return acts;
    }

    store::RowId root = 0, middle = 0, server = 0;
    std::unique_ptr<QSignalSpy> exported;
};

} // namespace certwright::test
