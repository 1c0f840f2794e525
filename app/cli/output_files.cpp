#include "app/cli/output_files.h"

#include "app/cli/command_line.h"
#include "core/base/error.h"

#include <QDir>
#include <QFileInfo>

#include <algorithm>

namespace certwright::cli {

using base::Error;
using base::ErrorKind;

namespace {

constexpr const char* Encrypted = ", encrypted";

/// The same text for every way to write the path of a file, which need not exist.
QString resolved(const QFileInfo& info) {
    if (info.exists())
        return info.canonicalFilePath();
    const QString folder = QFileInfo(info.absolutePath()).canonicalFilePath();
    return folder.isEmpty() ? info.absoluteFilePath() : folder + u'/' + info.fileName();
}

} // namespace

void OutputFiles::reserve(const std::string& path) {
    if (path.empty())
        return;
    const QFileInfo info(QString::fromStdString(path));
    const QString name = path == "-" ? QStringLiteral("-") : resolved(info);
    if (std::find(m_reserved.begin(), m_reserved.end(), name) != m_reserved.end())
        throw UsageError("“" + path + "” would be written twice: give each file a name of its own");
    m_reserved.push_back(name);
    if (path == "-")
        return;
    if (info.isDir())
        throw Error(ErrorKind::NotAllowed, "“" + path + "” is a folder", "Give the name of a file in it")
            .withContext(path);
    if (!m_mayOverwrite && (info.exists() || info.isSymLink()))
        throw Error(ErrorKind::NotAllowed, "“" + path + "” exists already",
                    "Choose another name, or overwrite it with --force")
            .withContext(path);
}

void OutputFiles::makeFolder(const std::string& path) {
    if (!QDir().mkpath(QString::fromStdString(path)))
        throw Error(ErrorKind::Io, "The folder could not be made", "Choose one that you may write to")
            .withContext(path);
}

void OutputFiles::add(const std::string& path, const pki::ExportedFile& file, const service::ExpectedContents& expected,
                      const base::Secret* passphrase) {
    using service::FileWriter;
    m_writer.add(QString::fromStdString(path), file.bytes(),
                 file.isPrivate ? FileWriter::Access::Private : FileWriter::Access::Public);
    service::checkWritten(m_writer.temporaryPath(m_paths.size()), file, expected, passphrase);
    m_paths.push_back(path);
    m_remarks.push_back(file.hasClearKey ? ", not encrypted" : file.isPrivate ? Encrypted : "");
}

void OutputFiles::addText(const std::string& path, std::string text, const char* purpose,
                          const service::ExpectedContents& expected) {
    if (path == "-") {
        m_standardOutput += text;
        return;
    }
    pki::ExportedFile file;
    file.purpose = purpose;
    file.content = base::toBytes(base::bytesOf(text));
    add(path, file, expected, nullptr);
}

void OutputFiles::addKey(const std::string& path, const crypto::PrivateKey& key,
                         const std::optional<base::Secret>& passphrase, const formats::KeyEncryption& encryption) {
    if (path == "-")
        throw UsageError("A private key is not written to standard output; give a file");
    pki::ExportedFile file;
    file.isPrivate = true;
    if (passphrase) {
        file.purpose = "private key, encrypted";
        file.content = base::toBytes(base::bytesOf(formats::privateKeyToPem(key, *passphrase, encryption)));
    } else {
        file.purpose = "private key";
        file.hasClearKey = true;
        file.secretContent = formats::privateKeyToPem(key);
    }
    add(path, file, service::ExpectedContents::ofKey(key), passphrase ? &*passphrase : nullptr);
}

void OutputFiles::addPrivate(const std::string& path, base::Bytes content, const char* purpose,
                             const base::Secret& passphrase, const service::ExpectedContents& expected) {
    pki::ExportedFile file;
    file.isPrivate = true;
    file.purpose = purpose;
    file.content = std::move(content);
    add(path, file, expected, &passphrase);
}

void OutputFiles::addPlainText(const std::string& path, const std::string& text) {
    if (path == "-") {
        m_standardOutput += text;
        return;
    }
    m_writer.add(QString::fromStdString(path), base::bytesOf(text), service::FileWriter::Access::Public);
    m_paths.push_back(path);
    m_remarks.push_back("");
}

void OutputFiles::addBytes(const std::string& path, base::BytesView content) {
    if (path == "-") {
        m_standardOutput += base::textOf(content);
        return;
    }
    m_writer.add(QString::fromStdString(path), content, service::FileWriter::Access::Private);
    m_paths.push_back(path);
    m_remarks.push_back("");
}

void OutputFiles::addConverted(const std::string& path, const pki::ExportedFile& file,
                               const service::ExpectedContents& expected, const base::Secret* passphrase) {
    if (path != "-") {
        add(path, file, expected, passphrase);
        return;
    }
    if (file.isPrivate)
        throw UsageError("A private key is not written to standard output; give a file");
    m_standardOutput += base::textOf(file.bytes());
}

void OutputFiles::describe(service::Json& document) const {
    document["files"] = m_paths;
    for (const std::string& remark : m_remarks) {
        if (!remark.empty())
            document["encrypted"] = remark == Encrypted;
    }
}

void OutputFiles::print(Console& console) const {
    for (std::size_t i = 0; i < m_paths.size(); ++i)
        console.print("Written to " + m_paths[i] + m_remarks[i]);
}

void OutputFiles::commit(Console& console) {
    if (!m_standardOutput.empty())
        console.printContent(m_standardOutput, m_mayOverwrite);
    m_writer.commit();
}

} // namespace certwright::cli
