#include "app/cli/trust_options.h"

#include "app/cli/command_line.h"
#include "app/cli/input.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/formats/reader.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>

namespace certwright::cli {

namespace {

using x509::VerifyOptions;

const std::map<std::string, VerifyOptions::Purpose>& purposes() {
    using Purpose = VerifyOptions::Purpose;
    static const std::map<std::string, Purpose> words = {{"any", Purpose::Any},
                                                         {"tls-server", Purpose::TlsServer},
                                                         {"tls-client", Purpose::TlsClient},
                                                         {"smime-sign", Purpose::SmimeSign},
                                                         {"smime-encrypt", Purpose::SmimeEncrypt},
                                                         {"code-sign", Purpose::CodeSign},
                                                         {"timestamp", Purpose::Timestamp},
                                                         {"ocsp", Purpose::OcspSign},
                                                         {"crl-sign", Purpose::CrlSign}};
    return words;
}

const std::map<std::string, VerifyOptions::CrlCheck>& crlChecks() {
    using CrlCheck = VerifyOptions::CrlCheck;
    static const std::map<std::string, CrlCheck> words = {
        {"none", CrlCheck::None}, {"leaf", CrlCheck::Leaf}, {"all", CrlCheck::All}};
    return words;
}

template <class T>
std::vector<std::string> wordsOf(const std::map<std::string, T>& table) {
    std::vector<std::string> words;
    for (const auto& entry : table)
        words.push_back(entry.first);
    return words;
}

/// What is in a file; its error is thrown unless something of kind T could be read all the same.
template <class T>
std::vector<T> readAll(const std::string& path, const PassphraseOptions& passphrases, const char* what,
                       Console& console) {
    const formats::Contents contents = readInput(path, passphrases, console);
    std::vector<T> found;
    for (const formats::Item* item : formats::flatten(contents)) {
        if (const T* value = item->as<T>())
            found.push_back(*value);
    }
    if (contents.error && found.empty())
        throw base::Error(*contents.error);
    if (contents.error)
        console.printError(*contents.error);
    if (found.empty()) {
        throw base::Error(base::ErrorKind::BadInput, std::string("There is no ") + what + " in it",
                          "See what it holds with certwright-cli show.")
            .withContext(path);
    }
    return found;
}

bool isDirectory(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::is_directory(path, ignored);
}

/// "5ad8a5d6.0", as `openssl rehash` names them.
bool isHashedName(const std::string& name) {
    constexpr std::size_t hashLength = 8;
    return name.size() > hashLength + 1 && name[hashLength] == '.' &&
           name.find_first_not_of("0123456789abcdef") == hashLength &&
           name.find_first_not_of("0123456789", hashLength + 1) == std::string::npos;
}

/// A hashed folder is searched when an issuer is looked for; of another one every certificate in its files is trusted.
void addTrustFolder(x509::TrustStore& store, const std::string& folder) {
    std::error_code failure;
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failure)) {
        std::error_code ignored;
        if (isHashedName(entry.path().filename().string())) {
            store.addTrustFile(folder);
            return;
        }
        if (entry.is_regular_file(ignored))
            files.push_back(entry.path().string());
    }
    if (failure)
        throw base::Error(base::ErrorKind::Io, "The folder cannot be read: " + failure.message(),
                          "Check its permissions.")
            .withContext(folder);
    bool isAny = false;
    for (const std::string& file : files) {
        const formats::Contents contents = formats::readFile(file);
        for (const formats::Item* item : formats::flatten(contents)) {
            if (const auto* certificate = item->as<x509::Certificate>()) {
                store.addTrusted(*certificate);
                isAny = true;
            }
        }
    }
    if (!isAny)
        throw base::Error(base::ErrorKind::BadInput, "There is no certificate in any file of the folder",
                          "Name a file with certificates, or the folder that has them.")
            .withContext(folder);
}

void addTrust(x509::TrustStore& store, const std::string& where, const PassphraseOptions& passphrases,
              Console& console) {
    if (where == "system") {
        store.addSystemTrust();
    } else if (isDirectory(where)) {
        addTrustFolder(store, where);
    } else {
        for (const auto& certificate : readAll<x509::Certificate>(where, passphrases, "certificate", console))
            store.addTrusted(certificate);
    }
}

} // namespace

void TrustOptions::addTo(CLI::App& command) {
    addList(
        command, "--trust", m_trust,
        "Trusted: a file, a folder (hashed by openssl rehash, else all certificates in its files), or \"system\" (the "
        "default)")
        ->type_name("FILE|DIR|system");
    addList(command, "--untrusted", m_untrusted, "Certificates that may stand between")->type_name("FILE");
    addList(command, "--crl", m_crls, "Revocation lists")->type_name("FILE");
    command.add_option("--crl-check", m_crlCheck, "Which certificates must not be revoked: none, leaf, all")
        ->check(CLI::IsMember(wordsOf(crlChecks())));
    command.add_option("--purpose", m_purpose, "What the certificate is to be used for")
        ->check(CLI::IsMember(wordsOf(purposes())));
    command.add_option("--time", m_time, "At this time instead of now (RFC 3339)");
    command.add_flag("--partial-chain", m_isPartial, "A trusted certificate need not be a root");
}

VerifyOptions TrustOptions::verifyOptions() const {
    VerifyOptions options;
    options.purpose = purposes().at(m_purpose);
    options.crlCheck = crlChecks().at(m_crlCheck);
    options.partialChain = m_isPartial;
    if (!m_time.empty()) {
        options.time = base::parseRfc3339(m_time);
        if (!options.time)
            throw UsageError("--time is no time: " + m_time + " (write 2026-11-24T03:15:00Z)");
    }
    return options;
}

x509::TrustStore TrustOptions::store(const PassphraseOptions& passphrases, Console& console) const {
    x509::TrustStore store;
    if (m_trust.empty())
        store.addSystemTrust();
    for (const std::string& where : m_trust)
        addTrust(store, where, passphrases, console);
    for (const std::string& path : m_untrusted) {
        for (const auto& certificate : readCertificatesLeniently(path, passphrases, console))
            store.addUntrusted(certificate);
    }
    for (const std::string& path : m_crls) {
        for (const auto& crl : readAll<x509::Crl>(path, passphrases, "revocation list", console))
            store.addCrl(crl);
    }
    return store;
}

std::vector<x509::Certificate> readCertificatesLeniently(const std::string& path, const PassphraseOptions& passphrases,
                                                         Console& console) {
    return readAll<x509::Certificate>(path, passphrases, "certificate", console);
}

std::vector<std::string> splitList(const std::string& list) {
    std::vector<std::string> names;
    for (std::size_t start = 0; !list.empty() && start <= list.size();) {
        const std::size_t end = std::min(list.find(',', start), list.size());
        names.push_back(list.substr(start, end - start));
        start = end + 1;
    }
    return names;
}

CLI::Option* addList(CLI::App& command, const char* name, std::vector<std::string>& values, const char* description) {
    return command.add_option(name, values, description)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

} // namespace certwright::cli
