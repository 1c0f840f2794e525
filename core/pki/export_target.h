#pragma once

#include "core/base/bytes.h"
#include "core/base/secret.h"
#include "core/crypto/private_key.h"
#include "core/formats/pkcs12.h"
#include "core/x509/certificate.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::pki {

/// Where a certificate is going: the destination decides the encoding.
enum class ExportTarget {
    Nginx,
    Apache,
    Haproxy,
    Postgresql,
    Java,
    Windows,
    Kubernetes,
    OpenVpn,
    Pem,
    Chain,
    Der,
    Pkcs12,
    Pkcs7,
    HashDirectory,
};

/// What a target writes and needs. Data.
struct ExportTargetInfo {
    enum class Passphrase { None, Optional, Required };

    ExportTarget target = ExportTarget::Pem;
    std::string_view id;      ///< the command line's word: "nginx", "pkcs12"
    std::string_view title;   ///< "nginx"
    std::string_view summary; ///< one sentence: what will be written
    bool isFolder = false;    ///< the path is a folder that several files are put into; else it is the file
    bool needsKey = false;    ///< refuses to go without the private key
    bool takesMany = false;   ///< several certificates may go into it
    Passphrase passphrase = Passphrase::None; ///< whether what it writes can or must be encrypted
    std::string_view suffix;                  ///< of the file, for a proposed name: ".p12"
};

/// All targets, destinations first. Lives as long as the program.
const std::vector<ExportTargetInfo>& exportTargets();
const ExportTargetInfo& infoOf(ExportTarget target);
/// By the command line's word; nothing for another one.
const ExportTargetInfo* findExportTarget(std::string_view id);

/// One certificate to be exported with what belongs to it.
struct ExportMaterial {
    x509::Certificate certificate;
    std::vector<x509::Certificate> issuers; ///< nearest first, as far as they are known and verified
    std::optional<crypto::PrivateKey> key;  ///< of the certificate; left out where the target takes none
    std::string friendlyName;
};

struct ExportOptions {
    bool includeRoot = false; ///< nginx, apache, haproxy, chain: a server need not send it
    formats::Pkcs12Preset preset = formats::Pkcs12Preset::Strong;
};

/// One file of an export, before it is written.
struct ExportedFile {
    std::string name;           ///< below the folder; empty when the path is the file
    std::string purpose;        ///< for people: "certificate and intermediates"
    bool isPrivate = false;     ///< mode 0600
    bool hasClearKey = false;   ///< a private key lies unencrypted in it
    base::Bytes content;        ///< of public and of encrypted files
    base::Secret secretContent; ///< of files with a clear key

    base::BytesView bytes() const noexcept { return hasClearKey ? secretContent.view() : base::BytesView(content); }
};

/// What a target would write, without a private key at hand: names, purposes and modes; the contents are empty.
std::vector<ExportedFile> outlineExport(ExportTarget target, bool isEncrypted);

/// Makes the files of a target. `passphrase` encrypts what has a private key; null writes it in clear where the target
/// allows that. @throws Error BadInput when nothing is given or too many, NotAllowed when the key is missing or is not
/// the certificate's, PassphraseNeeded when the target has to have one
std::vector<ExportedFile> renderExport(ExportTarget target, const std::vector<ExportMaterial>& materials,
                                       const base::Secret* passphrase, const ExportOptions& options = {});

/// The lines of the server's configuration that use the files at `path` (absolute, UTF-8); empty where there are none.
std::string configurationSnippet(ExportTarget target, std::string_view path);

/// The leaf followed by its issuers, without the self-signed one at the end unless `includeRoot` says so (RFC
/// 8446 4.4.2); a self-signed leaf stands alone.
std::vector<x509::Certificate> serverChain(const ExportMaterial& material, bool includeRoot = false);

} // namespace certwright::pki
