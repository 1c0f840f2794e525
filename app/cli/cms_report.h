#pragma once

#include "app/cli/command_line.h"
#include "app/cli/console.h"
#include "core/base/bytes.h"
#include "core/formats/cms_verifying.h"
#include "core/service/facts_json.h"

#include <CLI/CLI.hpp>

#include <string>

namespace certwright::cli {

/// The bytes of a file, of standard input for "-". @throws Error NotFound, Io, Cancelled
base::Bytes readBytes(const std::string& path, const Console& console);

/// Adds --to der|pem|smime. @throws CLI::Error at parsing for another word
void addEncodingOption(CLI::App& command, std::string& word);
formats::CmsEncoding encodingOf(const std::string& word);

/// {"issuer", "serial"} or {"subject_key_id"}: whom a message names.
service::Json whoJson(const formats::Pkcs7Signer& who);
/// {"ok", "type_name", "signers", "findings"}
service::Json cmsJson(const formats::CmsVerifyResult& result);
/// One entry of "signers".
service::Json cmsSignerJson(const formats::CmsSignerResult& result);
/// {"ok", "type_name", "timestamp", "data_matches", "tsa_named_by", "signers", "findings"}
service::Json timestampVerifyJson(const formats::TimestampVerifyResult& result);
/// The same for people.
std::string timestampVerifyText(const formats::TimestampVerifyResult& result);
std::string cmsText(const formats::CmsVerifyResult& result);
std::string cmsSignerText(const formats::CmsSignerResult& result);

} // namespace certwright::cli
