#include "core/store/database.h"
#include "core/store/schema.h"
#include "tests/gui/support/gui_checks.h"
#include "tests/gui/support/main_window_fixture.h"
#include "tests/support/process.h"
#include "tests/support/test_main.h"
#include "tests/support/tools.h"
#include "ui/dialogs/create_store_dialog.h"
#include "ui/dialogs/import_dialog.h"
#include "ui/error_text.h"
#include "ui/models/import_model.h"
#include "ui/views/status_bar.h"
#include "ui/views/viewer_window.h"
#include "ui/widgets/inline_banner.h"
#include "ui/widgets/passphrase_edit.h"

#include <QDir>
#include <QFile>
#include <QLineEdit>
#include <QLocalServer>
#include <QPushButton>
#include <QToolButton>

#include <sys/stat.h>

using namespace certwright;
using namespace certwright::ui;
using test::waitUntil;

namespace {

struct Fixture : test::MainWindowFixture {
    using MainWindowFixture::MainWindowFixture;

    ViewerWindow* viewer() const { return window->findChild<ViewerWindow*>(); }
    InlineBanner* viewerBanner() const { return viewer() == nullptr ? nullptr : viewer()->findChild<InlineBanner*>(); }
    void dropFiles(const QStringList& paths) const {
        QMimeData data;
        QList<QUrl> urls;
        for (const QString& one : paths)
            urls += QUrl::fromLocalFile(one);
        data.setUrls(urls);
        drop(&data);
    }
};

/// What is wrong with a text that tells of an error: it has to say what and why in words, not in codes.
QString complaintAbout(const QString& text) {
    if (text.size() < 10)
        return QStringLiteral("too short: ") + text;
    for (const char* raw : {"error:", "errno", "0x", "QSQLITE", "SQLITE_", "std::"}) {
        if (text.contains(QLatin1String(raw)))
            return QStringLiteral("raw text: ") + text;
    }
    return {};
}

} // namespace

/// Files that are not what they should be, given to the window in every way that a person can give them.
class TestBadFiles : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void sayWhatIsWrong_data();
    void sayWhatIsWrong();
    void storesSayWhatIsWrong_data();
    void storesSayWhatIsWrong();
    void aStoreThatIsDroppedIsOpened();
    void aReadOnlyStoreSaysSo();
    void aFullDiskIsToldWhereItMatters();

private:
    QString make(const Fixture& f, const QString& kind);
    QString makeStore(Fixture& f, const QString& kind);

    QLocalServer m_socket;
};

QString TestBadFiles::make(const Fixture& f, const QString& kind) {
    const QString path = f.path(kind + QStringLiteral(".pem"));
    if (kind == QLatin1String("folder")) {
        QDir().mkpath(path);
    } else if (kind == QLatin1String("fifo")) {
        ::mkfifo(QFile::encodeName(path).constData(), 0600); // nobody ever writes to it
    } else if (kind == QLatin1String("socket")) {
        m_socket.close();
        m_socket.listen(path);
    } else if (kind == QLatin1String("device")) {
        return QStringLiteral("/dev/zero"); // without an end
    } else if (kind == QLatin1String("unreadable")) {
        return QStringLiteral("/proc/self/mem"); // its first page cannot be read, not even by root
    } else if (kind == QLatin1String("dangling")) {
        QFile::link(f.path(QStringLiteral("nothing")), path);
    } else if (kind == QLatin1String("zeros")) {
        QFile file(path);
        if (file.open(QIODevice::WriteOnly))
            file.resize(100 << 20);
    } else if (kind == QLatin1String("empty")) {
        f.writeFile(QStringLiteral("empty.pem"), {});
    }
    return path;
}

void TestBadFiles::sayWhatIsWrong_data() {
    QTest::addColumn<QString>("reason");
    QTest::newRow("missing") << "no such file";
    QTest::newRow("dangling") << "no such file";
    QTest::newRow("folder") << "folder";
    QTest::newRow("fifo") << "pipe";
    QTest::newRow("socket") << "socket";
    QTest::newRow("device") << "device";
    QTest::newRow("unreadable") << "cannot be read";
    QTest::newRow("empty") << "empty";
    QTest::newRow("zeros") << "nothing";
}

