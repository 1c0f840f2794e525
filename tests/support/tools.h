#pragma once

#include <QString>

namespace certwright::test {

/// Path of a program on PATH or in the folders of system programs (nginx lies in /usr/sbin, which a user's PATH
/// lacks). Empty when it is not installed, after having said so by noteSkipped().
QString findTool(const QString& name);

/// Path of a program that the project builds ("app/certwright"), empty when it is not built.
QString builtProgram(const QString& relativePath);

/// A TCP port on 127.0.0.1 that nobody listens on now. Somebody else may take it before it is used: RealServer tries
/// again then.
quint16 freePort();

} // namespace certwright::test

/// Declares `variable` as the path of a tool, or skips the running test function and says why.
#define CERTWRIGHT_NEED_TOOL(variable, name)                                                                           \
    const QString variable = ::certwright::test::findTool(QStringLiteral(name));                                       \
    if (variable.isEmpty())                                                                                            \
    QSKIP(name " is not installed (packaging/test.sh --all installs it)")
