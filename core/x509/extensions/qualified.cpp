#include "core/x509/extensions/qualified.h"

#include "core/base/der_writer.h"
#include "core/base/error.h"
#include "core/x509/extensions/coding.h"

#include <algorithm>
#include <utility>

namespace certwright::x509 {

using base::Bytes;
using base::DerReader;
using base::Error;
using base::ErrorKind;
namespace der = base::der;

namespace {

constexpr std::string_view OidCompliance = "0.4.0.1862.1.1", OidLimit = "0.4.0.1862.1.2",
                           OidRetention = "0.4.0.1862.1.3", OidSecureDevice = "0.4.0.1862.1.4",
                           OidLocations = "0.4.0.1862.1.5", OidTypes = "0.4.0.1862.1.6",
                           OidCountries = "0.4.0.1862.1.7", OidPaymentServices = "0.4.0.19495.2",
                           OidSyntaxV1 = "1.3.6.1.5.5.7.11.1", OidSyntaxV2 = "1.3.6.1.5.5.7.11.2";

constexpr std::pair<std::string_view, std::string_view> TypeNames[] = {
    {"0.4.0.1862.1.6.1", "electronic signatures"},
    {"0.4.0.1862.1.6.2", "electronic seals"},
    {"0.4.0.1862.1.6.3", "web site authentication"},
};

std::string typeName(const std::string& oid) {
    const auto* found =
        std::find_if(std::begin(TypeNames), std::end(TypeNames), [&oid](const auto& row) { return row.first == oid; });
    return found == std::end(TypeNames) ? oid : std::string(found->second);
}

bool isNumber(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// A code of so many letters as PrintableString.
Bytes letters(const std::string& code, std::size_t count) {
    const bool isCode = code.size() == count && std::all_of(code.begin(), code.end(), [](char c) {
                            return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
                        });
    if (!isCode)
        throw Error(ErrorKind::BadInput, "“" + code + "” is not a code of " + std::to_string(count) + " letters");
    return base::derElement(der::PrintableString, base::bytesOf(code));
}

template <class Element, class Write>
Bytes sequenceFrom(const std::vector<Element>& elements, Write write) {
    if (elements.empty())
        throw Error(ErrorKind::BadInput, "A statement of a qualified certificate has nothing to list");
    Bytes content;
    for (const Element& element : elements)
        coding::append(content, write(element));
    return base::derElement(der::Sequence, content);
}

std::optional<QcLocation> readLocation(DerReader& list) {
    const auto sequence = list.expect(der::Sequence);
    if (!sequence)
        return std::nullopt;
    DerReader reader(sequence->content);
    auto url = coding::readString(reader);
    auto language = coding::readString(reader);
    return url && language ? std::optional(QcLocation{*std::move(url), *std::move(language)}) : std::nullopt;
}

std::optional<QcPaymentServices::Role> readRole(DerReader& list) {
    const auto sequence = list.expect(der::Sequence);
    if (!sequence)
        return std::nullopt;
    DerReader reader(sequence->content);
    auto oid = coding::readOid(reader);
    auto name = coding::readString(reader);
    return oid && name ? std::optional(QcPaymentServices::Role{*std::move(oid), *std::move(name)}) : std::nullopt;
}

template <class List, class Word>
std::string joined(const List& list, Word word) {
    std::string out;
    for (const auto& element : list)
        out += (out.empty() ? "" : ", ") + word(element);
    return out;
}

std::string limitText(const QcLimit& limit) {
    constexpr std::uint64_t Most = 18;
    const std::string zeros =
        limit.exponent <= Most ? std::string(limit.exponent, '0') : " · 10^" + std::to_string(limit.exponent);
    return "Limit of a transaction: " + std::to_string(limit.amount) + zeros +
           (isNumber(limit.currency) ? " currency " : " ") + limit.currency;
}

std::string locationsText(const std::vector<QcLocation>& locations) {
    std::string out;
    for (const QcLocation& location : locations)
        out += (out.empty() ? "" : "\n") + ("Disclosure statement (" + location.language + "): " + location.url);
    return out;
}

std::string paymentText(const QcPaymentServices& services) {
    const std::string roles = joined(services.roles, [](const auto& role) { return role.name; });
    return "Payment services: " + roles + "\nCompetent authority: " + services.authority + " (" + services.authorityId +
           ")";
}

/// `write(*value)`; nothing when there is no value.
template <class Value, class Write>
std::optional<std::string> written(const std::optional<Value>& value, Write write) {
    return value ? std::optional<std::string>(write(*value)) : std::nullopt;
}

} // namespace

QcStatement QcStatement::compliance() {
    return {std::string(OidCompliance)};
}

QcStatement QcStatement::secureDevice() {
    return {std::string(OidSecureDevice)};
}

QcStatement QcStatement::ofLimit(const QcLimit& limit) {
    constexpr std::size_t Letters = 3;
    const Bytes currency = isNumber(limit.currency) && limit.currency.size() <= Letters
                               ? coding::numberElement(std::stoul(limit.currency))
                               : letters(limit.currency, Letters);
    return {std::string(OidLimit),
            base::derSequence({currency, coding::numberElement(limit.amount), coding::numberElement(limit.exponent)})};
}

QcStatement QcStatement::ofRetention(std::uint64_t years) {
    return {std::string(OidRetention), coding::numberElement(years)};
}

QcStatement QcStatement::ofLocations(const std::vector<QcLocation>& locations) {
    return {std::string(OidLocations), sequenceFrom(locations, [](const QcLocation& location) {
                return base::derSequence({coding::ia5Element(location.url), letters(location.language, 2)});
            })};
}

QcStatement QcStatement::ofTypes(const std::vector<std::string>& types) {
    return {std::string(OidTypes),
            sequenceFrom(types, [](const std::string& type) { return coding::oidElement(type); })};
}

QcStatement QcStatement::ofCountries(const std::vector<std::string>& countries) {
    return {std::string(OidCountries),
            sequenceFrom(countries, [](const std::string& country) { return letters(country, 2); })};
}

QcStatement QcStatement::ofPaymentServices(const QcPaymentServices& services) {
    const Bytes roles = sequenceFrom(services.roles, [](const QcPaymentServices::Role& role) {
        return base::derSequence({coding::oidElement(role.oid), coding::utf8Element(role.name)});
    });
    return {std::string(OidPaymentServices), base::derSequence({roles, coding::utf8Element(services.authority),
                                                                coding::utf8Element(services.authorityId)})};
}

std::optional<QcLimit> QcStatement::limit() const {
    const auto content = oid == OidLimit ? coding::only(info, der::Sequence) : std::nullopt;
    if (!content)
        return std::nullopt;
    DerReader reader(*content);
    std::optional<std::string> currency;
    if (reader.peek() != der::Integer)
        currency = coding::readString(reader);
    else if (const auto number = coding::readNumber(reader))
        currency = std::to_string(*number);
    const auto amount = coding::readNumber(reader);
    const auto exponent = coding::readNumber(reader);
    return currency && amount && exponent ? std::optional(QcLimit{*std::move(currency), *amount, *exponent})
                                          : std::nullopt;
}

std::optional<std::uint64_t> QcStatement::retention() const {
    const auto content = oid == OidRetention ? coding::only(info, der::Integer) : std::nullopt;
    return content ? coding::numberOf(*content) : std::nullopt;
}

std::optional<std::vector<QcLocation>> QcStatement::locations() const {
    return oid == OidLocations ? coding::sequenceOf(info, readLocation) : std::nullopt;
}

std::optional<std::vector<std::string>> QcStatement::types() const {
    return oid == OidTypes ? coding::sequenceOf(info, coding::readOid) : std::nullopt;
}

std::optional<std::vector<std::string>> QcStatement::countries() const {
    return oid == OidCountries ? coding::sequenceOf(info, coding::readString) : std::nullopt;
}

std::optional<QcPaymentServices> QcStatement::paymentServices() const {
    const auto content = oid == OidPaymentServices ? coding::only(info, der::Sequence) : std::nullopt;
    if (!content)
        return std::nullopt;
    DerReader reader(*content);
    const auto list = reader.expect(der::Sequence);
    if (!list)
        return std::nullopt;
    auto roles = coding::listOf(list->content, readRole);
    auto authority = coding::readString(reader);
    auto id = coding::readString(reader);
    if (!roles || !authority || !id)
        return std::nullopt;
    return QcPaymentServices{*std::move(roles), *std::move(authority), *std::move(id)};
}

std::optional<std::string> QcStatement::text() const {
    if (oid == OidCompliance)
        return "Qualified certificate of the European Union";
    if (oid == OidSecureDevice)
        return "Private key in a qualified signature creation device";
    if (oid == OidLimit)
        return written(limit(), limitText);
    if (oid == OidRetention)
        return written(retention(),
                       [](auto years) { return "Kept for " + std::to_string(years) + " years after expiry"; });
    if (oid == OidLocations)
        return written(locations(), locationsText);
    if (oid == OidTypes)
        return written(types(), [](const auto& list) { return "For: " + joined(list, typeName); });
    if (oid == OidCountries)
        return written(countries(), [](const auto& list) {
            return "Under the law of: " + joined(list, [](const std::string& country) { return country; });
        });
    if (oid == OidPaymentServices)
        return written(paymentServices(), paymentText);
    if (oid == OidSyntaxV1 || oid == OidSyntaxV2)
        return "Names and identifiers as RFC 3739 says" + std::string(oid == OidSyntaxV2 ? ", version 2" : "");
    return "Statement " + oid + (info.empty() ? "" : " with further details");
}

Bytes QcStatements::encode() const {
    if (statements.empty())
        throw Error(ErrorKind::BadInput, "Statements of a qualified certificate need at least one (RFC 3739 3.2.6)");
    Bytes content;
    for (const QcStatement& statement : statements)
        coding::append(content, base::derSequence({coding::oidElement(statement.oid), statement.info}));
    return base::derElement(der::Sequence, content);
}

std::optional<QcStatements> QcStatements::decode(base::BytesView value) {
    auto statements = coding::sequenceOf(value, [](DerReader& list) -> std::optional<QcStatement> {
        const auto sequence = list.expect(der::Sequence);
        if (!sequence)
            return std::nullopt;
        DerReader reader(sequence->content);
        auto oid = coding::readOid(reader);
        if (!oid)
            return std::nullopt;
        QcStatement out{*std::move(oid)};
        if (!reader.atEnd()) {
            const auto element = reader.next();
            if (!element || !reader.atEnd())
                return std::nullopt;
            out.info = base::toBytes(element->whole);
        }
        return out;
    });
    return statements ? std::optional(QcStatements{*std::move(statements)}) : std::nullopt;
}

} // namespace certwright::x509
