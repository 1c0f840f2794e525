#include "core/service/inspecting.h"

#include "core/service/file_writer.h"
#include "core/tls/engine.h"
#include "core/tls/host_check.h"

#include <QFile>
#include <QFileInfo>
#include <QString>

#include <algorithm>
#include <utility>

namespace certwright::service {

namespace {

using base::Error;
using base::ErrorKind;

bool hasNoError(const std::vector<x509::Finding>& findings) {
    return std::none_of(findings.begin(), findings.end(), [](const x509::Finding& finding) {
        return finding.severity == x509::Finding::Severity::Error;
    });
}

ChainCheck checkChain(const tls::Engine& engine, const tls::SessionFacts& facts) {
    ChainCheck check;
    const tls::PeerVerification& verification = engine.verification();
    check.findings = verification.findings;
    check.builtChain = verification.builtChain;
    if (facts.staple)
        check.findings.insert(check.findings.end(), facts.staple->findings.begin(), facts.staple->findings.end());
    check.ok = verification.hasRun && hasNoError(check.findings);
    return check;
}

HostCheck checkHost(const std::string& asked, const x509::Certificate& certificate) {
    const net::Endpoint host{asked, 0, {}};
    return HostCheck{asked, tls::matchesHost(certificate, host.asciiHost())};
}

Error fileError(ErrorKind kind, const std::string& what, const QFile& file) {
    return Error(kind, what + ": " + file.errorString().toStdString()).withContext(file.fileName().toStdString());
}

} // namespace

x509::TrustStore TrustChoice::toTrustStore() const {
    x509::TrustStore store;
    addTo(store);
    return store;
}

void TrustChoice::addTo(x509::TrustStore& store) const {
    if (system)
        store.addSystemTrust();
    for (const std::string& file : files)
        store.addTrustFile(file);
    for (const x509::Certificate& certificate : certificates)
        store.addTrusted(certificate);
}

std::string_view toString(ResumptionAttempt::Method method) noexcept {
    switch (method) {
    case ResumptionAttempt::Method::Id:
        return "id";
    case ResumptionAttempt::Method::Ticket:
        return "ticket";
    case ResumptionAttempt::Method::Psk:
        return "psk";
    }
    return "psk";
}

std::string ConnectionRequest::askedHost() const {
    return serverName.empty() ? endpoint.host : serverName;
}

std::string ConnectionRequest::sentServerName() const {
    if (serverName.empty() && (endpoint.isAddress() || endpoint.isUnix()))
        return {}; // RFC 6066 3: no addresses
    std::string name = net::Endpoint{askedHost(), 0, {}}.asciiHost();
    if (name.size() > 1 && name.back() == '.')
        name.pop_back();
    return name;
}

net::TlsConnection::Options ConnectionRequest::connectionOptions() const {
    net::TlsConnection::Options options;
    options.endpoint = endpoint;
    options.serverName = sentServerName();
    options.timeout = timeout;
    options.family = family;
    options.startTls = startTls;
    options.proxy = proxy;
    return options;
}

bool ConnectionReport::isGood() const noexcept {
    if (role == tls::Context::Role::Server)
        return !failure && (!verify || verify->ok);
    const bool isNameRight = hostname ? hostname->ok : endpoint.isUnix();
    return !failure && verify && verify->ok && isNameRight;
}

namespace {

/// All but what is recorded.
ConnectionReport factsOf(const ConnectionRequest& request, const net::TlsConnection& connection, base::Time now) {
    ConnectionReport report;
    report.endpoint = request.endpoint;
    report.startTls = request.startTls;
    report.proxy = request.proxy ? request.proxy->toText() : "";
    report.timings = connection.timings();
    report.failure = connection.failure();
    report.failedPhase = connection.failedPhase();
    if (connection.peerAddress())
        report.peerAddress = connection.peerAddress()->toText();
    if (connection.localAddress())
        report.localAddress = connection.localAddress()->toText();
    report.ends = tls::CaptureEnds{connection.localAddress(), connection.peerAddress(), connection.startedAt()};
    if (const tls::Prelude* prelude = connection.prelude()) {
        report.plain = prelude->messages();
        report.bytesIn = prelude->bytesIn();
        report.bytesOut = prelude->bytesOut();
    }
    const tls::Engine* engine = connection.engine();
    if (engine == nullptr)
        return report;
    report.role = engine->role();
    report.facts = tls::sessionFacts(*engine, now);
    report.ends.isServer = engine->context().role() == tls::Context::Role::Server;
    report.state = engine->stateText();
    report.protocol = engine->state();
    report.bytesIn += engine->bytesIn();
    report.bytesOut += engine->bytesOut();
    if (!report.facts.chain.empty()) {
        report.verify = checkChain(*engine, report.facts);
        const std::string asked = report.role == tls::Context::Role::Client ? request.askedHost() : std::string();
        if (!asked.empty())
            report.hostname = checkHost(asked, report.facts.chain.front());
    }
    return report;
}

} // namespace

ConnectionReport makeReport(const ConnectionRequest& request, net::TlsConnection& connection, base::Time now) {
    ConnectionReport report = factsOf(request, connection, now);
    if (tls::Engine* engine = connection.engine()) {
        report.transcript = engine->takeTranscript();
        report.secrets = engine->takeKeyLog();
    }
    return report;
}

ConnectionReport makeInterimReport(const ConnectionRequest& request, const net::TlsConnection& connection,
                                   base::Time now) {
    ConnectionReport report = factsOf(request, connection, now);
    if (const tls::Engine* engine = connection.engine()) {
        report.transcript = engine->transcript();
        report.secrets = engine->keyLog().clone();
    }
    return report;
}

void saveCapture(const std::string& path, const ConnectionReport& report, bool mayOverwrite) {
    if (report.transcript.traffic().isEmpty())
        throw Error(ErrorKind::NotFound, "No byte was sent or received that could be written").withContext(path);
    const tls::Capture capture = tls::captureOf(report.transcript.traffic(), report.secrets, report.ends);
    FileWriter writer(mayOverwrite);
    const auto parts = capture.parts();
    writer.add(QString::fromStdString(path), parts, FileWriter::Access::Private);
    writer.commit();
}

ConnectionReport makeServedReport(net::TlsConnection& connection, base::Time now, Recording recording) {
    ConnectionRequest request; // of which the client's address is all that counts
    request.endpoint = connection.options().endpoint;
    return recording == Recording::Take ? makeReport(request, connection, now)
                                        : makeInterimReport(request, connection, now);
}

void appendKeyLog(const std::string& path, const tls::KeyLog& secrets) {
    if (secrets.isEmpty())
        return;
    const QString name = QString::fromStdString(path);
    const QFileInfo info(name);
    if (info.exists() && !info.isFile())
        throw Error(ErrorKind::NotAllowed, "“" + path + "” is not a regular file").withContext(path);
    QFile file(name);
    // Unbuffered, so that no copy of the secrets stays behind in a buffer.
    if (!file.open(QIODevice::WriteOnly | QIODevice::Append | QIODevice::Unbuffered,
                   QFileDevice::ReadOwner | QFileDevice::WriteOwner))
        throw fileError(ErrorKind::Io, "Could not open the key log", file);
    const base::Secret text = secrets.toText();
    const auto size = static_cast<qint64>(text.size());
    if (file.write(reinterpret_cast<const char*>(text.data()), size) != size)
        throw fileError(ErrorKind::Io, "Could not write the key log", file);
}

} // namespace certwright::service
