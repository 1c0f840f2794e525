#include "tests/gui/support/gui_checks.h"
#include "tests/gui/support/new_certificate_fixture.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"

#include <QDateTimeEdit>
#include <QTimeZone>
#include <QTreeWidget>

using namespace certwright;
using namespace certwright::ui;
using Fixture = test::NewCertificateFixture;
using test::waitUntil;

namespace {

/// How a row of the table brings the page into the state that is to be refused or remarked upon.
using Action = std::function<void(Fixture&)>;

QDateTime day(int year, int month, int dayOfMonth) {
    return QDateTime(QDate(year, month, dayOfMonth), QTime(0, 0), QTimeZone::utc());
}

void openUnder(Fixture& f, const test::Holder& ca) {
    f.ca = ca;
    f.openForServer(QStringLiteral("www.lab.example"));
}

void chooseStoredKey(Fixture& f, const QString& name) {
    f.find<QAbstractButton>("existingKey")->click();
    auto* keys = f.find<QComboBox>("storedKey");
    keys->setCurrentIndex(keys->findText(name, Qt::MatchStartsWith));
    Q_EMIT keys->activated(keys->currentIndex());
    f.settle();
}

} // namespace

Q_DECLARE_METATYPE(Action)

/// Everything that the page for new certificates can say about what somebody chose.
class TestNewCertificateMessages : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void refuses_data();
    void refuses();
    void remarks_data();
    void remarks();
    void doesNotComplainOfAnEmptyForm();
    void shortensToTheIssuer();
    void addsTheCommonNameToTheNames();
    void changesAKeyThatBrowsersRefuse();
    void refusesAnExtensionInPlace();
    void refusesWhatWasTypedLast();
    void saysThatNoStoreIsOpen();
};

