#include "core/base/error.h"
#include "core/base/openssl_check.h"
#include "core/formats/file_bytes.h"
#include "core/formats/pem.h"
#include "core/tls/context.h"
#include "core/tls/engine_callbacks.h"

#include <openssl/pem.h>

#include <memory>
#include <utility>

// What a context reads from files: certificates, keys, trust, parameters.

namespace certwright::tls {

namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t MaximumFile = std::size_t{64} << 20U;
constexpr std::size_t MaximumIdentity = 256;
constexpr std::size_t MaximumPresharedKey = 512; // PSK_MAX_PSK_LEN of OpenSSL 3.0

struct NamesDeleter {
    void operator()(STACK_OF(X509_NAME) * names) const noexcept { sk_X509_NAME_pop_free(names, X509_NAME_free); }
};

std::vector<x509::Certificate> readCertificates(const std::string& path) {
    const base::Bytes bytes = formats::readFileBytes(path, MaximumFile);
    std::vector<x509::Certificate> certificates;
    formats::PemScanner scanner(base::textOf(bytes));
    while (const auto block = scanner.next()) {
        if (block->label != "CERTIFICATE" && block->label != "X509 CERTIFICATE" &&
            block->label != "TRUSTED CERTIFICATE")
            continue;
        if (block->error)
            throw block->error->withContext(path);
        try {
            certificates.push_back(x509::Certificate::fromDer(block->der));
        } catch (const Error& error) {
            throw error.withContext(path);
        }
    }
    if (certificates.empty())
        throw Error(ErrorKind::BadInput, "“" + path + "” holds no certificate in PEM form").withContext(path);
    return certificates;
}

/// What stands between the application's callback, which gives one answer that may be too long, and a reader that asks
/// again and again.
std::optional<base::Secret> askOnce(const Context::PassphraseCallback& callback,
                                    const formats::PassphraseQuestion& question) {
    if (!callback || question.attempt > 0)
        return std::nullopt;
    std::optional<base::Secret> answer = callback(Context::MaximumPassphrase, false);
    if (!answer || answer->empty())
        throw Error(ErrorKind::PassphraseNeeded, "No passphrase was given for the private key", "Give its passphrase.");
    answer->truncate(Context::MaximumPassphrase);
    return answer;
}

} // namespace

void Context::loadVerifyLocations(const std::string& pemFile, const std::string& folder) {
    if (pemFile.empty() && folder.empty())
        throw Error(ErrorKind::BadInput, "Neither a file nor a folder of trusted certificates was given");
    if (!pemFile.empty())
        m_trust.addTrustFile(pemFile);
    if (!folder.empty())
        m_trust.addTrustFile(folder);
}

void Context::setDefaultVerifyPaths() {
    m_trust.addSystemTrust();
}

void Context::loadClientCa(const std::string& pemFile) {
    setClientCas(readCertificates(pemFile));
}

void Context::setClientCas(const std::vector<x509::Certificate>& certificates) {
    std::unique_ptr<STACK_OF(X509_NAME), NamesDeleter> names(
        base::check(sk_X509_NAME_new_null(), "make the list of CA names"));
    for (const x509::Certificate& certificate : certificates) {
        X509_NAME* name =
            base::check(X509_NAME_dup(X509_get_subject_name(certificate.native())), "make the list of CA names");
        if (sk_X509_NAME_push(names.get(), name) <= 0) {
            X509_NAME_free(name);
            base::throwFromQueue("make the list of CA names", ErrorKind::Internal);
        }
    }
    SSL_CTX_set_client_CA_list(native(), names.release());
}

void Context::useCertificate(const x509::Certificate& certificate) {
    base::check(SSL_CTX_use_certificate(native(), certificate.native()), "use the certificate", ErrorKind::BadInput);
}

void Context::useCertificateFile(const std::string& path, formats::Encoding encoding) {
    if (encoding == formats::Encoding::Pem)
        return useCertificate(readCertificates(path).front());
    const base::Bytes bytes = formats::readFileBytes(path, MaximumFile);
    try {
        useCertificate(x509::Certificate::fromDer(bytes));
    } catch (const Error& error) {
        throw error.withContext(path);
    }
}

