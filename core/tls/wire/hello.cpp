#include "core/tls/wire/hello.h"

#include "core/tls/wire/reader.h"

#include <algorithm>
#include <array>

namespace certwright::tls::wire {

namespace {

constexpr std::size_t RandomSize = 32;
constexpr std::uint16_t KeyShareExtension = 51;
constexpr std::uint16_t SupportedVersionsExtension = 43;
constexpr std::uint16_t ExtendedMasterSecretExtension = 23;
constexpr std::uint8_t NamedCurve = 3;

// RFC 8446 4.1.3: SHA-256 of "HelloRetryRequest".
constexpr std::array<std::uint8_t, RandomSize> HelloRetryRandom{
    0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
    0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C};

/// The body of a message whose header says what its size is.
std::optional<Reader> bodyOf(base::BytesView message) {
    Reader header(message);
    header.u8();
    const base::BytesView body = header.vector24();
    if (header.hasFailed() || !header.atEnd())
        return std::nullopt;
    return Reader(body);
}

/// Values in a list of suites that are no suites: renegotiation and fallback signals, and GREASE (RFC 8701).
bool isSignal(std::uint16_t suite) {
    const bool isGrease = (suite & 0x0F0FU) == 0x0A0AU && (suite >> 8U) == (suite & 0xFFU);
    return suite == 0x00FF || suite == 0x5600 || isGrease;
}

void readServerExtensions(Reader& body, ServerHello& hello) {
    Reader extensions(body.vector16());
    while (!extensions.atEnd() && !extensions.hasFailed()) {
        const std::uint16_t type = extensions.u16();
        Reader content(extensions.vector16());
        if (type == SupportedVersionsExtension) {
            const std::uint16_t version = content.u16();
            if (!content.hasFailed())
                hello.version = version;
        } else if (type == KeyShareExtension) {
            const std::uint16_t group = content.u16();
            if (!content.hasFailed())
                hello.group = group;
        } else if (type == ExtendedMasterSecretExtension) {
            hello.hasExtendedMasterSecret = true;
        }
    }
}

} // namespace

std::optional<ClientHello> parseClientHello(base::BytesView message) {
    std::optional<Reader> body = bodyOf(message);
    if (!body)
        return std::nullopt;
    ClientHello hello;
    body->u16();
    hello.random = base::toBytes(body->bytes(RandomSize));
    hello.sessionId = base::toBytes(body->vector8());
    Reader suites(body->vector16());
    if (body->hasFailed())
        return std::nullopt;
    while (!suites.atEnd() && !suites.hasFailed()) {
        const std::uint16_t suite = suites.u16();
        if (!suites.hasFailed() && !isSignal(suite))
            hello.cipherSuites.push_back(suite);
    }
    if (suites.hasFailed())
        return std::nullopt;
    return hello;
}

std::optional<ServerHello> parseServerHello(base::BytesView message) {
    std::optional<Reader> body = bodyOf(message);
    if (!body)
        return std::nullopt;
    ServerHello hello;
    hello.version = body->u16();
    hello.random = base::toBytes(body->bytes(RandomSize));
    hello.sessionId = base::toBytes(body->vector8());
    hello.cipherSuite = body->u16();
    hello.compression = body->u8();
    if (body->hasFailed())
        return std::nullopt;
    hello.isHelloRetryRequest = isHelloRetryRequest(message);
    if (!body->atEnd())
        readServerExtensions(*body, hello);
    return body->hasFailed() ? std::nullopt : std::optional<ServerHello>(std::move(hello));
}

bool isHelloRetryRequest(base::BytesView message) {
    Reader reader(message);
    reader.bytes(4 + 2); // header, version
    const base::BytesView random = reader.bytes(RandomSize);
    return std::equal(random.begin(), random.end(), HelloRetryRandom.begin(), HelloRetryRandom.end());
}

std::optional<KeyExchange> parseEcdheKeyExchange(base::BytesView message, bool isTls12) {
    std::optional<Reader> body = bodyOf(message);
    if (!body || body->u8() != NamedCurve)
        return std::nullopt;
    KeyExchange exchange;
    exchange.group = body->u16();
    body->vector8(); // the public point
    if (isTls12 && !body->atEnd())
        exchange.signatureScheme = body->u16();
    return body->hasFailed() ? std::nullopt : std::optional<KeyExchange>(exchange);
}

std::optional<KeyExchange> parseDheKeyExchange(base::BytesView message, bool isTls12) {
    std::optional<Reader> body = bodyOf(message);
    if (!body)
        return std::nullopt;
    for (int i = 0; i < 3; ++i)
        body->vector16(); // prime, generator, public value
    KeyExchange exchange;
    if (isTls12 && !body->atEnd())
        exchange.signatureScheme = body->u16();
    return body->hasFailed() ? std::nullopt : std::optional<KeyExchange>(exchange);
}

std::optional<std::uint16_t> parseCertificateVerify(base::BytesView message) {
    std::optional<Reader> body = bodyOf(message);
    if (!body)
        return std::nullopt;
    const std::uint16_t scheme = body->u16();
    return body->hasFailed() ? std::nullopt : std::optional<std::uint16_t>(scheme);
}

} // namespace certwright::tls::wire
