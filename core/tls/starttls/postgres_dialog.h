#pragma once

#include "core/tls/starttls/dialog.h"

namespace certwright::tls::starttls {

/// SSLRequest of PostgreSQL (its manual, 55.7 "Message Formats").
class PostgresDialog final : public Dialog {
public:
    PostgresDialog();

private:
    void onInput() override;
    void onError();
    base::Bytes errorText() const;
};

} // namespace certwright::tls::starttls
