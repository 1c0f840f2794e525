#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/interrupt.h"
#include "app/cli/standard_streams.h"
#include "core/base/library.h"

#include <QCoreApplication>

int main(int argc, char** argv) {
    using namespace certwright;
    cli::openClosedStandardStreams();
    // Before Qt: its threads must inherit the blocked signals, and nothing may use OpenSSL before the secure heap is
    // there.
    const cli::Interrupt interrupt;
    base::initialiseLibrary();
    const QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("certwright"));
    cli::CommandLine line;
    cli::addCommands(line);
    return line.run(argc, argv, interrupt.token());
}
