#include "core/store/rows.h"

namespace certwright::store {

QString toString(EntryKind kind) {
    switch (kind) {
    case EntryKind::Certificate:
        return QStringLiteral("certificate");
    case EntryKind::Key:
        return QStringLiteral("key");
    case EntryKind::Request:
        return QStringLiteral("request");
    case EntryKind::Crl:
        return QStringLiteral("crl");
    }
    return {};
}

} // namespace certwright::store
