#include "core/service/served_page.h"

#include <algorithm>

namespace certwright::service {

namespace {

constexpr std::size_t MaximumHead = std::size_t{64} * 1024;

std::string cipherText(const tls::CipherSuite& cipher) {
    return cipher.ianaName.empty() ? cipher.opensslName : cipher.ianaName;
}

} // namespace

std::optional<HttpRequest> tryParseRequest(base::BytesView bytes) {
    const std::string_view text = base::textOf(bytes);
    const std::size_t lineEnd = text.find('\n');
    HttpRequest request;
    if (lineEnd == std::string_view::npos)
        return text.size() > MaximumHead ? std::optional(request) : std::nullopt;
    const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
    request.method = std::string(line.substr(0, line.find(' ')));
    const bool isMethod = !request.method.empty() && std::all_of(request.method.begin(), request.method.end(),
                                                                 [](char c) { return c >= 'A' && c <= 'Z'; });
    request.isValid = isMethod && line.find(" HTTP/1.") != std::string_view::npos;
    if (!request.isValid)
        return request; // nothing that comes after it would make it one
    if (text.find("\r\n\r\n") != std::string_view::npos || text.find("\n\n") != std::string_view::npos)
        return request;
    request.isValid = false;
    return text.size() > MaximumHead ? std::optional(request) : std::nullopt;
}

std::string httpAnswer(const HttpRequest& request, std::string_view contentType, std::string_view body) {
    constexpr std::string_view Refusal = "This is a test server of Certwright. It answers requests of HTTP/1.1.\n";
    const std::string_view content = request.isValid ? body : Refusal;
    std::string answer = request.isValid ? "HTTP/1.1 200 OK\r\n" : "HTTP/1.1 400 Bad Request\r\n";
    answer += "Content-Type: " + std::string(request.isValid ? contentType : "text/plain; charset=utf-8") + "\r\n";
    answer += "Content-Length: " + std::to_string(content.size()) + "\r\n";
    answer += "Cache-Control: no-store\r\nConnection: close\r\n\r\n";
    if (request.method != "HEAD")
        answer += content;
    return answer;
}

std::string fixedPage() {
    return "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Certwright test server</title>"
           "</head>\n<body><h1>It works</h1>\n<p>This page came over TLS from a test server of Certwright.</p></body>\n"
           "</html>\n";
}

std::string statusText(const ConnectionReport& report) {
    std::string text;
    const auto add = [&text](std::string_view label, std::string_view value) {
        text += std::string(label) + ": " + std::string(value.empty() ? "none" : value) + "\n";
    };
    const tls::SessionFacts& facts = report.facts;
    add("Version", facts.version ? tls::toString(*facts.version) : std::string());
    add("Cipher suite", facts.cipher ? cipherText(*facts.cipher) : std::string());
    add("Group", facts.group);
    add("Signature", facts.signature);
    add("Server name", facts.serverName);
    add("ALPN", facts.alpn);
    add("Resumed", facts.session && facts.session->isResumed ? "yes" : "no");
    add("Client", report.peerAddress);
    add("Client certificate", facts.chain.empty() ? std::string() : facts.chain.front().subject().toRfc2253());
    if (!facts.chain.empty()) {
        add("Client certificate SHA-256", facts.chain.front().sha256());
        add("Client certificate trusted", report.verify && report.verify->ok ? "yes" : "no");
    }
    text += "Cipher suites offered:\n";
    for (const tls::CipherSuite& cipher : facts.offeredCiphers)
        text += "  " + tls::cipherSuiteId(cipher.id) + " " + cipherText(cipher) + "\n";
    return text;
}

} // namespace certwright::service
