#pragma once

#include "core/base/clock.h"
#include "core/store/rows.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <limits>
#include <optional>

namespace certwright::ui {

/// The texts that a row keeps for its columns.
enum class ListText { Name, Subject, Issuer, OtherNames, Serial, Key, Fingerprint, Comment, Profile };
inline constexpr int listTextCount = 9;

/// One entry of a store of any kind as the lists of the window keep it: small, because there may be hundreds of
/// thousands, and printable, because its texts come from files. A value; made on the database thread.
struct ListRow {
    static constexpr qint64 NoTime = std::numeric_limits<qint64>::min();

    store::RowId id = 0;
    store::RowId keyId = 0;
    store::RowId issuerId = 0;
    qint64 from = NoTime;  ///< notBefore, thisUpdate: seconds since 1970
    qint64 until = NoTime; ///< notAfter, nextUpdate
    qint64 count = 0;      ///< of a key its uses, of a revocation list its entries
    QByteArray texts;      ///< of all ListText in their order, UTF-8, separated by zeros
    int keyBits = 0;
    bool isCa = false;
    bool isSelfSigned = false;
    bool isIssuedHere = false;
    bool hasWeakKey = false;
    store::LinkState link = store::LinkState::Unknown;
    store::RevocationState revocation = store::RevocationState::None;

    QString text(ListText which) const;
    /// The same in UTF-8, a view into `texts`.
    QByteArrayView utf8(ListText which) const;
    std::optional<base::Time> fromTime() const;
    std::optional<base::Time> untilTime() const;
};

ListRow listRow(const store::CertificateRow& row);
ListRow listRow(const store::KeyRow& row);
ListRow listRow(const store::RequestRow& row);
ListRow listRow(const store::CrlRow& row);

/// True for keys that today's programs refuse or soon will: RSA, DSA and DH below 2048 bits, EC below 224, and DSA.
bool isWeakKey(const crypto::KeyFacts& key);

} // namespace certwright::ui
