#include "core/x509/certificate_builder.h"
#include "core/x509/request.h"
#include "tests/core/store/sample_pki.h"
#include "tests/gui/support/dialog_fixture.h"
#include "tests/gui/support/gui_checks.h"
#include "tests/gui/support/openssl_tool.h"
#include "tests/gui/support/sample_entries.h"
#include "tests/support/mounted_disk.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"
#include "ui/convert.h"
#include "ui/dialogs/export_dialog.h"
#include "ui/dialogs/name_dialog.h"
#include "ui/dialogs/sign_request_dialog.h"
#include "ui/views/state_label.h"
#include "ui/widgets/comparison_view.h"
#include "ui/widgets/name_editor.h"
#include "ui/widgets/problem_list.h"
#include "ui/widgets/validity_fields.h"

#include <QComboBox>
#include <QDateTimeEdit>
#include <QSignalSpy>

using namespace certwright;
using namespace certwright::ui;
using test::waitUntil;

namespace {

using Column = ComparisonView::Column;

struct Fixture : test::DialogFixture<SignRequestDialog> {
    Fixture() { createStore(); }

    /// Makes a request with openssl, which is who asks here. `extensions` are -addext values.
    void ask(const QString& subject, const QStringList& extensions) {
        QStringList arguments{QStringLiteral("req"),
                              QStringLiteral("-new"),
                              QStringLiteral("-newkey"),
                              QStringLiteral("ec"),
                              QStringLiteral("-pkeyopt"),
                              QStringLiteral("ec_paramgen_curve:P-256"),
                              QStringLiteral("-nodes"),
                              QStringLiteral("-keyout"),
                              path(QStringLiteral("asked.key")),
                              QStringLiteral("-subj"),
                              subject};
        for (const QString& extension : extensions)
            arguments << QStringLiteral("-addext") << extension;
        requestPem = test::openssl(arguments);
        write([this](store::Store& store) {
            request = store.addRequest(x509::Request::fromPem(requestPem.toStdString()), {QStringLiteral("asked"), {}});
        });
    }
    store::RowId addCa(const test::Holder& ca) {
        store::RowId id = 0;
        write([&](store::Store& store) {
            store.addKey(ca.key);
            id = store.addCertificate(ca.certificate);
        });
        return id;
    }
    void open() {
        auto* made = new SignRequestDialog(context, request);
        created = std::make_unique<QSignalSpy>(made, &SignRequestDialog::created);
        show(made);
    }
    ComparisonView* comparison() const { return find<ComparisonView>("comparison"); }
    /// The row that asks for, or issues, this.
    QTreeWidgetItem* row(const QString& value) const {
        for (int i = 0; i < comparison()->topLevelItemCount(); ++i) {
            QTreeWidgetItem* item = comparison()->topLevelItem(i);
            if (item->text(Column::Requested) == value || item->text(Column::Issued) == value ||
                item->text(Column::Field) == value)
                return item;
        }
        return nullptr;
    }
    void tick(const QString& value, bool isTaken) {
        QTreeWidgetItem* item = row(value);
        QVERIFY2(item != nullptr, qPrintable(value));
        item->setCheckState(Column::Field, isTaken ? Qt::Checked : Qt::Unchecked);
        settle();
    }
    void chooseProfile(const char* id) {
        auto* profiles = find<QComboBox>("profile");
        profiles->setCurrentIndex(profiles->findData(QLatin1String(id)));
        settle();
    }
    QString problems() const { return find<ProblemList>("checks")->texts().join(QLatin1Char('\n')); }
    /// Presses the button beside the problem that says this.
    void mend(const QString& text) {
        for (auto* line : find<ProblemList>("checks")->findChildren<FieldMessage*>()) {
            if (line->text().contains(text) && line->fixButton()->isVisibleTo(line)) {
                line->fixButton()->click();
                settle();
                return;
            }
        }
        QTest::qFail(qPrintable(QStringLiteral("nothing mends: ") + text), __FILE__, __LINE__);
    }
    /// Signs, and gives what "openssl x509 -text" says about the certificate.
    QByteArray sign() {
        primary()->click();
        if (!waitUntil([this] { return created->count() == 1; })) {
            QTest::qFail(qPrintable(QStringLiteral("not signed: ") + banner() + bannerDetail()), __FILE__, __LINE__);
            return {};
        }
        read([this](store::Store& store) {
            pem = QByteArray::fromStdString(
                store.certificateObject(created->front().at(1).value<store::RowId>()).toPem());
        });
        return test::openssl({QStringLiteral("x509"), QStringLiteral("-noout"), QStringLiteral("-text"),
                              QStringLiteral("-nameopt"), QStringLiteral("oneline")},
                             pem);
    }
    qint64 certificateCount() {
        qint64 count = 0;
        read([&count](store::Store& store) { count = store.counts().certificates; });
        return count;
    }
    QString writeFile(const QString& name, const QByteArray& content) const {
        QFile file(path(name));
        if (!file.open(QIODevice::WriteOnly))
            QTest::qFail("cannot write", __FILE__, __LINE__);
        file.write(content);
        return file.fileName();
    }

