#include "core/tls/starttls/xmpp_dialog.h"

#include "core/tls/starttls/starttls_errors.h"

#include <algorithm>
#include <optional>

namespace certwright::tls::starttls {

namespace {

constexpr std::string_view TlsNamespace = "urn:ietf:params:xml:ns:xmpp-tls";

std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '<')
            out += "&lt;";
        else if (c == '&')
            out += "&amp;";
        else if (c == '\'')
            out += "&apos;";
        else
            out += c;
    }
    return out;
}

/// Where the tag that begins at the front ends, one behind its '>'; quoted values may hold one. Nothing when it is not
/// complete.
std::optional<std::size_t> tagEnd(std::string_view text) {
    char quote = 0;
    for (std::size_t i = 1; i < text.size(); ++i) {
        const char c = text[i];
        if (quote != 0)
            quote = c == quote ? '\0' : quote;
        else if (c == '\'' || c == '"')
            quote = c;
        else if (c == '>')
            return i + 1;
    }
    return std::nullopt;
}

/// "stream:features" of "<stream:features>", "/stream:features" of its end.
std::string_view nameOf(std::string_view tag) {
    tag.remove_prefix(1);
    return tag.substr(0, tag.find_first_of(" \t\r\n>", tag.starts_with('/') ? 1 : 0)).substr(0, 100);
}

/// Without a prefix and without the slash of an empty element.
std::string_view localName(std::string_view name) {
    if (!name.starts_with('/') && name.ends_with('/'))
        name.remove_suffix(1);
    const std::size_t colon = name.find(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

} // namespace

XmppDialog::XmppDialog(Protocol protocol, const std::string& domain)
    : Dialog(serverOf(protocol))
    , m_protocol(protocol) {
    const char* content = protocol == Protocol::XmppServer ? "jabber:server" : "jabber:client";
    sendText("<?xml version='1.0'?><stream:stream xmlns='" + std::string(content) +
             "' xmlns:stream='http://etherx.jabber.org/streams' to='" + escaped(domain) +
             "' version='1.0' xml:lang='en'>");
    await("the stream of " + peer());
}

void XmppDialog::onInput() {
    const std::string_view text = base::textOf(input());
    const std::size_t start = std::min(text.find('<'), text.size());
    if (m_stage == Stage::Stream && text.substr(0, start).find_first_not_of(" \t\r\n") != std::string_view::npos) {
        fail(notSpoken(m_protocol, input()));
        return;
    }
    const std::optional<std::size_t> end = start < text.size() ? tagEnd(text.substr(start)) : std::nullopt;
    if (!end)
        return;
    const base::Bytes taken = take(start + *end, start + *end, false);
    onTag(base::textOf(taken).substr(start));
}

void XmppDialog::onTag(std::string_view tag) {
    const std::string_view name = nameOf(tag);
    if (name.starts_with('?'))
        return; // the XML declaration
    if (name.starts_with('!')) {
        failByProtocol(peerAtStart() + " sent XML that streams may not have", base::bytesOf(tag)); // RFC 6120 11.1
    } else if (m_isInError) {
        onError(name);
    } else if (localName(name) == "error") {
        m_isInError = true;
    } else if (name == "/stream:stream") {
        fail(turnedAway(m_protocol, tag));
    } else if (m_stage == Stage::Stream) {
        if (localName(name) != "stream")
            fail(notSpoken(m_protocol, base::bytesOf(tag)));
        m_stage = Stage::Features;
        await("the stream's features");
    } else if (m_stage == Stage::Features) {
        onFeature(name, tag);
    } else if (localName(name) == "proceed") {
        if (tag.ends_with("/>"))
            succeed();
    } else if (name == "/proceed") {
        succeed();
    } else {
        fail(refused(m_protocol, tag));
    }
}

void XmppDialog::onFeature(std::string_view name, std::string_view tag) {
    const bool isEmpty = localName(name) == "features" && tag.ends_with("/>");
    if (!isEmpty && localName(name) == "features" && !name.starts_with('/'))
        return;
    if (!isEmpty && !(name.starts_with('/') && localName(name) == "features")) {
        if (!name.starts_with('/') && m_offered.size() < 1000)
            m_offered += (m_offered.empty() ? "" : ", ") + std::string(localName(name));
        m_isOffered = m_isOffered || (localName(name) == "starttls" && tag.find(TlsNamespace) != std::string::npos);
        return;
    }
    if (!m_isOffered) {
        fail(notOffered(m_protocol, m_offered));
        return;
    }
    // RFC 6120 5.3.3: no white space behind it, which would lie where TLS begins
    sendText("<starttls xmlns='" + std::string(TlsNamespace) + "'/>");
    await("the answer to STARTTLS");
    m_stage = Stage::StartTls;
}

/// The first element inside of a stream's error names it (RFC 6120 4.9.3).
void XmppDialog::onError(std::string_view name) {
    fail(base::Error(base::ErrorKind::Network,
                     peerAtStart() + " ends the stream with the error " + inQuotes(localName(name)),
                     localName(name) == "host-unknown" ? "It does not know this domain: give its name for SNI" : ""));
}

} // namespace certwright::tls::starttls
