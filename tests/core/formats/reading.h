#pragma once

#include "core/base/secret.h"
#include "core/formats/item.h"
#include "core/formats/reader.h"
#include "tests/core/corpus.h"
#include "tests/core/expect.h"
#include "tests/core/openssl_command.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <memory>
#include <string>
#include <vector>

// What the tests of core/formats have in common.
namespace certwright::test {

inline base::Secret secret(const QByteArray& passphrase) {
    return base::Secret(view(passphrase));
}

/// Gives one passphrase after the other, then gives up.
inline formats::PassphraseCallback answering(QList<QByteArray> passphrases) {
    return [passphrases = std::move(passphrases)](const formats::PassphraseQuestion& question) {
        return question.attempt < passphrases.size() ? std::optional(secret(passphrases[question.attempt]))
                                                     : std::nullopt;
    };
}

/// The passphrase of a corpus row; gives up when the file has none.
inline formats::PassphraseCallback passphraseOf(const CorpusRow& row) {
    if (row.passphrase == QStringLiteral("<none>"))
        return formats::noPassphrase;
    return answering({row.passphrase == QStringLiteral("<empty>") ? QByteArray("") : row.passphrase.toUtf8()});
}

inline QByteArray corpusData(const char* family, const QString& file) {
    return readDataFile(QStringLiteral("conformance/%1/%2").arg(QString::fromLatin1(family), file));
}

inline formats::Contents readCorpus(const char* family, const QString& file,
                                    const formats::PassphraseCallback& passphrases = formats::noPassphrase) {
    return formats::readContents(view(corpusData(family, file)), passphrases);
}

/// "certificate private-key": the kinds of all parts, containers opened.
inline QString kindsOf(const formats::Contents& contents) {
    QStringList kinds;
    for (const formats::Item* item : formats::flatten(contents))
        kinds.append(q(formats::kindName(*item)));
    return kinds.join(u' ');
}

inline QString errorKind(const formats::Contents& contents) {
    return contents.error ? nameOf(contents.error->kind()) : QString();
}

/// The first part of this class; null when there is none.
template <class T>
const T* firstOf(const formats::Contents& contents) {
    for (const formats::Item* item : formats::flatten(contents)) {
        if (const T* value = item->as<T>())
            return value;
    }
    return nullptr;
}

} // namespace certwright::test