    QByteArray requestPem;
    QByteArray pem;
    store::RowId request = 0;
    std::unique_ptr<QSignalSpy> created;
};

/// Two names and a wish for client authentication, under one CA.
struct UsualFixture : Fixture {
    UsualFixture() {
        root = addCa(ca);
        ask(QStringLiteral("/C=DE/O=Lab/CN=www.lab.example"),
            {QStringLiteral("subjectAltName=DNS:www.lab.example,DNS:api.lab.example"),
             QStringLiteral("extendedKeyUsage=clientAuth")});
        open();
    }

    test::Holder ca = test::sampleRoot("Lab Root CA");
    store::RowId root = 0;
};

} // namespace

class TestSignRequestDialog : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { CERTWRIGHT_NEED_TOOL(program, "openssl"); }
    void signsWhatWasAskedFor();
    void showsWhatChanges();
    void leavesOutAName();
    void takesAnExtensionFromTheRequest();
    void takesWhatWasLeftOutByItsButton();
    void dropsAWishToBeACa();
    void editsTheSubject();
    void choosesTheLifetime();
    void remembersCaAndPurpose();
    void offersTheExport();
    void refusesAForgedRequest();
    void refusesAnIssuer_data();
    void refusesAnIssuer();
    void refusesToOutliveTheIssuer();
    void takesOddSubjectsAsTheyAre();
    void saysThatThereIsNoCa();
    void saysThatNoStoreIsOpen();
    void saysThatTheRequestIsGone();
    void unlocksTheStore();
    void stopLeavesNothing();
    void closingInTheMiddleLeavesNothing();
    void saysThatTheDiskIsFull();
    void signsARequestOfAFile();
    void isUsable();
    void holdsLongNamesAndManyNames();
};

void TestSignRequestDialog::signsWhatWasAskedFor() {
    UsualFixture f;
    QCOMPARE(f.dialog->windowTitle(), QStringLiteral("Sign request asked"));
    QCOMPARE(f.find<StateLabel>("proof")->text(), QStringLiteral("Signed by its own key, P-256"));
    QVERIFY(f.find<StateLabel>("proof")->state() == State::Valid);
    const QByteArray text = f.sign();
    QVERIFY2(text.contains("DNS:www.lab.example, DNS:api.lab.example"), text.constData());
    QVERIFY2(text.contains("TLS Web Server Authentication"), text.constData());
    QVERIFY2(!text.contains("TLS Web Client Authentication"), text.constData());
    QVERIFY2(text.contains("Subject: C = DE, O = Lab, CN = www.lab.example"), text.constData());
    QVERIFY2(text.contains("CA:FALSE"), text.constData());
    // The same key as in the request, under the CA: openssl's judgement.
    const QStringList publicKey{QStringLiteral("-noout"), QStringLiteral("-pubkey")};
    QCOMPARE(test::openssl(QStringList{QStringLiteral("x509")} + publicKey, f.pem),
             test::openssl(QStringList{QStringLiteral("req")} + publicKey, f.requestPem));
    const QString root = f.writeFile(QStringLiteral("root.pem"), QByteArray::fromStdString(f.ca.certificate.toPem()));
    const QString leaf = f.writeFile(QStringLiteral("leaf.pem"), f.pem);
    const QByteArray verdict = test::openssl(
        {QStringLiteral("verify"), QStringLiteral("-attime"), QString::number(f.clock.now().time_since_epoch().count()),
         QStringLiteral("-purpose"), QStringLiteral("sslserver"), QStringLiteral("-verify_hostname"),
         QStringLiteral("api.lab.example"), QStringLiteral("-CAfile"), root, leaf});
    QVERIFY2(verdict.contains(": OK"), verdict.constData());
    QVERIFY(f.isGone());
    QVERIFY(f.prompts.isScriptDone());
    f.read([](store::Store& store) { QVERIFY(store.verifyJournal().isWhole); });
}

