#include "app/cli/signature_report.h"

#include "app/cli/console.h"
#include "app/cli/exit_code.h"
#include "app/cli/input.h"
#include "core/base/error.h"

#include <algorithm>

namespace certwright::cli {

namespace {

int exitCodeOf(const SignatureReport& report) {
    return !report.isValid ? exit_code::Unsupported : *report.isValid ? exit_code::Done : exit_code::No;
}

std::string verdict(const SignatureReport& report) {
    if (!report.isValid)
        return "the signature cannot be checked here: " + report.algorithm;
    return *report.isValid ? "the signature is right" : "the signature is wrong";
}

/// Prints the verdicts on one file. Gives its exit code.
int printReports(const std::string& file, const SignatureReports& found, Console& console) {
    int code = exit_code::Done;
    for (std::size_t i = 0; i < found.signatures.size(); ++i) {
        const SignatureReport& report = found.signatures[i];
        code = std::max(code, exitCodeOf(report));
        const std::string which = found.signatures.size() == 1
                                      ? std::string()
                                      : ", " + std::to_string(i + 1) + " of " + std::to_string(found.signatures.size());
        if (!console.isJson())
            console.print(file + which + ": " + verdict(report));
    }
    if (found.error) {
        code = std::max(code, cli::exitCodeOf(found.error->kind()));
        if (!console.isJson())
            console.printError(found.error->withContext(file));
    }
    return code;
}

/// {"file", "ok", "request": {...}}, and {"items": [{"ok", "request"}]} for a file with several.
service::Json fileJson(const std::string& file, const SignatureReports& found, bool isOk) {
    service::Json entry{{"file", file}, {"ok", isOk}};
    entry[found.signatures.front().kind] = found.signatures.front().facts;
    if (found.signatures.size() > 1) {
        entry["items"] = service::Json::array();
        for (const SignatureReport& report : found.signatures)
            entry["items"].push_back({{"ok", report.isValid.value_or(false)}, {report.kind, report.facts}});
    }
    if (found.error)
        entry["error"] = service::errorJson(found.error->withContext(file));
    return entry;
}

} // namespace

SignatureReports reportsOn(const formats::Contents& contents) {
    const bool isDamaged = contents.error && contents.error->kind() == base::ErrorKind::BadInput;
    return {{}, isDamaged ? contents.error : std::nullopt};
}

int reportSignatures(const std::vector<std::string>& files,
                     const std::function<SignatureReports(const std::string& file)>& check, Console& console) {
    checkInputs(files);
    int code = exit_code::Done;
    service::Json document;
    document["files"] = service::Json::array();
    for (const std::string& file : files) {
        try {
            const SignatureReports found = check(file);
            const int fileCode = printReports(file, found, console);
            code = std::max(code, fileCode);
            document["files"].push_back(fileJson(file, found, fileCode == exit_code::Done));
        } catch (const base::Error& error) {
            if (error.kind() == base::ErrorKind::Cancelled)
                throw;
            code = std::max(code, cli::exitCodeOf(error.kind()));
            if (!console.isJson())
                console.printError(error);
            document["files"].push_back({{"file", file}, {"ok", false}, {"error", service::errorJson(error)}});
        }
    }
    document["ok"] = code == exit_code::Done;
    if (console.isJson())
        console.printJson(document);
    return code;
}

} // namespace certwright::cli
