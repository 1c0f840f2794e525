#include "core/store/entry_filter.h"

#include "core/base/error.h"

#include <QRegularExpression>

#include <algorithm>

namespace certwright::store {

namespace {

using base::Error;
using base::ErrorKind;

struct Token {
    QString field; ///< empty: a word or a phrase
    QString value;
    bool isQuoted = false;
};

/// Splits at blanks outside quotes; what stands before the first colon outside quotes may name a field.
std::vector<Token> tokensOf(const QString& text) {
    static const QRegularExpression fieldStart(QStringLiteral("^[A-Za-z][A-Za-z-]*:"));
    // Fingerprints, IPv6 addresses and URIs have a colon too.
    static const QRegularExpression plain(QStringLiteral("^([0-9A-Fa-f:.]+|[A-Za-z-]+://.*)$"));
    std::vector<Token> tokens;
    qsizetype at = 0;
    while (at < text.size()) {
        if (text[at].isSpace()) {
            ++at;
            continue;
        }
        Token token;
        const qsizetype start = at;
        bool isInside = false;
        for (; at < text.size() && (isInside || !text[at].isSpace()); ++at) {
            if (text[at] == u'"') {
                isInside = !isInside;
                token.isQuoted = true;
            }
        }
        if (isInside)
            throw Error(ErrorKind::BadInput, "The filter has a quotation mark without its counterpart");
        const QString whole = text.mid(start, at - start);
        const auto match = fieldStart.match(whole);
        qsizetype valueStart = 0;
        if (match.hasMatch() && !plain.match(whole).hasMatch()) {
            token.field = match.captured().chopped(1).toLower();
            valueStart = match.capturedLength();
        }
        token.value = whole.mid(valueStart).remove(u'"');
        if (!token.value.isEmpty() || !token.field.isEmpty())
            tokens.push_back(token);
    }
    return tokens;
}

[[noreturn]] void throwValue(const char* field, const QString& value, const char* hint) {
    throw Error(ErrorKind::BadInput, std::string("“") + field + ":" + value.toStdString() + "” cannot be understood",
                hint);
}

bool contains(const QString& text, const QString& folded) {
    return text.toCaseFolded().contains(folded);
}

} // namespace

std::string_view stateWord(const CertificateRow& row, base::Time now) {
    if (row.revocation == RevocationState::Revoked)
        return "revoked";
    if (row.revocation == RevocationState::Held)
        return "held";
    if (row.notAfter && *row.notAfter < now)
        return "expired";
    if (row.notBefore && now < *row.notBefore)
        return "not-yet-valid";
    return "valid";
}

const std::vector<std::pair<std::string_view, EntryFilter::Field>>& EntryFilter::fields() {
    static const std::vector<std::pair<std::string_view, Field>> all = {
        {"name", Field::Name},     {"subject", Field::Subject}, {"issuer", Field::Issuer},   {"san", Field::OtherNames},
        {"serial", Field::Serial}, {"comment", Field::Comment}, {"expires", Field::Expires}, {"key", Field::Key},
        {"is", Field::Is},         {"has", Field::HasKey}};
    return all;
}

bool EntryFilter::isOf(EntryKind kind, Field field) {
    const bool isCertificate = kind == EntryKind::Certificate, isRequest = kind == EntryKind::Request;
    switch (field) {
    case Field::Phrase:
    case Field::Name:
    case Field::Comment:
        return true;
    case Field::Subject:
    case Field::OtherNames:
    case Field::HasKey:
        return isCertificate || isRequest;
    case Field::Issuer:
    case Field::Expires:
        return isCertificate || kind == EntryKind::Crl;
    case Field::Key:
        return kind != EntryKind::Crl;
    case Field::Serial:
    case Field::Is:
        return isCertificate;
    }
    return false;
}

QString EntryFilter::fieldNames(EntryKind kind) {
    QStringList names;
    for (const auto& [name, field] : fields()) {
        if (isOf(kind, field))
            names << QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size())) + u':';
    }
    return names.join(QStringLiteral(", "));
}

