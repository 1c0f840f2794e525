#pragma once

#include "core/tls/starttls/dialog.h"
#include "core/tls/starttls/protocol.h"

#include <string>
#include <string_view>

namespace certwright::tls::starttls {

/// STARTTLS of XMPP streams (RFC 6120 5) of a client or of another server.
class XmppDialog final : public Dialog {
public:
    /// `protocol` is Xmpp or XmppServer; `domain` the one that is asked for, in ASCII.
    XmppDialog(Protocol protocol, const std::string& domain);

private:
    enum class Stage { Stream, Features, StartTls };

    void onInput() override;
    void onTag(std::string_view tag);
    void onFeature(std::string_view name, std::string_view tag);
    void onError(std::string_view name);

    Protocol m_protocol;
    Stage m_stage = Stage::Stream;
    bool m_isOffered = false;
    bool m_isInError = false;
    std::string m_offered;
};

} // namespace certwright::tls::starttls
