#pragma once

#include "app/cli/console.h"
#include "core/crypto/private_key.h"
#include "core/formats/pkcs8.h"
#include "core/pki/export_target.h"
#include "core/service/export_check.h"
#include "core/service/file_writer.h"

#include <CLI/CLI.hpp>

#include <QString>

#include <optional>
#include <string>
#include <vector>

namespace certwright::cli {

/// The files that a command writes: all of them or none, read back and checked, nothing overwritten without --force.
class OutputFiles {
public:
    explicit OutputFiles(bool mayOverwrite)
        : m_writer(mayOverwrite)
        , m_mayOverwrite(mayOverwrite) {}

    /// Refuses a path that exists, before the work is done that would end there. An empty path is none, "-" standard
    /// output. @throws Error NotAllowed; UsageError when the same file is reserved already
    void reserve(const std::string& path);
    /// Makes a folder where there is none. @throws Error Io
    static void makeFolder(const std::string& path);
    /// "-" is kept until commit() and goes to standard output then.
    void addText(const std::string& path, std::string text, const char* purpose,
                 const service::ExpectedContents& expected = {});
    /// A private key as PKCS#8 PEM, mode 0600; in clear when there is no passphrase.
    void addKey(const std::string& path, const crypto::PrivateKey& key, const std::optional<base::Secret>& passphrase,
                const formats::KeyEncryption& encryption);
    /// A file with a private key that is encrypted by itself (PKCS#12), mode 0600.
    void addPrivate(const std::string& path, base::Bytes content, const char* purpose, const base::Secret& passphrase,
                    const service::ExpectedContents& expected);
    /// Text for people, which is read back but in which nothing is looked for. "-" as addText().
    void addPlainText(const std::string& path, const std::string& text);
    /// Bytes of whatever kind, perhaps of a private key: mode 0600, read back. "-" as addText().
    void addBytes(const std::string& path, base::BytesView content);
    /// A file made elsewhere. "-" as addText(), but not for private keys. @throws UsageError
    void addConverted(const std::string& path, const pki::ExportedFile& file, const service::ExpectedContents& expected,
                      const base::Secret* passphrase);
    void commit(Console& console);

    /// Paths written, in the order they were added.
    const std::vector<std::string>& paths() const noexcept { return m_paths; }
    /// `files`, and with a private key among them `encrypted`.
    void describe(service::Json& document) const;
    /// "Written to a.key, not encrypted" for each of them.
    void print(Console& console) const;

private:
    void add(const std::string& path, const pki::ExportedFile& file, const service::ExpectedContents& expected,
             const base::Secret* passphrase);

    service::FileWriter m_writer;
    bool m_mayOverwrite;
    std::vector<QString> m_reserved; ///< without links and dots
    std::vector<std::string> m_paths;
    std::vector<std::string> m_remarks; ///< of each path: whether its private key is encrypted
    std::string m_standardOutput;
};

} // namespace certwright::cli
