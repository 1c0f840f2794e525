#include "core/base/error.h"
#include "core/service/file_writer.h"
#include "tests/support/test_main.h"
#include "tests/support/unprivileged.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>

#include <functional>
#include <sys/stat.h>

using namespace certwright;
using service::FileWriter;

namespace {

std::string kindOf(const std::function<void()>& action) {
    try {
        action();
    } catch (const base::Error& error) {
        return std::string(toString(error.kind()));
    }
    return "nothing thrown";
}

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("(unreadable)");
}

int modeOf(const QString& path) {
    struct stat status {};
    return ::lstat(QFile::encodeName(path).constData(), &status) == 0 ? static_cast<int>(status.st_mode & 07777) : -1;
}

base::BytesView text(const char* value) {
    return base::bytesOf(value);
}

} // namespace

class FileWriterTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void writesPrivateFilesForTheirOwnerAlone_data();
    void writesPrivateFilesForTheirOwnerAlone();
    void isPrivateBeforeTheFirstByte();
    void writesPublicFilesLessTheUmask();
    void refusesToOverwrite();
    void refusesWhatAppearedMeanwhile();
    void replacesWhenAllowed();
    void keepsALinkALink();
    void refusesFoldersAndDevices();
    void leavesNothingBehindWithoutCommit();
    void writesAllOrNothing();
    void takesBackWhatItNamed();
    void putsBackWhatItReplaced();
    void saysWhenTheFolderIsMissing();
    void saysWhenTheFolderIsNotWritable();