void Context::useCertificateChainFile(const std::string& path) {
    const std::vector<x509::Certificate> certificates = readCertificates(path);
    useCertificate(certificates.front());
    SSL_CTX_clear_extra_chain_certs(native());
    for (std::size_t i = 1; i < certificates.size(); ++i)
        addExtraChainCertificate(certificates[i]);
}

void Context::addExtraChainCertificate(const x509::Certificate& certificate) {
    X509* native = certificate.native();
    base::check(X509_up_ref(native), "add to the chain");
    if (SSL_CTX_add_extra_chain_cert(m_context.get(), native) != 1) { // takes the reference only when it succeeds
        X509_free(native);
        base::throwFromQueue("add to the chain");
    }
}

void Context::usePrivateKey(const crypto::PrivateKey& key) {
    base::check(SSL_CTX_use_PrivateKey(native(), key.native()), "use the private key", ErrorKind::BadInput);
}

void Context::usePrivateKeyFile(const std::string& path, formats::Encoding encoding) {
    base::Bytes raw = formats::readFileBytes(path, MaximumFile);
    const base::Secret bytes(raw);
    OPENSSL_cleanse(raw.data(), raw.size());
    formats::ReadOptions options;
    options.triesEmptyPassphrase = false;
    options.maxAttempts = 1;
    try {
        usePrivateKey(formats::loadPrivateKey(
            bytes.view(),
            [this](const formats::PassphraseQuestion& question) { return askOnce(m_passphrase, question); }, options,
            encoding));
    } catch (const Error& error) {
        throw error.withContext(path);
    }
}

void Context::useCredentials(const Credentials& credentials) {
    useCertificate(credentials.certificate);
    usePrivateKey(credentials.key);
    base::check(SSL_CTX_check_private_key(native()), "use this key with this certificate", ErrorKind::BadInput);
    for (const x509::Certificate& certificate : credentials.chain)
        base::check(static_cast<int>(SSL_CTX_add1_chain_cert(native(), certificate.native())), "add to the chain",
                    ErrorKind::BadInput);
}

void Context::checkPrivateKey() const {
    base::check(SSL_CTX_check_private_key(native()), "use the private key with the certificate", ErrorKind::BadInput);
}

void Context::setPresharedKey(const PresharedKey& key) {
    if (key.identity.empty() || key.identity.size() > MaximumIdentity || key.identity.find('\0') != std::string::npos)
        throw Error(ErrorKind::BadInput, "The identity of a preshared key has 1 to 256 octets, none of them zero");
    if (!key.key || key.key->empty() || key.key->size() > MaximumPresharedKey)
        throw Error(ErrorKind::BadInput, "A preshared key has 1 to 512 octets");
    m_presharedKey = key;
    registerPresharedKeyCallbacks(*this);
}

void Context::loadTemporaryDh(const std::string& pemFile) {
    const base::Bytes bytes = formats::readFileBytes(pemFile, MaximumFile);
    base::clearQueue();
    const base::Handle<BIO> bio(
        base::check(BIO_new_mem_buf(bytes.data(), base::intSize(bytes.size())), "read the Diffie-Hellman parameters"));
    base::Handle<EVP_PKEY> parameters(PEM_read_bio_Parameters(bio.get(), nullptr));
    if (!parameters || (EVP_PKEY_is_a(parameters.get(), "DH") != 1 && EVP_PKEY_is_a(parameters.get(), "DHX") != 1))
        throw Error(ErrorKind::BadInput, "“" + pemFile + "” holds no Diffie-Hellman parameters in PEM form",
                    "`openssl dhparam` makes some.", base::drainQueue())
            .withContext(pemFile);
    if (SSL_CTX_set0_tmp_dh_pkey(native(), parameters.get()) != 1) {
        std::vector<base::StackEntry> stack = base::drainQueue();
        throw Error(ErrorKind::BadInput,
                    "OpenSSL does not take these Diffie-Hellman parameters" +
                        (stack.empty() ? std::string() : ": " + stack.front().reason),
                    "Security level 2 asks for 2048 bits at least.", std::move(stack))
            .withContext(pemFile);
    }
    static_cast<void>(parameters.release()); // the context's now
    SSL_CTX_set_dh_auto(native(), 0);
}

void Context::setTemporaryDhAuto(bool isOn) {
    base::check(static_cast<int>(SSL_CTX_set_dh_auto(native(), isOn ? 1 : 0)), "set up Diffie-Hellman");
}

} // namespace certwright::tls
