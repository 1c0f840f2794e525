#pragma once

#include "core/tls/starttls/line_dialog.h"

#include <cstddef>
#include <string>

namespace certwright::tls::starttls {

/// STARTTLS of ManageSieve (RFC 5804 2.2).
class SieveDialog final : public LineDialog {
public:
    SieveDialog();

private:
    void onLine(std::string_view line) override;
    void onStatement(std::string_view line);

    bool m_hasAsked = false;
    bool m_isOffered = false;
    bool m_isSieve = false;
    std::string m_offered;
    std::string m_statement;   ///< a line whose literals are being read
    std::size_t m_literal = 0; ///< octets of it that are still to come
};

} // namespace certwright::tls::starttls
