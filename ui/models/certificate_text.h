#pragma once

#include "core/base/clock.h"
#include "core/x509/certificate.h"
#include "core/x509/general_name.h"
#include "ui/theme.h"

#include <QString>

namespace certwright::ui {

/// "Root CA certificate", "TLS server certificate", "Certificate": what it is for, by its extensions.
QString purposeText(const x509::Certificate& certificate);
/// The icon that goes with it.
QString purposeIcon(const x509::Certificate& certificate);

/// Valid, Expiring, Expired or NotYetValid by the dates alone.
State stateByDates(std::optional<base::Time> from, std::optional<base::Time> until, base::Time now, int warningDays);
/// "Expires in 20 days", "Valid, ends in 3 years", "Expired 14 days ago".
QString validityText(State state, std::optional<base::Time> from, std::optional<base::Time> until, base::Time now);

/// "www.example.test", "192.0.2.10 (IP)".
QString nameText(const x509::GeneralName& name);
/// "digitalSignature" as "Digital signature".
QString keyUsageText(const std::string& name);
/// "serverAuth" as "TLS server".
QString extendedKeyUsageText(const std::string& name);

} // namespace certwright::ui
