#include "tests/core/net/other_clients.h"

#include "core/service/connection_inspector.h"
#include "tests/support/process.h"

#include <QRegularExpression>
#include <QTest>

namespace certwright::test {

using service::ConnectionReportPtr;

namespace {

QString firstMatch(const QByteArray& text, const char* pattern) {
    const QRegularExpression expression(latin(pattern), QRegularExpression::MultilineOption);
    return expression.match(QString::fromUtf8(text)).captured(1);
}

} // namespace

QString latin(const char* text) {
    return QString::fromLatin1(text);
}

service::ConnectionRequest requestTo(quint16 port, const ServerFiles& files) {
    service::ConnectionRequest request;
    request.endpoint = {"127.0.0.1", port};
    request.serverName = "localhost";
    request.trust.system = false;
    request.trust.files.push_back(files.path("root.pem").toStdString());
    request.tls.alpn = {"http/1.1"};
    request.timeout = std::chrono::seconds(30);
    return request;
}

ConnectionReportPtr inspect(const service::ConnectionRequest& request) {
    service::ConnectionInspector inspector;
    ConnectionReportPtr result;
    QObject::connect(&inspector, &service::ConnectionInspector::finished, &inspector,
                     [&result](const ConnectionReportPtr& report) { result = report; });
    inspector.start(request);
    if (!QTest::qWaitFor([&result] { return result != nullptr; }, 40000))
        qFatal("the inspector did not finish");
    return result;
}

QByteArray whatOf(const ConnectionReportPtr& report) {
    return report->failure ? QByteArray(report->failure->error.what()) : QByteArray("it succeeded");
}

OpensslView askOpenssl(const QString& openssl, quint16 port, const ServerFiles& files) {
    const auto result =
        test::run(openssl, QStringList{latin("s_client"), latin("-connect"), latin("127.0.0.1:%1").arg(port),
                                       latin("-servername"), latin("localhost"), latin("-verify_hostname"),
                                       latin("localhost"), latin("-no-CApath"), latin("-CAfile"),
                                       files.path("root.pem"), latin("-showcerts"), latin("-alpn"), latin("http/1.1")});
    OpensslView view;
    view.text = result.describe();
    view.version = firstMatch(result.output, "^New, ([^,]+), Cipher is");
    if (view.version != latin("TLSv1.3")) // "New, TLSv1.2" is the suite's version; the session has the connection's
        view.version = firstMatch(result.output, "^ +Protocol +: (\\S+)");
    view.cipher = firstMatch(result.output, "^New, [^,]+, Cipher is (\\S+)");
    view.temporaryKey = firstMatch(result.output, "^Server Temp Key: (.*)$");
    view.alpn = firstMatch(result.output, "^ALPN protocol: (.*)$");
    view.verifyCode = firstMatch(result.output, "Verify return code: (\\d+)").toInt();
    for (qsizetype at = result.output.indexOf("-----BEGIN CERT"); at >= 0;
         at = result.output.indexOf("-----BEGIN CERT", at + 1)) {
        const QByteArray end("-----END CERTIFICATE-----\n");
        view.chain.append(result.output.mid(at, result.output.indexOf(end, at) + end.size() - at));
    }
    return view;
}

GnutlsView askGnutls(const QString& gnutls, quint16 port, const ServerFiles& files) {
    const auto result =
        test::run(gnutls, {latin("--port"), QString::number(port), latin("--sni-hostname"), latin("localhost"),
                           latin("--verify-hostname"), latin("localhost"), latin("--x509cafile"),
                           files.path("root.pem"), latin("--alpn"), latin("http/1.1"), latin("127.0.0.1")});
    GnutlsView view;
    view.text = result.describe();
    view.description = firstMatch(result.output, "^- Description: (.*)$");
    view.alpn = firstMatch(result.output, "^- Application protocol: (.*)$");
    view.certificates = firstMatch(result.output, "Got a certificate list of (\\d+)").toInt();
    view.isTrusted = result.output.contains("The certificate is trusted");
    return view;
}

} // namespace certwright::test
