// Makes the sample store of packaging/run.sh --demo: certwright-demo FILE

#include "core/base/clock.h"
#include "core/base/library.h"
#include "core/base/outcome.h"
#include "core/base/secret.h"
#include "core/store/store.h"
#include "resources/demo/demo_store.h"

#include <QCoreApplication>

#include <cstdio>

using namespace certwright;

int main(int argc, char** argv) {
    base::initialiseLibrary();
    const QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() != 2) {
        std::fprintf(stderr, "Usage: certwright-demo FILE\nMakes FILE, a store of sample data.\n");
        return 2;
    }
    const base::Outcome<void> outcome = base::outcomeOf([&arguments] {
        const auto store = store::Store::create(arguments[1], base::Secret(demo::passphrase));
        demo::fill(*store, base::SystemClock().now());
    });
    if (!outcome) {
        std::fprintf(stderr, "certwright-demo: %s\n", outcome.error().message().c_str());
        return 1;
    }
    std::printf("The passphrase of its private keys is: %.*s\n", static_cast<int>(demo::passphrase.size()),
                demo::passphrase.data());
    return 0;
}
