#pragma once

#include "core/tls/starttls/line_dialog.h"

#include <string>

namespace certwright::tls::starttls {

/// STARTTLS of IMAP (RFC 3501 6.2.1).
class ImapDialog final : public LineDialog {
public:
    ImapDialog();

private:
    enum class Stage { Greeting, Capability, StartTls };

    void onLine(std::string_view line) override;
    void onGreeting(std::string_view line);
    void onTagged(std::string_view status, std::string_view line);

    Stage m_stage = Stage::Greeting;
    std::string m_offered;
};

} // namespace certwright::tls::starttls
