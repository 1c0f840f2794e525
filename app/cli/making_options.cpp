#include "app/cli/making_options.h"

#include "app/cli/command_line.h"
#include "app/cli/console.h"
#include "app/cli/exit_code.h"
#include "app/cli/input.h"
#include "core/base/error.h"
#include "core/crypto/digest.h"

#include <algorithm>
#include <cctype>

namespace certwright::cli {

using base::Error;
using base::ErrorKind;

namespace {

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(' ');
    return first == std::string::npos ? std::string() : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// "name=[critical,]value" in OpenSSL's configuration syntax.
x509::Extension parseExtension(const std::string& text) {
    const auto equals = text.find('=');
    if (equals == std::string::npos)
        throw UsageError("--extension: “" + text + "” has no =; write NAME=VALUE or NAME=critical,VALUE");
    std::string value = trimmed(text.substr(equals + 1));
    constexpr std::string_view critical = "critical";
    bool isCritical = false;
    if (value.starts_with(critical)) {
        const std::string rest = trimmed(value.substr(critical.size()));
        if (rest.starts_with(',')) {
            isCritical = true;
            value = trimmed(rest.substr(1));
        }
    }
    return readOption("--extension",
                      [&] { return x509::Extension::fromText(trimmed(text.substr(0, equals)), isCritical, value); });
}

std::string extensionOid(const std::string& name) {
    return readOption("--omit", [&name] { return x509::Extension::fromDer(name, false, {0x05, 0x00}).oid(); });
}

/// What is in a file; throws for a file of which nothing could be read.
formats::Contents readUsable(const std::string& path, Console& console, const PassphraseOptions& passphrases) {
    formats::Contents contents = readInput(path, passphrases, console);
    if (contents.error && contents.items.empty())
        throw contents.error->withContext(path);
    return contents;
}

std::string profileIds() {
    std::string ids;
    for (const pki::Profile& profile : pki::shippedProfiles())
        ids += profile.id + ", ";
    return ids + "custom";
}

} // namespace

void KeyOptions::addTo(CLI::App& command) {
    command.add_option("--key", m_file, "File with the private key");
    command.add_option("--store-key", m_storeKey, "Private key of the store, by name, number or SHA-256");
    command.add_option("--new-key", m_newKey,
                       "Make a key: rsa:3072, ec:P-256, ed25519...; auto: what fits the profile");
}

service::KeySource KeyOptions::source(store::Store* store, Console& console, const PassphraseOptions& passphrases,
                                      const std::string& defaultType) const {
    const int given = (m_file.empty() ? 0 : 1) + (m_storeKey.empty() ? 0 : 1) + (m_newKey.empty() ? 0 : 1);
    if (given != 1)
        throw UsageError("Give one of --key, --store-key and --new-key");
    if (!m_file.empty())
        return readPrivateKey(m_file, console, passphrases);
    if (!m_storeKey.empty()) {
        if (store == nullptr)
            throw UsageError("--store-key needs --store");
        return service::StoredKey{entryId(*store, store::EntryKind::Key, m_storeKey)};
    }
    const std::string& type = m_newKey == "auto" ? defaultType : m_newKey;
    return service::NewKey{readOption("--new-key", [&type] { return crypto::KeySpec::parse(type); }), {}};
}

void ContentOptions::addTo(CLI::App& command) {
    command.add_option("--profile", m_profile, "Purpose: " + profileIds() + " (nothing preset)");
    command.add_option("--subject", m_subject, "Distinguished name: CN=a,O=b or /O=b/CN=a");
    command
        .add_option(
            "--san", m_names,
            "Alternative names, comma-separated: DNS:a,IP:192.0.2.1,email:a@b; without the type it is recognised")
        ->take_all();
    command
        .add_option(
            "--extension", m_extensions,
            "Another extension: NAME|OID=[critical,]VALUE, may be repeated; the value as OpenSSL's x509v3_config "
            "has it, DER:HEX, or of Microsoft's ms-ntds-sec-ext=S-1-5-21-..., ms-cert-templ=OID:100.4")
        ->take_all();
    command.add_option("--omit", m_omitted, "Leave out an extension that the profile brings, may be repeated")
        ->take_all();
    command.add_option("--digest", m_digest, "Digest of the signature (default: what fits the key)");
    command.add_flag("--rsa-pss", m_usesPss, "Sign by RSA-PSS (RFC 4055) with an RSA key");
}

void ContentOptions::requireProfile() const {
    if (m_profile.empty())
        throw UsageError("--profile is missing: what the certificate is for; there are: " + profileIds());
}

pki::IssueChoices ContentOptions::choices() const {
    pki::IssueChoices choices;
    const pki::Profile* profile = pki::findProfile(m_profile.empty() ? "custom" : m_profile);
    if (profile == nullptr)
        throw UsageError("--profile: there is no profile “" + m_profile + "”; there are: " + profileIds());
    choices.profile = *profile;
    choices.subject = readOption("--subject", [this] { return x509::Name::parse(m_subject); });
    for (const std::string& names : m_names) {
        for (x509::GeneralName& name : readOption("--san", [&names] { return x509::parseGeneralNames(names); }))
            choices.names.push_back(std::move(name));
    }
    for (const std::string& extension : m_extensions)
        choices.extensions.push_back(parseExtension(extension));
    for (const std::string& name : m_omitted)
        choices.leftOutExtensions.push_back(extensionOid(name));
    choices.digest = m_digest;
    if (m_usesPss)
        choices.padding = crypto::RsaPadding::Pss;
    return choices;
}

void KeyFileOptions::addTo(CLI::App& command) {
    command.add_option("--cipher", m_cipher, "Cipher that encrypts the key file (aes-256-cbc)");
    command.add_option("--kdf", m_kdf, "Key derivation for it: pbkdf2 or scrypt");
    m_passphrases.addTo(command);
}

std::optional<base::Secret> KeyFileOptions::passphrase(Console& console) const {
    const bool isAsked = !m_cipher.empty() || !m_kdf.empty();
    if (!m_passphrases.isGiven() && !isAsked)
        return std::nullopt;
    encryption(); // throws before anything is made
    return requiredPassphrase(console, "Passphrase for the new key file");
}

void KeyFileOptions::checkUsed(bool isUsed, const char* needed) const {
    if (!isUsed && (hasCipher() || hasKdf() || hasPassphrase()))
        throw UsageError("--cipher, --kdf and --out-passphrase-file encrypt a key file, and none is written: give " +
                         std::string(needed));
}

base::Secret KeyFileOptions::requiredPassphrase(Console& console, std::string_view question) const {
    auto passphrase = m_passphrases.readNew(console, question);
    if (!passphrase)
        throw Error(ErrorKind::PassphraseNeeded, "A passphrase is needed to encrypt the file",
                    "Give it by --out-passphrase-file");
    return std::move(*passphrase);
}

formats::KeyEncryption KeyFileOptions::encryption() const {
    formats::KeyEncryption encryption;
    if (!m_cipher.empty()) {
        readOption("--cipher", [this] { return formats::fileCipher(m_cipher); });
        encryption.cipher = m_cipher;
    }
    if (m_kdf == "scrypt")
        encryption.kdf = formats::KeyEncryption::Kdf::Scrypt;
    else if (!m_kdf.empty() && m_kdf != "pbkdf2")
        throw UsageError("--kdf: there is no “" + m_kdf + "”; there are: pbkdf2, scrypt");
    return encryption;
}

void throwMissing(const formats::Contents& contents, const std::string& path, const char* what) {
    if (contents.error)
        throw contents.error->withContext(path);
    throw Error(ErrorKind::BadInput, "There is no " + std::string(what) + " in “" + path + "”",
                "certwright-cli show tells what is in it.")
        .withContext(path);
}

void checkDigest(const char* option, const std::string& name) {
    if (name.empty())
        return;
    try {
        crypto::digest(name, {});
    } catch (const Error& error) {
        // What other builds of OpenSSL have is known, and not possible here.
        static constexpr const char* elsewhere[] = {"md2", "md4", "mdc2", "rmd160", "ripemd160", "whirlpool", "sm3"};
        std::string lower = name;
        std::transform(lower.begin(), lower.end(), lower.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if (std::find(std::begin(elsewhere), std::end(elsewhere), lower) != std::end(elsewhere))
            throw;
        throw UsageError(std::string(option) + ": there is no digest “" + name + "”",
                         "Take SHA256, SHA384, SHA512, SHA3-256, SHA3-384 or SHA3-512.");
    }
}

crypto::PrivateKey readPrivateKey(const std::string& path, Console& console, const PassphraseOptions& passphrases) {
    const formats::Contents contents = readUsable(path, console, passphrases);
    for (const formats::Item* item : formats::flatten(contents)) {
        const auto* key = item->as<formats::PrivateKeyItem>();
        if (key != nullptr && key->key)
            return *key->key;
    }
    throwMissing(contents, path, "private key");
}

std::vector<x509::Certificate> readCertificates(const std::string& path, Console& console,
                                                const PassphraseOptions& passphrases) {
    const formats::Contents contents = readUsable(path, console, passphrases);
    std::vector<x509::Certificate> certificates;
    for (const formats::Item* item : formats::flatten(contents)) {
        if (const auto* certificate = item->as<x509::Certificate>())
            certificates.push_back(*certificate);
    }
    if (certificates.empty())
        throwMissing(contents, path, "certificate");
    return certificates;
}

x509::Request readRequest(const std::string& path, Console& console, const PassphraseOptions& passphrases) {
    const formats::Contents contents = readUsable(path, console, passphrases);
    std::vector<x509::Request> requests;
    for (const formats::Item* item : formats::flatten(contents)) {
        if (const auto* request = item->as<x509::Request>())
            requests.push_back(*request);
    }
    if (requests.empty())
        throwMissing(contents, path, "certificate request");
    if (requests.size() > 1)
        throw UsageError("“" + path + "” holds " + std::to_string(requests.size()) +
                         " requests, and one is taken at a time: give a file with one");
    return requests.front();
}

service::Json problemsJson(const std::vector<pki::Problem>& problems) {
    service::Json list = service::Json::array();
    for (const pki::Problem& problem : problems) {
        service::Json entry{{"id", problem.id},
                            {"severity", toString(problem.severity)},
                            {"field", toString(problem.field)},
                            {"message", problem.message},
                            {"fix", problem.fix}};
        if (!problem.item.empty())
            entry["item"] = problem.item;
        list.push_back(std::move(entry));
    }
    return list;
}

void printProblems(const std::vector<pki::Problem>& problems, Console& console) {
    for (const pki::Problem& problem : problems)
        console.note(std::string(toString(problem.severity)) + ": " + problem.message);
}

namespace {

/// The message, with the name of the entry that is in the way.
std::string messageOf(const pki::Problem& problem) {
    return problem.id == "name-used" && !problem.item.empty()
               ? "“" + problem.item + "” is there already: " + problem.message
               : problem.message;
}

/// The options that decide a field.
std::string optionsHint(pki::Field field) {
    using pki::Field;
    switch (field) {
    case Field::Profile:
        return "Choose another by --profile";
    case Field::Subject:
        return "Change it by --subject";
    case Field::Names:
        return "Change them by --san";
    case Field::Key:
        return "Give another by --key, --store-key or --new-key";
    case Field::Issuer:
        return "Give another by --ca, or by --ca-cert and --ca-key";
    case Field::NotBefore:
    case Field::NotAfter:
        return "Change it by --days, --not-before or --not-after";
    case Field::Extensions:
        return "Change them by --extension or --omit";
    case Field::Serial:
        return "Give another by --serial";
    case Field::Digest:
        return "Choose another by --digest";
    case Field::Request:
        return "Give another by --request";
    case Field::StoreName:
        return "Give another by --name";
    }
    return {};
}

/// What to do about a problem, in terms of this program's options where one mends it.
std::string hintOf(const pki::Problem& problem) {
    if (problem.id == "file-exists")
        return "Choose another name, or overwrite it with --force";
    if (problem.id == "name-used")
        return "Give another name by --name, such as “" + problem.fix + "”";
    return problem.fix.empty() ? optionsHint(problem.field) : problem.fix;
}

} // namespace

int refuse(const std::vector<pki::Problem>& problems, Console& console) {
    const auto first = std::ranges::find(problems, pki::Severity::Error, &pki::Problem::severity);
    const std::string hint = first == problems.end() ? std::string() : hintOf(*first);
    const bool isUnsupported = first != problems.end() && first->id == "key-unsupported";
    const ErrorKind kind = isUnsupported ? ErrorKind::Unsupported : ErrorKind::NotAllowed;
    const Error error(kind, pki::errorText(problems), hint);
    if (console.isJson()) {
        service::Json document;
        document["error"] = service::errorJson(error);
        document["problems"] = problemsJson(problems);
        console.printJson(document);
        return exitCodeOf(kind);
    }
    for (const pki::Problem& problem : problems) {
        if (problem.severity != pki::Severity::Error)
            printProblems({problem}, console);
        else
            console.printError(Error(kind, messageOf(problem), hintOf(problem)));
    }
    return exitCodeOf(kind);
}

} // namespace certwright::cli
