#include "tests/support/process.h"

#include <QProcess>
#include <QProcessEnvironment>

namespace certwright::test {

QByteArray ProcessResult::describe() const {
    QByteArray text;
    if (!hasStarted)
        text = "it could not be started";
    else if (hasTimedOut)
        text = "it took too long and was killed";
    else if (hasCrashed)
        text = "it ended by signal " + QByteArray::number(exitCode);
    else
        text = "it ended with status " + QByteArray::number(exitCode);
    return text + "\n--- stdout\n" + output + "\n--- stderr\n" + errors;
}

ProcessResult run(const QString& program, const QStringList& arguments, const ProcessOptions& options) {
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const auto& [name, value] : options.environment)
        environment.insert(name, value);
    process.setProcessEnvironment(environment);
    if (!options.folder.isEmpty())
        process.setWorkingDirectory(options.folder);
    process.start(program, arguments);

    ProcessResult result;
    result.hasStarted = process.waitForStarted();
    if (!result.hasStarted) {
        result.errors = process.errorString().toLocal8Bit();
        return result;
    }
    process.write(options.input);
    process.closeWriteChannel();
    if (!process.waitForFinished(static_cast<int>(options.timeout.count()))) {
        result.hasTimedOut = true;
        process.kill();
        process.waitForFinished();
    }
    result.hasCrashed = process.exitStatus() == QProcess::CrashExit;
    result.exitCode = process.exitCode();
    result.output = process.readAllStandardOutput();
    result.errors = process.readAllStandardError();
    return result;
}

} // namespace certwright::test
