#include "core/formats/encryption_info.h"

namespace certwright::formats {

std::string displayText(const EncryptionInfo& info) {
    std::string text = info.scheme;
    const auto add = [&text](const std::string& part) {
        if (part.empty())
            return;
        if (!text.empty())
            text += ", ";
        text += part;
    };
    add(info.cipher);
    add(info.prf.empty() ? info.kdf : info.kdf + " with " + info.prf);
    if (info.iterations != 0)
        add(std::to_string(info.iterations) + (info.iterations == 1 ? " iteration" : " iterations"));
    if (info.n != 0)
        add("N=" + std::to_string(info.n) + " r=" + std::to_string(info.r) + " p=" + std::to_string(info.p));
    return text;
}

} // namespace certwright::formats
