#include "core/service/connection_json.h"

#include "core/base/bytes.h"
#include "core/tls/message_decoder.h"

namespace certwright::service {

namespace {

/// Null for the empty text: what was not agreed upon is said, not left out.
Json textJson(const std::string& text) {
    return text.empty() ? Json() : Json(text);
}

Json hexJson(const base::Bytes& bytes) {
    return bytes.empty() ? Json() : Json(base::toHex(bytes));
}

/// Milliseconds with three decimal places.
Json timeSpanJson(std::optional<std::chrono::microseconds> time) {
    return time ? Json(static_cast<double>(time->count()) / 1000.0) : Json();
}

Json cipherJson(const tls::CipherSuite& cipher) {
    return {{"id", tls::cipherSuiteId(cipher.id)},
            {"openssl_name", textJson(cipher.opensslName)},
            {"iana_name", textJson(cipher.ianaName)}};
}

Json ciphersJson(const std::vector<tls::CipherSuite>& ciphers) {
    Json list = Json::array();
    for (const tls::CipherSuite& cipher : ciphers)
        list.push_back(cipherJson(cipher));
    return list;
}

Json attemptJson(const ResumptionAttempt& attempt) {
    return {{"method", toString(attempt.method)},
            {"offered", attempt.isOffered},
            {"resumed", attempt.isResumed},
            {"error", attempt.failure ? errorJson(attempt.failure->error) : Json()}};
}

/// With the attempts to resume it, if it was tried: "resumed" then says whether any of them came to something.
Json sessionJson(const ConnectionReport& report) {
    const std::optional<tls::SessionId>& session = report.facts.session;
    if (!session)
        return {};
    Json document{{"id", hexJson(session->id)},
                  {"ticket", session->hasTicket},
                  {"resumed", session->isResumed},
                  {"timeout", session->timeout.count()},
                  {"ticket_lifetime", session->hasTicket ? Json(session->ticketLifetime.count()) : Json()}};
    if (!report.resumption)
        return document;
    document["resumption"] = Json::array();
    for (const ResumptionAttempt& attempt : *report.resumption) {
        document["resumption"].push_back(attemptJson(attempt));
        if (attempt.isResumed)
            document["resumed"] = true;
    }
    return document;
}

Json statesJson(const tls::Transcript& transcript) {
    Json list = Json::array();
    for (const tls::StateChange& change : transcript.states()) {
        Json entry{{"time_ms", timeSpanJson(change.time)}, {"where", toString(change.where)}, {"state", change.state}};
        if (change.alert)
            entry["alert"] = {{"level", change.alert->isFatal() ? "fatal" : "warning"},
                              {"description", change.alert->description},
                              {"name", tls::alertName(change.alert->description)}};
        list.push_back(std::move(entry));
    }
    return list;
}

Json fieldsJson(const std::vector<tls::wire::Field>& fields) {
    Json list = Json::array();
    for (const tls::wire::Field& field : fields) {
        Json entry{{"name", field.name},
                   {"value", textJson(field.value)},
                   {"offset", field.offset},
                   {"length", field.length},
                   {"damaged", field.isDamaged}};
        if (!field.children.empty())
            entry["fields"] = fieldsJson(field.children);
        list.push_back(std::move(entry));
    }
    return list;
}

Json recordsJson(const tls::Traffic& traffic) {
    Json list = Json::array();
    for (const tls::Record& record : tls::recordsOf(traffic))
        list.push_back({{"time_ms", timeSpanJson(record.time)},
                        {"direction", toString(record.direction)},
                        {"type", record.name()},
                        {"version", tls::toString(static_cast<tls::ProtocolVersion>(record.version))},
                        {"length", record.length}});
    return list;
}

Json messagesJson(const tls::Transcript& transcript, bool withFields) {
    tls::MessageDecoder decoder;
    Json list = Json::array();
    for (const tls::Message& message : transcript.messages()) {
        list.push_back({{"time_ms", timeSpanJson(message.time)},
                        {"direction", toString(message.direction)},
                        {"type", message.name()},
                        {"length", message.length},
                        {"encrypted", message.isEncrypted}});
        if (!withFields)
            continue;
        decoder.note(message);
        list.back()["hex"] = hexJson(message.bytes);
        list.back()["fields"] = fieldsJson(tls::MessageDecoder::decode(message, decoder.context()));
    }
    return list;
}

/// What was said before TLS, a line or a packet each.
Json plainJson(const std::vector<tls::starttls::PlainMessage>& messages) {
    Json list = Json::array();
    for (const tls::starttls::PlainMessage& message : messages)
        list.push_back({{"time_ms", timeSpanJson(message.time)},
                        {"direction", toString(message.direction)},
                        {message.isBinary ? "hex" : "text", message.toText()}});
    return list;
}

Json chainJson(const std::vector<x509::Certificate>& chain) {
    Json list = Json::array();
    for (const x509::Certificate& certificate : chain)
        list.push_back(factsJson(certificate));
    return list;
}

Json checkJson(const std::optional<ChainCheck>& check) {
    if (!check)
        return {};
    Json findings = Json::array();
    for (const x509::Finding& finding : check->findings)
        findings.push_back(findingJson(finding));
    Json built = Json::array();
    for (const x509::Certificate& certificate : check->builtChain)
        built.push_back({{"subject", certificate.subject().toRfc2253()}, {"sha256", certificate.sha256()}});
    return {{"ok", check->ok}, {"findings", std::move(findings)}, {"chain", std::move(built)}};
}

/// `certificate_status` says what the staple claims, verified or not.
Json stapleJson(const std::optional<x509::OcspReport>& staple) {
    if (!staple)
        return {};
    Json out = ocspJson(*staple);
    out["certificate_status"] = out["claimed_status"];
    return out;
}

Json timestampsJson(const std::vector<tls::SignedTimestamp>& timestamps) {
    Json list = Json::array();
    for (const tls::SignedTimestamp& timestamp : timestamps)
        list.push_back({{"version", timestamp.version},
                        {"log_id", hexJson(timestamp.logId)},
                        {"timestamp", timeJson(std::chrono::floor<std::chrono::seconds>(timestamp.timestamp))},
                        {"signature_algorithm", textJson(timestamp.signatureAlgorithm)},
                        {"source", tls::toString(timestamp.source)}});
    return list;
}

void addSecrets(Json& document, const ConnectionReport& report) {
    const base::Secret& master = report.facts.masterKey;
    document["master_key"] = master.empty() ? Json() : Json(base::toHex(master.view()));
    Json secrets = Json::object();
    for (const tls::KeyLogEntry& entry : report.secrets.entries())
        secrets[entry.label] = base::toHex(entry.secret.view());
    document["secrets"] = std::move(secrets);
}

void addSettings(Json& document, const tls::SessionFacts& facts) {
    document["version"] = facts.version ? Json(tls::toString(*facts.version)) : Json();
    document["cipher"] = facts.cipher ? cipherJson(*facts.cipher) : Json();
    document["group"] = textJson(facts.group);
    document["temporary_key"] = Json();
    if (facts.temporaryKey) {
        document["temporary_key"] = {{"type", textJson(facts.temporaryKey->type)}, {"bits", facts.temporaryKey->bits}};
        if (!facts.temporaryKey->curve.empty())
            document["temporary_key"]["curve"] = facts.temporaryKey->curve;
    }
    document["signature"] = textJson(facts.signature);
    document["alpn"] = textJson(facts.alpn);
    document["server_name"] = textJson(facts.serverName);
    document["client_random"] = hexJson(facts.clientRandom);
    document["server_random"] = hexJson(facts.serverRandom);
}

Json errorWithSide(const ConnectionReport& report) {
    Json error = errorJson(report.failure->error);
    error["side"] = tls::toString(report.failure->side);
    error["phase"] = net::toString(report.failedPhase);
    return error;
}

} // namespace

Json connectionJson(const ConnectionReport& report, bool withSecrets, bool withFields) {
    const tls::SessionFacts& facts = report.facts;
    Json document;
    document["role"] = report.role == tls::Context::Role::Server ? "server" : "client"; // ours
    document["host"] = textJson(report.endpoint.host);
    document["port"] = report.endpoint.isUnix() ? Json() : Json(report.endpoint.port);
    if (report.endpoint.isUnix())
        document["socket_path"] = report.endpoint.socketPath;
    document["starttls"] = report.startTls ? Json(tls::starttls::toString(*report.startTls)) : Json();
    document["proxy"] = textJson(report.proxy);
    document["plain"] = plainJson(report.plain);
    document["peer"] = textJson(report.peerAddress);
    document["local_address"] = textJson(report.localAddress);
    addSettings(document, facts);
    document["session"] = sessionJson(report);
    document["psk_identity"] = textJson(facts.presharedKeyIdentity);
    if (withSecrets)
        addSecrets(document, report);
    document["state"] = textJson(report.state);
    document["states"] = statesJson(report.transcript);
    document["messages"] = messagesJson(report.transcript, withFields);
    if (withFields)
        document["records"] = recordsJson(report.transcript.traffic());
    document["offered_ciphers"] = ciphersJson(facts.offeredCiphers);
    document["shared_ciphers"] = ciphersJson(facts.sharedCiphers);
    document["chain"] = chainJson(facts.chain);
    document["verify"] = checkJson(report.verify);
    document["hostname"] =
        report.hostname ? Json{{"asked", report.hostname->asked}, {"ok", report.hostname->ok}} : Json();
    document["ocsp_staple"] = stapleJson(facts.staple);
    document["scts"] = timestampsJson(facts.timestamps);
    document["client_certificate_requested"] = facts.isClientCertificateRequested;
    document["client_ca_names"] = facts.clientCaNames;
    document["compression"] = textJson(facts.compression);
    document["secure_renegotiation"] = facts.version ? Json(facts.hasSecureRenegotiation) : Json();
    document["extended_master_secret"] = facts.version ? Json(facts.hasExtendedMasterSecret) : Json();
    document["security_level"] = facts.clientRandom.empty() ? Json() : Json(facts.securityLevel);
    document["timings"] = {{"dns_ms", timeSpanJson(report.timings.lookUp)},
                           {"tcp_ms", timeSpanJson(report.timings.connect)},
                           {"starttls_ms", timeSpanJson(report.timings.startTls)},
                           {"tls_ms", timeSpanJson(report.timings.handshake)}};
    document["bytes"] = {{"in", report.bytesIn}, {"out", report.bytesOut}};
    if (report.failure)
        document["error"] = errorWithSide(report);
    return document;
}

} // namespace certwright::service
