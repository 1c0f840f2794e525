#include "core/service/online_verifying.h"

#include <algorithm>

namespace certwright::service {

std::string_view toString(FetchedItem::Kind kind) noexcept {
    switch (kind) {
    case FetchedItem::Kind::Issuer:
        return "issuer";
    case FetchedItem::Kind::Crl:
        return "crl";
    case FetchedItem::Kind::Ocsp:
        return "ocsp";
    }
    return "issuer";
}

std::optional<base::Error> OnlineVerification::failure() const {
    if (result.isTrusted)
        return std::nullopt;
    for (const FetchedItem& item : fetched) {
        // There may be several places for one thing.
        const bool cameFromElsewhere = std::any_of(fetched.begin(), fetched.end(), [&item](const FetchedItem& other) {
            return !other.failure && other.kind == item.kind && other.certificate == item.certificate;
        });
        if (item.failure && item.failure->kind() == base::ErrorKind::Network && !cameFromElsewhere)
            return item.failure;
    }
    return std::nullopt;
}

Json onlineVerificationJson(const OnlineVerification& verification) {
    Json out = verifyJson(verification.result);
    out["fetched"] = Json::array();
    for (const FetchedItem& item : verification.fetched) {
        Json entry{{"kind", toString(item.kind)}, {"url", item.url}, {"certificate", item.certificate}};
        if (item.failure)
            entry["error"] = errorJson(*item.failure);
        out["fetched"].push_back(std::move(entry));
    }
    if (const auto failure = verification.failure())
        out["error"] = errorJson(*failure);
    return out;
}

} // namespace certwright::service
