#include "app/cli/commands.h"

#include "app/cli/command_line.h"

namespace certwright::cli {

void addCommands(CommandLine& line) {
    addShowCommand(line);
    addVerifyCommand(line);
    addKeyCommands(line);
    addKeyShowCommand(line);
    addRequestCommands(line);
    addIssueCommand(line);
    addConvertCommands(line);
    addExportCommand(line);
    addPkcs12Commands(line);
    addSpkacCommands(line);
    addLintCommand(line);
    addCompareCommand(line);
    addAsn1Command(line);
    addCmsCommands(line);
    addCmsEncryptionCommands(line);
    addStoreCommands(line);
    addImportCommand(line);
    addListCommand(line);
    addConnectCommand(line);
    addScanCommand(line);
    addServeCommand(line);
    addRandCommands(line);
}

} // namespace certwright::cli
