#pragma once

#include <QByteArray>
#include <QString>

namespace certwright::test {

/// The exit status of a test executable in which at least one function was skipped and none failed; ctest shows such a
/// test as skipped.
inline constexpr int skippedStatus = 77;

/// Puts the process into the surroundings that every test has: platform plugin offscreen, TZ=UTC, C.UTF-8, an empty
/// HOME that is removed at the end of the process, and none of the variables that change what OpenSSL or Qt do
/// (OPENSSL_CONF, SSL_CERT_FILE, QT_SCALE_FACTOR, ...). To be called first in main(), before an application object.
void prepareEnvironment();

/// Prints why a test cannot run here, on stderr, and remembers it for exitStatus().
void noteSkipped(const QString& reason);

/// What main() returns for what QTest::qExec() returned: the same, or skippedStatus when nothing failed and
/// noteSkipped() was called.
int exitStatus(int qtestResult);

/// The bytes of a file under tests/data. Ends the process with a message when it cannot be read, because no test can
/// go on without its data.
QByteArray readDataFile(const QString& path);

/// Absolute path of a file or folder under tests/data; "" gives the folder itself.
QString dataPath(const QString& relative);

} // namespace certwright::test
