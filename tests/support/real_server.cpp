#include "tests/support/real_server.h"

#include "tests/support/tools.h"

#include <QDeadlineTimer>
#include <QFile>

namespace certwright::test {
namespace {

constexpr int attempts = 5;
constexpr int startTimeoutMs = 60000; // of a busy machine
constexpr int pollMs = 20;

/// True when a socket listens on the port, by the kernel's table (man 5 proc, /proc/net/tcp: local address in the
/// second column, state 0A is LISTEN). Connecting instead would use up the one connection of `s_server -naccept 1`.
bool isListening(quint16 port) {
    const QByteArray wanted = ':' + QByteArray::number(port, 16).rightJustified(4, '0').toUpper();
    for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
        QFile file(QString::fromLatin1(table));
        if (!file.open(QIODevice::ReadOnly))
            continue;
        const QList<QByteArray> lines = file.readAll().split('\n');
        for (const QByteArray& line : lines) {
            const QList<QByteArray> columns = line.simplified().split(' ');
            if (columns.size() > 3 && columns[1].endsWith(wanted) && columns[3] == "0A")
                return true;
        }
    }
    return false;
}

QByteArray nginxConfiguration(const QString& folder, quint16 port, const QString& directives) {
    // One process in the foreground, everything it writes inside the folder; master_process off because a worker of a
    // root-owned master would change to www-data and could not read files of mode 0600 after a reload.
    return QStringLiteral("daemon off;\n"
                          "master_process off;\n"
                          "pid %1/nginx.pid;\n"
                          "error_log stderr info;\n"
                          "worker_rlimit_nofile 4096;\n"
                          "events { worker_connections 2048; }\n"
                          "http {\n"
                          "  access_log off;\n"
                          "  client_body_temp_path %1/body;\n"
                          "  proxy_temp_path %1/proxy;\n"
                          "  fastcgi_temp_path %1/fastcgi;\n"
                          "  uwsgi_temp_path %1/uwsgi;\n"
                          "  scgi_temp_path %1/scgi;\n"
                          "  server {\n"
                          "    listen 127.0.0.1:%2 ssl;\n"
                          "    %3\n"
                          "    location / { default_type text/plain; return 200 \"certwright test\\n\"; }\n"
                          "  }\n"
                          "}\n")
        .arg(folder)
        .arg(port)
        .arg(directives)
        .toUtf8();
}

} // namespace

RealServer::~RealServer() {
    stop();
}

bool RealServer::launch(const QString& program, const QStringList& arguments, quint16 port) {
    m_port = port;
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    m_process.start(program, arguments);
    if (!m_process.waitForStarted())
        return false;
    const QDeadlineTimer deadline(startTimeoutMs);
    while (!isListening(port)) {
        // Waits for the process to die, so that a server that refuses its configuration is noticed at once.
        if (m_process.waitForFinished(pollMs) || m_process.state() != QProcess::Running || deadline.hasExpired())
            return false;
    }
    return true;
}

std::unique_ptr<RealServer> RealServer::start(const QString& program, const Arguments& arguments, QString* message) {
    QByteArray written;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        std::unique_ptr<RealServer> server(new RealServer);
        const quint16 port = freePort();
        if (server->launch(program, arguments(port), port))
            return server;
        server->stop();
        written = server->takeOutput();
        if (!written.contains("in use"))
            break;
    }
    if (message != nullptr)
        *message = QStringLiteral("%1 did not start: %2").arg(program, QString::fromLocal8Bit(written));
    return nullptr;
}

std::unique_ptr<RealServer> RealServer::startNginx(const QString& program, const QString& directives,
                                                   QString* message) {
    auto folder = std::make_unique<QTemporaryDir>();
    const QString path = folder->path();
    const auto arguments = [&path, &directives](quint16 port) {
        const QString configuration = path + QStringLiteral("/nginx.conf");
        QFile file(configuration);
        if (file.open(QIODevice::WriteOnly | QIODevice::Truncate))
            file.write(nginxConfiguration(path, port, directives));
        return QStringList{QStringLiteral("-p"), path,         QStringLiteral("-e"), QStringLiteral("stderr"),
                           QStringLiteral("-c"), configuration};
    };
    std::unique_ptr<RealServer> server = start(program, arguments, message);
    if (server)
        server->m_folder = std::move(folder);
    return server;
}

std::unique_ptr<RealServer> RealServer::startOpenssl(const QString& program, const QStringList& arguments,
                                                     QString* message) {
    return start(
        program,
        [&arguments](quint16 port) {
            return QStringList{QStringLiteral("s_server"), QStringLiteral("-accept"),
                               QStringLiteral("127.0.0.1:%1").arg(port)} +
                   arguments;
        },
        message);
}

std::unique_ptr<RealServer> RealServer::startGnutls(const QString& program, const QStringList& arguments,
                                                    QString* message) {
    return start(
        program,
        [&arguments](quint16 port) {
            return QStringList{QStringLiteral("--port"), QString::number(port), QStringLiteral("--http"),
                               QStringLiteral("--disable-client-cert")} +
                   arguments;
        },
        message);
}

QByteArray RealServer::takeOutput() {
    m_process.waitForReadyRead(0);
    return m_process.readAll();
}

void RealServer::write(const QByteArray& bytes) {
    m_process.write(bytes);
    m_process.waitForBytesWritten();
}

void RealServer::stop() {
    if (m_process.state() == QProcess::NotRunning)
        return;
    m_process.terminate();
    if (!m_process.waitForFinished(3000)) {
        m_process.kill();
        m_process.waitForFinished();
    }
}

} // namespace certwright::test
