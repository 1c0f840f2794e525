#pragma once

#include "core/tls/starttls/reply_dialog.h"

namespace certwright::tls::starttls {

/// STARTTLS of SMTP and LMTP (RFC 3207, RFC 2033).
class SmtpDialog final : public ReplyDialog {
public:
    /// `protocol` is Smtp or Lmtp.
    explicit SmtpDialog(Protocol protocol)
        : ReplyDialog(protocol) {}

private:
    enum class Stage { Greeting, Hello, StartTls };

    void onReply(const Reply& reply) override;
    void onHello(const Reply& reply);

    Stage m_stage = Stage::Greeting;
};

} // namespace certwright::tls::starttls
