#include "core/service/importing.h"

#include "core/base/outcome.h"
#include "core/formats/item.h"
#include "core/store/parallel.h"

#include <QFileInfo>
#include <QHash>

#include <algorithm>
#include <atomic>
#include <utility>

namespace certwright::service {

namespace {

using base::Error;
using base::ErrorKind;
using store::EntryKind;

constexpr std::size_t StopCheckInterval = 64;

QString fromUtf8(const std::string& text) {
    return QString::fromUtf8(text.data(), qsizetype(text.size()));
}

QString baseName(const std::string& file) {
    return QFileInfo(fromUtf8(file)).completeBaseName();
}

QString joined(const std::vector<x509::GeneralName>& names) {
    QStringList values;
    for (const x509::GeneralName& name : names)
        values << fromUtf8(name.value);
    return values.join(QStringLiteral(", "));
}

/// One thing that was read and the file that it came from.
struct Source {
    const formats::Item* item = nullptr;
    const std::string* file = nullptr;
};

void fillCertificate(ImportItem& item, const x509::Certificate& certificate) {
    auto data = std::make_shared<ImportItem::CertificateData>();
    data->der = certificate.der();
    data->columns = x509::columnsFromDer(data->der);
    const x509::CertificateColumns& columns = data->columns;
    item.kind = EntryKind::Certificate;
    item.name = !item.name.isEmpty() ? item.name : fromUtf8(columns.commonName);
    item.subject = fromUtf8(columns.subject);
    item.issuer = fromUtf8(columns.issuer);
    item.otherNames = joined(columns.subjectAltNames);
    item.notBefore = columns.notBefore;
    item.notAfter = columns.notAfter;
    item.key = columns.key;
    item.sha256 = fromUtf8(columns.sha256);
    item.spkiSha256 = fromUtf8(columns.spkiSha256);
    item.isCa = columns.isCa;
    item.value = std::shared_ptr<const ImportItem::CertificateData>(std::move(data));
}

void fillRequest(ImportItem& item, const x509::Request& request) {
    const x509::Name subject = request.subject();
    item.kind = EntryKind::Request;
    item.subject = fromUtf8(subject.toRfc2253());
    item.otherNames = joined(request.subjectAltNames());
    item.name = !item.name.isEmpty() ? item.name : fromUtf8(subject.displayName());
    item.key = request.publicKey().facts();
    item.sha256 = fromUtf8(request.sha256());
    item.spkiSha256 = fromUtf8(request.publicKey().spkiSha256());
    item.value = request;
}

void fillCrl(ImportItem& item, const x509::Crl& crl) {
    const x509::Name issuer = crl.issuer();
    item.kind = EntryKind::Crl;
    item.subject = item.issuer = fromUtf8(issuer.toRfc2253());
    item.name = !item.name.isEmpty() ? item.name : fromUtf8(issuer.displayName());
    item.notBefore = crl.thisUpdate();
    item.notAfter = crl.nextUpdate();
    item.sha256 = fromUtf8(crl.sha256());
    item.value = crl;
}

void fillKey(ImportItem& item, const formats::PrivateKeyItem& key) {
    item.kind = EntryKind::Key;
    if (key.facts)
        item.key = *key.facts;
    if (key.key) {
        item.key = key.key->facts();
        item.sha256 = item.spkiSha256 = fromUtf8(key.key->publicKey().spkiSha256());
        item.value = *key.key;
    } else if (key.isLocked()) {
        item.state = ImportState::Locked;
        item.problem = QStringLiteral("The key is encrypted and its passphrase was not given");
    } else {
        item.state = ImportState::Unusable;
        item.problem = QStringLiteral("The OpenSSL that is in use cannot read this kind of key");
    }
    item.subject = fromUtf8(crypto::displayText(item.key));
}

/// False when a store does not keep such a thing.
bool fillItem(ImportItem& item, const formats::Item& read) {
    item.name = fromUtf8(read.label);
    if (const auto* certificate = read.as<x509::Certificate>())
        fillCertificate(item, *certificate);
    else if (const auto* request = read.as<x509::Request>())
        fillRequest(item, *request);
    else if (const auto* crl = read.as<x509::Crl>())
        fillCrl(item, *crl);
    else if (const auto* key = read.as<formats::PrivateKeyItem>())
        fillKey(item, *key);
    else
        return false;
    return true;
}

/// Fills every item on all cores: reading the columns of a certificate is most of a preview's work.
std::vector<ImportItem> fillAll(const std::vector<Source>& sources, ImportPreview& preview,
                                const base::JobControl& control) {
    std::vector<ImportItem> items(sources.size());
    std::vector<char> isKept(sources.size(), 0);
    std::vector<std::optional<Error>> errors(sources.size());
    std::atomic<std::size_t> done = 0;
    store::parallelFor(sources.size(), [&](std::size_t i) {
        if (control.isStopped())
            return;
        items[i].file = *sources[i].file;
        const auto kept = base::outcomeOf([&] { return fillItem(items[i], *sources[i].item); });
        if (kept)
            isKept[i] = *kept ? 1 : 0;
        else
            errors[i] = kept.error();
        ++done;
    });
    control.throwIfStopped();
    std::vector<ImportItem> result;
    result.reserve(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (errors[i])
            preview.problems.push_back({*sources[i].file, *errors[i]});
        else if (isKept[i] != 0)
            result.push_back(std::move(items[i]));
        else
            preview.notKept.push_back(QString::fromLatin1(formats::kindName(*sources[i].item).data(),
                                                          qsizetype(formats::kindName(*sources[i].item).size())));
    }
    return result;
}

/// Marks what stands twice in the import, and what the store has.
void markKnown(std::vector<ImportItem>& items, const store::Store* store, const base::JobControl& control) {
    QHash<QPair<int, QString>, std::size_t> seen;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i % StopCheckInterval == 0)
            control.throwIfStopped();
        ImportItem& item = items[i];
        if (item.state != ImportState::New)
            continue;
        const QPair<int, QString> key{int(item.kind), item.sha256};
        if (seen.contains(key)) {
            item.state = ImportState::Repeated;
            continue;
        }
        seen.insert(key, i);
        if (const auto id = store != nullptr ? store->findBySha256(item.kind, item.sha256) : std::nullopt) {
            item.state = ImportState::Present;
            item.storedId = *id;
            item.storedName = store->nameOf(item.kind, *id);
        }
    }
}