void TestBadFiles::sayWhatIsWrong() {
    QFETCH(QString, reason);
    Fixture f(false);
    const QString path = make(f, QString::fromLatin1(QTest::currentDataTag()));
    // As from the command line.
    f.window->lookAt({path});
    QVERIFY(waitUntil([&f] { return f.viewerBanner() != nullptr && f.viewerBanner()->isVisible(); }));
    const QString shown = f.viewerBanner()->text() + QLatin1Char('\n') + f.viewerBanner()->detail();
    QVERIFY2(shown.contains(QFileInfo(path).fileName()), qPrintable(shown));
    QVERIFY2(shown.contains(reason, Qt::CaseInsensitive), qPrintable(shown));
    QCOMPARE(complaintAbout(f.viewerBanner()->detail()), QString());
    CERTWRIGHT_VERIFY_USABLE(*f.viewer());
    test::look(*f.viewer(), QStringLiteral("bad-%1").arg(QLatin1String(QTest::currentDataTag())));
    delete f.viewer();

    // Dropped while a store is open: beside a good one, which is offered all the same.
    f.createStore();
    const test::Holder root = test::sampleRoot("Good Root");
    f.dropFiles({path, f.writeFile(QStringLiteral("good.crt"), root.certificate.toPem())});
    auto* dialog = f.window->findChild<ImportDialog*>();
    QVERIFY(dialog != nullptr);
    QVERIFY(waitUntil([dialog] { return !dialog->isBusy(); }));
    const auto* banner = dialog->findChild<InlineBanner*>();
    QVERIFY(banner->isVisible());
    QVERIFY2((banner->text() + banner->detail()).contains(QFileInfo(path).fileName()), qPrintable(banner->detail()));
    QCOMPARE(dialog->model()->tickedCount(), 1);
    dialog->reject();
}

QString TestBadFiles::makeStore(Fixture& f, const QString& kind) {
    const QString path = f.path(kind + QStringLiteral(".certwright"));
    const auto damage = [&path](qint64 from, const QByteArray& with) {
        QFile file(path);
        if (file.open(QIODevice::ReadWrite) && file.seek(from))
            file.write(with);
    };
    if (kind == QLatin1String("folder")) {
        QDir().mkpath(path);
    } else if (kind == QLatin1String("fifo")) {
        ::mkfifo(QFile::encodeName(path).constData(), 0600);
    } else if (kind == QLatin1String("empty")) {
        f.writeFile(QStringLiteral("empty.certwright"), {});
    } else if (kind == QLatin1String("certificate")) {
        f.writeFile(QStringLiteral("certificate.certwright"), test::sampleRoot("Root").certificate.toPem());
    } else if (kind == QLatin1String("foreign")) {
        store::Database(path, store::Access::ReadWrite).execute(QStringLiteral("CREATE TABLE theirs (x)"));
    } else if (kind != QLatin1String("missing")) {
        f.createStore(kind + QStringLiteral(".certwright"));
        f.controller.close();
        if (kind == QLatin1String("newer")) {
            store::Database(path, store::Access::ReadWrite).execute(QStringLiteral("PRAGMA user_version = 99"));
        } else if (kind == QLatin1String("cut")) {
            QFile(path).resize(6000);
        } else if (kind == QLatin1String("damaged")) {
            for (qint64 page = 1; page < QFileInfo(path).size() / 4096; ++page)
                damage(page * 4096, QByteArray(64, '\xA5'));
        }
    }
    return path;
}

void TestBadFiles::storesSayWhatIsWrong_data() {
    QTest::addColumn<QString>("reason");
    QTest::newRow("missing") << "no such store";
    QTest::newRow("folder") << "folder";
    QTest::newRow("fifo") << "not a file";
    QTest::newRow("empty") << "empty";
    QTest::newRow("certificate") << "not a store";
    QTest::newRow("foreign") << "another program";
    QTest::newRow("newer") << "newer version";
    QTest::newRow("cut") << "damaged";
    QTest::newRow("damaged") << "damaged";
}

void TestBadFiles::storesSayWhatIsWrong() {
    QFETCH(QString, reason);
    Fixture f(false);
    const QString path = makeStore(f, QString::fromLatin1(QTest::currentDataTag()));
    QFile file(path);
    const bool isFile = QFileInfo(path).isFile() && file.open(QIODevice::ReadOnly);
    const QByteArray before = isFile ? file.readAll() : QByteArray();
    f.window->openStore(path);
    QVERIFY(waitUntil([&f] { return !f.prompts.errors.empty(); }));
    QVERIFY(f.prompts.errors.front().title.contains(QFileInfo(path).fileName()));
    const ErrorText text = errorText(f.prompts.errors.front().error);
    QVERIFY2(text.reason.contains(reason, Qt::CaseInsensitive), qPrintable(text.reason));
    QCOMPARE(complaintAbout(text.reason), QString());
    QCOMPARE(complaintAbout(text.advice), QString());
    QVERIFY(f.controller.session() == nullptr);
    QVERIFY(f.actions().newStore->isEnabled());
    if (isFile) {
        file.seek(0);
        QVERIFY(file.readAll() == before); // nothing was mended behind the person's back
    }
}

