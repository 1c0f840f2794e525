#pragma once

#include "core/base/outcome.h"
#include "core/base/secret.h"
#include "core/formats/item.h"
#include "core/service/job_runner.h"

#include <QByteArray>
#include <QObject>
#include <QString>

#include <functional>
#include <memory>
#include <vector>

namespace certwright::ui {

using ContentsPtr = std::shared_ptr<const formats::Contents>;

/// Something to look at: a file, or bytes that were pasted or dropped; with the passphrases that were given for it so
/// far. Copied into jobs; the bytes and passphrases are shared.
struct ContentSource {
    QString path;     ///< of a file; empty for bytes
    QString name;     ///< what messages call it
    QByteArray bytes; ///< when there is no path
    std::vector<std::shared_ptr<const base::Secret>> passphrases;

    static ContentSource ofFile(const QString& path);
    static ContentSource ofBytes(const QByteArray& bytes, const QString& name);
};

/// Reads a source, with its passphrases only. Blocks; for any thread. Never throws for bad content: see
/// Contents::error.
ContentsPtr readSource(const ContentSource& source);

/// Reads sources one after the other on the pool. `label` for the status bar.
service::JobId readSources(service::JobRunner& jobs, const std::vector<ContentSource>& sources, const QString& label,
                           QObject* context, std::function<void(base::Outcome<std::vector<ContentsPtr>>)> done);

/// How many things in it are still locked.
std::size_t lockedPartCount(const formats::Contents& contents);

/// Short, what an error inside a file means for the person: the error's words, or empty for a locked part, which asks.
QString contentsProblem(const formats::Contents& contents);

} // namespace certwright::ui
