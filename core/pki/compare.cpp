#include "core/pki/compare.h"

#include "core/base/clock.h"

#include <algorithm>
#include <set>
#include <utility>

namespace certwright::pki {

namespace {

using State = Relation::State;

/// One field of a thing: what is compared, and how people read it.
struct Field {
    std::string name;
    std::string text;
    base::Bytes raw; ///< compared instead of the text when it is not empty
};

std::string timeText(const std::optional<base::Time>& time) {
    return time ? base::toRfc3339(*time) : std::string();
}

/// Lists the fields of each kind.
struct FieldLister {
    std::vector<Field> fields;

    void add(std::string name, std::string text, base::Bytes raw = {}) {
        fields.push_back({std::move(name), std::move(text), std::move(raw)});
    }
    void addName(const char* name, const x509::Name& value) { add(name, value.toRfc2253(), value.toDer()); }
    void addKey(const crypto::PublicKey& key) {
        add("public_key", crypto::displayText(key.facts()) + " " + key.spkiSha256(), key.spkiDer());
    }
    void addExtensions(const std::vector<x509::Extension>& extensions) {
        for (const x509::Extension& extension : extensions) {
            base::Bytes raw = extension.value();
            raw.push_back(extension.isCritical() ? 1 : 0);
            add("extensions." + extension.shortName(), (extension.isCritical() ? "critical, " : "") + extension.text(),
                std::move(raw));
        }
    }

