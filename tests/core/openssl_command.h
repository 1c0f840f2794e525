#pragma once

#include "tests/support/process.h"
#include "tests/support/tools.h"

#include <QByteArray>
#include <QString>
#include <QStringList>
#include <QTest>

// The openssl command line as the other implementation that the tests of core compare with.
namespace certwright::test {

/// Arguments as one text, separated by single spaces.
inline QStringList words(const char* text) {
    return QString::fromUtf8(text).split(u' ');
}

/// What `openssl ...` writes; an empty text when it fails, whose errors are then in the test's log.
inline QByteArray openssl(const QStringList& arguments, const QByteArray& input = {}) {
    static const QString program = findTool(QStringLiteral("openssl"));
    const ProcessResult result = run(program, arguments, {.input = input});
    if (result.isSuccess())
        return result.output;
    qInfo("%s", result.describe().constData());
    return {};
}

inline QByteArray openssl(const char* arguments, const QByteArray& input = {}) {
    return openssl(words(arguments), input);
}

} // namespace certwright::test

/// All that an initTestCase() of these tests does: without openssl there is nothing to compare with.
#define CERTWRIGHT_SKIP_WITHOUT_OPENSSL()                                                                              \
    do {                                                                                                               \
        if (::certwright::test::findTool(QStringLiteral("openssl")).isEmpty())                                         \
            QSKIP("openssl is not installed");                                                                         \
    } while (false)
