#pragma once

#include "core/service/inspecting.h"

namespace certwright::cli {

class Console;

/// Prints what is known of a connection for people; the error, if there is one, is not among it.
void printConnection(Console& console, const service::ConnectionReport& report, bool withSecrets);

/// Prints the handshake messages with all their fields.
void printMessages(Console& console, const tls::Transcript& transcript);

} // namespace certwright::cli
