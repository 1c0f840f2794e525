#pragma once

namespace certwright::cli {

/// Gives descriptors to standard input, output and error that the caller closed, so that no file opened later gets
/// their numbers. To read such an input, or to write such an output, fails at once. To be called first of all. Platform
/// code.
void openClosedStandardStreams() noexcept;

} // namespace certwright::cli
