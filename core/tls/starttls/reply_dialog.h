#pragma once

#include "core/tls/starttls/line_dialog.h"
#include "core/tls/starttls/protocol.h"

#include <string>
#include <vector>

namespace certwright::tls::starttls {

/// A dialog whose server answers with three-digit codes: SMTP (RFC 5321 4.2), FTP (RFC 959 4.2), NNTP (RFC 3977 3.2).
class ReplyDialog : public LineDialog {
protected:
    struct Reply {
        int code = 0;
        std::vector<std::string> lines; ///< without codes
        std::string text;               ///< the last line as it came

        /// 2 for 2xx and so on.
        int kind() const noexcept { return code / 100; }
    };

    explicit ReplyDialog(Protocol protocol);

    virtual void onReply(const Reply& reply) = 0;
    /// A line that belongs to no reply, in a list after one (NNTP). True when it was one.
    virtual bool onListLine(std::string_view line);
    void onLine(std::string_view line) final;

    Protocol protocol() const noexcept { return m_protocol; }

private:
    Protocol m_protocol;
    Reply m_reply;
    bool m_hasReply = false; ///< a whole one came before
};

} // namespace certwright::tls::starttls