void TestSignRequestDialog::showsWhatChanges() {
    UsualFixture f;
    QCOMPARE(f.comparison()->topLevelItemCount(), 8); // subject, two names, EKU; KU, BC, SKI and AKI are added
    const QTreeWidgetItem* usage = f.row(QStringLiteral("Extended key usage"));
    QVERIFY(usage != nullptr);
    QCOMPARE(usage->text(Column::Requested), QStringLiteral("TLS Web Client Authentication"));
    QCOMPARE(usage->text(Column::Issued), QStringLiteral("TLS Web Server Authentication"));
    QCOMPARE(usage->text(Column::Difference), QStringLiteral("≠ changed"));
    QCOMPARE(usage->checkState(Column::Field), Qt::Unchecked);
    const QTreeWidgetItem* name = f.row(QStringLiteral("api.lab.example"));
    QCOMPARE(name->text(Column::Field), QStringLiteral("Name (DNS)"));
    QCOMPARE(name->text(Column::Difference), QStringLiteral("as requested"));
    QCOMPARE(f.row(QStringLiteral("Key usage"))->text(Column::Difference), QStringLiteral("added"));
    QCOMPARE(f.row(QStringLiteral("Subject"))->data(Column::Field, Qt::CheckStateRole), QVariant()); // not a choice
}

void TestSignRequestDialog::leavesOutAName() {
    UsualFixture f;
    f.tick(QStringLiteral("api.lab.example"), false);
    const QTreeWidgetItem* name = f.row(QStringLiteral("api.lab.example"));
    QVERIFY2(name != nullptr, "it disappeared");
    QVERIFY(name->font(Column::Requested).strikeOut());
    QCOMPARE(name->text(Column::Issued), QStringLiteral("–"));
    QCOMPARE(name->text(Column::Difference), QStringLiteral("≠ left out"));
    QVERIFY2(f.problems().contains(QStringLiteral("left out: DNS:api.lab.example.")), qPrintable(f.problems()));
    const QByteArray text = f.sign();
    QVERIFY2(text.contains("DNS:www.lab.example") && !text.contains("api.lab.example"), text.constData());
}

void TestSignRequestDialog::takesAnExtensionFromTheRequest() {
    UsualFixture f;
    f.tick(QStringLiteral("Extended key usage"), true);
    QCOMPARE(f.row(QStringLiteral("Extended key usage"))->text(Column::Difference), QStringLiteral("as requested"));
    const QByteArray text = f.sign();
    QVERIFY2(text.contains("TLS Web Client Authentication") && !text.contains("TLS Web Server"), text.constData());
}

void TestSignRequestDialog::takesWhatWasLeftOutByItsButton() {
    Fixture f;
    f.addCa(test::sampleRoot("Lab Root CA"));
    f.ask(QStringLiteral("/CN=www.lab.example"),
          {QStringLiteral("subjectAltName=DNS:www.lab.example"), QStringLiteral("tlsfeature=status_request")});
    f.open();
    QVERIFY2(f.problems().contains(QStringLiteral("left out: tlsfeature.")), qPrintable(f.problems()));
    f.mend(QStringLiteral("left out: tlsfeature."));
    QVERIFY2(!f.problems().contains(QStringLiteral("left out")), qPrintable(f.problems()));
    QVERIFY(f.sign().contains("status_request"));
}

void TestSignRequestDialog::dropsAWishToBeACa() {
    Fixture f;
    f.addCa(test::sampleRoot("Lab Root CA"));
    f.ask(QStringLiteral("/CN=www.lab.example"),
          {QStringLiteral("subjectAltName=DNS:www.lab.example"), QStringLiteral("basicConstraints=critical,CA:TRUE"),
           QStringLiteral("keyUsage=critical,keyCertSign,cRLSign")});
    f.open();
    QVERIFY2(
        f.problems().contains(QStringLiteral("The request asks for a CA certificate (CA:TRUE); this is left out.")),
        qPrintable(f.problems()));
    QCOMPARE(f.row(QStringLiteral("Basic constraints"))->text(Column::Difference), QStringLiteral("≠ changed"));
    const QByteArray text = f.sign();
    QVERIFY2(text.contains("CA:FALSE") && !text.contains("Certificate Sign"), text.constData());
}

