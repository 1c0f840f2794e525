#pragma once

#include "core/base/secret.h"
#include "core/crypto/private_key.h"
#include "core/formats/private_key_file.h"
#include "core/tls/certificate_choice.h"
#include "core/tls/context_flags.h"
#include "core/tls/context_options.h"
#include "core/tls/handle.h"
#include "core/x509/certificate.h"
#include "core/x509/verify/trust_store.h"

#include <any>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace certwright::tls {

class Engine;

/// What many connections share: settings, trust, own certificate, callbacks. Mutable while it is made; then it may be
/// used for connections of one thread. Callbacks come from inside a step of an engine, may look at it, and must not
/// take a step of it; what they throw ends the step, which throws it on.
class Context {
public:
    enum class Role { Client, Server };

    /// Asked for each certificate of a peer's chain and each error found in it: `errorNumber` is OpenSSL's (X509_V_OK
    /// for none), `isOk` what OpenSSL thinks. The answer decides whether the handshake goes on.
    using VerifyCallback = std::function<bool(const Engine& connection, const x509::Certificate& certificate,
                                              int errorNumber, int depth, bool isOk)>;
    /// Told what a connection does: `where` has OpenSSL's bits SSL_CB_*, `returned` what a step or alert came to.
    using InfoCallback = std::function<void(const Engine& connection, int where, int returned)>;
    /// Gives the passphrase of a key file. More than `maximum` octets are cut; `isAskedTwice` is true where a new
    /// passphrase is to be confirmed, which reading never does. None or an empty one is a failure.
    using PassphraseCallback = std::function<std::optional<base::Secret>(std::size_t maximum, bool isAskedTwice)>;
    /// Chooses the certificate to show to the peer of a connection.
    using CertificateSelector = std::function<CertificateChoice(const Engine& connection)>;

    static constexpr std::chrono::seconds DefaultTimeout{300};
    static constexpr std::size_t MaximumPassphrase = 1024;

    /// Trusts nobody, has no certificate and verifies nothing yet. `role` is what connections begin as; either end can
    /// be made of it. @throws Error Unsupported for a version that the linked OpenSSL lacks
    explicit Context(Method method, Role role = Role::Client);
    ~Context();
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    /// For connections that we open, to look at them. `trust` is what the peer's chain is checked against; the check
    /// never ends the handshake, what it found is told by the engine.
    /// @throws Error BadInput for a setting that makes no sense, Unsupported for a version, suite or group that the
    /// linked OpenSSL lacks
    static std::shared_ptr<const Context> forClient(const ContextOptions& options, const x509::TrustStore& trust);
    /// For connections that we accept. @throws as forClient; BadInput when the key does not belong to the certificate
    static std::shared_ptr<const Context> forServer(const ContextOptions& options, const ServerOptions& server);
    static std::shared_ptr<const Context> forServer(const ContextOptions& options, const Credentials& credentials);

    Role role() const noexcept { return m_role; }

    // What is spoken. Each @throws Error BadInput for what makes no sense, Unsupported for what OpenSSL lacks.

    void setMinimumVersion(ProtocolVersion version);
    void setMaximumVersion(ProtocolVersion version);
    /// Adds to the options, never clears one. Returns all that were added so far.
    Option addOptions(Option options);
    Option addedOptions() const noexcept { return m_addedOptions; }
    /// OpenSSL's cipher string, for TLS 1.2 and below.
    void setCipherList(const std::string& ciphers);
    /// Suites of TLS 1.3, separated by ':'.
    void setCipherSuites(const std::string& names);
    void setGroups(const std::string& names);
    /// 0 to 5. Below 2 also TLS 1.0 and 1.1 are spoken (RFC 8996 forbids them): only when somebody asks for it.
    void setSecurityLevel(int level);
    /// The level in force, the library's own unless one was chosen.
    int securityLevel() const noexcept;
    /// True when somebody chose a level below the library's own: to be told to the user.
    bool isSecurityLevelLowered() const noexcept;
    /// A client offers these; a server chooses the first that the client has, and refuses when there is none.
    void setAlpn(const std::vector<std::string>& names);

    // Whom is trusted.

