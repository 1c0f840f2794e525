#pragma once

#include "core/base/bytes.h"
#include "core/base/handle.h"
#include "core/formats/item.h"

#include <openssl/asn1.h>
#include <openssl/cms.h>
#include <openssl/objects.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::formats {

/// How a message is written.
enum class CmsEncoding {
    Der,
    Pem,
    Smime, ///< RFC 8551: multipart/signed for a detached signature, else application/pkcs7-mime
};

/// A PKCS#7 or CMS message (RFC 5652) in OpenSSL's hands: what signing, verifying, encrypting and decrypting have in
/// common. Movable, owned by one thread.
class CmsMessage {
public:
    /// From DER or BER, PEM, S/MIME (RFC 8551) or bare base64. @throws Error BadInput
    static CmsMessage load(base::BytesView file);
    /// From DER or BER alone. @throws Error BadInput
    static CmsMessage fromDer(base::BytesView der);
    /// From S/MIME, with the content of a multipart/signed message. Nothing when the text is no S/MIME.
    /// @throws Error BadInput when it is, but damaged
    static std::optional<CmsMessage> fromSmime(std::string_view text);
    /// Takes over a message; `content` is that of a detached signature.
    static CmsMessage adopt(CMS_ContentInfo* message);

    /// OpenSSL's short name of the content type: "pkcs7-signedData".
    std::string typeName() const;
    int typeNid() const noexcept;
    /// What the content is (eContentType, RFC 5652 5.2): NID_pkcs7_data of most.
    int contentTypeNid() const noexcept;
    /// True for a timestamp token (RFC 3161 2.4.2).
    bool isTimestamp() const noexcept;
    /// True for signed and encrypted in one (RFC 2315 11).
    bool isSignedAndEncrypted() const noexcept { return typeNid() == NID_pkcs7_signedAndEnveloped; }
    /// True when the content stands in the message itself.
    bool hasContent() const noexcept;
    /// The content that stands in the message, encrypted or not. @throws Error BadInput when there is none
    base::BytesView embeddedContent() const;
    /// What a multipart/signed message carried beside its signature, with the line ends of mail.
    const std::optional<base::Bytes>& detachedContent() const noexcept { return m_detachedContent; }

    base::Bytes toDer() const;
    /// DER or PEM. The label is PKCS7, which every program reads, but for the types that PKCS#7 does not have.
    /// For S/MIME the message is one part of its own, application/pkcs7-mime.
    base::Bytes encode(CmsEncoding encoding) const;

    /// Inside core only.
    CMS_ContentInfo* native() const noexcept { return m_message.get(); }

private:
    struct Deleter {
        void operator()(CMS_ContentInfo* message) const noexcept { CMS_ContentInfo_free(message); }
    };
    explicit CmsMessage(CMS_ContentInfo* message)
        : m_message(message) {}

    std::unique_ptr<CMS_ContentInfo, Deleter> m_message;
    std::optional<base::Bytes> m_detachedContent;
};

/// Frees the stacks that OpenSSL's CMS functions give, or take without a copy.
struct CertificatesDeleter {
    void operator()(STACK_OF(X509) * stack) const noexcept { sk_X509_pop_free(stack, X509_free); }
};
struct CrlsDeleter {
    void operator()(STACK_OF(X509_CRL) * stack) const noexcept { sk_X509_CRL_pop_free(stack, X509_CRL_free); }
};
using CertificateStack = std::unique_ptr<STACK_OF(X509), CertificatesDeleter>;
using CrlStack = std::unique_ptr<STACK_OF(X509_CRL), CrlsDeleter>;

/// A stack that shares these certificates.
CertificateStack stackOf(const std::vector<x509::Certificate>& certificates);

/// Dotted text of an OID.
std::string dottedOid(const ASN1_OBJECT* object);
/// OpenSSL's short name, the OID where there is none.
std::string shortName(const ASN1_OBJECT* object);

/// Whom issuer and serial, or a key identifier, name; `digest` stays empty.
Pkcs7Signer signerNamed(const X509_NAME* issuer, const ASN1_INTEGER* serial, const ASN1_OCTET_STRING* keyId);
/// The timestamp tokens over a signature (RFC 3161 appendix A), the first few when there are very many.
std::vector<base::Bytes> timestampTokensOf(const CMS_SignerInfo* info);
/// Who made a signature.
Pkcs7Signer signerOf(CMS_SignerInfo* info);
/// "serial 1A of CN=Test Root" or "key identifier 01AB...".
std::string displayText(const Pkcs7Signer& who);

/// The text with CRLF at the end of every line, as mail has it (RFC 8551 3.1.1).
base::Bytes withMailLineEnds(base::BytesView text);

/// A content with the MIME head of plain text in front, and what is behind the head again. @throws Error BadInput when
/// there is no such head
base::Bytes withTextHead(base::BytesView text);
base::Bytes withoutTextHead(base::BytesView content);

/// Overwrites a content that is not to stay in memory.
void wipe(base::Bytes& content) noexcept;

/// A memory BIO that reads these bytes, which must outlive it.
base::Handle<BIO> readingBio(base::BytesView bytes);
/// What was written to a memory BIO.
base::BytesView writtenTo(BIO* bio) noexcept;

} // namespace certwright::formats
