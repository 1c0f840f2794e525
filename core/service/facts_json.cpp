#include "core/service/facts_json.h"

#include "core/formats/encryption_info.h"

#include <algorithm>
#include <variant>

namespace certwright::service {

namespace {

Json textOrNull(const std::string& text) {
    return text.empty() ? Json(nullptr) : Json(text);
}

Json boolJson(const std::optional<bool>& value) {
    return value ? Json(*value) : Json(nullptr);
}

void setKeyFacts(Json& out, const crypto::KeyFacts& facts) {
    out["type"] = facts.type;
    out["bits"] = facts.bits;
    if (!facts.curve.empty())
        out["curve"] = facts.curve;
}

Json encryptionJson(const formats::EncryptionInfo& info) {
    Json out;
    out["scheme"] = info.scheme;
    out["cipher"] = info.cipher;
    out["kdf"] = info.kdf;
    if (!info.prf.empty())
        out["prf"] = info.prf;
    if (info.n != 0) {
        out["n"] = info.n;
        out["r"] = info.r;
        out["p"] = info.p;
    } else {
        out["iterations"] = info.iterations;
    }
    return out;
}

Json itemsJson(const std::vector<formats::Item>& items) {
    Json out = Json::array();
    for (const formats::Item& item : items)
        out.push_back(factsJson(item));
    return out;
}

/// True for something in a container that was read: no bag of an unknown kind, no key that stayed locked.
bool isRead(const formats::Item& part) {
    const auto* key = part.as<formats::PrivateKeyItem>();
    return part.as<formats::UnknownItem>() == nullptr && (key == nullptr || !key->isLocked());
}

/// True for a container in which nothing could be read: for lack of a passphrase, for damage, or because it holds
/// nothing but bags of unknown kinds. Such a file counts as one with nothing recognised. An empty one that is sound
/// does not.
bool isClosed(const formats::Item& item, bool hasError) {
    const auto* pkcs12 = item.as<formats::Pkcs12Item>();
    if (pkcs12 == nullptr || std::any_of(pkcs12->items.begin(), pkcs12->items.end(), isRead))
        return false;
    return hasError || pkcs12->isLocked || !pkcs12->items.empty();
}

Json friendlyNames(const std::vector<formats::Item>& items) {
    Json out = Json::array();
    for (const formats::Item& item : items) {
        if (!item.label.empty())
            out.push_back(item.label);
    }
    return out;
}

Json signersJson(const std::vector<formats::Pkcs7Signer>& signers) {
    Json out = Json::array();
    for (const formats::Pkcs7Signer& signer : signers) {
        Json one;
        if (signer.subjectKeyId.empty()) {
            one["issuer"] = signer.issuer;
            one["serial"] = signer.serial;
        } else {
            one["subject_key_id"] = signer.subjectKeyId;
        }
        one["digest"] = signer.digest;
        if (!signer.timestamps.empty()) {
            one["timestamps"] = Json::array();
            for (const x509::TimestampInfo& timestamp : signer.timestamps)
                one["timestamps"].push_back(timestampJson(timestamp));
        }
        out.push_back(std::move(one));
    }
    return out;
}

/// The fields of the kinds that have no class of their own in core.
struct FieldWriter {
    Json& out;

