#pragma once

#include "core/base/bytes.h"
#include "core/formats/der_shape.h"
#include "core/formats/item.h"
#include "core/formats/pem.h"
#include "core/formats/unlocker.h"

#include <string>
#include <string_view>

namespace certwright::formats {

/// Reads everything that is in some bytes; readContents() with the state that it needs. Used once.
class ContentsReader {
public:
    ContentsReader(const PassphraseCallback& passphrases, const ReadOptions& options, const std::string& file);

    /// Never throws for bad bytes. @throws Error Internal, Cancelled
    Contents read(base::BytesView bytes);

private:
    void readBytes(base::BytesView bytes);
    /// False when nothing of the text is known.
    bool readText(std::string_view text);
    bool readPem(std::string_view text);
    void readBlock(const PemBlock& block);
    void readForeignBlock(const PemBlock& block);
    /// DER of one thing or of several behind each other. False when nothing of it is known.
    bool readDer(base::BytesView bytes);
    void readElement(DerKind kind, base::BytesView der, std::string_view pemLabel);
    void readTimestampResponse(base::BytesView der);
    void readIntegers(DerKind kind, base::BytesView der, std::string_view pemLabel);
    /// Remarks on explicit curve parameters.
    void noteCurve(const PrivateKeyItem& item);
    void readPrivateKeyElement(DerKind kind, base::BytesView der);

    template <class T>
    void add(T value, std::string label = {});
    void addError(const base::Error& error);
    void finish();

    Unlocker m_unlocker;
    Contents m_contents;
    std::string m_where; ///< "Block 2 (CERTIFICATE, line 31)": in front of the message when there are several
    std::size_t m_blocks = 0;
    std::size_t m_privateKeys = 0;
    std::size_t m_errors = 0;
    std::string m_errorPlace;
};

/// Why nothing is known of these bytes, as a sentence and a hint.
base::Error unrecognisedError(base::BytesView bytes);

} // namespace certwright::formats
