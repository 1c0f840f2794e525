#pragma once

#include "core/service/inspecting.h"
#include "tests/core/net/server_files.h"

#include <QByteArrayList>
#include <QString>
#include <QStringList>

namespace certwright::test {

QString latin(const char* text);

/// To a real server on 127.0.0.1 that serves "localhost" and is trusted by root.pem of `files` alone.
service::ConnectionRequest requestTo(quint16 port, const ServerFiles& files);
/// Runs an inspection to its end in the event loop of the test.
service::ConnectionReportPtr inspect(const service::ConnectionRequest& request);
/// Its error, for the message of a failing QVERIFY2.
QByteArray whatOf(const service::ConnectionReportPtr& report);

/// What `openssl s_client` says about a server.
struct OpensslView {
    QString version, cipher, temporaryKey, alpn;
    QByteArrayList chain; ///< PEM blocks
    int verifyCode = -1;
    QByteArray text;
};

OpensslView askOpenssl(const QString& openssl, quint16 port, const ServerFiles& files);

/// What `gnutls-cli` says about a server.
struct GnutlsView {
    QString description, alpn;
    int certificates = 0;
    bool isTrusted = false;
    QByteArray text;
};

GnutlsView askGnutls(const QString& gnutls, quint16 port, const ServerFiles& files);

} // namespace certwright::test
