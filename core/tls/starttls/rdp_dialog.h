#pragma once

#include "core/tls/starttls/dialog.h"

namespace certwright::tls::starttls {

/// The X.224 connection request of RDP with a negotiation of TLS (MS-RDPBCGR 2.2.1.1, 2.2.1.2).
class RdpDialog final : public Dialog {
public:
    RdpDialog();

private:
    void onInput() override;
    void onPacket(base::BytesView packet);
    void onFailure(std::uint32_t code);
};

} // namespace certwright::tls::starttls