    /// Without a callback OpenSSL's judgement decides.
    void setVerify(VerifyMode mode, VerifyCallback callback = {});
    VerifyMode verifyMode() const noexcept;
    /// How many certificates may stand between the peer's and the root.
    void setVerifyDepth(int depth) noexcept;
    int verifyDepth() const noexcept;
    /// Trusts the certificates of a PEM file and those of a folder hashed by `openssl rehash`; either may be empty.
    /// @throws Error BadInput when both are or nothing can be read, NotFound
    void loadVerifyLocations(const std::string& pemFile, const std::string& folder = {});
    /// Trusts what the platform trusts. @throws Error Io
    void setDefaultVerifyPaths();
    x509::TrustStore& certificateStore() noexcept { return m_trust; }
    const x509::TrustStore& certificateStore() const noexcept { return m_trust; }
    /// A server names the subjects of these certificates to clients when it asks for theirs; replaces an earlier list.
    /// It does not trust them. @throws Error NotFound, Io, BadInput when there is no certificate in the file
    void loadClientCa(const std::string& pemFile);
    void setClientCas(const std::vector<x509::Certificate>& certificates);

    // What is shown to peers. Each @throws Error BadInput for what OpenSSL refuses; files also NotFound, Io.

    void useCertificate(const x509::Certificate& certificate);
    void useCertificateFile(const std::string& path, formats::Encoding encoding = formats::Encoding::Pem);
    /// PEM: the certificate first, then its chain upwards.
    void useCertificateChainFile(const std::string& path);
    /// Sent after the certificate, in the order of adding.
    void addExtraChainCertificate(const x509::Certificate& certificate);
    /// The certificate comes first: a key that does not belong to it is refused.
    void usePrivateKey(const crypto::PrivateKey& key);
    /// Also @throws Error PassphraseNeeded when the key is encrypted and there is no callback or it gives none,
    /// WrongPassphrase
    void usePrivateKeyFile(const std::string& path, formats::Encoding encoding = formats::Encoding::Pem);
    void setPassphraseCallback(PassphraseCallback callback) { m_passphrase = std::move(callback); }
    void useCredentials(const Credentials& credentials);
    /// @throws Error BadInput when key or certificate are missing or do not belong together
    void checkPrivateKey() const;
    void setCertificateSelector(CertificateSelector selector) { m_selector = std::move(selector); }
    /// A client offers it; a server takes the client that has it.
    void setPresharedKey(const PresharedKey& key);
    /// DER of an OCSP response that a server staples for clients that ask (RFC 6066 8); empty: none.
    void setStaple(base::Bytes response) { m_staple = std::move(response); }
    /// Diffie-Hellman parameters of a server, PEM. @throws Error NotFound, Io, BadInput, also for a group that the
    /// security level does not allow
    void loadTemporaryDh(const std::string& pemFile);
    /// Lets OpenSSL choose parameters that fit the certificate's key.
    void setTemporaryDhAuto(bool isOn);

    // Sessions.

    /// The name under which a server's sessions may be resumed, at most 32 octets; needed with VerifyMode::Peer.
    void setSessionId(std::string_view name);
    void setTimeout(std::chrono::seconds timeout) noexcept;
    std::chrono::seconds timeout() const noexcept;

    void setInfoCallback(InfoCallback callback) { m_info = std::move(callback); }
    void setAppData(std::any data) { m_appData = std::move(data); }
    const std::any& appData() const noexcept { return m_appData; }

    // What the callbacks of OpenSSL look at.

    const VerifyCallback& verifyCallback() const noexcept { return m_verify; }
    const InfoCallback& infoCallback() const noexcept { return m_info; }
    const CertificateSelector& certificateSelector() const noexcept { return m_selector; }
    const std::optional<PresharedKey>& presharedKey() const noexcept { return m_presharedKey; }
    const base::Bytes& staple() const noexcept { return m_staple; }

    /// For calls into OpenSSL inside core; no reference is taken.
    SSL_CTX* native() const noexcept { return m_context.get(); }

private:
    void apply(const ContextOptions& options);

    Role m_role;
    base::Handle<SSL_CTX> m_context;
    x509::TrustStore m_trust;
    Option m_addedOptions = Option::None;
    std::vector<unsigned char> m_alpn; ///< as it goes over the wire (RFC 7301 3.1)
    std::optional<PresharedKey> m_presharedKey;
    base::Bytes m_staple;
    VerifyCallback m_verify;
    InfoCallback m_info;
    PassphraseCallback m_passphrase;
    CertificateSelector m_selector;
    std::any m_appData;
};

} // namespace certwright::tls
