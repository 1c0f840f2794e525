#pragma once

#include "core/base/clock.h"
#include "core/crypto/private_key.h"
#include "core/crypto/public_key.h"
#include "core/pki/problem.h"
#include "core/pki/profile.h"
#include "core/x509/certificate.h"
#include "core/x509/extension.h"
#include "core/x509/general_name.h"
#include "core/x509/name.h"
#include "core/x509/request.h"
#include "core/x509/serial.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace certwright::pki {

/// What is to be made.
enum class Product { IssuedCertificate, SelfSignedCertificate, Request };

/// Which extensions of a request are taken. BasicConstraints CA:TRUE never is by this alone, nor are key identifiers.
enum class TakeFromRequest { All, San, None };

/// The user's decision about one extension of a request; Rule leaves it to TakeFromRequest.
enum class RequestChoice { Rule, Take, Leave };

/// What the user chose, beside the profile. A value; nothing in it is a secret.
struct IssueChoices {
    Product product = Product::IssuedCertificate;
    Profile profile;
    /// Empty: the request's, else CN := first name where the profile says so.
    x509::Name subject;
    /// Entries of the subject alternative name, added to those taken from the request.
    std::vector<x509::GeneralName> names;
    bool takesCommonNameFromNames = true; ///< false: CN stays away even where the profile would set it

    std::optional<x509::Request> request;
    TakeFromRequest takeFromRequest = TakeFromRequest::San;
    /// By OID of the extension. Take on basicConstraints takes CA:TRUE too, and keyCertSign with it.
    std::map<std::string, RequestChoice> requestChoices;
    /// Entries of the request's subject alternative name that are not to be issued.
    std::vector<x509::GeneralName> leftOutNames;

    /// The user's own extensions; each replaces that of the profile or request with the same OID.
    std::vector<x509::Extension> extensions;
    /// OIDs of the profile's extensions that are not to be issued.
    std::vector<std::string> leftOutExtensions;

    std::optional<base::Time> notBefore; ///< nothing: now - 5 min
    /// Nothing: by `lifetime`. At most one of the two needs be set; notAfter goes first.
    std::optional<base::Time> notAfter;
    /// Nothing: the profile's, shortened with a notice when the issuer ends earlier. A lifetime or end that was chosen
    /// is not shortened but refused with the repair.
    std::optional<Lifetime> lifetime;

    std::optional<x509::Serial> serial;                     ///< nothing: 128 random bits
    std::string digest;                                     ///< empty: the signing key's natural one
    crypto::RsaPadding padding = crypto::RsaPadding::Pkcs1; ///< of the signature, with an RSA key
};

/// What a plan is made against.
struct IssueContext {
    base::Time now;
    /// The key to be certified; nothing while it is still to be made: then `keyFacts` says of what kind.
    std::optional<crypto::PublicKey> publicKey;
    crypto::KeyFacts keyFacts;
    /// The issuer's certificate; nothing for the self-signed, for requests, and while none is chosen.
    std::optional<x509::Certificate> issuer;
    /// How many certificates of the store have this key already.
    int keyUseCount = 0;
};

/// Where an extension comes from.
enum class Origin { Profile, User, Request, Automatic };

/// "profile", "user", "request", "automatic".
std::string_view toString(Origin origin) noexcept;

/// One extension as it will be issued.
struct PlannedExtension {
    std::string oid;
    bool isCritical = false;
    Origin origin = Origin::Automatic;
    /// Nothing while its value needs a key that is still to be made (key identifiers).
    std::optional<x509::Extension> extension;

    /// "keyUsage", the OID where there is no name.
    std::string shortName() const;
    /// The value in words: "Digital Signature"; "from the new key" while it is open.
    std::string text() const;
};

/// One line of the comparison of a request with what will be issued. Nothing that was asked for is missing from it.
struct RequestedField {
    enum class Fate { Taken, Replaced, Dropped, Added };

    std::string oid;       ///< of the extension; empty for the subject and single alternative names
    std::string name;      ///< "Subject", "keyUsage", "DNS:www.lab.example"
    std::string requested; ///< empty when it was not asked for
    std::string issued;    ///< empty when it will not be issued
    Fate fate = Fate::Taken;
};

/// A certificate or request before it is signed: all of its fields, and every problem with it.
struct IssuePlan {
    Product product = Product::IssuedCertificate;
    x509::Name subject;
    x509::Name issuer; ///< the subject of a self-signed one; empty for requests and while no issuer is chosen
    base::Time notBefore;
    base::Time notAfter;
    std::optional<x509::Serial> serial; ///< nothing: random at signing
    std::string digest;                 ///< empty where the algorithm brings its own
    crypto::RsaPadding padding = crypto::RsaPadding::Pkcs1;
    std::string signatureAlgorithm; ///< "ecdsa-with-SHA256"; empty while no issuer is chosen
    crypto::KeyFacts keyFacts;
    std::vector<x509::GeneralName> names;
    std::vector<PlannedExtension> extensions; ///< in the order they will be encoded
    std::vector<RequestedField> comparison;   ///< empty without a request
    std::vector<Problem> problems;            ///< errors first

    bool isAllowed() const noexcept { return !hasErrors(problems); }
    const PlannedExtension* extension(std::string_view oid) const noexcept;
};

/// Works out what would be issued. Needs no private key and makes no signature, so it may run at every keystroke (on a
/// worker when a request is large). Nothing is thrown for what a user can choose: it stands in the problems.
IssuePlan planIssue(const IssueChoices& choices, const IssueContext& context);

/// What there is to say about a kind of key, whatever it is for: too short, not accepted any more.
std::vector<Problem> keyProblems(const crypto::KeyFacts& key);

} // namespace certwright::pki