void TestNewCertificateMessages::refuses_data() {
    QTest::addColumn<Action>("prepare");
    QTest::addColumn<QByteArray>("field"); // the FieldMessage that says it; empty: the list of checks
    QTest::addColumn<QString>("message");
    QTest::addColumn<QString>("focus");
    const auto row = [](const char* title, Action prepare, const char* field, const char* message, const char* focus) {
        QTest::newRow(title) << std::move(prepare) << QByteArray(field) << QString::fromUtf8(message)
                             << QString::fromLatin1(focus);
    };
    row(
        "no names", [](Fixture& f) { f.openForServer({}); }, "message",
        "Add at least one DNS name or IP address; browsers ignore the common name.", "names");
    row(
        "wildcard", [](Fixture& f) { f.openForServer(QStringLiteral("*.*.lab")); }, "message",
        "“*.*.lab” is not a valid wildcard: only the leftmost label may be *.", "names");
    row(
        "no e-mail",
        [](Fixture& f) {
            f.openForServer({});
            f.click("purpose-smime");
        },
        "message", "Add at least one e-mail address; mail programs look for it in the alternative names.", "names");
    row(
        "country",
        [](Fixture& f) {
            f.openForServer();
            f.type("country", QStringLiteral("D"));
        },
        "subjectMessage", "Country must be two letters (ISO 3166), e.g. DE.", "country");
    row(
        "long common name",
        [](Fixture& f) {
            f.openForServer();
            f.type("commonName", QString(65, QLatin1Char('n')));
        },
        "subjectMessage", "The common name is longer than 64 characters (ub-common-name).", "commonName");
    row(
        "long organization",
        [](Fixture& f) {
            f.openForServer();
            f.type("organization", QString(65, QLatin1Char('n')));
        },
        "subjectMessage", "The organization is longer than 64 characters (ub-organization-name).", "organization");
    row(
        "CA without a name", [](Fixture& f) { f.open(); }, "subjectMessage", "A CA needs a name.", "commonName");
    row(
        "nothing named",
        [](Fixture& f) {
            f.openForServer({});
            f.click("purpose-tls-client");
        },
        "subjectMessage", "Give a name: a subject or an alternative name.", "commonName");
    row(
        "taken name",
        [](Fixture& f) {
            f.openForServer();
            f.type("storeName", QStringLiteral("Lab Root CA"));
        },
        "storeNameMessage", "Name is used by another certificate.", "storeName");
    row(
        "no key chosen",
        [](Fixture& f) {
            f.openForServer();
            f.click("existingKey");
        },
        "keyMessage", "Choose a key.", "storedKey");
    row(
        "key that cannot sign",
        [](Fixture& f) {
            f.write([](store::Store& store) {
                store.addKey(test::sampleKey("x25519"), {QStringLiteral("agreeing"), {}});
            });
            f.openForServer();
            chooseStoredKey(f, QStringLiteral("agreeing"));
        },
        "keyMessage", "X25519 keys cannot do what “TLS server” needs.", "storedKey");
    row(
        "key that cannot sign itself",
        [](Fixture& f) {
            f.write([](store::Store& store) {
                store.addKey(test::sampleKey("x25519"), {QStringLiteral("agreeing"), {}});
            });
            f.openForServer();
            f.click("selfSigned");
            f.click("purpose-custom");
            chooseStoredKey(f, QStringLiteral("agreeing"));
        },
        "keyMessage", "X25519 keys cannot sign, so they can neither sign themselves nor a request.", "storedKey");
    row(
        "outlives its issuer",
        [](Fixture& f) {
            openUnder(f, f.makeCa("Short CA", "2026-12-24T12:00:00Z"));
            f.click("lifetime-90d");
        },
        "validityMessage", "Ends 1 month after its issuer (2026-12-24).", "notAfter");
    row(
        "ends before it starts",
        [](Fixture& f) {
            f.openForServer();
            f.find<QDateTimeEdit>("notAfter")->setDateTime(day(2026, 1, 1));
            f.settle();
        },
        "validityMessage", "It would end before it starts.", "notAfter");
    row(
        "issuer expired", [](Fixture& f) { openUnder(f, f.makeCa("Old CA", "2026-10-01T00:00:00Z")); }, "",
        "Old CA has expired (2026-10-01) and may not issue certificates.", "issuer");
    row(
        "issuer may have no CA below",
        [](Fixture& f) {
            openUnder(f, f.makeCa("Last CA", "2036-01-01T00:00:00Z", "CA:TRUE,pathlen:0"));
            f.click("purpose-intermediate-ca");
            f.type("commonName", QStringLiteral("One more CA"));
        },
        "", "Last CA has pathlen 0 and may not issue a CA.", "issuer");
    row(
        "name of the issuer",
        [](Fixture& f) {
            f.openForServer({});
            f.click("purpose-tls-client");
            f.type("commonName", QStringLiteral("Lab Root CA"));
        },
        "subjectMessage",
        "This is the name of the issuer itself: programs would take the certificate for a self-signed one.",
        "commonName");
    row(
        "keyCertSign without CA",
        [](Fixture& f) {
            f.openForServer();
            f.addExtension(QStringLiteral("keyUsage"), QStringLiteral("keyCertSign"), true);
        },
        "", "keyCertSign needs CA:TRUE.", "extensions");
    row(
        "CA without keyCertSign",
        [](Fixture& f) {
            f.openForServer();
            f.addExtension(QStringLiteral("basicConstraints"), QStringLiteral("CA:TRUE"), true);
        },
        "", "A CA needs the key usage keyCertSign.", "extensions");
    row(
        "extension twice",
        [](Fixture& f) {
            f.openForServer();
            f.addExtension(QStringLiteral("nsComment"), QStringLiteral("one"));
            f.addExtension(QStringLiteral("nsComment"), QStringLiteral("two"));
        },
        "", "nsComment is given twice; an extension may occur once only.", "extensions");
}

void TestNewCertificateMessages::refuses() {
    QFETCH(const Action, prepare);
    QFETCH(const QByteArray, field);
    QFETCH(const QString, message);
    QFETCH(const QString, focus);
    Fixture f;
    prepare(f);
    const store::Counts before = f.counts();
    f.primary()->click();
    QVERIFY(f.waitForBanner());
    QCOMPARE(f.banner(), QStringLiteral("The certificate cannot be created like this."));
    if (!field.isEmpty())
        QCOMPARE(f.message(field.constData()), message);
    else
        QVERIFY2(f.problems().contains(message), qPrintable(f.problems()));
    QCOMPARE(QApplication::focusWidget()->objectName(), focus);
    QVERIFY(!f.isBusy());
    QCOMPARE(f.counts().certificates, before.certificates);
    QCOMPARE(f.counts().keys, before.keys);
    CERTWRIGHT_VERIFY_USABLE(*f.dialog);
    test::look(*f.dialog, QStringLiteral("new-certificate-refused-") + QString(focus));
}

