#pragma once

#include "core/tls/starttls/dialog.h"

#include <string>
#include <string_view>

namespace certwright::tls::starttls {

/// A dialog in lines of text that end with CRLF; LF alone is taken, too.
class LineDialog : public Dialog {
public:
    /// The most octets of a line. RFC 5321 4.5.3.1.5 allows 512, but capabilities of IMAP come in long lines.
    static constexpr std::size_t MaximumLine = 8192;

protected:
    using Dialog::Dialog;

    /// `line` has no end of line and is valid only during the call.
    virtual void onLine(std::string_view line) = 0;
    void onInput() final;
};

/// Without regard to the case of ASCII letters.
bool equalsIgnoringCase(std::string_view a, std::string_view b) noexcept;
bool startsIgnoringCase(std::string_view text, std::string_view start) noexcept;
/// The text up to the first space, and the rest behind the spaces is left in `text`.
std::string_view takeWord(std::string_view& text) noexcept;

} // namespace certwright::tls::starttls
