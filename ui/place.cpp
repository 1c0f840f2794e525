#include "ui/place.h"

#include <array>

namespace certwright::ui {

namespace {

struct PresetPlace {
    ListPreset preset;
    Place place;
};

constexpr std::array<PresetPlace, 5> presetPlaces{{{ListPreset::Expiring, Place::Expiring},
                                                   {ListPreset::Expired, Place::Expired},
                                                   {ListPreset::Revoked, Place::Revoked},
                                                   {ListPreset::NoKey, Place::NoKey},
                                                   {ListPreset::Weak, Place::Weak}}};

} // namespace

std::optional<store::EntryKind> kindOf(Place place) {
    switch (place) {
    case Place::Keys:
        return store::EntryKind::Key;
    case Place::Requests:
        return store::EntryKind::Request;
    case Place::RevocationLists:
        return store::EntryKind::Crl;
    case Place::Inspector:
    case Place::FileViewer:
        return {};
    default:
        return store::EntryKind::Certificate;
    }
}

Place placeOf(store::EntryKind kind) {
    switch (kind) {
    case store::EntryKind::Key:
        return Place::Keys;
    case store::EntryKind::Request:
        return Place::Requests;
    case store::EntryKind::Crl:
        return Place::RevocationLists;
    case store::EntryKind::Certificate:
        break;
    }
    return Place::Certificates;
}

ListPreset presetOf(Place place) {
    for (const PresetPlace& entry : presetPlaces) {
        if (entry.place == place)
            return entry.preset;
    }
    return ListPreset::None;
}

Place placeOf(ListPreset preset) {
    for (const PresetPlace& entry : presetPlaces) {
        if (entry.preset == preset)
            return entry.place;
    }
    return Place::Certificates;
}

} // namespace certwright::ui
