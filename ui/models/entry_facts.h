#pragma once

#include "core/base/clock.h"
#include "core/store/rows.h"
#include "ui/theme.h"

#include <QString>
#include <QStringList>

#include <optional>
#include <vector>

namespace certwright::store {
class Store;
}

namespace certwright::ui {

/// What the detail pane shows of one entry. A value; all texts are printable.
struct EntryFacts {
    struct Field {
        QString label;
        QStringList values;
        QString iconName; ///< in front of the first value; may be empty
    };
    struct Fingerprint {
        QString label;
        QString hex; ///< digits only
    };

    store::EntryKind kind = store::EntryKind::Certificate;
    store::RowId id = 0;
    State state = State::Valid;
    QString headline; ///< the state in words; empty where there is none
    QString title;
    QString subtitle;
    std::optional<base::Time> from;
    std::optional<base::Time> until;
    std::vector<Field> fields;
    store::RowId issuerId = 0; ///< of the entry that issued it, when that was verified
    QString issuer;            ///< its name; empty when it is self-signed or has none
    State issuerState = State::Unknown;
    QString issuerNote; ///< "Signature verified"
    std::vector<Fingerprint> fingerprints;
};

/// Reads it on a database thread; nothing when the entry is gone. @throws base::Error as Store does
std::optional<EntryFacts> readEntryFacts(const store::Store& store, store::EntryKind kind, store::RowId id,
                                         base::Time now, int warningDays);

} // namespace certwright::ui
