#pragma once

#include "core/tls/starttls/dialog.h"

namespace certwright::tls::starttls {

/// Protocol::SSLRequest of MySQL and MariaDB: the server greets, the client asks for TLS and begins it at once.
class MysqlDialog final : public Dialog {
public:
    MysqlDialog();

private:
    void onInput() override;
    void onGreeting(base::BytesView payload);
    void onError(base::BytesView payload);
};

} // namespace certwright::tls::starttls
