#include "core/tls/progress.h"

namespace certwright::tls {

std::string_view toString(Progress progress) noexcept {
    switch (progress) {
    case Progress::Done:
        return "done";
    case Progress::WantInput:
        return "want-input";
    case Progress::WantOutput:
        return "want-output";
    case Progress::WantCallback:
        return "want-callback";
    case Progress::Closed:
        return "closed";
    }
    return "done";
}

} // namespace certwright::tls
