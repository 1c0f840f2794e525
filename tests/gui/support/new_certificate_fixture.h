#pragma once

#include "core/x509/certificate_builder.h"
#include "tests/core/store/sample_pki.h"
#include "tests/gui/support/dialog_fixture.h"
#include "tests/gui/support/openssl_tool.h"
#include "ui/dialogs/new_certificate_dialog.h"
#include "ui/widgets/problem_list.h"

#include <QComboBox>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSignalSpy>

#include <memory>

namespace certwright::test {

/// The page that makes certificates over a store, and openssl to judge what it made.
struct NewCertificateFixture : DialogFixture<ui::NewCertificateDialog> {
    using Start = ui::NewCertificateDialog::Start;

    explicit NewCertificateFixture(const QString& store = QStringLiteral("lab.certwright")) {
        if (!store.isEmpty())
            createStore(store);
    }

    store::RowId addCa(const Holder& added) {
        store::RowId id = 0;
        write([&](store::Store& store) {
            store.addKey(added.key, {QString::fromStdString(added.certificate.subject().displayName()), {}});
            id = store.addCertificate(added.certificate);
        });
        return id;
    }
    /// A CA that differs from the usual one.
    Holder makeCa(const std::string& name, const char* until, const char* constraints = "CA:TRUE") const {
        const crypto::PrivateKey key = sampleKey();
        x509::CertificateBuilder builder;
        builder.setSubject(x509::Name::parse("CN=" + name))
            .setIssuer(x509::Name::parse("CN=" + name))
            .setPublicKey(key.publicKey())
            .setNotBefore(*base::parseRfc3339("2025-01-01T00:00:00Z"))
            .setNotAfter(*base::parseRfc3339(until))
            .addExtension(x509::Extension::fromText("basicConstraints", true, constraints))
            .addSubjectKeyIdentifier();
        return {key, builder.sign(key)};
    }
    void open(const Start& start = {}) {
        auto* page = new ui::NewCertificateDialog(context, start);
        created = std::make_unique<QSignalSpy>(page, &ui::NewCertificateDialog::created);
        show(page);
    }
    /// For a server, under the CA "Lab Root CA".
    void openForServer(const QString& names = QStringLiteral("www.lab.example, api.lab.example")) {
        root = addCa(ca);
        open();
        setNames(names);
    }
    void click(const char* button) {
        find<QAbstractButton>(button)->click();
        settle();
    }
    void type(const char* field, const QString& text) {
        auto* edit = find<QLineEdit>(field);
        edit->setFocus();
        edit->selectAll();
        edit->setText(text);
        // What a program sets counts as edited only when somebody types it.
        Q_EMIT edit->textEdited(text);
        settle();
    }
    void setNames(const QString& names) {
        find<QPlainTextEdit>("names")->setPlainText(names);
        settle();
    }
    void chooseKind(const QString& text) {
        auto* kinds = find<QComboBox>("keyKind");
        const int index = kinds->findText(text);
        if (index < 0)
            QTest::qFail(qPrintable(text), __FILE__, __LINE__);
        kinds->setCurrentIndex(index);
        Q_EMIT kinds->activated(index);
        settle();
    }
    void addExtension(const QString& type, const QString& value, bool isCritical = false) {
        find<QComboBox>("extensionType")->setCurrentText(type);
        find<QLineEdit>("extensionValue")->setText(value);
        find<QAbstractButton>("extensionCritical")->setChecked(isCritical);
        click("addExtension");
    }
    QString problems() const { return find<ui::ProblemList>("checks")->texts().join(QLatin1Char('\n')); }
    bool create() {
        primary()->click();
        return waitUntil([this] { return created->count() == 1 || !banner().isEmpty(); }) && created->count() == 1;
    }
    store::RowId createdId() const { return created->front().at(1).value<store::RowId>(); }
    /// What was created, as PEM; `made` keeps it.
    QByteArray createdPem() {
        const auto kind = created->front().at(0).value<store::EntryKind>();
        read([&](store::Store& store) {
            made = QByteArray::fromStdString(kind == store::EntryKind::Request
                                                 ? store.requestObject(createdId()).toPem()
                                                 : store.certificateObject(createdId()).toPem());
        });
        return made;
    }
    /// "openssl x509 -text" of it.
    QByteArray createdText() {
        return openssl({QStringLiteral("x509"), QStringLiteral("-noout"), QStringLiteral("-text"),
                        QStringLiteral("-nameopt"), QStringLiteral("oneline")},
                       createdPem());
    }
    QString writeFile(const QString& name, const QByteArray& content) const {
        QFile file(path(name));
        if (!file.open(QIODevice::WriteOnly))
            QTest::qFail("cannot write", __FILE__, __LINE__);
        file.write(content);
        return file.fileName();
    }
    /// "openssl verify" of what was created under the root, with more arguments.
    QByteArray verify(const QStringList& arguments, const QByteArray& rootPem) {
        const QStringList usual{QStringLiteral("verify"),  QStringLiteral("-x509_strict"),
                                QStringLiteral("-attime"), QString::number(clock.now().time_since_epoch().count()),
                                QStringLiteral("-CAfile"), writeFile(QStringLiteral("root.pem"), rootPem)};
        return openssl(usual + arguments + QStringList{writeFile(QStringLiteral("made.pem"), createdPem())});
    }
    store::Counts counts() {
        store::Counts found;
        read([&found](store::Store& store) { found = store.counts(); });
        return found;
    }

    Holder ca = sampleRoot("Lab Root CA");
    store::RowId root = 0;
    QByteArray made;
    std::unique_ptr<QSignalSpy> created;
};

} // namespace certwright::test
