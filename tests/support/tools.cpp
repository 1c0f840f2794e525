#include "tests/support/tools.h"

#include "tests/support/environment.h"

#include <QFileInfo>
#include <QHostAddress>
#include <QStandardPaths>
#include <QTcpServer>

namespace certwright::test {

QString findTool(const QString& name) {
    QString path = QStandardPaths::findExecutable(name);
    if (path.isEmpty())
        path = QStandardPaths::findExecutable(
            name, {QStringLiteral("/usr/local/sbin"), QStringLiteral("/usr/sbin"), QStringLiteral("/sbin")});
    if (path.isEmpty())
        noteSkipped(QStringLiteral("%1 is not installed (packaging/test.sh --all installs it)").arg(name));
    return path;
}

QString builtProgram(const QString& relativePath) {
    const QFileInfo file(QStringLiteral(CERTWRIGHT_BINARY_DIR) + QLatin1Char('/') + relativePath);
    return file.isExecutable() ? file.absoluteFilePath() : QString();
}

quint16 freePort() {
    QTcpServer server;
    if (!server.listen(QHostAddress::LocalHost))
        qFatal("cannot listen on 127.0.0.1: %s", qPrintable(server.errorString()));
    return server.serverPort();
}

} // namespace certwright::test
