#pragma once

#include "core/store/rows.h"
#include "ui/models/list_arrangement.h"

#include <optional>

namespace certwright::ui {

/// What the sidebar leads to.
enum class Place {
    Certificates,
    Keys,
    Requests,
    RevocationLists,
    Inspector,
    FileViewer,
    Expiring,
    Expired,
    Revoked,
    NoKey,
    Weak,
};

/// The list that a place shows; nothing for tools.
std::optional<store::EntryKind> kindOf(Place place);
Place placeOf(store::EntryKind kind);
/// The ready-made filter that a place puts on; None for whole lists.
ListPreset presetOf(Place place);
Place placeOf(ListPreset preset);

} // namespace certwright::ui