    void operator()(const x509::Certificate& certificate) {
        add("version", std::to_string(certificate.version()));
        add("serial", certificate.serial());
        add("signature_algorithm", certificate.signatureAlgorithm());
        addName("issuer", certificate.issuer());
        add("not_before", timeText(certificate.notBefore()));
        add("not_after", timeText(certificate.notAfter()));
        addName("subject", certificate.subject());
        addKey(certificate.publicKey());
        addExtensions(certificate.extensions());
    }
    void operator()(const x509::Request& request) {
        addName("subject", request.subject());
        addKey(request.publicKey());
        add("signature_algorithm", request.signatureAlgorithm());
        for (const x509::RequestAttribute& attribute : request.attributes())
            add("attributes." + attribute.name, attribute.text);
        addExtensions(request.extensions());
    }
    void operator()(const x509::Crl& crl) {
        add("signature_algorithm", crl.signatureAlgorithm());
        addName("issuer", crl.issuer());
        add("this_update", timeText(crl.thisUpdate()));
        add("next_update", timeText(crl.nextUpdate()));
        addExtensions(crl.extensions());
    }
    void operator()(const crypto::PrivateKey& key) { addKey(key.publicKey()); }
    void operator()(const crypto::PublicKey& key) { addKey(key); }
};

std::vector<Field> fieldsOf(const Comparable& thing) {
    FieldLister lister;
    std::visit(lister, thing);
    return std::move(lister.fields);
}

const crypto::PublicKey* keyOf(const Comparable& thing) {
    if (const auto* certificate = std::get_if<x509::Certificate>(&thing))
        return &certificate->publicKey();
    if (const auto* request = std::get_if<x509::Request>(&thing))
        return &request->publicKey();
    if (const auto* key = std::get_if<crypto::PrivateKey>(&thing))
        return &key->publicKey();
    return std::get_if<crypto::PublicKey>(&thing);
}

base::Bytes encodingOf(const Comparable& thing) {
    if (const auto* certificate = std::get_if<x509::Certificate>(&thing))
        return certificate->der();
    if (const auto* request = std::get_if<x509::Request>(&thing))
        return request->der();
    if (const auto* crl = std::get_if<x509::Crl>(&thing))
        return crl->der();
    return keyOf(thing)->spkiDer();
}

/// The fields that differ. Things of two kinds are compared in what both kinds have: names, keys, extensions.
void compareFields(const Comparable& first, const Comparable& second, Comparison& out) {
    const std::vector<Field> a = fieldsOf(first);
    const std::vector<Field> b = fieldsOf(second);
    const bool isOneKind = first.index() == second.index();
    const auto find = [](const std::vector<Field>& fields, const std::string& name) {
        return std::find_if(fields.begin(), fields.end(), [&name](const Field& field) { return field.name == name; });
    };
    // An extension of a request that the certificate lacks is worth saying; of a list it is none of its business.
    const bool isRequested =
        (std::holds_alternative<x509::Request>(first) && std::holds_alternative<x509::Certificate>(second)) ||
        (std::holds_alternative<x509::Certificate>(first) && std::holds_alternative<x509::Request>(second));
    const auto isWorthSaying = [&](const Field& field) {
        return isOneKind || (isRequested && field.name.starts_with("extensions."));
    };
    for (const Field& field : a) {
        const auto other = find(b, field.name);
        if (other == b.end()) {
            if (isWorthSaying(field))
                out.differences.push_back({field.name, field.text, {}});
            continue;
        }
        if (!isOneKind && (field.name == "signature_algorithm" || !isRequested))
            continue;
        const bool isSame = field.raw.empty() ? field.text == other->text : field.raw == other->raw;
        if (isSame)
            continue;
        const bool readsAlike = field.text == other->text; // another encoding of the same words
        out.differences.push_back({field.name, readsAlike ? base::toHex(field.raw) : field.text,
                                   readsAlike ? base::toHex(other->raw) : other->text});
    }
    for (const Field& field : b) {
        if (find(a, field.name) == a.end() && isWorthSaying(field))
            out.differences.push_back({field.name, {}, field.text});
    }
}

std::string serials(const std::set<std::string>& from, const std::set<std::string>& without) {
    constexpr std::size_t Most = 20;
    std::string out;
    std::size_t count = 0;
    for (const std::string& serial : from) {
        if (without.count(serial) != 0)
            continue;
        if (++count <= Most)
            out += (out.empty() ? "" : ", ") + serial;
    }
    if (count > Most)
        out += " and " + std::to_string(count - Most) + " more";
    return out;
}

/// What one list has and the other has not.
void compareEntries(const x509::Crl& first, const x509::Crl& second, Comparison& out) {
    const auto serialsOf = [](const x509::Crl& crl) {
        std::set<std::string> found;
        for (const x509::RevokedEntry& entry : crl.entries())
            found.insert(entry.serial.toHex());
        return found;
    };
    const std::set<std::string> a = serialsOf(first);
    const std::set<std::string> b = serialsOf(second);
    FieldDifference difference{"revoked", serials(a, b), serials(b, a)};
    if (!difference.first.empty() || !difference.second.empty())
        out.differences.push_back(std::move(difference));
}

void compareKeys(const Comparable& first, const Comparable& second, Comparison& out) {
    const crypto::PublicKey* a = keyOf(first);
    const crypto::PublicKey* b = keyOf(second);
    if (a == nullptr || b == nullptr)
        return;
    const bool isSame = *a == *b;
    out.relations.push_back({"same-key", isSame ? State::Verified : State::Refuted,
                             isSame ? "Both have the same key (" + crypto::displayText(a->facts()) + ")."
                                    : "They have different keys (" + crypto::displayText(a->facts()) + ", " +
                                          crypto::displayText(b->facts()) + ")."});
}

/// Whether `issuer` issued `issued`, which is a certificate or a revocation list.
template <class T>
void compareIssuer(const x509::Certificate& issuer, const T& issued, const char* id, const char* words,
                   Comparison& out) {
    const bool namesMatch = issued.issuer().matches(issuer.subject());
    const bool isSigned = issued.isSignedBy(issuer.publicKey());
    if (!namesMatch && !isSigned)
        return; // most are not: that needs no line
    Relation relation{id, State::Refuted, words};
    if (namesMatch && isSigned) {
        relation.state = State::Verified;
        relation.message += ": the name is right, and the signature was checked.";
    } else if (isSigned) {
        relation.message += "? Its key made the signature, but the issuer's name is another one.";
    } else {
        relation.message += "? The issuer's name is right, but the signature is not by this key.";
    }
    out.relations.push_back(std::move(relation));
}

void compareSiblings(const x509::Name& first, const x509::Name& second, Comparison& out) {
    if (first.matches(second))
        out.relations.push_back(
            {"same-issuer", State::Claimed, "Both name the same issuer, " + first.toRfc2253() + "."});
}

void compareWithList(const x509::Certificate& certificate, const x509::Crl& crl, bool isListSecond, Comparison& out) {
    compareIssuer(certificate, crl, isListSecond ? "first-issued-second" : "second-issued-first",
                  "The certificate's owner issued the list", out);
    if (!certificate.issuer().matches(crl.issuer()))
        return;
    compareSiblings(certificate.issuer(), crl.issuer(), out);
    for (const x509::RevokedEntry& entry : crl.entries()) {
        if (entry.serial.toHex() == certificate.serial())
            out.relations.push_back({"revoked-by", State::Claimed,
                                     "The list names the certificate's serial number as revoked (" +
                                         std::string(x509::toString(entry.reason)) +
                                         "). Whether its issuer's key signed "
                                         "the list shows `verify`."});
    }
}

void compareIssuers(const Comparable& first, const Comparable& second, Comparison& out) {
    const auto* a = std::get_if<x509::Certificate>(&first);
    const auto* b = std::get_if<x509::Certificate>(&second);
    const auto* listA = std::get_if<x509::Crl>(&first);
    const auto* listB = std::get_if<x509::Crl>(&second);
    if (a != nullptr && b != nullptr && !out.isIdentical) {
        compareIssuer(*a, *b, "first-issued-second", "The first issued the second", out);
        compareIssuer(*b, *a, "second-issued-first", "The second issued the first", out);
        compareSiblings(a->issuer(), b->issuer(), out);
    } else if (a != nullptr && listB != nullptr) {
        compareWithList(*a, *listB, true, out);
    } else if (listA != nullptr && b != nullptr) {
        compareWithList(*b, *listA, false, out);
    } else if (listA != nullptr && listB != nullptr) {
        compareSiblings(listA->issuer(), listB->issuer(), out);
        compareEntries(*listA, *listB, out);
    }
}

} // namespace

std::string_view toString(Relation::State state) noexcept {
    return state == State::Verified ? "verified" : state == State::Claimed ? "claimed" : "refuted";
}

bool Comparison::belongTogether() const noexcept {
    return isIdentical || std::any_of(relations.begin(), relations.end(),
                                      [](const Relation& one) { return one.state == State::Verified; });
}

Comparison compare(const Comparable& first, const Comparable& second) {
    Comparison out;
    const bool areKeys = keyOf(first) != nullptr && first.index() >= 3 && second.index() >= 3;
    out.isIdentical = (first.index() == second.index() || areKeys) && encodingOf(first) == encodingOf(second);
    compareKeys(first, second, out);
    compareFields(first, second, out);
    compareIssuers(first, second, out);
    return out;
}

} // namespace certwright::pki
