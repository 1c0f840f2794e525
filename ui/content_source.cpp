#include "ui/content_source.h"

#include "core/formats/reader.h"
#include "ui/convert.h"
#include "ui/error_text.h"

#include <QFile>
#include <QFileInfo>

#include <algorithm>

namespace certwright::ui {

ContentSource ContentSource::ofFile(const QString& path) {
    ContentSource source;
    source.path = path;
    source.name = QFileInfo(path).fileName();
    if (source.name.isEmpty())
        source.name = path;
    return source;
}

ContentSource ContentSource::ofBytes(const QByteArray& bytes, const QString& name) {
    ContentSource source;
    source.name = name;
    source.bytes = bytes;
    return source;
}

ContentsPtr readSource(const ContentSource& source) {
    const auto answer = [&source](const formats::PassphraseQuestion& question) -> std::optional<base::Secret> {
        const auto attempt = std::size_t(std::max(question.attempt, 0));
        if (attempt >= source.passphrases.size())
            return std::nullopt;
        // The last one given is the likeliest.
        return source.passphrases[source.passphrases.size() - 1 - attempt]->clone();
    };
    formats::ReadOptions options;
    options.maxAttempts = int(std::max<std::size_t>(1, source.passphrases.size()));
    auto contents = std::make_shared<formats::Contents>();
    if (!source.path.isEmpty()) {
        const QByteArray path = QFile::encodeName(source.path);
        *contents = formats::readFile(std::string(path.constData(), std::size_t(path.size())), answer, options);
        return contents;
    }
    const base::BytesView bytes(reinterpret_cast<const std::uint8_t*>(source.bytes.constData()),
                                std::size_t(source.bytes.size()));
    *contents = formats::readContents(bytes, answer, options, toStdString(source.name));
    return contents;
}

service::JobId readSources(service::JobRunner& jobs, const std::vector<ContentSource>& sources, const QString& label,
                           QObject* context, std::function<void(base::Outcome<std::vector<ContentsPtr>>)> done) {
    return jobs.run<std::vector<ContentsPtr>>(
        label, context,
        [sources](const base::JobControl& control) {
            std::vector<ContentsPtr> all;
            for (const ContentSource& source : sources) {
                control.throwIfStopped();
                all.push_back(readSource(source));
                control.report(all.size(), sources.size());
            }
            return all;
        },
        std::move(done));
}

std::size_t lockedPartCount(const formats::Contents& contents) {
    std::size_t count = 0;
    const auto visit = [&count](const auto& self, const std::vector<formats::Item>& items) -> void {
        for (const formats::Item& item : items) {
            if (const auto* key = item.as<formats::PrivateKeyItem>())
                count += key->isLocked() ? 1U : 0U;
            if (const auto* pkcs12 = item.as<formats::Pkcs12Item>()) {
                count += pkcs12->isLocked ? 1U : 0U;
                self(self, pkcs12->items);
            }
        }
    };
    visit(visit, contents.items);
    return count;
}

QString contentsProblem(const formats::Contents& contents) {
    if (!contents.error)
        return {};
    const base::ErrorKind kind = contents.error->kind();
    if (kind == base::ErrorKind::PassphraseNeeded)
        return {};
    if (kind == base::ErrorKind::WrongPassphrase && formats::hasLockedParts(contents))
        return {};
    return errorLine(*contents.error);
}

} // namespace certwright::ui
