#include "tests/support/environment.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace certwright::test {
namespace {

bool wasSkipped = false;

void makeEmptyHome() {
    // Lives until the static objects are destroyed, which is after every test object.
    static QTemporaryDir home(QDir::tempPath() + QStringLiteral("/certwright-test-XXXXXX"));
    if (!home.isValid())
        qFatal("cannot make an empty HOME: %s", qPrintable(home.errorString()));
    const QDir dir(home.path());
    for (const char* folder : {"config", "data", "cache", "state", "run"})
        dir.mkdir(QString::fromLatin1(folder));
    QFile::setPermissions(home.filePath(QStringLiteral("run")),
                          QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ExeOwner);
    qputenv("HOME", QFile::encodeName(home.path()));
    qputenv("XDG_CONFIG_HOME", QFile::encodeName(home.filePath(QStringLiteral("config"))));
    qputenv("XDG_DATA_HOME", QFile::encodeName(home.filePath(QStringLiteral("data"))));
    qputenv("XDG_CACHE_HOME", QFile::encodeName(home.filePath(QStringLiteral("cache"))));
    qputenv("XDG_STATE_HOME", QFile::encodeName(home.filePath(QStringLiteral("state"))));
    qputenv("XDG_RUNTIME_DIR", QFile::encodeName(home.filePath(QStringLiteral("run"))));
}

} // namespace

void prepareEnvironment() {
    // Whoever asks for pictures (gui_checks.h: look()) says at which scale.
    const bool isLookedAt = qEnvironmentVariableIsSet("CERTWRIGHT_LOOK");
    const QByteArray scale = qgetenv("QT_SCALE_FACTOR");
    for (const char* name : {"OPENSSL_CONF",
                             "OPENSSL_CONF_INCLUDE",
                             "OPENSSL_MODULES",
                             "OPENSSL_ENGINES",
                             "SSL_CERT_FILE",
                             "SSL_CERT_DIR",
                             "SSLKEYLOGFILE",
                             "SOURCE_DATE_EPOCH",
                             "GNUTLS_SYSTEM_PRIORITY_FILE",
                             "http_proxy",
                             "https_proxy",
                             "all_proxy",
                             "HTTP_PROXY",
                             "HTTPS_PROXY",
                             "ALL_PROXY",
                             "QT_SCALE_FACTOR",
                             "QT_AUTO_SCREEN_SCALE_FACTOR",
                             "QT_STYLE_OVERRIDE",
                             "QT_QPA_PLATFORMTHEME",
                             "QT_LOGGING_RULES",
                             "LC_MESSAGES",
                             "LC_TIME",
                             "LANGUAGE"})
        qunsetenv(name);
    if (isLookedAt && !scale.isEmpty())
        qputenv("QT_SCALE_FACTOR", scale);
    qputenv("QT_QPA_PLATFORM", "offscreen");
    qputenv("TZ", "UTC");
    qputenv("LC_ALL", "C.UTF-8");
    qputenv("LANG", "C.UTF-8");
    ::tzset();
    std::setlocale(LC_ALL, "");
    makeEmptyHome();
}

void noteSkipped(const QString& reason) {
    wasSkipped = true;
    std::fprintf(stderr, "SKIPPED: %s\n", reason.toLocal8Bit().constData());
}

int exitStatus(int qtestResult) {
    return qtestResult == 0 && wasSkipped ? skippedStatus : qtestResult;
}

QByteArray readDataFile(const QString& path) {
    QFile file(dataPath(path));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("cannot read the test data %s: %s", qPrintable(file.fileName()), qPrintable(file.errorString()));
    return file.readAll();
}

QString dataPath(const QString& relative) {
    const QString root = QStringLiteral(CERTWRIGHT_TEST_DATA);
    return relative.isEmpty() ? root : root + QLatin1Char('/') + relative;
}

} // namespace certwright::test
