#pragma once

#include <QProcess>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>

#include <functional>
#include <memory>

namespace certwright::test {

/// A server that others wrote (nginx, gnutls-serv, openssl s_server), run as an ordinary process on 127.0.0.1 for as
/// long as the object lives. Starting waits until the port is listened on, without connecting to it: the server's
/// first connection is the test's.
class RealServer {
public:
    /// The command line for a port; called again with another port when the first was taken meanwhile.
    using Arguments = std::function<QStringList(quint16 port)>;

    ~RealServer();
    RealServer(const RealServer&) = delete;
    RealServer& operator=(const RealServer&) = delete;

    /// Starts `program` with the arguments for a free port. Null when it ended or did not listen within a minute;
    /// `message`, if given, then says what it wrote.
    static std::unique_ptr<RealServer> start(const QString& program, const Arguments& arguments,
                                             QString* message = nullptr);

    /// nginx with one TLS server on a free port that answers every request with "certwright test".
    /// `directives` stand inside its server block: ssl_certificate and ssl_certificate_key at least.
    static std::unique_ptr<RealServer> startNginx(const QString& program, const QString& directives,
                                                  QString* message = nullptr);

    /// openssl s_server; `arguments` are added to "s_server -accept 127.0.0.1:PORT".
    static std::unique_ptr<RealServer> startOpenssl(const QString& program, const QStringList& arguments,
                                                    QString* message = nullptr);

    /// gnutls-serv; `arguments` are added to "--port PORT --http --disable-client-cert".
    static std::unique_ptr<RealServer> startGnutls(const QString& program, const QStringList& arguments,
                                                   QString* message = nullptr);

    quint16 port() const { return m_port; }
    qint64 processId() const { return m_process.processId(); }
    bool isRunning() const { return m_process.state() == QProcess::Running; }
    /// What the server has written to stdout and stderr so far.
    QByteArray takeOutput();
    /// Writes to the server's stdin: s_server sends it to its peer.
    void write(const QByteArray& bytes);
    /// Ends the server: SIGTERM, then SIGKILL.
    void stop();

private:
    RealServer() = default;
    bool launch(const QString& program, const QStringList& arguments, quint16 port);

    std::unique_ptr<QTemporaryDir> m_folder;
    QProcess m_process;
    quint16 m_port = 0;
};

} // namespace certwright::test