    void operator()(const formats::PrivateKeyItem& item) const {
        if (item.facts)
            setKeyFacts(out, *item.facts);
        out["format"] = item.format;
        out["encrypted"] = item.isEncrypted();
        if (item.encryption)
            out["encryption"] = encryptionJson(*item.encryption);
        if (item.isLocked())
            out["locked"] = true;
        if (item.key)
            out["spki_sha256"] = item.key->publicKey().spkiSha256();
    }
    void operator()(const formats::Pkcs12Item& item) const {
        if (item.mac) {
            out["mac"] = {{"algorithm", item.mac->algorithm},
                          {"iterations", item.mac->iterations},
                          {"verified", item.mac->isVerified}};
        } else {
            out["mac"] = nullptr;
        }
        out["encryption"] = Json::array();
        for (const formats::EncryptionInfo& info : item.encryption)
            out["encryption"].push_back(encryptionJson(info));
        if (item.isLocked)
            out["locked"] = true;
        out["friendly_names"] = friendlyNames(item.items);
        // Revocation lists stand apart: other readers of PKCS#12 leave their bags (RFC 7292 4.2.4) out of the parts.
        out["items"] = Json::array();
        for (const formats::Item& part : item.items)
            out[std::holds_alternative<x509::Crl>(part.value) ? "crls" : "items"].push_back(factsJson(part));
    }
    void operator()(const formats::Pkcs7Item& item) const {
        out["type_name"] = item.typeName;
        out["type_oid"] = item.typeOid;
        out["signers"] = signersJson(item.signers);
        if (item.timestamp)
            out["timestamp"] = timestampJson(*item.timestamp);
        out["items"] = itemsJson(item.items);
    }
    void operator()(const formats::TimestampResponseItem& item) const {
        out["status"] = x509::statusName(item.response.status);
        out["status_text"] = item.response.text;
        out["failures"] = item.response.failures;
        out["items"] = itemsJson(item.items);
    }
    void operator()(const x509::TimestampRequest& request) const {
        out["version"] = request.version;
        out["digest"] = request.imprint.digest;
        out["imprint"] = base::toHex(request.imprint.value);
        out["policy"] = textOrNull(request.policy);
        out["nonce"] = textOrNull(request.nonce);
        out["wants_certificate"] = request.wantsCertificate;
    }
    void operator()(const formats::Spkac& spkac) const {
        out["public_key"] = publicKeyJson(spkac.publicKey());
        out["challenge"] = spkac.challenge();
        out["signature_algorithm"] = spkac.signatureAlgorithm();
        out["signature_valid"] = boolJson(spkac.isSignatureValid());
    }
    void operator()(const formats::ParametersItem& item) const {
        if (item.bits != 0)
            out["bits"] = item.bits;
        if (!item.curve.empty())
            out["curve"] = item.curve;
    }
    void operator()(const formats::KeystoreItem& item) const {
        out["type"] = item.type;
        out["version"] = item.version;
        out["entries"] = item.entryCount;
        out["keys"] = item.keyCount;
        out["intact"] = boolJson(item.isIntact);
        out["items"] = itemsJson(item.items);
    }
    void operator()(const formats::UnknownItem& item) const {
        out["type"] = item.type;
        out["size"] = item.der.size();
    }
};

struct ItemWriter {
    template <class T>
    Json operator()(const T& value) const {
        Json out;
        out["kind"] = kind;
        FieldWriter{out}(value);
        return out;
    }
    Json operator()(const x509::Certificate& certificate) const { return factsJson(certificate); }
    Json operator()(const x509::Request& request) const { return factsJson(request); }
    Json operator()(const x509::Crl& crl) const { return factsJson(crl); }
    Json operator()(const crypto::PublicKey& key) const { return factsJson(key); }

