#pragma once

#include "core/service/scanning.h"

namespace certwright::cli {

class Console;

/// Prints for people what a scan found; under a heading when there are several.
void printScan(Console& console, const service::ScanResult& result, inspect::Profile profile, bool hasHeading);

} // namespace certwright::cli
