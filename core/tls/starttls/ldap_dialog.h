#pragma once

#include "core/tls/starttls/dialog.h"

namespace certwright::tls::starttls {

/// The extended operation StartTLS of LDAP (RFC 4511 4.14). Answers are BER: lengths may have more octets than needed.
class LdapDialog final : public Dialog {
public:
    LdapDialog();

private:
    void onInput() override;
    void onMessage(base::BytesView message);
    void onResult(std::uint8_t code, base::BytesView text);
};

} // namespace certwright::tls::starttls
