#include "core/inspect/answer_reader.h"
#include "core/inspect/suite_search.h"
#include "tests/fuzz/fuzz.h"

#include <array>

using namespace certwright;

namespace {

inspect::Probe probeOf(std::uint8_t choice) {
    using tls::ProtocolVersion;
    constexpr std::array Versions{ProtocolVersion::Tls13, ProtocolVersion::Tls12, ProtocolVersion::Tls10,
                                  ProtocolVersion::Ssl3};
    inspect::Probe probe;
    probe.kind = (choice & 4U) != 0 ? inspect::Probe::Kind::Ssl2Hello : inspect::Probe::Kind::Hello;
    if (probe.kind == inspect::Probe::Kind::Ssl2Hello) {
        probe.version = ProtocolVersion::Ssl2;
        return probe;
    }
    probe.version = Versions[choice & 3U];
    probe.suites = inspect::suitesToOffer(probe.version);
    return probe;
}

} // namespace

// The first octet says what was asked, the rest is the server's flight; in one piece and octet by octet it has to mean
// the same.
void certwright::fuzz::target(base::BytesView input) {
    if (input.empty())
        return;
    const inspect::Probe probe = probeOf(input.front());
    const base::BytesView flight = input.subspan(1);
    inspect::AnswerReader whole(probe);
    whole.feed(flight);
    whole.end(inspect::Answer::Break::Eof);
    inspect::AnswerReader pieces(probe);
    for (std::size_t i = 0; i < flight.size() && !pieces.isComplete(); ++i)
        pieces.feed(flight.subspan(i, 1));
    pieces.end(inspect::Answer::Break::Eof);
    require(whole.isComplete() && pieces.isComplete(), "an end");
    require(whole.answer().kind == pieces.answer().kind, "the same kind of answer in pieces");
    require(whole.answer().suite == pieces.answer().suite, "the same suite in pieces");
    require(!whole.answer().isAccepted() || whole.answer().version == static_cast<std::uint16_t>(probe.version),
            "the version that was offered");
}
