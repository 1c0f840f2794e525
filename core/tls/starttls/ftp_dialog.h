#pragma once

#include "core/tls/starttls/reply_dialog.h"

namespace certwright::tls::starttls {

/// AUTH TLS of FTP (RFC 4217 4).
class FtpDialog final : public ReplyDialog {
public:
    FtpDialog()
        : ReplyDialog(Protocol::Ftp) {}

private:
    void onReply(const Reply& reply) override;

    bool m_isGreeted = false;
};

} // namespace certwright::tls::starttls
