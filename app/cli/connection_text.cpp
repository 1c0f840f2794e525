#include "app/cli/connection_text.h"

#include "app/cli/console.h"
#include "core/base/bytes.h"
#include "core/tls/message_decoder.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>

namespace certwright::cli {

namespace {

constexpr std::size_t LabelWidth = 24;

void row(Console& console, std::string label, const std::string& value) {
    if (label.size() < LabelWidth)
        label.resize(LabelWidth, ' ');
    console.print(label + (value.empty() ? "none" : value));
}

std::string milliseconds(std::optional<std::chrono::microseconds> time) {
    if (!time)
        return "-";
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f ms", static_cast<double>(time->count()) / 1000.0);
    return text.data();
}

std::string cipherText(const tls::CipherSuite& cipher) {
    const std::string name = cipher.ianaName.empty() ? cipher.opensslName : cipher.ianaName;
    if (name.empty())
        return tls::cipherSuiteId(cipher.id);
    return name == cipher.opensslName || cipher.opensslName.empty() ? name : name + " (" + cipher.opensslName + ")";
}

std::string stapleText(const x509::OcspReport& staple) {
    std::string text = staple.responseStatus;
    if (staple.status)
        text += ", " + std::string(x509::toString(*staple.status));
    return text + (staple.isVerified ? ", signature valid" : ", signature not valid");
}

void printSettings(Console& console, const tls::SessionFacts& facts) {
    row(console, "Version", tls::toString(*facts.version));
    row(console, "Cipher suite", facts.cipher ? cipherText(*facts.cipher) : "");
    row(console, "Group", facts.group);
    row(console, "Signature", facts.signature);
    row(console, "ALPN", facts.alpn);
    row(console, "Server name", facts.serverName);
    if (facts.session)
        row(console, "Session", base::toHex(facts.session->id) + (facts.session->hasTicket ? " with a ticket" : ""));
    row(console, "Client certificate", facts.isClientCertificateRequested ? "asked for" : "not asked for");
    for (const std::string& name : facts.clientCaNames)
        row(console, "  accepted issuer", name);
    row(console, "OCSP staple", facts.staple ? stapleText(*facts.staple) : "");
    row(console, "Signed timestamps", std::to_string(facts.timestamps.size()));
    row(console, "Compression", facts.compression);
    // RFC 8446 D: 1.3 has neither renegotiation nor a master secret that would have to be extended.
    const auto answer = [&facts](bool isThere) {
        return facts.version == tls::ProtocolVersion::Tls13 ? "not applicable in TLS 1.3" : isThere ? "yes" : "no";
    };
    row(console, "Secure renegotiation", answer(facts.hasSecureRenegotiation));
    row(console, "Extended master secret", answer(facts.hasExtendedMasterSecret));
}

void printResumption(Console& console, const service::ConnectionReport& report) {
    if (!report.facts.presharedKeyIdentity.empty())
        row(console, "Preshared key of", report.facts.presharedKeyIdentity);
    if (!report.resumption)
        return;
    for (const service::ResumptionAttempt& attempt : *report.resumption) {
        std::string outcome = attempt.isResumed ? "resumed" : "not resumed";
        if (!attempt.isOffered)
            outcome = "not offered";
        else if (attempt.failure)
            outcome = "failed: " + attempt.failure->error.message();
        row(console, "Resumption by " + std::string(toString(attempt.method)), outcome);
    }
}

void printSecrets(Console& console, const service::ConnectionReport& report) {
    row(console, "Master key", base::toHex(report.facts.masterKey.view()));
    for (const tls::KeyLogEntry& entry : report.secrets.entries()) {
        console.print(entry.label);
        console.print("  " + base::toHex(entry.secret.view()));
    }
}

/// What was said before TLS; > ours, < theirs.
void printPlain(Console& console, const service::ConnectionReport& report) {
    constexpr std::size_t MaximumLines = 60;
    console.print("In plain text before TLS");
    for (std::size_t i = 0; i < report.plain.size() && i < MaximumLines; ++i) {
        const bool isOurs = report.plain[i].direction == tls::Direction::Sent;
        console.print((isOurs ? "  > " : "  < ") + report.plain[i].toText());
    }
    if (report.plain.size() > MaximumLines)
        console.print("  and " + std::to_string(report.plain.size() - MaximumLines) + " lines more (--json has all)");
}

void printChain(Console& console, const service::ConnectionReport& report) {
    console.print("Certificates as sent");
    for (std::size_t i = 0; i < report.facts.chain.size(); ++i) {
        const x509::Certificate& certificate = report.facts.chain[i];
        console.print("  " + std::to_string(i) + " " + certificate.subject().toRfc2253());
        console.print("    issuer  " + certificate.issuer().toRfc2253());
        if (certificate.notAfter())
            console.print("    until   " + base::toRfc3339(*certificate.notAfter()));
        console.print("    SHA-256 " + certificate.sha256());
    }
}

void printChecks(Console& console, const service::ConnectionReport& report) {
    if (report.verify) {
        row(console, "Chain", report.verify->ok ? "trusted" : "NOT trusted");
        for (const x509::Finding& finding : report.verify->findings) {
            console.print("  " + std::to_string(finding.depth) + " " + finding.message);
            if (!finding.fix.empty())
                console.print("    " + finding.fix);
        }
    }
    if (report.hostname)
        row(console, "Host name", report.hostname->asked + (report.hostname->ok ? ": matches" : ": does NOT match"));
}

void printFields(Console& console, const std::vector<tls::wire::Field>& fields, std::size_t indent) {
    for (const tls::wire::Field& field : fields) {
        console.print(std::string(indent, ' ') + field.name + (field.value.empty() ? "" : ": " + field.value));
        printFields(console, field.children, indent + 2);
    }
}

} // namespace

void printMessages(Console& console, const tls::Transcript& transcript) {
    tls::MessageDecoder decoder;
    for (const tls::Message& message : transcript.messages()) {
        decoder.note(message);
        console.print(milliseconds(message.time) + " " + std::string(tls::toString(message.direction)) + " " +
                      message.name() + ", " + std::to_string(message.length) + " octets" +
                      (message.isEncrypted ? ", encrypted" : ""));
        printFields(console, tls::MessageDecoder::decode(message, decoder.context()), 2);
    }
}

void printConnection(Console& console, const service::ConnectionReport& report, bool withSecrets) {
    const tls::SessionFacts& facts = report.facts;
    if (!report.peerAddress.empty())
        row(console, "Connected to", report.peerAddress + " from " + report.localAddress);
    if (!report.proxy.empty())
        row(console, "Through the proxy", report.proxy);
    if (!report.plain.empty())
        printPlain(console, report);
    if (facts.version)
        printSettings(console, facts);
    printResumption(console, report);
    if (!facts.clientRandom.empty())
        row(console, "Client random", base::toHex(facts.clientRandom));
    if (!facts.serverRandom.empty())
        row(console, "Server random", base::toHex(facts.serverRandom));
    if (withSecrets)
        printSecrets(console, report);
    if (!facts.chain.empty())
        printChain(console, report);
    printChecks(console, report);
    if (!report.state.empty())
        row(console, "State", report.state);
    row(console, "Time",
        "look-up " + milliseconds(report.timings.lookUp) + ", TCP " + milliseconds(report.timings.connect) +
            (report.plain.empty() ? "" : ", STARTTLS " + milliseconds(report.timings.startTls)) + ", TLS " +
            milliseconds(report.timings.handshake));
    row(console, "Bytes", std::to_string(report.bytesIn) + " received, " + std::to_string(report.bytesOut) + " sent");
}

} // namespace certwright::cli
