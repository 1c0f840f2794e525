#include "core/inspect/probe.h"

#include "core/tls/alert.h"

namespace certwright::inspect {

std::string describeBreak(const Answer& answer) {
    switch (answer.reason) {
    case Answer::Break::None:
        return "answered";
    case Answer::Break::Eof:
        return "closed the connection without an answer";
    case Answer::Break::Reset:
        return "reset the connection";
    case Answer::Break::Timeout:
        return answer.hasSpoken ? "stopped in the middle of its answer" : "did not answer in time";
    case Answer::Break::Alert:
        return "failed with the alert " + tls::alertName(answer.alert.value_or(0));
    case Answer::Break::NotTls:
        return "answered with something that is not TLS";
    case Answer::Break::Malformed:
        return "answered with a damaged message";
    case Answer::Break::Ours:
        return "asks for something that the TLS library of this program does not have";
    }
    return {};
}

} // namespace certwright::inspect