EntryFilter::Comparison EntryFilter::comparisonOf(const QString& sign) {
    if (sign == QStringLiteral("<"))
        return Comparison::Less;
    if (sign == QStringLiteral("<="))
        return Comparison::LessOrEqual;
    if (sign == QStringLiteral(">"))
        return Comparison::Greater;
    if (sign == QStringLiteral(">="))
        return Comparison::GreaterOrEqual;
    return sign.isEmpty() ? Comparison::None : Comparison::Equal;
}

void EntryFilter::readTime(Condition& condition, const QString& value, base::Time now) {
    static const QRegularExpression span(QStringLiteral("^([0-9]{1,5})([dwy])$"));
    static const QRegularExpression dateStart(QStringLiteral("^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"));
    static const char* const hint = "Write expires:<30d (d days, w weeks, y years), expires:>=2027-01-01, or "
                                    "expires:2026-12.";
    if (condition.comparison == Comparison::None) {
        if (!dateStart.match(value).hasMatch())
            throwValue("expires", value, hint);
        condition.text = value;
        return;
    }
    if (const auto match = span.match(value); match.hasMatch()) {
        const QChar unit = match.captured(2).front();
        const int days = unit == u'd' ? 1 : unit == u'w' ? 7 : 365;
        condition.time = now + std::chrono::days(match.captured(1).toInt() * days);
        return;
    }
    const auto time = base::parseRfc3339(value.toStdString());
    if (!time)
        throwValue("expires", value, hint);
    condition.time = *time;
}

void EntryFilter::readKey(Condition& condition, const QString& value) {
    static const QRegularExpression form(QStringLiteral("^([A-Za-z][A-Za-z0-9.-]*)?(?:(<=|>=|<|>|=)([0-9]{1,6}))?$"));
    const auto match = form.match(value);
    if (value.isEmpty() || !match.hasMatch())
        throwValue("key", value, "Write key:rsa, key:p-256, key:rsa<3072 or key:<256.");
    condition.text = match.captured(1).toCaseFolded();
    condition.comparison = comparisonOf(match.captured(2));
    condition.bits = match.captured(3).toInt();
}

void EntryFilter::readState(Condition& condition, const QString& value) {
    static const QStringList states = {
        QStringLiteral("valid"), QStringLiteral("expired"), QStringLiteral("not-yet-valid"), QStringLiteral("revoked"),
        QStringLiteral("held"),  QStringLiteral("ca"),      QStringLiteral("self-signed")};
    condition.text = value.toCaseFolded();
    if (!states.contains(condition.text))
        throwValue("is", value, "There are: is:valid, expired, not-yet-valid, revoked, held, ca, self-signed.");
}

EntryFilter::Condition EntryFilter::conditionOf(Field field, const QString& value, base::Time now) {
    Condition condition;
    condition.field = field;
    switch (field) {
    case Field::Expires: {
        static const QRegularExpression form(QStringLiteral("^(<=|>=|<|>)?(.*)$"));
        const auto match = form.match(value);
        condition.comparison = comparisonOf(match.captured(1));
        readTime(condition, match.captured(2), now);
        break;
    }
    case Field::Key:
        readKey(condition, value);
        break;
    case Field::Is:
        readState(condition, value);
        break;
    case Field::HasKey:
        if (value.toCaseFolded() != QStringLiteral("key"))
            throwValue("has", value, "There is has:key alone.");
        break;
    case Field::Serial:
        condition.text = QString(value).remove(u':').toCaseFolded();
        break;
    default:
        condition.text = value.toCaseFolded();
        break;
    }
    return condition;
}

EntryFilter EntryFilter::parse(const QString& text, EntryKind kind, base::Time now) {
    EntryFilter filter;
    filter.m_now = now;
    QStringList words;
    for (const Token& token : tokensOf(text)) {
        if (token.field.isEmpty()) {
            words << token.value;
            if (token.isQuoted)
                filter.m_conditions.push_back(conditionOf(Field::Phrase, token.value, now));
            continue;
        }
        const auto found = std::find_if(fields().begin(), fields().end(), [&token](const auto& field) {
            return token.field == QString::fromUtf8(field.first.data(), static_cast<qsizetype>(field.first.size()));
        });
        if (found == fields().end() || !isOf(kind, found->second))
            throw Error(ErrorKind::BadInput,
                        "A filter of the kind " + toString(kind).toStdString() + " has no field “" +
                            token.field.toStdString() + ":”; there are: " + fieldNames(kind).toStdString(),
                        "Put a word with a colon into quotation marks to look for it as it is.");
        if (token.value.isEmpty())
            throw Error(ErrorKind::BadInput, "“" + token.field.toStdString() + ":” lacks its value");
        filter.m_conditions.push_back(conditionOf(found->second, token.value, now));
    }
    filter.m_text = words.join(u' ');
    return filter;
}

