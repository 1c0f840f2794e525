#pragma once

#include "core/base/bytes.h"
#include "core/crypto/private_key.h"
#include "core/crypto/public_key.h"
#include "core/x509/extension.h"
#include "core/x509/general_name.h"
#include "core/x509/name.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::x509 {

/// One attribute of a request (RFC 2986 4.1).
struct RequestAttribute {
    std::string oid;
    std::string name; ///< short name, the OID where there is none
    std::string text; ///< the values in words, separated by ", "; hexadecimal DER of one that is no string
};

/// A PKCS#10 certification request (RFC 2986). An immutable value, readable by any thread.
class Request {
public:
    /// @throws Error BadInput
    static Request fromDer(base::BytesView der);
    static Request fromPem(std::string_view pem);
    static Request adopt(base::Handle<X509_REQ> request);

    /// 1, as people count; other numbers are shown as they are.
    int version() const noexcept;
    Name subject() const;
    const crypto::PublicKey& publicKey() const noexcept;
    std::string signatureAlgorithm() const;
    /// True or false; nothing when the algorithm is not offered here.
    std::optional<bool> isSignatureValid() const;
    /// True when `key` verifies the signature. @throws Error Unsupported
    bool isSignedBy(const crypto::PublicKey& key) const;
    /// Extensions asked for (RFC 2985 5.4.2, and Microsoft's older attribute).
    const std::vector<Extension>& extensions() const noexcept;
    const std::vector<GeneralName>& subjectAltNames() const noexcept;
    /// All attributes but the extension request.
    std::vector<RequestAttribute> attributes() const;

    const base::Bytes& der() const noexcept;
    std::string toPem() const;
    std::string toText() const;
    const std::string& sha256() const noexcept;

    X509_REQ* native() const noexcept;
    bool operator==(const Request& other) const noexcept;

private:
    struct Data;
    explicit Request(std::shared_ptr<const Data> data);
    std::shared_ptr<const Data> m_data;
};

/// A request in the making. Owned by one thread.
class RequestBuilder {
public:
    RequestBuilder();
    /// 1, the only one there is (RFC 2986 4.1), and set already. @throws Error BadInput
    RequestBuilder& setVersion(int version);
    RequestBuilder& setSubject(const Name& subject);
    /// The key that the request will be signed with; sign() sets it too. @throws Error Unsupported
    RequestBuilder& setPublicKey(const crypto::PublicKey& key);
    RequestBuilder& addExtension(const Extension& extension);
    /// PKCS#9 challengePassword (RFC 2985 5.4.1), in the place of one set before. @throws Error BadInput for an empty
    /// text, one of more than 255 characters, or one its string types cannot hold; an earlier one is then kept
    RequestBuilder& setChallenge(std::string_view challenge);
    /// Sets the key's public half and signs with `digest`, or with the key's natural one when it is empty.
    /// @throws Error NotAllowed when the key cannot sign or is not the one that was set, BadInput for an unknown
    /// digest, and for PSS with a key that is not RSA
    Request sign(const crypto::PrivateKey& key, std::string_view digest = {},
                 crypto::RsaPadding padding = crypto::RsaPadding::Pkcs1);

private:
    base::Handle<X509_REQ> m_request;
    std::vector<Extension> m_extensions;
};

} // namespace certwright::x509