/// Pairs keys with certificates and requests, in the import and in the store.
void matchKeys(std::vector<ImportItem>& items, const store::Store* store) {
    QHash<QString, std::size_t> keys;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (items[i].kind == EntryKind::Key && !items[i].spkiSha256.isEmpty() && !keys.contains(items[i].spkiSha256))
            keys.insert(items[i].spkiSha256, i);
    }
    const bool hasStoredKeys = store != nullptr && store->counts().keys > 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
        ImportItem& item = items[i];
        if (item.spkiSha256.isEmpty())
            continue;
        if (item.kind == EntryKind::Key) {
            item.matchesStored = store != nullptr && store->isKeyUsed(item.spkiSha256);
            continue;
        }
        item.matchesStored = hasStoredKeys && store->findBySha256(EntryKind::Key, item.spkiSha256).has_value();
        if (const auto key = keys.constFind(item.spkiSha256); key != keys.cend()) {
            item.match = *key;
            if (items[*key].match == ImportItem::None)
                items[*key].match = i;
        }
    }
}

/// Names for what has none: a key is called as the certificate it belongs to, the rest as their file.
void nameItems(std::vector<ImportItem>& items) {
    for (ImportItem& item : items) {
        if (item.name.isEmpty() && item.match != ImportItem::None)
            item.name = items[item.match].name;
        if (item.name.isEmpty())
            item.name = baseName(item.file);
        if (item.name.isEmpty())
            item.name = item.subject;
    }
}

