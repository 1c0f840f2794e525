#include "core/tls/starttls/prelude.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>

using namespace certwright;
namespace starttls = certwright::tls::starttls;

namespace {

/// Which conversation the first octet is for: each STARTTLS, then both proxies alone, then in front of SMTP.
tls::PreludeOptions optionsOf(std::uint8_t selector) {
    const std::vector<starttls::Protocol>& protocols = starttls::allProtocols();
    tls::PreludeOptions options;
    options.host = "mail.example.org";
    options.port = 25;
    const std::size_t choice = selector % (protocols.size() + 4);
    if (choice < protocols.size()) {
        options.protocol = protocols[choice];
        return options;
    }
    const std::size_t proxy = choice - protocols.size();
    options.proxy =
        starttls::parseProxy(proxy % 2 == 0 ? "http://user:word@p.example" : "socks5://user:word@p.example");
    if (proxy >= 2)
        options.protocol = starttls::Protocol::Smtp;
    return options;
}

bool isOneCleanLine(const std::string& text) {
    return std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

} // namespace

// The words of a server or a proxy before TLS: the first octet chooses the conversation, the second the size of the
// pieces in which the rest comes.
void certwright::fuzz::target(base::BytesView input) {
    constexpr std::size_t HeadSize = 2;
    if (input.size() < HeadSize)
        return;
    tls::Prelude prelude(optionsOf(input[0]));
    const std::size_t piece = std::size_t{1} + input[1];
    base::BytesView rest = input.subspan(HeadSize);
    std::size_t fed = 0;
    while (!rest.empty() && prelude.step() == starttls::Step::NeedsMore) {
        const base::BytesView part = rest.first(std::min(piece, rest.size()));
        prelude.feed(part);
        fed += part.size();
        rest = rest.subspan(part.size());
        prelude.takeOutput();
    }
    require(prelude.step() != starttls::Step::NeedsMore || fed <= 2 * starttls::Dialog::MaximumInput,
            "a dialog waits for ever");
    prelude.lateness(" within 1 s");
    prelude.feedEof();
    require(prelude.step() != starttls::Step::NeedsMore, "the end of the stream ends the dialog");
    if (prelude.failure()) {
        require(!prelude.failure()->error.message().empty() && prelude.failure()->error.message().size() < 2000 &&
                    isOneCleanLine(prelude.failure()->error.message()) &&
                    isOneCleanLine(prelude.failure()->error.hint()),
                "a message that can be shown");
    }
    for (const starttls::PlainMessage& message : prelude.messages()) {
        require(isOneCleanLine(message.toText()), "a log that can be shown");
        // The peer may say what it likes; of ours only asterisks are kept.
        require(message.direction == tls::Direction::Received ||
                    base::textOf(message.bytes).find("word") == std::string_view::npos,
                "the password stays out");
    }
}
