#pragma once

#include "core/x509/extension.h"
#include "core/x509/extension_text.h"
#include "tests/core/expect.h"

#include <QByteArray>
#include <QRegularExpression>
#include <QString>

#include <vector>

// The extensions in the texts that openssl prints of certificates, requests and revocation lists.
namespace certwright::test {

/// "X509v3 Key Usage: critical" and the lines below it, without indentation.
struct PrintedExtension {
    QString head;
    QString text;
};

/// Those of a text that holds nothing else, in which their heads have this many spaces in front.
inline std::vector<PrintedExtension> printedExtensions(const QByteArray& text, qsizetype indentation) {
    std::vector<PrintedExtension> out;
    for (const QByteArray& line : text.split('\n')) {
        const QByteArray content = line.trimmed();
        qsizetype spaces = 0;
        while (spaces < line.size() && line[spaces] == ' ')
            ++spaces;
        if (content.isEmpty())
            continue;
        if (spaces == indentation && content.contains(':'))
            out.push_back({QString::fromUtf8(content), {}});
        else if (!out.empty())
            out.back().text += QString::fromUtf8(content) + u'\n';
    }
    return out;
}

inline QString headOf(const x509::Extension& extension) {
    return q(extension.longName()) + (extension.isCritical() ? QStringLiteral(": critical") : QStringLiteral(":"));
}

/// False for what OpenSSL cannot put in words: its text is a dump then, or nothing; ours the octets.
inline bool isInWords(const x509::Extension& extension) {
    return extension.text() != base::toHex(extension.value(), ':');
}

/// The lines of a text without indentation and empty ones. OpenSSL forgets to begin a new line for the last parts of
/// RFC 5280 4.2.1.13 and 5.2.5 ("CRL Issuer", "Only User Certificates"): there its indentation stands within a line.
inline QString linesOf(const QString& text) {
    static const QRegularExpression end(QStringLiteral("\n| {12,}"));
    QString out;
    for (const QString& line : text.split(end)) {
        if (!line.trimmed().isEmpty())
            out += line.trimmed() + u'\n';
    }
    return out;
}

/// Without the names that we put behind the identifiers of policies.
inline QString withoutPolicyNames(QString text) {
    static const QRegularExpression name(QStringLiteral("^(Policy: [0-9.]+) \\((CA/Browser Forum|ETSI): [^\n]*\\)$"),
                                         QRegularExpression::MultilineOption);
    return text.replace(name, QStringLiteral("\\1"));
}

/// What differs from openssl's text, in words; empty when nothing does.
inline QString differenceOf(const std::vector<x509::Extension>& ours, const std::vector<PrintedExtension>& printed) {
    if (ours.size() != printed.size())
        return QStringLiteral("%1 extensions, printed %2").arg(ours.size()).arg(printed.size());
    for (std::size_t i = 0; i < ours.size(); ++i) {
        if (headOf(ours[i]) != printed[i].head)
            return headOf(ours[i]) + QStringLiteral(" is printed ") + printed[i].head;
        if (x509::ownExtensionText(ours[i].oid(), ours[i].value()))
            continue; // openssl has a dump for it, or in newer versions words of its own
        if (isInWords(ours[i]) && linesOf(withoutPolicyNames(q(ours[i].text()))) != linesOf(printed[i].text))
            return headOf(ours[i]) + u' ' + q(ours[i].text()) + QStringLiteral(" is printed ") + printed[i].text;
    }
    return {};
}

} // namespace certwright::test
