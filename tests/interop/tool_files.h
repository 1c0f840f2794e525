#pragma once

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "tests/support/process.h"

#include <QDateTime>
#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>
#include <QTimeZone>

#include <string>
#include <string_view>

namespace certwright::test {

/// Now by the computer's clock, because the other programs ask that one.
inline base::Time realNow() {
    return base::SystemClock().now();
}

/// Files in a folder of their own for tools to read.
class ToolFiles {
public:
    QString path(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)); }

    QString write(const char* name, base::BytesView bytes) const {
        QFile file(path(name));
        if (!file.open(QIODevice::WriteOnly) ||
            file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<qint64>(bytes.size())) !=
                static_cast<qint64>(bytes.size()))
            qFatal("cannot write %s", qPrintable(file.fileName()));
        return file.fileName();
    }
    QString write(const char* name, std::string_view text) const { return write(name, base::bytesOf(text)); }

private:
    QTemporaryDir m_folder;
};

/// Output with runs of white space made one space.
inline QString simplified(const QByteArray& output) {
    return QString::fromUtf8(output).simplified();
}

/// "Nov 24 11:55:00 2026 GMT", as OpenSSL prints a time.
inline QString opensslTime(base::Time time) {
    const QDateTime moment = QDateTime::fromSecsSinceEpoch(time.time_since_epoch().count(), QTimeZone::utc());
    return QLocale::c().toString(moment, QStringLiteral("MMM d hh:mm:ss yyyy")) + QStringLiteral(" GMT");
}

} // namespace certwright::test

/// Fails the running test function unless `text` contains `part`; shows both.
#define CERTWRIGHT_VERIFY_CONTAINS(text, part)                                                                         \
    QVERIFY2((text).contains(part), qPrintable(QStringLiteral("“%1” is not in:\n%2").arg(part, text)))
