#include "core/pki/problem.h"

#include <algorithm>

namespace certwright::pki {

std::string_view toString(Field field) noexcept {
    switch (field) {
    case Field::Profile:
        return "profile";
    case Field::Subject:
        return "subject";
    case Field::Names:
        return "names";
    case Field::Key:
        return "key";
    case Field::Issuer:
        return "issuer";
    case Field::NotBefore:
        return "not-before";
    case Field::NotAfter:
        return "not-after";
    case Field::Extensions:
        return "extensions";
    case Field::Serial:
        return "serial";
    case Field::Digest:
        return "digest";
    case Field::Request:
        return "request";
    case Field::StoreName:
        return "store-name";
    }
    return "profile";
}

bool hasErrors(const std::vector<Problem>& problems) noexcept {
    return std::ranges::any_of(problems, [](const Problem& problem) { return problem.severity == Severity::Error; });
}

std::string errorText(const std::vector<Problem>& problems) {
    std::string text;
    for (const Problem& problem : problems) {
        if (problem.severity != Severity::Error)
            continue;
        if (!text.empty())
            text += '\n';
        text += problem.message;
    }
    return text;
}

} // namespace certwright::pki
