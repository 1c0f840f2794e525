#include "app/cli/passphrase_options.h"

#include "app/cli/command_line.h"
#include "app/cli/terminal.h"
#include "core/base/error.h"
#include "core/formats/file_bytes.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <unistd.h>

namespace certwright::cli {

namespace {

constexpr std::size_t MaxPassphrase = 64 * 1024;

base::Secret readDescriptor(int fd) {
    base::Secret line(MaxPassphrase);
    std::size_t used = 0;
    while (used < MaxPassphrase) {
        std::uint8_t octet = 0;
        const ssize_t count = ::read(fd, &octet, 1);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0) {
            throw base::Error(base::ErrorKind::Io,
                              "The passphrase cannot be read from descriptor " + std::to_string(fd) + ": " +
                                  std::strerror(errno),
                              "Open it for the program, for example with 3< FILE.");
        }
        if (count == 0 || octet == '\n')
            break;
        line.data()[used++] = octet;
    }
    if (used > 0 && line.data()[used - 1] == '\r')
        --used;
    line.truncate(used);
    return line;
}

std::string questionText(const formats::PassphraseQuestion& question) {
    std::string what;
    switch (question.subject) {
    case formats::PassphraseQuestion::Subject::PrivateKey:
        what = "the private key";
        break;
    case formats::PassphraseQuestion::Subject::Pkcs12:
        what = "the PKCS#12 file";
        break;
    case formats::PassphraseQuestion::Subject::Keystore:
        what = "the key store";
        break;
    }
    std::string text = question.attempt == 0 ? "Passphrase of " + what : "Wrong. Passphrase of " + what;
    if (!question.label.empty())
        text += " “" + question.label + "”";
    if (!question.file.empty())
        text += " in " + question.file;
    return text;
}

} // namespace

void PassphraseOptions::addTo(CLI::App& command) {
    const std::string what = m_prefix == "in-"    ? " of the file that is read"
                             : m_prefix == "out-" ? " of the file that is written"
                             : m_prefix == "new-" ? " that the store gets"
                                                  : " of the store";
    const auto names = [this](const std::string& name) {
        return "--" + m_prefix + name + (m_hasShortNames ? ",--" + name : std::string());
    };
    command.add_option(names("passphrase-file"), m_files, "File whose first line is the passphrase" + what)
        ->type_name("FILE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command
        .add_option(names("passphrase-fd"), m_descriptors, "Open descriptor whose first line is the passphrase" + what)
        ->type_name("N")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    if (m_prefix == "in-")
        command.add_flag("--allow-slow-derivation", m_allowsSlow,
                         "Open what is encrypted with any number of iterations, however long that takes");
}

formats::ReadOptions PassphraseOptions::readOptions() const {
    formats::ReadOptions options;
    options.triesEmptyPassphrase = !isGiven();
    return m_allowsSlow ? options.withoutDerivationLimits() : options;
}

base::Error PassphraseOptions::explain(const base::Error& error) const {
    if (error.kind() == base::ErrorKind::PassphraseNeeded)
        return error.withHint("Give it by --" + m_prefix + "passphrase-file.");
    if (error.kind() != base::ErrorKind::NotAllowed || m_allowsSlow || m_prefix != "in-")
        return error;
    return error.withHint(error.hint() + (error.hint().empty() ? "" : " ") +
                          "If you know the file and can wait: --allow-slow-derivation.");
}

bool PassphraseOptions::isGiven() const {
    return hasOptions() || (m_prefix.empty() && std::getenv("CERTWRIGHT_PASSPHRASE_FILE") != nullptr);
}

std::vector<base::Secret> PassphraseOptions::readAll() const {
    std::vector<base::Secret> all;
    for (const std::string& file : m_files)
        all.push_back(formats::readPassphraseFile(file));
    for (const int fd : m_descriptors)
        all.push_back(readDescriptor(fd));
    if (all.empty() && m_prefix.empty()) {
        if (const char* file = std::getenv("CERTWRIGHT_PASSPHRASE_FILE"))
            all.push_back(formats::readPassphraseFile(file));
    }
    return all;
}

base::Secret PassphraseOptions::readOne() const {
    if (m_files.size() + m_descriptors.size() > 1)
        throw UsageError("Give --" + m_prefix + "passphrase-file or --" + m_prefix +
                         "passphrase-fd, once: there is one passphrase");
    return std::move(readAll().front());
}

std::optional<base::Secret> PassphraseOptions::read(Console& console, std::string_view question) const {
    if (isGiven())
        return readOne();
    return console.askPassphrase(question);
}

std::optional<base::Secret> PassphraseOptions::readNew(Console& console, std::string_view question) const {
    if (isGiven())
        return readOne();
    for (;;) {
        auto first = console.askPassphrase(question);
        if (!first)
            return std::nullopt;
        auto second = console.askPassphrase("The same again");
        if (second && first->equals(*second))
            return first;
        console.note("The two differ; try again.");
    }
}

formats::PassphraseCallback PassphraseOptions::callback(Console& console) const {
    if (!isGiven()) {
        return [&console](const formats::PassphraseQuestion& question) {
            return console.askPassphrase(questionText(question));
        };
    }
    // std::function wants something copyable, and a Secret is not.
    auto all = std::make_shared<const std::vector<base::Secret>>(readAll());
    return [all](const formats::PassphraseQuestion& question) -> std::optional<base::Secret> {
        const auto attempt = static_cast<std::size_t>(question.attempt);
        if (attempt >= all->size())
            return std::nullopt;
        return (*all)[attempt].clone();
    };
}

} // namespace certwright::cli
