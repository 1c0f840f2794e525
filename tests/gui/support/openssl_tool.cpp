#include "tests/gui/support/openssl_tool.h"

#include "tests/support/process.h"
#include "tests/support/tools.h"

#include <QTest>

namespace certwright::test {

namespace {

ProcessResult runOpenssl(const QStringList& arguments, const QByteArray& input) {
    ProcessOptions options;
    options.input = input;
    return run(findTool(QStringLiteral("openssl")), arguments, options);
}

} // namespace

QByteArray openssl(const QStringList& arguments, const QByteArray& input) {
    const ProcessResult result = runOpenssl(arguments, input);
    if (!result.isSuccess())
        QTest::qFail(result.describe().constData(), __FILE__, __LINE__);
    return result.output;
}

QByteArray opensslOutput(const QStringList& arguments, const QByteArray& input) {
    const ProcessResult result = runOpenssl(arguments, input);
    return result.output + result.errors;
}

} // namespace certwright::test