private:
    QString path(const char* name) const { return m_folder->filePath(QString::fromLatin1(name)); }
    QStringList entries() const {
        return QDir(m_folder->path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot);
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void FileWriterTest::init() {
    m_folder = std::make_unique<QTemporaryDir>();
}

void FileWriterTest::writesPrivateFilesForTheirOwnerAlone_data() {
    QTest::addColumn<int>("mask");
    QTest::newRow("usual umask") << 022;
    QTest::newRow("no umask") << 0;
    QTest::newRow("strict umask") << 077;
}

void FileWriterTest::writesPrivateFilesForTheirOwnerAlone() {
    QFETCH(int, mask);
    const mode_t before = ::umask(static_cast<mode_t>(mask));
    service::writeFileAtomically(path("key.pem"), text("secret"), FileWriter::Access::Private);
    ::umask(before);
    QCOMPARE(modeOf(path("key.pem")), 0600);
    QCOMPARE(contentOf(path("key.pem")), QByteArray("secret"));
    QCOMPARE(entries(), QStringList{QStringLiteral("key.pem")});
}

void FileWriterTest::isPrivateBeforeTheFirstByte() {
    const mode_t before = ::umask(0);
    FileWriter writer;
    writer.add(path("key.pem"), base::BytesView(), FileWriter::Access::Private);
    QCOMPARE(modeOf(writer.temporaryPath(0)), 0600);
    ::umask(before);
}

void FileWriterTest::writesPublicFilesLessTheUmask() {
    const mode_t before = ::umask(027);
    service::writeFileAtomically(path("cert.pem"), text("public"), FileWriter::Access::Public);
    ::umask(before);
    QCOMPARE(modeOf(path("cert.pem")), 0640);
}

void FileWriterTest::refusesToOverwrite() {
    service::writeFileAtomically(path("a"), text("first"), FileWriter::Access::Public);
    QCOMPARE(kindOf([this] { service::writeFileAtomically(path("a"), text("second"), FileWriter::Access::Public); }),
             std::string("not-allowed"));
    QCOMPARE(contentOf(path("a")), QByteArray("first"));
    QFile::link(path("nowhere"), path("dangling"));
    QCOMPARE(kindOf([this] { service::writeFileAtomically(path("dangling"), text("x"), FileWriter::Access::Public); }),
             std::string("not-allowed"));
}

void FileWriterTest::refusesWhatAppearedMeanwhile() {
    FileWriter writer;
    writer.add(path("a"), text("ours"), FileWriter::Access::Public);
    QFile other(path("a"));
    QVERIFY(other.open(QIODevice::WriteOnly));
    other.write("theirs");
    other.close();
    QCOMPARE(kindOf([&writer] { writer.commit(); }), std::string("not-allowed"));
    QCOMPARE(contentOf(path("a")), QByteArray("theirs"));
}

void FileWriterTest::replacesWhenAllowed() {
    service::writeFileAtomically(path("key.pem"), text("first"), FileWriter::Access::Public);
    service::writeFileAtomically(path("key.pem"), text("second"), FileWriter::Access::Private, true);
    QCOMPARE(contentOf(path("key.pem")), QByteArray("second"));
    QCOMPARE(modeOf(path("key.pem")), 0600);
    QCOMPARE(entries().size(), 1);
}

void FileWriterTest::keepsALinkALink() {
    service::writeFileAtomically(path("real"), text("first"), FileWriter::Access::Public);
    QVERIFY(QFile::link(path("real"), path("link")));
    service::writeFileAtomically(path("link"), text("second"), FileWriter::Access::Public, true);
    QVERIFY(QFileInfo(path("link")).isSymLink());
    QCOMPARE(contentOf(path("real")), QByteArray("second"));
}

void FileWriterTest::refusesFoldersAndDevices() {
    QVERIFY(QDir().mkdir(path("folder")));
    for (const QString& name : {path("folder"), QStringLiteral("/dev/null")})
        QCOMPARE(kindOf([&name] { service::writeFileAtomically(name, text("x"), FileWriter::Access::Private, true); }),
                 std::string("not-allowed"));
}

void FileWriterTest::leavesNothingBehindWithoutCommit() {
    {
        FileWriter writer;
        writer.add(path("a"), text("x"), FileWriter::Access::Private);
        writer.add(path("b"), text("y"), FileWriter::Access::Public);
        QCOMPARE(entries().size(), 2);
    }
    QVERIFY(entries().isEmpty());
}

void FileWriterTest::writesAllOrNothing() {
    service::writeFileAtomically(path("b"), text("old"), FileWriter::Access::Public);
    QCOMPARE(kindOf([this] {
                 FileWriter writer;
                 writer.add(path("a"), text("x"), FileWriter::Access::Private);
                 writer.add(path("b"), text("y"), FileWriter::Access::Public);
                 writer.commit();
             }),
             std::string("not-allowed"));
    QCOMPARE(entries(), QStringList{QStringLiteral("b")});
}

void FileWriterTest::takesBackWhatItNamed() {
    {
        FileWriter writer;
        writer.add(path("a"), text("ours"), FileWriter::Access::Private);
        writer.add(path("b"), text("ours"), FileWriter::Access::Public);
        QVERIFY(QDir().mkdir(path("b")));
        QCOMPARE(kindOf([&writer] { writer.commit(); }), std::string("not-allowed"));
    }
    QCOMPARE(entries(), QStringList{QStringLiteral("b")});
}

void FileWriterTest::putsBackWhatItReplaced() {
    service::writeFileAtomically(path("a"), text("old"), FileWriter::Access::Private);
    {
        FileWriter writer(true);
        writer.add(path("a"), text("new"), FileWriter::Access::Public);
        writer.add(path("b"), text("new"), FileWriter::Access::Public);
        QVERIFY(QDir().mkdir(path("b")));
        QCOMPARE(kindOf([&writer] { writer.commit(); }), std::string("io"));
    }
    QCOMPARE(contentOf(path("a")), QByteArray("old"));
    QCOMPARE(modeOf(path("a")), 0600);
    QCOMPARE(entries(), (QStringList{QStringLiteral("a"), QStringLiteral("b")}));
}

void FileWriterTest::saysWhenTheFolderIsMissing() {
    QCOMPARE(kindOf([this] { service::writeFileAtomically(path("no/such/a"), text("x"), FileWriter::Access::Public); }),
             std::string("not-found"));
}

void FileWriterTest::saysWhenTheFolderIsNotWritable() {
    QVERIFY(QFile::setPermissions(m_folder->path(),
                                  QFile::ReadOwner | QFile::ExeOwner | QFile::ReadOther | QFile::ExeOther));
    const QString target = path("a");
    const int result = test::runUnprivileged([&target] {
        try {
            service::writeFileAtomically(target, text("x"), FileWriter::Access::Private);
        } catch (const base::Error& error) {
            return error.kind() == base::ErrorKind::Io && !error.hint().empty() ? 0 : 2;
        }
        return 1;
    });
    QCOMPARE(result, 0);
    QFile::setPermissions(m_folder->path(), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
}

CERTWRIGHT_TEST_MAIN(FileWriterTest)
#include "tst_file_writer.moc"
