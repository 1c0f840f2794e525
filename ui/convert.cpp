#include "ui/convert.h"

#include <QCoreApplication>
#include <QLineEdit>
#include <QLocale>
#include <QTextDocument>
#include <QTimeZone>

#include <algorithm>

namespace certwright::ui {

namespace {

QString translated(const char* text) {
    return QCoreApplication::translate("Convert", text);
}

} // namespace

QString toQString(std::string_view text) {
    return QString::fromUtf8(text.data(), qsizetype(text.size()));
}

std::string toStdString(const QString& text) {
    const QByteArray bytes = text.toUtf8();
    return std::string(bytes.constData(), std::size_t(bytes.size()));
}

QString printable(const QString& text) {
    QString result;
    result.reserve(text.size());
    for (const char32_t c : text.toUcs4()) {
        const bool isHidden = !QChar::isPrint(c) || QChar::category(c) == QChar::Other_Format ||
                              QChar::category(c) == QChar::Separator_Line ||
                              QChar::category(c) == QChar::Separator_Paragraph;
        if (isHidden)
            result += QStringLiteral("\\x{%1}").arg(QString::number(uint(c), 16).toUpper());
        else
            result += QString::fromUcs4(&c, 1);
    }
    return result;
}

QString printable(std::string_view text) {
    return printable(toQString(text));
}

QString toolTipText(const QString& text) {
    if (!Qt::mightBeRichText(text))
        return text;
    return QStringLiteral("<span style=\"white-space:pre\">") +
           text.toHtmlEscaped().replace(QLatin1Char('\n'), QLatin1String("<br>")) + QStringLiteral("</span>");
}

base::Secret toSecret(const QLineEdit& field) {
    // UTF-8 straight into the secret: QString::toUtf8() would leave a copy on the heap that nobody wipes.
    const QString text = field.text();
    base::Secret secret(std::size_t(text.size()) * 3);
    std::size_t size = 0;
    const auto put = [&](unsigned value) { secret.data()[size++] = std::uint8_t(value); };
    for (qsizetype i = 0; i < text.size(); ++i) {
        unsigned c = text.at(i).unicode();
        if (QChar::isHighSurrogate(char32_t(c)) && i + 1 < text.size() && text.at(i + 1).isLowSurrogate()) {
            c = QChar::surrogateToUcs4(text.at(i), text.at(i + 1));
            ++i;
        }
        if (c < 0x80) {
            put(c);
        } else if (c < 0x800) {
            put(0xC0 | (c >> 6));
            put(0x80 | (c & 0x3F));
        } else if (c < 0x10000) {
            put(0xE0 | (c >> 12));
            put(0x80 | ((c >> 6) & 0x3F));
            put(0x80 | (c & 0x3F));
        } else {
            put(0xF0 | (c >> 18));
            put(0x80 | ((c >> 12) & 0x3F));
            put(0x80 | ((c >> 6) & 0x3F));
            put(0x80 | (c & 0x3F));
        }
    }
    secret.truncate(size);
    return secret;
}

base::Secret takeSecret(QLineEdit& field) {
    base::Secret secret = toSecret(field);
    // Overwritten with as many other characters first, so that the text control's buffer is reused where it can be;
    // setText() also forgets the undo history.
    field.setText(QString(field.text().size(), QLatin1Char('*')));
    field.setText(QString());
    return secret;
}

QDateTime toQDateTime(base::Time time) {
    return QDateTime::fromSecsSinceEpoch(time.time_since_epoch().count(), QTimeZone::utc());
}

base::Time toTime(const QDateTime& time) {
    return base::Time(std::chrono::seconds(time.toSecsSinceEpoch()));
}

QString dateText(base::Time time) {
    const QDateTime date = toQDateTime(time);
    // The C locale's short date is "24 Nov 2026"; ISO sorts and is understood everywhere.
    if (QLocale().language() == QLocale::C)
        return date.date().toString(Qt::ISODate);
    QString format = QLocale().dateFormat(QLocale::ShortFormat);
    if (!format.contains(QLatin1String("yyyy")))
        format.replace(QLatin1String("yy"), QLatin1String("yyyy"));
    return QLocale().toString(date.date(), format);
}

QString dateTimeText(base::Time time) {
    const QDateTime date = toQDateTime(time);
    return QStringLiteral("%1 %2 UTC").arg(dateText(time), date.time().toString(QStringLiteral("HH:mm:ss")));
}

QString relativeText(base::Time time, base::Time now) {
    using std::chrono::days;
    const auto distance = time - now;
    const bool isFuture = distance.count() >= 0;
    const auto length = isFuture ? distance : -distance;
    const int dayCount = int(std::min<std::int64_t>(std::chrono::floor<days>(length).count(), 10'000'000));
    const auto words = [isFuture](int n, const QString& oneAhead, const QString& aheadText, const QString& oneAgo,
                                  const QString& agoText) {
        if (n == 1)
            return isFuture ? oneAhead : oneAgo;
        return (isFuture ? aheadText : agoText).arg(n);
    };
    if (dayCount == 0) {
        const int hours = int(std::chrono::floor<std::chrono::hours>(length).count());
        if (hours == 0)
            return isFuture ? translated(QT_TRANSLATE_NOOP("Convert", "within the hour"))
                            : translated(QT_TRANSLATE_NOOP("Convert", "just now"));
        return words(hours, translated(QT_TRANSLATE_NOOP("Convert", "in 1 hour")),
                     translated(QT_TRANSLATE_NOOP("Convert", "in %1 hours")),
                     translated(QT_TRANSLATE_NOOP("Convert", "1 hour ago")),
                     translated(QT_TRANSLATE_NOOP("Convert", "%1 hours ago")));
    }
    if (dayCount < 2 * 365)
        return words(dayCount, translated(QT_TRANSLATE_NOOP("Convert", "in 1 day")),
                     translated(QT_TRANSLATE_NOOP("Convert", "in %1 days")),
                     translated(QT_TRANSLATE_NOOP("Convert", "1 day ago")),
                     translated(QT_TRANSLATE_NOOP("Convert", "%1 days ago")));
    // Ten years less some minutes are ten years to everybody.
    return words(int((dayCount + 15) / 365.2425), translated(QT_TRANSLATE_NOOP("Convert", "in 1 year")),
                 translated(QT_TRANSLATE_NOOP("Convert", "in %1 years")),
                 translated(QT_TRANSLATE_NOOP("Convert", "1 year ago")),
                 translated(QT_TRANSLATE_NOOP("Convert", "%1 years ago")));
}

QString keyText(const crypto::KeyFacts& facts) {
    return printable(crypto::displayText(facts));
}

QString groupedHex(const QString& hex, QChar separator) {
    QString result;
    result.reserve(hex.size() * 3 / 2);
    for (qsizetype i = 0; i < hex.size(); i += 2) {
        if (i > 0)
            result += separator;
        result += hex.mid(i, 2);
    }
    return result;
}

QString sizeText(qint64 bytes) {
    return QLocale().formattedDataSize(bytes);
}

} // namespace certwright::ui
