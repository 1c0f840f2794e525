#pragma once

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/base/secret.h"
#include "core/crypto/public_key.h"

#include <QDateTime>
#include <QString>

#include <string>
#include <string_view>

class QLineEdit;

namespace certwright::ui {

/// UTF-8 in and out.
QString toQString(std::string_view text);
std::string toStdString(const QString& text);

/// Text from a file or a peer, safe to show on one line: control, bidirectional, zero-width and line separator
/// characters become visible ("\x{202E}"). What it returns is still to be shown as plain text.
QString printable(const QString& text);
QString printable(std::string_view text);

/// A text that is shown as it stands where Qt looks for HTML by itself, as in a tool tip. Escaping alone would not do:
/// what does not look like HTML is not taken for it, and its "&amp;" would be read.
QString toolTipText(const QString& text);

/// The text of a field as a secret, in UTF-8; the field is left alone.
base::Secret toSecret(const QLineEdit& field);
/// The same, and the field is emptied, without an undo that could bring it back.
base::Secret takeSecret(QLineEdit& field);

QDateTime toQDateTime(base::Time time);
base::Time toTime(const QDateTime& time);

/// A date as the locale writes it, short ("2026-12-14"), UTC.
QString dateText(base::Time time);
/// Date and time with seconds and "UTC".
QString dateTimeText(base::Time time);
/// "in 20 days", "today", "14 days ago", "in 5 years": the largest unit that says it.
QString relativeText(base::Time time, base::Time now);

/// "RSA 3072", "P-256", "Ed25519".
QString keyText(const crypto::KeyFacts& facts);
/// "7A 09 F3" or "7A:09:F3" of hexadecimal digits.
QString groupedHex(const QString& hex, QChar separator = QLatin1Char(' '));
/// "1,5 KiB" as the locale writes it.
QString sizeText(qint64 bytes);

} // namespace certwright::ui