    std::string_view kind;
};

Json stackJson(const std::vector<base::StackEntry>& stack) {
    Json out = Json::array();
    for (const base::StackEntry& entry : stack)
        out.push_back({{"lib", entry.lib}, {"function", entry.function}, {"reason", entry.reason}});
    return out;
}

} // namespace

Json factsJson(const x509::Certificate& certificate) {
    const x509::Name subject = certificate.subject();
    const x509::Name issuer = certificate.issuer();
    Json out;
    out["kind"] = "certificate";
    out["subject"] = subject.toRfc2253();
    out["issuer"] = issuer.toRfc2253();
    out["subject_rdns"] = rdnsJson(subject);
    out["issuer_rdns"] = rdnsJson(issuer);
    out["serial"] = certificate.serial();
    out["version"] = certificate.version();
    out["not_before"] = timeJson(certificate.notBefore());
    out["not_after"] = timeJson(certificate.notAfter());
    out["public_key"] = publicKeyJson(certificate.publicKey());
    out["signature_algorithm"] = certificate.signatureAlgorithm();
    out["self_signed"] = certificate.isSelfSigned();
    out["is_ca"] = certificate.isCa();
    out["san"] = generalNamesJson(certificate.subjectAltNames());
    out["key_usage"] = certificate.keyUsage();
    out["extended_key_usage"] = certificate.extendedKeyUsage();
    out["extensions"] = extensionsJson(certificate.extensions());
    out["sha1"] = certificate.sha1();
    out["sha256"] = certificate.sha256();
    out["subject_hash"] = subject.hash();
    out["subject_hash_old"] = textOrNull(subject.hashOld());
    return out;
}

Json factsJson(const x509::Request& request) {
    const x509::Name subject = request.subject();
    Json out;
    out["kind"] = "request";
    out["subject"] = subject.toRfc2253();
    out["subject_rdns"] = rdnsJson(subject);
    out["version"] = request.version();
    out["public_key"] = publicKeyJson(request.publicKey());
    out["signature_algorithm"] = request.signatureAlgorithm();
    out["signature_valid"] = boolJson(request.isSignatureValid());
    out["attributes"] = Json::array();
    for (const x509::RequestAttribute& attribute : request.attributes()) {
        out["attributes"].push_back({{"oid", attribute.oid}, {"name", attribute.name}, {"text", attribute.text}});
    }
    out["san"] = generalNamesJson(request.subjectAltNames());
    out["extensions"] = extensionsJson(request.extensions());
    out["sha256"] = request.sha256();
    return out;
}

Json factsJson(const x509::Crl& crl) {
    const x509::Name issuer = crl.issuer();
    Json out;
    out["kind"] = "crl";
    out["issuer"] = issuer.toRfc2253();
    out["issuer_rdns"] = rdnsJson(issuer);
    out["number"] = textOrNull(crl.number());
    out["this_update"] = timeJson(crl.thisUpdate());
    out["next_update"] = timeJson(crl.nextUpdate());
    out["revoked_count"] = crl.revokedCount();
    out["signature_algorithm"] = crl.signatureAlgorithm();
    out["extensions"] = extensionsJson(crl.extensions());
    out["sha256"] = crl.sha256();
    return out;
}

Json factsJson(const crypto::PublicKey& key) {
    Json out;
    out["kind"] = "public-key";
    out.update(publicKeyJson(key));
    return out;
}

Json factsJson(const formats::Item& item) {
    Json out = std::visit(ItemWriter{formats::kindName(item)}, item.value);
    if (!item.label.empty())
        out["friendly_name"] = item.label;
    if (!item.localKeyId.empty())
        out["local_key_id"] = base::toHex(item.localKeyId);
    return out;
}

Json factsJson(const formats::Contents& contents) {
    Json out;
    out["file"] = contents.file;
    out["items"] = Json::array();
    Json unread = Json::array();
    for (const formats::Item& item : contents.items)
        (isClosed(item, contents.error.has_value()) ? unread : out["items"]).push_back(factsJson(item));
    if (!unread.empty())
        out["unread"] = std::move(unread);
    if (!contents.notes.empty())
        out["notes"] = contents.notes;
    if (contents.error)
        out["error"] = errorJson(*contents.error);
    return out;
}

Json publicKeyJson(const crypto::PublicKey& key) {
    Json out;
    setKeyFacts(out, key.facts());
    out["spki_sha256"] = key.spkiSha256();
    return out;
}

Json rdnsJson(const x509::Name& name) {
    Json out = Json::array();
    for (const x509::Rdn& rdn : name.rdns()) {
        Json attributes = Json::array();
        for (const x509::NameAttribute& attribute : rdn) {
            attributes.push_back({{"oid", attribute.oid},
                                  {"name", x509::attributeShortName(attribute.oid)},
                                  {"value", attribute.value},
                                  {"string_type", x509::toString(attribute.type)}});
        }
        out.push_back(std::move(attributes));
    }
    return out;
}

Json generalNamesJson(const std::vector<x509::GeneralName>& names) {
    Json out = Json::array();
    for (const x509::GeneralName& name : names)
        out.push_back({{"type", x509::toString(name.type)}, {"value", name.value}});
    return out;
}

Json extensionsJson(const std::vector<x509::Extension>& extensions) {
    Json out = Json::array();
    for (const x509::Extension& extension : extensions) {
        out.push_back({{"oid", extension.oid()},
                       {"name", extension.shortName()},
                       {"critical", extension.isCritical()},
                       {"text", extension.text()}});
    }
    return out;
}

Json errorJson(const base::Error& error) {
    Json out;
    out["kind"] = base::toString(error.kind());
    out["message"] = error.message();
    out["hint"] = error.hint();
    out["stack"] = stackJson(error.stack());
    out["file"] = error.context().empty() ? Json(nullptr) : Json(error.context());
    return out;
}

Json findingJson(const x509::Finding& finding) {
    Json out;
    out["id"] = finding.id;
    out["severity"] = x509::toString(finding.severity);
    out["depth"] = finding.depth;
    out["subject"] = finding.subject;
    out["message"] = finding.message;
    out["fix"] = finding.fix;
    return out;
}

namespace {

/// What a whole verification and each of its paths have in common.
template <class T>
Json verdictJson(const T& result) {
    Json out;
    out["ok"] = result.isTrusted;
    out["chain"] = Json::array();
    for (const x509::Certificate& certificate : result.chain) {
        out["chain"].push_back({{"subject", certificate.subject().toRfc2253()}, {"sha256", certificate.sha256()}});
    }
    out["findings"] = Json::array();
    for (const x509::Finding& finding : result.findings)
        out["findings"].push_back(findingJson(finding));
    return out;
}

} // namespace

Json ocspJson(const x509::OcspReport& report) {
    const Json claimed = report.status ? Json(x509::toString(*report.status)) : Json(nullptr);
    Json out;
    out["status"] = report.isVerified ? claimed : Json(nullptr);
    out["claimed_status"] = claimed;
    out["response_status"] = report.responseStatus;
    out["signature_valid"] = report.isVerified;
    out["this_update"] = timeJson(report.thisUpdate);
    out["next_update"] = timeJson(report.nextUpdate);
    out["produced_at"] = timeJson(report.producedAt);
    out["revoked_at"] = timeJson(report.revokedAt);
    out["revocation_reason"] = textOrNull(report.revocationReason);
    out["responder"] = textOrNull(report.responder);
    out["signer"] = x509::toString(report.signer);
    out["responder_certificate"] = report.delegate ? Json(report.delegate->sha256()) : Json(nullptr);
    out["responder_no_check"] = report.hasNoCheck;
    out["nonce"] = x509::toString(report.nonce);
    out["source"] = x509::toString(report.source);
    return out;
}

Json verifyJson(const x509::VerifyResult& result) {
    Json out = verdictJson(result);
    if (result.opensslCode != 0)
        out["openssl_code"] = result.opensslCode;
    if (result.ocsp)
        out["ocsp"] = ocspJson(*result.ocsp);
    out["paths"] = Json::array();
    for (const x509::TriedPath& path : result.paths)
        out["paths"].push_back(verdictJson(path));
    return out;
}

Json timestampJson(const x509::TimestampInfo& info) {
    Json out;
    out["time"] = x509::timeText(info);
    out["accuracy_us"] = info.accuracyMicros ? Json(*info.accuracyMicros) : Json(nullptr);
    out["policy"] = info.policy;
    out["digest"] = info.imprint.digest;
    out["imprint"] = base::toHex(info.imprint.value);
    out["serial"] = info.serial;
    out["ordering"] = info.isOrdered;
    out["nonce"] = textOrNull(info.nonce);
    out["tsa"] = nullptr;
    if (info.tsa)
        out["tsa"] = {{"type", x509::toString(info.tsa->type)}, {"value", info.tsa->value}};
    if (!info.extensions.empty())
        out["extensions"] = info.extensions;
    return out;
}

Json timeJson(const std::optional<base::Time>& time) {
    return time ? Json(base::toRfc3339(*time)) : Json(nullptr);
}

std::string toText(const Json& document) {
    return document.dump(2, ' ', false, Json::error_handler_t::replace);
}

} // namespace certwright::service