template <class Value>
bool EntryFilter::compares(const Value& value, Comparison comparison, const Value& bound) {
    switch (comparison) {
    case Comparison::None:
        return true;
    case Comparison::Less:
        return value < bound;
    case Comparison::LessOrEqual:
        return value <= bound;
    case Comparison::Greater:
        return value > bound;
    case Comparison::GreaterOrEqual:
        return value >= bound;
    case Comparison::Equal:
        return value == bound;
    }
    return false;
}

bool EntryFilter::fitsKey(const Condition& condition, const crypto::KeyFacts& key) {
    const QString type = QString::fromStdString(key.type).toCaseFolded();
    const QString& wanted = condition.text;
    const bool isType = wanted.isEmpty() || type == wanted || type.startsWith(wanted + u'-') ||
                        QString::fromStdString(key.curve).toCaseFolded() == wanted ||
                        QString::fromStdString(crypto::displayText(key)).toCaseFolded() == wanted;
    return isType && compares(key.bits, condition.comparison, condition.bits);
}

bool EntryFilter::holds(const Condition& condition, const Facts& facts) {
    const QString& wanted = condition.text;
    switch (condition.field) {
    case Field::Phrase:
        return contains(facts.name, wanted) || contains(facts.subject, wanted) || contains(facts.otherNames, wanted) ||
               contains(facts.serial, wanted) || contains(facts.comment, wanted) ||
               (facts.subject.isEmpty() && contains(facts.issuer, wanted));
    case Field::Name:
        return contains(facts.name, wanted);
    case Field::Subject:
        return contains(facts.subject, wanted);
    case Field::Issuer:
        return contains(facts.issuer, wanted);
    case Field::OtherNames:
        return contains(facts.otherNames, wanted);
    case Field::Serial:
        return contains(facts.serial, wanted);
    case Field::Comment:
        return contains(facts.comment, wanted);
    case Field::Expires:
        if (!facts.expires)
            return false;
        return condition.comparison == Comparison::None
                   ? QString::fromStdString(base::toRfc3339(*facts.expires)).startsWith(wanted)
                   : compares(*facts.expires, condition.comparison, condition.time);
    case Field::Key:
        return fitsKey(condition, facts.key);
    case Field::Is:
        return facts.states.contains(wanted);
    case Field::HasKey:
        return facts.hasKey;
    }
    return false;
}

bool EntryFilter::acceptsFacts(const Facts& facts) const {
    return std::all_of(m_conditions.begin(), m_conditions.end(),
                       [&facts](const Condition& condition) { return holds(condition, facts); });
}

bool EntryFilter::accepts(const CertificateRow& row) const {
    Facts facts{row.name,    row.subject,  row.issuer, row.otherNames, row.serial,
                row.comment, row.notAfter, row.key,    row.keyId != 0, {}};
    const std::string_view state = stateWord(row, m_now);
    facts.states << QString::fromUtf8(state.data(), static_cast<qsizetype>(state.size()));
    if (row.isCa)
        facts.states << QStringLiteral("ca");
    if (row.isSelfSigned)
        facts.states << QStringLiteral("self-signed");
    return acceptsFacts(facts);
}

bool EntryFilter::accepts(const KeyRow& row) const {
    return acceptsFacts({row.name, {}, {}, {}, {}, row.comment, {}, row.key, true, {}});
}

bool EntryFilter::accepts(const RequestRow& row) const {
    return acceptsFacts({row.name, row.subject, {}, row.otherNames, {}, row.comment, {}, row.key, row.keyId != 0, {}});
}

bool EntryFilter::accepts(const CrlRow& row) const {
    return acceptsFacts({row.name, {}, row.issuer, {}, {}, row.comment, row.nextUpdate, {}, false, {}});
}

} // namespace certwright::store
