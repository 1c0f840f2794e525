#pragma once

#include "core/tls/starttls/line_dialog.h"

#include <string>

namespace certwright::tls::starttls {

/// STLS of POP3 (RFC 2595 4).
class Pop3Dialog final : public LineDialog {
public:
    Pop3Dialog();

private:
    enum class Stage { Greeting, Capabilities, List, StartTls };

    void onLine(std::string_view line) override;
    void onListLine(std::string_view line);
    void askForTls();

    Stage m_stage = Stage::Greeting;
    bool m_isOffered = false;
    std::string m_offered;
};

} // namespace certwright::tls::starttls
