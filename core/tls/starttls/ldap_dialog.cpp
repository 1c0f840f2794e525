#include "core/tls/starttls/ldap_dialog.h"

#include "core/base/der_reader.h"
#include "core/tls/starttls/starttls_errors.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

namespace certwright::tls::starttls {

namespace {

constexpr std::uint8_t ExtendedResponse = 0x78;
constexpr std::uint8_t MessageId = 1;
constexpr std::uint8_t ProtocolError = 2;
constexpr std::size_t MaximumMessage = 16384;

/// LDAPMessage { 1, extendedReq { [0] "1.3.6.1.4.1.1466.20037" } }.
constexpr std::array<std::uint8_t, 31> Request{0x30, 0x1D, 0x02, 0x01, MessageId, 0x77, 0x18, 0x80, 0x16, '1', '.',
                                               '3',  '.',  '6',  '.',  '1',       '.',  '4',  '.',  '1',  '.', '1',
                                               '4',  '6',  '6',  '.',  '2',       '0',  '0',  '3',  '7'};

struct ResultName {
    std::uint8_t code;
    std::string_view name;
};

// RFC 4511 appendix A; those that an answer to StartTLS can well be.
constexpr ResultName ResultNames[] = {
    {1, "operationsError"},
    {2, "protocolError"},
    {8, "strongerAuthRequired"},
    {10, "referral"},
    {13, "confidentialityRequired"},
    {50, "insufficientAccessRights"},
    {51, "busy"},
    {52, "unavailable"},
    {53, "unwillingToPerform"},
    {80, "other"},
};

std::string resultText(std::uint8_t code) {
    const auto* found = std::find_if(std::begin(ResultNames), std::end(ResultNames),
                                     [code](const ResultName& row) { return row.code == code; });
    const std::string number = std::to_string(code);
    return found == std::end(ResultNames) ? "result " + number : std::string(found->name) + " (" + number + ")";
}

/// The head of a BER element with a definite length (X.690 8.1.3), of as many octets as the sender liked.
struct Head {
    enum class State { Complete, TooShort, Wrong };

    State state = State::TooShort;
    std::uint8_t identifier = 0;
    std::size_t headSize = 0;
    std::size_t contentSize = 0;
};

Head readHead(base::BytesView bytes) {
    if (bytes.empty())
        return {};
    Head head{Head::State::TooShort, bytes[0], 2, 0};
    if (bytes.size() < 2)
        return head;
    const std::uint8_t first = bytes[1];
    const std::size_t octets = first & 0x7FU;
    if (first < 0x80) {
        head.contentSize = first;
    } else if (octets == 0 || octets > 4) {
        head.state = Head::State::Wrong;
        return head;
    } else {
        head.headSize += octets;
        if (bytes.size() < head.headSize)
            return head;
        for (const std::uint8_t octet : bytes.subspan(2, octets))
            head.contentSize = (head.contentSize << 8U) | octet;
    }
    head.state = Head::State::Complete;
    return head;
}

/// The content of the next element, which must have this identifier; an empty state of failure stays.
class BerReader {
public:
    explicit BerReader(base::BytesView bytes)
        : m_rest(bytes) {}

    base::BytesView content(std::uint8_t identifier) {
        const Head head = readHead(m_rest);
        if (m_hasFailed || head.state != Head::State::Complete || head.identifier != identifier ||
            head.contentSize > m_rest.size() - head.headSize) {
            m_hasFailed = true;
            return {};
        }
        const base::BytesView found = m_rest.subspan(head.headSize, head.contentSize);
        m_rest = m_rest.subspan(head.headSize + head.contentSize);
        return found;
    }
    bool hasFailed() const { return m_hasFailed; }

private:
    base::BytesView m_rest;
    bool m_hasFailed = false;
};

} // namespace

LdapDialog::LdapDialog()
    : Dialog(serverOf(Protocol::Ldap)) {
    sendBinary(Request);
    await("the answer to StartTLS");
}

void LdapDialog::onInput() {
    const Head head = readHead(input());
    if (!input().empty() && (head.identifier != base::der::Sequence || head.state == Head::State::Wrong)) {
        fail(notSpoken(Protocol::Ldap, input()));
        return;
    }
    if (head.state != Head::State::Complete)
        return;
    if (head.contentSize > MaximumMessage) {
        failByProtocol(peerAtStart() + " announced a message of " + std::to_string(head.contentSize) + " octets",
                       input());
        return;
    }
    const std::size_t size = head.headSize + head.contentSize;
    if (input().size() < size)
        return;
    const base::Bytes message = take(size, size, true);
    onMessage(base::BytesView(message).subspan(head.headSize));
}

void LdapDialog::onMessage(base::BytesView message) {
    BerReader fields(message);
    const base::BytesView id = fields.content(base::der::Integer);
    BerReader response(fields.content(ExtendedResponse));
    const base::BytesView code = response.content(base::der::Enumerated);
    response.content(base::der::OctetString); // the matched DN
    const base::BytesView text = response.content(base::der::OctetString);
    if (fields.hasFailed() || response.hasFailed() || code.size() != 1 || id.empty() || id.size() > 4) {
        failByProtocol(peerAtStart() + " does not answer as it should", message);
        return;
    }
    const bool isOurs = id.back() == MessageId && std::all_of(id.begin(), id.end() - 1, [](auto o) { return o == 0; });
    if (!isOurs) { // RFC 4511 4.4.1: notice of disconnection
        fail(base::Error(base::ErrorKind::Network, peerAtStart() + " ends the connection: " + resultText(code[0]) +
                                                       ", it says " + inQuotes(text)));
        return;
    }
    onResult(code[0], text);
}

void LdapDialog::onResult(std::uint8_t code, base::BytesView text) {
    if (code == 0) {
        succeed();
        return;
    }
    const std::string said = resultText(code) + (text.empty() ? "" : ": " + visibleText(text, 200));
    if (code == ProtocolError) // RFC 4511 4.14.2: the operation is not known, or TLS is not set up
        fail(notOffered(Protocol::Ldap, "").withHint("It answered " + said + ". " + implicitTlsHint(Protocol::Ldap)));
    else
        fail(refused(Protocol::Ldap, said));
}

} // namespace certwright::tls::starttls
