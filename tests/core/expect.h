#pragma once

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/base/error.h"

#include <QByteArray>
#include <QString>
#include <QTest>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

// What the tests of core have in common: core speaks std::string and spans, QtTest prints QString and QByteArray.
namespace certwright::test {

inline QString q(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

inline QByteArray bytes(base::BytesView view) {
    return {reinterpret_cast<const char*>(view.data()), static_cast<qsizetype>(view.size())};
}

inline base::BytesView view(const QByteArray& data) {
    return {reinterpret_cast<const std::uint8_t*>(data.constData()), static_cast<std::size_t>(data.size())};
}

inline std::string_view textView(const QByteArray& data) {
    return {data.constData(), static_cast<std::size_t>(data.size())};
}

/// For QCOMPARE, which takes the toString() that an enum class of ours has for its own.
inline QString nameOf(base::ErrorKind kind) {
    return q(base::toString(kind));
}

inline QByteArray unhex(const char* digits) {
    return QByteArray::fromHex(digits);
}

inline base::Time timeAt(const char* rfc3339) {
    const auto time = base::parseRfc3339(rfc3339);
    if (!time)
        qFatal("%s is no time", rfc3339);
    return *time;
}

/// The Error that `function` throws; nothing when it throws none.
template <class F>
std::optional<base::Error> errorOf(F&& function) {
    try {
        static_cast<void>(std::forward<F>(function)());
    } catch (const base::Error& error) {
        return error;
    }
    return std::nullopt;
}

} // namespace certwright::test

/// Fails the running test function unless the expression throws a base::Error of this kind.
#define CERTWRIGHT_VERIFY_FAILS(expression, expectedKind)                                                              \
    do {                                                                                                               \
        const auto certwrightError = ::certwright::test::errorOf([&] { return expression, 0; });                       \
        QVERIFY2(certwrightError, #expression " throws no Error");                                                     \
        QVERIFY2(                                                                                                      \
            certwrightError->kind() == (expectedKind),                                                                 \
            (std::string(::certwright::base::toString(certwrightError->kind())) + ": " + certwrightError->message())   \
                .c_str());                                                                                             \
    } while (false)
