#include "app/cli/store_options.h"

#include "app/cli/command_line.h"
#include "core/base/error.h"

#include <QStandardPaths>

namespace certwright::cli {

using base::Error;
using base::ErrorKind;

void StoreOptions::addTo(CLI::App& command) {
    addPathTo(command);
    m_passphrases.addTo(command);
}

void StoreOptions::addPathTo(CLI::App& command) {
    command.add_option("--store", m_path, "The store (default: $XDG_DATA_HOME/certwright/default.certwright)");
}

QString StoreOptions::path() const {
    if (isGiven())
        return QString::fromStdString(m_path);
    return QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) +
           QStringLiteral("/certwright/default.certwright");
}

std::unique_ptr<store::Store> StoreOptions::open(store::OpenMode mode) const {
    if (m_path.starts_with("postgresql://") || m_path.starts_with("postgres://"))
        throw Error(ErrorKind::Unsupported, "Stores on a server are not supported yet", "Give the path of a file");
    return store::Store::open(path(), mode);
}

void StoreOptions::unlock(store::Store& store, Console& console) const {
    if (store.isUnlocked())
        return;
    const auto passphrase = m_passphrases.read(console, "Passphrase of the store " + store.path().toStdString());
    if (!passphrase)
        throw Error(ErrorKind::PassphraseNeeded, "The passphrase of the store is needed",
                    "Give it by --passphrase-file or --passphrase-fd");
    store.unlock(*passphrase);
}

void StoreOptions::checkUsed(bool isUsed) const {
    if (!isUsed && m_passphrases.hasOptions())
        throw UsageError(
            "--passphrase-file and --passphrase-fd are the passphrase of the store, and none is used: give "
            "--store, or --out-passphrase-file for the file that is written");
}

store::RowId entryId(const store::Store& store, store::EntryKind kind, const std::string& word) {
    const auto id = store.findId(kind, QString::fromStdString(word));
    if (!id)
        throw Error(ErrorKind::NotFound,
                    "There is no " + store::toString(kind).toStdString() + " “" + word + "” in the store",
                    "certwright-cli list shows what is there");
    return *id;
}

} // namespace certwright::cli
