#include "core/formats/item.h"

namespace certwright::formats {

namespace {

struct KindNamer {
    std::string_view operator()(const x509::Certificate&) const noexcept { return "certificate"; }
    std::string_view operator()(const x509::Request&) const noexcept { return "request"; }
    std::string_view operator()(const x509::Crl&) const noexcept { return "crl"; }
    std::string_view operator()(const PrivateKeyItem&) const noexcept { return "private-key"; }
    std::string_view operator()(const crypto::PublicKey&) const noexcept { return "public-key"; }
    std::string_view operator()(const Pkcs12Item&) const noexcept { return "pkcs12"; }
    std::string_view operator()(const Pkcs7Item&) const noexcept { return "pkcs7"; }
    std::string_view operator()(const Spkac&) const noexcept { return "spkac"; }
    std::string_view operator()(const ParametersItem& item) const noexcept {
        switch (item.kind) {
        case ParametersItem::Kind::Dh:
            return "dh-parameters";
        case ParametersItem::Kind::Dsa:
            return "dsa-parameters";
        case ParametersItem::Kind::Ec:
            break;
        }
        return "ec-parameters";
    }
    std::string_view operator()(const KeystoreItem&) const noexcept { return "keystore"; }
    std::string_view operator()(const TimestampResponseItem&) const noexcept { return "timestamp-response"; }
    std::string_view operator()(const x509::TimestampRequest&) const noexcept { return "timestamp-request"; }
    std::string_view operator()(const UnknownItem&) const noexcept { return "unknown"; }
};

void flattenInto(const std::vector<Item>& items, std::vector<const Item*>& out) {
    for (const Item& item : items) {
        if (const auto* parts = partsOf(item))
            flattenInto(*parts, out);
        else
            out.push_back(&item);
    }
}

bool hasLocked(const std::vector<Item>& items) noexcept {
    for (const Item& item : items) {
        if (const auto* key = item.as<PrivateKeyItem>(); key != nullptr && key->isLocked())
            return true;
        if (const auto* pkcs12 = item.as<Pkcs12Item>(); pkcs12 != nullptr && pkcs12->isLocked)
            return true;
        if (const auto* parts = partsOf(item); parts != nullptr && hasLocked(*parts))
            return true;
    }
    return false;
}

} // namespace

const Item* Pkcs12Item::privateKey() const noexcept {
    for (const Item& item : items) {
        if (item.as<PrivateKeyItem>() != nullptr)
            return &item;
    }
    return nullptr;
}

const Item* Pkcs12Item::certificate() const noexcept {
    const Item* keyItem = privateKey();
    if (keyItem == nullptr)
        return nullptr;
    const auto& key = keyItem->as<PrivateKeyItem>()->key;
    const Item* found = nullptr;
    for (const Item& item : items) {
        const auto* candidate = item.as<x509::Certificate>();
        if (candidate == nullptr)
            continue;
        const bool isMarked = !keyItem->localKeyId.empty() && item.localKeyId == keyItem->localKeyId;
        const bool isOfKey = key ? candidate->publicKey() == key->publicKey() : isMarked;
        // Of several certificates of one key the marked one is meant.
        if (isOfKey && isMarked)
            return &item;
        if (isOfKey && found == nullptr)
            found = &item;
    }
    return found;
}

std::optional<std::vector<const Item*>> Pkcs12Item::caCertificates() const {
    const Item* own = certificate();
    std::vector<const Item*> others;
    for (const Item& item : items) {
        if (&item != own && item.as<x509::Certificate>() != nullptr)
            others.push_back(&item);
    }
    return others.empty() ? std::nullopt : std::optional(std::move(others));
}

std::string_view kindName(const Item& item) noexcept {
    return std::visit(KindNamer(), item.value);
}

const std::vector<Item>* partsOf(const Item& item) noexcept {
    if (const auto* pkcs12 = item.as<Pkcs12Item>())
        return &pkcs12->items;
    if (const auto* pkcs7 = item.as<Pkcs7Item>())
        return &pkcs7->items;
    if (const auto* keystore = item.as<KeystoreItem>())
        return &keystore->items;
    if (const auto* response = item.as<TimestampResponseItem>())
        return &response->items;
    return nullptr;
}

std::vector<const Item*> flatten(const Contents& contents) {
    std::vector<const Item*> out;
    flattenInto(contents.items, out);
    return out;
}

bool hasLockedParts(const Contents& contents) noexcept {
    return hasLocked(contents.items);
}

} // namespace certwright::formats