/// Adds one item; 0 when the store has it already.
store::RowId addItem(store::Store& store, const ImportItem& item, const QString& comment) {
    if (store.findBySha256(item.kind, item.sha256))
        return 0;
    if (const auto* data = std::get_if<std::shared_ptr<const ImportItem::CertificateData>>(&item.value)) {
        store::CertificateDetails details;
        details.name = item.name;
        details.comment = comment;
        return store.addCertificate((*data)->der, (*data)->columns, details, true);
    }
    if (const auto* request = std::get_if<x509::Request>(&item.value))
        return store.addRequest(*request, {item.name, comment});
    if (const auto* crl = std::get_if<x509::Crl>(&item.value))
        return store.addCrl(*crl, {item.name, comment});
    if (const auto* key = std::get_if<crypto::PrivateKey>(&item.value))
        return store.addKey(*key, {store.freeName(EntryKind::Key, item.name), comment});
    throw Error(ErrorKind::Internal, "An item of the import has nothing in it");
}

/// Keys before what they belong to, and revocation lists last: then each finds its partners by one look-up.
int rank(EntryKind kind) {
    switch (kind) {
    case EntryKind::Key:
        return 0;
    case EntryKind::Certificate:
        return 1;
    case EntryKind::Request:
        return 2;
    case EntryKind::Crl:
        return 3;
    }
    return 4;
}

} // namespace

QString toString(ImportState state) {
    switch (state) {
    case ImportState::New:
        return QStringLiteral("new");
    case ImportState::Present:
        return QStringLiteral("present");
    case ImportState::Repeated:
        return QStringLiteral("repeated");
    case ImportState::Locked:
        return QStringLiteral("locked");
    case ImportState::Unusable:
        return QStringLiteral("unusable");
    }
    return {};
}

std::size_t ImportPreview::count(ImportState state) const {
    return static_cast<std::size_t>(
        std::count_if(items.begin(), items.end(), [state](const ImportItem& item) { return item.state == state; }));
}

ImportSelection selectNew(const ImportPreview& preview) {
    ImportSelection selection;
    std::copy_if(preview.items.begin(), preview.items.end(), std::back_inserter(selection.items),
                 [](const ImportItem& item) { return item.state == ImportState::New; });
    return selection;
}

ImportPreview previewImport(const std::vector<formats::Contents>& contents, store::Store* store,
                            const base::JobControl& control) {
    ImportPreview preview;
    std::vector<Source> sources;
    for (const formats::Contents& file : contents) {
        for (const formats::Item* item : formats::flatten(file))
            sources.push_back({item, &file.file});
        if (file.error)
            preview.problems.push_back({file.file, *file.error});
    }
    preview.items = fillAll(sources, preview, control);
    markKnown(preview.items, store, control);
    matchKeys(preview.items, store);
    nameItems(preview.items);
    return preview;
}

ImportResult importItems(store::Store& store, const ImportSelection& selection, const base::JobControl& control) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < selection.items.size(); ++i) {
        if (selection.items[i].state == ImportState::New)
            order.push_back(i);
    }
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return rank(selection.items[a].kind) < rank(selection.items[b].kind);
    });
    // Adding is half of the work, the signature checks the other.
    const std::size_t total = 2 * order.size();

    ImportResult result;
    store::Transaction transaction(store);
    std::vector<std::pair<std::size_t, store::RowId>> added;
    std::vector<store::RowId> certificates;
    for (std::size_t done = 0; done < order.size(); ++done) {
        if (done % StopCheckInterval == 0) {
            control.throwIfStopped();
            control.report(done, total);
        }
        const ImportItem& item = selection.items[order[done]];
        const store::RowId id = addItem(store, item, selection.comment);
        if (id == 0) {
            ++result.present;
            continue;
        }
        added.emplace_back(order[done], id);
        if (item.kind == EntryKind::Certificate)
            certificates.push_back(id);
    }
    const base::JobControl linking(control.stopToken(), [&control, &order, total](base::Progress progress) {
        control.report(order.size() + std::min<std::uint64_t>(progress.done, order.size()), total);
    });
    result.linked = store.linkPending(certificates, linking);
    control.throwIfStopped();
    transaction.commit();
    control.report(total, total);

    std::sort(added.begin(), added.end());
    for (const auto& [index, id] : added)
        result.added.push_back({selection.items[index].kind, id, store.nameOf(selection.items[index].kind, id)});
    return result;
}

} // namespace certwright::service
