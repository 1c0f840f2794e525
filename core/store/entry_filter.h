#pragma once

#include "core/base/clock.h"
#include "core/store/rows.h"

#include <QString>
#include <QStringList>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace certwright::store {

/// "valid", "expired", "not-yet-valid", "revoked" or "held": the state that lists show of a certificate.
std::string_view stateWord(const CertificateRow& row, base::Time now);

/// A filter as people type it: words, "phrases in quotes", and conditions on fields, all of which must hold.
///
///     expires:<30d  expires:>=2027-01-01  expires:2026-12  key:rsa<3072  key:p-256  issuer:"Lab CA"
///     subject:  name:  san:  serial:  comment:  is:expired  is:ca  is:self-signed  has:key
///
/// expires:<30d also holds for what has expired already. key:rsa is RSA and RSA-PSS, key:ml-dsa every ML-DSA.
class EntryFilter {
public:
    /// @throws Error BadInput for a field that there is not, that entries of this kind lack, or that has no such value
    static EntryFilter parse(const QString& text, EntryKind kind, base::Time now);

    /// The words without a field, for Query::text.
    const QString& text() const noexcept { return m_text; }

    /// Whether the phrases and the conditions on fields hold.
    bool accepts(const CertificateRow& row) const;
    bool accepts(const KeyRow& row) const;
    bool accepts(const RequestRow& row) const;
    bool accepts(const CrlRow& row) const;

private:
    enum class Field { Phrase, Name, Subject, Issuer, OtherNames, Serial, Comment, Expires, Key, Is, HasKey };
    enum class Comparison { None, Less, LessOrEqual, Greater, GreaterOrEqual, Equal };
    struct Condition {
        Field field = Field::Phrase;
        QString text; ///< folded
        Comparison comparison = Comparison::None;
        base::Time time;
        int bits = 0;
    };
    /// What the conditions look at in a row of whatever kind.
    struct Facts {
        QString name, subject, issuer, otherNames, serial, comment;
        std::optional<base::Time> expires;
        crypto::KeyFacts key;
        bool hasKey = false;
        QStringList states;
    };

    static const std::vector<std::pair<std::string_view, Field>>& fields();
    static QString fieldNames(EntryKind kind);
    static bool isOf(EntryKind kind, Field field);
    static Condition conditionOf(Field field, const QString& value, base::Time now);
    static Comparison comparisonOf(const QString& sign);
    static void readTime(Condition& condition, const QString& value, base::Time now);
    static void readKey(Condition& condition, const QString& value);
    static void readState(Condition& condition, const QString& value);
    template <class Value>
    static bool compares(const Value& value, Comparison comparison, const Value& bound);
    static bool holds(const Condition& condition, const Facts& facts);
    static bool fitsKey(const Condition& condition, const crypto::KeyFacts& key);
    bool acceptsFacts(const Facts& facts) const;

    QString m_text;
    std::vector<Condition> m_conditions;
    base::Time m_now;
};

} // namespace certwright::store
