#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace certwright::base {

/// A point in time to the second, UTC, far enough for 99991231235959Z.
using Time = std::chrono::sys_seconds;

/// Where the time comes from; tests give a frozen one. now() may be called from any thread.
class Clock {
public:
    virtual ~Clock() = default;
    virtual Time now() const = 0;
};

/// The computer's clock.
class SystemClock final : public Clock {
public:
    Time now() const override;
};

/// "2026-11-24T03:15:00Z" (RFC 3339 5.6, UTC).
std::string toRfc3339(Time time);

/// "20261124031500Z" (ASN.1 GeneralizedTime as RFC 5280 4.1.2.5.2 wants it).
std::string toGeneralizedTime(Time time);

/// A time as RFC 3339 writes it, with 'Z' or an offset, or a date alone (midnight UTC). Nothing for anything else,
/// also not for a day that does not exist.
std::optional<Time> parseRfc3339(std::string_view text);

/// GeneralizedTime "YYYYMMDDhhmmssZ", or with an offset "+hhmm", a fraction of a second being cut off; UTCTime
/// "YYMMDDhhmmssZ" when it is two digits shorter (RFC 5280 4.1.2.5.1: 50 to 99 are 1950 to 1999). Nothing for anything
/// else.
std::optional<Time> parseAsn1Time(std::string_view text);

} // namespace certwright::base