void TestSignRequestDialog::editsTheSubject() {
    UsualFixture f;
    f.find<QPushButton>("editSubject")->click();
    auto* editor = f.dialog->findChild<NameDialog*>();
    QVERIFY(editor != nullptr);
    QCOMPARE(printable(editor->name().toRfc2253()), QStringLiteral("CN=www.lab.example,O=Lab,C=DE"));
    editor->editor()->setName(x509::Name::parse("C=DE,O=Other Lab,CN=www.lab.example"));
    editor->accept();
    f.settle();
    QCOMPARE(f.row(QStringLiteral("Subject"))->text(Column::Difference), QStringLiteral("≠ changed"));
    const QByteArray text = f.sign();
    QVERIFY2(text.contains("O = Other Lab"), text.constData());
}

void TestSignRequestDialog::choosesTheLifetime() {
    UsualFixture f;
    f.find<QAbstractButton>("lifetime-90d")->click();
    f.settle();
    f.sign();
    // 90 days, both ends included, from five minutes before now.
    const QByteArray dates =
        test::openssl({QStringLiteral("x509"), QStringLiteral("-noout"), QStringLiteral("-dates")}, f.pem);
    QCOMPARE(dates, QByteArray("notBefore=Nov 24 11:55:00 2026 GMT\nnotAfter=Feb 22 11:54:59 2027 GMT\n"));
}

void TestSignRequestDialog::remembersCaAndPurpose() {
    UsualFixture f;
    f.addCa(test::sampleRoot("Another Root"));
    f.dialog->reject();
    QVERIFY(f.isGone());
    f.open();
    auto* issuers = f.find<QComboBox>("issuer");
    QCOMPARE(issuers->count(), 2);
    issuers->setCurrentIndex(issuers->findText(QStringLiteral("Another Root"), Qt::MatchStartsWith));
    f.chooseProfile("tls-client");
    f.sign();
    QVERIFY(f.isGone());
    f.open();
    QVERIFY(f.find<QComboBox>("issuer")->currentText().startsWith(QStringLiteral("Another Root")));
    QCOMPARE(f.find<QComboBox>("profile")->currentData().toString(), QStringLiteral("tls-client"));
}

void TestSignRequestDialog::offersTheExport() {
    UsualFixture f;
    f.sign();
    QCOMPARE(f.toasts.back().text, QStringLiteral("Signed asked"));
    QCOMPARE(f.toasts.back().actionText, QStringLiteral("Export…"));
    f.toasts.back().action();
    ExportDialog* opened = nullptr;
    for (QWidget* widget : QApplication::topLevelWidgets()) {
        if (auto* found = qobject_cast<ExportDialog*>(widget); found != nullptr)
            opened = found;
    }
    QVERIFY(opened != nullptr);
    const auto* target = opened->findChild<QComboBox*>(QStringLiteral("target"));
    QCOMPARE(target->currentText(), QStringLiteral("PEM chain"));
    delete opened;
}

void TestSignRequestDialog::refusesAForgedRequest() {
    Fixture f;
    f.addCa(test::sampleRoot("Lab Root CA"));
    f.ask(QStringLiteral("/CN=www.lab.example"), {QStringLiteral("subjectAltName=DNS:www.lab.example")});
    f.write([&f](store::Store& store) {
        // Another name under the same signature.
        base::Bytes der = store.requestObject(f.request).der();
        const std::string name = "www.lab.example", other = "www.bad.example";
        for (auto at = std::search(der.begin(), der.end(), name.begin(), name.end()); at != der.end();
             at = std::search(der.begin(), der.end(), name.begin(), name.end()))
            std::copy(other.begin(), other.end(), at);
        f.request = store.addRequest(x509::Request::fromDer(der), {QStringLiteral("forged"), {}});
    });
    f.open();
    QVERIFY(f.find<StateLabel>("proof")->state() == State::Error);
    QCOMPARE(f.find<StateLabel>("proof")->text(),
             QStringLiteral("Not signed by its own key (P-256): it was changed, or is not theirs"));
    f.primary()->click();
    QCOMPARE(f.banner(), QStringLiteral("This request cannot be signed like this."));
    QCOMPARE(f.bannerDetail(),
             QStringLiteral("The request's signature is wrong: its sender does not hold the key, or it was changed."));
    QCOMPARE(f.certificateCount(), qint64(1));
    test::look(*f.dialog, QStringLiteral("sign-request-forged"));
}

