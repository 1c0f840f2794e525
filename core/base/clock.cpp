#include "core/base/clock.h"

#include <array>
#include <cstdio>

namespace certwright::base {

namespace {

using namespace std::chrono;

/// Reads exactly `count` decimal digits at `position` and moves on; -1 when there are not as many.
int digits(std::string_view text, std::size_t& position, std::size_t count) noexcept {
    if (text.size() < position + count)
        return -1;
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const char c = text[position + i];
        if (c < '0' || c > '9')
            return -1;
        value = value * 10 + (c - '0');
    }
    position += count;
    return value;
}

bool skip(std::string_view text, std::size_t& position, char c) noexcept {
    if (position >= text.size() || text[position] != c)
        return false;
    ++position;
    return true;
}

std::optional<Time> timeFrom(int yearNumber, int monthNumber, int dayNumber, int hour, int minute,
                             int second) noexcept {
    if (yearNumber < 0 || monthNumber < 0 || dayNumber < 0 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
        second < 0 || second > 60)
        return std::nullopt;
    const year_month_day date{year{yearNumber}, month{static_cast<unsigned>(monthNumber)},
                              day{static_cast<unsigned>(dayNumber)}};
    if (!date.ok())
        return std::nullopt;
    return sys_days{date} + hours{hour} + minutes{minute} + seconds{second};
}

/// "+hh:mm" or "+hhmm" at `position` to the end, as what has to be subtracted to reach UTC.
std::optional<seconds> offset(std::string_view text, std::size_t position, bool withColon) noexcept {
    const bool isPlus = position < text.size() && text[position] == '+';
    if (!isPlus && !(position < text.size() && text[position] == '-'))
        return std::nullopt;
    ++position;
    const int hour = digits(text, position, 2);
    if (withColon && !skip(text, position, ':'))
        return std::nullopt;
    const int minute = digits(text, position, 2);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || position != text.size())
        return std::nullopt;
    const seconds value = hours{hour} + minutes{minute};
    return isPlus ? value : -value;
}

std::string format(Time time, const char* pattern) {
    const auto day = floor<days>(time);
    const year_month_day date{day};
    const hh_mm_ss clock{time - day};
    std::array<char, 40> buffer{};
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    const int length = std::snprintf(buffer.data(), buffer.size(), pattern, static_cast<int>(date.year()),
                                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                                     static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                                     static_cast<int>(clock.seconds().count()));
#pragma GCC diagnostic pop
    return {buffer.data(), static_cast<std::size_t>(length)};
}

} // namespace

Time SystemClock::now() const {
    return floor<seconds>(system_clock::now());
}

std::string toRfc3339(Time time) {
    return format(time, "%04d-%02u-%02uT%02d:%02d:%02dZ");
}

std::string toGeneralizedTime(Time time) {
    return format(time, "%04d%02u%02u%02d%02d%02dZ");
}

std::optional<Time> parseRfc3339(std::string_view text) {
    std::size_t at = 0;
    const int yearNumber = digits(text, at, 4);
    if (!skip(text, at, '-'))
        return std::nullopt;
    const int monthNumber = digits(text, at, 2);
    if (!skip(text, at, '-'))
        return std::nullopt;
    const int dayNumber = digits(text, at, 2);
    if (at == text.size())
        return timeFrom(yearNumber, monthNumber, dayNumber, 0, 0, 0);
    if (!skip(text, at, 'T') && !skip(text, at, 't') && !skip(text, at, ' '))
        return std::nullopt;
    const int hour = digits(text, at, 2);
    if (!skip(text, at, ':'))
        return std::nullopt;
    const int minute = digits(text, at, 2);
    if (!skip(text, at, ':'))
        return std::nullopt;
    const int second = digits(text, at, 2);
    if (skip(text, at, '.')) {
        const std::size_t start = at;
        while (at < text.size() && text[at] >= '0' && text[at] <= '9')
            ++at;
        if (at == start)
            return std::nullopt;
    }
    const auto time = timeFrom(yearNumber, monthNumber, dayNumber, hour, minute, second);
    if (!time || at == text.size())
        return std::nullopt;
    if ((text[at] == 'Z' || text[at] == 'z') && at + 1 == text.size())
        return time;
    const auto shift = offset(text, at, true);
    if (!shift)
        return std::nullopt;
    return *time - *shift;
}

std::optional<Time> parseAsn1Time(std::string_view text) {
    std::size_t zone = text.find_first_not_of("0123456789");
    if (zone == std::string_view::npos)
        return std::nullopt;
    // RFC 5280 wants seconds; X.680 lets UTCTime and GeneralizedTime leave them out, and old certificates do.
    const bool isUtcTime = zone == 10 || zone == 12;
    const bool hasSeconds = zone == 12 ? true : zone == 14;
    std::size_t at = 0;
    int yearNumber = 0;
    if (isUtcTime) {
        yearNumber = digits(text, at, 2);
        if (yearNumber < 0)
            return std::nullopt;
        yearNumber += yearNumber < 50 ? 2000 : 1900;
    } else if (zone == 14) {
        yearNumber = digits(text, at, 4);
    } else {
        return std::nullopt;
    }
    const int monthNumber = digits(text, at, 2);
    const int dayNumber = digits(text, at, 2);
    const int hour = digits(text, at, 2);
    const int minute = digits(text, at, 2);
    const int second = hasSeconds ? digits(text, at, 2) : 0;
    const auto time = timeFrom(yearNumber, monthNumber, dayNumber, hour, minute, second);
    if (!time || at != zone)
        return std::nullopt;
    if (zone == 14 && text[zone] == '.') {
        zone = text.find_first_not_of("0123456789", at + 1);
        if (zone == std::string_view::npos || zone == at + 1)
            return std::nullopt;
    }
    if (text[zone] == 'Z')
        return zone + 1 == text.size() ? time : std::nullopt;
    const auto shift = offset(text, zone, false);
    if (!shift)
        return std::nullopt;
    return *time - *shift;
}

} // namespace certwright::base
