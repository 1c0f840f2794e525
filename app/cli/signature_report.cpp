#include "app/cli/signature_report.h"

#include "app/cli/console.h"
#include "app/cli/exit_code.h"
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

} // namespace

int reportSignatures(const std::vector<std::string>& files,
                     const std::function<SignatureReport(const std::string& file)>& check, Console& console) {
    int code = exit_code::Done;
    service::Json document;
    document["files"] = service::Json::array();
    for (const std::string& file : files) {
        try {
            const SignatureReport report = check(file);
            code = std::max(code, exitCodeOf(report));
            if (!console.isJson())
                console.print(file + ": " + verdict(report));
            service::Json entry{{"file", file}, {"ok", report.isValid.value_or(false)}};
            entry[report.kind] = report.facts;
            document["files"].push_back(std::move(entry));
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