void TestNewCertificateMessages::remarks_data() {
    QTest::addColumn<Action>("prepare");
    QTest::addColumn<QString>("message");
    const auto row = [](const char* title, Action prepare, const char* message) {
        QTest::newRow(title) << std::move(prepare) << QString::fromUtf8(message);
    };
    row(
        "underscore", [](Fixture& f) { f.openForServer(QStringLiteral("lab_host.example")); },
        "“lab_host.example”: underscore is not allowed in host names.");
    row(
        "address", [](Fixture& f) { f.openForServer(QStringLiteral("192.0.2.10")); },
        "192.0.2.10 is an IP address: public CAs rarely sign these, private clients accept them.");
    row(
        "common name apart",
        [](Fixture& f) {
            f.openForServer();
            f.type("commonName", QStringLiteral("other.lab.example"));
        },
        "“other.lab.example” is not among the DNS names; browsers ignore the common name.");
    row(
        "Ed25519",
        [](Fixture& f) {
            f.openForServer();
            f.chooseKind(QStringLiteral("Ed25519"));
        },
        "Browsers do not accept Ed25519 certificates yet.");
    row(
        "used key",
        [](Fixture& f) {
            f.openForServer();
            chooseStoredKey(f, QStringLiteral("Lab Root CA"));
        },
        "The key is already used by 1 certificate.");
    row(
        "long life",
        [](Fixture& f) {
            f.openForServer();
            f.click("lifetime-5y");
        },
        "Apple's systems refuse server certificates that last longer than 825 days.");
    row(
        "ended",
        [](Fixture& f) {
            f.openForServer();
            f.find<QDateTimeEdit>("notBefore")->setDateTime(day(2026, 1, 1));
            f.find<QDateTimeEdit>("notAfter")->setDateTime(day(2026, 2, 1));
            f.settle();
        },
        "It would have ended already.");
    row(
        "starts later",
        [](Fixture& f) {
            f.openForServer();
            f.find<QDateTimeEdit>("notBefore")->setDateTime(day(2026, 12, 1));
            f.settle();
        },
        "It is not valid before 2026-12-01T00:00:00Z.");
    row(
        "shortened", [](Fixture& f) { openUnder(f, f.makeCa("Short CA", "2026-12-24T12:00:00Z")); },
        "Shortened to end with its issuer (2026-12-24).");
    row(
        "no subject",
        [](Fixture& f) {
            f.openForServer();
            f.click("fromFirstName");
            f.type("commonName", {});
        },
        "Empty DN: SAN must be critical (set).");
    row(
        "unknown and critical",
        [](Fixture& f) {
            f.openForServer();
            f.addExtension(QStringLiteral("1.3.6.1.4.1.99999.1"), QStringLiteral("ASN1:NULL"), true);
        },
        "1.3.6.1.4.1.99999.1 is critical, and programs that do not know it refuse the certificate.");
}

void TestNewCertificateMessages::remarks() {
    QFETCH(const Action, prepare);
    QFETCH(const QString, message);
    Fixture f;
    prepare(f);
    QVERIFY2(f.problems().split(QLatin1Char('\n')).contains(message), qPrintable(f.problems()));
    // It is said, not forbidden.
    QVERIFY2(f.create(), qPrintable(f.banner() + f.bannerDetail()));
}

void TestNewCertificateMessages::doesNotComplainOfAnEmptyForm() {
    Fixture f;
    f.openForServer({});
    QCOMPARE(f.message("message"), QString());
    QCOMPARE(f.banner(), QString());
    f.primary()->click();
    QVERIFY(f.waitForBanner());
    QVERIFY(!f.message("message").isEmpty());
    // It goes as soon as the cause does.
    f.setNames(QStringLiteral("www.lab.example"));
    QCOMPARE(f.message("message"), QString());
    QCOMPARE(f.banner(), QString());
}

