#include "app/application.h"
#include "core/base/library.h"

#include <QApplication>
#include <QCommandLineParser>

#include <cstdio>
#include <cstdlib>
#include <exception>

namespace {

using certwright::app::Application;
using certwright::app::StartOptions;

/// True when only text is to be printed: then no display is needed.
bool wantsTextOnly(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        const QByteArray argument(argv[i]);
        if (argument == "--")
            return false;
        if (argument == "--help" || argument == "-h" || argument == "--help-all" || argument == "--version" ||
            argument == "-v")
            return true;
    }
    return false;
}

/// Prints and ends the process for --help, --version and wrong options.
StartOptions parseCommandLine() {
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QApplication::translate("main", "A desktop workbench for certificates and TLS connections."));
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption store(QStringLiteral("store"),
                                   QApplication::translate("main", "Open this store at the start."),
                                   QStringLiteral("path"));
    parser.addOption(store);
    parser.addPositionalArgument(
        QStringLiteral("file"),
        QApplication::translate("main", "Files to look at: certificates, requests, keys, CRLs, PKCS#12, PKCS#7."),
        QStringLiteral("[file...]"));
    parser.process(*QCoreApplication::instance());
    return {parser.value(store), parser.positionalArguments()};
}

void nameApplication() {
    QCoreApplication::setApplicationName(QStringLiteral("certwright"));
    QCoreApplication::setApplicationVersion(QStringLiteral(CERTWRIGHT_VERSION));
    QCoreApplication::setOrganizationName(QStringLiteral("certwright"));
}

int run(int argc, char** argv) {
    // Before anything else uses OpenSSL or starts a thread.
    certwright::base::initialiseLibrary();
    nameApplication();
    if (wantsTextOnly(argc, argv)) {
        QCoreApplication text(argc, argv);
        parseCommandLine();
        return EXIT_SUCCESS;
    }
    QApplication::setDesktopFileName(QStringLiteral("certwright"));
    QApplication application(argc, argv);
    const StartOptions options = parseCommandLine();
    Application program;
    program.start(options);
    return QApplication::exec();
}

} // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "certwright: %s\n", failure.what());
        return EXIT_FAILURE;
    }
}