void TestSignRequestDialog::refusesAnIssuer_data() {
    QTest::addColumn<QString>("which");
    QTest::addColumn<QByteArray>("profile");
    QTest::addColumn<QString>("message");
    QTest::newRow("expired") << "expired" << QByteArray("tls-server")
                             << "Old CA has expired (2026-10-01) and may not issue certificates.";
    QTest::newRow("revoked") << "revoked" << QByteArray("tls-server") << "Revoked CA is revoked.";
    QTest::newRow("pathlen 0") << "pathlen" << QByteArray("intermediate-ca")
                               << "Short CA has pathlen 0 and may not issue a CA.";
    QTest::newRow("no keyCertSign") << "usage" << QByteArray("tls-server")
                                    << "Odd CA may not sign certificates: its key usage lacks keyCertSign.";
    QTest::newRow("names missing") << "good" << QByteArray("smime")
                                   << "Add at least one e-mail address; mail programs look for it in the alternative "
                                      "names.";
}

void TestSignRequestDialog::refusesAnIssuer() {
    QFETCH(const QString, which);
    QFETCH(const QByteArray, profile);
    QFETCH(const QString, message);
    Fixture f;
    const crypto::PrivateKey key = test::sampleKey();
    const std::map<QString, std::string> names{{QStringLiteral("expired"), "Old CA"},
                                               {QStringLiteral("revoked"), "Revoked CA"},
                                               {QStringLiteral("pathlen"), "Short CA"},
                                               {QStringLiteral("usage"), "Odd CA"},
                                               {QStringLiteral("good"), "Good CA"}};
    const x509::Name name = x509::Name::parse("CN=" + names.at(which));
    x509::CertificateBuilder builder;
    builder.setSubject(name)
        .setIssuer(name)
        .setPublicKey(key.publicKey())
        .setNotBefore(*base::parseRfc3339("2025-01-01T00:00:00Z"))
        .setNotAfter(
            *base::parseRfc3339(which == QStringLiteral("expired") ? "2026-10-01T00:00:00Z" : "2036-01-01T00:00:00Z"))
        .addExtension(x509::Extension::fromText("basicConstraints", true,
                                                which == QStringLiteral("pathlen") ? "CA:TRUE,pathlen:0" : "CA:TRUE"))
        .addExtension(x509::Extension::fromText("keyUsage", true,
                                                which == QStringLiteral("usage") ? "cRLSign" : "keyCertSign,cRLSign"));
    const store::RowId ca = f.addCa({key, builder.sign(key)});
    if (which == QStringLiteral("revoked"))
        f.write([&](store::Store& store) { store.revoke(ca, x509::RevocationReason::KeyCompromise, f.clock.now()); });
    f.ask(QStringLiteral("/CN=www.lab.example"), {QStringLiteral("subjectAltName=DNS:www.lab.example")});
    f.open();
    f.chooseProfile(profile.constData());
    if (f.find<QComboBox>("issuer")->count() == 0) {
        // A CA that cannot issue at all may be left out of the list; then there is none.
        QCOMPARE(f.banner(), QStringLiteral("There is no CA with its private key in this store."));
        return;
    }
    QVERIFY2(f.problems().contains(message), qPrintable(f.problems()));
    f.primary()->click();
    QVERIFY(f.waitForBanner());
    QCOMPARE(f.banner(), QStringLiteral("This request cannot be signed like this."));
    QCOMPARE(f.bannerDetail(), message);
    QCOMPARE(f.certificateCount(), qint64(1));
}

void TestSignRequestDialog::refusesToOutliveTheIssuer() {
    UsualFixture f; // its CA ends with 2035
    f.find<QAbstractButton>("lifetime-10y")->click();
    f.settle();
    QCOMPARE(f.message("validityMessage"), QStringLiteral("Ends 10 months after its issuer (2036-01-01)."));
    f.primary()->click();
    QCOMPARE(f.banner(), QStringLiteral("This request cannot be signed like this."));
    QCOMPARE(QApplication::focusWidget()->objectName(), QStringLiteral("notAfter"));
    f.find<FieldMessage>("validityMessage")->fixButton()->click();
    f.settle();
    QCOMPARE(f.message("validityMessage").contains(QStringLiteral("after its issuer")), false);
    const QByteArray text = f.sign();
    QVERIFY2(text.contains("Not After : Jan  1 00:00:00 2036 GMT"), text.constData());
}

