#pragma once

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/base/secret.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace certwright::formats {

/// One armoured block of a PEM text.
struct PemBlock {
    std::string label;                                        ///< "CERTIFICATE"
    std::string endLabel;                                     ///< of the END line; the same in a sound block
    std::vector<std::pair<std::string, std::string>> headers; ///< RFC 1421 headers: "Proc-Type", "DEK-Info"
    base::Bytes der;                                          ///< wiped by the reader's caller when it is a key
    std::size_t line = 0;                                     ///< of the BEGIN line, from 1
    std::optional<base::Error> error;                         ///< the block is damaged; `der` is empty then

    const std::string* header(std::string_view name) const noexcept;
};

/// Goes over the armoured blocks of a text one by one, as people paste them: with text around, CRLF, CR or LF,
/// indented, quoted by "> ", in one long line, with "\\n" for line ends as JSON and environment files have them. The
/// text must outlive it.
class PemScanner {
public:
    explicit PemScanner(std::string_view text) noexcept
        : m_text(text) {}

    /// The next block; nothing at the end. Never throws for bad text: a damaged block has its error.
    std::optional<PemBlock> next();

private:
    std::size_t lineAt(std::size_t position) noexcept;

    std::string_view m_text;
    std::size_t m_position = 0;
    std::size_t m_countedUpTo = 0;
    std::size_t m_line = 1;
};

/// All blocks of a text.
std::vector<PemBlock> splitPem(std::string_view text);

/// True when the text has an armour line ("-----BEGIN ").
bool looksLikePem(std::string_view text) noexcept;

/// PEM with lines of 64 characters and LF (RFC 7468 2).
std::string toPem(std::string_view label, base::BytesView der);
/// The same for what must not leak. @throws Error Internal when the secure heap is full
base::Secret toSecretPem(std::string_view label, base::BytesView der);

} // namespace certwright::formats
