#pragma once

namespace certwright::cli {

class CommandLine;

// One function for each subcommand, each in a file of its own; commands.cpp calls them in the order of the help text.
void addShowCommand(CommandLine& line);
void addVerifyCommand(CommandLine& line);
void addKeyCommands(CommandLine& line);
void addKeyShowCommand(CommandLine& line);
void addRequestCommands(CommandLine& line);
void addIssueCommand(CommandLine& line);
void addConvertCommands(CommandLine& line);
void addExportCommand(CommandLine& line);
void addPkcs12Commands(CommandLine& line);
void addSpkacCommands(CommandLine& line);
void addCmsCommands(CommandLine& line);
void addCmsEncryptionCommands(CommandLine& line);
void addStoreCommands(CommandLine& line);
void addImportCommand(CommandLine& line);
void addListCommand(CommandLine& line);
void addConnectCommand(CommandLine& line);
void addScanCommand(CommandLine& line);
void addServeCommand(CommandLine& line);
void addRandCommands(CommandLine& line);
void addAsn1Command(CommandLine& line);
void addCompareCommand(CommandLine& line);
void addLintCommand(CommandLine& line);

/// Adds every subcommand.
void addCommands(CommandLine& line);

} // namespace certwright::cli
