#pragma once

#include "core/tls/starttls/reply_dialog.h"

#include <string>

namespace certwright::tls::starttls {

/// STARTTLS of NNTP (RFC 4642 2).
class NntpDialog final : public ReplyDialog {
public:
    NntpDialog()
        : ReplyDialog(Protocol::Nntp) {}

private:
    enum class Stage { Greeting, Capabilities, List, StartTls };

    void onReply(const Reply& reply) override;
    bool onListLine(std::string_view line) override;
    void askForTls();

    Stage m_stage = Stage::Greeting;
    bool m_isOffered = false;
    std::string m_offered;
};

} // namespace certwright::tls::starttls