void TestBadFiles::aStoreThatIsDroppedIsOpened() {
    Fixture f;
    f.controller.close();
    f.dropFiles({f.path(QStringLiteral("lab.certwright"))});
    QVERIFY(waitUntil([&f] { return f.controller.session() != nullptr; }));
    QVERIFY(f.viewer() == nullptr);
    f.controller.close();
    f.window->lookAt({f.path(QStringLiteral("lab.certwright"))});
    QVERIFY(waitUntil([&f] { return f.controller.session() != nullptr; }));
    // With something else beside it, that is shown, too.
    f.controller.close();
    f.dropFiles({f.path(QStringLiteral("lab.certwright")),
                 f.writeFile(QStringLiteral("root.crt"), test::sampleRoot("Root").certificate.toPem())});
    QVERIFY(waitUntil([&f] { return f.controller.session() != nullptr && f.viewer() != nullptr; }));
}

void TestBadFiles::aReadOnlyStoreSaysSo() {
    Fixture f;
    f.controller.close();
    const QString copy = f.path(QStringLiteral("copy.certwright"));
    QVERIFY(QFile::copy(f.path(QStringLiteral("lab.certwright")), copy));
    QVERIFY(QFile::setPermissions(copy, QFileDevice::ReadOwner));
    if (QFileInfo(copy).isWritable())
        QSKIP("root writes to read-only files; tst_store_files drops its rights for this");
    f.window->openStore(copy);
    QVERIFY(waitUntil([&f] { return f.certificates().arrangement().rows.size() == 4; }));
    QVERIFY(f.window->status().lockButton()->text().startsWith(QStringLiteral("Read-only")));
    f.select(f.entries.www);
    QVERIFY(f.actions().openEntry->isEnabled());
    for (QAction* action : {f.actions().newCertificate, f.actions().importFiles, f.actions().rename}) {
        QVERIFY(!action->isEnabled());
        QVERIFY2(action->toolTip().contains(QStringLiteral("read-only")), qPrintable(action->toolTip()));
    }
}

void TestBadFiles::aFullDiskIsToldWhereItMatters() {
    Fixture f(false);
    const QString disk = f.path(QStringLiteral("disk"));
    QVERIFY(QDir().mkpath(disk));
    CERTWRIGHT_NEED_TOOL(mount, "mount");
    CERTWRIGHT_NEED_TOOL(umount, "umount");
    if (!test::run(mount, {QStringLiteral("-t"), QStringLiteral("tmpfs"), QStringLiteral("-o"),
                           QStringLiteral("size=16k"), QStringLiteral("tmpfs"), disk})
             .isSuccess()) {
        test::noteSkipped(QStringLiteral("a small tmpfs cannot be mounted here (needs root)"));
        QSKIP("a small tmpfs cannot be mounted here (needs root)");
    }
    [&] {
        f.window->askToCreateStore();
        auto* dialog = f.window->findChild<CreateStoreDialog*>();
        QVERIFY(dialog != nullptr);
        dialog->pathField()->setText(disk + QStringLiteral("/new.certwright"));
        dialog->passphraseEdit()->field()->setText(QStringLiteral("correct horse"));
        dialog->passphraseEdit()->confirmField()->setText(QStringLiteral("correct horse"));
        dialog->accept();
        const auto* banner = dialog->findChild<InlineBanner*>();
        QVERIFY(waitUntil([banner] { return banner->isVisible(); }));
        QCOMPARE(banner->text(), QStringLiteral("The store was not created"));
        QVERIFY2(banner->detail().contains(QStringLiteral("full")), qPrintable(banner->detail()));
        QVERIFY(dialog->findChild<QPushButton*>(QStringLiteral("accept"))->isEnabled()); // another folder may do
        QCOMPARE(QDir(disk).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot), QStringList());
        dialog->reject();
    }();
    test::run(umount, {disk});
}

CERTWRIGHT_TEST_MAIN(TestBadFiles)
#include "tst_bad_files.moc"
