#pragma once

#include "core/inspect/probe.h"

#include <optional>

namespace certwright::inspect {

/// One question of a scan, answered by probes one after the other. No I/O: next() says what to send, take() is told
/// what came of it.
class Search {
public:
    virtual ~Search() = default;

    /// What to try next; only after the answer to the one before it was taken. Nothing when it is over.
    virtual std::optional<Probe> next() const = 0;
    virtual void take(const Answer& answer) = 0;
    bool isDone() const { return !next().has_value(); }
};

} // namespace certwright::inspect