void TestSignRequestDialog::takesOddSubjectsAsTheyAre() {
    Fixture f;
    f.addCa(test::sampleRoot("Lab Root CA"));
    // A country of three letters and more, which nobody here can mend but by another name.
    f.ask(QStringLiteral("/O=Lab/CN=") + QString(64, QLatin1Char('n')),
          {QStringLiteral("subjectAltName=DNS:www.lab.example")});
    f.open();
    const QByteArray text = f.sign();
    QVERIFY2(text.contains(QByteArray(64, 'n')), text.constData());
}

void TestSignRequestDialog::saysThatThereIsNoCa() {
    Fixture f;
    f.ask(QStringLiteral("/CN=www.lab.example"), {});
    f.open();
    QCOMPARE(f.banner(), QStringLiteral("There is no CA with its private key in this store."));
    test::look(*f.dialog, QStringLiteral("sign-request-no-ca"));
    f.primary()->click();
    QCOMPARE(f.banner(), QStringLiteral("There is no CA with its private key in this store."));
    QCOMPARE(f.certificateCount(), qint64(0));
    // What the request asks for is there to be read all the same.
    QVERIFY(f.row(QStringLiteral("CN=www.lab.example")) != nullptr);
}

void TestSignRequestDialog::saysThatNoStoreIsOpen() {
    UsualFixture f;
    f.dialog->reject();
    QVERIFY(f.isGone());
    f.controller.close();
    f.open();
    QCOMPARE(f.banner(), QStringLiteral("No store is open."));
    f.primary()->click();
    QCOMPARE(f.banner(), QStringLiteral("No store is open."));
}

void TestSignRequestDialog::saysThatTheRequestIsGone() {
    UsualFixture f;
    f.dialog->reject();
    QVERIFY(f.isGone());
    f.write([&f](store::Store& store) { store.remove(store::EntryKind::Request, {f.request}); });
    f.open();
    QVERIFY(f.waitForBanner());
    QCOMPARE(f.banner(), QStringLiteral("The request could not be read."));
    f.primary()->click();
    f.settle();
    QCOMPARE(f.banner(), QStringLiteral("The request could not be read."));
}

void TestSignRequestDialog::unlocksTheStore() {
    UsualFixture f;
    f.controller.lock();
    f.prompts.willGiveUpPassphrase();
    f.primary()->click();
    QVERIFY(waitUntil([&f] { return f.prompts.isScriptDone(); }));
    QCOMPARE(f.prompts.passphraseRequests.back().reason, QStringLiteral("To sign asked with Lab Root CA."));
    QCOMPARE(f.certificateCount(), qint64(1));
    f.prompts.willGivePassphrase(QStringLiteral("wrong"));
    f.prompts.willGivePassphrase(test::WindowFixture::passphrase);
    f.sign();
    QVERIFY(f.prompts.passphraseRequests.back().problem.startsWith(QStringLiteral("Wrong passphrase")));
}

void TestSignRequestDialog::stopLeavesNothing() {
    UsualFixture f;
    test::WriterHold hold(*f.controller.session());
    f.primary()->click();
    QVERIFY(f.isBusy());
    QVERIFY(!f.comparison()->isEnabled());
    QTest::keyClick(f.dialog, Qt::Key_Escape);
    hold.release();
    QVERIFY(f.waitForBanner());
    QCOMPARE(f.banner(), QStringLiteral("Stopped. Nothing was issued."));
    QVERIFY(!f.isBusy());
    QCOMPARE(f.certificateCount(), qint64(1));
    f.sign(); // and it can be had after all
    QCOMPARE(f.certificateCount(), qint64(2));
}

void TestSignRequestDialog::closingInTheMiddleLeavesNothing() {
    UsualFixture f;
    test::WriterHold hold(*f.controller.session());
    f.primary()->click();
    QVERIFY(f.isBusy());
    f.dialog->close();
    QVERIFY(f.isGone());
    hold.release();
    QVERIFY(waitUntil([&f] { return f.jobs.isIdle(); }));
    QCOMPARE(f.certificateCount(), qint64(1));
}

