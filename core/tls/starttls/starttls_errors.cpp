#include "core/tls/starttls/starttls_errors.h"

#include "core/tls/starttls/dialog.h"
#include "core/tls/starttls/line_dialog.h"

#include <algorithm>
#include <cctype>

namespace certwright::tls::starttls {

namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t MaximumOffered = 200;

/// What is asked for, in the words of the protocol.
std::string_view requestOf(Protocol protocol) {
    switch (protocol) {
    case Protocol::Pop3:
        return "STLS";
    case Protocol::Ftp:
        return "AUTH TLS";
    case Protocol::Postgres:
    case Protocol::Mysql:
    case Protocol::Rdp:
        return "TLS";
    default:
        return "STARTTLS";
    }
}

bool contains(std::string_view text, std::string_view word) {
    for (std::size_t at = 0; at + word.size() <= text.size(); ++at) {
        if (startsIgnoringCase(text.substr(at), word))
            return true;
    }
    return false;
}

/// Greetings that begin with a three-digit code.
std::optional<Protocol> guessByCode(std::string_view line) {
    if (startsIgnoringCase(line, "200") || startsIgnoringCase(line, "201"))
        return Protocol::Nntp;
    if (!startsIgnoringCase(line, "220"))
        return std::nullopt;
    if (contains(line, "LMTP"))
        return Protocol::Lmtp;
    if (contains(line, "SMTP"))
        return Protocol::Smtp;
    return contains(line, "FTP") ? std::optional<Protocol>(Protocol::Ftp) : std::nullopt;
}

bool isTlsRecord(base::BytesView first) {
    return first.size() >= 2 && first[0] >= 20 && first[0] <= 24 && first[1] == 3;
}

/// The greeting of MySQL: a packet of sequence number 0 with protocol version 10 or an error.
bool isMysqlGreeting(base::BytesView first) {
    return first.size() >= 5 && first[2] == 0 && first[3] == 0 && (first[4] == 10 || first[4] == 0xFF);
}

std::string hintFor(Protocol protocol, base::BytesView said) {
    if (isTlsRecord(said))
        return "It may speak TLS from the start: try without STARTTLS";
    if (base::textOf(said).starts_with("SSH-"))
        return "This is an SSH server";
    if (base::textOf(said).starts_with("HTTP/"))
        return "This is an HTTP server: try without STARTTLS";
    const std::optional<Protocol> other = guessProtocol(said);
    if (other && *other != protocol)
        return "This looks like " + std::string(titleOf(*other)) + ": try STARTTLS for “" +
               std::string(toString(*other)) + "”";
    return "Is it the right port?";
}

} // namespace

std::string serverOf(Protocol protocol) {
    return "the " + std::string(titleOf(protocol)) + " server";
}

std::string implicitTlsHint(Protocol protocol) {
    const std::uint16_t port = implicitTlsPort(protocol);
    if (port == 0)
        return {};
    return "Port " + std::to_string(port) + " is the one for TLS from the start, without STARTTLS";
}

Error notOffered(Protocol protocol, std::string_view offered) {
    std::string hint;
    if (!offered.empty())
        hint = "It offers: " + visibleText(base::bytesOf(offered), MaximumOffered);
    const std::string other = implicitTlsHint(protocol);
    if (!other.empty())
        hint += (hint.empty() ? "" : ". ") + other;
    return Error(ErrorKind::Network,
                 "The " + std::string(titleOf(protocol)) + " server does not offer " + std::string(requestOf(protocol)),
                 std::move(hint));
}

Error refused(Protocol protocol, std::string_view said) {
    return Error(ErrorKind::Network,
                 "The " + std::string(titleOf(protocol)) + " server refused " + std::string(requestOf(protocol)) +
                     ": it sent " + inQuotes(said),
                 implicitTlsHint(protocol));
}

Error turnedAway(Protocol protocol, std::string_view said) {
    return Error(ErrorKind::Network, "The " + std::string(titleOf(protocol)) +
                                         " server does not want this connection: it sent " + inQuotes(said));
}

Error notSpoken(Protocol protocol, base::BytesView said) {
    return Error(ErrorKind::Network,
                 "The server does not speak " + std::string(titleOf(protocol)) + " here: it sent " + inQuotes(said),
                 hintFor(protocol, said));
}

Error injected(Protocol protocol, base::BytesView rest) {
    return Error(ErrorKind::Network,
                 "Plain text came behind the consent of the " + std::string(titleOf(protocol)) +
                     " server, before TLS could begin: " + inQuotes(rest),
                 "Somebody on the way may have put it there (CVE-2011-0411), or the server does not speak the "
                 "protocol as it should; it was not used");
}

std::optional<Protocol> guessProtocol(base::BytesView first) {
    const std::string_view text = base::textOf(first);
    const std::string_view line = text.substr(0, text.find('\n'));
    if (startsIgnoringCase(line, "* OK") || startsIgnoringCase(line, "* PREAUTH"))
        return Protocol::Imap;
    if (line.starts_with("+OK"))
        return Protocol::Pop3;
    if (startsIgnoringCase(line, "\"IMPLEMENTATION\""))
        return Protocol::Sieve;
    if (isMysqlGreeting(first))
        return Protocol::Mysql;
    return guessByCode(line);
}

} // namespace certwright::tls::starttls
