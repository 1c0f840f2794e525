#include "app/cli/client_options.h"

#include "app/cli/command_line.h"
#include "app/cli/console.h"
#include "app/cli/making_options.h"
#include "core/base/bytes.h"
#include "core/formats/cms_message.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace certwright::cli {

namespace {

tls::PresharedKey presharedKeyOf(const std::string& text) {
    const std::size_t colon = text.rfind(':');
    std::optional<base::Bytes> key;
    if (colon != std::string::npos && colon > 0)
        key = base::fromHex(std::string_view(text).substr(colon + 1));
    if (!key || key->empty())
        throw UsageError("--psk is IDENTITY:HEX, the key in hexadecimal digits");
    tls::PresharedKey presharedKey{text.substr(0, colon), std::make_shared<const base::Secret>(base::BytesView(*key))};
    formats::wipe(*key);
    return presharedKey;
}

} // namespace

void ClientOptions::addTo(CLI::App& command) {
    command.add_option("--cert", m_certificate, "Certificate to show to the server, and its chain")->type_name("FILE");
    command.add_option("--key", m_key, "Its private key, when it is not in the same file")->type_name("FILE");
    command.add_option("--psk", m_presharedKey, "Key that both sides know already")->type_name("IDENTITY:HEX");
    m_passphrases.addTo(command);
}

void ClientOptions::apply(tls::ContextOptions& options, Console& console) const {
    if (m_certificate.empty() && !m_key.empty())
        throw UsageError("--key goes with --cert");
    if (m_certificate.empty() && m_passphrases.hasOptions())
        throw UsageError("A passphrase goes with --cert");
    if (!m_certificate.empty())
        options.credentials = readCredentials(console);
    if (!m_presharedKey.empty())
        options.presharedKey = presharedKeyOf(m_presharedKey);
}

tls::Credentials ClientOptions::readCredentials(Console& console) const {
    const std::string& keyFile = m_key.empty() ? m_certificate : m_key;
    crypto::PrivateKey key = readPrivateKey(keyFile, console, m_passphrases);
    std::vector<x509::Certificate> certificates = readCertificates(m_certificate, console, m_passphrases);
    const auto own = std::find_if(certificates.begin(), certificates.end(),
                                  [&key](const x509::Certificate& one) { return one.publicKey() == key.publicKey(); });
    if (own == certificates.end())
        throw base::Error(base::ErrorKind::NotAllowed, keyFile + " is not the key of a certificate in " + m_certificate,
                          "Give the certificate that belongs to the key");
    x509::Certificate certificate = *own;
    certificates.erase(own);
    return {std::move(certificate), std::move(key), std::move(certificates)};
}

} // namespace certwright::cli