void TestNewCertificateMessages::shortensToTheIssuer() {
    Fixture f;
    openUnder(f, f.makeCa("Short CA", "2026-12-24T12:00:00Z"));
    f.click("lifetime-90d");
    auto* message = f.find<FieldMessage>("validityMessage");
    QCOMPARE(message->fixButton()->text(), QStringLiteral("Shorten to issuer"));
    message->fixButton()->click();
    f.settle();
    QCOMPARE(f.message("validityMessage"), QString());
    QCOMPARE(f.find<QDateTimeEdit>("notAfter")->dateTime(),
             QDateTime::fromString(QStringLiteral("2026-12-24T12:00:00Z"), Qt::ISODate));
    QVERIFY2(f.create(), qPrintable(f.bannerDetail()));
    QVERIFY(f.createdText().contains("Not After : Dec 24 12:00:00 2026 GMT"));
}

void TestNewCertificateMessages::addsTheCommonNameToTheNames() {
    Fixture f;
    f.openForServer();
    f.type("commonName", QStringLiteral("other.lab.example"));
    auto* message = f.find<FieldMessage>("message");
    QCOMPARE(message->severity(), FieldMessage::Severity::Warning);
    for (auto* line : f.find<ProblemList>("checks")->findChildren<FieldMessage*>()) {
        if (line->text().contains(QStringLiteral("is not among the DNS names")))
            message = line;
    }
    message->fixButton()->click();
    f.settle();
    QVERIFY2(!f.problems().contains(QStringLiteral("is not among")), qPrintable(f.problems()));
    QVERIFY2(f.create(), qPrintable(f.bannerDetail()));
    QVERIFY(f.createdText().contains("DNS:other.lab.example"));
}

void TestNewCertificateMessages::changesAKeyThatBrowsersRefuse() {
    Fixture f;
    f.openForServer();
    f.chooseKind(QStringLiteral("Ed448"));
    for (auto* line : f.find<ProblemList>("checks")->findChildren<FieldMessage*>()) {
        if (line->text().startsWith(QStringLiteral("Browsers do not accept")))
            line->fixButton()->click();
    }
    f.settle();
    QCOMPARE(f.find<QComboBox>("keyKind")->currentText(), QStringLiteral("P-256"));
    QVERIFY(!f.problems().contains(QStringLiteral("Browsers do not accept")));
}

void TestNewCertificateMessages::refusesAnExtensionInPlace() {
    Fixture f;
    f.openForServer();
    f.addExtension(QStringLiteral("extendedKeyUsage"), QStringLiteral("nonsense"));
    QVERIFY(!f.message("extensionMessage").isEmpty() || !f.find<FieldMessage>("extensionMessage")->text().isEmpty());
    QCOMPARE(f.find<QLineEdit>("extensionValue")->text(), QStringLiteral("nonsense")); // to be mended, not typed anew
    const int shown = f.find<QTreeWidget>("extensions")->topLevelItemCount();
    f.addExtension(QStringLiteral("certificatePolicies"), QStringLiteral("2.23.140.1.2.1"));
    QVERIFY(f.find<FieldMessage>("extensionMessage")->text().isEmpty());
    QCOMPARE(f.find<QTreeWidget>("extensions")->topLevelItemCount(), shown + 1);
}

void TestNewCertificateMessages::refusesWhatWasTypedLast() {
    // The primary button is pressed before what was typed is worked out.
    Fixture f;
    f.openForServer();
    auto* name = f.find<QLineEdit>("storeName");
    name->setText(QStringLiteral("Lab Root CA"));
    Q_EMIT name->textEdited(name->text());
    f.primary()->click();
    QVERIFY(f.waitForBanner());
    QCOMPARE(f.message("storeNameMessage"), QStringLiteral("Name is used by another certificate."));
    QCOMPARE(f.counts().certificates, qint64(1));
    // Or everything is right, and it goes on by itself.
    name->setText(QStringLiteral("free"));
    Q_EMIT name->textEdited(name->text());
    QVERIFY2(f.create(), qPrintable(f.bannerDetail()));
    f.read([&f](store::Store& store) { QCOMPARE(store.certificate(f.createdId())->name, QStringLiteral("free")); });
}

void TestNewCertificateMessages::saysThatNoStoreIsOpen() {
    Fixture f((QString()));
    f.open();
    QCOMPARE(f.banner(), QStringLiteral("No store is open."));
    f.primary()->click();
    QCOMPARE(f.banner(), QStringLiteral("No store is open."));
}

CERTWRIGHT_TEST_MAIN(TestNewCertificateMessages)
#include "tst_new_certificate_messages.moc"
