#include "core/formats/timestamp_verifying.h"
#include "tests/fuzz/fuzz.h"

namespace {

void verify(certwright::base::BytesView token) {
    certwright::formats::TimestampVerifyOptions options;
    options.data = token;
    certwright::formats::verifyTimestamp(certwright::formats::CmsMessage::fromDer(token), options);
}

} // namespace

// A timestamp token, what a TSA answered, or what it was asked for.
void certwright::fuzz::target(base::BytesView input) {
    lookAt(formats::readContents(input, fixedPassphrase, quickOptions()));
    x509::TimestampResponse response;
    try {
        response = x509::parseTimestampResponse(input);
    } catch (const base::Error&) {
        verify(input);
        return;
    }
    if (!response.token.empty())
        verify(response.token);
}