void TestSignRequestDialog::saysThatTheDiskIsFull() {
    Fixture f;
    CERTWRIGHT_NEED_DISK(disk, f.path(QStringLiteral("disk")), "1m");
    f.createStore(QStringLiteral("disk/full.certwright"));
    f.addCa(test::sampleRoot("Lab Root CA"));
    // Long enough that it does not fit into what the file has left.
    QStringList names;
    for (int i = 0; i < 400; ++i)
        names << QStringLiteral("DNS:host-%1.a-rather-long-domain.lab.example").arg(i);
    f.ask(QStringLiteral("/CN=www.lab.example"), {QStringLiteral("subjectAltName=") + names.join(QLatin1Char(','))});
    f.open();
    disk->fill();
    f.primary()->click();
    QVERIFY(f.waitForBanner());
    QCOMPARE(f.banner(), QStringLiteral("The request was not signed."));
    QVERIFY(!f.bannerDetail().isEmpty());
    QCOMPARE(f.certificateCount(), qint64(1));
}

void TestSignRequestDialog::signsARequestOfAFile() {
    UsualFixture f;
    f.dialog->reject();
    QVERIFY(f.isGone());
    auto* made = new SignRequestDialog(f.context, x509::Request::fromPem(f.requestPem.toStdString()),
                                       QStringLiteral("from <b>a</b> file"));
    f.created = std::make_unique<QSignalSpy>(made, &SignRequestDialog::created);
    f.show(made);
    QCOMPARE(f.dialog->windowTitle(), QStringLiteral("Sign request from <b>a</b> file"));
    QVERIFY(f.sign().contains("DNS:www.lab.example"));
}

void TestSignRequestDialog::isUsable() {
    UsualFixture f;
    CERTWRIGHT_VERIFY_USABLE(*f.dialog);
    QCOMPARE(test::defaultButton(*f.dialog), f.primary());
    QCOMPARE(QApplication::focusWidget(), f.primary()); // all is chosen already: Enter signs
    QCOMPARE(test::tabJumps(*f.dialog).join(QStringLiteral(", ")), QString());
    test::look(*f.dialog, QStringLiteral("sign-request"));
    f.dialog->resize(f.dialog->minimumSizeHint());
    CERTWRIGHT_VERIFY_USABLE(*f.dialog);
    QVERIFY2(f.dialog->width() <= 640 && f.dialog->height() <= 480,
             qPrintable(QStringLiteral("%1x%2").arg(f.dialog->width()).arg(f.dialog->height())));
    QTest::keyClick(f.dialog, Qt::Key_Escape);
    QVERIFY(f.isGone());
    QCOMPARE(f.certificateCount(), qint64(1));
}

void TestSignRequestDialog::holdsLongNamesAndManyNames() {
    Fixture f;
    f.addCa(test::sampleRoot("An Issuing CA with a Rather Long Name of the Department of Tests"));
    QStringList names;
    for (int i = 0; i < 50; ++i)
        names << QStringLiteral("DNS:host-%1.a-rather-long-domain-name-for-tests.lab.example").arg(i);
    f.ask(QStringLiteral("/O=Lab/CN=www.lab.example"),
          {QStringLiteral("subjectAltName=") + names.join(QLatin1Char(','))});
    f.open();
    QCOMPARE(f.comparison()->topLevelItemCount(), 56);
    CERTWRIGHT_VERIFY_USABLE(*f.dialog);
    // The CA is read in full.
    const auto* issuers = f.find<QComboBox>("issuer");
    QVERIFY2(issuers->width() > issuers->fontMetrics().horizontalAdvance(issuers->currentText()) + 40,
             qPrintable(issuers->currentText()));
    test::look(*f.dialog, QStringLiteral("sign-request-many"));
    // A tick in the middle leaves row and place.
    QTreeWidgetItem* item = f.comparison()->topLevelItem(40);
    f.comparison()->setCurrentItem(item);
    f.comparison()->scrollToItem(item);
    f.comparison()->setFocus();
    QTest::keyClick(f.comparison(), Qt::Key_Space);
    f.settle();
    QCOMPARE(f.comparison()->indexOfTopLevelItem(f.comparison()->currentItem()), 40);
    QCOMPARE(f.comparison()->topLevelItem(40)->text(Column::Difference), QStringLiteral("≠ left out"));
    QVERIFY(f.sign().count("DNS:") == 49);
}

CERTWRIGHT_TEST_MAIN(TestSignRequestDialog)
#include "tst_sign_request_dialog.moc"
