#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/exit_code.h"
#include "app/cli/store_options.h"
#include "core/base/clock.h"
#include "core/base/error.h"

#include <QDir>
#include <QFileInfo>

#include <memory>

namespace certwright::cli {

namespace {

struct StoreCommandOptions {
    StoreOptions store;
    PassphraseOptions replacement = PassphraseOptions::forReplacement();
};

/// Whether the file can't be written; the program itself may have opened it for reading alone.
bool isReadOnly(const store::Store& store) {
    return !QFileInfo(store.path()).isWritable();
}

service::Json storeJson(const store::Store& store) {
    const store::Counts counts = store.counts();
    service::Json document;
    document["path"] = store.path().toStdString();
    document["uuid"] = store.uuid().toStdString();
    document["schema_version"] = store.schemaVersion();
    document["created_at"] =
        store.createdAt() ? service::Json(base::toRfc3339(*store.createdAt())) : service::Json(nullptr);
    document["read_only"] = isReadOnly(store);
    document["certificates"] = counts.certificates;
    document["keys"] = counts.keys;
    document["requests"] = counts.requests;
    document["crls"] = counts.crls;
    return document;
}

void printStore(const store::Store& store, Console& console) {
    const store::Counts counts = store.counts();
    console.print("Store             " + store.path().toStdString() + (isReadOnly(store) ? " (read-only)" : ""));
    if (store.createdAt())
        console.print("Created           " + base::toRfc3339(*store.createdAt()));
    console.print("Schema version    " + std::to_string(store.schemaVersion()));
    console.print("Certificates      " + std::to_string(counts.certificates));
    console.print("Keys              " + std::to_string(counts.keys));
    console.print("Requests          " + std::to_string(counts.requests));
    console.print("Revocation lists  " + std::to_string(counts.crls));
}

int report(const store::Store& store, Console& console) {
    if (console.isJson())
        console.printJson(storeJson(store));
    else
        printStore(store, console);
    return exit_code::Done;
}

base::Error noPassphrase(const std::string& what, const std::string& option) {
    return base::Error(base::ErrorKind::PassphraseNeeded, "A " + what + " is needed",
                       "Give it by " + option + ", or run this in a terminal to be asked.");
}

int runCreate(const StoreOptions& options, Console& console) {
    const QString path = options.path();
    if (QFileInfo::exists(path))
        throw base::Error(base::ErrorKind::NotAllowed, "“" + path.toStdString() + "” exists already",
                          "Choose another name; an existing file is never overwritten by a new store.")
            .withContext(path.toStdString());
    const auto passphrase = options.passphrases().readNew(console, "Passphrase for the new store");
    if (!passphrase)
        throw noPassphrase("passphrase for the new store", "--passphrase-file");
    if (!options.isGiven())
        QDir().mkpath(QFileInfo(path).absolutePath()); // the folder of the default store is ours to make
    const auto store = store::Store::create(path, *passphrase);
    return report(*store, console);
}

int runInfo(const StoreOptions& options, Console& console) {
    const auto store = options.open(store::OpenMode::ReadOnly);
    return report(*store, console);
}

int runChangePassphrase(const StoreCommandOptions& options, Console& console) {
    const auto store = options.store.open();
    const auto current = options.store.passphrases().read(console, "Passphrase of the store");
    if (!current)
        throw noPassphrase("passphrase of the store", "--passphrase-file");
    const auto replacement = options.replacement.readNew(console, "New passphrase");
    if (!replacement)
        throw noPassphrase("new passphrase", "--new-passphrase-file");
    store->changePassphrase(*current, *replacement);
    if (console.isJson())
        console.printJson(storeJson(*store));
    else
        console.print("The passphrase of " + store->path().toStdString() + " was changed.");
    return exit_code::Done;
}

} // namespace

void addStoreCommands(CommandLine& line) {
    CLI::App& family = line.family("store", "Create a store, look at it, change its passphrase");

    auto creating = std::make_shared<StoreCommandOptions>();
    CLI::App& create = line.add(family, "create", "Create an empty store");
    creating->store.addTo(create);
    line.onRun(create, [creating](Console& console) { return runCreate(creating->store, console); });

    auto asking = std::make_shared<StoreCommandOptions>();
    CLI::App& info = line.add(family, "info", "Show what a store holds; needs no passphrase");
    asking->store.addTo(info);
    line.onRun(info, [asking](Console& console) { return runInfo(asking->store, console); });

    auto changing = std::make_shared<StoreCommandOptions>();
    CLI::App& change = line.add(family, "change-passphrase", "Give a store another passphrase");
    changing->store.addTo(change);
    changing->replacement.addTo(change);
    line.onRun(change, [changing](Console& console) { return runChangePassphrase(*changing, console); });
}

} // namespace certwright::cli
