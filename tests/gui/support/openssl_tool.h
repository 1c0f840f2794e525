#pragma once

#include <QByteArray>
#include <QStringList>

namespace certwright::test {

/// Runs the openssl command, which judges what the program made, and gives its stdout. The running test function fails
/// with all that it wrote when it ends with another status than 0.
QByteArray openssl(const QStringList& arguments, const QByteArray& input = {});

/// The same where a failure is what is expected: stdout and stderr, whatever the status.
QByteArray opensslOutput(const QStringList& arguments, const QByteArray& input = {});

} // namespace certwright::test
