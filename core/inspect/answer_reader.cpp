#include "core/inspect/answer_reader.h"

#include "core/tls/cipher_suite.h"
#include "core/tls/wire/hello.h"
#include "core/tls/wire/reader.h"

#include <algorithm>

namespace certwright::inspect {

namespace {

using base::Bytes;
using base::BytesView;
using tls::ProtocolVersion;
using tls::wire::Reader;

constexpr std::size_t RecordHeader = 5;
constexpr std::size_t MessageHeader = 4;
constexpr std::size_t MaximumRecord = 16384 + 2048; // RFC 5246 6.2.3
constexpr std::size_t KeptFirstBytes = 64;

namespace content {
constexpr std::uint8_t ChangeCipherSpec = 20, Alert = 21, Handshake = 22, ApplicationData = 23;
}
namespace handshake {
constexpr std::uint8_t ServerHello = 2, ServerKeyExchange = 12, CertificateRequest = 13, ServerHelloDone = 14;
}

/// Alerts by which a server says that it does not want what it was offered (RFC 8446 6.2, RFC 7507, RFC 7301).
constexpr std::uint8_t Refusals[] = {40, 47, 70, 71, 86, 109, 112, 115, 116, 120};
constexpr std::uint8_t WarningLevel = 1;
constexpr std::uint8_t CloseNotify = 0;

bool isRefusal(std::uint8_t alert) {
    return std::find(std::begin(Refusals), std::end(Refusals), alert) != std::end(Refusals);
}

void removeFront(Bytes& bytes, std::size_t count) {
    bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
}

Bytes withoutLeadingZeros(BytesView number) {
    const auto first = std::find_if(number.begin(), number.end(), [](std::uint8_t octet) { return octet != 0; });
    return {first, number.end()};
}

bool hasExtension(BytesView message, std::uint16_t wanted) {
    Reader body(message.subspan(MessageHeader));
    body.bytes(2 + 32);
    body.vector8();
    body.bytes(3);
    Reader extensions(body.vector16());
    while (!extensions.atEnd() && !extensions.hasFailed()) {
        const std::uint16_t type = extensions.u16();
        extensions.vector16();
        if (type == wanted && !extensions.hasFailed())
            return true;
    }
    return false;
}

} // namespace

AnswerReader::AnswerReader(const Probe& probe)
    : m_probe(probe) {}

bool AnswerReader::feed(BytesView bytes) {
    if (m_isComplete || bytes.empty())
        return m_isComplete;
    if (m_answer.firstBytes.size() < KeptFirstBytes) {
        const BytesView kept = bytes.first(std::min(bytes.size(), KeptFirstBytes - m_answer.firstBytes.size()));
        m_answer.firstBytes.insert(m_answer.firstBytes.end(), kept.begin(), kept.end());
    }
    m_answer.hasSpoken = true;
    m_total += bytes.size();
    m_input.insert(m_input.end(), bytes.begin(), bytes.end());
    if (m_probe.kind == Probe::Kind::Ssl2Hello && (m_input.front() & 0x80U) != 0)
        readSsl2Record();
    else
        readRecords();
    if (!m_isComplete && m_total > MaximumFlight)
        end(Answer::Break::Malformed);
    return m_isComplete;
}

void AnswerReader::end(Answer::Break reason) {
    if (m_isComplete)
        return;
    if (m_hasHello)
        accept();
    else
        breakOff(reason);
}

void AnswerReader::accept() {
    m_isComplete = true;
    m_answer.kind = Answer::Kind::Accepted;
    m_answer.reason = Answer::Break::None;
    m_answer.alert.reset();
    m_answer.firstBytes.clear();
}

void AnswerReader::breakOff(Answer::Break reason) {
    m_isComplete = true;
    m_answer.kind = Answer::Kind::Broke;
    m_answer.reason = reason;
    if (reason != Answer::Break::NotTls)
        m_answer.firstBytes.clear();
}

void AnswerReader::rejectBytes() {
    end(m_hasRecord ? Answer::Break::Malformed : Answer::Break::NotTls);
}

void AnswerReader::readRecords() {
    std::size_t used = 0;
    while (!m_isComplete) {
        Reader record(BytesView(m_input).subspan(used));
        const std::uint8_t type = record.u8();
        const std::uint8_t major = record.u8();
        record.u8();
        const std::size_t length = record.u16();
        // The first octets tell: nobody should wait for the rest of a header that another protocol never sends.
        const std::size_t available = m_input.size() - used;
        const std::uint8_t first = available > 0 ? m_input[used] : content::Handshake;
        if (first < content::ChangeCipherSpec || first > content::ApplicationData ||
            (available > 1 && m_input[used + 1] != 3)) {
            rejectBytes();
            return;
        }
        if (record.hasFailed())
            break;
        if (major != 3 || length > MaximumRecord) {
            rejectBytes();
            return;
        }
        const BytesView body = record.bytes(length);
        if (record.hasFailed())
            break;
        used += RecordHeader + length;
        m_hasRecord = true;
        if (type == content::Alert) {
            readAlert(body);
        } else if (type == content::Handshake) {
            m_messages.insert(m_messages.end(), body.begin(), body.end());
            readMessages();
        } else if (type == content::ApplicationData) {
            end(Answer::Break::Malformed); // before any key is agreed upon
        }
    }
    removeFront(m_input, used);
}

void AnswerReader::readAlert(BytesView body) {
    Reader alert(body);
    const std::uint8_t level = alert.u8();
    const std::uint8_t description = alert.u8();
    if (alert.hasFailed()) {
        end(Answer::Break::Malformed);
        return;
    }
    if (level == WarningLevel && description != CloseNotify)
        return; // "that name is not mine, but go on"
    m_answer.alert = description;
    if (m_hasHello) {
        accept();
        m_answer.alert = description;
    } else if (isRefusal(description)) {
        m_isComplete = true;
        m_answer.kind = Answer::Kind::Refused;
        m_answer.firstBytes.clear();
    } else {
        breakOff(description == CloseNotify ? Answer::Break::Eof : Answer::Break::Alert);
    }
}

void AnswerReader::readMessages() {
    std::size_t used = 0;
    while (!m_isComplete) {
        Reader reader(BytesView(m_messages).subspan(used));
        reader.u8();
        const std::size_t length = reader.u24();
        if (reader.hasFailed())
            break;
        if (length > MaximumFlight) {
            end(Answer::Break::Malformed);
            return;
        }
        reader.bytes(length);
        if (reader.hasFailed())
            break;
        readMessage(BytesView(m_messages).subspan(used, MessageHeader + length));
        used += MessageHeader + length;
    }
    removeFront(m_messages, used);
}

void AnswerReader::readMessage(BytesView message) {
    const std::uint8_t type = message.front();
    if (!m_hasHello) {
        if (type == handshake::ServerHello)
            readServerHello(message);
        else if (type != 0) // HelloRequest, which means nothing here
            breakOff(Answer::Break::Malformed);
        return;
    }
    if (type == handshake::ServerKeyExchange)
        readServerKeyExchange(message.subspan(MessageHeader));
    else if (type == handshake::CertificateRequest)
        m_answer.isClientCertificateRequested = true;
    else if (type == handshake::ServerHelloDone)
        accept();
}

void AnswerReader::readServerHello(BytesView message) {
    const auto hello = tls::wire::parseServerHello(message);
    if (!hello) {
        breakOff(Answer::Break::Malformed);
        return;
    }
    m_answer.version = hello->version;
    m_answer.suite = hello->cipherSuite;
    m_answer.compression = hello->compression;
    m_answer.group = hello->group;
    m_answer.isRetryRequest = hello->isHelloRetryRequest;
    m_answer.hasExtendedMasterSecret = hello->hasExtendedMasterSecret;
    m_answer.hasRenegotiationInfo = hasExtension(message, 0xFF01);
    if (hello->version != static_cast<std::uint16_t>(m_probe.version)) {
        // Another version than the one that was offered: that is how servers before TLS 1.3 say no.
        m_isComplete = true;
        m_answer.kind = Answer::Kind::Refused;
        m_answer.firstBytes.clear();
        return;
    }
    if (std::find(m_probe.suites.begin(), m_probe.suites.end(), hello->cipherSuite) == m_probe.suites.end()) {
        breakOff(Answer::Break::Malformed);
        return;
    }
    m_hasHello = true;
    if (m_probe.version == ProtocolVersion::Tls13)
        accept(); // the rest is encrypted
}

/// ServerKeyExchange: RFC 8422 5.4, RFC 5246 7.4.3; with a hint before it for the suites of RFC 4279 and RFC 5489.
void AnswerReader::readServerKeyExchange(BytesView body) {
    const tls::CipherSuite suite = tls::registeredSuite(m_answer.suite);
    Reader reader(body);
    if (suite.keyExchange.ends_with("-PSK"))
        reader.vector16();
    if (suite.keyExchange.starts_with("ECDHE")) {
        constexpr std::uint8_t NamedCurve = 3;
        if (reader.u8() != NamedCurve)
            return;
        const std::uint16_t group = reader.u16();
        reader.vector8();
        if (!reader.hasFailed())
            m_answer.group = group;
    } else if (suite.keyExchange.starts_with("DHE")) {
        const BytesView prime = reader.vector16();
        reader.vector16();
        reader.vector16();
        if (!reader.hasFailed())
            m_answer.dhPrime = withoutLeadingZeros(prime);
    } else {
        return;
    }
    const bool isSigned = suite.authentication != "NULL" && suite.authentication != "PSK";
    if (m_probe.version == ProtocolVersion::Tls12 && isSigned) {
        const std::uint16_t scheme = reader.u16();
        if (!reader.hasFailed())
            m_answer.scheme = scheme;
    }
}

/// SERVER-HELLO of SSL 2.0: a record of up to 32767 octets with a header of two.
void AnswerReader::readSsl2Record() {
    constexpr std::uint8_t Ssl2ServerHello = 4;
    constexpr std::uint8_t Ssl2Error = 0;
    Reader record(m_input);
    const std::size_t length = record.u16() & 0x7FFFU;
    Reader body(record.bytes(length));
    if (record.hasFailed())
        return;
    const std::uint8_t type = body.u8();
    if (type == Ssl2Error && !body.hasFailed()) {
        m_isComplete = true;
        m_answer.kind = Answer::Kind::Refused;
        return;
    }
    body.bytes(2); // session id hit, certificate type
    const std::uint16_t version = body.u16();
    const std::size_t certificate = body.u16();
    const std::size_t kinds = body.u16();
    body.u16(); // length of the connection id
    body.bytes(certificate);
    Reader list(body.bytes(kinds));
    if (type != Ssl2ServerHello || version != 2 || body.hasFailed()) {
        breakOff(Answer::Break::NotTls);
        return;
    }
    while (!list.atEnd()) {
        const std::uint32_t kind = list.u24();
        if (!list.hasFailed())
            m_answer.ssl2Kinds.push_back(kind);
    }
    m_answer.version = version;
    accept();
}

} // namespace certwright::inspect
