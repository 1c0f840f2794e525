#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <chrono>
#include <map>

namespace certwright::test {

/// How a program ended and what it wrote.
struct ProcessResult {
    bool hasStarted = false;
    bool hasTimedOut = false; ///< it was killed because it took too long
    bool hasCrashed = false;  ///< it ended by a signal
    int exitCode = -1;
    QByteArray output; ///< its stdout
    QByteArray errors; ///< its stderr

    bool isSuccess() const { return hasStarted && !hasTimedOut && !hasCrashed && exitCode == 0; }
    /// Everything about it in one text, for the message of a failing QVERIFY2.
    QByteArray describe() const;
};

/// What a program is given besides its arguments.
struct ProcessOptions {
    QByteArray input;                       ///< its stdin, which is closed afterwards
    QString folder;                         ///< working directory; empty: the caller's
    std::map<QString, QString> environment; ///< added to the caller's environment
    std::chrono::milliseconds timeout{60000};
};

/// Runs a program to its end. It gets the environment of the test, in English, and is killed when the time is over.
ProcessResult run(const QString& program, const QStringList& arguments, const ProcessOptions& options = {});

} // namespace certwright::test

/// Fails the running test function, showing all that the program wrote, unless it ended with status 0.
#define CERTWRIGHT_VERIFY_SUCCESS(result)                                                                              \
    do {                                                                                                               \
        const auto& certwrightResult = (result);                                                                       \
        QVERIFY2(certwrightResult.isSuccess(), certwrightResult.describe().constData());                               \
    } while (false)
