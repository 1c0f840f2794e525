#include "ui/models/list_row.h"

#include "ui/convert.h"

#include <array>

namespace certwright::ui {

namespace {

qint64 secondsOf(const std::optional<base::Time>& time) {
    return time ? qint64(time->time_since_epoch().count()) : ListRow::NoTime;
}

std::optional<base::Time> timeOf(qint64 seconds) {
    if (seconds == ListRow::NoTime)
        return {};
    return base::Time(std::chrono::seconds(seconds));
}

/// The texts by their place in ListText.
class TextPacker {
public:
    TextPacker& set(ListText which, const QString& text) {
        // printable() also turns zeros into something visible, so that they can separate.
        m_texts[std::size_t(which)] = printable(text).toUtf8();
        return *this;
    }

    QByteArray packed() const {
        QByteArray result;
        for (const QByteArray& text : m_texts) {
            if (&text != &m_texts.front())
                result += '\0';
            result += text;
        }
        result.squeeze();
        return result;
    }

private:
    std::array<QByteArray, listTextCount> m_texts;
};

void setKey(ListRow& row, TextPacker& texts, const crypto::KeyFacts& key) {
    row.keyBits = key.bits;
    row.hasWeakKey = isWeakKey(key);
    texts.set(ListText::Key, toQString(crypto::displayText(key)));
}

} // namespace

QByteArrayView ListRow::utf8(ListText which) const {
    qsizetype start = 0;
    for (int skip = int(which); skip > 0; --skip) {
        const qsizetype zero = texts.indexOf('\0', start);
        if (zero < 0)
            return {};
        start = zero + 1;
    }
    const qsizetype end = texts.indexOf('\0', start);
    return QByteArrayView(texts).sliced(start, (end < 0 ? texts.size() : end) - start);
}

QString ListRow::text(ListText which) const {
    return QString::fromUtf8(utf8(which));
}

std::optional<base::Time> ListRow::fromTime() const {
    return timeOf(from);
}

std::optional<base::Time> ListRow::untilTime() const {
    return timeOf(until);
}

ListRow listRow(const store::CertificateRow& row) {
    ListRow result;
    result.id = row.id;
    result.keyId = row.keyId;
    result.issuerId = row.issuerId;
    result.from = secondsOf(row.notBefore);
    result.until = secondsOf(row.notAfter);
    result.isCa = row.isCa;
    result.isSelfSigned = row.isSelfSigned;
    result.isIssuedHere = row.isIssuedHere;
    result.link = row.link;
    result.revocation = row.revocation;
    TextPacker texts;
    texts.set(ListText::Name, row.name)
        .set(ListText::Subject, row.subject)
        .set(ListText::Issuer, row.issuer)
        .set(ListText::OtherNames, row.otherNames)
        .set(ListText::Serial, row.serial)
        .set(ListText::Fingerprint, row.sha256)
        .set(ListText::Comment, row.comment)
        .set(ListText::Profile, row.profile);
    setKey(result, texts, row.key);
    result.texts = texts.packed();
    return result;
}

ListRow listRow(const store::KeyRow& row) {
    ListRow result;
    result.id = row.id;
    result.keyId = row.id;
    result.count = row.useCount;
    TextPacker texts;
    texts.set(ListText::Name, row.name).set(ListText::Fingerprint, row.spkiSha256).set(ListText::Comment, row.comment);
    setKey(result, texts, row.key);
    result.texts = texts.packed();
    return result;
}

ListRow listRow(const store::RequestRow& row) {
    ListRow result;
    result.id = row.id;
    result.keyId = row.keyId;
    TextPacker texts;
    texts.set(ListText::Name, row.name)
        .set(ListText::Subject, row.subject)
        .set(ListText::OtherNames, row.otherNames)
        .set(ListText::Fingerprint, row.sha256)
        .set(ListText::Comment, row.comment);
    setKey(result, texts, row.key);
    result.texts = texts.packed();
    return result;
}

ListRow listRow(const store::CrlRow& row) {
    ListRow result;
    result.id = row.id;
    result.issuerId = row.issuerId;
    result.link = row.link;
    result.from = secondsOf(row.thisUpdate);
    result.until = secondsOf(row.nextUpdate);
    result.count = row.revokedCount;
    TextPacker texts;
    texts.set(ListText::Name, row.name)
        .set(ListText::Issuer, row.issuer)
        .set(ListText::Serial, row.number)
        .set(ListText::Fingerprint, row.sha256)
        .set(ListText::Comment, row.comment);
    result.texts = texts.packed();
    return result;
}

bool isWeakKey(const crypto::KeyFacts& key) {
    if (key.type == "DSA")
        return true;
    if (key.bits == 0)
        return false;
    if (key.type == "RSA" || key.type == "RSA-PSS" || key.type == "DH")
        return key.bits < 2048;
    return key.type == "EC" && key.bits < 224;
}

} // namespace certwright::ui
