#include "core/service/entry_export.h"

#include "core/base/error.h"
#include "core/formats/pkcs8.h"
#include "core/pki/export_target.h"
#include "core/service/export_check.h"
#include "core/service/file_writer.h"
#include "core/store/journal.h"
#include "core/store/store.h"

namespace certwright::service {

using base::Error;
using base::ErrorKind;

namespace {

template <class Object>
base::Bytes bytesOf(const Object& object, bool isDer) {
    if (isDer)
        return base::toBytes(object.der());
    const std::string pem = object.toPem();
    return base::toBytes(base::bytesOf(pem));
}

pki::ExportedFile keyFile(const crypto::PrivateKey& key, const EntryExportOrder& order) {
    if (!order.passphrase)
        throw Error(ErrorKind::PassphraseNeeded, "A passphrase is needed to encrypt the key", "Choose one");
    pki::ExportedFile file;
    file.purpose = "private key, encrypted";
    file.isPrivate = true;
    const std::string pem = formats::privateKeyToPem(key, *order.passphrase, {});
    file.content = base::toBytes(base::bytesOf(pem));
    return file;
}

} // namespace

base::Bytes entryBytes(const store::Store& store, const EntryExportOrder& order) {
    switch (order.kind) {
    case store::EntryKind::Request:
        return bytesOf(store.requestObject(order.id), order.isDer);
    case store::EntryKind::Crl:
        return bytesOf(store.crlObject(order.id), order.isDer);
    default:
        throw Error(ErrorKind::NotAllowed, "Only a request or a revocation list is written like this");
    }
}

PlannedFile exportEntry(store::Store& store, const EntryExportOrder& order) {
    pki::ExportedFile file;
    ExpectedContents expected;
    if (order.kind == store::EntryKind::Key) {
        const crypto::PrivateKey key = store.privateKey(order.id);
        file = keyFile(key, order);
        expected = ExpectedContents::ofKey(key);
    } else {
        file.content = entryBytes(store, order);
        file.purpose = order.kind == store::EntryKind::Request ? "certificate request" : "revocation list";
    }
    FileWriter writer(order.mayOverwrite);
    writer.add(order.path, file.bytes(), file.isPrivate ? FileWriter::Access::Private : FileWriter::Access::Public);
    checkWritten(writer.temporaryPath(0), file, expected, order.passphrase.get());
    if (order.kind == store::EntryKind::Key)
        store.recordAct(QString::fromLatin1(store::acts::KeyExported),
                        QString::fromStdString(expected.keys.front().spkiSha256()),
                        QStringLiteral("pkcs8: %1").arg(order.path));
    writer.commit();
    return {order.path, QString::fromStdString(file.purpose), file.isPrivate, false, false};
}

} // namespace certwright::service
